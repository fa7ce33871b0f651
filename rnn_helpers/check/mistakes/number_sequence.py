"""Well-known mistakes in windows, scaling, squared error, the readout's gradients, clipping and a training step."""

import numpy as np

from rnn_helpers.bptt import rnn_backward, rnn_forward
from rnn_helpers.check.exercise import Mistake
from rnn_helpers.check.mistakes.order import in_order
from rnn_helpers.losses import squared_error
from rnn_helpers.readout import many_to_many, readout_backward
from rnn_helpers.training import clip_by_norm, global_norm

# ---- windows ----


def columns(windows):
    """A list of windows as columns, (T, 1, N)."""
    return np.array(windows, float).T[:, None, :]


def windows(starts=lambda S, T: range(S - T), target=lambda s, n, T: s[n + 1:n + T + 1], shape=columns, target_shape=None):
    """Windows with wrong starts, targets or axes."""

    def wrong(series, length):
        s = list(series)
        chosen = list(starts(len(s), length))
        X, Y = [s[n:n + length] for n in chosen], [target(s, n, length) for n in chosen]
        return shape(X), (target_shape or shape)(Y)

    return wrong


def next_window(series, length):
    """The target of a window is the window after it, without overlap."""
    s = list(series)
    starts = range(max(len(s) - 2 * length + 1, 1))
    pad = s + [0.0] * length
    return columns([s[n:n + length] for n in starts]), columns([pad[n + length:n + 2 * length] for n in starts])


def into_zeros(series, length):
    """One window too few, written into an array of the right axes."""
    s, N = np.asarray(series, float), len(series) - length - 1
    return tuple(np.array([s[t + later:t + later + N] for t in range(length)])[:, None] for later in (0, 1))


def stacked(windows):
    return np.stack(windows, axis=1)[:, None]


WINDOW = "X[t, 0, n] = series[n + t], Y[t, 0, n] = series[n + t + 1], n = 0..S - T - 1"

MAKE_WINDOWS = (
    *(Mistake(name, "The last window is missing",
              "A series of S numbers has S - T starts whose last number still has a successor: n = 0..S - T - 1, range(S - T).",
              WINDOW, wrong) for name, wrong in (
                  ("last-window-missing", windows(starts=lambda S, T: range(S - T - 1))), ("last-window-missing-of-zeros", into_zeros),
                  ("last-window-missing-of-a-stack", windows(starts=lambda S, T: range(S - T - 1), shape=stacked)))),
    Mistake("first-window-missing", "The first window is missing", "Count starts from 0: range(S - T).",
            WINDOW, windows(starts=lambda S, T: range(1, S - T))),
    Mistake("windows-do-not-overlap", "The windows do not overlap",
            "You jump a whole window ahead each time. Every number that has enough successors is a start.",
            WINDOW, windows(starts=lambda S, T: range(0, S - T, T))),
    Mistake("target-is-the-input", "Y is the same as X",
            "The target of a number is its successor: take the same windows one step later.",
            WINDOW, windows(target=lambda s, n, T: s[n:n + T])),
    Mistake("target-is-the-previous", "Y is one step earlier than X",
            "The network would be asked for what it has already read (and the first window would have no target). Shift Y forwards.",
            WINDOW, windows(target=lambda s, n, T: [s[n + t - 1] for t in range(T)])),
    Mistake("target-by-adding-one", "Y is X + 1",
            "That is right for 1, 2, 3, ... only. The target is the series' own next number, whatever it is.",
            WINDOW, windows(target=lambda s, n, T: [x + 1 for x in s[n:n + T]])),
    Mistake("target-is-the-next-window", "Y is the window after X",
            "Y starts T steps later. It starts one step later: each number's target is the number right after it.",
            WINDOW, next_window),
    Mistake("only-the-last-target", "Y holds the last target only",
            "That is many-to-one. Here every step has a target, so Y has the shape of X.",
            WINDOW, windows(target=lambda s, n, T: [s[n + T]])),
    Mistake("wrapped-around", "One window too many, wrapped around the end",
            "The last number has no successor, and np.roll (or an index that wraps) gives it the first one. Stop at n = S - T - 1.",
            WINDOW, windows(starts=lambda S, T: range(S - T + 1), target=lambda s, n, T: [s[(n + t + 1) % len(s)] for t in range(T)])),
    Mistake("examples-first", "Examples are the first axis",
            "You return (N, T, 1): a row per window. Here time is first and a column is an example: (T, 1, N).",
            "X (T, D, B)", windows(shape=lambda w: np.array(w, float)[:, :, None])),
    Mistake("middle-axis-missing", "The axis of the inputs is missing",
            "You return (T, N). A step has D = 1 input, so X is (T, 1, N): X[:, None, :].",
            "X (T, D, B)", windows(shape=lambda w: np.array(w, float).T)),
    Mistake("time-as-inputs", "A window is one step with many inputs",
            "You return (1, T, N): the network would see the whole window at once. Time is the first axis: (T, 1, N).",
            "X (T, D, B)", windows(shape=lambda w: np.array(w, float).T[None])),
    Mistake("reshaped-for-transposed", "reshape has mixed the windows",
            "The windows are rows (N, T); reshape to (T, 1, N) cuts them up anew. Turn them: np.array(windows).T[:, None, :].",
            WINDOW, windows(shape=lambda w: np.reshape(w, (len(w[0]), 1, -1)))),
    Mistake("windows-as-steps", "A window is a row of its own step",
            "You return (N, 1, T). Time is the first axis and a window is a column: (T, 1, N).",
            "X (T, D, B)", windows(shape=lambda w: np.array(w, float)[:, None, :])),
    Mistake("rows-of-windows", "A window is a row", "You return (N, T). Time is the first axis and a column is an example: (T, 1, N).",
            "X (T, D, B)", windows(shape=lambda w: np.array(w, float))),
    Mistake("length-ignored", "The whole series is one window", "A window has `length` numbers, and every start gives one.",
            WINDOW, lambda series, length: (columns([list(series)[:-1]]), columns([list(series)[1:]]))),
    *in_order(windows(), "X, Y", "Y, X"),
)

