"""What each trick of bptt.py is worth: the same algorithm with one of them left out."""

import numpy as np

from benchmarks.sequence import SIZES, compared
from benchmarks.timing import race, ratio
from rnn_helpers.bptt import parameter_gradients
from rnn_helpers.caches import Caches, unpack
from rnn_helpers.layout import columns, rows


def variant(p, one_projection=True, one_product_a_gradient=True, slopes_at_once=True, in_place=True,
            dot=np.ndarray.dot):
    """A forward pass and BPTT in the manner of bptt.py, its tricks to choose."""
    T, D, B = p.X.shape
    H = len(p.Wh)
    X, dh = (columns(rows(A), T) for A in (p.X, p.dh))

    def forward():
        states = np.empty((T + 1, B, H), p.Wx.dtype)
        states[0], Z, WhT, WxT, bT = p.h0.T, states[1:], p.Wh.T, p.Wx.T, p.b.T
        if one_projection:
            np.add(rows(X).dot(WxT), bT, out=Z.reshape(T * B, H))
        else:
            for x_t, z_t in zip(X, Z, strict=True):
                np.add(x_t.T.dot(WxT), bT, out=z_t)
        h_prev, Wh_h = states[0], np.empty_like(states[0])
        for z_t in Z:
            if in_place:
                z_t += dot(h_prev, WhT, Wh_h)
                h_prev = np.tanh(z_t, z_t)
            else:
                h_prev = z_t[:] = np.tanh(z_t + dot(h_prev, WhT))
        return Caches(X, states)

    def backward(caches):
        _, H_prev, H, dh_rows = unpack(p, dh, caches)
        Wh, dh_next, dZ = p.Wh, np.zeros((B, p.Wh.shape[0]), p.Wh.dtype), H * H if slopes_at_once else np.empty_like(H)
        if slopes_at_once:
            np.subtract(1, dZ, out=dZ)
        for t in reversed(range(T)):
            dz_t = dZ[t]
            if not slopes_at_once:
                np.multiply(H[t], H[t], out=dz_t)
                np.subtract(1, dz_t, out=dz_t)
            if in_place:
                dh_next += dh_rows[t]
                dz_t *= dh_next
            else:
                dz_t = dZ[t] = (dh_rows[t] + dh_next) * dz_t
            dh_next = dot(dz_t, Wh, dh_next if in_place else None)
        if one_product_a_gradient:
            return *parameter_gradients(dZ, X, H_prev), dh_next.T
        dWx, dWh, db = np.zeros_like(p.Wx), np.zeros_like(p.Wh), np.zeros_like(p.b)
        for dz_t, x_t, h_prev in zip(dZ, X, H_prev, strict=True):
            dWx += dz_t.T.dot(x_t.T)
            dWh += dz_t.T.dot(h_prev)
            db += dz_t.sum(axis=0)[:, None]
        return dWx, dWh, db, dh_next.T

    return lambda: backward(forward())


def columns_in_the_loop(p):
    """An example as a column: Wh h_prev and Wh^T dz_t as in the equations, but the gradients need copies as rows."""
    T, D, B = p.X.shape
    H = len(p.Wh)

    def run():
        states = np.empty((T + 1, H, B), p.Wx.dtype)
        states[0], Z, Wh, WhT = p.h0, states[1:], p.Wh, p.Wh.T
        np.add(columns(rows(p.X).dot(p.Wx.T), T), p.b, out=Z)
        h_prev, Wh_h = states[0], np.empty_like(states[0])
        for z_t in Z:
            z_t += Wh.dot(h_prev, Wh_h)
            h_prev = np.tanh(z_t, z_t)
        assert Caches(p.X, states.transpose(0, 2, 1)).is_whole  # they are part of the work
        dZ, dh_next = Z * Z, np.zeros((H, B), p.Wh.dtype)
        np.subtract(1, dZ, out=dZ)
        for t in reversed(range(T)):
            dz_t = dZ[t]
            dh_next += p.dh[t]
            dz_t *= dh_next
            dh_next = WhT.dot(dz_t, dh_next)
        return *parameter_gradients(dZ.transpose(0, 2, 1), p.X, states[:-1].transpose(0, 2, 1)), dh_next

    return run


WITHOUT = {
    "as it is": variant,
    "one product for each parameter gradient": lambda p: variant(p, one_product_a_gradient=False),
    "Wx x_t + b of all steps at once": lambda p: variant(p, one_projection=False),
    "tanh' of all steps at once": lambda p: variant(p, slopes_at_once=False),
    "examples as rows in the loop": columns_in_the_loop,
    "h_t, dh_next and dz_t in place": lambda p: variant(p, in_place=False),
    "A.dot(B), not A @ B": lambda p: variant(p, dot=np.matmul),
}


def measure():
    """A row for each trick: the time without it over the time with it, for each size."""
    times = {", ".join(map(str, size)): race(compared(WITHOUT, size, np.float64, 1e-9)) for size in SIZES[:-1]}
    for name in list(WITHOUT)[1:]:
        yield {"without": name, **{size: ratio(by[name], by["as it is"], 2) for size, by in times.items()}}
