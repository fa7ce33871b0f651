"""What notebook 1 says of its experiments holds for eight seeds."""

import itertools

import numpy as np
import pytest

from rnn_helpers.cell import RNNCell, orthogonal, rnn_cell_forward
from rnn_helpers.explore import characters, dynamics
from rnn_helpers.plots.sentences import parted, verdict
from tests.claims import claims

PRAISE, BLAME = ("the movie was good , not bad", "the movie was bad , not good")


def kicked(seed, radius, steps, scale=1.0, H=8):
    """States (steps + 1, H) after a kick, of a random orthogonal Wh times `radius`."""
    rng = np.random.default_rng(seed)
    cell = RNNCell.from_arrays(np.zeros((H, 1)), radius * orthogonal(H, rng), np.zeros((H, 1)))
    h = [scale * rng.uniform(-0.8, 0.8, (H, 1))]
    for _ in range(steps):
        h.append(rnn_cell_forward(cell, np.zeros((1, 1)), h[-1])[0])
    return np.array(h)[:, :, 0]


def length(h):
    return np.linalg.norm(h, axis=-1)


def test_after_100_updates_it_knows_both_sentences_by_heart():
    claims.says("01", "After 100 updates it knows both sentences by heart.")
    claims.says("01", '"better than" is followed by "ugly" once and by "implicit" once')
    for seed in claims.SEEDS:
        assert characters.learns_to_write(updates=(100,), seed=seed)[100] == characters.PROVERBS
    assert [after.split()[0] for after in characters.PROVERBS.split("better than")[1:]] == ["ugly.", "implicit."]


def test_the_two_bags_are_equal_and_the_two_orders_are_not():
    claims.says("01", "The two bags are equal.")
    assert sorted(PRAISE.split()) == sorted(BLAME.split()) and PRAISE != BLAME


def says_of(sentence, *weights):
    """What the cell that is set by hand says of a sentence; weights : Wh[0, 0], Wh[0, 1], Wh[1, 1]."""
    return verdict(dynamics.read_words(dynamics.by_hand(*weights), sentence.split())[-1])


def test_the_cell_set_by_hand_can_be_made_to_hear_not_good_and_no_setting_hears_not_bad():
    claims.says("01", "With $W_h = 0$ the states part at the fourth word. Why do they end alike?")
    claims.says("01", "Move one slider until \"not good\" ends in blame and \"good\" in praise.")
    claims.says("01", "Which entry does \"not very good\" need, and which one \"a good film\"?")
    claims.says("01", "For \"not bad\" there is none. What *turn* adds to *mood* is the same whatever word comes")
    one, other = (dynamics.read_words(dynamics.by_hand(0, 0, 0), s.split())
                  for s in ("the film was not good", "the film was good"))
    assert parted(one, other) == 3 and np.allclose(one[-1], other[-1])
    assert (says_of("not good", 0, -4, 0), says_of("good", 0, -4, 0)) == ("blame", "praise")
    assert says_of("not very good", 0, -4, 0) == "praise" and says_of("not very good", 0, -4, 1) == "blame"
    assert says_of("a good film", 0, -4, 0) == "neither" and says_of("a good film", 1.5, -4, 0) == "praise"
    settings = itertools.product(np.arange(0, 2.1, 0.25), np.arange(-4, 4.1, 0.5), np.arange(0, 2.1, 0.25))
    assert not [w for w in settings if says_of("not good", *w) == "blame" and says_of("not bad", *w) == "praise"]


def test_a_unit_for_each_case_and_a_sum_hear_not_good_and_not_bad():
    claims.says("01", "It takes a unit for each of the two cases, and something that adds them up.")
    Wx = np.array([[0.0, 0, 10], [10, -10, 0], [-10, 10, 0]])  # turn; good, not turned; bad, turned
    Wh, b = np.array([[0.0, 0, 0], [-20, 0, 0], [20, 0, 0]]), np.array([[-5.0], [-10], [-10]])
    cell = RNNCell.from_arrays(Wx, Wh, b)
    for sentence, praises in (("not good", 0), ("good", 1), ("not bad", 1), ("bad", 0)):
        h = np.array([[-1.0], [-1], [-1]])
        for word in sentence.split():
            h, _ = rnn_cell_forward(cell, np.array([[float(word == known)] for known in dynamics.KNOWN]), h)
        assert (h[1, 0] + h[2, 0] + 1 > 0) == praises, sentence


