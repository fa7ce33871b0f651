"""Small drawings as SVG text: matrices whose colours and numbers can be read, arrows, words.

Text stays text, lines are sharp at every size, and words and lines take the page's own colour (`currentColor`), so
that a drawing suits a light page and a dark one.
"""

from dataclasses import dataclass
from html import escape

import numpy as np

CELL = 46, 22  # width and height of a matrix's cell
HUES = {"state": ((178, 24, 43), (33, 102, 172)), "gradient": ((213, 94, 0), (91, 26, 120))}  # above 0, below 0
WRONG, MARK = "#D01C3F", "#D55E00"  # a number that is not right; what is looked at
INK = "#757575"  # words and lines of a stored picture: at least 4 to 1 on white and on a dark page


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

    def judged(self):
        """This matrix, and the right one beside it where it is wrong."""
        right = ["\u2260", Matrix(self.right, self.kind, self.largest, "right")]
        return [self, *right] if self.wrong is not None and self.wrong.any() else [self]

    def draw(self, x, y, how="full"):
        """A cell for each entry, the top left corner at (x, y); how : "full", "empty" for cells that wait for their
        numbers, "gone" for numbers that would have been here."""
        (width, height), parts = CELL, []
        for (i, j), value in np.ndenumerate(self.values):
            left, top = x + j * width, y + i * height
            if how != "full":
                parts.append(frame(left, top, width, height, "currentColor", *((0.3, 0) if how == "empty" else
                                                                               (0.5, 0, "2 2"))))
                parts.append(words(left + width / 2, top + 15.5, number(value), size=13) if how == "gone" else "")
                continue
            bad = self.wrong is not None and bool(self.wrong[i, j])
            told = f"{self.name}[{i}, {j}]{self.note} = {value:.4g}"
            told += f", right: {self.right[i, j]:.4g}" if bad and self.right is not None else ""
            parts.append(f'<g><title>{escape(told)}</title><rect x="{left:g}" y="{top:g}" width="{width}" '
                         f'height="{height}" fill="{tint(value, self.largest, self.kind)}" stroke="#808080" '
                         'stroke-width="0.7"/>'
                         f'{words(left + width / 2, top + 15.5, number(value), size=13, color="#1a1a1a")}</g>')
            parts.append(frame(left + 1, top + 1, width - 2, height - 2, WRONG, 2.4, 0, "6 2") if bad else "")
        return faint(parts, 0.62) if how == "gone" else "".join(parts)


def frame(x, y, width, height, color=MARK, thick=2.0, round_=4, dash=""):
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round_}" fill="none" '
            f'stroke="{color}" stroke-width="{thick:g}"{dashed}/>')


def arrow(x0, y0, x1, y1, color="currentColor", width=1.4, opacity=1.0):
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    ax, ay, bx, by = x1 - 7 * ux + 4 * uy, y1 - 7 * uy - 4 * ux, x1 - 7 * ux - 4 * uy, y1 - 7 * uy + 4 * ux
    return (f'<g stroke="{color}" stroke-width="{width}" fill="{color}" opacity="{opacity}">'
            f'<line x1="{x0:g}" y1="{y0:g}" x2="{x1 - 5 * ux:g}" y2="{y1 - 5 * uy:g}"/>'
            f'<path d="M{x1:g},{y1:g} L{ax:.1f},{ay:.1f} L{bx:.1f},{by:.1f} Z" stroke="none"/></g>')


def faint(parts, share=0.35):
    """Parts that wait, or that are gone."""
    return f'<g opacity="{share}">{"".join(parts)}</g>'


def formula(x, y, items, tall, row=-1, shown=True):
    """Matrices with their names above them and words between them, from (x, y) on, centred on the height `tall`.

    items : strings and Matrix; row : the row of each column matrix that is framed; shown : False leaves out the numbers
    """
    parts = []
    for item in items:
        if isinstance(item, str):
            parts.append(words(x, y + tall / 2 + 4, item, "start", 13))
            x += 7.9 * len(item) + 6
            continue
        width, height = item.size
        top = y + (tall - height) / 2
        parts += [words(x + width / 2, top - 3, item.name, size=10),
                  item.draw(x, top, "full" if shown else "empty")]
        if 0 <= row < len(item.values) > 1 and shown:
            parts.append(frame(x - 1, top + row * CELL[1], width + 2, CELL[1]))
        x += width + 6
    return "".join(parts)


@dataclass(frozen=True)
class Sheet:
    """A drawing of a size, and its description."""

    width: float
    height: float
    parts: list
    title: str

    def svg(self, ink=None):
        """As wide as its place allows; ink : a colour for words and lines where the page gives none."""
        color = f' color="{ink}"' if ink else ""
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
                f'width="{self.width:g}" height="{self.height:g}"{color} style="max-width:100%;height:auto" role="img" '
                f'aria-label="{escape(self.title, quote=True)}">{"".join(self.parts)}</svg>')


def beside(sheets):
    """Several sheets as one, from left to right."""
    x, parts = 0, []
    for sheet in sheets:
        parts.append(f'<g transform="translate({x:g} 0)">{"".join(sheet.parts)}</g>')
        x += sheet.width + 24
    return Sheet(x - 24, max(sheet.height for sheet in sheets), parts, " ".join(sheet.title for sheet in sheets))
