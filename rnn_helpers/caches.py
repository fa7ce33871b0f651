"""What the forward pass leaves for the way back: a list with `(x_t, h_prev, h_t)` for each step."""

from operator import is_

import numpy as np

from rnn_helpers.validate import as_sequence


class Caches(list):
    """A list of tuples `(x_t, h_prev, h_t)`, whose arrays are views of X and `states`: nothing is copied.

    As long as the list is what it was when made, `unpack` hands on these two instead of collecting the items again.

    Parameters
    ----------
    X : (T, D, B), or a `layout.OneHot`, whose columns stand in the list as zeros and ones of bool
    states : (T+1, B, H), h_0 to h_T with examples as rows (`layout.py`)
    """

    def __init__(self, X, states):
        h = list(states.transpose(0, 2, 1))
        self.extend(zip(np.asarray(X), h[:-1], h[1:], strict=True))
        self.X, self.states, self._made = X, states, self[:]

    def __reduce__(self):
        return list, (self[:],)  # the arrays of a copy are nobody's views

    @property
    def is_whole(self):
        """Whether every step is there, in its place."""
        return len(self) == len(self._made) and all(map(is_, self, self._made))


def unpack(cell, dh, caches):
    """X (T, D, B), and with examples as rows, (T, B, H): the states before each step, those after it, and dh."""
    if len(caches) == 0:
        raise ValueError("caches is empty, expected one (x_t, h_prev, h_t) for each step")
    if isinstance(caches, Caches) and caches.is_whole:
        X, H_prev, H = caches.X, caches.states[:-1], caches.states[1:]
    else:
        X, H_prev, H = (np.array(part) for part in zip(*caches, strict=True))
        H_prev, H = (np.ascontiguousarray(part.transpose(0, 2, 1)) for part in (H_prev, H))
    dh = as_sequence("dh", dh, len(cell.Wh), steps=len(caches))
    if dh.shape[2] != H.shape[1]:
        raise ValueError(f"dh has shape {dh.shape}, expected {(*dh.shape[:2], H.shape[1])}: a column per example of X")
    return X, H_prev, H, dh.transpose(0, 2, 1)
