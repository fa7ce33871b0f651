"""A whole sequence: forward, backpropagation through time, and its truncated form."""

from collections.abc import Sequence

import numpy as np

from rnn_helpers.validate import as_count, as_finite, as_initial_state, as_sequence


class Caches(Sequence):
    """What the backward pass needs, step by step: `caches[t]` is `(x_t, h_prev, h_t)`; a slice is a shorter Caches.

    X (T, D, B) holds the inputs, H (T+1, H, B) the states, H[0] being h0. Nothing is copied.
    """

    def __init__(self, X, H):
        self.X, self.H = X, H

    def __len__(self):
        return len(self.X)

    def __getitem__(self, t):
        if isinstance(t, slice):
            start, stop, step = t.indices(len(self))
            if step != 1:
                raise ValueError(f"caches[::{step}] skips steps, expected neighbouring steps")
            return Caches(self.X[start:stop], self.H[start:max(start, stop) + 1])
        t = range(len(self))[t]  # a negative or too large t as in any list
        return self.X[t], self.H[t], self.H[t + 1]


def unpack(caches):
    """X (T, D, B), states before each step (T, H, B), states after it (T, H, B)."""
    if isinstance(caches, Caches):
        return caches.X, caches.H[:-1], caches.H[1:]
    if len(caches) == 0:
        raise ValueError("caches is empty, expected one (x_t, h_prev, h_t) for each step")
    return tuple(np.array(part) for part in zip(*caches))


def side_by_side(A):
    """(T, N, B) -> (N, T*B): the columns of all steps side by side, so that one product sums over time and batch."""
    return A.transpose(1, 0, 2).reshape(A.shape[1], -1)


def rnn_forward(cell, X, h0=None):
    """h_t = tanh(Wx x_t + Wh h_{t-1} + b) for t = 1..T (Goodfellow et al., 2016, eq. 10.8-10.9).

    Parameters
    ----------
    cell : object with Wx (H, D), Wh (H, H), b (H, 1)
    X : (T, D, B), or a list of T columns (D, B)
    h0 : (H, B) or (H, 1), the state before the first step; None means zeros

    Returns
    -------
    h_states : (T, H, B)
    caches : `caches[t]` is (x_t, h_prev, h_t), for `rnn_backward`

    Raises
    ------
    ValueError, TypeError : X or h0 has the wrong shape, is empty, or holds NaN or inf.
    """
    X = as_finite("X", as_sequence("X", X, cell.Wx.shape[1]))
    T, _, B = X.shape
    h0 = as_initial_state(h0, len(cell.Wh), B, X.dtype)
    H = np.empty((T + 1, *h0.shape), np.result_type(X, cell.Wx, h0))
    H[0] = h0
    H[1:] = cell.Wx @ X + cell.b  # the inputs' part, all steps at once
    for t in range(T):
        h_t = H[t + 1]
        h_t += cell.Wh @ H[t]
        np.tanh(h_t, out=h_t)
    return H[1:], Caches(X, H)


def rnn_backward(cell, dh, caches):
    """Backpropagation through time (Werbos, 1990; Goodfellow et al., 2016, eq. 10.20-10.28).

    Parameters
    ----------
    cell : the cell of the forward pass
    dh : (T, H, B) or a list of T arrays (H, B); dh[t] is dL_t/dh_t, the loss at step t reaching h_t directly,
        NOT what flows back from later steps: that is what this function computes
    caches : from `rnn_forward`

    Returns
    -------
    dWx (H, D), dWh (H, H), db (H, 1) : summed over time and batch
    dh0 : (H, B)
    """
    X, H_prev, H = unpack(caches)
    dh = as_sequence("dh", dh, len(cell.Wh), steps=len(X))
    dZ = 1 - H * H  # tanh'(z_t), all steps at once; times dL/dh_t below
    dh_next = np.zeros_like(H[0])
    for t in reversed(range(len(X))):
        dZ[t] *= dh[t] + dh_next
        dh_next = cell.Wh.T @ dZ[t]
    return *parameter_gradients(dZ, X, H_prev), dh_next


def rnn_backward_truncated(cell, dh, caches, k):
    """Truncated BPTT: each step's loss flows back through at most k steps, its own included (Williams & Peng, 1990).

    The gradients of all losses that are j steps old are one array, so that k products over all steps replace
    the loop over time. k >= T is `rnn_backward`, to the bit.

    Parameters
    ----------
    cell, dh, caches : as for `rnn_backward`
    k : whole number >= 1

    Returns
    -------
    dWx (H, D), dWh (H, H), db (H, 1), dh0 (H, B)
    """
    X, H_prev, H = unpack(caches)
    dh = as_sequence("dh", dh, len(cell.Wh), steps=len(X))
    if as_count("k", k) >= len(X):
        return rnn_backward(cell, dh, caches)
    slope = 1 - H * H
    dZ = np.zeros_like(H)
    dh0 = np.zeros_like(H[0])
    young = dh  # young[t]: the loss of step t + age reaching h_t
    for age in range(k):
        dz = young * slope[: len(young)]
        dZ[: len(young)] += dz
        young = cell.Wh.T @ dz
        dh0 += young[0]
        young = young[1:]
    return *parameter_gradients(dZ, X, H_prev), dh0


def parameter_gradients(dZ, X, H_prev):
    """dWx, dWh, db from dL/dz_t of all steps: the sums over time and batch as one product each."""
    dZ_columns = side_by_side(dZ)
    dWx = dZ_columns @ side_by_side(X).T
    dWh = dZ_columns @ side_by_side(H_prev).T
    return dWx, dWh, dZ_columns.sum(axis=1, keepdims=True)
