"""The families of the numerical gradient, of the relative error and of the shares of single losses."""

from types import SimpleNamespace

import numpy as np

from rnn_helpers.bptt import rnn_backward
from rnn_helpers.check.changes import only
from rnn_helpers.check.family import Family, Output, Variant, slot
from rnn_helpers.check.solvers import made

# ---- central differences ----

CENTRAL, ONE = "dL/dp = (f(p + eps) - f(p - eps)) / (2 eps)", "one element moves at a time"
SAME = "param is the same before and after"
QUOTIENT = slot(  # run (f) -> the slope; f.plus, f.minus, f.middle : f(p + eps), f(p - eps), f(p)
    CENTRAL, lambda f: (f.plus - f.minus) / (2 * f.eps),
    ("forward-difference", "A one-sided difference", "(f(p + eps) - f(p)) / eps is off by eps f''/2. The central "
     "difference is off by eps^2 f'''/6 only.", lambda f: (f.plus - f.middle) / f.eps),
    ("divided-by-eps", "The difference is divided by eps", "The two points lie 2 eps apart: divide by 2 * eps.",
     lambda f: (f.plus - f.minus) / f.eps),
    ("eps-halved-wrongly", "The brackets around 2 * eps are missing",
     "/ 2 * eps divides by 2 and multiplies by eps. Write / (2 * eps).", lambda f: (f.plus - f.minus) / 2 * f.eps),
    ("not-divided", "The difference is not divided", "A slope is a difference over a distance: divide by 2 * eps.",
     lambda f: f.plus - f.minus),
    ("divided-by-2", "The difference is divided by 2, not by 2 eps", "The two points lie 2 eps apart.",
     lambda f: (f.plus - f.minus) / 2),
    ("sign", "The sign is wrong", "f(p + eps) comes first, f(p - eps) is subtracted from it.",
     lambda f: (f.minus - f.plus) / (2 * f.eps)),
    ("minus-eps-forgotten", "The second point is p, not p - eps", "You measure (f(p + eps) - f(p)) / (2 eps), half the "
     "slope (param += eps, then param -= eps leads back to p). Go on to p - eps.",
     lambda f: (f.plus - f.middle) / (2 * f.eps)),
    ("plus-eps-forgotten", "The first point is p, not p + eps", "You measure (f(p) - f(p - eps)) / (2 eps), half the "
     "slope. Is f called before the element has moved up?", lambda f: (f.middle - f.minus) / (2 * f.eps)),
    ("backward-difference", "A one-sided difference", "(f(p) - f(p - eps)) / eps errs in proportion to eps, the "
     "central difference in proportion to eps^2.", lambda f: (f.middle - f.minus) / f.eps))

COPY = ("f reads param itself: it never sees a change to a copy. Change param in place, an element at a time, and put "
        "it back.")
MOVES = slot(  # run (param) -> what is moved, and the places that move together
    ONE, lambda param: (param, list(np.ndindex(*param.shape))),
    ("a-copy-is-moved", "Every difference is 0: param itself never moves", COPY,
     lambda param: (param.copy(), list(np.ndindex(*param.shape)))),
    ("all-at-once", "All elements move at once", "Then you measure the sum of all slopes, the same number everywhere. "
     "Move one element at a time.", lambda param: (param, [...])),
    ("a-row-at-a-time", "A whole row moves at once", "param[i] of a matrix is a row. Move one element at a time: "
     "param[i, j], or for index in np.ndindex(*param.shape).", lambda param: (param, list(range(len(param))))),
    *((f"{name}-only", f"Only the {name.replace('-', ' ')} moves",
       lambda param, places=places: (param, places(*param.shape)))
      for name, places in (("first-column", lambda rows, columns: [(i, 0) for i in range(rows)]),
                           ("first-row", lambda rows, columns: [(0, j) for j in range(columns)]),
                           ("diagonal", lambda rows, columns: [(i, i) for i in range(min(rows, columns))]))),
    ("last-element-missing", "The last element does not move",
     lambda param: (param, list(np.ndindex(*param.shape))[:-1])),
    why="for index in np.ndindex(*param.shape) goes to every element.")

