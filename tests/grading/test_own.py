"""An instructor's own notebook: one file, one notebook, and build, check, grading, report and tables know it."""

import csv
import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.check.test_new_exercise import GRU
from tests.grading.ordinary import ROOT

SOLVED = """def gru_cell(p, x_t, h_prev):
    \"\"\"One step of a GRU: h_t (H, B) from p, x_t (D, B), h_prev (H, B).\"\"\"
    ### BEGIN SOLUTION
    u = sigmoid(p["Wu"] @ x_t + p["Uu"] @ h_prev + p["bu"])
    r = sigmoid(p["Wr"] @ x_t + p["Ur"] @ h_prev + p["br"])
    n = np.tanh(p["Wn"] @ x_t + p["Un"] @ (r * h_prev) + p["bn"])
    return (1 - u) * n + u * h_prev
    ### END SOLUTION"""


def cell(name, source, **graded):
    metadata = {"nbgrader": {"grade_id": name, "schema_version": 3, "locked": False, "task": False, "grade": False,
                             "solution": False, **graded}} if graded else {}
    return {"cell_type": "code", "id": name.replace("_", "-"), "metadata": metadata, "source": source, "outputs": [],
            "execution_count": None}


def text(name, source, **graded):
    return {key: value for key, value in {**cell(name, source, **graded), "cell_type": "markdown"}.items()
            if key not in ("outputs", "execution_count")}


def notebook():
    cells = [text("title", "# 7. A gated cell"), cell("imports", "import numpy as np\n\nfrom rnn_helpers import check"),
             cell("sigmoid", "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))"),
             text("task", "### Exercise 1: `gru_cell` (3 points)\n\nOne step of a gated recurrent unit."),
             cell("gru_cell", SOLVED, solution=True),
             cell("check_gru_cell", "check.gru_cell(gru_cell)", grade=True, points=3),
             text("question", "### Question: what do the gates decide? (2 points)"),
             text("why_gates", "What is kept, and what is let in.", solution=True, grade=True, points=2)]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.mark.slow
def test_a_notebook_of_ones_own_is_built_checked_and_graded(grader):
    course = grader.home / "course"
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, course)
    (course / "rnn_helpers" / "own" / "07_gru.py").write_text(
        GRU + '\nEXERCISES = (GRU_CELL,)\nWRITTEN = {"why_gates": 2}\n')
    (course / "notebooks" / "solutions" / "07_gru.ipynb").write_text(json.dumps(notebook()))
    built = subprocess.run([sys.executable, "-m", "authoring.notebooks", "07_gru"], cwd=course, text=True,
                           capture_output=True, env={**os.environ, "PYTHONPATH": str(course)})
    assert built.returncode == 0, built.stdout + built.stderr
    released = json.loads((course / "notebooks" / "07_gru.ipynb").read_text())
    solved = json.loads((course / "notebooks" / "solutions" / "07_gru.ipynb").read_text())
    assert "SOLUTION" not in json.dumps(released) and "3 of 3 points" in json.dumps(solved)
    turned = json.loads(json.dumps(solved).replace("(1 - u) * n + u * h_prev", "u * n + (1 - u) * h_prev"))
    for student, work in (("right", solved), ("turned", turned), ("untouched", released)):
        path = course / "submissions" / student / "07_gru.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(work))
    (course / "grading").mkdir()
    (course / "grading" / "grading.toml").write_text("[weights]\ngru_cell = 6\n07_gru = 2\n")
    grader.give(course)
    done = grader.run("-m", "instructor", "grade", "submissions")
    assert done.returncode == 0, done.stdout + done.stderr
    with open(course / "grading" / "grades.csv", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert [rows[student]["gru_cell"] for student in ("right", "turned", "untouched")] == ["3", "0", "0"]
    assert rows["right"]["counts"] == "6" and rows["right"]["of"] == "8" and "why_gates" in rows["right"]
    assert "u and 1 - u have changed places" in (course / "grading" / "feedback" / "turned" / "07_gru.html").read_text()
    assert "07_gru" in (course / "grading" / "report.html").read_text()
