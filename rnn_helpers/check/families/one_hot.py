"""The family of one-hot columns."""

from types import SimpleNamespace

import numpy as np

from rnn_helpers.check.family import Family, Output, slot
from rnn_helpers.check.solvers import made

COLUMN = "X[t, indices[t], 0] = 1, and 0 elsewhere; X is (T, size, 1)"


def columns(indices, size):
    return np.eye(size)[indices][:, :, None]


MADE = slot(  # run (indices, size) -> X
    COLUMN, columns,
    ("size-from-the-indices", "size is not used", "You take the largest index + 1. A text need not hold the last "
     "character of the vocabulary: make size rows.", lambda i, size: columns(i, int(i.max()) + 1)),
    ("every-index-in-every-step", "Every step holds the ones of all steps", "So it does with X[:, indices] = 1, or "
     "with one vector for all steps. Pair them: X[np.arange(T), indices] = 1, or loop over t, each with new zeros.",
     lambda i, size: np.repeat(columns(i, size).max(0)[None], len(i), 0)),
    ("step-and-index-swapped", "Step and index are swapped",
     "You write X[indices[t], t]. The step is the first axis: X[t, indices[t]].",
     lambda i, size: np.array([[[float(a < len(i) and row < len(i) and i[row] == a)] for row in range(size)]
                               for a in range(len(i))])),
    ("one-column-for-all", "All steps share one column", "X is (size, 1), a bag of characters without order. Each step "
     "has a column of its own: (T, size, 1).", lambda i, size: columns(i, size).max(axis=0)),
    ("indices-ignored", "The ones stand on the diagonal", "np.eye(T, size) does not know the indices: pick its rows, "
     "np.eye(size)[indices].", lambda i, size: np.eye(len(i), size)[:, :, None]),
    ("steps-added-up", "The ones of earlier steps stay", "Each step has a column of its own: does one array hold "
     "them all?", lambda i, size: np.minimum(columns(i, size).cumsum(0), 1)),
    why="One 1 for each step, at its index: no slice.")

WORTH = slot(  # run (X, indices) -> X
    COLUMN, lambda X, i: X,
    ("index-for-one", "The column holds the index, not a 1", "The index says where; what stands there is 1. Otherwise "
     "the last letters would weigh the most.", lambda X, i: X * i[:, None, None]))

ONE_HOT = Family(
    flow=lambda s, indices, size: SimpleNamespace(X=s.worth(s.made(s.read(np.array(indices, int), size), size),
                                                            np.array(indices, int))), weight=2,
    slots={"made": MADE, "worth": WORTH,
           "read": slot(COLUMN, lambda i, size: i,
                        ("one-too-low", "The ones are a row too high up",
                         "Row 0 belongs to index 0: do not subtract 1.", lambda i, size: i - 1),
                        ("one-too-high", "The ones are a row too far down", "Row 0 belongs to index 0: do not add 1.",
                         lambda i, size: (i + 1) % size),
                        why="X[t] belongs to indices[t].")},
    outputs={"X": Output(lambda s, f: s.turned(f.X), {"turned": slot(
        COLUMN, lambda X: X,
        ("batch-axis-missing", "The axis of examples is missing", "X is (T, size). The course's sequences are (T, D, "
         "B), and one text is B = 1: add [:, :, None].", lambda X: X[..., 0]),
        ("rows-for-columns", "Each step is a row",
         "X is (T, 1, size). An input x_t is a column (size, 1): X is (T, size, 1).", lambda X: X.transpose(0, 2, 1)),
        ("columns-side-by-side", "The steps are the columns of one matrix", "X is (size, T). Time is the first axis, "
         "and each step is a column of its own: (T, size, 1).", lambda X: X[..., 0].T))},
                          made("TV1", COLUMN))})
