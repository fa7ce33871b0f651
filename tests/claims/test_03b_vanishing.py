"""What notebook 3b says about its experiments, over the draws that it names."""

import functools

import numpy as np
import pytest

from rnn_helpers import one_bit
from rnn_helpers.bptt import rnn_backward_truncated, rnn_forward
from rnn_helpers.cell import RNNCell, orthogonal
from rnn_helpers.credit import credit_map, jacobians_back
from rnn_helpers.explore import gradients as play
from rnn_helpers.one_bit import train_one_bit
from rnn_helpers.training import Adam, fit
from tests.claims import claims

TWELVE = range(12)


@functools.cache
def notebook():
    return claims.names("03b", "what-you-see", "explode", "cliff-loss", "non-normal", "cancel", "same-matrix")


def share(values, low, high):
    """Whether the values fill their range: all inside, the ends reached within a fifth."""
    assert low <= min(values) <= 1.25 * low and 0.8 * high <= max(values) <= high, (min(values), max(values))


def test_the_first_picture_shows_next_to_nothing_and_fifty_times():
    claims.says("03b", "Sometimes next to nothing is left; sometimes it is fifty times as large.")
    sizes_back = notebook().sizes_back
    assert sizes_back(0.7, 0.1)[0][40] < 1e-6 and 45 < sizes_back(1.3, 0.1)[0][40] < 55


def test_no_product_of_jacobians_is_larger_than_the_bound():
    claims.says("03b", "So $n$ of them stretch by at most $(\\gamma\\,\\sigma_{\\max})^n$")
    for seed in TWELVE:
        rng = np.random.default_rng(seed)
        cell = RNNCell.from_arrays(rng.normal(size=(6, 2)), rng.normal(size=(6, 6)) / 2, rng.normal(size=(6, 1)))
        sizes = np.linalg.norm(jacobians_back(cell, rng.normal(size=(20, 2, 1))), 2, axis=(1, 2))
        assert (sizes <= np.linalg.norm(cell.Wh, 2) ** np.arange(21) * (1 + 1e-9)).all()


def test_what_the_words_mean():
    claims.says("03b", "All its singular values are 1, and multiplying by its transpose undoes it.")
    claims.says("03b", "for a turn times a number, the number is their size and the turn their angle")
    claims.says("03b", "In a **normal** matrix the directions it keeps stand at right angles, and "
                       "$\\sigma_{\\max} = \\rho$ (an orthogonal matrix is normal too).")
    for seed in claims.SEEDS:
        gen = np.random.default_rng(seed)
        Q, S = orthogonal(5, gen), gen.normal(size=(5, 5))
        S = S + S.T
        assert np.allclose(np.linalg.svd(Q, compute_uv=False), 1) and np.allclose(Q.T @ Q, np.eye(5))
        assert np.isclose(np.linalg.norm(S, 2), np.abs(np.linalg.eigvals(S)).max()) and np.allclose(S @ S.T, S.T @ S)
        kept = np.linalg.eig(S)[1]
        assert np.allclose(kept.T @ kept, np.eye(5)) and np.allclose(Q @ Q.T, Q.T @ Q)
        angle, stretch = gen.uniform(0.1, 3), gen.uniform(0.5, 2)
        turn = stretch * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        eigenvalues = np.linalg.eigvals(turn)
        assert np.allclose(np.abs(eigenvalues), stretch) and np.allclose(np.abs(np.angle(eigenvalues)), angle)
    claims.says("03b", "In the **non-normal** one on the right they lean towards each other")
    leaning = claims.names("03b", "stretch").leaning
    one, other = np.linalg.eig(leaning)[1].T
    assert 0.5 < abs(one @ other) < 1
    assert np.linalg.norm(leaning, 2) > 1.5 > 0.95 > np.abs(np.linalg.eigvals(leaning)).max()


