"""The network unrolled over time, its states as a heat map, and how long an impulse is remembered."""

import numpy as np

from rnn_helpers.plots.style import COLOR, heat, line


def unrolled(ax, T):
    """The graph of T steps: inputs below, states between, outputs above; returns the alt text."""
    for t in range(1, T + 1):
        for y, name, colour in ((0, f"$x_{{{t}}}$", "input"), (1, f"$h_{{{t}}}$", "state"), (2, f"$y_{{{t}}}$", "prediction")):
            ax.text(t, y, name, ha="center", va="center", bbox={"boxstyle": "round", "fc": "white", "ec": COLOR[colour]})
        for start, end in (((t, 0.2), (t, 0.8)), ((t, 1.2), (t, 1.8)), ((t - 0.75, 1), (t - 0.28, 1))):
            ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": COLOR["bound"]})
    ax.text(0, 1, "$h_0$", ha="center", va="center")
    ax.set(xlim=(-0.4, T + 0.6), ylim=(-0.4, 2.4), title=f"{T} steps: a network {T} layers deep, with one set of weights")
    ax.axis("off")
    return f"{T} steps: from h_0 to h_{T}, an input into and an output from each state."


def state_map(ax, h, title):
    """States h (T, H) as a heat map, time to the right; returns the alt text."""
    image = heat(ax, h.T, "state", vmin=-1, vmax=1)
    ax.figure.colorbar(image, ax=ax, label="state", ticks=(-1, 0, 1))
    ax.set(xlabel="step t", ylabel="hidden unit", title=title)
    return f"{h.shape[1]} units over {len(h)} steps, states from {h.min():.2f} to {h.max():.2f}."


def remembered(ax, difference, title):
    """How far two runs are apart, (T,), on a log axis; returns the alt text."""
    ax.semilogy(np.arange(len(difference)), np.maximum(difference, 1e-12), **line("state"))
    ax.set(xlabel="steps after the impulse", ylabel="difference of the states", ylim=(1e-12, 10), title=title)
    return f"The difference falls from {difference[0]:.2g} to {difference[-1]:.2g} in {len(difference) - 1} steps."
