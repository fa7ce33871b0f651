"""Grades one notebook of one student: reads it, has its functions run in a sandbox, judges what was observed."""

import ast
import contextlib
import functools
import hashlib
import importlib.util
import json
import marshal
import os
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from instructor.grading.answers import laid_out, shown_verbatim
from instructor.grading.course_slice import ENTRY, slice_for, wanted_by
from instructor.grading.digests import check_digest
from instructor.grading.notebook_file import Refused, bytes_of, cells_in
from instructor.grading.rebuild import VERSION, defines, does_not_parse, grade_id, is_stub, python_of, rebuild
from instructor.grading.sandbox import DIFFERENTIATE, Limits, Sandbox, SandboxDied
from instructor.grading.scoring import SECONDS, Malformed, fixture, nothing, score
from instructor.grading.similar import packed
from instructor.grading.statements import NO_PYTHON, in_a_run, needed, seen_by_check
from rnn_helpers.check import EXERCISES
from rnn_helpers.check.advice import Advice
from rnn_helpers.course import place

ONE = Limits(cpu=SECONDS + 5, wall=120, memory=3 << 29)  # of an exercise, its definitions included
WHOLE = Limits(cpu=60, wall=360, memory=2 << 30)  # when a function needs what the rest of the notebook computes
FILES = {kind.__name__ for kind in (OSError, *OSError.__subclasses__())}
NOTEBOOK_SECONDS = 150  # of processor time for all exercises of a notebook


@dataclass(frozen=True)
class Task:
    """student, notebook : names; root, path : of the file handed in, the path below the root, as `os.fsdecode` gives
    it; release : path of the learners' notebook; seed : the class's; known : an earlier result, {} when there is none;
    name, number, late, layout : what the LMS says, and which it is; time : when it was handed in, in ns"""

    student: str
    notebook: str
    root: str
    path: str
    release: str
    seed: int
    known: dict
    name: str = ""
    number: str = ""
    late: bool = False
    layout: str = ""
    time: int = 0


@functools.lru_cache(maxsize=16)
def release_of(path, version):
    """The cells of a released notebook, and, in order, exercise -> (grade id of its solution cell, function name).

    A check cell `check_NAME` belongs to exercise NAME; it ends with a call that names the function, which a
    solution cell defines.
    """
    cells, found, homes = cells_in(Path(path).read_bytes()), {}, {}
    for cell in cells:
        info = cell["metadata"].get("nbgrader", {})
        if info.get("solution") and cell["cell_type"] == "code":
            homes |= dict.fromkeys(defines(cell["source"]), grade_id(cell))
        elif info.get("grade") and not info.get("solution"):
            function = re.findall(r"(?m)^check\.\w+\((\w+)", cell["source"])[-1]
            found[grade_id(cell).removeprefix("check_")] = homes.get(function), function
    return cells, found


def release(task):
    return release_of(task.release, os.stat(task.release).st_mtime_ns)


@functools.lru_cache(maxsize=16)
def usual(path, version):
    """What a released notebook wants of the course (see `wanted_by`), with every exercise up to it: most students want
    this or less, and get it, for a slice is made once and a reader is a fork that forgets what it makes."""
    cells, _ = release_of(path, version)
    imported, ours = wanted_by([("", python_of(cell["source"])) for cell in cells if cell["cell_type"] == "code"])
    last = place(Path(path).stem)
    return imported, ours | {name for name, exercise in EXERCISES.items() if place(exercise.notebook) <= last}


def prepare(task):
    """What is the same for every student of a notebook, so that it is worked out once."""
    cells, exercises = release(task)
    rebuilt = rebuild(cells, cells)
    for name, (_, function) in exercises.items():
        check_digest(name)
        slice_for(name, *usual(task.release, os.stat(task.release).st_mtime_ns))
        in_a_run(rebuilt.cells, rebuilt.checked[f"check_{name}"], function)
        fixture(name, task.seed, "")


class Sandboxes:
    """The sandbox that runs one function after the other, and a fresh one for each whole notebook."""

    def __init__(self, sandbox=None):
        self.sandbox, self.broken = sandbox, False

    def ask(self, request, limits):
        """The answer to a request; a sandbox that died is replaced."""
        try:
            if request["whole"]:
                with Sandbox(whole=True) as fresh:
                    return fresh.ask(request, limits)
            if self.sandbox is None:
                self.sandbox = Sandbox().__enter__()
            return self.sandbox.ask(request, limits)
        except SandboxDied:
            if not request["whole"] and self.sandbox:
                self.sandbox.__exit__()
                self.sandbox, self.broken = None, True
            return {"missing": "died", "unresolved": False, "seconds": 0.0}


def empty_result(task):
    """The result of a task before anything is known; `again` asks the next run to grade it anew."""
    return {"student": task.student, "name": task.name, "number": task.number, "notebook": task.notebook,
            "layout": task.layout, "time": task.time, "file": task.path, "status": "not graded", "why": "",
            "exercises": {}, "sources": {}, "answers": {}, "laid": {}, "verbatim": [], "shingles": "",
            "notes": ["handed in late"] if task.late else [], "digest": "", "seconds": 0.0, "again": False}


def failed(task, why, again=True):
    """The result of a task whose grading itself failed; with `again` a later run tries again."""
    return {**empty_result(task), "why": why, "again": again}


