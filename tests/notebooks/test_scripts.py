"""`jupyter nbconvert --to script` makes Python of every notebook, and it runs without Jupyter."""

import functools
import os
import subprocess
import sys

import pytest
from nbconvert import PythonExporter

from authoring import ROOT, files

exporter = functools.cache(PythonExporter)  # it compiles templates


def script(path):
    return exporter().from_notebook_node(files.read(path))[0]


@pytest.mark.parametrize("path", files.tracks(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_script_is_python(path):
    compile(script(path), path.name, "exec")


@pytest.mark.slow
@pytest.mark.parametrize("name", files.all_names())
def test_the_script_of_a_solved_notebook_runs(name, tmp_path):
    path = files.solution_path(name)
    program = tmp_path / f"{name}.py"
    program.write_text(script(path), encoding="utf-8")
    env = {**os.environ, "MPLBACKEND": "agg", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, program], cwd=path.parent, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
