"""What each trick of bptt.py is worth: the same algorithm with one of them left out, and two that were not taken up."""

from benchmarks import threads  # noqa: F401  first: it sets how many cores the libraries may use

import itertools

import numpy as np
import pytest

from benchmarks.contestants import Problem, package
from benchmarks.rounds import REPEATS, measure
from rnn_helpers.bptt import parameter_gradients, slope
from rnn_helpers.layout import columns, rows

SIZES = [(25, 8, 32, 1), (25, 65, 100, 1), (100, 1, 32, 32), (100, 128, 256, 64)]


def tanh_by_exp(z, out):
    """tanh z = 1 - 2 / (exp(2 z) + 1): where NumPy's tanh has no vector instructions, exp is quicker, but is five calls."""
    with np.errstate(over="ignore"):
        np.multiply(z, 2, out=out)
        np.exp(out, out=out)
    out += 1
    np.divide(-2, out, out=out)
    out += 1


def variant(p, one_projection=True, own_buffers=True, one_product_a_gradient=True, slopes_at_once=True, examples_as_rows=True,
            tanh=np.tanh):
    """A forward pass and BPTT in the manner of bptt.py, its tricks to choose."""
    T, D, B = p.X.shape
    H = len(p.Wh)
    X, dh = (columns(rows(A), T) for A in (p.X, p.dh)) if examples_as_rows else (p.X, p.dh)
    dh = dh.transpose(0, 2, 1)

    def run():
        states = np.empty((T + 1, B, H), p.Wx.dtype)
        states[0], Z = p.h0.T, states[1:]
        if one_projection:
            np.add(rows(X).dot(p.Wx.T), p.b.T, out=Z.reshape(T * B, H))
        else:
            for x_t, z_t in zip(X, Z):
                np.add(x_t.T.dot(p.Wx.T), p.b.T, out=z_t)
        WhT, carried = p.Wh.T, np.empty((B, H), states.dtype)
        for h_prev, h_t in zip(states, Z):
            if own_buffers:
                h_t += h_prev.dot(WhT, out=carried)
                tanh(h_t, out=h_t)
            else:
                h_t[:] = tanh(h_t + h_prev.dot(WhT))
        dZ, dh_t = slope(Z) if slopes_at_once else np.empty_like(Z), np.zeros((B, H), states.dtype)
        for dz_t, direct, h_t in zip(dZ[::-1], dh[::-1], itertools.repeat(None) if slopes_at_once else Z[::-1]):
            if own_buffers:
                dh_t += direct
                if not slopes_at_once:
                    np.multiply(h_t, h_t, out=dz_t)
                    np.subtract(1, dz_t, out=dz_t)
                dz_t *= dh_t
                dz_t.dot(p.Wh, out=dh_t)
            else:
                dz_t[:] = dz_t * (dh_t + direct)
                dh_t = dz_t.dot(p.Wh)
        if one_product_a_gradient:
            return *parameter_gradients(dZ, X, states[:-1]), dh_t.T
        dWx, dWh, db = np.zeros_like(p.Wx), np.zeros_like(p.Wh), np.zeros_like(p.b)
        for dz_t, x_t, h_prev in zip(dZ, X, states):
            dWx += dz_t.T.dot(x_t.T)
            dWh += dz_t.T.dot(h_prev)
            db += dz_t.sum(axis=0)[:, None]
        return dWx, dWh, db, dh_t.T

    return run


def one_product_a_step(p):
    """[h_prev x_t 1] times [Wh Wx b]^T: an addition less in each step and one product for all gradients. One-hot columns would
    have to be multiplied instead of looked up, or need a second way."""
    T, D, B = p.X.shape
    H = len(p.Wh)
    dh = columns(rows(p.dh), T).transpose(0, 2, 1)

    def run():
        S = np.empty((T + 1, B, H + D + 1), p.Wx.dtype)
        S[0, :, :H], S[:-1, :, H:-1], S[:, :, -1] = p.h0.T, p.X.transpose(0, 2, 1), 1
        W, Z, z_t = np.concatenate((p.Wh, p.Wx, p.b), axis=1).T, S[1:, :, :H], np.empty((B, H), S.dtype)
        for s, h_t in zip(S, Z):
            np.tanh(s.dot(W, out=z_t), out=h_t)
        dZ, dh_t = slope(Z), np.zeros((B, H), S.dtype)
        for dz_t, direct in zip(dZ[::-1], dh[::-1]):
            dh_t += direct
            dz_t *= dh_t
            dz_t.dot(p.Wh, out=dh_t)
        dW = dZ.reshape(T * B, H).T @ S[:-1].reshape(T * B, -1)
        return dW[:, H:-1], dW[:, :H], dW[:, -1:], dh_t.T

    return run


WITHOUT = {
    "as it is": variant,
    "one product for Wx x_t of all steps": lambda p: variant(p, one_projection=False),
    "one product for each parameter gradient": lambda p: variant(p, one_product_a_gradient=False),
    "tanh' of all steps": lambda p: variant(p, slopes_at_once=False),
    "results into own arrays": lambda p: variant(p, own_buffers=False),
    "examples as rows in memory": lambda p: variant(p, examples_as_rows=False),
    "np.tanh (not exp)": lambda p: variant(p, tanh=tanh_by_exp),
    "Wx x_t, Wh h_prev and b apart": one_product_a_step,
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
            for got, ours in zip(run(), package(problem)()):
                np.testing.assert_allclose(got, ours, rtol=1e-9, atol=1e-9 * np.abs(ours).max())
    measure(benchmark, made["run"][name], "tricks", name, size=size)
