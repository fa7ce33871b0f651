"""The class report: distributions, mistakes, the hardest exercises, what was not graded, look-alikes."""

import html
from collections import Counter, defaultdict

from instructor.grading.pages import code, page
from instructor.grading.similar import pairs, shingles
from rnn_helpers.check import EXERCISES
from rnn_helpers.check.report import points_text

BINS = 10
PAIRS_SHOWN = 10


class Tally:
    """Counts over results, one result at a time; holds numbers and no sources."""

    def __init__(self):
        self.points, self.statuses = defaultdict(list), defaultdict(Counter)
        self.mistakes, self.refused, self.noted = defaultdict(Counter), [], []
        self.earned, self.students = defaultdict(list), set()
        self.seconds = 0.0

    def add(self, result):
        notebook, student = result["notebook"], result["student"]
        self.seconds += result["seconds"]
        if result["status"] != "graded":
            self.refused.append((student, notebook, result["why"]))
            return
        if result["notes"]:
            self.noted.append((student, notebook, "; ".join(result["notes"])))
        self.points[notebook].append(sum(e["points"] for e in result["exercises"].values()))
        for name, judgement in result["exercises"].items():
            self.statuses[name][judgement["status"]] += 1
            self.earned[name].append(judgement["points"])
            self.mistakes[name].update(judgement["mistakes"])
        self.students.add(student)


def handwork(result):
    """What a student wrote: the solutions that are not the stub, as one text."""
    return "\n".join(source for name, source in sorted(result["sources"].items()) if "YOUR CODE HERE" not in source)


def alike(classroom, notebook):
    """Pairs of students with nearly the same notebook: (student, other, share, source, source)."""
    found = pairs({result["student"]: shingles(handwork(result)) for result, _ in classroom.results(notebook)}, PAIRS_SHOWN)
    texts = {student: handwork(classroom.result(student, notebook)) for pair in found for student in pair[:2]}
    return [(a, b, share, texts[a], texts[b]) for a, b, share in found]


def histogram(values, maximum, label):
    """An inline SVG histogram, with the counts in words for who cannot see it."""
    counts = [0] * BINS
    for value in values:
        counts[min(int(value / maximum * BINS), BINS - 1)] += 1
    top, bars, said = max(counts) or 1, "", []
    for i, count in enumerate(counts):
        height = 100 * count / top
        bars += f"<rect class='bar' x='{i * 50 + 4}' y='{110 - height:.0f}' width='42' height='{height:.0f}'/>"
        if count:
            bars += f"<text x='{i * 50 + 25}' y='{106 - height:.0f}' font-size='12' text-anchor='middle' fill='currentColor'>{count}</text>"
            said.append(f"{count} from {points_text(maximum * i / BINS)} to {points_text(maximum * (i + 1) / BINS)}")
        bars += f"<text x='{i * 50 + 4}' y='126' font-size='12' fill='currentColor'>{points_text(maximum * i / BINS)}</text>"
    return (f"<figure><svg role='img' aria-label='{html.escape(label)}: {', '.join(said)}' viewBox='0 -14 520 144' width='520'>{bars}"
            f"<text x='504' y='126' font-size='12' fill='currentColor'>{points_text(maximum)}</text></svg>"
            f"<figcaption>{html.escape(label)}</figcaption></figure>")


def table(head, rows):
    heads = "".join(f"<th scope='col'>{html.escape(h)}</th>" for h in head)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(v))}</td>" for v in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def class_report(tally, classroom, changes=()):
    """The report as one HTML page.

    tally : Tally; classroom : Classroom, where look-alikes are searched
    changes : (student, notebook, exercise, points before, points now) of a regrade
    """
    parts = []
    parts.append(f"<p>{sum(map(len, tally.points.values()))} notebooks of {len(tally.students)} students graded, {len(tally.refused)} not; "
                 f"{tally.seconds:.0f} seconds of work.</p>")
    if changes:
        parts.append("<h2>Changed by this regrade</h2>" + table(("student", "notebook", "exercise", "before", "now"), (
            (*who, *("not graded" if points is None else points_text(points) for points in (before, now)))
            for *who, before, now in changes)))
    if tally.refused:
        parts.append("<h2>Could not be graded</h2><p>No points yet, which is not 0 points.</p>"
                     + table(("student", "notebook", "why"), sorted(tally.refused)))
    parts.append("<h2>Points from the checks</h2>")
    for notebook, values in sorted(tally.points.items()):
        maximum = sum(e.points for e in EXERCISES.values() if e.notebook == notebook)
        median = sorted(values)[len(values) // 2]
        parts.append(histogram(values, maximum, f"{notebook}: {len(values)} students, median {points_text(median)} of {points_text(maximum)}"))
    rows = []
    for name, statuses in tally.statuses.items():
        count = sum(statuses.values())
        rows.append((sum(tally.earned[name]) / count / EXERCISES[name].points, name, statuses, count))
    parts.append("<h2>Exercises, hardest first</h2>" + table(
        ("exercise", "mean share of the points", "right", "partly", "wrong", "not attempted", "borrowed"),
        ((name, f"{share:.0%}", s["right"], s["partly right"], s["wrong"], s["not attempted"], s["borrowed"])
         for share, name, s, _ in sorted(rows, key=lambda row: row[:2]))))
    titles = {(name, m.name): m.title for name, e in EXERCISES.items() for m in e.mistakes}
    found = [(count, name, titles.get((name, mistake), mistake)) for name, counts in tally.mistakes.items()
             for mistake, count in counts.items()]
    if found:
        parts.append("<h2>Mistakes, most frequent first</h2>" + table(
            ("students", "exercise", "mistake"), sorted(found, key=lambda row: (-row[0], row[1:]))))
    if tally.noted:
        parts.append("<h2>Noticed while reading</h2>" + table(("student", "notebook", "note"), sorted(tally.noted)))
    for notebook in classroom.notebooks:
        if found := alike(classroom, notebook):
            parts.append(f"<h2>Alike in {html.escape(notebook)}: worth a question, no verdict</h2>"
                         "<p>Two students may share a study group, a book or a template.</p>")
        for student, other, share, left, right in found:
            parts.append(f"<details><summary>{html.escape(student)} and {html.escape(other)}: {share:.0%}</summary><div style='display:grid;"
                         f"grid-template-columns:1fr 1fr;gap:1rem'>{code(left)}{code(right)}</div></details>")
    return page("Class report", "\n".join(parts))
