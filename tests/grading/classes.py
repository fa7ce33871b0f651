"""Classes of submissions for the tests: honest, broken, hostile. Written to a folder as students would hand them in."""

import copy
import json
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
SOLVED, RELEASED = ROOT / "notebooks" / "solutions", ROOT / "notebooks"


def solved(name):
    return nbformat.read(SOLVED / f"{name}.ipynb", as_version=4)


def released(name):
    return nbformat.read(RELEASED / f"{name}.ipynb", as_version=4)


def cell_of(notebook, grade_id):
    return next(c for c in notebook.cells if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def index_of(notebook, grade_id):
    return notebook.cells.index(cell_of(notebook, grade_id))


def with_source(name, **sources):
    """The solved notebook with some exercise cells rewritten."""
    notebook = solved(name)
    for grade_id, source in sources.items():
        cell_of(notebook, grade_id)["source"] = source
    return notebook


def without_metadata(notebook):
    """What an editor leaves that drops cell metadata and makes ids anew."""
    notebook = copy.deepcopy(notebook)
    for i, cell in enumerate(notebook.cells):
        cell["metadata"], cell["id"] = {}, f"other-{i}"
    return notebook


def duplicated(notebook, grade_id):
    notebook = copy.deepcopy(notebook)
    i = index_of(notebook, grade_id)
    notebook.cells.insert(i, copy.deepcopy(notebook.cells[i]))
    return notebook


def hand_in(folder, student, name, notebook):
    """Write a submission; `notebook` is a notebook, or the bytes of a file."""
    path = Path(folder, student, f"{name}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode())


CELL = "01_rnn_cell"
STEP = "def rnn_cell_forward(cell, x_t, h_prev):\n"
RIGHT = STEP + "    h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)\n    return h_t, (x_t, h_prev, h_t)\n"
READOUT = "def readout(h_t, Wy, c):\n    return Wy @ h_t + c\n"


def step(body):
    """An exercise cell: the lines of a body."""
    return STEP + "".join(f"    {line}\n" for line in body.splitlines())


def honest():
    """student -> (notebook, points of rnn_cell_forward, of readout)."""
    helper = with_source(CELL, rnn_cell_forward=step("h_t = squash(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)\nreturn h_t, (x_t, h_prev, h_t)"))
    helper.cells.insert(index_of(helper, "rnn_cell_forward"), nbformat.v4.new_code_cell("def squash(z):\n    return np.tanh(z)"))
    reads = with_source(CELL, rnn_cell_forward=step("h_t = TABLE['tanh'](cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)\nreturn h_t, (x_t, h_prev, h_t)"))
    reads.cells.insert(index_of(reads, "rnn_cell_forward"), nbformat.v4.new_code_cell("TABLE = {}\nTABLE['tanh'] = np.tanh"))
    return {
        "solved": (solved(CELL), 7, 3),
        "untouched": (released(CELL), 0, 0),
        "colab": (without_metadata(solved(CELL)), 7, 3),
        "duplicate": (duplicated(solved(CELL), "rnn_cell_forward"), 7, 3),
        "half": (with_source(CELL, readout="def readout(h_t, Wy, c):\n    return Wy @ h_t\n"), 7, 0),
        "transposed": (with_source(CELL, rnn_cell_forward=RIGHT.replace("cell.Wh @", "cell.Wh.T @")), 1, 3),
        "dict-cache": (with_source(CELL, rnn_cell_forward=step(
            "h_t = np.tanh(cell.Wx.dot(x_t) + cell.Wh.dot(h_prev) + cell.b)\nreturn h_t, {'x': x_t, 'before': h_prev, 'after': h_t}")), 7, 3),
        "helper-cell": (helper, 7, 3),
        "filled-global": (reads, 7, 3),
        "retyped": (with_source(CELL, rnn_cell_forward="# mine is below", readout=RIGHT + "\n" + READOUT), 7, 3),
        "borrowed": (with_source(CELL, rnn_cell_forward=step("return cell.forward(x_t, h_prev)")), 0, 3),
        "syntax-error": (with_source(CELL, rnn_cell_forward=STEP + "    return np.tanh(\n"), 0, 3),
    }


def broken():
    """student -> (file, a word of the reason why it was not graded; None when it is graded)."""
    old = nbformat.v3.new_notebook(worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell(input=RIGHT)])])
    big = solved(CELL)
    big.cells[3]["outputs"] = [nbformat.v4.new_output("stream", text="x" * 21_000_000)]
    return {
        "bad-json": (b'{"cells": [', "JSON"),
        "empty": (b"", "JSON"),
        "list": (b"[1, 2]", "nbformat"),
        "no-cells": (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "nbformat"),
        "deep": (b"[" * 100_000, "JSON"),
        "version-3": (json.dumps(old).encode(), None),
        "too-large": (big, "larger"),
        "endless": (with_source(CELL, rnn_cell_forward=step("while True: pass")), None),
        "crash": (with_source(CELL, rnn_cell_forward=step("import ctypes\nctypes.string_at(0)")), None),
        "loud": (with_source(CELL, rnn_cell_forward=step("while True: print('x' * 1000000)")), None),
    }


