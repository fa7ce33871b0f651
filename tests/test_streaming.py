"""A stream against a straightforward implementation without package code: one step and one example at a time."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_helpers.layout import OneHot
from rnn_helpers.losses import softmax_cross_entropy
from rnn_helpers.model import RNNModel
from rnn_helpers.streaming import train_stream
from rnn_helpers.training import Adam, train_step
from tests.cases import draw, steady


def straight_stream(model, X, Y, k1, k2, lr):
    """Truncated BPTT(k1, k2) for squared errors, by its description."""
    Wx, Wh, b, Wy, c = (p.copy() for p in model.params.values())
    states, losses = [np.zeros((len(Wh), X.shape[2]))], []
    for start in range(0, len(X), k1):
        stop, direct = min(start + k1, len(X)), {}
        loss, gWx, gWh, gb, gWy, gc = 0.0, 0 * Wx, 0 * Wh, 0 * b, 0 * Wy, 0 * c
        for t in range(start, stop):
            states.append(np.tanh(Wx @ X[t] + Wh @ states[t] + b))
            error = Wy @ states[t + 1] + c - Y[t]
            loss += float((error**2).sum())
            gWy += 2 * error @ states[t + 1].T
            gc += 2 * error.sum(axis=1, keepdims=True)
            direct[t] = Wy.T @ (2 * error)
        flowing = 0.0
        for t in range(stop - 1, max(stop - k2, 0) - 1, -1):
            flowing = flowing + direct.get(t, 0.0)
            dz = flowing * (1 - states[t + 1] ** 2)
            gWx += dz @ X[t].T
            gWh += dz @ states[t].T
            gb += dz.sum(axis=1, keepdims=True)
            flowing = Wh.T @ dz
        for p, g in ((Wx, gWx), (Wh, gWh), (b, gb), (Wy, gWy), (c, gc)):
            p -= lr * g
        losses.append(loss)
    return losses, (Wx, Wh, b, Wy, c)


@steady
@given(st.integers(1, 14), st.integers(1, 6), st.integers(1, 8), st.integers(1, 3), st.integers(0, 999))
def test_losses_and_weights_are_those_of_a_straight_loop(T, k1, k2, B, seed):
    case = draw(T=T, B=B, seed=seed)
    want, weights = straight_stream(case.model, case.X, case.Y, k1, k2, 0.01)
    losses = train_stream(case.model, case.X, case.Y, k1, k2, 0.01)
    assert len(losses) == -(-T // k1)
    np.testing.assert_allclose(losses, want, rtol=1e-9)
    for p, weight in zip(case.model.params.values(), weights, strict=True):
        np.testing.assert_allclose(p, weight, atol=1e-9)


def test_one_piece_as_long_as_the_stream_is_a_training_step():
    one, other = draw(), draw()
    loss, _ = train_step(other.model, other.X, other.Y, 0.01, np.inf)
    assert train_stream(one.model, one.X, one.Y, 5, 5, 0.01) == [loss]
    np.testing.assert_allclose(one.cell.Wh, other.cell.Wh, rtol=1e-13)


def test_the_states_value_is_carried_across_the_cut():
    carried, reset = draw(T=10), draw(T=10)
    together = train_stream(carried.model, carried.X, carried.Y, 5, 5, 1e-12)
    apart = [train_stream(reset.model, reset.X[s : s + 5], reset.Y[s : s + 5], 5, 5, 1e-12)[0] for s in (0, 5)]
    assert together[0] == apart[0] and abs(together[1] - apart[1]) > 1e-3


def test_another_loss_optimiser_and_a_limit_on_the_norm():
    case = draw(T=40, H=12, O=3, B=1)
    targets, adam = case.rng.integers(0, 3, (40, 1)), Adam(0.02)
    losses = [sum(train_stream(case.model, case.X, targets, 4, 8, 1.0, softmax_cross_entropy, adam, 1.0))
              for _ in range(60)]
    assert losses[-1] < losses[0] / 2
    one, other = draw(), draw()
    train_stream(one.model, one.X, one.Y, 5, 5, 0.1, max_norm=2.0)
    train_step(other.model, other.X, other.Y, 0.1, 2.0)
    np.testing.assert_allclose(one.cell.Wh, other.cell.Wh, rtol=1e-12)


@pytest.mark.filterwarnings("error")
def test_an_explosion_stops_the_stream_with_a_message(capsys):
    case = draw(T=40)
    losses = train_stream(case.model, case.X, case.Y, 1, 3, 1e300)
    assert len(losses) < 40 and np.isfinite(losses[:-1]).all()
    assert capsys.readouterr().out.startswith("stopped at step")


def test_memory_does_not_grow_with_the_stream():
    peaks = []
    for T in (500, 5000):
        indices = np.random.default_rng(0).integers(0, 30, (T + 1, 1))
        X, model = OneHot(indices[:-1], 30), RNNModel(30, 16, 30, np.random.default_rng(0))
        tracemalloc.start()
        train_stream(model, X, indices[1:], 25, 50, 1e-3, loss=softmax_cross_entropy)
        losses = 32 * T // 25  # a float and a pointer each
        peaks.append(tracemalloc.get_traced_memory()[1] - losses)
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]


@pytest.mark.parametrize("call, error, words", [
    (lambda c: train_stream(c.model, c.X, c.Y, 0, 1, 0.1), ValueError, "k1 is 0, expected a whole number >= 1"),
    (lambda c: train_stream(c.model, c.X, c.Y, 1, 0, 0.1), ValueError, "k2 is 0, expected a whole number >= 1"),
    (lambda c: train_stream(c.model, c.X, c.Y, 1.5, 1, 0.1), TypeError, "k1 is 1.5"),
    (lambda c: train_stream(c.model, c.X, c.Y, 1, 1, 0), ValueError, "lr is 0"),
    (lambda c: train_stream(c.model, c.X, c.Y[:3], 1, 1, 0.1), ValueError, "Y has 3 steps, expected 5"),
    (lambda c: train_stream(c.model, [], [], 1, 1, 0.1), ValueError, "X is empty"),
    (lambda c: train_stream(c.model, c.X * np.nan, c.Y, 1, 1, 0.1), ValueError, "X holds nan"),
])
def test_bad_input(call, error, words):
    with pytest.raises(error) as caught:
        call(draw())
    assert words in str(caught.value)
