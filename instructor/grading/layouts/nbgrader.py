"""nbgrader: a course folder, its exchange, what collect and zip_collect leave."""

import re

from instructor.grading.layouts.base import Claim, Layout, stamped, utc
from instructor.grading.names import LONGEST_NAME, Who

STEPS = {"source", "release", "autograded", "feedback", "solution"}
INBOUND = re.compile(r"(?P<user>[^+].{0,200}?)\+(?P<assignment>[^+]{1,200})\+"
                     r"(?P<when>\d{4}-\d\d-\d\d \d\d.\d\d.\d\d[^+]*)(?:\+.*)?$")


class Nbgrader(Layout):
    """`submitted/ada/ps1/x.ipynb`, with `timestamp.txt`, of a course folder, whose other folders are the course's; in
    the exchange `inbound/ada+ps1+2026-03-02 10:15:00.000000 UTC+token/x.ipynb`, one for each attempt.
    """

    title, order = "nbgrader", 12

    def student(self, name, node):
        match = INBOUND.match(name[:LONGEST_NAME])
        return match and (Who(match["user"]), name, utc(match["when"]))

    def knows(self, node):
        return self.course_folder(node) or self.submitted(node) or super().knows(node)

    @staticmethod
    def submitted(node):
        return node.name == "submitted" and any(entry.parts[-1] == "timestamp.txt" for user in node.folders.values()
                                                for inner in user.folders.values() for entry in inner.files)

    @staticmethod
    def course_folder(node):
        names = set(node.folders) | {entry.parts[-1] for entry in node.files}
        return "submitted" in node.folders and names & {*STEPS, "gradebook.db", "nbgrader_config.py"} or \
            {"inbound", "outbound"} <= names

    def read(self, node, found, course, again):
        for name in list(node.folders) if self.submitted(node) else ():
            user, around = node.folders[name], node.around()
            parts = [user.take(part) for part in list(user.folders)]
            for files in filter(None, [*parts, node.take(name)]):
                when = stamped([entry for entry, _ in files], node.depth + 3, course)
                found.claims.append(Claim(self, Who(name), files, around, when))
        if not self.course_folder(node):
            return super().read(node, found, course, again)
        for name in list(node.folders):
            inner = node.folders.pop(name)
            if name in ("submitted", "inbound"):
                found.boxes.append(name)
                again(inner)
            else:
                found.left += [(entry, entry.junk or "nbgrader's own folder, nobody's work")
                               for entry in inner.everything()]
        found.left += [(entry, "the course's own") for entry in node.files]
        node.files = []

    def tables(self, pupils, notebooks, maximum):
        """The columns of `nbgrader export`."""
        titles = ["assignment", "student_id", "last_name", "first_name", "email", "score", "max_score"]
        yield "nbgrader.csv", [titles, *(
            [notebook, pupil.name, pupil.column("last name"), pupil.column("first name"), pupil.column("email"),
             pupil.points[notebook], maximum(notebook)]
            for notebook in notebooks for pupil in pupils if notebook in pupil.points)]
