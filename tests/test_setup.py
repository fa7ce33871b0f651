"""From a clone to a running course: the launcher, the lock, the wheel."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from authoring import notebook_table
from rnn_helpers.check import EXERCISES
from rnn_helpers.course import WRITTEN

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED = ("3.10", "3.11", "3.12", "3.13")
posix = pytest.mark.skipif(os.name != "posix", reason="make and sh; on Windows the README gives pip's own lines")


def requirements(path):
    return [Requirement(line.strip())
            for line in (ROOT / path).read_text().splitlines() if line.strip() and line[0] != "#"]


def project():
    text = (ROOT / "pyproject.toml").read_text()
    lists = dict(re.findall(r"^(\w+) = \[(.*?)\]$", text, re.MULTILINE | re.DOTALL))
    return {name: [Requirement(r) for r in re.findall(r'"([^"]+)"', lists[name])] for name in ("dependencies", "lab")}


PLATFORMS = {
    "Linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux", "platform_machine": "x86_64"},
    "macOS": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin", "platform_machine": "arm64"},
    "Windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows", "platform_machine": "AMD64"},
}


def pinned(python, platform="Linux"):
    """{package: version} of constraints.txt with this Python on this platform."""
    found = {}
    for r in requirements("constraints.txt"):
        if r.marker is None or r.marker.evaluate({"python_version": python, "python_full_version": f"{python}.1",
                                                  **PLATFORMS[platform]}):
            name = canonicalize_name(r.name)
            assert name not in found, f"{r.name} has two versions for Python {python} on {platform}"
            found[name] = next(iter(r.specifier)).version
    return found


def test_requirements_and_pyproject_ask_for_the_same():
    asked = {r.name: r.specifier for r in project()["dependencies"] + project()["lab"]}
    assert asked == {r.name: r.specifier for r in requirements("requirements.txt")}
    for r in requirements("requirements.txt"):
        operators = {specifier.operator for specifier in r.specifier}
        assert operators == {">=", "<"}, f"{r.name} is not bounded"


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", SUPPORTED)
def test_the_lock_has_a_version_that_is_asked_for(python, platform):
    versions = pinned(python, platform)
    for r in requirements("requirements.txt"):
        assert r.specifier.contains(versions[r.name]), f"{r.name} {versions[r.name]}"
    assert versions["torch"] == "2.13.0"


def test_the_lock_is_for_every_platform():
    """What only one platform needs is there under its condition; no version is one platform's build."""
    linux, mac, windows = (pinned("3.12", platform) for platform in PLATFORMS)
    assert {"colorama", "pywinpty"} <= set(windows) - set(linux) and "appnope" in set(mac) - set(linux)
    assert {"pexpect", "ptyprocess"} <= set(linux) - set(windows)
    assert "+" not in (ROOT / "constraints.txt").read_text()
    assert all(linux[name] == mac[name] == windows[name] for name in set(linux) & set(mac) & set(windows))


def clone(folder):
    """The files of this repository as they are now, those that git ignores left out."""
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT,
                           check=True,
                           capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.mark.slow
def test_the_wheel_is_pure_and_holds_the_package_only(tmp_path):
    home = clone(tmp_path / "home")
    done = subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path, home],
                          capture_output=True, text=True)
    if done.returncode and re.search("connection|network|resolve|retries", done.stderr, re.IGNORECASE):
        pytest.skip("no network: the build backend cannot be installed")
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    assert {name.split("/")[0].split("-")[0] for name in zipfile.ZipFile(wheel).namelist()} == {"rnn_helpers"}


def launch(tmp_path, *extras, path, **more):
    env = {"PATH": str(path), "HOME": str(tmp_path), **more}
    return subprocess.run(["/bin/sh", "tools/venv.sh", *extras], cwd=tmp_path, env=env, capture_output=True, text=True)


@pytest.fixture
def bare(tmp_path):
    """A folder with the launcher, and a PATH with the shell's tools but no Python."""
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "venv.sh", tmp_path / "tools" / "venv.sh")
    (tmp_path / "bin").mkdir()
    for tool in ("dirname", "cat", "cksum"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    return tmp_path


def fake(path, script):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


OLD = 'case "$2" in *print*) echo 3.8;; *) exit 1;; esac'
NO_VENV = 'case "$2" in *print*) echo 3.11;; *ensurepip*) exit 1;; esac'
GOOD = ('case "$1 $2" in "-m venv") mkdir -p .venv/bin; cp "$0" .venv/bin/python; echo venv >>calls;; '
        '"-m pip") echo pip "$@" >>calls;; *print*) echo 3.12;; esac')


@posix
def test_without_a_python_the_launcher_says_what_to_install(bare):
    done = launch(bare, "lab", path=bare / "bin")
    assert done.returncode == 1 and "needs Python 3.10 or newer; there is no python3 here." in done.stderr
    assert "sudo apt install python3 python3-venv" in done.stderr


@posix
def test_an_old_python_is_told(bare):
    fake(bare / "bin" / "python3", OLD)
    done = launch(bare, "lab", path=bare / "bin")
    assert done.returncode == 1 and "needs Python 3.10 or newer; python3 here is 3.8." in done.stderr
    done = launch(bare, "lab", path=bare / "bin", PYTHON="python3")
    assert done.returncode == 1 and "PYTHON is python3 (3.8), expected Python 3.10 or newer." in done.stderr


@posix
def test_a_missing_venv_module_is_told(bare):
    fake(bare / "bin" / "python3", NO_VENV)
    done = launch(bare, "lab", path=bare / "bin")
    assert done.returncode == 1 and "Python 3.11 here has no venv module." in done.stderr
    assert "sudo apt install python3.11-venv" in done.stderr


@posix
def test_a_newer_python_beside_an_old_one_is_found_and_a_rerun_installs_nothing(bare):
    fake(bare / "bin" / "python3", OLD)
    fake(bare / "bin" / "python3.12",
         GOOD.replace("cp ", f"{shutil.which('cp')} ").replace("mkdir ", f"{shutil.which('mkdir')} "))
    calls = bare / "calls"
    for _ in range(2):
        done = launch(bare, "lab", path=bare / "bin")
        assert done.returncode == 0, done.stderr
        assert calls.read_text().count("venv\n") == 1 and calls.read_text().count(".[lab]") == 1
    assert "-e .[lab]" in calls.read_text() and "-c constraints.txt" in calls.read_text()
    launch(bare, "test", path=bare / "bin")
    assert "-e .[test]" in calls.read_text() and calls.read_text().count("venv\n") == 1
    (bare / "constraints.txt").write_text("numpy==2.2.6\n")
    launch(bare, "lab", path=bare / "bin")
    assert calls.read_text().count(".[lab]") == 2


def test_the_readmes_table_is_that_of_the_checks():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert notebook_table.refreshed(text) == text, "run make notebooks"
    points = sum(exercise.points for exercise in EXERCISES.values()) + sum(points for _, points in WRITTEN.values())
    assert f"**{points:g}** |\n<!-- end" in text
