"""Unpacks a learning platform's zip: names that climb, links, bombs and damage cost their own row only."""

import contextlib
import datetime
import os
import re
import shutil
import stat
import zipfile
from collections import Counter

from instructor.grading.intake import IGNORED, REFUSED, HandedIn
from instructor.grading.names import notebook_of, own_folder, owner, safe_file, student_of
from instructor.grading.notebook_file import MOST_FILE

MOST_STUDENT = 100_000_000  # bytes of one student's notebooks, unpacked
MOST_FILES = 100  # notebooks of one student


class NoArchive(ValueError):
    """A file that cannot be unpacked; the message says what to do."""


def unpack(archive, target, notebooks=()):
    """Unpack an LMS zip into a fresh `target/<student>/`, a flat copy of each notebook with the time that the archive
    gives.

    Returns
    -------
    left : list of HandedIn, what was not unpacked; people : student -> Who
    """
    try:
        bundle = zipfile.ZipFile(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise NoArchive(f"{archive} is not a readable zip ({error}): download it again, or unpack it yourself "
                        f"and give the "
                        "folder") from error
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    left, people, sizes, counts = [], {}, Counter(), Counter()
    with bundle:
        members = [(member, member.filename.replace("\\", "/")) for member in bundle.infolist() if not member.is_dir()]
        paths = [name.split("/") for _, name in members if name.lower().endswith(".ipynb")]
        wrapped = len({parts[0] for parts in paths}) == 1 and not student_of(paths[0][0]) and all(
            # one folder around all students
            len(parts) > 2 or len(parts) == 2 and student_of(parts[1]) for parts in paths)
        for member, name in members:
            parts, path = name.split("/"), name.encode(errors="surrogateescape")
            if any(part.startswith(".") and part != ".." or part == "__MACOSX" for part in parts):
                left.append(HandedIn(path, IGNORED, "a hidden file"))
                continue
            if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name) or "\0" in name:
                left.append(HandedIn(path, REFUSED, "its path leads out of the archive"))
                continue
            who, filename = owner(parts[1:] if wrapped and len(parts) > 1 else parts)
            student = own_folder(who, people)
            item = HandedIn(path, REFUSED, "", student, notebook_of(filename or parts[-1], notebooks) or "?", who)
            if not name.lower().endswith(".ipynb"):
                item.state, item.why, item.notebook = IGNORED, "no notebook (.ipynb)", "?"
            elif stat.S_ISLNK(member.external_attr >> 16):
                item.why = "it is a link"
            elif max(member.file_size - MOST_FILE, sizes[student] + member.file_size - MOST_STUDENT) > 0 \
                    or counts[student] >= MOST_FILES:
                item.why = f"{member.file_size} bytes are too many, or too many with what else this student handed in"
            else:
                item.why = unpack_member(bundle, member, target / student / safe_file(filename or parts[-1]),
                                         counts[student])
                sizes[student] += member.file_size
                counts[student] += 1
            if item.why:
                left.append(item)
    return left, people


def unpack_member(bundle, member, goal, number):
    """Write one member of a zip to a file, under another name when it is taken; returns why it could not be, or ""."""
    goal.parent.mkdir(parents=True, exist_ok=True)
    if goal.exists():
        goal = goal.with_stem(f"{goal.stem}-{number + 1}")
    try:
        with bundle.open(member) as source, open(goal, "xb") as sink:
            left = MOST_FILE
            while left >= 0 and (chunk := source.read(1 << 20)):
                left -= len(chunk)
                if left >= 0:
                    sink.write(chunk)
    except Exception as error:  # zipfile raises many kinds: encrypted, another method, a bad checksum, overlapping
        goal.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            goal.parent.rmdir()
        return f"it cannot be unpacked ({type(error).__name__}: {str(error)[:100]})"
    if left < 0:
        goal.unlink()
        return "it unpacks to more than it says"
    try:
        when = datetime.datetime(*member.date_time).timestamp()
    except (ValueError, OverflowError, OSError):  # a month 0
        when = 0
    os.utime(goal, (when, when))
    return ""
