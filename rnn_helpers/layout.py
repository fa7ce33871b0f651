"""Columns outside, rows inside: the two ways to lay out a batch, and one-hot columns kept as their indices.

In the equations an example is a column, so a sequence is (T, N, B). Inside the functions that must be fast an example
is a row: then all steps stand one below another as one matrix (T*B, N) without a copy, and a sum over time and batch is
one product. For one example the two are the same in memory; what rows are worth for a batch stands in `bptt.py`.
"""

import numpy as np


def rows(A):
    """(T, N, B) -> (T*B, N): a row for each step and example. A view where A was laid out so, or B = 1."""
    return A.rows() if isinstance(A, OneHot) else A.transpose(0, 2, 1).reshape(-1, A.shape[1])


def columns(A, steps):
    """(T*B, N) -> (T, N, B): the inverse of `rows`, always a view."""
    return A.reshape(steps, -1, A.shape[1]).transpose(0, 2, 1)


class OneHot:
    """A sequence of one-hot columns, (T, size, B), that holds only where the ones are.

    `rnn_forward` and `train_stream` take it for X. Wx times a one-hot column is a column of Wx: a lookup, no product,
    and a text of a million characters needs 8 MB, not 8 MB times the size of the vocabulary.

    Parameters
    ----------
    indices : (T, B) integers in 0..size-1, the row of the 1 in each column
    size : number of rows, V

    X[t] is the column block (size, B) as an array, a slice is a shorter OneHot, np.asarray(X) the whole (T, size, B).

    Raises
    ------
    ValueError, TypeError : indices are not integers, not (T, B), or outside 0..size-1.
    """

    dtype = np.dtype(bool)  # zeros and ones: a product takes the dtype of the weights
    ndim = 3

    def __init__(self, indices, size):
        self.indices, self.size = np.asarray(indices), size
        if self.indices.ndim != 2:
            raise ValueError(f"indices has shape {self.indices.shape}, expected (T, B); "
                             "for one text write indices[:, None]")
        if self.indices.dtype.kind not in "iu":
            raise TypeError(f"indices holds {self.indices.dtype}, expected integers")
        if self.indices.size and not 0 <= self.indices.min() <= self.indices.max() < size:
            raise ValueError(f"indices runs from {self.indices.min()} to {self.indices.max()}, expected 0..{size - 1}")

    @property
    def shape(self):
        return len(self.indices), self.size, self.indices.shape[1]

    def __len__(self):
        return len(self.indices)

    def __getitem__(self, t):
        if not isinstance(t, slice):
            return np.array(self.indices[t] == np.arange(self.size)[:, None], dtype=float)
        part = object.__new__(OneHot)  # a part of what was checked needs no check
        part.indices, part.size = self.indices[t], self.size
        return part

    def __array__(self, dtype=None, copy=None):
        return np.array(self.indices[:, None] == np.arange(self.size)[:, None], dtype=dtype)

    def rows(self):
        """The same as rows: (T*B, size)."""
        return OneHotRows(self.indices.reshape(-1), self.size)


class OneHotRows:
    """One-hot rows, (N, size), held as N indices, for the two products that training needs."""

    __array_ufunc__ = None  # so that A @ X asks X

    def __init__(self, indices, size):
        self.indices, self.size = indices, size

    def dot(self, W):
        """One-hot rows times W (size, M): the rows of W at the indices, (N, M)."""
        return W[self.indices]

    def __rmatmul__(self, A):
        """A (M, N) times the rows: (M, size); for up to 100 characters quicker than summing columns by index."""
        X = np.zeros((len(self.indices), self.size), A.dtype)
        X[np.arange(len(X)), self.indices] = 1
        return A @ X
