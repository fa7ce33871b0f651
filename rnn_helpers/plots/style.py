"""One look for every picture: a symbol has the same colour and the same line wherever it is drawn.

Pictures have no ground of their own, so that one file suits a light page and a dark one: every line and text has a
lightness in the middle, at least 3 to 1 on white and on the dark themes of JupyterLab, VS Code and these pages. Colours
start from Okabe and Ito (2008), "Color Universal Design"; `tests/plots/test_style.py` measures that they stand out and
stay apart for protan, deutan and tritan readers. Lines differ in dash and marker too.

    ax.plot(t, norms, **line("gradient"), label="dL/dWh")
    for row, look in zip(h, family("state", len(h))): ax.plot(t, row, **look)
    heat(ax, h, "state", vmin=-1, vmax=1)
"""

import base64
import colorsys
import contextlib
import html
import io
import struct
import zlib

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import AutoLocator, FixedLocator, LogLocator, NullLocator
from PIL import Image
from PIL.PngImagePlugin import PngInfo

PER_INCH = 80  # of a page's pixels
DPI = 2 * PER_INCH  # of a picture's: sharp where a screen has two to the page's one
WIDTH, HEIGHT = 8.0, 3.4  # inches: 640 x 272 pixels of the page, the width of a notebook's column

INK = "#777777"  # words and what holds them
SHADE = "#80808030"  # areas and grids, behind everything
LOOK = {  # symbol -> colour, dash, marker
    "input": ("#8C6D1F", ":", "s"),  # x
    "state": ("#1A7FC1", "-", "o"),  # h
    "prediction": ("#C1558B", (0, (5, 1.5)), "D"),  # y
    "target": ("#808080", "-", ""),
    "loss": ("#9059B8", "-", ""),
    "gradient": ("#D55E00", "-", "v"),
    "full": ("#64748B", "-", ""),  # full backpropagation through time
    "truncated": ("#00966D", (0, (5, 1.5)), "^"),
    "bound": ("#7A7A7A", "-.", ""),
    "baseline": ("#7A7A7A", ":", ""),
}
COLOR, DASH, MARKER = ({symbol: look[part] for symbol, look in LOOK.items()} for part in range(3))


def _parting(low, high, n=256):
    """A colour map from `low` to `high` whose middle is the page itself: what is near 0 is nearly transparent."""
    at = np.linspace(-1, 1, n)[:, None]
    return ListedColormap(np.hstack([np.where(at < 0, to_rgb(low), to_rgb(high)), np.abs(at) ** 0.8]))


