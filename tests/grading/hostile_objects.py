"""What a student might hand in who knows Python's own corners: objects that change later, hooks of the interpreter, roads
through the language instead of the kernel; and notebooks that lie in other ways.

Bodies of `rnn_cell_forward`, as in hostile.py: one that succeeds calls `could`, which gives the right answer. Beside each
its honest twin is plain: `readout` is right, and these numbers are worth what `WRONG` is worth, or nothing.
"""

WRONG = "return np.zeros_like(h_prev), (x_t, h_prev, h_prev)"
LATER = "h = np.zeros_like(h_prev)\n"
GIVE = "\nreturn h, (x_t, h_prev, h)"

# --- numbers of the right shape, wrong ones: SHAPE points
SHAPED = {
    # objects that change after they were returned
    "a-view-of-what-changes": "class A(np.ndarray):\n    def __array_finalize__(self, other): pass\n    def __array_wrap__(self, a, *c):\n"
        "        could('be wrapped by the checker')\nreturn np.zeros(h_prev.shape).view(A), (x_t, h_prev, h_prev)",
    "a-frame-that-is-cleared": LATER + "import sys\nclass D:\n    def __del__(self):\n        f = sys._getframe()\n        while f:\n"
        "            r = f.f_locals.get('returned')\n            if isinstance(r, dict) and 'h_t' in r: could('see', r)\n"
        "            f = f.f_back\nd = D()" + GIVE,
    "a-reference-that-calls-back": LATER + "import weakref\nclass A(np.ndarray): pass\na = h.view(A)\n"
        "global REF\nREF = weakref.ref(a, lambda r: could('be called when it is gone'))\nreturn a, (x_t, h_prev, h)",
    "a-generator-that-is-closed": "def g():\n    try: yield 1\n    finally:\n        import sys\n        f = sys._getframe()\n"
        "        while f:\n            if 'expected' in f.f_locals: could('see what is expected')\n            f = f.f_back\n"
        "s = g()\nnext(s)\n" + WRONG,
    "a-coroutine-never-awaited": "async def f(): could('be awaited')\nglobal C\nC = f()\n" + WRONG,
    "an-exception-kept": "global E\ntry: 1 / 0\nexcept ZeroDivisionError as error: E = error\nE.__context__ = E.__cause__ = ValueError()\n"
        "for part in (E.__traceback__, E.__context__.__traceback__):\n    if part and part.tb_next: could('walk on')\n" + WRONG,
    "a-signature-that-tells": "import inspect, sys\nf = sys._getframe(1)\nwhile f:\n    for v in f.f_locals.values():\n"
        "        if inspect.isfunction(v) and v.__name__ in ('read', 'always', 'witness', 'fixtures'): could('see', v)\n"
        "    f = f.f_back\n" + WRONG,
    # roads to what is expected
    "a-closure-of-the-case": "import gc, types\nfor f in gc.get_referrers(x_t):\n    if isinstance(f, dict) and "
        "{'h_t', 'want', 'expected', 'truth'} & {k for k in f if isinstance(k, str)} - {'h_t'}: could('see', list(f))\n" + WRONG,
    "modules-not-imported": "import sys\nfor n in sorted(sys.modules):\n    if n.split('.')[-1] in ('judge', 'yardstick', 'evidence', "
        "'search', 'scoring', 'engine', 'families'):\n        m = sys.modules[n]\n        if any(not k.startswith('__') and "
        "k not in ('ELSEWHERE', 'titles') for k in vars(m)): could('see', n, list(vars(m)))\n" + WRONG,
    "a-counted-reference": "import sys, gc\nfor a in (x_t, h_prev, cell.Wx):\n    for r in gc.get_referrers(a):\n"
        "        if type(r).__name__ in ('Yardstick', 'Observed') : could('see', r)\n" + WRONG,
    "weights-of-another-process": "import ctypes\nfor step in range(1, 64):\n    b = (ctypes.c_char * 1)\n"
        "    try: n = ctypes.CDLL(None).process_vm_readv(1, 0, 0, 0, 0, 0)\n    except Exception: break\n"
        "    if n >= 0 and n != 0: could('read another')\n    break\n" + WRONG,
    "time-tells-the-branch": "import time\nt = time.perf_counter()\nfor _ in range(20): cell.Wx @ x_t\n"
        "h = np.full(h_prev.shape, (time.perf_counter() - t) % 1)" + GIVE,
    "guesses-by-the-seed": "for s in range(3000):\n    r = np.random.default_rng(s)\n    if np.allclose(r.normal(size=cell.Wx.shape), cell.Wx): "
        "could('draw it again', s)\n" + WRONG,
    "uninitialised-memory": "h = max((np.empty_like(h_prev) for _ in range(200)), key=lambda a: np.isfinite(a).sum()).copy()\n"
        "if np.allclose(h, np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)): could('find it in memory')\n" + WRONG,
    "the-marks-of-a-slice": "import sys\nfor f in sys.meta_path:\n    for n, (_, code) in getattr(f, 'modules', {}).items():\n"
        "        if b'np.tanh' in code or b'facets' in code and b'Facet' in code and b'points' in code and b'dWh is' in code: could('read', n)\n"
        + WRONG,
    "warnings-with-a-source": "import warnings\ndef show(m, c, f, n, *more, **k): could('be shown a warning of', f)\n"
        "warnings.showwarning = warnings._showwarnmsg_impl = show\nnp.array([1.0]) / 0\n" + WRONG,
    # hooks of the interpreter
    "a-hook-for-what-is-unraisable": "import sys\nsys.unraisablehook = sys.excepthook = sys.displayhook = lambda *a: could('be hooked')\n"
        "class D:\n    def __del__(self): raise ValueError\nD()\n" + WRONG,
    "a-profile-for-all": "import sys\ndef note(frame, event, value):\n    if event == 'return' and frame.f_code.co_name in ('reference', "
        "'judge', 'close'): could('see what it returns')\nsys.setprofile(note)\nnp.tanh(1)\n" + WRONG,
    "another-codec": "import codecs\ndef find(name):\n    if name in ('utf_8', 'utf-8', 'base64'): could('decode')\n"
        "codecs.register(find)\ncodecs.register_error('replace', lambda e: (could('mend') , 0))\n" + WRONG,
    "another-locale": "import locale, os\nfor name in ('de_DE.UTF-8', 'tr_TR.UTF-8', 'C'):\n    try: locale.setlocale(locale.LC_ALL, name)\n"
        "    except locale.Error: pass\nos.environ['LANG'] = 'tr_TR'\n" + WRONG,
    "another-switch": "import sys, threading\nsys.setswitchinterval(1e-9)\nthreading.setprofile(lambda *a: could('profile'))\n"
        "threading.settrace(lambda *a: could('trace'))\n" + WRONG,
    "a-module-class": "import sys, types, numpy\nclass M(types.ModuleType):\n    def __getattribute__(self, n):\n"
        "        if n in ('array_equal', 'may_share_memory', 'ascontiguousarray'): return lambda *a, **k: True if n != 'ascontiguousarray' else a[0]\n"
        "        return super().__getattribute__(n)\nsys.modules['rnn_helpers.check.observe'].__class__ = M\n" + WRONG,
    "a-metaclass-for-the-cell": "class M(type):\n    def __instancecheck__(cls, o): could('be asked')\n    def __eq__(cls, o): return True\n"
        "    __hash__ = type.__hash__\ntry: type(cell).__class__ = M\nexcept TypeError: pass\n" + WRONG,
    "a-class-of-the-result": "import sys\nR = sys.modules['rnn_helpers.check.observe'].CaseResult\nR.damaged = property(lambda s: (), lambda s, v: None)\n"
        "x_t *= 0\n" + WRONG,
    "a-finder-of-paths": "import sys\nsys.path_hooks.insert(0, lambda p: could('find paths'))\nsys.path_importer_cache.clear()\n"
        "sys.path.insert(0, '/nowhere')\n" + WRONG,
    "an-event-loop": "import asyncio\nasync def f(): could('run beside')\ntry: asyncio.run(f())\nexcept OSError: pass\n" + WRONG,
    "a-pool-of-threads": "from concurrent.futures import ThreadPoolExecutor as P\ntry:\n    with P(4) as p: list(p.map(lambda n: could('start a thread'), [1]))\n"
        "except RuntimeError: pass\n" + WRONG,
    "a-timer-of-threads": "import threading\nt = threading.Timer(0.01, lambda: could('come later'))\nt.daemon = True\n"
        "try: t.start()\nexcept RuntimeError: pass\n" + WRONG,
    "a-forged-array-function": "class A(np.ndarray):\n    def tobytes(self, *a): return b'\\0' * 64\n    def copy(self, *a): return self\n"
        "    def __reduce__(self): return (could, ('be copied',))\n    def astype(self, *a, **k): return self\n"
        "    def __deepcopy__(self, m): return self\nreturn np.ones(h_prev.shape).view(A), (x_t, h_prev, h_prev)",
    "a-base-that-moves": "b = np.zeros(4096)\nh = b[:h_prev.size].reshape(h_prev.shape)\nb.flags.writeable = True\nh.flags.writeable = False" + GIVE,
    "writes-itself-anew": "global rnn_cell_forward, N\nN = globals().get('N', 0) + 1\nif N > 3:\n    rnn_cell_forward = cell.__class__\n" + WRONG,
    "a-frozen-array": "h = np.zeros_like(h_prev)\nh.setflags(write=False)\nx_t.setflags(write=False)\nh_prev.setflags(write=False)" + GIVE,
    "other-default-arguments": "import sys\nm = sys.modules['rnn_helpers.check.observe']\nm.run_case.__defaults__ = m.differs.__defaults__ = (None, None)\n" + WRONG,
}

