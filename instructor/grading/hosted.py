"""Grades one hand-in where a host runs the grader: a Gradescope autograder, a GitHub Classroom workflow.

The formats: https://gradescope-autograders.readthedocs.io (setup.sh, run_autograder, results.json) and the source of
classroom-resources/autograding-grading-reporter (a base64 text in an environment variable).
"""

import base64
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path

from instructor import ROOT
from instructor.grading.engine import Task, prepare
from instructor.grading.gradebook import judgement_of
from instructor.grading.listing import Listing
from instructor.grading.recognise import Course
from instructor.grading.sandbox import BOX, NoSandbox, Sandbox, SandboxDied, allowed, refuse_without_sandbox
from instructor.grading.worker import read_in_fork
from rnn_helpers import atomic
from rnn_helpers.check import EXERCISES, SEED, WRITTEN
from rnn_helpers.check.report import as_html, points_text
from rnn_helpers.course import NOTEBOOKS

HOSTS = ROOT / "instructor" / "hosts"
PACKAGES = ("numpy", "nbgrader", "mistune", "tqdm")  # what grading one hand-in imports, in a host's own environment


def hand_in(folder, releases, notebooks):
    """({notebook: path below the folder}, words on what was left aside): the copy with the most work in it counts."""
    found, aside, listing = {}, [], Listing(folder)
    try:
        course = Course(releases, [name for name in NOTEBOOKS if (releases / f"{name}.ipynb").is_file()], listing)
        for entry in listing.entries:
            seen = course.seen(entry)
            if seen.notebook and seen.notebook not in notebooks:
                aside.append(f"{'/'.join(entry.parts)}: it is {seen.notebook}, which is not asked for here")
            elif seen.notebook:
                found.setdefault(seen.notebook, []).append(entry)
            elif seen.why or entry.why:
                aside.append(f"{'/'.join(entry.parts)}: {seen.why or entry.why}")
        chosen = {name: max(entries, key=course.work) for name, entries in found.items()}
        aside += [f"{'/'.join(entry.parts)}: another copy of {name} has as much work in it, or more"
                  for name, entries in found.items() for entry in entries if entry is not chosen[name]]
        return {name: "/".join(entry.parts) for name, entry in chosen.items()}, aside
    finally:
        listing.close()


def graded(folder, releases, notebooks, secret):
    """(results as of `grade_one`, words on what was left aside or does not hold here).

    secret : text that the class's seed is made from; "" for that of the checks in a notebook, which anybody can read
    """
    seed = int.from_bytes(hashlib.blake2b(secret.encode(), digest_size=16).digest(), "big") if secret else SEED
    results, (paths, notes) = [], hand_in(folder, releases, notebooks)
    with Sandbox() as sandbox:
        for name in sorted(paths, key=notebooks.index):
            task = Task("student", name, str(folder), paths[name], str(releases / f"{name}.ipynb"), seed, {})
            prepare(task)
            results.append(json.loads(read_in_fork(task, sandbox)[0]))
    return results, notes


def confine():
    """Words on what does not hold where this runs. NoSandbox when no student's code may be run here.

    As an ordinary user: bubblewrap, as for a class. As root: a container that is thrown away after this one
    submission, in which namespaces cannot be made; another user, the filter of system calls and the limits remain.
    """
    if os.getuid():
        refuse_without_sandbox()
        return []
    Sandbox.container = tempfile.mkdtemp()  # of what lies beside the submission, NOBODY reads this folder only
    shutil.copytree(BOX, Path(Sandbox.container, "box"))
    subprocess.run(["chmod", "-R", "go=rX", Sandbox.container], check=True)
    try:
        return allowed()
    except SandboxDied as error:
        raise NoSandbox(f"a student's process cannot be started here: {error}") from error


def lines(results):
    """(name, points, maximum, HTML or why) of everything that was graded."""
    for result in results:
        if result["status"] != "graded":
            exercises = [e for e in EXERCISES.values() if e.notebook == result["notebook"]]
            yield result["notebook"], 0.0, sum(e.points for e in exercises), f"It could not be graded: {result['why']}"
        for name, told in result["exercises"].items():
            yield name, told["points"], told["maximum"], as_html(judgement_of(told))


