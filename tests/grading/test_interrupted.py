"""A class whose grading is interrupted, killed, spread over a cluster and regraded: nothing twice, nothing lost, the
same scores.
"""

import csv
import fcntl
import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.grading import classes

pytestmark = pytest.mark.slow

STUDENTS = 14
FACET = 'Facet("y_t of one example", 1,'


@pytest.fixture(scope="module")
def submissions(grader):
    folder = grader.home / "many"
    for i in range(STUDENTS):
        style = ("solved", "transposed", "by-columns", "half")[i % 4]
        classes.write(folder, f"student-{i:02}", classes.honest()[style])
    grader.give(folder)
    return folder


def stamps(out):
    """Result -> the time at which it was written."""
    return {path.parent.name: path.stat().st_mtime_ns for path in Path(out).glob("results/*/*.json")}


def scores(out):
    return {path.parent.name: {name: e["points"] for name, e in json.loads(path.read_text())["exercises"].items()}
            for path in Path(out).glob("results/*/*.json")}


def wait_for(condition, what, seconds=120):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"no {what} after {seconds} s"
        time.sleep(0.02)
    return found


def of_group(group):
    """Processes of a group that still run: pid -> (parent's pid, command line)."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            if int(fields[2]) == group and fields[0] != "Z":
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found[int(folder.name)] = int(fields[1]), line
        except OSError:
            continue
    return found


def workers(process):
    """The grading processes of a command. A child that has not become another program yet has the command's own line."""
    return [pid for pid, (parent, line) in of_group(process.pid).items()
            if parent == process.pid and "-m instructor.grading.worker" in line]


@pytest.fixture(scope="module")
def interrupted(grader, submissions):
    """Results of a class whose grading was interrupted by Ctrl-C, then killed, then lost a worker.

    Returns the folder, and the times of the results before the last two starts.
    """
    out, before = grader.home / "interrupted", []
    arguments = ("-m", "instructor", "grade", submissions, "--out", out, "--workers", "2")
    process = grader.start(*arguments)
    wait_for(lambda: len(stamps(out)) >= 2, "results")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does for Ctrl-C
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 130 and "run the same command to go on" in said, said
    wait_for(lambda: not of_group(process.pid), "end of all processes", 20)
    before.append(stamps(out))

    process = grader.start(*arguments)
    wait_for(lambda: len(stamps(out)) >= len(before[0]) + 2, "results")
    os.kill(process.pid, signal.SIGKILL)
    wait_for(lambda: not of_group(process.pid), "end of all processes", 20)
    process.communicate()
    before.append(stamps(out))

    process = grader.start(*arguments)
    os.kill(wait_for(lambda: workers(process), "worker")[0], signal.SIGKILL)
    said = process.communicate(timeout=300)[0]
    assert process.returncode == 0, said
    return out, before


def test_nothing_is_graded_twice_and_nothing_is_lost(interrupted):
    out, before = interrupted
    after = stamps(out)
    assert 2 <= len(before[0]) < len(before[1]) < STUDENTS == len(after)
    assert before[0].items() <= before[1].items() <= after.items()
    rows = list(csv.DictReader((out / "grades.csv").read_text().splitlines()))
    assert len(rows) == STUDENTS and {row["status"] for row in rows} == {"graded"}


def test_one_command_at_a_time_writes(grader, submissions, interrupted):
    out, _ = interrupted
    with open(out / "lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = grader.run("-m", "instructor", "grade", submissions, "--out", out)
    assert done.returncode == 3 and "another command is at work" in done.stderr, done.stderr


CLUSTER = """
import sys
from dask.distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=sys.argv[1]) as cluster:
        print(cluster.scheduler_address, *(w.process.process.pid for w in cluster.workers.values()), flush=True)
        sys.stdin.read()
"""


BOMBS = {"memory": "kept = []\nwhile True: kept.append(np.ones(2**24))", "time": "while True: pass",
         "processes": "import os\nwhile True: os.fork()"}


def test_a_cluster_that_loses_a_worker_and_is_bombed_gives_the_same_scores(grader, submissions, interrupted):
    pytest.importorskip("distributed", reason="needs the extra `grading`")
    known, out, script = interrupted[0], grader.home / "clustered", grader.home / "cluster.py"
    bombed = grader.home / "bombed"
    for student in sorted(scores(known))[:8]:
        shutil.copytree(submissions / student, bombed / student)
    for name, body in BOMBS.items():
        classes.write(bombed, name, classes.HandIn(classes.with_source(classes.CELL, rnn_cell_forward=classes.step(body)),
                                                   {}))
    grader.give(bombed)
    script.write_text(CLUSTER)
    out.mkdir()
    shutil.copy(known / "class.json", out)  # the same seed
    grader.give(out)
    cluster = grader.start(script, grader.home)
    try:
        address, victim, *_ = cluster.stdout.readline().split()
        process = grader.start("-m", "instructor", "grade", bombed, "--out", out, "--scheduler", address)
        wait_for(lambda: len(stamps(out)) >= 2, "results")
        os.kill(int(victim), signal.SIGKILL)
        said = process.communicate(timeout=500)[0]
        assert process.returncode == 0, said
    finally:
        os.killpg(cluster.pid, signal.SIGTERM)
        cluster.communicate(timeout=60)
    found = scores(out)
    assert {name: found.pop(name) for name in BOMBS} == dict.fromkeys(BOMBS, {"rnn_cell_forward": 0.0, "readout": 3.0})
    assert found == {student: points for student, points in scores(known).items() if student in found} and len(found) == 8


def test_a_changed_check_regrades_its_exercise_only(grader, submissions, interrupted):
    out, check = interrupted[0], grader.home / "course" / "rnn_helpers" / "check" / "rnn_cell.py"
    original, old = check.read_text(), {p.parent.name: json.loads(p.read_text()) for p in out.glob("results/*/*.json")}
    assert FACET in original, "this test doubles the points of that facet"
    try:
        check.write_text(original.replace(FACET, FACET.replace("1,", "2,")))
        done = grader.run("-m", "instructor", "grade", submissions, "--out", out)
    finally:
        check.write_text(original)
    assert done.returncode == 0, done.stderr
    new = {p.parent.name: json.loads(p.read_text()) for p in out.glob("results/*/*.json")}
    gained = {student for student in new
              if new[student]["exercises"]["readout"]["points"] > old[student]["exercises"]["readout"]["points"]}
    for student, result in new.items():
        assert result["exercises"]["rnn_cell_forward"] == old[student]["exercises"]["rnn_cell_forward"]
        assert result["exercises"]["readout"]["digest"] != old[student]["exercises"]["readout"]["digest"]
    assert gained and f"{len(gained)} students gained, 0 lost" in done.stdout, done.stdout
    assert {row["student"] for row in csv.DictReader((out / "changes.csv").read_text().splitlines())} == gained
    assert "Changed by this regrade" in (out / "report.html").read_text()
