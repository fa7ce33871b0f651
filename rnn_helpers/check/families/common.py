"""What the families share: what may become of a finished value, and a slot's part."""

import numpy as np

from rnn_helpers.check.solvers import clipped, factors, forms, times

SUMMED = "The loss is a sum, and so are its gradients: leave out the factor."


def scaled(line, *means):
    """A solver for the usual wrong factors. means : (name, what divides, number : flow -> float)."""
    return factors(
        *((name, f"{{o}} {{is}} divided by {of}", SUMMED, line, number) for name, of, number in means),
        ("sign", "{o} {has} the wrong sign", "The numbers are right except for the sign.", line, lambda f: -1.0),
        *((f"times-{name}", f"{{o}} {{is}} multiplied by {of}", SUMMED, line, lambda f, number=number: 1 / number(f))
          for name, of, number in means))


def late(line, axes, *means):
    """What may become of any finished gradient with these axes; means : as for `scaled`."""
    return (scaled(line, *means), forms(axes, line), clipped(
        "clipped-inside", "{o} {is} clipped to +-{limit}",
        "np.clip changes the gradient's direction, and the caller cannot tell. If you clip, clip in the update.", line),
        times(line))


def chosen(variants, *names):
    """The right variant and those of the names."""
    return (variants[0], *(variant for variant in variants[1:] if variant.name in names))


def but(variants, *names):
    """All but the variants of the names."""
    return tuple(variant for variant in variants if variant.name not in names)


def shortened(v, most):
    size = np.linalg.norm(v)
    return v * (most / size) if size > most else v
