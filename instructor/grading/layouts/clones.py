"""GitHub Classroom, other clones of the course, and homes of a JupyterHub."""

import os
import re

from instructor.grading.layouts.base import Claim, Layout
from instructor.grading.names import Who, is_generic

BRANCH = re.compile(r"-(main|master|[0-9a-f]{40})$")
SUBMISSIONS = re.compile(r"(.+-)submissions( ?\(\d+\))?$")


def has_git(node):
    return any(".git" in entry.parts for entry in node.other)


def is_clone(node):
    """Whether a folder is a copy of the course: its notebooks in `notebooks/`, and what they import or solve beside."""
    inner = node.folders.get("notebooks")
    return bool(inner) and (any(name in node.folders for name in ("rnn_helpers", "authoring", "binder", "tests"))
                            or "solutions" in inner.folders or has_git(node))


def repositories(node):
    """(names of the folders that are clones or GitHub's zips of them, what an assignment put before their names)."""
    begin = (SUBMISSIONS.match(node.name) or ("", ""))[1]
    bare = [name for name, inner in node.folders.items()
            if has_git(inner) and any(".ipynb" in entry.parts[-1] for entry in inner.files)]
    bare = bare if len(bare) > 1 and "-" in os.path.commonprefix(bare) else []
    found = [name for name, inner in node.folders.items() if begin and name.startswith(begin) or is_clone(inner) or
             name in bare or inner.archive and list(inner.folders) == [name] and
             (BRANCH.search(name) or is_clone(inner.folders[name]))]
    shared = begin or os.path.commonprefix(found) if begin or len(found) > 1 else ""
    return found, shared[:shared.rfind("-") + 1]


class Clones(Layout):
    """`rnn-course-submissions/rnn-course-ada/...` as `gh classroom clone student-repos` makes them; what all names
    begin with is the assignment.
    """

    title, order = "GitHub Classroom and other clones", 40

    def knows(self, node):
        count = len(repositories(node)[0])
        return is_clone(node) or 2 * count > len(node.folders) and (count > 1 or SUBMISSIONS.match(node.name))

    def read(self, node, found, course, again):
        if is_clone(node):  # one student's
            named = [name for name in node.around() if not is_generic(name, course.notebooks)]
            files = [(entry, entry.parts[-1]) for entry in node.everything()]
            node.folders, node.files, node.other = {}, [], []
            name = (named or node.around() or ("unnamed",))[-1]
            begin = SUBMISSIONS.match(node.up.name) if node.up else None
            who = Who(name.removeprefix(begin[1] if begin else "") or name)
            found.claims.append(Claim(self, who, files, node.around()[:-1],
                                      doubt="one copy of the course: the folder's name is taken for the student's"))
            return
        names, shared = repositories(node)
        for name in [name for name in node.folders if name in names or shared and name.startswith(shared)]:
            own, around = name.removeprefix(shared) or name, node.around()
            if node.folders[name].archive:
                own = BRANCH.sub("", own)
            found.claims.append(Claim(self, Who(own), node.take(name), around))


class Homes(Layout):
    """`home/jupyter-ada/...` as The Littlest JupyterHub makes them; elsewhere homes are folders like any other."""

    title, order, dated = "JupyterHub homes", 35, True

    def student(self, name, node):
        match = re.match(r"jupyter-(.+)$", name)
        return (Who(match[1]), name, 0) if match and name in node.folders else None
