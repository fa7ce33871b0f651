"""What the pages are made of: a copy of each notebook for reading, and a first page."""

import ast
import re
from pathlib import Path
from string import Template

import nbformat

from authoring import ROOT, files, links, setup_cell
from rnn_helpers.course import PAGES
from rnn_helpers.questions import QUESTIONS

HERE = Path(__file__).parent
MARKS = re.compile(r"([\\`*_{}\[\]<>$#|~])")
NO_ANSWER = re.compile(r'^ *### (?:BEGIN|END) SOLUTION\n?|(?<=:)\n +"""(?:.|\n)*?"""(?=\n)', re.MULTILINE)
LIVE = ":::{container} live\nIn the notebook this picture has controls, and follows your own functions.\n:::"


def plain(text):
    """Text in which Markdown finds nothing to do."""
    return MARKS.sub(r"\\\1", text)


def folded(title, text):
    return nbformat.v4.new_markdown_cell(f"::::{{dropdown}} {title}\n{text}\n::::")


def answer(source):
    """The code of a solution cell, without what its task shows as well."""
    return NO_ANSWER.sub("", source).rstrip()


def fold(cell, part, show, hide):
    """The same code cell with its input or its output folded."""
    prompts = {"code_prompt_show": show, "code_prompt_hide": hide}
    cell.metadata = {"tags": [f"hide-{part}"], "mystnb": {**cell.metadata.get("mystnb", {}), **prompts}}
    return cell


def guess(cell):
    """The Question of a cell that is one call of `predict`, None for any other."""
    body = ast.parse(cell.source).body
    call = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None
    if not (isinstance(call, ast.Call) and getattr(call.func, "id", "") == "predict"):
        return None
    return QUESTIONS[ast.literal_eval(call.args[0])]


def revealed(question):
    """What `predict` says once a guess is made: the right choice first, then why not the others."""
    letters = {choice: chr(97 + i) for i, choice in enumerate(question.choices)}
    order = sorted(question.choices, key=lambda choice: choice != question.right)
    return "\n\n".join(f"**{letters[choice]}) {plain(choice).rstrip('.')}.** {plain(question.choices[choice])}"
                       for choice in order)


def reading_copy(name, root=ROOT):
    """A notebook for reading: stubs, each followed by the folded answer, and the outputs of the solved track.

    Left out: badges, setup and progress cells. Guesses are answered and checks report when they are unfolded.
    """
    nb = files.read(files.solution_path(name, root))
    learners = {cell.id: cell for cell in files.read(files.learner_path(name, root)).cells}
    cells = []
    for cell in nb.cells:
        is_code, solution = cell.cell_type == "code", cell.metadata.get("nbgrader", {}).get("solution")
        cell.metadata = {}
        if cell.id in (links.BADGES_ID, setup_cell.CELL_ID, "progress"):
            continue
        elif solution and not is_code:
            cells.append(folded("A model answer", cell.source))
        elif solution:
            cell.source = answer(cell.source)
            cells += [nbformat.v4.new_code_cell(learners[cell.id].source),
                      fold(cell, "input", "Show an answer", "Hide the answer")]
        elif is_code:
            if cell.id == "imports":
                fold(cell, "input", "Show the imports", "Hide the imports")
            if cell.source.startswith("check."):
                fold(cell, "output", "Show the report on a right answer", "Hide the report")
            elif re.search(r"^with after_guess\(", cell.source, re.MULTILINE):
                fold(cell, "output", "Show what comes out", "Hide what comes out")
            cells.append(cell)
            if quiz := guess(cell):
                cell.metadata = {"tags": ["remove-input"]}
                cells.append(folded("What is right, and why", revealed(quiz)))
            elif "course-still" in str(cell.get("outputs")):
                cells.append(nbformat.v4.new_markdown_cell(LIVE))
        else:
            cell.source = learners[cell.id].source  # where what is read from a result waits as well
            cells.append(cell)
    if name not in PAGES:
        cells.insert(1, open_elsewhere(name, links.address(root)))
    nb.cells = cells
    return nb


def open_elsewhere(name, to):
    """A line with links to where the notebook can be worked on: here, and elsewhere where `links.stamp` points to."""
    path = f"notebooks/{name}.ipynb"
    elsewhere = {"Colab": to.colab(path), "Binder": to.binder(path)} if to else {}
    here = f'<a href="{links.in_browser(name)}">in your browser</a>, with [nothing to install](in_your_browser.md)'
    places = [here, *(f"[in {place}]({address})" for place, address in elsewhere.items() if address)]
    return nbformat.v4.new_markdown_cell(f"Work through it: {', '.join(places)}.")


def card(name, root):
    """A notebook on the first page: its title, what is built in it, how long it takes."""
    cells = files.read(files.solution_path(name, root)).cells
    title = cells[0].source.splitlines()[0].lstrip("# ")
    about = next((cell.source for cell in cells if "**Time:**" in cell.source), "")
    parts = {key: value.strip().rstrip(".") for key, value in re.findall(r"\*\*([^*:]+):\*\*\s+([^*]+)", about)}
    lines = [f"{parts[key][:1].upper()}{parts[key][1:]}." for key in ("You build", "You do", "Time") if key in parts]
    return f":::{{grid-item-card}} {title}\n:link: {name}\n:link-type: doc\n\n" + "\n\n".join([*lines, ":::"])


def first_page(archive, root=ROOT):
    """The first page, in MyST; `archive` is the learners' zip beside it."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    title, paragraph = (part.strip() for part in readme.split("\n\n")[:2])
    names, to = files.all_names(root), links.address(root)
    home = f" The source is at [{to.page.removeprefix('https://')}]({to.page})." if to else ""
    return Template((HERE / "index.md").read_text(encoding="utf-8")).substitute(
        title=title, paragraph=paragraph, first=links.in_browser(names[0]), archive=archive, home=home,
        cards="\n".join(card(name, root) for name in names), listing="\n".join((*names, *PAGES, "in_your_browser")))
