"""What runs inside the sandbox: defines a submission's functions, observes them on fixtures, sends plain data out.

Needs the standard library and NumPy only; the course's package comes in a request, stripped of what is asked for.
Requests arrive on standard input (pickles, from the grader, who is trusted here), answers leave on standard output as
JSON with arrays in base64, each with a length before it. Every request is served by a forked child that has never seen
another one; the parent runs no code of a submission.
"""

import ast
import base64
import builtins
import ctypes
import dataclasses
import importlib.abc
import importlib.util
import json
import linecache
import marshal
import os
import pickle
import resource
import select
import signal
import struct
import symtable
import sys
import time

import numpy as np

MOST_BYTES = 8_000_000  # of one answer
PR_SET_DUMPABLE = 4


class Package(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports modules from memory: name -> (is a package, marshalled code)."""

    def __init__(self, modules):
        self.modules = modules

    def find_spec(self, name, path=None, target=None):
        if name not in self.modules:
            return None
        is_package = self.modules[name][0]
        spec = importlib.util.spec_from_loader(name, self, is_package=is_package)
        spec.origin = "/course/" + name.replace(".", "/") + ("/__init__.py" if is_package else ".py")
        spec.has_location = True
        return spec

    def exec_module(self, module):
        exec(marshal.loads(self.modules[module.__name__][1]), module.__dict__)


def names_bound(node):
    """The names that a top-level statement gives a value to."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name.split(".")[0]) for alias in node.names}
    if isinstance(node, ast.Expr):  # TABLE.update(...) fills TABLE; a bare call gives nothing a value
        call = node.value
        return {base_name(call.func)} - {None} if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else set()
    targets = [n for n in ast.walk(node) if isinstance(n, (ast.Name, ast.Subscript, ast.Attribute)) and isinstance(n.ctx, (ast.Store, ast.Del))]
    return {base_name(n) for n in targets} - {None}


def base_name(node):
    """The name that a target starts from: TABLE in TABLE["tanh"] or in TABLE.update; None when there is none."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def names_used(node):
    """The global names that a statement reads, those inside its functions too."""

    def read(table):
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (symbol.is_global() or table.get_type() == "module"):
                yield symbol.get_name()
        for inner in table.get_children():
            yield from read(inner)

    return set(read(symtable.symtable(ast.unparse(node), "statement", "exec")))


def parse(cells):
    """Top-level statements as (cell name, node), in order; a cell that does not parse gives none, magics are dropped."""
    found, broken = [], {}
    for name, source in cells:
        lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in source.split("\n")]
        text = "\n".join(lines)
        linecache.cache[name] = (len(text), None, [line + "\n" for line in lines], name)
        try:
            found += [(name, node) for node in ast.parse(text, name).body]
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            broken[name] = f"{type(error).__name__}: {getattr(error, 'msg', error)} (line {getattr(error, 'lineno', '?')})"
    return found, broken


def needed(statements, function):
    """The statements that define a function and what it uses: imports, definitions, assignments, calls on what it uses.

    A call on what was imported, as check.readout(readout) or np.add.at(counts, ...), fills no name of the notebook's.
    """
    wanted, chosen = {function}, set()
    imported = set().union(*(names_bound(node) for _, node in statements if isinstance(node, (ast.Import, ast.ImportFrom))))
    statements = [(name, node) for name, node in statements if not (isinstance(node, ast.Expr) and names_bound(node) <= imported)]
    while True:
        more = {i for i, (_, node) in enumerate(statements)
                if i not in chosen and names_bound(node) & wanted}
        star = {i for i, (_, node) in enumerate(statements)
                if i not in chosen and isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names)}
        if not more | star:
            return [statements[i] for i in sorted(chosen)]
        chosen |= more | star
        for i in more:
            wanted |= names_used(statements[i][1])


def define(statements, namespace):
    """Execute statements one by one; what raises is noted and passed over. Returns the notes."""
    notes = []
    for name, node in statements:
        try:
            exec(compile(ast.Module([node], []), name, "exec"), namespace)
        except Exception as error:
            notes.append(f"{name}: {type(error).__name__}: {' '.join(str(error).split())[:200]}")
    return notes


def array_out(value):
    """A plain value of an observation as JSON can carry it."""
    if isinstance(value, str):
        return {"text": value[:2000]}
    value = np.ascontiguousarray(value) if value.shape else value
    if value.dtype.kind == "U":
        return {"strings": [str(v)[:10000] for v in value.ravel()[:10000]], "shape": list(value.shape)}
    return {"dtype": value.dtype.str, "shape": list(value.shape), "data": base64.b64encode(value.tobytes()).decode()}


def case_out(result):
    problem = result.problem and [str(v)[:1000] for v in dataclasses.astuple(result.problem)]
    return {"values": {str(n)[:100]: array_out(v) for n, v in result.values.items()}, "problem": problem,
            "damaged": [str(n) for n in result.damaged], "shared": [str(n) for n in result.shared]}


def observed_out(observed):
    return {"cases": {name: case_out(result) for name, result in observed.cases.items()},
            "again": observed.again and case_out(observed.again), "borrowed": str(observed.borrowed),
            "printed": int(observed.printed), "globals_read": [str(n) for n in observed.globals_read],
            "remarks": [[str(kind), str(text)[:300]] for kind, text in observed.remarks]}


def serve(request):
    """Observe one function of a submission; returns a dict for JSON."""
    sys.meta_path.insert(0, Package(request["modules"]))
    statements, broken = parse(request["cells"])
    function, whole = request["function"], request["whole"]
    namespace = {"__name__": "__main__", "__builtins__": builtins}
    if whole:
        os.environ["MPLBACKEND"] = "agg"
        namespace["display"] = lambda *args, **kwargs: None
    notes = define(statements if whole else needed(statements, function), namespace)
    if not callable(namespace.get(function)):
        why = next((f"its cell does not run: {text}" for name, text in broken.items() if name == request["home"]), "")
        return {"missing": why or f"no function {function} is defined", "notes": notes}
    from rnn_helpers import check
    from rnn_helpers.check.exercise import Inputs
    from rnn_helpers.check.observe import observe

    exercise = check.EXERCISES[request["exercise"]]
    observed = observe(exercise, namespace[function], Inputs(request["inputs"]))
    return {"observed": observed_out(observed), "notes": notes}


def child(request, out):
    """Serve a request in a process of its own, with its own limits; writes one JSON text to `out`."""
    with open(os.devnull, "r+b", 0) as nothing:
        for fd in (0, 1, 2):
            os.dup2(nothing.fileno(), fd)
    seconds = int(request["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    try:
        answer = serve(request)
    except BaseException as error:  # a fault of ours, or a submission that reached into the machinery
        answer = {"missing": f"{type(error).__name__}: {' '.join(str(error).split())[:200]}", "notes": []}
    text = json.dumps(answer).encode()
    if len(text) > MOST_BYTES:
        text = json.dumps({"missing": "its results are far larger than asked for", "notes": []}).encode()
    view = memoryview(text)
    while view:
        view = view[os.write(out, view):]
    os._exit(0)


def collect(pid, source, seconds):
    """What a child writes within its time and life, then its end and that of everything it started."""
    chunks, size, end, ended = [], 0, time.monotonic() + seconds, False
    while time.monotonic() < end and size <= MOST_BYTES:
        if select.select([source], [], [], 0.0 if ended else 0.05)[0]:
            chunk = os.read(source, 1 << 16)
            if not chunk:
                break
            chunks.append(chunk)
            size += len(chunk)
        elif ended:  # what it has started may hold the pipe open for good
            break
        else:
            ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    timed_out = time.monotonic() >= end
    os.close(source)
    for target in (pid, -1):  # -1: every process in this namespace but this one
        try:
            os.kill(target, signal.SIGKILL)
        except OSError:
            pass
    status = 0
    while True:
        try:
            done, code = os.waitpid(-1, 0)
        except ChildProcessError:
            break
        status = code if done == pid else status
    text = b"".join(chunks)
    try:
        if isinstance(json.loads(text), dict):
            return text
        raise ValueError("no object")
    except (ValueError, RecursionError):
        why = "it ran out of its time" if timed_out else f"its process ended early ({os.waitstatus_to_exitcode(status)})"
        return json.dumps({"missing": why, "notes": [], "died": True}).encode()


def read_exactly(stream, size):
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def main():
    if os.getpid() != 1:
        sys.exit("this program runs inside the sandbox only: see instructor/grading/sandbox.py")
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)  # no child can look into this process or trace it; nor end it, as it is the first
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            size, = struct.unpack("<Q", read_exactly(requests, 8))
            request = pickle.loads(read_exactly(requests, size))
        except EOFError:
            return
        source, out = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(source)
            child(request, out)
        os.close(out)
        del request["modules"]
        answer = collect(pid, source, request["seconds"])
        answers.write(struct.pack("<Q", len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    main()
