"""Well-known mistakes in gradient checking."""

import numpy as np

from rnn_helpers.check.exercise import Mistake

CENTRAL = "dL/dp = (f(p + eps) - f(p - eps)) / (2 eps)"


def differences(quotient=lambda plus, minus, middle, eps: (plus - minus) / (2 * eps), restore="each", own_eps=None,
                shape=None):
    """Differences, an element at a time, of which a part is wrong; restore : "each", "never" or "end"."""

    def wrong(f, param, eps=1e-5):
        eps, gradient, before = own_eps or eps, np.zeros(param.shape), param.copy()
        for index in np.ndindex(*param.shape):
            middle, original = f(), param[index].copy()
            param[index] = original + eps
            plus = f()
            param[index] = original - eps
            minus = f()
            if restore == "each":
                param[index] = original
            gradient[index] = quotient(plus, minus, middle, eps)
        if restore == "end":
            param[:] = before
        return gradient if shape is None else gradient.reshape(shape)

    return wrong


def all_at_once(f, param, eps=1e-5):
    before = param.copy()
    param += eps
    plus = f()
    param -= 2 * eps
    minus = f()
    param[:] = before
    return np.full(param.shape, (plus - minus) / (2 * eps))


def a_row_at_a_time(f, param, eps=1e-5):
    gradient, before = np.zeros(param.shape), param.copy()
    for i in range(len(param)):
        param[i] = before[i] + eps
        plus = f()
        param[i] = before[i] - eps
        minus = f()
        param[i] = before[i]
        gradient[i] = (plus - minus) / (2 * eps)
    return gradient


def in_proportion(f, param, eps=1e-5):
    gradient = np.zeros(param.shape)
    for index in np.ndindex(*param.shape):
        original = param[index].copy()
        param[index] = original * (1 + eps)
        plus = f()
        param[index] = original * (1 - eps)
        minus = f()
        param[index] = original
        gradient[index] = (plus - minus) / (2 * eps)
    return gradient


NUMERICAL_GRADIENT = (
    Mistake("forward-difference", "A one-sided difference",
            "(f(p + eps) - f(p)) / eps is off by eps f''/2. The central difference is off by eps^2 f'''/6 only.",
            CENTRAL, differences(lambda plus, minus, middle, eps: (plus - middle) / eps)),
    Mistake("divided-by-eps", "The difference is divided by eps", "The two points lie 2 eps apart: divide by 2 * eps.",
            CENTRAL, differences(lambda plus, minus, middle, eps: (plus - minus) / eps)),
    Mistake("eps-halved-wrongly", "The brackets around 2 * eps are missing", "/ 2 * eps divides by 2 and multiplies by "
            "eps. Write / (2 * eps).", CENTRAL, differences(lambda plus, minus, middle, eps: (plus - minus) / 2 * eps)),
    Mistake("not-divided", "The difference is not divided", "A slope is a difference over a distance: divide by 2 * "
            "eps.", CENTRAL, differences(lambda plus, minus, middle, eps: plus - minus)),
    Mistake("sign", "The sign is wrong", "f(p + eps) comes first, f(p - eps) is subtracted from it.",
            CENTRAL, differences(lambda plus, minus, middle, eps: (minus - plus) / (2 * eps))),
    Mistake("minus-eps-forgotten", "The second point is p, not p - eps", "param += eps, then param -= eps leads back "
            "to p: you measure (f(p + eps) - f(p)) / (2 eps), half the slope. Go on to p - eps.", CENTRAL,
            differences(lambda plus, minus, middle, eps: (plus - middle) / (2 * eps))),
    Mistake("backward-difference", "A one-sided difference",
            "(f(p) - f(p - eps)) / eps errs in proportion to eps, the central difference in proportion to eps^2.",
            CENTRAL, differences(lambda plus, minus, middle, eps: (middle - minus) / eps)),
    Mistake("absolute-slope", "The sign of the slope is lost", "A slope may be negative: no abs.",
            CENTRAL, differences(lambda plus, minus, middle, eps: abs(plus - minus) / (2 * eps))),
    Mistake("never-restored", "param is not put back",
            "Each element stays at p - eps, so the next ones are measured elsewhere, and the caller's weights have "
            "moved. Save p and put it back.", "param is the same before and after", differences(restore="never")),
    Mistake("restored-at-the-end", "param is put back too late", "Earlier elements stay moved while later ones are "
            "measured. Put each back before you go on.", "one element moves at a time", differences(restore="end")),
    Mistake("a-copy-is-moved", "Every difference is 0: param itself never moves", "f reads param itself: it never sees "
            "a change to a copy. Change param in place, an element at a time, and put it back.", "f() reads param",
            lambda f, param, eps=1e-5: differences()(f, param.copy(), eps)),
    Mistake("all-at-once", "All elements move at once", "Then you measure the sum of all slopes, the same number "
            "everywhere. Move one element at a time.", "one element moves at a time", all_at_once),
    Mistake("a-row-at-a-time", "A whole row moves at once",
            "param[i] of a matrix is a row. Move one element at a time: param[i, j], or for index in "
            "np.ndindex(*param.shape).", "one element moves at a time", a_row_at_a_time),
    Mistake("eps-ignored", "eps is not used", "You use a fixed 1e-5. Use the argument eps.", CENTRAL,
            differences(own_eps=1e-5)),
    Mistake("eps-in-proportion", "The step is eps times the element",
            "p (1 + eps) moves by eps p, and you divide by eps. Move by eps itself.", CENTRAL, in_proportion),
    Mistake("gradient-flat", "The gradient is flat", "The numbers are right; the gradient has the shape of param.",
            "dL/dp has the shape of p", differences(shape=-1)),
)

