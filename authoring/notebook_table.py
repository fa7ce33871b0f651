"""The README's table of notebooks, with minutes and points."""

from authoring import ROOT, budget, files, marked
from rnn_helpers.check import EXERCISES
from rnn_helpers.course import WRITTEN

BEGIN, END = "<!-- table of notebooks: make notebooks writes it -->", "<!-- end of table -->"


def registry(name):
    """({exercise: points}, {written answer: points}) of a notebook, as the checks have them."""
    return ({e.name: e.points for e in EXERCISES.values() if e.notebook == name},
            {answer: points for answer, (notebook, points) in WRITTEN.items() if notebook == name})


def row(name, root):
    """(cells of a notebook's row, the points of its exercises, those of its written answers)."""
    nb = files.read(files.solution_path(name, root))
    number, _, title = nb.cells[0].source.splitlines()[0].lstrip("# ").partition(" ")
    exercises, written = registry(name)
    code, answers = sum(exercises.values()), sum(written.values())
    asked = ", ".join(f"`{exercise}`" for exercise in exercises) or "answers in words"
    cells = (f"[{number} {title}](notebooks/{name}.ipynb)", asked, budget.of(nb).minutes, f"{code:g}", f"{answers:g}")
    return (*cells, f"{code + answers:g}"), code, answers


def markdown(root=ROOT):
    """The table, a row for each notebook and one for the sum."""
    found = [row(name, root) for name in files.all_names(root)]
    code, answers = (sum(points) for points in list(zip(*found, strict=True))[1:])
    total = ("", "", "", f"**{code:g}**", f"**{answers:g}**", f"**{code + answers:g}**")
    head = ["| notebook | you write | minutes | code | answers | points |", "|---|---|---:|---:|---:|---:|"]
    lines = [*(cells for cells, _, _ in found), total]
    return "\n".join([*head, *(f"| {' | '.join(map(str, cells))} |" for cells in lines)])


def refreshed(text, root=ROOT):
    """The README's text with the table of now between its marks."""
    return marked.put(text, BEGIN, END, markdown(root), ("README.md", "the table"))


def write(root=ROOT):
    """Write the table into the README."""
    path = root / "README.md"
    path.write_text(refreshed(path.read_text(encoding="utf-8"), root), encoding="utf-8")
