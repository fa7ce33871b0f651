"""Grades a whole class: resumes where it stopped, one result file per student and notebook, memory flat in their number."""

import contextlib
import csv
import fcntl
import functools
import json
import multiprocessing
import os
import secrets
import signal
import time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from tqdm.auto import tqdm

from instructor.grading.digests import check_digest
from instructor.grading.engine import Task, empty_result, grade_one
from instructor.grading.intake import hand_ins, unpack
from instructor.grading.sandbox import die_with_parent, refuse_without_sandbox
from rnn_helpers import atomic
from rnn_helpers.check import EXERCISES
from rnn_helpers.course import NOTEBOOKS

TRIES = 2  # of a notebook whose worker was killed
AHEAD = 4  # tasks per worker of a cluster that wait there


class Busy(RuntimeError):
    """Another command is writing to the class's folder."""


write_atomically = functools.partial(atomic.write, mode=0o600)  # what is known of a class is for its owner alone


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
            raise Busy(f"another command is at work in {self.folder}: wait for its end, or give another --out") from None
        return self

    def __exit__(self, *_):
        self.lock.close()

    def _seed(self):
        path = self.folder / "class.json"
        if not path.exists():
            write_atomically(path, json.dumps({"seed": secrets.randbits(64)}) + "\n")
            path.chmod(0o600)
        return json.loads(path.read_text())["seed"]

    def result_path(self, student, notebook):
        return self.folder / "results" / student / f"{notebook}.json"

    def result(self, student, notebook):
        """An earlier result, {} when there is none or it is damaged."""
        try:
            return json.loads(self.result_path(student, notebook).read_text())
        except (OSError, ValueError):
            return {}

    def results(self, notebook="*"):
        """(result, its version) of every one, one at a time, in order; damaged ones are left to the next run."""
        for path in sorted(self.folder.glob(f"results/*/{notebook}.json")):
            with contextlib.suppress(ValueError):
                yield json.loads(path.read_text()), path.stat().st_mtime_ns

    def count(self):
        return sum(1 for _ in self.folder.glob("results/*/*.json"))

    def note(self, changes):
        """Append to changes.csv: a log of every score that a regrade changed."""
        with open(self.folder / "changes.csv", "a", encoding="utf-8", newline="") as file:
            if file.tell() == 0:
                csv.writer(file).writerow(("student", "notebook", "exercise", "before", "now", "when"))
            csv.writer(file).writerows((*change, time.strftime("%Y-%m-%d %H:%M:%S")) for change in changes)

    def tasks(self, submissions):
        """What there is to grade in a folder or zip, what was refused before (as results), and notes on an archive."""
        submissions, notes, people = Path(submissions), [], {}
        if submissions.is_file():
            archive, submissions = submissions, self.folder / "unpacked"
            notes, people = unpack(archive, submissions)
        tasks, refused = [], []
        for item in hand_ins(submissions, self.notebooks):
            who = people.get(item.student, item.who)
            task = Task(item.student, item.notebook, str(item.path.resolve()) if item.path else "",
                        str(self.releases / f"{item.notebook}.ipynb"), self.seed, {}, who.name, who.number, who.late)
            if item.path is None:
                refused.append({**empty_result(task), "why": item.problem})
            else:
                tasks.append(task)
        return tasks, refused, notes

    def record(self, result, stamp="", before=None):
        """Write a result, as it is known for `stamp` (see `fingerprint`); without one the next run grades anew.

        Returns the differences from the result before, which are noted first: a run that is killed loses none.
        """
        student, notebook = result["student"], result["notebook"]
        if changes := differences(self.result(student, notebook) if before is None else before, result):
            self.note(changes)
        write_atomically(self.result_path(student, notebook), json.dumps({**result, "stamp": stamp}, ensure_ascii=False, indent=1) + "\n")
        return changes

    def grade(self, submissions, workers=None, scheduler=None, progress=True):
        """Grade what has not been graded; safe to interrupt and to call again.

        Parameters
        ----------
        submissions : folder with <student>/<notebook>.ipynb, or an LMS zip
        workers : processes (default: the cores); scheduler : address of a dask.distributed scheduler instead

        Returns
        -------
        changes : list of (student, notebook, exercise, points before, points now), None for not graded
        notes : what was left out of an archive
        """
        tasks, refused, notes = self.tasks(submissions)
        changes, due = [], []
        for result in refused:
            changes += self.record(result)
        for task in tasks:
            known = self.result(task.student, task.notebook)
            if known.get("stamp") != fingerprint(task):
                due.append(task)
        run = on_cluster(scheduler) if scheduler else in_processes(min(workers or os.cpu_count() or 1, len(due)))
        with tqdm(total=len(tasks), initial=len(tasks) - len(due), unit="notebook", disable=not progress, desc="grading") as bar:
            for task, result in run(task.knowing(self.result(task.student, task.notebook)) for task in due):
                changes += self.record(result, "" if result["again"] else fingerprint(task), task.known)
                bar.update()
        return changes, notes


