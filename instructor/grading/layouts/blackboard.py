"""Blackboard Learn: Assignment File Download, and Work Offline > Upload; nbgrader's zip_collect has the same names."""

import contextlib
import os
import re

from instructor.grading.layouts.base import Layout, local
from instructor.grading.names import LONGEST_NAME, Who
from instructor.grading.notebook_file import Refused

FILE = re.compile(r"(?P<before>.{1,300}?)_attempt_(?P<when>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:_(?P<rest>.+)|\.txt|)$")
USER = re.compile(rb"[^\n]{0,500}\(([^()\n]{1,100})\)\s*\n")


class Blackboard(Layout):
    """`Week 1_alovelace_attempt_2026-03-02-10-15-00_x.ipynb` and, for each attempt, the same up to the date with
    `.txt`, flat. A title and a user name may hold _ too: the page says who it is, else what all files begin with is the
    title.
    """

    title, order = "Blackboard", 20

    def student(self, name, node):
        match = FILE.match(name[:LONGEST_NAME])
        if not match:
            return None
        user = match["before"][self.title_of(node):]
        user = user if user.strip("_") else match["before"]
        return Who(user), match["rest"] or name, local(match["when"], "%Y-%m-%d-%H-%M-%S")

    @staticmethod
    def title_of(node):
        """How many letters of the names are the assignment's title."""
        if not hasattr(node, "blackboard"):  # what is read is taken away: the title stays
            names = [*node.folders, *(entry.parts[-1] for entry in node.files)]
            users = sorted({match["before"] for name in names if (match := FILE.match(name[:LONGEST_NAME]))})
            shared = os.path.commonprefix(users) if len(users) > 1 else "".join(users)
            node.blackboard = shared.rfind("_") + 1
        return node.blackboard

    def read(self, node, found, course, again):
        self.title_of(node)
        for entry in node.files:  # Name: Ada Lee (a_lee)
            match = FILE.match(entry.parts[-1][:LONGEST_NAME])
            with contextlib.suppress(Refused):
                user = match and not match["rest"] and USER.match(course.listing.read(entry))
                user = user[1].decode(errors="replace") if user else ""
                if user and match["before"].endswith(f"_{user}"):
                    node.blackboard = len(match["before"]) - len(user)
                    break
        super().read(node, found, course, again)

    def own(self, entry, name, node):
        is_note = name == entry.parts[-1] and name.endswith(".txt")
        return "Blackboard's own note of the attempt" if is_note else ""

    def identity(self, who):
        return "name", who.name

    def tables(self, pupils, notebooks, maximum):
        """User names, and a column per notebook; a column of the Grade Center is met when its ID is added by hand."""
        yield "blackboard.csv", [["Last Name", "First Name", "Username", *notebooks], *(
            [pupil.column("last name"), pupil.column("first name"), pupil.column("username") or pupil.name,
             *(pupil.points.get(notebook) for notebook in notebooks)] for pupil in pupils)]
