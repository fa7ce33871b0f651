"""The README's pictures, from the real thing: `python -m authoring.pictures` writes them to .github/pictures.

check.png                       a wrong rnn_backward and what its check says
walk-light.svg, walk-dark.svg   notebook 3's walk back with the same mistake, for a light and a dark page
"""

import functools
import inspect
import re
import sys
import textwrap
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.patches import FancyBboxPatch, Rectangle
from pygments import lex
from pygments.lexers import PythonLexer
from pygments.styles import get_style_by_name

from rnn_helpers.check import SEED, bptt
from rnn_helpers.check.judge import judge
from rnn_helpers.check.observe import observe
from rnn_helpers.check.report import headline, parts, points_text
from rnn_helpers.check.yardstick import Yardstick
from rnn_helpers.explore.drawn import EACH
from rnn_helpers.explore.walk import walk_back
from rnn_helpers.plots import style
from rnn_helpers.plots.svg import Sheet, beside

FOLDER = Path(__file__).resolve().parent.parent / ".github" / "pictures"
LINE = 0.2  # inches
MARKED = "#FFE3CC"


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
    fig.set_facecolor("white")
    with matplotlib.rc_context({"text.color": "#1A1A1A"}):  # no grey for both grounds: this one is white
        draw_check(fig)
    return style.png(fig)


def mistaken(cell, dh_t, cache):
    """One step with the mistake of the picture above."""
    x_t, _, h_t = cache
    dz_t = dh_t * (1 - h_t**2)
    return dz_t @ x_t.T, dz_t @ h_t.T, dz_t, cell.Wh.T @ dz_t


def walk_svg(ink):
    """The moments of the walk back, one after another: a part that stays through several moments is drawn once, and a
    page that asks for no motion sees the last."""
    made = walk_back(mistaken, "a learner's rnn_cell_backward")
    moments = [made.picture({"moment": n, "unit": -1})[0] for n in range(made.controls["moment"].max + 1)]
    frames = [[f'<g transform="translate({x} 0)">{part}</g>' for x, sheet in
               zip((0, sheets[0].width + 24), sheets, strict=True) for part in sheet.parts] for sheets in moments]
    whole, total, rules, body = beside(moments[0]), len(frames) + 3, {}, []  # the end stays for four moments
    for start, frame in enumerate(frames):
        for part in frame:
            if start and part in frames[start - 1]:
                continue
            stop = next((n for n in range(start, len(frames)) if part not in frames[n]), total)
            times = [(0, start == 0), (start, True), (stop, False)]
            turns = "".join(f"{100 * n / total:.2f}%{{visibility:{'visible' if on else 'hidden'}}}"
                            for n, on in times if n < total)
            rules[start, stop] = (f"@keyframes k{start}-{stop}{{{turns}}}.k{start}-{stop}{{visibility:"
                                  f"{'visible' if stop == total else 'hidden'};"
                                  f"animation:k{start}-{stop} {EACH * total:.1f}s step-end infinite}}")
            body.append(f'<g class="k{start}-{stop}">{re.sub("<title>.*?</title>", "", part)}</g>')
    rules = "".join(rules.values()) + "@media (prefers-reduced-motion:reduce){*{animation:none!important}}"
    return Sheet(whole.width, whole.height, [f"<style>{rules}</style>", *body], "The walk back").svg(ink).encode()


PICTURES = {"check.png": check_png, "walk-light.svg": functools.partial(walk_svg, "#1F2328"),
            "walk-dark.svg": functools.partial(walk_svg, "#E6EDF3")}


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
