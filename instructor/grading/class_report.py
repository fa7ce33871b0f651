"""The class report: distributions, mistakes, the hardest exercises, what was not graded, look-alikes."""

import html
import inspect
import statistics
import urllib.parse
from collections import Counter, defaultdict

import nbformat

from instructor import ROOT
from instructor.grading.pages import MOST_SOURCE, page
from instructor.grading.rebuild import grade_id
from instructor.grading.similar import ALIKE, pairs, share_of_published, shingles_of_all, unpacked
from rnn_helpers.check import EXERCISES
from rnn_helpers.check.report import mathematics, points_text

BINS = 10
PAIRS_SHOWN, ASKED = 10, 5
STATES = {"right": "#0072b2", "partly right": "#56b4e9", "wrong": "#d55e00", "borrowed": "#cc79a7",
          "not attempted": "#999999"}
LAYOUT = """<style>body{max-width:76rem}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr));gap:1rem 2rem}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem}.pair pre{max-height:36rem;overflow:auto}figure{margin:0}
figcaption{font-size:.9rem}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
section>div{overflow-x:auto}.bar{display:inline-flex;height:14px;gap:1px;vertical-align:middle}
.histogram{display:flex;align-items:flex-end;height:8.5rem;max-width:20rem;font-size:11px;text-align:center}
.histogram span{flex:1}.histogram i{display:block;margin:0 2px;background:#0072b2;border-bottom:1px solid}
.histogram em{font-style:normal}
nav a,.key span{margin-right:1.2rem;white-space:nowrap}
.key i{display:inline-block;width:.8rem;height:.8rem;margin-right:.35rem}
summary{cursor:pointer;padding:.3rem 0}td summary{padding:0}mark{background:#ffe8a3;color:#1a1a1a}</style>"""


class Markup(str):
    """Text that is HTML already."""


class Tally:
    """Counts over results, one result at a time, and who is meant by them; holds no sources.

    statuses : exercise -> status -> students; made : (exercise, mistake) -> (title, why, line of mathematics, students)
    """

    def __init__(self):
        self.points, self.statuses, self.earned = defaultdict(list), defaultdict(lambda: defaultdict(list)), Counter()
        self.made, self.refused, self.noted, self.names, self.seconds = {}, [], [], {}, 0.0

    def add(self, result):
        notebook, student = result["notebook"], result["student"]
        self.seconds += result["seconds"]
        self.names[student] = result["name"] or student
        if result["status"] != "graded":
            self.refused.append((student, notebook, result["why"]))
            return
        if result["notes"]:
            self.noted.append((student, notebook, "; ".join(result["notes"])))
        self.points[notebook].append(sum(e["points"] for e in result["exercises"].values()))
        for name, judgement in result["exercises"].items():
            right = judgement["points"] >= judgement["maximum"]  # a person may have said so
            self.statuses[name]["right" if right else judgement["status"]].append(student)
            self.earned[name] += judgement["points"]
            for mistake, said in named(judgement) if not right else ():
                self.made.setdefault((name, mistake), (*said, []))[-1].append(student)

    def commonest(self):
        """(exercise, title, why, line, students, how many had it to do) of each mistake, the commonest first."""
        return sorted(((name, *said, sum(map(len, self.statuses[name].values())))
                       for (name, _), said in self.made.items()), key=lambda row: (-len(row[4]), row[:2]))

    def who(self, students, exercise):
        """The students by name, each a link to what the feedback says of an exercise."""
        return Markup(", ".join(to_feedback(student, EXERCISES[exercise].notebook, self.names[student], exercise)
                                for student in sorted(students)))


def named(judgement):
    """(mistake, (title, why, line of mathematics)) of each mistake that a judgement names."""
    titles, names = EXERCISES[judgement["name"]].titles(), judgement["mistakes"]
    lines = [line for line in judgement["advice"] if isinstance(line, dict) and line["kind"] == "mistake"]
    for name, line in zip(names, lines[len(lines) - len(names):] or [{"text": "", "math": ""}] * len(names),
                          strict=False):
        title = titles.get(name) or line["text"].partition(". ")[0] or name.replace("-", " ")
        yield name, (title, line["text"].removeprefix(title).lstrip(". "), line["math"])


def to_feedback(student, notebook, text, part=""):
    """A link from the report to a student's feedback."""
    goal = urllib.parse.quote(f"feedback/{student}/{notebook}.html", errors="surrogateescape")
    return Markup(f"<a href='{goal}{'#' * bool(part)}{html.escape(part)}'>{html.escape(text)}</a>")


def work_of(classroom, notebook):
    """Student -> the shingles of what they wrote, as the reader worked them out."""
    return {result["student"]: unpacked(result["shingles"]) for result, _ in classroom.results(notebook)}


def exercise_cells(path):
    """The sources of a notebook's cells that answer an exercise; none where there is no such notebook."""
    cells = nbformat.read(path, as_version=4).cells if path.is_file() else []
    return [cell.source for cell in cells if grade_id(cell) in EXERCISES]


