"""What becomes of what was handed in: which of several files counts, what damage costs, what the tables say."""

import csv
import gzip
import io
import json
import os
import random
import struct
import subprocess
import tarfile
import time
import tracemalloc
import zipfile

import pytest

from instructor.grading.classroom import Classroom
from instructor.grading.grade_tables import as_csv, maximum, number, plain, tables
from instructor.grading.intake import DUE, IGNORED, REFUSED, hand_ins
from instructor.grading.layouts.base import Pupil
from instructor.grading.listing import NoArchive
from instructor.grading.names import own_folder, owner_in
from tests.grading import classes
from tests.grading.layouts import builder

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
    tasks, refused, intake = classroom.tasks(path)
    return ({(t.name, t.number, t.notebook): t for t in tasks}, refused,
            [item for item in intake.items if item.state != DUE])


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


def test_names_numbers_and_late_marks_are_kept(classroom, tmp_path):
    found, refused, left = handed_in(classroom, archive(tmp_path / "a.zip", MOODLE + CANVAS))
    assert {key[:2]: (task.late, task.layout) for key, task in found.items()} == {
        ("Ada Lovelace", "1234567"): (False, "Moodle"), ("Jürgen Müller-Lüdenscheidt", "1234568"): (False, "Moodle"),
        ("O'Brien, Zoë", "1234569"): (False, "Moodle"), ("lovelaceada", "12345"): (False, "Canvas"),
        ("müllerjürgen", "12346"): (True, "Canvas"), ("van_dyke", "12347"): (False, "Canvas"),
        ("anon_x1Y2z", ""): (True, "Canvas")}
    assert not refused and not left


@pytest.mark.parametrize("around", ["", "Submissions of week 1/"])
def test_the_last_hand_in_counts(classroom, tmp_path, around):
    names = [("ada_1_1010_01_rnn_cell-2.ipynb", 8), ("ada_1_1011_01_rnn_cell-10.ipynb", 8),
             ("ada_1_1012_01_rnn_cell.ipynb", 8),
             ("bob_2_1013_01_rnn_cell.ipynb", 9), ("bob_2_1014_01_rnn_cell-1.ipynb", 8)]
    found, _, _ = handed_in(classroom, archive(tmp_path / "a.zip", [(around + name, hour) for name, hour in names]))
    kept = {name: [item.name for item in classroom.tasks(tmp_path / "a.zip")[2].items
                   if item.state == DUE and item.who.name == name] for name, *_ in found}
    assert kept == {"ada": ["01_rnn_cell-10.ipynb"], "bob": ["01_rnn_cell.ipynb"]}


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
        path = os.path.join(os.fsencode(folder), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(body)


def test_every_file_and_folder_is_accounted_for(tmp_path):
    written(tmp_path, "ada/01_rnn_cell.ipynb", "ada/notes.pdf", "bob/report.docx", "hal/x.ipynb",
            "dan/.ipynb_checkpoints/01_rnn_cell.ipynb",
            b"m\xfcller/01_rnn_cell.ipynb", "eve/01_rnn_cell.ipynb", "eve/01_rnn_cell-1.ipynb")
    written(tmp_path, "cy/01_intro.ipynb", body='{"cells": [], "nbformat": 4}')
    written(tmp_path, "readme.txt", body="Dear all")
    (tmp_path / "fred" / "deeper").mkdir(parents=True)
    os.symlink(tmp_path / "ada", tmp_path / "gil")
    os.symlink(tmp_path / "ada" / "01_rnn_cell.ipynb", tmp_path / "eve" / "02_forward_pass.ipynb")
    found = hand_ins(tmp_path, classes.RELEASED, ["01_rnn_cell", "02_forward_pass"])
    became = {item.words: (item.state, item.why) for item in found.items}
    assert [path for path, (state, _) in became.items() if state == DUE] == [
        "ada/01_rnn_cell.ipynb", "eve/01_rnn_cell-1.ipynb", "hal/x.ipynb", "m\\xfcller/01_rnn_cell.ipynb"]
    for path, words in {"bob/report.docx": "no notebook", "cy/01_intro.ipynb": "nothing in it is the course's", "dan/.ipynb_checkpoints": "hidden",
                        "fred/deeper": "empty", "gil": "link",
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
    with pytest.raises(NoArchive, match="unpack it yourself"):
        classroom.tasks(tmp_path / "class.zip")


def tar(kind, size=0, zeros=0):
    """A tar.gz that begins with a header which promises `size` bytes, and the zeros behind it."""
    head, out = tarfile.TarInfo("01_rnn_cell.ipynb"), io.BytesIO()
    head.type, head.size = kind, size
    with gzip.GzipFile(fileobj=out, mode="wb") as packed:
        packed.write(head.tobuf(tarfile.GNU_FORMAT) + bytes(zeros))
    return out.getvalue()


def with_many_names(count):
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, *6 * (0,)) + b"a"
    return entry * count + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xffff, 0xffff, len(entry) * count, 0, 0)


