"""grades.csv, and the same points in the shapes that Moodle and Canvas import.

Moodle reads a grading worksheet per assignment (mod/assign/feedback/offline: Identifier, Grade and Last modified
(grade) are required, "Participant N" is the N of the zip's folder names); Canvas reads one table
(lib/gradebook_importer.rb: the student is found by ID, the number in the zip's file names). An empty grade leaves what
is there.
"""

import csv
import functools
import io
import unicodedata

from rnn_helpers.check import EXERCISES, WRITTEN


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
    """Text for a spreadsheet cell: never a formula, one line."""
    text = " ".join(printable(text).split())
    return "'" + text if text.startswith(("=", "+", "-", "@")) else text


def number(value):
    return "" if value is None else f"{value:.6g}"


def as_csv(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def maximum(notebook):
    """Points of a notebook's checks and written answers."""
    return sum(points for _, where, points, _ in columns() if where == notebook)


def total(result, read):
    """Points of a result so far: its checks, and the written answers that were read; None when not graded."""
    if result["status"] != "graded":
        return None
    return sum(e["points"] for e in result["exercises"].values()) + sum(score or 0.0 for score, *_ in read.values())


HEAD = ("student", "notebook", "status", "why", "points", "maximum", *(name for name, *_ in columns()), "notes")


def row(result, read):
    """A row of grades.csv: one student and notebook, a column per exercise.

    Parameters
    ----------
    result : of `grade_one`; read : as `Course.manual` gives

    What could not be graded has empty scores and says why; a written answer that nobody has read yet is empty.
    """
    scores = []
    for name, notebook, _, written in columns():
        value = None
        if notebook == result["notebook"] and result["status"] == "graded":
            value = read.get(name, (None,))[0] if written else result["exercises"][name]["points"]
        scores.append(number(value))
    return [plain(result["student"]), result["notebook"], result["status"], plain(result["why"]),
            number(total(result, read)),
            number(maximum(result["notebook"])), *scores, plain("; ".join(result["notes"]))]


def moodle(students, notebook):
    """Moodle's grading worksheet of one assignment.

    students : list of (name, number, points by notebook)
    """
    yield ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)"]
    for name, participant, points in students:
        if notebook in points:
            identifier = f"Participant {participant}" if participant else ""
            yield [identifier, plain(name), number(points[notebook]), number(maximum(notebook)), ""]


def canvas(students, notebooks):
    """Canvas's gradebook, a column per notebook (an assignment of that title)."""
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *notebooks]
    yield ["    Points Possible", "", "", "", "", *(number(maximum(notebook)) for notebook in notebooks)]
    for name, canvas_id, points in students:
        yield [plain(name), canvas_id, "", "", "", *(number(points.get(notebook)) for notebook in notebooks)]
