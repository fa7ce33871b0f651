"""What is done and what is left, in one notebook or in all; kept from day to day in a file beside the notebooks."""

import html
import json
import os
from pathlib import Path

from rnn_helpers import atomic
from rnn_helpers.check.report import CELL, MARK, points_text, readable

KEPT = "progress.json"  # the file; without it, what was checked since the kernel started is shown
OFF = "RNN_HELPERS_KEEP_NOTHING"  # set in the environment where notebooks are built
UNTOUCHED = {"", "YOUR ANSWER HERE"}


class Progress:
    """Shows itself as a table on a page, as text in a terminal.

    Parameters
    ----------
    title : what it is of
    rows : list of (name, state, points, maximum); points is None for what a person reads
    """

    def __init__(self, title, rows):
        self.title, self.rows = title, rows

    @property
    def points(self):
        """Earned by the checks so far."""
        return sum(points or 0.0 for _, _, points, _ in self.rows)

    @property
    def maximum(self):
        """Of the checks; written answers come on top."""
        return sum(maximum for _, _, points, maximum in self.rows if points is not None)

    def table(self):
        """Rows of (name, state, points)."""
        return [(name, state, f"{'?' if points is None else points_text(points)} of {points_text(maximum)}")
                for name, state, points, maximum in self.rows]

    def headline(self):
        if not self.maximum:
            return f"{self.title}: no exercise with a check here"
        left = [name for name, _, points, maximum in self.rows if points is not None and points < maximum]
        read = any(points is None for _, _, points, _ in self.rows)
        rest = f"left: {', '.join(left)}" if left else "only written answers left, read by a person" if read \
            else "nothing left"
        return f"{self.title}: {points_text(self.points)} of {points_text(self.maximum)} points; {rest}"

    def __repr__(self):
        rows = self.table()
        width, states = max((len(r[0]) for r in rows), default=0), max((len(r[1]) for r in rows), default=0)
        return readable("\n".join([self.headline()] + [f"  {n:<{width}}  {s:<{states}}  {p}" for n, s, p in rows]))

    def _repr_html_(self):
        rows = "".join(f"<tr><th scope='row' {CELL}>{html.escape(n)}</th><td {CELL}>{html.escape(s)}</td><td "
                       f"{CELL}>{p}</td></tr>"
                       for n, s, p in self.table())
        return ("<table><caption "
                f"style='text-align:left;color:inherit'><strong>{html.escape(self.headline())}</strong></caption>"
                f"<thead><tr><th scope='col' {CELL}>exercise</th><th scope='col' {CELL}>state</th>"
                f"<th scope='col' {CELL}>points</th></tr></thead><tbody>{rows}</tbody></table>")


def keep(judgement, notebook, folder="."):
    """Write what a check gave into the file beside its notebook; nothing where none lies, or nothing was tried."""
    folder = Path(folder)
    if judgement.status == "not attempted" or os.environ.get(OFF) or not (folder / f"{notebook}.ipynb").exists():
        return
    record = {"points": judgement.points, "status": judgement.status}
    known = kept(folder)
    if known.get(judgement.name) != record:
        try:
            atomic.write(folder / KEPT, json.dumps({**known, judgement.name: record}, indent=1) + "\n")
        except OSError:  # a folder that cannot be written to: it is shown for this session only
            pass


def kept(folder="."):
    """What the file holds: exercise -> {"points", "status"}; {} when there is none, or something else in it."""
    try:
        found = json.loads((Path(folder) / KEPT).read_text(encoding="utf-8"))
        return {name: {"points": float(record["points"]), "status": str(record["status"])} for name,
                record in found.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def answered(notebook, name, folder="."):
    """What the notebook's file tells of a written answer, as it was last saved."""
    try:
        cells = json.loads((Path(folder) / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
        cell = next(cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)
        text = "".join(cell["source"]).strip()
    except (OSError, ValueError, TypeError, KeyError, StopIteration):
        return "read by a person"  # a notebook that is saved elsewhere, as Colab's are
    return "not started, as last saved" if text in UNTOUCHED else "written, as last saved; read by a person"


def state(record, maximum):
    """A record of a check in words."""
    if record is None:
        return "not checked yet"
    if record["status"] == "right" and record["points"] < maximum:
        return MARK["partly right"]
    return MARK.get(record["status"], "checked")
