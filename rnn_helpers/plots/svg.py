"""Small drawings as SVG text: matrices whose colours and numbers can be read, arrows, words.

Text stays text, lines are sharp at every size, and words and lines take the page's own colour (`currentColor`), so
that a drawing suits a light page and a dark one.
"""

from dataclasses import dataclass
from html import escape

import numpy as np

CELL = 44, 20  # width and height of a matrix's cell
HUES = {"state": ((178, 24, 43), (33, 102, 172)), "gradient": ((213, 94, 0), (91, 26, 120))}  # above 0, below 0
WRONG = "#D01C3F"


def number(value):
    """Three digits in five characters: "-0.31", "12.3", "1e+05"."""
    if not abs(value) < 1e4:
        return f"{value:.0e}"
    text = f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}"
    return text.replace("-0.00", "0.00") if float(text) == 0 else text


def tint(value, largest, kind):
    """A light colour for a number: white at 0, stronger towards `largest`; dark text on it can always be read."""
    share = 0.62 * min(1.0, abs(value) / largest) if largest and value == value else 0.0
    hue = HUES[kind][int(value < 0)]
    return "#" + "".join(f"{round(255 + (h - 255) * share):02x}" for h in hue)


def words(x, y, text, anchor="middle", size=12, weight="normal", family="monospace", color="currentColor"):
    return (f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" '
            f'font-family="{family}" fill="{color}">{escape(text)}</text>')


@dataclass(frozen=True)
class Matrix:
    """Numbers (rows, columns) and how they look: kind of colours, the largest number of the scale, a name that hovering
    tells with the entry; wrong : mask of entries to be outlined; right : what belongs there."""

    values: np.ndarray
    kind: str = "gradient"
    largest: float = 1.0
    name: str = ""
    wrong: np.ndarray | None = None
    right: np.ndarray | None = None
    note: str = ""

    @property
    def size(self):
        """Width and height of the drawing."""
        rows, columns = self.values.shape
        return columns * CELL[0], rows * CELL[1]

    def draw(self, x, y):
        """A cell for each entry, the top left corner at (x, y)."""
        (width, height), parts = CELL, []
        for (i, j), value in np.ndenumerate(self.values):
            left, top = x + j * width, y + i * height
            bad = self.wrong is not None and bool(self.wrong[i, j])
            told = f"{self.name}[{i}, {j}]{self.note} = {value:.4g}"
            told += f", right: {self.right[i, j]:.4g}" if bad and self.right is not None else ""
            parts.append(f'<g><title>{escape(told)}</title><rect x="{left:g}" y="{top:g}" width="{width}" '
                         f'height="{height}" fill="{tint(value, self.largest, self.kind)}" stroke="#808080" '
                         f'stroke-width="0.7"/>{words(left + width / 2, top + 14, number(value), color="#1a1a1a")}</g>')
            if bad:
                parts.append(f'<rect x="{left + 1.5:g}" y="{top + 1.5:g}" width="{width - 3}" height="{height - 3}" '
                             f'fill="none" stroke="{WRONG}" stroke-width="3" stroke-dasharray="5 2"/>')
        return "".join(parts)

    def empty(self, x, y):
        """The cells without their numbers."""
        width, height = CELL
        return "".join(f'<rect x="{x + j * width:g}" y="{y + i * height:g}" width="{width}" height="{height}" '
                       f'fill="none" '
                       'stroke="currentColor" stroke-opacity="0.3"/>' for i, j in np.ndindex(self.values.shape))


def arrow(x0, y0, x1, y1, color="currentColor", width=1.4, opacity=1.0):
    """A straight arrow from (x0, y0) to (x1, y1)."""
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    ax, ay, bx, by = x1 - 7 * ux + 4 * uy, y1 - 7 * uy - 4 * ux, x1 - 7 * ux - 4 * uy, y1 - 7 * uy + 4 * ux
    return (f'<g stroke="{color}" stroke-width="{width}" fill="{color}" opacity="{opacity}">'
            f'<line x1="{x0:g}" y1="{y0:g}" x2="{x1 - 5 * ux:g}" y2="{y1 - 5 * uy:g}"/>'
            f'<path d="M{x1:g},{y1:g} L{ax:.1f},{ay:.1f} L{bx:.1f},{by:.1f} Z" stroke="none"/></g>')


def formula(x, y, items, tall):
    """A line of words and matrices from (x, y) on, centred on the height `tall`; items : strings and Matrix."""
    parts = []
    for item in items:
        if isinstance(item, str):
            parts.append(words(x, y + tall / 2 + 4, item, "start", 13))
            x += 7.9 * len(item) + 8
        else:
            parts.append(item.draw(x, y + (tall - item.size[1]) / 2))
            x += item.size[0] + 8
    return "".join(parts)


def page(width, height, parts, title, ink=None):
    """The whole drawing, as wide as its place allows; ink : a colour for words and lines where the page gives none."""
    color = f' color="{ink}"' if ink else ""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
            f'height="{height:g}"{color} style="max-width:100%;height:auto" role="img" '
            f'aria-label="{escape(title, quote=True)}">{"".join(parts)}</svg>')
