"""The published run: its step, its start, its frozen parameters. What notebook 4b says about it is in tests/claims."""

import numpy as np

from rnn_helpers.bptt import rnn_backward
from rnn_helpers.data import make_windows, numbers
from rnn_helpers.rising_loss import published_model, published_step, published_training

X, Y = make_windows(numbers(1, 11), 10)


def test_the_published_step_is_the_clipped_gradient():
    model = published_model(np.random.default_rng(3))
    for param in model.params.values():
        param *= 0.01  # Wy tiny: no element of the cell's gradients reaches 1
    loss, step = published_step(model, X, Y, rnn_backward)
    right_loss, grads = model.loss_and_gradients(X, Y)
    assert loss == right_loss
    for name in ("Wx", "Wh", "b"):
        np.testing.assert_allclose(step[name], np.clip(grads[name], -1, 1))
    assert all(step[name].shape == param.shape for name, param in model.params.items())
    assert step["c"].item() == -10  # ten steps, each clipped to -1


def test_frozen_parameters_stay():
    model = published_model(np.random.default_rng(3))
    model.cell.Wh[:] = 0
    published_training(model, X, Y, 5, rnn_backward, frozen=("Wh",))
    assert not model.cell.Wh.any() and model.c.item() != 0
