"""Canvas: Download Submissions, and the gradebook's import."""

import re
import unicodedata

from instructor.grading.layouts.base import Layout
from instructor.grading.names import LONGEST_NAME, Who, is_box, named
from rnn_helpers.course import NOTEBOOKS

POSSIBLE = "    Points Possible"  # what Canvas looks for, its spaces included
FILE = re.compile(r"(?P<late>LATE_)?(?P<name>anon_[A-Za-z0-9]{1,40})_\d{1,20}_(?P<rest>.+)$")
OWN = re.compile(r"(?P<name>[^_].{0,200}?)(?P<late>_LATE)?_(?P<number>\d{1,20})_(?P<file>\d{1,20})_(?P<rest>.+)$")


class Canvas(Layout):
    """`lovelaceada_LATE_12345_67890_x-1.ipynb`, `anon_x1Y2z_67890_x.ipynb`, flat; the name without spaces and in small
    letters, the user's number, the file's (lib/content_zipper.rb). The first number between _ is Canvas's own.
    """

    title, order, always = "Canvas", 30, True

    def student(self, name, node):
        if name in node.folders and not node.folders[name].archive:
            return None  # Canvas writes files; week_1_2_smith is a folder of somebody's
        name = unicodedata.normalize("NFC", name[:LONGEST_NAME])
        if match := FILE.match(name):
            return Who(match["name"], late=bool(match["late"])), match["rest"], 0
        match = OWN.match(name)
        if not match or named(match["name"], NOTEBOOKS)[1] or is_box(match["name"], NOTEBOOKS):
            return None
        date = 1990 <= int(match["number"]) <= 2100 and 1 <= int(match["file"]) <= 12
        return None if date else (Who(match["name"], match["number"], bool(match["late"])), match["rest"], 0)

    def tables(self, pupils, notebooks, maximum):
        """The gradebook, a column per notebook, an assignment of that title (lib/gradebook_importer.rb); the student is
        found by ID."""
        rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *notebooks],
                [POSSIBLE, "", "", "", "", *map(maximum, notebooks)]]
        for pupil in pupils:
            rows.append([pupil.name, pupil.column("canvas id") or pupil.number, pupil.column("sis user id"),
                         pupil.column("sis login id"), pupil.column("section", "group"),
                         *(pupil.points.get(notebook) for notebook in notebooks)])
        yield "canvas.csv", rows
