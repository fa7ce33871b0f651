"""Columns and rows are two views of the same numbers, and OneHot is the array that it stands for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_helpers.bptt import rnn_backward, rnn_backward_truncated, rnn_forward
from rnn_helpers.layout import OneHot, columns, rows
from rnn_helpers.losses import softmax_cross_entropy
from rnn_helpers.streaming import train_stream
from tests.cases import draw, steady


def test_rows_put_each_example_of_each_step_in_a_row_and_columns_undo_it():
    A = np.arange(24.0).reshape(2, 3, 4)
    assert rows(A).shape == (8, 3)
    assert (rows(A)[1 * 4 + 2] == A[1, :, 2]).all()
    assert (columns(rows(A), 2) == A).all()
    R = rows(A)
    assert np.shares_memory(rows(columns(R, 2)), R)


def dense(indices, size):
    X = np.zeros((len(indices), size, indices.shape[1]))
    for t, n in np.ndindex(indices.shape):
        X[t, indices[t, n], n] = 1
    return X


@steady
@given(st.integers(1, 6), st.integers(1, 5), st.integers(1, 4), st.integers(0, 99))
def test_one_hot_is_the_array_it_stands_for(T, V, B, seed):
    indices = np.random.default_rng(seed).integers(0, V, (T, B))
    X, full = OneHot(indices, V), dense(indices, V)
    assert X.shape == full.shape and len(X) == T and X.ndim == 3
    assert (np.asarray(X) == full).all() and (np.asarray(X, dtype=np.float32) == full).all()
    assert (X[0] == full[0]).all() and (X[-1] == full[-1]).all() and X[0].dtype == np.float64
    assert isinstance(X[1:3], OneHot) and (np.asarray(X[1:3]) == full[1:3]).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_forward_and_backward_take_one_hot_for_the_array(dtype):
    case = draw(T=6, D=5, dtype=dtype)
    indices = case.rng.integers(0, 5, (6, 3))
    states, caches = rnn_forward(case.cell, OneHot(indices, 5), case.h0)
    states_full, caches_full = rnn_forward(case.cell, dense(indices, 5).astype(dtype), case.h0)
    tolerance = 1e-12 if dtype is np.float64 else 1e-4
    np.testing.assert_allclose(states, states_full, atol=tolerance)
    for backward in (rnn_backward, lambda *args: rnn_backward_truncated(*args, 2)):
        gradients, expected = (backward(case.cell, case.dh, of) for of in (caches, caches_full))
        for got, want in zip(gradients, expected, strict=True):
            np.testing.assert_allclose(got, want, atol=tolerance)
            assert got.dtype == dtype
    assert (caches[2][0] == dense(indices, 5)[2]).all()


def test_a_stream_of_one_hot_columns_trains_as_the_array_does():
    indices = np.random.default_rng(0).integers(0, 3, (20, 1))
    one, other = draw(H=4, D=3, O=3).model, draw(H=4, D=3, O=3).model
    losses = [train_stream(model, X, indices[1:], 4, 6, 0.1, loss=softmax_cross_entropy)
              for model, X in ((one, OneHot(indices[:-1], 3)), (other, dense(indices[:-1], 3)))]
    np.testing.assert_allclose(*losses, rtol=1e-12)
    np.testing.assert_allclose(one.cell.Wx, other.cell.Wx, rtol=1e-10)


@pytest.mark.parametrize("indices, size, error, words", [
    (np.array([0, 1]), 2, ValueError, "indices[:, None]"),
    (np.array([[0.0]]), 2, TypeError, "indices holds float64"),
    (np.array([[0, 2]]), 2, ValueError, "indices runs from 0 to 2, expected 0..1"),
    (np.array([[-1, 0]]), 2, ValueError, "indices runs from -1 to 0"),
])
def test_bad_indices(indices, size, error, words):
    with pytest.raises(error) as caught:
        OneHot(indices, size)
    assert words in str(caught.value)
