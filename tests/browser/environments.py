"""Binder's and Colab's packages, each in an environment of its own in the repository's folder (git ignores it).

They are made once and again when what they hold changes; without a network and without them the tests are skipped.
"""

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from authoring import files

ROOT = Path(__file__).resolve().parents[2]
NAMES = files.all_names()
SOME = [name if name.startswith(("01", "03_", "05")) else pytest.param(name, marks=pytest.mark.slow) for name in NAMES]
BINDER_BASE = ["jupyterlab==4.4.9", "notebook==7.4.7", "ipywidgets==8.1.7"]  # of repo2docker 2026.4's image
COLAB = ["numpy==2.1.3", "matplotlib==3.10.0", "ipywidgets==7.7.1", "ipython==7.34.0", "ipykernel==6.17.1",
         "tqdm>=4.66",
         "notebook==6.5.7"]  # the last stands in for Colab's own page


@contextlib.contextmanager
def alone():
    """One process at a time: what the workers of a test run share is made once, and not looked at half made."""
    with open(ROOT / "pyproject.toml") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def binder():
    """The interpreter of an environment like Binder's: its base, then `binder/requirements.txt`."""
    python = shutil.which((ROOT / "binder" / "runtime.txt").read_text().strip().replace("-", ""))
    wanted = (ROOT / "binder" / "requirements.txt").read_text().split()
    if not python or subprocess.run([python, "-c", "import ensurepip"], capture_output=True).returncode:
        # where Binder's Python is missing, this one, with the versions that constraints.txt has for it
        python = sys.executable
        names = {Requirement(line).name for line in wanted}
        locked = [Requirement(line)
                  for line in (ROOT / "constraints.txt").read_text().splitlines() if line.strip() and line[0] != "#"]
        wanted = [f"{r.name}{r.specifier}"
                  for r in locked if r.name in names and (r.marker is None or r.marker.evaluate())]
    return made("binder", python, BINDER_BASE + wanted)


def colab():
    """The interpreter of an environment with the packages of Colab, and the classic Notebook 6."""
    return made("colab", sys.executable, COLAB)


@alone()
def made(name, python, packages):
    """The interpreter of `.venv-name`, which is made where it is missing or holds something else."""
    home = ROOT / f".venv-{name}"
    binary, note = home / "bin" / "python", home / "made-of.txt"
    version = subprocess.run([python, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True,
                             text=True, check=True).stdout
    told = "\n".join([version.strip(), *packages])
    if note.is_file() and note.read_text() == told:
        return str(binary)
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run([python, "-m", "venv", "--clear", home], check=True, env=env)
    done = subprocess.run([binary, "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages], env=env,
                          capture_output=True,
                          text=True)
    if done.returncode and re.search("connection|network|resolution|retries", done.stderr, re.IGNORECASE):
        pytest.skip(f"no network, and no {home.name} from before: the packages of {name} cannot be installed")
    assert done.returncode == 0, done.stderr
    note.write_text(told)
    return str(binary)
