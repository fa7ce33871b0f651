"""Makes classes as systems hand them over: a table of paths, written as a folder, a zip, a tar, with more around it."""

import copy
import functools
import io
import json
import os
import tarfile
import zipfile

from tests.grading import classes

FIRST, SECOND, THIRD = "01_rnn_cell", "02_forward_pass", "03_bptt"


@functools.cache
def small(name, worked, note=""):
    """A notebook's bytes without outputs; `worked`: a line more in its first exercise."""
    notebook = copy.deepcopy(classes.released(name))
    for cell in notebook.cells:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
    if worked:
        cell = next(cell for cell in notebook.cells if cell["metadata"].get("nbgrader", {}).get("solution"))
        cell["source"] = cell["source"].replace("raise NotImplementedError()", f"return None, None  # {note}")
    return json.dumps(notebook).encode()


def work(name=FIRST, note=""):
    return small(name, True, note)


def untouched(name=FIRST):
    return small(name, False)


def bare(name=FIRST):
    """Worked on, without metadata and with other ids, as some editors leave it."""
    notebook = json.loads(work(name))
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"], cell["id"] = {}, f"q{number}"
    return json.dumps(notebook).encode()


OTHER = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
    {"cell_type": "code", "source": "import pandas", "metadata": {}, "outputs": [], "execution_count": None,
     "id": "a"}]}).encode()  # another course's


def zipped(members, hour=8):
    """A zip's bytes. members : path -> bytes, a dict for a zip inside, None for a folder; hours count up."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path, content in members.items():
            when = (2026, 3, 2, min(hour, 23), 0, 0)
            hour += 1
            if content is None:
                bundle.writestr(zipfile.ZipInfo(f"{path}/", when), b"")
            else:
                bundle.writestr(zipfile.ZipInfo(path, when), zipped(content) if isinstance(content, dict) else content)
    return out.getvalue()


def tarred(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as bundle:
        for hour, (path, content) in enumerate(members.items()):
            info = tarfile.TarInfo(path)
            info.mtime = 1_770_000_000 + 3600 * hour
            if content is None:
                info.type = tarfile.DIRTYPE
                bundle.addfile(info)
            else:
                content = zipped(content) if isinstance(content, dict) else content
                info.size = len(content)
                bundle.addfile(info, io.BytesIO(content))
    return out.getvalue()


def unpacked(folder, members):
    """The members as files in a folder, an hour apart."""
    for hour, (name, content) in enumerate(members.items()):
        path = folder / name
        if content is None:
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(zipped(content) if isinstance(content, dict) else content)
        os.utime(path, (1_770_000_000 + 3600 * hour,) * 2)
    return folder


def around(members, name="Week 1-20260302T101500Z"):
    return {f"{name}/{path}": content for path, content in members.items()}


FORMS = {
    "folder": lambda home, members: unpacked(home / "submissions", members),
    "zip": lambda home, members: written(home / "submissions.zip", zipped(members)),
    "zip, a folder around": lambda home, members: written(
        home / "submissions.zip", zipped(around({**members, "__MACOSX/._x": b"x"}))),
    "two folders around": lambda home, members: unpacked(home / "submissions", around(around(members))),
    "tar.gz": lambda home, members: written(home / "submissions.tar.gz", tarred(members)),
}


def written(path, data):
    path.write_bytes(data)
    return path