BACK = slot(  # run (what was there, eps, what is there now) -> what is put there after the element was moved
    SAME, lambda old, eps, now: old,
    ("never-restored", "param is not put back", "Each element stays at p - eps, so the next ones are measured "
     "elsewhere, and the caller's weights have moved. Save p, as a copy, and put it back.", lambda old, eps, now: now),
    ("put-back-as-p-plus-eps", "Each element of param stays one eps too high",
     "Put p back as it was, after the last call of f.", lambda old, eps, now: now + 2 * eps),
    why="Put p back as it was.")


def slopes(s, f, param, eps=1e-5):
    eps, before, gradient = s.eps(eps), param.copy(), np.zeros(param.shape)
    moved, places = s.moves(param)
    for place in places:
        middle, old = f(), np.array(moved[place])
        step = s.step(old, eps)
        moved[place] = old + step
        plus = f()
        moved[place] = old - step
        minus = f()
        if not s.late:
            moved[place] = s.back(old, eps, np.array(moved[place]))
        gradient[place] = s.quotient(SimpleNamespace(plus=plus, minus=minus, middle=middle, eps=eps))
    if s.late:
        param[...] = before
    return s.given(gradient)


NUMERICAL_GRADIENT = Family(
    flow=slopes, weight=12, outputs={}, slots={
        "quotient": QUOTIENT, "moves": MOVES, "back": BACK,
        "eps": slot(CENTRAL, lambda eps: eps, ("eps-ignored", "The slope is not that over steps of eps",
                                               "Is it a fixed number? Go up and down by the argument eps.",
                                               *(lambda eps, own=own: own for own in (
                                                   1e-5, 1e-4, 1e-6, 0.01, 0.1, 1.0, 0.5))),
                    why="Move by eps itself."),
        "step": slot(CENTRAL, lambda old, eps: eps,
                     ("eps-in-proportion", "The step is eps times the element", "p (1 + eps) moves by eps p, and you "
                      "divide by eps. Move by eps itself.", lambda old, eps: eps * old)),
        "late": slot(ONE, False, ("restored-at-the-end", "param is put back too late", "Earlier elements stay moved "
                                  "while later ones are measured. Put each back before you go on.", True)),
        "given": slot("dL/dp has the shape of p", lambda g: g,
                      ("gradient-flat", "The gradient is flat",
                       "The numbers are right; the gradient has the shape of param.", np.ravel),
                      ("gradient-transposed", "The gradient is transposed", "It has the shape of param.", np.transpose),
                      ("gradient-in-whole-numbers", "The gradient has lost its decimals",
                       "Is there a dtype=int, or a round?", np.trunc, np.round),
                      ("gradient-summed", "One number is returned", "A slope for each element: the shape of param.",
                       np.sum))})

# ---- relative error ----

ERROR, NONE = "||a - b|| / (||a|| + ||b||)", "relative_error(0, 0) = 0"


def quotient(above, below):
    return above / below


def of_elements(gather):
    """A quotient for each element, where both are 0 it is 0; gathered into a number."""
    return lambda above, below: gather(np.where(below == 0, 0.0, above / np.where(below == 0, 1.0, below)))


EITHER = "Either of the two may be the wrong one. Divide by a size that treats both alike: ||a|| + ||b||."
SIZE = (  # a size of an array, and how two sizes become an error: all but the last are right
    *(Variant(pair) for pair in ((np.linalg.norm, quotient), (lambda a: np.abs(a).max(), quotient),
                                 (lambda a: np.abs(a).sum(), quotient), (lambda a: np.abs(a).mean(), quotient),
                                 (lambda a: np.sqrt(np.mean(a**2)), quotient), (np.abs, of_elements(np.max)),
                                 (np.abs, of_elements(np.mean)))),
    *slot("relative_error(a, b) is a float", None,
          ("an-array", "The result is an array", "One number for the whole gradient: take norms, or the largest "
           "element.", (np.abs, of_elements(np.asarray)), (np.abs, quotient)),
          ("zero-by-zero", "Two zeros give no number", "Element by element, 0 / 0 is nan: count each pair of zeros as "
           "0.", (np.abs, lambda above, below: np.max(above / below), "as it comes"),
           (np.abs, lambda above, below: np.mean(above / below), "as it comes")),
          ("squared", "The norms are squared", "One part in a thousand comes out as about 1e-7, and would pass as "
           "right. Take the root of each sum of squares.", (lambda a: np.sum(a**2), quotient),
           (lambda a: np.mean(a**2), quotient)),
          ("signs-cancel", "Elements of opposite sign cancel",
           "a - b, a and b have both signs, and their sums can be 0. Take the norm, or absolute values, first.",
           (lambda a: np.abs(np.sum(a)), quotient), (lambda a: np.abs(np.mean(a)), quotient)))[1:])
