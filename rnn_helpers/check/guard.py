"""Runs somebody's function so that nothing it does stops the notebook; only plain arrays and texts come out."""

import contextlib
import ctypes
import io
import linecache
import os
import signal
import sys
import threading
import traceback
import warnings
from dataclasses import dataclass, field

import numpy as np

from rnn_helpers.check.exercise import BadReturn

TIME_LIMIT = 5.0  # seconds for all cases of a check together
LARGEST = 2_000_000  # numbers in a returned array
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIBRARIES = (PACKAGE, os.path.dirname(os.path.dirname(os.path.abspath(np.__file__))), os.path.dirname(os.__file__))

HINTS = {
    "NameError": "is it spelled as where it was made, and has that cell run? A function should use its arguments only",
    "UnboundLocalError": "the variable is used before it gets a value: start it before the loop",
    "IndexError": "is the range one too long, or T taken from another axis? X.shape is (T, D, B)",
    "KeyError": "the dict holds other keys; print(list(d)) shows them",
    "AttributeError": "is the object what you think? cell.Wx, cell.Wh, cell.b and model.cell, model.Wy, model.c exist",
    "ValueError": "print the shapes on both sides of that line: columns are examples, so weights stand on the left of @",
    "TypeError": "print the type of each part of that line; did a function return None or a tuple?",
    "ZeroDivisionError": "what should happen when the denominator is zero?",
    "RecursionError": "the function calls itself without end; the loop over time needs no recursion",
    "MemoryError": "an array grew far beyond the sizes asked for; does it grow in a loop?",
}

TELLING = {  # part of an error's text -> a better hint than its kind alone gives
    "truth value of an array": "an array is neither true nor false; for an argument that may be missing write `if h0 is None`",
    "inhomogeneous shape": "the parts of that array differ in shape; are two returned values swapped, or is one of them a tuple?",
}


@dataclass
class Problem:
    """Why a case gave no values.

    kind : "not attempted", "error", "return", "time", "exit"
    text : what happened; line : the learner's own line, or ""; hint : what to try, or ""
    """

    kind: str
    text: str
    line: str = ""
    hint: str = ""


@dataclass
class CaseResult:
    """What one case showed. values : name -> array, or a str that says why it is not one."""

    values: dict = field(default_factory=dict)
    problem: Problem | None = None
    damaged: tuple = ()
    shared: tuple = ()


@dataclass
class Observed:
    """What all cases of an exercise showed.

    cases : case name -> CaseResult
    again : CaseResult of the first case, run a second time at the end
    borrowed : name of the course's implementation that was called, or ""
    printed : characters that were printed
    globals_read : names of notebook arrays that the function reads though they are no arguments
    """

    cases: dict
    again: CaseResult | None = None
    borrowed: str = ""
    printed: int = 0
    globals_read: tuple = ()


class TimeUp(BaseException):
    """Raised in the learner's code when its time is over; no Exception, so that `except Exception` lets it pass."""


@contextlib.contextmanager
def time_limit(seconds):
    """Stop the block with TimeUp after `seconds`: by SIGALRM on the main thread, else from a watching thread.

    Repeats every tenth of a second, so that a bare `except:` in a loop does not swallow it for good. In a Python
    without threads and signals (a browser) there is no limit.
    """
    active = [True]

    def time_up(signum=None, frame=None):
        if active[0]:
            raise TimeUp

    on_main = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    if on_main:
        before = signal.signal(signal.SIGALRM, time_up)
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)
        try:
            yield
        finally:
            active[0] = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        return
    ident, done = threading.get_ident(), threading.Event()

    def watch():
        wait = seconds
        while not done.wait(wait):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(TimeUp))
            wait = 0.1

    watcher = threading.Thread(target=watch, daemon=True)
    with contextlib.suppress(RuntimeError):  # a Python that cannot start threads
        watcher.start()
    try:
        yield
    finally:
        done.set()


class Counter(io.TextIOBase):
    """Swallows what is printed and counts it."""

    def __init__(self):
        self.count = 0

    def write(self, text):
        self.count += len(text)
        return len(text)


@contextlib.contextmanager
def watch_for(forbidden, found):
    """Append to `found` the name of each forbidden function that is called, under whatever name and from wherever."""
    codes = {getattr(f, "__code__", None): f.__qualname__ for f in forbidden}

    def profile(frame, event, _):
        if event == "call" and frame.f_code in codes:
            found.append(codes[frame.f_code])

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(before)


