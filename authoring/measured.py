"""The numbers of notebook 6 that would take it too long: `python -m authoring.measured` writes them to measured.json.

`echo`, a quarter of an hour on one core, trains the networks of the lag dial, a few of which a test trains again.
`costs`, a minute, measures passes over longer and longer sequences. Both, or the one that is named.
"""

import functools
import json
import sys
import time
import timeit
import tracemalloc

import numpy as np

from rnn_helpers import atomic
from rnn_helpers.bptt import rnn_backward, rnn_backward_truncated, rnn_forward
from rnn_helpers.cell import RNNCell, orthogonal
from rnn_helpers.explore.measured import FILE
from rnn_helpers.model import RNNModel
from rnn_helpers.training import Adam, fit

LAGS, REACHES, SEEDS = range(1, 11), range(13), range(10)
UNITS, FULL_SEEDS, FULL = (8, 12, 16, 24, 32), range(5), {"updates": 400, "lr": 0.01}
CAPACITY_LAGS = (2, 4, 6, 7, 8, 10, 11, 12, 14, 15, 16, 18, 20, 22, 24, 26, 28, 30, 32)
STEPS = (50, 100, 200, 400, 800, 1600, 3200)


def delayed_echo(lag, batch, rng):
    """Random signs, X (2 lag + 2, 1, B), and as the target Y the sign of `lag` steps ago, 0 before there is one.

    After Bengio, Simard & Frasconi (1994), who ask how long a network can hold on to a bit.
    """
    X = rng.choice([-1.0, 1.0], (2 * lag + 2, 1, batch))
    return X, np.concatenate([np.zeros((lag, 1, batch)), X[: lag + 2]])


def train_echo(lag, k, seed, hidden=16, updates=100, lr=0.02):
    """The mean squared error of the echo after training on it with truncated BPTT (Adam, norms clipped at 1, 24 fresh
    sequences an update): 0 for every sign, 1 for knowing nothing.

    k : steps that each loss flows back, its own included; 0 leaves Wx, Wh, b as they were drawn and trains Wy, c alone
    """
    weights, rng = np.random.default_rng(seed), np.random.default_rng([seed, 0])
    model = RNNModel(1, hidden, 1, weights)
    model.cell.Wh[:] = orthogonal(hidden, weights, 0.95)
    fit(model, lambda update: delayed_echo(lag, 24, rng), updates, Adam(lr), max_norm=1.0, mean=True, progress=False,
        backward=functools.partial(rnn_backward_truncated, k=max(k, 1)), frozen=("Wx", "Wh", "b") if k == 0 else ())
    X, Y = delayed_echo(lag, 256, np.random.default_rng([seed, 1]))
    return float(np.mean((model.forward(X)[0] - Y)[lag:] ** 2))


def rounded(values):
    return [round(float(value), 3) for value in values]


def dial():
    """For each lag, for each k, the errors of the seeds."""
    table = []
    for lag in LAGS:
        table.append([rounded(train_echo(lag, k, seed) for seed in SEEDS) for k in REACHES])
        print(f"lag {lag}: {table[-1]}")
    return table


def capacity():
    """Hidden units -> lag -> errors of full BPTT, up to two more lags than units."""
    table = {}
    for H in UNITS:
        table[H] = {lag: rounded(train_echo(lag, 2 * lag + 2, seed, hidden=H, **FULL) for seed in FULL_SEEDS)
                    for lag in CAPACITY_LAGS if lag <= H + 2}
        print(f"{H} units: {table[H]}")
    return table


def echo():
    return {"lags": [*LAGS], "reaches": [*REACHES], "errors": dial(), "capacity": capacity()}


def ways(T, D=8, H=64, k=25):
    """name -> function that goes once forward and back over T steps of one sequence; k steps are walked, or a chunk."""
    rng = np.random.default_rng(0)
    cell, X, dh = RNNCell(D, H, rng), rng.standard_normal((T, D, 1)), rng.standard_normal((T, H, 1))

    def chunks():
        h = None
        for start in range(0, T, k):
            h_states, caches = rnn_forward(cell, X[start : start + k], h)
            rnn_backward(cell, dh[start : start + k], caches)
            h = h_states[-1]

    return {"full": lambda: rnn_backward(cell, dh, rnn_forward(cell, X)[1]),
            "sliding window": lambda: rnn_backward_truncated(cell, dh, rnn_forward(cell, X)[1], k),
            "chunks": chunks}


def peak_bytes(run):
    """The most memory that `run()` held at one time, in bytes, beyond what was there before."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def costs():
    """way -> processor milliseconds of the quickest of 20 passes, and KB held, a number for each T."""
    milliseconds, kilobytes = {}, {}
    for T in STEPS:
        for way, run in ways(T).items():
            quickest = min(timeit.repeat(run, number=1, repeat=20, timer=time.process_time))
            milliseconds.setdefault(way, []).append(round(1e3 * quickest, 4))
            kilobytes.setdefault(way, []).append(round(peak_bytes(run) / 1e3, 1))
            print(f"T = {T}, {way}: {milliseconds[way][-1]} ms, {kilobytes[way][-1]} KB")
    return {"steps": [*STEPS], "milliseconds": milliseconds, "kilobytes": kilobytes}


def main(names):
    numbers = json.loads(FILE.read_text(encoding="utf-8"))
    numbers |= {name: make() for name, make in {"echo": echo, "costs": costs}.items() if name in names or not names}
    atomic.write(FILE, json.dumps(numbers) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
