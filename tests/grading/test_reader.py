"""What is read of a student's file costs that student's row at most: bombs, links, files that change, names that are
bytes.
"""

import json
import os
import time

import nbformat
import pytest

from instructor.grading.answers import renders
from instructor.grading.notebook_file import Refused, bytes_of, cells_in, open_below
from tests.grading import classes

CELLS = [{"cell_type": "code", "source": "pass", "metadata": {}, "outputs": [], "execution_count": None}]
SLOW_ANSWERS = {"links": "[a](b" * 75_000, "formulas": "\\begin{a}" * 30_000,
                "spaces": "a" + " " * 300_000 + "b"}  # quadratic for nbconvert
HEAD = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}}


@pytest.mark.parametrize("raw, word", [
    (b"{}," * 6_000_000, "objects"), (b"[" * 300_000, "JSON"), (b'{"nbformat": 4, "cells": 7}', "nbformat"),
    (b'{"nbformat": 4, "cells": [7]}', "nbformat"), (b'{"nbformat": true, "cells": []}', "nbformat"),
    (b"\xff\xfe{}", "UTF-16"),
    (b'{"nbformat": ' + b"9" * 1_000_000 + b"}", "JSON"), (b"null", "nbformat"), (b"PK\3\4", "zip"),
    (b"%PDF-1.7 \xe2", "PDF"), (b"\x1f\x8b\x08", "gzip"), (b"<!doctype html>", "web page"), (b"\xe4", "UTF-8"),
    (b"import numpy as np\n", "Python program"), (b'{"a": 1,\n<<<<<<< HEAD\n', "conflict"), (b'{"cells": [', "cut short"),
    (json.dumps({**HEAD, "cells": [{**CELLS[0], "source": ["x" * 300_000] + [""] * 75_000}
                                   for _ in range(8)]}).encode(), "characters"),
    (json.dumps({**HEAD, "cells": CELLS * 501}).encode(), "501 cells"),
], ids=range(18))
def test_bombs_are_refused_in_moments(raw, word):
    begin = time.process_time()
    with pytest.raises(Refused, match=word):
        cells_in(raw)
    assert time.process_time() - begin < 2


def test_a_heading_of_a_thousand_million_levels_is_one_cell():
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [
        {"cell_type": "heading", "level": 10**9, "source": "big", "metadata": {}},
        {"cell_type": "code", "input": classes.RIGHT, "outputs": [], "metadata": {}}]}]}
    assert [cell["source"] for cell in cells_in(json.dumps(old).encode())] == ["big", classes.RIGHT]


def test_pictures_in_texts_and_a_corpus_in_code_are_no_reason_to_refuse():
    picture = {"cell_type": "markdown", "metadata": {}, "source": "my sketch: ![](data:image/png;base64," + "iVBO" * 10**6 + ")"}
    corpus = {**CELLS[0], "source": f"text = {'to be or not to be ' * 25_000!r}"}
    cells = cells_in(json.dumps({**HEAD, "cells": [picture, corpus]}).encode())
    assert [len(cell["source"]) for cell in cells] == [len("my sketch: ![]((a picture))"), len(corpus["source"])]


def test_what_nbformat_reads_is_read_the_same():
    for name in ("01_rnn_cell", "05_char_level"):
        notebook = classes.solved(name)
        ours = cells_in(nbformat.writes(notebook).encode())
        assert [(cell.cell_type, cell.source, cell.get("id")) for cell in notebook.cells] == [
            (cell["cell_type"], cell["source"], cell.get("id")) for cell in ours]


@pytest.mark.parametrize("linked", ["the file", "its folder", "a folder above"])
def test_a_link_anywhere_in_the_path_is_not_followed(tmp_path, linked):
    victim = tmp_path / "victim" / "deep" / "01_rnn_cell.ipynb"
    victim.parent.mkdir(parents=True)
    victim.write_bytes(b"mine")
    eve = tmp_path / "eve"
    if linked == "the file":
        (eve / "deep").mkdir(parents=True)
        os.symlink(victim, eve / "deep" / "01_rnn_cell.ipynb")
    elif linked == "its folder":
        eve.mkdir()
        os.symlink(victim.parent, eve / "deep")
    else:
        os.symlink(tmp_path / "victim", eve)
    assert bytes_of(tmp_path, [b"victim", b"deep", b"01_rnn_cell.ipynb"]) == b"mine"
    with pytest.raises(Refused, match="link"):
        bytes_of(tmp_path, [b"eve", b"deep", b"01_rnn_cell.ipynb"])