def fingerprint(task):
    """Changes when the file, the release or a check does."""
    parts = []
    for path in (task.path, task.release):
        info = os.stat(path)
        parts += [path, info.st_size, info.st_mtime_ns]
    checks = [check_digest(name) for name, exercise in EXERCISES.items() if exercise.notebook == task.notebook]
    return json.dumps([parts, checks, task.seed])


def differences(before, now):
    """(student, notebook, exercise, points before, points now) where an earlier result and a new one differ."""
    if not before:
        return []
    old, new = ({name: e["points"] for name, e in result["exercises"].items()} for result in (before, now))
    return [(now["student"], now["notebook"], name, old.get(name), new.get(name))
            for name in EXERCISES if (name in old or name in new) and old.get(name) != new.get(name)]


def failed(task, error):
    """The result of a task whose grading itself failed; a later run tries again."""
    return {**empty_result(task), "why": f"grading failed: {type(error).__name__}: {str(error)[:200]}", "again": True}


def alone():
    """In a worker: Ctrl-C is the parent's affair, and nothing outlives the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()


def worker():
    return ProcessPoolExecutor(1, multiprocessing.get_context("fork"), initializer=alone)


def in_processes(workers):
    """Runs tasks in processes; yields (task, result) as they end.

    Each worker is a pool of one, so that a killed one is known by its task and takes no other with it: it is replaced,
    and its notebook tried once more.
    """

    def run(tasks):
        idle, busy, again = [worker() for _ in range(workers)], {}, []
        tasks = ((task, 1) for task in tasks)
        try:
            while True:
                while idle and (task := again.pop() if again else next(tasks, None)) is not None:
                    pool = idle.pop()
                    try:
                        future = pool.submit(grade_one, task[0])
                    except BrokenProcessPool:  # killed while it had nothing to do
                        pool = worker()
                        future = pool.submit(grade_one, task[0])
                    busy[future] = pool, task
                if not busy:
                    return
                for future in wait(busy, return_when=FIRST_COMPLETED).done:
                    pool, (task, tries) = busy.pop(future)
                    idle.append(pool)
                    try:
                        result = future.result()
                    except BrokenProcessPool as error:
                        idle[-1] = worker()
                        if tries < TRIES:
                            again.append((task, tries + 1))
                            continue
                        result = failed(task, error)
                    except Exception as error:
                        result = failed(task, error)
                    yield task, result
        finally:
            if busy:  # interrupted: what is half graded is graded by the next run
                for process in multiprocessing.active_children():
                    process.kill()
            for pool in [*idle, *(pool for pool, _ in busy.values())]:
                pool.shutdown(cancel_futures=True)

    return run


def on_cluster(address):
    """Runs tasks on a dask.distributed cluster that sees the same files; a lost worker's tasks go to another."""

    def run(tasks):
        from dask.distributed import Client, as_completed

        with Client(address, set_as_default=False) as client:
            client.run(refuse_without_sandbox)
            names, pending = {}, as_completed(loop=client.loop)

            def submit():
                if (task := next(tasks, None)) is not None:
                    future = client.submit(grade_one, task, pure=False)
                    names[future.key] = task
                    pending.add(future)

            for _ in range(max(1, len(client.scheduler_info(n_workers=-1)["workers"])) * AHEAD):
                submit()
            for future in pending:
                task = names.pop(future.key)
                try:
                    result = future.result()
                except Exception as error:
                    result = failed(task, error)
                submit()
                yield task, result

    return run
