"""What notebook 2 says of its experiments holds for eight seeds."""

import numpy as np

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.cell import RNNCell, orthogonal
from rnn_helpers.explore import unrolling
from rnn_helpers.model import count_parameters
from tests.claims import claims


def difference(seed, scale, T=60, H=10):
    """How far two runs of a random network are apart, (T,), that differ by 1 in their first input."""
    rng = np.random.default_rng(seed)
    Wh, Wx, X = orthogonal(H, rng), rng.uniform(-0.5, 0.5, (H, 1)), 0.5 * rng.normal(size=(T, 1, 1))
    cell, changed = RNNCell.from_arrays(Wx, scale * Wh, np.zeros((H, 1))), X.copy()
    changed[0] += 1
    return np.linalg.norm((rnn_forward(cell, changed)[0] - rnn_forward(cell, X)[0])[:, :, 0], axis=1)


def test_one_set_of_weights_reads_a_sequence_of_any_length():
    claims.says("02", "A review of five words and a novel can be read by the same network, with the same few weights")
    cell = RNNCell(3, 4, np.random.default_rng(0))
    for T in (1, 5, 2000):
        assert rnn_forward(cell, np.ones((T, 3, 1)))[0].shape == (T, 4, 1)


def test_index_0_is_step_1():
    claims.says("02", "`X[0]` is $x_1$, and `h_states[0]` is $h_1$")
    cell, X = RNNCell(3, 4, np.random.default_rng(0)), np.random.default_rng(1).normal(size=(5, 3, 2))
    h_1, _ = cell.forward(X[0], np.zeros((4, 2)))
    assert np.allclose(rnn_forward(cell, X)[0][0], h_1)


def test_the_first_input_passes_through_tanh_T_times_and_through_Wh_one_time_less():
    """Counted on a linear road: with a slope of tanh of almost 1, h_T is Wh^(T-1) Wx x_1."""
    claims.says("02", "the first input passes through tanh $T$ times and through $W_h$ $T - 1$ times")
    rng = np.random.default_rng(0)
    cell = RNNCell.from_arrays(1e-6 * rng.normal(size=(4, 3)), rng.normal(size=(4, 4)), np.zeros((4, 1)))
    X = np.zeros((6, 3, 1))
    X[0] = 1
    by_hand = np.linalg.matrix_power(cell.Wh, 5) @ cell.Wx @ X[0]
    assert np.allclose(rnn_forward(cell, X)[0][-1], by_hand, rtol=1e-6, atol=0)


def test_the_recurrent_network_is_larger_at_one_step_equal_at_five_and_then_stays():
    claims.says("02", "at five steps the two are equal here, and beyond that the feed-forward network is larger")
    D, H, O = 8, 32, 8
    recurrent = count_parameters(D, H, O)
    other = {T: H * T * D + H + O * H + O for T in (1, 5, 6)}
    assert other[1] < recurrent == other[5] < other[6]
    assert recurrent - other[1] == H * H  # because of Wh


def test_each_step_multiplies_the_difference_by_at_most_the_scale():
    claims.says("02", "Each step multiplies the difference by at most the scale, because the slope of tanh is")
    for seed in claims.SEEDS:
        for scale in (0.5, 0.9, 1.0, 1.5):
            apart = difference(seed, scale)
            assert np.all(apart[1:] <= scale * apart[:-1] + 1e-14)


def test_at_a_scale_of_0_9_less_than_half_a_percent_is_left():
    claims.says("02", "at 0.9 less than half a percent is left after 39 steps")
    for seed in claims.SEEDS:
        apart = difference(seed, 0.9)
        assert apart[39] < 0.005 * apart[0]


def test_at_a_scale_of_1_5_the_difference_grows_beyond_what_it_was_and_stays_bounded():
    claims.says("02", "At 1.5 the difference grows beyond what it was at first (in each of eight random networks)")
    claims.says("02", "It grows at first, then wanders up and down.")
    for seed in claims.SEEDS:
        apart = difference(seed, 1.5, 400)
        assert 2 * apart[0] < apart.max() < 2 * np.sqrt(10)  # 10 units between -1 and 1
        assert np.any(np.diff(apart[10:]) < 0) and np.any(np.diff(apart[10:]) > 0)


def test_the_play_answers_its_tasks():
    claims.says("02", "Find the largest scale at which the difference falls at every step.")
    claims.says("02", "Then, up to which scale is it smaller at the end than it was at the start?")
    scales = np.round(np.arange(0.2, 1.51, 0.05), 2)
    apart = {scale: unrolling.impulse(scale, unrolling.LONGEST, rnn_forward)[1] for scale in scales}
    assert max(scale for scale, d in apart.items() if np.all(np.diff(d) < 0)) == 1.0
    assert all((d[-1] < d[0]) == (scale <= 1.3) for scale, d in apart.items())
