"""Runs a learner's function so that nothing it does stops the notebook; only plain arrays and texts come out."""

import ast
import collections
import contextlib
import dis
import gc
import inspect
import io
import sys
import types
import warnings
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from rnn_helpers.check import limits
from rnn_helpers.check.exercise import BadReturn
from rnn_helpers.check.happened import Problem, said, what_happened
from rnn_helpers.check.outline import outline
from rnn_helpers.check.remedies.common import parameters_of
from rnn_helpers.check.remedies.kinds import ITERATORS
from rnn_helpers.check.scene import own

LARGEST = 2_000_000  # numbers in a returned array
LAST = 40  # returns that are remembered: what unwinds after an exception is among them
TOOL = 3  # of sys.monitoring's
FUNCTIONS = (np.ufunc, types.FunctionType, types.BuiltinFunctionType, types.MethodType)


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
    remarks : what the function's text tells of how far it is written, see `outline`
    helped : Observed with the course's functions in place of `helpers`, the learner's own (see `whose`), or None;
        unwritten : those of `helpers` that are not written yet
    """

    cases: dict
    again: CaseResult | None = None
    borrowed: str = ""
    printed: int = 0
    globals_read: tuple = ()
    remarks: tuple = ()
    helped: "Observed | None" = None
    helpers: tuple = ()
    unwritten: tuple = ()


class Counter(io.TextIOBase):
    """Swallows what is printed and counts it."""

    def __init__(self):
        self.count = 0

    def write(self, text):
        self.count += len(text)
        return len(text)


class Watch:
    """Notes which forbidden functions are called, under whatever name and from wherever, and what was returned last.

    borrowed : names; returned : of the last few, the frame that got it, the name of the function, the value
    error, names : the last exception, and of the learner's frames that it struck the names at that moment: from
        Python 3.12 on a comprehension's own are gone afterwards
    """

    def __init__(self, forbidden):
        self.codes = {getattr(function, "__code__", None): function.__qualname__ for function in forbidden}
        self.borrowed, self.returned = [], collections.deque(maxlen=LAST)
        self.error, self.names = None, {}

    def __enter__(self):
        self.before = sys.getprofile()
        sys.setprofile(self.note)
        self.listens = hasattr(sys, "monitoring") and sys.monitoring.get_tool(TOOL) is None
        if self.listens:
            sys.monitoring.use_tool_id(TOOL, "exceptions")
            sys.monitoring.register_callback(TOOL, sys.monitoring.events.RAISE, self.struck)
            sys.monitoring.set_events(TOOL, sys.monitoring.events.RAISE)
        return self

    def __exit__(self, *_):
        if self.listens:
            sys.monitoring.set_events(TOOL, 0)
            sys.monitoring.free_tool_id(TOOL)
        sys.setprofile(self.before)

    def forget(self):
        self.returned.clear()
        self.error, self.names = None, {}

    def struck(self, code, offset, error):
        if error is not self.error:
            self.error, self.names = error, {}
        frame = sys._getframe(1)
        if own(frame) and len(self.names) < LAST:
            self.names.setdefault(frame, dict(frame.f_locals))

    @limits.shelter
    def note(self, frame, event, value):
        if event == "return":
            self.returned.append((frame.f_back, frame.f_code.co_name, value))
        elif event == "call" and frame.f_code in self.codes:
            self.borrowed.append(self.codes[frame.f_code])


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
        if shell and "ask_exit" not in vars(shell):  # not within another of these
            from IPython.utils.capture import capture_output
            stack.enter_context(capture_output(stdout=False, stderr=False))
            shell.ask_exit = sys.exit  # else exit() ends the kernel
            stack.callback(vars(shell).pop, "ask_exit")
        yield


def as_asked(function, asks):
    """The function, with BadReturn when it cannot be called as asked or returns what no case should touch."""

    names, given = parameters(asks), []

    @limits.entrance
    def call(*args, **kwargs):
        given.extend([*zip(names, args, strict=False), *kwargs.items()])
        try:
            returned = function(*args, **kwargs)
        except TypeError as error:
            if error.__traceback__.tb_next is None:  # raised by the call itself
                takes = f"; yours takes ({', '.join(own)})" if (own := parameters_of(function)) else ""
                raise BadReturn(f"it cannot be called as asked, {asks}: {said(error)}{takes}") from None
            raise
        if inspect.isclass(function) and isinstance(returned, function):
            raise BadReturn(f"{function.__name__} is a class, which gives an object; expected a function, {asks}")
        if inspect.iscoroutine(returned):
            returned.close()
            raise BadReturn("it is an `async def`, which returns nothing until it is awaited: write `def`")
        if inspect.isgenerator(returned):
            if returned.gi_code.co_name == "<genexpr>":
                raise BadReturn("it returned a generator, which round brackets make: square brackets make a list")
            raise BadReturn("it returned a generator, because it has a `yield`: collect the values and `return` them")
        for value in returned if isinstance(returned, (tuple, list)) else (returned,):
            if isinstance(value, np.ndarray) and value.size > LARGEST:
                raise BadReturn(f"it returned an array of shape {value.shape}, {value.size} numbers: far more than "
                                "asked for. Print the shapes before each operation: did (H,) meet (H, 1)?")
        return returned

    call.given = given
    return call


@lru_cache(maxsize=64)
def parameters(asks):
    """The names of the arguments in a call that is asked for, "f(x, h0=None) -> y"."""
    call = ast.parse(asks.partition("->")[0].strip(), mode="eval").body
    return [argument.id for argument in call.args] + [keyword.arg for keyword in call.keywords]


def in_argument(thing, given):
    """Where an array or object came in, by the names of the task: "dh", "cell.Wx", "grads['dWx']"; "" for nowhere."""
    def is_it(value):
        both = isinstance(thing, np.ndarray) and isinstance(value, np.ndarray)
        return value is thing or both and np.may_share_memory(value, thing)

    for name, value in given:
        attributes = vars(value) if hasattr(value, "__dict__") and not callable(value) else {}
        nested = {f"{name}.{n}.{m}": w for n, v in attributes.items() if hasattr(v, "__dict__") for m,
                  w in vars(v).items()}
        items = value.items() if isinstance(value, dict) else ()
        places = {name: value, **{f"{name}.{n}": v for n, v in attributes.items()}, **nested,
                  **{f"{name}[{n!r}]": v for n, v in items}}
        if found := next((place for place, inner in places.items() if is_it(inner)), ""):
            return found
        if isinstance(value, (list, tuple)) and any(map(is_it, value)):
            return name
    return ""


def nothing(name, value=None, everywhere=False):
    """What stands in the place of an array where there is none yet, or of each of its numbers."""
    return f"{name} is {'still ...' if value is ... else value}{' everywhere' * everywhere}"


def within_itself(value, above=(), seen=None):
    """Whether a list is among its own parts, or theirs."""
    seen = set() if seen is None else seen
    if not isinstance(value, (list, tuple)) or id(value) in seen:
        return False
    seen.add(id(value))
    above = (*above, id(value))
    return any(id(part) in above or within_itself(part, above, seen) for part in value)


@limits.entrance
def plain(name, value):
    """`value` as an array of numbers (or of text), or a str that says why it is none."""
    if value is None or value is ...:
        return nothing(name, value)
    if isinstance(value, (str, bool)):
        return np.array(value)
    if isinstance(value, np.ndarray) and value.size > LARGEST:
        return f"{name} holds {value.size} numbers, shape {value.shape}: far more than asked for"
    if within_itself(value):
        return f"{name} holds itself: a list was appended to itself"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            array = np.array(value)
    except Exception:  # ragged, or an object that cannot be an array
        return f"{name} is not an array: its parts differ in shape, or hold something that is not a number"
    if array.dtype.kind in "US" or array.dtype.kind == "O" and array.ndim \
        and all(isinstance(v, str) for v in array.flat):
        return array.astype(str)
    if array.dtype.kind not in "biuf":
        if type(value) in ITERATORS:
            return f"{name} is a {type(value).__name__}, which can only be gone through: `list(...)` around it keeps it"
        if isinstance(value, FUNCTIONS):
            return f"{name} is a function, `{value.__name__}`: round brackets call it"
        kinds = list(dict.fromkeys(type(part).__name__ for part in array.flat))
        if kinds in (["ellipsis"], ["NoneType"]):
            return nothing(name, array.flat[0], everywhere=True)
        what = "complex numbers" if array.dtype.kind == "c" else f"objects ({', '.join(kinds[:4])})"
        return f"{name} holds {what}, expected real numbers"
    if array.size > LARGEST:
        return f"{name} holds {array.size} numbers, shape {array.shape}: far more than asked for"
    return array


def differs(before, after):
    """Whether an input was changed (NaN counts as equal to itself)."""
    if isinstance(before, np.ndarray):
        return not (isinstance(after, np.ndarray) and before.shape == after.shape and (
            before.dtype == after.dtype and before.tobytes() == after.tobytes()  # nearly always, and ten times as fast
            or np.array_equal(before, after)))
    return before != after


@limits.entrance
def run(case, function, inputs):
    return case.run(function, inputs)


@limits.shelter
def run_case(case, function, inputs, asks, watch=None, known=None):
    """Run one case on a fresh copy of the inputs; never raises. `function` as `as_asked` gives it."""
    fresh, result, given, full = inputs.copy(), CaseResult(), getattr(function, "given", []), False
    try:
        returned = run(case, function, fresh)
        result.values = {name: plain(name, value) for name, value in returned.items()}
        if not case.may_share:
            arrays = [(n, v) for n, v in fresh.items() if isinstance(v, np.ndarray)]
            result.shared = tuple(f"{name} is a view of {in_argument(v, given) or n}" for name,
                                  value in returned.items()
                                  if isinstance(value, np.ndarray) for n, v in arrays if np.may_share_memory(value, v))
    except BaseException as error:
        noted = (list(watch.returned), watch.names) if watch else ((), {})
        result.problem = what_happened(error, function, asks, noted, known)
        noted, full = None, isinstance(error, MemoryError)
    if full:  # of what the function made nothing stays, or there is no room for the next case
        if isinstance(watch, Watch):
            watch.forget()
        gc.collect()
    damaged = [in_argument(fresh[n], given) or n for n, v in inputs.items()
               if n not in case.may_change and differs(v, fresh[n])]
    damaged += fresh.changed()
    damaged += [f"{owner}.{n}" if (owner := in_argument(obj, given)) else n
                for obj, n, array in fresh.made if n not in case.may_change and getattr(obj, n, None) is not array]
    given.clear()
    result.damaged = tuple(dict.fromkeys(damaged))
    return result


def observe(exercise, function, inputs, guarded=True, limit=limits.limited, watch=Watch, skip=()):
    """Run a function on all cases of an exercise.

    Parameters
    ----------
    exercise : Exercise; inputs : its fixture, not changed
    guarded : False for the course's own and the atlas's functions: no limits, no watch for borrowing
    limit : makes the `with` block that stops a function which takes too long; watch : the one that notes borrowing
    skip : names of cases that are not run

    Returns
    -------
    observed : Observed
    """
    if not callable(function):
        problem = Problem("return", f"the check got {type(function).__name__}, which is not a function",
                          hint=f"give it the function's name without brackets: check.{exercise.name}({exercise.name})")
        return Observed({case.name: CaseResult(problem=problem) for case in exercise.cases})
    printed, cases, again, known = Counter(), {}, None, set()
    stopping = limit() if guarded else contextlib.nullcontext()
    watching = watch((exercise.reference, *exercise.forbidden)) if guarded else contextlib.nullcontext()
    call = as_asked(function, exercise.asks)
    with process_unchanged(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), \
            contextlib.suppress(limits.TimeUp), stopping, watching as watched:
        for case in exercise.cases:
            if case.name in skip:
                cases[case.name] = CaseResult()
                continue
            cases[case.name] = run_case(case, call, inputs, exercise.asks, watched, known)
            problem = cases[case.name].problem
            if problem and problem.kind in ("time", "not attempted", "exit"):
                break
        else:
            again = run_case(exercise.cases[0], call, inputs, exercise.asks, watched, known)
    for case in exercise.cases:
        if case.name not in cases:
            last = next(reversed(cases.values()), CaseResult())
            over = Problem("time", f"{limits.TIME_LIMIT:g} seconds were over")
            cases[case.name] = CaseResult(problem=last.problem or over)
    return Observed(cases, again, watching.borrowed[0] if guarded and watching.borrowed else "", printed.count,
                    arrays_read(function), outline(function, parameters(exercise.asks)) if guarded else ())


def arrays_read(function):
    """Names of global data that a function reads: it works on the notebook's arrays, not on its arguments."""
    function = getattr(function, "__func__", function)
    codes, names = [getattr(function, "__code__", None)], getattr(function, "__globals__", {})
    for code in filter(None, codes):  # and those of comprehensions
        codes += [const for const in code.co_consts if isinstance(const, types.CodeType)]
    no_data = (types.ModuleType, bool, str, type(None))
    data = {n for code in filter(None, codes) for n in code.co_names if n in names and not callable(names[n])
            and not isinstance(names[n], no_data)}  # some may be names of attributes
    return tuple(dict.fromkeys(i.argval for code in filter(None, codes) if not data.isdisjoint(code.co_names)
                               for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL" and i.argval in data))