# ---- scaling ----

SCALE = "shift = mean(series), scale = sqrt(mean((series - shift)^2))"


def scaled(shift, scale):
    """A scale from two functions of the series."""
    return lambda series: (shift(np.asarray(series, float)), scale(np.asarray(series, float)))


FIT_SCALE = (
    Mistake("n-minus-one", "The standard deviation divides by S - 1",
            "That is ddof=1 (the default of pandas and of statistics.stdev). The scaled training part should have mean square 1: ddof=0.",
            SCALE, scaled(np.mean, lambda s: s.std(ddof=1))),
    Mistake("variance-for-deviation", "scale is the variance",
            "Take the square root: the variance has the unit of the series squared.", SCALE, scaled(np.mean, np.var)),
    Mistake("min-and-range", "shift and scale are minimum and range",
            "That maps to 0..1, where tanh is used on one side only and one outlier sets the scale. Use mean and standard deviation.",
            SCALE, scaled(np.min, np.ptp)),
    Mistake("divided-by-the-maximum", "scale is the largest number",
            "Dividing by the maximum leaves the spread to chance. Use the standard deviation.",
            SCALE, scaled(np.mean, lambda s: np.abs(s).max())),
    Mistake("range-for-deviation", "scale is the range", "Use the standard deviation, not max - min.",
            SCALE, scaled(np.mean, np.ptp)),
    Mistake("not-shifted-first", "scale is measured from zero",
            "You take the root of mean(series^2). Deviations are measured from the mean: mean((series - shift)^2).",
            SCALE, scaled(np.mean, lambda s: np.sqrt(np.mean(s**2)))),
    Mistake("absolute-deviation", "scale is the mean absolute deviation",
            "Square the deviations, average them, take the root.", SCALE, scaled(np.mean, lambda s: np.abs(s - s.mean()).mean())),
    Mistake("median-for-mean", "shift is the median", "Use the mean.", SCALE, scaled(np.median, np.std)),
    Mistake("root-not-averaged", "The squares are summed, not averaged",
            "scale grows with the length of the series. Divide by S before the root.",
            SCALE, scaled(np.mean, lambda s: np.sqrt(np.sum((s - s.mean()) ** 2)))),
    Mistake("swapped", "shift and scale are swapped", "Return (shift, scale): the mean first.", SCALE, scaled(np.std, np.mean)),
    Mistake("one-over-scale", "scale is a factor, not a divisor",
            "It is used as (series - shift) / scale, so return the deviation itself, not 1 / deviation.",
            SCALE, scaled(np.mean, lambda s: 1 / s.std())),
    Mistake("scaled-series-returned", "The scaled series is returned",
            "Return the two numbers. The caller scales, and scales what comes later with the same two numbers.",
            SCALE, scaled(lambda s: (s - s.mean()) / s.std(), np.std)),
    Mistake("middle-and-half-range", "shift and scale map the series to -1..1",
            "(max + min) / 2 and (max - min) / 2 are set by two numbers alone, often outliers. Use mean and standard deviation.",
            SCALE, scaled(lambda s: (s.max() + s.min()) / 2, lambda s: np.ptp(s) / 2)),
    Mistake("no-shift", "shift is 0", "Subtract the mean, so that numbers lie on both sides of 0, where tanh bends.",
            SCALE, scaled(lambda s: 0.0, np.std)),
    Mistake("no-shift+divided-by-the-maximum", "shift is 0, and scale is the largest number", "Use mean and standard deviation.",
            SCALE, scaled(lambda s: 0.0, lambda s: np.abs(s).max())),
    Mistake("n-minus-one+variance-for-deviation", "scale is the variance, divided by S - 1", "Divide by S (ddof=0), and take the root.",
            SCALE, scaled(np.mean, lambda s: s.var(ddof=1))),
)