def test_linear_units_meet_the_bound_and_tanh_stays_below_it_even_when_it_grows():
    claims.says("03b", "the linear rows meet the bound exactly. The tanh rows lie below it.")
    claims.says("03b", "In twelve draws it was 0.008 to 0.33.")
    sizes_back, left = notebook().sizes_back, []
    for seed in TWELVE:
        for scale in (0.8, 1.0, 1.2):
            bound = scale ** np.arange(41)
            assert np.allclose(sizes_back(scale, 0.0, seed)[0], bound)
            assert (sizes_back(scale, 1.0, seed)[0][5:] < bound[5:]).all()
        left.append(sizes_back(1.2, 1.0, seed)[0][40])
    share(left, 0.008, 0.33)


def test_the_root_of_the_power_tends_to_the_spectral_radius_while_the_ratio_grows():
    claims.says("03b", "the $n$-th root of $\\lVert W_h^n \\rVert$ tends to $\\rho$ (Gelfand's formula")
    claims.says("03b", "Even at $n = 40$ it is 150 times $\\rho^n$, and that ratio goes on growing")
    for seed in claims.SEEDS:
        W = np.random.default_rng(seed).normal(size=(5, 5))
        W /= np.abs(np.linalg.eigvals(W)).max()
        roots = [np.linalg.norm(np.linalg.matrix_power(W, n), 2) ** (1 / n) for n in (1, 10, 100, 1000)]
        assert abs(roots[-1] - 1) < 0.01 and abs(roots[-1] - 1) <= abs(roots[1] - 1) < abs(roots[0] - 1)
    ratio = [np.linalg.norm(np.linalg.matrix_power(notebook().jordan, n), 2) / 0.8**n for n in range(1, 201)]
    assert round(ratio[39], -1) == 150 and (np.diff(ratio) > 0).all()


def test_the_jordan_block_grows_sixfold_then_shrinks_fiftyfold():
    claims.says("03b", "Six times larger after 4 or 5 steps, fifty times smaller after 40.")
    claims.says("03b", "This one has singular values 3.2 and 0.2.")
    claims.says("03b", "no direction is stretched by 3.2 twice in a row")
    powers, jordan = notebook().powers, notebook().jordan
    assert np.allclose(np.linalg.svd(jordan, compute_uv=False), [3.2, 0.2]) and powers[2] < 0.5 * powers[1] ** 2
    assert powers.argmax() in (4, 5) and round(powers.max()) == 6 and round(1 / powers[40]) == 50


def ends(scale, kind, loudness, units):
    cell, X, _ = play.cell_and_inputs(scale, play.LONGEST, units, kind, loudness)
    return np.linalg.norm(jacobians_back(cell, X)[-1], 2)


def test_where_the_picture_of_norms_turns():
    claims.says("03b",
                "At $\\rho = 0.95$ the linear curve explodes by ten decades (powers of ten), while tanh, with the "
                "same matrix, lets almost nothing through")
    claims.says("03b", "Only from a radius of 0.5 down does the linear curve end below 1.")
    claims.says("03b",
                "With inputs of size 0.1 the tanh curve of the orthogonal $W_h$ ends above 1 from a radius of 1.05 on; "
                "at size 4, never.")
    assert round(np.log10(ends(0.95, "non-normal", 1.0, "linear"))) == 10 and ends(0.95, "non-normal", 1.0,
                                                                                   "tanh") < 1e-4
    for radius in np.arange(0.2, 1.81, 0.05).round(2):
        assert (ends(radius, "orthogonal", 0.1, "tanh") > 1) == (radius >= 1.05)
        assert (ends(radius, "non-normal", 1.0, "linear") > 1) == (radius > 0.5)
        assert ends(radius, "orthogonal", 4.0, "tanh") < 1


