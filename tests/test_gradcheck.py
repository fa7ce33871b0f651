"""The gradient checker on functions whose gradient is known, and on what it must not let pass."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_helpers.gradcheck import check_gradients, numerical_gradient, relative_error
from tests.cases import steady


def test_a_quadratic_is_exact():
    w, A = np.random.default_rng(0).standard_normal((2, 3)), np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(numerical_gradient(lambda: np.sum(A * w**2), w), 2 * A * w, rtol=1e-8, atol=1e-8)
    x = np.array(3.0)
    assert numerical_gradient(lambda: x**2, x) == pytest.approx(6)


def test_the_error_falls_with_the_square_of_eps():
    w = np.array([0.3])
    errors = [abs(numerical_gradient(lambda: np.sin(w).sum(), w, eps)[0] - np.cos(0.3)) for eps in (1e-2, 1e-3)]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.01)


def test_the_parameter_is_restored_to_the_bit_also_when_f_raises():
    w = np.random.default_rng(0).standard_normal((3, 2))
    before = w.copy()
    numerical_gradient(lambda: w.sum(), w)
    assert (w == before).all()
    with pytest.raises(ZeroDivisionError):
        numerical_gradient(lambda: 1 / 0, w)
    assert (w == before).all()


def test_a_view_of_an_array_works_too():
    w = np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(numerical_gradient(lambda: (w**2).sum(), w.T), 2 * w.T, atol=1e-8)


@steady
@given(st.integers(0, 999), st.floats(-200, 200))
def test_relative_error_is_symmetric_and_does_not_see_the_scale(seed, power):
    a, b = np.random.default_rng(seed).standard_normal((2, 4))
    error = relative_error(a, b)
    assert 0 <= error <= 1 and error == relative_error(b, a)
    scale = 10.0**power
    assert relative_error(scale * a, scale * b) == pytest.approx(error, rel=1e-9)


@pytest.mark.filterwarnings("error")
def test_relative_error_at_its_ends():
    a = np.array([1.0, -2.0])
    assert relative_error(a, a) == 0 and relative_error(a, -a) == pytest.approx(1)
    assert relative_error(0 * a, 0 * a) == 0 and relative_error(a, 0 * a) == pytest.approx(1)
    assert relative_error([], []) == 0
    assert np.isnan(relative_error(a, [1.0, np.nan])) and np.isnan(relative_error([np.inf, 0], a))
    assert np.isnan(relative_error([np.nan], [np.nan]))


def test_check_gradients_tells_which_one_is_wrong():
    params = {"u": np.array([1.0, 2.0]), "v": np.array([[3.0]])}
    def f():
        return float(np.sum(params["u"] ** 2) * params["v"][0, 0])
    errors = check_gradients(f, params, {"u": 2 * params["u"] * 3, "v": np.array([[6.0]])})
    assert errors["u"] < 1e-8 and errors["v"] > 0.01


@pytest.mark.parametrize("call, error, words", [
    (lambda: numerical_gradient(lambda: 0.0, [1.0]), TypeError, "param is list"),
    (lambda: numerical_gradient(lambda: 0.0, np.array([1])), TypeError, "expected a float array"),
    (lambda: numerical_gradient(lambda: 0.0, np.ones(1), eps=0), ValueError, "eps is 0"),
    (lambda: relative_error([1.0], [1.0, 2.0]), ValueError, "a has shape (1,), b has shape (2,)"),
    (lambda: check_gradients(lambda: 0.0, {"u": np.ones(1)}, {}), ValueError, "differ in ['u']"),
])
def test_bad_input(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)
