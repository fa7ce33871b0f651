"""The README's pictures, from the real thing: `python -m authoring.pictures` writes them to .github/pictures.

check-light.svg, check-dark.svg   a wrong rnn_backward and what its check says, for a light and a dark page
walk-light.svg, walk-dark.svg     notebook 3's walk back with the same mistake
"""

import functools
import inspect
import re
import textwrap
from pathlib import Path

import numpy as np
from pygments import highlight
from pygments.formatters import SvgFormatter
from pygments.lexers import PythonLexer

from rnn_helpers.check import SEED, bptt, report
from rnn_helpers.check.judge import judge
from rnn_helpers.check.observe import observe
from rnn_helpers.check.yardstick import Yardstick
from rnn_helpers.explore.drawn import EACH
from rnn_helpers.explore.walk import walk_back
from rnn_helpers.plots.svg import Sheet, beside, words

FOLDER = Path(__file__).resolve().parent.parent / ".github" / "pictures"
WIDTH, LINE = 980, 20
LIGHT = {"ink": "#1A1A1A", "marked": "#FFE3CC", "cell": "#F7F7F7", "row": "#F2F2F2", "line": "#D0D0D0",
         "ground": "white", "code": "default"}
DARK = {"ink": "#E6EDF3", "marked": "#5A3410", "cell": "#161B22", "row": "#161B22", "line": "#3D444D",
        "ground": "#0D1117", "code": "github-dark"}


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


def check_svg(look):
    """A cell with the wrong function, its check, and the report, from top to bottom, on a ground of their own."""
    parts, y = [], 14

    def line(text, x=28, **more):
        return words(x, y + 15, text, "start", family="sans-serif", color=look["ink"], **more)

    for source in (inspect.getsource(rnn_backward), "check.rnn_backward(rnn_backward)"):
        lines = source.rstrip().split("\n")
        parts.append(box(y, LINE * len(lines) + 12, fill=look["cell"], stroke=look["line"]))
        parts += [box(y + 6 + LINE * n, LINE, fill=look["marked"]) for n, text in enumerate(lines) if MISTAKE in text]
        code = SvgFormatter(nowrap=True, style=look["code"], xoffset=28, yoffset=y + 20, ystep=LINE)
        parts.append(f'<g font-family="monospace" font-size="13" fill="{look["ink"]}">'
                     f"{highlight(source, PythonLexer(), code)}</g>")
        y += LINE * len(lines) + 24
    said = judgement()
    parts.append(line(report.headline(said), size=15, weight="bold"))
    y += LINE + 6
    for text in [text for _, texts in report.parts(said.advice) for long in texts for text in textwrap.wrap(long, 130)]:
        parts += [box(y, LINE, fill=look["marked"]), line(text, size=14)]
        y += LINE
    y += 8
    for row, facet in enumerate(said.facets):
        mark = "\N{EN DASH} waits" if facet.waits else "\N{BALLOT X} wrong" if facet.reason else "\N{CHECK MARK} right"
        points = f"{report.points_text(facet.earned)} of {report.points_text(facet.points)}"
        parts += [] if row % 2 else [box(y, LINE, fill=look["row"])]
        parts += [line(mark), line(facet.title, 100), line(points, 330), line(facet.reason, 420)]
        y += LINE
    ground = box(2, y + 8, 2, fill=look["ground"], stroke=look["line"], rx=8)
    return Sheet(WIDTH, y + 12, [ground, *parts], "A wrong rnn_backward and what its check says").svg().encode()


def box(y, height, x=16, **look):
    """A rectangle as wide as the picture, x from either side."""
    return (f'<rect x="{x}" y="{y}" width="{WIDTH - 2 * x}" height="{height}" '
            + " ".join(f'{name}="{value}"' for name, value in look.items()) + "/>")


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


PICTURES = {"check-light.svg": functools.partial(check_svg, LIGHT),
            "check-dark.svg": functools.partial(check_svg, DARK),
            "walk-light.svg": functools.partial(walk_svg, "#1F2328"),
            "walk-dark.svg": functools.partial(walk_svg, "#E6EDF3")}


def main(folder=FOLDER):
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PICTURES.items():
        data = make()
        (folder / name).write_bytes(data)
        print(f"{name}  {len(data) // 1000} KB")


if __name__ == "__main__":
    main()
