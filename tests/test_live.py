"""A notebook where ipywidgets cannot be imported: pictures stand still, and each says what to install."""

import os

import pytest

from authoring import ROOT, files, notebooks
from rnn_helpers import course

SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in course.NOTEBOOKS[1:]]


@pytest.mark.parametrize("name", [course.NOTEBOOKS[0], *SLOW])
def test_without_ipywidgets_a_notebook_runs_and_a_sentence_says_what_to_install(tmp_path, name):
    (tmp_path / "ipywidgets.py").write_text("raise ImportError('not here')")
    path = files.learner_path(name)
    nb = notebooks.execute(files.read(path), path.parent, {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))})
    outputs = {cell.id: cell.outputs for cell in nb.cells if cell.cell_type == "code"}
    assert [output for found in outputs.values() for output in found
            if output.output_type == "error" or output.get("name") == "stderr"] == []
    stills = [output for found in outputs.values() for output in found if "course-still" in str(output)]
    assert all(str(output).count("run %pip install ipywidgets, then restart the kernel") == 1 for output in stills)
    stored = [output for cell in files.read(path).cells for output in cell.get("outputs", ())
              if "course-still" in str(output)]
    assert len(stills) == len(stored) > 0