STEAL = "import gc, sys\n"
HOSTILE = {  # body of rnn_cell_forward -> nothing of it may earn a point, reach out or harm
    "exits": "import os\nos._exit(0)",
    "kills-parent": "import os\nos.kill(os.getppid(), 9)",
    "kills-all": "import os\nos.kill(-1, 9)",
    "reads-solution": "from pathlib import Path\nfor p in Path('/').rglob('*.ipynb'): exec(p.read_text())\nraise SystemExit",
    "reads-source": "import inspect, rnn_helpers.cell as m\nns = {'np': np, 'as_columns': lambda n, v, r: v, 'as_finite': lambda n, v: v}\n"
                    "exec(inspect.getsource(m.rnn_cell_forward), ns)\nreturn ns['rnn_cell_forward'](cell, x_t, h_prev)",
    "borrows-quietly": "import sys\nsys.setprofile(None)\nreturn cell.forward(x_t, h_prev)",
    "borrows-in-a-thread": "import threading\nout = []\nt = threading.Thread(target=lambda: out.append(cell.forward(x_t, h_prev)))\nt.start()\nt.join()\nreturn out[0]",
    "borrows-the-sequence": "import sys\nsys.setprofile(None)\nfrom rnn_helpers.bptt import rnn_forward\nh, c = rnn_forward(cell, x_t[None], h_prev)\nreturn h[0], c[0]",
    "borrows-the-atlas": "import sys\nsys.setprofile(None)\nfrom rnn_helpers.check.mistakes import rnn_cell as m\n"
                         "return m.step(m.right_z)(cell, x_t, h_prev)",
    "patches-allclose": "np.allclose = lambda *a, **k: True\nnp.array_equal = lambda *a, **k: True\nreturn np.zeros_like(h_prev), (x_t, h_prev, h_prev)",
    "patches-judge": "import rnn_helpers.check.judge as j\nj.close = lambda *a: True\nj.judge = lambda *a: None\nreturn h_prev * 0, 1",
    "patches-run-case": "import rnn_helpers.check.guard as g\nreturn g.CaseResult(values={'h_t': 1}), None",
    "a-str-that-lies": "class S(str):\n    def __eq__(self, other): return True\n    __hash__ = str.__hash__\nreturn S('x'), S('y')",
    "an-array-that-lies": "class A(np.ndarray):\n    def __array_function__(self, *a, **k): return True\n    def __array_ufunc__(self, *a, **k): return True\n"
                          "return np.zeros_like(h_prev).view(A), (x_t, h_prev, h_prev)",
    "writes-answer": "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'{\"observed\": {}}')\n    except OSError: pass\nos._exit(0)",
    "writes-stdout": "import os, struct\nos.write(1, struct.pack('<Q', 2) + b'{}')\nraise ValueError",
    "forks": "import os\nfor _ in range(500):\n    try: os.fork()\n    except OSError: pass\nraise ValueError",
    "eats-memory": "return np.ones((40000, 40000)), None",
    "fills-tmp": "f = open('/tmp/x', 'wb')\nwhile True: f.write(b'0' * 10**7)",
    "socket": "import socket\ns = socket.create_connection(('127.0.0.1', 9), 2)\nraise ValueError",
    "resolves": "import socket\nsocket.gethostbyname('localhost.example')\nraise ValueError",
    "writes-outside": "open('/var/tmp/rnn-hostile', 'w').write('x')\nopen('/usr/rnn-hostile', 'w').write('x')",
    "reads-seed": "from pathlib import Path\nfound = list(Path('/').rglob('class.json'))\nraise ValueError(str(found))",
    "ignores-alarm": "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass",
    "swallows-everything": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "recursion": "sys = __import__('sys')\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\nreturn f(0)",
    "segfault": "import ctypes\nctypes.memset(0, 1, 8)",
    "huge-text": "return 'x' * 10**8, None",
    "frames": "import sys\nf = sys._getframe(1)\nwhile f:\n    for v in list(f.f_locals.values()) + list(f.f_globals.values()):\n        r = getattr(v, 'reference', None)\n"
              "        if r: return r(cell, x_t, h_prev)\n    f = f.f_back\nraise ValueError",
    "garbage": "import gc\nfor o in gc.get_objects():\n    if getattr(o, '__name__', '') == 'rnn_cell_forward' and o is not rnn_cell_forward:\n"
               "        try: return o(cell, x_t, h_prev)\n        except RuntimeError: pass\nraise ValueError",
    "proc-mem": "open(f'/proc/{__import__(\"os\").getppid()}/mem', 'rb').read(1)",
    "namespaces": "import subprocess\nsubprocess.run(['unshare', '-Ur', 'true'], check=True)\nraise ValueError",
}


def hostile():
    """student -> notebook; the readout is honest, so each deserves 0 of 7 and 3 of 3."""
    return {name: with_source(CELL, rnn_cell_forward=step(body), readout=READOUT) for name, body in HOSTILE.items()}
