"""Optimisers and clipping by their definitions, a step, a loop with its history, and how a run that explodes ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_helpers.bptt import rnn_backward_truncated
from rnn_helpers.losses import softmax_cross_entropy
from rnn_helpers.training import SGD, Adam, clip_by_norm, fit, train_step
from tests.cases import draw, steady

# Clipping

@steady
@given(st.integers(0, 999), st.floats(0.01, 100))
def test_clipping_keeps_the_direction_and_bounds_the_length(seed, max_norm):
    rng = np.random.default_rng(seed)
    grads = {"u": rng.standard_normal((3, 2)), "v": rng.standard_normal((4, 1))}
    def flat(g):
        return np.concatenate([a.ravel() for a in g.values()])
    before = flat(grads)
    clipped, norm = clip_by_norm(grads, max_norm)
    assert norm == pytest.approx(np.sqrt((before**2).sum())) and isinstance(norm, float)
    assert np.linalg.norm(flat(clipped)) == pytest.approx(min(norm, max_norm))
    np.testing.assert_allclose(flat(clipped) / np.linalg.norm(flat(clipped)), before / norm)
    assert (flat(grads) == before).all() and not np.shares_memory(clipped["u"], grads["u"])


def test_clipping_of_nothing_of_float32_and_without_a_limit():
    assert clip_by_norm({"u": np.zeros(3)}, 1.0)[1] == 0
    clipped, norm = clip_by_norm({"u": np.full(4, 1e30, np.float32)}, 1.0)
    assert clipped["u"].dtype == np.float32 and norm == pytest.approx(2e30) and clipped["u"][0] == pytest.approx(0.5)
    assert (clip_by_norm({"u": np.full(2, 1e9)}, np.inf)[0]["u"] == 1e9).all()


# Optimisers (against torch.optim in test_torch_witness.py)

def test_sgd_and_adam_update_in_place_by_their_first_step():
    for optimizer, want in ((SGD(0.1), 1 - 0.1 * 4), (Adam(0.1), 1 - 0.1)):  # Adam's first step is lr times the sign
        p = np.array([1.0])
        optimizer.step({"p": p}, {"p": np.array([4.0])})
        assert p[0] == pytest.approx(want)


# One step

def test_a_step_is_clipped_gradient_descent_on_five_parameters():
    case, twin = draw(), draw()
    value, norm = train_step(case.model, case.X, case.Y, 0.1, 2.0)
    loss, gradients = twin.model.loss_and_gradients(case.X, case.Y)
    del gradients["h0"]
    assert value == loss and norm == pytest.approx(np.sqrt(sum((g**2).sum() for g in gradients.values()))) and norm > 2
    for name, p in twin.model.params.items():
        np.testing.assert_allclose(case.model.params[name], p - 0.1 * gradients[name] * 2 / norm, rtol=1e-12)


def test_a_step_takes_characters_too():
    case = draw(O=4)
    targets = case.rng.integers(0, 4, (5, 3))
    first = train_step(case.model, case.X, targets, 0.05, np.inf, loss=softmax_cross_entropy)[0]
    for _ in range(50):
        last, _ = train_step(case.model, case.X, targets, 0.05, np.inf, loss=softmax_cross_entropy)
    assert last < first / 2


# The loop

def test_fit_is_train_step_repeated_and_keeps_its_history():
    one, other = draw(), draw()
    history = fit(one.model, (one.X, one.Y), 20, SGD(0.01), max_norm=3.0)
    for step in range(20):
        value, norm = train_step(other.model, other.X, other.Y, 0.01, 3.0)
        assert history.loss[step] == value and history.norm[step] == norm
        assert history.clipped_norm[step] == pytest.approx(min(norm, 3.0))
        assert sum(history.norms[name][step] ** 2 for name in history.norms) == pytest.approx(norm**2)
    assert (one.cell.Wh == other.cell.Wh).all() and history.stopped is None
    assert set(history.norms) == {"Wx", "Wh", "b", "Wy", "c"}


def test_mean_divides_loss_and_gradient_by_the_number_of_predictions():
    one, other = draw(), draw()
    by_mean = fit(one.model, (one.X, one.Y), 5, SGD(0.15), mean=True)
    by_sum = fit(other.model, (other.X, other.Y), 5, SGD(0.01))  # 5 steps x 3 examples
    np.testing.assert_allclose(by_mean.loss, np.array(by_sum.loss) / 15)
    np.testing.assert_allclose(by_mean.norm, np.array(by_sum.norm) / 15)


def test_batches_by_step_a_call_after_each_frozen_names_and_another_way_back():
    case, seen = draw(), []
    before = case.cell.Wh.copy()
    history = fit(case.model, lambda step: (case.X[: step + 1], case.Y[: step + 1]), 4, Adam(), frozen=("Wh",),
                  after_step=lambda step, model: seen.append((step, model is case.model)),
                  backward=lambda *args: rnn_backward_truncated(*args, 1))
    assert seen == [(step, True) for step in range(4)] and (case.cell.Wh == before).all() and "Wh" not in history.norms


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("optimizer", [SGD(1e12), SGD(1e300), Adam(1e200)], ids=["1e12", "1e300", "Adam"])
def test_an_explosion_stops_with_a_message_the_history_and_no_warning(optimizer, capsys):
    case = draw()
    history = fit(case.model, (case.X, case.Y), 100, optimizer)
    assert 1 <= len(history.loss) < 100 and len(history.norm) == len(history.clipped_norm) == len(history.loss)
    assert np.isfinite(history.loss[:-1]).all()
    assert history.stopped.startswith(f"stopped at step {len(history.loss) - 1}: loss")
    assert capsys.readouterr().out == history.stopped + "\n"


def test_float32_stays_float32():
    case = draw(dtype=np.float32)
    for optimizer in (SGD(0.01), Adam()):
        fit(case.model, (case.X, case.Y), 3, optimizer, max_norm=1.0, mean=True)
        assert all(p.dtype == np.float32 for p in case.model.params.values())


@pytest.mark.parametrize("call, error, words", [
    (lambda c: SGD(0), ValueError, "lr is 0"),
    (lambda c: Adam(-1), ValueError, "lr is -1"),
    (lambda c: Adam(beta2=1.0), ValueError, "beta2 is 1.0, expected a number in [0, 1)"),
    (lambda c: clip_by_norm({"u": np.ones(1)}, 0), ValueError, "max_norm is 0, expected a number > 0"),
    (lambda c: clip_by_norm({"u": np.ones(1)}, np.nan), ValueError, "max_norm is nan"),
    (lambda c: train_step(c.model, c.X, c.Y, 0, 1.0), ValueError, "lr is 0"),
    (lambda c: fit(c.model, (c.X, c.Y), 0, SGD(1)), ValueError, "steps is 0"),
    (lambda c: fit(c.model, (c.X, c.Y), 1, SGD(1), frozen=("W",)), ValueError, "frozen names ['W']"),
    (lambda c: fit(c.model, (c.X[:, :, 0], c.Y), 1, SGD(1)), ValueError, "X has shape (5, 3)"),
])
def test_bad_input(call, error, words):
    with pytest.raises(error) as caught:
        call(draw())
    assert words in str(caught.value)
