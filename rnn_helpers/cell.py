"""One step of a vanilla RNN, forward and back: h_t = tanh(Wx x_t + Wh h_prev + b)."""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.validate import as_columns, as_count, as_finite, as_generator


def rnn_cell_forward(cell, x_t, h_prev):
    """One step forward (Elman, 1990; Goodfellow et al., 2016, eq. 10.8-10.9).

    Parameters
    ----------
    cell : object with Wx (H, D), Wh (H, H), b (H, 1)
    x_t : (D, B) input, a column per example
    h_prev : (H, B) state before this step

    Returns
    -------
    h_t : (H, B) state after this step
    cache : (x_t, h_prev, h_t), what `rnn_cell_backward` needs

    Raises
    ------
    ValueError, TypeError : an argument has the wrong shape or holds no finite real numbers.
    """
    x_t = as_columns("x_t", as_finite("x_t", x_t), cell.Wx.shape[1])
    h_prev = as_columns("h_prev", as_finite("h_prev", h_prev), cell.Wh.shape[0])
    if h_prev.shape[1] not in (1, x_t.shape[1]):
        raise ValueError(f"h_prev has shape {h_prev.shape}, expected ({len(h_prev)}, {x_t.shape[1]}): "
                         "a column per example of x_t")
    h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)
    return h_t, (x_t, h_prev, h_t)


def rnn_cell_backward(cell, dh_t, cache):
    """One step back (Goodfellow et al., 2016: eq. 10.21 for the state, 10.23, 10.26 and 10.28 for b, Wh and Wx).

    Parameters
    ----------
    cell : object with Wx (H, D), Wh (H, H), b (H, 1)
    dh_t : (H, B), all of dL/dh_t: what the loss at this step sends and what comes back from later steps
    cache : (x_t, h_prev, h_t) from `rnn_cell_forward`

    Returns
    -------
    dWx_t (H, D), dWh_t (H, H), db_t (H, 1) : this step's share of the gradients, summed over the batch
    dh_prev : (H, B), dL/dh_prev

    Raises
    ------
    ValueError, TypeError : dh_t is not (H, B) with a column for each of h_t, or holds no real numbers.
    """
    x_t, h_prev, h_t = cache
    dh_t = as_columns("dh_t", dh_t, cell.Wh.shape[0])
    if dh_t.shape != h_t.shape:
        raise ValueError(f"dh_t has shape {dh_t.shape}, expected {h_t.shape}, the shape of h_t")
    dz_t = dh_t * (1 - h_t**2)  # tanh'(z) = 1 - tanh(z)^2
    return dz_t @ x_t.T, dz_t @ h_prev.T, dz_t.sum(axis=1, keepdims=True), cell.Wh.T @ dz_t


def orthogonal(size, rng, gain=1.0):
    """A random orthogonal matrix times `gain`: all its singular values are `gain` (Saxe et al., 2014).

    The signs of the QR factorisation are fixed, so that every LAPACK gives the same matrix (Mezzadri, 2007).

    Parameters
    ----------
    size : number of rows and of columns
    rng : numpy.random.Generator
    gain : all singular values of the result

    Returns
    -------
    Q : (size, size)
    """
    Q, R = np.linalg.qr(as_generator("rng", rng).standard_normal((as_count("size", size), size)))
    return gain * Q * np.sign(np.diag(R))


@dataclass(init=False)
class RNNCell:
    """The parameters of one vanilla RNN cell.

    Parameters
    ----------
    input_dim : D, the number of inputs of a step
    hidden_dim : H, the number of hidden units
    rng : numpy.random.Generator that draws the weights, uniform in +-1/sqrt(H) (as PyTorch's nn.RNN does); b is zero
    dtype : float64 (default) or float32

    Attributes
    ----------
    Wx (H, D), Wh (H, H), b (H, 1)

    Raises
    ------
    ValueError, TypeError : a dimension is not a whole number >= 1, or rng is not a Generator.
    """

    Wx: np.ndarray
    Wh: np.ndarray
    b: np.ndarray

    def __init__(self, input_dim, hidden_dim, rng, dtype=np.float64):
        D, H = as_count("input_dim", input_dim), as_count("hidden_dim", hidden_dim)
        rng, bound = as_generator("rng", rng), 1 / np.sqrt(H)
        self.Wx = rng.uniform(-bound, bound, (H, D)).astype(dtype)
        self.Wh = rng.uniform(-bound, bound, (H, H)).astype(dtype)
        self.b = np.zeros((H, 1), dtype)

    @classmethod
    def from_arrays(cls, Wx, Wh, b):
        """A cell with the given arrays (not copied): Wx (H, D), Wh (H, H), b (H, 1)."""
        H = len(Wh)
        if np.shape(Wh) != (H, H) or np.ndim(Wx) != 2 or len(Wx) != H or np.shape(b) != (H, 1):
            raise ValueError(f"Wx {np.shape(Wx)}, Wh {np.shape(Wh)}, b {np.shape(b)} do not fit together, "
                             "expected (H, D), (H, H), (H, 1)")
        cell = cls.__new__(cls)
        cell.Wx, cell.Wh, cell.b = Wx, Wh, b
        return cell

    @property
    def input_dim(self):
        return self.Wx.shape[1]

    @property
    def hidden_dim(self):
        return self.Wh.shape[0]

    def forward(self, x_t, h_prev):
        """`rnn_cell_forward` with this cell."""
        return rnn_cell_forward(self, x_t, h_prev)

    def backward(self, dh_t, cache):
        """`rnn_cell_backward` with this cell."""
        return rnn_cell_backward(self, dh_t, cache)
