"""LMS archives as Moodle and Canvas make them: whose a file is, which of several counts, what the tables say."""

import csv
import io
import json
import zipfile

import pytest

from instructor.grading.classroom import Classroom
from instructor.grading.tables import as_csv, canvas, moodle
from tests.grading import classes

BODY = json.dumps(classes.released(classes.CELL))


def archive(path, members):
    """A zip with these names, in this order, an hour apart where a pair (name, hour) is given."""
    with zipfile.ZipFile(path, "w") as bundle:
        for member in members:
            name, hour = member if isinstance(member, tuple) else (member, 8)
            bundle.writestr(zipfile.ZipInfo(name, (2026, 3, 2, hour, 0, 0)), BODY)
    return path


@pytest.fixture
def classroom(tmp_path):
    return Classroom(tmp_path / "out", classes.RELEASED)


def handed_in(classroom, path):
    tasks, refused, notes = classroom.tasks(path)
    return {(t.name, t.number, t.notebook): t for t in tasks}, refused, notes


MOODLE = [
    "Ada Lovelace_1234567_assignsubmission_file_/01_rnn_cell.ipynb",  # with folders, older
    "Jürgen Müller-Lüdenscheidt_1234568_assignsubmission_file/01_rnn_cell (1).ipynb",  # with folders, newer
    "O'Brien, Zoë_1234569_assignsubmission_file_01_rnn_cell.ipynb",  # without folders
]
CANVAS = [
    "lovelaceada_12345_67890_01_rnn_cell.ipynb",
    "müllerjürgen_LATE_12346_67891_01_rnn_cell-1.ipynb",
    "van_dyke_12347_67892_Kopie von 01_rnn_cell.ipynb",
    "LATE_anon_x1Y2z_67893_01_rnn_cell.ipynb",
]


def test_moodle_names_are_kept(classroom, tmp_path):
    found, refused, notes = handed_in(classroom, archive(tmp_path / "a.zip", MOODLE))
    assert set(found) == {("Ada Lovelace", "1234567", classes.CELL), ("Jürgen Müller-Lüdenscheidt", "1234568", classes.CELL),
                          ("O'Brien, Zoë", "1234569", classes.CELL)}
    assert not refused and not notes


def test_canvas_names_are_kept(classroom, tmp_path):
    found, refused, notes = handed_in(classroom, archive(tmp_path / "a.zip", CANVAS))
    assert {key[:2]: task.late for key, task in found.items()} == {
        ("lovelaceada", "12345"): False, ("müllerjürgen", "12346"): True, ("van_dyke", "12347"): False, ("anon_x1Y2z", ""): True}
    assert not refused and not notes


@pytest.mark.parametrize("around", ["", "Submissions of week 1/"])
def test_the_last_hand_in_counts(classroom, tmp_path, around):
    names = [("ada_1_10_01_rnn_cell-2.ipynb", 8), ("ada_1_11_01_rnn_cell-10.ipynb", 8), ("ada_1_12_01_rnn_cell.ipynb", 8),
             ("bob_2_13_01_rnn_cell.ipynb", 9), ("bob_2_14_01_rnn_cell-1.ipynb", 8)]
    found, _, _ = handed_in(classroom, archive(tmp_path / "a.zip", [(around + name, hour) for name, hour in names]))
    kept = {name: task.path.rsplit("/", 1)[1] for (name, *_), task in found.items()}
    assert kept == {"ada": "01_rnn_cell-10.ipynb", "bob": "01_rnn_cell.ipynb"}


def test_a_file_name_cannot_make_it_another_students(classroom, tmp_path):
    names = ["Bob_22_assignsubmission_file_/01_rnn_cell.ipynb",
             "Eve_23_assignsubmission_file_/Bob_22_assignsubmission_file_01_rnn_cell.ipynb",
             "Mal_24_assignsubmission_file_/deep/Bob_22_4_01_rnn_cell.ipynb"]
    found, _, _ = handed_in(classroom, archive(tmp_path / "a.zip", names))
    assert {(name, number) for name, number, _ in found} == {("Bob", "22"), ("Eve", "23"), ("Mal", "24")}


def test_two_names_that_look_alike_as_folders_stay_two(classroom, tmp_path):
    found, _, _ = handed_in(classroom, archive(tmp_path / "a.zip", ["A B/01_rnn_cell.ipynb", "A_B/01_rnn_cell.ipynb"]))
    assert len({task.student for task in found.values()}) == len(found) == 2


def test_what_climbs_out_is_refused(classroom, tmp_path):
    _, _, notes = handed_in(classroom, archive(tmp_path / "a.zip", ["../../01_rnn_cell.ipynb", "/etc/01_rnn_cell.ipynb",
                                                                    "C:\\x\\01_rnn_cell.ipynb", *MOODLE]))
    assert len(notes) == 3 and all("leads out" in note for note in notes)


def test_the_same_archive_again_is_the_same_work(classroom, tmp_path):
    path = archive(tmp_path / "a.zip", MOODLE + CANVAS)
    first, second = (handed_in(classroom, path)[0] for _ in range(2))
    assert first == second


STUDENTS = [("Ada, Countess", "17", {"01_rnn_cell": 10.5, "03_bptt": None}), ("=2+2", "18", {"01_rnn_cell": 0.0})]


def test_moodles_worksheet():
    rows = list(csv.DictReader(io.StringIO(as_csv(moodle(STUDENTS, "01_rnn_cell")))))
    assert list(rows[0]) == ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)"]
    assert rows[0]["Identifier"] == "Participant 17" and rows[0]["Grade"] == "10.5" and rows[0]["Full name"] == "Ada, Countess"
    assert rows[1]["Grade"] == "0" and rows[1]["Full name"] == "'=2+2"
    assert [row["Grade"] for row in csv.DictReader(io.StringIO(as_csv(moodle(STUDENTS, "03_bptt"))))] == [""]


def test_canvas_gradebook():
    head, possible, *rows = csv.reader(io.StringIO(as_csv(canvas(STUDENTS, ["01_rnn_cell", "03_bptt"]))))
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01_rnn_cell", "03_bptt"]
    assert possible[0].strip() == "Points Possible" and possible[5:] == ["12", "26"]
    assert rows[0][:2] == ["Ada, Countess", "17"] and rows[0][5:] == ["10.5", ""] and rows[1][5:] == ["0", ""]
