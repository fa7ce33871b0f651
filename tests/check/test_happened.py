"""An exception is told with the learner's own line, and with what to do where the evidence proves it."""

import math

import numpy as np
import pytest

from tests.check.trying import FULL, told


def right(cell, x_t, h_prev):
    h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)
    return h_t, (x_t, h_prev, h_t)


# --- exceptions, and what ends a program ---

def recurses(cell, x_t, h_prev):
    return recurses(cell, x_t, h_prev)


def recurses_in_a_callback(cell, x_t, h_prev):
    return np.apply_along_axis(lambda column: recurses_in_a_callback(cell, x_t, h_prev), 0, x_t)


def too_far(cell, x_t, h_prev):
    return [x_t[i] for i in range(99)]


def wrong_way_round(cell, x_t, h_prev):
    return x_t @ cell.Wx


def a_product_in_place_of_a_matrix_product(cell, x_t, h_prev):
    return np.tanh(cell.Wx * x_t), None


def with_math(cell, x_t, h_prev):
    return math.tanh(cell.Wx @ x_t), None


def quits(cell, x_t, h_prev):
    raise SystemExit


def interrupted(cell, x_t, h_prev):
    raise KeyboardInterrupt


def no_such_name(cell, x_t, h_prev):
    return np.tanh(Wxh @ x_t)  # noqa: F821


class Mute(Exception):
    def __str__(self):
        raise RuntimeError


def mute(cell, x_t, h_prev):
    raise Mute


@pytest.mark.parametrize("function, words", [
    (recurses, ["RecursionError", "recurses(", "calls itself"]),
    (recurses_in_a_callback, ["RecursionError", "calls itself"]),
    (too_far, ["IndexError", "x_t[i] for i in range(99)", "range"]),
    (wrong_way_round, ["ValueError", "return x_t @ cell.Wx", "shapes"]),
    (a_product_in_place_of_a_matrix_product, ["ValueError", "`@`"]),
    (with_math, ["TypeError", "np.tanh"]),
    (quits, ["SystemExit", "raise SystemExit", "return"]),
    (interrupted, ["interrupted", "again"]),
    (no_such_name, ["NameError", "Wxh", "spelled"]),
    (mute, ["Mute", "raise Mute"]),
])
def test_exceptions_are_shown_with_the_learners_own_line(function, words):
    points, advice, _ = told("rnn_cell_forward", function)
    assert points == 0
    for word in words:
        assert word in advice, (word, advice)


def test_an_error_for_one_size_only_says_for_which():
    def square(cell, x_t, h_prev):
        if x_t.shape[1] != 1:
            raise ValueError("one column only")
        return right(cell, x_t, h_prev)

    points, advice, _ = told("rnn_cell_forward", square)
    assert 0 < points < FULL["rnn_cell_forward"]
    assert "works on 'one example'" in advice and "fails on 'a batch of 2'" in advice and "one column only" in advice


def test_a_stub_and_what_is_more_than_a_stub():
    def stub(cell, x_t, h_prev):
        """Says what to do."""
        raise NotImplementedError

    def forgot_to_take_it_out(cell, x_t, h_prev):
        z_t = cell.Wx @ x_t
        np.tanh(z_t)
        raise NotImplementedError

    def calls_a_stub(cell, X, h0=None):
        return stub(cell, X[0], h0)

    assert "not attempted yet: rnn_cell_forward(" in told("rnn_cell_forward", stub)[1]
    assert "take out" in told("rnn_cell_forward", forgot_to_take_it_out)[1]
    advice = told("rnn_forward", calls_a_stub)[1]
    assert "stub" in advice and "not written yet" in advice and "yours_or_ours" in advice
