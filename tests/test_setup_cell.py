"""The setup cell in real kernels: wherever a notebook lies, and with nobody at the other end of the network.

Kernels start without the package that this environment has installed. Git takes a local folder for the course's address.
"""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import nbformat
import pytest
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from authoring import links, setup_cell

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = links.Address("ada/rnn-course", "spring")
BARE = ("import sys; sys.meta_path[:] = [f for f in sys.meta_path if 'editable' not in repr(f).lower()]; "
        f"sys.path[:] = [p for p in sys.path if p != {str(ROOT)!r}]; from ipykernel import kernelapp; kernelapp.launch_new_instance()")
WHERE = "import rnn_helpers, sys\nprint(rnn_helpers.__file__, len(sys.path) - len(set(sys.path)))"
posix = pytest.mark.skipif(os.name != "posix", reason="a shell script stands in for git")


def run(folder, source, env=None, before=(), wrapper=()):
    """The setup cell, twice, in a kernel that starts in `folder`; returns what the cells print, or the error's text."""
    cells = [nbformat.v4.new_code_cell(text) for text in (*before, source, source, WHERE)]
    manager = KernelManager(kernel_name="python3")
    manager._kernel_spec = KernelSpec(argv=[*wrapper, sys.executable, "-Xfrozen_modules=off", "-c", BARE, "-f", "{connection_file}"])
    nb = nbformat.v4.new_notebook(cells=cells)
    env = {**os.environ, **(env or {})}
    env.pop("PYTHONPATH", None)
    env.pop("OPENBLAS_NUM_THREADS", None)
    try:
        NotebookClient(nb, km=manager, timeout=120, resources={"metadata": {"path": str(folder)}}).execute(env=env)
    except CellExecutionError as error:
        return f"{error.ename}: {error.evalue}"
    finally:
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)
    return "".join(output.text for cell in nb.cells for output in cell.outputs)


def package(folder):
    (folder / "rnn_helpers").mkdir(parents=True)
    (folder / "rnn_helpers" / "__init__.py").write_text("")
    return folder


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    """Environment variables with which git takes a folder for ADDRESS: its default branch is empty, `spring` has the course."""
    folder = tmp_path_factory.mktemp("origin")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder)]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "a"], check=True)
    subprocess.run([*git, "checkout", "-q", "-b", "spring"], check=True)
    package(folder)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "b"], check=True)
    subprocess.run([*git, "checkout", "-q", "main"], check=True)
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{folder.as_uri()}.insteadOf", "GIT_CONFIG_VALUE_0": ADDRESS.page}


@pytest.mark.parametrize("address", [ADDRESS, None], ids=["stamped", "without an address"])
def test_in_any_folder_of_the_course_the_package_is_found(tmp_path, address):
    inner = package(tmp_path) / "notebooks" / "mine" / "deeper"
    inner.mkdir(parents=True)
    assert run(inner, setup_cell.source(address)) == f"{tmp_path / 'rnn_helpers' / '__init__.py'} 0\n"
    assert not list(inner.iterdir())


def test_alone_the_course_is_fetched_once_from_its_own_branch(tmp_path, origin):
    """As in Colab: downloaded alone, moved, or run from another folder. Once fetched, no network is needed."""
    expected = f"{tmp_path / 'ada-rnn-course' / 'rnn_helpers' / '__init__.py'} 0\n"
    assert run(tmp_path, setup_cell.source(ADDRESS), origin) == expected
    assert [path.name for path in tmp_path.iterdir()] == ["ada-rnn-course"]
    assert run(tmp_path, setup_cell.source(ADDRESS), {"PATH": ""}) == expected


@posix
def test_opened_twice_at_once_both_find_it(tmp_path, origin):
    """Both have cloned before either renames: git is made to wait for the other."""
    tools, work = tmp_path / "tools", tmp_path / "work"
    tools.mkdir(), work.mkdir()
    (tools / "git").write_text(f'#!/bin/sh\n{shutil.which("git")} "$@"; touch {tools}/done.$$\n'
                               f"while [ $(ls {tools} | grep -c done) -lt 2 ]; do sleep 0.05; done\n")
    (tools / "git").chmod(0o755)
    env, said = {**origin, "PATH": f"{tools}:{os.environ['PATH']}"}, []
    tabs = [threading.Thread(target=lambda: said.append(run(work, setup_cell.source(ADDRESS), env))) for _ in range(2)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert said == [f"{work / 'ada-rnn-course' / 'rnn_helpers' / '__init__.py'} 0\n"] * 2
    assert [path.name for path in work.iterdir()] == ["ada-rnn-course"]


def test_without_a_network_it_says_what_to_do(tmp_path):
    alone = ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "git", "ls-remote", ADDRESS.page]
    if not shutil.which("bwrap") or "resolve host" not in subprocess.run(alone, check=False, capture_output=True, text=True).stderr:
        pytest.skip("no bubblewrap that can take the network away")
    (tmp_path / "git").write_text(f'#!/bin/sh\nexec {shutil.which("bwrap")} --dev-bind / / --unshare-net {shutil.which("git")} "$@"\n')
    (tmp_path / "git").chmod(0o755)
    said = run(tmp_path, setup_cell.source(ADDRESS), {"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert said.startswith(f"ModuleNotFoundError: The folder rnn_helpers is not in {tmp_path} nor above it, "
                           f"and git could not fetch {ADDRESS.page}")
    assert "Could not resolve host" in said and "With a network, run this cell again." in said
    assert "open this notebook in its folder notebooks" in said
    assert [path.name for path in tmp_path.iterdir()] == ["git"]


def test_without_git_it_says_so(tmp_path):
    said = run(tmp_path, setup_cell.source(ADDRESS), {"PATH": ""})
    assert "No such file or directory: 'git'" in said and "download the course from there" in said


def test_without_an_address_it_says_where_to_put_the_notebook(tmp_path):
    said = run(tmp_path, setup_cell.source(None))
    assert said == (f"ModuleNotFoundError: The folder rnn_helpers is not in {tmp_path} nor above it. "
                    "Open this notebook in the course's folder notebooks, as you got it.")


def test_one_thread_where_nothing_else_is_said_and_nothing_where_numpy_is_loaded(tmp_path):
    source, ask = setup_cell.source(None), "import os; print(os.environ['OPENBLAS_NUM_THREADS'])\n"
    package(tmp_path)
    assert run(tmp_path, source + "\n" + ask).startswith("1\n1\n")
    assert run(tmp_path, source + "\n" + ask, before=["import os, numpy; os.environ['OPENBLAS_NUM_THREADS'] = '2'"]).startswith("2\n2\n")


@pytest.mark.parametrize("address", [ADDRESS, None], ids=["stamped", "without an address"])
def test_it_installs_and_upgrades_nothing(address):
    assert "pip install" not in setup_cell.source(address) and "%" not in setup_cell.source(address)