def like_the_course(classroom, notebook, works):
    """Students who hand in nearly what the course publishes, its solved notebook or its package: (student, share)."""
    solved = exercise_cells(ROOT / "notebooks" / "solutions" / f"{notebook}.ipynb")
    package = [inspect.getsource(e.reference) for e in EXERCISES.values() if e.notebook == notebook]
    published = shingles_of_all(solved + package)
    stubs = shingles_of_all(exercise_cells(classroom.releases / f"{notebook}.ipynb"))
    shares = {student: share_of_published(work, stubs, published) for student, work in works.items()}
    return [(student, share) for student, share in shares.items() if share >= ALIKE]


def alike(classroom, notebook, works):
    """Pairs of students with nearly the same notebook: (student, other, share, source, source)."""
    found = pairs(works, PAIRS_SHOWN)
    texts = {student: "\n".join(source for _, source in sorted(classroom.result(student, notebook)["sources"].items())
                                if "YOUR CODE HERE" not in source) for pair in found for student in pair[:2]}
    return [(a, b, share, texts[a], texts[b]) for a, b, share in found]


def histogram(values, maximum, name):
    """A histogram, full marks in a bar of their own, with the counts in words for who cannot see it."""
    counts = Counter(min(max(int(value / maximum * BINS), 0), BINS) for value in values)
    edges, columns, said = [points_text(round(maximum * i / BINS, 2)) for i in range(BINS + 1)], "", []
    for i, low in enumerate(edges):
        if counts[i]:
            where = "with full points" if i == BINS else f"from {low} to below {edges[i + 1]}"
            said.append(f"{counts[i]} {where}")
        columns += (f"<span>{counts[i] or ''}<i style='height:{90 * counts[i] / max(counts.values()):.0f}px'></i>"
                    f"<em>{low if i in (0, BINS // 2, BINS) else '&nbsp;'}</em></span>")
    label = html.escape(f"{name}: median {points_text(statistics.median_low(values))} of {points_text(maximum)}, "
                        f"{counts[BINS]} of {len(values)} have full points")
    return (f"<figure><div role='img' class='histogram' aria-label='{label}; {', '.join(said)}'>{columns}</div>"
            f"<figcaption>{label}</figcaption></figure>")


def bar(parts, width=240):
    """A stacked bar: parts is a list of (count, colour, label)."""
    said = ", ".join(f"{label} {count}" for count, _, label in parts if count)
    return Markup(f"<span role='img' class='bar' aria-label='{said}' title='{said}' style='width:{width}px'>" + "".join(
        f"<i style='flex:{count};background:{colour}'></i>" for count, colour, _ in parts if count) + "</span>")


def table(head, rows, numbers=()):
    """A table of texts; a cell that is a Markup goes in as it is, columns in `numbers` are set flush right."""

    def cells(tag, row):
        return "".join(f"<{tag}{' class=n' if i in numbers else ''}>"
                       f"{v if isinstance(v, Markup) else html.escape(str(v))}</{tag}>" for i, v in enumerate(row))

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells('th', head)}</tr></thead><tbody>{body}</tbody></table>"


def folded(found, body, word="who"):
    """Something long, to fold out; "" where nothing was found."""
    return Markup(f"<details><summary>{word}</summary>{body}</details>" if found else "")


def questions(tally):
    """What to ask in the next lecture: about the commonest mistakes, the answer to fold out."""
    asked = ""
    for name, title, why, line, who, of in tally.commonest()[:ASKED]:
        said = f", and what does {mathematics(line)} say instead" * bool(line)
        asked += (f"<li>{folded(name, html.escape(why), f'“{html.escape(title)}”: how would you notice that{said}?')}"
                  f"{len(who)} of {of} in <code>{name}</code></li>")
    return asked and f"<ol>{asked}</ol>"


def exercises(tally):
    """The table of exercises, hardest first, and below it who is stuck on what."""
    rows, stuck = [], ""
    for name, found in tally.statuses.items():
        most = sum(map(len, found.values())) * EXERCISES[name].points
        rows.append((tally.earned[name] / most, name, found))
    rows.sort(key=lambda row: row[:2])
    for _, name, found in rows:
        groups = {"stuck": [*found["partly right"], *found["wrong"], *found["borrowed"]],
                  "not begun": found["not attempted"]}
        stuck += folded(sum(groups.values(), []), "".join(
            f"<p>{word}: {tally.who(who, name)}</p>" for word, who in groups.items() if who),
            f"<code>{name}</code>: " + ", ".join(f"{len(who)} {word}" for word, who in groups.items() if who))
    key = "".join(f"<span><i style='background:{colour}'></i>{state}</span>" for state, colour in STATES.items())
    return f"<p class='key'>{key}</p>" + table(
        ("exercise", "notebook", "points earned", "students", *STATES),
        ((name, EXERCISES[name].notebook, f"{share:.0%}",
          bar([(len(s[state]), colour, state) for state, colour in STATES.items()]),
          *(len(s[state]) for state in STATES)) for share, name, s in rows), (2, *range(4, 9))
    ) + (f"<h3>Who is stuck on what</h3>{stuck}" if stuck else "")


