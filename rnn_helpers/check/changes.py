"""What may become of an array by mistake, whichever array it is: each change with its words, made from the axes.

A family names its arrays' axes by letters, as "THB"; the changes reach what nobody listed, but leave alone an axis of
another letter, as "1". Words hold {is} and {has}.
"""

import contextlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

AXES = {"T": ("step", "the steps"), "B": ("example", "the batch"), "H": ("unit", "the units"),
        "D": ("input", "the inputs"), "O": ("output", "the outputs"), "V": ("character", "the characters"),
        "K": ("unit", "the old units"), "N": ("window", "the windows")}
SHAPED, HERE = "It has another shape than is asked for.", "Look at the line that makes it."


TURNED = "Its rows and columns have changed places."


@dataclass(frozen=True)
class Change:
    """slug, words : as in "{o}-transposed", "{o} {is} transposed"; run : array -> array; kind : "map" (each number by
    itself), "move" (the same numbers in other places), "cut" (others); why : what to do; shows : array -> whether it
    can be what such a change makes"""

    slug: str
    words: str
    run: Callable
    kind: str
    why: str
    shows: Callable = lambda v: True

    @property
    def told(self):
        """The words after the name of one array."""
        return self.words.format(**{"is": "is", "has": "has"})


def softmax(v, axis=None):
    e = np.exp(v - v.max())
    return e / e.sum(axis=axis, keepdims=True)


def entry(place, key):
    return (..., key) if place == -1 else (slice(None),) * place + (key,)


def everywhere(a, t, axis=0):
    """Step t's at every step."""
    return np.repeat(np.take(a, [t], axis), a.shape[axis], axis)


def shifted(a, by, fill, axis=0):
    """Each step's follower (by 1) or forerunner (-1); fill : "zero", "edge" or "wrap", for what has none."""
    rolled, place = np.roll(a, -by, axis), entry(axis, -1 if by > 0 else 0)
    if fill != "wrap":
        rolled[place] = a[place] if fill == "edge" else 0
    return rolled


def later(a):
    return shifted(a, 1, "zero")


def only(a, key, axis=0):
    """Zeros but at one step."""
    kept = np.zeros_like(a)
    kept[entry(axis, key)] = a[entry(axis, key)]
    return kept


def near(a, b):
    return bool(np.all(np.abs(a - b) < 1e-6))


def again(run):
    """What shows that such a change was made: made again it changes nothing."""
    return lambda v: not np.abs(run(v) - v).max() > 1e-7 * (np.abs(v).max() or 1)


def from_to(low, high=np.inf):
    """What shows that numbers may come of a function with these bounds, which not all of them have reached."""
    return lambda v: not (v.min() < low or v.max() > high) and bool(np.any((v > low + 1e-9) & (v < high - 1e-9)))


MAPS = tuple(Change(slug, words, run, "map", why, *shows) for slug, words, run, why, *shows in (
    ("absolute", "{has} lost the minus signs", np.abs, "Leave out the abs.", from_to(0)),
    ("squared", "{is} squared", np.square, HERE, from_to(0)),
    ("rooted", "{is} replaced by the square root", np.sqrt, "Leave out the root.", from_to(0)),
    ("squashed", "{has} been through tanh", np.tanh, "Leave out this tanh.", from_to(-1, 1)),
    ("in-a-sigmoid", "{has} been through a sigmoid", lambda v: 1 / (1 + np.exp(-v)), "Leave out the sigmoid.",
     from_to(0, 1)),
    ("in-a-relu", "{has} lost all negative numbers", lambda v: np.maximum(v, 0), "They belong there as well.",
     from_to(0)),
    ("signs-only", "{is} reduced to signs", np.sign, "The sizes count too.", again(np.sign)),
    ("one-minus", "{is} subtracted from 1", lambda v: 1 - v, HERE),
    ("one-more", "{is} larger by 1 everywhere", lambda v: v + 1, "Does a sum start from ones where zeros belong?"),
    ("one-less", "{is} smaller by 1 everywhere", lambda v: v - 1, HERE),
    ("inverse", "{is} inverted: one over each number", lambda v: 1 / v, HERE),
    ("exponential", "{has} passed exp", np.exp, "Leave out this exp.", from_to(0)),
    ("logarithm", "{has} been through a logarithm", np.log, "Leave out this log."),
    ("slope", "{is} replaced by 1 minus its square", lambda v: 1 - v * v, HERE, from_to(-np.inf, 1)),
    ("whole-numbers", "{has} lost the decimals", np.trunc, "Is there a dtype=int?", again(np.trunc)),
    ("ones", "{is} 1 everywhere", np.ones_like, HERE, lambda v: not np.any(v != 1)),
    ("one", "{is} always 1", np.ones_like, HERE, lambda v: not v.ndim and bool(v == 1))))
