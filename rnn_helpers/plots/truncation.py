"""Truncation: a stream and its updates, the lag dial, how many signs a network holds, and how cost grows."""

import numpy as np
from matplotlib.patches import Rectangle

from rnn_helpers.plots.style import COLOR, INK, line

WAYS = {"full": "full", "sliding window": "truncated", "chunks": "state"}  # as authoring.measured has them, and a look


def lag_dial(ax, reaches, errors, lag, title=None):
    """Errors against k: a dot for each seed, the median as a line. From the upright line on, a loss reaches its input.

    reaches : K values of k; errors : (K, seeds); returns the alt text.
    """
    errors = np.asarray(errors, float)
    ax.plot(np.repeat(reaches, errors.shape[1]), errors.ravel(), ".", color=COLOR["bound"], label="a network")
    ax.plot(reaches, np.median(errors, axis=1), **line("truncated", marker=True), label="median")
    ax.axvline(lag + 0.5, **line("bound"))
    ax.text(lag + 0.7, 1.08, f"k > {lag}", va="center", fontsize=10, color=INK)
    ax.set(xlabel="k, steps that a loss flows back (0: only the readout learns)", ylabel="error of the echo",
           ylim=(-0.05, 1.15),
           title=title or f"lag {lag}: solved from k = {lag + 1} on")
    ax.set_xticks(range(0, max(reaches) + 1, 3))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0, handlelength=1.5, columnspacing=1)
    solved = [int(k) for k, row in zip(reaches, errors, strict=True) if (row < 0.1).all()]
    medians = np.round(np.median(errors, axis=1), 2).tolist()
    return f"Lag {lag}: the error is below 0.1 for every network at k in {solved}; medians {medians}."


def capacity(ax, table, title):
    """The farthest lag that full BPTT solves against the number of hidden units.

    table : H -> lag -> errors of its seeds; solved: the median is below 0.1. Returns the alt text.
    """
    units = list(table)
    farthest = [max(lag for lag, errors in table[H].items() if np.median(errors) < 0.1) for H in units]
    ax.plot(units, [H - 1 for H in units], **line("bound"), label="lag = H - 1")
    ax.plot(units, farthest, **line("state", marker=True, linestyle=""), label="farthest lag that is solved")
    ax.set(xlabel="hidden units H", ylabel="lag", title=title, xticks=units)
    ax.legend(loc="upper left")
    said = [f"{H} units up to lag {lag}" for H, lag in zip(units, farthest, strict=True)]
    return f"The echo is solved by {', '.join(said)}."


def stream(ax, T, k1, k2):
    """Training on a stream: a row for each update, a column for each step; returns the alt text.

    Filled: the new steps, whose losses count in this update (outlined where they reach the readout only). Pale: older
    steps that they still reach. A bar is the floor, where the walk back stops; an arrow the state's value, going on.
    """
    starts = range(0, T, k1)
    for row, start in enumerate(starts):
        stop = min(start + k1, T)
        floor = max(stop - k2, 0)
        for t in range(min(floor, start), stop):
            face = "none" if t < floor else COLOR["loss"] if t >= start else f"{COLOR['loss']}40"
            ax.add_patch(Rectangle((t + 0.54, row - 0.36), 0.92, 0.72, facecolor=face, edgecolor=COLOR["loss"]))
            if t >= start:
                ax.text(t + 1, row, f"$L_{{{t + 1}}}$", color=COLOR["loss"] if t < floor else "white", ha="center",
                        va="center", fontsize=10)
        ax.plot([floor + 0.5] * 2, [row - 0.45, row + 0.45], color=COLOR["gradient"], linewidth=3)
        if start:
            ax.annotate("", (start + 0.62, row - 0.55), (start + 0.38, row - 0.55),
                        arrowprops={"arrowstyle": "->", "color": COLOR["state"], "linewidth": 2})
    ax.set(xlim=(0.2, T + 0.8), ylim=(len(starts) - 0.4, -0.8), xlabel="step of the stream", ylabel="update",
           xticks=range(1, T + 1), yticks=range(len(starts)), yticklabels=range(1, len(starts) + 1))
    ax.grid(False)
    return (f"A stream of {T} steps with k1 = {k1} and k2 = {k2}: {len(starts)} updates. Each counts the losses of its "
            f"new steps, {k1} or fewer, and walks back to a floor {k2} steps before their end.")


def growth(ax, steps, costs, ylabel, title):
    """Cost against the number of steps T, a line for each way, on log axes; returns the alt text.

    costs : way -> a cost for each of `steps`
    """
    for way, look in WAYS.items():
        ax.loglog(steps, costs[way], **line(look, marker=True), label=way)
    ax.set(xlabel="T", ylabel=ylabel, title=title)
    ax.legend()
    ends = [f"{way} from {costs[way][0]:.4g} to {costs[way][-1]:.4g}" for way in WAYS]
    return f"{title}: {ylabel} for T from {steps[0]} to {steps[-1]}: {', '.join(ends)}."
