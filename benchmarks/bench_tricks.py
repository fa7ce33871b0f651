"""What each trick of bptt.py is worth: the same algorithm with one of them left out. Two rows say what the list of
caches costs, and what a single product for each step would bring.
"""

from benchmarks import threads  # noqa: F401  first: it sets how many cores the libraries may use

# isort: split

import numpy as np
import pytest

from benchmarks.contestants import Problem, package
from benchmarks.rounds import REPEATS, measure
from rnn_helpers.bptt import parameter_gradients
from rnn_helpers.caches import Caches, unpack
from rnn_helpers.layout import columns, rows

SIZES = [(10, 1, 10, 1), (25, 8, 32, 1), (25, 65, 100, 1), (100, 1, 32, 32), (50, 65, 128, 32), (100, 128, 256, 64)]


def variant(p, one_projection=True, one_product_a_gradient=True, slopes_at_once=True, in_place=True, dot=np.ndarray.dot,
            rows_in_memory=True, list_of_caches=True):
    """A forward pass and BPTT in the manner of bptt.py, its tricks to choose."""
    T, D, B = p.X.shape
    H = len(p.Wh)
    X, dh = (columns(rows(A), T) for A in (p.X, p.dh)) if rows_in_memory else (p.X, p.dh)

    def forward():
        states = np.empty((T + 1, B, H), p.Wx.dtype)
        states[0], Z, WhT, WxT, bT = p.h0.T, states[1:], p.Wh.T, p.Wx.T, p.b.T
        if one_projection:
            np.add(rows(X).dot(WxT), bT, out=Z.reshape(T * B, H))
        else:
            for x_t, z_t in zip(X, Z, strict=True):
                np.add(x_t.T.dot(WxT), bT, out=z_t)
        h_prev = states[0]
        for z_t in Z:
            if in_place:
                z_t += dot(h_prev, WhT)
                h_prev = np.tanh(z_t, out=z_t)
            else:
                h_prev = z_t[:] = np.tanh(z_t + dot(h_prev, WhT))
        return Caches(X, states) if list_of_caches else states

    def backward(caches):
        _, H_prev, H, dh_rows = (unpack(p, dh, caches) if list_of_caches
                                 else (X, caches[:-1], caches[1:], dh.transpose(0, 2, 1)))
        Wh, dh_next, dZ = p.Wh, np.zeros((B, p.Wh.shape[0]), p.Wh.dtype), H * H if slopes_at_once else np.empty_like(H)
        if slopes_at_once:
            np.subtract(1, dZ, out=dZ)
        for t in reversed(range(T)):
            dz_t = dZ[t]
            if not slopes_at_once:
                np.multiply(H[t], H[t], out=dz_t)
                np.subtract(1, dz_t, out=dz_t)
            if in_place:
                dz_t *= dh_rows[t] + dh_next
            else:
                dz_t = dZ[t] = (dh_rows[t] + dh_next) * dz_t
            dh_next = dot(dz_t, Wh)
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
        h_prev = states[0]
        for z_t in Z:
            z_t += Wh.dot(h_prev)
            h_prev = np.tanh(z_t, out=z_t)
        assert Caches(p.X, states.transpose(0, 2, 1)).is_whole  # they are part of the work
        dZ, dh_next = Z * Z, np.zeros((H, B), p.Wh.dtype)
        np.subtract(1, dZ, out=dZ)
        for t in reversed(range(T)):
            dz_t = dZ[t]
            dz_t *= p.dh[t] + dh_next
            dh_next = WhT.dot(dz_t)
        return *parameter_gradients(dZ.transpose(0, 2, 1), p.X, states[:-1].transpose(0, 2, 1)), dh_next

    return run


def one_product_a_step(p):
    """[h_prev x_t 1] times [Wh Wx b]^T: an addition less in each step and one product for all gradients.

    One-hot columns would have to be multiplied instead of looked up, or need a second way.
    """
    T, D, B = p.X.shape
    H = len(p.Wh)
    dh = columns(rows(p.dh), T).transpose(0, 2, 1)

    def run():
        S = np.empty((T + 1, B, H + D + 1), p.Wx.dtype)
        S[0, :, :H], S[:-1, :, H:-1], S[:, :, -1] = p.h0.T, p.X.transpose(0, 2, 1), 1
        W, Z = np.concatenate((p.Wh, p.Wx, p.b), axis=1).T, S[1:, :, :H]
        for s, h_t in zip(S[:-1], Z, strict=True):
            np.tanh(s.dot(W), out=h_t)
        assert Caches(p.X, S[:, :, :H]).is_whole
        dZ, dh_next = Z * Z, np.zeros((B, H), S.dtype)
        np.subtract(1, dZ, out=dZ)
        for t in reversed(range(T)):
            dz_t = dZ[t]
            dz_t *= dh[t] + dh_next
            dh_next = dz_t.dot(p.Wh)
        dW = dZ.reshape(T * B, H).T @ S[:-1].reshape(T * B, -1)
        return dW[:, H:-1], dW[:, :H], dW[:, -1:], dh_next.T

    return run


WITHOUT = {
    "as it is": variant,
    "one product for each parameter gradient": lambda p: variant(p, one_product_a_gradient=False),
    "Wx x_t + b of all steps at once": lambda p: variant(p, one_projection=False),
    "tanh' of all steps at once": lambda p: variant(p, slopes_at_once=False),
    "examples as rows in the loop": columns_in_the_loop,
    "examples as rows in X and dh": lambda p: variant(p, rows_in_memory=False),
    "h_t and dz_t in place": lambda p: variant(p, in_place=False),
    "A.dot(B), not A @ B": lambda p: variant(p, dot=np.matmul),
    "Wx x_t, Wh h_prev and b apart": one_product_a_step,
    "the list of caches": lambda p: variant(p, list_of_caches=False),
}
made = {}


@pytest.mark.parametrize("name", WITHOUT)
@pytest.mark.parametrize("repeat", range(REPEATS))
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_tricks(benchmark, size, repeat, name):
    if made.get("of") != size:
        made.clear()
        problem = Problem(*size, np.float64)
        made.update(of=size, run={key: make(problem) for key, make in WITHOUT.items()})
        for run in made["run"].values():
            for got, ours in zip(run(), package(problem)(), strict=True):
                np.testing.assert_allclose(got, ours, rtol=1e-9, atol=1e-9 * np.abs(ours).max())
    measure(benchmark, made["run"][name], "tricks", name, size=size)
