"""Costs are those of the work that is named, and what is stored is what the command computes."""

import tracemalloc

import numpy as np
import pytest

from authoring.measured import delayed_echo, peak_bytes, train_echo, ways
from rnn_helpers.explore import measured


def test_the_three_ways_hold_what_the_theory_says():
    short, long = ({name: peak_bytes(run) for name, run in ways(T).items()} for T in (500, 4000))
    for way in ("full", "sliding window"):
        assert 6 < long[way] / short[way] < 9  # eight times the steps, all of their states held
    assert long["chunks"] < 1.2 * short["chunks"] < short["full"] / 2


def test_peak_is_what_was_held_at_one_time():
    def two_after_each_other():
        np.zeros(10**6).sum()
        np.zeros(10**6).sum()

    assert peak_bytes(two_after_each_other) == pytest.approx(8e6, rel=0.01)
    kept = np.zeros(10**6)  # was there before
    assert peak_bytes(lambda: kept.sum()) < 1e5


def test_a_failing_run_does_not_leave_tracing_on():
    with pytest.raises(ZeroDivisionError):
        peak_bytes(lambda: 1 / 0)
    assert not tracemalloc.is_tracing()


@pytest.mark.parametrize("lag, k, seed", [(3, 0, 4), (5, 5, 1), (5, 6, 2)])
def test_the_lag_table_is_what_its_command_computes(lag, k, seed):
    assert train_echo(lag, k, seed) == pytest.approx(measured.ERRORS[lag, k][seed], abs=2e-3)


@pytest.mark.parametrize("H, lag, seed", [(8, 7, 0), (8, 8, 3)])
def test_the_capacities_are_what_their_command_computes(H, lag, seed):
    error = train_echo(lag, 2 * lag + 2, seed, hidden=H, updates=400, lr=0.01)
    assert error == pytest.approx(measured.CAPACITY[H][lag][seed], abs=2e-3)


def test_the_echo_comes_after_its_lag():
    X, Y = delayed_echo(3, 4, np.random.default_rng(0))
    assert X.shape == Y.shape == (8, 1, 4) and set(np.unique(X)) == {-1, 1}
    assert (Y[3:] == X[:-3]).all() and not Y[:3].any()
