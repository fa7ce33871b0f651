"""Honest notebooks keep their points, however they were mangled: what a kernel gives for them is what is graded."""

import builtins
import json
import os
import random
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from instructor.grading.box.serve import Shell, define
from instructor.grading.notebook_file import cells_in
from instructor.grading.rebuild import python_of, rebuild
from instructor.grading.statements import in_a_run
from tests.grading import classes, mangled

NOTEBOOKS = int(os.environ.get("NOTEBOOKS", 24))  # NOTEBOOKS=200 make test-all ARGS=tests/grading/test_mangled.py
WORTH_NOTHING = {"no answer", "a wrong answer", "wrong when checked again"}


def rebuilt(notebook, name=classes.CELL):
    release, handed_in = (cells_in(json.dumps(n).encode()) for n in (classes.released(name), notebook))
    return rebuild(release, handed_in)


def function_of(found, name):
    """An exercise's function as its check sees it, without a sandbox."""
    namespace = {"__name__": "__main__", "__builtins__": builtins, "get_ipython": Shell}
    define(in_a_run(found.cells, found.checked[f"check_{name}"], name)["run"], namespace)
    return namespace[name]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """A folder of their own for what the honest write."""
    monkeypatch.chdir(tmp_path)


def right(found):
    """Whether both functions of notebook 1 are right."""
    Wx, Wh, h = np.ones((2, 3)), np.array([[1.0, 2], [-1, 0]]), np.array([[0.5], [-0.25]])
    cell = SimpleNamespace(Wx=Wx, Wh=Wh, b=0.1)
    try:
        return np.array_equal(function_of(found, "readout")(h, Wh, 1.0), Wh @ h + 1) and np.allclose(
            function_of(found, "rnn_cell_forward")(cell, np.ones((3, 1)), h)[0], np.tanh(3 + Wh @ h + 0.1))
    except (NotImplementedError, TypeError):
        return False


# these need the rest of the notebook, or modules of the course's: the sandbox has them
@pytest.mark.parametrize("name", [name for name in mangled.MANGLINGS
                                  if name not in ("helper made by exec", "a file of its own", "a file saved above",
                                                   "names looked up")])
def test_every_mangling_leaves_the_function_that_the_check_sees(name):
    rng = random.Random(name)
    notebook = classes.solved(classes.CELL)
    mangled.MANGLINGS[name](mangled.Place(notebook, rng))
    assert right(rebuilt(mangled.WHOLE[rng.choice(list(mangled.WHOLE))](notebook))) == (name not in WORTH_NOTHING)


@pytest.mark.parametrize("cell, python", [
    ("x = 7 % 3", "x = 7 % 3"), ("(15\n% 8)", "(15\n% 8)"), ("%%time\ny = 1", "\ny = 1"), ("%%bash\ny = 1", ""),
    ("%time x = 3", "x = 3"), ("def f(:\n  pass", "def f(:\n  pass"), (">>> x = 3\n>>> y = 4", "x = 3\ny = 4"),
])
def test_ipythons_syntax_is_read(cell, python):
    assert python_of(cell).rstrip("\n") == python


def test_many_magics_are_left_out_in_moments():
    assert python_of("x?\n%who\ny = 1\n" * 2000).split() == ["y", "=", "1"] * 2000


@pytest.mark.parametrize("change, answer, note", [
    (lambda cells, at: cells[at].update(source="Mine."), "Mine.", ""),
    (lambda cells, at: cells.insert(at + 1, text("Mine.")), "Mine.", "the answer order_matters is or goes on in your cell"),
    (lambda cells, at: (cells[at].update(source="One."), cells.insert(at + 1, text("Two."))), "One.\n\nTwo.", "goes on"),
    (lambda cells, at: cells.insert(at, {**text("First."), "metadata": cells[at]["metadata"]}), "First.", ""),
    (lambda cells, at: cells[at].update(metadata={}, id="other", source="Mine."), "Mine.", "goes on"),
    (lambda cells, at: cells[at].update(source="![](attachment:sketch.png)"), "![](attachment:sketch.png)", "a picture"),
])
def test_a_written_answer_is_found_where_it_was_written(change, answer, note):
    notebook = classes.released(classes.CELL)
    change(notebook.cells, classes.index_of(notebook, "order_matters"))
    found = rebuilt(notebook)
    assert found.answers["order_matters"] == answer and note in "; ".join(found.notes)


