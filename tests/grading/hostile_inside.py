"""What a student who has read the sandbox's source might try inside it: the kernel, the wire, NumPy's memory, time,
the course's slice.

Bodies of `rnn_cell_forward`, as in hostile.py: one that succeeds calls `could`, which gives the right answer. Where
nothing else is said an attack ends with wrong numbers of the right shape.
"""

import json

from tests.grading.classes import BPTT, CHARACTERS

WRONG = "return np.zeros_like(h_prev), (x_t, h_prev, h_prev)"


def calls(*tries):
    """System calls of x86_64: (number, arguments); one that succeeds is enough."""
    return (f"import ctypes, platform\nlibc = ctypes.CDLL(None, use_errno=True)\nfor number, *values in {tries!r}:\n"
            "    if platform.machine() == 'x86_64' and libc.syscall(number, *(\n"
            "            ctypes.c_long(v) if isinstance(v, int) else ctypes.c_char_p(v) for v in values)) >= 0:\n"
            f"        could('call', number)\n{WRONG}")


NEW_USER, PACKET_USER = 0x10000000, 0x10000011
KERNEL = {
    "memory-files": calls((319, b"x", 0), (447, 0)),  # memfd_create, memfd_secret
    "keyrings": calls((250, 1, b"class"), (250, 0, -4, 1), (248, b"user", b"k", b"v", 1, -4),
                      (249, b"user", b"k", b"", -4)),
    "io-uring": calls((425, 8, b"\0" * 200), (426, 3, 1, 0, 0, 0, 0), (427, 3, 0, 0, 0)),
    "userfaultfd": calls((323, 0), (323, 1)),
    "locks": calls((73, 0, 2), (73, 63, 6)),  # flock
    "system-v": calls((29, 4711, 4096, 0o1666), (64, 4711, 1, 0o1666), (68, 4711, 0o1666),
                      (240, b"q", 0o102, 0o600, 0)),
    "watches": calls((294, 0), (300, 0, 0), (253,)),  # inotify, fanotify
    "pipes-and-sockets": calls((293, b"12345678", 0), (22, b"12345678"), (53, 1, 1, 0, b"12345678"), (41, 16, 3, 0),
                               (41, 40, 1, 0)),
    "descriptors-of-events": calls((290, 0, 0), (283, 1, 0), (289, -1, b"\0" * 8, 8, 0), (291, 0), (213, 1)),
    "handles-of-processes": calls((434, 1, 0), (438, 3, 0, 0), (310, 1, b"\0" * 16, 1, b"\0" * 16, 1, 0),
                                  (440, 3, 0, 0, 0, 0), (312, 1, 1, 0, 0, 0)),
    "tracing": calls((101, 0, 0, 0, 0), (101, 16, 1, 0, 0), (157, 0x59616d61, -1, 0, 0, 0)),
    "another-filter": calls((317, 1, 0, b"\0" * 16), (317, 2, 0, b"\0" * 4), (157, 22, 2, b"\0" * 16, 0, 0),
                            (157, 22, 1, 0, 0, 0)),
    "programs-in-the-kernel": calls((321, 0, b"\0" * 64, 64), (298, b"\0" * 112, 0, -1, -1, 0), (444, b"\0" * 8, 8, 0),
                                    (175, b"", 0, b"")),
    "new-namespaces": calls((272, NEW_USER), (272, 0x20000), (308, 0, 0), (56, PACKET_USER, 0, 0, 0, 0),
                            (435, b"\0" * 88, 88)),
    "new-processes": calls((57,), (58,), (56, 17, 0, 0, 0, 0), (59, b"/python/bin/python3.11", 0, 0),
                           (322, -100, b"/code", 0, 0, 0)),
    "mounting": calls((165, b"x", b"/tmp", b"tmpfs", 0, b""), (428, -100, b"/", 1), (430, b"tmpfs", 0),
                      (155, b"/", b"/tmp"), (161, b"/tmp"), (166, b"/tmp", 2)),
    "names-of-mounts": calls((457, b"\0" * 24, b"\0" * 512, 512, 0), (458, b"\0" * 24, b"\0" * 512, 64, 0),
                             (303, -100, b"/", b"\0" * 128, b"\0" * 8, 0)),
    "links-and-nodes": calls((86, b"/code/box/wire.py", b"/tmp/x"), (88, b"/", b"/tmp/x"),
                             (133, b"/tmp/x", 0o20666, 259), (265, -100, b"/code", -100, b"/tmp/y", 0)),
    "signals-to-others": calls((62, 1, 0), (62, -1, 9), (200, 1, 0), (234, 1, 1, 0), (129, 1, 9, b"\0" * 128),
                               (424, 3, 0, 0, 0)),
    "what-the-machine-does": calls((99, b"\0" * 128), (103, 3, b"\0" * 512, 512), (27, 0, 0, b""),
                                   (451, 0, b"\0" * 16, b"\0" * 32, 0), (324, 0, 0, 0)),
    "priorities": calls((141, 0, 0, -5), (141, 0, 0, 19), (144, 0, 0, b"\0" * 4), (203, 0, 8, b"\1" + b"\0" * 7),
                        (251, 1, 0, 0), (302, 1, 0, 0, b"\0" * 16)),
    "another-person": calls((105, 0), (106, 0), (116, 0, 0), (126, b"\0" * 8, b"\0" * 24), (135, 0x40000), (112,),
                            (109, 0, 0), (117, 0, 0, 0)),
    "files-of-others": calls((76, b"/code/box/wire.py", 0), (285, 1, 0, 0, 1), (90, b"/code", 0o777),
                             (92, b"/code", 0, 0), (188, b"/code", b"user.x", b"1", 1, 0)),
    "moving-bytes": calls((40, 1, 0, 0, 1), (275, 0, 0, 1, 0, 1, 0), (278, 1, b"\0" * 16, 1, 0),
                          (326, 0, 0, 1, 0, 1, 0)),
    "asynchronous-reads": calls((206, 8, b"\0" * 8), (209, 0, 0, b""), (187, 0, 0, 1)),
    "the-calls-of-x32": calls((0x40000000 + 57,), (0x40000000 + 41, 1, 1, 0), (0x40000000 + 319, b"x", 0)),
    "raising-its-limits": "import resource\nfor what in (resource.RLIMIT_CPU, resource.RLIMIT_AS, "
                          "resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE):\n"
                          "    try: resource.setrlimit(what, (resource.RLIM_INFINITY,) * 2)\n    except (ValueError, "
                          "PermissionError): continue\n"
                          f"    could('raise', what)\n{WRONG}",
    "file-control": "import fcntl, os\nfor fd in (*range(3), 62, 63):\n    for command in (1024, 6, 37, 1026, 1031, "
                    "1033, 8, 10):\n"
                    "        try: fcntl.fcntl(fd, command, 0)\n        except (OSError, ValueError): continue\n"
                    f"        could('control', fd, command)\n{WRONG}",
    "device-control": "import fcntl\nfor fd in (0, 63):\n    for request in (0x5412, 0x541B, 0x5410, 0x540E, 0x8905, "
                      "0x5401 + 2**32):\n"
                      "        try: fcntl.ioctl(fd, request & 0xffffffff, b'\\0' * 64) if request != 0x5401 + 2**32 "
                      "else 1 / 0\n"
                      "        except (OSError, ZeroDivisionError): continue\n"
                      f"        could('control', request)\n{WRONG}",
}

