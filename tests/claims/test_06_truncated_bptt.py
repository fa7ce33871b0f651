"""What notebook 6 says about its experiments."""

import numpy as np
import pytest

from authoring.measured import train_echo
from rnn_helpers.bptt import rnn_backward_truncated, rnn_forward
from rnn_helpers.explore import measured, truncation, walk
from rnn_helpers.explore.walk import small
from rnn_helpers.plots import style
from rnn_helpers.streaming import train_stream
from rnn_helpers.walk import cut_walk
from tests.claims import claims


def test_a_network_learns_the_tide_from_its_stream_far_better_than_the_last_level_does():
    claims.says("06", "Over eight tides and eight networks the last 500 hours have an error of 0.009 to 0.012; "
                      "the last level alone leaves 0.14.")
    claims.says("06", "does about ten times better within a month, and it never holds more than 20 states")
    told = []
    truncation.tide_learnt(lambda model, X, Y, k1, k2, lr: told.append(k1 + k2) or [1.0])
    assert told == [20]  # the new piece, and the caches from before
    ends, month = [], []
    for seed in claims.SEEDS:
        errors, alone = truncation.tide_learnt(train_stream, seed)
        ends.append(round(float(errors[-500:].mean()), 3))
        month.append(alone / errors[27 * 24 : 31 * 24].mean())
        assert round(alone, 2) == 0.14
    assert min(ends) == 0.009 and max(ends) == 0.012
    assert 7 < min(month) and max(month) < 14 and 9 < np.median(month) < 12, month


def test_five_steps_are_nearly_the_full_direction_here_and_the_last_five_are_not():
    claims.says("06", "With the window, $k = 5$ is enough here, and every loss is heard.")
    claims.says("06", "15 of 20 losses reach no step, and the cosine is 0.38.")
    said = {k: truncation.draw_reach(style.figure(), "window", k) for k in (4, 5)}
    assert "cosine of 0.95" in said[5] and "0 of 20 losses" in said[5]
    assert float(said[4].split("cosine of ")[1][:4]) < 0.95
    last = truncation.draw_reach(style.figure(), "last", 5)
    assert "15 of 20 losses reach no step" in last and "cosine of 0.38" in last


def test_in_the_small_cell_what_two_steps_leave_out_points_against_the_rest():
    claims.says("06", "with $k = 2$ it is *longer*")
    claims.says("06", "The lost terms point against the kept ones")
    cell, X, dh, h0 = small()
    cut = cut_walk(cell, X, dh, h0, 2)
    kept, whole = cut.given["dWh"].sum(0), cut.whole["dWh"].sum(0)
    assert np.linalg.norm(kept) > 1.3 * np.linalg.norm(whole) and np.sum(kept * (whole - kept)) < 0


def test_here_the_gradient_cut_after_two_steps_is_longer_for_the_lost_terms_point_against_it():
    claims.says("06", "with $k = 2$ it is *longer*")
    claims.says("06", "The lost terms point against the kept ones")
    cell, X, dh, h0 = walk.small()
    caches = rnn_forward(cell, X, h0)[1]
    cut, whole = (rnn_backward_truncated(cell, dh, caches, k)[1] for k in (2, 4))
    assert np.linalg.norm(cut) > 1.3 * np.linalg.norm(whole) and np.sum(cut * (whole - cut)) < 0


def test_the_window_costs_more_time_and_memory_than_full_and_chunks_hold_little():
    claims.says("06", "takes only about twice the time")
    claims.says("06", "but it holds two and a half times the memory")
    claims.says("06", "Chunks take about as long as one full pass and hold a fiftieth of the memory.")
    rows = {way: rest for way, *rest in truncation.cost_rows()}
    _, _, time, memory = rows["sliding window"]
    assert 1.7 < time < 2.5 and 2.4 < memory < 2.6
    _, _, time, memory = rows["chunks"]
    assert 0.9 < time < 1.3 and 1 / 52 < memory < 1 / 47
    assert all(0.9 < in_time < 1.15 for in_time, *_ in rows.values()) and rows["chunks"][1] == 0


