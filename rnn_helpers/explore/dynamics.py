"""The kicked state, with a slider for the spectral radius of Wh."""

import functools

import numpy as np

from rnn_helpers.cell import RNNCell, orthogonal, rnn_cell_forward
from rnn_helpers.explore.control import explore, slider
from rnn_helpers.plots import dynamics as plots

STEPS = 40
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
    """Eight kicked units over time, two of a rotating cell as a path."""
    left, right = fig.subplots(1, 2, width_ratios=(1.8, 1))
    Wh, kick = material()
    said = plots.states_over_time(left, kicked(radius * Wh, kick, step), f"a kick, then silence; radius {radius:.2f}")
    path = plots.phase_portrait(right, kicked(radius * turning(), np.array([0.8, 0.0]), step), "two units")
    return f"{said} {path}"


def turning(radians=TURN):
    """The orthogonal 2 x 2 matrix that turns a vector by so many radians."""
    return np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])


def kick(step=rnn_cell_forward, whose=""):
    """Show the kicked state with a slider for the spectral radius; `step` as `rnn_cell_forward`."""
    explore(functools.partial(draw_kick, step=step), "A kick, then silence", whose=whose,
            radius=slider("spectral radius of Wh", 0.0, 2.0, 0.05, 1.4))