BELOW = (
    *(Variant(run) for run in (lambda size, a, b: size(a) + size(b), lambda size, a, b: np.maximum(size(a), size(b)),
                               lambda size, a, b: (size(a) + size(b)) / 2,
                               lambda size, a, b: np.sqrt(size(a)**2 + size(b)**2))),
    *slot(ERROR, None,
          ("measured-by-a-only", "Only a's size counts", lambda size, a, b: size(a)),
          ("measured-by-b-only", "Only b's size counts", lambda size, a, b: size(b)),
          ("absolute", "The error is absolute",
           "||a - b|| grows with the gradients' size. Divide by it: ||a|| + ||b||.", lambda size, a, b: 1.0),
          ("norm-of-the-sum", "The size is that of a + b", "||a + b|| is 0 for opposite gradients, the worst case of "
           "all. Divide by ||a|| + ||b||.", lambda size, a, b: size(a + b)),
          ("norms-multiplied", "The difference is divided by a product of norms",
           "||a|| ||b|| grows with the square of the size, so the error depends on the scale. Divide by ||a|| + ||b||.",
           lambda size, a, b: size(a) * size(b)),
          rare=[("one-added", "1 is added to the size, or the size is at least 1",
                 "Then small gradients look right, whatever they are. Divide by ||a|| + ||b|| alone.",
                 lambda size, a, b: size(a) + size(b) + 1, lambda size, a, b: np.maximum(1, size(a) + size(b)),
                 lambda size, a, b: np.maximum(1, np.maximum(size(a), size(b))))], why=EITHER)[1:])
ABOVE = slot(
    ERROR, lambda size, a, b: size(a - b),
    ("difference-of-the-norms", "The difference is that of the two lengths",
     "Two gradients of one length may point in different directions. Subtract first, then take the norm: ||a - b||.",
     lambda size, a, b: np.abs(size(a) - size(b)), lambda size, a, b: size(a) - size(b)),
    ("differences-cancel", "Differences cancel", "a - b has both signs, and their sum can be 0. Take the norm, or "
     "absolute values, first.", lambda size, a, b: abs(np.sum(a - b)), lambda size, a, b: np.sum(a - b),
     lambda size, a, b: abs(np.mean(a - b)), lambda size, a, b: np.mean(a - b)))
AFTER = slot(
    ERROR, lambda x, a, b: x,
    ("in-percent", "The error is in percent", "Leave out the factor 100: tolerances such as 1e-6 are fractions.",
     lambda x, a, b: 100 * x),
    ("squared-again", "The error is squared", "One part in a thousand comes out as about 1e-6. Is a root missing, or a "
     "square too many?",
     lambda x, a, b: x * x),
    ("agreement", "1 means equal", "An error is 0 when both agree. You return one minus it.", lambda x, a, b: 1 - x),
    rare=[("true-or-false", "The result is True or False", "np.allclose compares with a tolerance of its own, and does "
           "not tell how large the error is. Return the number.", lambda x, a, b: float(np.allclose(a, b)),
           lambda x, a, b: float(not np.allclose(a, b))),
          ("true-or-false", "The result says yes or no", "A threshold belongs to the caller: return the number.", *(
              lambda x, a, b, most=most, turn=turn: float((x < most) == turn)
              for most in (1e-6, 1e-5, 1e-4) for turn in (True, False)))])
