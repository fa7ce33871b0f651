"""Checks: `check.rnn_forward(rnn_forward)` says what is right, what is wrong and which mistake it is.

The value of a check is its points. `check.progress()` shows a notebook's exercises, `check.yours_or_ours(f)` gives
the learner's function when it passed its check and the course's otherwise.
"""

import importlib
from pathlib import Path

from rnn_helpers import own
from rnn_helpers.check import (
    bptt,
    char_level,
    forward_pass,
    judge,
    number_sequence,
    rising_loss,
    rnn_cell,
    sampling,
    truncated_bptt,
)
from rnn_helpers.check.atlas import on_a_line
from rnn_helpers.check.cells import not_run, watch
from rnn_helpers.check.exercise import Exercise
from rnn_helpers.check.family import single
from rnn_helpers.check.progress import Progress, answered, keep, kept, state
from rnn_helpers.check.repair import repaired
from rnn_helpers.check.report import Points
from rnn_helpers.check.whose import lent, observe_both
from rnn_helpers.check.yardstick import Yardstick
from rnn_helpers.course import NOTEBOOKS, WRITTEN, find
from rnn_helpers.page import on_page, shell

SEED = 12  # of the fixtures in a notebook; graders use their own

OWN = {path.stem: importlib.import_module(f"rnn_helpers.own.{path.stem}")  # an instructor's
       for path in sorted(Path(own.__path__[0]).glob("[0-9]*.py"))}

EXERCISES = {exercise.name: exercise
             for module in (rnn_cell, forward_pass, bptt, number_sequence, rising_loss, char_level, sampling,
                            truncated_bptt, *OWN.values())
             for exercise in module.EXERCISES}

WRITTEN.update({name: (notebook, float(points)) for notebook, module in OWN.items()
                for name, points in getattr(module, "WRITTEN", {}).items()})

HELPERS = {name: exercise.reference for name, exercise in EXERCISES.items()}  # that exercises may call

_checked = {}  # exercise name -> (the function, its Points)


def run(name, function, seed=SEED, **using):
    """Check a function against an exercise by name.

    Parameters
    ----------
    name : of the exercise; function : the learner's
    seed : of the fixtures
    using : functions of the learner's that go with it, as `forward=my_rnn_forward` when its caches hold something
        else than the course's

    Returns
    -------
    points : Points, a float that shows itself as a report; never raises for anything the function does
    """
    if name not in EXERCISES:
        raise ValueError(f"name is {name!r}, expected one of {', '.join(EXERCISES)}")
    exercise = EXERCISES[name]
    inputs = exercise.inputs(seed)
    given = inputs.copy()
    given.using = using
    yardstick, observed = Yardstick(exercise, inputs), observe_both(exercise, function, given, HELPERS)
    points = Points(judge.judge(yardstick, observed))
    advice, named = points.judgement.advice, points.judgement.program
    seen = observed.helped if points.judgement.helped else observed
    if named or judge.puzzles(points.judgement, seen):
        problem = next((case.problem for case in seen.cases.values() if case.problem), None)
        with lent(function, HELPERS, points.judgement.helped):
            changes = repaired(exercise, function, inputs, yardstick, HELPERS, bool(problem and problem.hint), named)
        line = [] if changes or points.judgement.mistakes else on_a_line(judge.Evidence(yardstick, seen))
        place = next((n for n, line in enumerate(advice) if line.kind in ("difference", "witness")), len(advice))
        advice[place:place] = changes or line  # below what happened
        points.judgement.mistakes += ["a-small-change"] * bool(changes) + ["a-number-on-a-line"] * bool(line)
    if (newer := not_run(getattr(function, "__name__", name), function, shell(), EXERCISES)) is not None:
        points.judgement.advice.insert(0, newer)
    _checked[name] = (function, points)
    if on_page():
        keep(points.judgement, exercise.notebook)
    else:
        print(points)
    return points