# ---- the loss ----

SQUARES = "L = sum((y - target)^2), dy = 2 (y - target)"


def error(loss=lambda e: np.sum(e * e), dy=lambda e: 2 * e):
    """A loss and a gradient, each a function of y - target."""
    return lambda y, target: (loss(np.asarray(y) - target), dy(np.asarray(y) - target))


def batch_of(e):
    return e.shape[-1]


def last_step(y, target):
    dy = np.zeros_like(y)
    dy[-1] = 2 * (y - target)[-1]
    return np.sum((y - target)[-1] ** 2), dy


SQUARED_ERROR = (
    Mistake("half", "There is a factor 1/2",
            "With 1/2 the 2 cancels, a common convention. Here the loss has no factor, so dy keeps its 2.",
            SQUARES, error(lambda e: 0.5 * np.sum(e * e), lambda e: e)),
    Mistake("two-forgotten", "The factor 2 is missing in dy",
            "The derivative of e^2 is 2 e.", SQUARES, error(dy=lambda e: 1 * e)),
    Mistake("sign-flipped", "dy has the wrong sign",
            "dy grows where y is too large: 2 (y - target). With target - y every step would climb.", SQUARES, error(dy=lambda e: -2 * e)),
    Mistake("mean-for-sum", "The loss is a mean",
            "Here it is the sum over time, outputs and batch, so loss and dy carry no 1/n.",
            SQUARES, error(lambda e: np.mean(e * e), lambda e: 2 * e / e.size)),
    Mistake("mean-loss-sum-gradient", "The loss is a mean, its gradient that of a sum",
            "The two must belong together: use the sum for both.", SQUARES, error(lambda e: np.mean(e * e))),
    Mistake("mean-over-the-batch", "The loss is averaged over the batch",
            "Sum over the examples too.", SQUARES, error(lambda e: np.sum(e * e) / batch_of(e), lambda e: 2 * e / batch_of(e))),
    Mistake("root-taken", "The loss is the root of the sum of squares",
            "The norm of the error has another gradient. Leave the root out.", SQUARES, error(lambda e: np.sqrt(np.sum(e * e)))),
    Mistake("not-squared", "The errors are not squared",
            "Errors of opposite sign would cancel. Square first, then sum.", SQUARES, error(lambda e: np.sum(e), lambda e: np.ones_like(e))),
    Mistake("sum-then-square", "The errors are summed first, then squared",
            "Errors of opposite sign cancel. Square each, then sum.", SQUARES, error(lambda e: np.sum(e) ** 2)),
    Mistake("absolute-error", "The loss is the absolute error",
            "Its gradient has the same size for every error. Square the errors.", SQUARES, error(lambda e: np.sum(np.abs(e)), np.sign)),
    Mistake("loss-not-summed", "The loss is an array",
            "np.sum without an axis gives one number for all steps, outputs and examples.", SQUARES, error(lambda e: e * e)),
    Mistake("loss-per-step", "The loss is an array with a number per step",
            "Sum over the first axis too: np.sum without an axis.", SQUARES, error(lambda e: np.sum(e * e, axis=tuple(range(1, e.ndim))))),
    Mistake("gradient-is-the-loss", "dy is the squared error",
            "dy is the derivative: 2 (y - target).", SQUARES, error(dy=lambda e: e * e)),
    Mistake("half-of-the-loss-only", "The loss has a factor 1/2, dy has not", "The two must belong together: here neither has it.",
            SQUARES, error(lambda e: 0.5 * np.sum(e * e))),
    Mistake("mean-over-the-steps", "The loss is averaged over the first axis, time", "Sum over the steps too.",
            SQUARES, error(lambda e: np.sum(e * e) / len(e), lambda e: 2 * e / len(e))),
    Mistake("half+mean-for-sum", "The loss is half a mean", "1/(2n) is another course's convention. Here the loss is the sum itself.",
            SQUARES, error(lambda e: 0.5 * np.mean(e * e), lambda e: e / e.size)),
    Mistake("dy-summed", "dy is one number", "The gradient has the shape of y: a number for each prediction.", "dy has the shape of y",
            error(dy=lambda e: np.sum(2 * e))),
    Mistake("last-step-only", "Only the last step counts", "Every step has its target: sum over all of them.", SQUARES, last_step),
    Mistake("two-forgotten+sign-flipped", "dy is target - y",
            "The derivative of (y - target)^2 is 2 (y - target).", SQUARES, error(dy=lambda e: -e)),
    *in_order(error(), "loss, dy", "dy, loss"),
)