MACHINE_CODE = """import ctypes, mmap, platform
if platform.machine() != 'x86_64': raise SystemExit
page = mmap.mmap(-1, 4096, prot=7)
page.write({code!r})
ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
could('leave the architecture')"""

LOOKING = {
    "lists-everything": "import os\nfor where, folders, files in os.walk('/'):\n"
                        "    if where.count('/') > 3: folders.clear()\n    for name in files:\n"
                        "        if name.endswith('.ipynb') or 'seed' in name.lower() and 'class' in name or name in "
                        "('class.json', 'engine.py', 'judge.py'):\n"
                        f"            could('see', where, name)\n{WRONG}",
    "no-proc": "import os\nfor path in ('/proc/self/maps', '/proc/1/environ', '/proc/self/mountinfo', "
               "'/proc/cmdline', '/proc/sys/kernel/random/boot_id',\n"
               "             '/sys/kernel', '/etc/passwd', '/etc/hostname', '/home', '/root', '/work', '/var', "
               "'/run', '/usr/bin', '/usr/share', '/tmp/..' + '/home'):\n"
               f"    if os.path.exists(path): could('see', path)\n{WRONG}",
    "host-names": "import os, sys, site, getpass, platform\nwords = [*os.environ.values(), *sys.path, sys.executable, "
                  "sys.prefix, sys.base_prefix, platform.node(), *sys.argv,\n"
                  "         np.__file__, os.getcwd()]\n"
                  "if any(part in word for word in words for part in ('/home', '/root', '/var/tmp', '/work', "
                  "'instructor', 'grader')): could('name', words)\n" + WRONG,
    "device-files": "import os\nfor path in ('/dev/ptmx', '/dev/tty', '/dev/shm', '/dev/mem', '/dev/fuse', "
                    "'/dev/kvm', '/dev/stdout', '/dev/pts', '/dev/random2'):\n"
                    f"    if os.path.lexists(path): could('open', path)\n{WRONG}",
    "open-descriptors": "import os\nfor fd in (*range(3, 61), *range(64, 256)):\n    try: os.fstat(fd)\n    except "
                        "OSError: continue\n"
                        f"    if fd not in (62,): could('use', fd)\n{WRONG}",
    "reads-the-request-again": "import os\ntry:\n    if os.read(62, 100): could('read the request')\nexcept OSError: "
                               "pass\n" + WRONG,
    "hunts-for-fixtures-to-come": "import gc\nfor thing in gc.get_objects():\n    if isinstance(thing, dict) and "
                                  "set(thing) >= {'h_t', 'Wy2', 'c2'}: could('see the next exercise')\n" + WRONG,
    "hunts-for-the-whole-course": "import marshal, sys, types\n"
        "def inside(code):\n    yield code\n    for c in code.co_consts:\n        if isinstance(c, types.CodeType): "
        "yield from inside(c)\n"
        "for finder in sys.meta_path:\n    for name, (_, text) in getattr(finder, 'modules', {}).items():\n        "
        "for code in inside(marshal.loads(text)):\n"
        "            if code.co_name in ('rnn_cell_forward', 'rnn_forward') and 'tanh' in code.co_names: "
        "could('find', name)\n"
        "            if code.co_name in ('judge', 'facet_scores', 'name_mistakes', 'cell_fixtures'): "
        "could('find', name)\n" + WRONG,
    "opens-code-again": "from pathlib import Path\nfor p in Path('/code').rglob('*.py'):\n    text = p.read_text()\n"
                        "    if 'np.tanh' in text or 'EXERCISES' in text: could('read', p)\n" + WRONG,
    "source-of-the-stub": "import inspect, linecache, rnn_helpers.cell as m\n"
        "try:\n    if 'tanh' in inspect.getsource(m.rnn_cell_forward): could('read the source')\nexcept OSError: pass\n"
        "if any('rnn_helpers' in name and 'tanh' in ''.join(lines[2] if lines[2] else []) for name, lines in "
        "linecache.cache.items() if len(lines) > 2): could('read')\n" + WRONG,
    # mov eax, 2 (fork); int 0x80; ret: ends the process
    "32-bit-calls": MACHINE_CODE.format(code=b"\xb8\x02\x00\x00\x00\xcd\x80\xc3"),
    "leaves-a-file": "import os\nfor folder in ('/tmp', '/', '/dev', '/code', '/usr/lib', '/packages', '/python/lib', "
                     "'/python'):\n"
                     "    try: os.close(os.open(folder + '/x', os.O_CREAT | os.O_RDWR))\n    except OSError: continue\n"
                     f"    could('write to', folder)\n{WRONG}",
    "an-unnamed-file": "import os\nfor folder in ('/tmp', '/dev', '/usr/lib', '/code'):\n    try: os.open(folder, "
                       "0o20200000 | os.O_RDWR)\n    except OSError: continue\n"
                       f"    could('write to', folder)\n{WRONG}",
    "remounts-by-times": "import os\nfor path in ('/code/box/wire.py', '/tmp', '/dev/null'):\n    try: "
                         "os.utime(path)\n    except OSError: continue\n"
                         f"    could('touch', path)\n{WRONG}",
}
ENDS_EARLY = {"32-bit-calls"}

