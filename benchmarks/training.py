"""The training runs of the notebooks, from the start of a process to the result, against PyTorch and JAX."""

import functools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.timing import race, ratio
from benchmarks.train import CONTESTANTS
from rnn_helpers.data import fit_scale, make_windows, numbers, sine
from rnn_helpers.model import RNNModel
from rnn_helpers.text import build_vocabulary, encode, zen_of_python


def a_run(X, targets, hidden, outputs, updates, lr, seed=0, max_norm=np.inf, adam=False, mean=False, stream=False):
    """The arrays of `benchmarks.train`; X (n, T, D, B) or, for text, (n, T, B) integers below `outputs`."""
    text = X.dtype.kind == "i"
    model = RNNModel(outputs if text else X.shape[2], hidden, outputs, np.random.default_rng(seed))
    return {**model.params, "X": X, "targets": targets, "updates": updates, "lr": lr, "max_norm": max_norm,
            "adam": adam, "mean": mean, "stream": stream}


def number_sequence():
    count = numbers(1, 80)
    shift, scale = fit_scale(count)
    X, Y = make_windows((count - shift) / scale, 10)
    return a_run(X[None], Y[None], 16, 1, updates=500, lr=0.0002, max_norm=100.0)


def sine_wave():
    X, Y = make_windows(sine(45, 25), 20)
    return a_run(X[None], Y[None], 16, 1, updates=500, lr=0.0004, max_norm=50.0)


def hello_world():
    text = "hello world"
    chars, index_of = build_vocabulary(text)
    indices = encode(text, index_of)[None, :, None]
    return a_run(indices[:, :-1], indices[:, 1:], 16, len(chars), updates=201, lr=0.1, max_norm=1.0, seed=1)


def zen_text():
    zen = zen_of_python()
    chars, index_of = build_vocabulary(zen)
    known = encode(zen[: zen.index("If the implementation is hard")], index_of)
    starts = np.random.default_rng(0).integers(0, len(known) - 25, (400, 5))
    windows = known[starts[:, None, :] + np.arange(26)[:, None]]
    return a_run(windows[:, :-1], windows[:, 1:], 40, len(chars), updates=400, lr=0.01, max_norm=1.0,
                 adam=True, mean=True)


def stream():
    wave = sine(2001, 20)
    X, Y = (series.reshape(200, 10, 1, 1) for series in (wave[:-1], wave[1:]))
    return a_run(X, Y, 8, 1, updates=200, lr=0.01, stream=True)


RUNS = {"number sequence": number_sequence, "sine": sine_wave, "hello world": hello_world,
        "Zen of Python": zen_text, "stream": stream}


def train_afresh(name, path):
    """What `python -m benchmarks.train` says, and the seconds from its start to its end."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "benchmarks.train", name, str(path)], cwd=Path(__file__).parents[1],
                          stdout=subprocess.PIPE, text=True, check=True)
    return {"seconds": time.perf_counter() - start, **json.loads(done.stdout)}


def measure():
    """A row for each run: seconds from a process's start, and after its imports; the others' time over ours."""
    for run, make in RUNS.items():
        arrays = make()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "run.npz")
            np.savez(path, **arrays)
            trainings = {name: functools.partial(train_afresh, name, path) for name in CONTESTANTS}
            losses = {name: train()["losses"] for name, train in trainings.items()}
            for name in CONTESTANTS:
                np.testing.assert_allclose(losses[name], losses["package"], rtol=1e-4, err_msg=name)
            found = race(trainings, clock=lambda train: train())
        yield {"run": run, "updates": arrays["updates"], **row(found)}


def row(found):
    """name -> what `train_afresh` said in each block, in columns."""
    columns = {}
    for said, what in (("", "seconds"), (", imported", "imported")):
        times = {name: [block[what] for block in blocks] for name, blocks in found.items()}
        ours = times.pop("package")
        columns[f"seconds{said}"] = round(statistics.median(ours), 3)
        columns |= {f"{name}{said}": ratio(theirs, ours, 1) for name, theirs in times.items()}
    return columns