# ---- the readout, backwards ----

READ = "dWy = sum_t dy_t h_t^T, dc = sum_t dy_t (over the batch too), dh_t = Wy^T dy_t"


def right_dWy(dy, h, Wy):
    return sum(d @ s.T for d, s in zip(dy, h))


def right_dc(dy, h, Wy):
    return dy.sum(axis=(0, 2))[:, None]


def right_dh(dy, h, Wy):
    return Wy.T @ dy


def gradients(dWy=right_dWy, dc=right_dc, dh=right_dh):
    """A readout's gradients of which one or more are wrong."""

    def wrong(dy, h_states, Wy):
        args = np.asarray(dy), np.asarray(h_states), Wy
        return dWy(*args), dc(*args), dh(*args)

    return wrong


def carried(dy, h, Wy):
    """dh with what flows back from later steps added."""
    dh = Wy.T @ dy
    return np.cumsum(dh[::-1], axis=0)[::-1]


READOUT_BACKWARD = (
    Mistake("last-step-only", "dWy and dc come from the last step only",
            "With `=` in a loop each step overwrites the one before. Wy and c are used at every step: accumulate with `+=`.",
            READ, gradients(lambda dy, h, Wy: dy[-1] @ h[-1].T, lambda dy, h, Wy: dy[-1].sum(axis=1, keepdims=True))),
    Mistake("first-step-only", "dWy and dc come from the first step only",
            "Walking backwards with `=` leaves the first step. Accumulate with `+=`.",
            READ, gradients(lambda dy, h, Wy: dy[0] @ h[0].T, lambda dy, h, Wy: dy[0].sum(axis=1, keepdims=True))),
    Mistake("dWy-overwritten", "dWy comes from the last step only",
            "Each step overwrites dWy. Accumulate with `+=`.", "dWy = sum_t dy_t h_t^T", gradients(lambda dy, h, Wy: dy[-1] @ h[-1].T)),
    Mistake("dc-overwritten", "dc comes from the last step only",
            "Each step overwrites dc. Accumulate with `+=`.", "dc = sum_t dy_t",
            gradients(dc=lambda dy, h, Wy: dy[-1].sum(axis=1, keepdims=True))),
    Mistake("many-to-one", "Only the last step is read out",
            "You treat the readout as many-to-one. Every step has an output, so every step has its share of dWy, dc and its own dh_t.",
            READ, gradients(lambda dy, h, Wy: dy[-1] @ h[-1].T, lambda dy, h, Wy: dy[-1].sum(axis=1, keepdims=True),
                            lambda dy, h, Wy: np.concatenate([np.zeros_like(h[:-1]), (Wy.T @ dy[-1])[None]]))),
    Mistake("sums-before-product", "dWy is the product of sums",
            "A sum of products is not a product of sums: multiply step by step (and example by example), then add.",
            "dWy = sum_t dy_t h_t^T", gradients(lambda dy, h, Wy: dy.sum(axis=0) @ h.sum(axis=0).T)),
    Mistake("previous-state", "dWy pairs dy_t with h_{t-1}",
            "y_t was read from h_t, the state after step t.", "dWy = sum_t dy_t h_t^T",
            gradients(lambda dy, h, Wy: sum(d @ s.T for d, s in zip(dy[1:], h[:-1])))),
    Mistake("dWy-transposed", "dWy is transposed",
            "dWy has the shape of Wy, (O, H): dy_t (O, B) times h_t transposed (B, H).", "dWy = sum_t dy_t h_t^T",
            gradients(lambda dy, h, Wy: right_dWy(dy, h, Wy).T)),
    Mistake("averaged-over-the-batch", "dWy and dc are averaged over the batch",
            "The loss is a sum over the examples, so its gradients are sums too.", READ,
            gradients(lambda dy, h, Wy: right_dWy(dy, h, Wy) / dy.shape[2], lambda dy, h, Wy: right_dc(dy, h, Wy) / dy.shape[2])),
    Mistake("averaged-over-time", "dWy and dc are averaged over time",
            "The loss is a sum over the steps, so its gradients are sums too.", READ,
            gradients(lambda dy, h, Wy: right_dWy(dy, h, Wy) / len(dy), lambda dy, h, Wy: right_dc(dy, h, Wy) / len(dy))),
    Mistake("dc-not-summed-over-batch", "dc has a column per example",
            "All examples share one c, so their shares add up: dc is (O, 1), sum with axis=1, keepdims=True.", "dc = sum_t dy_t",
            gradients(dc=lambda dy, h, Wy: dy.sum(axis=0))),
    Mistake("dc-not-summed-over-time", "dc has a row of its own for each step",
            "All steps share one c, so their shares add up: dc is (O, 1).", "dc = sum_t dy_t",
            gradients(dc=lambda dy, h, Wy: dy.sum(axis=2, keepdims=True))),
    Mistake("dc-flat", "dc is a flat array",
            "dc has the shape of c, a column (O, 1): keepdims=True, or [:, None].", "dc = sum_t dy_t",
            gradients(dc=lambda dy, h, Wy: dy.sum(axis=(0, 2)))),
    Mistake("dc-carries-h", "dc is multiplied by the state", "c is added to Wy h_t, so its gradient is dy_t itself.", "dc = sum_t dy_t",
            gradients(dc=lambda dy, h, Wy: right_dWy(dy, h, Wy).sum(axis=1, keepdims=True))),
    Mistake("tanh-in-dh", "dh carries tanh'",
            "dh_t is what reaches h_t itself. The factor 1 - h_t^2 belongs to the step back through the cell, which applies it already.",
            "dh_t = Wy^T dy_t", gradients(dh=lambda dy, h, Wy: Wy.T @ dy * (1 - h**2))),
    Mistake("dh-carried", "dh adds up what comes from later steps",
            "dh_t is the loss at step t reaching h_t directly. What flows between the steps is the work of rnn_backward.",
            "dh_t = Wy^T dy_t", gradients(dh=carried)),
    Mistake("dh-of-the-last-step", "dh reaches the last state only", "Every step has a loss here: dh_t = Wy^T dy_t for each t.",
            "dh_t = Wy^T dy_t", gradients(dh=lambda dy, h, Wy: np.concatenate([np.zeros_like(h[:-1]), (Wy.T @ dy[-1])[None]]))),
    Mistake("dh-sign-flipped", "dh has the wrong sign", "dh_t = Wy^T dy_t: dy already points where the loss grows.",
            "dh_t = Wy^T dy_t", gradients(dh=lambda dy, h, Wy: -(Wy.T @ dy))),
    Mistake("dh-backwards", "dh is in reversed order",
            "You append while walking backwards, so dh[0] belongs to the last step. Reverse it, or write into dh[t].",
            "dh_t = Wy^T dy_t", gradients(dh=lambda dy, h, Wy: (Wy.T @ dy)[::-1])),
    Mistake("dc-one-number", "dc is one number", "A sum over everything mixes the outputs. Each has its own bias: sum over time and batch only.",
            "dc = sum_t dy_t", gradients(dc=lambda dy, h, Wy: dy.sum())),
    Mistake("dh-summed-over-time", "dh is summed over the steps", "Each state has its own dh_t: (T, H, B).",
            "dh_t = Wy^T dy_t", gradients(dh=lambda dy, h, Wy: (Wy.T @ dy).sum(axis=0))),
    *in_order(gradients(), "dWy, dc, dh", "dh, dWy, dc", "dc, dWy, dh", "dWy, dh, dc", "dh, dc, dWy"),
)