def grade_one(task, sandboxes):
    """Grade one notebook.

    Returns a dict with student, notebook, status ("graded", "not graded"), why, exercises (name -> judgement as a dict
        with "digest"), sources and answers (grade id -> text), laid (the answers as HTML), verbatim (answers that are
        not rendered), shingles, notes, digest, seconds; plain data only
    """
    begin = time.monotonic()
    result = empty_result(task)
    cells, exercises = release(task)
    try:
        rebuilt = rebuild(cells, cells_in(bytes_of(task.root, os.fsencode(task.path).split(b"/"))))
    except Refused as error:
        return {**result, "why": str(error)}
    work = [source for _, source in sorted(rebuilt.sources.items()) if not is_stub(source)]
    verbatim = shown_verbatim(rebuilt.answers)
    result.update(sources=rebuilt.sources, answers=rebuilt.answers, notes=result["notes"] + rebuilt.notes,
                  digest=rebuilt.digest, verbatim=verbatim, laid=laid_out(rebuilt.answers, verbatim),
                  shingles=packed(work))
    known = task.known.get("exercises", {}) if task.known.get("digest") == rebuilt.digest else {}
    wanted, left = wanted_by([*rebuilt.cells, *rebuilt.files.items()]), float(NOTEBOOK_SECONDS)
    most = usual(task.release, os.stat(task.release).st_mtime_ns)
    if all(some <= more for some, more in zip(wanted, most, strict=True)):
        wanted = most
    for name, (home, function) in exercises.items():
        digest = exercise_digest(name, task.seed, rebuilt.digest)
        if known.get(name, {}).get("digest") == digest:
            result["exercises"][name] = known[name]
            continue
        inputs, answer = fixture(name, task.seed, rebuilt.digest), {"missing": "spent"}
        if left > 0:
            seen = rebuilt.cells, rebuilt.checked[f"check_{name}"], function
            request = {"inputs": inputs.to_run(), "entry": ENTRY, "seconds": SECONDS, **in_a_run(*seen),
                       "modules": {**written(rebuilt.files), **slice_for(name, *wanted)}}
            answer = sandboxes.ask(request, ONE)
            left -= answer["seconds"]
            if needs_whole(answer) and not (answer.get("missing") == "undefined" and broken(rebuilt, home)):
                again = sandboxes.ask({**request, **in_a_run(*seen, whole=True)}, WHOLE)
                left -= again["seconds"]
                answer = again if "observed" in again else answer
        try:
            judgement = judged(name, inputs, answer, rebuilt, home, function)
        # values that no check has thought of: this exercise's points, and a word to the instructor
        except Exception as error:
            judgement = nothing(name, "odd")
            result["notes"].append(f"what {name} returned could not be judged ({type(error).__name__})")
        if judgement["points"] < judgement["maximum"] and (lacking := absent(rebuilt, name, function)):
            words = f"{', '.join(lacking)[:300]}: not there where this is graded, so its import failed"
            judgement["advice"].append(Advice(words).as_dict())
            result["notes"].append(f"{name}: {words}")
        result["exercises"][name] = {**judgement, "digest": digest}
    result.update(status="graded", seconds=round(time.monotonic() - begin, 3))
    return result


def exercise_digest(name, seed, handed_in):
    """Of everything that an exercise's score depends on."""
    return hashlib.sha256(f"{check_digest(name)} {seed} {handed_in}".encode()).hexdigest()


def needs_whole(answer):
    """Whether a function stumbled over a name or a file that the rest of the notebook may define or write."""
    said = answer.get("observed")
    said = said.get("cases") if isinstance(said, dict) else None  # of a forged answer, anything
    said = [case["problem"] for case in (said.values() if isinstance(said, dict) else ())
            if isinstance(case, dict) and case.get("problem")]
    if answer.get("unresolved"):
        return "missing" in answer or bool(said)
    return any(isinstance(problem, dict) and str(problem.get("text")).partition(":")[0] in FILES for problem in said)


def judged(name, inputs, answer, rebuilt, home, function):
    """The judgement on an answer of the sandbox, whatever it is."""
    if "observed" in answer:
        try:
            return score(name, inputs, answer["observed"])
        except Malformed:
            return nothing(name, "died")
    if answer["missing"] == "undefined" and (error := broken(rebuilt, home)):
        return nothing(name, "broken", error=error[0], line=error[1], python=VERSION)
    return nothing(name, answer["missing"], function=function)


def broken(rebuilt, home):
    """(kind of error, line) of an exercise's cell that is no Python, else ""."""
    return does_not_parse(dict(rebuilt.cells).get(rebuilt.homes.get(home), ""))


def written(files):
    """Modules that a notebook writes beside itself: name -> (is a package, marshalled code); those that are Python."""
    found = {}
    for name, source in files.items():
        with contextlib.suppress(*NO_PYTHON):
            found[name] = False, marshal.dumps(compile(source, f"{name}.py", "exec"))
    return found


def absent(rebuilt, name, function):
    """The modules that a function's statements import, and that are not there in a sandbox."""
    chosen = []
    with contextlib.suppress(*NO_PYTHON):  # an expression of ten thousand terms
        seen, later = seen_by_check(rebuilt.cells, rebuilt.checked[f"check_{name}"])
        chosen = [node for _, node in needed(seen + later, function)]
    tops = {alias.name.split(".")[0] for node in chosen if isinstance(node, ast.Import) for alias in node.names}
    tops |= {node.module.split(".")[0] for node in chosen
             if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return sorted(top for top in tops - rebuilt.files.keys() - sys.modules.keys()
                  if top in DIFFERENTIATE or importlib.util.find_spec(top) is None)


def as_json(result):
    """A result as bytes."""
    return json.dumps(result).encode()