def test_what_was_opened_is_what_is_judged(tmp_path):
    """A file that is exchanged for a link after it was opened: the first one is read."""
    path = tmp_path / "a.ipynb"
    path.write_bytes(b"first")
    handle = open_below(tmp_path, [b"a.ipynb"])
    path.unlink()
    os.symlink("/etc/passwd", path)
    with os.fdopen(handle, "rb") as file:
        assert file.read() == b"first"
    with pytest.raises(Refused, match="link"):
        bytes_of(tmp_path, [b"a.ipynb"])


def sparse(path):
    path.touch()
    os.truncate(path, 2**40)


@pytest.mark.parametrize("make, word", [(os.mkfifo, "ordinary"), (os.mkdir, "ordinary"), (lambda path: None, "No such"),
                                        (sparse, "larger")])
def test_what_is_no_ordinary_file_is_refused(tmp_path, make, word):
    make(tmp_path / "a.ipynb")
    with pytest.raises(Refused, match=word):
        bytes_of(tmp_path, [b"a.ipynb"])


@pytest.fixture(scope="module")
def odd(grader):
    """A class of files and names that used to end the run, and ada; returns the folder of results and what was said."""
    folder = os.fsencode(grader.home / "odd")
    body = json.dumps(classes.solved(classes.CELL)).encode()

    def put(name, content=body):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return path

    put(b"ada/01_rnn_cell.ipynb")
    put(b"m\xfcller/01_rnn_cell.ipynb")
    put(b"=cmd\x1b[31m\xe2\x80\xae/01_rnn_cell.ipynb")
    put(b"deep/" + b"d" * 200 + b"/" + b"e" * 200 + b"/01_rnn_cell.ipynb")
    put(b"braces/01_rnn_cell.ipynb", b"{}," * 6_000_000)
    put(b"parens/01_rnn_cell.ipynb", notebook_with("(" * 300_000))
    put(b"sum/01_rnn_cell.ipynb", notebook_with("x = " + "1+" * 150_000 + "1"))
    put(b"dots/01_rnn_cell.ipynb", notebook_with("x = a" + ".a" * 150_000))
    for student, answer in SLOW_ANSWERS.items():
        put(f"{student}/01_rnn_cell.ipynb".encode(), answering(answer))
    put(b"nothing/report.pdf")
    os.chmod(put(b"closed-file/01_rnn_cell.ipynb"), 0)
    put(b"closed-folder/x/01_rnn_cell.ipynb")
    grader.give(grader.home / "odd")
    os.chmod(os.path.join(folder, b"closed-folder", b"x"), 0)
    done = grader.run("-m", "instructor", "grade", "../odd", "--out", "../odd-out", timeout=900)
    return grader.home / "odd-out", done


def notebook_with(source):
    return json.dumps(classes.with_cell(classes.solved(classes.CELL), source, "rnn_cell_forward")).encode()


def answering(text):
    return json.dumps(classes.with_source(classes.CELL, order_matters=text)).encode()


@pytest.mark.slow
def test_one_bad_file_never_ends_the_run(odd):
    out, done = odd
    assert done.returncode == 1 and "Traceback" not in done.stdout + done.stderr, done.stderr
    results = {path.parent.name: json.loads(path.read_text()) for path in out.glob("results/*/*.json")}
    graded = {name for name, result in results.items() if result["status"] == "graded"}
    assert {name for name in results if name.startswith(("m", "_"))} < graded  # whatever bytes a name holds
    assert {"ada", "deep", "links", "formulas"} <= graded
    for name in ("ada", "deep", "links", "formulas"):
        assert sum(e["points"] for e in results[name]["exercises"].values()) == 10, name
    for name, word in {"braces": "objects", "nothing": "no notebook", "closed-file": "denied",
                       "closed-folder": "denied"}.items():
        assert results[name]["status"] == "not graded" and word in results[name]["why"], name
        assert f"  {name}  " in done.stderr.replace("   ", "  ") or name in done.stderr
    for name in ("parens", "sum", "dots"):
        assert name in results and (name in graded or results[name]["why"]), name


@pytest.mark.slow
def test_what_is_written_is_for_its_owner_alone(odd):
    out, _ = odd
    modes = {path: path.lstat().st_mode & 0o777 for path in [out, *out.rglob("*")]}
    assert [path for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)] == []


@pytest.mark.slow
def test_an_answer_that_takes_too_long_to_render_is_shown_as_typed(odd):
    out, _ = odd
    for name in ("links", "formulas"):
        shown = json.loads((out / "nbgrader" / "autograded" / name / "01_rnn_cell" / "01_rnn_cell.ipynb").read_text())
        source = next(cell["source"] for cell in shown["cells"]
                      if cell["metadata"].get("nbgrader", {}).get("grade_id") == "order_matters")
        assert source.startswith("    ") or renders(SLOW_ANSWERS[name])  # a fast machine may render it in time
