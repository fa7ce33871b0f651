"""Figures of characters: what a network reads and says, how sure it is, which states the characters leave behind."""

import numpy as np
from matplotlib.patches import FancyArrowPatch
from matplotlib.ticker import MaxNLocator

from rnn_helpers.plots.style import COLOR, INK, family, heat, line

SHOWN = {" ": "\N{OPEN BOX}", "\n": "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}"}


def shown(char):
    """A character as a picture shows it: a space and a line break get a sign of their own."""
    return SHOWN.get(char, char)


def spelled(ax, text, title=None):
    """A network that reads a text: a character in, a state, the next character out, at every step."""
    T = len(text) - 1
    ax.set(xlim=(-0.9, T - 0.1), ylim=(-1.5, 1.5), title=title)
    ax.axis("off")
    for t in range(T):
        for y, char, symbol in ((-1.1, text[t], "input"), (1.1, text[t + 1], "prediction")):
            ax.text(t, y, shown(char), ha="center", va="center", fontsize=14, family="monospace", color=COLOR[symbol])
        ax.text(t, 0, f"$h_{{{t + 1}}}$", ha="center", va="center", fontsize=11,
                bbox={"boxstyle": "circle,pad=0.25", "facecolor": "none", "edgecolor": COLOR["state"], "linewidth": 2})
        for start, end, symbol in (((t, -0.8), (t, -0.36), "input"), ((t, 0.36), (t, 0.8), "prediction"),
                                   ((t - 0.7, 0), (t - 0.34, 0), "state")):
            ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11, color=COLOR[symbol],
                                         shrinkA=0, shrinkB=0))
    ax.text(-0.85, 0, "$h_0$", ha="center", va="center", color=COLOR["state"])
    return f"A network reads {text[:-1]!r} character by character and says {text[1:]!r}, the next one at every step."


def pairs(ax, counts, chars, title=None):
    """How often each character follows each other one: a row for the character, a column for the one that follows."""
    counts = np.asarray(counts)
    names = [shown(char) for char in chars]
    shares = np.where(counts, counts / max(1, counts.max()), np.nan)
    heat(ax, shares, "gradient", cmap="Purples", vmin=0, vmax=2.5, aspect="equal")
    for row, column in np.argwhere(counts):
        ax.text(column, row, str(counts[row, column]), ha="center", va="center", color="#1A1A1A")
    ax.set_xticks(np.arange(len(chars) + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(len(chars) + 1) - 0.5, minor=True)
    ax.grid(True, which="minor")
    ax.tick_params(which="minor", length=0)
    ax.set(xticks=range(len(chars)), yticks=range(len(chars)), xlabel="next character", ylabel="character", title=title)
    ax.set_xticklabels(names, family="monospace")
    ax.set_yticklabels(names, family="monospace")
    several = [f"{shown(chars[row])} by {np.count_nonzero(counts[row])}"
               for row in range(len(chars)) if np.count_nonzero(counts[row]) > 1]
    return f"{counts.sum()} pairs of neighbours. Followed by different characters: {', '.join(several) or 'none'}."


def curves(ax, curves, levels=(), ylabel="nats per character", xlabel="update", low=None, high=None, log=False,
           title=None, legend="upper right"):
    """Curves against updates, with level lines that are named at their right end.

    curves : dict, label -> (updates (N,), values (N,), look), look a dict for `ax.plot`
    levels : list of (text, value)
    low, high : ends of the vertical axis; log : make it logarithmic
    legend : its place, None for no legend
    Returns alt : the picture in a sentence or two
    """
    said, last = [], max(np.max(steps) for steps, _, _ in curves.values())
    for label, (steps, values, look) in curves.items():
        ax.plot(steps, values, label=label, **look)
        said.append(f"{label} goes from {values[0]:.3g} to {values[-1]:.3g}, lowest {np.min(values):.3g}, "
                    f"highest {np.max(values):.3g}")
    for text, value in levels:
        ax.axhline(value, **line("baseline"))
        ax.annotate(text, (last, value), xytext=(0, 3), textcoords="offset points", ha="right", va="bottom",
                    fontsize=10, color=INK)
        said.append(f"{text} is at {value:.3g}")
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(0, last), yscale="log" if log else "linear", title=title)
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.set_ylim(low, high)
    if legend and len(curves) > 1:
        ax.legend(loc=legend)
    return "; ".join(said) + "."


def states(ax, h_states, text, title=None):
    """States over a text, a row for each unit, a column for each character read; h_states (T, H) or (T, H, 1)."""
    h = np.asarray(h_states).reshape(len(h_states), -1)
    image = heat(ax, h.T, "state", vmin=-1, vmax=1)
    ax.set(xticks=range(len(text)), xlabel="character read", ylabel="hidden unit", title=title)
    ax.set_xticklabels([shown(char) for char in text], family="monospace")
    ax.figure.colorbar(image, ax=ax, label="state", ticks=(-1, 0, 1))
    return f"States of {h.shape[1]} units over {text!r}: from {h.min():.2f} to {h.max():.2f}."


def after_each(ax, p, chars, places, title=None):
    """The distribution of the next character at some places, side by side.

    p : (N, V), a row for each place; places : N labels
    """
    p = np.asarray(p)
    keep = [v for v in range(len(chars)) if p[:, v].max() > 0.02]
    width = 0.8 / len(p)
    for n, (row, label, look) in enumerate(zip(p, places, family("prediction", len(p)), strict=True)):
        x = np.arange(len(keep)) + (n - (len(p) - 1) / 2) * width
        ax.bar(x, row[keep], width * 0.92, color=look["color"], hatch=["", "//", ".."][n % 3],
               edgecolor="white", linewidth=0, label=label)
    ax.set(xlabel="next character", ylabel="probability", ylim=(0, 1.3), yticks=(0, 0.5, 1), xticks=range(len(keep)),
           title=title)
    ax.set_xticklabels([shown(chars[v]) for v in keep], family="monospace")
    ax.grid(axis="x", visible=False)
    ax.legend(loc="upper center", ncols=len(p), fontsize=9, columnspacing=0.8, handlelength=1.2)
    return ". ".join(f"{label}: {shown(chars[int(row.argmax())])} with {row.max():.2f}"
                     for label, row in zip(places, p, strict=True)) + "."
