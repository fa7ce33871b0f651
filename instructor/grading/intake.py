"""Reads what was handed in, trusting nothing: finds the notebooks, bounds them, keeps cell sources only."""

import ast
import datetime
import hashlib
import json
import os
import re
import shutil
import stat
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

MOST_FILE = 20_000_000  # bytes of one notebook as handed in: outputs are dropped, so the limit is generous
MOST_SOURCE = 400_000  # characters of one notebook's sources
MOST_CELLS = 500
MOST_ZIP = 2_000_000_000  # bytes of an archive unpacked
STUB = "raise NotImplementedError"


class Refused(ValueError):
    """A submission that cannot be graded; the message says why, for the student and the instructor."""


@dataclass
class HandedIn:
    """One student's one notebook, where it lies.

    student : a safe name for files; path : None when refused before reading; who : the student as the LMS knows them
    """

    student: str
    notebook: str
    path: Path | None
    problem: str = ""
    who: "Who | None" = None


@dataclass(frozen=True)
class Who:
    """A student as an LMS writes them into a file name. number : the LMS's id, "" when it gives none."""

    name: str
    number: str = ""
    late: bool = False

    @property
    def folder(self):
        return safe_name(f"{self.name}_{self.number}" if self.number else self.name)


@dataclass
class Rebuilt:
    """A submission put on the release's skeleton.

    cells : list of (name, source) of code, in the release's order, with the student's additions at their places
    homes : exercise cell's grade id -> the name of its cell in `cells`
    sources : exercise cell's grade id -> its source
    answers : grade id of a written answer -> its text
    notes : what was unusual, in words
    digest : sha256 of everything that can change the score
    """

    cells: list
    homes: dict
    sources: dict
    answers: dict
    notes: list = field(default_factory=list)
    digest: str = ""


def safe_name(text):
    """A student's name as a folder or file name: letters, digits, . _ -, look-alikes made plain, no path parts."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(" ", "_")
    plain = re.sub(r"[^\w.-]", "_", plain).lstrip(".-")
    return plain[:100] or "unnamed"


def student_of(name):
    """(Who, the rest of the name) from a Moodle folder or file, or a Canvas file; None when it is neither.

    Moodle: `Ada Lovelace_1234567_assignsubmission_file_` (a folder), or a file that goes on with its own name;
    Canvas: `lovelaceada_LATE_12345_67890_x.ipynb`, `anon_x1Y2z_67890_x.ipynb`.
    """
    name = unicodedata.normalize("NFC", name)
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
    stem = unicodedata.normalize("NFKC", Path(filename).stem).lower()
    for name in notebooks:
        if name.lower() in stem:
            return name
    number = re.match(r"\D*(\d+)([a-z](?![a-z]))?", stem)  # 3, 03, 03b, but not the b of 03backprop
    begins = [f"{int(number[1]):02d}{letter}_" for letter in (number[2] or "", "")] if number else []
    return next((name for begin in begins for name in notebooks if name.startswith(begin)), None)


def unpack(archive, target):
    """Unpack an LMS zip into a fresh `target/<student>/`, a flat copy of each notebook with the time that the archive gives.

    Members with path parts that climb, absolute paths, links and archives beyond the size limit are refused.

    Returns
    -------
    notes : list of what was left out; people : student -> Who
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    notes, people, total = [], {}, 0
    with zipfile.ZipFile(archive) as bundle:
        members = [(m, m.filename.replace("\\", "/")) for m in bundle.infolist() if not m.is_dir()]
        paths = [name.split("/") for _, name in members if name.lower().endswith(".ipynb")]
        wrapped = len({parts[0] for parts in paths}) == 1 and not student_of(paths[0][0]) and all(
            len(parts) > 2 or len(parts) == 2 and student_of(parts[1]) for parts in paths)  # one folder around all students
        for member, name in members:
            parts = name.split("/")
            if any(part.startswith(".") and part != ".." or part == "__MACOSX" for part in parts) or not name.lower().endswith(".ipynb"):
                continue
            if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name) or "\0" in name:
                notes.append(f"{name[:100]!r}: refused, its path leads out of the archive")
                continue
            if stat.S_ISLNK(member.external_attr >> 16):
                notes.append(f"{name[:100]!r}: refused, it is a link")
                continue
            total += member.file_size
            if member.file_size > MOST_FILE or total > MOST_ZIP:
                notes.append(f"{name[:100]!r}: refused, {member.file_size} bytes are too many")
                continue
            who, filename = owner(parts[1:] if wrapped else parts)
            goal = free_path(target / own_folder(who, people) / safe_name(filename or parts[-1]))
            goal.parent.mkdir(parents=True, exist_ok=True)
            with bundle.open(member) as source, open(goal, "xb") as sink:
                left = MOST_FILE
                while chunk := source.read(min(1 << 20, left + 1)):
                    left -= len(chunk)
                    if left < 0:
                        break
                    sink.write(chunk)
            if left < 0:
                notes.append(f"{name[:100]!r}: refused, it unpacks to more than it says")
                goal.unlink()
                continue
            when = datetime.datetime(*member.date_time).timestamp()
            os.utime(goal, (when, when))
    return notes, people


