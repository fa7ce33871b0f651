"""The sliders of notebooks 1, 2 and 6 draw what they say, on the function that they are given."""

import numpy as np
import pytest

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.cell import rnn_cell_forward
from rnn_helpers.echo import train_echo
from rnn_helpers.explore import dynamics, lag_table, truncation, unrolling
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
    assert "10 units over 12 steps" in alt and "11 steps later" in alt


@pytest.mark.parametrize("way, silent", [("full", 0), ("window", 0), ("chunks", 0), ("overlapping", 0), ("last", 15)])
def test_what_each_cut_silences(way, silent):
    alt = truncation.draw_cut(style.figure(), way, 5)
    assert f"{silent} losses reach no state" in alt


def test_more_steps_keep_more_credit():
    for way in ("window", "chunks", "overlapping", "last"):
        kept = [truncation.share(truncation.MASKS[way](k)) for k in (1, 4, 10, 20)]
        assert kept == sorted(kept) and kept[-1] == pytest.approx(1)


@pytest.mark.parametrize("lag, k, seed", [(3, 0, 4), (5, 5, 1), (5, 6, 2)])
def test_the_lag_table_is_what_its_command_computes(lag, k, seed):
    assert train_echo(lag, k, seed)[0] == pytest.approx(lag_table.ERRORS[lag, k][seed], abs=2e-3)


@pytest.mark.parametrize("lag", lag_table.LAGS)
def test_every_seed_is_solved_once_k_reaches_the_lag(lag):
    assert all(error < 0.1 for k in lag_table.REACHES if k > lag for error in lag_table.ERRORS[lag, k])
    assert f"Lag {lag}" in truncation.draw_lag(style.figure(), lag)
