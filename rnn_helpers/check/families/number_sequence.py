"""The families of windows, scaling, the readout's gradients and clipping."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from rnn_helpers.check.changes import everywhere
from rnn_helpers.check.families.bptt import MEANS
from rnn_helpers.check.families.common import but, late, shortened
from rnn_helpers.check.family import Family, Output, Variant, slot
from rnn_helpers.check.solvers import made, parts

# ---- windows ----

WINDOW = "X[t, 0, n] = series[n + t], Y[t, 0, n] = series[n + t + 1], n = 0..S - T - 1"

EVERY_START = "Every number that has enough successors is a start: n = 0..S - T - 1, range(S - T)."
STARTS = slot(
    WINDOW, lambda S, T: range(S - T),
    ("last-window-missing", "The last window is missing", "A series of S numbers has S - T starts whose last number "
     "still has a successor: n = 0..S - T - 1, range(S - T).", lambda S, T: range(S - T - 1)),
    ("first-window-missing", "The first window is missing", "Count starts from 0: range(S - T).",
     lambda S, T: range(1, S - T)),
    ("windows-do-not-overlap", "The windows do not overlap", "You jump a whole window ahead each time. Every number "
     "that has enough successors is a start.", lambda S, T: range(0, S - T, T)),
    ("wrapped-around", "There is one window too many", "The last number has no successor; an index that wraps, np.roll "
     "or a padded zero gives it one. n = 0..S - T - 1.", lambda S, T: range(S - T + 1)),
    ("a-whole-window-after-each", "Windows that no whole window follows are left out",
     lambda S, T: range(S - 2 * T + 1)),
    ("every-number-a-start", "Every number starts a window",
     "np.roll, or an index that wraps, runs over the end into the beginning. n = 0..S - T - 1.", lambda S, T: range(S)),
    ("windows-in-reverse", "The windows are in reverse order", lambda S, T: range(S - T - 1, -1, -1)), why=EVERY_START)


def padded(values, length):
    return np.concatenate([values, np.zeros(max(0, length - len(values)))])[:length]


NEXT = "The target of a number is its successor: take the same windows one step later."
TARGET = slot(  # run (series, start, T) -> the targets of a window
    WINDOW, lambda s, n, T: s[(np.arange(n, n + T) + 1) % len(s)],
    ("target-is-the-input", "Y is the same as X", lambda s, n, T: s[n : n + T]),
    ("target-is-the-previous", "Y is one step earlier than X", "The network would be asked for what it has already "
     "read (and the first window would have no target). Shift Y forwards.",
     lambda s, n, T: s[(np.arange(n, n + T) - 1) % len(s)]),
    ("target-two-steps-later", "Y is two steps later than X", lambda s, n, T: s[(np.arange(n, n + T) + 2) % len(s)],
     lambda s, n, T: s[np.minimum(np.arange(n, n + T) + 2, len(s) - 1)]),
    ("target-by-adding-one", "Y is X + 1", "That is right for 1, 2, 3, ... only. The target is the series' own next "
     "number, whatever it is.", lambda s, n, T: s[n : n + T] + 1),
    ("target-is-the-next-window", "Y is the window after X", "Y starts T steps later. It starts one step later: each "
     "number's target is the number right after it.", lambda s, n, T: padded(s[n + T : n + 2 * T], T),
     lambda s, n, T: s[(np.arange(n, n + T) + T) % len(s)],
     lambda s, n, T: s[np.minimum(np.arange(n, n + T) + T, len(s) - 1)]),
    ("only-the-last-target", "Y holds the last target only", "That is many-to-one. Here every step has a target, so Y "
     "has the shape of X.", lambda s, n, T: s[n + T : n + T + 1]),
    ("last-target-at-every-step", "Y holds the number after the window at every step", "Step t has a target of its "
     "own, the number after X[t].", lambda s, n, T: np.repeat(s[n + T], T)),
    ("last-window-wraps", "The last window's targets are the first window", "Rolling the windows hands the last one "
     "the first. Its targets are in the series, one step later.",
     lambda s, n, T: s[(n + 1) % (len(s) - T) + np.arange(T)]),
    ("wrapped-inside-the-window", "Each window's last target is its own first number",
     "np.roll of a window wraps around. " + NEXT, lambda s, n, T: np.roll(s[n : n + T], -1)),
    ("target-is-the-change", "Y holds the change to the next number, not the number", "The network is to give the "
     "number itself: Y[t, 0, n] = series[n + t + 1].", lambda s, n, T: np.diff(padded(s[n : n + T + 1], T + 1)),
     lambda s, n, T: -np.diff(padded(s[n : n + T + 1], T + 1))),
    why=NEXT)

SHAPE = "X (T, D, B)"


def columns(w):
    return w.T[:, None, :]


TURNED = slot(  # run (windows as rows, (N, T)) -> an array
    SHAPE, columns,
    ("examples-first", "Examples are the first axis", "You return (N, T, 1): a row per window. Here time is first and "
     "a column is an example: (T, 1, N).", lambda w: w[:, :, None]),
    ("middle-axis-missing", "The axis of the inputs is missing",
     "You return (T, N). A step has D = 1 input, so X is (T, 1, N): X[:, None, :].", lambda w: w.T),
    ("time-as-inputs", "A window is one step with many inputs", "You return (1, T, N): the network would see the whole "
     "window at once. Time is the first axis: (T, 1, N).", lambda w: w.T[None]),
    ("reshaped-for-transposed", "reshape has mixed the windows", "The windows are rows (N, T); reshape to (T, 1, N) "
     "cuts them up anew. Transpose them: np.array(windows).T[:, None, :].", lambda w: w.reshape(w.shape[1], 1, -1)),
    ("windows-as-steps", "A window is a row of its own step",
     "You return (N, 1, T). Time is the first axis and a window is a column: (T, 1, N).", lambda w: w[:, None, :]),
    ("rows-of-windows", "A window is a row",
     "You return (N, T). Time is the first axis and a column is an example: (T, 1, N).", lambda w: w),
    ("newest-first", "The windows run from the newest number to the oldest", "Step 0 has the oldest number of a "
     "window: X[t, 0, n] = series[n + t].", lambda w: columns(w[:, ::-1])))


def as_rows(windows, T):
    """Windows as (N, T), where N may be 0."""
    return np.array(windows) if windows else np.zeros((0, T))


def cut_up(s, series, length):
    series = s.series(np.array(series, float))
    T = s.length(length, len(series))
    starts = list(s.starts(len(series), T))
    windows = [series[(n + np.arange(T)) % len(series)] for n in starts]
    return SimpleNamespace(series=series, T=T, starts=starts, X=as_rows(windows, T),
                           turned=s.turned)


MAKE_WINDOWS = Family(
    flow=cut_up,
    slots={"starts": STARTS, "turned": TURNED,
           "length": slot(WINDOW, lambda T, S: T,
                          ("length-ignored", "The whole series is one window",
                           "A window has `length` numbers, and every start gives one.", lambda T, S: S - 1),
                          ("windows-one-short", "The windows are one number short", lambda T, S: T - 1),
                          why="A window has `length` numbers: series[n : n + length]."),
           "series": slot(WINDOW, lambda x: x,
                          ("whole-numbers", "The numbers have lost their decimals",
                           "dtype=int cuts them off: use floats.", np.trunc),
                          ("series-in-reverse", "The series is read backwards", "Window n starts at series[n].",
                           lambda x: x[::-1]))},
    outputs={"X": Output(lambda s, f: f.turned(f.X)),
             "Y": Output(lambda s, f: s.own(f.turned, as_rows([s.target(f.series, n, f.T) for n in f.starts], f.T)),
                         {"target": TARGET, "own": slot(
                 SHAPE, lambda turned, y: turned(y),
                 ("targets-as-rows", "Y has a row per window", lambda turned, y: y),
                 why="Y has the shape of X, (T, 1, N).")})})

# ---- scaling ----

SCALE = "shift = mean(series), scale = sqrt(mean((series - shift)^2))"
ROOT = "scale = sqrt(mean((series - shift)^2))"
SHIFT = slot(
    SCALE, np.mean,
    ("median-for-mean", "shift is the median", np.median),
    ("no-shift", "shift is 0", "Subtract the mean, so that numbers lie on both sides of 0, where tanh is steep.",
     lambda s: 0.0),
    ("minimum-for-mean", "shift is the minimum", "Use the mean: numbers then lie around 0, where tanh is steep.",
     np.min),
    ("middle-for-mean", "shift is midway between minimum and maximum", lambda s: (s.max() + s.min()) / 2),
    ("scaled-series-returned", "The scaled series is returned", "Return the two numbers. The caller scales, and scales "
     "what comes later with the same two numbers.", lambda s: (s - s.mean()) / s.std()),
    ("shifted-series-returned", "The shifted series is returned", "Return the two numbers: the caller scales.",
     lambda s: s - s.mean()), why="Use the mean of the whole series.")
SPREAD = slot(  # run (series, its centre)
    SCALE, lambda s, m: np.sqrt(np.mean((s - m) ** 2)),
    ("n-minus-one", "The standard deviation divides by S - 1", "That is ddof=1 (the default of pandas and of "
     "statistics.stdev). The scaled training part should have mean square 1: ddof=0.", lambda s, m: s.std(ddof=1)),
    ("variance-for-deviation", "scale is the variance",
     "Take the square root: the variance has the unit of the series squared.", lambda s, m: np.var(s)),
    ("divided-by-the-maximum", "scale is the largest number", "Dividing by the maximum leaves the spread to chance. "
     "Use the standard deviation.", lambda s, m: np.abs(s).max(), lambda s, m: np.max(s)),
    ("not-shifted-first", "scale is measured from zero", "You take the root of mean(series^2). Deviations are measured "
     "from the mean: mean((series - shift)^2).", lambda s, m: np.sqrt(np.mean(s**2))),
    ("absolute-deviation", "scale is the mean absolute deviation", lambda s, m: np.abs(s - m).mean()),
    ("largest-deviation", "scale is the largest deviation", lambda s, m: np.abs(s - m).max()),
    ("range-for-deviation", "scale is the range", lambda s, m: np.ptp(s)),
    ("root-not-averaged", "The squares are summed, not averaged", "scale grows with the length of the series. Divide "
     "by S before the root.", lambda s, m: np.sqrt(np.sum((s - m) ** 2))),
    ("one-over-scale", "scale is a factor, not a divisor", "It is used as (series - shift) / scale, so return the "
     "deviation itself, not 1 / deviation.", lambda s, m: 1 / s.std()),
    why=ROOT + ": the standard deviation.")


def scaled(s, series):
    """The centre is what deviations are measured from, and, unless another is told, the shift."""
    series, shift, scale = s.both(np.array(series, float))
    m = s.centre(series)
    return SimpleNamespace(series=series, m=m, shift=m if shift is None else shift, scale=scale)


TOLD = (Variant(lambda f: f.shift), *(replace(v, run=lambda f, run=v.run: run(f.series)) for v in SHIFT[1:]))


FIT_SCALE = Family(
    flow=scaled, weight=2,
    slots={"centre": but(SHIFT, "scaled-series-returned", "shifted-series-returned"), "both": slot(
        SCALE, lambda s: (s, None, None),
        ("min-and-range", "shift and scale are minimum and range", "That maps to 0..1, where tanh is used on one side "
         "only and one outlier sets the scale. Use mean and standard deviation.", lambda s: (s, np.min(s), np.ptp(s))),
        ("middle-and-half-range", "shift and scale map the series to -1..1", "(max + min) / 2 and (max - min) / 2 are "
         "set by two numbers alone, often outliers. Use mean and standard deviation.",
         lambda s: (s, (s.max() + s.min()) / 2, np.ptp(s) / 2)),
        why="Use mean and standard deviation of the whole series.")},
    outputs={"shift": Output(lambda s, f: s.shift(f), {"shift": TOLD},
                             made("", SCALE)),
             "scale": Output(lambda s, f: s.spread(f.series, f.m) if f.scale is None else f.scale, {"spread": SPREAD},
                             made("", SCALE))})

# ---- the readout, backwards ----

READ = "dWy = sum_t dy_t h_t^T, dc = sum_t dy_t (over the batch too), dh_t = Wy^T dy_t"
OF_WY, OF_C, OF_H = "dWy = sum_t dy_t h_t^T", "dc = sum_t dy_t", "dh_t = Wy^T dy_t"
GROWS = slot(
    READ, lambda V: V.sum(0),
    ("{o}-overwritten|last-step-only", "{o} {has} the last step's share only",
     "With `=` in a loop each step overwrites the one before. Wy and c are used at every step: accumulate with `+=`.",
     lambda V: V[-1]),
    ("{o}-of-the-first-step|first-step-only", "{o} {has} the first step's share only", "`=` for `+=` on the way back, "
     "or `return` inside the loop, leaves the first step. Accumulate with `+=` over all steps.", lambda V: V[0]),
    ("{o}-per-step|gradients-stacked", "{o} {has} a share of its own for each step", lambda V: V),
    ("{o}-zero|gradients-stay-zero", "{o} {is} zero", "Nothing is added to {o}: add this step's share.",
     lambda V: 0 * V[0]),
    why="All steps share Wy and c, so their shares add up, once each.")


def gradients_of_readout(s, dy, h_states, Wy):
    dy, h = s.loss(np.array(dy)), np.array(h_states)
    return SimpleNamespace(dy=dy, h=h, Wy=Wy, T=len(dy), B=dy.shape[2])


def product(dy, h):
    return dy @ h.transpose(0, 2, 1)


def gradients(axes):
    return late(READ, axes, *MEANS)


READOUT_BACKWARD = Family(
    flow=gradients_of_readout, weight=4,
    slots={"loss": slot(
        READ, lambda dy: dy,
        ("many-to-one", "Only the last step is read out", "You treat the readout as many-to-one. Every step has an "
         "output, so every step has its share of dWy, dc and its own dh_t.",
         lambda dy: np.concatenate([0 * dy[:-1], dy[-1:]])), of=("dy", "TOB"))},
    outputs={
        "dWy": Output(lambda s, f: s.grows(s.product(f.dy, s.state(f.h))), {
            "state": slot(OF_WY, lambda h: h,
                          ("tanh-in-dWy", "dWy includes tanh'", lambda h: 1 - h**2),
                          why="y_t = Wy h_t + c, with the state after step t of each example: dy_t @ h_t.T.",
                          of=("in dWy, h_t", "THB")),
            "product": slot(OF_WY, product,
                            ("sums-before-product", "dWy is the product of sums", "A sum of products is not a product "
                             "of sums: multiply step by step (and example by example), then add.",
                             lambda dy, h: (dy.sum(0) @ h.sum(0).T)[None],
                             lambda dy, h: np.outer(dy.sum((0, 2)), h.sum((0, 2)))[None]),
                            ("outer-for-the-batch", "np.outer makes dWy too large for a batch",
                             "np.outer flattens both sides. dy_t @ h_t.T sums over the batch.",
                             lambda dy, h: np.array([np.outer(a, b) for a, b in zip(dy, h, strict=True)]))),
            "grows": GROWS}, gradients("OH")),
        "dc": Output(lambda s, f: s.grows(s.over(f.dy, f)), {
            "over": slot(OF_C, lambda dy, f: dy.sum(axis=2, keepdims=True),
                         ("dc-not-summed-over-batch", "dc has a column per example", lambda dy, f: dy),
                         ("dc-one-number", "dc is one number", lambda dy, f: dy.sum(axis=(1, 2))),
                         ("dc-summed-over-outputs", "dc is summed over the outputs",
                          lambda dy, f: dy.sum(axis=1, keepdims=True), lambda dy, f: dy.sum(axis=1),
                          lambda dy, f: dy.sum(axis=1)[..., None]),
                         ("dc-carries-h", "dc is multiplied by the state", "c is added to Wy h_t, so its gradient is "
                          "dy_t itself.", lambda dy, f: product(dy, f.h).sum(axis=2, keepdims=True)),
                         why="All examples share c, each output has its own: dy_t.sum(axis=1, keepdims=True), (O, 1)."),
            "grows": GROWS}, (*gradients("O1"), parts(
                "dy", "TOB", lambda f: f.dy, lambda dy, f: dy.sum(axis=(0, 2))[:, None], OF_C,
                "Every step and example adds its share of dy."))),
        "dh": Output(lambda s, f: s.through(f), {
            "through": slot(OF_H, lambda f: f.Wy.T @ f.dy,
                            ("tanh-in-dh", "dh includes tanh'", "dh_t is what reaches h_t itself. The factor 1 - h_t^2 "
                             "belongs to the step back through the cell, which applies it already.",
                             lambda f: f.Wy.T @ f.dy * (1 - f.h**2)),
                            ("dh-carried", "dh adds up what comes from later steps", "dh_t is the loss at step t "
                             "reaching h_t directly. What flows between the steps is the work of rnn_backward.",
                             lambda f: np.cumsum((f.Wy.T @ f.dy)[::-1], axis=0)[::-1]),
                            ("dh-backwards", "dh is in reversed order", "You append while walking backwards, so dh[0] "
                             "belongs to the last step. Reverse it, or write into dh[t].",
                             lambda f: (f.Wy.T @ f.dy)[::-1]),
                            ("dh-aliased", "Every step of dh is the last one's",
                             "One array is filled again and again. Make a new one at each step.",
                             lambda f: everywhere(f.Wy.T @ f.dy, -1)))}, gradients("THB"))})

# ---- clipping ----

CLIP = "norm = sqrt(sum of all squares), g <- g min(1, max_norm / norm)"


def squares(grads):
    return sum(float((g**2).sum()) for g in grads.values())


NORM = slot(
    CLIP, lambda grads: np.sqrt(squares(grads)),
    ("norms-added", "The norms of the arrays are added", "Lengths of perpendicular parts do not add, their squares do. "
     "Sum the squares, then take one root.", lambda grads: sum(np.linalg.norm(g) for g in grads.values())),
    ("root-forgotten", "The root is missing", "The sum of squares is the norm squared. Take its root.", squares),
    ("largest-norm", "The norm is that of the largest array", "All arrays together are one vector. Sum the squares of "
     "all of them, then take one root.", lambda grads: max(np.linalg.norm(g) for g in grads.values())),
    ("largest-element", "The norm is the largest element", "That is the maximum norm. Use the Euclidean one: the root "
     "of the sum of squares.", lambda grads: max(np.abs(g).max() for g in grads.values())),
    ("absolute-values-added", "The norm is the sum of absolute values", "Use the Euclidean norm: the root of the sum "
     "of squares.", lambda grads: sum(np.abs(g).sum() for g in grads.values())),
    ("mean-of-squares", "The squares are averaged", "The norm is the length of the gradient: the root of the sum of "
     "squares, not of their mean.", lambda grads: np.sqrt(squares(grads) / sum(g.size for g in grads.values()))),
    ("norm-of-the-last", "The norm is that of the last array", "`=` for `+=`? Sum the squares of all arrays, then take "
     "one root.", lambda grads: np.linalg.norm([*grads.values()][-1])),
    ("norm-of-the-first", "The norm is that of the first array", "Sum the squares of all arrays, then take one root.",
     lambda grads: np.linalg.norm([*grads.values()][0])))


def on_its_own(power):
    """Runs that cut each array to max_norm / count^power: where it is longer, or where all together are too long."""
    return (lambda g, n, m, grads: shortened(g, m / len(grads)**power),
            lambda g, n, m, grads: g * (m / len(grads)**power / np.linalg.norm(g)) if n > m and g.any() else g)


TURNS = "The arrays shrink by different factors, so the direction turns. One norm over all of them, one factor for all."
SHORTEN = slot(  # run (gradient, norm, max_norm, all gradients) -> what becomes of it
    CLIP, lambda g, n, m, grads: g * (m / n) if n > m else g * 1.0,
    ("element-by-element", "Each element is clipped on its own", "np.clip turns the gradient: large elements shrink, "
     "small ones stay. Scale everything by one factor, so the direction is kept.",
     lambda g, n, m, grads: np.clip(g, -m, m)),
    ("each-array-on-its-own", "Each array is clipped by its own norm", TURNS, *on_its_own(0)),
    ("each-array-to-its-part", "Each array is clipped on its own, to a part of max_norm", TURNS, *on_its_own(1),
     *on_its_own(0.5)),
    ("decided-by-one-of-them", "Gradients that are too long only when taken together are not clipped", "Does a single "
     "array, or a single element, decide? The norm of all of them together does: where it is above max_norm, all are "
     "scaled.", lambda g, n, m, grads: g * (m / n) if max(np.abs(a).max() for a in grads.values()) > m else g,
     lambda g, n, m, grads: g * (m / n) if max(map(np.linalg.norm, grads.values())) > m else g),
    ("not-clipped", "Nothing is clipped", "Above the threshold every gradient is multiplied by max_norm / norm.",
     lambda g, n, m, grads: g),
    ("scaled-up-too", "Short gradients are stretched", "Below the threshold nothing changes: factor min(1, max_norm / "
     "norm).", lambda g, n, m, grads: g * (m / n), lambda g, n, m, grads: g * m / n,
     lambda g, n, m, grads: g * (m / n) if n else g, lambda g, n, m, grads: g * (m / n) if n and np.isfinite(m) else g,
     *(lambda g, n, m, grads, little=little: g * (m / (n + little)) for little in (1e-6, 1e-8, 1e-12))),
    ("divided-by-the-norm", "The clipped gradient has length 1",
     "You divide by the norm but do not multiply by max_norm.", lambda g, n, m, grads: g / n if n > m else g),
    ("always-length-one", "Every gradient gets length 1",
     "Only what is longer than max_norm is shortened, to max_norm.", lambda g, n, m, grads: g / n if n else g),
    ("condition-turned-round", "Short gradients are scaled, long ones are not",
     "Scale where the norm is *above* the threshold.", lambda g, n, m, grads: g * (m / n) if n < m else g),
    ("factor-turned-round", "The factor is norm / max_norm", "That makes long gradients longer. Multiply by max_norm / "
     "norm.", lambda g, n, m, grads: g * (n / m) if n > m else g),
    ("zero-when-too-long", "A gradient that is too long is dropped",
     "Shorten it, do not discard it: its direction is still good.", lambda g, n, m, grads: g * (n <= m)),
    ("inf-over-inf", "An infinite max_norm gives nan", "inf / inf, or inf * 0, is nan. Shorten only where norm > "
     "max_norm.", lambda g, n, m, grads: g * (m / max(n, m)) if n or np.isfinite(m) else g),
    ("zero-over-zero", "A gradient of zeros gives nan", "0 / 0 is nan. Shorten only where norm > max_norm.",
     lambda g, n, m, grads: g * np.minimum(1.0, np.float64(m) / n) if n else g * np.nan),
    why="Scale everything by one factor: max_norm / norm.")


def clip(s, grads, max_norm):
    norm = s.norm(grads)
    return SimpleNamespace(norm=norm, grads=grads,
                           clipped={name: s.shorten(np.array(g), norm, max_norm, grads) for name, g in grads.items()})


CLIP_BY_NORM = Family(
    flow=clip, weight=3,
    slots={"shorten": SHORTEN, "norm": NORM},
    outputs={"clipped": Output(lambda s, f: s.kept(f), {"kept": slot(
                 CLIP, lambda f: f.clipped,
                 ("only-the-last-clipped", "Only the last array is clipped",
                  "Every array is multiplied by the factor: g * factor for each name.",
                  lambda f: {name: f.clipped[name] if n + 1 == len(f.grads) else g for n,
                             (name, g) in enumerate(f.grads.items())}))}),
             "norm": Output(lambda s, f: s.told(f), {"told": slot(
                 CLIP, lambda f: f.norm,
                 ("norm-after-clipping", "The norm is measured after clipping", "Return the norm before clipping: it "
                  "tells how far the gradient was from the threshold.", lambda f: np.sqrt(squares(f.clipped))),
                 why="Return the norm before clipping.")})})
