"""What an instructor decides about points, in one file, grading.toml: deadlines, attempts, weights, groups, names.

Nothing here changes what is kept: points as the checks and a person gave them stay in the results and the gradebook,
and what counts is worked out from them when the tables are written.
"""

import datetime as dt
import hashlib
import zoneinfo
from dataclasses import dataclass, field
from pathlib import Path

from instructor import toml
from instructor.grading.grade_tables import columns, number
from instructor.grading.layouts import LAYOUTS
from instructor.grading.roster import TIMES, NoRoster, Roster, read_time
from rnn_helpers.course import NOTEBOOKS

DAY = dt.timedelta(days=1)
DATED = {layout.title for layout in LAYOUTS if layout.dated}


class BadPolicy(ValueError):
    """grading.toml says something that cannot be followed; the message says what, and what is expected."""


def known(table, where, *allowed):
    """Refuse keys that mean nothing."""
    if strange := sorted(set(table) - set(allowed)):
        raise BadPolicy(f"grading.toml: {where}{strange[0]} is not known, expected one of {', '.join(allowed)}")


def checked(table, key, kind, default, words, fits=lambda value: True):
    """A value of a table, if it is what it should be."""
    value = table.get(key, default)
    if value is not default and not (isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
                                     and fits(value)):
        raise BadPolicy(f"grading.toml: {key} is {value!r}, expected {words}")
    return value


@dataclass(frozen=True)
class Counted:
    """What counts of a student's notebook. points : None when there is nothing; why : what was applied, in words"""

    points: float | None
    maximum: float
    why: tuple = ()
    dated: bool = True  # False when there is a deadline, and no time to compare it with


class Times:
    """When a notebook was handed in: student -> time in grading.toml, or a table with a column of times."""

    def __init__(self, given, folder, moment, notebook):
        self.name, self.table, where = "grading.toml", None, f"handed_in: {notebook}"
        if isinstance(given, dict):
            self.times = {student: moment(time if isinstance(time, dt.datetime) else str(time), f"{where}: {student}")
                          for student, time in given.items()}
            return
        try:
            self.name, self.table = Path(given).name, Roster(folder / given)
        except (NoRoster, OSError, TypeError) as error:
            raise BadPolicy(f"grading.toml: {where} is {given!r}, expected {{ student = time }} or a table beside "
                            f"grading.toml: {error}") from error
        self.times, self.numbered = self.table.times(), self.table.numbered
        if self.times is None:
            raise BadPolicy(f"grading.toml: {where}: {self.name} has no column {' or '.join(map(repr, TIMES))}")
        for person, text in self.times.items():
            if when := read_time(text):
                self.times[person] = moment(when, f"{where}: {self.name}: {person.name}")

    def of(self, result, ids=()):
        """(when, in ns, 0 when that is not known; words on where from). ids : what the roster knows a student by"""
        key = result["student"]
        if self.table:
            name, number = result.get("name", ""), result.get("number", "")
            found = [self.table.find(name, number, self.numbered)]
            found += [self.table.find(item) for item in (key, *ids) if not self.numbered]
            key = next((person for person, doubt in found if person and not doubt), None)
        when = self.times.get(key, "")
        if isinstance(when, str):
            return 0, f" ({self.name} says {when!r})" if when else ""
        return int(when.timestamp() * 1e9), f" by {self.name}"