# ---- clipping ----

CLIP = "norm = sqrt(sum of all squares), g <- g min(1, max_norm / norm)"


def norm_of(grads):
    return global_norm(grads)


def clip(scale, norm=norm_of):
    """A clipping made of `scale(g, norm, max_norm, grads)` for each gradient and the norm it returns."""
    return lambda grads, max_norm: ({name: scale(g, norm(grads), max_norm, grads) for name, g in grads.items()}, norm(grads))


def by_norm(g, norm, max_norm, grads):
    return g * (max_norm / norm) if norm > max_norm else g * 1.0


def own_norms(g, norm, max_norm, grads):
    return by_norm(g, np.linalg.norm(g), max_norm, grads)


def clipped_then_measured(grads, max_norm):
    clipped, _ = clip_by_norm(grads, max_norm)
    return clipped, global_norm(clipped)


def clips_in_place(grads, max_norm):
    norm = global_norm(grads)
    if norm > max_norm:
        for g in grads.values():
            g *= max_norm / norm
    return grads, norm


CLIP_BY_NORM = (
    Mistake("element-by-element", "Each element is clipped on its own",
            "np.clip turns the gradient: large elements shrink, small ones stay. Scale everything by one factor, so the direction is kept.",
            CLIP, clip(lambda g, n, m, grads: np.clip(g, -m, m))),
    Mistake("each-array-on-its-own", "Each array is clipped by its own norm",
            "The arrays shrink by different factors, so the direction turns. One norm over all of them, one factor for all.",
            CLIP, clip(own_norms)),
    Mistake("each-array-norms-added", "Each array has its own norm, and the norms are added",
            "One norm over all arrays: add the squares of all elements, then take one root.",
            CLIP, clip(own_norms, lambda grads: sum(np.linalg.norm(g) for g in grads.values()))),
    Mistake("norms-added", "The norms of the arrays are added",
            "Lengths of perpendicular parts do not add, their squares do. Sum the squares, then take one root.",
            CLIP, clip(by_norm, lambda grads: sum(np.linalg.norm(g) for g in grads.values()))),
    Mistake("largest-norm", "The norm is that of the largest array",
            "All arrays together are one vector. Sum the squares of all of them, then take one root.",
            CLIP, clip(by_norm, lambda grads: max(np.linalg.norm(g) for g in grads.values()))),
    Mistake("largest-element", "The norm is the largest element",
            "That is the maximum norm. Use the Euclidean one: the root of the sum of squares.",
            CLIP, clip(by_norm, lambda grads: max(np.abs(g).max() for g in grads.values()))),
    Mistake("absolute-values-added", "The norm is the sum of absolute values",
            "Use the Euclidean norm: the root of the sum of squares.",
            CLIP, clip(by_norm, lambda grads: sum(np.abs(g).sum() for g in grads.values()))),
    Mistake("root-forgotten", "The root is missing",
            "The sum of squares is the norm squared. Take its root.",
            CLIP, clip(by_norm, lambda grads: sum((g**2).sum() for g in grads.values()))),
    Mistake("mean-of-squares", "The squares are averaged",
            "The norm is the length of the gradient: the root of the sum of squares, not of their mean.",
            CLIP, clip(by_norm, lambda grads: np.sqrt(sum((g**2).sum() for g in grads.values()) / sum(g.size for g in grads.values())))),
    *(Mistake(name, "Short gradients are stretched", "Below the threshold nothing changes: factor min(1, max_norm / norm).",
              CLIP, clip(scale))
      for name, scale in (("scaled-up-too", lambda g, n, m, grads: g * (m / n)), ("scaled-up-too-nan", lambda g, n, m, grads: g * m / n),
                          ("scaled-up-too-but-zeros", lambda g, n, m, grads: g * (m / n) if n else g))),
    Mistake("divided-by-the-norm", "The clipped gradient has length 1",
            "You divide by the norm but do not multiply by max_norm.", CLIP, clip(lambda g, n, m, grads: g / n if n > m else g)),
    Mistake("not-clipped", "Nothing is clipped", "Above the threshold every gradient is multiplied by max_norm / norm.",
            CLIP, clip(lambda g, n, m, grads: g)),
    Mistake("condition-turned-round", "Short gradients are scaled, long ones are not", "Scale where the norm is *above* the threshold.",
            CLIP, clip(lambda g, n, m, grads: g * (m / n) if n < m else g)),
    Mistake("factor-turned-round", "The factor is norm / max_norm", "That makes long gradients longer. Multiply by max_norm / norm.",
            CLIP, clip(lambda g, n, m, grads: g * (n / m) if n > m else g)),
    Mistake("zero-when-too-long", "A gradient that is too long is dropped",
            "Shorten it, do not discard it: its direction is still good.", CLIP, clip(lambda g, n, m, grads: g * (n <= m))),
    Mistake("norm-after-clipping", "The norm is measured after clipping",
            "Return the norm before clipping: it tells how far the gradient was from the threshold.", CLIP, clipped_then_measured),
    Mistake("clipped-in-place", "The gradients are clipped in place",
            "`*=` writes into the caller's arrays. Build a new dict with g * factor.", "grads belongs to the caller", clips_in_place),
)