def test_the_last_states_differ_although_nobody_has_trained_the_weights():
    claims.says("01", "Yes, although nobody has trained the weights.")
    words = sorted(PRAISE.split())
    for seed in claims.SEEDS:
        cell, last = RNNCell(len(words), 6, np.random.default_rng(seed)), []
        for sentence in (PRAISE, BLAME):
            h = np.zeros((6, 1))
            for word in sentence.split():
                h, _ = rnn_cell_forward(cell, np.eye(len(words))[:, [words.index(word)]], h)
            last.append(h)
        assert length((last[0] - last[1])[:, 0]) > 0.1


def test_an_eigenvector_is_not_turned_only_stretched():
    claims.says("01", "two such directions, with factors 0.9 and 0.5")
    assert np.allclose(np.linalg.eigvals(np.array([[0.9, 0.0], [0.0, 0.5]])), [0.9, 0.5])


def test_an_orthogonal_matrix_leaves_every_length_as_it_is():
    claims.says("01", "turns or mirrors and leaves every length as it is")
    for seed in claims.SEEDS:
        rng = np.random.default_rng(seed)
        v = rng.normal(size=8)
        assert np.isclose(length(orthogonal(8, rng) @ v), length(v))
    assert np.isclose(length(dynamics.turning(0.5) @ [0.9, 0]), 0.9)


def test_the_spectral_radius_is_the_factor_of_a_step_in_the_long_run():
    """Gelfand's formula on any matrix: the n-th root of what n steps make of a vector."""
    claims.says("01", "says by what factor nearly every vector shrinks or grows at each step, in the long run")
    assert np.isclose(np.abs(np.linalg.eigvals(0.8 * dynamics.turning(0.5))).max(), 0.8)
    for seed in claims.SEEDS:
        rng = np.random.default_rng(seed)
        W, v, log = rng.normal(size=(6, 6)), rng.normal(size=6), 0.0
        for _ in range(2000):
            v = W @ v
            log, v = log + np.log(length(v)), v / length(v)
        assert np.exp(log / 2000) == pytest.approx(np.abs(np.linalg.eigvals(W)).max(), rel=0.01)


def test_an_orthogonal_matrix_times_a_number_has_that_number_as_its_spectral_radius():
    claims.says("01", "$W_h$ is an orthogonal matrix times a number, which is then its spectral radius")
    for seed in claims.SEEDS:
        assert np.allclose(np.abs(np.linalg.eigvals(1.6 * orthogonal(8, np.random.default_rng(seed)))), 1.6)


def test_below_1_each_step_leaves_at_most_the_radius_of_its_length():
    claims.says("01", "Below 1 the state dies away geometrically: at 0.7 each step leaves at most 0.7 of its length.")
    for seed in claims.SEEDS:
        sizes = length(kicked(seed, 0.7, 40))
        assert np.all(sizes[1:] <= 0.7 * sizes[:-1] + 1e-15)


def test_at_1_it_fades_slowly():
    claims.says("01", "after 40 steps 0.25 to 0.30 of its length is left, after 400 less than a tenth (eight random")
    for seed in claims.SEEDS:
        sizes = length(kicked(seed, 1.0, 400))
        assert np.all(np.diff(sizes) < 0)
        assert 0.245 < sizes[40] / sizes[0] < 0.305 and sizes[400] / sizes[0] < 0.1


@pytest.mark.parametrize("radius", [1.1, 1.2, 1.4, 1.6, 2.0])
def test_above_1_it_can_neither_die_nor_escape(radius):
    claims.says("01", "Above 1 it can neither die nor escape.")
    for seed in claims.SEEDS:
        h = kicked(seed, radius, 400)
        assert np.abs(h).max() < 1 and length(h)[-1] > 0.5


def test_how_hard_the_kick_was_no_longer_shows():
    claims.says("01", "half the kick gives a state of nearly the same length 40 steps later (0.9 to 1.2 times")
    for seed in claims.SEEDS:
        assert 0.9 < length(kicked(seed, 1.6, 40, 0.5))[-1] / length(kicked(seed, 1.6, 40))[-1] < 1.2


def test_the_play_answers_its_task():
    """The largest radius at which it has fallen below 0.01 is 0.9; at 1.4 it comes to rest, at 1.6 it does not."""
    claims.says("01", "the largest at which the state has fallen below 0.01 after 40 steps")
    claims.says("01", "does the state always keep moving, as it did at 1.6?")
    Wh, kick = dynamics.material()
    last = {radius: dynamics.kicked(radius * Wh, kick, rnn_cell_forward) for radius in (0.9, 0.95, 1.4, 1.6)}
    assert np.abs(last[0.9][-1]).max() < 0.01 < np.abs(last[0.95][-1]).max()
    assert np.abs(last[1.4][-1] - last[1.4][-2]).max() < 0.05 and np.abs(last[1.6][-1] - last[1.6][-2]).max() > 0.5
