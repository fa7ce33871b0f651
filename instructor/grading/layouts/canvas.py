"""Canvas: Download Submissions, and the gradebook's import."""

import re
import unicodedata
from collections import Counter

from instructor.grading.layouts.base import Layout
from instructor.grading.names import LONGEST_NAME, Who, named
from rnn_helpers.course import NOTEBOOKS

POSSIBLE = "    Points Possible"  # what Canvas looks for, its spaces included
REST = r"(?:(?P<file>[1-9]\d{3,19})_(?P<rest>.+)|(?P<page>(?:text|link)\.html))$"
BLIND = re.compile(r"(?P<late>LATE_)?(?P<name>anon_[A-Za-z0-9]{1,40})_" + REST)
OWN = re.compile(r"(?P<name>[^\W_]\w{0,200}?)(?P<late>_LATE)?_(?P<number>[1-9]\d{0,19})_" + REST)


class Canvas(Layout):
    """`lovelaceada_LATE_12345_67890_x-1.ipynb`, `anon_x1Y2z_67890_x.ipynb`, `smithbob_12346_text.html`, flat: the name
    in small letters, digits and _, the user's number, the file's (lib/content_zipper.rb). The first number between _
    is Canvas's own.
    """

    title, order, always = "Canvas", 30, True

    def student(self, name, node):
        name = unicodedata.normalize("NFC", name[:LONGEST_NAME])
        if match := BLIND.match(name):
            return Who(match["name"], late=bool(match["late"])), match["rest"] or match["page"], 0
        match = OWN.match(name)
        if not match or named(match["name"], NOTEBOOKS)[1] or {match["number"], match["file"]} & self.shared(node):
            return None
        return Who(match["name"], match["number"], bool(match["late"])), match["rest"] or match["page"], 0

    @staticmethod
    def shared(node):
        """Numbers that are not Canvas's: where a file's would be, of several names, as in ada_101_2026_x.ipynb and
        bob_101_2026_x.ipynb; or a year, as in ada_2026_1012_x.ipynb.
        """
        if not hasattr(node, "canvas"):
            names = [*node.folders, *(entry.parts[-1] for entry in node.files)]
            found = [match for name in names if (match := OWN.match(name[:LONGEST_NAME])) and match["file"]]
            names = {(match["file"], match["name"]) for match in found} | {
                (match["number"], match["name"]) for match in found if 1990 <= int(match["number"]) <= 2100}
            node.canvas = {number for number, count in Counter(number for number, _ in names).items() if count > 1}
        return node.canvas

    def tables(self, pupils, notebooks, maximum):
        """The gradebook, a column per notebook, an assignment of that title (lib/gradebook_importer.rb); the student is
        found by ID. A line whose first cell says Points Possible anywhere sets the maxima."""
        rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *notebooks],
                [POSSIBLE, "", "", "", "", *map(maximum, notebooks)]]
        for pupil in pupils:
            rows.append([pupil.name.replace("Points", "points"), pupil.column("canvas id") or pupil.number,
                         pupil.column("sis user id"), pupil.column("sis login id"), pupil.column("section", "group"),
                         *(pupil.points.get(notebook) for notebook in notebooks)])
        yield "canvas.csv", rows
