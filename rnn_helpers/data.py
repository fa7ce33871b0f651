"""Series to learn from: numbers, a sine, a tide; windows and scaling."""

import numpy as np

from rnn_helpers.validate import as_count, as_finite, as_generator, as_positive


def numbers(first, last):
    """The whole numbers first..last, both included, as floats: (last - first + 1,)."""
    if last < first:
        raise ValueError(f"last is {last}, expected at least {first}, which is first")
    return np.arange(first, last + 1, dtype=float)


def sine(steps, period):
    """sin(2 pi t / period) for t = 0..steps-1: (steps,); the period is in steps, > 0."""
    return np.sin(2 * np.pi * np.arange(as_count("steps", steps)) / as_positive("period", period))


def tide(hours, rng, noise=0.05):
    """The level of the sea at a gauge, one number an hour, about its mean: (hours,), in units of the moon's part.

    The moon's tide (12.42 h), the sun's (12.00 h) and a daily one (23.93 h), with `noise` of a standard normal; the
    two halves of a day come in and out of step within 15 days (spring and neap tides).
    """
    t = np.arange(as_count("hours", hours))
    parts = ((1.0, 12.42), (0.35, 12.0), (0.25, 23.93))
    level = sum(size * np.cos(2 * np.pi * t / period) for size, period in parts)
    return level + noise * as_generator("rng", rng).standard_normal(hours)


def make_windows(series, length):
    """Every window of a series, and the same window one step later.

    Parameters
    ----------
    series : (S,) numbers, S > length
    length : steps in a window, T

    Returns
    -------
    X, Y : (T, 1, N) with N = S - T windows as columns; X[t, 0, n] = series[n + t], Y[t, 0, n] = series[n + t + 1]

    Raises
    ------
    ValueError, TypeError : series is not (S,) finite numbers or is too short; length is not a whole number >= 1.
    """
    series, length = as_finite("series", series), as_count("length", length)
    if series.ndim != 1:
        raise ValueError(f"series has shape {series.shape}, expected (S,): one number per step")
    if len(series) <= length:
        raise ValueError(f"series has {len(series)} numbers, expected more than length = {length}: "
                         "the last number of a window needs a successor")
    windows = np.lib.stride_tricks.sliding_window_view(series, length + 1).T[:, None, :]
    return windows[:-1].copy(), windows[1:].copy()


def fit_scale(series):
    """Mean and standard deviation (ddof = 0) of the training part: use as (series - shift) / scale.

    Returns
    -------
    shift, scale : floats

    Raises
    ------
    ValueError, TypeError : series is empty, holds NaN or inf, or is constant and so has no scale.
    """
    series = as_finite("series", series)
    if series.size == 0:
        raise ValueError("series is empty, expected at least two different numbers")
    if series.min() == series.max():
        raise ValueError(f"every number of series is {series.flat[0]}, expected at least two different numbers")
    return float(series.mean()), float(series.std())
