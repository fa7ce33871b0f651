"""LMS archives as Moodle and Canvas make them: whose a file is, which of several counts, what the tables say."""

import csv
import io
import json
import os
import zipfile

import pytest

from instructor.grading.archive import NoArchive
from instructor.grading.classroom import Classroom
from instructor.grading.grade_tables import as_csv, canvas, maximum, moodle, number
from instructor.grading.intake import DUE, IGNORED, REFUSED, hand_ins
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
    tasks, refused, found = classroom.tasks(path)
    return {(t.name, t.number, t.notebook): t for t in tasks}, refused, [item for item in found if item.state != DUE]


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
    found, refused, left = handed_in(classroom, archive(tmp_path / "a.zip", MOODLE))
    assert set(found) == {("Ada Lovelace", "1234567", classes.CELL),
                          ("Jürgen Müller-Lüdenscheidt", "1234568", classes.CELL),
                          ("O'Brien, Zoë", "1234569", classes.CELL)}
    assert not refused and not left


def test_canvas_names_are_kept(classroom, tmp_path):
    found, refused, left = handed_in(classroom, archive(tmp_path / "a.zip", CANVAS))
    assert {key[:2]: task.late for key, task in found.items()} == {
        ("lovelaceada", "12345"): False, ("müllerjürgen", "12346"): True, ("van_dyke", "12347"): False,
        ("anon_x1Y2z", ""): True}
    assert not refused and not left


@pytest.mark.parametrize("around", ["", "Submissions of week 1/"])
def test_the_last_hand_in_counts(classroom, tmp_path, around):
    names = [("ada_1_10_01_rnn_cell-2.ipynb", 8), ("ada_1_11_01_rnn_cell-10.ipynb", 8),
             ("ada_1_12_01_rnn_cell.ipynb", 8),
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
    _, _, left = handed_in(classroom, archive(tmp_path / "a.zip", ["../../01_rnn_cell.ipynb", "/etc/01_rnn_cell.ipynb",
                                                                    "C:\\x\\01_rnn_cell.ipynb", *MOODLE]))
    assert len(left) == 3 and all("leads out" in item.why and item.state == REFUSED for item in left)


def test_the_same_archive_again_is_the_same_work(classroom, tmp_path):
    path = archive(tmp_path / "a.zip", MOODLE + CANVAS)
    first, second = (handed_in(classroom, path)[0] for _ in range(2))
    assert first == second


def written(folder, *names, body=BODY):
    for name in names:
        path = os.path.join(os.fsencode(folder), name if isinstance(name, bytes) else name.encode())
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(body)


def test_every_file_and_folder_is_accounted_for(tmp_path):
    written(tmp_path, "ada/01_rnn_cell.ipynb", "ada/notes.pdf", "bob/report.docx", "cy/x.ipynb",
            "dan/.ipynb_checkpoints/01_rnn_cell.ipynb",
            "readme.txt", b"m\xfcller/01_rnn_cell.ipynb", "eve/01_rnn_cell.ipynb", "eve/01_rnn_cell-1.ipynb")
    (tmp_path / "fred" / "deeper").mkdir(parents=True)
    os.symlink(tmp_path / "ada", tmp_path / "gil")
    os.symlink(tmp_path / "ada" / "01_rnn_cell.ipynb", tmp_path / "eve" / "02_forward_pass.ipynb")
    found = hand_ins(tmp_path, ["01_rnn_cell", "02_forward_pass"])
    became = {item.words: (item.state, item.why) for item in found}
    assert [path for path, (state, _) in became.items() if state == DUE] == [
        "ada/01_rnn_cell.ipynb", "eve/01_rnn_cell-1.ipynb", "m\\xfcller/01_rnn_cell.ipynb"]
    for path, words in {"bob/report.docx": "no notebook", "cy/x.ipynb": "no course notebook's name", "dan": "hidden",
                        "fred": "empty", "gil": "link",
                        "eve/02_forward_pass.ipynb": "link"}.items():
        assert became[path][0] == REFUSED and words in became[path][1], path
    for path, words in {"ada/notes.pdf": "no notebook", "readme.txt": "beside",
                        "eve/01_rnn_cell.ipynb": "newer"}.items():
        assert became[path][0] == IGNORED and words in became[path][1], path


def test_damaged_members_cost_their_own_row(classroom, tmp_path):
    path = archive(tmp_path / "a.zip", MOODLE)
    with zipfile.ZipFile(path, "a") as bundle:
        bundle.writestr(zipfile.ZipInfo("Zoe_9_assignsubmission_file_/01_rnn_cell.ipynb", (1980, 0, 0, 0, 0, 0)), BODY)
        bundle.writestr("Bad_10_assignsubmission_file_/01_rnn_cell.ipynb", BODY)
        bundle.writestr("Bomb_11_assignsubmission_file_/01_rnn_cell.ipynb", b"0" * 30_000_000)
    data = bytearray(path.read_bytes())
    at = data.rindex(BODY.encode()[:200], 0, data.rindex(b"Bomb_11"))
    data[at + 50] ^= 1  # the checksum no longer fits
    path.write_bytes(data)
    found, refused, _ = handed_in(classroom, path)
    assert {name for name, *_ in found} == {"Ada Lovelace", "Jürgen Müller-Lüdenscheidt", "O'Brien, Zoë", "Zoe"}
    assert {result["name"]: result["why"].split(": ", 1)[1][:26] for result in refused} == {
        "Bad": "it cannot be unpacked (Bad", "Bomb": "30000000 bytes are too many"[:26]}


@pytest.mark.parametrize("content", [b"", b"PK\3\4 cut short", b"7z\xbc\xaf'\x1c", b"\x1f\x8b tar"])
def test_what_is_no_zip_says_what_to_do(classroom, tmp_path, content):
    (tmp_path / "class.zip").write_bytes(content)
    with pytest.raises(NoArchive, match="download it again"):
        classroom.tasks(tmp_path / "class.zip")


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
    assert possible[0].strip() == "Points Possible" and possible[5:] == ["12", number(maximum("03_bptt"))]
    assert rows[0][:2] == ["Ada, Countess", "17"] and rows[0][5:] == ["10.5", ""] and rows[1][5:] == ["0", ""]