ZEROS = (*(Variant(run) for run in (lambda a, b, below: not a.any() and not b.any(),
                                    lambda a, b, below: not np.any(below))), *slot(
    NONE, None,
    ("zero-by-zero", "Two zeros give no number", "0 / 0 is nan. Two gradients that are both zero agree: return "
     "0.", lambda a, b, below: False),
    ("zeros-asked-with-all", "Arrays with some zeros count as zero",
     "`a.all() == 0` is true as soon as one element is 0. Ask whether any is not: `not a.any() and not b.any()`.",
     lambda a, b, below: not a.all() and not b.all(), lambda a, b, below: not a.all() or not b.all()),
    ("one-zero-is-enough", "A zero array agrees with everything",
     "You return 0 when one of them is zero, so a gradient that is 0 everywhere would pass. Return 0 when both are.",
     lambda a, b, below: not a.any() or not b.any()),
    ("zero-a-is-enough", "A zero array a agrees with everything", "You return 0 when a is zero, so a gradient that is "
     "0 everywhere would pass. Return 0 when both are.", lambda a, b, below: not a.any()),
    ("zero-b-is-enough", "A zero array b agrees with everything", "You return 0 when b is zero, so a gradient that "
     "should be 0 everywhere would pass. Return 0 when both are.", lambda a, b, below: not b.any()),
    ("zeros-asked-by-their-sum", "Arrays whose sum is 0 count as zero", "A sum can be 0 though the elements are not. "
     "Ask whether any element is not 0: a.any().", lambda a, b, below: abs(a.sum()) + abs(b.sum()) < 1e-9,
     lambda a, b, below: abs(a.sum() + b.sum()) < 1e-9,
     lambda a, b, below: abs(a.sum()) < 1e-9 or abs(b.sum()) < 1e-9))[1:])


