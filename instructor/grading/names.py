"""What names say: whose a file is, as learning platforms write it, and which notebook it is."""

import re
import unicodedata
import zlib
from dataclasses import dataclass
from pathlib import Path

LONGEST_NAME = 500  # characters of a name that are looked at


@dataclass(frozen=True)
class Who:
    """A student as an LMS writes them into a file name. number : the LMS's id, "" when it gives none."""

    name: str
    number: str = ""
    late: bool = False

    @property
    def folder(self):
        return safe_name(f"{self.name}_{self.number}" if self.number else self.name)


def safe_name(text):
    """A student's name as a folder or file name: letters, digits, . _ -, look-alikes made plain, no path parts."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST_NAME]).strip().replace(" ", "_")
    plain = re.sub(r"[^\w.-]", "_", plain).lstrip(".-")
    return plain[:100] or "unnamed"


def safe_file(name):
    """The same for a file, whose ending stays."""
    stem, dot, ending = name.rpartition(".")
    return f"{safe_name(stem)[:90]}.{safe_name(ending)[:9]}" if dot and stem else safe_name(name)


def student_of(name):
    """(Who, the rest of the name) from a Moodle folder or file, or a Canvas file; None when it is neither.

    Moodle: `Ada Lovelace_1234567_assignsubmission_file_` (a folder), or a file that goes on with its own name;
    Canvas: `lovelaceada_LATE_12345_67890_x.ipynb`, `anon_x1Y2z_67890_x.ipynb`.
    """
    name = unicodedata.normalize("NFC", name[:LONGEST_NAME])
    if match := re.match(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+_?(?P<rest>.*)$", name):
        return Who(match["name"].strip(), match["number"]), match["rest"]
    if match := re.match(r"(?P<late>LATE_)?(?P<name>anon_[A-Za-z0-9]+)_\d+_(?P<rest>.+)$", name):
        return Who(match["name"], late=bool(match["late"])), match["rest"]
    if match := re.match(r"(?P<name>.+?)(?P<late>_LATE)?_(?P<number>\d+)_\d+_(?P<rest>.+)$", name):
        return Who(match["name"], match["number"], bool(match["late"])), match["rest"]
    return None


def owner(parts):
    """(Who, file name) of a file by its path below the submissions' folder.

    The outermost folder says whose it is: what a student calls a file inside cannot make it another student's.
    """
    found = student_of(parts[0])
    if len(parts) > 1:
        return found[0] if found else Who(parts[0]), parts[-1]
    return found if found else (Who(Path(parts[0]).stem), parts[0])


def newest_first(name):
    """Orders files of one time: an LMS adds -1, -2 to the name of what is handed in again."""
    number = re.search(r"[-_ (](\d{1,2})\)?$", Path(name).stem)
    return int(number[1]) if number else 0, name


def notebook_of(filename, notebooks):
    """Which of the course's notebooks a file name means: copies, prefixes and dates around the name are survived."""
    stem = unicodedata.normalize("NFKC", Path(filename[-LONGEST_NAME:]).stem).lower()
    for name in notebooks:
        if name.lower() in stem:
            return name
    number = re.match(r"\D*(\d+)([a-z](?![a-z]))?", stem)  # 3, 03, 03b, but not the b of 03backprop
    begins = [f"{int(number[1]):02d}{letter}_" for letter in (number[2] or "", "")] if number else []
    return next((name for begin in begins for name in notebooks if name.startswith(begin)), None)


def own_folder(who, people):
    """The safe name of a student, noted in `people`; another one where somebody has it already (A. B. and A/B/)."""
    name = who.folder
    taken = people.setdefault(name, who)
    if (taken.name, taken.number) != (who.name, who.number):
        name = f"{name}-{zlib.crc32(who.name.encode(errors='surrogatepass')):08x}"
        people[name] = who
    return name
