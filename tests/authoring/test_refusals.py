"""Each reason to refuse a notebook: the message names the notebook, the cell and what to do."""

import nbformat
import pytest

from authoring import files, notebooks, refusals
from tests.authoring.small import TITLE, course, notebook

SOLUTION = "def f(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"


def source_refusals(*cells):
    return refusals.of_source(notebook(TITLE, *cells), "n.ipynb")


def only(found):
    assert len(found) == 1, [str(r) for r in found]
    assert found[0].notebook == "n.ipynb" and found[0].todo
    return found[0]


def test_a_sound_notebook_is_not_refused():
    assert source_refusals(("a", "x = 1"), ("b", "print(x)"),
                           ("c", SOLUTION, {"solution": True, "grade_id": "f"})) == []


@pytest.mark.parametrize("source", ["plt.plot(x);", "plt.plot(x) ;  # drawn", "x = 1\nplt.plot(x);\n\n# end"])
def test_a_trailing_semicolon(source):
    refusal = only(source_refusals(("plot", source)))
    assert refusal.cell == "plot" and refusal.what == "ends with ;"


def test_a_semicolon_elsewhere_is_none_of_ours():
    assert source_refusals(("a", "x = 1; y = 2"), ("b", "print('a;')  # b;")) == []


def test_two_meanings():
    assert "second meaning" in only(source_refusals(("one", "def f(): pass"), ("two", "f = 3"))).what


def test_duplicate_ids():
    refusal = only(source_refusals(("same", "x = 1"), ("same", "print(x)")))
    assert refusal.cell == "same" and "shares its id" in refusal.what


def test_duplicate_grade_ids():
    data = {"solution": True, "grade_id": "f"}
    found = source_refusals(("a", SOLUTION, data), ("b", SOLUTION.replace("f(", "g("), data))
    assert "2 cells with grade_id 'f'" in only(found).what


@pytest.mark.parametrize(("source", "data", "says"), [
    ("def f(x):\n    return 2 * x", {"solution": True, "grade_id": "f"}, "without markers"),
    (SOLUTION, {"solution": False}, "is not a solution cell"),
    (SOLUTION.replace("    ### END SOLUTION", ""), {"solution": True, "grade_id": "f"}, "out of order"),
    (SOLUTION.replace("### BEGIN", "# BEGIN"), {"solution": True, "grade_id": "f"}, "out of order"),
])
def test_solution_markers(source, data, says):
    assert says in only(source_refusals(("ex", source, data))).what


CHECK = {"grade": True, "locked": True, "points": 3, "grade_id": "check_f"}
ANSWER = {"grade": True, "solution": True, "points": 2, "grade_id": "why"}


EXERCISE, QUESTION = ("task", "# Exercise 1: `f` (3 points)"), ("question", "# Question: why? (2 points)")


def points_refusals(*cells, headings=(EXERCISE, QUESTION)):
    cells = [TITLE, headings[0], *cells[:2], headings[1], *cells[2:]]
    return refusals.of_points(notebook(*cells), "n.ipynb", "n", {"f": 3.0}, {"why": 2.0})


ALL = (("ex", SOLUTION, {"solution": True, "grade_id": "f"}), ("check", "check.f(f)", CHECK),
       ("answer", "# Because", ANSWER))


def test_points_that_agree_pass():
    assert points_refusals(*ALL) == []


@pytest.mark.parametrize(("n", "cell", "says"), [
    (0, ("ex", SOLUTION, {"solution": True, "grade_id": "g"}), "unknown grade_id 'g'"),
    (1, ("check", "check.f(f)", {**CHECK, "points": 4}), "gives 4 points for f, the check gives 3"),
    (1, ("check", "check.f(f)", {**CHECK, "grade_id": "f"}), "unknown grade_id 'f'"),
    (1, ("check", "points = check.f(f)", CHECK), "does not end with its check"),
    (1, ("check", "check.g(f)", CHECK), "does not end with its check"),
    (2, ("answer", "# Because", {**ANSWER, "points": 1}), "gives 1 points for why"),
    (2, ("answer", "# Because", {**ANSWER, "grade_id": "how"}), "unknown grade_id 'how'"),
])
def test_points_that_disagree(n, cell, says):
    cells = [*ALL[:n], cell, *ALL[n + 1:]]
    assert any(says in refusal.what for refusal in points_refusals(*cells))


@pytest.mark.parametrize(("headings", "cell", "says"), [
    ((("task", "# Exercise 1: `f` (4 points)"), QUESTION), "task", "below it give 3 points"),
    ((EXERCISE, ("question", "# Question: why? (1 point)")), "question", "below it give 2 points"),
    ((EXERCISE, ("question", "# Why?")), "task", "below it give 3 points and 2 points"),
    ((("task", "# Exercise 1"), QUESTION), "", "of 3 points, above the first heading"),
    ((("task", "# `f` (1 point) and `g` (2 points)"), QUESTION), "task", "below it give 3 points"),
])
def test_points_in_a_heading_that_disagree(headings, cell, says):
    refusal = only(points_refusals(*ALL, headings=headings))
    assert refusal.cell == cell and says in refusal.what


@pytest.mark.parametrize("missing", range(3))
def test_an_exercise_without_its_cell(missing):
    found = points_refusals(*ALL[:missing], ("gap", "# Nothing"), *ALL[missing + 1:])
    assert "which belongs to n" in found[0].what
    assert [refusal.cell for refusal in found[1:]] == [[], ["task"], ["question"]][missing]


