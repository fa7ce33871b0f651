"""Archives as people and programs make them: names, damage, bombs and depth cost one row at most."""

import io
import os
import struct
import tarfile
import unicodedata
import zipfile

import pytest

from instructor.grading.classroom import Classroom
from instructor.grading.engine import exercise_digest
from instructor.grading.intake import DUE, IGNORED, REFUSED
from instructor.grading.listing import NoArchive
from instructor.grading.terminal import recognised
from tests.grading import classes
from tests.grading.layouts.builder import FIRST, SECOND, around, unpacked, untouched, work, written, zipped
from tests.grading.layouts.test_layouts import MOODLE, A, B, C, N, look, rows


def due(path):
    return {(item.who.name, item.notebook) for item in look(path).items if item.state == DUE}


def test_zip_names_in_any_encoding(tmp_path):
    """UTF-8 with and without the flag that says so, the old DOS letters, a Mac's separate accents, Windows' strokes."""
    data = zipped({"Zoë/x.ipynb": work(), "B\\deep\\x.ipynb": work(),
                   unicodedata.normalize("NFD", "Müller") + "/x.ipynb": work()})
    raw = bytearray(data)
    for signature, flag in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # take the flag away
        at = -1
        while (at := raw.find(signature, at + 1)) >= 0:
            bits = struct.unpack_from("<H", raw, at + flag)[0]
            struct.pack_into("<H", raw, at + flag, bits & ~0x800)
    assert {name for name, _ in due(written(tmp_path / "a.zip", raw))} == {
        "Zoë", "B", unicodedata.normalize("NFD", "Müller")}
    dos = zipped({"Zo-/x.ipynb": work(), "bob/x.ipynb": work()}).replace(b"Zo-/", b"Zo\x89/")
    assert {name for name, _ in due(written(tmp_path / "b.zip", dos))} == {"Zoë", "bob"}


def test_bombs_links_and_climbers_cost_their_own_row(tmp_path):
    out = io.BytesIO(zipped(MOODLE))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(f"Big_91_assignsubmission_file_/{N}", b"0" * 30_000_000)
        bundle.writestr(f"Spaces_92_assignsubmission_file_/{N}", b" " * 15_000_000)
        bundle.writestr("Zipper_93_assignsubmission_file_/a.zip", zipped({f"{i}.ipynb": b" " * 2_000_000 for i in range(9)}))
        deep = {N: work()}
        for _ in range(5):
            deep = {"deep.zip": deep}
        bundle.writestr("Deep_94_assignsubmission_file_/deep.zip", zipped(deep))
        link = zipfile.ZipInfo(f"Link_95_assignsubmission_file_/{N}")
        link.external_attr = 0o120777 << 16
        bundle.writestr(link, "/etc/passwd")
        bundle.writestr(f"../../Out_96_assignsubmission_file_/{N}", work())
        bundle.writestr("/".join(["d"] * 3000) + "/x.ipynb", work())
    intake = look(written(tmp_path / "a.zip", out.getvalue()))
    graded, refused = rows(intake)
    assert {item.who.name for item in graded} >= {A, B, C}
    assert refused == {"Big", "Spaces", "Zipper", "Deep", "Link", "x"}  # x.ipynb, in 3,000 folders
    assert any(item.state == REFUSED and item.who is None and "leads out" in item.why for item in intake.items)


