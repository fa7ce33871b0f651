"""What a notebook is refused for: each refusal names the notebook, the cell and what to do."""

import contextlib
import re
import tokenize
from collections import Counter
from dataclasses import dataclass
from enum import Enum

from IPython.core.displayhook import DisplayHook

from authoring import names

MAX_BYTES = 400_000
WHERE = "of rnn_helpers/course.py, or rnn_helpers/own/NAME.py for a notebook NAME of your own"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


class Kind(Enum):
    """What a refusal means for the build."""

    MISLEADS = "it runs, but would mislead: --draft writes it anyway"
    UNREADABLE = "no learners' notebook can be made from it"
    STOPS = "a cell ends in a traceback, and nothing after it was run"


@dataclass(frozen=True)
class Refusal:
    """Why a notebook is not written. what : completes a sentence about the cell; todo : what to do about it."""

    notebook: str
    cell: str
    what: str
    todo: str
    kind: Kind = Kind.MISLEADS

    def __str__(self):
        cell = f", cell {self.cell!r}" if self.cell else ""
        return f"{self.notebook}{cell} {self.what}\n    to do: {self.todo}"


class Found(list):
    """The refusals of a notebook; it is called to add one. notebook : how messages call it"""

    def __init__(self, notebook):
        super().__init__()
        self.notebook = notebook

    def __call__(self, cell, what, todo, kind=Kind.MISLEADS):
        self.append(Refusal(self.notebook, cell, what, todo, kind))


def of_source(nb, notebook):
    """Refusals that need no run: ids, names, `;`, solution markers."""
    refuse = Found(notebook)
    ids = Counter(cell.get("id", "") for cell in nb.cells)
    for cell, times in ids.items():
        if not cell:
            refuse("", f"has {times} cells without an id", "save it as nbformat 4.5, or give each cell an id",
                   Kind.UNREADABLE)
        elif times > 1:
            refuse(cell, f"shares its id with {times - 1} more", "give each of them an id of its own", Kind.UNREADABLE)
    grade_ids = Counter(_nbgrader(cell)["grade_id"] for cell in nb.cells if _nbgrader(cell).get("grade_id"))
    for grade_id, times in grade_ids.items():
        if times > 1:
            refuse("", f"has {times} cells with grade_id {grade_id!r}", "give each of them a grade_id of its own")
    code = [(cell.get("id", ""), cell.source) for cell in nb.cells if cell.cell_type == "code"]
    for cell, source in code:
        with contextlib.suppress(tokenize.TokenError, SyntaxError):  # no Python, which `names` refuses
            if DisplayHook.semicolon_at_end_of_expression(source):
                refuse(cell, "ends with ;",
                       "end it with style.show(fig, alt), or give the value a name: ; silences nothing in a test")
    for cell, what, todo in names.problems(code):
        refuse(cell, what, todo)
    for cell in nb.cells:
        _markers(cell, refuse)
    return refuse


def _nbgrader(cell):
    return cell.metadata.get("nbgrader", {})


