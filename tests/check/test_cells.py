"""A cell that did not run: the check says which, and which version it judges."""

import textwrap

import nbformat
from nbclient import NotebookClient

CELLS = {
    "setup": "import numpy as np\nfrom rnn_helpers import check",
    "not there": "check.readout(readout)",
    "right": "def readout(h_t, Wy, c):\n    return Wy @ h_t + c",
    "fine": "check.readout(readout)",
    "broken": "def readout(h_t, Wy, c):\n    return (Wy @ h_t + c",
    "old": "check.readout(readout)",
    "stops": "1 / 0\n\ndef readout(h_t, Wy, c):\n    return Wy @ h_t",
    "old again": "check.readout(readout)",
    "anew": "def readout(h_t, Wy, c):\n    return Wy @ h_t - c",
    "of the new": "check.readout(readout)",
    "renamed": "def readouts(h_t, Wy, c):\n    return Wy @ h_t + c",
    "of the former name": "check.readout(readout)",
    "a part of the name": "def read(h_t, Wy, c):\n    return Wy @ h_t\n\ndef out(h_t, Wy):\n    return Wy @ h_t",
    "not of that": "check.readout(readout)",
    "forward": "def rnn_forward(cell, X, h0=None):\n    raise NotImplementedError",
    "forward alone": "def forward(cell, X, h0=None):\n    return X, []",
    "of the stub": "check.rnn_forward(rnn_forward)",
    "never defined": "def many_to_one(h_states, Wy, c)\n    return 1",
    "so not there": "check.many_to_one(many_to_one)",
    "at the margin": "def readout(h_t, Wy, c):\n    y_t = Wy @ h_t + c\nreturn y_t",
    "of the margin": "check.readout(readout)",
    "another stub": "def many_to_many(h_states, Wy, c):\n    raise NotImplementedError",
    "many_to_one too": "def many_to_one(h_states, Wy, c):\n    raise NotImplementedError",
    "of another stub": "check.many_to_many(many_to_many)",
    "quite another name": "def outputs(h_states, Wy, c):\n    return [Wy @ h + c for h in h_states]",
    "of the other name": "check.many_to_many(many_to_many)",
    "in a class": "class Net:\n    def many_to_many(self, h_states, Wy, c):\n        return h_states",
    "of the class": "check.many_to_many(many_to_many)",
    "a broken lambda": "many_to_many = lambda h_states, Wy, c: (h_states",
    "of the lambda": "check.many_to_many(many_to_many)",
}


def test_on_a_kernel():
    cells = [nbformat.v4.new_code_cell(textwrap.dedent(source)) for source in CELLS.values()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True).execute()
    said = {name: " ".join(str(output.get("data", {}).get("text/html", output.get("text", "")))
                           for output in cell.outputs)
            for name, cell in zip(CELLS, cells, strict=True)}
    assert "has not run yet" in said["not there"]
    assert "Cell [" not in said["fine"] + said["of the new"]
    for name, why in (("old", "SyntaxError"), ("old again", "stopped before its definition")):
        assert f"Cell [{5 if name == 'old' else 7}]" in said[name] and why in said[name] \
            and "version in cell [3]" in said[name]
    assert "readouts" in said["of the former name"] and "version in cell [9]" in said["of the former name"]
    assert "Cell [16]" in said["of the stub"] and "version in cell [15]" in said["of the stub"]
    assert "Cell [13]" not in said["not of that"]
    assert "did not run: SyntaxError" in said["so not there"] and "Cell [18]" in said["so not there"]
    assert "stands outside" in said["of the margin"] and "Cell [" not in said["of another stub"]
    for name, why in (("of the other name", "Cell [25] defines"), ("of the class", "does so in the class"),
                      ("of the lambda", "Cell [29], which defines")):
        assert why in said[name] and "version in cell [22]" in said[name], (name, said[name])
