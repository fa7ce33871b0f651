"""The class report: distributions, mistakes, the hardest exercises, what was not graded, look-alikes."""

import inspect
import statistics
from collections import Counter, defaultdict

import nbformat

from instructor import ROOT
from instructor.grading.pages import MOST_SOURCE, PAGES, page
from instructor.grading.rebuild import grade_id
from instructor.grading.similar import ALIKE, pairs, share_of_published, shingles_of_all, unpacked
from rnn_helpers.check import EXERCISES
from rnn_helpers.check.report import points_text

BINS = 10
PAIRS_SHOWN, ASKED = 10, 5
STATES = {"right": "#0072b2", "partly right": "#56b4e9", "wrong": "#d55e00", "borrowed": "#cc79a7",
          "not attempted": "#999999"}
PARTS = PAGES.get_template("parts.html").module


class Tally:
    """Counts over results, one result at a time, and who is meant by them; holds no sources.

    statuses : exercise -> status -> students; made : (exercise, mistake) -> (title, why, line of mathematics, students)
    """

    def __init__(self):
        self.points, self.statuses, self.earned = defaultdict(list), defaultdict(lambda: defaultdict(list)), Counter()
        self.made, self.refused, self.noted, self.names, self.seconds = {}, [], [], {}, 0.0

    def add(self, result, counted=None):
        """counted : of `Policies.counted`, for whom no deadline could be applied"""
        notebook, student = result["notebook"], result["student"]
        self.seconds += result["seconds"]
        self.names[student] = result["name"] or student
        if result["status"] != "graded":
            self.refused.append((student, notebook, result["why"]))
            return
        if notes := [*result["notes"], *(counted.why if counted and not counted.dated else ())]:
            self.noted.append((student, notebook, "; ".join(notes)))
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

    def hardest(self):
        """(share of the points that was earned, exercise, [(students, colour, state)]), the hardest exercise first."""
        most = {name: sum(map(len, found.values())) * EXERCISES[name].points for name, found in self.statuses.items()}
        return sorted((self.earned[name] / most[name], name,
                       [(len(found[state]), colour, state) for state, colour in STATES.items()])
                      for name, found in self.statuses.items())

    def stuck(self):
        """(exercise, {"stuck" and "not begun": students}) of the exercises where there are some, the hardest first."""
        for _, name, _ in self.hardest():
            found = self.statuses[name]
            groups = {"stuck": found["partly right"] + found["wrong"] + found["borrowed"],
                      "not begun": found["not attempted"]}
            if groups := {word: who for word, who in groups.items() if who}:
                yield name, groups


def named(judgement):
    """(mistake, (title, why, line of mathematics)) of each mistake that a judgement names."""
    titles, names = EXERCISES[judgement["name"]].titles(), judgement["mistakes"]
    lines = [line for line in judgement["advice"] if line["kind"] == "mistake"]
    for name, line in zip(names, lines[len(lines) - len(names):] or [{"text": "", "math": ""}] * len(names),
                          strict=False):
        title = titles.get(name) or line["text"].partition(". ")[0] or name.replace("-", " ")
        yield name, (title, line["text"].removeprefix(title).lstrip(". "), line["math"])


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
    """Pairs of students with nearly the same notebook: (student, other, share, lines, lines), a line as its text and
    whether both have it."""
    found = pairs(works, PAIRS_SHOWN)
    texts = {student: "\n".join(source for _, source in sorted(classroom.result(student, notebook)["sources"].items())
                                if "YOUR CODE HERE" not in source) for pair in found for student in pair[:2]}
    return [(a, b, share, *side_by_side(texts[a], texts[b])) for a, b, share in found]


def side_by_side(*texts):
    """The lines of two sources, each with whether both have it."""
    both = set.intersection(*({line.strip() for line in text.splitlines()} for text in texts)) - {""}
    return [[(line, line.strip() in both) for line in text[:MOST_SOURCE].splitlines()] for text in texts]


def histogram(values, maximum, name):
    """A histogram, full marks in a bar of their own, with the counts in words for who cannot see it."""
    counts = Counter(min(max(int(value / maximum * BINS), 0), BINS) for value in values)
    edges = [points_text(round(maximum * i / BINS, 2)) for i in range(BINS + 1)]
    words = [f"{counts[i]} " + ("with full points" if i == BINS else f"from {edges[i]} to below {edges[i + 1]}")
             for i in range(BINS + 1) if counts[i]]
    label = (f"{name}: median {points_text(statistics.median_low(values))} of {points_text(maximum)}, "
             f"{counts[BINS]} of {len(values)} have full points")
    return PARTS.histogram([(counts[i], round(90 * counts[i] / max(counts.values())),
                             edges[i] * (i in (0, BINS // 2, BINS))) for i in range(BINS + 1)], label, ", ".join(words))


def with_links(tally, totals):
    """The rows of totals.csv: points with a link to the feedback, at the end what each student is stuck on."""
    if not totals:
        return []
    (_, *head), *rows = totals
    stuck, refused = defaultdict(list), {row[:2] for row in tally.refused}
    there = set(refused)
    for name, found in sorted(tally.statuses.items(), key=lambda item: EXERCISES[item[0]].notebook):
        for state, who in found.items():
            there |= {(student, EXERCISES[name].notebook) for student in who}
            for student in who if state != "right" else ():
                stuck[student].append(name + " (not begun)" * (state == "not attempted"))

    def cell(student, notebook, points):
        points = points or "not graded" * ((student, notebook) in refused)
        return PARTS.feedback(student, notebook, points) if points and (student, notebook) in there else points

    return [(*head, "not yet right"), *(
        (name, group, *(cell(student, notebook, value) for notebook, value in zip(head[2:], points, strict=False)),
         percent, ", ".join(stuck[student])) for student, name, group, *points, percent in rows)]


def class_report(tally, classroom, totals=(), changes=()):
    """The report as one HTML page.

    tally : Tally; classroom : Classroom, where look-alikes are searched
    totals : the rows of totals.csv; changes : (student, notebook, exercise, points before, points now) of a regrade
    """
    works = {notebook: work_of(classroom, notebook) for notebook in classroom.notebooks}
    most = Counter()
    for exercise in EXERCISES.values():
        most[exercise.notebook] += exercise.points
    return page(
        "report.html", title="Class report", tally=tally, exercises=EXERCISES, states=STATES, asked=ASKED,
        changes=[(*who, *("not graded" if points is None else points_text(points) for points in (before, now)))
                 for *who, before, now in changes],
        commonest=tally.commonest(), hardest=tally.hardest(), stuck=list(tally.stuck()),
        histograms=[histogram(values, most[notebook], notebook) for notebook, values in sorted(tally.points.items())
                    if most[notebook]],
        totals=with_links(tally, totals),
        pairs=[(notebook, *pair) for notebook, work in works.items() for pair in alike(classroom, notebook, work)],
        published=[(student, notebook, f"{share:.0%}") for notebook, work in works.items()
                   for student, share in like_the_course(classroom, notebook, work)])
