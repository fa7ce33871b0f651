"""What a learner waits for: the import, the setup cell, a check, Run All, `make lab` in a fresh clone."""

from benchmarks import threads  # noqa: F401  first: it sets how many cores the libraries may use

# isort: split

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from authoring import files, notebooks
from authoring.solutions import solutions
from benchmarks.bench_redraws import measure as redraws
from benchmarks.rounds import REPEATS, measure, once
from rnn_helpers import check

ROOT = Path(__file__).resolve().parents[1]
IMPORTS = {"numpy": "numpy", "rnn_helpers": "numpy, rnn_helpers", "rnn_helpers.model": "numpy, rnn_helpers.model"}


def seconds_in_python(statement):
    """What a statement takes in a fresh Python, its start not counted."""
    code = ("import ast, asyncio, time; start = time.perf_counter()\n"  # as in a notebook, with `await` allowed
            f"made = eval(compile({statement!r}, 'cell', 'exec', ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))\n"
            "if made is not None: asyncio.run(made)\n"
            "print(time.perf_counter() - start)")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "notebooks", capture_output=True, text=True,
                          check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    return float(done.stdout)


@pytest.mark.parametrize("name", IMPORTS)
@pytest.mark.parametrize("repeat", range(REPEATS))
def test_import(benchmark, name, repeat):
    took = seconds_in_python(f"import {IMPORTS[name]}")
    once(benchmark, lambda: None, "import", name, seconds=took)


@pytest.mark.parametrize("repeat", range(REPEATS))
def test_setup_cell(benchmark, repeat):
    cell = next(c for c in files.read(files.learner_path("01_rnn_cell")).cells if c.id == "setup")
    once(benchmark, lambda: None, "setup cell", "in a clone", seconds=seconds_in_python(cell.source))


@pytest.mark.parametrize("name, solution", solutions().items())
def test_check(benchmark, name, solution):
    function = solution.function()
    assert getattr(check, name)(function).judgement.status == "right"
    measure(benchmark, lambda: getattr(check, name)(function), "check of a right answer", name)


@pytest.mark.parametrize("name", check.EXERCISES)
def test_check_of_a_mistake(benchmark, name):
    """The mistake that stands last: all that stand before it are tried and do not fit."""
    wrong = check.EXERCISES[name].mistakes[-1].wrong
    measure(benchmark, lambda: getattr(check, name)(wrong), "check of a mistake", name)


def test_redraws(benchmark):
    many = {name: milliseconds / 1000 for name, milliseconds in redraws()}
    once(benchmark, lambda: None, "redraw, CPU time", "all", many=many)


def run_all(path):
    """Seconds for one notebook, kernel start included; nothing is written."""
    start = time.perf_counter()
    nb = notebooks.execute(files.read(path), path.parent)
    assert not [o for cell in nb.cells for o in cell.get("outputs", []) if o.output_type == "error"], path
    return time.perf_counter() - start


@pytest.mark.parametrize("path", files.tracks(), ids=lambda path: path.relative_to(ROOT / "notebooks").as_posix())
def test_run_all(benchmark, path):
    once(benchmark, lambda: run_all(path), "run all", path.relative_to(ROOT / "notebooks").as_posix())


def test_run_all_of_the_course(benchmark):
    """Both tracks, two notebooks at a time."""
    def course():
        with ProcessPoolExecutor(2) as pool:
            list(pool.map(run_all, files.tracks()))

    once(benchmark, course, "run all", "both tracks, two at a time")


def serve(folder):
    """`make lab` until JupyterLab answers; returns the process."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    arguments = f"ARGS=--no-browser --ip=127.0.0.1 --port={port} --IdentityProvider.token=t"
    process = subprocess.Popen(["make", "lab", arguments], cwd=folder, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    while process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/lab?token=t", timeout=5)
            return process
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("make lab ended before JupyterLab answered; run it in a fresh clone to see why")


@pytest.mark.parametrize("name", ["fresh clone, warm package cache", "second time"])
def test_make_lab(benchmark, name, tmp_path_factory, served=[]):  # noqa: B006  the clone is made by the first and used by the second
    """From `git clone` (what is committed) to a page in the browser."""
    def first():
        folder = tmp_path_factory.mktemp("clone") / "course"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
        served[:] = [folder]
        return serve(folder)

    process = once(benchmark, first if name.startswith("fresh") else lambda: serve(served[0]), "make lab", name)
    os.killpg(process.pid, 15)
    process.wait(30)
