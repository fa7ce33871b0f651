"""A reader that dies costs its student's row: bombs of memory and time, crashes, kills; the next one is read as
ever.
"""

import faulthandler
import json
import os
import signal

import pytest

from instructor.grading import worker
from instructor.grading.engine import Task
from tests.grading import classes

TASK = Task("eve", classes.CELL, "/nowhere", "eve/01_rnn_cell.ipynb", str(classes.RELEASED / "01_rnn_cell.ipynb"), 7,
            {})


def memory(task, sandboxes):
    return [bytearray(10**8) for _ in range(1000)]


def time(task, sandboxes):
    while True:
        pass


def deep(task, sandboxes):
    return deep(task, sandboxes)


def killed(task, sandboxes):
    os.kill(os.getpid(), signal.SIGKILL)


def aborted(task, sandboxes):
    faulthandler.disable()
    os.abort()


def fault(task, sandboxes):
    raise KeyError("of ours")


@pytest.mark.parametrize("bomb, words, again", [
    (memory, "far more than a notebook of the course does (MemoryError)", False),
    (time, "took more than 1 seconds", False),
    (deep, "far more than a notebook of the course does (RecursionError)", False), (killed, "ended early", True),
    (aborted, "ended early", True), (fault, "grading failed: KeyError", True),
])
def test_a_reader_that_dies_is_a_row_with_a_reason(bomb, words, again, monkeypatch):
    monkeypatch.setattr(worker, "grade_one", bomb)
    monkeypatch.setattr(worker, "READER_CPU", 1 if bomb is time else 120)
    monkeypatch.setattr(worker, "READER_MEMORY", 1 << 28)
    result = json.loads(worker.read_in_fork(TASK, None)[0])
    assert result["status"] == "not graded" and words in result["why"], result["why"]
    assert result["again"] is again and result["student"] == "eve"


def test_a_reader_that_sleeps_is_stopped(monkeypatch):
    monkeypatch.setattr(worker, "grade_one", lambda task, sandboxes: signal.pause())
    monkeypatch.setattr(worker, "READER_WALL", 1)
    result = json.loads(worker.read_in_fork(TASK, None)[0])
    assert "took more than 1 seconds" in result["why"]


def test_what_is_not_there_is_a_row():
    result = json.loads(worker.read_in_fork(TASK, None)[0])
    assert result["status"] == "not graded" and result["why"]