# ---- a training step ----

DESCENT = "p <- p - lr clip(dL/dp) for Wx, Wh, b, Wy, c"
NAMES = ("Wx", "Wh", "b", "Wy", "c")


def flow(model, X, Y, Wy=None):
    """The loss and its gradients, with h0's among them."""
    h_states, caches = rnn_forward(model.cell, X)
    loss, dy = squared_error(many_to_many(h_states, model.Wy, model.c), Y)
    dWy, dc, dh = readout_backward(dy, h_states, model.Wy if Wy is None else Wy(dy, h_states))
    dWx, dWh, db, dh0 = rnn_backward(model.cell, dh, caches)
    return loss, {"Wx": dWx, "Wh": dWh, "b": db, "Wy": dWy, "c": dc, "h0": dh0}


def training(clip=clip_by_norm, names=NAMES, sign=-1, rate=lambda lr: lr, measured=NAMES, returns=lambda loss, norm, after: (loss, norm),
             share=lambda Y: 1.0, loss_share=None):
    """A training step of which one thing is wrong; share : factor of the gradients, and of the loss unless `loss_share` is given."""

    def wrong(model, X, Y, lr, max_norm):
        loss, grads = flow(model, X, Y)
        clipped, norm = clip({name: grads[name] * share(Y) for name in measured}, max_norm)
        for name in names:
            model.params[name][...] += sign * rate(lr) * clipped[name]
        return returns(loss * (loss_share or share)(Y), norm, lambda: (model.loss(X, Y), global_norm(clipped)))

    return wrong


