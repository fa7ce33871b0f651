"""Grades one notebook of one student: the same function in a process pool and on a cluster."""

import dataclasses
import hashlib
import time
from dataclasses import dataclass

import nbformat

from instructor.grading.course import modules_for
from instructor.grading.digests import check_digest
from instructor.grading.intake import Refused, grade_id, read_notebook, rebuild
from instructor.grading.sandbox import RunnerDied, Sandbox, this_python
from instructor.grading.verdict import Malformed, fixture, verdict

SECONDS = 10  # wall clock for one exercise, its definitions included
WHOLE_SECONDS = 60  # when a function needs what the rest of the notebook computes
NOTEBOOK_SECONDS = 240  # for all exercises of a notebook


@dataclass(frozen=True)
class Task:
    """student, notebook : names; path : of the file handed in; release : path of the learners' notebook;
    seed : the class's; known : an earlier result, {} when there is none; name, number, late : what the LMS says"""

    student: str
    notebook: str
    path: str
    release: str
    seed: int
    known: dict
    name: str = ""
    number: str = ""
    late: bool = False

    def knowing(self, result):
        """The same task beside an earlier result."""
        return dataclasses.replace(self, known=result)


def exercises_of(release):
    """Exercise name -> (grade id of its solution cell, function name), in the notebook's order.

    A check cell `check_NAME` belongs to exercise NAME; its function is defined in the solution cell before it.
    """
    found, last = {}, None
    for cell in release.cells:
        info = cell["metadata"].get("nbgrader", {})
        if info.get("solution") and cell["cell_type"] == "code":
            last = (grade_id(cell), cell["source"])
        elif info.get("grade") and not info.get("solution"):
            name = grade_id(cell).removeprefix("check_")
            wanted = cell["source"].strip().splitlines()[-1].split("(", 1)[1].rstrip(")").split(",")[0].strip()
            home = next((grade_id(c) for c in release.cells if c["metadata"].get("nbgrader", {}).get("solution")
                         and c["cell_type"] == "code" and f"def {wanted}(" in c["source"]), last and last[0])
            found[name] = (home, wanted)
    return found


def needs_whole(answer):
    """Whether a function stumbled over a name that the rest of the notebook may define."""
    if "missing" in answer:
        return not answer.get("died") and "does not run" not in answer["missing"] and not answer["missing"].startswith("it ran out")
    problems = [case.get("problem") for case in answer["observed"]["cases"].values() if isinstance(case, dict)]
    return any(isinstance(problem, list) and len(problem) > 1 and str(problem[1]).startswith("NameError") for problem in problems)


class Asker:
    """Asks about one function after the other; a sandbox that died is replaced."""

    def __init__(self):
        self.sandboxes = {}

    def ask(self, request, seconds):
        whole = request["whole"]
        try:
            if whole not in self.sandboxes:
                self.sandboxes[whole] = Sandbox(this_python(whole)).__enter__()
            return self.sandboxes[whole].ask(request, seconds)
        except RunnerDied as error:
            self.close(whole)
            return {"missing": f"its process broke off: {error}", "died": True}

    def close(self, whole):
        if whole in self.sandboxes:
            self.sandboxes.pop(whole).__exit__(None, None, None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for whole in list(self.sandboxes):
            self.close(whole)


def empty_result(task):
    """The result of a task before anything is known; `again` asks the next run to grade it anew."""
    return {"student": task.student, "name": task.name, "number": task.number, "notebook": task.notebook, "file": task.path,
            "status": "not graded", "why": "", "exercises": {}, "sources": {}, "answers": {},
            "notes": ["handed in late"] if task.late else [], "digest": "", "seconds": 0.0, "again": False}


def grade_one(task):
    """Grade one notebook.

    Returns
    -------
    result : dict with student, notebook, status ("graded", "not graded"), why, exercises (name -> judgement as a dict with
        "digest"), sources and answers (grade id -> text), notes, digest, seconds; plain data only
    """
    begin = time.monotonic()
    result = empty_result(task)
    try:
        release = nbformat.read(task.release, as_version=4)
        rebuilt = rebuild(release, read_notebook(task.path))
    except Refused as error:
        return {**result, "why": str(error)}
    except OSError as error:
        return {**result, "why": f"it cannot be read: {error.strerror}"}
    result.update(sources=rebuilt.sources, answers=rebuilt.answers, notes=result["notes"] + rebuilt.notes, digest=rebuilt.digest)
    known = task.known.get("exercises", {}) if task.known.get("digest") == rebuilt.digest else {}
    with Asker() as asker:
        for name, (home, function) in exercises_of(release).items():
            digest = hashlib.sha256(f"{check_digest(name)} {task.seed} {rebuilt.digest}".encode()).hexdigest()
            if known.get(name, {}).get("digest") == digest:
                result["exercises"][name] = known[name]
                continue
            if time.monotonic() - begin > NOTEBOOK_SECONDS:
                answer = {"missing": f"the notebook used up its {NOTEBOOK_SECONDS} seconds"}
            else:
                request = {"cells": rebuilt.cells, "function": function, "exercise": name, "home": rebuilt.homes.get(home, ""),
                           "inputs": dict(fixture(name, task.seed)), "modules": modules_for(name), "whole": False}
                answer = asker.ask(request, SECONDS)
                if answer.get("died"):  # it may have been a neighbour's doing: once more, in a sandbox of its own
                    asker.close(False)
                    answer = asker.ask(request, SECONDS)
                    asker.close(False)
                if needs_whole(answer):
                    again = asker.ask({**request, "whole": True}, WHOLE_SECONDS)
                    answer = again if "observed" in again else answer
            try:
                judgement = verdict(name, task.seed, answer)
            except Malformed as error:
                judgement = verdict(name, task.seed, {"missing": f"its answer was not the runner's ({error})"})
            result["exercises"][name] = {**judgement, "digest": digest}
    result.update(status="graded", seconds=round(time.monotonic() - begin, 3))
    return result
