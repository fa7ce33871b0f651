"""Who takes part: a system's own export of participants, or a table with id, name and group."""

import contextlib
import csv
import datetime as dt
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from instructor.grading.names import NOBODY, WORDS, folded, own_folder

IDS, NAMES, FIRST, LAST, GROUPS, TIMES, EMAILS, USERNAMES = (WORDS["columns"][kind] for kind in (
    "ids", "names", "first", "last", "groups", "times", "emails", "usernames"))
FORMS = ("%A, %d %B %Y, %I:%M %p", "%A, %B %d, %Y, %I:%M %p")  # of times in Moodle's English
SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"})  # in names of users
SPOILT = re.compile(r"\d([.,]\d+)?[eE]\+\d+$")  # 1.23E+05, of many numbers
BEFORE = re.compile(rf"(?i)^(?:[#'=\"]+|(?:{'|'.join(sorted(NOBODY, reverse=True))})(?:/in)? ?(?=\d+$))")


class NoRoster(ValueError):
    """A roster that cannot be read; the message says what was expected."""


def squashed(text):
    """A name as Canvas writes it: letters and numbers alone, small."""
    return "".join(c for c in text.casefold() if c.isalnum())


@dataclass(eq=False)
class Person:
    """A line of the roster. ids : numbers, user names and addresses; columns : what it says, by small-letter title"""

    name: str
    ids: tuple
    group: str = ""
    columns: dict = field(default_factory=dict)
    key: str = ""

    def groups(self):
        """The groups that somebody is in, squashed."""
        return {squashed(group) for group in self.group.replace(";", ",").split(",")} - {""}

    def called(self):
        """The forms that systems make of the name: in any order, and squashed as Canvas does."""
        first, last = self.columns.get("first", ""), self.columns.get("last", "")
        words = self.name.split()
        turned = (self.name, last + first, first + last, "".join(words[-1:] + words[:-1]),
                  "".join(words[1:] + words[:1]))
        spelt = self.name.casefold().translate(SPELT)
        return {folded(self.name), folded(spelt), squashed(spelt), *(squashed(text) for text in turned)} - {""}


