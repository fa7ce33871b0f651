"""What Binder makes of binder/: repo2docker's own Dockerfile, and its steps in a fresh environment."""

import os
import re
import subprocess
import sys

import pytest

from authoring import matrix
from tests.test_setup import ROOT, clone, pinned, posix, project, requirements

PYTHON = (ROOT / "binder" / "runtime.txt").read_text().strip().removeprefix("python-")
IN_THE_IMAGE = {"jupyterlab", "notebook", "ipywidgets"}
NO_NETWORK = re.compile("connection|network|resolve|retries", re.IGNORECASE)


def install(python, *wanted):
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-compile"]  # a third of the time
    done = subprocess.run([*pip, *wanted], check=False, capture_output=True, text=True)
    if done.returncode and NO_NETWORK.search(done.stderr):
        pytest.skip("no network: packages cannot be installed")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A fresh environment's python, of Binder's version where this machine has it; the course's files beside it."""
    folder = tmp_path_factory.mktemp("binder")
    subprocess.run([matrix.find_python(PYTHON) or sys.executable, "-m", "venv", folder / "env"], check=True)
    return folder / "env" / "bin" / "python", clone(folder / "home")


def test_binder_installs_what_the_lock_has():
    versions = pinned(PYTHON)
    found = {r.name: next(iter(r.specifier)) for r in requirements("binder/requirements.txt")}
    assert {name: s.version for name, s in found.items()} == {name: versions[name] for name in found}
    assert {s.operator for s in found.values()} == {"=="}
    assert set(found) == {r.name for r in project()["dependencies"]} - IN_THE_IMAGE
    assert set(os.listdir(ROOT / "binder")) == {"requirements.txt", "runtime.txt", "postBuild"}


@pytest.mark.slow
@posix
def test_its_steps_leave_a_course_that_runs(environment):
    """requirements.txt alone, then the files, then postBuild; nothing else is there."""
    python, home = environment
    # Binder's, where its Python is here
    versions = pinned(matrix.ask(python, "import sys; print('%d.%d' % sys.version_info[:2])"))
    install(python, *(f"{r.name}=={versions[r.name]}" for r in requirements("binder/requirements.txt")))
    assert os.access(home / "binder" / "postBuild", os.X_OK)
    env = {**os.environ, "PATH": f"{python.parent}:{os.environ['PATH']}", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    env.pop("PYTHONPATH", None)
    subprocess.run([home / "binder" / "postBuild"], cwd=home, env=env, check=True, capture_output=True)
    program = "import rnn_helpers.plots.style, rnn_helpers.check, rnn_helpers.training; print(rnn_helpers.__file__)"
    said = subprocess.run([python, "-c", program], cwd=python.parent, env=env, check=True, capture_output=True,
                          text=True)
    assert "site-packages" in said.stdout
    assert sum(path.lstat().st_size
               for path in python.parents[1].rglob("*")) < 200e6, "binder/ adds more than a small environment"


@pytest.mark.slow
@posix
def test_a_notebook_that_changes_rebuilds_no_package(environment):
    """In repo2docker's Dockerfile, packages are installed after one file of the course, binder/requirements.txt."""
    python, home = environment
    install(python, "jupyter-repo2docker")
    options = ["--no-build", "--debug", "--user-id", "1000", "--user-name", "jovyan", home]
    done = subprocess.run([python.with_name("jupyter-repo2docker"), *options], check=False, capture_output=True,
                          text=True)
    dockerfile = done.stdout + done.stderr
    assert done.returncode == 0, dockerfile
    assert f"python={PYTHON}" in dockerfile
    before, everything, after = dockerfile.partition(" src/ ${REPO_DIR}/")
    assert everything and re.findall(r"src/(\S+)", before) == ["binder/requirements.txt"]
    assert 'pip install --no-cache-dir -r "binder/requirements.txt"' in before
    assert "RUN ./binder/postBuild" in after and "pip install" not in after