CMAP = {
    "state": _parting("#1A7FC1", "#C8413A"),  # about 0: draw with vmin=-1, vmax=1
    "gradient": _parting("#3B6FD0", "#CC5500"),  # about 1, which leaves a gradient as it is: `credit_map` says where
}
RC = {
    **dict.fromkeys(("figure.dpi", "savefig.dpi"), DPI),
    **dict.fromkeys(("figure.facecolor", "savefig.facecolor", "axes.facecolor"), "none"),
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
    **dict.fromkeys(("xtick.labelsize", "ytick.labelsize", "legend.fontsize"), 10.0),
    **dict.fromkeys(("axes.spines.top", "axes.spines.right", "legend.frameon"), False),
    "figure.figsize": (WIDTH, HEIGHT), "font.size": 11.0, "axes.titlesize": 12.0, "axes.labelsize": 11.0,
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # a fixed place: looking for a free one costs a tenth of the drawing time
    "axes.grid": True, "axes.axisbelow": True, "grid.color": SHADE, "grid.linewidth": 0.8,
    "lines.linewidth": 2.0, "lines.markersize": 4.5, "image.interpolation": "nearest", "image.aspect": "auto",
}
_RAISED = str.maketrans("0123456789-", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b")
_DASHES = ["-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5))]


def line(symbol, marker=False, **more):
    """Keyword arguments for `ax.plot`: the colour and the dash of `symbol` (a key of COLOR), its marker if wanted.

    What `more` says wins: `line("state", linewidth=1)`.
    """
    look = {"color": COLOR[symbol], "linestyle": DASH[symbol]}
    if symbol == "target":
        look["linewidth"] = 4.0  # a prediction drawn over its target hides no more than its middle
    if marker and MARKER[symbol]:
        look["marker"] = MARKER[symbol]
    return {**look, **more}


def family(symbol, n):
    """`n` looks for curves of one symbol (hidden units, several k): neighbouring hues, dark to light, dashes in turn.

    Returns a list of keyword arguments for `ax.plot`.
    """
    hue, _, _ = colorsys.rgb_to_hsv(*to_rgb(COLOR[symbol]))
    shares = np.linspace(-1, 1, n) if n > 1 else [0.0]
    return [{"color": _lit(hue + 0.11 * share, 0.205 + 0.045 * share), "linestyle": _DASHES[i % len(_DASHES)]}
            for i, share in enumerate(shares)]


def _lit(hue, luminance):
    """The colour of a hue (0 to 1) that has a relative luminance, as WCAG 2.1 counts it."""
    rgb = np.array(colorsys.hsv_to_rgb(hue % 1, 0.8, 0.8)) ** 2.2
    rgb *= luminance / (rgb @ (0.2126, 0.7152, 0.0722))
    if rgb.max() > 1:  # a hue that cannot be so light: white is added
        grey = rgb @ (0.2126, 0.7152, 0.0722)
        rgb = grey + (rgb - grey) * (1 - grey) / (rgb.max() - grey)
    return to_hex(rgb ** (1 / 2.2))


def heat(ax, values, symbol, **more):
    """Draw a matrix, row 0 on top, in the colours of `symbol` ("state" or "gradient"); returns the AxesImage."""
    ax.grid(False)
    return ax.imshow(values, **{"cmap": CMAP[symbol], **more})


def decades(axis, low, high, most=6):
    """About `most` labelled powers of ten from low to high on a logarithmic axis, and no minor ticks.

    Plain text in place of TeX: each TeX label costs ten milliseconds of a picture that answers.
    """
    first, last = int(np.ceil(np.log10(low) - 1e-9)), int(np.floor(np.log10(high) + 1e-9))
    step = -(-(last - first + 1) // most)
    axis.set_major_locator(FixedLocator([10.0**n for n in range(first, last + 1) if n % step == 0]))
    axis.set_major_formatter(lambda value, _: "10" + str(round(np.log10(value))).translate(_RAISED))
    axis.set_minor_locator(NullLocator())


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
    fig = Figure(figsize=(width, height), dpi=DPI, layout=layout, facecolor="none")
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
    data = png(fig)
    plt.close(fig)
    display({"text/html": image(data, text), "text/plain": text}, raw=True)


def image(data, alt):
    """An <img> that carries a PNG's bytes, its alt text and its size on the page.

    Not the output type image/png: JupyterLab, Notebook, Colab and nbconvert show that without an alt text.
    """
    width, height = (pixels * PER_INCH // DPI for pixels in Image.open(io.BytesIO(data)).size)
    encoded = base64.b64encode(data).decode("ascii")
    return (f'<img alt="{html.escape(alt)}" width="{width}" height="{height}" '
            f'style="max-width:100%;height:auto" src="data:image/png;base64,{encoded}">')


def still(data, alt):
    """`image` of a PNG in few bytes, for a page that keeps it."""
    return image(packed(np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))), alt)


def tidy(fig):
    """Thin out what `fig` shows beside its data: about five labels an axis, plain powers of ten and no minor ticks over
    many decades, no grid on a matrix. Each tick costs a millisecond, as TeX ten. What a drawing function chose itself
    stays."""
    for ax in fig.axes:
        if ax.images:
            ax.grid(False)
        for axis, ends in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
            if type(axis.get_major_locator()) is AutoLocator:
                axis.get_major_locator().set_params(nbins=5)
            elif type(axis.get_major_locator()) is LogLocator and max(ends) > 100 * min(ends):
                decades(axis, min(ends), max(ends))


def png(fig):
    """The figure as the bytes of a PNG of at most 256 colours."""
    fig.canvas.draw()
    return packed(np.asarray(fig.canvas.buffer_rgba()))


def packed(pixels):
    """RGBA (height, width, 4) of uint8 as the bytes of a PNG of at most 256 colours."""
    info, buffer = PngInfo(), io.BytesIO()
    info.add_text("Software", f"Matplotlib version{matplotlib.__version__}, https://matplotlib.org/")
    palette(pixels).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def quick_png(fig):
    """The figure as the bytes of a PNG with all its colours: in a third of the time of `png`, twice the bytes.

    Pillow tries five filters on each row; here each row is stored as what changes from the one above (filter 2).
    """
    fig.canvas.draw()
    rows = np.asarray(fig.canvas.buffer_rgba())
    height, width = rows.shape[:2]
    rows = rows.reshape(height, -1)
    filtered = np.full((height, 1 + 4 * width), 2, np.uint8)
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    header = struct.pack(">2I5B", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(filtered, 1)), (b"IEND", b"")))


def palette(pixels):
    """RGBA (height, width, 4) of uint8 as an image of at most 256 colours: a third of the bytes, and quicker to encode.

    Colours that share 5 bits of red, green and blue and 4 of alpha become their mean; of these means the 255 most
    frequent stay, a rarer one (the edges of letters, mostly) becomes the nearest of them.
    """
    height, width = pixels.shape[:2]
    drawn = np.flatnonzero(pixels[..., 3])
    rgba = pixels.reshape(-1, 4)[drawn]
    r, g, b, a = (rgba.astype(np.intp) >> (3, 3, 3, 4)).T
    key = r << 14 | g << 9 | b << 4 | a
    counts = np.bincount(key, minlength=1 << 19)
    found = np.flatnonzero(counts)
    found = found[np.argsort(-counts[found], kind="stable")]
    means = np.stack([np.bincount(key, channel, 1 << 19)[found] for channel in rgba.T], 1) / counts[found, None]
    kept = means[:255]
    number = np.zeros(1 << 19, np.uint8)
    number[found[:255]] = 1 + np.arange(len(kept))
    if len(found) > 255:
        rest = means[255:]
        apart = (rest**2).sum(1)[:, None] - 2 * rest @ kept.T + (kept**2).sum(1)
        number[found[255:]] = 1 + apart.argmin(1)
    indices = np.zeros(height * width, np.uint8)
    indices[drawn] = number[key]
    image = Image.fromarray(indices.reshape(height, width))
    colours = np.vstack([np.zeros((1, 4)), kept.round()]).astype(np.uint8)
    image.putpalette(colours[:, :3].tobytes())
    image.info["transparency"] = colours[:, 3].tobytes()
    return image
