"""A class of 300, handed in by twelve systems at once, mangled in every way, under every policy: rows in = rows out,
points = deserved. With -s it prints the table.
"""

import csv
import json
import random
from collections import Counter
from itertools import product

import pytest

from rnn_helpers.check import EXERCISES
from tests.grading import classes, mangled
from tests.grading.layouts import builder
from tests.grading.layouts.builder import FIRST, written, zipped
from tests.grading.test_mangled import WORTH_NOTHING

pytestmark = pytest.mark.slow

N, TITLE = f"{FIRST}.ipynb", "Week 1"
FULL = {name: exercise.points for name, exercise in EXERCISES.items() if exercise.notebook == FIRST}
PEOPLE = [f"{first} {last}" for last, first in product(
    "Abel Banach Cantor Dirac Euler Fermi Galois Hilbert Ising Jacobi Kepler Lagrange Maxwell Noether Oppen".split(),
    "Ada Bruno Clara Dora Emil Frida Georg Hanna Ivo Jana Karl Lena Mirko Nora Oskar Petra Rosa Stefan Tilda Udo".split())]
WEIGHT, WRITTEN, PER_DAY, LATE_DAYS = 14, 2, 10, 3  # of rnn_cell_forward; of the written answer; percent; days
EACH = 25  # of a system


class Student:
    def __init__(self, number):
        self.name, self.number, self.user = PEOPLE[number], str(50_001 + number), f"user{number:03}x"
        self.kind, self.files, self.points, self.late = "", {N: b""}, None, False
        self.first, self.last = self.name.split()
        self.key = self.name.replace(" ", "_")

    def hand_in(self, place, number):
        """Decide what the student with this place in a system and number in the class hands in, and what it deserves."""
        data = json.dumps(classes.solved(FIRST)).encode()
        if place < 17:
            self.kind = list(mangled.MANGLINGS)[number % len(mangled.MANGLINGS)]
            whole = list(mangled.WHOLE)[number % len(mangled.WHOLE)]
            notebook = classes.solved(FIRST)
            at = mangled.Place(notebook, random.Random(number))
            mangled.MANGLINGS[self.kind](at)
            self.files = {N: json.dumps(mangled.WHOLE[whole](notebook)).encode()}
            self.points = {**FULL, **({at.name: 0.0} if self.kind in WORTH_NOTHING else {})}
            self.kind, self.late = "mangled", place % 5 == 4
            return
        self.kind, self.files, self.points = [
            ("untouched", {N: builder.untouched()}, dict.fromkeys(FULL, 0.0)),
            ("two files", {N: data, "01_rnn_cell-Copy1.ipynb": builder.untouched()}, FULL),
            (".ipynb.txt", {f"{N}.txt": data}, FULL),
            ("cut short", {N: data[:5000]}, None),
            ("no notebook", {"01_rnn_cell.pdf": b"%PDF"}, None),
            ("only hidden files", {".DS_Store": b"x"}, None),
            ("nothing", {}, None), ("nothing", {}, None)][place - 17]


def below(folder, files):
    return {f"{folder}/{name}": content for name, content in files.items()}


def moodle(s):
    return below(f"{s.name}_{int(s.number) + 7}_assignsubmission_file_", s.files)


def moodle_flat(s):
    return {f"{s.name}_{int(s.number) + 7}_assignsubmission_file_{name}": data for name, data in s.files.items()}


def canvas(s):
    return {f"{s.last.lower()}{s.first.lower()}_{s.number}_{int(s.number) + 9000}_{name}": data
            for name, data in s.files.items()}


def blackboard(s):
    begin = f"{TITLE}_{s.user}_attempt_2026-03-{'05' if s.late else '02'}-10-15-00"
    return {f"{begin}.txt": f"Name: {s.name} ({s.user})".encode(),
            **{f"{begin}_{name}": data for name, data in s.files.items()}}


def brightspace(s):
    when = f"Mar {'5' if s.late else '2'}, 2026 1015 AM"
    return {"index.html": b"x", **below(f"{s.number}-2557369 - {s.name} - {when}", s.files)}


def sakai(s):
    home = f"{s.last}, {s.first}({s.user})"
    return {f"{home}/timestamp.txt": b"20260302101500000", **below(f"{home}/Submission attachment(s)", s.files)}


def gradescope(s):
    return below(f"submission_{s.number}", s.files)


def nbgrader(s):
    return below(f"submitted/{s.user}/{FIRST}", s.files)


def hub(s):
    return below(f"home/jupyter-{s.user}/rnn-course", s.files)


def clone(s):
    home = f"w1-submissions/w1-{s.user}"
    return {**below(f"{home}/notebooks", s.files), f"{home}/rnn_helpers/bptt.py": b"x",
            f"{home}/notebooks/solutions/{N}": builder.work(note="course")}


def drive(s):
    return {f"{s.name} - {name}": data for name, data in s.files.items()}


def zips(s):
    return {f"{s.name}.zip": s.files}


SYSTEMS = {"Moodle": moodle, "Moodle, flat": moodle_flat, "Canvas": canvas, "Blackboard": blackboard, "Brightspace": brightspace,
           "Sakai": sakai, "Gradescope": gradescope, "nbgrader": nbgrader, "JupyterHub": hub, "GitHub Classroom": clone,
           "Drive": drive, "zips": zips}
FLAT = {"Moodle, flat", "Canvas", "Drive"}  # in which nobody can hand in hidden files
DATED = {"Blackboard", "Brightspace"}  # whose names say when


