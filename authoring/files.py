"""The notebooks as files: where both tracks lie, read as they stand, written in one step."""

import nbformat

from authoring import ROOT
from rnn_helpers import atomic, course


def solution_path(name, root=ROOT):
    return root / "notebooks" / "solutions" / f"{name}.ipynb"


def learner_path(name, root=ROOT):
    return root / "notebooks" / f"{name}.ipynb"


def all_names(root=ROOT):
    """The names of the notebooks that one works through, in order."""
    found = [path.stem for path in (root / "notebooks" / "solutions").glob("*.ipynb")]
    return sorted((name for name in found if name not in course.PAGES), key=course.place)


def tracks(root=ROOT):
    """The paths of both tracks' notebooks."""
    return sorted((root / "notebooks").glob("*.ipynb")) + sorted((root / "notebooks" / "solutions").glob("*.ipynb"))


def read(path):
    """A notebook as it stands: `nbformat.read` would replace a duplicate id, at random and unseen."""
    return nbformat.v4.reads(path.read_text(encoding="utf-8"))


def to_bytes(nb):
    return (nbformat.v4.writes(nb).rstrip("\n") + "\n").encode("utf-8")


def write(path, nb):
    """Write a notebook; returns False when nothing changed."""
    data = to_bytes(nb)
    if path.is_file() and path.read_bytes() == data:
        return False
    atomic.write(path, data)
    return True
