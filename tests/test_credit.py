"""Credit maps and Jacobians against differences and brute force; masks against the truncations they stand for."""

import numpy as np
import pytest

from rnn_helpers.bptt import rnn_backward, rnn_backward_truncated, rnn_forward
from rnn_helpers.cell import RNNCell, rnn_cell_backward
from rnn_helpers.credit import (
    credit_map,
    full_mask,
    jacobians_back,
    last_steps_mask,
    window_mask,
)
from rnn_helpers.gradcheck import numerical_gradient

T, D, H = 6, 2, 3


@pytest.fixture
def sequence():
    rng = np.random.default_rng(1)
    cell = RNNCell(D, H, rng)
    cell.b[:] = rng.normal(0, 0.3, (H, 1))
    return cell, rng.normal(size=(T, D, 1)), rng.normal(size=(T, H, 1)), rng.uniform(-0.9, 0.9, (H, 1))


def flows(cell, X, dh, h0):
    """dL_t/dh_s for every t and s, a walk for each loss: (T, T, H)."""
    _, caches = rnn_forward(cell, X, h0)
    found = np.zeros((T, T, H))
    for t in range(T):
        flow = dh[t]
        for s in range(t, -1, -1):
            found[t, s] = flow[:, 0]
            flow = rnn_cell_backward(cell, flow, caches[s])[3]
    return found


def test_credit_map_is_a_walk_for_each_loss(sequence):
    cell, X, dh, h0 = sequence
    credit = credit_map(cell, X, dh, h0)
    expected = np.linalg.norm(flows(cell, X, dh, h0), axis=2)
    assert np.allclose(np.nan_to_num(credit), expected)
    assert np.isnan(credit[~full_mask(T)]).all() and np.isfinite(credit[full_mask(T)]).all()
    assert np.allclose(np.diag(credit), np.linalg.norm(dh[:, :, 0], axis=1))


def test_jacobians_against_differences(sequence):
    cell, X, _, h0 = sequence
    J = jacobians_back(cell, X, h0)
    assert J.shape == (T + 1, H, H) and np.array_equal(J[0], np.eye(H))
    rows = [numerical_gradient(lambda i=i: rnn_forward(cell, X, h0)[0][-1][i, 0], h0)[:, 0] for i in range(H)]
    assert np.allclose(J[T], rows, atol=1e-8)
    assert np.allclose(jacobians_back(cell, X), jacobians_back(cell, X, np.zeros((H, 1))))


def test_linear_network_is_the_one_that_hears_nothing(sequence):
    cell, X, _, _ = sequence
    cell.b[:] = 0
    J = jacobians_back(cell, 0 * X)
    assert np.allclose(J, [np.linalg.matrix_power(cell.Wh, n) for n in range(T + 1)])
    assert (np.linalg.norm(J, 2, axis=(1, 2)) <= np.linalg.norm(cell.Wh, 2) ** np.arange(T + 1) + 1e-12).all()


def gradient_through(mask, cell, X, dh, h0):
    """dWh when the loss at t reaches h_s only where the mask says so."""
    _, caches = rnn_forward(cell, X, h0)
    reached = np.einsum("ts,tsh->sh", mask, flows(cell, X, dh, h0))
    return sum(rnn_cell_backward(cell, reached[s][:, None], caches[s])[1] for s in range(T))


@pytest.mark.parametrize("k", [1, 2, 3, T, T + 4])
def test_window_mask_is_truncated_bptt(sequence, k):
    cell, X, dh, h0 = sequence
    expected = rnn_backward_truncated(cell, dh, rnn_forward(cell, X, h0)[1], k)[1]
    assert np.allclose(gradient_through(window_mask(T, k), cell, X, dh, h0), expected)


@pytest.mark.parametrize("k", [1, 2, T, T + 3])
def test_last_steps_mask_is_the_loop_over_the_last_steps(sequence, k):
    cell, X, dh, h0 = sequence
    _, caches = rnn_forward(cell, X, h0)
    expected = rnn_backward(cell, dh[-k:], caches[-min(k, T):])[1]
    assert np.allclose(gradient_through(last_steps_mask(T, k), cell, X, dh, h0), expected)


def test_masks_meet_at_their_ends():
    assert np.array_equal(window_mask(T, T), full_mask(T))
    assert np.array_equal(last_steps_mask(T, T), full_mask(T)) and window_mask(T, 1).sum() == T
    with pytest.raises(ValueError, match="k is 0"):
        window_mask(T, 0)
