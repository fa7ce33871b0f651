"""The cells with hints: three folds below each check, written by the build from the exercise's `hints`."""

import nbformat

from rnn_helpers.check import EXERCISES

PREFIX = "hints-"  # of the cells' ids


def source(exercise):
    """The Markdown of an exercise's hints: three `<details>`, which any front end, GitHub and a printed page show."""
    steps = exercise.hints.steps(exercise.reference)
    return "\n\n".join(f"<details><summary>Hint {n} of {len(steps)}: {title}</summary>\n\n{text.strip()}\n\n</details>"
                       for n, (title, text) in enumerate(steps, 1))


def checked(cell):
    """The exercise that a cell checks, None for any other cell."""
    grade = cell.metadata.get("nbgrader", {})
    if cell.cell_type != "code" or not grade.get("grade"):
        return None
    return EXERCISES.get(grade["grade_id"].removeprefix("check_"))


def refresh(nb):
    """Put the hints below each check of a notebook, in place: one cell for each exercise that has some."""
    cells = []
    for cell in nb.cells:
        if cell.get("id", "").startswith(PREFIX):
            continue
        cells.append(cell)
        if (exercise := checked(cell)) and exercise.hints:
            name = PREFIX + exercise.name.replace("_", "-")
            cells.append(nbformat.v4.new_markdown_cell(source(exercise), id=name))
    nb.cells = cells
