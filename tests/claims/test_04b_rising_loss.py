"""What notebook 4b says about the published run, from the nine starts that it names: seeds 0 to 7, and 17."""

import functools

import numpy as np
import pytest

from rnn_helpers.bptt import rnn_backward
from rnn_helpers.credit import shares
from rnn_helpers.data import make_windows
from rnn_helpers.gradcheck import check_gradients
from rnn_helpers.rising_loss import kernel_backward, published_model, published_step, published_training
from rnn_helpers.training import SGD, fit
from tests.claims import claims

NINE = (*claims.SEEDS, 17)
SLOW_BUT_TWO = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 8)), 17]
X, Y = make_windows(np.arange(1.0, 12.0), 10)


@functools.cache
def trained(seed, backward=rnn_backward, epochs=2000, lr=0.001, T=10, memory=True):
    """A model of the published kind, trained as the page does it, and its losses."""
    model = published_model(np.random.default_rng(seed))
    model.cell.Wh[:] *= memory
    losses = published_training(model, *make_windows(np.arange(1.0, 12.0), T), epochs, backward, lr,
                                () if memory else ("Wh",))
    return model, np.array(losses)


def suspect(seed):
    return trained(seed, kernel_backward, 200)[0]


def lone(model, x):
    return model.forward(np.full((1, 1, 1), float(x)))[0].item()


@pytest.mark.parametrize("seed", SLOW_BUT_TWO[:-1])
def test_it_falls_within_a_hundred_epochs_and_climbs_past_60(seed):
    claims.says("04b",
                "from each of eight others the loss fell to between 28 and 43 within about a hundred epochs, and then "
                "climbed past 60")
    losses = trained(seed, kernel_backward)[1]
    assert 28 < losses.min() < 43 and losses.argmin() <= 105 and losses[-1] > 60


@pytest.mark.parametrize("seed", SLOW_BUT_TWO)
def test_a_tenth_of_the_rate_gives_the_same_rise_ten_times_later(seed):
    claims.says("04b",
                "The same rise, ten times later. An update that is too long makes a loss jump about; this one climbs "
                "smoothly")
    fast, slow = trained(seed, kernel_backward)[1], trained(seed, kernel_backward, 1500, 0.0001)[1]
    assert abs(slow.min() - fast.min()) < 0.6 and abs(slow.argmin() / fast.argmin() - 10) < 0.5
    assert (np.diff(fast[110:]) > 0).all() and slow[-1] > slow.min() + 3


@pytest.mark.parametrize("seed", NINE)
def test_with_clipping_by_norm_it_climbs_as_well(seed):
    claims.says("04b", "with clipping by norm the loss climbs as well, from about 32 to 44 or more")
    model = published_model(np.random.default_rng(seed))
    losses = fit(model, (X, Y), 1000, SGD(0.01), max_norm=1.0, progress=False,
                 backward=kernel_backward).loss
    assert 30.5 < min(losses) < 33.5 and losses[-1] > 44


@pytest.mark.parametrize("seed", NINE)
def test_three_of_the_five_gradients_are_wrong_entirely(seed):
    claims.says("04b", "Three of five are wrong, and thoroughly")
    claims.says("04b", "from nine starts the wrong ones were about a tenth as long as the right ones, or less, and "
                       "pointed nearly the other way")
    model = suspect(seed)
    _, grads = model.loss_and_gradients(X, Y, backward=kernel_backward)
    errors = check_gradients(lambda: model.loss(X, Y), model.params, {name: grads[name] for name in model.params})
    assert max(errors["Wy"], errors["c"]) < 1e-6
    right = model.loss_and_gradients(X, Y)[1]
    for name in ("Wx", "Wh", "b"):
        sizes = np.linalg.norm(grads[name]), np.linalg.norm(right[name])
        assert errors[name] >= 0.98 and sizes[0] < 0.11 * sizes[1]
        assert np.sum(grads[name] * right[name]) < -0.85 * sizes[0] * sizes[1]


def test_bptt_is_linear_in_dh():
    claims.says("04b", "BPTT is linear in `dh`, so right or wrong, the gradients come out twice as large.")
    model = suspect(17)
    said, _, caches = model.forward(X)
    dh = model.Wy.T @ (2 * (said - Y))
    for backward in (rnn_backward, kernel_backward):
        for once, twice in zip(backward(model.cell, dh, caches), backward(model.cell, 2 * dh, caches), strict=True):
            assert np.allclose(twice, 2 * once)


@pytest.mark.parametrize("seed", NINE)
def test_the_rows_of_a_right_function_are_not_equally_long(seed):
    claims.says("04b", "A row may be small although all is well")
    model = suspect(seed)
    said, _, caches = model.forward(X)
    rows = shares(rnn_backward, model.cell, model.Wy.T @ (2 * (said - Y)), caches)[:, 0]
    assert rows.max() > 20 * rows.min()


@pytest.mark.parametrize("seed", NINE)
def test_only_the_last_five_losses_are_heard(seed):
    claims.says("04b", "Only the last five are heard.")
    model = suspect(seed)
    said, _, caches = model.forward(X)
    dh = model.Wy.T @ (2 * (said - Y))
    assert np.array_equal(shares(kernel_backward, model.cell, dh, caches) > 0,
                          np.repeat(np.arange(10)[:, None] >= 5, 3, axis=1))
    full = shares(rnn_backward, model.cell, dh, caches) > 0
    assert full[1:].all() and full[0].tolist() == [True, False, True]  # h0 = 0: the first step has no share in dWh