def metadata(students):
    return "".join(f"submission_{s.number}:\n  :submitters:\n  - :name: {s.name}\n    :sid: '{s.number}'\n"
                   for s in students).encode()


@pytest.fixture(scope="module")
def school(grader):
    """system -> its students, after they have handed in, in `home/school`."""
    found = {}
    for at, (system, form) in enumerate(SYSTEMS.items()):
        students = found[system] = [Student(at * EACH + place) for place in range(EACH)]
        members = {}
        for place, s in enumerate(students):
            s.hand_in(place, at * EACH + place)
            s.late &= system in DATED
            if s.kind == "only hidden files" and system in FLAT | DATED:
                s.kind, s.files = "nothing", {}
            members.update(form(s) if s.files else {})
        if system == "Gradescope":
            members["submission_metadata.yml"] = metadata(s for s in students if s.files)
        home, kind = grader.home / "school", at % 3
        home.mkdir(exist_ok=True)
        if kind == 0:
            written(home / f"section {at}.zip", zipped(members))
        elif kind == 1:
            written(home / f"section {at}.tar.gz", builder.tarred(members))
        else:
            builder.unpacked(home / f"section {at}", members)
    lines = ["id,username,name,group", *(f"{s.number},{s.user},{s.name},{system}" for system, students in found.items()
                                         for s in students)]
    written(grader.home / "school.csv", "\n".join(lines).encode())
    grader.give(grader.home / "school")
    return found


def rules(school):
    """grading.toml with every key; who is extended, who is in a group with whom."""
    extended = next(s for s in school["Blackboard"] if s.late and sum(s.points.values()) == 10)
    given, member = school["Moodle"][0], school["Moodle"][-1]
    return extended, member, f"""timezone = "UTC"
late_per_day = {PER_DAY}
attempts = "best"
anonymous = true
[deadlines]
{FIRST} = 2026-03-02T23:59:00
[extensions]
{extended.key} = 4
[weights]
rnn_cell_forward = {WEIGHT}
[groups]
Monday = ["{given.key}", "{member.key}"]
"""


def rows(out):
    with open(out / "grades.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_rows_in_are_rows_out_and_points_are_deserved(grader, school):
    out, (extended, member, toml) = grader.home / "school-out", rules(school)
    out.mkdir()
    (out / "grading.toml").write_text(toml)
    grader.give(out)
    command = ("-m", "instructor", "grade", "../school", "--out", out, "--roster", "../school.csv")
    done = grader.run(*command, timeout=3600)
    assert done.returncode == 1, done.stdout + done.stderr  # there are who cannot be graded
    students = [s for own in school.values() for s in own]
    found = {row["student"]: row for row in rows(out)}
    unfair = [(s.name, s.kind) for s in students if not fair(found.get(s.key), s, s is extended, s is member)]
    table = ["| handed in by | students | rows | graded, as deserved | not graded, with a reason | nothing, or a group's |",
             "|---|---|---|---|---|---|"]
    for system, own in school.items():
        states = Counter(found[s.key]["status"] for s in own if s.key in found)
        right = sum(found[s.key]["status"] == "graded" and (s.name, s.kind) not in unfair for s in own if s.key in found)
        table.append(f"| {system} | {len(own)} | {sum(states.values())} | {right} of {states['graded']} | "
                     f"{states['not graded']} | {states['nothing handed in'] + states['in a group']} |")
    print("\n".join(table))
    assert unfair == [] and len(students) == 300 == len(found) == len(rows(out))
    names = {path.name for path in (out / "nbgrader" / "autograded").iterdir()}
    assert all(name.startswith("anonymous-") for name in names)
    report = (out / "report.html").read_text()
    undated = [row["student"] for row in rows(out) if "is not known: no deadline applied" in row["why it counts so"]]
    assert undated and all(f"<td>{student}</td>" in report for student in undated)
    assert all(f"feedback/{s.key}/{FIRST}.html" in report for s in students if s.points)
    # an attempt more, a worse one, of one student alone: the best counts, nobody else is looked at
    before = {path: path.stat().st_mtime_ns for path in out.glob("results/*/*.json")}
    again = school["Sakai"][0]
    next((grader.home / "school").glob(f"*/*({again.user})/*/{N}")).write_bytes(builder.untouched())
    done = grader.run(*command, "--only", again.name)
    assert done.returncode == 0, done.stdout + done.stderr
    changed = {path.parent.name for path, time in before.items() if path.stat().st_mtime_ns != time}
    row = next(row for row in rows(out) if row["student"] == again.key)
    assert changed == {again.key} and len(rows(out)) == 300
    assert row["points"] == "0" and row["counts"] == found[again.key]["counts"]
    assert "an earlier attempt counts" in row["why it counts so"]


def fair(row, s, extended, in_a_group):
    """Whether a row of grades.csv says what a student is due."""
    if row is None:
        return False
    if in_a_group:
        return row["status"] == "in a group" and float(row["counts"]) > 0
    if s.points is None:
        return row["status"] == ("not graded" if s.files else "nothing handed in") and row["why"] and not row["points"]
    most = WEIGHT + FULL["readout"] + WRITTEN
    counts = s.points["rnn_cell_forward"] * WEIGHT / FULL["rnn_cell_forward"] + s.points["readout"]
    late = s.late and not extended
    if late:
        counts = max(0.0, counts - most * PER_DAY / 100 * LATE_DAYS)
    return (row["status"] == "graded" and all(float(row[name]) == points for name, points in s.points.items())
            and abs(float(row["counts"]) - counts) < 1e-4 and float(row["of"]) == most
            and ("days late" in row["why it counts so"]) == late and "points before" in row["why it counts so"])