def relative(s, a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    size, error, *bare = s.size
    below = s.below(size, a, b)
    if not bare and s.zeros(a, b, below):
        return s.after(0.0, a, b)
    return s.after(error(s.above(size, a, b), below), a, b)


RELATIVE_ERROR = Family(flow=relative, weight=20, outputs={}, raw=("zeros",),
                        probe=lambda i, values: ((i["a"], i["b"]), values.get("value")),
                        slots={"below": BELOW, "above": ABOVE, "size": SIZE, "after": AFTER, "zeros": ZEROS})

# ---- one loss at a time ----

SHARE = "sizes[t, p] = norm of the gradient of p when only dh[t] is not 0"


START = "Start from zeros and put in dh[t] alone."
COUNTED = slot(  # run (dh, t) -> the losses that count in row t
    SHARE, only,
    ("earlier-losses-too", "The earlier losses count as well", f"Row t holds what losses 0..t make together. {START}",
     lambda dh, t: np.concatenate([dh[: t + 1], 0 * dh[t + 1:]])),
    ("later-losses-too", "The later losses count as well", f"Row t holds what losses t..T-1 make together. {START}",
     lambda dh, t: np.concatenate([0 * dh[:t], dh[t:]])),
    ("all-losses-but-one", "All losses count except the one", "Row t holds what all the others make. It is the other "
     "way round: dh[t] stays, the others are 0.", lambda dh, t: dh - only(dh, t)),
    ("always-all-losses", "All losses count every time",
     "Every row is the same: the losses of the other steps are still in dh.", lambda dh, t: dh),
    ("ones-for-dh", "The loss of a step is replaced by ones",
     "What counts at step t is dh[t] itself, in its own size and direction.", lambda dh, t: only(np.ones_like(dh), t)),
    *((f"{which}-{what}-only", f"Only the {which} {what} of dh[t] is handed over", "Put in all of dh[t].",
       lambda dh, t, key=key, axis=axis: only(only(dh, t), key, axis)) for what, axis in (("example", 2), ("unit", 1))
      for which, key in (("first", 0), ("last", -1))), why=START)
HANDED = slot(  # run (dh with the losses that count, caches, t) -> what is handed over
    SHARE, lambda dh, caches, t: (dh, caches),
    ("sequence-cut-after-t", "The sequence is cut off after step t", "A backward function that looks at the end of the "
     "sequence sees a different sequence. Hand over all of it, with zeros for the others.",
     lambda dh, caches, t: (dh[: t + 1], caches[: t + 1])),
    ("one-step-only", "Only step t itself is walked", "You hand over one step, so its loss reaches no earlier one. "
     "Hand over the whole sequence, with zeros for the other losses.",
     lambda dh, caches, t: (dh[t: t + 1], caches[t: t + 1])),
    ("sequence-from-t", "The sequence begins at step t",
     "Hand over the whole sequence, with zeros for the other losses.", lambda dh, caches, t: (dh[t:], caches[t:])))
TAKEN = slot(
    SHARE, np.linalg.norm,
    ("squared-norm", "The squared norm is taken", lambda g: np.sum(g**2)),
    ("sum-for-norm", "The elements are added up",
     "Positive and negative ones cancel. Take the norm: np.linalg.norm(g).", np.sum, lambda g: abs(np.sum(g))),
    ("sum-of-sizes", "The absolute values are added up", lambda g: np.abs(g).sum()),
    ("largest-element", "The largest element is taken", lambda g: np.abs(g).max(), np.max),
    why="The norm is the root of the sum of squares: np.linalg.norm(g).")
NO_SUM = "Norms do not add up. Row t is the norm of what dh[t] alone makes."
REDUCED = slot(  # run (sizes, sizes with all losses) -> what is returned
    SHARE, lambda sizes, whole: sizes,
    ("as-fractions", "Each column is divided by its sum", lambda sizes, whole: sizes / sizes.sum(axis=0),
     lambda sizes, whole: 100 * sizes / sizes.sum(axis=0)),
    ("as-fractions-of-the-whole", "The sizes are divided by those of all losses together",
     lambda sizes, whole: sizes / whole),
    ("as-fractions-of-a-row", "Each row is divided by its sum",
     lambda sizes, whole: sizes / sizes.sum(axis=1, keepdims=True)),
    ("as-fractions-of-the-largest", "Each column is divided by its largest number",
     lambda sizes, whole: sizes / sizes.max(axis=0)),
    ("drop-in-size", "The sizes are subtracted from those of all losses together", NO_SUM,
     lambda sizes, whole: whole - sizes, lambda sizes, whole: np.abs(whole - sizes)),
    ("difference-of-rows", "Each row is subtracted from the next", NO_SUM,
     *(lambda sizes, whole, size=size, sign=sign, end=end: size(sign * np.diff(sizes, axis=0, **{end: 0}))
       for size in (np.positive, np.abs) for sign, end in ((1, "prepend"), (-1, "append")))),
    ("one-column", "The three sizes are merged into one", "A column each for dWx, dWh and db.",
     lambda sizes, whole: np.sqrt((sizes**2).sum(axis=1)), lambda sizes, whole: sizes.sum(axis=1)),
    why="Return the norms themselves.")


def one_at_a_time(s, backward, cell, dh, caches):
    backward = s.backward(backward)

    def row(dh, caches):
        return [s.taken(gradient) for gradient in backward(cell, dh, caches)[:3]]

    found = np.array([row(*s.handed(s.counted(np.array(dh), t), caches, t)) for t in range(len(dh))])
    return SimpleNamespace(sizes=found, whole=np.array(row(np.array(dh), caches)))


ORDER = "The columns are dWx, dWh, db, in the order in which backward returns them."
SHARES = Family(
    flow=one_at_a_time, weight=60,
    slots={"counted": COUNTED, "handed": HANDED, "taken": TAKEN,
           "backward": slot(SHARE, lambda backward: backward,
                            ("course-function-for-backward", "rnn_backward is called, whatever was handed over",
                             "The function to be tested is the argument `backward`: call that one.",
                             lambda backward: rnn_backward))},
    outputs={"sizes": Output(lambda s, f: s.columns(s.reduced(f.sizes, f.whole)), {
        "reduced": REDUCED,
        "columns": slot(SHARE, lambda sizes: sizes,
                        *(("columns-in-another-order", "The columns are in another order", ORDER,
                           lambda sizes, order=order: sizes[:, order])
                          for order in ([1, 0, 2], [2, 1, 0], [0, 2, 1], [1, 2, 0], [2, 0, 1])),
                        ("steps-in-reverse", "The steps are in reverse order", "Row 0 is the first step's loss.",
                         lambda sizes: sizes[::-1]))}, made("T3", SHARE))})