@pytest.mark.parametrize("name, content, word", [
    ("a.tar.gz", tar(tarfile.GNUTYPE_LONGNAME, 2**40, 10**6), "not a readable"),
    ("a.tar.gz", tar(tarfile.XHDTYPE, 2**30, 10**6), "not a readable"),
    ("a.tar.gz", tar(tarfile.REGTYPE, 2**33, 10**6), "far more than its size"),
    ("a.zip", with_many_names(700_000), "more than 200000 files")], ids=["long name", "attributes", "zeros", "names"])
def test_a_bomb_is_told_before_it_goes_off(tmp_path, name, content, word):
    written(tmp_path, "ada/01_rnn_cell.ipynb")
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / name).write_bytes(content)
    tracemalloc.start()
    begin = time.process_time()
    found = hand_ins(tmp_path, classes.RELEASED, ["01_rnn_cell"])
    assert time.process_time() - begin < 5 and tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()
    assert {item.student: item.state for item in found.items}["ada"] == DUE
    assert word in " ".join(item.why for item in found.items)


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", ""])
def test_a_damaged_archive_costs_its_own_row_wherever_the_damage_is(tmp_path, kind):
    out, noise = io.BytesIO(), random.Random(7).randbytes(100_000)
    with tarfile.open(fileobj=out, mode=f"w:{kind}") as bundle:
        for name in ("first.bin", "01_rnn_cell.ipynb"):
            info = tarfile.TarInfo(name)
            info.size = len(noise)
            bundle.addfile(info, io.BytesIO(noise))
    written(tmp_path, "ada/01_rnn_cell.ipynb")
    (tmp_path / "eve").mkdir()
    for place in range(0, out.tell(), 6001):
        data = bytearray(out.getvalue())
        data[place : place + 20] = b"x" * 20
        (tmp_path / "eve" / f"a.tar.{kind}".rstrip(".")).write_bytes(data)
        found = hand_ins(tmp_path, classes.RELEASED, ["01_rnn_cell"])
        assert {item.student for item in found.items if item.state == DUE} >= {"ada"}
        assert any(item.student == "eve" for item in found.items)


def test_folders_without_end_cost_their_own_row(tmp_path):
    written(tmp_path, "ada/01_rnn_cell.ipynb", "eve/01_rnn_cell.ipynb")
    deep = "mkdir d && cd d || exit 1; " * 60
    for _ in range(20):  # 1200 folders, more than Python calls inside one another
        subprocess.run(["sh", "-c", "cd $(find . -type d | tail -1) && " + deep], cwd=tmp_path / "eve", check=True)
    try:
        found = hand_ins(tmp_path, classes.RELEASED, ["01_rnn_cell"])
    finally:
        subprocess.run(["rm", "-rf", tmp_path / "eve"], check=True)  # pytest could not
    assert {item.student for item in found.items if item.state == DUE} == {"ada", "eve"}
    assert "100 folders" in " ".join(item.why for item in found.items)