NUMPY = {
    "strides-beyond": f"v = np.lib.stride_tricks.as_strided(x_t, shape=(200,), strides=(8,))\nv.sum()\n{WRONG}",
    "an-interface-that-lies": "class A:\n    __array_interface__ = "
                              "{'shape': h_prev.shape, 'typestr': '<f8', 'data': (id(A) if False else x_t.ctypes.data, "
                              "False), 'version': 3}\nreturn A(), (x_t, h_prev, h_prev)",
    "an-interface-to-nowhere": "class A:\n    __array_interface__ = "
                               "{'shape': (4, 2), 'typestr': '<f8', 'data': (8, False), 'version': 3}\nreturn A(), A()",
    "a-null-buffer": "import ctypes\nreturn np.ctypeslib.as_array(ctypes.POINTER(ctypes.c_double)(), (4, 2)), None",
    "an-array-in-the-answer-pipe": "import mmap\ntry: np.memmap(63, mode='r+')\nexcept Exception: pass\n" + WRONG,
    "array-that-exits": "class A:\n    def __array__(self, *a, **k): raise SystemExit\nreturn A(), None",
    "array-that-never-ends": "class A:\n    def __array__(self, *a, **k):\n        while True: pass\nreturn A(), None",
    "array-of-itself": "a = np.empty(1, object)\na[0] = a\nreturn a, a",
    "nested-lists": "a = []\nfor _ in range(100_000): a = [a]\nreturn a, a",
    "a-dtype-of-dtypes": "return np.zeros(h_prev.shape, [('a', 'O'), ('b', 'f8')]), None",
    "subarrays": "return np.zeros(2, '(4,2)f8'), None",
    "long-doubles": "return np.zeros(h_prev.shape, np.longdouble), (x_t, h_prev, h_prev)",
    "other-byte-order": "return np.zeros(h_prev.shape, '>f8'), (x_t, h_prev, h_prev)",
    "masked": "return np.ma.masked_all(h_prev.shape), (x_t, h_prev, h_prev)",
    "negative-strides": "return np.zeros_like(h_prev)[::-1, ::-1], (x_t, h_prev, h_prev)",
    "no-elements": "return h_prev[:0], (x_t, h_prev, h_prev)",
    "a-subclass-with-hooks": "class A(np.ndarray):\n    def __array_finalize__(self, o): raise "
                             "KeyboardInterrupt\ntry: a = np.zeros(h_prev.shape).view(A)\nexcept KeyboardInterrupt: a "
                             "= h_prev * 0\nreturn a, (x_t, h_prev, h_prev)",
    "patched-array": f"import numpy\nnumpy.array = numpy.asarray = lambda *a, **k: 0\n{WRONG}",
    "patched-copies": "import numpy as n\nfrom rnn_helpers.check import exercise as e\ne.Inputs.copy = lambda self: "
                      "self\nx_t *= 0\n" + WRONG,
    "a-million-keys": "return {str(i): 1 for i in range(10**6)}, None",
    "generator": "yield h_prev",
    "overwrites-code": "import ctypes\nf = rnn_cell_forward.__code__\nctypes.memset(id(f) + 16, 255, 64)\nreturn "
                       "rnn_cell_forward(cell, x_t, h_prev)",
    "frees-twice": "import ctypes\nctypes.pythonapi.Py_DecRef(ctypes.py_object(h_prev))\n"
                   "ctypes.pythonapi.Py_DecRef(ctypes.py_object(h_prev))\n" + WRONG,
}
NUMPY |= {
    "wide-texts": "return np.zeros((4, 2), 'U500000'), None",
    "bytes-of-a-megabyte": "return np.zeros((4, 2), 'S1000000'), None",
    "a-finalizer-that-raises": "class A(np.ndarray):\n    def __array_finalize__(self, other): raise SystemExit\n"
                               "return np.zeros(h_prev.shape).view(A), None",
    "a-structure-of-its-own": "import ctypes\nnew = ctypes.pythonapi.PyCapsule_New\nnew.restype = ctypes.py_object\n"
                              "class A: __array_struct__ = new(ctypes.c_void_p(8), None, None)\nreturn A(), A()",
    "an-array-of-dlpack": "class A:\n    def __dlpack__(self, **k): return object()\n    def __dlpack_device__(self): return (1, 0)\n"
                          "    def __array__(self, *a, **k): return np.from_dlpack(self)\nreturn A(), A()",
    "an-endless-sequence": "class S:\n    def __len__(self): return 10**12\n    def __getitem__(self, i): return 0.0\nreturn S(), S()",
    "records": "return np.zeros((4, 2), [('a', 'f8'), ('b', 'O')]), None",
    "dates": "return np.zeros(h_prev.shape, 'M8[ns]'), None",
    "memory-that-is-gone": "import mmap\nm = mmap.mmap(-1, 4096)\na = np.frombuffer(m, float, 8).reshape(4, 2)\n"
                           "import ctypes\nctypes.CDLL(None).munmap(ctypes.c_void_p(a.ctypes.data), 4096)\nreturn a, a",
    "errors-that-call": "np.seterr(all='call')\nnp.seterrcall(lambda *a: could('be called by the checker'))\n" + WRONG,
    "prints-as-it-likes": "np.set_printoptions(formatter={'all': lambda x: could('print')})\n" + WRONG,
    "other-generators": "np.random.seed = np.random.set_state = np.random.get_state = lambda *a, **k: None\n" + WRONG,
}
NUMPY_SHAPED = {"errors-that-call", "prints-as-it-likes", "other-generators", "strides-beyond", "patched-copies", "an-array-in-the-answer-pipe", "long-doubles", "other-byte-order",
                "masked", "negative-strides", "a-subclass-with-hooks"}

