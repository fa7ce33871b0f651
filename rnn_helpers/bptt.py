"""A whole sequence: forward, backpropagation through time, and its truncated form.

Columns outside, rows inside (`layout.py`): H[t] below is h_t transposed, so `h_prev.dot(Wh.T)` is (Wh h_prev)^T.
"""

from collections.abc import Sequence

import numpy as np

from rnn_helpers.layout import rows
from rnn_helpers.validate import as_count, as_finite, as_initial_state, as_sequence


class Caches(Sequence):
    """What the backward pass needs, step by step: `caches[t]` is `(x_t, h_prev, h_t)`; a slice is a shorter Caches.

    X (T, D, B) holds the inputs as they came, H (T+1, B, H) the states as rows, H[0] being h0. Nothing is copied.
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
            return Caches(self.X[start:stop], self.H[start : max(start, stop) + 1])
        if not -len(self) <= t < len(self):
            raise IndexError(f"caches[{t}]: there are {len(self)} steps, caches[0] to caches[{len(self) - 1}]")
        t %= len(self)
        return self.X[t], self.H[t].T, self.H[t + 1].T


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
    caches : `caches[t]` is (x_t, h_prev, h_t), for `rnn_backward`

    Raises
    ------
    ValueError, TypeError : X or h0 has the wrong shape, is empty, or holds NaN or inf.
    """
    X = as_sequence("X", X, cell.Wx.shape[1], convert=as_finite)
    T, _, B = X.shape
    h0 = as_initial_state(h0, len(cell.Wh), B, cell.Wh.dtype)
    H = np.empty((T + 1, B, len(cell.Wh)), np.result_type(X.dtype, h0, cell.Wx, cell.Wh))
    H[0], Z = h0.T, H[1:]
    np.add(rows(X).dot(cell.Wx.T), cell.b.T, out=Z.reshape(T * B, -1))  # Wx x_t + b, all steps at once
    WhT, carried = cell.Wh.T, np.empty(H.shape[1:], H.dtype)
    for h_prev, h_t in zip(H, Z):
        h_t += h_prev.dot(WhT, out=carried)
        np.tanh(h_t, out=h_t)
    return Z.transpose(0, 2, 1), Caches(X, H)


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
    dZ = slope(H)  # times dL/dh_t below
    dh_t = np.zeros(dZ.shape[1:], dZ.dtype)
    for dz_t, direct in zip(dZ[::-1], dh[::-1]):
        dh_t += direct
        dz_t *= dh_t
        dz_t.dot(cell.Wh, out=dh_t)  # (Wh^T dz_t)^T, on its way to the step before
    return *parameter_gradients(dZ, X, H_prev), dh_t.T


def rnn_backward_truncated(cell, dh, caches, k):
    """Truncated BPTT: each step's loss flows back through at most k steps, its own included (Williams & Peng, 1990, BPTT(h)).

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
    if as_count("k", k) >= len(caches):
        return rnn_backward(cell, dh, caches)
    X, H_prev, H, dh = unpack(cell, dh, caches)
    B, slopes = H.shape[1], slope(H).reshape(-1, H.shape[2])
    young = dh.reshape(slopes.shape)  # row t*B + n: the loss of step t + age reaching h_t of example n
    dZ, dh0 = np.zeros_like(slopes), np.zeros_like(H[0])
    for age in range(k):
        dz = young * slopes[: len(young)]
        dZ[: len(young)] += dz
        young = dz.dot(cell.Wh)
        dh0 += young[:B]
        young = young[B:]  # from here on they reach the step before
    return *parameter_gradients(dZ, X, H_prev), dh0.T


def slope(H):
    """tanh'(z_t) = 1 - h_t^2 for every step."""
    squares = H * H
    return np.subtract(1, squares, out=squares)


def parameter_gradients(dZ, X, H_prev):
    """dWx, dWh, db from dL/dz_t of all steps: the sums over time and batch as one product each."""
    H_prev = H_prev.reshape(-1, H_prev.shape[2])
    dZ_columns, ones = dZ.reshape(H_prev.shape).T, np.ones((len(H_prev), 1), dZ.dtype)
    return dZ_columns @ rows(X), dZ_columns @ H_prev, dZ_columns @ ones


def unpack(cell, dh, caches):
    """X (T, D, B), and with examples as rows, (T, B, H): the states before each step, those after it, and dh."""
    if len(caches) == 0:
        raise ValueError("caches is empty, expected one (x_t, h_prev, h_t) for each step")
    if isinstance(caches, Caches):
        X, H_prev, H = caches.X, caches.H[:-1], caches.H[1:]
    else:
        X, H_prev, H = (np.array(part) for part in zip(*caches))
        H_prev, H = (np.ascontiguousarray(part.transpose(0, 2, 1)) for part in (H_prev, H))
    dh = as_sequence("dh", dh, len(cell.Wh), steps=len(caches))
    if dh.shape[2] != H.shape[1]:
        raise ValueError(f"dh has shape {dh.shape}, expected {(*dh.shape[:2], H.shape[1])}: a column per example of X")
    return X, H_prev, H, dh.transpose(0, 2, 1)