def readout_first(model, X, Y, lr, max_norm):
    """Wy and c take their step before dh is computed."""
    loss, grads = flow(model, X, Y)

    def moved(dy, h_states):
        factor = min(1.0, max_norm / global_norm({name: grads[name] for name in NAMES}))
        return model.Wy - lr * factor * grads["Wy"]

    _, mixed = flow(model, X, Y, moved)
    clipped, norm = clip_by_norm({name: mixed[name] for name in NAMES}, max_norm)
    for name in NAMES:
        model.params[name][...] -= lr * clipped[name]
    return loss, norm


def last_step_counts(model, X, Y, lr, max_norm):
    """The loss of the last step only."""
    h_states, caches = rnn_forward(model.cell, X)
    loss, dy = squared_error(many_to_many(h_states, model.Wy, model.c)[-1:], Y[-1:])
    dy = np.concatenate([np.zeros((len(X) - 1, *dy.shape[1:])), dy])
    dWy, dc, dh = readout_backward(dy, h_states, model.Wy)
    dWx, dWh, db, _ = rnn_backward(model.cell, dh, caches)
    clipped, norm = clip_by_norm({"Wx": dWx, "Wh": dWh, "b": db, "Wy": dWy, "c": dc}, max_norm)
    for name in NAMES:
        model.params[name][...] -= lr * clipped[name]
    return loss, norm


def without(name, why):
    """The mistake that one parameter is never updated."""
    return Mistake(f"{name}-not-updated", f"{name} is never updated", why, DESCENT,
                   training(names=tuple(n for n in NAMES if n != name)))


def elements(grads, max_norm):
    return {name: np.clip(g, -max_norm, max_norm) for name, g in grads.items()}, global_norm(grads)


def separately(grads, max_norm):
    return {name: own_norms(g, None, max_norm, grads) for name, g in grads.items()}, global_norm(grads)


def in_two_groups(grads, max_norm):
    """The cell's gradients clipped together, the readout's together."""
    cell, norm = clip_by_norm({name: grads[name] for name in ("Wx", "Wh", "b")}, max_norm)
    return {**cell, **clip_by_norm({name: grads[name] for name in ("Wy", "c")}, max_norm)[0]}, norm


def always_scaled(grads, max_norm):
    norm = global_norm(grads)
    return {name: g * (min(max_norm, 1e6) / norm) for name, g in grads.items()}, norm


def steps_replace(model, X, Y, lr, max_norm):
    before = {name: p.copy() for name, p in model.params.items()}
    found = training()(model, X, Y, lr, max_norm)
    for name, p in model.params.items():
        p -= before[name]
    return found


def mean_returned(model, X, Y, lr, max_norm):
    loss, norm = training()(model, X, Y, lr, max_norm)
    return loss / np.size(Y), norm


def cell_only(grads, max_norm):
    """The cell's gradients clipped, the readout's not."""
    cell, norm = clip_by_norm({name: grads[name] for name in ("Wx", "Wh", "b")}, max_norm)
    return {**cell, "Wy": grads["Wy"], "c": grads["c"]}, norm


