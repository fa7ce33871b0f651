"""Losses against their definitions, their gradients against central differences, and logits that would overflow."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_helpers.gradcheck import numerical_gradient, relative_error
from rnn_helpers.losses import softmax, softmax_cross_entropy, squared_error
from tests.cases import steady

shapes = st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 3), st.integers(0, 999))


@steady
@given(shapes)
def test_squared_error(shape):
    *shape, seed = shape
    rng = np.random.default_rng(seed)
    y, target = rng.standard_normal((2, *shape))
    loss, dy = squared_error(y, target)
    assert loss == pytest.approx(sum((a - b) ** 2 for a, b in zip(y.flat, target.flat, strict=True)))
    assert relative_error(dy, numerical_gradient(lambda: squared_error(y, target)[0], y)) <= 1e-6
    assert isinstance(loss, float)


@steady
@given(shapes)
def test_softmax_cross_entropy(shape):
    T, V, B, seed = shape
    rng = np.random.default_rng(seed)
    logits, targets = 3 * rng.standard_normal((T, V, B)), rng.integers(0, V, (T, B))
    loss, dlogits = softmax_cross_entropy(logits, targets)
    want = 0.0
    for t, n in np.ndindex(T, B):
        e = [math.exp(z) for z in logits[t, :, n]]
        want -= math.log(e[targets[t, n]] / sum(e))
    assert loss == pytest.approx(want, rel=1e-12, abs=1e-12) and isinstance(loss, float)
    assert np.abs(dlogits - numerical_gradient(lambda: softmax_cross_entropy(logits, targets)[0], logits)).max() < 1e-8
    np.testing.assert_allclose(dlogits.sum(axis=1), 0, atol=1e-12)


def test_huge_logits_and_equal_logits():
    logits = np.array([1e4, 0.0, -1e4])[None, :, None]
    assert softmax_cross_entropy(logits, [[0]])[0] == 0.0
    assert softmax_cross_entropy(logits, [[2]])[0] == pytest.approx(2e4)
    assert np.isfinite(softmax_cross_entropy(logits, [[1]])[1]).all()
    assert softmax_cross_entropy(np.zeros((1, 8, 1)), [[3]])[0] == pytest.approx(math.log(8))
    np.testing.assert_allclose(softmax(np.array([[1000.0], [1000.0]])), 0.5)


def test_softmax_columns_sum_to_one_and_order_is_kept():
    z = np.random.default_rng(0).standard_normal((4, 5, 2))
    np.testing.assert_allclose(softmax(z).sum(axis=1), 1)
    assert (softmax(z).argsort(axis=1) == z.argsort(axis=1)).all()
    np.testing.assert_allclose(softmax(z + 7), softmax(z))


def test_float32_stays_and_arguments_are_not_changed():
    y, target = np.ones((2, 1, 1), np.float32), np.zeros((2, 1, 1), np.float32)
    assert squared_error(y, target)[1].dtype == np.float32
    logits, targets = np.ones((2, 3, 1), np.float32), np.zeros((2, 1), int)
    assert softmax_cross_entropy(logits, targets)[1].dtype == np.float32
    assert (logits == 1).all() and (targets == 0).all() and (y == 1).all()


@pytest.mark.parametrize("call, error, words", [
    (lambda: squared_error(np.ones((3, 1, 1)), np.ones((3, 1, 2))), ValueError,
     "target has shape (3, 1, 2), expected (3, 1, 1)"),
    (lambda: squared_error(np.ones(3), ["a"] * 3), TypeError, "target holds"),
    (lambda: softmax_cross_entropy(np.ones((3, 2)), [[0]]), ValueError, "logits has shape (3, 2), expected (T, V, B)"),
    (lambda: softmax_cross_entropy(np.ones((0, 2, 1)), np.ones((0, 1), int)), ValueError, "logits has shape (0, 2, 1)"),
    (lambda: softmax_cross_entropy(np.ones((3, 2, 1)), [0, 1, 0]), ValueError,
     "targets has shape (3,), expected (3, 1)"),
    (lambda: softmax_cross_entropy(np.ones((1, 2, 1)), [[0.0]]), TypeError, "targets holds float64"),
    (lambda: softmax_cross_entropy(np.ones((1, 2, 1)), [[2]]), ValueError, "expected 0..1"),
    (lambda: softmax_cross_entropy(np.ones((1, 2, 1)), [[-1]]), ValueError, "targets runs from -1"),
])
def test_bad_input(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)