def test_tar_members_that_are_no_files(tmp_path):
    path = tmp_path / "a.tgz"
    with tarfile.open(path, "w:gz") as bundle:
        for name, kind in (("ada", tarfile.SYMTYPE), ("bob", tarfile.LNKTYPE), ("cy", tarfile.FIFOTYPE)):
            member = tarfile.TarInfo(f"{name}/{N}")
            member.type, member.linkname = kind, "/etc/passwd"
            bundle.addfile(member)
        member = tarfile.TarInfo(f"dan/{N}")
        member.size = len(work())
        bundle.addfile(member, io.BytesIO(work()))
    assert [names for names in map(set, (due(path), rows(look(path))[1]))] == [{("dan", FIRST)}, {"ada", "bob", "cy"}]
    cut = path.read_bytes()
    written(tmp_path / "cut.tgz", cut[:len(cut) // 2])
    assert "damaged" in " ".join(item.why for item in look(tmp_path / "cut.tgz").items)


def test_a_flood_of_files_is_one_row_and_costs_nobody_else(tmp_path):
    flood = {f"eve/{number}/{N}": work() for number in range(400)}
    intake = look(written(tmp_path / "a.zip", zipped({f"ada/{N}": work(), **flood, f"bob/{N}": work()})))
    assert {item.who.name for item in intake.items if item.state == DUE} == {"ada", "bob", "eve"}
    assert len(intake.items) == 402
    assert sum("200 newest" in item.why for item in intake.items) == 200


@pytest.mark.parametrize("name, content, word", [("a.7z", b"7z\xbc\xaf\x27\x1c", "7-Zip"), ("a.rar", b"Rar!\x1a", "RAR"),
                                                 ("a.zip", b"<html>", "download it again"),
                                                 ("a.tar.gz", b"\x1f\x8b", "download it again")])
def test_what_is_not_opened_is_refused_kindly(tmp_path, name, content, word):
    with pytest.raises(NoArchive, match=word):
        look(written(tmp_path / name, content))


def test_one_notebook_and_one_students_folder(tmp_path):
    assert due(written(tmp_path / "01_rnn_cell_smith.ipynb", work())) == {("smith", FIRST)}
    folder = unpacked(tmp_path / "class", {**MOODLE, **around({N: work()}, "zoe")})
    assert due(folder / "zoe") == {("zoe", FIRST)}
    assert due(folder / f"{A}_11_assignsubmission_file_") == {(A, FIRST)}


def test_names_on_a_disk_are_bytes(tmp_path):
    for name in (b"m\xfcller", b"new\nline", b"\xe2\x80\xaeright", b"week 1"):
        os.makedirs(os.path.join(os.fsencode(tmp_path), name))
        with open(os.path.join(os.fsencode(tmp_path), name, b"x.ipynb"), "wb") as file:
            file.write(work())
    intake = look(tmp_path)
    assert len({item.student for item in intake.items if item.state == DUE}) == 4
    assert all(line.isprintable() for line in recognised(intake).split("\n"))


def test_the_look_says_what_and_why_doubtful_first(tmp_path):
    path = unpacked(tmp_path / "class", {f"ada/{N}": work(), "ada/01_rnn_cell-Copy1.ipynb": untouched(), "bob/02.ipynb": work(),
                                         "bob/02_forward_pass.ipynb": work(note="named"), "cy/a.pdf": b"x",
                                         f"solutions/{N}": work()})
    lines = recognised(look(path)).split("\n")
    assert lines[0] == ("Recognised: folders and files (3 students); 2 notebooks to grade, 1 not to be graded, 3 files left "
                        "aside")
    doubts = lines[lines.index("Look at these first:") + 1:lines.index("Students and notebooks:")]
    assert [line.split()[0] for line in doubts] == ["ada", "bob", "cy"]
    assert "01_rnn_cell.ipynb counts, not" in doubts[0] and "3 worked on" in lines[lines.index(
        "Students and notebooks:") + 1]
    assert any("nobody's work" in line for line in lines)
    assert [item.state for item in look(path).items if item.words.endswith("Copy1.ipynb")] == [IGNORED]


def test_a_score_of_an_older_check_is_told(tmp_path):
    classroom = Classroom(tmp_path / "out", classes.RELEASED)
    result = {"digest": "d", "exercises": {"readout": {"digest": exercise_digest("readout", classroom.seed, "d")}}}
    assert not classroom.outdated(result)
    result["exercises"]["readout"]["digest"] = "of another version"
    assert classroom.outdated(result)


def test_rows_go_when_a_file_is_gone_and_stay_when_another_hand_in_has_its_name(tmp_path):
    classroom, path = Classroom(tmp_path / "out", classes.RELEASED), tmp_path / "class.zip"
    people = [(name, FIRST) for name in ("adaa", "bob", "cy")]
    assert classroom.forget(path, set(people), None, None) == []
    mended = {("ada", FIRST), *people[1:]}
    assert classroom.forget(path, mended, None, None) == [("adaa", FIRST)]
    assert classroom.forget(tmp_path / "other.zip", {("ada", SECOND)}, None, None) == []  # another week
    assert classroom.forget(path, {("ada", SECOND), ("bob", SECOND)}, None, None) == []  # under the same name
    assert classroom.forget(path, {*mended, ("ada", SECOND)} - {("bob", FIRST)}, None, None) == [
        ("bob", FIRST), ("bob", SECOND)]
