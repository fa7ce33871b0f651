"""Figures of learning: loss curves, gradient norms and clipping, predictions and continuations, memory against none."""

import numpy as np
from matplotlib.patches import FancyArrowPatch
from matplotlib.ticker import LogFormatter

from rnn_helpers.plots.style import COLOR, INK, SHADE, decades, line

PARTS = ("windows\nX, Y", "forward\nh, y", "loss\nL, dy", "backward\ndWx ... dc", "clip\none factor",
         "update\np − lr g")
PART_COLORS = ("input", "state", "loss", "gradient", "bound", "prediction")


def training_loop(ax):
    """The six parts of a training run in a row, and the way back from the last to the second."""
    ax.set(xlim=(-0.6, 5.6), ylim=(-1.0, 0.75))
    ax.axis("off")
    for i, (text, symbol) in enumerate(zip(PARTS, PART_COLORS, strict=True)):
        ax.text(i, 0, text, ha="center", va="center", fontsize=10,
                bbox={"boxstyle": "round,pad=0.45", "facecolor": "none", "edgecolor": COLOR[symbol], "linewidth": 2})
        if i:
            ax.add_patch(FancyArrowPatch((i - 0.57, 0), (i - 0.43, 0), arrowstyle="-|>", mutation_scale=11,
                                         color=INK))
    ax.add_patch(FancyArrowPatch((5, -0.38), (1, -0.38), connectionstyle="arc3,rad=-0.12", arrowstyle="-|>",
                                 mutation_scale=12, color=INK))
    ax.text(3, -0.93, "again, until the loss no longer falls", ha="center", va="center", color=INK)
    return "A training run: windows, forward, loss, backward, clip, update, and again from forward."


def loss_curves(ax, curves, floor=None, ylabel="loss", xlabel="update", low=None, high=None, title=None):
    """Losses against updates, on a logarithmic axis.

    curves : dict, label -> (losses (N,), look), look a dict for `ax.plot`; what is not finite is left out
    floor : None or (label, value), drawn as a level line
    low, high : ends of the axis; None to fit the data
    title : None for none
    Returns alt : the picture in a sentence
    """
    text = []
    for label, (losses, look) in curves.items():
        losses = np.asarray(losses, float)
        shown = np.where(np.isfinite(losses), losses, np.nan)
        ax.semilogy(shown, label=label, **look)
        text.append(f"{label} goes from {losses[0]:.3g} to {losses[-1]:.3g}, lowest {np.nanmin(shown):.3g} "
                    f"at {np.nanargmin(shown)}")
    if floor:
        ax.axhline(floor[1], **line("baseline"), label=floor[0])
        text.append(f"{floor[0]} is at {floor[1]:.3g}")
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.set_ylim(low, high)
    ax.yaxis.set_minor_formatter(LogFormatter())  # where there is hardly a decade: 60, not 6 times 10 to the 1
    if len(curves) > 1 or floor:
        ax.legend(loc="best")
    return f"Loss on a logarithmic axis: {'; '.join(text)}."


def gradient_norms(ax, norms, max_norm, low=None, high=None, title=None):
    """Global gradient norms before and after clipping, against updates, on a logarithmic axis.

    norms : (N,) before clipping; max_norm : the threshold, inf for none
    """
    norms = np.asarray(norms, float)
    ax.semilogy(np.where(np.isfinite(norms), norms, np.nan), **line("gradient"), label="before clipping")
    clipped = int(np.sum(norms > max_norm))
    if np.isfinite(max_norm):
        ax.semilogy(np.minimum(norms, max_norm), **line("truncated"), label="after clipping")
    ax.set(xlabel="update", ylabel="gradient norm", title=title)
    ax.set_ylim(low, high)
    ax.legend(loc="best")
    return (f"The gradient norm goes from {norms[0]:.3g} to {norms[-1]:.3g}; "
            f"{clipped} of {len(norms)} updates were clipped"
            + (f" to {max_norm:g}." if np.isfinite(max_norm) else " (no threshold)."))


