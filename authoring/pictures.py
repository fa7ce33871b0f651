"""The README's pictures, from the real thing: `python -m authoring.pictures` writes them to .github/pictures.

check.png   a wrong rnn_backward and what its check says
credit.gif  notebook 3b's credit map while a slider moves
unit.png    notebook 5's text, coloured by a hidden unit, as it is stored there
"""

import base64
import functools
import inspect
import io
import sys
import textwrap
from pathlib import Path

import numpy as np
from matplotlib.patches import FancyBboxPatch, Rectangle
from PIL import Image
from pygments import lex
from pygments.lexers import PythonLexer
from pygments.styles import get_style_by_name

from authoring import files
from rnn_helpers.check import SEED, bptt
from rnn_helpers.check.judge import judge
from rnn_helpers.check.observe import observe
from rnn_helpers.check.report import headline, parts, points_text
from rnn_helpers.check.yardstick import Yardstick
from rnn_helpers.explore import gradients
from rnn_helpers.explore.control import Explorer, slider
from rnn_helpers.plots import style

FOLDER = Path(__file__).resolve().parent.parent / ".github" / "pictures"
DPI = 160  # sharp where a page shows the picture at half its size
LINE = 0.2  # inches
MARKED = "#FFE3CC"
SCALES = np.linspace(0.5, 1.5, 21).round(2)  # of Wh, in the moving picture


def rnn_backward(cell, dh, caches):
    dWx, dWh, db = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b)
    dh_next = np.zeros_like(dh[0])
    for t in reversed(range(len(caches))):
        x_t, h_prev, h_t = caches[t]
        dz_t = (dh[t] + dh_next) * (1 - h_t**2)
        dWx += dz_t @ x_t.T
        dWh += dz_t @ h_t.T
        db += dz_t.sum(axis=1, keepdims=True)
        dh_next = cell.Wh.T @ dz_t
    return dWx, dWh, db, dh_next


MISTAKE = "dWh += dz_t @ h_t.T"  # should be h_prev


def judgement():
    """What check.rnn_backward says of the function above."""
    exercise = next(e for e in bptt.EXERCISES if e.name == "rnn_backward")
    inputs = exercise.inputs(SEED)
    return judge(Yardstick(exercise, inputs), observe(exercise, rnn_backward, inputs.copy()))


def draw_check(fig):
    """A cell with the wrong function, its check, and the report, from top to bottom."""
    width, height = fig.get_size_inches()
    ax = fig.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
    y = cell(ax, 0.12, inspect.getsource(rnn_backward), MISTAKE)
    y = cell(ax, y + 0.1, "check.rnn_backward(rnn_backward)") + 0.22
    said = judgement()
    ax.text(0.25, y, headline(said), fontsize=10, weight="bold", va="center")
    y += 0.06
    for part in [part for _, texts in parts(said.advice) for text in texts for part in textwrap.wrap(text, 125)]:
        y += LINE
        ax.add_patch(Rectangle((0.2, y - LINE / 2), width - 0.4, LINE, color=MARKED, zorder=0))
        ax.text(0.25, y, part, fontsize=9.5, va="center")
    y += 0.06
    for row, facet in enumerate(said.facets):
        y += LINE
        if row % 2 == 0:
            ax.add_patch(Rectangle((0.2, y - LINE / 2), width - 0.4, LINE, color="#F2F2F2", zorder=0))
        mark = "\N{EN DASH} waits" if facet.waits else "\N{BALLOT X} wrong" if facet.reason else "\N{CHECK MARK} right"
        cells = (mark, facet.title, f"{points_text(facet.earned)} of {points_text(facet.points)}", facet.reason)
        for x, text in zip((0.25, 0.95, 3.1, 3.9), cells, strict=True):
            ax.text(x, y, text, fontsize=8.5, va="center")
    ax.add_patch(FancyBboxPatch((0.03, 0.03), width - 0.06, height - 0.06, boxstyle="round,pad=0,rounding_size=0.08",
                                facecolor="none", edgecolor="#B0B0B0", linewidth=1))


