"""Moodle: View all submissions > Download all submissions, and the grading worksheet."""

import re
import unicodedata

from instructor.grading.layouts.base import Layout
from instructor.grading.names import LONGEST_NAME, Who, is_anonymous

MARK = re.compile(r"(?:_(\d{1,20}))?_assignsubmission_[a-z]{1,40}(?=_|$)_?")


class Moodle(Layout):
    """`Ada Lovelace_1234567_assignsubmission_file_/x.ipynb`, or the same without folders; of teams the group and its
    number, none for the default group (mod/assign/classes/downloader.php). Moodle writes a space for every _ of a name,
    so the first number is its own; a number is one assignment's, except where marking is blind.
    """

    title, order, lasting, always = "Moodle", 10, False, True

    def student(self, name, node):
        name = unicodedata.normalize("NFC", name[:LONGEST_NAME])
        marks = list(MARK.finditer(name))
        if not marks or not marks[0].start():
            return None
        mark = marks[-1 if name in node.folders else 0]  # of a file the rest is the student's own
        return Who(name[:mark.start()].strip(), mark[1] or ""), name[mark.end():] or name, 0

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
