"""A notebook's minutes follow from its cells, stand in it, and are limited."""

import pytest

from authoring import budget, files
from rnn_helpers import course
from tests.authoring.small import TITLE, notebook

SOLVED = "def f(x):\n    ### BEGIN SOLUTION\n    y = 2 * x\n\n    # twice\n    return y\n    ### END SOLUTION"
ANSWER = {"solution": True, "grade": True, "points": 2, "grade_id": "why"}


def text(words):
    return f"# {'word ' * words}"


def test_the_formula():
    nb = notebook(("title", text(200)), ("ask", "predict('x')"), ("play", "play.kick(f)"),
                  ("ex", SOLVED, {"solution": True, "grade_id": "f"}),
                  ("answer", text(500), ANSWER), ("other", "print(play)"))
    found = budget.of(nb)
    assert (found.words, found.lines, found.written, found.stops, found.cells) == (200, 2, 1, 2, 6)
    assert found.minutes == 2 + 2 * 2 + 3 + 2 * 2


@pytest.mark.parametrize(("source", "words"), [
    ("One, two: *three*.", 3), ("a $x_t + y$ b", 3), ("a\n\n$$h = W x$$\n\nb", 2), ("[two words](https://a.b/c)", 2),
    ("| a | b |\n|---|---|\n| `x_t` | (D, B) |", 5),
    ("seen <details><summary>a hint</summary>\nmany words\n</details> after", 2),
])
def test_what_counts_as_a_word(source, words):
    assert budget.words(source) == words


def test_the_time_is_written_where_it_is_named_or_in_the_first_cell():
    named = notebook(TITLE, ("intro", "# Text\n**Time:** about 7 minutes. More."), ("ask", "predict('x')"))
    budget.write_time(named)
    assert [cell.source for cell in named.cells[:2]] == [TITLE[1], "# Text\n**Time:** about 2 minutes. More."]
    unnamed = notebook(TITLE, ("ask", "predict('x')"))
    budget.write_time(unnamed)
    assert unnamed.cells[0].source == f"{TITLE[1]}\n\n**Time:** about 2 minutes."


def test_limits():
    assert budget.of_budget(notebook(("t", text(1800))), "n") == []
    assert "1801 words, at most 1800" in budget.of_budget(notebook(("t", text(1801))), "n")[0].what
    asks = [(f"ask{i}", "predict('x')") for i in range(38)]
    long = budget.of_budget(notebook(("t", "# x"), *asks), "n")
    assert ["at most 75 minutes" in long[0].what, "no place to stop" in long[1].what, len(long)] == [True, True, 2]
    assert budget.of_budget(notebook(("t", f"# x\n{budget.BREAK}"), *asks[:37]), "n") == []
    assert budget.of_budget(notebook(("t", "# x"), *asks[:25]), "n") == []


@pytest.mark.parametrize("name", course.NOTEBOOKS)
def test_what_a_notebook_says_of_its_time_is_what_its_cells_take(name):
    if not files.solution_path(name).is_file():
        pytest.skip("not written yet")
    nb = files.read(files.solution_path(name))
    assert any(f"**Time:** about {budget.of(nb).minutes} minutes" in cell.source for cell in nb.cells)
