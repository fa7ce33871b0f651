"""From a notebook to a lecture of 45 minutes: which cells make a slide, what is said only, what comes a step later.

A heading begins a slide, and so does what no longer fits; what is read from a picture or a result comes a step later,
as an answer does. A slide shows the first sentence of each paragraph, equations, tables and lists; the whole text is
in the speaker's notes, with what often goes wrong in an exercise. A cell of the solved notebook that has `slideshow`
metadata keeps them: there an author decides.
"""

import json
import re
import textwrap
from pathlib import Path

import nbformat

from authoring import files, links, setup_cell
from authoring.site import reading

MINUTES = 45
MOST_LINES = 16  # of code above a printed result
ROOM = 740  # pixels of a slide, before what follows begins one of its own; the browser makes the last few fit
STUMBLES = json.loads(Path(__file__).with_name("stumbles.json").read_text(encoding="utf-8"))
LEFT_OUT = re.compile(f"({links.BADGES_ID}|{setup_cell.CELL_ID}|imports|progress|next|pause|a-break|hints-.*)$")
SENTENCE = re.compile(r"(?:(?<=[^\d][.!?])|(?<=[.!?]\*\*)) +(?=[A-Z`$*\\[(])")
ITEM = re.compile(r"\n(?=[-*] |\d+\. )")
TASK = re.compile("### (?:Exercise|Question)")  # shown whole
HEADING = re.compile(r"(?m)^(?=#{1,3} )")
GUESSED = re.compile(r"^with after_guess\(.*\n((?: {4}.*\n?)+)", re.MULTILINE)
LINK = re.compile(r"\[([^]]+)\]\([^)]*\.ipynb[^)]*\)")  # to another notebook


def first(text):
    """The first sentence of a paragraph, and the second where the first is a short one; later what an item of a list
    asks, and what introduces an equation, a list or code."""
    sentences, ends = SENTENCE.split(" ".join(text.split())), ":?" if ITEM.match(f"\n{text}") else ":"
    shown = 1 + (len(sentences[0].split()) < 9)
    return " ".join(sentences[:shown] + [sentence for sentence in sentences[shown:] if sentence[-1] in ends])


def short(text):
    """What a slide shows of a Markdown text: of each paragraph and item the first sentence, and what is no prose."""
    kept = []
    for block in re.split(r"\n{2,}", text.split("**A place to stop.**")[0].strip()):
        prose = not TASK.match(text) and not block.startswith(("#", "|", "$$", "```", "<"))
        kept.append("\n".join(map(first, ITEM.split(block))) if prose else block)
    return "\n\n".join(kept)


def height(cell):
    """About how many pixels a cell takes on a slide, with a picture and code as small as they may be."""
    if cell.cell_type == "markdown":
        prose, *code = cell.source.split("```")
        return sum(90 if block.startswith("$$") else 16 + 36 * block.startswith("#")
                   + sum(36 * -(-len(line) // 85) for line in block.split("\n"))
                   for block in prose.strip().split("\n\n")) + 23 * "".join(code).count("\n")
    drawn = "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
    texts = filter(None, [cell.source, *(output.get("text", "").strip() for output in cell.outputs)])
    return 420 * ("<img" in drawn) + 45 * drawn.count("<tr") + sum(35 + 23 * (1 + text.count("\n")) for text in texts)


def made(kind, text, how, **more):
    cell = (nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell)(text, **more)
    cell.metadata.update(slideshow={"slide_type": how}, transient={"remove_source": not text})
    return cell


def parts(nb):
    """(cell, text) of what is in the lecture: a Markdown cell is cut at its headings."""
    for cell in nb.cells:
        prose = cell.cell_type == "markdown"
        texts = HEADING.split(LINK.sub(r"\1", cell.source)) if prose else [cell.source]
        yield from ((cell, text.strip()) for text in texts if text.strip() and not LEFT_OUT.match(cell.id))


def shown(cell, text):
    """The cells that a cell becomes; of those that begin no slide, "fragment" comes a step later."""
    graded = cell.metadata.get("nbgrader", {})
    if cell.cell_type == "markdown":
        how = "slide" if re.match("##? ", text) else "-"
        if graded.get("solution"):
            return [made("", short(text.split("*What earns the points")[0]), "fragment"), made("", text, "notes")]
        return [made("", short(text), how), made("", text, "notes")]
    if graded.get("solution"):
        answer, often = reading.answer(text), "; ".join(STUMBLES.get(graded["grade_id"], ()))
        title = re.search(r"def (\w+)", answer)[1]
        return [made("", f"**Where learners stumble:** {often}." if often else title, "notes"),
                made("", f"### An answer: `{title}`\n\n```python\n{answer}\n```", "fragment")]
    if quiz := reading.guess(cell):
        choices = "\n\n".join(f"**{chr(97 + i)})** {reading.plain(choice)}" for i, choice in enumerate(quiz.choices))
        why = reading.revealed(quiz)
        return [made("", f"### {quiz.asks}\n\n{reading.plain(quiz.text)}\n\n{choices}", "-"),
                made("", why.split("\n\n")[0], "fragment"), made("", f"Let them vote first.\n\n{why}", "notes")]
    outputs = [output for output in cell.outputs if output.output_type != "execute_result"]
    if text.startswith("check.") or not outputs:
        return []
    picture = any(output.output_type == "display_data" for output in outputs)
    live = "Move the controls of this picture in the notebook.\n\n" * bool(re.search(r"^\s*play\.", text, re.MULTILINE))
    text = GUESSED.sub(lambda inside: textwrap.dedent(inside[1]), re.sub("^# @title.*\n", "", text))
    code = text if not picture and text.count("\n") < MOST_LINES else ""
    return [made("code", code, "-", outputs=outputs), made("", f"{live}```python\n{text}\n```", "notes")]


def lecture(name):
    """A notebook's copy in which every cell has `slideshow` metadata, as nbconvert's slides exporter reads them; each
    slide has its share of the time, by the words of its notes: the speaker's view shows who is late."""
    nb, cells, slides, used, drawn = files.read(files.solution_path(name)), [], [[{}, 0]], 0, False
    for cell, text in parts(nb):
        group = [cell] if "slideshow" in cell.metadata else shown(cell, text)
        for i, new in enumerate(group):
            at = new.metadata.slideshow
            needs = [height(one) for one in group[i:] if one.metadata.slideshow.slide_type != "notes"]
            heading = at.slide_type == "-" and HEADING.match(new.source)
            full = used + sum(needs) > ROOM or heading and (drawn or TASK.match(new.source) and used > 250)
            if at.slide_type in ("-", "fragment") and full:
                at.slide_type = "subslide"
            elif at.slide_type == "-" and drawn:
                at.slide_type = "fragment"
            if at.slide_type in ("slide", "subslide"):
                slides.append([at, 40])
                used, drawn = 0, False
            if at.slide_type == "notes":
                slides[-1][1] += len(new.source.split())
            else:
                used += needs[0]
                drawn |= new.cell_type == "code" or at.slide_type == "fragment"
            cells.append(new)
    for at, weight in slides:
        at["data"] = {"timing": str(round(60 * MINUTES * weight / sum(weight for _, weight in slides)))}
    nb.cells = cells
    return nb