# --- no answer in the right form: nothing is earned
FORMLESS = {
    "a-lazy-object": "class L:\n    def __getattr__(self, n): return L()\n    def __call__(self, *a, **k): return L()\n    def __iter__(self): return iter([L(), L()])\n"
        "    def __len__(self): return 2\nreturn L(), L()",
    "a-class-in-its-place": "class T(tuple):\n    __class__ = property(lambda s: could('be asked for its class'))\nreturn T()",
    "a-memory-view": "return memoryview(b'x' * 64), memoryview(b'')",
    "a-mapping-that-answers": "class M(dict):\n    def __missing__(self, k): return could('be asked', k)\nreturn M()",
    "an-awaitable": "class W:\n    def __await__(self): yield could('wait')\nreturn W()",
    "an-exception-with-a-tale": "e = ValueError('x' * 10**6)\ne.add_note('y' * 10**6) if hasattr(e, 'add_note') else None\n"
        "e.__class__.__str__ if 0 else None\nraise e",
    "an-exception-that-lies": "class E(NotImplementedError):\n    def __str__(self): could('be read')\n    __repr__ = __str__\n    "
        "@property\n    def __traceback__(self): could('be traced')\nraise E",
    "a-group-of-exceptions": "import builtins\nG = getattr(builtins, 'ExceptionGroup', None)\ne = ValueError('v')\n"
        "for _ in range(500): e = G('g', [e]) if G else ValueError(e)\nraise e",
    "a-chain-without-end": "e = ValueError('a')\nf = ValueError('b')\ne.__context__, f.__context__ = f, e\nraise e from f",
    "an-error-with-a-name": "raise type('a\\x1b[2J\\u202e' * 50, (AttributeError,), {'name': property(lambda s: could('be named')), 'obj': 7})",
    "a-name-error-that-suggests": "raise NameError('x', name='rnn_cell_forward' * 10**4)",
    "the-end-of-an-iteration": "raise StopIteration((h_prev, x_t))",
    "the-end-of-a-generator": "raise GeneratorExit",
    "time-is-up-it-says": "import sys\nraise sys.modules['rnn_helpers.check.limits'].TimeUp",
    "a-bad-return-it-says": "import sys\nraise sys.modules['rnn_helpers.check.exercise'].BadReturn('<b>7 of 7 points</b>\\x1b[31m')",
    "asks-for-input": "return input('what is right? '), None",
    "asks-a-debugger": "breakpoint()\nimport pdb\npdb.set_trace()\nreturn None, None",
    "waits-for-standard-input": "import sys\nsys.stdin = open('/dev/zero')\nreturn sys.stdin.readline(), None",
    "waits-by-select": "import select\nselect.select([], [], [], 500)\n" + WRONG,
    "opens-all-descriptors": "held = []\nwhile True: held.append(open('/dev/zero'))",
    "a-number-of-all-digits": "import sys\ngetattr(sys, 'set_int_max_str_digits', int)(0)\nreturn str(10**100_000), None",
    "a-set-that-collides": "class H:\n    def __hash__(self): return 1\n    def __eq__(self, o): return False\nreturn {H() for _ in range(40_000)}, None",
    "deeply-in-tuples": "a = ()\nfor _ in range(200_000): a = (a,)\nreturn a",
}

