"""What happened when a learner's function raised an exception: in words, with the learner's own line."""

import linecache
import os
import traceback
from dataclasses import dataclass

import numpy as np

from rnn_helpers.check import limits
from rnn_helpers.check.exercise import BadReturn

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


@limits.shelter
def what_happened(error, function, asks):
    """The Problem of an exception that a case ended with. function : as `as_asked` gives it; asks : the call that was asked for."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, NotImplementedError):
        return not_written(error, frames[2:])
    if isinstance(error, limits.TimeUp):
        return Problem("time", f"it was still running after {limits.TIME_LIMIT:g} seconds and was stopped", own_line(error),
                       "does every loop end? A `while` needs something that changes")
    if isinstance(error, BadReturn):
        return Problem("return", str(error))
    if isinstance(error, KeyboardInterrupt):
        return Problem("exit", "it was interrupted", own_line(error), "run the check again and let it end")
    if isinstance(error, SystemExit):
        return Problem("exit", "it ended with SystemExit", own_line(error), "a function gives its result with `return`, not with exit()")
    kind, text = type(error).__name__, said(error)
    telling = next((hint for part, hint in TELLING.items() if part in text), "")
    text = f"{kind}: {text}" if text else kind
    if any(frame.f_code is function.__code__ for frame in frames):
        return Problem("error", text, own_line(error), telling or HINTS.get(kind, ""))
    # the case stumbled over what was returned
    return Problem("return", f"what it returned cannot be used ({text}); asked for is {asks}", hint=telling)


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
