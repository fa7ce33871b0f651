"""Whose fault it is: that of the function which is checked, or of one of the learner's own that it calls."""

import contextlib
import time
import types

from rnn_helpers.check.compare import close
from rnn_helpers.check.observe import observe

SLOW = 0.5  # seconds of work after which a function is not tried again with other helpers


def names_read(code):
    """The global names that a function's code may read, those inside its own functions too."""
    inner = [names_read(const) for const in code.co_consts if isinstance(const, types.CodeType)]
    return set(code.co_names).union(*inner)


def own_helpers(function, helpers):
    """Names of the functions of other exercises that a function calls, and that are the learner's own.

    helpers : name -> the course's implementation
    """
    if not isinstance(function, types.FunctionType):
        return ()
    reached, wanted, names = set(), [function], function.__globals__
    while wanted:
        for name in names_read(wanted.pop().__code__) - reached:
            reached.add(name)
            if name not in helpers:
                wanted += own_functions(names.get(name), names)
    return tuple(name for name in helpers if name in reached and is_own(names.get(name), names))


def is_own(thing, names):
    """Whether something is a function that was defined in a notebook's names."""
    return isinstance(thing, types.FunctionType) and thing.__globals__ is names


def own_functions(thing, names):
    """A notebook's function itself, or the methods of its class."""
    methods = vars(thing).values() if isinstance(thing, type) else [thing]
    return [method for method in methods if is_own(method, names)]


@contextlib.contextmanager
def lent(function, helpers, names):
    """While it lasts, the function's notebook has the course's helpers of these names in place of the learner's."""
    known = getattr(function, "__globals__", {})
    theirs = {name: known[name] for name in names}
    known.update({name: helpers[name] for name in names})
    try:
        yield
    finally:
        known.update(theirs)


def how_far(problem):
    """Whether a case came to its end, stopped, or waits for a function that is not written."""
    return None if problem is None else bool(problem.missing)


def alike(one, other):
    """Whether two observations hold the same values and problems."""
    for name, result in one.cases.items():
        twin = other.cases[name]
        if how_far(result.problem) != how_far(twin.problem) or result.values.keys() != twin.values.keys():
            return False
        if not all(close(value, twin.values[key], 1e-6) for key, value in result.values.items()):
            return False
    return True


def observe_both(exercise, function, inputs, helpers, **limits):
    """Observe a function; and, where it calls helpers of the learner's own, once more with the course's in their place:
    that is `helped`, where it differs, `helpers` names those that differ, and `unwritten` those still to be written.

    helpers : name -> the course's implementation of other exercises; limits : as `observe` takes them
    """
    start = time.process_time()
    observed = observe(exercise, function, inputs, **limits)
    forbidden = (exercise.reference, *exercise.forbidden)
    helpers = {name: ours for name, ours in helpers.items() if name != exercise.name and ours not in forbidden}
    names = own_helpers(function, helpers)
    if not names or time.process_time() - start > SLOW or observed.borrowed:
        return observed

    def without(*kept):
        with lent(function, helpers, set(names) - {*kept}):
            return observe(exercise, function, inputs, **limits)

    helped = without()
    if not alike(observed, helped):
        each = {name: observed if len(names) == 1 else without(name) for name in names}
        observed.helped = helped
        observed.helpers = tuple(name for name, one in each.items() if not alike(helped, one))
        observed.unwritten = tuple(name for name in observed.helpers if any(
            case.problem and case.problem.missing == name for case in each[name].cases.values()))
    return observed
