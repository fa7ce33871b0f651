"""One backward pass, moment by moment: what arrives at each step, what the step gives, what it passes back."""

from dataclasses import dataclass, field

import numpy as np

from rnn_helpers.bptt import rnn_backward, rnn_backward_truncated, rnn_forward
from rnn_helpers.cell import RNNCell, rnn_cell_backward

SHARES = ("dWx_t", "dWh_t", "db_t")
CLOSE = 1e-6  # of the largest right entry: nearer than that, two numbers are the same
MOMENTS = ("joins", "slope", "shares", "carry")  # of every step, in the order of the walk


@dataclass
class Step:
    """What one step of the walk took and gave; arrays as columns, one example.

    t : 0..T-1, the index of the step; dh_t : what arrived, direct + dh_next; given : name -> what the function under
    study returned, and its dz_t, as its returned values show it; right : what belongs there for the dh_t that arrived
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
    """A whole backward pass: its steps from the last to the first, and what stopped it ("" when it arrived).

    whole : name -> the right gradient of the whole sequence: dWx_t, dWh_t, db_t, dh_prev
    """

    cell: object
    whole: dict
    steps: list = field(default_factory=list)
    stopped: str = ""

    def totals(self, upto, which="given"):
        """dWx, dWh, db, summed over the first `upto` steps of the walk."""
        shapes = {"dWx_t": self.cell.Wx.shape, "dWh_t": self.cell.Wh.shape, "db_t": self.cell.b.shape}
        return {name: sum((getattr(step, which)[name] for step in self.steps[:upto]), np.zeros(shape))
                for name, shape in shapes.items()}

    def first_difference(self):
        """(number of the step in the walk, name, index of the entry) where the function first goes wrong, or None."""
        return next(((n, name, tuple(map(int, np.argwhere(step.wrong(name))[0]))) for n, step in enumerate(self.steps)
                     for name in ("dz_t", *SHARES, "dh_prev") if step.wrong(name).any()), None)


def differs(given, right):
    """Mask of the entries that are not equal; NaN differs from everything."""
    return ~(np.abs(given - right) <= CLOSE * max(1.0, float(np.abs(right).max())))


def walk_back(cell, X, dh, h0=None, backward=rnn_cell_backward):
    """Follow `backward` from the last step to the first.

    cell : Wx (H, D), Wh (H, H), b (H, 1)
    X : (T, D, 1), one example; dh : (T, H, 1), the gradient of each step's loss with respect to its own state
    h0 : (H, 1) or None for zeros
    backward : as `rnn_cell_backward`, right or wrong; what it raises is raised here
    Returns walk : Walk; `walk.stopped` says why a value could not be carried on (a shape that does not fit)
    """
    _, caches = rnn_forward(cell, X, h0)
    names = (*SHARES, "dh_prev")
    walk, dh_next = Walk(cell, dict(zip(names, rnn_backward(cell, dh, caches), strict=True))), np.zeros(cell.b.shape)
    for t in reversed(range(len(X))):
        x_t, h_prev, h_t = caches[t]
        arrived = np.asarray(dh[t]) + dh_next
        right = dict(zip(names, rnn_cell_backward(cell, arrived, caches[t]), strict=True))
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
        db_t, right["dz_t"] = given["db_t"], right["db_t"]  # the same for one example, where anything is made of it
        shown = [not differs(given[name], db_t @ by.T).any() for name, by in (("dWx_t", x_t), ("dWh_t", h_prev))]
        given["dz_t"] = db_t if any(shown) else right["dz_t"]
        walk.steps.append(Step(t, x_t, h_prev, h_t, np.asarray(dh[t]), dh_next, given, right))
        dh_next = given["dh_prev"]
    return walk


@dataclass
class Cut:
    """What each loss gives to each step when it goes back k steps; arrays as columns, one example.

    given, right, whole : name -> array, from the function under study, from the course's, and of k = T;
        "dz" (T, T, H, 1): dz[t, s], what the loss of step t sends through tanh of step s; "dWx" (T, H, D), "dWh" (T, H,
        H), "db" (T, H, 1), "dh0" (T, H, 1): what the loss of step t gives to each
    """

    k: int
    given: dict
    right: dict
    whole: dict

    def wrong(self, name):
        """Mask of the entries of `name` that are not what they should be."""
        return differs(self.given[name], self.right[name])

    def first_difference(self):
        """(name, index) of the first entry that is wrong, the last loss first, or None."""
        for t in reversed(range(len(self.right["db"]))):
            for name in self.right:
                if (wrong := self.wrong(name)[t]).any():
                    return name, (t, *map(int, np.argwhere(wrong)[-1 if name == "dz" else 0]))
        return None


def cut_walk(cell, X, dh, h0, k, truncated=rnn_backward_truncated):
    """Follow each loss back through `truncated`, one at a time.

    Every step has an input of its own, which is 1 there and 0 elsewhere, with the weights that make the states those of
    X: then column s of dWx is the dz that step s got.

    cell, X, dh, h0 : as for `walk_back`; k : steps that a loss goes back
    truncated : as `rnn_backward_truncated`, right or wrong; what it raises is raised here
    Returns cut : Cut
    """
    T, (H, D) = len(X), cell.Wx.shape
    spread = RNNCell.from_arrays(np.hstack([cell.Wx @ x_t for x_t in X]), cell.Wh, cell.b)
    caches = list(rnn_forward(spread, np.eye(T)[:, :, None], h0)[1])

    def follow(function, reach):
        found = {"dz": np.zeros((T, T, H, 1)), "dWx": np.zeros((T, H, D)), "dWh": np.zeros((T, H, H)),
                 "db": np.zeros((T, H, 1)), "dh0": np.zeros((T, H, 1))}
        for t in range(T):
            only = np.zeros_like(dh)
            only[t] = dh[t]
            returned = function(spread, only, caches, reach)
            dWx, *rest = (np.asarray(value, float) for value in returned)
            found["dz"][t] = dWx.T[:, :, None]
            for name, value in zip(("dWh", "db", "dh0"), rest, strict=True):
                if value.shape != found[name][t].shape:
                    raise ValueError(f"{name} has shape {value.shape}, expected {found[name][t].shape}")
                found[name][t] = value
            found["dWx"][t] = sum(dz @ x.T for dz, x in zip(found["dz"][t], X, strict=True))
        return found

    right, whole = follow(rnn_backward_truncated, k), follow(rnn_backward_truncated, T)
    return Cut(k, follow(truncated, k), right, whole)