OF_MANY = {"ones", "signs-only"}  # said of several numbers only; "rooted", "logarithm": nan below 0
ROUNDED = tuple(Change(slug, words, run, "map", why, again(run)) for slug, words, run, why in (
    *((f"rounded-to-{n}", f"{{is}} rounded to {n} digit{'s' * (n != 1)}", lambda v, n=n: np.round(v, n),
       "Leave out the rounding.") for n in (0, 1, 2, 3, 4, 6)),
    ("in-half-precision", "{is} rounded to float16", lambda v: np.float64(np.float16(v)), "Leave out the dtype.")))
FACTORS = tuple(Change(slug, words, lambda v, by=by: by * v, "map", HERE) for slug, words, by in (
    ("sign", "{has} the wrong sign", -1), ("doubled", "{is} doubled", 2), ("halved", "{is} halved", 0.5),
    ("shrunk", "{is} multiplied by 0.9", 0.9), ("zero", "{is} zero", 0)))
SHAPES = tuple(Change(slug, words, run, "move", SHAPED) for slug, words, run in (
    ("flat", "{is} flat", np.ravel), ("has-an-axis-more", "{has} one axis too many", lambda v: v[None]),
    ("has-an-axis-more", "{has} one axis too many", lambda v: v[..., None]),
    ("squeezed", "{has} lost axes of length 1", np.squeeze),
    ("glued", "{has} the steps glued together", lambda v: v.reshape(-1, *v.shape[2:])),
    ("side-by-side", "{has} the steps side by side", lambda v: np.hstack(list(v)))))


