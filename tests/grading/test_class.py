"""A whole class, really graded: nobody loses an honest point, nobody gains a forged one, nothing is harmed."""

import csv
import json
import os
from pathlib import Path

import pytest

from tests.grading import classes


@pytest.fixture(scope="module")
def graded(grader):
    """The folder of results of the honest, the broken and the hostile class, graded in one run."""
    submissions = grader.home / "submissions"
    for student, (notebook, *_) in {**classes.honest(), **classes.broken()}.items():
        classes.hand_in(submissions, student, classes.CELL, notebook)
    for student, notebook in classes.hostile().items():
        classes.hand_in(submissions, student, classes.CELL, notebook)
    (submissions / "linked").mkdir()
    os.symlink(submissions / "solved" / "01_rnn_cell.ipynb", submissions / "linked" / "01_rnn_cell.ipynb")
    classes.hand_in(submissions, "scripted", classes.CELL, classes.with_source(
        classes.CELL, order_matters="<script>alert(1)</script> [x](javascript:alert(1)) =1+1"))
    grader.give(submissions)
    done = grader.run("-m", "instructor", "grade", submissions, "--out", grader.home / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    return grader.home / "out"


def result(out, student):
    return json.loads((out / "results" / student / "01_rnn_cell.json").read_text())


def points(out, student):
    found = result(out, student)["exercises"]
    return found["rnn_cell_forward"]["points"], found["readout"]["points"]


@pytest.mark.parametrize("student", classes.honest())
def test_no_honest_point_is_lost(graded, student):
    _, cell, readout = classes.honest()[student]
    assert result(graded, student)["status"] == "graded"
    assert points(graded, student) == (cell, readout), result(graded, student)


@pytest.mark.parametrize("student", classes.broken())
def test_broken_notebooks_are_reported(graded, student):
    _, why = classes.broken()[student]
    found = result(graded, student)
    if why is None:
        assert found["status"] == "graded"
    else:
        assert found["status"] == "not graded" and why in found["why"], found["why"]


@pytest.mark.parametrize("student", classes.HOSTILE)
def test_no_point_is_forged(graded, student):
    assert result(graded, student)["status"] == "graded"
    cell, readout = points(graded, student)
    # shape and unharmed arguments may be earned honestly by a wrong answer; right values may not
    assert cell <= 1 and readout == 3, result(graded, student)


def test_nothing_is_harmed(graded):
    assert not os.path.exists("/var/tmp/rnn-hostile") and not os.path.exists("/usr/rnn-hostile")
    linked = result(graded, "linked")
    assert linked["status"] == "not graded" and "link" in linked["why"]


def test_the_table_says_why_instead_of_zero(graded):
    rows = {row["student"]: row for row in csv.DictReader((graded / "grades.csv").open())}
    assert rows["solved"]["rnn_cell_forward"] == "7" and rows["solved"]["status"] == "graded"
    assert rows["bad-json"]["points"] == "" and "JSON" in rows["bad-json"]["why"]
    assert rows["solved"]["order_matters"] == ""  # nobody has read it yet


def test_feedback_names_the_mistake_and_runs_nothing(graded):
    page = (graded / "feedback" / "transposed" / "01_rnn_cell.html").read_text()
    assert "Wh is transposed" in page
    scripted = (graded / "feedback" / "scripted" / "01_rnn_cell.html").read_text()
    assert "<script" not in scripted and "Content-Security-Policy" in scripted
    shown = (graded / "nbgrader" / "autograded" / "scripted" / "01_rnn_cell" / "01_rnn_cell.ipynb").read_text()
    assert "<script" not in shown and "javascript:" not in shown


def test_the_class_report_counts(graded):
    report = (graded / "report.html").read_text()
    assert "Could not be graded" in report and "Wh is transposed" in report and "bad-json" in report


def test_a_second_run_grades_nothing_anew(grader, graded):
    stamps = {path: path.stat().st_mtime_ns for path in Path(graded).glob("results/*/*.json") if "not graded" not in path.read_text()}
    done = grader.run("-m", "instructor", "grade", grader.home / "submissions", "--out", graded)
    assert done.returncode == 0, done.stderr
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())
