"""grades.csv, and the same points in the shapes that Moodle and Canvas import."""

import csv
import io
import re

from rnn_helpers.check import EXERCISES, WRITTEN


def columns():
    """Every exercise and written answer in the course's order: (name, notebook, maximum, whether a person reads it)."""
    found = [(name, e.notebook, e.points, False) for name, e in EXERCISES.items()]
    found += [(name, notebook, points, True) for name, (notebook, points) in WRITTEN.items()]
    return sorted(found, key=lambda column: column[1])


def plain(text):
    """Text for a spreadsheet cell: never a formula, one line."""
    text = " ".join(str(text).split())
    return "'" + text if text[:1] in "=+-@\t" else text


def number(value):
    return "" if value is None else f"{value:.6g}"


def as_csv(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def grades(results, manual):
    """grades.csv: a row per student and notebook, a column per exercise.

    Parameters
    ----------
    results : iterable of results; manual : (student, notebook) -> dict as `Course.manual` gives

    What could not be graded has empty scores and says why; a written answer that nobody has read yet is empty.
    """
    yield ["student", "notebook", "status", "why", "points", "maximum", *(name for name, *_ in columns()), "notes"]
    for result in results:
        read = manual(result["student"], result["notebook"]) if result["status"] == "graded" else {}
        scores, total = [], 0.0
        for name, notebook, _, written in columns():
            value = None
            if notebook == result["notebook"] and result["status"] == "graded":
                value = read.get(name, (None,))[0] if written else result["exercises"][name]["points"]
            total += value or 0.0
            scores.append(number(value))
        most = sum(m for _, notebook, m, _ in columns() if notebook == result["notebook"])
        yield [plain(result["student"]), result["notebook"], result["status"], plain(result["why"]),
               number(total) if result["status"] == "graded" else "", number(most), *scores, plain("; ".join(result["notes"]))]


def totals(results, manual):
    """Student -> notebook -> points (None when not graded)."""
    found = {}
    for result in results:
        points = None
        if result["status"] == "graded":
            read = manual(result["student"], result["notebook"])
            points = sum(e["points"] for e in result["exercises"].values()) + sum(v[0] or 0.0 for v in read.values())
        found.setdefault(result["student"], {})[result["notebook"]] = points
    return found


def moodle(found, notebooks):
    """Moodle's gradebook import: an identifier, an email column to be matched by hand where needed, a column per notebook."""
    yield ["Identifier", "Full name", *notebooks]
    for student, points in sorted(found.items()):
        match = re.match(r"(.+)_(\d+)$", student)
        yield [f"Participant {match[2]}" if match else plain(student), plain((match[1] if match else student).replace("_", " ")),
               *(number(points.get(n)) for n in notebooks)]


def canvas(found, notebooks):
    """Canvas's gradebook import: Student, ID, SIS User ID, SIS Login ID, Section, then the assignments."""
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *notebooks]
    yield ["    Points Possible", "", "", "", "", *(number(sum(m for _, w, m, _ in columns() if w == n)) for n in notebooks)]
    for student, points in sorted(found.items()):
        match = re.match(r"(.+)_(\d+)$", student)
        yield [plain(match[1] if match else student), match[2] if match else "", "", "", "", *(number(points.get(n)) for n in notebooks)]
