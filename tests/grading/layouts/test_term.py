"""A small class graded for real, week by week: rows, roster, tables, who left and who changed a name."""

import csv
import json

import pytest

from tests.grading import classes
from tests.grading.layouts import builder
from tests.grading.layouts.builder import SECOND

pytestmark = pytest.mark.slow


def rows(out):
    with open(out / "grades.csv", newline="", encoding="utf-8") as file:
        return {(row["student"], row["notebook"]): row for row in csv.DictReader(file)}


def table(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_a_term_keeps_one_row_for_each_student_and_notebook(grader):
    home, out = grader.home, grader.home / "term"
    solved = json.dumps(classes.solved(classes.CELL)).encode()

    def grade(name, members, *more, code=0):
        path = builder.written(home / name, builder.zipped(members))
        grader.give(path)
        done = grader.run("-m", "instructor", "grade", path, "--out", out, *more)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    roster = builder.written(home / "roster.csv", b"First name,Surname,ID number,Email address,Groups\n"
                             b"Ada,Lovelace,7001,ada@x.org,A\nBob,O'Brien,7002,bob@x.org,B\nCy,Young,7003,cy@x.org,B\n"
)
    first = {"Ada Lovelace_11_assignsubmission_file_/x.ipynb": solved,
             "Bob O'Brien_12_assignsubmission_file_/notes.pdf": b"%PDF",
             "Eve Unknown_13_assignsubmission_file_/01_rnn_cell.ipynb.txt": solved}
    path = builder.written(home / "week1.zip", builder.zipped(first))
    dry = grader.run("-m", "instructor", "grade", path, "--out", out, "--dry", "--roster", roster)
    assert dry.returncode == 0 and not out.exists(), dry.stderr
    assert "Eve_Unknown not on the roster" in dry.stdout and "handed in nothing: Cy Young (B)" in dry.stdout
    said = grade("week1.zip", first, "--roster", roster, code=1)
    assert "Moodle (3 students)" in said
    found = rows(out)
    assert {key: row["status"] for key, row in found.items()} == {
        ("Ada_Lovelace", "01_rnn_cell"): "graded", ("Bob_O_Brien", "?"): "not graded",
        ("Eve_Unknown", "01_rnn_cell"): "graded", ("Cy_Young", ""): "nothing handed in"}
    assert found["Ada_Lovelace", "01_rnn_cell"]["points"] == found["Eve_Unknown", "01_rnn_cell"]["points"] == "10"
    # another week, other numbers: the same people
    grade("week2.zip", {"Ada Lovelace_91_assignsubmission_file_/x.ipynb": builder.work(SECOND),
                        "Cy Young_92_assignsubmission_file_/x.ipynb": builder.work(SECOND)})
    assert set(rows(out)) == {("Ada_Lovelace", "01_rnn_cell"), ("Ada_Lovelace", SECOND), ("Cy_Young", SECOND),
                              ("Bob_O_Brien", "?")}  # Eve is on no roster and handed in no more
    assert [line[:2] for line in table(out / "moodle" / "01_rnn_cell.csv")[1:]] == [["Participant 11", "Ada Lovelace"]]
    assert {line[0] for line in table(out / "moodle" / f"{SECOND}.csv")[1:]} == {"Participant 91", "Participant 92"}
    # the first week once more: Bob has handed in, whose row without a notebook goes
    said = grade("week1.zip", {"Ada Lovelace_11_assignsubmission_file_/x.ipynb": solved,
                               "Bob O'Brien_12_assignsubmission_file_/x.ipynb": solved})
    assert "Gone: Bob_O_Brien ?" in said
    assert set(rows(out)) == {("Ada_Lovelace", "01_rnn_cell"), ("Ada_Lovelace", SECOND), ("Cy_Young", SECOND),
                              ("Bob_O_Brien", "01_rnn_cell")}
    assert (out / "left" / "results" / "Eve_Unknown" / "01_rnn_cell.json").exists()
    # the same hand-in with Moodle's worksheet beside it: nothing is run again, and a deadline is applied
    (home / "both").mkdir()
    (home / "week1.zip").rename(home / "both" / "week1.zip")
    builder.written(home / "both" / "Grades-CS101-Week 1-98765.csv", b"Identifier,Full name,Last modified (submission)\n"
                    b'Participant 11,Ada Lovelace,"Monday, 26 October 2026, 12:00 PM"\nParticipant 12,Bob O\'Brien,-\n')
    builder.written(out / "grading.toml", b'timezone = "Europe/Vienna"\nlate_per_day = 10\n[deadlines]\n'
                    b"01_rnn_cell = 2026-10-24\n")
    grader.give(home / "both")
    grader.give(out / "grading.toml")
    done = grader.run("-m", "instructor", "grade", home / "both", "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    found = rows(out)
    assert "2 days late" in found["Ada_Lovelace", "01_rnn_cell"]["why it counts so"]
    assert "is not known: no deadline applied" in found["Bob_O_Brien", "01_rnn_cell"]["why it counts so"]
