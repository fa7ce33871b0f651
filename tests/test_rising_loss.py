"""The published run: its loss falls and rises, the mended one falls; what notebook 4 says about both."""

import numpy as np
import pytest

from rnn_helpers.bptt import rnn_backward
from rnn_helpers.data import make_windows, numbers, sine
from rnn_helpers.gradcheck import check_gradients
from rnn_helpers.model import RNNModel
from rnn_helpers.rising_loss import kernel_backward, published_model, published_step, published_training
from rnn_helpers.training import SGD, Adam, fit

X, Y = make_windows(numbers(1, 11), 10)


def lone(model, x):
    return model.forward(np.full((1, 1, 1), float(x)))[0].item()


@pytest.mark.parametrize("start", [2, 11, 17])
def test_rises_as_published_and_falls_when_mended(start):
    model = published_model(np.random.default_rng(start))
    losses = published_training(model, X, Y, 2000, kernel_backward)
    assert 28 < min(losses) < 37 and np.argmin(losses) < 110 and 60 < losses[1900] < 62
    assert 5.6 < lone(model, 3) < 6.1
    model = published_model(np.random.default_rng(start))
    losses = published_training(model, X, Y, 2000, rnn_backward)
    assert losses[-1] < 0.2 and 4.6 < lone(model, 3) < 6.5


def test_a_tenth_of_the_learning_rate_rises_ten_times_later():
    losses = published_training(published_model(np.random.default_rng(17)), X, Y, 2500, kernel_backward, lr=0.0001)
    assert round(min(losses)) == 36 and np.argmin(losses) == 928 and losses[-1] > 45


def test_clipping_by_the_norm_does_not_mend_it():
    model = published_model(np.random.default_rng(17))
    stale = lambda model, X, Y, loss: model.loss_and_gradients(X, Y, loss=loss, backward=kernel_backward)
    losses = fit(model, (X, Y), 1000, SGD(0.01), max_norm=1.0, gradients=stale, progress=False).loss
    assert losses[-1] > 1.2 * min(losses)


def test_only_the_last_five_losses_reach_the_cell():
    model = published_model(np.random.default_rng(17))
    Z, _, caches = model.forward(X)
    dh = model.Wy.T @ (Z - Y)
    for t in range(10):
        one = np.zeros_like(dh)
        one[t] = dh[t]
        reached = [np.any(part) for part in kernel_backward(model.cell, one, caches)[:3]]
        assert reached == [t >= 5] * 3
    _, grads = model.loss_and_gradients(X, Y, backward=kernel_backward)
    errors = check_gradients(lambda: model.loss(X, Y), model.params, {name: grads[name] for name in model.params})
    assert max(errors["Wy"], errors["c"]) < 1e-7 and min(errors[name] for name in ("Wx", "Wh", "b")) > 0.1


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


def test_two_values_of_a_sine_are_enough_given_time():
    wave = sine(60, 25)
    X_two, Y_two = make_windows(wave[:27], 2)
    model = RNNModel(1, 16, 1, np.random.default_rng(0))
    fit(model, (X_two, Y_two), 4000, Adam(0.01), max_norm=1, mean=True, progress=False)
    assert np.sqrt(np.mean((model.forward(X_two)[0] - Y_two)[-1] ** 2)) < 0.004
