"""The README's table of notebooks, with exercises and points as the checks have them: `python -m authoring.notebook_table` writes it."""

import sys

from authoring import ROOT, files, marked
from rnn_helpers.check import EXERCISES
from rnn_helpers.course import WRITTEN

BEGIN, END = "<!-- table of notebooks: make notebooks writes it -->", "<!-- end of table -->"


def registry(name):
    """({exercise: points}, {written answer: points}) of a notebook, as the checks have them."""
    return ({e.name: e.points for e in EXERCISES.values() if e.notebook == name},
            {answer: points for answer, (notebook, points) in WRITTEN.items() if notebook == name})


def rows(root=ROOT):
    """(notebook name, title, its exercises, exercise points, written answers, their points), in order."""
    found = []
    for name in files.all_names(root):
        title = files.read(files.solution_path(name, root)).cells[0].source.splitlines()[0].lstrip("# ")
        exercises, written = registry(name)
        found.append((name, title, list(exercises), sum(exercises.values()), list(written), sum(written.values())))
    return found


def markdown(root=ROOT):
    """The table, a row for each notebook and one for the sum."""
    lines = ["| notebook | you write | code | answers | points |", "|---|---|---:|---:|---:|"]
    found = rows(root)
    for name, title, exercises, points, _, answers in found:
        number, _, rest = title.partition(" ")
        lines.append(f"| [{number} {rest}](notebooks/{name}.ipynb) | {', '.join(f'`{e}`' for e in exercises)} "
                     f"| {points:g} | {answers:g} | {points + answers:g} |")
    code, answers = sum(row[3] for row in found), sum(row[5] for row in found)
    lines.append(f"| | | **{code:g}** | **{answers:g}** | **{code + answers:g}** |")
    return "\n".join(lines)


def refreshed(text, root=ROOT):
    """The README's text with the table of now between its marks."""
    return marked.put(text, BEGIN, END, markdown(root), ("README.md", "the table"))


def main(root=ROOT):
    path = root / "README.md"
    old = path.read_text(encoding="utf-8")
    new = refreshed(old, root)
    if new != old:
        path.write_text(new, encoding="utf-8")
        print("README.md  table written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
