"""A file is there whole or not at all, whatever comes in between."""

import os
import stat

import pytest

from rnn_helpers import atomic


def test_text_and_bytes_are_written_and_folders_made(tmp_path):
    path = tmp_path / "a" / "b.txt"
    atomic.write(path, "h\u209c\n")
    assert path.read_bytes() == "h\u209c\n".encode()
    atomic.write(path, b"\x00", mode=0o600)
    assert path.read_bytes() == b"\x00" and os.listdir(path.parent) == ["b.txt"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_what_stood_there_survives_a_failure_and_nothing_is_left_beside_it(tmp_path, monkeypatch, step):
    path = tmp_path / "grades.csv"
    atomic.write(path, "before")

    def full(*_):
        assert path.read_text() == "before"
        raise OSError("No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space left"):
        atomic.write(path, "after")
    assert path.read_text() == "before" and os.listdir(tmp_path) == ["grades.csv"]