def predictions(ax, x, target, predicted, split=None, xlabel="the number it reads", ylabel="the next number",
                title=None):
    """Predictions over their targets; what lies right of `split` was not trained on.

    x, target, predicted : (N,)
    """
    ax.plot(x, target, **line("target"), label="truth")
    ax.plot(x, predicted, **line("prediction"), label="prediction")
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    error = np.abs(np.asarray(predicted) - target)
    text = f"The largest error is {error.max():.3g}."
    if split is not None:
        ax.axvspan(split, np.max(x), color=SHADE, linewidth=0, zorder=0)
        ax.annotate("never trained on", (split, ax.get_ylim()[0]), xytext=(4, 4), textcoords="offset points",
                    color=INK)
        inside = np.asarray(x) <= split
        text = f"The largest error is {error[inside].max():.3g} up to {split:g} and {error[~inside].max():.3g} beyond."
    ax.legend(loc="best")
    return f"Predictions and truth. {text}"


def continuation(ax, truth, alone, first=0, title=None, ylabel="series", columns=3):
    """A series, and what the network makes of it when it goes on alone.

    truth : (N,) the series at steps first, first + 1, ...
    alone : (M,) the network's own, M <= N, for the last M of these steps; before them it hears the truth
    columns : of the legend
    """
    truth, alone = np.asarray(truth, float), np.asarray(alone, float)
    steps = first + np.arange(len(truth))
    start = steps[-1] - len(alone) + 1
    ax.plot(steps, truth, **line("target"), label="truth")
    ax.plot(steps[len(steps) - len(alone):], alone, **line("prediction"), label="it hears itself")
    ax.axvspan(first, start, color=COLOR["input"], alpha=0.25, linewidth=0, label="it hears the truth")
    ax.set(xlabel="step", ylabel=ylabel, xlim=(first, steps[-1]), title=title)
    ax.legend(loc="lower left" if columns > 1 else "upper left", ncols=columns)
    error = np.abs(alone - truth[len(truth) - len(alone):])
    return (f"Going on alone from step {start}, the network is off by {error[0]:.2g} at first "
            f"and by {error.max():.2g} at most.")


def against_length(ax, lengths, curves, title=None):
    """Errors against the length of the training windows, log axes; curves : dict, label -> (errors, look)."""
    for label, (errors, look) in curves.items():
        ax.loglog(lengths, errors, label=label, **look)
    ax.set(xlabel="length T of the training windows", ylabel="root mean square error", title=title)
    ax.set_xticks(lengths, labels=[str(T) for T in lengths])
    ax.minorticks_off()
    ax.legend(loc="best")
    return ". ".join(f"{label}: {errors[0]:.2g} at T = {lengths[0]}, {errors[-1]:.2g} at T = {lengths[-1]}"
                     for label, (errors, _) in curves.items()) + "."


def which_losses(ax, sizes, title=None):
    """How much of a gradient each step's loss makes, on a log axis; sizes : dict, label -> ((T,) norms, symbol)."""
    width = 0.8 / len(sizes)
    for j, (label, (norms, symbol)) in enumerate(sizes.items()):
        x = 1 + np.arange(len(norms)) + (j - (len(sizes) - 1) / 2) * width
        ax.bar(x, norms, width * 0.95, color=COLOR[symbol], label=label, hatch="//" if j else None,
               edgecolor="white", linewidth=0)
    ax.set(xlabel="step t of the loss", ylabel="norm of its share", xticks=1 + np.arange(len(norms)), title=title,
           yscale="log")
    decades(ax.yaxis, *ax.get_ylim())
    ax.grid(axis="x", visible=False)
    ax.legend(loc="best")
    return ". ".join(f"{label}: {', '.join(f'{n:.2g}' for n in norms)}" for label, (norms, _) in sizes.items()) + "."


def lone_numbers(ax, x, curves, title=None):
    """What the network says after a single number, x + 1 in truth; curves : dict, label -> ((N,) predictions, look)."""
    x = np.asarray(x, float)
    ax.plot(x, x + 1, **line("target"), label="truth, x + 1")
    for label, (y, look) in curves.items():
        ax.plot(x, y, label=label, **look)
    ax.set(xlabel="a lone number x", ylabel="prediction", title=title)
    ax.legend(loc="best")
    return ". ".join(f"{label}: off by at most {np.abs(np.asarray(y) - x - 1).max():.1f}"
                     for label, (y, _) in curves.items()) + "."