def in_words(results, notes, notebooks):
    """What a student reads above the exercises."""
    said = [] if results else [f"No notebook of the course was found; hand in {' or '.join(notebooks)}.ipynb."]
    said += [f"{result['notebook']}: {note}" for result in results for note in result["notes"]] + notes
    open_ = sum(WRITTEN[name][1] for result in results for name in result["answers"] if name in WRITTEN)
    return "\n".join([*said, f"Written answers, {points_text(open_)} points, are read by a person."] if open_ else said)


def gradescope(results, notes, notebooks, seconds):
    """results.json, with partial credit and the check's words, as Gradescope's documentation asks."""
    tests = [{"name": name, "score": points, "max_score": most, "output": text, "output_format": "html",
              "status": "passed" if points == most else "failed"} for name, points, most, text in lines(results)]
    return {"output": in_words(results, notes, notebooks), "output_format": "text", "visibility": "visible",
            "stdout_visibility": "hidden", "execution_time": round(seconds), "tests": tests,
            **({} if tests else {"score": 0.0})}


def classroom(results):
    """What GitHub Classroom's reporter decodes."""
    tests = [{"name": name, "status": "pass" if points == most else "fail", "score": points, "message": "",
              "max_score": most, "test_code": "", "filename": "", "line_no": 0, "duration": 0}
             for name, points, most, _ in lines(results)]
    whole = tests and all(test["status"] == "pass" for test in tests)
    return {"version": 1, "status": "pass" if whole else "fail", "tests": tests,
            "max_score": sum(test["max_score"] for test in tests)}


def grade(options):
    """`python -m instructor one`: returns the exit code."""
    begin, notebooks = time.monotonic(), options.notebooks or [
        name for name in NOTEBOOKS if (options.releases / f"{name}.ipynb").is_file()]
    secret = options.secret.read_text().strip() if options.secret else os.environ.get("RNN_SECRET", "")
    if not options.submission.is_dir():
        print(f"{options.submission} is not a folder: give the folder that holds one student's notebooks")
        return 2
    try:
        holes = confine()
    except NoSandbox as error:
        print(f"Nothing was graded: {error}")
        return 3
    if holes:
        print(f"This machine's sandbox allows: {', '.join(holes)}")
    results, notes = graded(options.submission, options.releases, notebooks, secret)
    if options.host == "gradescope":
        told = gradescope(results, notes, notebooks, time.monotonic() - begin)
        atomic.write(options.to, json.dumps(told, indent=1), mode=0o600)
        return 0
    told = classroom(results)
    page = "\n".join([in_words(results, notes, notebooks), *(
        f"<h3>{name}: {points_text(points)} of {points_text(most)}</h3>\n{text}"
        for name, points, most, text in lines(results))])
    for variable, text in (("GITHUB_STEP_SUMMARY", page),
                           ("GITHUB_OUTPUT", "result=" + base64.b64encode(json.dumps(told).encode()).decode())):
        if os.environ.get(variable):
            with open(os.environ[variable], "a", encoding="utf-8") as file:
                file.write(text + "\n")
    for name, points, most, _ in lines(results):
        print(f"{name}: {points_text(points)} of {points_text(most)}")
    return 0


def run(options):
    """`python -m instructor one` and `gradescope`."""
    return write_zip(options.out, options.notebooks or NOTEBOOKS) if options.command == "gradescope" else grade(options)


def write_zip(out, notebooks):
    """`make gradescope`: the zip to upload as an autograder, with a secret of its own and the learners' notebooks."""
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    files = [path for folder in ("rnn_helpers", "instructor") for path in sorted((ROOT / folder).rglob("*"))
             if path.suffix in (".py", ".json", ".toml", ".txt", ".html", ".css") and "__pycache__" not in path.parts]
    files += [ROOT / "notebooks" / f"{name}.ipynb" for name in NOTEBOOKS] + [ROOT / "constraints.txt"]
    draft = out.with_suffix(".draft")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in files:
            bundle.write(path, path.relative_to(ROOT))
        for name in ("setup.sh", "run_autograder"):
            member = zipfile.ZipInfo(name, time.localtime()[:6])
            member.external_attr, member.compress_type = 0o755 << 16, zipfile.ZIP_DEFLATED
            bundle.writestr(member, (HOSTS / name).read_text().replace("NOTEBOOKS", " ".join(notebooks)))
        bundle.writestr("packages.txt", "\n".join(PACKAGES) + "\n")
        bundle.writestr("secret", secrets.token_hex(32) + "\n")
    draft.replace(out)
    print(f"{out}: upload it as the autograder of an assignment for {', '.join(notebooks)}")
    return 0