def test_where_the_credit_map_of_the_notebook_turns():
    claims.says("03b",
                "In this draw the two pulls are equal near 1.4. At 1.6 the hardest pull is that of the last loss on "
                "the first state, 35 times as hard as on its own")
    cell, X, dh = play.cell_and_inputs(1.35, 30)
    assert credit_map(cell, X, dh)[-1, 0] < 1
    cell, X, dh = play.cell_and_inputs(1.4, 30)
    assert 1 < credit_map(cell, X, dh)[-1, 0] < 1.3
    cell, X, dh = play.cell_and_inputs(1.6, 30)
    credit = credit_map(cell, X, dh)
    assert round(credit[-1, 0]) == 35 and np.nanmax(credit) == credit[-1, 0]


def draw_of_credit(scale, seed, T=30, H=12, D=2):
    """The credit map of another draw like the notebook's."""
    rng = np.random.default_rng(seed)
    Q, dh = orthogonal(H, rng), rng.normal(size=(T, H, 1))
    cell = RNNCell.from_arrays(rng.uniform(-0.5, 0.5, (H, D)), scale * Q, np.zeros((H, 1)))
    return credit_map(cell, rng.normal(size=(T, D, 1)), dh / np.linalg.norm(dh, axis=1, keepdims=True))


def test_at_0_9_each_loss_pulls_least_on_the_first_state():
    claims.says("03b", "at 0.9 each loss pulls least there")
    for seed in TWELVE:
        credit = draw_of_credit(0.9, seed)
        assert all(credit[t, : t + 1].argmin() == 0 for t in range(len(credit)))


def test_twelve_draws_cross_over_between_1_35_and_1_8():
    claims.says("03b", "Twelve other draws crossed over between 1.35 and 1.8")
    crossed = [next(scale for scale in np.round(np.arange(1.0, 1.85, 0.05), 2)
                    if draw_of_credit(scale, seed)[-1, 0] >= 1) for seed in TWELVE]
    assert min(crossed) == 1.35 and max(crossed) == 1.8


def test_at_1_8_the_hardest_pull_of_every_draw_lies_far_back():
    claims.says("03b", "at 1.8 their hardest pull fell 7 to 29 steps before its loss.")
    steps = [divmod(int(np.nanargmax(draw_of_credit(1.8, seed))), 30) for seed in TWELVE]
    share([t - s for t, s in steps], 7, 29)


def test_less_than_0_005_is_left_29_steps_back():
    claims.says("03b",
                "Linear units would leave 0.047; the slopes of tanh divide that again, by 190 here, by 30 to 800 in "
                "twelve other draws.")
    claims.says("03b", "less than 0.005")
    cell, X, dh = play.cell_and_inputs(0.9, 30)
    here = credit_map(cell, X, dh)[-1, 0]
    assert f"{here:.2g}" == "0.00025" and round(0.9**29 / here, -1) == 190
    share([0.9**29 / draw_of_credit(0.9, seed)[-1, 0] for seed in TWELVE], 30, 800)


@pytest.mark.parametrize("T", [5, 10, 20, pytest.param(50, marks=pytest.mark.slow)])
def test_where_a_gradient_gets_back_to_the_first_step_the_bit_is_learned_every_time(T):
    claims.says("03b", "Where enough gets through they all learn it, over 50 steps as well.")
    claims.says("03b", "with scale 0.9 every one of them learns it")
    assert all(train_one_bit(T, 0.9, seed).right > 0.95 for seed in claims.SEEDS)


@pytest.mark.slow
def test_where_next_to_nothing_gets_back_most_go_on_guessing():
    claims.says("03b", "with scale 0.5 and $T = 50$, 14 of 16 did")
    claims.says("03b", "Of the others some do, by luck: 2 of 16 with scale 0.5, 5 of 16 with 0.7.")
    for scale, left_over, lucky in ((0.5, 1e-14, 2), (0.7, 1e-7, 5)):
        runs = [train_one_bit(50, scale, seed) for seed in range(16)]
        assert all(run.before[-1] < left_over for run in runs)
        assert (sum(run.right < 0.6 for run in runs), sum(run.right > 0.95 for run in runs)) == (16 - lucky, lucky)