def ran(*outputs, count=1):
    nb = notebook(TITLE, ("cell", "x"))
    nb.cells[1].execution_count, nb.cells[1].outputs = count, list(outputs)
    return refusals.of_outputs(nb, "n.ipynb")


@pytest.mark.parametrize(("earned", "label", "says"), [
    ("0.5", "notebooks/solutions/n.ipynb", "earns 0.5 of 3 points with its own solution"),
    ("3.0", "notebooks/solutions/n.ipynb", ""), ("0.0", "notebooks/n.ipynb", "")])
def test_a_solution_that_does_not_earn_its_points(earned, label, says):
    nb = notebook(TITLE, ("check", "check.f(f)", CHECK))
    nb.cells[1].execution_count = 1
    nb.cells[1].outputs = [nbformat.v4.new_output("execute_result", {"text/plain": earned}, execution_count=1)]
    assert [refusal.what for refusal in refusals.of_outputs(nb, label)] == [says] * bool(says)


def printed(text):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


@pytest.mark.parametrize(("text", "says"), [
    ("[<matplotlib.lines.Line2D at 0x7f3c4f12ab10>]", "an address, 0x7f3c4f12ab10"),
    ("read /home/ada/course/a.txt", "a path of this machine, /home/ada/course/a.txt"),
    ("np.float64(0.25)", "a bare NumPy number"),
    ("loss -0.000", "-0.000, whose sign is chance"),
    ("loss 0.123456", "0.123456, more than 4 significant digits"),
    ("12.3456e-3", "more than 4 significant digits"),
])
def test_outputs_that_differ_between_machines(text, says):
    assert says in only(ran(printed(text))).what


@pytest.mark.parametrize("text", ["0.1234 1.230 12.34 -0.5 1e-10 3.1e-05 100000 0.001234 -0.01", "colour #0xyz",
                                  "version 3.11.2"])
def test_outputs_that_do_not(text):
    assert ran(printed(text)) == []


def test_html_is_read_without_its_tags_and_styles():
    shown = nbformat.v4.new_output("display_data",
                                   data={"text/html": "<p style='width:33.33333em'>0.5</p>", "text/plain": "0.5"})
    assert ran(shown) == []
    shown.data["text/html"] = "<b>0.55555</b>"
    assert "0.55555" in only(ran(shown)).what


def test_a_cell_never_run():
    assert only(ran(count=None)).what == "was never run"
    assert only(ran(count=7)).what == "ran as 7, expected 1"


def test_a_traceback_and_a_warning():
    error = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
    assert "traceback: ValueError: no" in only(ran(error)).what
    assert "writes to stderr" in only(ran(nbformat.v4.new_output("stream", name="stderr", text="careful"))).what


def test_a_picture_without_words():
    shown = nbformat.v4.new_output("display_data",
                                   data={"image/png": "", "text/plain": "<Figure size 640x272 with 1 Axes>"})
    refusal = only(ran(shown))
    assert refusal.what == "shows a picture without alt text" and refusal.todo == "show it with style.show(fig, alt)"
    shown.data = {"text/html": '<img width="9" src="data:image/png;base64,">'}
    assert only(ran(shown)).what == "shows a picture without alt text"
    shown.data = {"text/html": '<img alt="A line that falls." src="data:image/png;base64,">'}
    assert ran(shown) == []


def test_a_notebook_too_large():
    assert only(refusals.of_size(b"x" * 400_001, "n.ipynb")).what == "has 400 KB, at most 400 are allowed"
    assert refusals.of_size(b"x" * 400_000, "n.ipynb") == []


@pytest.mark.slow
def test_a_refused_notebook_is_not_written_and_the_message_says_all(tmp_path):
    root = course(tmp_path / "c", sound=notebook(TITLE, ("a", "print(1)")), bad=notebook(TITLE, ("a", "x = 1;")),
                  fails=notebook(TITLE, ("a", "1 / 0"), ("b", "print(2)")))
    before = {path: path.read_bytes() for path in files.tracks(root)}
    found = notebooks.build(files.all_names(root), root, say=lambda line: None)
    assert [str(r) for r in found if "bad" in r.notebook] == [
        "notebooks/solutions/bad.ipynb, cell 'a' ends with ;\n"
        "    to do: end it with style.show(fig, alt), or give the value a name: ; silences nothing in a test"]
    assert [(r.notebook, r.cell, r.what) for r in found if "fails" in r.notebook] == [
        (f"notebooks/{track}fails.ipynb", "a", "ends in a traceback: ZeroDivisionError: division by zero")
        for track in ("solutions/", "")]
    again = notebook(TITLE, ("same", "x = 1"), ("same", "print(x)"))
    files.solution_path("bad", root).write_bytes(files.to_bytes(again))
    assert ["shares its id" in r.what for r in notebooks.build(["bad"], root, say=print)] == [True]
    files.solution_path("bad", root).write_bytes(before[files.solution_path("bad", root)])
    assert {path.name for path in (root / "notebooks").glob("*.ipynb")} == {"sound.ipynb"}
    for name in ("bad", "fails"):
        path = files.solution_path(name, root)
        assert path.read_bytes() == before[path]
