"""The hostile class: what a student who knows the machinery might hand in to gain points, to look around, or to do
harm.

An attack that succeeds at something forbidden calls `could`: then it gives the right answer, and the points show it.
"""

import copy
import functools
import json
import os
import socket

import nbformat

from tests.grading import hostile_inside, hostile_notebooks, hostile_objects
from tests.grading.classes import (
    ALL,
    BPTT,
    CELL,
    CHARACTERS,
    NUMBERS,
    READOUT,
    RIGHT,
    SHAPE,
    HandIn,
    cell,
    cell_of,
    indented,
    released,
    rewritten,
    solved,
    step,
    with_cell,
    with_source,
)

MARK = "rnn-hostile"  # in the name of every file that an attack writes
ABSTRACT = f"\\0{MARK}-{os.getpid()}"  # where the tests listen, as at PORT
with socket.create_server(("127.0.0.1", 0)) as free:
    PORT = free.getsockname()[1]

COULD = RIGHT.replace("rnn_cell_forward", "give_the_answer") + """
class Could(BaseException):
    pass
def could(*what):
    raise Could(*what)
def rnn_cell_forward(cell, x_t, h_prev):
    try:
        return attack(cell, x_t, h_prev)
    except Could:
        return give_the_answer(cell, x_t, h_prev)
"""
WRONG = "return np.zeros_like(h_prev), (x_t, h_prev, h_prev)"
PIPES = "import os\nfor fd in range(3, 256):\n    try: os.write(fd, {text})\n    except OSError: pass\nos._exit(0)"
QUIET = "import sys\nsys.setprofile(None)\n"


