"""Scores and comments that a person sets in the formgrader: in every table, through regrades, asked for again when the
submission has changed; and what grading.toml makes of them."""

import csv

import pytest

from instructor.grading.classroom import Classroom
from instructor.grading.scoring import nothing
from rnn_helpers.check import EXERCISES
from tests.grading.classes import CELL, RELEASED

pytest.importorskip("nbgrader", reason="needs the extra `grading`")
pytestmark = pytest.mark.slow


class Class:
    """A class whose results are given, not graded."""

    def __init__(self, folder):
        self.folder = folder

    def grade(self, student="ada", points=(7.0, 3.0), digest="first", answer="Because.", time=0):
        names = [name for name, exercise in EXERCISES.items() if exercise.notebook == CELL]
        exercises = {name: {**nothing(name, "died"), "points": value, "digest": ""}
                     for name, value in zip(names, points, strict=True)}
        with Classroom(self.folder, RELEASED) as classroom:
            classroom.record({"student": student, "name": student.title(), "number": "7", "notebook": CELL,
                              "file": "", "status": "graded", "why": "", "exercises": exercises, "sources": {},
                              "answers": {"order_matters": answer}, "verbatim": [], "shingles": "", "notes": [],
                              "digest": digest, "seconds": 0.0, "again": False, "time": time})

    def write(self, policies=""):
        from instructor.grading.commands import write_results
        from instructor.grading.policies import Policies

        (self.folder / "grading.toml").write_text(policies)
        with Classroom(self.folder, RELEASED) as classroom:
            assert write_results(classroom, (), Policies.read(self.folder / "grading.toml")) == []

    def mark(self, cell, score=None, extra=None, comment=None, student="ada"):
        """What the formgrader writes."""
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{self.folder}/nbgrader/gradebook.db", "rnn") as book:
            if comment:
                home = cell.removeprefix("check_")
                book.find_comment(home, CELL, CELL, student).manual_comment = comment
            if score is not None or extra is not None:
                grade = book.find_grade(cell, CELL, CELL, student)
                grade.manual_score, grade.extra_credit, grade.needs_manual_grade = score, extra, False
            book.db.commit()

    def table(self, name="grades.csv", student="ada"):
        rows = list(csv.DictReader((self.folder / name).read_text().splitlines()))
        return next(row for row in rows if student in row.values() or student.title() in row.values())

    def feedback(self):
        return (self.folder / "feedback" / "ada" / f"{CELL}.html").read_text()


@pytest.fixture
def graded(tmp_path):
    found = Class(tmp_path)
    found.grade()
    found.write()
    return found


def test_a_score_and_a_comment_count_in_every_table(graded):
    graded.mark("check_rnn_cell_forward", 5.5, comment="The loop is not needed.")
    graded.mark("order_matters", 1.5, extra=0.5, comment="Well said.")
    graded.write()
    row = graded.table()
    assert (row["rnn_cell_forward"], row["order_matters"], row["points"], row["counts"]) == ("5.5", "2", "10.5", "10.5")
    assert graded.table(f"moodle/{CELL}.csv")["Grade"] == graded.table("canvas.csv")[CELL] == "10.5"
    assert graded.table("totals.csv")["percent"] == "87.5"
    assert "The loop is not needed." in graded.feedback() and "5.5 points, given by hand" in graded.feedback()
    assert "Well said." in graded.feedback() and "2 of 2" in graded.feedback()
    assert "median 8.5 of 10" in (graded.folder / "report.html").read_text()


def test_a_score_survives_a_changed_check_and_not_a_changed_submission(graded, capsys):
    graded.mark("check_rnn_cell_forward", 5.5)
    graded.mark("check_readout", extra=1.0)
    graded.mark("order_matters", 1.5)
    graded.grade(points=(2.0, 2.5))  # a check was mended: the same submission
    graded.write()
    row = graded.table()
    assert (row["rnn_cell_forward"], row["readout"], row["order_matters"]) == ("5.5", "3.5", "1.5")
    assert "by hand" not in row["notes"] and "look again" not in capsys.readouterr().out
    graded.grade(points=(1.0, 2.0), digest="second")  # the same answer, other code
    graded.write()
    row = graded.table()
    assert (row["rnn_cell_forward"], row["readout"], row["order_matters"]) == ("1", "2", "1.5")
    assert "to be looked at again: rnn_cell_forward, readout" in row["notes"]
    assert "2 given by hand before the submission changed: look again" in capsys.readouterr().out
    graded.write()  # told until it is done
    assert "look again" in capsys.readouterr().out
    graded.mark("check_rnn_cell_forward", 4.0)
    graded.grade(points=(1.0, 2.0), digest="third", answer="Because of something else.")
    graded.write()
    row = graded.table()
    assert row["order_matters"] == "" and "order_matters" in row["notes"]


def test_policies_change_what_counts_and_nothing_else(graded):
    graded.mark("order_matters", 2.0)
    graded.grade("bob", (0.0, 3.0), time=10**18)
    graded.write('late_per_day = 50\n[deadlines]\n01_rnn_cell = 2001-09-08T00:00:00Z\n[groups]\nMonday = ["bob", "eve"]')
    ada, bob, eve = (graded.table(student=student) for student in ("ada", "bob", "eve"))
    assert (ada["points"], ada["counts"]) == ("12", "12") and "not known" in ada["why it counts so"]
    assert (bob["points"], bob["counts"]) == ("3", "0") and "3 points before: 1 day late" not in bob["why it counts so"]
    assert bob["why it counts so"].startswith("3 points before: 2 days late, 50 % of 12 a day")
    assert (eve["status"], eve["counts"], eve["why it counts so"]) == ("in a group", "0", "handed in by bob for Monday")
    assert graded.table("totals.csv", "eve")["group"] == "Monday"
    graded.write()
    assert graded.table(student="bob")["counts"] == "3"


def test_markers_see_no_names_and_their_scores_stay_when_that_changes(graded):
    graded.mark("order_matters", 1.5)
    graded.write("anonymous = true")
    assert graded.table()["order_matters"] == "1.5"
    book = (graded.folder / "nbgrader" / "gradebook.db").read_bytes()
    names = [path.name for path in (graded.folder / "nbgrader" / "autograded").iterdir()]
    assert len(names) == 1 and names[0].startswith("anonymous-")
    graded.mark("order_matters", 0.5, student=names[0])
    graded.write()
    assert graded.table()["order_matters"] == "0.5" and book
    assert [path.name for path in (graded.folder / "nbgrader" / "autograded").iterdir()] == ["ada"]
