"""Unrolling, with sliders: the graph for T steps, states over time, how long an impulse lasts."""

import functools

import numpy as np

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.cell import RNNCell, orthogonal
from rnn_helpers.explore.control import explore, int_slider, slider
from rnn_helpers.plots import unrolling as plots

LONGEST = 60


def graph():
    """Show the unrolled graph with a slider for T."""
    explore(lambda fig, T: plots.unrolled(fig.subplots(), T), "The unrolled network", T=int_slider("steps T", 1, 10, 4))


@functools.cache
def material():
    """An orthogonal Wh (10, 10), input weights (10, 1), inputs (LONGEST, 1, 1)."""
    rng = np.random.default_rng(4)
    return orthogonal(10, rng), rng.uniform(-0.5, 0.5, (10, 1)), 0.5 * rng.normal(size=(LONGEST, 1, 1))


def impulse(scale, T, forward):
    """How a changed first input moves the states of a random sequence, (T, H), and how far, (T,)."""
    Wh, Wx, X = material()
    cell, changed = RNNCell.from_arrays(Wx, scale * Wh, np.zeros((10, 1))), X[:T].copy()
    changed[0] += 1.0
    states, moved = (np.asarray(forward(cell, inputs)[0])[:, :, 0] for inputs in (X[:T], changed))
    return moved - states, np.linalg.norm(moved - states, axis=1)


def draw_memory(fig, scale, T, forward=rnn_forward):
    """What a changed first input does to the states, as a map; beside it how far it moves them."""
    left, right = fig.subplots(1, 2, width_ratios=(1.5, 1))
    moved, difference = impulse(scale, T, forward)
    return (plots.state_map(left, moved, f"scale {scale:.2f}: how the first input moves each state") + " "
            + plots.remembered(right, difference, "and how far in all"))


def memory(forward=rnn_forward, whose=""):
    """Show states and memory with sliders for the scale of Wh and T; `forward` as `rnn_forward`."""
    explore(functools.partial(draw_memory, forward=forward), "How long an input is remembered", whose=whose,
            scale=slider("scale of Wh", 0.2, 1.5, 0.05, 1.1), T=int_slider("steps T", 5, LONGEST, LONGEST))
