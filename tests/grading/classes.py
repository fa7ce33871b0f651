"""Three classes of submissions: honest, broken, hostile; each says what it deserves. The hostile ones are in
hostile.py.
"""

import copy
import json
from dataclasses import dataclass
from pathlib import Path

import nbformat

from rnn_helpers.check import EXERCISES
from rnn_helpers.course import NOTEBOOKS

ROOT = Path(__file__).resolve().parents[2]
SOLVED, RELEASED = ROOT / "notebooks" / "solutions", ROOT / "notebooks"


@dataclass(frozen=True)
class HandIn:
    """One submission.

    content : a notebook, or the bytes of a file; notebook : which of the course's it is
    points : exercise -> points deserved, 0 where none are named; None when it cannot be graded, and `why` has a word
        of the reason
    """

    content: object
    points: dict | None
    why: str = ""
    notebook: str = "01_rnn_cell"


def solved(name):
    return nbformat.read(SOLVED / f"{name}.ipynb", as_version=4)


def released(name):
    return nbformat.read(RELEASED / f"{name}.ipynb", as_version=4)


def cell_of(notebook, grade_id):
    return next(c for c in notebook.cells if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def index_of(notebook, grade_id):
    return notebook.cells.index(cell_of(notebook, grade_id))


def rewritten(notebook, **sources):
    """A notebook with some graded cells rewritten."""
    for grade_id, source in sources.items():
        cell_of(notebook, grade_id)["source"] = source
    return notebook


def with_source(name, **sources):
    """The solved notebook with some exercise cells rewritten."""
    return rewritten(solved(name), **sources)


def with_cell(notebook, source, before):
    """A notebook with a code cell more."""
    notebook.cells.insert(index_of(notebook, before), nbformat.v4.new_code_cell(source))
    return notebook


def without_metadata(notebook):
    """What an editor leaves that drops cell metadata and makes ids anew."""
    notebook = copy.deepcopy(notebook)
    for i, cell in enumerate(notebook.cells):
        cell["metadata"], cell["id"] = {}, f"other-{i}"
    return notebook


def through_colab(notebook):
    """What Colab leaves: its own metadata, ids from elsewhere, outputs with widgets."""
    notebook = copy.deepcopy(notebook)
    notebook["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    for i, cell in enumerate(notebook.cells):
        cell["metadata"]["id"] = cell["id"] = f"qX{i:010}"
        cell["metadata"]["colab"] = {"base_uri": "https://localhost:8080/", "height": 34}
        if cell["cell_type"] == "code":
            cell["outputs"] = [nbformat.v4.new_output("display_data",
                                                      {"application/vnd.jupyter.widget-view+json": {"model_id": "gone"}}),
                               nbformat.v4.new_output("stream", text="done\n" * 1000)]
    return notebook


def reordered(notebook, *grade_ids):
    """A notebook with some cells moved to its end."""
    moved = [cell_of(notebook, grade_id) for grade_id in grade_ids]
    notebook.cells = [cell for cell in notebook.cells if cell not in moved] + moved
    return notebook


def duplicated(notebook, grade_id):
    notebook = copy.deepcopy(notebook)
    i = index_of(notebook, grade_id)
    notebook.cells.insert(i, copy.deepcopy(notebook.cells[i]))
    return notebook


def write(folder, student, hand_in):
    """Put a submission where a student would."""
    path = Path(folder, student, f"{hand_in.notebook}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(hand_in.content if isinstance(hand_in.content, bytes) else json.dumps(hand_in.content).encode())


CELL, BPTT, NUMBERS, CHARACTERS = "01_rnn_cell", "03_bptt", "04_number_sequence", "05_char_level"
STEP = "def rnn_cell_forward(cell, x_t, h_prev):\n"
RIGHT = STEP + "    h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)\n    return h_t, (x_t, h_prev, h_t)\n"
READOUT = "def readout(h_t, Wy, c):\n    return Wy @ h_t + c\n"
EXCUSE = "<script>alert(1)</script> [x](javascript:alert(1)) [y](&#106;avascript:alert(1)) $\\href{javascript:alert(1)}{z}$ =1+1"


def indented(body):
    return "".join(f"    {line}\n" for line in body.splitlines())


def step(body):
    """An exercise cell of notebook 1: the lines of a body."""
    return STEP + indented(body)


def cell(forward, readout):
    return {"rnn_cell_forward": forward, "readout": readout}


ALL = cell(7, 3)
# what wrong numbers earn
SHAPE = sum(facet.points for facet in EXERCISES["rnn_cell_forward"].facets if facet.kind == "shape")


def full(notebook):
    """Exercise -> all of its points."""
    return {name: exercise.points for name, exercise in EXERCISES.items() if exercise.notebook == notebook}


def step_back(x):
    """The step back of notebook 3, with something in the place of x_t.T."""
    return ("def rnn_cell_backward(cell, dh_t, cache):\n    x_t, h_prev, h_t = cache\n    dz_t = dh_t * (1 - h_t**2)\n"
            f"    return dz_t @ ({x}), dz_t @ h_prev.T, dz_t.sum(axis=1, keepdims=True), cell.Wh.T @ dz_t\n")


FROM_A_FILE = """import os, tempfile
for folder in [tempfile.mkdtemp()]:
    np.save(os.path.join(folder, "x.npy"), np.ones(3))
    globals()["squash"] = np.tanh if np.load(os.path.join(folder, "x.npy")).sum() == 3 else None
"""
WITH_SOFTMAX = """from rnn_helpers.losses import softmax
def softmax_cross_entropy(logits, targets):
    targets = np.asarray(targets)
    steps, examples = np.indices(targets.shape)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = softmax(logits)
    dlogits[steps, targets, examples] -= 1
    return -log_p[steps, targets, examples].sum(), dlogits
"""


def honest():
    """student -> HandIn."""
    by_columns = ("h_t = np.empty_like(h_prev)\nfor b in range(h_prev.shape[1]):\n"
                  "    h_t[:, b] = np.tanh(cell.Wx @ x_t[:, b] + cell.Wh @ h_prev[:, b] + cell.b[:, 0])\nreturn [h_t, "
                  "[x_t, h_prev, h_t]]")
    stacked = ("W = np.hstack([cell.Wx, cell.Wh, cell.b])\nz = np.einsum('ij,jb->ib', W, np.vstack([x_t, h_prev, "
               "np.ones((1, h_prev.shape[1]))]))\n"
               "return np.tanh(z), (x_t, h_prev, z)")
    as_dict = "h_t = np.tanh(cell.Wx.dot(x_t) + cell.Wh.dot(h_prev) + cell.b)\nreturn h_t, {'x': x_t, 'before': h_prev, 'after': h_t}"
    with_helper = RIGHT.replace("np.tanh", "squash")
    from_table = RIGHT.replace("np.tanh", "TABLE['tanh']")
    return {
        "solved": HandIn(with_source(CELL, order_matters=EXCUSE), ALL),
        "untouched": HandIn(released(CELL), cell(0, 0)),
        "no-metadata": HandIn(without_metadata(solved(CELL)), ALL),
        "colab": HandIn(through_colab(solved(CELL)), ALL),
        "colab-no-metadata": HandIn(without_metadata(through_colab(solved(CELL))), ALL),
        "reordered": HandIn(reordered(solved(CELL), "rnn_cell_forward", "readout"), ALL),
        "reordered-no-metadata": HandIn(without_metadata(reordered(solved(CELL), "readout", "rnn_cell_forward")), ALL),
        "duplicate": HandIn(duplicated(solved(CELL), "rnn_cell_forward"), ALL),
        "big-pictures": HandIn(big_pictures(), ALL),
        "half": HandIn(with_source(CELL, readout="def readout(h_t, Wy, c):\n    return Wy @ h_t\n"), cell(7, 0)),
        "transposed": HandIn(with_source(CELL, rnn_cell_forward=RIGHT.replace("cell.Wh @", "cell.Wh.T @")),
                             cell(SHAPE, 3)),
        "no-cache": HandIn(with_source(CELL, rnn_cell_forward=RIGHT.replace("(x_t, h_prev, h_t)", "None")), cell(6, 3)),
        "spoils-its-arguments": HandIn(with_source(CELL, rnn_cell_forward=step(
            "x = x_t.copy()\nx_t *= 0\nh_t = np.tanh(cell.Wx @ x + cell.Wh @ h_prev + cell.b)\nreturn h_t, (x, "
            "h_prev, h_t)")), cell(4, 3)),
        "by-columns": HandIn(with_source(CELL, rnn_cell_forward=step(by_columns)), ALL),
        "stacked": HandIn(with_source(CELL, rnn_cell_forward=step(stacked)), ALL),
        "dict-cache": HandIn(with_source(CELL, rnn_cell_forward=step(as_dict)), ALL),
        "helper-cell": HandIn(with_cell(with_source(CELL, rnn_cell_forward=with_helper), "def squash(z):\n    return "
                                                                                         "np.tanh(z)",
                                        "rnn_cell_forward"), ALL),
        "four-hundred-terms": HandIn(with_cell(with_source(CELL, rnn_cell_forward=with_helper.replace(
            "    return", f"    h_t = h_t + ({' + '.join(['0 * len(h_t)'] * 400)})\n    return")),
            "def squash(z):\n    return np.tanh(z)", "rnn_cell_forward"), ALL),
        "filled-global": HandIn(with_cell(with_source(CELL, rnn_cell_forward=from_table), "TABLE = {}\nTABLE['tanh'] "
                                                                                          "= np.tanh",
                                          "rnn_cell_forward"), ALL),
        "retyped": HandIn(with_source(CELL, rnn_cell_forward="# mine is below", readout=RIGHT + "\n" + READOUT), ALL),
        # Python reads them as rnn
        "fullwidth-letters": HandIn(with_source(CELL, rnn_cell_forward=RIGHT.replace("def rnn", "def ｒｎｎ")), ALL),
        "borrowed": HandIn(with_source(CELL, rnn_cell_forward=step("return cell.forward(x_t, h_prev)")), cell(0, 3)),
        "syntax-error": HandIn(with_source(CELL, rnn_cell_forward=STEP + "    return np.tanh(\n"), cell(0, 3)),
        "needs-all-cells": HandIn(with_cell(with_source(CELL, rnn_cell_forward=with_helper), "exec('squash = np.tanh')",
                                            "rnn_cell_forward"), ALL),
        "writes-a-file": HandIn(with_cell(with_source(CELL, rnn_cell_forward=with_helper), FROM_A_FILE,
                                          "rnn_cell_forward"),
                                ALL),
        # the mistake is counted once, where it was made, as in the notebook
        "a-wrong-helper": HandIn(with_source(BPTT, rnn_cell_backward=step_back("1.5 * x_t.T")),
                                 {**full(BPTT), "rnn_cell_backward": 4.25}, notebook=BPTT),
        "uses-another-part": HandIn(with_source(CHARACTERS, softmax_cross_entropy=WITH_SOFTMAX),
                                    full(CHARACTERS), notebook=CHARACTERS),
        **{f"solved-{name}": HandIn(solved(name), full(name), notebook=name) for name in NOTEBOOKS},
        "gradients": HandIn(without_metadata(solved(BPTT)), full(BPTT), notebook=BPTT),
        "characters": HandIn(without_metadata(solved(CHARACTERS)), full(CHARACTERS), notebook=CHARACTERS),
    }


def big_pictures():
    """Attachments and outputs of 15 MB, as a photographed derivation makes them."""
    notebook = solved(CELL)
    cell_of(notebook, "order_matters")["attachments"] = {"photo.png": {"image/png": "iVBO" * 1_900_000}}
    cell_of(notebook, "rnn_cell_forward")["outputs"] = [nbformat.v4.new_output("display_data",
                                                                               {"image/png": "iVBO" * 1_900_000})]
    return notebook


def broken():
    """student -> HandIn."""
    old = nbformat.v3.new_notebook(worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell(input=RIGHT)])])
    loud = solved(CELL)
    loud.cells[3]["outputs"] = [nbformat.v4.new_output("stream", text="x" * 1000)] * 100_000
    odd = solved(CELL)
    for key, value in {"id": ["a", "list"], "metadata": {"nbgrader": 7}, "source": [STEP]}.items():
        odd.cells[0][key] = value
    odd.cells[1]["metadata"], odd.cells[2]["source"] = {"tags": None, "nbgrader": {"grade_id": {}}}, "x = '\ud800'"
    twice = solved(CELL)
    twice.cells += copy.deepcopy(twice.cells)
    many = released(CELL)
    many.cells += [nbformat.v4.new_code_cell("pass")] * 100_000
    return {
        "bad-json": HandIn(b'{"cells": [', None, "JSON"),
        "cut-short": HandIn(json.dumps(solved(CELL)).encode()[:20_000], None, "JSON"),
        "empty": HandIn(b"", None, "it is empty"),
        "binary": HandIn(bytes(range(256)) * 100, None, "UTF-8"),
        "list": HandIn(b"[1, 2]", None, "nbformat"),
        "no-cells": HandIn(b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', None, "nbformat"),
        "deep": HandIn(b"[" * 100_000, None, "JSON"),
        "100-MB-of-output": HandIn(loud, None, "larger"),
        "100000-cells": HandIn(many, None, "far more"),
        "version-3": HandIn(json.dumps(old).encode(), cell(7, 0)),
        "every-cell-twice": HandIn(twice, ALL),
        "odd-fields": HandIn(odd, ALL),
        "surrogate": HandIn(with_source(CELL, rnn_cell_forward=RIGHT + "# \ud800"), ALL),
        "endless": HandIn(with_source(CELL, rnn_cell_forward=step("while True: pass")), cell(0, 3)),
        "endless-cell": HandIn(with_cell(solved(CELL), "while True: pass", "rnn_cell_forward"), ALL),
        "segfault": HandIn(with_source(CELL, rnn_cell_forward=step("import ctypes\nctypes.string_at(0)")), cell(0, 3)),
        "abort": HandIn(with_source(CELL, rnn_cell_forward=step("import os\nos.abort()")), cell(0, 3)),
        "prints-endlessly": HandIn(with_source(CELL, rnn_cell_forward=step("while True: print('x' * 1000000)")),
                                   cell(0, 3)),
    }
