"""Seconds and memory of grading a class, beside stock `nbgrader autograde`, both from files to tables.

    python -m benchmarks.bench_grading [NUMBER [NOTEBOOK ...]]

NUMBER students (20) hand in each solved notebook. As an ordinary user: grading refuses to run as root.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from authoring import ROOT, files
from rnn_helpers.course import NOTEBOOKS


def timed(words, folder):
    """Run a command; returns (seconds, the largest process in MB)."""
    commands = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))  # nbgrader calls `alembic`
    begin = time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(words, cwd=folder, stdout=said, stderr=said, env={**os.environ, "PATH": commands})
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            said.seek(0)
            sys.exit(f"{' '.join(map(str, words))} failed:\n{said.read()[-3000:]}")
    return time.monotonic() - begin, usage.ru_maxrss / 1024


def stock(course, submitted, name):
    """The same for `nbgrader autograde` of the same files; the assignment is registered before the clock runs."""
    shutil.copytree(submitted, course / "submitted")
    (course / "source" / name).mkdir(parents=True)
    shutil.copy(files.solution_path(name), course / "source" / name)
    (course / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.course_id = 'x'\nc.CourseDirectory.root = {str(course)!r}\n"
        "c.ExecutePreprocessor.timeout = 600\n")
    nbgrader = [sys.executable, "-m", "nbgrader"]
    timed([*nbgrader, "generate_assignment", name], course)
    took = timed([*nbgrader, "autograde", name], course)
    left = len([*course.glob("submitted/*/*/*.ipynb")]) - len([*course.glob("autograded/*/*/*.ipynb")])
    if left:
        sys.exit(f"nbgrader autograde left {left} notebooks")
    return took


def main(number="20", *names):
    print(f"{os.cpu_count()} cores, {number} submissions of each notebook; on a busy machine look at ratios only")
    for name in names or NOTEBOOKS:
        with tempfile.TemporaryDirectory(prefix="bench-grading-", dir=os.environ.get("TMPDIR", "/var/tmp")) as scratch:
            submitted = Path(scratch, "submitted")
            for student in range(int(number)):
                (folder := submitted / f"student{student:05}" / name).mkdir(parents=True)
                shutil.copy(files.solution_path(name), folder)
            grade = [sys.executable, "-m", "instructor", "grade", submitted, "--out", Path(scratch, "out")]
            ours, peak = timed(grade, ROOT)
            theirs, _ = stock(Path(scratch, "course"), submitted, name)
            print(f"{name}: {ours:.1f} s, {peak:.0f} MB; nbgrader autograde {theirs:.1f} s, "
                  f"{theirs / ours:.1f} times as long", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