@dataclass
class Policies:
    """What grading.toml says; without one, points count as they are.

    deadlines : notebook -> datetime; late_per_day : percent of the maximum that a day begun costs
    handed_in : notebook -> Times, which go before what the systems' names say; ids : student -> the roster's, for them
    extensions : student -> notebook or "all" -> days, or datetime; attempts : "last" or "best"
    weights : notebook or exercise -> number; groups : name -> students; anonymous : whether markers see no names
    timezone : of times without an offset, "" for this machine's
    """

    deadlines: dict = field(default_factory=dict)
    late_per_day: float = 0.0
    extensions: dict = field(default_factory=dict)
    attempts: str = "last"
    weights: dict = field(default_factory=dict)
    groups: dict = field(default_factory=dict)
    anonymous: bool = False
    timezone: str = ""
    handed_in: dict = field(default_factory=dict)
    ids: dict = field(default_factory=dict)

    @classmethod
    def read(cls, path):
        """The policies of a file, those of none when it is not there. BadPolicy before anything is graded."""
        try:
            data = toml.read(path) if path.exists() else {}
        except ValueError as error:
            raise BadPolicy(f"{path} is not TOML (in UTF-8, times with seconds, names with spaces or accents quoted): "
                            f"{error}") from error
        tables = {"deadlines": NOTEBOOKS, "handed_in": NOTEBOOKS, "extensions": (), "groups": (),
                  "weights": (*NOTEBOOKS, *(name for name, *_ in columns()))}
        known(data, "", "timezone", "late_per_day", "attempts", "anonymous", *tables)
        for key, names in tables.items():
            table = checked(data, key, dict, {}, f"a table, [{key}]")
            known(table, f"{key}: ", *names or table)
        zone = data.get("timezone")
        try:
            zone = zoneinfo.ZoneInfo(zone) if zone is not None else None
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
            raise BadPolicy(f"grading.toml: timezone is {zone!r}, expected a name as \"Europe/Vienna\"") from error

        def moment(value, where):
            """A deadline with its zone; a day alone ends at midnight."""
            if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
                value = dt.datetime.combine(value, dt.time(23, 59, 59))
            if not isinstance(value, dt.datetime):
                raise BadPolicy(f"grading.toml: {where} is {value!r}, expected a time as 2026-10-12T23:59:00 "
                                "(without quotes)")
            if value.tzinfo is None and zone is None:
                raise BadPolicy(f"grading.toml: {where} has no time zone: add timezone = \"Europe/Vienna\" at the top")
            return value if value.tzinfo else value.replace(tzinfo=zone)

        deadlines = {name: moment(value, f"deadlines: {name}") for name, value in data.get("deadlines", {}).items()}
        extensions = {}
        for student, given in data.get("extensions", {}).items():
            given = given if isinstance(given, dict) else {"all": given}
            known(given, f"extensions: {student}: ", "all", *NOTEBOOKS)
            extensions[student] = {
                name: value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10_000
                else moment(value, f"extensions: {student}: {name}") for name, value in given.items()}
        for name in data.get("weights", {}):
            checked(data["weights"], name, (int, float), None, "a number, 0 or more", lambda value: value >= 0)
        for name, students in data.get("groups", {}).items():
            if not isinstance(students, list) or not all(isinstance(student, str) for student in students):
                raise BadPolicy(f"grading.toml: groups: {name} is {students!r}, expected a list of students, "
                                '["ada", "bob"]')
        checked(data, "late_per_day", (int, float), 0, "percent of the maximum, 0 to 100",
                lambda value: 0 <= value <= 100)
        checked(data, "attempts", str, "last", '"last" or "best"', ("last", "best").__contains__)
        checked(data, "anonymous", bool, False, "true or false")
        handed_in = {name: Times(given, path.parent, moment, name) for name, given in data.get("handed_in", {}).items()}
        return cls(**{**data, "deadlines": deadlines, "extensions": extensions, "handed_in": handed_in})

    def students(self):
        """The students that the file names."""
        return {*self.extensions, *(student for students in self.groups.values() for student in students)}

    def deadline(self, student, notebook):
        """(a student's deadline or None, words about an extension)."""
        due, given = self.deadlines.get(notebook), self.extensions.get(student, {})
        more = given.get(notebook, given.get("all"))
        if due is None or more is None:
            return due, ""
        later = due + more * DAY if isinstance(more, int) else more
        return later, f" (extended to {later:%Y-%m-%d %H:%M})"

    def when(self, result):
        """(when the last attempt was handed in, in ns, 0 when that is not known; words on where from)."""
        said, layout = self.handed_in.get(result["notebook"]), result.get("layout")
        time, words = said.of(result, self.ids.get(result["student"], ())) if said else (0, "")
        if time or not result.get("time"):
            return time, words
        return result["time"], " by the file's own time" if layout in DATED else ""

    def penalty(self, student, notebook, time, maximum):
        """(points, words) that lateness costs. time : when it was handed in, in ns, 0 when that is not known"""
        due, words = self.deadline(student, notebook)
        if due is None:
            return 0.0, ""
        if not time:
            return 0.0, "when it was handed in is not known: no deadline applied"
        late = dt.datetime.fromtimestamp(time / 1e9, due.tzinfo) - due
        if late <= dt.timedelta(0):
            return 0.0, f"in time{words}" if words and late + (due - self.deadlines[notebook]) > dt.timedelta(0) else ""
        days = -(-late // DAY)
        return (min(maximum, maximum * self.late_per_day * days / 100),
                f"{days} day{'s' * (days > 1)} late{words}, {self.late_per_day:g} % of {number(maximum)} a day")

    def worth(self, name, points, most):
        """(points, maximum) of an exercise or written answer in its weight."""
        weight = self.weights.get(name, most)
        return points * weight / most, weight

    def counted(self, result, read):
        """What counts of a result (see `Counted`). read : as `Course.manual` gives"""
        notebook, parts = result["notebook"], [c for c in columns() if c[1] == result["notebook"]]
        maximum = self.maximum(notebook)
        written = sum(self.worth(name, read[name][0] or 0.0, most)[0] for name, _, most, by_hand in parts
                      if by_hand and name in read)
        graded = result["status"] == "graded"
        tries = [attempt_of(result)] if graded else []
        tries += result.get("attempts", ()) if self.attempts == "best" else ()
        if not tries:
            return Counted(None, maximum)

        def outcome(attempt):
            points = written + sum(self.worth(name, attempt["exercises"].get(name, 0.0), most)[0]
                                   for name, _, most, by_hand in parts if not by_hand)
            time, source = self.when(result) if attempt is tries[0] and graded else (attempt["time"], "")
            cost, words = self.penalty(result["student"], notebook, time, maximum)
            if not time and words and "handed in late" in result.get("notes", ()):
                words = "late, by how much is not known: no deadline applied until [handed_in] says when"
            return max(points - cost, 0.0), points, words + source if words else "", bool(time or not words)

        points, before, words, dated = max(map(outcome, tries), key=lambda found: found[0])
        why, last = [words] if words else [], outcome(tries[0])[0] if graded else None
        if last is None or points > last:
            why.append(f"an earlier attempt counts, the last one gives {number(last) or 'none'}")
        if any(name in self.weights for name, *_ in parts):
            why.append(f"points of exercises weighted, {number(maximum)} in all")
        words = (f"{number(before)} points before: {'; '.join(why)}",) if why else ()
        return Counted(points, maximum, words, dated)

    def of_group(self, student):
        """The name of a student's group, "" of none."""
        return next((name for name, students in self.groups.items() if student in students), "")

    def maximum(self, notebook):
        """Points of a notebook, its exercises in their weight."""
        return sum(self.worth(name, 0.0, most)[1] for name, where, most, _ in columns() if where == notebook)

    def total(self, counted):
        """Percent over all notebooks. counted : notebook -> Counted; a notebook weighs its maximum unless told."""
        weights = {notebook: self.weights.get(notebook, each.maximum) for notebook, each in counted.items()}
        earned = sum(weights[notebook] * (each.points or 0.0) / each.maximum for notebook, each in counted.items()
                     if each.maximum)
        return 100 * earned / sum(weights.values()) if sum(weights.values()) else 0.0


def attempt_of(result):
    """What is remembered of a graded result when another takes its place."""
    return {"time": result.get("time", 0), "exercises": {name: e["points"] for name, e in result["exercises"].items()}}


def alias(seed, student):
    """A name that tells nothing, the same in every run of a class."""
    return "anonymous-" + hashlib.blake2b(student.encode(errors="surrogateescape"), key=seed.to_bytes(16, "big"),
                                          digest_size=5).hexdigest()
