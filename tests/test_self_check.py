"""python -m rnn_helpers: what it says when all is well, and what when something is missing."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from authoring import files
from rnn_helpers import __version__
from rnn_helpers.__main__ import main as self_check_main

ROOT = Path(__file__).resolve().parent.parent
RUN = "import runpy; runpy.run_module('rnn_helpers', run_name='__main__')"


def self_check(folder, without="", package=ROOT):
    """(exit code, lines) in `folder`, in a Python where importing `without` fails."""
    program = (f"import sys; sys.path.insert(0, {str(package)!r}); "
               f"sys.modules.update(dict.fromkeys({without.split()!r})); {RUN}")
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, check=False, capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_all_is_well():
    code, lines = self_check(ROOT / "notebooks")
    assert code == 0
    for name in ("Python", "numpy", "matplotlib", "ipywidgets", "tqdm", "IPython", "ipykernel"):
        assert any(re.match(rf"{name} \d+\.\d+", line) for line in lines), name
    assert [line[:8] for line in lines[-5:]] == ["ok      "] * 5
    assert lines[-1] == f"ok      {len(files.all_names())} notebooks in {ROOT / 'notebooks'}"


@pytest.mark.slow
def test_notebooks_are_found_from_outside_the_course(tmp_path):
    assert self_check(tmp_path)[1][-1] == f"ok      {len(files.all_names())} notebooks in {ROOT / 'notebooks'}"


def test_a_missing_package_is_named_with_what_to_do(tmp_path):
    code, lines = self_check(tmp_path, without="ipywidgets jupyterlab")
    assert code == 1 and "ipywidgets is not installed (install it: pip install ipywidgets)" in lines
    assert "jupyterlab is not installed (only needed for JupyterLab itself)" in lines
    assert [line for line in lines
            if line.startswith("FAILED")] == [next(line for line in lines if "FAILED  widgets: " in line)]


def test_the_notebooks_are_copied_and_a_learners_own_stays(tmp_path, capsys):
    folder = tmp_path / "my course"
    assert self_check_main(["notebooks", str(folder)]) == 0
    names = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {path.name for path in folder.iterdir()} == names
    assert f"{len(names)} notebooks in {folder}" in capsys.readouterr().out
    mine = folder / "01_rnn_cell.ipynb"
    mine.write_text("my work")
    assert self_check_main(["notebooks", str(folder)]) == self_check_main(["notebooks", str(folder)]) == 0
    beside = folder / f"01_rnn_cell-{__version__}.ipynb"
    assert mine.read_text() == "my work"
    assert beside.read_bytes() == (ROOT / "notebooks" / "01_rnn_cell.ipynb").read_bytes()
    assert {path.name for path in folder.iterdir()} == {*names, beside.name}


def test_other_words_are_answered_with_what_there_is(capsys):
    assert self_check_main(["notebook"]) == 2 and "python -m rnn_helpers notebooks FOLDER" in capsys.readouterr().err


@pytest.mark.slow
def test_a_package_without_its_notebooks_says_where_to_start(tmp_path):
    shutil.copytree(ROOT / "rnn_helpers", tmp_path / "elsewhere" / "rnn_helpers")
    code, lines = self_check(tmp_path, package=tmp_path / "elsewhere")
    assert code == 1 and lines[-1].startswith("FAILED  notebooks: ")
    assert "clone or unpack the course, and start in its folder" in lines[-1]
