"""The sliders of notebooks 1, 2 and 6 draw what they say, on the function that they are given."""

import numpy as np
import pytest

from rnn_helpers.bptt import rnn_backward_truncated, rnn_forward
from rnn_helpers.cell import rnn_cell_forward
from rnn_helpers.credit import last_steps_mask, window_mask
from rnn_helpers.explore import dynamics, measured, truncation, unrolling
from rnn_helpers.plots import style


def test_a_kick_dies_below_one_and_lives_above():
    Wh, kick = dynamics.material()
    assert np.abs(dynamics.kicked(0.7 * Wh, kick, rnn_cell_forward)[-1]).max() < 1e-5
    assert np.abs(dynamics.kicked(1.6 * Wh, kick, rnn_cell_forward)[-1]).max() > 0.5


def test_the_kick_uses_the_function_given():
    calls = []

    def step(cell, x_t, h_prev):
        calls.append(np.asarray(x_t))
        return rnn_cell_forward(cell, x_t, h_prev)

    fig = style.figure()
    alt = dynamics.draw_kick(fig, 0.9, step=step)
    assert len(calls) == 2 * dynamics.STEPS and not any(x.any() for x in calls)
    assert len(fig.axes) == 2 and "8 units over 40 steps" in alt


def test_an_impulse_is_the_difference_of_two_runs():
    Wh, Wx, X = unrolling.material()
    states, difference = unrolling.impulse(0.9, 30, rnn_forward)
    assert states.shape == (30, 10) and difference[0] > 0.1 > difference[-1] > 0
    assert unrolling.impulse(0.5, 30, rnn_forward)[1][-1] < difference[-1]


def test_memory_draws_both_parts():
    fig = style.figure()
    alt = unrolling.draw_memory(fig, 0.9, 12)
    assert "10 units over 12 steps" in alt and "after 11 steps" in alt


@pytest.mark.parametrize("k", [1, 5, 20])
def test_what_a_function_reaches_is_seen_by_calling_it(k):
    assert np.array_equal(truncation.reach(rnn_backward_truncated, k), window_mask(truncation.T, k))
    assert np.array_equal(truncation.reach(truncation.last_steps, k), last_steps_mask(truncation.T, k))
    for way, silent in (("window", 0), ("last", truncation.T - k)):
        assert f"{silent} of 20 losses reach no step" in truncation.draw_reach(style.figure(), way, k)


def test_a_wrong_function_shows_what_it_reaches():
    assert "15 of 20 losses reach no step" in truncation.draw_reach(style.figure(), "window", 5, truncation.last_steps)


@pytest.mark.parametrize("lag", measured.LAGS)
def test_every_seed_is_solved_once_k_reaches_the_lag(lag):
    assert all(error < 0.1 for k in measured.REACHES if k > lag for error in measured.ERRORS[lag, k])
    assert f"Lag {lag}" in truncation.draw_lag(style.figure(), lag)


def test_the_static_pictures_say_what_they_show():
    runs = dict.fromkeys(("full", "k = 5"), truncation.stability(40, seeds=2, updates=3))
    for fig, alt in (truncation.stream(), truncation.costs(), truncation.capacity(), truncation.additive_path(),
                     truncation.tide_picture(np.full(300, 0.1), 0.2), truncation.stability_picture(runs)):
        style.png(fig)
        assert alt and "nan" not in alt
