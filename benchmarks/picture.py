"""The tables as a picture: who takes how many times as long, and how cost grows."""

import matplotlib.pyplot as plt
from matplotlib.ticker import NullFormatter, ScalarFormatter

from benchmarks import tables
from rnn_helpers.plots import growth, style

LOOKS = {"PyTorch": "gradient", "JAX": "truncated", "straight loop": "baseline"}
MARKERS = {"PyTorch": "v", "JAX": "^", "straight loop": "s"}


def ratios(ax, rows, dtype):
    """The others' time over ours, a point for each size."""
    rows = [row for row in rows if row["dtype"] == dtype]
    ax.axhspan(0.1, 1, color="#F2F2F2")
    for name, look in LOOKS.items():
        ax.plot([row[name] for row in rows], **style.line(look, marker=MARKERS[name]), label=name)
    highest = max(row[name] for row in rows for name in LOOKS)
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter(ScalarFormatter())
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_yticks([0.5, 1, 2, 4, 8, 16])
    ax.set_xticks(range(len(rows)), [f"{row['T']}, {row['D']},\n{row['H']}, {row['B']}" for row in rows])
    ax.set(xlabel="T, D, H, B", ylabel="time over ours", ylim=(0.4, 1.8 * highest),
           title=f"Forward pass and BPTT, {dtype}, one core; white: ours is faster")
    ax.legend(ncols=3, loc="upper right")


def draw(results):
    """A figure of everything that was measured."""
    with style.context():
        fig, axes = plt.subplots(3, 1, figsize=(8, 9.5), height_ratios=(1, 1, 1), layout="constrained")
        ratios(axes[0], results["sequence, one core"]["rows"], "float64")
        ratios(axes[1], results["sequence, one core"]["rows"], "float32")
        axes[2].remove()
        bottom = fig.add_subfigure(axes[2].get_subplotspec())
        left, right = bottom.subplots(1, 2)
        sizes, milliseconds, kilobytes = tables.costs(results["growth"]["rows"], "T")
        growth.growth(left, sizes, milliseconds, "T", "milliseconds", "Time of one pass over T steps, k = 25")
        growth.growth(right, sizes, kilobytes, "T", "KB", "Memory held")
    return fig
