"""Which loss reaches which state and which parameter: dL_t/dh_s for all pairs of steps; which a truncation keeps."""

import numpy as np

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.cell import rnn_cell_backward
from rnn_helpers.validate import as_count


def credit_map(cell, X, dh, h0=None):
    """How strongly the loss at step t pulls on the state of step s.

    T copies of the sequence stand side by side as columns; in copy t only the loss at step t counts. One walk back
    serves them all.

    Parameters
    ----------
    cell : object with Wx (H, D), Wh (H, H), b (H, 1)
    X : (T, D, 1), one sequence
    dh : (T, H, 1); dh[t] is dL_t/dh_t
    h0 : (H, 1) or None for zeros

    Returns
    -------
    credit : (T, T), credit[t, s] = ||dL_t/dh_s||; NaN for s > t, where no loss reaches
    """
    T = len(X)
    h0 = np.zeros((len(cell.Wh), 1)) if h0 is None else h0
    _, caches = rnn_forward(cell, np.repeat(X, T, axis=2), np.repeat(h0, T, axis=1))
    credit = np.full((T, T), np.nan)
    flow = np.zeros((len(cell.Wh), T))
    for s in reversed(range(T)):
        flow[:, s] = dh[s][:, 0]  # copy s joins at its own loss
        credit[s:, s] = np.linalg.norm(flow[:, s:], axis=0)
        flow = rnn_cell_backward(cell, flow, caches[s])[3]
    return credit


def jacobians_back(cell, X, h0=None):
    """dh_T/dh_t for every t: the products of Jacobians that backpropagation through time multiplies by.

    H copies of the sequence stand side by side; copy i starts from row i of the identity at the last state.

    Parameters
    ----------
    cell, X (T, D, 1), h0 : as for `credit_map`

    Returns
    -------
    J : (T + 1, H, H); J[n] = dh_T/dh_{T-n}, n steps back: J[0] is the identity, J[T] is dh_T/dh_0
    """
    H = len(cell.Wh)
    h0 = np.zeros((H, 1)) if h0 is None else h0
    _, caches = rnn_forward(cell, np.repeat(X, H, axis=2), np.repeat(h0, H, axis=1))
    J = np.empty((len(X) + 1, H, H))
    J[0] = np.eye(H)
    for n in range(len(X)):
        J[n + 1] = rnn_cell_backward(cell, J[n].T, caches[len(X) - 1 - n])[3].T
    return J


def shares(backward, cell, dh, caches):
    """How large a share each step's loss has in each gradient: one loss counts at a time.

    Parameters
    ----------
    backward : function (cell, dh, caches) -> (dWx, dWh, db, ...)
    cell, dh (T, H, B), caches : what it is called with

    Returns
    -------
    sizes : (T, 3); sizes[t] holds the norms of dWx, dWh, db when only the loss of step t counts
    """
    sizes = np.zeros((len(dh), 3))
    for t in range(len(dh)):
        only = np.zeros_like(dh)
        only[t] = dh[t]
        sizes[t] = [np.linalg.norm(g) for g in backward(cell, only, caches)[:3]]
    return sizes


def full_mask(T):
    """Full backpropagation through time: the loss at step t reaches every s <= t. (T, T) of bool, row t, column s."""
    return np.tril(np.ones((T, T), bool))


def window_mask(T, k):
    """Each loss flows through at most k steps, its own included: t - k < s <= t (`rnn_backward_truncated`)."""
    return full_mask(T) & ~np.tril(np.ones((T, T), bool), -as_count("k", k))


def last_steps_mask(T, k):
    """Only the last k steps are walked: earlier losses reach no state at all."""
    return full_mask(T) & (np.arange(T) >= T - as_count("k", k))[None, :]
