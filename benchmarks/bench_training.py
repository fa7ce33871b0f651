"""The training runs of the notebooks, from the start of a process to the result, against PyTorch and JAX."""

from benchmarks import threads  # noqa: F401  first: it sets how many cores the libraries may use

# isort: split

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks.rounds import REPEATS, once
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


@pytest.fixture(scope="module", params=RUNS)
def run(request, tmp_path_factory):
    """A run's name, its file and its updates; every contestant has done it once, and found the same losses."""
    path, arrays = tmp_path_factory.mktemp("run") / "run.npz", RUNS[request.param]()
    np.savez(path, **arrays)
    losses = {name: train_afresh(name, path)["losses"] for name in CONTESTANTS}
    for name in CONTESTANTS:
        np.testing.assert_allclose(losses[name], losses["package"], rtol=1e-4, err_msg=name)
    return request.param, path, arrays["updates"]


@pytest.mark.parametrize("repeat, name", [(repeat, name) for repeat in range(REPEATS) for name in CONTESTANTS])
def test_training(benchmark, run, repeat, name):
    which, path, updates = run
    found = train_afresh(name, path)
    once(benchmark, lambda: None, "training", name, task=which, updates=updates, seconds=found["seconds"],
         imported=found["imported"])