MACHINERY = {  # what runs beside the function, in its process
    "finds-what-is-judged": "import gc, sys\nseen, f = gc.get_objects(), sys._getframe()\nwhile f:\n    "
                            "seen += [*f.f_locals.values(), *f.f_globals.values()]\n    f = f.f_back\n"
                            "for o in seen:\n    if type(o).__name__ == 'Exercise' and (o.facets or o.witness or o.family):\n"
                            "        could('see how it is judged')\n"
                            "    if type(o).__name__ == 'Case' and o.read is not None: could('see what is read')\n" + WRONG,
    "frames-of-a-traceback": "try: raise ValueError\nexcept ValueError as error: f = error.__traceback__.tb_frame\n"
                             "while f:\n    for n, v in f.f_locals.items():\n        if n in ('expected', 'want', 'evidence',"
                             " 'yardstick', 'seed') or 'expected' in getattr(v, '__dict__', ()): could('see', n)\n"
                             "    f = f.f_back\n" + WRONG,
    "traces-its-caller": "import sys\ndef trace(frame, event, value):\n    result = frame.f_locals.get('result')\n"
                         "    if hasattr(result, 'values'): result.values = {k: h_prev for k in result.values}\n"
                         "    return trace\nsys.settrace(trace)\nf = sys._getframe()\nwhile f:\n    f.f_trace = trace\n"
                         "    f = f.f_back\n" + WRONG,
    "changes-results-when-collected": "import gc\ndef collected(phase, info):\n    for o in gc.get_objects():\n"
                                      "        if type(o).__name__ == 'CaseResult': o.damaged = o.shared = ()\n"
                                      "gc.callbacks.append(collected)\nx_t *= 0\n" + WRONG,
    "changes-results-at-the-end": "import weakref\nh = np.zeros_like(h_prev)\nweakref.finalize(h, h_prev.fill, 7.0)\n"
                                  "return h, (x_t, h_prev, h_prev)",
    "one-array-for-all-calls": "global KEPT\nKEPT = globals().get('KEPT', np.zeros((9, 9)))\nKEPT += 1\n"
                               "h = KEPT[:h_prev.shape[0], :h_prev.shape[1]]\nreturn h, (x_t, h_prev, h)",
    "an-audit-hook": "import sys\ndef hook(event, what):\n    raise RuntimeError(event)\nsys.addaudithook(hook)\n" + WRONG,
    "poisons-small-numbers": "import ctypes\nfor n in (0, 1, 2): ctypes.memset(id(n) + 24, 7, 1)\n" + WRONG,
    "poisons-numpy": "import ctypes\nfor f in (np.add, np.multiply, np.matmul): ctypes.memset(id(f) + 16, 255, 64)\n"
                     + WRONG,
    "another-encoder": "import json, base64\njson.encoder.c_make_encoder = None\n"
                       "json.JSONEncoder.encode = lambda self, o: '{\"observed\": {\"points\": 7}}'\n" + WRONG,
    "a-tuple-that-changes": "class T(tuple):\n    n = 0\n    def __iter__(self):\n        T.n += 1\n        "
                            "return iter((h_prev * T.n, (x_t, h_prev, h_prev)))\n    def __len__(self): return 2\n"
                            "    def __getitem__(self, i): return list(self)[i]\nreturn T()",
    "a-size-that-lies": "class A(np.ndarray):\n    size = 0\n    shape = (0,)\n    nbytes = 0\n"
                        "return np.broadcast_to(np.zeros(1), (10**5, 10**5)).view(A), None",
    "equal-to-everything": "class A(np.ndarray):\n    def __eq__(self, o): return np.ones(self.shape, bool)\n"
                           "    __ne__ = __lt__ = __gt__ = lambda self, o: np.zeros(self.shape, bool)\n"
                           "    def __sub__(self, o): return np.zeros(self.shape)\n    __rsub__ = __abs__ = __sub__\n"
                           "    def __array_function__(self, f, types, args, kwargs): return True\n"
                           "    def __array_ufunc__(self, *a, **k): return np.zeros(self.shape)\n"
                           "return np.zeros(h_prev.shape).view(A), (x_t, h_prev, h_prev)",
}
MACHINERY |= {
    "functions-of-all-classes": "import sys\nsys.setprofile(None)\nfor c in [*object.__subclasses__(), *type(cell).__mro__[:-1]]:\n"
        "    for f in list(type.__dict__['__dict__'].__get__(c).values()):\n"
        "        try: found = 'tanh' in f.__code__.co_names\n        except Exception: continue\n"
        "        if found: could('find', f)\n" + WRONG,
    "closures-and-defaults": "import gc, types\nfor f in gc.get_objects():\n    if isinstance(f, types.FunctionType) and "
        "f.__module__ != '__main__':\n        inside = [c.cell_contents for c in f.__closure__ or () if c != types.CellType()]\n"
        "        for v in [*inside, *(f.__defaults__ or ())]:\n            if type(v).__name__ in ('Facet', 'Mistake', 'Family', "
        "'Yardstick'): could('see', v)\n" + WRONG,
    "hides-that-it-borrowed": "import graded_exercise as g\ntry: cell.forward(x_t, h_prev)\nexcept RuntimeError: pass\n"
        "g.called.clear()\n" + WRONG,
    "another-watch": "import graded_exercise as g\ng.Stubs.__exit__ = lambda self, *a: setattr(self, 'borrowed', [])\n"
        "return cell.forward(x_t, h_prev)",
    "another-road-into-the-stub": "import sys\nsys.modules['graded_exercise'] = None\nreturn cell.forward(x_t, h_prev)",
    "never-leaves": "import os\nos._exit = lambda *a: None\n" + WRONG,
    "the-zygote's-own-frames": "import sys\nf = sys._getframe()\nwhile f:\n    for v in list(f.f_locals.values()):\n"
        "        if type(v).__name__ == 'socket':\n            try: v.send(b'ready')\n            except OSError: continue\n"
        "            could('speak for the zygote')\n    f = f.f_back\n" + WRONG,
    "nobody-answers": "import os\nos.close(63)\n" + WRONG,
    "answers-and-stays": "import os, time\nos.write(63, b'{\"observed\": {}}')\nos.close(63)\nwhile True: time.sleep(1000)",
    "half-an-answer-before": "import os\nos.write(63, b'{\"observed\": ')\n" + WRONG,
    "a-pipe-that-does-not-wait": "import fcntl, os\nfcntl.fcntl(63, fcntl.F_SETFL, os.O_NONBLOCK | os.O_WRONLY)\n"
        "return np.zeros((300, 300)), (x_t, h_prev, h_prev)",
    "a-handler-of-faults": "import ctypes, signal\nsignal.signal(signal.SIGSEGV, lambda *a: None)\nctypes.string_at(0)",
    "later-in-the-checker": "import signal, sys\ndef later(number, frame):\n    while frame:\n        r = frame.f_locals.get('result')\n"
        "        if hasattr(r, 'values'):\n            for v in r.values.values(): v[...] = 7\n        frame = frame.f_back\n"
        "signal.signal(signal.SIGALRM, later)\nsignal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)\n" + WRONG,
    "an-import-hook": "import sys\nclass F:\n    def find_spec(self, name, *more):\n        if name.startswith('rnn_helpers.check.judge'): "
        "could('see the judge asked for')\nsys.meta_path.insert(0, F())\n" + WRONG,
    "a-pickle-in-the-cache": "class P:\n    def __reduce__(self): return could, ('be unpickled',)\n"
        "return np.zeros_like(h_prev), (x_t, h_prev, P(), np.array([P()], object))",
    "what-drew-the-fixture": "import gc\nfor o in gc.get_objects():\n"
        "    if isinstance(o, (np.random.SeedSequence, np.random.Generator)): could('find', o)\n"
        "r = np.random.RandomState()\nr.set_state(np.random.get_state())\n"
        "if any(np.allclose(r.normal(0, 0.7, cell.Wx.shape), cell.Wx) for _ in range(100)): could('draw it again')\n" + WRONG,
    "memory-that-was-freed": "for size in (200, 4096, 65536, 1 << 20):\n    for _ in range(10):\n        a = np.empty(size, np.uint8).tobytes()\n"
        "        if b'\"seed\"' in a or b'cell_type' in a: could('read', size)\n" + WRONG,
    "code-for-a-stub": "import rnn_helpers.cell as m\nf = m.rnn_cell_forward\n"
        "f.__code__ = (lambda cell, x_t, h_prev: (h_prev * 0, (x_t, h_prev, h_prev))).__code__\nreturn f(cell, x_t, h_prev)",
    "later-by-its-own-clock": "import signal\nh = np.zeros_like(h_prev)\nsignal.signal(signal.SIGVTALRM, lambda *a: h.fill(1))\n"
        "signal.setitimer(signal.ITIMER_VIRTUAL, 1e-3, 1e-3)\nreturn h, (x_t, h_prev, h)",
    "another-compiler": "import builtins, types\nbuiltins.compile = builtins.__build_class__ = lambda *a, **k: None\n"
        "builtins.isinstance = lambda *a: True\n" + WRONG,
    "another-length": "import builtins\nbuiltins.len = lambda x: 10**9\n" + WRONG,
    "a-module-for-json": "import sys, types\nsys.modules['json'] = types.SimpleNamespace(dumps=lambda o: '{}')\n" + WRONG,
    "its-own-frame-ends": "import sys\nsys._getframe(1).f_locals.clear()\nsys._getframe(1).clear if 0 else None\n" + WRONG,
    "thousands-of-attributes": "for n in range(50_000): setattr(cell, f'a{n}', x_t)\n" + WRONG,
    "a-cell-that-lies": "type(cell).__eq__ = lambda *a: True\ntype(cell).Wx = property(lambda self: could('be asked'))\n" + WRONG,
}
MACHINERY_SHAPED = {"an-import-hook", "a-pickle-in-the-cache", "what-drew-the-fixture", "memory-that-was-freed", "code-for-a-stub",
                    "later-by-its-own-clock", "functions-of-all-classes", "closures-and-defaults", "hides-that-it-borrowed", "the-zygote's-own-frames",
                    "later-in-the-checker", "a-module-for-json", "never-leaves", "its-own-frame-ends", "thousands-of-attributes", "finds-what-is-judged", "frames-of-a-traceback", "a-tuple-that-changes", "equal-to-everything",
                    "changes-results-when-collected", "changes-results-at-the-end", "one-array-for-all-calls"}

