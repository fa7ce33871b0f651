"""The tables as a picture: who takes how many times as long, and how cost grows."""

import matplotlib.pyplot as plt
from matplotlib.ticker import NullFormatter, ScalarFormatter

from rnn_helpers.plots import style

LOOKS = {"PyTorch": "gradient", "JAX": "state", "straight loop": "baseline"}
WAYS = {"full": "full", "sliding window": "truncated", "chunks": "state"}


def ratios(ax, rows, dtype):
    """Bars: the others' time over ours, a group for each size."""
    rows = [row for row in rows if row["dtype"] == dtype]
    width = 0.8 / len(LOOKS)
    for i, (name, look) in enumerate(LOOKS.items()):
        ax.bar([x + (i - 1) * width for x in range(len(rows))], [row[name] for row in rows], width, label=name, color=style.COLOR[look], bottom=0,
               hatch=("", "//", "..")[i], edgecolor="white")
    ax.axhline(1, color="#1A1A1A", linewidth=1)
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter(ScalarFormatter())
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_yticks([0.5, 1, 2, 4, 8])
    ax.set_xticks(range(len(rows)), [f"{row['T']}, {row['D']},\n{row['H']}, {row['B']}" for row in rows])
    ax.set(xlabel="T, D, H, B", ylabel="time over ours", title=f"Forward pass and BPTT, {dtype}, one core")
    ax.legend(ncols=3, loc="upper right")


def growth(ax, rows, symbol, cost):
    """Cost against one size on log axes."""
    for way, look in WAYS.items():
        part = [row for row in rows if row["symbol"] == symbol and row["way"] == way]
        ax.loglog([row["value"] for row in part], [row[cost] for row in part], **style.line(look), label=way)
    ax.set(xlabel=symbol, ylabel=cost)


def draw(results):
    """A figure of everything that was measured."""
    with style.context():
        fig, axes = plt.subplots(3, 1, figsize=(8, 9.5), height_ratios=(1, 1, 1), layout="constrained")
        ratios(axes[0], results["sequence, one core"]["rows"], "float64")
        ratios(axes[1], results["sequence, one core"]["rows"], "float32")
        axes[2].remove()
        bottom = fig.add_subfigure(axes[2].get_subplotspec())
        left, right = bottom.subplots(1, 2)
        growth(left, results["growth"]["rows"], "T", "milliseconds")
        growth(right, results["growth"]["rows"], "T", "peak KB")
        left.set_title("Time of one pass over T steps, k = 25")
        right.set_title("Memory held")
        right.legend()
    return fig