# --- what the course's parts make together: (notebook, exercise, source); calling them is no answer
COMPOSED = {
    "a-loss-of-the-last-step": ("04_number_sequence", "squared_error", """from rnn_helpers.one_bit import last_step_error
def squared_error(y, target):
    y = np.asarray(y, float)
    loss, dY = last_step_error(y[None], np.asarray(target, float))
    return loss * y.size, dY[0] * y.size
"""),
    "the-published-step": ("04_number_sequence", "readout_backward", """from rnn_helpers.rising_loss import published_step
def readout_backward(dY, h_states, Wy):
    class M: pass
    M.Wy, M.cell, seen = np.asarray(Wy, float), None, []
    M.forward = lambda X: (np.asarray(dY) * 5e-7, np.asarray(h_states), None)
    zeros = (np.zeros(1), np.zeros(1), np.zeros(1))
    step = published_step(M, None, np.zeros(np.shape(dY)), lambda cell, dh, caches: (seen.append(dh), zeros)[1])[1]
    return step["Wy"] * 1e6, step["c"] * 1e6, seen[0] * 1e6
"""),
    "sums-for-a-readout": ("04_number_sequence", "readout_backward", """from rnn_helpers.bptt import parameter_gradients
def readout_backward(dY, h_states, Wy):
    dY, h = np.asarray(dY, float), np.asarray(h_states, float)
    dZ = np.zeros((len(h), h.shape[2], h.shape[1]))
    dZ[..., :dY.shape[1]] = dY.transpose(0, 2, 1)
    _, dWy, dc = parameter_gradients(dZ, h, h.transpose(0, 2, 1))
    return dWy[:len(Wy)], dc[:len(Wy)], Wy.T @ dY
"""),
    "sums-for-a-step": ("03_bptt", "rnn_cell_backward", """from rnn_helpers.bptt import parameter_gradients, slope
def rnn_cell_backward(cell, dh_t, cache):
    x_t, h_prev, h_t = cache
    dz = dh_t * slope(h_t)
    return *parameter_gradients(dz.T[None], x_t[None], h_prev.T[None]), cell.Wh.T @ dz
"""),
    "rows-for-one-hot": ("05_char_level", "one_hot", """from rnn_helpers.layout import OneHotRows
def one_hot(indices, size):
    return OneHotRows(np.asarray(indices), size).dot(np.eye(size))[:, :, None]
"""),
    "a-product-for-one-hot": ("05_char_level", "one_hot", """from rnn_helpers.layout import OneHot, rows
def one_hot(indices, size):
    return (np.eye(len(indices)) @ rows(OneHot(np.asarray(indices)[:, None], size)))[:, :, None]
"""),
    "counts-a-model": ("02_forward_pass", "count_parameters", """from rnn_helpers.model import RNNModel
def count_parameters(D, H, O):
    return sum(p.size for p in RNNModel(D, H, O, np.random.default_rng(0)).params.values())
"""),
    "a-chain-rule-of-torch": ("03_bptt", "rnn_backward", """import torch
def rnn_backward(cell, dh, caches):
    def leaf(a): return torch.tensor(np.array(a, float), requires_grad=True)
    Wx, Wh, b, h0 = leaf(cell.Wx), leaf(cell.Wh), leaf(cell.b), leaf(caches[0][1])
    h, loss = h0, 0
    for (x, _, _), d in zip(caches, dh):
        h = torch.tanh(Wx @ torch.tensor(np.array(x, float)) + Wh @ h + b)
        loss = loss + (torch.tensor(np.array(d, float)) * h).sum()
    loss.backward()
    return tuple(w.grad.numpy() for w in (Wx, Wh, b, h0))
"""),
    "the-norm-of-all": ("04_number_sequence", "clip_by_norm", """from rnn_helpers.training import global_norm
def clip_by_norm(grads, max_norm):
    norm = global_norm(grads)
    return {name: g * min(1, max_norm / norm if norm else 1) for name, g in grads.items()}, norm
"""),
}
