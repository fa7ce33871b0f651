"""Everything below what was handed in, archives opened on the way: what hides, links, climbs or is damaged says so."""

import bz2
import contextlib
import datetime
import gzip
import lzma
import os
import re
import stat
import tarfile
import tempfile
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from instructor.grading.notebook_file import MOST_FILE, Refused, bytes_of, open_below

MOST_ARCHIVE = 1_000_000_000  # bytes of an archive inside another one, and of all that are inside that
OPENING = 2_000_000  # bytes as which opening an archive inside another one counts
MOST_RATIO = 200  # to which a member larger than 1 MB unpacks, and a tar with 20 MB to spare
MOST_MEMBERS, MOST_NAMES = 200_000, 30_000_000  # of an archive, and bytes of a zip's table of them
MOST_DEPTH, MOST_FOLDERS = 3, 100  # archives, and folders, inside one another
DEEP = f"it lies in more than {MOST_FOLDERS} folders inside one another: not looked into"
MOST_HEADER = 4 << 20  # bytes that a tar reads at once
LATEST = 2**32  # seconds since 1970, of the times that a tar may say
COMPRESSED = {b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file), b"BZh": bz2.BZ2File, b"\xfd7zXZ": lzma.LZMAFile}
ENDINGS = re.compile(r"(?i)\.(zip|tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz))$")
FOREIGN = {b"7z\xbc\xaf\x27\x1c": "7-Zip", b"Rar!": "RAR"}
JUNK = {"__MACOSX", "Thumbs.db", "desktop.ini", "Desktop.ini", "$RECYCLE.BIN", "System Volume Information", "Icon\r",
        "__pycache__", "node_modules", "site-packages"}


class NoArchive(ValueError):
    """A file that cannot be unpacked; the message says what to do."""


@dataclass(eq=False)
class Entry:
    """A file, or a folder that holds none.

    parts : names from the top down to it; an archive counts as a folder, without its ending
    where : how to reach it: names on the disk as bytes, then a member of an archive, of an archive in that, ...
    why : why it cannot be read; junk : what hides it from view; archive : the part that is an archive's; stray : its
        path leads elsewhere, so it is nobody's
    """

    parts: tuple
    where: tuple
    size: int = 0
    time: int = 0
    why: str = ""
    junk: str = ""
    folder: bool = False
    stray: bool = False
    archives: frozenset = field(default=frozenset())


class Unpacking:
    """The bytes of a tar that an archive unpacks to; ReadError, before it goes off, where that is a bomb."""

    def __init__(self, file, head, most):
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        self.stream = next((kind for magic, kind in COMPRESSED.items() if head.startswith(magic)), lambda f: f)(file)
        self.most, self.tell = min(most, MOST_RATIO * size + (20 << 20)), self.stream.tell

    def seek(self, place):
        if place > self.most:
            raise tarfile.ReadError("it unpacks to far more than its size")
        return self.stream.seek(place)

    def read(self, size):
        if size > min(MOST_HEADER, self.most - self.tell()):
            raise tarfile.ReadError(f"{size} bytes in one piece, or far more than its size")
        return self.stream.read(size)


class Archive:
    """A zip or tar, opened. NoArchive when it is neither. most : bytes to which a tar may unpack"""

    def __init__(self, file, most=20 * MOST_ARCHIVE):
        head = file.read(8)
        file.seek(0)
        if kind := next((kind for magic, kind in FOREIGN.items() if head.startswith(magic)), ""):
            raise NoArchive(f"it is a {kind} archive, which is not unpacked here: unpack it yourself, or ask for a zip")
        self.bundle, self.file = None, file
        refuse_many_names(file)
        with contextlib.suppress(Exception):  # of many kinds, in damaged files
            self.bundle = zipfile.ZipFile(file)
        if self.bundle is None:
            try:
                self.bundle = tarfile.open(fileobj=Unpacking(file, head, most), mode="r:")
            except Exception as error:
                raise NoArchive("it is not a readable zip or tar: download it again, or unpack it yourself and give "
                                "the folder") from error
        self.tar = isinstance(self.bundle, tarfile.TarFile)

    def close(self):
        self.bundle.close()
        self.file.close()

    def members(self):
        """(name, member, size, time, why it cannot be read, whether it is a folder) of each."""
        if not self.tar:
            for member in self.bundle.infolist():
                yield (utf8(member), member, member.file_size, zip_time(member),
                       "it is a link" if stat.S_ISLNK(member.external_attr >> 16) else "", member.is_dir())
            return
        try:
            for count, member in enumerate(self.bundle):
                yield (member.name, member, member.size, int(min(max(member.mtime, 0), LATEST) * 1e9),
                       "" if member.isreg() or member.isdir() else "it is a link, not a file", member.isdir())
                if count > MOST_MEMBERS:
                    raise tarfile.ReadError(f"more than {MOST_MEMBERS} files")
        except Exception as error:  # of many kinds, each compression has its own
            yield "damaged", None, 0, 0, f"the archive is damaged from here on ({error}): download it again", False

    def copy(self, member, sink, most):
        """Write a member's bytes to a file. Refused when there are too many, or it is damaged."""
        size = member.size if self.tar else member.file_size
        if size > most:
            raise Refused(f"{size} bytes are too many")
        if not self.tar and size > 1_000_000 and size > MOST_RATIO * max(member.compress_size, 1):
            raise Refused(f"it unpacks to {size} bytes, more than {MOST_RATIO} times its size")
        try:
            with self.bundle.extractfile(member) if self.tar else self.bundle.open(member) as source:
                left = most
                while left >= 0 and (chunk := source.read(1 << 20)):
                    left -= len(chunk)
                    sink.write(chunk)
        except Exception as error:  # many kinds: encrypted, another method, a bad checksum, overlapping
            raise Refused(f"it cannot be unpacked ({type(error).__name__}: {str(error)[:100]})") from error
        if left < 0:
            raise Refused("it unpacks to more than it says")


