"""What the families share: factors that slip in, shapes that slip out, arrays moved along the steps."""

import numpy as np

from rnn_helpers.check.search import Variant, becomes, factors


def scaled(line, *table):
    """A solver for the usual wrong factors. table : (name, which mean, number) of the means that may be meant."""
    return factors(
        *((name, f"{{o}} {{is}} divided by {of}",
           "The loss is a sum, and so are its gradients: leave out the division.", line, number)
          for name, of, number in table),
        ("sign", "{o} {has} the wrong sign", "The numbers are right except for the sign.", line, lambda f: -1.0),
        ("doubled", "{o} {is} twice as large", "There is a factor of 2 too many: is something added twice?", line,
         lambda f: 2.0),
        ("halved", "{o} {is} half as large", "There is a factor of 1/2 too many.", line, lambda f: 0.5),
        *((f"sign+{name}", f"{{o}} {{is}} divided by {of}, with the wrong sign",
           "The loss is a sum: no division, and no minus.",
           line, lambda f, number=number: -number(f)) for name, of, number in table),
        *((f"times-{name}", f"{{o}} {{is}} multiplied by {of}", "Leave out the factor.", line,
           lambda f, number=number: 1 / number(f))
          for name, of, number in table))


def transposed(line, why):
    return becomes(Variant(lambda value, f: value.T, "{o}-transposed", "{o} {is} transposed", why, line))


def flat(line, why):
    return becomes(Variant(lambda value, f: value.ravel(), "{o}-flat", "{o} {is} flat", why, line))


def zero(name, title, why, line):
    return becomes(Variant(lambda value, f: 0 * value, name, title, why, line))


def one_axis_more(line):
    return becomes(Variant(lambda value, f: value[None], "{o}-has-an-axis-more", "{o} {has} one axis too many",
                           "The numbers are right: remove the first axis, [0].", line))


def later(a):
    """Each step's follower; the last one's is zero."""
    return np.concatenate([a[1:], 0 * a[:1]])


def earlier(a, first=None):
    """Each step's forerunner; the first one's is zero, or `first`."""
    return np.concatenate([0 * a[:1] if first is None else first[None], a[:-1]])


def everywhere(a, t):
    """Step t's at every step."""
    return np.repeat(a[t][None], len(a), axis=0)


def over_the_batch(a):
    """The batch's mean in every column."""
    return np.repeat(a.mean(axis=-1, keepdims=True), a.shape[-1], axis=-1)


def shortened(v, most):
    size = np.linalg.norm(v)
    return v * (most / size) if size > most else v
