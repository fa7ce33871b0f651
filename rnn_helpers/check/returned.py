"""What a function returned, by the names of what was asked for: all of it, less, more, or in another order."""

import itertools
from collections import Counter

import numpy as np

from rnn_helpers.check.exercise import BadReturn, Case

MOST = 6  # returned values that are looked at
NUMBERS = (np.ndarray, np.generic, int, float)


def named(returned, *names):
    """The returned values as a dict, in the order of `names`: fewer when there are fewer, more as "more 0", "more 1".

    BadReturn when there is nothing, or something else than arrays and numbers in the place of several values.
    """
    asked = ", ".join(names)
    if returned is None or isinstance(returned, (tuple, list)) and not returned:
        raise BadReturn(f"it returned {returned}, expected {asked}: does every path end in `return`?")
    if isinstance(returned, np.ndarray) and returned.shape == (len(names),):  # it unpacks alike
        returned = tuple(returned)
    if not isinstance(returned, (tuple, list, *NUMBERS)):
        raise BadReturn(f"it returned one {type(returned).__name__}, expected {len(names)} values: {asked}")
    values = returned if isinstance(returned, (tuple, list)) else (returned,)
    return dict(zip((*names, *(f"more {n}" for n in range(MOST))), values[:MOST], strict=False))


def single(returned, name):
    """The returned value under its name, taken out of a tuple when it stands in one, and in words what was returned.

    More values behind it are allowed; a tuple of it alone is a comma too many. BadReturn for None.
    """
    if returned is None:
        raise BadReturn(f"it returned None, expected {name}: does every path end in `return`?")
    if not isinstance(returned, tuple) or not returned:
        return {name: returned, "returned": name}
    return {name: returned[0], "returned": name if len(returned) > 1 else f"({name},), a tuple"}


def pair(returned, first, second, is_first, is_second=lambda value: True):
    """Two values of which one is no array (a cache, a dict): (first, second, in words what was returned).

    is_first, is_second : value -> whether it can be that one; where only the second can be the first, they have changed
        places. Without a second value it is None.
    """
    if returned is None:
        raise BadReturn(f"it returned None, expected {first}, {second}: does every path end in `return`?")
    if is_first(returned):
        return returned, None, first
    if not isinstance(returned, (tuple, list)):
        raise BadReturn(f"it returned one {type(returned).__name__}, expected 2 values: {first}, {second}")
    if len(returned) < 2:
        raise BadReturn(f"it returned {'1 value' if returned else '0 values'}, expected 2: {first}, {second}")
    place = next((place for place, value in enumerate(returned[:MOST]) if is_first(value)), 0)
    behind = next((n for n, value in enumerate(returned[:MOST]) if n > place and is_second(value)),
                  place + 1 if place + 1 < len(returned) else place - 1)
    order = {place: first, behind: second}
    return returned[place], returned[behind], ", ".join(order.get(n, "?") for n in range(max(order) + 1))


def spoiled(results, *given):
    """Other numbers in what a call gave: a later call must not depend on it. given : arrays that stay as they are."""
    for result in results if isinstance(results, (tuple, list)) else (results,):
        if isinstance(result, np.ndarray) and result.flags.writeable \
                and not any(np.may_share_memory(result, array) for array in given):
            result[...] = -1


def shape_of(value, depth=0):
    """The shape of an array, or of a list of arrays; None for what has none, as what lies deeper than any array here.
    """
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], (np.ndarray, list, tuple)):
        shapes = {shape_of(part, depth + 1) for part in value} if depth < 5 else {}  # a list may hold itself
        inner = shapes.pop() if len(shapes) == 1 else None
        return None if inner is None else (len(value), *inner)
    try:
        return np.shape(value)
    except ValueError:  # ragged
        return None


def fit(value, right):
    """How well a value fits what belongs in a place: its numbers count for more than its shape."""
    if isinstance(value, str) or value.dtype.kind not in "biuf" or value.size != right.size:
        return 0
    with np.errstate(all="ignore"):
        gap, size = np.abs(value.astype(float).ravel() - right.ravel()), np.abs(right).max(initial=0.0)
    near, nearer = (bool((gap <= tolerance * size).all()) for tolerance in (1e-4, 1e-6))  # the first for float32
    return 100 * nearer + 10 * near + (value.shape == right.shape)


def first_of_each_size(values, places, known, names):
    """The places without those that hold one value more of a size than was asked for: nobody may guess twice."""
    asked, seen, found = Counter(known[name].size for name in names), Counter(), []
    for place in places:
        size = getattr(values[place], "size", -1)  # -1 of a text that says why there is no array
        seen[size] += 1
        if seen[size] <= asked.get(size, len(places)):
            found.append(place)
    return found


def arranged(names, run, reference):
    """A case's `read` for several values: each under its name wherever it stands, and in words what was returned.

    names : of the values, in the order asked
    run, reference : the case's run, and the course's function: what it gives there is what those returned are
        recognised by; shapes serve where numbers are wrong
    """
    identity = {name: name for name in names}

    def right(inputs):
        return run(reference, inputs)

    def read(inputs, values):
        places = [name for name in (*names, *(f"more {n}" for n in range(MOST))) if name in values]
        known = inputs.once(right)
        score = {(place, name): fit(values[place], known[name]) for place in places for name in names}

        def total(order):
            return sum(score[place, name] for name, place in order.items())

        best = {name: name for name in names if name in places}
        if best != identity or total(best) < 111 * len(names):
            looked_at = places if len(places) <= len(names) else first_of_each_size(values, places, known, names)
            for kept in itertools.combinations(names, min(len(names), len(looked_at))):
                for order in itertools.permutations(looked_at, len(kept)):
                    best = max(best, dict(zip(kept, order, strict=True)), key=total)
        asked = {place: name for name, place in best.items()}
        order = [asked.get(place, "?") for place in places]
        while order[-1] == "?":  # more than was asked for is welcome behind it
            order.pop()
        others = {name: value for name, value in values.items() if name not in places}
        return {**others, **{name: values[place] for name, place in best.items()},
                "returned": np.array(", ".join(order))}

    return read


def several(names, reference):
    """(name, run, ...) -> Case, for a function that returns several values, recognised by those of the reference."""
    return lambda name, run, **more: Case(name, run, arranged(names, run, reference), **more)
