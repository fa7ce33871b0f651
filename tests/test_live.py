"""A notebook where ipywidgets cannot be imported: pictures stand still, and each says what to install.

The solved ones are run so in tests/notebooks/test_code_path.py.
"""

import os

from authoring import ROOT, files, notebooks
from rnn_helpers import course


def test_without_ipywidgets_a_notebook_runs_and_a_sentence_says_what_to_install(tmp_path):
    (tmp_path / "ipywidgets.py").write_text("raise ImportError('not here')")
    path = files.learner_path(course.NOTEBOOKS[0])
    nb = notebooks.execute(files.read(path), path.parent, {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))})
    outputs = {cell.id: cell.outputs for cell in nb.cells if cell.cell_type == "code"}
    assert [output for found in outputs.values() for output in found
            if output.output_type == "error" or output.get("name") == "stderr"] == []
    stills = [output for found in outputs.values() for output in found if "course-still" in str(output)]
    assert all(str(output).count("run %pip install ipywidgets, then restart the kernel") == 1 for output in stills)
    stored = [output for cell in files.read(path).cells for output in cell.get("outputs", ())
              if "course-still" in str(output)]
    assert len(stills) == len(stored) > 0
