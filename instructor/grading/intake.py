"""Who handed in what: every file and folder below the submissions' folder, and what becomes of it."""

import os
import stat
from dataclasses import dataclass

from instructor.grading.names import Who, newest_first, notebook_of, own_folder, owner, student_of
from rnn_helpers.course import PAGES

DUE, REFUSED, IGNORED = "to be graded", "not graded", "ignored"


@dataclass
class HandedIn:
    """A file or folder, where it lies.

    path : below the submissions' folder, bytes that may be anything; state : DUE, REFUSED or IGNORED; why : not DUE
    student : a safe name for files; notebook : "?" when it is none of the course's; who : the student as the LMS knows
        them
    time : when it was last changed
    """

    path: bytes
    state: str
    why: str = ""
    student: str = ""
    notebook: str = "?"
    who: Who | None = None
    time: int = 0

    @property
    def words(self):
        """The path as text that every table can hold."""
        return readable(self.path)


def readable(path):
    """A path as text, bytes that are no UTF-8 written out."""
    return path.decode(errors="backslashreplace")


def hand_ins(folder, notebooks):
    """Every file and folder below `folder/<student>/` (an unpacked LMS folder works as well), as a list of HandedIn.

    Of each student and notebook the newest file counts. A student's folder that holds nothing to grade is refused, and
    so is what cannot be entered: nobody vanishes.
    """
    root, people, found, seen, tops = os.fsencode(folder), {}, [], {}, []

    def note(path, *args, **kwargs):
        found.append(HandedIn(path, *args, **kwargs))

    def belongs(path):
        who, filename = owner(os.fsdecode(path).split("/"))
        return who, filename, own_folder(who, people)

    def unentered(error):
        path = os.path.relpath(error.filename, root)
        if path != b".":
            who, _, student = belongs(path)
            note(path, REFUSED, f"the folder cannot be entered: {error.strerror}", student, who=who)

    for where, folders, files in os.walk(root, onerror=unentered):
        base = os.path.relpath(where, root)
        for name in sorted(folders):
            if name.startswith(b".") or name == b"__MACOSX":
                note(join(base, name), IGNORED, "a hidden folder")
        folders[:] = sorted(name for name in folders if not name.startswith(b".") and name != b"__MACOSX")
        links = [name for name in folders if os.path.islink(os.path.join(where, name))]
        folders[:] = [name for name in folders if name not in links]
        for name in sorted(files) + links:
            item = look_at(root, join(base, name), name, notebooks, belongs)
            found.append(item)
            if item.who:
                seen.setdefault(item.student, []).append(item)
        if base == b".":
            tops = list(folders)
    for top in tops:
        if not any(item.who and item.path.split(b"/")[0] == top for item in found):
            who, _, student = belongs(join(top, b"x"))
            note(top, REFUSED, "the folder holds nothing but hidden files"
                 if any(item.path.startswith(top + b"/") for item in found)
                 else "the folder is empty", student, who=who)
    for items in seen.values():
        choose_newest(items)
        if not any(item.state in (DUE, REFUSED) for item in items):
            names = ", ".join(sorted({readable(os.path.basename(item.path))[:60] for item in items})[:5])
            items[0].state, items[0].why = REFUSED, f"no notebook (.ipynb) is among what was handed in: {names}"
    return sorted(found, key=lambda item: (item.student, item.notebook, item.path))


def join(base, name):
    return name if base == b"." else base + b"/" + name


def look_at(root, path, name, notebooks, belongs):
    """What a file is, by its name and kind; it is not opened."""
    if name.startswith(b"."):
        return HandedIn(path, IGNORED, "a hidden file")
    if b"/" not in path and not name.lower().endswith(b".ipynb") and student_of(os.fsdecode(name)) is None \
            and not os.path.islink(os.path.join(root, path)):
        return HandedIn(path, IGNORED, "it belongs to no student: it lies beside their folders")
    who, filename, student = belongs(path)
    which = notebook_of(filename, notebooks)
    item = HandedIn(path, DUE, "", student, which or "?", who)
    text = readable(name)[:100]
    try:
        kind = os.lstat(os.path.join(root, path))
    except OSError as error:
        item.state, item.why = REFUSED, f"{text}: it cannot be looked at: {error.strerror}"
        return item
    item.time = kind.st_mtime_ns
    if stat.S_ISLNK(kind.st_mode):
        item.state, item.why = REFUSED, f"{text}: it is a link, not a file; hand in the notebook itself"
    elif not name.lower().endswith(b".ipynb"):
        item.state, item.why, item.notebook = IGNORED, "no notebook (.ipynb)", "?"
    elif not stat.S_ISREG(kind.st_mode):
        item.state, item.why = REFUSED, f"{text}: it is not an ordinary file"
    elif which is None and os.path.splitext(filename)[0] in PAGES:
        item.state, item.why = IGNORED, "a page of the course, without exercises"
    elif which is None:
        item.state, item.why = REFUSED, f"{text}: it has no course notebook's name ({', '.join(notebooks)})"
    return item


def choose_newest(items):
    """Of a student's files for one notebook the newest counts; what can be graded goes before what cannot."""
    for notebook in {item.notebook for item in items} - {"?"}:
        rivals = [item for item in items if item.notebook == notebook and item.state != IGNORED]
        if len(rivals) > 1:
            best = max(rivals, key=lambda item: (item.state == DUE, item.time,
                                                 newest_first(readable(os.path.basename(item.path)))))
            for item in rivals:
                if item is not best:
                    item.why = f"{best.words[:200]} is newer and counts" if item.state == DUE else item.why
                    item.state = IGNORED
