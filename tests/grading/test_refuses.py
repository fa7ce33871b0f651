"""Where the sandbox cannot be had, nothing is graded, and it says why."""

import os
import subprocess
import sys

import pytest


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to see root refused")
def test_root_is_refused(tmp_path):
    (tmp_path / "submissions").mkdir()
    done = subprocess.run([sys.executable, "-m", "instructor", "grade", tmp_path / "submissions", "--out",
                           tmp_path / "out"],
                          capture_output=True, text=True)
    assert done.returncode == 3
    assert "refuses to run as root" in done.stderr and "ordinary user" in done.stderr
    assert not (tmp_path / "out").exists()


def test_without_bubblewrap(grader, tmp_path):
    tmp_path.chmod(0o755)
    grader_env = {**grader.env, "PATH": str(tmp_path)}
    done = subprocess.run([*(["/usr/bin/" + grader.words[0], *grader.words[1:]] if len(grader.words) > 1
                             else grader.words),
                           "-m", "instructor", "grade", ".", "--out", str(grader.home / "none")],
                          cwd=grader.home / "course", env=grader_env, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    assert "bubblewrap" in done.stderr and "apt install bubblewrap" in done.stderr
    assert not (grader.home / "none").exists()
