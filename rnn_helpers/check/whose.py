"""Whose fault it is: that of the function which is checked, or of one of the learner's own that it calls."""

import time
import types

from rnn_helpers.check.compare import close
from rnn_helpers.check.happened import UNWRITTEN
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
            if is_own(names.get(name), names) and name not in helpers:
                wanted.append(names[name])
    return tuple(name for name in helpers if name in reached and is_own(names.get(name), names))


def is_own(thing, names):
    """Whether something is a function that was defined in a notebook's names."""
    return isinstance(thing, types.FunctionType) and thing.__globals__ is names


def with_ours(function, helpers, names):
    """A function as it is, but for the helpers named: there it calls the course's."""
    fresh = dict(function.__globals__)

    def bound(own):
        copy = types.FunctionType(own.__code__, fresh, own.__name__, own.__defaults__, own.__closure__)
        copy.__kwdefaults__ = own.__kwdefaults__
        return copy

    fresh.update({name: bound(own) for name, own in function.__globals__.items() if is_own(own, function.__globals__)})
    fresh.update({name: helpers[name] for name in names})
    return bound(function)


def how_far(problem):
    """Whether a case came to its end, stopped, or waits for a function that is not written."""
    return None if problem is None else problem.text.endswith(UNWRITTEN)


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
    that is `helped`, where it differs, and `helpers` names those that differ.

    helpers : name -> the course's implementation of other exercises; limits : as `observe` takes them
    """
    start = time.process_time()
    observed = observe(exercise, function, inputs, **limits)
    forbidden = (exercise.reference, *exercise.forbidden)
    helpers = {name: ours for name, ours in helpers.items() if name != exercise.name and ours not in forbidden}
    names = own_helpers(function, helpers)
    if not names or time.process_time() - start > SLOW or observed.borrowed:
        return observed
    helped = observe(exercise, with_ours(function, helpers, names), inputs, **limits)
    if not alike(observed, helped):
        others = {name: with_ours(function, helpers, set(names) - {name}) for name in names}
        observed.helped = helped
        observed.helpers = names if len(names) == 1 else tuple(
            name for name, version in others.items() if not alike(helped, observe(exercise, version, inputs, **limits)))
    return observed
