"""The lag dial: errors against k, and how far full BPTT remembers."""

import numpy as np

from rnn_helpers.plots.style import COLOR, family, line


def lag_dial(ax, reaches, errors, lag, title=None):
    """Errors against k: a dot for each seed, the median as a line. From the upright line on, a loss reaches its input.

    reaches : K values of k; errors : (K, seeds); returns the alt text.
    """
    errors = np.asarray(errors, float)
    ax.plot(np.repeat(reaches, errors.shape[1]), errors.ravel(), ".", color=COLOR["bound"], label="a seed")
    ax.plot(reaches, np.median(errors, axis=1), **line("truncated", marker=True), label="median")
    ax.axvline(lag + 0.5, **line("bound"))
    ax.text(lag + 0.7, 1.08, f"k > {lag}", va="center", fontsize=10, color="#404040")
    ax.set(xlabel="k, steps that a loss flows back (0: only the readout learns)", ylabel="error of the echo",
           ylim=(-0.05, 1.15),
           title=title or f"lag {lag}: solved from k = {lag + 1} on")
    ax.set_xticks(range(0, max(reaches) + 1, 3))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0, handlelength=1.5, columnspacing=1)
    solved = [int(k) for k, row in zip(reaches, errors, strict=True) if (row < 0.1).all()]
    medians = np.round(np.median(errors, axis=1), 2).tolist()
    return f"Lag {lag}: the error is below 0.1 for every seed at k in {solved}; medians {medians}."


def limits(ax, table, title):
    """Median error of full BPTT against the lag, a line for each network.

    table : network -> lag -> errors of its seeds; returns the alt text.
    """
    said = []
    for (name, rows), look in zip(table.items(), family("full", len(table)), strict=True):
        medians = [np.median(errors) for errors in rows.values()]
        ax.plot(list(rows), medians, **look, label=name)
        far = max((lag for lag, median in zip(rows, medians, strict=True) if median < 0.1), default=0)
        said.append(f"{name}: solved up to lag {far}")
    ax.set(xlabel="lag", ylabel="median error", ylim=(-0.05, 1.15), title=title)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return "; ".join(said) + "."