def test_fixed_it_ends_near_zero_from_every_start():
    claims.says("04b", "From nine starts, this one included, the fixed run ended between 0.03 and 0.17.")
    claims.says("04b", "The clipping is as crude as it was: by itself it does not make the loss rise.")
    ends = [trained(seed)[1][-1] for seed in NINE]
    assert 0.03 <= min(ends) < 0.04 and 0.15 < max(ends) <= 0.17


def change(model, step, names, tiny=1e-6):
    before = (model.forward(X)[0] - Y).ravel() ** 2
    kept = {name: param.copy() for name, param in model.params.items()}
    for name in names:
        model.params[name][...] -= tiny * step[name]
    moved = ((model.forward(X)[0] - Y).ravel() ** 2 - before) / tiny
    for name, param in model.params.items():
        param[...] = kept[name]
    return moved[:5].sum(), moved[5:].sum()


@pytest.mark.parametrize("seed", NINE)
def test_the_cell_lowers_the_last_losses_a_little_and_raises_the_first_ten_times_as_much(seed):
    claims.says("04b",
                "the losses of steps 6 to 10 fall a little, and those of steps 1 to 5 **rise**, ten times as much or "
                "more (from nine starts)")
    claims.says("04b", "At steps 6 to 10 the predictions are too low")
    claims.says("04b", "the gradients of `Wy, c` are right, and yet their update raises the sum")
    claims.says("04b", "The predictions that are too high win it by a little, and those too low, some by 4, get lower "
                       "still.")
    model = suspect(seed)
    _, published = published_step(model, X, Y, kernel_backward)
    _, fixed = published_step(model, X, Y, rnn_backward)
    early, late = change(model, published, ("Wx", "Wh", "b"))
    assert late < 0 and early >= -10 * late
    early, late = change(model, published, ("Wy", "c"))
    assert early < 0 < late and early + late > 0
    right = model.loss_and_gradients(X, Y)[1]
    assert 0 < published["c"].item() < 1 and right["c"].item() < -3
    assert sum(change(model, {name: right[name].clip(-1, 1) for name in ("Wy", "c")}, ("Wy", "c"))) < 0
    assert sum(change(model, published, model.params)) > 0 > sum(change(model, fixed, model.params))
    off = (model.forward(X)[0] - Y).ravel()
    assert (off[:5] > 0).all() and (off[5:] < 0).all() and -4.5 < off.min() < -3.9


@pytest.mark.parametrize("seed", SLOW_BUT_TWO)
def test_with_the_sums_clipped_it_stays_high_and_hardly_rises(seed):
    claims.says("04b", "(Clip the sums instead, and from nine starts the loss sinks to between 53 and 57 and stays "
                       "there: far too high, but hardly any rise.)")
    model, losses = published_model(np.random.default_rng(seed)), []
    for _ in range(3000):
        loss, grads = model.loss_and_gradients(X, Y, backward=kernel_backward)
        losses.append(loss)
        for name, param in model.params.items():
            param -= 0.001 * grads[name].clip(-1, 1)
    assert 53 < min(losses) and losses[-1] < 57 and (losses - np.minimum.accumulate(losses)).max() < 0.5


@pytest.mark.slow
def test_where_it_ends():
    claims.says("04b", "After 20,000 epochs the ten predictions are 4.04, 6.34, 6.48, and 6.5 from then on.")
    claims.says("04b", "The states of the later steps are saturated and alike")
    claims.says("04b", "A vote comes to rest where as many targets lie above as below: at 6.5, the middle of 2 to 11. "
                       "The published 6.02 is on its way there.")
    model = trained(17, kernel_backward, 20_000)[0]
    said, states, _ = model.forward(X)
    off = (said - Y).ravel()
    assert (off >= 0.49).sum() == (off <= -0.49).sum() == 5 and said.mean() < 6.3  # a vote, and not the mean
    assert lone(trained(17, kernel_backward, 5000)[0], 3) < 6.02 < lone(model, 3) < 6.5
    assert said.ravel()[:3].round(2).tolist() == [4.04, 6.34, 6.48] and np.allclose(said[3:], 6.5, atol=0.01)
    assert np.abs(states[3:]).min() > 0.9 and np.ptp(states[3:], axis=0).max() < 0.01


@pytest.mark.parametrize("seed", SLOW_BUT_TWO)
def test_from_2_to_7_both_cures_help_and_beyond_7_other_starts_do_not(seed):
    claims.says("04b",
                "From 2 to 7 both stay within 0.5 of the truth, whichever of nine random starts they had, while the "
                "fixed network misses it "
                       "by 1 to 3.1 somewhere. Beyond 7, where none of its windows begins, the second network is wrong "
                       "again: at 10 by 1.2 to 1.6.")
    claims.says("04b", "With other starts a lone 3 gives about 4. So does the network without memory")
    off = {name: {x: abs(lone(model, x) - x - 1) for x in (2, 3, 4, 5, 6, 7, 10)} for name, model in
           (("fixed", trained(seed)[0]), ("other starts", trained(seed, T=4)[0]),
            ("no memory", trained(seed, memory=False)[0]))}
    inside = {name: max(errors[x] for x in range(2, 8)) for name, errors in off.items()}
    assert inside["other starts"] < 0.5 and inside["no memory"] < 0.5 and 1 <= inside["fixed"] <= 3.1
    assert 1.2 <= round(off["other starts"][10], 1) <= 1.6