def add(exercise):
    """Make a check of an exercise that a file of yours defines: `check.add(gru.GRU_CELL)`, then `check.gru_cell(...)`.

    Raises
    ------
    TypeError, ValueError : it is not an Exercise, or there already is one of its name.
    """
    if not isinstance(exercise, Exercise):
        raise TypeError(f"exercise is a {type(exercise).__name__}, expected a rnn_helpers.check.exercise.Exercise")
    if exercise.name in EXERCISES:
        raise ValueError(f"there is a check {exercise.name} already: give the exercise another name")
    EXERCISES[exercise.name] = exercise


def wrong_versions(name):
    """The wrong versions of an exercise that its check knows by name: dict, name -> function, to try one's tests on."""
    exercise = EXERCISES[name]
    return {variant.name: exercise.family.program(fit) for variant, fit in single(exercise.family)
            if not variant.alone}


def yours_or_ours(function):
    """The function itself when its last check earned full points, else the course's implementation of the same."""
    name = _exercise_of(function)
    yours, points = _checked.get(name, (None, None))
    right = yours is function and points == EXERCISES[name].points and not points.judgement.helped
    return function if right else EXERCISES[name].reference


def whose(function):
    """"your rnn_forward" or "the course's rnn_forward", for the title of a picture."""
    name = _exercise_of(function)
    called = getattr(function, "__name__", name)
    ours = function is EXERCISES[name].reference or (function.__module__ or "").startswith("rnn_helpers.")
    return f"the course's {called}" if ours else f"your {called}"


def _exercise_of(function):
    """The exercise that a function was checked for, is the reference of, or is named after."""
    known = [(checked, name) for name, (checked, _) in _checked.items()]
    known += [(exercise.reference, name) for name, exercise in EXERCISES.items()]
    name = next((name for one, name in known if one is function), getattr(function, "__name__", repr(function)))
    if name not in EXERCISES:
        raise ValueError(f"{name} is not an exercise and was not checked, expected one of {', '.join(EXERCISES)}")
    return name


def progress(notebook=None):
    """All exercises of a notebook with their points, and what is left.

    notebook : "03_bptt" or "03"; None for that of the last check; "all" for every notebook, with what was checked on
        other days
    """
    now = {name: {"points": float(points), "status": points.judgement.status} for name, (_, points) in _checked.items()}
    if notebook == "all":
        shown = Progress("all notebooks", [_summary(name, {**kept(), **now}) for name in NOTEBOOKS])
    else:
        if notebook is None:
            notebook = EXERCISES[next(reversed(_checked))].notebook if _checked else NOTEBOOKS[0]
        notebook = find(notebook)
        rows = [(name, state(now.get(name), exercise.points), now[name]["points"] if name in now else 0.0,
                 exercise.points)
                for name, exercise in EXERCISES.items() if exercise.notebook == notebook]
        rows += [(name, answered(notebook, name), None, points) for name, (where, points) in WRITTEN.items()
                 if where == notebook]
        shown = Progress(notebook, rows)
    if not on_page():
        print(shown)
    return shown


def _summary(notebook, records):
    """A row for a notebook: its name, what is left of it, its points."""
    asked = {name: exercise.points for name, exercise in EXERCISES.items() if exercise.notebook == notebook}
    points = {name: min(records[name]["points"], most) for name, most in asked.items() if name in records}
    left = [name for name, most in asked.items() if points.get(name, 0.0) < most]
    if not asked:
        return notebook, "no exercise with a check here", 0.0, 0.0
    return notebook, f"left: {', '.join(left)}" if left else "all right", sum(points.values()), sum(asked.values())


def __getattr__(name):
    """`check.rnn_forward` is `run` for the exercise of that name."""
    if name not in EXERCISES:
        raise AttributeError(f"check has no exercise {name!r}; it has {', '.join(EXERCISES)}")

    def check(function, seed=SEED, **using):
        return run(name, function, seed, **using)

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"Check your {EXERCISES[name].asks}; returns the points."
    return check


def __dir__():
    return sorted([*globals(), *EXERCISES])


watch(shell(), EXERCISES)
