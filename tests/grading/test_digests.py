"""A fingerprint holds everything that decides on a score: what a run loads that it does not hold is found here."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from instructor.grading import digests
from instructor.grading.closure import Closure, place
from rnn_helpers.check import EXERCISES

ROOT = Path(digests.__file__).parents[2]
LOADED = """
import sys
from instructor.grading import engine, worker
from instructor.grading.digests import file_of
print(*sorted(name for name in sys.modules if name.startswith(("instructor.grading.", "rnn_helpers.")) and file_of(name)), sep="\\n")
"""
DECIDES_NOTHING = {"instructor.grading.digests", "instructor.grading.worker", *(f"rnn_helpers.check.{name}" for name in (
    "cells", "edits", "families", "progress", "repair", "report"))}


def test_every_module_that_grading_loads_is_in_the_fingerprint():
    done = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name for name in done.stdout.split() if not digests.is_exercises(name)}
    assert len(loaded) > 20
    closure = Closure()
    for name in EXERCISES:
        closure.add(*place(name))
    assert loaded - set(digests.deciding()) - set(closure.chosen) - DECIDES_NOTHING == set()


def test_what_runs_in_the_sandbox_is_in_the_fingerprint():
    inside = {f"instructor.grading.box.{path.stem}"
              for path in (ROOT / "instructor" / "grading" / "box").glob("*.py")} - {
        "instructor.grading.box.__init__"}
    assert inside <= set(digests.deciding())


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return prints(tmp_path_factory.mktemp("unchanged"))


@pytest.mark.parametrize("change", [
    "rnn_helpers/check/compare.py", *(pytest.param(path, marks=pytest.mark.slow) for path in (
        "instructor/grading/scoring.py", "instructor/grading/box/serve.py", "instructor/grading/box/calls.txt"))])
def test_a_change_of_the_machinery_changes_every_fingerprint(change, tmp_path, before):
    assert prints(tmp_path, change, lambda text: text + "\n# another line\n").isdisjoint(before)


def test_a_change_of_an_exercise_changes_its_own_alone(tmp_path, before):
    after = prints(tmp_path, "rnn_helpers/check/rnn_cell.py", lambda text: text.replace(
        'Facet("y_t of one example", 1,', 'Facet("y_t of one example", 2,'))
    assert len(before - after) == 1 and len(before) == len(EXERCISES)


def prints(folder, path=None, edit=None):
    """The fingerprints of all exercises in a copy of the course with one file edited."""
    copy = folder / (path or "unchanged").replace("/", "-")
    for name in ("rnn_helpers", "instructor"):
        shutil.copytree(ROOT / name, copy / name)  # with what is compiled
    if path:
        text = (copy / path).read_text()
        assert edit(text) != text
        (copy / path).write_text(edit(text))
    done = subprocess.run([sys.executable, "-c", "from instructor.grading.digests import *\nfrom rnn_helpers.check "
                                                 "import EXERCISES\n"
                           "print(*(check_digest(name) for name in EXERCISES))"], cwd=copy, capture_output=True,
                          text=True, check=True)
    return set(done.stdout.split())