def along(letter, axis):
    """The changes along one axis."""
    one, many = AXES[letter]
    own, over = f"Each {one} has its own.", many.replace("the steps", "time").replace(" ", "-")

    def alike(v):
        return v.ndim <= axis or near(v, np.take(v, [0], axis))

    def empty(key):
        return lambda v: near(np.take(v, key, axis), 0)

    for done, words, run in (("summed", "summed", np.sum), ("averaged", "averaged", np.mean),
                             ("largest", "the largest", np.max)):
        for change, shows in ((lambda v, run=run: run(v, axis), lambda v: True),
                              (lambda v, run=run: run(v, axis, keepdims=True), lambda v: True),
                              (lambda v, run=run: run(v, axis, keepdims=True) + 0 * v, alike)):
            one_array = f" Do all share one array, as in `[array] * {letter}`?" * (shows is alike and done == "summed")
            yield Change(f"{done}-over-{over}", f"{{is}} {words} over {many}", change, "cut", own + one_array, shows)
    for which, key, rest in (("last", -1, slice(-1)), ("first", 0, slice(1, None))):
        for change in (lambda v, key=key: np.take(v, key, axis), lambda v, key=key: np.take(v, [key], axis)):
            yield Change(f"{which}-{one}-only", f"{{has}} the {which} {one} only", change, "cut", own)
        yield Change(f"{which}-{one}-only", f"{{has}} the {which} {one} only", lambda v, key=key: only(v, key, axis),
                     "cut", own, empty(-1 - key))
        yield Change(f"{which}-{one}-everywhere", f"{{has}} the {which} {one}'s numbers for every {one}",
                     lambda v, key=key: everywhere(v, key, axis), "cut", own, alike)
        yield Change(f"{which}-{one}-missing", f"{{is}} without the {which} {one}",
                     lambda v, rest=rest: v[entry(axis, rest)], "cut", own)
        yield Change(f"{which}-{one}-missing", f"{{is}} without the {which} {one}",
                     lambda v, key=key: v - only(v, key, axis), "cut", own, empty(key))
    yield Change(f"in-a-softmax-over-{over}", f"{{is}} a softmax over {many}", lambda v: softmax(v, axis), "cut",
                 "Leave out the softmax.", lambda v: near(v.sum(axis), 1))
    if letter != "T":
        return
    yield Change("in-reverse", "{is} in reverse order", lambda v: np.flip(v, axis), "move", own)
    for by, words, end in ((-1, "late", 0), (1, "early", -1)):
        for fill, kind, shows in (("zero", "cut", empty(end)), ("wrap", "move", lambda v: True),
                                  ("edge", "cut", lambda v, end=end, by=by: near(
                                      np.take(v, end, axis), np.take(v, end - by, axis)))):
            yield Change(f"one-step-{words}", f"{{is}} one step {words}",
                         lambda v, by=by, fill=fill: shifted(v, by, fill, axis), kind,
                         f"Step t has what belongs to step t {'-' if by < 0 else '+'} 1.", shows)
    yield Change("added-up", "{is} added up from step to step", lambda v: v.cumsum(axis), "cut", own)
    yield Change("added-up-backwards", "{is} added up from the end",
                 lambda v: np.flip(np.flip(v, axis).cumsum(axis), axis), "cut", own)
    yield Change("an-entry-more", "{has} one entry too many, at the front", lambda v: np.insert(v, 0, 0, axis), "cut",
                 "One entry for each step.", empty(0))


@lru_cache(maxsize=64)
def changes(axes, inside=False):
    """The changes of an array with these axes; inside : of one that goes on being used, not of what is returned: with
    constant factors, without what other shapes make."""
    found = [*(FACTORS if inside else ROUNDED),
             *(change for change in MAPS if change.slug not in (("rooted", "logarithm") if axes else OF_MANY))]
    if axes:
        shape = ", ".join(axes).replace("K", "H")  # the old units are as many
        for order in () if inside else itertools.permutations(range(len(axes))):
            if order != tuple(range(len(axes))):
                name = "".join(axes[n] for n in order)
                words = "{is} transposed" if len(axes) == 2 else f"{{has}} its axes in the order ({', '.join(name)})"
                found.append(Change("transposed" if len(axes) == 2 else f"axes-{name}", words,
                                    lambda v, order=order: v.transpose(order), "move", TURNED if axes == "HK" else
                                    f"It should be ({shape})."))
                found.append(Change("reshaped", "{is} reshaped where the axes should be turned: the numbers are mixed",
                                    lambda v, order=order: v.reshape([v.shape[n] for n in order]), "move",
                                    "Use a transpose."))
        for axis, letter in enumerate(axes):
            found += along(letter, axis) if letter in AXES else ()
        found += () if inside else SHAPES
    return tuple(found)


@lru_cache(maxsize=1000)
def shaped(axes, shape, gives):
    """The changes that make an array of the second shape of one of the first, and another one."""
    found, probe = [], np.random.default_rng(0).normal(size=shape)
    for change in changes(axes):
        with np.errstate(all="ignore"), contextlib.suppress(ValueError, IndexError):  # not with this shape
            made = np.asarray(change.run(probe))
            found += [change] * (made.shape == gives and (change.kind == "map" or not np.array_equal(made, probe)))
    return found


def fitting(axes, shape, observed):
    """The changes of an array of this shape that may give what was observed, by its shape and its numbers."""
    found, observed = [], observed.astype(float)
    for change in shaped(axes, shape, observed.shape):
        with contextlib.suppress(ValueError, IndexError):
            found += [change] * change.shows(observed)
    return found
