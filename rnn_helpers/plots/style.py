"""One look for every picture: a symbol has the same colour and the same line wherever it is drawn.

Colours start from Okabe and Ito (2008), "Color Universal Design"; `tests/plots/test_style.py` measures that they stay
apart for protan, deutan and tritan readers and stand out from the page. Lines differ in dash and marker too.

    ax.plot(t, norms, **line("gradient"), label="dL/dWh")
    for row, look in zip(h, family("state", len(h))): ax.plot(t, row, **look)
    heat(ax, h, "state", vmin=-1, vmax=1)
"""

import base64
import contextlib
import io

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import AutoLocator, NullLocator

DPI = 80
WIDTH, HEIGHT = 8.0, 3.4  # inches: 640 x 272 pixels, the width of a notebook's column

LOOK = {  # symbol -> colour, dash, marker
    "input": ("#8C6D1F", ":", "s"),  # x
    "state": ("#0072B2", "-", "o"),  # h
    "prediction": ("#C1558B", (0, (5, 1.5)), "D"),  # y
    "target": ("#4D4D4D", "-", ""),
    "loss": ("#5B1A78", "-", ""),
    "gradient": ("#D55E00", "-", "v"),
    "full": ("#1A1A1A", "-", ""),  # full backpropagation through time
    "truncated": ("#009E73", (0, (5, 1.5)), "^"),
    "bound": ("#767676", "-.", ""),
    "baseline": ("#767676", ":", ""),
}
COLOR, DASH, MARKER = ({symbol: look[part] for symbol, look in LOOK.items()} for part in range(3))
CMAP = {
    "state": "RdBu_r",  # about 0: draw with vmin=-1, vmax=1
    "gradient": "cividis",  # sizes, mostly with matplotlib.colors.LogNorm
}
RC = {
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
    "figure.figsize": (WIDTH, HEIGHT),
    "figure.facecolor": "white",  # opaque: labels stay legible on a dark page
    "savefig.facecolor": "white",
    "axes.facecolor": "white",
    "text.color": "#1A1A1A",
    "axes.labelcolor": "#1A1A1A",
    "axes.edgecolor": "#595959",
    "xtick.color": "#404040",
    "ytick.color": "#404040",
    "font.size": 11.0,
    "axes.titlesize": 12.0,
    "axes.labelsize": 11.0,
    "xtick.labelsize": 10.0,
    "ytick.labelsize": 10.0,
    "legend.fontsize": 10.0,
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # a fixed place: looking for a free one costs a tenth of the drawing time
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.8,
    "lines.linewidth": 2.0,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "image.interpolation": "nearest",
    "image.aspect": "auto",
}
_DASHES = ["-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5))]


def line(symbol, marker=False, **more):
    """Keyword arguments for `ax.plot`: the colour and the dash of `symbol` (a key of COLOR), its marker if wanted.

    What `more` says wins: `line("state", linewidth=1)`.
    """
    look = {"color": COLOR[symbol], "linestyle": DASH[symbol]}
    if symbol == "target":
        look["linewidth"] = 3.0  # a prediction drawn over its target hides no more than its middle
        look["alpha"] = 0.6
    if marker and MARKER[symbol]:
        look["marker"] = MARKER[symbol]
    return {**look, **more}


def family(symbol, n):
    """`n` looks for curves of one symbol (hidden units, several k): from dark to light, dashes in turn.

    Returns a list of keyword arguments for `ax.plot`.
    """
    rgb = np.array(to_rgb(COLOR[symbol]))
    shares = np.linspace(-0.55, 0.3, n) if n > 1 else [0.0]
    mix = [rgb * (1 + s) if s < 0 else rgb + (1 - rgb) * s for s in shares]  # towards black, then towards white
    return [{"color": to_hex(c), "linestyle": _DASHES[i % len(_DASHES)]} for i, c in enumerate(mix)]


def heat(ax, values, symbol, **more):
    """Draw a matrix, row 0 on top, in the colours of `symbol` ("state" or "gradient"); returns the AxesImage."""
    ax.grid(False)
    return ax.imshow(values, **{"cmap": CMAP[symbol], **more})


def use():
    """Give every figure made from here on the course's look (changes matplotlib.rcParams)."""
    matplotlib.rcParams.update(RC)


def context():
    """The course's look inside a `with` block only; does nothing where `use` was called."""
    if all(matplotlib.rcParams[key] == value for key, value in RC.items()):
        return contextlib.nullcontext()
    return matplotlib.rc_context(RC)


def figure(width=WIDTH, height=HEIGHT, layout="constrained"):
    """A figure (inches) that pyplot does not know of: nothing to close, nothing shown by itself."""
    fig = Figure(figsize=(width, height), dpi=DPI, layout=layout, facecolor="white")
    FigureCanvasAgg(fig)
    return fig


def show(fig, *alt):
    """Show a figure of pyplot's as the cell's output, with its alt text, and close it.

    alt : sentences, as the drawing functions return them. `plt.show()` would leave "<Figure size 640x272 ...>" for
        those who hear a page, and for a page that is rendered without pictures.
    """
    import matplotlib.pyplot as plt
    from IPython.display import display

    text = " ".join(alt)
    if not text:
        raise TypeError("show needs the picture's alt text: show(fig, alt), alt being what the drawing returned")
    FigureCanvasAgg(fig)  # whatever window pyplot has for it
    encoded = base64.b64encode(png(fig)).decode("ascii")
    plt.close(fig)
    display({"image/png": encoded, "text/plain": text}, metadata={"image/png": {"alt": text}}, raw=True)


def tidy(fig):
    """Thin out what `fig` shows beside its data: about five labels an axis, no minor ticks over many decades, no grid
    on a matrix. Each tick costs a millisecond. What a drawing function chose itself stays."""
    for ax in fig.axes:
        if ax.images:
            ax.grid(False)
        for axis, (low, high) in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
            if type(axis.get_major_locator()) is AutoLocator:
                axis.get_major_locator().set_params(nbins=5)
            elif axis.get_scale() == "log" and max(low, high) > 100 * min(low, high):
                axis.set_minor_locator(NullLocator())


def png(fig, compress_level=6):
    """The figure as the bytes of a PNG, at the figure's own size and DPI; compress_level from 0, quick, to 9, small."""
    buffer = io.BytesIO()
    # the same bytes as savefig's, which draws everything twice
    fig.canvas.print_png(buffer, pil_kwargs={"compress_level": compress_level})
    return buffer.getvalue()
