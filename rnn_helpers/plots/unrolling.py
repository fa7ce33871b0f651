"""The network unrolled over time, its states as a heat map, and how long an impulse is remembered."""

import numpy as np
from matplotlib.path import Path

from rnn_helpers.plots.style import COLOR, heat, line

UP, RIGHT = Path([(-1, -2), (0, 0), (1, -2)]), Path([(-2, -1), (0, 0), (-2, 1)])


def arrows(ax, x0, y0, x1, y1, head):
    """Arrows from (x0, y0) to (x1, y1) as two artists: `annotate` costs two milliseconds an arrow."""
    gap = np.full(len(x0), np.nan)
    ax.plot(np.ravel([x0, x1, gap], "F"), np.ravel([y0, y1, gap], "F"), color=COLOR["bound"], linewidth=1)
    ax.plot(x1, y1, linestyle="", marker=head, markersize=9, fillstyle="none", color=COLOR["bound"], markeredgewidth=1)


def unrolled(ax, T):
    """The graph of T steps: inputs below, states between, outputs above; returns the alt text."""
    for t in range(1, T + 1):
        for y, (name, symbol) in enumerate((("x", "input"), ("h", "state"), ("y", "prediction"))):
            ax.text(t, y, f"${name}_{{{t}}}$", ha="center", va="center",
                    bbox={"boxstyle": "round", "fc": "none", "ec": COLOR[symbol]})
    steps = np.arange(1, T + 1)
    arrows(ax, np.tile(steps, 2), np.repeat([0.23, 1.23], T), np.tile(steps, 2), np.repeat([0.77, 1.77], T), UP)
    arrows(ax, steps - 0.72, np.ones(T), steps - 0.31, np.ones(T), RIGHT)
    ax.text(0, 1, "$h_0$", ha="center", va="center")
    for t in steps:
        for x, y, weights in ((t + 0.06, 0.42, "$W_x$"), (t - 0.52, 1.14, "$W_h$"), (t + 0.06, 1.42, "$W_y$")):
            ax.text(x, y, weights, fontsize=9, color=COLOR["target"], ha="left" if x > t else "center")
    ax.set(xlim=(-0.4, T + 0.6), ylim=(-0.4, 2.4), title=f"depth {T}: the same Wx, Wh and Wy at each of the {T} steps")
    ax.axis("off")
    return (f"{T} steps: from h_0 to h_{T}, an input into and an output from each state; "
            "every arrow of a kind has the same weights.")


def state_map(ax, moved, title):
    """How much states are moved, (T, H), as a heat map, time to the right; returns the alt text."""
    heat(ax, moved.T, "state", vmin=-1, vmax=1)
    colours = "(blue: down by 1, red: up by 1)"  # a colour bar takes 50 ms to lay out
    ax.set(xlabel=f"step t      {colours}", ylabel="hidden unit", title=title)
    return f"{moved.shape[1]} units over {len(moved)} steps, moved by {moved.min():.2f} to {moved.max():.2f}."


def remembered(ax, difference, title):
    """How far two runs are apart, (T,), on a log axis; returns the alt text."""
    ax.semilogy(np.arange(len(difference)), np.maximum(difference, 1e-12), **line("state"))
    ax.set(xlabel="steps after the changed input", ylabel="difference of the states", ylim=(1e-4, 10), title=title)
    return (f"The difference is {difference[0]:.2g} at first, at most {difference.max():.2g}, and {difference[-1]:.2g} "
            f"after {len(difference) - 1} steps.")
