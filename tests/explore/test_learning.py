"""The sliders of notebook 4: what they draw, whose function they use, how fast they answer."""

import functools

import numpy as np
import pytest

from rnn_helpers.data import sine
from rnn_helpers.explore import learning
from rnn_helpers.explore.control import Explorer, steps
from rnn_helpers.model import RNNModel
from rnn_helpers.plots import style
from rnn_helpers.training import train_step


def draw(function, **values):
    with style.context():
        fig = style.figure()
        return fig, function(fig, **values)


@pytest.mark.parametrize("lr", [learning.RATES[0], learning.RATES[-1]])
@pytest.mark.parametrize("max_norm", [1.0, 100.0, np.inf])
@pytest.mark.parametrize("T", [1, 20])
def test_training_over_the_whole_range(lr, max_norm, T):
    fig, alt = draw(learning.draw_training, lr=lr, max_norm=max_norm, T=T)
    assert len(fig.axes) == 2 and "nan" not in alt and ("no threshold" in alt) == np.isinf(max_norm)


def test_what_the_notebook_says_about_the_dials():
    def last(lr, max_norm, T):
        return learning.run(train_step, lr, max_norm, T)[0][-1]
    _, alt = draw(learning.draw_training, lr=0.003, max_norm=np.inf, T=20)
    assert alt.startswith("It blows up") and last(0.003, 100.0, 20) < 0.1
    floor = learning.memoryless_floor(learning.PERIOD)
    for lr in learning.RATES:
        for _, max_norm in learning.THRESHOLDS:
            assert last(lr, max_norm, 1) > 0.99 * floor
    assert last(3e-4, 1.0, 10) > 0.9 * learning.run(train_step, 3e-4, 1.0, 10)[0][0]
    assert learning.run(train_step, 1e-4, 1.0, 20)[1][0] > 1.8 * learning.run(train_step, 1e-4, 1.0, 10)[1][0]


def test_the_floor_is_the_error_of_the_best_guess():
    x, y = sine(25, 25), np.roll(sine(25, 25), -1)
    assert np.isclose(np.mean((y - x * np.cos(2 * np.pi / 25)) ** 2), learning.memoryless_floor(25))


def test_the_learners_step_is_the_one_that_is_run():
    calls = []

    def mine(model, X, Y, lr, max_norm):
        calls.append(X.shape)
        return 5.0, 1.0

    _, alt = draw(functools.partial(learning.draw_training, step=mine), lr=1e-4, max_norm=10.0, T=5)
    assert calls == [(5, 1, learning.WINDOWS)] * learning.UPDATES and "from 0.04 to 0.04" in alt


def test_a_function_that_fails_becomes_a_picture():
    def broken(model, X, Y, lr, max_norm):
        raise ValueError("no such thing")

    explorer = Explorer(functools.partial(learning.draw_training, step=broken), "Training",
                        lr=steps("lr", learning.RATES, 1e-4),
                        max_norm=steps("threshold", learning.THRESHOLDS, 100.0), T=steps("T", learning.LENGTHS, 10))
    assert "no such thing" in explorer.alt


def test_going_on_alone_feeds_predictions_back():
    model = RNNModel(1, 4, 1, np.random.default_rng(0))
    heard = sine(7, 5)
    alone = learning.continue_alone(model, heard, 3)
    by_hand = list(heard)
    for _ in range(3):
        by_hand.append(model.forward(np.reshape(by_hand, (-1, 1, 1)))[0][-1].item())
    np.testing.assert_allclose(alone, by_hand[7:])
    fig, alt = draw(learning.draw_continuation, warm_up=4, model=model, series=sine(30, 5), shown=20)
    assert "from step 4" in alt and len(fig.axes[0].lines[1].get_ydata()) == 16



def test_the_pull_of_the_last_loss_is_relative_to_its_own_state_and_fades():
    model = RNNModel(1, 6, 1, np.random.default_rng(0))
    model.cell.Wh *= 0.5
    pull = learning.pull_of_the_last_loss(model, sine(20, 5))
    assert pull.shape == (20,) and pull[0] == 1 and (pull[1:] < 1).all() and pull[19] < 1e-3