def own_line(error):
    """The last line of the learner's own code in a traceback, as 'line 3: h_t = ...', or ''."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.startswith(LIBRARIES) and "site-packages" not in frame.filename:
            text = (frame.line or linecache.getline(frame.filename, frame.lineno)).strip()
            return f"line {frame.lineno}: {text}" if text else f"line {frame.lineno}"
    return ""


def plain(name, value):
    """`value` as an array of numbers (or of text), or a str that says why it is none."""
    if value is None:
        return f"{name} is None"
    if isinstance(value, (str, bool)):
        return np.array(value)
    if isinstance(value, np.ndarray) and value.size > LARGEST:
        return f"{name} holds {value.size} numbers, shape {value.shape}: far more than asked for"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            array = np.array(value)
    except Exception:  # ragged, or an object that cannot be an array
        return f"{name} is no array: its parts differ in shape, or hold something that is not a number"
    if array.dtype.kind in "US" or array.dtype.kind == "O" and array.ndim and all(isinstance(v, str) for v in array.flat):
        return array.astype(str)
    if array.dtype.kind not in "biuf":
        what = "complex numbers" if array.dtype.kind == "c" else f"{type(value).__name__} objects ({array.dtype})"
        return f"{name} holds {what}, expected real numbers"
    if array.size > LARGEST:
        return f"{name} holds {array.size} numbers, shape {array.shape}: far more than asked for"
    return array


def differs(before, after):
    """Whether an input was changed (NaN counts as equal to itself)."""
    if isinstance(before, np.ndarray):
        return not (isinstance(after, np.ndarray) and before.shape == after.shape and np.array_equal(before, after))
    return before != after


def run_case(case, function, inputs):
    """Run one case on a fresh copy of the inputs; never raises."""
    fresh, result = inputs.copy(), CaseResult()
    try:
        returned = case.run(function, fresh)
        result.values = {name: plain(name, value) for name, value in returned.items()}
        if not case.may_share:
            arrays = [(n, v) for n, v in fresh.items() if isinstance(v, np.ndarray)]
            result.shared = tuple(f"{name} is a view of {n}" for name, value in returned.items()
                                  if isinstance(value, np.ndarray) for n, v in arrays if np.may_share_memory(value, v))
    except NotImplementedError:
        result.problem = Problem("not attempted", "not attempted yet")
    except TimeUp:
        result.problem = Problem("time", f"it was still running after {TIME_LIMIT:g} seconds and was stopped",
                                 hint="does every loop end? A `while` needs something that changes")
    except BadReturn as error:
        result.problem = Problem("return", str(error))
    except (SystemExit, KeyboardInterrupt) as error:
        result.problem = Problem("exit", f"it ended with {type(error).__name__}", own_line(error),
                                 "a function gives its result with `return`, not with exit()")
    except BaseException as error:
        kind = type(error).__name__
        text = " ".join(str(error).split())
        hint = next((hint for part, hint in TELLING.items() if part in text), HINTS.get(kind, ""))
        result.problem = Problem("error", f"{kind}: {text[:200]}" if text else kind, own_line(error), hint)
    damaged = [n for n, v in inputs.items() if n not in case.may_change and differs(v, fresh[n])]
    damaged += [n for obj, n, array in fresh.made if n not in case.may_change and getattr(obj, n, None) is not array]
    result.damaged = tuple(dict.fromkeys(damaged))
    return result


def observe(exercise, function, inputs, guarded=True):
    """Run a function on all cases of an exercise.

    Parameters
    ----------
    exercise : Exercise; inputs : its fixture, not changed
    guarded : False for the course's own and the atlas's functions: no time limit, no watch for borrowing

    Returns
    -------
    observed : Observed
    """
    found, printed, cases, again = [], Counter(), {}, None
    forbidden = (exercise.reference, *exercise.forbidden)
    limit = time_limit(TIME_LIMIT) if guarded else contextlib.nullcontext()
    watch = watch_for(forbidden, found) if guarded else contextlib.nullcontext()
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(printed), \
            contextlib.redirect_stderr(printed), contextlib.suppress(TimeUp), limit, watch:
        warnings.simplefilter("ignore")
        for case in exercise.cases:
            cases[case.name] = run_case(case, function, inputs)
            problem = cases[case.name].problem
            if problem and problem.kind in ("time", "not attempted", "exit"):
                break
        else:
            again = run_case(exercise.cases[0], function, inputs)
    for case in exercise.cases:
        if case.name not in cases:
            last = next(reversed(cases.values()), CaseResult())
            cases[case.name] = CaseResult(problem=last.problem or Problem("time", f"{TIME_LIMIT:g} seconds were over"))
    return Observed(cases, again, found[0] if found else "", printed.count, arrays_read(function))


def arrays_read(function):
    """Names of global arrays that a function reads: it works on the notebook's data, not on its arguments."""
    function = getattr(function, "__func__", function)
    code, names = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    return tuple(n for n in code.co_names if isinstance(names.get(n), np.ndarray)) if code else ()
