"""Hints on demand: three steps for each exercise, never the answer, with the numbers of the course's own function."""

import ast

import nbformat
import pytest

from authoring import budget, hint_cells
from authoring.files import all_names, read, solution_path
from rnn_helpers.check import EXERCISES


@pytest.mark.parametrize("name", EXERCISES)
def test_three_steps_and_never_the_answer(name):
    exercise = EXERCISES[name]
    steps = exercise.hints.steps(exercise.reference)
    assert len(steps) == 3 and all(title and text for title, text in steps)
    skeleton = exercise.hints.skeleton.strip()
    body = ast.parse("def f():\n" + "\n".join(f"    {line}" for line in skeleton.splitlines())).body[0].body
    gaps = [node for statement in body for node in ast.walk(statement) if isinstance(node, ast.Name)
            and node.id == "___"]
    assert len(gaps) >= 2 or len(body) == 1 and gaps, "a skeleton has gaps"
    assert "___" not in steps[0][1] + steps[2][1] and "return" in skeleton


@pytest.mark.parametrize("name", [name for name in EXERCISES if name != "shares"])
def test_the_smallest_case_is_computed(name):
    exercise = EXERCISES[name]
    right = exercise.hints.smallest(exercise.reference)
    assert any(char.isdigit() for char in right) or name == "sample"
    with pytest.raises(ZeroDivisionError):  # the function is really called
        exercise.hints.smallest(lambda *args, **more: 1 / 0)


def test_every_check_of_every_notebook_has_its_hints_below_it():
    found = set()
    for name in all_names():
        nb = read(solution_path(name))
        before = budget.of(nb).minutes
        hint_cells.refresh(nb)
        once = [cell.source for cell in nb.cells]
        hint_cells.refresh(nb)
        assert [cell.source for cell in nb.cells] == once and budget.of(nb).minutes == before
        for check, below in zip(nb.cells, nb.cells[1:], strict=False):
            if exercise := hint_cells.checked(check):
                assert below.id.startswith(hint_cells.PREFIX) and below.source.count("<details>") == 3
                found.add(exercise.name)
    assert found == set(EXERCISES)


def test_hints_of_an_exercise_that_is_gone_are_taken_out():
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("old", id="hints-gone")])
    hint_cells.refresh(nb)
    assert nb.cells == []