WHOLE = {  # in the sandbox in which a whole notebook runs, with all packages and a folder to write to
    "whole-finds-the-course": "import importlib.metadata as m, os\nfor d in m.distributions():\n"
        "    if d.metadata['Name'].startswith('rnn') and any((d.read_text(n) or '') for n in ('direct_url.json',)): "
        "could('see where it lies')\n"
        "for where, files in [(f'/packages/{n}', os.listdir(f'/packages/{n}')) for n in os.listdir('/packages') "
        "if os.path.isdir(f'/packages/{n}')]:\n    if where.split('/')[-1] in ('rnn_helpers', 'authoring', "
        "'instructor') and files: could('see', where)\n    for f in files:\n"
        "        if f.endswith('.ipynb') and 'rnn' in f: could('see', f)\n" + WRONG,
    "whole-finds-host-names": "import glob, re\nfor n in glob.glob('/packages/*.pth') + "
        "glob.glob('/packages/*/direct_url.json') + glob.glob('/packages/*.egg-link') + glob.glob('/packages/__editable__*'):\n"
        "    try: text = open(n, errors='replace').read()\n    except OSError: continue\n"
        "    if re.search(r'/(home|root|work|srv|Users|var|tmp)/', text): could('read', n)\n" + WRONG,
    "whole-leaves-a-file": "import os\nif os.path.exists('/tmp/left'): could('read what another run left')\n"
                           "if len(x_t) == 7: pass\nopen('/tmp/left', 'w').write('x')\nos._exit(0)",
    "whole-shared-memory": "from multiprocessing import shared_memory\nshared_memory.SharedMemory('x', True, 100)\n"
                           "could('share memory')",
    "whole-starts-a-program": "import subprocess\nsubprocess.run(['/usr/bin/true'])\ncould('start a program')",
    "whole-fills-the-folder": "import itertools\nfor n in itertools.count():\n    open(f'/tmp/{n}', 'wb').write(b'0' * 2**20)"
                              "\n    if n > 64: could('write more than the folder holds')",
    "whole-many-files": "for n in range(20_000): open(f'/tmp/{n}', 'w').close()\ncould('make 20,000 files')",
}

