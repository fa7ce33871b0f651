"""Grades a class: resumes where it stopped, a result file per student and notebook, memory flat in their number."""

import contextlib
import csv
import dataclasses
import fcntl
import functools
import json
import os
import secrets
import shutil
import threading
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

from tqdm.auto import tqdm

from instructor.grading.digests import check_digest
from instructor.grading.engine import Task, exercise_digest, failed
from instructor.grading.grade_tables import as_csv, plain, printable
from instructor.grading.intake import DUE, REFUSED, hand_ins
from instructor.grading.names import folded
from instructor.grading.notebook_file import Refused
from instructor.grading.policies import attempt_of
from instructor.grading.roster import Roster
from instructor.grading.sandbox import refuse_without_sandbox
from instructor.grading.terminal import recognised
from instructor.grading.worker import Worker, WorkerDied
from rnn_helpers import atomic
from rnn_helpers.check import EXERCISES
from rnn_helpers.course import NOTEBOOKS

TRIES = 2  # of a notebook whose worker was killed
AHEAD = 4  # tasks per worker of a cluster that wait there


write_atomically = functools.partial(atomic.write, mode=0o600)  # what is known of a class is for its owner alone


class Busy(RuntimeError):
    """Another command is writing to the class's folder."""


class Classroom:
    """The folder that holds what is known of a class.

    folder/class.json : the secret seed (readable by its owner only); keep it to reproduce and explain every score
    folder/results/<student>/<notebook>.json : what `grade_one` returned

    Use as a context manager: one command at a time writes to the folder; Busy when another does.
    """

    def __init__(self, folder, releases):
        self.folder, self.releases = Path(folder), Path(releases)
        self.notebooks = [name for name in NOTEBOOKS if (self.releases / f"{name}.ipynb").is_file()]
        if not self.notebooks:
            raise FileNotFoundError(f"{releases} holds none of the course's notebooks: run `make notebooks` first")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.seed = self._seed()

    def __enter__(self):
        self.lock = open(self.folder / "lock", "w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.lock.close()
            raise Busy(f"another command is at work in {self.folder}: wait until it is done, or give another --out") \
                from None
        return self

    def __exit__(self, *_):
        self.lock.close()

    def _seed(self):
        path = self.folder / "class.json"
        if not path.exists():
            write_atomically(path, json.dumps({"seed": secrets.randbits(128)}) + "\n")
        return json.loads(path.read_text())["seed"]

    def result_path(self, student, notebook):
        return self.folder / "results" / student / f"{notebook}.json"

    def result(self, student, notebook):
        """An earlier result, {} when there is none or it is damaged."""
        return self.kept(self.result_path(student, notebook).relative_to(self.folder))

    def results(self, notebook="*"):
        """(result, its version) of every one, one at a time, in order; damaged ones are left to the next run."""
        for path in sorted(self.folder.glob(f"results/*/{notebook}.json")):
            with contextlib.suppress(ValueError):
                yield json.loads(path.read_text()), path.stat().st_mtime_ns

    def outdated(self, result):
        """Whether a check has changed since a result was reached."""
        return any(exercise["digest"] != exercise_digest(name, self.seed, result["digest"])
                   for name, exercise in result["exercises"].items() if name in EXERCISES and "digest" in exercise)

    def count(self):
        return sum(1 for _ in self.folder.glob("results/*/*.json"))

    def note(self, changes):
        """Append to changes.csv: a log of every score that a regrade changed."""
        with open(self.folder / "changes.csv", "a", encoding="utf-8", newline="") as file:
            if file.tell() == 0:
                csv.writer(file).writerow(("student", "notebook", "exercise", "before", "now", "when"))
            csv.writer(file).writerows((*change, time.strftime("%Y-%m-%d %H:%M:%S")) for change in changes)

    def kept(self, name):
        """A dict that an earlier run has kept in a file, {} when there is none or it is damaged."""
        try:
            return json.loads((self.folder / name).read_text())
        except (OSError, ValueError):
            return {}

    def roster(self, path=None):
        """The Roster: of a new file, which is kept, else the one that was kept; None without one."""
        kept = self.folder / "roster.csv"
        if path:
            found = Roster(path)
            write_atomically(kept, Path(path).read_bytes())
            return found
        return Roster(kept) if kept.exists() else None

    def tasks(self, submissions, roster=None, only=()):
        """What there is to grade, what was refused before (as results), and the Intake. only : names of students"""
        intake = hand_ins(submissions, self.releases, self.notebooks, roster, self.kept("people.json"), self.folder)
        called = {item: {item.student, folded(item.who.name)} for item in intake.items if item.who}
        if absent := [name for name in only or () if not {name, folded(name)} & set().union(*called.values())]:
            raise FileNotFoundError(f"nobody called {', '.join(absent)} has handed in anything in {submissions}: give "
                                    "a student as grades.csv does, or the name that your system gives")
        found = [item for item, names in called.items() if not only or names & {*only, *map(folded, only)}]
        write_atomically(self.folder / "people.json", json.dumps(intake.known))
        shutil.rmtree(self.folder / "unpacked", ignore_errors=True)
        tasks, refused, due = [], {}, {(item.student, item.notebook) for item in intake.items if item.state == DUE}
        for item in found:
            task = self._task(item, intake)
            if item.state == DUE:
                try:
                    tasks.append(self._unpacked(task, item, intake) if len(item.entry.where) > 1 else task)
                except Refused as error:
                    item.state, item.why = REFUSED, str(error)
                    due.discard((item.student, item.notebook))
            if item.state == REFUSED and (item.student, item.notebook) not in due:
                refused.setdefault((item.student, item.notebook), (task, []))[1].append(item.why)
        intake.course.listing.close()
        return tasks, [failed(task, "; ".join(whys)[:1000]) for task, whys in refused.values()], intake

    def _task(self, item, intake):
        disk = os.fsdecode(b"/".join(item.entry.where[0])) if item.entry.where else item.words
        person = intake.people.get(item.student)
        return Task(item.student, item.notebook, os.fsdecode(intake.course.listing.root), disk,
                    str(self.releases / f"{item.notebook}.ipynb"), self.seed, {},
                    printable(person.name if person else item.who.name), printable(item.who.number), item.who.late,
                    item.layout, item.when)

    def _unpacked(self, task, item, intake):
        """A task whose file lies in an archive: a copy of it, with the time that the archive gives."""
        goal = self.folder / "unpacked" / task.student / f"{task.notebook}.ipynb"
        write_atomically(goal, intake.course.listing.read(item.entry))
        os.utime(goal, ns=(item.entry.time, item.entry.time))
        return dataclasses.replace(task, root=str((self.folder / "unpacked").resolve()),
                                   path=f"{task.student}/{task.notebook}.ipynb")

    def forget(self, submissions, handed, intake, roster):
        """Take away the rows of who is no longer there; returns (student, notebook) of each.

        What an earlier run found under the same path and this one does not is gone, unless another path holds it or
        most of a notebook's rows would go; and with a roster, whoever is on it no more. Results are moved to `left/`,
        never deleted.
        """
        here, known = str(Path(submissions).resolve()), self.kept("hand_ins.json")
        before = {tuple(pair) for pair in known.get(here, [])}
        known[here] = sorted(handed)
        present = {tuple(pair) for pairs in known.values() for pair in pairs}
        gone, kept = set(), Counter(notebook for _, notebook in before)
        for notebook in kept:
            some = {pair for pair in before - present if pair[1] == notebook}
            if notebook == "?" or 2 * len(some) <= kept[notebook]:  # more: another hand-in under the same name
                gone |= some
            else:
                known[here] += some
        write_atomically(self.folder / "hand_ins.json", json.dumps(known))
        if roster:
            students = intake.students | {person.key for person in roster.people}
            gone |= {(found.parent.name, found.stem) for found in self.folder.glob("results/*/*.json")
                     if found.parent.name not in students}
        for student, notebook in sorted(gone):
            for kind, ending in (("results", "json"), ("feedback", "html")):
                old = self.folder / kind / student / f"{notebook}.{ending}"
                if old.exists():
                    new = self.folder / "left" / kind / student / old.name
                    new.parent.mkdir(parents=True, exist_ok=True)
                    old.replace(new)
                    with contextlib.suppress(OSError):
                        old.parent.rmdir()
        return sorted(gone)

    def record(self, result, stamp="", before=None):
        """Write a result, as it is known for `stamp` (see `fingerprint`); without one the next run grades anew.

        Returns the differences from the result before, which are noted first: a run that is killed loses none.
        """
        student, notebook = result["student"], result["notebook"]
        before = self.result(student, notebook) if before is None else before
        if changes := differences(before, result):
            self.note(changes)
        earlier = before.get("attempts", [])
        if before.get("status") == "graded" and before["digest"] != result["digest"]:
            earlier = [*earlier, attempt_of(before)]
        result = {**result, "attempts": earlier}
        write_atomically(self.result_path(student, notebook), json.dumps({**result, "stamp": stamp}, indent=1) + "\n")
        return changes

    def grade(self, submissions, workers=None, scheduler=None, progress=True, roster=None, tell=lambda line: None,
              only=()):
        """Grade what has not been graded; safe to interrupt and to call again.

        Parameters
        ----------
        submissions : a folder of any layout, an archive, or a notebook
        workers : processes (default: the cores); scheduler : address of a dask.distributed scheduler instead
        roster : Roster; tell : is called with what was recognised, and with what is gone
        only : names of students who are graded anew, known or not, and nobody else

        Returns
        -------
        changes : list of (student, notebook, exercise, points before, points now), None for not graded
        missing : list of (student, notebook, why) of what was handed in and has no score
        """
        tasks, refused, intake = self.tasks(submissions, roster, only)
        tell(recognised(intake, everything=False))
        changes, due, stamps = [], [], {}
        lost = [("?", item.words[:200], item.why) for item in intake.items
                if item.state == REFUSED and item.who is None and not only]
        self.account(intake.items)
        handed = {(task.student, task.notebook) for task in tasks} | {(result["student"], result["notebook"])
                                                                      for result in refused}
        for student, notebook in self.forget(submissions, handed, intake, roster) if not only else ():
            tell(f"Gone: {student} {notebook} is no longer handed in or on the roster; its result lies in "
                 f"{self.folder}/left/")
        for result in refused:
            changes += self.record(result)
        for task in tasks:
            # before it is read: what is handed in meanwhile is graded by the next run
            stamp = stamps[task.student, task.notebook] = fingerprint(task)
            if only or not stamp or self.result(task.student, task.notebook).get("stamp") != stamp:
                due.append(task)
        pool = cluster(scheduler) if scheduler else processes(min(workers or os.cpu_count() or 1, len(due)))
        todo = (task if only else dataclasses.replace(task, known=self.result(task.student, task.notebook))
                for task in due)
        with pool as where, tqdm(total=len(tasks), initial=len(tasks) - len(due), unit="notebook",
                                 disable=not progress, desc="grading") as bar:
            for task, result in spread(todo, *where):
                try:
                    changes += self.record(result, "" if result["again"] else stamps[task.student, task.notebook],
                                           task.known or None)
                except (OSError, ValueError) as error:
                    lost.append((task.student, task.notebook, f"its result cannot be written: {error}"))
                bar.update()
        for student, notebook in sorted(handed - {(student, notebook) for student, notebook, _ in lost}):
            result = self.result(student, notebook)
            if result.get("status") != "graded":
                lost.append((student, notebook, result.get("why", "its result is damaged")))
        return changes, sorted(lost)

    def account(self, found):
        """Write what became of every file and folder that was handed in."""
        rows = [("file", "student", "notebook", "what became of it", "why", "recognised by", "look at")]
        rows += [(item.words, item.student, item.notebook, item.state, item.why, item.how, item.doubt)
                 for item in found]
        write_atomically(self.folder / "handed_in.csv", as_csv([[plain(value) for value in row] for row in rows]))


def fingerprint(task):
    """Changes when the file, the release, a check, or what the system says of the hand-in does; "" when the file cannot
    be looked at."""
    parts = []
    for path in (os.path.join(task.root, task.path), task.release):
        try:
            info = os.lstat(path)
        except OSError:
            return ""
        parts += [path, info.st_size, info.st_mtime_ns]
    checks = [check_digest(name) for name, exercise in EXERCISES.items() if exercise.notebook == task.notebook]
    return json.dumps([parts, checks, task.seed, task.name, task.number, task.late, task.layout, task.time])


def differences(before, now):
    """(student, notebook, exercise, points before, points now) where an earlier result and a new one differ."""
    if not before:
        return []
    old, new = ({name: e["points"] for name, e in result["exercises"].items()} for result in (before, now))
    return [(now["student"], now["notebook"], name, old.get(name), new.get(name))
            for name in EXERCISES if (name in old or name in new) and old.get(name) != new.get(name)]


class Workers:
    """Worker processes, one to a thread; one that dies is replaced, and its notebook tried once more."""

    def __init__(self):
        self.own, self.all, self.closed = threading.local(), set(), False

    def grade(self, task):
        for _ in range(TRIES):
            worker = getattr(self.own, "worker", None)
            if worker is None:
                worker = self.own.worker = Worker()
                self.all.add(worker)
            try:
                return worker.grade(task)
            except WorkerDied as error:
                self.all.discard(worker)
                self.own.worker, said = None, str(error)
                if self.closed:
                    break
        return failed(task, f"grading failed: {said}")

    def close(self):
        self.closed = True
        for worker in list(self.all):
            worker.process.kill()


def spread(tasks, pool, grade, most):
    """Have `grade` called with tasks in a pool, at most so many at a time; yields (task, result) as they end."""
    busy = {}
    while True:
        while len(busy) < most and (task := next(tasks, None)) is not None:
            busy[pool.submit(grade, task)] = task
        if not busy:
            return
        for future in wait(busy, return_when=FIRST_COMPLETED).done:
            task = busy.pop(future)
            try:
                result = future.result()
            except Exception as error:
                result = failed(task, f"grading failed: {type(error).__name__}: {str(error)[:200]}")
            yield task, result


@contextlib.contextmanager
def processes(count):
    """What `spread` takes, for worker processes on this machine."""
    workers = Workers()
    with ThreadPoolExecutor(max(1, count)) as pool:
        try:
            yield pool, workers.grade, 2 * count
        finally:  # interrupted or not: what is half graded is graded by the next run
            pool.shutdown(wait=False, cancel_futures=True)
            workers.close()


@functools.cache
def workers_here():
    """The workers of this process of a cluster."""
    return Workers()


def grade_here(task):
    return workers_here().grade(task)


@contextlib.contextmanager
def cluster(address):
    """What `spread` takes, for a dask.distributed cluster, whose machines see the same files."""
    from dask.distributed import Client

    with Client(address, set_as_default=False) as client:
        client.run(refuse_without_sandbox)
        there = len(client.scheduler_info(n_workers=-1)["workers"])
        yield client.get_executor(pure=False), grade_here, AHEAD * max(1, there)
