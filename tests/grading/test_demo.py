"""The walk of INSTRUCTORS.md, "A term in ten minutes": a made class, from its roster to final grades."""

import csv
import re

import pytest

from tests.grading.ordinary import ROOT


@pytest.mark.slow
def test_a_term_of_the_made_class(grader):
    guide = (ROOT / "INSTRUCTORS.md").read_text().split("# A term in ten minutes")[1].split("\n# ")[0]
    commands = re.findall(r"^ +(?:make demo-class|\.venv/bin/python -m instructor .*)$", guide, re.MULTILINE)
    assert len(commands) >= 5
    said = []
    for command in commands:
        words = command.split("#")[0].split()
        words = ["-m", "instructor", "demo-class"] if words[0] == "make" else words[1:]
        if "formgrader" not in words:
            done = grader.run(*words)
            assert done.returncode in (0, 1), (command, done.stdout, done.stderr)
            said.append(done.stdout + done.stderr)
    folder = grader.home / "course" / "demo-class" / "grading"
    with open(folder / "grades.csv", newline="") as file:
        rows = {(row["student"], row["notebook"]): row for row in csv.DictReader(file)}
    with open(folder / "totals.csv", newline="") as file:
        totals = {row["student"]: row for row in csv.DictReader(file)}
    assert "Nothing was graded and nothing written" in said[1] and "handed in nothing: Srinivasa Ramanujan" in said[1]
    assert len(totals) == 12 and len(rows) == 2 * 11 + 1
    assert {row["status"] for row in rows.values()} == {"graded", "nothing handed in"}
    first = {student: row for (student, notebook), row in rows.items() if notebook == "01_rnn_cell"}
    points = {student: float(row["points"]) for student, row in first.items()}
    assert points["Ada_Lovelace"] == points["Grace_Hopper"] == points["Emmy_Noether"] == points["Katherine_Johnson"] == 10
    assert points["Radia_Perlman"] == 0 < points["Alan_Turing"] < points["Dorothy_Vaughan"] == 7
    assert "2 days late" in first["Emmy_Noether"]["why it counts so"] and float(first["Emmy_Noether"]["counts"]) == 7.6
    assert float(first["Katherine_Johnson"]["counts"]) == 10
    assert "in time (extended to 2026-10-15 23:59)" in first["Katherine_Johnson"]["why it counts so"]
    assert "\n4005,,7.6,11.6," in (folder / "brightspace.csv").read_text()  # the roster's number: Brightspace finds it
    report = (folder / "report.html").read_text()
    assert "Wh is transposed”: how would you notice" in report and "href='feedback/Alan_Turing/01_rnn_cell.html'" in report
    assert (folder / "moodle" / "01_rnn_cell.csv").read_text().count("Participant 40") == 11
