"""The lag dial's numbers: `python -m authoring.lag_grid` trains all networks and writes them to measured.json.

About a quarter of an hour on one core. Notebook 6 trains a slice of the same runs live; a test trains a few more.
"""

import json
import sys

from rnn_helpers import atomic
from rnn_helpers.echo import train_echo
from rnn_helpers.explore.measured import FILE

LAGS, REACHES, SEEDS = range(1, 11), range(13), range(10)
UNITS, FULL_SEEDS, FULL = (8, 12, 16, 24, 32), range(5), {"updates": 400, "lr": 0.01}
CAPACITY_LAGS = (2, 4, 6, 7, 8, 10, 11, 12, 14, 15, 16, 18, 20, 22, 24, 26, 28, 30, 32)


def rounded(values):
    return [round(float(value), 3) for value in values]


def dial(lags=LAGS, reaches=REACHES, seeds=SEEDS, say=print):
    """For each lag, for each k, the errors of the seeds."""
    table = []
    for lag in lags:
        table.append([rounded(train_echo(lag, k, seed)[0] for seed in seeds) for k in reaches])
        say(f"lag {lag}: {table[-1]}")
    return table


def capacity(units=UNITS, seeds=FULL_SEEDS, say=print):
    """Hidden units -> lag -> errors of full BPTT, up to two more lags than units."""
    table = {}
    for H in units:
        table[H] = {lag: rounded(train_echo(lag, 2 * lag + 2, seed, hidden=H, **FULL)[0] for seed in seeds)
                    for lag in CAPACITY_LAGS if lag <= H + 2}
        say(f"{H} units: {table[H]}")
    return table


def main():
    numbers = json.loads(FILE.read_text(encoding="utf-8"))
    numbers["echo"] = {"lags": [*LAGS], "reaches": [*REACHES], "errors": dial(), "capacity": capacity()}
    atomic.write(FILE, json.dumps(numbers) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