def test_a_name_or_time_that_no_disk_holds_costs_nobody_else(classroom, tmp_path):
    """Both ended the command: a folder's name has 255 bytes, a file's time 64 bits."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as bundle:
        info = tarfile.TarInfo("01_rnn_cell.ipynb")
        info.size, info.pax_headers = len(BODY), {"mtime": "1e30"}
        bundle.addfile(info, io.BytesIO(BODY.encode()))
    path = archive(tmp_path / "a.zip", [*MOODLE, f"{'名' * 120}_7_assignsubmission_file_/01_rnn_cell.ipynb",
                                        f"{'株' * 120}_8_assignsubmission_file_/x.pdf"])
    with zipfile.ZipFile(path, "a") as bundle:
        bundle.writestr("Eve_9_assignsubmission_file_/x.tar", out.getvalue())
    found, refused, _ = handed_in(classroom, path)
    assert {number for _, number, _ in found} == {"1234567", "1234568", "1234569", "7", "9"}
    for result in refused:
        classroom.record(result)
    assert [result["number"] for result, _ in classroom.results()] == ["8"]


def test_archives_without_end_are_not_all_opened(tmp_path):
    path = archive(tmp_path / "a.zip", MOODLE)
    many = builder.zipped({f"{number}.zip": {"x": b""} for number in range(1000)})
    with zipfile.ZipFile(path, "a") as bundle:
        bundle.writestr("Eve_9_assignsubmission_file_/x.zip", many)
    found = hand_ins(path, classes.RELEASED, ["01_rnn_cell"])
    assert sum(item.state == DUE for item in found.items) == len(MOODLE)
    assert 450 < sum("too many" in item.why for item in found.items) < 550


def test_nobody_gets_a_folder_that_is_somebody_elses_already():
    """A name made to be what a classmate's becomes when two names are written alike."""
    taken, people = {}, ["A B", "A/B"]
    second = own_folder("A/B", "A/B", {"A_B": "A B"})
    assert len({own_folder(who, who, taken) for who in (second, *people)}) == 3


PUPILS = [Pupil("Ada, Countess", points={"01_rnn_cell": 10.5, "03_bptt": None}, numbers={"01_rnn_cell": "17"}),
          Pupil("=2+2", points={"01_rnn_cell": 0.0}, numbers={"01_rnn_cell": "18"})]


def written_tables(notebooks):
    """file -> rows of the tables, as they are read again."""
    return {name: list(csv.reader(io.StringIO(as_csv(rows)))) for name, rows in tables(PUPILS, notebooks)}


def test_a_cell_is_no_formula_and_no_longer_than_a_spreadsheet_takes():
    assert [plain(text)[0] for text in ("=1", " +1", "-1", "@x", "＝1", "＋1", "－1", "＠x")] == ["'"] * 8
    assert len(plain("x" * 40_000)) < 32_767


def test_moodles_worksheet():
    found = written_tables(["01_rnn_cell", "03_bptt"])
    assert found["moodle/01_rnn_cell.csv"] == [
        ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)"],
        ["Participant 17", "Ada, Countess", "10.5", "12", ""], ["Participant 18", "'=2+2", "0", "12", ""]]
    assert [row[2] for row in found["moodle/03_bptt.csv"][1:]] == [""]


def test_canvas_gradebook():
    head, possible, *rows = written_tables(["01_rnn_cell", "03_bptt"])["canvas.csv"]
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01_rnn_cell", "03_bptt"]
    assert possible[0].strip() == "Points Possible" and possible[5:] == ["12", number(maximum("03_bptt"))]
    assert rows[0][:2] == ["Ada, Countess", "17"] and rows[0][5:] == ["10.5", ""] and rows[1][5:] == ["0", ""]