ERROR = "||a - b|| / (||a|| + ||b||)"
norm = np.linalg.norm


def quiet(formula, zero=0.0):
    """A formula that gives `zero` for two zeros."""
    return lambda a, b: formula(a, b) if np.any(a) or np.any(b) else zero


RELATIVE_ERROR = (
    Mistake("absolute", "The error is absolute",
            "||a - b|| grows with the gradients' size. Divide by it: ||a|| + ||b||.", ERROR, lambda a, b: norm(a - b)),
    Mistake("absolute-largest", "The error is absolute", "The largest, or the mean, of |a - b| grows with the "
            "gradients' size. Divide by it: ||a|| + ||b||.", ERROR, lambda a, b: np.abs(a - b).max()),
    Mistake("measured-by-a-only", "Only a's size counts", "Either of the two may be the wrong one. Divide by a size "
            "that treats both alike: ||a|| + ||b||.", ERROR, quiet(lambda a, b: norm(a - b) / norm(a))),
    Mistake("measured-by-b-only", "Only b's size counts", "Either of the two may be the wrong one. Divide by a size "
            "that treats both alike: ||a|| + ||b||.", ERROR, quiet(lambda a, b: norm(a - b) / norm(b))),
    Mistake("measured-by-a-only+zero-a-is-enough", "Only a's size counts", "Which of the two is right is not known, "
            "and any b agrees with a zero a. Divide by a size that treats both alike: ||a|| + ||b||.", ERROR,
            lambda a, b: norm(a - b) / norm(a) if a.any() else 0.0),
    Mistake("difference-of-the-norms", "The difference is that of the two lengths", "Two gradients of one length may "
            "point in different directions. Subtract first, then take the norm: ||a - b||.", ERROR,
            quiet(lambda a, b: abs(norm(a) - norm(b)) / (norm(a) + norm(b)))),
    Mistake("zero-by-zero", "Two zeros give no number",
            "0 / 0 is nan. Two gradients that are both zero agree: return 0. Element by element, that goes for each "
            "pair of zeros.", "relative_error(0, 0) = 0", lambda a, b: norm(a - b) / (norm(a) + norm(b))),
    Mistake("signs-cancel", "Differences cancel", "a - b has both signs, and their sum can be 0. Take the norm, or "
            "absolute values, first.", ERROR, quiet(lambda a, b: abs(np.sum(a - b)) / (norm(a) + norm(b)))),
    Mistake("norm-of-the-sum", "The size is that of a + b", "||a + b|| is 0 for opposite gradients, the worst case of "
            "all. Divide by ||a|| + ||b||.", ERROR, quiet(lambda a, b: norm(a - b) / norm(a + b))),
    Mistake("squared", "The norms are squared",
            "One part in a thousand comes out as about 1e-7, and would pass as right. Take the root of each sum of "
            "squares.", ERROR, quiet(lambda a, b: norm(a - b) ** 2 / (norm(a) ** 2 + norm(b) ** 2))),
    Mistake("an-array", "The result is an array",
            "One number for the whole gradient: take norms, or the largest element.",
            "relative_error(a, b) is a float", lambda a, b: np.abs(a - b) / (np.abs(a) + np.abs(b) + 1e-30)),
    Mistake("agreement", "1 means equal", "An error is 0 when both agree. You return one minus it.",
            "relative_error(a, a) = 0", quiet(lambda a, b: 1 - norm(a - b) / (norm(a) + norm(b)), 1.0)),
    Mistake("angle-only", "Only the direction counts",
            "The cosine does not see a gradient that is twice too long. Compare the arrays themselves: ||a - b||.",
            ERROR, quiet(lambda a, b: 1 - np.sum(a * b) / (norm(a) * norm(b)))),
    Mistake("norms-multiplied", "The difference is divided by a product of norms",
            "||a|| ||b|| grows with the square of the size, so the error depends on the scale. Divide by ||a|| + "
            "||b||.", ERROR, quiet(lambda a, b: norm(a - b) / (norm(a) * norm(b)))),
    Mistake("true-or-false", "The result is True or False", "np.allclose compares with a tolerance of its own, and "
            "does not tell how large the error is. Return the number.", ERROR, lambda a, b: float(np.allclose(a, b))),
    Mistake("zeros-asked-with-all", "Arrays with some zeros count as zero", "`a.all() == 0` is true as soon as one "
            "element is 0. Ask whether any is not: `not a.any() and not b.any()`.", "relative_error(0, 0) = 0",
            lambda a, b: 0.0 if a.all() == 0 and b.all() == 0 else norm(a - b) / (norm(a) + norm(b))),
    Mistake("one-zero-is-enough", "A zero array agrees with everything", "You return 0 when one of them is zero, so a "
            "gradient that is 0 everywhere would pass. Return 0 when both are.", "relative_error(0, b) = 1",
            lambda a, b: 0.0 if not a.any() or not b.any() else norm(a - b) / (norm(a) + norm(b))),
    Mistake("zero-a-is-enough", "A zero array a agrees with everything",
            "You return 0 when a is zero, so a gradient that is 0 everywhere would pass. Return 0 when both are.",
            "relative_error(0, b) = 1", lambda a, b: 0.0 if not a.any() else norm(a - b) / (norm(a) + norm(b))),
    Mistake("zero-b-is-enough", "A zero array b agrees with everything",
            "You return 0 when b is zero, so a gradient that should be 0 everywhere would pass. Return 0 when both "
            "are.", "relative_error(a, 0) = 1", lambda a, b: 0.0 if not b.any() else norm(a - b) / (norm(a) + norm(b))),
    Mistake("zeros-asked-by-their-sum", "Arrays whose sum is 0 count as zero", "A sum can be 0 though the elements are "
            "not. Ask whether any element is not 0: a.any().", "relative_error(0, 0) = 0",
            lambda a, b: norm(a - b) / (norm(a) + norm(b)) if abs(a.sum()) + abs(b.sum()) > 1e-9 else 0.0),
    Mistake("in-percent", "The error is in percent", "Leave out the factor 100: tolerances such as 1e-6 are fractions.",
            ERROR, quiet(lambda a, b: 100 * norm(a - b) / (norm(a) + norm(b)))),
)
