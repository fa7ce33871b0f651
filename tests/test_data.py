"""Series, windows and scaling, by their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_helpers.data import fit_scale, make_windows, numbers, sine
from tests.cases import steady


def test_numbers_and_sine():
    assert numbers(1, 4).tolist() == [1, 2, 3, 4] and numbers(1, 4).dtype == np.float64
    np.testing.assert_allclose(sine(9, 8)[[0, 2, 4, 8]], [0, 1, 0, 0], atol=1e-15)


@steady
@given(st.integers(1, 6), st.integers(1, 10))
def test_every_window_and_the_same_one_a_step_later(length, more):
    series = np.arange(length + more) ** 2.0
    X, Y = make_windows(series, length)
    assert X.shape == Y.shape == (length, 1, more)
    for t, n in np.ndindex(length, more):
        assert X[t, 0, n] == series[n + t] and Y[t, 0, n] == series[n + t + 1]
    X[:] = 0
    assert (series == np.arange(length + more) ** 2.0).all() and Y.flags.writeable


def test_the_drafts_own_example():
    X, Y = make_windows([1, 2, 3, 4, 5], 4)
    assert X[:, 0, 0].tolist() == [1, 2, 3, 4] and Y[:, 0, 0].tolist() == [2, 3, 4, 5]


def test_scaled_series_has_mean_0_and_deviation_1():
    series = np.array([3.0, 5, 9, 11])
    shift, scale = fit_scale(series)
    assert (shift, scale) == (7.0, pytest.approx(np.sqrt(10)))
    assert isinstance(shift, float) and isinstance(scale, float)
    scaled = (series - shift) / scale
    assert scaled.mean() == pytest.approx(0) and (scaled**2).mean() == pytest.approx(1)


@pytest.mark.parametrize("call, error, words", [
    (lambda: numbers(5, 4), ValueError, "last is 4, expected at least 5, which is first"),
    (lambda: sine(0, 4), ValueError, "steps is 0"),
    (lambda: sine(4, 0), ValueError, "period is 0"),
    (lambda: make_windows([1, 2, 3], 3), ValueError, "series has 3 numbers, expected more than length = 3"),
    (lambda: make_windows([[1, 2]], 1), ValueError, "series has shape (1, 2), expected (S,)"),
    (lambda: make_windows([1, np.nan, 2], 1), ValueError, "series holds nan at index (1,)"),
    (lambda: make_windows([1, 2], 0), ValueError, "length is 0"),
    (lambda: make_windows([1, 2], 1.0), TypeError, "length is 1.0"),
    (lambda: fit_scale([]), ValueError, "series is empty"),
    (lambda: fit_scale([0.1, 0.1, 0.1]), ValueError, "every number of series is 0.1"),
    (lambda: fit_scale([1, np.inf]), ValueError, "series holds inf"),
])
def test_bad_input(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)
