"""Two observations side by side: whether they agree, and where they first differ."""

import numpy as np

FLOAT32_TOLERANCE = 1e-4


def close(got, expected, tolerance):
    """Whether two arrays of one size agree, relative to the largest expected number; text must be the same."""
    if isinstance(got, str) or isinstance(expected, str):
        return isinstance(got, str) and isinstance(expected, str) and got == expected
    if got.size != expected.size:
        return False
    if expected.dtype.kind == "U" or got.dtype.kind == "U":
        return got.dtype.kind == expected.dtype.kind and np.array_equal(got.ravel(), expected.ravel())
    if got.dtype == np.float32:
        tolerance = max(tolerance, FLOAT32_TOLERANCE)
    if expected.size == 1 and abs(expected.item()) < np.inf:
        return bool(abs(got.item() - expected.item()) <= tolerance * (abs(expected.item()) or 1.0))
    got, expected = got.astype(float, copy=False).ravel(), expected.astype(float, copy=False).ravel()
    with np.errstate(all="ignore"):
        gap, scale = np.abs(got - expected), np.max(np.abs(expected), initial=0.0)
        if np.isfinite(scale):
            return bool((gap <= tolerance * (scale or 1.0)).all())
        scale = np.max(np.abs(expected), initial=0.0, where=np.isfinite(expected)) or 1.0
        same = (gap <= tolerance * scale) | (got == expected) | (np.isnan(got) & np.isnan(expected))
    return bool(same.all())


def same_shape(got, expected):
    return not isinstance(got, str) and got.shape == expected.shape


def number(x, digits=4):
    """A number as the learner reads it, the same on every machine: few significant digits, no -0."""
    if isinstance(x, (str, np.str_)):
        return repr(str(x))
    return f"{float(x) + 0.0:.{digits}g}" if abs(float(x)) > 1e-12 or not np.isfinite(x) else "0"


def apart(got, expected):
    """Two numbers as text, with as many digits as tell them apart."""
    pairs = [(number(got, digits), number(expected, digits)) for digits in (4, 8, 17)]
    return next((pair for pair in pairs if pair[0] != pair[1]), pairs[-1])


AXES = {1: ("row",), 2: ("row", "column"), 3: ("step", "row", "column")}


def first_difference(name, got, expected, tolerance):
    """Where `got` departs from `expected`, in words."""
    if isinstance(got, str):
        return got
    if got.dtype.kind == "U" or expected.dtype.kind == "U":
        if got.dtype.kind != expected.dtype.kind:
            return f"{name} is {str(got)[:100]!r}" if got.dtype.kind == "U" \
                else f"{name} holds {got.dtype}, expected text"
        if got.shape == expected.shape:
            where = next(i for i in np.ndindex(*got.shape) if got[i] != expected[i])
            place = f" at {', '.join(map(str, where))}" if where else ""
            return f"{name}{place} is {str(got[where])[:100]!r}, expected {str(expected[where])[:100]!r}"
    if got.shape != expected.shape and got.size != expected.size:
        return f"{name} has shape {got.shape}, expected {expected.shape}"
    if not np.isfinite(got).all() and np.isfinite(expected).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(got))[0])
        return (f"{name} holds {number(got[where])} (first at {list(where)}): look for 0 / 0, "
                "a log or exp out of range, or an np.empty that is not filled")
    flat_got, flat_expected = got.astype(float).ravel(), expected.astype(float).ravel()
    scale = np.max(np.abs(flat_expected), initial=0.0) or 1.0
    wrong = np.abs(flat_got - flat_expected) > tolerance * scale
    if not wrong.any():
        return f"{name} has shape {got.shape}, expected {expected.shape}"
    flat = int(np.argmax(wrong))
    where = np.unravel_index(flat, expected.shape)
    place = ", ".join(f"{axis} {int(i)}" for axis, i in zip(AXES.get(expected.ndim, ()), where, strict=False))
    is_, wanted = apart(flat_got[flat], flat_expected[flat])
    share = f", {int(wrong.sum())} of {wrong.size} numbers differ" if wrong.size > 1 else ""
    return f"{name}{' at ' + place if place else ''} is {is_}, expected {wanted}{share}"
