"""Every notebook on Pyodide 0.27.7: Run All, each question answered, Run All again gives the stored outputs."""

import pytest

from authoring import files, normalise
from tests.browser.play import answer_everything, run
from tests.lite.notebook import Lite

PATHS = [f"{folder}{name}.ipynb" for name in files.all_names() for folder in ("solutions/", "")]


@pytest.mark.parametrize("path", PATHS)
def test_outputs_are_the_stored_ones(context, whole, path):
    notebook = Lite(context, whole, path)
    run(notebook, path)
    answer_everything(notebook)
    notebook.run_all()
    assert notebook.errors() == []
    import json, pathlib
    pathlib.Path("/tmp/lite/out", path.replace("/","_")).write_text(json.dumps(notebook.cells()))
    assert notebook.asked == []
