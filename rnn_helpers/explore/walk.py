"""The walk back with a slider: one backward pass of a small cell, moment by moment, through the learner's own function;
and the same pass cut after k steps."""

import functools

import numpy as np

from rnn_helpers import walk
from rnn_helpers.bptt import rnn_backward_truncated, rnn_forward
from rnn_helpers.cell import RNNCell, rnn_cell_backward
from rnn_helpers.explore.control import error_line, int_slider, steps
from rnn_helpers.explore.drawn import Drawn
from rnn_helpers.plots import walk as plots


def small():
    """A cell of two units, four steps of one input, a state before them, a gradient from each step's loss."""
    Wx, Wh, b = np.array([[0.9], [-0.6]]), np.array([[0.8, -0.5], [0.4, 0.7]]), np.array([[0.1], [-0.2]])
    X = np.array([0.5, -1.0, 1.5, 0.3]).reshape(4, 1, 1)
    dh = np.array([[0.5, -0.2], [0.1, 0.6], [-0.4, 0.3], [1.0, -0.7]]).reshape(4, 2, 1)
    return RNNCell.from_arrays(Wx, Wh, b), X, dh, np.array([[0.4], [-0.3]])


def tried(follow, learners, whose, name):
    """(what `follow` gives for the learner's function, or for the course's where that one stops; whose it is; a
    sentence about what stopped it, or "")"""
    try:
        return follow(learners), whose or f"the course's {name}", ""
    except NotImplementedError:
        return follow(), f"the course's {name}, as yours is not written yet", ""
    except Exception as error:
        return follow(), whose, f"It stopped: {error_line(error)}. What you see is the course's."


def walk_back(backward=rnn_cell_backward, whose=""):
    """One backward pass: `moment` moves through it, `unit` spells a unit's numbers out.

    backward : as `rnn_cell_backward`, right or wrong
    """
    cell, X, dh, h0 = small()
    h, _ = rnn_forward(cell, X, h0)
    found, whose, failed = tried(functools.partial(walk.walk_back, cell, X, dh, h0), backward, whose,
                                 "rnn_cell_backward")
    warning = failed or plots.first_slip(found, whose)

    def moment_of_walk(moment, unit):
        sheets, text = plots.draw(found, X, h, h0, moment, unit)
        return sheets, f"{warning} {text}".strip()

    last = max(plots.positions(found) - 1, 0)
    spelled = [("no unit", -1), *((f"unit {i}", i) for i in range(len(h0)))]
    return Drawn(moment_of_walk, "The walk back", whose=whose, play="moment", stored={"moment": min(6, last)},
                 moment=int_slider("moment", 0, max(last, 1), 0), unit=steps("spell out", spelled, -1))


def cut_walk_back(truncated=rnn_backward_truncated, whose=""):
    """The walk back of each loss of a small cell, cut after k steps.

    truncated : as `rnn_backward_truncated`, right or wrong
    """
    cell, X, dh, h0 = small()
    h, _ = rnn_forward(cell, X, h0)

    @functools.cache
    def follow(k):
        found, name, failed = tried(functools.partial(walk.cut_walk, cell, X, dh, h0, k), truncated, whose,
                                    "rnn_backward_truncated")
        return found, failed or plots.first_cut_slip(found, name), name

    def moment_of_cut(k, moment):
        found, warning, _ = follow(k)
        sheets, text = plots.draw_cut(found, cell, X, dh, h, h0, moment)
        return sheets, f"{warning} {text}".strip()

    return Drawn(moment_of_cut, "The walk back, cut after k steps", whose=follow(2)[2], play="moment",
                 last=lambda values: len(plots.walks_of(follow(values["k"])[0])), stored={"moment": 10},
                 k=int_slider("k", 1, len(X), 2), moment=int_slider("moment", 0, 10, 0))
