"""One backward pass, moment by moment: what arrives at each step, what the step gives, what it passes back."""

from dataclasses import dataclass, field

import numpy as np

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.cell import rnn_cell_backward

SHARES = ("dWx_t", "dWh_t", "db_t")
CLOSE = 1e-6  # of the largest right entry: nearer than that, two numbers are the same
MOMENTS = ("joins", "slope", "shares", "carry")  # of every step, in the order of the walk


@dataclass
class Step:
    """What one step of the walk took and gave; arrays as columns, one example.

    t : 0..T-1, the index of the step; dh_t : what arrived, direct + dh_next; given : name -> what the function under
    study returned; right : what belongs there for the dh_t that arrived
    """

    t: int
    x_t: np.ndarray
    h_prev: np.ndarray
    h_t: np.ndarray
    direct: np.ndarray
    dh_next: np.ndarray
    given: dict
    right: dict

    @property
    def dh_t(self):
        return self.direct + self.dh_next

    def wrong(self, name):
        """Mask of the entries of `name` that are not what they should be, given what arrived."""
        return differs(self.given[name], self.right[name])


@dataclass
class Walk:
    """A whole backward pass: its steps from the last to the first, and what stopped it ("" when it arrived)."""

    cell: object
    steps: list = field(default_factory=list)
    stopped: str = ""

    def totals(self, upto, which="given"):
        """dWx, dWh, db, summed over the first `upto` steps of the walk."""
        shapes = {"dWx_t": self.cell.Wx.shape, "dWh_t": self.cell.Wh.shape, "db_t": self.cell.b.shape}
        return {name: sum((getattr(step, which)[name] for step in self.steps[:upto]), np.zeros(shape))
                for name, shape in shapes.items()}

    def first_difference(self):
        """(number of the step in the walk, name, index of the entry) where the function first goes wrong, or None."""
        for n, step in enumerate(self.steps):
            for name in (*SHARES, "dh_prev"):
                wrong = step.wrong(name)
                if wrong.any():
                    return n, name, tuple(int(i) for i in np.argwhere(wrong)[0])
        return None


def differs(given, right):
    """Mask of the entries that are not equal; NaN differs from everything."""
    return ~(np.abs(given - right) <= CLOSE * max(1.0, float(np.abs(right).max())))


def walk_back(cell, X, dh, h0=None, backward=rnn_cell_backward):
    """Follow `backward` from the last step to the first.

    Parameters
    ----------
    cell : Wx (H, D), Wh (H, H), b (H, 1)
    X : (T, D, 1), one example; dh : (T, H, 1), the gradient of each step's loss with respect to its own state
    h0 : (H, 1) or None for zeros
    backward : as `rnn_cell_backward`, right or wrong; what it raises is raised here

    Returns
    -------
    walk : Walk; `walk.stopped` says why a value could not be carried on (a shape that does not fit)
    """
    _, caches = rnn_forward(cell, X, h0)
    walk, dh_next = Walk(cell), np.zeros(cell.b.shape)
    for t in reversed(range(len(X))):
        x_t, h_prev, h_t = caches[t]
        arrived = np.asarray(dh[t]) + dh_next
        right = dict(zip((*SHARES, "dh_prev"), rnn_cell_backward(cell, arrived, caches[t]), strict=True))
        given = backward(cell, arrived.copy(), (x_t.copy(), h_prev.copy(), h_t.copy()))
        if not isinstance(given, (tuple, list)) or len(given) != 4:
            what = f"{len(given)} values" if isinstance(given, (tuple, list)) else f"one {type(given).__name__}"
            walk.stopped = f"it returned {what}, expected four: dWx_t, dWh_t, db_t, dh_prev"
            return walk
        given = {name: np.asarray(value, float) for name, value in zip(right, given, strict=True)}
        for name, value in given.items():
            if value.shape != right[name].shape:
                walk.stopped = f"at step {t + 1} {name} has shape {value.shape}, expected {right[name].shape}"
                return walk
        walk.steps.append(Step(t, x_t, h_prev, h_t, np.asarray(dh[t]), dh_next, given, right))
        dh_next = given["dh_prev"]
    return walk