def own_folder(who, people):
    """The safe name of a student, noted in `people`; another one where somebody has it already (A. B. and A/B/)."""
    name = who.folder
    taken = people.setdefault(name, who)
    if (taken.name, taken.number) != (who.name, who.number):
        name = f"{name}-{zlib.crc32(who.name.encode()):08x}"
        people[name] = who
    return name


def free_path(path):
    """The path itself, or with -2, -3, ... where something lies already."""
    number, goal = 1, path
    while goal.exists():
        number += 1
        goal = path.with_stem(f"{path.stem}-{number}")
    return goal


def hand_ins(folder, notebooks):
    """Every student's newest file for every notebook below `folder/<student>/` (an unpacked LMS folder works as well).

    Returns a list of HandedIn, sorted; links and special files come back with a problem.
    """
    found, people = {}, {}
    for root, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "__MACOSX")
        for name in [*files, *(f for f in folders if os.path.islink(os.path.join(root, f)))]:
            path = Path(root, name)
            kind = path.lstat()
            if name.startswith(".") or not (name.lower().endswith(".ipynb") or stat.S_ISLNK(kind.st_mode)):
                continue
            who, filename = owner(path.relative_to(folder).parts)
            which = notebook_of(filename, notebooks)
            item = HandedIn(own_folder(who, people), which or "?", path, who=who)
            if stat.S_ISLNK(kind.st_mode):
                item.problem = f"{name}: it is a link, not a file; hand in the notebook itself"
            elif not stat.S_ISREG(kind.st_mode):
                item.problem = f"{name}: it is no ordinary file"
            elif which is None:
                item.problem = f"{name}: its name is none of the course's notebooks ({', '.join(notebooks)})"
            if item.problem:
                item.path = None
            key = (item.student, item.notebook)
            if key not in found or found[key].path is None or item.path and (
                    kind.st_mtime, newest_first(name)) > (found[key].path.lstat().st_mtime, newest_first(found[key].path.name)):
                found[key] = item
    return [found[key] for key in sorted(found)]


def read_notebook(path):
    """The notebook of a file as nbformat 4 with outputs dropped. Refused when it is none, or too large."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Refused("it is no ordinary file")
        raw = file.read(MOST_FILE + 1)
    if len(raw) > MOST_FILE:
        raise Refused(f"it is larger than {MOST_FILE // 1_000_000} MB; clear its outputs (Kernel > Restart & Clear Outputs) and save")
    try:
        text = raw.decode("utf-8-sig")
        data = json.loads(text)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Refused(f"it is no notebook: not valid JSON ({type(error).__name__}); was the download cut short?") from error
    if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
        raise Refused("it is no notebook: the field nbformat is missing")
    for cell in data.get("cells", []) if isinstance(data.get("cells"), list) else []:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            cell["outputs"], cell["execution_count"] = [], None
    try:
        notebook = nbformat.from_dict(data) if data["nbformat"] == 4 else nbformat.convert(nbformat.from_dict(data), 4)
        cells = list(notebook.cells)
        for cell in cells:
            source = "".join(cell["source"]) if isinstance(cell["source"], list) else str(cell["source"])
            cell["source"] = source.encode(errors="replace").decode()  # half a surrogate pair is in no file
            cell["cell_type"], cell["metadata"]
            if not isinstance(cell.get("id"), str):
                cell.pop("id", None)
    except Exception as error:  # nbformat raises many kinds on malformed input
        raise Refused(f"it is no notebook that nbformat can read ({type(error).__name__})") from error
    if len(cells) > MOST_CELLS or sum(len(cell["source"]) for cell in cells) > MOST_SOURCE:
        raise Refused(f"it has {len(cells)} cells and {sum(len(c['source']) for c in cells)} characters, far more than the course's")
    return notebook


def grade_id(cell):
    """The nbgrader id of a cell, or None; whatever the metadata hold."""
    info = cell.get("metadata", {})
    info = info.get("nbgrader") if isinstance(info, dict) else None
    name = info.get("grade_id") if isinstance(info, dict) else None
    return name if isinstance(name, str) else None


def defines(source):
    """The top-level functions that a cell's source defines; none when it does not parse."""
    lines = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.split("\n"))
    try:
        return {node.name for node in ast.parse(lines).body if isinstance(node, ast.FunctionDef)}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(re.findall(r"^def\s+(\w+)\s*\(", source, re.M))  # a cell with an error still belongs somewhere


