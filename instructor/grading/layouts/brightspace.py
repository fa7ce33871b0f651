"""Brightspace (D2L): Assignments > Download, and Grades > Enter Grades > Import."""

import re

from instructor.grading.layouts.base import Layout, local
from instructor.grading.names import LONGEST_NAME, Who

NAME = re.compile(r"(?P<number>\d{1,12})-\d{1,12} - (?P<name>.{1,200}?) - "
                  r"(?P<when>(?:(?:(?! - )\D){0,20}\d+(?!\d)){3}(?:(?! - ).){0,20})(?: - (?P<rest>.+))?$")


class Brightspace(Layout):
    """`397063-2557369 - Ada Lovelace - Sep 24, 2026 926 PM/x.ipynb`, a folder for each attempt, or a file with the same
    in front; an `index.html` beside them.
    """

    title, order = "Brightspace", 20

    def student(self, name, node):
        match = NAME.match(name[:LONGEST_NAME])
        if not match:
            return None
        when = re.sub(r"[.,]", "", match["when"])
        when = re.sub(r" (\d{1,2}):?(\d\d) ?([AaPp][Mm])?$", r" \1:\2 \3", when).strip()
        hours = ("%I:%M %p", "%H:%M")
        days = ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%Y-%m-%d")
        return Who(match["name"].strip(), match["number"]), match["rest"] or name, local(
            when, *(f"{day} {hour}" for day in days for hour in hours))

    def doubt(self, name):
        return "" if self.student(name, None)[2] else "its date cannot be read: the file's own counts"

    def own(self, entry, name, node):
        return "Brightspace's own page" if not name and entry.parts[-1].lower() == "index.html" else ""

    def identity(self, who):  # the number is seen to be a person's in some downloads, the folder's in others
        return "both", who.number, who.name

    def tables(self, pupils, notebooks, maximum):
        """Points by OrgDefinedId or user name, which only the roster knows; grade items of the notebooks' titles."""
        yield "brightspace.csv", [
            ["OrgDefinedId", "Username", *(f"{notebook} Points Grade" for notebook in notebooks),
             "End-of-Line Indicator"],
            *([pupil.column("orgdefinedid", "id number", "student id", "id"), pupil.column("username"),
               *(pupil.points.get(notebook) for notebook in notebooks), "#"] for pupil in pupils)]
