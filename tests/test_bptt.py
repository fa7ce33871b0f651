"""Whole sequences against a straight loop, against central differences, and truncation against its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_helpers.bptt import rnn_backward, rnn_backward_truncated, rnn_forward
from rnn_helpers.cell import RNNCell, rnn_cell_backward, rnn_cell_forward
from rnn_helpers.gradcheck import numerical_gradient, relative_error
from tests.cases import draw, sizes, steady, straight_forward, sum_over_losses

# Forward

@steady
@given(sizes)
def test_states_are_those_of_a_straight_loop(size):
    case = draw(**size)
    states, caches = rnn_forward(case.cell, case.X, case.h0)
    want = straight_forward(case.cell, case.X, case.h0)
    np.testing.assert_allclose(states, want, atol=1e-13)
    assert len(caches) == size["T"]
    for t, (x_t, h_prev, h_t) in enumerate(caches):
        assert (x_t == case.X[t]).all() and (h_t == states[t]).all()
        assert (h_prev == (case.h0 if t == 0 else states[t - 1])).all()


def test_the_drafts_own_usage():
    cell = RNNCell(3, 5, np.random.default_rng(42))
    X = [np.random.default_rng(t).standard_normal((3, 1)) for t in range(4)]
    states, caches = rnn_forward(cell, X)
    assert len(states) == 4 and states[0].shape == (5, 1) and len(caches) == 4
    dh = [np.ones_like(h) for h in states]
    assert [g.shape for g in rnn_backward(cell, dh, caches)] == [(5, 3), (5, 5), (5, 1), (5, 1)]
    whole, ones = [[[1]], [[2]], [[3]]], RNNCell(1, 5, np.random.default_rng(0))
    series = np.array([1.0, 2, 3])[:, None, None]
    np.testing.assert_array_equal(rnn_forward(ones, whole)[0], rnn_forward(ones, series)[0])


def test_no_initial_state_is_zeros_and_one_column_serves_every_example():
    case = draw()
    np.testing.assert_array_equal(rnn_forward(case.cell, case.X)[0],
                                  rnn_forward(case.cell, case.X, np.zeros((4, 3)))[0])
    one = case.h0[:, :1]
    np.testing.assert_array_equal(rnn_forward(case.cell, case.X, one)[0],
                                  rnn_forward(case.cell, case.X, np.repeat(one, 3, axis=1))[0])


# Backward

def central_errors(cell, X, h0, dh):
    """The relative errors of dWx, dWh, db and dh0 against central differences."""
    def loss():
        return float(np.sum(dh * rnn_forward(cell, X, h0)[0]))

    gradients, params = rnn_backward(cell, dh, rnn_forward(cell, X, h0)[1]), (cell.Wx, cell.Wh, cell.b, h0)
    assert [gradient.shape for gradient in gradients] == [param.shape for param in params]
    return [relative_error(gradient, numerical_gradient(loss, param))
            for gradient, param in zip(gradients, params, strict=True)]


@steady
@given(sizes)
def test_gradients_match_central_differences(size):
    case = draw(**size)
    assert max(central_errors(case.cell, case.X, case.h0, case.dh)) <= 1e-6


def test_the_median_error_against_central_differences_is_below_1e_8():
    cases = [draw(T=3 + seed % 5, seed=seed) for seed in range(40)]
    errors = [error for case in cases for error in central_errors(case.cell, case.X, case.h0, case.dh)]
    assert max(errors) <= 1e-6 and np.median(errors) <= 1e-8


@steady
@given(sizes)
def test_one_step_at_a_time_gives_the_same(size):
    case = draw(**size)
    caches, h = [], case.h0
    for x_t in case.X:
        h, cache = rnn_cell_forward(case.cell, x_t, h)
        caches.append(cache)
    total, dh_next = [0, 0, 0], np.zeros_like(h)
    for t in reversed(range(len(caches))):
        *parts, dh_next = rnn_cell_backward(case.cell, case.dh[t] + dh_next, caches[t])
        total = [a + b for a, b in zip(total, parts, strict=True)]
    for cached in (caches, rnn_forward(case.cell, case.X, case.h0)[1]):
        for got, want in zip(rnn_backward(case.cell, case.dh, cached), (*total, dh_next), strict=True):
            np.testing.assert_allclose(got, want, atol=1e-11)


@steady
@given(sizes, st.integers(1, 9))
def test_backward_is_linear_in_dh(size, k):
    case = draw(**size)
    caches = rnn_forward(case.cell, case.X, case.h0)[1]
    other = case.normal(*case.dh.shape)
    for backward in (rnn_backward, lambda *args: rnn_backward_truncated(*args, k)):
        both, one, two = (backward(case.cell, dh, caches) for dh in (2 * case.dh - 3 * other, case.dh, other))
        for got, a, b in zip(both, one, two, strict=True):
            np.testing.assert_allclose(got, 2 * a - 3 * b, atol=1e-9)


@steady
@given(sizes)
def test_examples_do_not_see_one_another(size):
    case = draw(**size)
    states, caches = rnn_forward(case.cell, case.X, case.h0)
    alone = [rnn_forward(case.cell, case.X[:, :, n:n + 1], case.h0[:, n:n + 1]) for n in range(size["B"])]
    np.testing.assert_allclose(states, np.concatenate([s for s, _ in alone], axis=2), atol=1e-13)
    parts = [rnn_backward(case.cell, case.dh[:, :, n:n + 1], c) for n, (_, c) in enumerate(alone)]
    whole = rnn_backward(case.cell, case.dh, caches)
    for i in range(3):
        np.testing.assert_allclose(whole[i], sum(part[i] for part in parts), atol=1e-11)
    np.testing.assert_allclose(whole[3], np.concatenate([part[3] for part in parts], axis=1), atol=1e-12)


def test_a_loss_at_the_last_step_alone_reaches_the_first():
    case = draw(T=6)
    dh = np.zeros_like(case.dh)
    dh[-1] = 1
    caches = rnn_forward(case.cell, case.X, case.h0)[1]
    assert np.abs(rnn_backward(case.cell, dh, caches)[3]).max() > 0
    assert np.abs(rnn_backward_truncated(case.cell, dh, caches, 5)[3]).max() == 0


# Truncated

@steady
@given(sizes, st.integers(1, 9))
def test_truncated_is_the_sum_over_losses_of_k_steps_back(size, k):
    case = draw(**size)
    caches = rnn_forward(case.cell, case.X, case.h0)[1]
    got = rnn_backward_truncated(case.cell, case.dh, caches, k)
    for gradient, want in zip(got, sum_over_losses(case.cell, case.X, case.h0, case.dh, k), strict=True):
        np.testing.assert_allclose(gradient, want, atol=1e-11)


@steady
@given(sizes, st.integers(0, 3))
def test_a_window_as_long_as_the_sequence_is_full_bptt_to_the_bit(size, more):
    case = draw(**size)
    caches = rnn_forward(case.cell, case.X, case.h0)[1]
    for got, want in zip(rnn_backward_truncated(case.cell, case.dh, caches, size["T"] + more),
                         rnn_backward(case.cell, case.dh, caches), strict=True):
        np.testing.assert_array_equal(got, want)


# Both

@steady
@given(sizes, st.integers(1, 9))
def test_float32_stays(size, k):
    case = draw(**size, dtype=np.float32)
    states, caches = rnn_forward(case.cell, case.X, case.h0)
    assert states.dtype == np.float32 and rnn_forward(case.cell, case.X)[0].dtype == np.float32
    for gradients in (rnn_backward(case.cell, case.dh, caches), rnn_backward_truncated(case.cell, case.dh, caches, k)):
        assert all(g.dtype == np.float32 for g in gradients)


def test_arguments_and_caches_are_not_changed():
    case = draw()
    states, caches = rnn_forward(case.cell, case.X, case.h0)
    watched = [case.X, case.h0, case.dh, case.cell.Wx, case.cell.Wh, case.cell.b, states, caches.states]
    before = [a.copy() for a in watched]
    first = rnn_backward(case.cell, case.dh, caches)
    rnn_backward_truncated(case.cell, case.dh, caches, 2)
    again = rnn_backward(case.cell, case.dh, caches)
    assert all((a == b).all() for a, b in zip(watched, before, strict=True))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))


def test_arrays_laid_out_in_any_way_give_the_same():
    case = draw()
    X, dh, h0 = (np.asfortranarray(a) for a in (case.X, case.dh, case.h0))
    strided = np.repeat(case.X, 2, axis=2)[:, :, ::2]
    want = rnn_backward(case.cell, case.dh, rnn_forward(case.cell, case.X, case.h0)[1])
    for x in (X, strided):
        for got, expected in zip(rnn_backward(case.cell, dh, rnn_forward(case.cell, x, h0)[1]), want, strict=True):
            np.testing.assert_allclose(got, expected, atol=1e-13)


def test_any_object_with_the_three_arrays_is_a_cell():
    case = draw()
    cell = type("Mine", (), {"Wx": case.cell.Wx, "Wh": case.cell.Wh, "b": case.cell.b})()
    np.testing.assert_array_equal(rnn_forward(cell, case.X)[0], rnn_forward(case.cell, case.X)[0])


@pytest.mark.parametrize("call, error, words", [
    (lambda c: rnn_forward(c.cell, []), ValueError, "X is empty"),
    (lambda c: rnn_forward(c.cell, c.X[:0]), ValueError, "X is empty"),
    (lambda c: rnn_forward(c.cell, c.X[0, 0]), ValueError, "X has shape (3,), expected (T, 3, B)"),
    (lambda c: rnn_forward(c.cell, c.X[:, :, 0]), ValueError, "X has shape (5, 3)"),
    (lambda c: rnn_forward(c.cell, [c.X[0], c.X[1, :, :2]]), ValueError, "X is ragged"),
    (lambda c: rnn_forward(c.cell, c.X * np.nan), ValueError, "X holds nan at index (0, 0, 0)"),
    (lambda c: rnn_forward(c.cell, c.X, c.h0[:, :2]), ValueError, "h0 has shape (4, 2), expected (4, 3)"),
    (lambda c: rnn_forward(c.cell, c.X, c.h0 * np.inf), ValueError, "h0 holds"),
    (lambda c: rnn_forward(c.cell, "hello"), TypeError, "X holds"),
    (lambda c: rnn_backward(c.cell, c.dh[:4], rnn_forward(c.cell, c.X)[1]), ValueError, "dh has 4 steps, expected 5"),
    (lambda c: rnn_backward(c.cell, c.dh[:, :, :1], rnn_forward(c.cell, c.X)[1]), ValueError,
     "dh has shape (5, 4, 1), expected (5, 4, 3)"),
    (lambda c: rnn_backward(c.cell, c.dh[:, :3], rnn_forward(c.cell, c.X)[1]), ValueError, "dh has shape (5, 3, 3)"),
    (lambda c: rnn_backward(c.cell, c.dh, []), ValueError, "caches is empty"),
    (lambda c: rnn_backward_truncated(c.cell, c.dh, rnn_forward(c.cell, c.X)[1], 0), ValueError,
     "k is 0, expected a whole number >= 1"),
    (lambda c: rnn_backward_truncated(c.cell, c.dh, rnn_forward(c.cell, c.X)[1], 2.0), TypeError, "k is 2.0"),
    (lambda c: rnn_backward_truncated(c.cell, c.dh[:4], rnn_forward(c.cell, c.X)[1], 2), ValueError, "dh has 4 steps"),
])
def test_bad_input(call, error, words):
    with pytest.raises(error) as caught:
        call(draw())
    assert words in str(caught.value)
