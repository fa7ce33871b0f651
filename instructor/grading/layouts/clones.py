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


class Clones(Layout):
    """`rnn-course-submissions/rnn-course-ada/notebooks/...` as `gh classroom clone student-repos` makes them; what all
    names begin with is the assignment.
    """

    title, order = "GitHub Classroom and other clones", 40

    def knows(self, node):
        clones = [name for name, inner in node.folders.items() if is_clone(inner)]
        return is_clone(node) or len(clones) > 1 and 2 * len(clones) > len(node.folders)

    def read(self, node, found, course, again):
        if is_clone(node):  # one student's
            named = [name for name in node.around() if not is_generic(name, course.notebooks)]
            files = [(entry, entry.parts[-1]) for entry in node.everything()]
            node.folders, node.files, node.other = {}, [], []
            who = Who((named or node.around() or ("unnamed",))[-1])
            found.claims.append(Claim(self, who, files, node.around()[:-1],
                                      doubt="one copy of the course: the folder's name is taken for the student's"))
            return
        clones = [name for name, inner in node.folders.items() if is_clone(inner)]
        shared = os.path.commonprefix(clones) if len(clones) > 1 else ""
        if not shared and node.name.endswith("-submissions"):
            shared = node.name.removesuffix("submissions")
        shared = shared[:shared.rfind("-") + 1]
        around = node.around()
        for name in clones:
            own = name[len(shared):] if name.startswith(shared) and len(name) > len(shared) else name
            found.claims.append(Claim(self, Who(own), node.take(name), around))


class Homes(Layout):
    """`home/jupyter-ada/...` as The Littlest JupyterHub makes them; elsewhere homes are folders like any other."""

    title, order = "JupyterHub homes", 35

    def student(self, name, node):
        match = re.match(r"jupyter-(.+)$", name)
        return (Who(match[1]), name, 0) if match and name in node.folders else None