def cell(ax, y, source, marked=None):
    """Python in a grey box from y on, in an editor's colours; the marked line stands out. Returns the lower end."""
    lines, palette = source.rstrip("\n").split("\n"), get_style_by_name("default")
    pitch, width = 0.602 * 9 / 72, ax.get_xlim()[1]
    ax.add_patch(Rectangle((0.2, y), width - 0.4, LINE * len(lines) + 0.1, facecolor="#F7F7F7", edgecolor="#E0E0E0"))
    row, column = 0, 0
    for kind, text in lex(source, PythonLexer()):
        look = palette.style_for_token(kind)
        for n, piece in enumerate(text.split("\n")):
            row, column = (row + 1, 0) if n else (row, column)
            if piece.strip():
                ax.text(0.28 + column * pitch, y + 0.05 + LINE * (row + 0.5), piece.rstrip(), fontsize=9,
                        family="monospace", va="center",
                        color=f"#{look['color'] or '1A1A1A'}", weight="bold" if look["bold"] else "normal")
            column += len(piece)
    for n, line in enumerate(lines):
        if marked and marked in line:
            ax.add_patch(Rectangle((0.2, y + 0.05 + LINE * n), width - 0.4, LINE, facecolor=MARKED, edgecolor="none"))
    return y + LINE * len(lines) + 0.1


def check_png():
    fig = style.figure(9.5, 5.4, layout=None)
    fig.set_dpi(DPI)
    draw_check(fig)
    return style.png(fig)


def credit_gif(scales=SCALES):
    """The picture under the slider "scale of Wh", as the slider moves and comes back."""
    draw = functools.partial(gradients.draw_credit, T=30, k=40, units="tanh")
    map_ = Explorer(draw, "Which loss reaches which state", size=(6.4, 4.0),
                    scale=slider("scale of Wh", 0.2, 1.8, 0.05, scales[-1]))
    control, frames = map_.controls["scale"], []
    for scale in scales:
        control.value = scale
        below = Image.open(io.BytesIO(map_.image.value)).convert("RGB")
        above = Image.open(io.BytesIO(dial_png(control, below.width))).convert("RGB")
        frame = Image.new("RGB", (below.width, above.height + below.height), "white")
        frame.paste(above, (0, 0))
        frame.paste(below, (0, above.height))
        frames.append(frame)
    all_colours = Image.new("RGB", (frames[0].width, 2 * frames[0].height))
    for n, frame in enumerate((frames[0], frames[-1])):
        all_colours.paste(frame, (0, n * frame.height))
    # one for all, with white in it
    palette = all_colours.quantize(200, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames + frames[-2:0:-1]]
    times = [1200 if n in (0, len(scales) - 1) else 160 for n in range(len(frames))]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0, optimize=True)
    return buffer.getvalue()


def dial_png(control, pixels):
    """A slider with its label and value, as wide as the picture under it."""
    fig = style.figure(pixels / style.DPI, 0.5, layout=None)
    ax = fig.add_axes((0, 0, 1, 1), xlim=(0, 1), ylim=(0, 1))
    ax.axis("off")
    at = 0.32 + 0.48 * (control.value - control.min) / (control.max - control.min)
    ax.plot((0.32, 0.8), (0.5, 0.5), color="#BDBDBD", linewidth=4, solid_capstyle="round")
    ax.plot(at, 0.5, "o", color=style.COLOR["state"], markersize=13)
    ax.text(0.29, 0.5, control.description, ha="right", va="center", fontsize=11)
    ax.text(0.84, 0.5, f"{control.value:.2f}", va="center", fontsize=11)
    return style.png(fig)


def unit_png():
    """The picture that notebook 5 holds."""
    nb = files.read(files.solution_path("05_char_level"))
    return base64.b64decode(next(c for c in nb.cells if c.id == "play-units-figure").outputs[0].data["image/png"])


PICTURES = {"check.png": check_png, "credit.gif": credit_gif, "unit.png": unit_png}


def main(folder=FOLDER):
    folder.mkdir(parents=True, exist_ok=True)
    with style.context():
        for name, make in PICTURES.items():
            data = make()
            (folder / name).write_bytes(data)
            print(f"{name}  {len(data) // 1000} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
