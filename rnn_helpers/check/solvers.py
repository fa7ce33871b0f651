"""What may become of a finished value: solvers (observed, value, flow) -> the variant that gives what was observed.

A solver works a constant out of the numbers (a factor, a limit, a rate) instead of trying many.
"""

import contextlib
import itertools
import math
import re
from functools import lru_cache

import numpy as np

from rnn_helpers.check.changes import changes, fitting
from rnn_helpers.check.family import Variant, same


def factors(*table):
    """A solver for a constant factor, or two: entries are (name, title, why, line, number), number : (flow) -> float.

    It gives all that fit, in a list: two factors may be the same in one case, and not in another.
    """

    def solve(observed, value, flow):
        if observed.shape != value.shape or not value.size:
            return None
        place = int(np.abs(value).argmax())
        largest = value.flat[place]
        ratio = observed.flat[place] / largest if largest and np.isfinite(largest) else 0.0
        if not ratio or not np.isfinite(ratio) or value.size > 1 and not same(observed, ratio * value):
            return None
        factor = {entry: entry[-1](flow) for entry in table}
        for count in (1, 2):
            if found := [entries for entries in itertools.combinations(table, count)
                         if abs(math.prod(factor[entry] for entry in entries) - ratio) <= 1e-6 * abs(ratio)]:
                return [tuple(Variant(lambda value, flow, number=number: value * number(flow), name, title, why, line)
                              for name, title, why, line, number in entries) for entries in found[:3]]
        return None

    return solve


@lru_cache(maxsize=64)
def forms(axes, line):
    """A solver for the changes of a finished value with these axes."""
    variants = {change: Variant(lambda value, flow, run=change.run: run(value), f"{{o}}-{change.slug}",
                                f"{{o}} {change.words}", change.why, line, alone=True) for change in changes(axes)}

    def may_give(observed, shape):
        """The changes of an array of this shape that may have given what was observed."""
        nothing = not observed.any() and observed.dtype.kind == "f" or not np.isfinite(observed).any()
        return [] if nothing or len(shape) != len(axes) else [  # zeros, and nan, come of anything
            change for change in fitting(axes, shape, observed) if observed.any() or change.slug == "whole-numbers"]

    known = {}  # (id of what was observed, shape) -> what may have given it, and what was observed, which keeps its id

    def solve(observed, value, flow):
        key = id(observed), value.shape
        if key not in known:
            if len(known) > 100:
                known.clear()
            known[key] = may_give(observed, value.shape), observed, observed.sum()
        found, _, total = known[key]
        if not found or not value.size:
            return None
        last, end = value.flat[-1], observed.flat[-1]
        moved = value.size == observed.size and abs(value.sum() - total) <= 1e-9 * np.abs(value).sum()
        for change in found:
            if change.kind == "move" and not moved or change.kind == "map" and abs(change.run(last) - end) > 1e-6:
                continue
            if same(observed, changed := change.run(value)) and not same(value, changed):
                return variants[change]
        return None

    return solve


def parts(what, axes, which, total, line, why):
    """A solver for what may become of an array that a finished value is made of, and of this value alone.

    which : flow -> the array; total : (array, flow) -> the value
    """
    slug = re.sub(r"\W+", "-", what).strip("-")

    def solve(observed, value, flow):
        array = which(flow)
        if not same(value, np.asarray(total(array, flow))):
            return None
        for change in changes(axes, True):
            with contextlib.suppress(ValueError, IndexError):  # not with this shape
                other = change.run(array)
                given = np.asarray(total(other, flow)) if other.shape == array.shape else value
                if same(observed, given) and not same(observed, value):
                    return Variant(lambda value, flow, run=change.run: total(run(which(flow)), flow),
                                   f"{slug}-{change.slug}", f"In {{o}}, {what} {change.told}", why, line, alone=True)
        return None

    return solve


def times(line):
    """A solver for any other constant factor."""

    def solve(observed, value, flow):
        if observed.shape != value.shape or not value.size:
            return None
        place = int(np.abs(value).argmax())
        factor = observed.flat[place] / value.flat[place] if value.flat[place] else 0.0
        by = float(f"{factor:.4g}")
        if not abs(by - factor) <= 1e-7 * abs(factor) or by == 1 or not same(observed, by * value):
            return None
        if not by:
            return Variant(lambda value, flow: 0 * value, "{o}-zero", "{o} {is} zero", "Is something that it is made "
                           "of still empty?", line, alone=True)
        if by == -1:
            return Variant(lambda value, flow: -value, "{o}-sign", "{o} {has} the wrong sign",
                           "The numbers are right except for the sign.", line, alone=True)
        return Variant(lambda value, flow: by * value, f"{{o}}-times-{by:g}",
                       f"{{o}} {{is}} {by:g} times what is expected", "Leave out the factor.", line, alone=True)

    return solve


def made(axes, line):
    """The solvers for what may become of any finished value with these axes."""
    return forms(axes, line), clipped("{o}-clipped", "{o} {is} clipped to +-{limit}", "Leave out the clipping.",
                                      line), times(line)


def clipped(name, title, why, line):
    """A solver for a value cut to +-limit, whatever the limit ("{limit}" in the texts); it must stand there twice."""

    def solve(observed, value, flow):
        if observed.shape != value.shape or observed.size < 3:
            return None
        limit = float(np.abs(observed).max())
        if not 0 < limit < np.abs(value).max() or not same(observed, np.clip(value, -limit, limit)):
            return None
        limit = float(f"{limit:.6g}")
        return Variant(lambda value, flow: np.clip(value, -limit, limit), name, title.replace("{limit}", f"{limit:g}"),
                       why.replace("{limit}", f"{limit:g}"), line)

    return solve


def decayed(name, title, why, line, weights, scale):
    """A solver for a multiple of weights that is added to a value, as it is or scaled; weights : (flow) -> array."""

    def solve(observed, value, flow):
        W = weights(flow)
        if not observed.shape == np.shape(value) == np.shape(W) or observed.size < 3 or not np.isfinite(value).all():
            return None
        (factor, rate), *_ = np.linalg.lstsq(np.stack([value.ravel(), W.ravel()], axis=1), observed.ravel(), rcond=None)
        if not rate or not same(observed, factor * value + rate * W):
            return None
        rate = float(f"{rate:.6g}")
        decay = Variant(lambda value, flow: value + rate * weights(flow), name, title, why, line, alone=True)
        if abs(factor - 1) < 1e-6:
            return decay
        first, *_ = scale(factor * value, value, flow) or [None]
        return (*first, decay) if first and len(first) == 1 else None

    return solve
