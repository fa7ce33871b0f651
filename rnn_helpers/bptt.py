"""A whole sequence, forward and back: backpropagation through time, and its truncated form.

The way back as notebook 3 writes it:

    for t in reversed(range(T)):
        x_t, h_prev, h_t = caches[t]
        dz_t = (dh[t] + dh_next) * (1 - h_t**2)
        dWx += dz_t @ x_t.T
        dWh += dz_t @ h_prev.T
        db += dz_t.sum(axis=1, keepdims=True)
        dh_next = Wh.T @ dz_t

`rnn_backward` below is this loop. Each dz_t needs dh_next and has to wait for it; nothing else does, so the rest is
done for all steps at once. An example is a row (`layout.py`): dz_t Wh is the transpose of Wh^T dz_t.

How many times as long a pass takes without one of these, H = 32, for one sequence of 25 steps and for 32 of 100 steps;
`python -m benchmarks tricks` has other sizes, and for the largest the loop above is nearly as quick:

    one product for each parameter gradient   2.2   1.2
    Wx x_t + b of all steps at once           1.3   1.1
    tanh' of all steps at once                1.4   1.1
    examples as rows in the loop              1.0   1.4
    h_t, dh_next and dz_t in place            1.2   1.1
    A.dot(B), not A @ B                       1.2   1.1
"""

import numpy as np

from rnn_helpers.caches import Caches, unpack
from rnn_helpers.layout import rows
from rnn_helpers.validate import as_count, as_finite, as_initial_state, as_sequence


def rnn_forward(cell, X, h0=None):
    """h_t = tanh(Wx x_t + Wh h_{t-1} + b) for t = 1..T (Goodfellow et al., 2016, eq. 10.8-10.9).

    Parameters
    ----------
    cell : object with Wx (H, D), Wh (H, H), b (H, 1)
    X : (T, D, B), or a list of T columns (D, B), or a `layout.OneHot`
    h0 : (H, B) or (H, 1), the state before the first step; None means zeros

    Returns
    -------
    h_states : (T, H, B)
    caches : list of T tuples (x_t, h_prev, h_t), for `rnn_backward`

    Raises
    ------
    ValueError, TypeError : X or h0 has the wrong shape, is empty, or holds NaN or inf.
    """
    X = as_sequence("X", X, cell.Wx.shape[1], convert=as_finite)
    T, _, B = X.shape
    h0 = as_initial_state(h0, len(cell.Wh), B, cell.Wh.dtype)
    states = np.empty((T + 1, B, len(cell.Wh)), np.result_type(X.dtype, h0, cell.Wx, cell.Wh))
    states[0], Z, WhT = h0.T, states[1:], cell.Wh.T
    np.add(rows(X).dot(cell.Wx.T), cell.b.T, out=Z.reshape(T * B, -1))  # Wx x_t + b of all steps
    h_prev, Wh_h = states[0], np.empty_like(states[0])
    for z_t in Z:
        z_t += h_prev.dot(WhT, Wh_h)
        h_prev = np.tanh(z_t, z_t)  # h_t takes the place of z_t
    return Z.transpose(0, 2, 1), Caches(X, states)


def rnn_backward(cell, dh, caches):
    """Backpropagation through time (Werbos, 1990; Goodfellow et al., 2016, eq. 10.20-10.28).

    Parameters
    ----------
    cell : the cell of the forward pass
    dh : (T, H, B) or a list of T arrays (H, B); dh[t] is dL_t/dh_t, the loss at step t reaching h_t directly,
        NOT what flows back from later steps: that is what this function computes
    caches : from `rnn_forward`, or any list of (x_t, h_prev, h_t)

    Returns
    -------
    dWx (H, D), dWh (H, H), db (H, 1) : summed over time and batch
    dh0 : (H, B)

    Raises
    ------
    ValueError, TypeError : dh does not fit the caches, or caches is empty.
    """
    X, H_prev, H, dh = unpack(cell, dh, caches)
    T, Wh = len(dh), cell.Wh
    dZ = slope(H)
    dh_next = np.zeros(dZ.shape[1:], np.result_type(dZ, Wh))
    for t in reversed(range(T)):
        dh_next += dh[t]  # all of dL/dh_t
        dz_t = dZ[t]  # tanh'(z_t), until dL/dh_t is multiplied in
        dz_t *= dh_next
        dh_next = dz_t.dot(Wh, dh_next)
    return *parameter_gradients(dZ, X, H_prev), dh_next.T


def rnn_backward_truncated(cell, dh, caches, k):
    """Truncated BPTT: a step's loss flows back through at most k steps, its own included.

    It is BPTT(h) of Williams & Peng (1990). The gradients of all losses that are j steps old are one array, so that k
    products over all steps replace the loop over time. k >= T is `rnn_backward`, to the bit.

    Parameters
    ----------
    cell, dh, caches : as for `rnn_backward`
    k : whole number >= 1

    Returns
    -------
    dWx (H, D), dWh (H, H), db (H, 1), dh0 (H, B)
    """
    if as_count("k", k) >= len(caches):
        return rnn_backward(cell, dh, caches)
    X, H_prev, H, dh = unpack(cell, dh, caches)
    B, slopes = H.shape[1], slope(H).reshape(-1, H.shape[2])  # row t*B + n: step t of example n
    dh_next = dh.reshape(slopes.shape)
    dZ, dh0 = np.zeros_like(slopes), np.zeros_like(H[0])
    for _ in range(k):
        dz = dh_next * slopes[: len(dh_next)]
        dZ[: len(dh_next)] += dz
        dh_next = dz.dot(cell.Wh)
        dh0 += dh_next[:B]
        dh_next = dh_next[B:]  # row t*B + n is now what a later loss sends to step t
    return *parameter_gradients(dZ, X, H_prev), dh0.T


def slope(H):
    """tanh'(z_t) = 1 - h_t^2 for every step."""
    squares = H * H
    return np.subtract(1, squares, out=squares)


def parameter_gradients(dZ, X, H_prev):
    """dWx, dWh, db from dL/dz_t of all steps: the sums over time and batch as one product each."""
    H_prev = H_prev.reshape(-1, H_prev.shape[2])
    dZ_columns, ones = dZ.reshape(H_prev.shape).T, np.ones((len(H_prev), 1), dZ.dtype)
    return dZ_columns @ rows(X), dZ_columns.dot(H_prev), dZ_columns.dot(ones)
