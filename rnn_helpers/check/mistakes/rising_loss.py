"""Well-known mistakes in letting one loss count at a time."""

import numpy as np

from rnn_helpers.bptt import rnn_backward
from rnn_helpers.check.exercise import Mistake

SHARE = "sizes[t, p] = norm of the gradient of p when only dh[t] is not 0"


def alone(dh, t):
    """dh with every loss but that of step t taken out."""
    only = np.zeros_like(dh)
    only[t] = dh[t]
    return only


def sizes(counts=alone, take=np.linalg.norm, walk=lambda backward, cell, dh, caches, t: backward(cell, dh, caches)[:3]):
    """The sizes with other losses counted, another size taken, or another walk back."""

    def wrong(backward, cell, dh, caches):
        dh = np.asarray(dh)
        return np.array([[take(g) for g in walk(backward, cell, counts(dh, t), caches, t)] for t in range(len(dh))])

    return wrong


def taken_out_of_the_argument(backward, cell, dh, caches):
    """The other losses are set to 0 in dh itself: after the first turn nothing is left."""
    result = np.zeros((len(dh), 3))
    for t in range(len(dh)):
        for s in range(len(dh)):
            if s != t:
                dh[s] *= 0
        result[t] = [np.linalg.norm(g) for g in backward(cell, dh, caches)[:3]]
    return result


SHARES = (
    Mistake("earlier-losses-too", "The earlier losses count as well",
            "Row t holds what losses 0..t make together. Start from zeros and put in dh[t] alone.", SHARE,
            sizes(lambda dh, t: np.concatenate([dh[: t + 1], 0 * dh[t + 1:]]))),
    Mistake("later-losses-too", "The later losses count as well", "Row t holds what losses t..T-1 make together. Start "
            "from zeros and put in dh[t] alone.", SHARE, sizes(lambda dh, t: np.concatenate([0 * dh[:t], dh[t:]]))),
    Mistake("all-losses-but-one", "All losses count except the one", "Row t holds what all the others make. It is the "
            "other way round: dh[t] stays, the others are 0.", SHARE, sizes(lambda dh, t: dh - alone(dh, t))),
    Mistake("always-all-losses", "All losses count every time",
            "Every row is the same: the losses of the other steps are still in dh.", SHARE, sizes(lambda dh, t: dh)),
    Mistake("ones-for-dh", "The loss of a step is replaced by ones", "What counts at step t is dh[t] itself, in its "
            "own size and direction.", SHARE, sizes(lambda dh, t: alone(np.ones_like(dh), t))),
    Mistake("sequence-cut-after-t", "The sequence is cut off after step t", "A backward function that looks at the end "
            "of the sequence sees another one. Hand over all of it, with zeros for the others.", SHARE,
            sizes(walk=lambda backward, cell, dh, caches, t: backward(cell, dh[: t + 1], caches[: t + 1])[:3])),
    Mistake("one-step-only", "Only step t itself is walked", "You hand over one step, so its loss reaches no earlier "
            "one. Hand over the whole sequence, with zeros for the other losses.", SHARE,
            sizes(walk=lambda backward, cell, dh, caches, t: backward(cell, dh[t: t + 1], caches[t: t + 1])[:3])),
    Mistake("course-function-for-backward", "rnn_backward is called, whatever was handed over",
            "The function to be tested is the argument `backward`: call that one.", SHARE,
            sizes(walk=lambda backward, cell, dh, caches, t: rnn_backward(cell, dh, caches)[:3])),
    Mistake("squared-norm", "The squared norm is taken", "The norm is the root of the sum of squares: "
            "np.linalg.norm(g).", SHARE, sizes(take=lambda g: np.sum(g**2))),
    Mistake("sum-for-norm", "The elements are added up",
            "Positive and negative ones cancel. Take the norm: np.linalg.norm(g).", SHARE, sizes(take=np.sum)),
    Mistake("sum-of-sizes", "The absolute values are added up", "The norm is the root of the sum of squares: "
            "np.linalg.norm(g).", SHARE, sizes(take=lambda g: np.abs(g).sum())),
    Mistake("largest-element", "The largest element is taken", "The norm is the root of the sum of squares: "
            "np.linalg.norm(g).", SHARE, sizes(take=lambda g: np.abs(g).max())),
    Mistake("columns-in-another-order", "The columns are in another order",
            "The columns are dWx, dWh, db, in the order in which backward returns them.", SHARE,
            sizes(walk=lambda backward, cell, dh, caches, t: [backward(cell, dh, caches)[p] for p in (1, 0, 2)])),
    Mistake("steps-in-reverse", "The steps are in reverse order", "Row 0 is the first step's loss.", SHARE,
            sizes(counts=lambda dh, t: alone(dh, len(dh) - 1 - t))),
    Mistake("emptied-in-place", "The losses are set to 0 in dh itself", "After the first turn of the loop nothing is "
            "left of the others. Work on a copy: only = np.zeros_like(dh).", SHARE, taken_out_of_the_argument),
)