def mistakes(tally):
    """The table of mistakes that were named, most frequent first; "" when there are none."""
    rows = [(len(students), of, bar([(len(students), STATES["wrong"], "students"),
                                     (of - len(students), "#99999940", "others")], 120),
             name, title, Markup(mathematics(line)), folded(students, tally.who(students, name)))
            for name, title, _, line, students, of in tally.commonest()]
    return rows and table(("students", "of", "", "exercise", "mistake", "line of mathematics", ""), rows, (0, 1))


def students(tally, totals):
    """The table of students: what counts of each notebook, with a link to its feedback, and what each is stuck on."""
    if not totals:
        return ""
    (_, *head), *rows = totals
    stuck, refused, begun = defaultdict(list), {row[:2] for row in tally.refused}, set()
    for name, found in sorted(tally.statuses.items(), key=lambda item: EXERCISES[item[0]].notebook):
        for state, who in found.items():
            begun |= {(student, EXERCISES[name].notebook) for student in who}
            for student in who if state != "right" else ():
                stuck[student].append(name + " (not begun)" * (state == "not attempted"))

    def cell(student, notebook, points):
        points = points or "not graded" * ((student, notebook) in refused)
        there = (student, notebook) in begun | refused
        return to_feedback(student, notebook, points, "") if there and points else points

    return table((*head, "not yet right"), (
        (name, group, *(cell(student, notebook, value) for notebook, value in zip(head[2:], points, strict=False)),
         percent, ", ".join(stuck[student])) for student, name, group, *points, percent in rows),
        range(2, len(head)))


def side_by_side(left, right):
    """Two sources, the lines that both have marked."""
    both = {line.strip() for line in left.splitlines()} & {line.strip() for line in right.splitlines()} - {""}

    def column(text):
        lines = text[:MOST_SOURCE].splitlines()
        return "<pre><code>" + "\n".join(f"<mark>{html.escape(line)}</mark>" if line.strip() in both
                                         else html.escape(line)
                                         for line in lines) + "</code></pre>"

    return f"<div class='pair'>{column(left)}{column(right)}</div>"


def class_report(tally, classroom, totals=(), changes=()):
    """The report as one HTML page.

    tally : Tally; classroom : Classroom, where look-alikes are searched
    totals : the rows of totals.csv; changes : (student, notebook, exercise, points before, points now) of a regrade
    """
    sections = {}
    if changes:
        sections["Changed by this regrade"] = table(("student", "notebook", "exercise", "before", "now"), (
            (*who, *("not graded" if points is None else points_text(points) for points in (before, now)))
            for *who, before, now in changes), (3, 4))
    if tally.refused:
        sections["Could not be graded"] = ("<p>No points yet, which is not 0 points.</p>"
                                           + table(("student", "notebook", "why"), (
                                               (to_feedback(who, notebook, tally.names[who]), notebook, why)
                                               for who, notebook, why in sorted(tally.refused))))
    sections["Ask in the next lecture"] = questions(tally)
    sections["Exercises, hardest first"] = exercises(tally)
    sections["Mistakes, most frequent first"] = mistakes(tally)
    sections["Points from the checks"] = "<div class='grid'>" + "".join(
        histogram(values, most, notebook) for notebook, values in sorted(tally.points.items())
        if (most := sum(e.points for e in EXERCISES.values() if e.notebook == notebook))) + "</div>"
    sections["Students"] = students(tally, totals)
    if tally.noted:
        sections["Noticed while reading"] = table(("student", "notebook", "note"), sorted(tally.noted))
    pairs_found, published = [], []
    for notebook in classroom.notebooks:
        works = work_of(classroom, notebook)
        pairs_found += [(notebook, *pair) for pair in alike(classroom, notebook, works)]
        published += [(student, notebook, f"{share:.0%}") for student, share in like_the_course(classroom, notebook,
                                                                                                works)]
    if pairs_found:
        sections["Alike: ask before you judge"] = (
            "<p>These pairs share most of what few others have written. "
            "The reason may be a study group, a book or a template. Lines that both have are marked.</p>"
            + "".join(f"<details><summary>{html.escape(notebook)}: {html.escape(a)} and {html.escape(b)}, {share:.0%} "
                      f"in common</summary>"
                      f"{side_by_side(left, right)}</details>" for notebook, a, b, share, left, right in pairs_found))
    if published:
        sections["Like the course's own solutions: ask before you judge"] = (
            "<p>The share of what a student wrote that stands in the solved notebook or in <code>rnn_helpers</code>, "
            "word for word.</p>"
            + table(("student", "notebook", "share"), sorted(published), (2,)))
    sections = {title: body for title, body in sections.items() if body}
    graded = sum(map(len, tally.points.values()))
    links = " ".join(f"<a href='#s{i}'>{html.escape(title)}</a>" for i, title in enumerate(sections))
    return page("Class report", f"{LAYOUT}<p>{graded} notebooks of {len(tally.names)} students graded, "
                                f"{len(tally.refused)} not; "
                f"{tally.seconds / 60:.1f} minutes of work.</p><nav>{links}</nav>\n"
                + "\n".join(f"<section><h2 id='s{i}'>{html.escape(title)}</h2><div>{body}</div></section>" for i,
                            (title, body) in enumerate(sections.items())))
