"""What every layout has: it reads from a system's names whose the files are, and writes the system's table."""

import contextlib
import datetime
import re
from dataclasses import dataclass, field

from instructor.grading.listing import junk
from instructor.grading.names import Who
from instructor.grading.notebook_file import Refused


@dataclass(eq=False)
class Claim:
    """What a layout says: these files are this student's.

    files : list of (Entry, the name that the student gave the file); around : folders passed on the way to it
    when : ns since 1970, as the system's names say, 0 when they do not; doubt : why one may doubt whose they are
    aside : why they are nobody's unless the roster has somebody of that name; likely : whether they have a row though
    shared : whether they were handed in for several
    """

    layout: object
    who: Who
    files: list
    around: tuple = ()
    when: int = 0
    doubt: str = ""
    aside: str = ""
    likely: bool = False
    shared: bool = False


@dataclass
class Found:
    """What has been read so far. claims : list of Claim; left : (Entry, why) of what is nobody's; boxes : folders."""

    claims: list = field(default_factory=list)
    left: list = field(default_factory=list)
    boxes: list = field(default_factory=list)


class Node:
    """A folder or an archive: folders by name, the files in it, what is hidden or empty in it.

    chain : names of folders around it that hold nothing else; boxed : whether those lie in a folder of students
    """

    def __init__(self, name="", up=None, archive=False, folders=(), depth=0):
        self.name, self.up, self.archive, self.depth = name, up, archive, up.depth + 1 if up else depth
        self.folders, self.files, self.other, self.chain, self.boxed = dict(folders), [], [], (), False

    def everything(self):
        """All entries below, hidden and empty ones too."""
        found, nodes = [], [self]
        while nodes:
            node = nodes.pop()
            found += node.files + node.other
            nodes += node.folders.values()
        return sorted(found, key=lambda entry: entry.parts)

    def around(self):
        """The names of the folders down to here, this one included."""
        names, node = [], self
        while node is not None:
            names, node = [node.name, *names] if node.name else names, node.up
        return tuple(names)

    def only(self, course):
        """The folder that holds all there is, whatever papers lie beside it; None where there are several, or none."""
        alone = len(self.folders) == 1 and not any(course.seen(entry).text or entry.why for entry in self.files)
        return next(iter(self.folders.values())) if alone else None

    def take(self, *folders):
        """The files of folders, which are the student's from here on: (Entry, its own name)."""
        return [(entry, entry.parts[-1]) for name in folders for entry in self.folders.pop(name).everything()]

    def take_files(self, files):
        self.files = [entry for entry in self.files if entry not in files]


def tree(entries):
    """The Node above all entries that belong somewhere."""
    root = Node()
    for entry in entries:
        node, parts = root, entry.parts
        hides = next((at for at, part in enumerate(parts) if junk((part,))), len(parts) - 1)
        for depth, part in enumerate(parts[:hides] if entry.junk else parts if entry.folder else parts[:-1], 1):
            if part not in node.folders:
                node.folders[part] = Node(part, node, parts[:depth] in entry.archives)
            node = node.folders[part]
        (node.other if entry.junk or entry.folder else node.files).append(entry)
    return root


@dataclass
class Pupil:
    """A student in a system's table. points : by notebook, None when it has none; numbers : the system's, by notebook;
    roster : what the roster says of them, column -> text; counted : what the points are made of, by notebook."""

    name: str
    layout: str = ""
    points: dict = field(default_factory=dict)
    numbers: dict = field(default_factory=dict)
    roster: dict = field(default_factory=dict)
    counted: dict = field(default_factory=dict)

    @property
    def number(self):
        return next(filter(None, self.numbers.values()), "")

    def column(self, *names):
        """What the roster says in the first of these columns that it has, else ""."""
        return next((self.roster[name] for name in names if self.roster.get(name)), "")


class Layout:
    """One system. A new one is a file in this folder with a class of its own.

    title : the system's name; order : smaller ones read first
    lasting : its numbers stay a person's in every assignment; always : its tables are written in any case; dated : the
    times of the files are when they were last changed, rather than downloaded
    """

    title, order, lasting, always, dated = "", 50, True, False, False

    def student(self, name, node):
        """(Who, the file's own name, when) that a name in `node` says, None when it is not of this system's form."""
        return None

    def knows(self, node):
        """Whether most of what lies in a folder has this system's names."""
        names = [*node.folders, *(entry.parts[-1] for entry in node.files)]
        return 2 * sum(self.student(name, node) is not None for name in names) > len(names) > 0

    def read(self, node, found, course, again):
        """Take from `node` what this system's names say, and note it in `found`; again(node) reads another folder."""
        around, begin = node.around(), len(found.claims)
        for name in list(node.folders):
            if said := self.student(name, node):
                who, _, when = said
                found.claims.append(Claim(self, who, node.take(name), around, when, self.doubt(name)))
        for entry in list(node.files):
            if said := self.student(entry.parts[-1], node):
                who, own, when = said
                node.take_files([entry])
                found.claims.append(Claim(self, who, [(entry, own)], around, when, self.doubt(entry.parts[-1])))
        for claim in found.claims[begin:]:
            notes = {entry: why for entry, own in claim.files if (why := self.own(entry, own, node))}
            claim.files = [pair for pair in claim.files if pair[0] not in notes]
            claim.when = claim.when or stamped(notes, node.depth + 2, course)
            found.left += notes.items()
        if found.claims[begin:]:
            notes = {entry: why for entry in node.files if (why := self.own(entry, "", node))}
            node.take_files(notes)
            found.left += notes.items()

    def own(self, entry, name, node):
        """What a file is when it is the system's, "" when it is a student's. name : the student's own for a file of
        theirs, "" for one that lies beside the students in `node`"""
        return ""

    def doubt(self, name):
        """Why a name in this system's form may be somebody else's doing; "" when nothing speaks for it."""
        return ""

    def identity(self, who):
        """What is the same for one person and different for two."""
        return ("number", who.number) if self.lasting and who.number else ("name", who.name)

    def tables(self, pupils, notebooks, maximum):
        """(file name, rows) of each table that the system imports. maximum : notebook -> points."""
        return ()


def stamped(entries, depth, course):
    """When something was handed in, as a system's timestamp.txt in its folder says; 0 without one."""
    with contextlib.suppress(Refused):
        return next((utc(course.listing.read(entry).decode(errors="replace")) for entry in entries
                     if entry.parts[-1] == "timestamp.txt" and len(entry.parts) == depth), 0)
    return 0


def utc(text):
    """The first time in a text, in Greenwich's where no offset follows it, in ns since 1970; 0 when there is none."""
    match = re.search(r"(\d{4})-?(\d\d)-?(\d\d)[ T]?(\d\d)[:_]?(\d\d)[:_]?(\d\d)(?:\.\d+)? ?(Z|[+-]\d\d:?\d\d)?", text)
    return local("".join(match.groups("Z")), "%Y%m%d%H%M%S%z") if match else 0


def local(text, *formats):
    """A time as a system writes it, in the time zone of this machine, in ns since 1970; 0 when it is none."""
    for form in formats:
        try:
            return int(datetime.datetime.strptime(text.strip(), form).timestamp() * 1e9)
        except (ValueError, OverflowError, OSError):
            pass
    return 0