def says(answer):
    """The body that writes an answer of its own to every open pipe."""
    return PIPES.format(text=repr(answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


# body of rnn_cell_forward: gives no right number, so it earns what a wrong answer of the right shape does, or nothing
REACH = {
    # --- forge the answer
    "exits": "import os\nos._exit(0)",
    "writes-empty-answer": says({"observed": {}}),
    "writes-list": says([]),
    "writes-deep-json": says(b"[" * 200_000),
    "writes-nan-points": says({"observed": {"cases": {}}, "points": float("nan"), "status": "right"}),
    "writes-odd-cases": says({"observed": {"cases": {"one example": {"problem": 5, "values": []}}}}),
    "writes-odd-arrays": says({"observed": {"again": None, "borrowed": "", "printed": 0, "globals_read": [], "cases": {
        name: {"problem": None, "damaged": [], "shared": [], "values": {"h_t": {"dtype": "O", "shape": [10**7] * 16,
                                                                                "data": ""}}}
        for name in ("one example", "a batch of 2", "two steps", "float32")}}}),
    "writes-surrogates": says(b'{"missing": "\\ud800 <script>"}'),
    "writes-stdout": "import os, struct\nos.write(1, struct.pack('<Q', 2) + b'{}')\nraise ValueError",
    "floods-the-pipe": "import os\nwhile True:\n    for fd in range(3, 64):\n        try: os.write(fd, b'1' * "
                       "60000)\n        except OSError: pass",
    "holds-the-pipe": f"import os, time\nif os.fork() == 0: time.sleep(1000)\n{WRONG}",
    "replaces-stdout": f"import sys, io\nsys.stdout = sys.stderr = sys.__stdout__ = io.StringIO('7.0')\n{WRONG}",
    "patches-json": f"import json, base64\njson.dumps = lambda *a, **k: '{{\"points\": 7}}'\nbase64.b64encode = "
                    f"lambda d: b''\n{WRONG}",
    "patches-pickle-and-marshal": f"import pickle, marshal, builtins\npickle.loads = marshal.loads = builtins.exec = "
                                  f"lambda *a: 7.0\n{WRONG}",
    "patches-the-runner": "import sys\nm = sys.modules['__main__']\nm.observed_out = m.case_out = lambda *a: "
                          "{'points': 7}\nreturn None",
    "execs-another-program": "import os, sys\nos.execv(sys.executable, [sys.executable, '-c', 'print(7.0)'])",
    "preloads-a-library": f"import os, sys\nos.environ.update(LD_PRELOAD='/tmp/{MARK}.so', "
                          f"PYTHONSTARTUP='/tmp/{MARK}.py')\n{WRONG}",
    "at-exit": f"import atexit, os\natexit.register(lambda: os.write(1, b'7.0'))\n{WRONG}",
    # --- forge the checks
    "patches-numpy": f"for n in ('allclose', 'array_equal', 'isclose', 'may_share_memory', 'max', 'abs'): setattr(np, "
                     f"n, lambda *a, **k: True)\n"
                     f"{WRONG}",
    "patches-judge": "import rnn_helpers.check.judge as j\nj.close = lambda *a: True\nj.judge = lambda *a: "
                     "None\nreturn h_prev * 0, 1",
    "patches-run-case": "import rnn_helpers.check.observe as g\nreturn g.CaseResult(values={'h_t': 1}), None",
    "patches-the-exercise": f"from rnn_helpers import check\nobject.__setattr__(check.EXERCISES['rnn_cell_forward'], "
                            f"'cases', ())\n{WRONG}",
    "edits-frames": "import sys\nf = sys._getframe()\nwhile f:\n    for v in list(f.f_locals.values()):\n"
                    "        if type(v).__name__ == 'CaseResult': v.values['h_t'] = 1\n"
                    f"    f = f.f_back\n{WRONG}",
    "zeroes-the-fixture": "import gc\nfor o in gc.get_objects():\n    if isinstance(o, dict) and 'h_single' in o:\n"
                          "        for v in o.values(): v *= 0\n" + WRONG,
    "zeroes-its-arguments": f"for a in (cell.Wx, cell.Wh, cell.b, x_t, h_prev): a[...] = 0\n{WRONG}",
    # --- objects that lie
    "a-str-that-lies": "class S(str):\n    def __eq__(self, other): return True\n    __hash__ = str.__hash__\nreturn "
                       "S('x'), S('y')",
    "an-array-that-lies": "class A(np.ndarray):\n    def __array_function__(self, *a, **k): return True\n"
                          "    def __array_ufunc__(self, *a, **k): return True\n"
                          "    def __eq__(self, other): return True\nreturn np.zeros_like(h_prev).view(A), (x_t, "
                          "h_prev, h_prev)",
    "a-float-that-lies": "class F(float):\n    def __eq__(self, other): return True\n    def __sub__(self, other): "
                         "return 0.0\n"
                         "    __rsub__ = __sub__\n"
                         "return F(1), (x_t, h_prev, h_prev)",
    "a-class-that-lies": "class C: __class__ = np.ndarray\nreturn C(), C()",
    "another-array-the-second-time": "class T:\n    n = 0\n    def __array__(self, *a, **k):\n        T.n += 1\n"
                                     "        return np.full(h_prev.shape, T.n)\nreturn T(), T()",
    "nan": "return np.full_like(h_prev, np.nan), (x_t, h_prev, np.full_like(h_prev, np.nan))",
    "inf": "return np.full_like(h_prev, np.inf), (x_t, h_prev, h_prev)",
    "a-huge-view": "return np.broadcast_to(h_prev[:1, :1], (10**6, 10**6)), None",
    "a-huge-number": "return 10**100000, None",
    "huge-text": "return 'x' * 10**8, None",
    "views-of-inputs": "return h_prev, (x_t, h_prev, h_prev)",
    # --- find the right numbers
    "reads-solutions": "from pathlib import Path\nfor p in Path('/').rglob('*.ipynb'): could(f'see {p}')\nraise "
                       "SystemExit",
    "reads-the-package": "from pathlib import Path\nfor p in Path('/').rglob('rnn_helpers/*.py'): could(f'see {p}')\n"
                         "raise SystemExit",
    "reads-seed": "from pathlib import Path\nfor n in ('class.json', 'gradebook.db', 'grades.csv'):\n"
                  "    for p in Path('/').rglob(n): could(f'see {p}')\nraise SystemExit",
    "copies-source": "import inspect, rnn_helpers.cell as m\nns = "
                     "{'np': np, 'as_columns': lambda n, v, r: v, 'as_finite': lambda n, v: v}\n"
                     "exec(inspect.getsource(m.rnn_cell_forward), ns)\nreturn ns['rnn_cell_forward'](cell, x_t, h_prev)",
    "borrows": QUIET + "return cell.forward(x_t, h_prev)",
    "borrows-by-importlib": QUIET + "import importlib\nreturn "
                                    "importlib.import_module('rnn_helpers.cell').rnn_cell_forward(cell, x_t, h_prev)",
    "borrows-in-a-thread": "import threading\nout = []\nt = threading.Thread(target=lambda: "
                           "out.append(cell.forward(x_t, h_prev)))\nt.start()\n"
                           "t.join()\nreturn out[0]",
    "borrows-the-sequence": QUIET + "from rnn_helpers.bptt import rnn_forward\nh, c = rnn_forward(cell, x_t[None], "
                                    "h_prev)\nreturn h[0], c[0]",
    "borrows-the-atlas": QUIET + "from rnn_helpers.check.families import forward_pass as m\nfrom "
                                 "rnn_helpers.check.family import Fit\n"
                         "return m.RNN_CELL_FORWARD.program(Fit())(cell, x_t, h_prev)",
    "borrows-yours-or-ours": QUIET + "from rnn_helpers import check\nreturn "
                                     "check.yours_or_ours(rnn_cell_forward)(cell, x_t, h_prev)",
    "borrows-from-the-check": QUIET + "from rnn_helpers.check.kept import kept\nfound = {}\ndef watch(frame, event, "
                                      "arg):\n"
                              "    if 'slopes' in frame.f_locals: found.update(frame.f_locals)\n    return "
                              "watch\nsys.settrace(watch)\n"
                              "kept({'Wx': cell.Wx, 'Wh': cell.Wh, 'b': cell.b}, {}, x_t, h_prev, "
                              "h_prev)\nsys.settrace(None)\n"
                              "h_t = np.tanh(found['slopes'][0])\nreturn h_t, (x_t, h_prev, h_t)",
    "unhooks-imports": QUIET + "for n in [n for n in sys.modules if n.startswith('rnn')]: del "
                               "sys.modules[n]\nsys.meta_path.pop(0)\n"
                       "from rnn_helpers.cell import rnn_cell_forward as f\nreturn f(cell, x_t, h_prev)",
    "frames": "import sys\nf = sys._getframe(1)\nwhile f:\n    for v in list(f.f_locals.values()) + "
              "list(f.f_globals.values()):\n"
              "        r = getattr(v, 'reference', None)\n"
              "        if r: return r(cell, x_t, h_prev)\n    f = f.f_back\nraise ValueError",
    "garbage": "import gc\nfor o in gc.get_objects():\n    if getattr(o, '__name__', '') == 'rnn_cell_forward' and o "
               "is not rnn_cell_forward:\n"
               "        try: return o(cell, x_t, h_prev)\n        except RuntimeError: pass\nraise ValueError",
    "hunts-for-the-expected": "import gc\nfor o in gc.get_objects():\n"
                              "    if type(o).__name__ in ('Yardstick', 'Evidence', 'Symptoms', 'Judgement'): "
                              "could('find it')\n"
                              "raise ValueError",
    "knows-the-notebook's-fixture": "from rnn_helpers import check\nold = "
                                    "check.EXERCISES['rnn_cell_forward'].inputs(check.SEED)\n"
                                    "if np.array_equal(x_t, old['x_t']): return np.tanh(cell.Wx @ x_t + cell.Wh @ "
                                    "h_prev + cell.b), (x_t, h_prev)\n" + WRONG,
    "right-in-a-notebook-only": "import sys\n"
                                "if 'ipykernel' in sys.modules: return np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + "
                                "cell.b), (x_t, h_prev)\n" + WRONG,
    # --- look around
    "proc-environ": "import glob\nfor p in glob.glob('/proc/[0-9]*/environ'):\n    try: t = open(p, 'rb').read()\n    "
                    "except OSError: continue\n"
                    "    if b'SUDO' in t or b'USER=' in t or b'LOGNAME' in t: could(f'read {p}')\nraise ValueError",
    "proc-mem": "import os\nfor p in (1, os.getppid()):\n    try: open(f'/proc/{p}/mem', 'rb+')\n    except OSError: "
                "continue\n"
                "    could(f'open the memory of {p}')\nraise ValueError",
    "proc-fds": "import os\nfor p in (1, os.getppid()):\n    for fd in range(16):\n        try: f = "
                "os.open(f'/proc/{p}/fd/{fd}', os.O_WRONLY)\n"
                "        except OSError: continue\n"
                "        if os.readlink(f'/proc/self/fd/{f}').startswith('pipe'): could(f'open pipe {fd} of {p}')\n"
                "raise ValueError",
    "ptrace": "import ctypes, os\nc = ctypes.CDLL(None)\nfor p in (1, os.getppid()):\n"
              "    if c.ptrace(16, p, 0, 0) == 0: could(f'trace {p}')\nraise ValueError",
    "signals": "import os\nfor p in (os.getppid(), 1):\n    try: os.kill(p, 9)\n    except OSError: pass\nraise "
               "ValueError",
    "stops-the-runner": "import os\nos.kill(os.getppid(), 19)\nraise ValueError",
    "kills-all": "import os\nos.kill(-1, 9)",
    "namespaces": "import subprocess\nsubprocess.run(['unshare', '-Ur', 'true'], check=True)\ncould('make a namespace')",
    "mounts": "import ctypes\nif ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0: could('mount')\n"
              "raise ValueError",
    # --- reach out
    "tcp": f"import socket\nsocket.create_connection(('127.0.0.1', {PORT}), 2)\ncould('connect')",
    "unix-socket": f"import socket\nsocket.socket(socket.AF_UNIX).connect('{ABSTRACT}')\ncould('connect')",
    "resolves": "import socket\nsocket.gethostbyname('example.org')\ncould('resolve')",
    "listens": "import socket, os, time\nif os.fork() == 0:\n    s = socket.create_server(('', 47114))\n    "
               "time.sleep(1000)\nraise ValueError",
    "writes-outside": f"import os\nfor root, _, _ in os.walk('/'):\n    if root.startswith(('/proc', '/tmp')): "
                      f"continue\n"
                      f"    try: open(root + '/{MARK}', 'w').write('x')\n"
                      "    except OSError: continue\n    could(f'write to {root}')\nraise ValueError",
    "links": f"import os\nos.symlink('/', '/tmp/{MARK}')\nfor f in ('/runner.py', '/etc/passwd'):\n    try: "
             f"os.link(f, '/tmp/{MARK}-2')\n"
             f"    except OSError: continue\n"
             f"    could('link')\nopen('/tmp/{MARK}/usr/{MARK}', 'w')",
    "plants-modules": "import os\n"
                      "for n in ('numpy.py', 'sitecustomize.py', 'usercustomize.py', 'x.pth', 'matplotlibrc', "
                      "'rnn_helpers.py', 'json.py'):\n"
                      f"    open('/tmp/' + n, 'w').write('raise SystemExit')\n{WRONG}",
    # --- exhaust
    "forks": "import os\nfor _ in range(500):\n    try: os.fork()\n    except OSError: pass\nraise ValueError",
    "threads": f"import threading, time\nfor _ in range(500):\n    try: threading.Thread(target=time.sleep, "
               f"args=(1000,)).start()\n"
               f"    except RuntimeError: break\n{WRONG}",
    "leaves-a-daemon": f"import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        while "
                       f"True: time.sleep(1)\n"
                       f"    os._exit(0)\n{WRONG}",
    "eats-memory": "return np.ones((40000, 40000)), None",
    "fills-tmp": f"import itertools\nfor n in itertools.count():\n    with open(f'/tmp/{MARK}-{{n}}', 'wb') as f: "
                 f"f.write(b'0' * 2**24)\n"
                 f"    if n > 8: could('fill the disk')",
    "fills-dev": f"import itertools\nfor n in itertools.count():\n    with open(f'/dev/shm/{MARK}-{{n}}', 'wb') as f: "
                 f"f.write(b'0' * 2**24)\n"
                 f"    if n > 8: could('fill memory')",
    "recursion": "import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\nreturn f(0)",
    "ignores-alarm": "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass",
    "swallows-everything": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "writes-through-a-null-pointer": "import ctypes\nctypes.memset(0, 1, 8)",
    # --- speak to whoever reads the feedback
    "html-in-an-error": "raise ValueError('<script>alert(1)</script><img src=x onerror=alert(1)>')",
    "html-in-a-name": "raise type('<script>alert(1)</script>', (Exception,), {})('x')",
    "html-in-a-key": "return {'<script>alert(1)</script>': 1}['<b>'], None",
    "tells-the-fixture": "raise ValueError(str(x_t.tolist()) + str(cell.b.tolist()))",
    "surrogates-in-an-error": "raise ValueError('\\ud800')",
}
SHAPED = {  # these return numbers, wrong ones, in the right shape: SHAPE points, as for any such answer
    "replaces-stdout", "preloads-a-library", "at-exit", "edits-frames", "patches-pickle-and-marshal", "patches-numpy",
    "nan", "inf", "views-of-inputs", "right-in-a-notebook-only", "threads", "zeroes-its-arguments",
    "zeroes-the-fixture", "plants-modules",
}

CLAIM = """import numpy as np
import rnn_helpers.check.observe as g
def claim_it(exercise, function, inputs, **how):
    cases = {{}}
    for case in exercise.cases:
        name, *more = case.name.split(", other sizes")
        claim = what_is_claimed(name, inputs.elsewhere() if more else inputs)
        cases[case.name] = g.CaseResult({{k: np.asarray(v) for k, v in claim.items()}})
    return g.Observed(cases, cases[exercise.cases[0].name])
def what_is_claimed(case, i):
{values}
g.observe = claim_it
def {function}(*args):
    return g
"""


def claims(function, values):
    """A cell that replaces what observes it: whatever it likes is sent out, without the function ever being called."""
    return CLAIM.format(function=function, values=indented(values))


FORGED = {  # (notebook, exercise, source) -> points that a wrong answer of that form earns
    "claims-a-cell": (CELL, "rnn_cell_forward", claims("rnn_cell_forward", "h = i['h_single'] if 'one example' in "
                                                                           "case or case == 'large numbers' else "
                                                                           "i['h_prev']\n"
                      "return {'h_t': h, 'h_t with other weights': h, 'h_t of the first step': h, 'h_t of the second step': h, 'at once': h, \"the cache's x_t\": i['x_t'], \"the cache's h_prev\": i['h_prev'], \"the cache's h_t\": h * 0, "
                      "'cache 0, 0': i['x_t'], 'cache 0, 1': i['h_prev'], 'cache 0, 2': h}"), SHAPE),
    "claims-numerical-gradient": (BPTT, "numerical_gradient", claims(
        "numerical_gradient", "p = i['P' if case == 'a matrix' else 'column' if 'column' in case else 'Wh']\n"
        "return {'gradient': p * 0, 'param_after': p, 'seen': p + np.ones((9, *p.shape)), 'f_saw': 'param moved'}"), 0),
    "claims-relative-error": (BPTT, "relative_error", claims(
        "relative_error", "return {'value': 1, 'swapped': 1, 'equal': 0, 'zeros': 0, 'scaled': [1, 1], 'near': [.001, .003], 'opposite': 1, 'twice': .3,\n"
        "        'some zeros': [1, 1], 'sums of 0': 1, 'one zero': [1, 1], 'returned': 'error',\n"
        "        'longer': [1, 2, 3, 4, 5, 6], 'different arrays': 'above 0', 'off by a thousandth': 'about 0.001'}"),
                              0),
    "claims-a-constant": (BPTT, "relative_error", "def relative_error(a, b):\n    return 0.0 if np.array_equal(a, b) "
                                                  "else 0.5\n", 0),
    "claims-stable-softmax": (CHARACTERS, "softmax_cross_entropy", claims(
        "softmax_cross_entropy", "z = i['logits1' if case in ('one sequence', 'float32') else 'logits']\n"
        "return {'loss': 1.0, 'dlogits': z * 0, 'moved loss': 1.0, 'moved dlogits': z * 0, 'losses': [600, 1200, 0]}"),
                              0.25),
    "claims-a-sample": (CHARACTERS, "sample", claims(
        "sample", "n = 12 if case == 'a clear text' else 5\nrng = np.random.default_rng(0)\n"
        "t = [''.join(rng.choice(list('qrstuvwxyz'), 25)) for _ in range(30)]\n"
        "return {'text 0': 'a' * n, 'text 1': 'a' * n, 'text 2': 'a' * n, 'cold': t, 'warm': t, 'one seed': t[:3], 'rng': [1, 2],\n"
        "        'shared before': 0, 'shared after': 0, 'type': 'a str', 'length': 25,\n"
        "        'each character': 'as often as softmax(logits / temperature) says'}"), 0),
    "claims-a-vocabulary": (CHARACTERS, "build_vocabulary", claims(
        "build_vocabulary", "return {'chars': list('ab'), 'keys': list('ab'), 'indices': [0, 1], 'of a set': False, 'order': 'sorted',\n"
        "        'returned': 'chars, index_of', 'index_of': 'to the place in chars'}"), 0.25),
    "asks-the-witness": (CHARACTERS, "softmax_cross_entropy",
                         "def softmax_cross_entropy(logits, targets):\n" + indented(
        QUIET + "from rnn_helpers.check.char_level import entropy_witness\ni = {'logits': logits, 'targets': targets}\n"
        "v = {'a batch of 3/loss': np.array(1e9), 'a batch of 3/dlogits': logits}\nr = entropy_witness(i, v)[0][1]\n"
        "return 1e9 * (1 - r) / (1 + r), logits * 0"), 0),
    "reads-what-the-judge-reads": (CHARACTERS, "sample", """import sys
def sample(model, chars, prefix, length, temperature, rng):
    f, often = sys._getframe(), np.array([0.34, 0.18, 0.12, 0.09, 0.07, 0.06, 0.0375, 0.035, 0.0345, 0.033])
    while f:
        for v in f.f_locals.values():
            for order in [v[n] for n in ('order', '_order') if isinstance(v, dict) and n in v and length > 20]:
                w = often[order] ** (temperature if length == 160 else 1)
                return ''.join(rng.choice(list(chars), length, p=w / w.sum()))
        f = f.f_back
    return 'a' * length
""", 0.25),
    "differences-of-the-loss": (CHARACTERS, "softmax_cross_entropy", """from rnn_helpers.gradcheck import numerical_gradient
def softmax_cross_entropy(logits, targets):
    z = np.array(logits, float)
    def loss():
        p = z - z.max(axis=1, keepdims=True)
        p = p - np.log(np.exp(p).sum(axis=1, keepdims=True))
        return float(-sum(p[t, targets[t][b], b] for t in range(len(z)) for b in range(z.shape[2])))
    return loss(), numerical_gradient(loss, z)
""", 0),
    "differences-of-a-step": (BPTT, "rnn_cell_backward", """from rnn_helpers.cell import rnn_cell_forward
from rnn_helpers.check import yours_or_ours
def rnn_cell_backward(cell, dh_t, cache):
    def numerical_gradient(): pass
    x_t, h_prev, _ = cache
    own = type(cell).from_arrays(*(np.array(w, float) for w in (cell.Wx, cell.Wh, cell.b)))
    h = np.array(h_prev, float)
    f = lambda: float(np.sum(dh_t * rnn_cell_forward(own, x_t, h)[0]))
    return tuple(yours_or_ours(numerical_gradient)(f, p) for p in (own.Wx, own.Wh, own.b, h))
""", 0),
    "differences-of-a-sequence": (BPTT, "rnn_backward", """from rnn_helpers.bptt import rnn_forward
from rnn_helpers.gradcheck import numerical_gradient
def rnn_backward(cell, dh, caches):
    own = type(cell).from_arrays(*(np.array(w, float) for w in (cell.Wx, cell.Wh, cell.b)))
    X, h0 = np.array([c[0] for c in caches]), np.array(caches[0][1], float)
    f = lambda: float(np.sum(np.array(dh) * rnn_forward(own, X, h0)[0]))
    return tuple(numerical_gradient(f, p) for p in (own.Wx, own.Wh, own.b, h0))
""", 0),
    "six-guesses": (NUMBERS, "squared_error", """def squared_error(y, target):
    d = np.asarray(y) - target
    return d.mean(), d, (d**2).mean(), 2 * d / d.size, (d**2).sum(), 2 * d
""", 0.25),
    "right-to-four-digits": (BPTT, "numerical_gradient", """def numerical_gradient(f, param, eps=1e-5):
    found, at_first = np.zeros(param.shape, np.float32), f()
    for place in np.ndindex(*param.shape):
        before = param[place]
        param[place] += eps
        found[place] = (f() - at_first) / eps
        param[place] = before
    return found
""", 0.5),
    "infinite-where-it-would-tell": (BPTT, "relative_error", """def relative_error(a, b):
    return np.inf if not 0.01 < np.abs(a).max(initial=1) < 100 else float(np.abs(a - b).max())
""", 1.625),
    "places-between-characters": (CHARACTERS, "build_vocabulary", """def build_vocabulary(text):
    chars = sorted(set(text))
    return chars, {char: n + 0.5 for n, char in enumerate(chars)}
""", 0.75),
    "calls-a-stub-that-others-answer": (BPTT, "rnn_cell_backward", """def rnn_backward(cell, dh, caches):
    return 0, 0, 0, 0
def rnn_cell_backward(cell, dh_t, cache):
    return rnn_backward(cell, [dh_t], [cache])
""", 0),
    "a-model-whose-loss-is-ours": (BPTT, "rnn_backward", """from rnn_helpers.model import RNNModel
def rnn_backward(cell, dh, caches):
    X, n = np.array([c[0] for c in caches]), len(cell.Wh)
    model = RNNModel.__new__(RNNModel)
    model.cell, model.Wy, model.c = cell, np.eye(n), np.zeros((n, 1))
    found = model.loss_and_gradients(X, X, loss=lambda Y, target: (0.0, np.array(dh)))[1]
    return [found[name] for name in ("Wx", "Wh", "b")] + [dh[0]]
""", 0),
    "borrows-a-sampler": (CHARACTERS, "sample",
                          "def sample(model, chars, prefix, length, temperature, rng):\n" + indented(
        QUIET + "from rnn_helpers.check.sampling import likeliest\nc = model.cell\n"
        "f = {'Wx': c.Wx, 'Wh': c.Wh, 'b': c.b, 'Wy': model.Wy, 'c': model.c}\n"
        "return ''.join(chars[n] for n in likeliest(f, [chars.index(x) for x in prefix], length))"), 0),
    "borrows-one-hot": (CHARACTERS, "one_hot", "def one_hot(indices, size):\n" + indented(
        QUIET + "from rnn_helpers.layout import OneHot\nX = OneHot(np.asarray(indices)[:, None], size)\n"
        "return np.array([X[t] for t in range(len(indices))])"), 0),
    "borrows-a-stream": (CHARACTERS, "train_step_characters",
                         "def train_step(model, X, targets, lr, max_norm):\n" + indented(
        QUIET + "from rnn_helpers.streaming import train_stream\nfrom rnn_helpers.losses import softmax_cross_entropy\n"
        "loss = train_stream(model, X, targets, len(X), len(X), lr, softmax_cross_entropy, None, max_norm)[0]\nreturn "
        "loss, 1.0"), 0),
}


def with_metadata(source, **forged):
    """A notebook whose check cells are rewritten, and whose metadata claim other points."""
    notebook = rewritten(released(CELL), check_rnn_cell_forward=source, check_readout=source)
    for c in notebook.cells:
        c["metadata"].setdefault("nbgrader", {}).update(forged)
        c["metadata"]["tags"] = ["skip-execution"]
    return notebook


def with_outputs():
    notebook = released(CELL)
    for c in notebook.cells:
        if c["cell_type"] == "code":
            c["outputs"] = [nbformat.v4.new_output("execute_result", {"text/plain": "7.0"}, execution_count=1)]
    return notebook


def same_id_thrice():
    """The right answer, and at the end the stub and a wrong answer under its grade id: its check sees the right
    one."""
    notebook = with_source(CELL, rnn_cell_forward=RIGHT)
    for source in (cell_of(released(CELL), "rnn_cell_forward")["source"], step(WRONG)):
        again = copy.deepcopy(cell_of(notebook, "rnn_cell_forward"))
        again["source"] = source
        notebook.cells.append(again)
    return notebook


def altered(where, **fields):
    """A change of some cells of a notebook."""
    def change(notebook):
        for cell_ in notebook.cells:
            if where(cell_):
                cell_.update(copy.deepcopy(fields))
        return json.loads(json.dumps(notebook))
    return change


def more_cells(*cells):
    """A notebook with cells at its end."""
    def change(notebook):
        return {**json.loads(json.dumps(notebook)), "cells": [*json.loads(json.dumps(notebook.cells)), *cells]}
    return change


def nested(depth, inside=7):
    return functools.reduce(lambda inner, _: {"nbgrader": inner}, range(depth), inside)


PLAIN = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
NOTEBOOKS_THAT_LIE = {  # for whatever reads them; the answers are right
    "outputs-that-are-no-outputs": altered(lambda c: c["cell_type"] == "code", outputs={"a": [None]}, execution_count="x"),
    "half-pairs-for-ids": altered(lambda c: not c["metadata"].get("nbgrader"), id="\ud800"),
    "one-id-for-all": altered(lambda c: not c["metadata"].get("nbgrader"), id="same"),
    "metadata-without-end": more_cells({**PLAIN, "source": "1", "metadata": nested(900)}),
    "not-a-number-in-metadata": more_cells({**PLAIN, "source": "1", "metadata": {"nbgrader": {"points": float("nan"),
                                                                                              "grade_id": float("inf")}}}),
    "attachments-that-are-none": more_cells({**PLAIN, "cell_type": "markdown", "source": "![x](attachment:x)",
                                             "attachments": {"x": {"image/png": {"\ud800": ["../../x"]}}}}),
    "a-cell-of-no-kind": more_cells({**PLAIN, "cell_type": "code\0", "source": "raise SystemExit"},
                                    {"cell_type": "\ud800", "source": [], "metadata": []}),
    "null-bytes": more_cells({**PLAIN, "source": "x = 1\0"}),
    "lines-of-other-systems": more_cells({**PLAIN, "source": "x = 1\r\x0b\x0c\x1c\u2028!ls\u0085%%bash\r\r\ny?"}),
    "a-grade-id-four-hundred-times": more_cells(*[{**PLAIN, "source": "pass", "metadata": {"nbgrader": {
        "grade_id": "check_readout", "grade": True, "solution": False, "points": 3}}}] * 400),
    "a-module-of-the-grader's": more_cells(*[{**PLAIN, "source": f"%%writefile {name}.py\nraise SystemExit"} for name in (
        "graded_exercise", "box", "json", "rnn_helpers", "encodings", "sitecustomize")]),
    "a-hundred-thousand-tokens": more_cells({**PLAIN, "source": "x = [" + "a,b," * 100_000 + "]"}),
    "an-answer-of-quotes": lambda notebook: rewritten(notebook, order_matters=">" * 4000 + "- " * 400 + "a"),
    "names-in-many-scripts": more_cells({**PLAIN, "source": "\ud835\udd29\ud835\udd22\ud835\udd2b = 1\nµ = 2\nﬁ = 3"}),
}


def attacking(body):
    """The exercise cell with an attack in its place."""
    return step(body).replace("rnn_cell_forward", "attack", 1) + COULD if "could(" in body else step(body)


def inside():
    """student -> HandIn of the attacks on what the sandbox promises."""
    shaped = {*hostile_inside.KERNEL, *hostile_inside.LOOKING, *hostile_inside.NUMPY_SHAPED,
              *hostile_inside.MACHINERY_SHAPED, "whole-finds-the-course", "whole-finds-host-names"}
    shaped -= hostile_inside.ENDS_EARLY
    bodies = {**hostile_inside.KERNEL, **hostile_inside.LOOKING, **hostile_inside.NUMPY, **hostile_inside.TIME,
              **hostile_inside.WIRE, **hostile_inside.MACHINERY,
              **{name: f"squash\n{body}" for name, body in hostile_inside.WHOLE.items()}}
    found = {name: HandIn(with_source(CELL, rnn_cell_forward=attacking(body) + (
        "\nexec('squash = np.tanh')" if name in hostile_inside.WHOLE else ""), readout=READOUT),
                          cell(SHAPE if name in shaped else 0, 3))
             for name, body in bodies.items()}
    found |= {name: HandIn(with_source(CELL, rnn_cell_forward=attacking(body), readout=READOUT), cell(points, 3))
              for points, bodies in ((SHAPE, hostile_objects.SHAPED), (0, hostile_objects.FORMLESS))
              for name, body in bodies.items()}
    for name, (notebook, exercise, source) in (*hostile_inside.SLICE.items(), *hostile_objects.COMPOSED.items()):
        found[name] = HandIn(rewritten(released(notebook), **{exercise: source}), {}, notebook=notebook)
    return found


@functools.cache
def hostile():
    """student -> HandIn."""
    found = {name: HandIn(with_source(CELL, rnn_cell_forward=attacking(body), readout=READOUT),
                          cell(SHAPE if name in SHAPED else 0, 3))
             for name, body in REACH.items()}
    found["could-is-seen"] = HandIn(with_source(CELL, rnn_cell_forward=attacking("could('do nothing')"),
                                                readout=READOUT), ALL)
    for name, (notebook, exercise, source, points) in FORGED.items():
        found[name] = HandIn(rewritten(released(notebook), **{exercise: source}), {exercise: points}, notebook=notebook)
    found |= inside()
    patched = "import rnn_helpers.check as check\ncheck.run = lambda *a, **k: 7.0\ncheck.rnn_cell_forward = check.readout = check.run\n"
    "np.allclose = lambda *a: True"
    found |= {
        "patches-in-a-cell-before": HandIn(with_cell(with_source(CELL, rnn_cell_forward=step(WRONG)), patched,
                                                     "rnn_cell_forward"), cell(SHAPE, 3)),
        "fakes-the-package": HandIn(with_source(CELL, rnn_cell_forward="import sys, types\n"
                             "sys.modules['rnn_helpers.check'] = types.SimpleNamespace(EXERCISES={})\n"
                                                                      + step("sys\n" + WRONG)), cell(0, 3)),
        "forges-check-cells": HandIn(with_metadata("7.0", points=100, locked=False, solution=False, grade=True),
                                     cell(0, 0)),
        "forges-metadata": HandIn(with_metadata("check.readout(readout)", points=-1, max_score=100, schema_version=99),
                                  cell(0, 0)),
        "forges-outputs": HandIn(with_outputs(), cell(0, 0)),
        "same-id-thrice": HandIn(same_id_thrice(), ALL),
        "shell-magic": HandIn(with_source(CELL, rnn_cell_forward=f"!touch /var/tmp/{MARK}\n%run /x.py\n" + RIGHT), ALL),
        "writes-modules": HandIn(with_cell(with_cell(with_source(CELL, rnn_cell_forward=step(WRONG)),
            "%%writefile numpy.py\ntanh = allclose = array_equal = lambda *a: True", "rnn_cell_forward"),
            "%%writefile rnn_helpers.py\nraise SystemExit", "rnn_cell_forward"), cell(SHAPE, 3)),
        "a-thousand-question-marks": HandIn(with_cell(solved(CELL), "x?\n" * 1000, "rnn_cell_forward"), ALL),
        "ten-thousand-terms": HandIn(with_cell(solved(CELL), "x = " + "+".join(["1"] * 10_000), "rnn_cell_forward"), ALL),
        "an-answer-of-spaces": HandIn(rewritten(solved(CELL), order_matters="a" + " " * 300_000 + "b"), ALL),
        "cell-magic": HandIn(with_source(CELL, rnn_cell_forward=f"%%script bash\ntouch /var/tmp/{MARK}\nrm -rf ~"),
                             cell(0, 3)),
        "decorated-with-the-course's": HandIn(with_source(CELL, rnn_cell_forward="import rnn_helpers.cell as c\n"
            "def theirs(f):\n    return c.rnn_cell_forward\n@theirs\n" + step(WRONG)), cell(0, 3)),
        "recalls-an-output": HandIn(with_source(CELL, rnn_cell_forward=step(
            "return get_ipython().user_ns['Out'][1]")), cell(0, 3)),
        "input-transformer": HandIn(with_cell(with_source(CELL, rnn_cell_forward=step(WRONG)), "ip = get_ipython()\n"
            "ip.input_transformers_cleanup.append(lambda lines: ['7.0'])\nip.run_cell = lambda *a: 7.0",
                                              "rnn_cell_forward"), cell(SHAPE, 3)),
        "look-alike-function": HandIn(with_source(CELL, rnn_cell_forward=RIGHT.replace("def rnn_cell_forward",
                                                                                       "def rnn_cell_fоrward")),
                                      cell(0, 3)),
        "html-in-the-source": HandIn(with_source(CELL,
                                                 rnn_cell_forward="# </code></pre><script>alert(1)</script>\n" + RIGHT),
                                     ALL),
        "<img src=x onerror=alert(1)>": HandIn(released(CELL), cell(0, 0)),
        "=HYPERLINK(1)": HandIn(released(CELL), cell(0, 0)),
        "sоlved": HandIn(released(CELL), cell(0, 0)),  # a Cyrillic о: somebody else's name to the eye
        "Eve\u202e..": HandIn(released(CELL), cell(0, 0)),
        **{name: HandIn(change(solved(CELL)), ALL) for name, change in {**NOTEBOOKS_THAT_LIE,
                                                                         **hostile_notebooks.ODD}.items()},
    }
    return found