def is_stub(source):
    """Whether an exercise cell is as it was released."""
    return STUB in source and "YOUR CODE HERE" in source


def rebuild(release, submission):
    """Put a submission's sources on the release's skeleton.

    Parameters
    ----------
    release, submission : notebooks; of the submission only cell types, sources, ids and grade ids are looked at

    Exercise cells are matched by grade id, else by cell id, else by the function they define; of several candidates the
    last that is not the stub counts. Checks and the course's other cells are taken from the release; cells that the
    student added stay, at their places.
    """
    notes, by_grade, by_id, by_function = [], {}, {}, {}
    for index, cell in enumerate(submission.cells):
        if name := grade_id(cell):
            by_grade.setdefault(name, []).append(index)
        if isinstance(cell.get("id"), str):
            by_id.setdefault(cell["id"], []).append(index)
        if cell["cell_type"] == "code":
            for name in defines(cell["source"]):
                by_function.setdefault(name, []).append(index)
    released_sources = {cell["source"].strip() for cell in release.cells}
    released_ids = {cell.get("id") for cell in release.cells} | {grade_id(cell) for cell in release.cells}
    used, chosen, homes, sources, answers = set(), {}, {}, {}, {}
    for cell in release.cells:
        name, info = grade_id(cell), cell["metadata"].get("nbgrader", {})
        if not info.get("solution"):
            continue
        function = next(iter(sorted(defines(cell["source"]))), None) if cell["cell_type"] == "code" else None
        named = by_grade.get(name, [])
        if function:  # a duplicated or retyped cell may lie under any id, so every definition is looked at
            candidates = [i for i in dict.fromkeys([*named, *by_id.get(cell.get("id"), [])])
                          if function in defines(submission.cells[i]["source"])] or []
            others = [i for i in by_function.get(function, []) if i not in candidates]
        else:
            candidates, others = named or by_id.get(cell.get("id"), []), []
        solved = [i for i in candidates if not is_stub(submission.cells[i]["source"])]
        solved_others = [i for i in others if not is_stub(submission.cells[i]["source"])]
        pick = solved[-1] if solved else solved_others[-1] if solved_others else (
            candidates[-1] if candidates else others[-1] if others else named[-1] if named else None)
        if pick is None:
            notes.append(f"the cell for {name} is missing")
            continue
        if len(candidates) > 1:
            notes.append(f"the cell for {name} is there {len(candidates)} times; the last that was changed counts")
        if pick not in named:
            notes.append(f"the cell for {name} was found by {'the function it defines' if function else 'its cell id'}")
        used |= {pick, *candidates}
        chosen[name] = submission.cells[pick]["source"]
        if cell["cell_type"] == "code":
            homes[name] = f"cell {name}"
            sources[name] = chosen[name]
        else:
            answers[name] = submission.cells[pick]["source"]
    cells = []
    added = []  # (index of the release cell that it follows, name, source)
    known = {}
    for index, cell in enumerate(release.cells):
        known[cell.get("id")] = known[grade_id(cell)] = index
    after = -1
    for index, cell in enumerate(submission.cells):
        where = known.get(grade_id(cell)) if grade_id(cell) else known.get(cell.get("id"))
        if where is not None:
            after = where
        if index in used or cell["cell_type"] != "code" or cell["source"].strip() in released_sources or not cell["source"].strip():
            continue
        if grade_id(cell) in released_ids - {None}:
            continue  # a changed check cell, or an unsolved copy: the release's own counts
        added.append((after, f"your cell {index + 1}", cell["source"]))
    for where, name, source in (a for a in added if a[0] == -1):
        cells.append((name, source))
    for index, cell in enumerate(release.cells):
        if cell["cell_type"] == "code":
            name = grade_id(cell)
            solution = cell["metadata"].get("nbgrader", {}).get("solution")
            cells.append((f"cell {name or cell.get('id')}", chosen.get(name, cell["source"]) if solution else cell["source"]))
        cells += [(name, source) for where, name, source in added if where == index]
    rebuilt = Rebuilt(cells, homes, sources, answers, notes)
    rebuilt.digest = hashlib.sha256(json.dumps([cells, sorted(answers.items())]).encode()).hexdigest()
    return rebuilt