def test_norms_stay_lower_with_five_steps_and_the_losses_end_alike():
    claims.says("06", "Five factors cannot grow as forty can: the norms stay lower with $k = 5$. "
                      "With clipping in place the losses end alike all the same.")
    full, five = truncation.stability(40), truncation.stability(5)
    assert len(full[1]) == 8 and (five[1].max(axis=1) < full[1].max(axis=1)).all()
    ends = [np.median(losses[:, -1]) for losses, _ in (full, five)]
    assert max(ends) < 1.1 * min(ends)


def test_the_echo_is_taught_from_d_plus_one_on_and_a_shorter_gradient_often_does_harm():
    claims.says("06", "With $k = d + 1$ the loss reaches the input that it needs, and every network succeeds.")
    claims.says("06",
                "Up to $d = 4$ at least nine of the ten networks solve it with the weights that they were born with")
    claims.says("06", "for every $k$ from 1 to $d$, at least seven of the ten networks do worse")
    for lag in measured.LAGS:
        assert max(measured.ERRORS[lag, lag + 1]) < 0.1
        assert lag > 4 or sum(error < 0.1 for error in measured.ERRORS[lag, 0]) >= 9
        for k in range(1, lag + 1):
            worse = np.sum(np.array(measured.ERRORS[lag, k]) > np.array(measured.ERRORS[lag, 0]))
            assert lag < 3 or worse >= 7, (lag, k, worse)


def test_as_many_signs_as_units():
    claims.says("06", "the echo works up to $H - 1$ steps ago. At $H$ an error of 0.08 to 0.28 is left")
    claims.says("06", "(With 24 and 32 units, only even lags were tried.)")
    for H, rows in measured.CAPACITY.items():
        for lag, errors in rows.items():
            assert (np.median(errors) < 0.1) == (lag <= H - 1), (H, lag, errors)
        assert H in rows and max(lag for lag in rows if lag < H) >= H - 2
    one_too_many = [error for H, rows in measured.CAPACITY.items() for error in rows[H]]
    assert round(min(one_too_many), 2) == 0.08 and round(max(one_too_many), 2) == 0.28


@pytest.mark.slow
def test_longer_training_hardly_helps_against_capacity():
    claims.says("06", "with 8 units, ten times as many updates bring one of five networks below 0.1")
    errors = [train_echo(8, 18, seed, hidden=8, updates=4000, lr=0.01) for seed in range(5)]
    assert sum(error < 0.1 for error in errors) == 1 and np.median(errors) > 0.15


def test_an_untrained_cell_loses_a_gradient_and_a_gate_keeps_it():
    _, alt = truncation.additive_path(gate=0.99)
    assert "gate at 0.99 goes from 1 to 0.37" in alt and "untrained, median of 8 goes from 1 to 2.1e-20" in alt


@pytest.mark.parametrize("k", [1, 3, 7])
def test_age_by_age_is_loss_by_loss(k):
    claims.says("06", "All losses that have come $j$ steps back form one array")
    backward = claims.names("06", "ex-rnn-backward-truncated").rnn_backward_truncated
    cell, dh, caches, _ = truncation.setting()
    for got, right in zip(rnn_backward_truncated(cell, dh, caches, k), backward(cell, dh, caches, k), strict=True):
        assert np.allclose(got, right, rtol=0, atol=1e-12)


def test_only_the_gradient_is_cut():
    claims.says("06", "The *value* of the state goes on from piece to piece (blue arrow).")
    X, Y = np.random.default_rng(0).choice([-1.0, 1.0], (2, 40, 1, 1))
    one, pieces = (train_stream(truncation.RNNModel(1, 6, 1, np.random.default_rng(1)), X, Y, k1, 1, 1e-12)
                   for k1 in (40, 5))
    assert np.isclose(sum(pieces), one[0])