def _markers(cell, refuse):
    lines = [line.strip() for line in cell.source.splitlines() if "BEGIN SOLUTION" in line or "END SOLUTION" in line]
    is_solution = _nbgrader(cell).get("solution", False)
    if lines and not is_solution:
        refuse(cell.get("id", ""), "has solution markers but is not a solution cell",
               'set "solution": true in its nbgrader metadata, or remove the markers', Kind.UNREADABLE)
    if cell.cell_type != "code":
        return
    if is_solution and not lines:
        refuse(cell.get("id", ""), "is a solution cell without markers, so its task would be removed with the solution",
               f"put the solution between {BEGIN} and {END}", Kind.UNREADABLE)
    elif lines != [BEGIN, END] * (len(lines) // 2):
        refuse(cell.get("id", ""), f"has markers out of order: {', '.join(lines)}",
               f"write {BEGIN}, the solution, {END}, each on a line of its own", Kind.UNREADABLE)


def of_points(nb, notebook, name, exercises, written):
    """Refusals where a notebook's graded cells and the registry of exercises disagree.

    name : the notebook's name in the registry, "03_bptt"
    exercises : {exercise: points}, those of this notebook; written : the same for the written answers
    """
    refuse = Found(notebook)
    solved, checked, answered = set(), set(), set()
    for cell in nb.cells:
        data, cell_id = _nbgrader(cell), cell.get("id", "")
        grade_id = data.get("grade_id", "")
        if not (data.get("grade") or data.get("solution")):
            continue
        if cell.cell_type == "markdown":
            known, seen, exercise = written, answered, grade_id
        elif data.get("grade"):
            known, seen, exercise = exercises, checked, grade_id.removeprefix("check_")
        else:
            known, seen, exercise = exercises, solved, grade_id
        if exercise not in known or (seen is checked and exercise == grade_id):
            form = "check_NAME" if seen is checked else "NAME"
            refuse(cell_id, f"has the unknown grade_id {grade_id!r}",
                   f"use {form}, where NAME is one of {', '.join(sorted(known)) or 'none in this notebook'}"
                   + (", or add it to WRITTEN" if known is written else ", or register it") + f", {WHERE}")
            continue
        seen.add(exercise)
        if data.get("grade") and data.get("points") != known[exercise]:
            refuse(cell_id, f"gives {data.get('points')} points for {exercise}, the check gives {known[exercise]:g}",
                   f'set "points": {known[exercise]:g} in its nbgrader metadata, or change the check')
        if seen is checked and not re.search(rf"^check\.{exercise}\(.+\)$", cell.source.strip().splitlines()[-1]):
            refuse(cell_id, "does not end with its check, so its value is not its points",
                   f"end it with check.{exercise}(...)")
    for seen, known, what in ((solved, exercises, "solution cell"), (checked, exercises, "check cell"),
                              (answered, written, "cell for the written answer")):
        for exercise in sorted(set(known) - seen):
            refuse("", f"has no {what} for {exercise}, which belongs to {name}",
                   f"add it, or change where it belongs: in its Exercise, or in WRITTEN, {WHERE}")
    _headings(nb, refuse)
    return refuse


_HEADING = re.compile(r"^#+ .*\(\d[\d.]* points?\).*$", re.MULTILINE)


def _headings(nb, refuse):
    """A heading's points are those of the graded cells below it, up to the next heading that names some."""
    sections = [("", "", [], [])]  # (cell id, heading, points that it names, points that its cells give)
    for cell in nb.cells:
        for heading in _HEADING.findall(cell.source) if cell.cell_type == "markdown" else ():
            named = [float(points) for points in re.findall(r"\((\d[\d.]*) points?\)", heading)]
            sections.append((cell.get("id", ""), heading.lstrip("# "), named, []))
        if _nbgrader(cell).get("grade"):
            sections[-1][3].append(float(_nbgrader(cell).get("points", 0)))
    for cell, heading, named, given in sections:
        if named != given and heading:
            refuse(cell, f"has the heading {heading!r}, and the graded cells below it give {_listed(given)}",
                   "make heading, check and metadata agree")
        elif named != given:
            refuse("", f"has graded cells, of {_listed(given)}, above the first heading that names points",
                   "write the points into the exercise's heading, as in ### Exercise 1: `readout` (3 points)")


def _listed(points):
    return " and ".join(f"{number:g} points" for number in points) or "no points"


_NO_ALT = re.compile(r'<img (?!alt="[^"])')
_IN_TEXT = (  # what no output may show, what is said of it, what to do
    (re.compile(r"\b0x[0-9a-fA-F]{6,}\b"), "an address, {}, which differs in every run",
     "end the cell with style.show(fig, alt), or print what the object holds"),
    (re.compile(r"(?:/home/|/root/|/tmp/|/Users/|[A-Z]:\\\\?Users)[\w./\\-]*"), "a path of this machine, {}",
     "print the file's name only"),
    (re.compile(r"np\.(?:float|int|bool)\d*_?\("), "a bare NumPy number, {}...", 'format it, as in f"{x:.4g}"'),
    (re.compile(r"(?<![\w.])-0(?:\.0+)?(?![\d.eE])"), "{}, whose sign is chance", "add 0.0 after rounding"))
_DECIMAL = re.compile(r"(?<![\w.])(\d+)\.(\d+)(?:e[-+]?\d+)?(?![\w.])")


def of_outputs(nb, notebook):
    """Refusals of what a run left: cells never run, tracebacks, warnings, and what differs from machine to machine."""
    refuse, count = Found(notebook), 0
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        count, name = count + 1, cell.get("id", "")
        if cell.execution_count != count:
            ran = f"ran as {cell.execution_count}, expected {count}"
            what = "was never run" if cell.execution_count is None else ran
            refuse(name, what, "run make notebooks, which runs every cell from top to bottom")
        for output in cell.outputs:
            if output.output_type == "error":
                refuse(name, f"ends in a traceback: {output.ename}: {output.evalue}",
                       "correct it; what may fail in a learner's notebook belongs in a check", Kind.STOPS)
            elif output.output_type == "stream" and output.name == "stderr":
                refuse(name, f"writes to stderr: {output.text.strip()[:200]}",
                       "remove the cause of the warning, or print")
            elif "image/png" in output.get("data", {}) or _NO_ALT.search(output.get("data", {}).get("text/html", "")):
                refuse(name, "shows a picture without alt text", "show it with style.show(fig, alt)")
            elif "solutions/" in notebook and output.output_type == "execute_result" and _nbgrader(cell).get("grade"):
                earned, most = output.data.get("text/plain", ""), _nbgrader(cell).get("points", 0)
                if re.fullmatch(r"[\d.]+", earned) and float(earned) < most:
                    refuse(name, f"earns {float(earned):g} of {most:g} points with its own solution",
                           "correct the solution, or the exercise's check")
            for text in _texts(output):
                _refuse_text(text, name, refuse)
    return refuse


def of_size(data, notebook):
    """A refusal when the file's bytes are too many."""
    if len(data) <= MAX_BYTES:
        return []
    return [Refusal(notebook, "", f"has {len(data) // 1000} KB, at most {MAX_BYTES // 1000} are allowed",
                    "draw fewer or smaller figures")]


def _texts(output):
    if output.output_type == "stream":
        yield output.text
    for kind, value in output.get("data", {}).items():
        if kind.startswith("text/") and isinstance(value, str):
            yield re.sub(r"<style.*?</style>|<[^>]*>", " ", value, flags=re.DOTALL) if kind == "text/html" else value


def _refuse_text(text, cell, refuse):
    for pattern, what, todo in _IN_TEXT:
        if match := pattern.search(text):
            refuse(cell, f"shows {what.format(match.group())}", todo)
    for match in _DECIMAL.finditer(text):
        if len((match.group(1) + match.group(2)).strip("0")) > 4:
            refuse(cell, f"shows {match.group()}, more than 4 significant digits: the last ones differ between "
                   "machines", 'format it, as in f"{x:.4g}"')
            break
