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

    def read(self, node, found, course, again):
        begin = len(found.claims)
        super().read(node, found, course, again)
        for claim in found.claims[begin:]:
            own = [entry for entry, _ in claim.files
                   if any(part.lower().startswith("feedback") for part in entry.parts[node.depth + 1:-1])
                   or entry.parts[-1].lower() in OWN]
            found.left += [(entry, entry.junk or "Sakai's own, or an instructor's") for entry in own]
            claim.files = [pair for pair in claim.files if pair[0] not in own] or [
                (entry, entry.parts[-1]) for entry in own[:1]]
        if len(found.claims) > begin:
            tables = [entry for entry in node.files if entry.parts[-1].lower() in OWN]
            found.left += [(entry, "Sakai's own table") for entry in tables]
            node.take_files(tables)

    def tables(self, pupils, notebooks, maximum):
        """grades.csv of each assignment, as it lies in the zip that is uploaded again."""
        for notebook in notebooks:
            rows = [[notebook, "POINTS"], [], ["Display ID", "ID", "Last Name", "First Name", "grade"]]
            for pupil in pupils:
                if notebook in pupil.points:
                    last, _, first = pupil.name.partition(", ")
                    rows.append([pupil.number, pupil.number, last, first, pupil.points[notebook]])
            yield f"sakai/{notebook}/grades.csv", rows
