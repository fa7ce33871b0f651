"""The lag dial: a network learns to echo its input `lag` steps later; it remembers as far as it was taught to reach."""

import functools

import numpy as np

from rnn_helpers.bptt import rnn_backward_truncated
from rnn_helpers.cell import orthogonal
from rnn_helpers.data import delayed_echo
from rnn_helpers.model import RNNModel
from rnn_helpers.training import Adam, fit

HEARD = 256  # fresh sequences on which the error is measured


def echo_model(hidden, seed, radius=0.95):
    """A model for the echo, D = O = 1: Wh is orthogonal times `radius`, or for None uniform as RNNCell draws it."""
    rng = np.random.default_rng(seed)
    model = RNNModel(1, hidden, 1, rng)
    if radius is not None:
        model.cell.Wh[:] = orthogonal(hidden, rng, radius)
    return model


def echo_error(model, lag, seed):
    """Mean squared error of the echo on fresh sequences, where there is one. 1: nothing is known, 0: every sign."""
    X, Y = delayed_echo(2 * lag + 2, HEARD, lag, np.random.default_rng([seed, 1]))
    return float(np.mean((model.forward(X)[0] - Y)[lag:] ** 2))


def train_echo(lag, k, seed, hidden=16, radius=0.95, updates=100, batch=24, lr=0.02, backward=rnn_backward_truncated):
    """Train on the delayed echo with truncated BPTT (Adam, norms clipped at 1, fresh sequences of 2 lag + 2 steps).

    Parameters
    ----------
    lag : steps from an input to its echo
    k : steps that each loss flows back, its own included; 0 leaves Wx, Wh, b as they were drawn and trains Wy, c alone
    seed : of weights and sequences
    hidden, radius : as for `echo_model`; updates, batch, lr : of the training
    backward : as `rnn_backward_truncated`

    Returns
    -------
    error : float, `echo_error` after training
    model : RNNModel
    """
    model, rng = echo_model(hidden, seed, radius), np.random.default_rng([seed, 0])
    back = functools.partial(backward, k=max(k, 1))

    def gradients(model, X, targets, loss):
        return model.loss_and_gradients(X, targets, loss=loss, backward=back)

    fit(model, lambda step: delayed_echo(2 * lag + 2, batch, lag, rng), updates, Adam(lr), max_norm=1.0, mean=True,
        gradients=gradients, frozen=("Wx", "Wh", "b") if k == 0 else (), progress=False)
    return echo_error(model, lag, seed), model
