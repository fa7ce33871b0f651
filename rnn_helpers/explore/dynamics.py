"""The kicked state, with a slider for the spectral radius of Wh; two sentences and a cell of two units, set by hand."""

import functools

import numpy as np

from rnn_helpers.cell import RNNCell, orthogonal, rnn_cell_forward
from rnn_helpers.explore.control import explore, slider
from rnn_helpers.explore.drawn import Drawn, typed
from rnn_helpers.plots import dynamics as plots
from rnn_helpers.plots.sentences import draw_sentences

STEPS = 40
KNOWN = ("good", "bad", "not")  # the words that the cell of two units takes in; others are columns of zeros
MOST = 8  # words of a sentence
TURN = 0.5  # radians per step, of the two-unit cell


def kicked(Wh, kick, step):
    """States (STEPS + 1, H) from a kick (H,) at t = 0 and silence after it; `step` as `rnn_cell_forward`."""
    H = len(Wh)
    cell = RNNCell.from_arrays(np.zeros((H, 1)), Wh, np.zeros((H, 1)))
    h = [kick[:, None]]
    for _ in range(STEPS):
        h.append(step(cell, np.zeros((1, 1)), h[-1])[0])
    return np.array(h)[:, :, 0]


@functools.cache
def material():
    """An orthogonal Wh (8, 8) of scale 1 and a kick (8,)."""
    rng = np.random.default_rng(1)
    return orthogonal(8, rng), rng.uniform(-0.8, 0.8, 8)


def draw_kick(fig, radius, step=rnn_cell_forward):
    """Eight kicked units as a map, two of a rotating cell as a path."""
    left, right = fig.subplots(1, 2, width_ratios=(1.8, 1))
    Wh, kick = material()
    said = plots.states_over_time(left, kicked(radius * Wh, kick, step), f"eight units, radius {radius:.2f}")
    path = plots.phase_portrait(right, kicked(radius * turning(), np.array([0.8, 0.0]), step), "two units, as a path")
    return f"{said} {path}"


def turning(radians=TURN):
    """The orthogonal 2 x 2 matrix that turns a vector by so many radians."""
    return np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])


def kick(step=rnn_cell_forward, whose=""):
    """Show the kicked state with a slider for the spectral radius; `step` as `rnn_cell_forward`."""
    explore(functools.partial(draw_kick, step=step), "A kick, then silence", whose=whose,
            radius=slider("spectral radius of Wh", 0.0, 2.0, 0.05, 1.4))


def by_hand(mood, push, hold):
    """A cell that reads KNOWN: unit 0, mood, goes up with good and down with bad; unit 1, turn, goes up with not.

    mood, push, hold : Wh[0, 0], Wh[0, 1], Wh[1, 1]
    """
    return RNNCell.from_arrays(np.array([[2.0, -2.0, 0.0], [0.0, 0.0, 2.0]]), np.array([[mood, push], [0.0, hold]]),
                               np.zeros((2, 1)))


def words_of(name, text):
    """The words of a sentence, in lower case and without punctuation; ValueError, in words for the reader."""
    words = [word.strip(".,;:!?\"'()").lower() for word in text.split()]
    words = [word for word in words if word]
    if not 1 <= len(words) <= MOST:
        raise ValueError(f"{name} has {len(words)} words, expected 1 to {MOST}.")
    return words


def read_words(cell, words, step=rnn_cell_forward):
    """The states (T, 2, 1) after each word, from zeros; `step` as `rnn_cell_forward`."""
    h = [np.zeros((2, 1))]
    for word in words:
        x_t = np.array([[float(word == known)] for known in KNOWN])
        h.append(np.asarray(step(cell, x_t, h[-1])[0], float))
    return np.array(h[1:])


def sentences(step=rnn_cell_forward, whose=""):
    """Two sentences read word by word, with the weights of a cell of two units to set by hand.

    step : as `rnn_cell_forward`
    """
    def draw(one, other, mood, push, hold):
        try:
            both = [words_of("The first sentence", one), words_of("The second sentence", other)]
        except ValueError as error:
            return "", str(error)
        cell = by_hand(mood, push, hold)
        return draw_sentences(cell, KNOWN, both, [read_words(cell, words, step) for words in both])

    return Drawn(draw, "Two sentences, word by word", whose=whose,
                 one=typed("first sentence", "the film was not good"),
                 other=typed("second sentence", "the film was good"),
                 mood=slider("Wh[0, 0] mood keeps", 0, 2, 0.25, 0), push=slider("Wh[0, 1] turn to mood", -4, 4, 0.5, 0),
                 hold=slider("Wh[1, 1] turn keeps", 0, 2, 0.25, 0))
