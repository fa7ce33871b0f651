"""A Gradescope autograder and a GitHub Classroom workflow, by the contracts that both document."""

import base64
import json
import os
import shutil
import subprocess
import zipfile

import pytest

from authoring import files
from rnn_helpers import check
from tests.grading.ordinary import ROOT

MOST = sum(e.points for e in check.EXERCISES.values() if e.notebook == "01_rnn_cell")
HOLES = "This machine's sandbox allows: proc, writing to /tmp, writing to /var/tmp, writing to /dev/shm"  # empty files
NOSY = """def opens(path):
        try:
            open(path).close()
        except OSError:
            return False
        return True
    assert [opens(path) for path in {paths}] == [True, False, False, False]"""


@pytest.fixture(scope="module")
def autograder(grader):
    """A folder as Gradescope lays it out, after setup.sh; and a call of what run_autograder calls, as root."""
    if os.getuid() != 0:
        pytest.skip("Gradescope runs an autograder as root")
    top = grader.home / "autograder"
    top.mkdir()
    shutil.copy(ROOT / "constraints.txt", grader.home / "course")
    made = grader.run("-m", "instructor", "gradescope", grader.home / "zip" / "autograder.zip",
                      "--notebooks", "01_rnn_cell")
    assert made.returncode == 0, made.stderr
    with zipfile.ZipFile(grader.home / "zip" / "autograder.zip") as bundle:
        bundle.extractall(top / "source")
        assert {"setup.sh", "run_autograder", "secret", "packages.txt"} < set(bundle.namelist())
        assert not [name for name in bundle.namelist() if "solutions" in name]
    assert "--notebooks 01_rnn_cell\n" in (top / "source" / "run_autograder").read_text()
    subprocess.run(["chmod", "-R", "go=", top / "source"], check=True)
    site = grader.env["PYTHONPATH"].split(":")[-1]

    def graded(*notebooks):
        """results.json of a submission."""
        shutil.rmtree(top / "submission", ignore_errors=True)
        for name, notebook in notebooks:
            (top / "submission" / name).parent.mkdir(parents=True, exist_ok=True)
            (top / "submission" / name).write_bytes(files.to_bytes(notebook))
        done = subprocess.run([grader.words[-1], "-m", "instructor", "one", top / "submission", "--host", "gradescope",
                               "--to", top / "results.json", "--secret", top / "source" / "secret",
                               "--notebooks", "01_rnn_cell"], cwd=top / "source", text=True, capture_output=True,
                              env={**grader.env, "PYTHONPATH": f"{top / 'source'}:{site}"}, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.strip() in ("", HOLES)
        return json.loads((top / "results.json").read_text())

    return top, graded


def solved():
    return files.read(files.solution_path("01_rnn_cell"))


@pytest.mark.slow
def test_gradescope_gets_points_and_the_checks_words(autograder):
    _, graded = autograder
    right, wrong = solved(), solved()
    cell = next(cell for cell in wrong.cells if "def rnn_cell_forward" in cell.source)
    cell.source = cell.source.replace("np.tanh(", "(")
    found = graded(("folder/my work (1).ipynb", right), ("notes.ipynb", files.read(files.learner_path("02_forward_pass"))))
    assert sum(test["score"] for test in found["tests"]) == sum(test["max_score"] for test in found["tests"]) == MOST
    assert all(set(test) == {"name", "score", "max_score", "output", "output_format", "status"}
               for test in found["tests"])
    assert "Written answers" in found["output"] and found["stdout_visibility"] == "hidden"
    found = {test["name"]: test for test in graded(("01_rnn_cell.ipynb", wrong))["tests"]}["rnn_cell_forward"]
    assert 0 < found["score"] < found["max_score"] and "tanh" in found["output"]
    nothing = graded(("x.ipynb", files.read(files.learner_path("02_forward_pass"))))
    assert nothing["score"] == 0 and "x.ipynb: it is 02_forward_pass, which is not asked for here" in nothing["output"]


@pytest.mark.slow
def test_a_submission_cannot_read_the_autograder(autograder):
    """It earns its points if it can open the first of these files and none of the others."""
    top, graded = autograder
    paths = ["/etc/os-release", *(str(top.joinpath(*parts)) for parts in (
        ("source", "secret"), ("results.json",), ("source", "rnn_helpers", "cell.py")))]
    (top / "results.json").touch()
    assert all(map(os.path.exists, paths))
    nosy = solved()
    cell = next(cell for cell in nosy.cells if "def rnn_cell_forward" in cell.source)
    cell.source = cell.source.replace("### BEGIN SOLUTION", NOSY.format(paths=paths))
    found = {test["name"]: test for test in graded(("01_rnn_cell.ipynb", nosy))["tests"]}["rnn_cell_forward"]
    assert found["score"] == 7, found


@pytest.mark.slow
def test_github_classroom_gets_its_reporters_text(grader):
    folder = grader.home / "repository"
    folder.mkdir()
    shutil.copy(files.solution_path("01_rnn_cell"), folder / "01_rnn_cell.ipynb")
    out, summary = grader.home / "output", grader.home / "summary"
    grader.give(folder)
    for path in (out, summary):
        path.touch()
        grader.give(path)
    grader.env |= {"GITHUB_OUTPUT": str(out), "GITHUB_STEP_SUMMARY": str(summary), "RNN_SECRET": "a class's"}
    done = grader.run("-m", "instructor", "one", folder, "--host", "github")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(base64.b64decode(out.read_text().strip().removeprefix("result=")))
    assert told["status"] == "pass" and told["max_score"] == sum(test["score"] for test in told["tests"]) == MOST
    assert "rnn_cell_forward" in summary.read_text()
    workflow = (ROOT / "instructor" / "hosts" / "classroom.yml").read_text()
    assert "GRADE_RESULTS: ${{ steps.grade.outputs.result }}" in workflow and "runners: grade" in workflow
