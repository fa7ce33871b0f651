"""Moodle: View all submissions > Download all submissions, and the grading worksheet."""

import contextlib
import re
import unicodedata

from instructor.grading.layouts.base import Layout
from instructor.grading.names import LONGEST_NAME, Who, is_anonymous
from instructor.grading.notebook_file import Refused
from instructor.grading.roster import NoRoster, Roster, read_time

MARK = re.compile(r"(?:_(\d{1,20}))?_assignsubmission_[a-z]{1,40}(?=_|$)_?")


class Moodle(Layout):
    """`Ada Lovelace_1234567_assignsubmission_file_/x.ipynb`, or the same without folders; of teams the group and its
    number, none for the default group (mod/assign/classes/downloader.php). Moodle writes a space for every _ of a name,
    so the first number is its own; a number is one assignment's, except where marking is blind. Times are in the
    grading worksheet alone, `Participant 1234567`, in the reader's language (mod/assign/feedback/offline/locallib.php).
    """

    title, order, lasting, always = "Moodle", 10, False, True

    def student(self, name, node):
        name = unicodedata.normalize("NFC", name[:LONGEST_NAME])
        marks = list(MARK.finditer(name))
        if not marks or not marks[0].start():
            return None
        mark = marks[-1 if name in node.folders else 0]  # of a file the rest is the student's own
        return Who(name[:mark.start()].strip(), mark[1] or ""), name[mark.end():] or name, 0

    def read(self, node, found, course, again):
        """When they handed in is read from worksheets that lie here, or beside a folder or zip around."""
        begin = len(found.claims)
        super().read(node, found, course, again)
        numbers, times, place = {claim.who.number for claim in found.claims[begin:]} - {""}, {}, node
        while numbers and place:
            for entry in place.files:
                with contextlib.suppress(Refused, NoRoster):
                    sheet = Roster(course.listing.read(entry)) if entry.parts[-1].lower().endswith(".csv") else None
                    for person, text in (sheet.times() or {} if sheet and sheet.numbered else {}).items():
                        when = read_time(text)
                        times[person.ids[0]] = int(when.timestamp() * 1e9) if when else 0
            place = place.up
        for claim in found.claims[begin:]:
            claim.when = times.get(claim.who.number, 0)

    def doubt(self, name):
        return "the name holds another student's number; Moodle's own decides" \
            if len(MARK.findall(name)) > 1 else ""

    def identity(self, who):
        return ("number", who.number) if is_anonymous(who.name) else ("name", who.name)

    def tables(self, pupils, notebooks, maximum):
        """A grading worksheet per notebook (mod/assign/feedback/offline): Identifier, Grade and Last modified (grade)
        are required; an empty grade leaves what is there."""
        for notebook in notebooks:
            rows = [["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)"]]
            for pupil in pupils:
                if notebook in pupil.points:
                    number = pupil.numbers.get(notebook, "")
                    rows.append([f"Participant {number}" if number else "", pupil.name, pupil.points[notebook],
                                 maximum(notebook), ""])
            yield f"moodle/{notebook}.csv", rows
