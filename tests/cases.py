"""What the tests of the mathematics share: small random networks of every shape, reproducible hypothesis settings."""

from types import SimpleNamespace

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from rnn_helpers.cell import RNNCell
from rnn_helpers.model import RNNModel

steady = settings(deadline=None, derandomize=True, database=None, max_examples=40)

sizes = st.fixed_dictionaries({
    "T": st.integers(1, 8), "D": st.integers(1, 5), "H": st.integers(1, 6), "O": st.integers(1, 4),
    "B": st.integers(1, 4),
    "seed": st.integers(0, 2**16),
})


def draw(T=5, D=3, H=4, O=2, B=3, seed=0, dtype=np.float64, gain=1.0):
    """A cell, a model around it, and arrays that hide no mistake: no zero, no symmetry, h0 and every loss different."""
    rng = np.random.default_rng(seed)
    def normal(*shape):
        return rng.standard_normal(shape).astype(dtype)
    model = RNNModel(D, H, O, rng, dtype)
    model.cell = RNNCell.from_arrays(normal(H, D), normal(H, H) * dtype(gain / np.sqrt(H)), normal(H, 1))
    model.Wy, model.c = normal(O, H), normal(O, 1)
    return SimpleNamespace(model=model, cell=model.cell, X=normal(T, D, B), h0=normal(H, B), dh=normal(T, H, B),
                           Y=normal(T, O, B), rng=rng, normal=normal)


def straight_forward(cell, X, h0):
    """The states, by the definition: a loop over steps and examples in plain vectors."""
    T, _, B = X.shape
    states = np.empty((T, len(cell.Wh), B))
    for n in range(B):
        h = h0[:, n]
        for t in range(T):
            h = np.tanh(cell.Wx @ X[t, :, n] + cell.Wh @ h + cell.b[:, 0])
            states[t, :, n] = h
    return states


def sum_over_losses(cell, X, h0, dh, k):
    """Truncated gradients by their definition: for each loss t, its way back through steps t to t-k+1, one by one."""
    states = straight_forward(cell, X, h0)
    before = np.concatenate([h0[None], states[:-1]])
    dWx, dWh, db, dh0 = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b), np.zeros_like(h0)
    for t in range(len(X)):
        flowing = dh[t]
        for s in range(t, max(t - k, -1), -1):
            dz = flowing * (1 - states[s] ** 2)
            dWx += np.einsum("in,jn->ij", dz, X[s])
            dWh += np.einsum("in,jn->ij", dz, before[s])
            db += dz.sum(axis=1, keepdims=True)
            flowing = np.einsum("ij,in->jn", cell.Wh, dz)
            if s == 0:
                dh0 += flowing
    return dWx, dWh, db, dh0
