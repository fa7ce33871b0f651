"""Unrolling, with sliders: the graph for T steps, states over time, how long an impulse lasts."""

import functools

import numpy as np

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.cell import RNNCell, orthogonal
from rnn_helpers.explore.control import explore, int_slider, slider
from rnn_helpers.plots import unrolling as plots

LONGEST = 60


def graph(T=4):
    """Show the unrolled graph with a slider for T."""
    explore(lambda fig, T: plots.unrolled(fig.subplots(), T), "The unrolled network", T=int_slider("steps T", 1, 10, T))


@functools.cache
def material():
    """An orthogonal Wh (10, 10), input weights (10, 1), inputs (LONGEST, 1, 1)."""
    rng = np.random.default_rng(4)
    return orthogonal(10, rng), rng.uniform(-0.5, 0.5, (10, 1)), 0.5 * rng.normal(size=(LONGEST, 1, 1))


def impulse(scale, T, forward):
    """States (T, H) of a random sequence, and how far a changed first input moves them, (T,)."""
    Wh, Wx, X = material()
    cell, changed = RNNCell.from_arrays(Wx, scale * Wh, np.zeros((10, 1))), X[:T].copy()
    changed[0] += 1.0
    states, moved = (np.asarray(forward(cell, inputs)[0])[:, :, 0] for inputs in (X[:T], changed))
    return states, np.linalg.norm(moved - states, axis=1)


def draw_memory(fig, scale, T, forward=rnn_forward):
    """The states as a heat map; beside it how long an impulse at the first step is remembered."""
    left, right = fig.subplots(1, 2, width_ratios=(1.5, 1))
    states, difference = impulse(scale, T, forward)
    return (plots.state_map(left, states, f"states, scale {scale:.2f}") + " "
            + plots.remembered(right, difference, "a changed first input"))


def memory(forward=rnn_forward, whose=""):
    """Show states and memory with sliders for the scale of Wh and T; `forward` as `rnn_forward`."""
    explore(functools.partial(draw_memory, forward=forward), "How long an input is remembered", whose=whose,
            scale=slider("scale of Wh", 0.2, 1.5, 0.05, 1.1), T=int_slider("steps T", 5, LONGEST, LONGEST))
