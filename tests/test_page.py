"""A page is a kernel, wherever it runs; a terminal is none."""

import nbclient
import nbformat
from IPython.core.interactiveshell import InteractiveShell

from rnn_helpers import page

SAYS = "from rnn_helpers import page; print(page.on_page())"


def test_a_kernel_is_a_page():
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SAYS)])
    assert nbclient.execute(nb, timeout=60).cells[0].outputs[0].text == "True\n"


def test_an_ipython_in_a_terminal_and_a_plain_python_are_none(monkeypatch):
    shell = InteractiveShell()
    assert not page.on_page()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    assert page.shell() is shell and not page.on_page()
