"""The state over time: a kick that dies, rings or saturates; two units as a path."""

import numpy as np

from rnn_helpers.plots.style import COLOR, family, heat, line


def states_over_time(ax, h, title):
    """h (T, H) as a map, a row for each unit, time to the right; returns the alt text."""
    heat(ax, h.T, "state", vmin=-1, vmax=1)
    ax.set(xlabel="step t", ylabel="unit (blue: -1, red: 1)", title=title, yticks=range(h.shape[1]))
    last = np.abs(h[-1]).max()
    return f"{h.shape[1]} units over {len(h) - 1} steps; the largest is {np.abs(h).max():.2f}, at the end {last:.2g}."


def phase_portrait(ax, h, title):
    """Unit 2 against unit 1 along time, h (T, 2); returns the alt text."""
    ax.plot(h[:, 0], h[:, 1], **line("state", marker=True))
    ax.plot(*h[0], "s", color=COLOR["gradient"])
    ax.annotate("start", h[0], textcoords="offset points", xytext=(-8, 0), ha="right", va="center")
    ax.set(xlabel="unit 1", ylabel="unit 2", xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), title=title, aspect="equal")
    return f"The path starts at ({h[0, 0]:.2f}, {h[0, 1]:.2f}) and ends at ({h[-1, 0]:.2g}, {h[-1, 1]:.2g})."


def repeated(ax, W, starts, steps, title):
    """What a 2 x 2 matrix makes of vectors that it is applied to again and again, a path each; returns the alt text.

    starts : list of vectors (2,); steps : how often W is applied
    """
    ends = []
    for start, look in zip(starts, family("state", len(starts)), strict=True):
        path = [np.asarray(start, float)]
        for _ in range(steps):
            path.append(W @ path[-1])
        ends.append(np.linalg.norm(path[-1]) / np.linalg.norm(path[0]))
        ax.plot(*np.transpose(path), **{**look, "linestyle": "-"}, marker="o", linewidth=1)
        ax.plot(*path[0], "s", color=COLOR["gradient"])
    ax.set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), xticks=(-1, 0, 1), yticks=(-1, 0, 1), aspect="equal", title=title)
    left = " and ".join(f"{end:.2g}" for end in ends)
    return f"{title}: after {steps} products {left} of the length is left."
