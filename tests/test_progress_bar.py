"""The bar of a long loop is seen while it runs and leaves nothing behind."""

import nbclient
import nbformat

from rnn_helpers.progress_bar import progress_bar

SLOW = """
import time
from rnn_helpers.training import fit, SGD
from tests.cases import draw
case = draw()
print('before')
h = fit(case.model, (case.X, case.Y), 40, SGD(0.001), after_step=lambda *_: time.sleep(0.08))
print('after')
"""


def test_the_bar_leaves_nothing_in_a_saved_notebook():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SLOW)])
    shown = []

    class Client(nbclient.NotebookClient):
        def process_message(self, msg, cell, cell_index):
            shown.append(msg["content"])
            return super().process_message(msg, cell, cell_index)

    Client(notebook, timeout=60).execute()
    assert any("it/s" in str(content) for content in shown)  # it was seen
    assert "it/s" not in str(notebook.cells[0].outputs) and "\r" not in str(notebook.cells[0].outputs)
    left = [o for o in notebook.cells[0].outputs if o.output_type != "stream"]
    assert all(o.data == {} for o in left)
    assert [o.text for o in notebook.cells[0].outputs if o.output_type == "stream"] == ["before\n", "after\n"]


def test_in_a_terminal_the_bar_goes_to_stderr_and_a_short_run_shows_none(capsys):
    with progress_bar(3) as bar:
        assert list(bar) == [0, 1, 2]
    with progress_bar(2, show=False) as bar:
        assert list(bar) == [0, 1]
    out, err = capsys.readouterr()
    assert out == "" and err.strip() == ""
