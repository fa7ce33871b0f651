"""Runs somebody's function so that nothing it does stops the notebook; only plain arrays and texts come out."""

import contextlib
import ctypes
import dis
import inspect
import io
import linecache
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from dataclasses import dataclass, field

import numpy as np

from rnn_helpers.cell import RNNCell
from rnn_helpers.check.exercise import BadReturn
from rnn_helpers.model import RNNModel

TIME_LIMIT = 5.0  # seconds for all cases of a check together
MEMORY_LIMIT = 2 << 30  # bytes that a check may take beyond what the process has
REPEAT, STORM = 0.1, 1e-4  # seconds between two calls to stop: the first ten, then those to code that catches them all
LARGEST = 2_000_000  # numbers in a returned array
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIBRARIES = tuple(folder + os.sep for folder in (PACKAGE, os.path.dirname(os.path.dirname(os.path.abspath(np.__file__))),
                                                 os.path.dirname(os.__file__)))

HINTS = {
    "NameError": "is it spelled as where it was made, and has that cell run? A function should use its arguments only",
    "UnboundLocalError": "the variable is used before it gets a value: start it before the loop",
    "IndexError": "is the range one too long, T taken from another axis, or an index used on the wrong axis? X.shape is (T, D, B)",
    "KeyError": "the dict holds other keys; print(list(d)) shows them",
    "AttributeError": "is the object what you think? cell.Wx, cell.Wh, cell.b and model.cell, model.Wy, model.c exist",
    "ValueError": "print the shapes on both sides of that line: columns are examples, so weights stand on the left of @",
    "TypeError": "print the type of each part of that line; did a function return None or a tuple?",
    "ZeroDivisionError": "what should happen when the denominator is zero?",
    "RecursionError": "the function calls itself without end; the loop over time needs no recursion",
    "MemoryError": "an array grew far beyond the sizes asked for; does it grow in a loop?",
}

TELLING = {  # part of an error's text -> a better hint than its kind alone gives
    "could not be broadcast": "print the shapes on both sides: is there a `*` where the equation has a product, `@`, or a sum or max "
                              "over an axis without keepdims=True?",
    "non-broadcastable output": "+= cannot change the shape of what stands on its left: start it as zeros of the full shape, print both shapes",
    "matmul: Input operand": "print both shapes: weights stand on the left of @, and what is multiplied element by element takes `*`",
    "'list' object has no attribute": "this argument may be a list: np.asarray(it), or len(it) and it[0].shape",
    "only integer scalar arrays": "a list cannot be indexed with an array: np.asarray(it) first",
    "'tuple' object has no attribute": "a tuple came where one value was meant: take it apart, a, b = f(...)",
    "p must be 1-dimensional": "rng.choice wants a flat p, (V,): of a column (V, 1) take p[:, 0]",
    "robabilities do not sum to 1": "the temperature divides the logits, before the softmax",
    "converted to Python scalars": "the functions of `math` take one number; take NumPy's: np.tanh, np.exp, np.sqrt",
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


def may_stop(frame):
    """Whether TimeUp may be raised in a frame: in what the learner's code does, not in what runs it and cleans up after it."""
    ours = frame
    while ours and ours.f_code.co_filename != may_stop.__code__.co_filename:
        ours = ours.f_back
    return bool(ours) and ours is not frame and ours.f_code.co_name in ("run_case", "call", "plain")


@contextlib.contextmanager
def time_limit(seconds):
    """Stop the block with TimeUp after `seconds`: by SIGALRM on the main thread, else from a watching thread.

    Repeats, for a bare `except:` in a loop swallows it: every tenth of a second, then so fast that one arrives where no
    `try` stands. In a Python without threads and signals (a browser) there is no limit; in Python 3.10 none for a loop
    that is one `try` and catches everything: there Python looks for signals inside the `try` only.
    """
    if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        return (yield from _by_signal(seconds))
    return (yield from _by_thread(seconds))


def _by_signal(seconds):
    active, calls = True, 0

    def time_up(signum, frame):
        nonlocal calls
        calls += 1
        if calls == 10 and active:
            signal.setitimer(signal.ITIMER_REAL, STORM, STORM)
        if active and may_stop(frame):
            raise TimeUp

    before = signal.signal(signal.SIGALRM, time_up)
    signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT)
    try:
        yield
    finally:
        active = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _by_thread(seconds):
    ident, active, watching = ctypes.c_ulong(threading.get_ident()), True, True  # flags, no locks: TimeUp inside one would keep it shut

    def watch():
        nonlocal watching
        stop_at, calls = time.monotonic() + seconds, 0
        while active:
            time.sleep(0.02 if calls < 10 else STORM)
            if time.monotonic() < stop_at:
                continue
            calls += 1
            stop_at += REPEAT if calls < 10 else 0
            if active and may_stop(sys._current_frames().get(ident.value)):
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(TimeUp))
        watching = False

    try:
        threading.Thread(target=watch, daemon=True).start()
    except RuntimeError:  # a Python that cannot start threads
        watching = False
    try:
        yield
    finally:
        ended = False
        while not ended:
            with contextlib.suppress(TimeUp):
                active = False
                while watching:
                    time.sleep(0.001)
                for _ in range(3):  # one that has not arrived yet arrives here
                    pass
                ended = True


