"""Errors that say what was given, what was expected and what to do."""

import numpy as np

from rnn_helpers.layout import OneHot


def as_real(name, value):
    """Return `value` as a floating-point array; float32 stays float32, integers become float64.

    NaN and inf pass: an exploding loss is for the training loop to report. Raises TypeError for what is not
    real numbers, ValueError for ragged lists.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} is ragged: its parts differ in shape; every step needs the same shape") from error
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    if array.dtype.kind != "f":
        found = "is None" if value is None else f"holds {array.dtype}"
        raise TypeError(f"{name} {found}, expected real numbers (float64 or float32)")
    return array


def as_finite(name, value):
    """`as_real`, and a ValueError for NaN and inf."""
    array = as_real(name, value)
    if np.count_nonzero(np.isfinite(array)) < array.size:  # `.all()` takes twice as long for a few numbers
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} holds {array[where]} at index {where}, expected finite numbers; "
                         "look at what made it: too large a learning rate, a division by zero, a missing value")
    return array


def as_columns(name, value, rows):
    """Return one step, `(rows, B)`: a column per example."""
    array = as_real(name, value)
    if array.ndim != 2 or array.shape[0] != rows or array.shape[1] == 0:
        hint = f"; did you mean {name}[:, None]?" if array.shape == (rows,) else ""
        if array.ndim == 2 and array.shape[1] == rows:
            hint = f"; did you mean {name}.T? A column is an example"
        raise ValueError(f"{name} has shape {array.shape}, expected ({rows}, B): a column per example{hint}")
    return array


def as_sequence(name, value, rows, steps=None, convert=as_real):
    """Return a sequence, `(T, rows, B)`; a list of `(rows, B)` columns is stacked along a new first axis.

    `convert` is `as_real` or `as_finite`; a `layout.OneHot` is left as it is.
    """
    if isinstance(value, (list, tuple)) and len(value) == 0:
        raise ValueError(f"{name} is empty, expected at least one step of shape ({rows}, B)")
    array = value if isinstance(value, OneHot) else convert(name, value)
    shape = array.shape
    if len(shape) != 3 or shape[1] != rows or shape[2] == 0:
        hint = ""
        if len(shape) == 2 and shape[1] == rows:
            hint = f"; for a single sequence write {name}[:, :, None]"
        elif len(shape) == 1 and rows == 1:
            hint = f"; for a single series write {name}[:, None, None]"
        elif len(shape) == 3 and shape[2] == rows:
            hint = f"; examples are columns: {name}.transpose(0, 2, 1)"
        expected = f"({'T' if steps is None else steps}, {rows}, B)"
        raise ValueError(f"{name} has shape {shape}, expected {expected}: steps, rows, examples{hint}")
    if shape[0] == 0:
        raise ValueError(f"{name} is empty: shape {shape}, expected at least one step")
    if steps is not None and shape[0] != steps:
        raise ValueError(f"{name} has {shape[0]} steps, expected {steps}: one for each step of the sequence")
    return array


def as_initial_state(h0, hidden_dim, batch, dtype):
    """Return `h0` as `(H, B)` or `(H, 1)`, one state for every example; None means zeros."""
    if h0 is None:
        return np.zeros((hidden_dim, 1), dtype)
    h0 = as_columns("h0", as_finite("h0", h0), hidden_dim)
    if h0.shape[1] not in (1, batch):
        raise ValueError(f"h0 has shape {h0.shape}, expected ({hidden_dim}, {batch}): a column per example of X")
    return h0


def as_count(name, value, smallest=1):
    """Return a whole number >= `smallest`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} is {value!r}, expected a whole number >= {smallest}")
    if value < smallest:
        raise ValueError(f"{name} is {value}, expected a whole number >= {smallest}")
    return int(value)


def as_generator(name, value):
    """Return a random generator."""
    if not isinstance(value, np.random.Generator):
        raise TypeError(f"{name} is {value!r}, expected a generator: numpy.random.default_rng(0)")
    return value


def as_positive(name, value):
    """Return a finite number > 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} is {value!r}, expected a number > 0")
    if not value > 0 or not np.isfinite(value):
        raise ValueError(f"{name} is {value}, expected a finite number > 0")
    return float(value)
