"""Every error names the argument, what came, and what was expected."""

import numpy as np
import pytest

from rnn_helpers import validate
from rnn_helpers.layout import OneHot


@pytest.mark.parametrize("value, dtype",
                         [([[1, 2]], np.float64), (np.ones(2, np.float32), np.float32), ([True], np.float64)])
def test_real_numbers_keep_float32_and_turn_integers_into_float64(value, dtype):
    assert validate.as_real("x", value).dtype == dtype


def test_floats_are_not_copied():
    x = np.ones(3)
    assert validate.as_real("x", x) is x and validate.as_finite("x", x) is x


@pytest.mark.parametrize("call, error, words", [
    (lambda: validate.as_real("x", [[1, 2], [3]]), ValueError, ["x is ragged"]),
    (lambda: validate.as_real("x", ["a"]), TypeError, ["x holds", "expected real numbers"]),
    (lambda: validate.as_real("x", None), TypeError, ["x is None"]),
    (lambda: validate.as_real("x", [1j]), TypeError, ["x holds complex128"]),
    (lambda: validate.as_finite("x", [[1, np.nan]]), ValueError, ["x holds nan at index (0, 1)", "expected finite"]),
    (lambda: validate.as_finite("x", [np.inf]), ValueError, ["x holds inf at index (0,)"]),
    (lambda: validate.as_columns("x_t", np.ones(3), 3), ValueError, ["x_t has shape (3,)", "(3, B)", "x_t[:, None]"]),
    (lambda: validate.as_columns("x_t", np.ones((2, 3)), 3), ValueError, ["(2, 3)", "x_t.T"]),
    (lambda: validate.as_columns("x_t", np.ones((3, 0)), 3), ValueError, ["(3, 0)", "(3, B)"]),
    (lambda: validate.as_columns("x_t", 1.0, 3), ValueError, ["shape ()", "(3, B)"]),
    (lambda: validate.as_sequence("X", [], 3), ValueError, ["X is empty", "(3, B)"]),
    (lambda: validate.as_sequence("X", np.ones((0, 3, 1)), 3), ValueError, ["X is empty", "at least one step"]),
    (lambda: validate.as_sequence("X", np.ones((5, 3)), 3), ValueError, ["(5, 3)", "(T, 3, B)", "X[:, :, None]"]),
    (lambda: validate.as_sequence("X", np.ones(5), 1), ValueError, ["(5,)", "X[:, None, None]"]),
    (lambda: validate.as_sequence("X", np.ones((5, 2, 3)), 3), ValueError, ["(5, 2, 3)", "X.transpose(0, 2, 1)"]),
    (lambda: validate.as_sequence("X", 3.0, 3), ValueError, ["shape ()", "(T, 3, B)"]),
    (lambda: validate.as_sequence("dh", np.ones((4, 3, 1)), 3, steps=5), ValueError, ["dh has 4 steps", "expected 5"]),
    (lambda: validate.as_sequence("X", OneHot([[0]], 4), 3), ValueError, ["(1, 4, 1)", "(T, 3, B)"]),
    (lambda: validate.as_initial_state(np.ones((3, 2)), 3, 4, float), ValueError, ["h0 has shape (3, 2)", "(3, 4)"]),
    (lambda: validate.as_initial_state(np.ones(3), 3, 4, float), ValueError, ["h0 has shape (3,)", "h0[:, None]"]),
    (lambda: validate.as_initial_state(np.full((3, 4), np.nan), 3, 4, float), ValueError, ["h0 holds nan"]),
    (lambda: validate.as_count("k", 0), ValueError, ["k is 0", ">= 1"]),
    (lambda: validate.as_count("k", 2.0), TypeError, ["k is 2.0", "whole number"]),
    (lambda: validate.as_count("k", True), TypeError, ["k is True"]),
    (lambda: validate.as_count("length", -1, smallest=0), ValueError, ["length is -1", ">= 0"]),
    (lambda: validate.as_positive("lr", 0), ValueError, ["lr is 0", "> 0"]),
    (lambda: validate.as_positive("lr", np.inf), ValueError, ["lr is inf", "finite"]),
    (lambda: validate.as_positive("lr", np.nan), ValueError, ["lr is nan"]),
    (lambda: validate.as_positive("lr", "0.1"), TypeError, ["lr is '0.1'"]),
    (lambda: validate.as_generator("rng", 0), TypeError, ["rng is 0", "default_rng"]),
])
def test_an_error_names_the_argument_what_came_and_what_was_expected(call, error, words):
    with pytest.raises(error) as caught:
        call()
    for word in words:
        assert word in str(caught.value)


def test_good_input_passes():
    assert validate.as_sequence("X", [np.ones((2, 1))] * 3, 2).shape == (3, 2, 1)
    assert validate.as_sequence("X", (np.ones((2, 1)),) * 3, 2, steps=3).shape == (3, 2, 1)
    assert validate.as_count("k", np.int64(3)) == 3 and validate.as_count("k", 1) == 1
    assert validate.as_positive("lr", np.float32(0.5)) == 0.5
    assert validate.as_initial_state(None, 3, 4, np.float32).dtype == np.float32
