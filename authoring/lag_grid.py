"""The lag dial's table: `python -m authoring.lag_grid` trains all networks and writes rnn_helpers/explore/lag_table.py.

About ten minutes on one core. The notebook trains a slice of the same runs live; a test trains a few more and compares.
"""

import pprint
import sys
from pathlib import Path

import numpy as np

from rnn_helpers.echo import train_echo

TARGET = Path(__file__).resolve().parents[1] / "rnn_helpers" / "explore" / "lag_table.py"
LAGS, REACHES, SEEDS = range(1, 11), range(13), range(10)
NETWORKS = {  # name -> hidden units, radius of the orthogonal Wh (None: as RNNCell draws it)
    "16 units, small random Wh": (16, None),
    "16 units, orthogonal Wh": (16, 0.95),
    "48 units, orthogonal Wh": (48, 0.95),
}
FULL_LAGS = (2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 36, 40, 44, 48, 56)
FULL_SEEDS, FULL = range(5), {"updates": 400, "lr": 0.01}

HEAD = '''"""Errors of networks trained on the delayed echo. Written by `python -m authoring.lag_grid`, not by hand.

Every number is a mean squared error from `rnn_helpers.echo.train_echo`, rounded to 3 decimals (NumPy {numpy}).
ERRORS[lag, k]: seeds {seeds}, all else as `train_echo` has it.
FULL[network][lag]: full BPTT, seeds {full_seeds}, {full}.
"""

'''


def rounded(values):
    return [round(float(value), 3) for value in values]


def dial(lags=LAGS, reaches=REACHES, seeds=SEEDS, say=print):
    """(lag, k) -> errors, one for each seed."""
    table = {}
    for lag in lags:
        for k in reaches:
            table[lag, k] = rounded(train_echo(lag, k, seed)[0] for seed in seeds)
        say(f"lag {lag}: {[round(float(np.median(table[lag, k])), 2) for k in reaches]}")
    return table


def full(networks=NETWORKS, lags=FULL_LAGS, seeds=FULL_SEEDS, say=print):
    """network -> lag -> errors of full BPTT; longer lags are left out once a network knows nothing at two in a row."""
    table = {}
    for name, (hidden, radius) in networks.items():
        table[name] = {}
        for lag in lags:
            table[name][lag] = rounded(train_echo(lag, 2 * lag + 2, seed, hidden=hidden, radius=radius, **FULL)[0]
                                       for seed in seeds)
            say(f"{name}, lag {lag}: {table[name][lag]}")
            if len(table[name]) > 1 and min(sum(list(table[name].values())[-2:], [])) > 0.9:
                break
    return table


def main():
    numbers = {"LAGS": tuple(LAGS), "REACHES": tuple(REACHES), "ERRORS": dial(), "NETWORKS": NETWORKS, "FULL": full()}
    head = HEAD.format(numpy=np.__version__, seeds=f"0..{SEEDS[-1]}", full_seeds=f"0..{FULL_SEEDS[-1]}",
                       full=", ".join(f"{name} = {value}" for name, value in FULL.items()))
    body = "\n".join(f"{name} = {pprint.pformat(value, width=128, compact=True)}" for name, value in numbers.items())
    TARGET.write_text(head + body + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