def test_where_the_picture_of_one_bit_turns():
    claims.says("03b",
                "From start 0 the turning point lies between 0.7 and 0.75, and the right panel shows that training has "
                "opened a way for the gradient.")
    claims.says("03b", "*less* gradient gets through than before")
    forgets, keeps, lucky = play.trained(50, 0.7, 0), play.trained(50, 0.75, 0), play.trained(50, 0.5, 2)
    assert forgets.right < 0.6 and keeps.right > 0.99 and keeps.after[-1] > 1e3 * keeps.before[-1]
    assert lucky.right > 0.99 and lucky.after[-1] < 1e-5 * lucky.before[-1]


def test_for_80_updates_start_2_guesses_until_a_gradient_gets_through():
    """The training of `train_one_bit(50, 0.5, 2)`, stopped at updates 60, 80 and 85."""
    claims.says("03b", "For 80 updates it guesses, while its weights drift; then a few hundredths of the gradient "
                       "happen to get through, and five updates later it names nearly every bit.")
    claims.says("03b", "it holds the bit in saturated units, whose slope is flat")
    at = {}
    for updates in (60, 80, 85, 200):
        model, rng = one_bit.one_bit_model(0.5, 2), np.random.default_rng([2, 1])
        one, _ = one_bit.sign_then_noise(50, 1, rng)
        fit(model, lambda update, rng=rng: one_bit.sign_then_noise(50, 32, rng), updates, Adam(0.01), max_norm=1.0,
            loss=one_bit.last_step_error, progress=False)
        X, signs = one_bit.sign_then_noise(50, 500, np.random.default_rng(99))
        said, states, _ = model.forward(X)
        at[updates] = np.mean(np.sign(said[-1]) == signs), one_bit.reach(model, one)[-1]
    assert at[60][0] < 0.6 and at[80][0] < 0.6 and at[85][0] > 0.95 and at[60][1] < 1e-8 and 0.02 < at[80][1] < 0.05
    eigenvalues, vectors = np.linalg.eig(model.cell.Wh)
    holding = np.argsort(np.abs(vectors[:, np.abs(eigenvalues).argmax()]))[-6:]  # most of what Wh keeps up is there
    assert np.mean(1 - states[10:, holding]**2, axis=(0, 2)).max() < 0.06


def test_the_gradient_of_Wh_explodes_at_gain_2_and_not_at_0_8():
    claims.says("03b", "At gain 0.8 the norm goes up and down, as each T has inputs of its own, but it does not grow")
    claims.says("03b", "from 5 steps to 60 by a factor of 200 to 3,000 in twelve draws")
    norm = notebook().norm_dWh
    share([norm(2.0, 60, seed) / norm(2.0, 5, seed) for seed in TWELVE], 200, 3000)
    assert all(norm(0.8, 60, seed) < 2 * norm(0.8, 5, seed) for seed in TWELVE)


def test_at_gain_0_8_what_lies_more_than_30_steps_back_adds_next_to_nothing():
    claims.says("03b", "what lies more than 30 steps back adds less than 1 % (twelve draws)")
    for seed in TWELVE:
        gen = np.random.default_rng(seed)
        Wh = 0.1 * gen.normal(size=(64, 64))
        cell = RNNCell.from_arrays(0.1 * gen.normal(size=(64, 2)), Wh, np.zeros((64, 1)))
        _, caches = rnn_forward(cell, gen.normal(size=(60, 2, 1)))
        dh = np.zeros((60, 64, 1))
        dh[-1] = 1 / 8
        whole, near = (rnn_backward_truncated(cell, dh, caches, k)[1] for k in (60, 30))
        assert np.linalg.norm(whole - near) < 0.01 * np.linalg.norm(whole)