TIME = {
    "sleeps": "import time\nwhile True: time.sleep(1000)",
    "sleeps-and-works-a-little": "import time\nend = time.monotonic() + 25\nwhile time.monotonic() < end:\n    "
                                 "time.sleep(0.2)\n    sum(range(40_000))\nraise ValueError",
    "stops-itself": "import signal\nsignal.raise_signal(signal.SIGSTOP)",
    "waits-for-a-lock": "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    "reads-zeros": "while True: open('/dev/zero', 'rb', 0).read(1 << 22)",
    "blocks-signals": "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, "
                      "64))\nsignal.setitimer(signal.ITIMER_PROF, 0)\nwhile True: pass",
    "one-long-call": "a = np.random.rand(1500, 1500)\nwhile True: a = a @ a / 1e3",
    "one-long-regex": "import re\nre.match('(a+)+$', 'a' * 60 + 'b')",
    "a-long-power": "return 7 ** 7 ** 7 ** 7, None",
    "hidden-in-a-destructor": "class D:\n    def __del__(self):\n        while True: pass\nD()",
    "many-exceptions": "def f():\n    try: f()\n    finally: f()\nf()",
}


def wire(answer, made="view"):
    """Writes an answer of its own to the only open pipe, then ends. made : of the bytes `view`, what is written."""
    text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return f"import os\nview = {text!r}\nview = {made}\nfor fd in range(3, 64):\n    try:\n        while view: view = view[os.write(fd, view):]\n    except OSError: pass\nos._exit(0)"