@pytest.mark.parametrize("name", ["    Points Possible", "Eve Points  Possible", "Points\u00a0Possible"])
def test_nobodys_name_sets_canvas_maxima(name):
    """Its importer takes a line for that of the maxima where the first cell holds /Points Possible/."""
    [(_, rows)] = [table for table in tables([Pupil(name, points={"01_rnn_cell": 0.0})], ["01_rnn_cell"]) if table[0] == "canvas.csv"]
    assert ["Points Possible" in row[0] for row in rows] == [False, True, False]


def test_the_folder_of_results_is_nobodys_work_wherever_it_lies(tmp_path):
    """As after `grade week1 --out week1/results`, once more."""
    for path in ("ada/01_rnn_cell.ipynb", "bob/01_rnn_cell.ipynb", "results/nbgrader/autograded/ada/01_rnn_cell/01_rnn_cell.ipynb",
                 "results/unpacked/ada/01_rnn_cell.ipynb", "results/results/ada/01_rnn_cell.json"):
        builder.unpacked(tmp_path / "week1", {path: builder.work()})
    intake = hand_ins(tmp_path / "week1", classes.RELEASED, [classes.CELL], results=tmp_path / "week1" / "results")
    assert intake.students == {"ada", "bob"}
    assert [item.words for item in intake.items if "grading itself" in item.why] == ["results"]
    assert len(intake.items) == 3


@pytest.mark.parametrize("name", ["01_RNN_~1.IPY", "nb.ipnb", "nb.ipny", "nb.pynb"])
def test_a_notebook_is_one_under_a_misspelt_ending(tmp_path, name):
    builder.unpacked(tmp_path, {f"ada/{name}": builder.work()})
    item, = hand_ins(tmp_path, classes.RELEASED, [classes.CELL]).items
    assert (item.state, item.notebook) == (DUE, classes.CELL) and "no ending .ipynb" in item.doubt


@pytest.mark.parametrize(("content", "why"), [(b"PK\x03\x04", "it is a zip"), (b"", "it is empty"), (b"%PDF-1.4", "it is a PDF"),
                                              (b"L\0\0\0\x01\x14\x02\0" + bytes(99), "a shortcut of Windows"),
                                              (b"import numpy", "a Python program"), (b"<html>", "a web page")])
def test_what_only_its_ending_calls_a_notebook_says_what_it_is(tmp_path, content, why):
    builder.unpacked(tmp_path, {"ada/work.ipynb": content})
    item, = hand_ins(tmp_path, classes.RELEASED, [classes.CELL, "03_bptt"]).items
    assert item.state != DUE and why in item.why


def test_a_clouds_copy_is_whose_it_says():
    for name, owner in {"01_rnn_cell (Ada Lovelace's conflicted copy 2026-03-01).ipynb": "Ada Lovelace",
                        "Ada Lovelace - 01_rnn_cell (Bob's conflicted copy 2026-03-01).ipynb": "Ada Lovelace",
                        "ada_01_rnn_cell (conflicted copy 2026-03-01 101500).ipynb": "ada", "01_rnn_cell (Case Conflict).ipynb": ""}.items():
        assert owner_in(name, [classes.CELL]) == owner


def test_a_date_before_a_name_makes_nobody_two(tmp_path):
    builder.unpacked(tmp_path, {"2026-03-01 Ada Lovelace/x.ipynb": builder.work(), "2026-03-04 Ada Lovelace/x.ipynb": builder.work(note="2"),
                                "2026-03-02_Bob Ray/x.ipynb": builder.work(), "20261234_Cy/x.ipynb": builder.work(),
                                "20265678_Cy/x.ipynb": builder.work()})
    intake = hand_ins(tmp_path, classes.RELEASED, [classes.CELL])
    assert {item.student: item.words for item in intake.items if item.state == DUE} == {
        "Ada_Lovelace": "2026-03-04 Ada Lovelace/x.ipynb", "Bob_Ray": "2026-03-02_Bob Ray/x.ipynb",
        "20261234_Cy": "20261234_Cy/x.ipynb", "20265678_Cy": "20265678_Cy/x.ipynb"}