class Roster:
    """Everybody who takes part. Reads a .csv, or its bytes (commas, semicolons or tabs; UTF-8, UTF-16 or Latin-1)."""

    def __init__(self, path):
        self.people = []
        raw = path if isinstance(path, bytes) else Path(path).read_bytes()
        rows = decoded(raw).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        try:
            for above, row in enumerate(rows[:20], 1):  # a title, or Excel's sep=;
                delimiter = max(",;\t|", key=row.count)
                cells = next(csv.reader([row], delimiter=delimiter), ())
                head = [cell.strip().strip('"# ').casefold() for cell in cells]
                if set(head) & {*NAMES, *IDS, *FIRST, *LAST}:
                    rest = io.StringIO("\n".join(rows[above:]))
                    lines = list(csv.reader(rest, delimiter=delimiter, skipinitialspace=True))
                    break
            else:
                raise NoRoster(f"{path}: its first line is {rows[0][:200]!r}, expected titles of columns such as "
                               "id, name, group, or a system's own export of participants as .csv")
        except csv.Error as error:
            raise NoRoster(f"{path} is not a table: {error}; export it as .csv") from error
        self.titles = set(head)
        for line in lines:
            if any(cell.strip() for cell in line):
                self.add(dict(zip(head, (cell.strip() for cell in line), strict=False)))
        self.by_id, self.by_bare_id, self.by_name = {}, {}, {}
        for person in self.people:
            for item in map(str.casefold, person.ids):
                for form in {item, item.partition("@")[0]}:
                    self.by_id.setdefault(form, set()).add(person)
                self.by_bare_id.setdefault(without_zeros(item), set()).add(person)
            for name in person.called():
                self.by_name.setdefault(name, set()).add(person)

    def add(self, columns):
        """Note a line; Canvas's line of maxima and its test student are nobody."""
        def first(titles):
            return next((columns[title] for title in titles if columns.get(title)), "")

        name, given = first(NAMES), first(FIRST)
        if not name or given not in name and not first(LAST):  # Name;Vorname
            name = " ".join(filter(None, (given, name or first(LAST))))
        ids = tuple(dict.fromkeys(clean(columns[title]) for title in IDS
                                  if clean(columns.get(title, ""))))
        if name.strip() in ("Points Possible", "Student, Test") or not name and not ids:
            return
        columns = {title: text for title, text in columns.items() if text}
        if "student" in columns and "id" in columns:  # Canvas's gradebook: its ID is the number in file names
            columns["canvas id"] = columns["id"]
        columns.update({key: text for key, text in {
            "first": first(FIRST), "last": first(LAST), "email": first(EMAILS), "first name": first(FIRST),
            "last name": first(LAST), "username": first(USERNAMES)}.items() if text})
        if twin := next((person for person in self.people if folded(person.name) == folded(name or ids[0])
                         and (set(person.ids) & set(ids))), None):  # a line for each group or role
            if (first(TIMES) or "") not in twin.columns.values():
                twin.columns[TIMES[0]] = f"{twin.columns.get(TIMES[0], '')} and {first(TIMES)}"  # read in no way
            twin.ids = tuple(dict.fromkeys(twin.ids + ids))
            twin.group = ", ".join(dict.fromkeys(filter(None, (twin.group, first(GROUPS)))))
            return
        self.people.append(Person(name or ids[0], ids, first(GROUPS), columns))

    @property
    def numbered(self):
        """Whether it is Moodle's grading worksheet, whose numbers are those of one assignment."""
        return any(person.columns.get("identifier", "").endswith(f" {person.ids[0]}")
                   for person in self.people if person.ids)

    def times(self):
        """Person -> when they handed in, as the table writes it; None where no column says it."""
        column = next((title for title in TIMES if title in self.titles), None)
        return column and {person: person.columns.get(column, "").removesuffix("-").strip() for person in self.people}

    def give_keys(self):
        """Give everybody a folder of their own; returns folder -> whose."""
        taken = {}
        for person in self.people:
            person.key = own_folder(person.name, person.ids, taken)
        return taken

    def members(self, name):
        """The people of the group that has this name, or whose names one after another are this name."""
        words = set(folded(name).split()) - {"and", "und", "et", "y", "e"}
        some = {person: own for person in self.people
                if len(own := folded(person.name).split()) > 1 and words.issuperset(own)}
        if len(some) > 1 and sorted(sum(some.values(), [])) == sorted(words):
            return list(some)
        parts = [[person for person in self.people if word in folded(person.name).split()] for word in sorted(words)]
        if len(words) > 2 and all(len(part) == 1 for part in parts) and len(set(sum(parts, []))) == len(words):
            return sum(parts, [])  # ada_bob_cy: each word is in one name; of two words it may be a stranger's name
        return [person for person in self.people if squashed(name) in person.groups()]

    def holders(self, item):
        """The people who have a number, user name or address; zeros in front count where somebody has them."""
        item = item.casefold()
        return self.by_id.get(item) or self.by_bare_id.get(without_zeros(item), set()) if item else set()

    def namesakes(self, name):
        """The people who are called so."""
        return self.by_name.get(folded(name), set()) | self.by_name.get(squashed(name), set())

    def find(self, name, number="", numbered=False):
        """(Person or None, what to look at, in words): by number, then by name, then by a part of it that only one has.

        number : that lasts, "" for none; numbered : the roster knows such numbers, so another one is a stranger's
        """
        by_number = set()
        for item in (number, name, name.partition("@")[0]):
            by_number = by_number or self.holders(item)
        by_name = self.namesakes(name)
        if len(by_number) == 1:
            person = next(iter(by_number))
            return person, "" if not by_name or person in by_name else \
                f"called {name}, but its number is that of {person.name}: the number decides"
        if by_name and numbered and number:
            return None, f"called {name} as on the roster, but with another number: the number decides"
        if not by_name and (words := set(folded(name).split())):
            some = [person for person in self.people
                    if words <= (own := set(folded(person.name).split())) or len(own) > 1 and own <= words]
            if len(some) == 1 and not numbered:
                return some[0], f"taken for {some[0].name} of the roster, by a part of the name"
        if len(by_name) == 1:
            return next(iter(by_name)), ""
        return None, f"{len(by_name)} people on the roster are called {name}" if by_name else "not on the roster"


def read_time(text):
    """A time that can be read in one way only, None for others: 2026-10-12 23:59, or as Moodle writes it in English."""
    plain = re.sub(r" ?([+-]\d\d):?(\d\d)$", r"\1:\2", text.replace("Z", "+00:00"))
    for read in (lambda: dt.datetime.fromisoformat(plain),
                 *(lambda form=form: dt.datetime.strptime(text, form) for form in FORMS)):
        with contextlib.suppress(ValueError):
            return read() if ":" in text else None  # a day alone is none
    return None


def clean(item):
    """A number as a spreadsheet leaves it (="0012", '0012, 12.0, #12) or Moodle's Participant 12, without that."""
    return re.sub(r"(?<=\d)\.0$", "", BEFORE.sub("", item.strip()).strip('"')) if not SPOILT.match(item) else ""


def without_zeros(item):
    """A number as a spreadsheet keeps it."""
    return item.lstrip("0") if item.isdigit() else item


def decoded(raw):
    """Text in whichever of the usual encodings it is."""
    wide = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}.get(raw[:2]) or (
        ("utf-16-be", "utf-16-le")[raw[:1] != b"\0"] if b"\0" in raw[:2] else "")
    for encoding in (wide or "utf-8-sig", "cp1252", "latin-1"):
        try:
            return raw.decode(encoding)
        except UnicodeError:
            pass
    return raw.decode(errors="replace")
