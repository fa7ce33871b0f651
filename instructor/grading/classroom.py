"""Grades a whole class: resumes where it stopped, one result file per student and notebook, memory flat in their number."""

import json
import os
import secrets
import tempfile
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from tqdm.auto import tqdm

from instructor.grading.engine import Task, grade_one
from instructor.grading.intake import hand_ins, unpack

AHEAD = 2  # tasks per worker that wait in the queue


def write_atomically(path, text):
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(name, path)


class Classroom:
    """The folder that holds what is known of a class.

    folder/class.json : the secret seed (readable by its owner only); keep it to reproduce and explain every score
    folder/results/<student>/<notebook>.json : what `grade_one` returned
    """

    def __init__(self, folder, releases):
        self.folder, self.releases = Path(folder), Path(releases)
        self.notebooks = sorted(path.stem for path in self.releases.glob("0*.ipynb"))
        if not self.notebooks:
            raise FileNotFoundError(f"{releases} holds no notebooks 0*.ipynb: run `make notebooks` first")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.seed = self._seed()

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

    def results(self):
        """Every result, one at a time, in order."""
        for path in sorted(self.folder.glob("results/*/*.json")):
            yield json.loads(path.read_text())

    def tasks(self, submissions):
        """What there is to grade in a folder or zip, and what was refused before (as results)."""
        submissions, notes = Path(submissions), []
        if submissions.is_file():
            target = self.folder / "unpacked"
            notes, submissions = unpack(submissions, target), target
        tasks, refused = [], []
        for item in hand_ins(submissions, self.notebooks):
            if item.path is None:
                refused.append({"student": item.student, "notebook": item.notebook, "file": "", "status": "not graded",
                                "why": item.problem, "exercises": {}, "sources": {}, "answers": {}, "notes": [], "digest": "", "seconds": 0.0})
            else:
                tasks.append(Task(item.student, item.notebook, str(item.path.resolve()), str(self.releases / f"{item.notebook}.ipynb"),
                                  self.seed, {}))
        return tasks, refused, notes

    def is_done(self, task, known):
        """Whether a result is newer than the file, of the same checks and release."""
        stamp = fingerprint(task)
        return known.get("stamp") == stamp

    def record(self, result, stamp=""):
        write_atomically(self.result_path(result["student"], result["notebook"]),
                         json.dumps({**result, "stamp": stamp}, ensure_ascii=False, indent=1) + "\n")

    def grade(self, submissions, workers=None, scheduler=None, progress=True):
        """Grade what has not been graded; safe to interrupt and to call again.

        Parameters
        ----------
        submissions : folder with <student>/<notebook>.ipynb, or an LMS zip
        workers : processes (default: the cores); scheduler : address of a dask.distributed scheduler instead

        Returns
        -------
        changes : list of (student, notebook, points before or None, points now), for scores that differ
        notes : what was left out of an archive
        """
        tasks, refused, notes = self.tasks(submissions)
        for result in refused:
            self.record(result)
        due, changes = [], []
        for task in tasks:
            known = self.result(task.student, task.notebook)
            if not self.is_done(task, known):
                due.append((task, known))
        run = on_cluster(scheduler) if scheduler else in_processes(workers or os.cpu_count() or 1)
        with tqdm(total=len(due), unit="notebook", disable=not progress, desc="grading") as bar:
            for task, result in run((Task(**{**task.__dict__, "known": known}) for task, known in due)):
                before = task.known
                self.record(result, fingerprint(task))
                old, new = points_of(before), points_of(result)
                if before and old != new:
                    changes.append((task.student, task.notebook, old, new))
                bar.update()
        return changes, notes


def fingerprint(task):
    """Changes when the file, the release or a check does."""
    from instructor.grading.verdict import check_digest
    from rnn_helpers.check import EXERCISES

    parts = []
    for path in (task.path, task.release):
        info = os.stat(path)
        parts += [path, info.st_size, info.st_mtime_ns]
    checks = [check_digest(name) for name, exercise in EXERCISES.items() if exercise.notebook == task.notebook]
    return json.dumps([parts, checks, task.seed])


def points_of(result):
    """Sum of the checks' points, None when not graded."""
    if result.get("status") != "graded":
        return None
    return sum(judgement["points"] for judgement in result["exercises"].values())


def failed(task, error):
    """The result of a task whose grading itself failed; a later run tries again."""
    return {"student": task.student, "notebook": task.notebook, "file": task.path, "status": "not graded",
            "why": f"grading failed: {type(error).__name__}: {str(error)[:200]}", "exercises": {}, "sources": {}, "answers": {}, "notes": [],
            "digest": "", "seconds": 0.0}


def in_processes(workers):
    """Runs tasks in a pool of processes, few at a time; yields (task, result) as they end."""

    def run(tasks):
        tasks, waiting = iter(tasks), {}
        with ProcessPoolExecutor(workers) as pool:
            try:
                while True:
                    while len(waiting) < workers * AHEAD and (task := next(tasks, None)) is not None:
                        waiting[pool.submit(grade_one, task)] = task
                    if not waiting:
                        return
                    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                        task = waiting.pop(future)
                        try:
                            yield task, future.result()
                        except BrokenProcessPool:
                            raise
                        except Exception as error:
                            yield task, failed(task, error)
            except (KeyboardInterrupt, GeneratorExit):
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    return run


def on_cluster(address):
    """Runs tasks on a dask.distributed cluster that sees the same files; a lost worker's tasks go to another."""

    def run(tasks):
        from dask.distributed import Client, as_completed

        with Client(address) as client:
            workers = max(1, len(client.scheduler_info()["workers"]))
            tasks, names = iter(tasks), {}

            def submit():
                if (task := next(tasks, None)) is not None:
                    future = client.submit(grade_one, task, pure=False, retries=2)
                    names[future.key] = task
                    return future

            first = [future for _ in range(workers * AHEAD * 2) if (future := submit())]
            pending = as_completed(first)
            for future in pending:
                task = names.pop(future.key)
                try:
                    result = future.result()
                except Exception as error:
                    result = failed(task, error)
                if (more := submit()) is not None:
                    pending.add(more)
                yield task, result

    return run
