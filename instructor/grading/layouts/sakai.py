"""Sakai: Assignments > Download All, and the same zip's grades.csv > Upload All."""

import re

from instructor.grading.layouts.base import Layout
from instructor.grading.names import LONGEST_NAME, Who

NAME = re.compile(r"(?P<name>.{1,300})\((?P<id>[^()]{1,100})\)(?P<rest>)$")  # the last id is Sakai's
FLAT = re.compile(r"(?P<name>.{1,300}?)\((?P<id>[^()]{1,100})\)_Submission attachment\(s\)_(?P<rest>.+)$")
OWN = ("timestamp.txt", "comments.txt", "feedbacktext.html", "grades.csv", "grades.xls")


class Sakai(Layout):
    """`Week 1/Lovelace, Ada(ada01)/Submission attachment(s)/x.ipynb`, with `timestamp.txt`, `..._submissionText.html`
    and `Feedback Attachment(s)/` beside; `grades.csv` above.
    """

    title, order = "Sakai", 20

    def student(self, name, node):
        match = FLAT.match(name[:LONGEST_NAME]) or NAME.match(name[:LONGEST_NAME])
        if not match or not match["rest"] and name not in node.folders:
            return None
        inside = node.folders.get(name)
        known = inside and [*inside.folders, *(entry.parts[-1] for entry in inside.files)]
        if known and not any(part.endswith("(s)") or part.lower() in OWN or "submissiontext" in part.lower()
                             for part in known) and "," not in match["name"]:
            return None
        return Who(match["name"].strip(), match["id"]), match["rest"] or name, 0

    def own(self, entry, name, node):
        inside = name and any(part.lower().startswith("feedback") for part in entry.parts[node.depth + 1:-1])
        return "Sakai's own, or an instructor's" if inside or entry.parts[-1].lower() in OWN else ""

    def tables(self, pupils, notebooks, maximum):
        """grades.csv of each assignment, as it lies in the zip that is uploaded again."""
        for notebook in notebooks:
            rows = [[notebook, "POINTS"], [], ["Display ID", "ID", "Last Name", "First Name", "grade"]]
            for pupil in pupils:
                if notebook in pupil.points:
                    last, _, first = pupil.name.partition(", ")
                    rows.append([pupil.number, pupil.number, last, first, pupil.points[notebook]])
            yield f"sakai/{notebook}/grades.csv", rows
