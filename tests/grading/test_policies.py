"""grading.toml: what is refused before anything is graded, and what counts of the points."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructor.grading.policies import BadPolicy, Policies, alias
from rnn_helpers.check import EXERCISES

CELL = "01_rnn_cell"
FULL = {name: exercise.points for name, exercise in EXERCISES.items() if exercise.notebook == CELL}
READ = {"order_matters": (2.0, 2, "", False)}
DEADLINE = 'timezone = "Europe/Vienna"\nlate_per_day = 10\n[deadlines]\n01_rnn_cell = 2026-10-24T23:59:00\n'


@pytest.fixture
def policies(tmp_path):
    def read(text):
        (tmp_path / "grading.toml").write_text(text)
        return Policies.read(tmp_path / "grading.toml")
    return read


def at(text, zone="+02:00"):
    """Nanoseconds of a time."""
    return int(dt.datetime.fromisoformat(text + zone).timestamp()) * 10**9


def result(time=0, points=FULL, student="ada", status="graded", **more):
    return {"student": student, "notebook": CELL, "status": status, "time": time,
            "exercises": {name: {"points": value} for name, value in points.items()}, **more}


@pytest.mark.parametrize("text, words", [
    ("late = 3", "late is not known, expected one of timezone, late_per_day"),
    ("late_per_day = 130", "late_per_day is 130, expected percent"),
    ("late_per_day = true", "late_per_day is True"),
    ('attempts = "first"', 'expected "last" or "best"'),
    ('anonymous = "yes"', "anonymous is 'yes', expected true or false"),
    ('timezone = "Vienna"', "timezone is 'Vienna'"),
    ("[deadlines]\n01_rnn = 2026-10-12", "deadlines: 01_rnn is not known"),
    ("[deadlines]\n01_rnn_cell = 2026-10-12", "no time zone"),
    ('[deadlines]\n01_rnn_cell = "12 October"', "expected a time as"),
    ("[extensions]\nada = -1", "extensions: ada: all is -1"),
    ("[extensions.ada]\nsoon = 1", "extensions: ada: soon is not known"),
    ("[weights]\nreadouts = 1", "weights: readouts is not known"),
    ("[weights]\nreadout = -1", "readout is -1, expected a number"),
    ('[groups]\nMonday = "ada"', "groups: Monday is 'ada', expected a list"),
    ("deadlines = 3", "deadlines is 3, expected a table"),
    ('[handed_in]\n01_rnn_cell = "gone.csv"', "expected { student = time } or a table beside grading.toml"),
    ('[handed_in]\n01_rnn_cell = "grading.toml"', "expected { student = time } or a table"),
    ("[handed_in.01_rnn_cell]\nada = 2026-10-12", "01_rnn_cell: ada is '2026-10-12', expected a time as"),
    ("[handed_in]\n01_rnn_cell = 3", "handed_in: 01_rnn_cell is 3"),
    ("late_per_day = ", "is not TOML"),
])
def test_what_cannot_be_followed_is_refused_with_what_is_expected(policies, text, words):
    with pytest.raises(BadPolicy) as refused:
        policies(text)
    assert words in str(refused.value)


def test_without_a_file_points_count_as_they_are(tmp_path):
    counted = Policies.read(tmp_path / "grading.toml").counted(result(at("2030-01-01T00:00:00")), READ)
    assert (counted.points, counted.maximum, counted.why) == (12, 12, ())


@pytest.mark.parametrize("when, lost, words", [
    ("2026-10-24T23:59:00", 0, ""), ("2026-10-24T23:59:01", 1.2, "1 day late"),
    ("2026-10-25T23:59:00", 1.2, "1 day late"),  # that day has 25 hours in Vienna
    ("2026-10-27T12:00:00", 3.6, "3 days late"), ("2026-12-24T12:00:00", 12, "61 days late"),
])
def test_a_day_late_costs_its_share_in_the_deadlines_time_zone(policies, when, lost, words):
    zone = "+02:00" if when < "2026-10-25T03" else "+01:00"
    counted = policies(DEADLINE).counted(result(at(when, zone)), READ)
    assert counted.points == pytest.approx(12 - lost)
    assert words in "".join(counted.why) and bool(lost) == ("12 points before" in "".join(counted.why))


@pytest.mark.parametrize("given", ["ada = 3", "ada = 2026-10-28", "ada = { 01_rnn_cell = 3 }"])
def test_an_extension_moves_one_student(policies, given):
    found = policies(DEADLINE + f"[extensions]\n{given}\n")
    late = at("2026-10-26T12:00:00", "+01:00")
    counted = found.counted(result(late), READ)
    assert counted.points == 12 and "in time (extended to 2026-10-2" in counted.why[0]
    assert not found.counted(result(at("2026-10-24T12:00:00")), READ).why  # it needed none
    assert found.counted(result(late, student="bob"), READ).points == pytest.approx(9.6)


def test_a_time_that_is_not_known_costs_nothing_and_is_told(policies):
    counted = policies(DEADLINE).counted(result(0), READ)
    assert counted.points == 12 and "not known" in counted.why[0]


WORKSHEET = """Identifier,Full name,Status,Grade,Last modified (submission),Last modified (grade)
Participant 11,Ada Lovelace,Submitted,,"Monday, 26 October 2026, 12:00 PM",-
Participant 12,Bob Smith,Submitted,,"Saturday, 24 October 2026, 11:59 PM",-
Participant 13,Ada Lovelace,Submitted,,"Saturday, October 24, 2026, 9:00 AM",-
Participant 14,Zoe M,Submitted,,"Samstag, 24. Oktober 2026, 09:00",-
Participant 15,Cy Young,No submission,,-,-
"""
GRADESCOPE = """First Name,Last Name,SID,Email,Total Score,Status,Submission ID,Submission Time,Lateness (H:M:S)
Ada,Lovelace,1,ada@x.org,,Graded,5,2026-10-26 12:00:00 +0100,48:00:00
Bob,Smith,2,bob@x.org,,Missing,,,
"""
TABLE = "matriculation number;handed in\n0071;2026-10-26 12:00\n0072;2026-10-24T23:59+02:00\n0074;24/10/2026\n"


@pytest.mark.parametrize("student, name, number, points, words", [
    ("Ada_11", "Ada Lovelace", "11", 9.6, "2 days late, 10 % of 12 a day by times.csv"), ("Bob", "Bob Smith", "12", 12, ""),
    ("Ada_13", "Ada Lovelace", "13", 12, ""), ("Zoe", "Zoe M", "14", 12, "times.csv says 'Samstag"),
    ("Cy", "Cy Young", "15", 12, "not known"), ("Bob", "Bob Smith", "99", 12, "not known"), ("Eve", "Eve", "16", 12, "not known")])
@pytest.mark.parametrize("text", [WORKSHEET, TABLE])
def test_times_come_from_moodles_worksheet_or_any_table(policies, tmp_path, text, student, name, number, points, words):
    if text == TABLE and number in ("13", "16", "99"):
        return
    (tmp_path / "times.csv").write_text(text)
    found = policies(DEADLINE + '[handed_in]\n01_rnn_cell = "times.csv"\n')
    found.ids = {student: (f"007{number[1]}",)} if text == TABLE else {}
    counted = found.counted(result(0, student=student, name=name, number=number, layout="Moodle"), READ)
    assert counted.points == pytest.approx(points)
    assert words.replace("Samstag", "24/10" if text == TABLE else "Samstag") in "".join(counted.why)
    assert counted.dated == (number in ("11", "12", "13"))


def test_times_come_from_gradescopes_grades(policies, tmp_path):
    (tmp_path / "times.csv").write_text(GRADESCOPE)
    found = policies(DEADLINE + '[handed_in]\n01_rnn_cell = "times.csv"\n')
    for name, points in (("Ada Lovelace", 9.6), ("Bob Smith", 12)):
        counted = found.counted(result(0, student=name, name=name, layout="Canvas"), READ)
        assert counted.points == pytest.approx(points) and counted.dated == (points < 12)


def test_a_file_marked_late_counts_whole_until_somebody_says_when(policies):
    late = result(0, notes=["handed in late"], layout="Canvas")
    counted = policies(DEADLINE).counted(late, READ)
    assert counted.points == 12 and not counted.dated and "late, by how much is not known" in counted.why[0]
    assert policies("").counted(late, READ) == policies("").counted(result(0), READ)  # no deadline, nothing to tell
    counted = policies(DEADLINE + "[handed_in]\n01_rnn_cell = { ada = 2026-10-26T12:00:00 }\n").counted(late, READ)
    assert counted.points == pytest.approx(9.6) and counted.dated and "by grading.toml" in counted.why[0]


def test_a_files_own_time_is_told(policies):
    for layout, told in (("folders and files", True), ("Blackboard", False)):
        late = result(at("2026-10-25T12:00:00", "+01:00"), layout=layout)
        assert ("by the file's own time" in policies(DEADLINE).counted(late, READ).why[0]) == told


@pytest.mark.parametrize("attempts, points", [("last", 2), ("best", 9)])
def test_the_best_attempt_counts_or_the_last(policies, attempts, points):
    last = result(points={name: 0.0 for name in FULL}, attempts=[{"time": 0, "exercises": {"rnn_cell_forward": 7.0}}])
    counted = policies(f'attempts = "{attempts}"').counted(last, READ)
    assert counted.points == points and ("earlier attempt" in "".join(counted.why)) == (attempts == "best")


def test_an_earlier_attempt_counts_when_the_last_cannot_be_graded(policies):
    broken = result(points={}, status="not graded", attempts=[{"time": 0, "exercises": {"readout": 3.0}}])
    assert policies('attempts = "best"').counted(broken, {}).points == 3
    assert policies("").counted(broken, {}).points is None


def test_weights_of_exercises_and_notebooks(policies):
    found = policies("[weights]\nrnn_cell_forward = 20\n01_rnn_cell = 1\n02_forward_pass = 3\n")
    counted = found.counted(result(points={**FULL, "rnn_cell_forward": 3.5}), READ)
    assert (counted.points, counted.maximum) == (15, 25)
    other = policies("").counted({**result(), "notebook": "02_forward_pass", "exercises": {}}, {})
    assert found.total({CELL: counted, "02_forward_pass": other}) == pytest.approx(100 * (15 / 25) / 4)


@given(st.integers(0, 10**10), st.floats(0, 100), st.floats(0, 7), st.floats(0, 3), st.floats(0, 50))
def test_what_counts_is_between_nothing_and_the_points(seconds, percent, first, second, weight):
    found = Policies({CELL: dt.datetime(2026, 10, 24, tzinfo=dt.timezone.utc)}, percent, weights={"readout": weight})
    counted = found.counted(result(seconds * 10**9, {"rnn_cell_forward": first, "readout": second}), READ)
    assert 0 <= counted.points <= first + second * weight / 3 + 2 + 1e-9 <= counted.maximum + 2e-9


def test_an_alias_is_the_same_every_time_and_another_in_another_class():
    assert alias(5, "ada") == alias(5, "ada") != alias(6, "ada") and "ada" not in alias(5, "ada")