def refuse_many_names(file):
    """NoArchive for a zip with so many members that the table of them fills the memory."""
    with contextlib.suppress(OSError):
        end = zipfile._EndRecData(file)  # None for what is no zip; nothing public tells it without reading the table
        if end and (end[zipfile._ECD_ENTRIES_TOTAL] > MOST_MEMBERS or end[zipfile._ECD_SIZE] > MOST_NAMES):
            raise NoArchive(f"it holds more than {MOST_MEMBERS} files, or names of more than {MOST_NAMES} bytes")
    file.seek(0)


def utf8(member):
    """A zip member's name; one in UTF-8 without the flag that says so is read as such."""
    name = member.filename
    if not member.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode()
    return name


def zip_time(member):
    try:
        return int(datetime.datetime(*member.date_time).timestamp()) * 10**9
    except (ValueError, OverflowError, OSError):  # a month 0
        return 0


def junk(parts):
    """What hides a path from view, in words; "" when nothing does."""
    if any(part in JUNK or part.startswith(("~$", "._")) for part in parts):
        return "left by Windows, macOS or a program"
    return "a hidden file" if any(part.startswith(".") and part not in (".", "..") for part in parts) else ""


class Listing:
    """What was handed in: a folder, an archive or one notebook. entries : what lies in it, in order.

    results : the folder of results, which may lie among what was handed in
    """

    def __init__(self, path, results=None):
        self.results = results and os.fsencode(Path(results).resolve())
        path = Path(path).resolve()
        self.name = ENDINGS.sub("", path.name)
        self.root = os.fsencode(path.parent if path.is_file() else path)
        self.entries, self.stack, self.spent = [], [], Counter()
        if not path.is_file():
            self.walk()
        elif ENDINGS.search(path.name) or path.suffix.lower() in (".7z", ".rar"):
            try:
                self.inside(((os.fsencode(path.name),),), ())
            except (NoArchive, Refused) as error:
                raise NoArchive(f"{path}: {error}") from error
        else:
            self.on_disk((os.fsencode(path.name),))

    def walk(self):
        """List a folder on the disk; links are not followed."""
        def below(path):
            return tuple(os.path.relpath(path, self.root).split(b"/"))

        def unentered(error):
            if error.filename != self.root:
                self.add(below(error.filename), why=f"the folder cannot be entered: {error.strerror}", folder=True)

        for where, folders, files in os.walk(self.root, onerror=unentered):
            base = () if where == self.root else below(where)
            if len(base) > MOST_FOLDERS:
                self.add(base, why=DEEP, folder=True)
                folders.clear()
                continue
            if base and not folders and not files:
                self.add(base, why="the folder is empty", folder=True)
            hidden = {name: "file of grading itself" if os.path.join(where, name) == self.results
                      else junk((os.fsdecode(name),)) for name in folders}
            for name in sorted(filter(hidden.get, folders)):
                self.add((*base, name), junk=hidden[name].replace("file", "folder"), folder=True)
            links = [name for name in folders if not hidden[name] and os.path.islink(os.path.join(where, name))]
            folders[:] = sorted(name for name in folders if not hidden[name] and name not in links)
            for name in sorted(files + links):
                self.on_disk((*base, name))

    def add(self, disk, **told):
        self.entries.append(Entry(tuple(map(os.fsdecode, disk)), (disk,), **told))

    def on_disk(self, disk):
        """List a file, or the archive that it is."""
        parts = tuple(map(os.fsdecode, disk))
        if hides := junk(parts):
            return self.add(disk, junk=hides)
        try:
            kind = os.lstat(os.path.join(self.root, *disk))
        except OSError as error:
            return self.add(disk, why=f"it cannot be looked at: {error.strerror}")
        if stat.S_ISLNK(kind.st_mode):
            return self.add(disk, why="it is a link, not a file; hand in the notebook itself")
        if not stat.S_ISREG(kind.st_mode):
            return self.add(disk, why="it is not an ordinary file")
        if ENDINGS.search(parts[-1]):
            try:
                return self.inside((disk,), (*parts[:-1], ENDINGS.sub("", parts[-1])))
            except (NoArchive, Refused) as error:
                return self.add(disk, size=kind.st_size, time=kind.st_mtime_ns, why=str(error))
        return self.add(disk, size=kind.st_size, time=kind.st_mtime_ns, why=foreign(parts[-1]))

    def inside(self, where, base, marks=frozenset()):
        """List an archive; `where` says how to reach it, `base` what lies around it."""
        archive, outer, begin = self.opened(where), where[:2], len(self.entries)
        marks = marks | {base} if base else marks
        filled, empty = set(), []
        for name, member, size, time, why, folder in archive.members():
            name = name.replace("\\", "/")
            inner = tuple(part for part in name.split("/") if part not in ("", "."))
            why = why or DEEP * (len(inner) > MOST_FOLDERS)
            inner = (*inner[:MOST_FOLDERS], *inner[MOST_FOLDERS:][-1:])
            entry = Entry((*base, *inner), (*where, member), size, time, why, junk(inner), folder, archives=marks)
            if name.startswith("/") or ".." in inner or re.match(r"[A-Za-z]:", name) or "\0" in name or not inner:
                entry.parts, entry.stray, entry.why = (*base, name), True, "its path leads out of the archive"
            filled |= {entry.parts[:n] for n in range(len(base) + 1, len(entry.parts))}
            if folder:
                entry.why = "the folder is empty"
                empty.append(entry)
                continue
            if not entry.junk and not entry.why:
                entry.why = foreign(inner[-1])
                if ENDINGS.search(inner[-1]):
                    self.spent[outer] += size + OPENING
                    if len(where) > MOST_DEPTH or self.spent[outer] > MOST_ARCHIVE * (1 if len(where) > 1 else 20):
                        entry.why = "an archive inside archives: too deep, too large or too many to be opened"
                    else:
                        try:
                            self.inside(entry.where, (*entry.parts[:-1], ENDINGS.sub("", entry.parts[-1])), marks)
                            continue
                        except (NoArchive, Refused) as error:
                            entry.why = str(error)
            self.entries.append(entry)
        self.spent[outer] += archive.bundle.offset if archive.tar else 0  # to which it unpacked
        self.entries += [entry for entry in empty if entry.parts not in filled]
        if len(self.entries) == begin:
            self.entries.append(Entry(base, where, why="the archive is empty", folder=True, archives=marks))

    def opened(self, where):
        """The archive that `where` leads to; one of each depth stays open."""
        for depth in range(1, len(where) + 1):
            if len(self.stack) >= depth and self.stack[depth - 1][0] == where[:depth]:
                continue
            while len(self.stack) >= depth:
                self.stack.pop()[1].close()
            if depth == 1:
                file = os.fdopen(open_below(self.root, where[0]), "rb")
            else:
                file = tempfile.TemporaryFile()
            try:
                if depth > 1:
                    self.stack[-1][1].copy(where[depth - 1], file, MOST_ARCHIVE)
                    file.seek(0)
                self.stack.append((where[:depth], Archive(file, MOST_ARCHIVE if depth > 1 else 20 * MOST_ARCHIVE)))
            except (NoArchive, Refused):
                file.close()
                raise
        return self.stack[len(where) - 1][1]

    def close(self):
        """Close what is open; the next `read` opens it again."""
        while self.stack:
            self.stack.pop()[1].close()

    def read(self, entry):
        """The bytes of an entry. Refused when there are none to be had."""
        if entry.why:
            raise Refused(entry.why)
        if len(entry.where) == 1:
            return bytes_of(self.root, entry.where[0])
        with tempfile.SpooledTemporaryFile(MOST_FILE) as file:
            self.opened(entry.where[:-1]).copy(entry.where[-1], file, MOST_FILE)
            file.seek(0)
            return file.read()


def foreign(name):
    """Why an archive of another kind is not opened; "" when it is none."""
    return "a 7-Zip or RAR archive is not unpacked here: unpack it, or ask for a zip" \
        if name.lower().endswith((".7z", ".rar")) else ""
