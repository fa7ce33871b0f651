"""python -m benchmarks.bench_grading: grading beside stock `nbgrader autograde`, memory, and a large course."""

import argparse
import copy
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from rnn_helpers.course import NOTEBOOKS as NAMES

ROOT = Path(__file__).resolve().parents[1]
UNDONE = 5  # every fifth submission has one exercise left undone
STUDENTS, NOTEBOOKS = 10_000, len(NAMES)


def write_class(folder, name, students):
    """folder/STUDENT/NAME/NAME.ipynb: one notebook, solved, every fifth with one exercise as it was handed out."""
    solved, released = (nbformat.read(ROOT / "notebooks" / where / f"{name}.ipynb", as_version=4)
                        for where in ("solutions", ""))
    asked = [i for i, cell in enumerate(solved.cells)
             if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")]
    stubs = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in released.cells}
    for number in range(students):
        notebook = copy.deepcopy(solved)
        if number % UNDONE == UNDONE - 1:
            cell = notebook.cells[asked[number // UNDONE % len(asked)]]
            cell.source = stubs[cell.metadata.nbgrader.grade_id]
        path = Path(folder, f"student{number:05}", name, f"{name}.ipynb")
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def timed(words, folder):
    """Run a command; returns (seconds, the largest process in MB)."""
    begin = time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(words, cwd=folder, stdout=said, stderr=said, env=environment())
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            said.seek(0)
            sys.exit(f"{' '.join(map(str, words))} failed:\n{said.read()[-3000:]}")
    return time.monotonic() - begin, usage.ru_maxrss / 1024


def environment():
    """Ours, with the course importable and the environment's own commands found: nbgrader calls `alembic`."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))}


def ours(scratch, submitted):
    """Grading as an instructor runs it, from files to tables and report."""
    out = Path(scratch, "ours")
    shutil.rmtree(out, ignore_errors=True)
    return timed([sys.executable, "-m", "instructor", "grade", submitted, "--out", out], ROOT)


def stock(scratch, submitted, name):
    """`nbgrader autograde` of the same files; the assignment is registered before the clock runs."""
    course = Path(scratch, "stock")
    shutil.rmtree(course, ignore_errors=True)
    (course / "source" / name).mkdir(parents=True)
    shutil.copy(ROOT / "notebooks" / "solutions" / f"{name}.ipynb", course / "source" / name)
    for student in submitted.iterdir():
        shutil.copytree(student, course / "submitted" / student.name)
    (course / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.course_id = 'x'\nc.CourseDirectory.root = {str(course)!r}\n"
        "c.ExecutePreprocessor.timeout = 600\n")
    nbgrader = [sys.executable, "-m", "nbgrader"]
    timed([*nbgrader, "generate_assignment", name], course)
    seconds, _ = timed([*nbgrader, "autograde", name], course)
    done = len(list(course.glob("autograded/*/*/*.ipynb")))
    if done != len(list(submitted.iterdir())):
        sys.exit(f"nbgrader autograde left {done} of {len(list(submitted.iterdir()))} notebooks")
    return seconds


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_grading", description=__doc__)
    parser.add_argument("--notebooks", nargs="*", default=list(NAMES))
    parser.add_argument("--submissions", type=int, default=20, help="of each notebook, for both contestants")
    parser.add_argument("--memory", type=int, nargs="*", default=[20, 100, 300],
                        help="numbers of submissions of the first notebook")
    parser.add_argument("--no-stock", action="store_true", help="grading alone")
    options = parser.parse_args()
    if os.getuid() == 0:
        sys.exit("grading refuses to run as root: use an ordinary user")
    cores = os.cpu_count()
    print(f"{cores} cores, {options.submissions} submissions of each notebook; on a busy machine look at ratios only",
          flush=True)
    print(f"{'notebook':<20}{'ours, s':>10}{'nbgrader autograde, s':>24}{'ratio':>8}{'100 by ours, s':>16}", flush=True)
    rates = {}
    with tempfile.TemporaryDirectory(prefix="bench-grading-", dir=os.environ.get("TMPDIR", "/var/tmp")) as scratch:
        empty = Path(scratch, "nobody")
        empty.mkdir()
        start, _ = ours(scratch, empty)  # starting up, with nothing to do
        for name in options.notebooks:
            submitted = Path(scratch, name)
            write_class(submitted, name, options.submissions)
            seconds, _ = ours(scratch, submitted)
            rates[name] = max(seconds - start, 0) / options.submissions
            line = f"{name:<20}{seconds:>10.1f}"
            if options.no_stock:
                line += f"{'':>32}"
            else:
                other = stock(scratch, submitted, name)
                line += f"{other:>24.1f}{other / seconds:>8.1f}"
            print(line + f"{start + 100 * rates[name]:>16.1f}", flush=True)
        for students in options.memory:
            submitted = Path(scratch, f"memory{students}")
            write_class(submitted, options.notebooks[0], students)
            seconds, peak = ours(scratch, submitted)
            print(f"{students:>5} submissions of {options.notebooks[0]}: {seconds:.1f} s, "
                  f"largest process {peak:.0f} MB", flush=True)
    if rates:
        mean = sum(rates.values()) / len(rates)
        print(f"{start:.1f} s to start, {mean:.2f} s a notebook: {STUDENTS:,} students x {NOTEBOOKS} notebooks take "
              f"{STUDENTS * NOTEBOOKS * mean / 3600:.1f} hours on {cores} cores")


if __name__ == "__main__":
    main()