def test_the_cliff():
    claims.says("03b", "on the cliff the gradient reaches 1,500")
    claims.says("03b", "starts 0.0006 from the best bias")
    claims.says("03b",
                "the loss is about 280 times as large and nearly flat. The same direction, cut to length 1, stops "
                "0.0001 short of the best bias.")
    loss, biases = notebook().one_unit_loss, np.linspace(-0.22, -0.18, 40001)
    losses, slopes = np.array([loss(bias) for bias in biases]).T
    best = biases[losses.argmin()]
    assert round(np.abs(slopes).max(), -2) == 1500
    assert round(abs(notebook().b_old - best), 4) == 0.0006 and round(notebook().b_clipped - best, 4) == 0.0001
    assert round(loss(notebook().b_plain)[0] / notebook().loss_old, -1) == 280 and abs(loss(notebook().b_plain)[1]) < 10


def test_the_derivative_of_the_cliff_is_one():
    loss = notebook().one_unit_loss
    for bias in (-0.21, -0.198, -0.19):
        assert (loss(bias + 1e-7)[0] - loss(bias - 1e-7)[0]) / 2e-7 == pytest.approx(loss(bias)[1], rel=1e-3)


def test_the_spread_grows_like_n_with_one_matrix_and_like_its_root_with_many():
    claims.says("03b",
                "most of that cancels, and the spread grows like $\\sqrt n$. What one matrix does once it does again: "
                "the spread grows like $n$.")
    for seed in claims.SEEDS:
        gen = np.random.default_rng(seed)
        W = gen.normal(size=(200, 16, 16)) / 4
        one, many, widths = np.full((200, 16, 1), 0.25), np.full((200, 16, 1), 0.25), []
        for _ in range(50):
            one, many = W @ one, gen.normal(size=(200, 16, 16)) / 4 @ many
            widths.append([np.subtract(*np.percentile(np.log10(np.linalg.norm(g, axis=(1, 2))), [90, 10]))
                           for g in (one, many)])
        shared, own = np.array(widths).T
        assert 3.2 < shared[49] / shared[11] < 6 and 1.6 < own[49] / own[11] < 2.7 and shared[49] > 3 * own[49]


def test_the_louder_the_inputs_the_less_is_left():
    claims.says("03b",
                "With inputs of size 1, 0.00009 to 0.003 is left after 40 steps in twelve draws; with inputs of size "
                "3, less than a ten-millionth.")
    sizes_back = notebook().sizes_back
    claims.says("03b", "The louder the inputs, the more states sit near +1 and -1, where the slope is flat.")
    for seed in TWELVE:
        slopes = [sizes_back(1.0, loudness, seed)[1] for loudness in (0.0, 0.3, 1.0, 3.0)]
        assert slopes == sorted(slopes, reverse=True) and slopes[0] == 1 and slopes[3] < 0.6
    share([sizes_back(1.0, 1.0, seed)[0][40] for seed in TWELVE], 0.00009, 0.003)
    assert all(sizes_back(1.0, 3.0, seed)[0][40] < 1e-7 for seed in TWELVE)
    assert all(np.allclose(sizes_back(1.0, 0.0, seed)[0], 1) for seed in TWELVE)


def test_slopes_never_lengthen_and_may_spoil_a_cancellation():
    claims.says("03b", "No slope is above 1, so $\\tanh$ by itself never lengthens a gradient.")
    claims.says("03b", "unequal slopes can spoil a cancellation between two factors")
    for seed in claims.SEEDS:
        rng = np.random.default_rng(seed)
        gradient, slopes = rng.normal(size=50), 1 - np.tanh(3 * rng.normal(size=50)) ** 2
        assert np.linalg.norm(slopes * gradient) <= np.linalg.norm(gradient)
    W, D = notebook().W, notebook().D
    assert not (W @ W).any() and np.linalg.norm(D @ W @ D @ W, 2) > 1.1