@contextlib.contextmanager
def memory_limit(extra):
    """MemoryError, in the block, for what would take more than `extra` bytes of address space; no limit where there is no /proc."""
    try:
        import resource

        with open("/proc/self/statm") as sizes:
            taken = int(sizes.read().split()[0]) * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    except (ImportError, OSError):
        yield
        return
    tighter = [limit for limit in (taken + extra, soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(tighter), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


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


@contextlib.contextmanager
def process_unchanged():
    """Put back what a function may set for the whole process, and keep what it displays out of the page."""
    state, shell = np.random.get_state(), sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    with contextlib.ExitStack() as stack:
        stack.callback(np.random.set_state, state)
        stack.enter_context(np.errstate(all="ignore"))
        stack.enter_context(np.printoptions())
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        if shell:
            from IPython.utils.capture import capture_output
            stack.enter_context(capture_output(stdout=False, stderr=False))
            shell.ask_exit = sys.exit  # else exit() ends the kernel
            stack.callback(vars(shell).pop, "ask_exit")
        yield


def own_line(error):
    """The last line of the learner's own code in a traceback, as 'line 3: h_t = ...', or ''."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.startswith((*LIBRARIES, "<frozen")) and "site-packages" not in frame.filename \
                and not frame.filename.endswith(".pyx"):
            text = (frame.line or linecache.getline(frame.filename, frame.lineno)).strip()
            return f"line {frame.lineno}: {text}" if text else f"line {frame.lineno}"
    return ""


def not_written(error, frames):
    """The problem of a function that ended with NotImplementedError: a stub, or more than that."""
    frames = frames[next((i for i, frame in enumerate(frames) if frame.f_code.co_name == "call"), -1) + 1:]
    if type(error) is not NotImplementedError:  # input() where nobody can answer
        return Problem("error", f"{type(error).__name__}: {said(error)}", own_line(error), "ask for nothing: use the arguments")
    if len(frames) > 1 and not frames[-1].f_code.co_name.startswith("<"):
        name = frames[-1].f_code.co_name
        return Problem("error", f"it calls {name}, which is not written yet", "",
                       f"write {name} first, or take check.yours_or_ours({name}), which is the course's until yours is right")
    lines = {line for *_, line in frames[0].f_code.co_lines() if line} if frames else ()
    return Problem("not attempted", "not attempted yet", own_line(error) if len(lines) > 2 else "")


def said(error):
    """What an exception says, as one line of printable characters."""
    try:
        text = str(error)
    except Exception:
        return ""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))[:200]


def as_asked(function, asks):
    """The function, with BadReturn when it cannot be called as the exercise asks or returns what no case should touch."""

    def call(*args, **kwargs):
        try:
            returned = function(*args, **kwargs)
        except TypeError as error:
            if error.__traceback__.tb_next is None:  # raised by the call itself
                raise BadReturn(f"it cannot be called as asked, {asks}: {said(error)}") from None
            raise
        if inspect.iscoroutine(returned):
            returned.close()
            raise BadReturn("it is an `async def`, which returns nothing until it is awaited: write `def`")
        if inspect.isgenerator(returned):
            raise BadReturn("it returned a generator, for it has a `yield`: collect the values and `return` them")
        for value in returned if isinstance(returned, (tuple, list)) else (returned,):
            if isinstance(value, np.ndarray) and value.size > LARGEST:
                raise BadReturn(f"it returned an array of shape {value.shape}, {value.size} numbers: far more than asked for. "
                                "Print the shapes before each operation: did (H,) meet (H, 1)?")
        return returned

    return call


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


def run_case(case, function, inputs, asks):
    """Run one case on a fresh copy of the inputs; never raises. `function` as `as_asked` gives it."""
    fresh, result = inputs.copy(), CaseResult()
    try:
        returned = case.run(function, fresh)
        result.values = {name: plain(name, value) for name, value in returned.items()}
        if not case.may_share:
            arrays = [(n, v) for n, v in fresh.items() if isinstance(v, np.ndarray)]
            result.shared = tuple(f"{name} is a view of {n}" for name, value in returned.items()
                                  if isinstance(value, np.ndarray) for n, v in arrays if np.may_share_memory(value, v))
    except NotImplementedError as error:
        result.problem = not_written(error, [frame for frame, _ in traceback.walk_tb(error.__traceback__)][2:])
    except TimeUp as error:
        result.problem = Problem("time", f"it was still running after {TIME_LIMIT:g} seconds and was stopped", own_line(error),
                                 "does every loop end? A `while` needs something that changes")
    except BadReturn as error:
        result.problem = Problem("return", str(error))
    except KeyboardInterrupt as error:
        result.problem = Problem("exit", "it was interrupted", own_line(error), "run the check again and let it end")
    except SystemExit as error:
        result.problem = Problem("exit", "it ended with SystemExit", own_line(error),
                                 "a function gives its result with `return`, not with exit()")
    except BaseException as error:
        kind, text = type(error).__name__, said(error)
        telling = next((hint for part, hint in TELLING.items() if part in text), "")
        text = f"{kind}: {text}" if text else kind
        if any(frame.f_code is function.__code__ for frame, _ in traceback.walk_tb(error.__traceback__)):
            result.problem = Problem("error", text, own_line(error), telling or HINTS.get(kind, ""))
        else:  # the case stumbled over what was returned
            result.problem = Problem("return", f"what it returned cannot be used ({text}); asked for is {asks}", hint=telling)
    damaged = [n for n, v in inputs.items() if n not in case.may_change and differs(v, fresh[n])]
    damaged += [n for obj, n, array in fresh.made if n not in case.may_change and getattr(obj, n, None) is not array]
    result.damaged = tuple(dict.fromkeys(damaged))
    return result


def observe(exercise, function, inputs, guarded=True):
    """Run a function on all cases of an exercise.

    Parameters
    ----------
    exercise : Exercise; inputs : its fixture, not changed
    guarded : False for the course's own and the atlas's functions: no limits, no watch for borrowing

    Returns
    -------
    observed : Observed
    """
    if not callable(function):
        problem = Problem("return", f"the check got {type(function).__name__}, which is no function",
                          hint=f"give it the function's name without brackets: check.{exercise.name}({exercise.name})")
        return Observed({case.name: CaseResult(problem=problem) for case in exercise.cases})
    found, printed, cases, again = [], Counter(), {}, None
    forbidden = (exercise.reference, *exercise.forbidden)
    limit = time_limit(TIME_LIMIT) if guarded else contextlib.nullcontext()
    room = memory_limit(MEMORY_LIMIT) if guarded else contextlib.nullcontext()
    watch = watch_for(forbidden, found) if guarded else contextlib.nullcontext()
    call = as_asked(function, exercise.asks)
    with process_unchanged(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), \
            contextlib.suppress(TimeUp), room, limit, watch:
        for case in exercise.cases:
            cases[case.name] = run_case(case, call, inputs, exercise.asks)
            problem = cases[case.name].problem
            if problem and problem.kind in ("time", "not attempted", "exit"):
                break
        else:
            again = run_case(exercise.cases[0], call, inputs, exercise.asks)
    for case in exercise.cases:
        if case.name not in cases:
            last = next(reversed(cases.values()), CaseResult())
            cases[case.name] = CaseResult(problem=last.problem or Problem("time", f"{TIME_LIMIT:g} seconds were over"))
    return Observed(cases, again, found[0] if found else "", printed.count, arrays_read(function))


def arrays_read(function):
    """Names of global arrays, numbers and lists that a function reads: it works on the notebook's data, not on its arguments."""
    function = getattr(function, "__func__", function)
    code, names = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    read = [i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"] if code else []
    data = (np.ndarray, int, float, list, tuple, RNNCell, RNNModel)
    return tuple(dict.fromkeys(n for n in read if isinstance(names.get(n), data) and not isinstance(names[n], bool)))
