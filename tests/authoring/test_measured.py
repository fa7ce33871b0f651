"""Costs are those of the work that is named."""

import tracemalloc

import numpy as np
import pytest

from authoring.measured import peak_bytes, ways


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
