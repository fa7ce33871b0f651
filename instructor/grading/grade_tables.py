"""grades.csv, and the same points in the tables that the systems import (see layouts/)."""

import csv
import functools
import io
import unicodedata

from instructor.grading.layouts import LAYOUTS
from instructor.grading.layouts.canvas import POSSIBLE
from rnn_helpers.check import EXERCISES, WRITTEN

LONGEST = 30_000  # characters of a cell; Excel holds 32,767


@functools.cache
def columns():
    """Every exercise and written answer in the course's order: (name, notebook, maximum, whether a person reads it)."""
    found = [(name, e.notebook, e.points, False) for name, e in EXERCISES.items()]
    found += [(name, notebook, points, True) for name, (notebook, points) in WRITTEN.items()]
    return sorted(found, key=lambda column: column[1])


def printable(text):
    """Text without what no eye sees: direction marks, zero-width characters, escapes, halves of characters."""
    return "".join(c if unicodedata.category(c)[0] != "C" else " " if c.isspace() else "" for c in str(text))


def plain(text):
    """Text for a spreadsheet cell: never a formula, one line, no longer than a cell may be."""
    text = " ".join(printable(text).split())[:LONGEST]
    return "'" + text if text.startswith(tuple("=+-@＝＋－＠")) else text


def number(value):
    return "" if value is None else f"{value:.6g}"


def as_csv(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def maximum(notebook):
    """Points of a notebook's checks and written answers."""
    return sum(points for _, where, points, _ in columns() if where == notebook)


def by_hand(result, read):
    """A result in which the checks' points are those that a person gave, and the notes say what to look at again.

    read : as `Course.manual` gives
    """
    again = [name for name, (*_, look) in read.items() if look]
    said = f"changed after it was graded by hand, to be looked at again: {', '.join(again)}"
    exercises = {name: {**e, "points": read[name][0], "checked": e["points"]} if name in read else e
                 for name, e in result["exercises"].items()}
    return {**result, "exercises": exercises, "notes": [*result["notes"], *([said] if again else [])]}


HEAD = ("student", "notebook", "status", "why", "points", "maximum", *(name for name, *_ in columns()), "notes",
        "counts", "of", "why it counts so")


def row(result, read, counted=None):
    """A row of grades.csv: one student and notebook, a column per exercise.

    result : of `by_hand`; read : as `Course.manual` gives; counted : of `Policies.counted`

    What could not be graded has empty scores and says why; a written answer that nobody has read yet is empty.
    """
    scores, graded = [], result["status"] == "graded"
    for name, notebook, _, written in columns():
        value = None
        if notebook == result["notebook"] and graded:
            value = read.get(name, (None,))[0] if written else result["exercises"][name]["points"]
        scores.append(value)
    return [plain(result["student"]), result["notebook"], result["status"], plain(result["why"]),
            number(sum(score or 0.0 for score in scores) if graded else None),
            number(maximum(result["notebook"])), *map(number, scores), plain("; ".join(result["notes"])),
            *([number(counted.points), number(counted.maximum), plain("; ".join(counted.why))] if counted
              else ["", "", ""])]


def tables(pupils, notebooks):
    """(file name, rows) of what the systems import that the pupils handed in with; Moodle and Canvas in any case."""
    used = {pupil.layout for pupil in pupils}
    for layout in LAYOUTS:
        if layout.always or layout.title in used:
            own = [pupil for pupil in pupils if pupil.layout == layout.title] if layout.title in used else pupils
            for name, rows in layout.tables(own, notebooks, maximum):
                yield name, [[number(cell) if cell is None or isinstance(cell, float) else cell if cell == POSSIBLE
                              else plain(cell) for cell in line] for line in rows]