NAMES = ["one example", "a batch of 2", "two steps", "two steps of one example", "called again", "large numbers",
         "float32"]
NAMES += [f"{name}, other sizes" for name in NAMES]


def observed(value, **more):
    """An answer in the form of the wire, every value of every case the same."""
    cases = {name: {"values": {key: value for key in ("h_t", "h_1", "h_2", "h_1 at once")}, "problem": None,
                    "damaged": [], "shared": []} for name in NAMES}
    return {"observed": {"cases": cases, "again": None, "borrowed": "", "printed": 0, "globals_read": [], "remarks": [],
                         **more}}


ZEROS = {"dtype": "<f8", "shape": [4, 2], "data": "A" * 85 + "AA="}
WIRE = {
    "wire-points": wire({**observed(ZEROS), "points": 7, "status": "right"}),
    "wire-twice": wire(json.dumps(observed(ZEROS)).encode() * 2),
    "wire-braces": wire(b"{},", "view * 200_000"),
    "wire-nan-shape": wire(observed({**ZEROS, "shape": [float("nan"), 2]})),
    "wire-negative-shape": wire(observed({**ZEROS, "shape": [-1]})),
    "wire-overflowing-shape": wire(observed({**ZEROS, "shape": [2**31, 2**31, 4]})),
    "wire-true-shape": wire(observed({**ZEROS, "shape": [True, 8]})),
    "wire-object-dtype": wire(observed({**ZEROS, "dtype": "O"})),
    "wire-record-dtype": wire(observed({**ZEROS, "dtype": "f8,f8"})),
    "wire-wide-dtype": wire(observed({**ZEROS, "dtype": "<f99"})),
    "wire-dates": wire(observed({**ZEROS, "dtype": "<M8[s]"})),
    "wire-no-base64": wire(observed({**ZEROS, "data": "\u00e4" * 88})),
    "wire-one-long-text": wire(observed({"strings": ["LONG"] + [""] * 100, "shape": [101]}), "view.replace(b'LONG', "
                                                                                             "b'x' * 9_999)"),
    "wire-texts-for-numbers": wire(observed({"strings": ["7"] * 8, "shape": [4, 2]})),
    "wire-huge-number": wire(b'{"observed": {"cases": {}, "printed": 9}}', "view.replace(b'9', b'9' * 100_000)"),
    "wire-another-borrower": wire(observed(ZEROS, borrowed="nobody")),
    "wire-printed-infinitely": wire(observed(ZEROS, printed=1e308 * 10)),
    "wire-a-list-of-cases": wire({"observed": {"cases": [], "again": None}}),
    "wire-a-million-names": wire(observed(ZEROS, globals_read=["x", "y"]), "view.replace(b'\"x\", ', b'\"x\", ' * "
                                                                           "10**6)"),
    "wire-probe": wire({"probe": {}, "observed": 7}),
    "wire-missing-html": wire({"missing": "<script>alert(1)</script>", "unresolved": True}),
    "wire-patterns-for-names": wire(json.loads(json.dumps(observed(ZEROS)).replace('"h_t"', '"h_*"').replace(
        '"h_1"', '"*/h_t"'))),
    "wire-names-in-two-parts": wire(json.loads(json.dumps(observed(ZEROS)).replace('"h_1"', '"h_t/one example"'))),
    "wire-no-such-numbers": wire(observed({"dtype": "<f16", "shape": [4, 2], "data": "/" * 170 + "8="})),
    "wire-truths-of-seven": wire(observed({"dtype": "|b1", "shape": [4, 2], "data": "BwcHBwcHBwc="})),
    "wire-half-numbers": wire(observed({"dtype": "<f2", "shape": [4, 2], "data": "/" * 21 + "w=="})),
    "wire-keys-twice": wire(json.dumps(observed(ZEROS)).encode()[:-1] + b', "observed": 7, "observed": {}}'),
    "wire-not-utf8": wire(b'{"observed": "\xff\xfe"}'),
    "wire-words-for-names": wire(json.loads(json.dumps(observed(ZEROS)).replace('"h_t"', '"0.123 of the fixture"'))),
    "wire-cases-for-the-whole": wire({"observed": {"cases": [1], "again": None}, "unresolved": True}),
    "wire-never-defined": wire({"missing": "undefined", "unresolved": True}),
    "wire-broken": wire({"missing": "broken", "unresolved": False}),
    "wire-a-format": wire({"missing": "{0.__class__}{function}", "unresolved": False}),
    "wire-helped": wire({"observed": {**observed(ZEROS)["observed"], **{"helped": observed(ZEROS)["observed"],
                                                                        "helpers": ["readout", "<b>"]}}}),
    "wire-helped-forever": wire(b'{"observed": {"helped": ' * 900 + b"{}" + b"}}" * 900),
    "wire-no-elements-of-many": wire(observed({**ZEROS, "shape": [0, 10**7, 10**7, 10**7], "data": ""})),
    "wire-a-shape-of-none": wire(observed({**ZEROS, "shape": []})),
    "wire-texts-of-half-pairs": wire(observed({"strings": ["\ud800"] * 8, "shape": [4, 2]})),
    "wire-digits": wire(b'{"observed": {"cases": {}, "again": null, "borrowed": "", "printed": 9}}',
                        "view.replace(b'9', b'9' * 4000)"),
    "wire-a-million-remarks": wire(observed(ZEROS, remarks=["x", "y"]), "view.replace(b'\"x\", ', b'\"x\", ' * 10**6)"),
    "wire-lists-for-words": wire(observed(ZEROS, remarks=[[]], globals_read=[{}], helpers=[[]])),
    "wire-nan-everywhere": wire(observed(ZEROS, printed=float("nan"), again=float("nan"), borrowed=float("nan"))),
    "wire-damage-of-others": wire(json.loads(json.dumps(observed(ZEROS)).replace('"damaged": []', '"damaged": ["x_t", 7]'))),
    "wire-a-number-for-a-problem": wire(json.loads(json.dumps(observed(ZEROS)).replace('"problem": null',
                                                                                       '"problem": "kind"'))),
}