TRAIN_STEP = (
    Mistake("climbs", "The step goes uphill",
            "The gradient points where the loss grows; subtract it.", DESCENT, training(sign=1)),
    Mistake("equals-for-minus-equals", "The parameters are replaced by the step",
            "You write p = -lr * g. The step is added to what was there: p -= lr * g.", DESCENT, steps_replace),
    Mistake("not-clipped", "The unclipped gradients are used",
            "You clip, but update with the gradients from before. Use what clip_by_norm returns.",
            DESCENT, training(clip=lambda grads, max_norm: (grads, global_norm(grads)))),
    Mistake("clipped-element-by-element", "The gradients are clipped element by element",
            "That turns the step. clip_by_norm scales all five by one factor.", DESCENT, training(clip=elements)),
    Mistake("clipped-separately", "Each gradient is clipped on its own",
            "Put all five in one dict and clip once: one norm, one factor.", DESCENT, training(clip=separately)),
    Mistake("clipped-in-two-groups", "Cell and readout are clipped separately",
            "Put all five gradients in one dict and clip once: one norm, one factor.", DESCENT, training(clip=in_two_groups)),
    Mistake("readout-not-clipped", "The gradients of Wy and c are left out of the clipping",
            "Put all five gradients in one dict and clip once.", DESCENT, training(clip=cell_only)),
    Mistake("learning-rate-forgotten", "The learning rate takes no part", "Multiply the clipped gradients by lr.",
            DESCENT, training(rate=lambda lr: 1.0)),
    Mistake("h0-in-the-norm", "The gradient of h0 counts in the norm",
            "h0 = 0 is not trained, so dh0 is none of the five. Leave it out of the dict that you clip.",
            DESCENT, training(measured=(*NAMES, "h0"))),
    Mistake("readout-moved-first", "Wy moves before dh is computed",
            "dh = Wy^T dy needs the Wy of the forward pass. Compute all gradients first, then update.",
            "dh_t = Wy^T dy_t", readout_first),
    Mistake("last-step-only", "Only the loss of the last step counts",
            "Every step has a target: the loss and the gradients sum over all of them.", "L = sum_t L_t", last_step_counts),
    Mistake("mean-for-sum", "The loss is divided by the number of predictions",
            "train_step works on the sum. The learning rate is chosen for it, and so is max_norm.", "L = sum_t L_t",
            training(share=lambda Y: 1 / (Y.shape[0] * Y.shape[2]))),
    Mistake("mean-everywhere", "Loss and step are those of a mean", "Here both are of the sum: leave out the division.", "L = sum_t L_t",
            training(share=lambda Y: 1 / np.size(Y))),
    Mistake("divided-by-the-steps", "The loss is divided by the steps", "train_step works on the sum over the steps.", "L = sum_t L_t",
            training(share=lambda Y: 1 / len(Y))),
    *(Mistake(name, title, "The loss is a sum, and so are its gradients: leave out the division.", DESCENT,
              training(share=share, loss_share=lambda Y: 1.0)) for name, title, share in (
                  ("step-of-a-mean", "The step is that of a mean", lambda Y: 1 / np.size(Y)),
                  ("step-of-a-mean-over-time", "The step is that of a mean over time", lambda Y: 1 / len(Y)),
                  ("step-of-a-mean-over-the-batch", "The step is that of a mean over the batch", lambda Y: 1 / Y.shape[2]),
                  ("step-of-a-mean-over-time-and-batch", "The step is that of a mean over time and batch",
                   lambda Y: 1 / (len(Y) * Y.shape[2])))),
    Mistake("divided-by-the-batch", "The loss is divided by the batch",
            "train_step works on the sum over the examples.", "L = sum_t L_t", training(share=lambda Y: 1 / Y.shape[2])),
    Mistake("loss-after-the-update", "The loss is measured after the update",
            "Return the loss of the forward pass that gave the gradients.", "the loss before the update",
            training(returns=lambda loss, norm, after: (after()[0], norm))),
    Mistake("mean-loss-returned", "The loss returned is a mean", "Return the sum; whoever prints it divides. Your step is that of the sum.",
            "L = sum_t L_t", mean_returned),
    Mistake("always-scaled", "Short gradients are stretched to max_norm",
            "Clipping only shortens: min(1, max_norm / norm).", DESCENT, training(clip=always_scaled)),
    Mistake("norm-after-clipping", "The norm is measured after clipping",
            "Return the norm that clip_by_norm gives: the one before clipping.", "the norm before clipping",
            training(returns=lambda loss, norm, after: (loss, after()[1]))),
    Mistake("swapped", "loss and norm are swapped", "Return (loss, norm).", "(loss, norm)",
            training(returns=lambda loss, norm, after: (norm, loss))),
    without("Wx", "Wx is one of the five: model.cell.Wx -= lr * ..."),
    without("Wh", "Wh is one of the five: without it the network keeps the memory it was born with."),
    without("b", "b is one of the five: model.cell.b -= lr * ..."),
    without("Wy", "Wy is one of the five: model.Wy -= lr * ..."),
    without("c", "c is one of the five: model.c -= lr * ..."),
    Mistake("readout-only", "Only the readout is trained", "Wx, Wh and b learn too: backpropagate dh through rnn_backward.",
            DESCENT, training(names=("Wy", "c"))),
)