@pytest.mark.parametrize("change, note", [
    (lambda p: p.cell.update(source="%matplotlib inline\n" + p.cell["source"]), "lines for IPython"),
    (lambda p: p.above("def broken(:"), "was left out: SyntaxError in line 1"),
    (lambda p: (p.below(p.cell["source"], p.check), p.cell.update(source=p.stub())), "is defined below its check"),
    (lambda p: p.cell.update(cell_type="raw"), "is not a code cell; it was run as one"),
    (lambda p: p.above(p.cell["source"], like=p.cell), "is there 2 times"),
    (lambda p: p.cell.update(metadata={}, id="other"), "was found by the function it defines"),
])
def test_what_was_repaired_is_told(change, note):
    notebook = classes.solved(classes.CELL)
    change(mangled.Place(notebook, random.Random(1)))
    found = rebuilt(notebook)
    assert right(found) and note in "; ".join(found.notes)
    assert rebuilt(classes.solved(classes.CELL)).notes == []


def text(source):
    return {"cell_type": "markdown", "metadata": {}, "source": source}


@pytest.mark.slow
def test_the_points_of_a_kernel_are_the_points_graded(grader, tmp_path):
    for seed in range(NOTEBOOKS):
        name, _, notebook = mangled.mangled(seed)
        classes.write(grader.home / "mangled", f"seed-{seed}", classes.HandIn(notebook, {}, notebook=name))
    grader.give(grader.home / "mangled")
    done = grader.run("-m", "instructor", "grade", "../mangled", "--out", "../unmangled", timeout=3600)
    assert done.returncode == 0, done.stderr
    kernel = json.loads(subprocess.run([sys.executable, "-m", "tests.grading.mangled", tmp_path, "0", str(NOTEBOOKS)],
                                       cwd=classes.ROOT, check=True, capture_output=True, text=True).stdout)
    lost = []
    for seed in range(NOTEBOOKS):
        name, what, _ = mangled.mangled(seed)
        path = grader.home / "unmangled" / "results" / f"seed-{seed}" / f"{name}.json"
        exercises = json.loads(path.read_text())["exercises"]
        lost += [(seed, name, what, exercise, exercises[exercise]["points"], points)
                 for exercise, points in kernel[str(seed)].items()
                 if abs(exercises[exercise]["points"] - points) > 1e-9]
    assert lost == [] and sum(map(len, kernel.values())) > 2 * NOTEBOOKS


@pytest.mark.parametrize("observed, whole", [
    *((forged, False) for forged in (None, 3, "x", [], {"cases": None}, {"cases": []}, {"cases": {"a": None, "b": 3}},
                                     {"cases": {"a": {"problem": 3}, "b": {"problem": {"text": None}}}})),
    ({"cases": {"a": {"problem": {"text": "FileNotFoundError: mine.npy"}}}}, True),
    ({"cases": {"a": {"problem": {"text": "ValueError: mine.npy"}}}}, False),
])
def test_a_file_asks_for_the_whole_notebook_and_a_forged_answer_for_nothing(observed, whole):
    from instructor.grading.engine import needs_whole
    assert needs_whole({"observed": observed}) is needs_whole({"observed": observed, "unresolved": False}) is whole


def test_a_missing_library_is_named():
    from instructor.grading.engine import absent
    notebook = classes.with_source(classes.CELL, readout="import not_there, numpy\nfrom nor_this.one import f\n"
                                                         "def readout(h_t, Wy, c):\n    return not_there.dot(f(h_t))\n")
    found = rebuilt(notebook)
    assert absent(found, "readout", "readout") == ["nor_this", "not_there"]
    assert absent(found, "rnn_cell_forward", "rnn_cell_forward") == []
