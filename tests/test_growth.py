"""Costs are those of the work that is named, and exponents those of the curve."""

import numpy as np
import pytest

from rnn_helpers import growth


def test_the_three_ways_hold_what_the_theory_says():
    short, long = ({name: growth.peak_bytes(run) for name, run in growth.ways(T, H=32, k=25).items()}
                   for T in (500, 4000))
    for way in ("full", "sliding window"):
        assert 6 < long[way] / short[way] < 9  # eight times the steps, all of their states held
    assert long["chunks"] < 1.2 * short["chunks"] < short["full"] / 2


def test_peak_is_what_was_held_at_one_time():
    def two_after_each_other():
        np.zeros(10**6).sum()
        np.zeros(10**6).sum()

    assert growth.peak_bytes(two_after_each_other) == pytest.approx(8e6, rel=0.01)
    kept = np.zeros(10**6)  # was there before
    assert growth.peak_bytes(lambda: kept.sum()) < 1e5


def test_a_failing_run_does_not_leave_tracing_on():
    import tracemalloc

    with pytest.raises(ZeroDivisionError):
        growth.peak_bytes(lambda: 1 / 0)
    assert not tracemalloc.is_tracing()


@pytest.mark.parametrize("power", [0, 1, 2.5])
def test_exponent(power):
    sizes = np.array([10, 30, 100, 1000])
    assert growth.exponent(sizes, 3 * sizes**power) == pytest.approx(power, abs=1e-12)


@pytest.mark.parametrize("arguments", [{"T": 0}, {"T": 10, "k": 0}, {"T": 2.5}])
def test_bad_sizes(arguments):
    with pytest.raises((ValueError, TypeError), match="expected a whole number"):
        growth.ways(**arguments)
