"""One bit, kept for long: hear a sign, then noise, and say at the end which sign it was."""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.cell import orthogonal
from rnn_helpers.credit import jacobians_back
from rnn_helpers.model import RNNModel
from rnn_helpers.training import Adam, fit

NOISE = 0.3  # standard deviation of what is heard after the sign


def sign_then_noise(T, batch, rng):
    """After Bengio et al. (1994), "Minimal task illustrating the problem": X (T, 1, B), sign and noise; the signs."""
    X = NOISE * rng.normal(size=(T, 1, batch))
    X[0] = rng.choice([-1.0, 1.0], (1, batch))
    return X, X[0].copy()


def last_step_error(Y, signs):
    """Mean squared error of the last step alone, and its gradient: (loss, dY (T, 1, B))."""
    dY = np.zeros_like(Y)
    dY[-1] = 2 * (Y[-1] - signs) / signs.size
    return float(np.mean((Y[-1] - signs) ** 2)), dY


def one_bit_model(scale, seed):
    """A model with D = O = 1 whose Wh is `scale` times an orthogonal matrix."""
    rng = np.random.default_rng([seed, 0])
    model = RNNModel(1, 16, 1, rng)
    model.cell.Wh[:] = orthogonal(16, rng, scale)
    return model


@dataclass(frozen=True)
class Run:
    """right : the share of 500 fresh signs that the trained model names, 0.5 is guessing; losses : before each update;
    before, after : (T,), the size of dh_T/dh_{T-n} for n = 0..T-1, before the first update and after the last."""

    right: float
    losses: list
    before: np.ndarray
    after: np.ndarray


def reach(model, X):
    """The size of dh_T/dh_{T-n} for n = 0..T-1: what is left of a gradient n steps back, down to the first state."""
    return np.linalg.norm(jacobians_back(model.cell, X)[:-1], 2, axis=(1, 2))


def train_one_bit(T, scale, seed):
    """Train one model with full BPTT (200 updates by Adam at 0.01, norms clipped at 1, 32 fresh sequences each time);
    returns its Run.

    T : steps from the sign to the question, both included
    scale, seed : as for `one_bit_model`
    """
    model, rng = one_bit_model(scale, seed), np.random.default_rng([seed, 1])
    one, _ = sign_then_noise(T, 1, rng)
    before = reach(model, one)
    history = fit(model, lambda update: sign_then_noise(T, 32, rng), 200, Adam(0.01), max_norm=1.0,
                  loss=last_step_error, progress=False)
    X, signs = sign_then_noise(T, 500, rng)
    right = np.mean(np.sign(model.forward(X)[0][-1]) == signs)
    return Run(float(right), history.loss, before, reach(model, one))