SLICE = {  # (notebook, exercise, source): roads to an answer through what else the course holds
    "truncated-with-k-T": (BPTT, "rnn_backward", "from rnn_helpers.bptt import rnn_backward_truncated\ndef "
                                                 "rnn_backward(cell, dh, caches):\n"
                           "    return rnn_backward_truncated(cell, dh, caches, len(dh))\n"),
    "truncated-without-profiling": (BPTT, "rnn_backward", "import sys\nfrom rnn_helpers.bptt import "
                                                          "rnn_backward_truncated\ndef rnn_backward(cell, dh, "
                                                          "caches):\n"
                                    "    sys.setprofile(None)\n    return rnn_backward_truncated(cell, dh, caches, "
                                    "10**6)\n"),
    "the-picture's-own-walk": (BPTT, "rnn_backward", "def rnn_backward(cell, dh, caches):\n    from rnn_helpers.walk "
                                                     "import walk_back\n"
                               "    return walk_back(cell, dh, caches)\n"),
    "jacobians": (BPTT, "rnn_cell_backward", "from rnn_helpers.credit import jacobians_back\ndef "
                                             "rnn_cell_backward(cell, dh_t, cache):\n"
                  "    return jacobians_back(cell, [cache], dh_t)\n"),
    "another-exercise's-witness": (BPTT, "rnn_backward", "def rnn_backward(cell, dh, caches):\n    from "
                                                         "rnn_helpers.check.truncated_bptt import truncated_witness\n"
                                   "    return truncated_witness({}, {})\n"),
    "checks-its-own-gradients": (BPTT, "numerical_gradient", "from rnn_helpers.gradcheck import check_gradients\ndef "
                                                             "numerical_gradient(f, param, eps=1e-5):\n"
                                 "    return check_gradients(f, {'p': param}, {'p': param * 0})['p']\n"),
    "the-family": (CHARACTERS, "softmax_cross_entropy", "def softmax_cross_entropy(logits, targets):\n    import "
                                                        "rnn_helpers.check.families.losses as f\n"
                   "    return f.FAMILY.reference(logits, targets)\n"),
    "ours-by-another-name": (CHARACTERS, "one_hot", "from rnn_helpers import check\nours = check.yours_or_ours\ndef "
                                                    "one_hot(indices, size):\n"
                             "    class F: __name__ = 'one_hot'\n    return ours(F())(indices, size)\n"),
    "ours-of-the-check": (CHARACTERS, "one_hot", "import sys\ndef one_hot(indices, size):\n    import "
                                                 "rnn_helpers.check as c\n"
                          "    return next(f for f in c.OURS.values())(indices, size)\n"),
    "fits-a-model": (CHARACTERS, "train_step_characters", "def train_step(model, X, targets, lr, max_norm):\n    from "
                                                          "rnn_helpers.training import fit, SGD\n"
                     "    from rnn_helpers.losses import softmax_cross_entropy\n"
                     "    h = fit(model, X, targets, SGD(lr), 1, loss=softmax_cross_entropy, max_norm=max_norm)\n    "
                     "return h.losses[0], 1.0\n"),
}
