"""What happened when a learner's function raised an exception: the learner's own line, what was in it, what to do."""

import ast
import traceback
from dataclasses import dataclass

from rnn_helpers.check import limits
from rnn_helpers.check.exercise import BadReturn
from rnn_helpers.check.remedies import remedy
from rnn_helpers.check.remedies.places import nothing_moves
from rnn_helpers.check.scene import Scene, own

LONGEST = 300  # characters of an exception that are shown


@dataclass
class Problem:
    """Why a case gave no values.

    kind : "not attempted", "error", "return", "time", "exit"
    text : what happened, as an exception says it; line : the learner's own line, or ""; hint : what to do, or ""
    seen : the names of that line with their shapes or types, or ""; plain : the text in plainer words, or ""
    missing : the name of a function that is called and not written yet, or ""
    """

    kind: str
    text: str
    line: str = ""
    hint: str = ""
    seen: str = ""
    plain: str = ""
    missing: str = ""


@limits.shelter
def what_happened(error, function, asks, noted=((), {}), known=None):
    """The Problem of an exception that a case ended with.

    Parameters
    ----------
    error : the exception; function : the learner's, as `as_asked` wraps it; asks : the call that was asked for
    noted : (frame, name, value) of the functions that returned last, and the frame that each returned to; and the names
        in each frame when the exception struck it, as `observe.Watch` has them
    known : set of the places that were explained before, for other cases: these get their words and line alone
    """
    if isinstance(error, BadReturn):
        return Problem("return", str(error))
    try:
        return explained(error, function, asks, noted, set() if known is None else known)
    except Exception:  # an object that cannot be looked at: what it is must not stop a check
        return Problem("error", type(error).__name__)


def explained(error, function, asks, noted, known):
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    scene = Scene(error, asked(asks), *noted)
    if isinstance(error, NotImplementedError):
        return not_written(error, scene)
    if isinstance(error, limits.TimeUp):
        hint = nothing_moves(scene) or "does every loop end? A `while` needs something that changes"
        return Problem("time", f"it was still running after {limits.TIME_LIMIT:g} seconds and was "
                               "stopped", scene.line, hint)
    if isinstance(error, KeyboardInterrupt):
        return Problem("exit", "it was interrupted", scene.line, "run the check again and let it finish")
    if isinstance(error, SystemExit):
        return Problem("exit", "it ended with SystemExit", scene.line,
                       "a function gives its result with `return`, not with exit()")
    text = ": ".join(filter(None, [type(error).__name__, said(error)]))
    if not any(frame.f_code is function.__code__ for frame in frames):  # the case stumbled over what was returned
        return Problem("return", f"what it returned cannot be used ({text}); expected {asks}")
    place = type(error), scene.frame and scene.frame.f_code, scene.lineno
    if place in known:
        return Problem("error", text, scene.line)
    known.add(place)
    fit = f"{type(error).__name__}: these shapes do not fit" if isinstance(error, ValueError) and scene.operation() \
        else ""
    return Problem("error", text, scene.line, remedy(scene), scene.seen(), fit)


def asked(asks):
    """The names of the values that a call like "f(x) -> (a, b)" gives."""
    return tuple(name.strip() for name in asks.partition("->")[2].strip(" ()").split(",") if name.strip())


def not_written(error, scene):
    """The problem of a function that ended with NotImplementedError: a stub, or more than that."""
    if type(error) is not NotImplementedError:  # input() where nobody can answer
        return Problem("error", f"{type(error).__name__}: {said(error)}", scene.line,
                       "do not ask for input: use the arguments")
    if scene.elsewhere and own(scene.frame):
        name = scene.name
        return Problem("error", f"it calls {name}, which is not written yet", "",
                       f"write {name} first, or take check.yours_or_ours({name}), which is the course's until yours "
                       "is right", missing=name)
    return Problem("not attempted", "not attempted yet", scene.line if more_than_a_stub(scene) else "")


def more_than_a_stub(scene):
    """Whether a function holds more than `raise NotImplementedError` and a description, above it or below."""
    if scene.function is None:
        lines = {line for *_, line in scene.frame.f_code.co_lines() if line} if scene.frame is not None else ()
        return len(lines) > 2
    body = [node for node in scene.function.body if not isinstance(node, ast.Raise | ast.Pass)
            and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))]
    return bool(body)


def said(error):
    """What an exception says, as one line of printable characters."""
    try:
        text = str(error)
    except Exception:
        return ""
    first, text = ("".join(c if c.isprintable() else " " for c in " ".join(part.split()))
                   for part in (text.partition("\n")[0], text))
    return text if len(text) <= LONGEST else first if len(first) <= LONGEST else text[:LONGEST] + " ..."
