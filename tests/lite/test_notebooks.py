"""Every notebook on Pyodide 0.27.7: Run All, each question answered, and Run All again gives the stored outputs.

Texts are the same to the digit. Pictures, drawn by another matplotlib, have the same size and look alike from afar.
"""

import pytest

from authoring import files
from tests.browser.play import answer_everything, fail_and_mend, move, run
from tests.lite.notebook import Lite
from tests.lite.same_outputs import unlike_stored

FEW = {"01_rnn_cell.ipynb", "solutions/06_truncated_bptt.ipynb"}
PATHS = [pytest.param(path, marks=() if path in FEW else pytest.mark.slow)
         for name in files.all_names() for path in (f"{name}.ipynb", f"solutions/{name}.ipynb")]


@pytest.mark.parametrize("path", PATHS)
def test_outputs_are_the_stored_ones(context, whole, path):
    notebook = Lite(context, whole, path)
    run(notebook, path)
    answer_everything(notebook)
    notebook.run_all()
    assert notebook.errors() == []
    assert unlike_stored(path, notebook.cells()) == []
    for box in notebook.pictures()[:1]:
        move(notebook, box, notebook.controls(box)[0])
    assert notebook.asked == []


@pytest.mark.slow
def test_a_function_that_fails_for_some_values_is_named_under_its_picture(context, whole):
    fail_and_mend(Lite(context, whole, "01_rnn_cell.ipynb"))
