"""From a notebook to a lecture of 45 minutes: which cells make a slide, what is said only, what comes a step later.

A heading begins a slide, and so does a picture, a printed result or a question; what is read from it comes a step
later, as an answer does. A slide shows the first sentence of each paragraph, equations, tables and lists; the whole
text is in the speaker's notes, with what goes wrong in an exercise, as its check knows it. A cell of the solved
notebook that has `slideshow` metadata keeps them: there an author decides.
"""

import re

import nbformat

from authoring import files, links, setup_cell
from authoring.site import reading
from rnn_helpers.check import EXERCISES

MINUTES = 45
MOST_LINES = 16  # of code above a printed result
WORDS = 60  # of text on a slide before what follows begins one of its own
LEFT_OUT = re.compile(f"({links.BADGES_ID}|{setup_cell.CELL_ID}|imports|progress|next|pause|a-break|hints-.*)$")
SENTENCE = re.compile(r"(?:(?<=[^\d][.!?])|(?<=[.!?]\*\*)) +(?=[A-Z`$*\\[(])")
ITEM = re.compile(r"\n(?=[-*] |\d+\. )")
TASK = re.compile("### (?:Exercise|Question)")  # shown whole
HEADING = re.compile(r"(?m)^(?=#{1,3} )")
LINK = re.compile(r"\[([^]]+)\]\([^)]*\.ipynb[^)]*\)")  # to another notebook
DOCSTRING = re.compile(r'\n +"""(?:.|\n)*?"""(?=\n)')


def short(text):
    """What a slide shows of a Markdown text: of each paragraph and item the first sentence, and what is no prose."""
    kept = []
    for block in re.split(r"\n{2,}", text.split("**A place to stop.**")[0].strip()):
        prose = not TASK.match(text) and not block.startswith(("#", "|", "$$", "```", "<"))
        items = [SENTENCE.split(" ".join(item.split()), maxsplit=1)[0] for item in ITEM.split(block)]
        kept.append("\n".join(items) if prose else block)
    return "\n\n".join(kept)


def stumbles(name):
    """What goes wrong in an exercise: four of the mistakes that its check tells apart, from all over its list."""
    titles = [title for key, title in EXERCISES[name].titles().items() if "+" not in key]
    return "**Where learners stumble:** " + "; ".join(titles[::max(1, len(titles) // 4)][:4]) + "."


def made(kind, text, how, **more):
    cell = (nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell)(text, **more)
    cell.metadata.update(slideshow={"slide_type": how}, transient={"remove_source": not text})
    return cell


def parts(nb):
    """(cell, text) of what is in the lecture: a Markdown cell is cut at its headings."""
    for cell in nb.cells:
        if not LEFT_OUT.match(cell.id):
            prose = cell.cell_type == "markdown"
            texts = HEADING.split(LINK.sub(r"\1", cell.source)) if prose else [cell.source]
            yield from ((cell, text.strip()) for text in texts if text.strip())


def shown(cell, text, words, drawn):
    """The cells that a cell becomes, before it `words` on the slide, and a picture or a result if it is `drawn`."""
    graded = cell.metadata.get("nbgrader", {})
    if cell.cell_type == "markdown":
        begins = HEADING.match(text) or not drawn and words + len(short(text).split()) > WORDS
        how = "slide" if re.match("##? ", text) else "subslide" if begins else "fragment" if drawn else "-"
        if graded.get("solution"):
            return [made("", short(text.split("*What earns the points")[0]), "fragment"), made("", text, "notes")]
        return [made("", short(text), how), made("", text, "notes")]
    if graded.get("solution"):
        name = graded["grade_id"]
        answer = DOCSTRING.sub("", reading.SOLUTION.sub("", text), count=1)
        return [made("", stumbles(name), "notes"), made("", f"### An answer: `{name}`", "subslide"),
                made("code", answer, "-")]
    if quiz := reading.guess(cell):
        choices = "\n\n".join(f"**{chr(97 + i)})** {reading.plain(choice)}" for i, choice in enumerate(quiz.choices))
        why = reading.revealed(quiz)
        return [made("", f"### {quiz.asks}\n\n{reading.plain(quiz.text)}\n\n{choices}", "subslide"),
                made("", why.split("\n\n")[0], "fragment"), made("", f"Let them vote first.\n\n{why}", "notes")]
    outputs = [output for output in cell.outputs if output.output_type != "execute_result"]
    if text.startswith("check.") or not outputs:
        return []
    picture = any(output.output_type == "display_data" for output in outputs)
    live = "Move the controls of this picture in the notebook.\n\n" * text.startswith(("play.", "with after_guess"))
    code = text if not picture and text.count("\n") < MOST_LINES else ""
    return [made("code", code, "subslide" if drawn or words > WORDS // 2 else "-", outputs=outputs),
            made("", f"{live}```python\n{text}\n```", "notes")]


def lecture(name):
    """A notebook's copy in which every cell has `slideshow` metadata, as nbconvert's slides exporter reads them."""
    nb, cells, words, drawn = files.read(files.solution_path(name)), [], 0, False
    for cell, text in parts(nb):
        for new in [cell] if "slideshow" in cell.metadata else shown(cell, text, words, drawn):
            how = new.metadata.slideshow.slide_type
            if how in ("slide", "subslide"):
                words, drawn = 0, False
            if how != "notes":
                words += len(new.source.split())
                drawn |= new.cell_type == "code" or how == "fragment"
            cells.append(new)
    nb.cells = cells
    return timed(nb)


def timed(nb):
    """Give each slide its share of the lecture, by the words of its notes: the speaker's view shows who is late."""
    slides = []
    for cell in nb.cells:
        if not slides or cell.metadata.slideshow.slide_type in ("slide", "subslide"):
            slides.append([cell, 40])
        if cell.metadata.slideshow.slide_type == "notes":
            slides[-1][1] += len(cell.source.split())
    total = sum(weight for _, weight in slides)
    for cell, weight in slides:
        cell.metadata.slideshow["data"] = {"timing": str(round(60 * MINUTES * weight / total))}
    return nb
