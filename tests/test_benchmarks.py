"""The benchmarks' tables say what was measured, and the README says what the last run's table says."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from benchmarks import __main__ as bench
from benchmarks import tables, train
from benchmarks.bench_training import RUNS
from benchmarks.contestants import CONTESTANTS, Problem
from rnn_helpers import bptt


def record(quickest, table, name, **noted):
    return {"stats": {"min": quickest}, "extra_info": {"table": table, "name": name, **noted}}


def test_ratios_are_of_neighbours_in_time_and_the_share_is_of_the_products_speed():
    size, noted = [10, 1, 10, 1], {"dtype": "float64", "flops": 1000}
    rows = tables.sequence(
        [record(t, "sequence", "package", size=size, **noted) for t in (1.0, 2.0, 2.0)]
        + [record(t, "sequence", "PyTorch", size=size, **noted) for t in (5.0, 10.0, 8.0)]
        + [record(4.0, "product", "matrix product", dtype="float64", flops=4000)])
    assert rows == [{"dtype": "float64", "T": 10, "D": 1, "H": 10, "B": 1, "microseconds": 2e6, "PyTorch": 5.0,
                     "share of matrix product": 0.5}]


def test_a_training_run_is_timed_from_the_start_of_the_process_and_after_its_imports():
    times = {"package": (0.2, 0.1), "PyTorch": (3.0, 0.5), "JAX": (1.0, 0.6)}
    records = [record(0, "training", name, task="sine", updates=500, seconds=factor * whole, imported=factor * alone)
               for factor in (1, 2, 5) for name, (whole, alone) in times.items()]
    assert tables.training(records) == [
        {"run": "sine", "updates": 500, "seconds": 0.4, "PyTorch": 15.0, "JAX": 5.0,
         "seconds, imported": 0.2, "PyTorch, imported": 5.0, "JAX, imported": 6.0}]


def test_waiting_counts_an_import_beyond_numpy_and_names_the_slowest_check():
    rows = tables.waiting([record(0, "import", "numpy", seconds=0.1), record(0, "import", "rnn_helpers", seconds=0.11),
                           record(0.2, "check of a mistake", "sample"), record(0.1, "check of a mistake", "one_hot"),
                           record(0, "redraw, CPU time", "all", many={"a": 0.01, "b": 0.02, "c": 0.09})])
    assert {row["what"]: row["seconds"] for row in rows} == {
        "import rnn_helpers, beyond NumPy": 0.01, "check of a mistake, the slowest of 2: sample": 0.2,
        "check of a mistake, the median of 2": 0.15, "redraw, CPU time, the slowest of 3: c": 0.09,
        "redraw, CPU time, the median of 3": 0.02}


def test_exponents_are_fitted_to_the_upper_half():
    rows = [{"symbol": "T", "value": T, "way": "full", "milliseconds": max(T, 100) ** 2, "peak KB": 3 * T}
            for T in (10, 30, 100, 300, 900)]
    assert tables.exponents(rows[1:]) == [{"in": "T", "way": "full", "time": 2.0, "memory": 1.0}]


LIBRARIES = {"PyTorch": "torch", "JAX": "jax"}


@pytest.mark.parametrize("name", LIBRARIES)
@pytest.mark.parametrize("run", RUNS)
def test_contestants_make_the_same_updates(run, name):
    pytest.importorskip(LIBRARIES[name])
    arrays = RUNS[run]() | {"updates": 4}
    if arrays["stream"]:
        arrays |= {part: arrays[part][:4] for part in ("X", "targets")}
    losses = train.package(arrays)()
    assert len(losses) == 4
    np.testing.assert_allclose(train.CONTESTANTS[name](arrays)(), losses, rtol=1e-6)


@pytest.mark.parametrize("name", CONTESTANTS)
def test_contestants_do_the_same_work(name):
    pytest.importorskip(LIBRARIES.get(name, "numpy"))
    problem = Problem(7, 3, 5, 2, np.float64)
    for got, ours in zip(CONTESTANTS[name](problem)(), CONTESTANTS["package"](problem)(), strict=True):
        np.testing.assert_allclose(np.asarray(got), ours, rtol=1e-10, atol=1e-12)


def test_readme_shows_the_last_run():
    said = tables.readme(json.loads(bench.RESULTS.read_text()))
    assert said in bench.README.read_text(encoding="utf-8"), "run `python -m benchmarks readme`"
    assert bench.PICTURE.is_file()


def test_bptt_says_what_the_last_run_found_each_trick_to_be_worth():
    rows = {row.pop("without"): row for row in json.loads(bench.RESULTS.read_text())["tricks"]["rows"]}
    said = re.findall(r"^ +(.+?) {2,}([\d.]+) +([\d.]+)$", bptt.__doc__, re.MULTILINE)
    assert len(said) > 3
    for name, one, batch in said:
        assert [one, batch] == [f"{rows[name][size]:.1f}" for size in ("25, 8, 32, 1", "100, 1, 32, 32")], name
        assert max(rows[name].values()) >= 1.1, f"{name} pays less than a tenth everywhere: leave it out"


def test_an_unknown_benchmark_is_refused_with_the_known_ones():
    done = subprocess.run([sys.executable, "-m", "benchmarks", "sequences"], cwd=bench.HERE.parent, capture_output=True,
                          text=True)
    assert done.returncode == 2 and "no benchmark sequences" in done.stderr and "growth" in done.stderr
