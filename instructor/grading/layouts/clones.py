"""GitHub Classroom, other clones of the course, and homes of a JupyterHub."""

import os
import re

from instructor.grading.layouts.base import Claim, Layout
from instructor.grading.names import Who, is_generic


def is_clone(node):
    """Whether a folder is a copy of the course: its notebooks in `notebooks/`, and what they import or solve beside."""
    inner = node.folders.get("notebooks")
    return bool(inner) and (any(name in node.folders for name in ("rnn_helpers", "authoring", "binder", "tests"))
                            or "solutions" in inner.folders or any(entry.parts[-1] == ".git" for entry in node.other))


def holds_clone(node):
    """The same, or a zip of it as GitHub makes them, a folder of the same name inside."""
    inner = node.folders.get(node.name)
    return is_clone(node) or node.archive and len(node.folders) == 1 and bool(inner) and is_clone(inner)


class Clones(Layout):
    """`rnn-course-submissions/rnn-course-ada/notebooks/...` as `gh classroom clone student-repos` makes them; what all
    names begin with is the assignment.
    """

    title, order = "GitHub Classroom and other clones", 40

    def knows(self, node):
        clones = [name for name, inner in node.folders.items() if holds_clone(inner)]
        return is_clone(node) or len(clones) > 1 and 2 * len(clones) > len(node.folders)

    def read(self, node, found, course, again):
        if is_clone(node):  # one student's
            named = [name for name in node.around() if not is_generic(name, course.notebooks)]
            files = [(entry, entry.parts[-1]) for entry in node.everything()]
            node.folders, node.files, node.other = {}, [], []
            name = (named or node.around() or ("unnamed",))[-1]
            parent = node.up.name if node.up and node.up.name.endswith("-submissions") else ""
            who = Who(name.removeprefix(parent.removesuffix("submissions")) or name)
            found.claims.append(Claim(self, who, files, node.around()[:-1],
                                      doubt="one copy of the course: the folder's name is taken for the student's"))
            return
        clones = [name for name, inner in node.folders.items() if holds_clone(inner)]
        shared = os.path.commonprefix(clones) if len(clones) > 1 else ""
        if not shared and node.name.endswith("-submissions"):
            shared = node.name.removesuffix("submissions")
        shared = shared[:shared.rfind("-") + 1]
        around = node.around()
        for name in clones:
            own = name.removeprefix(shared) or name
            if node.folders[name].archive:
                own = own.removesuffix("-main").removesuffix("-master")
            found.claims.append(Claim(self, Who(own), node.take(name), around))


class Homes(Layout):
    """`home/jupyter-ada/...` as The Littlest JupyterHub makes them; elsewhere homes are folders like any other."""

    title, order = "JupyterHub homes", 35

    def student(self, name, node):
        match = re.match(r"jupyter-(.+)$", name)
        return (Who(match[1]), name, 0) if match and name in node.folders else None
