"""A cell and a readout: the loss of a sequence and the gradients of every parameter."""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.bptt import rnn_backward, rnn_forward
from rnn_helpers.cell import RNNCell
from rnn_helpers.losses import squared_error
from rnn_helpers.readout import many_to_many, readout_backward
from rnn_helpers.validate import as_count


def count_parameters(D, H, O):
    """How many numbers Wx, Wh, b, Wy, c hold: H D + H H + H + O H + O. T is not among them."""
    D, H, O = as_count("D", D), as_count("H", H), as_count("O", O)
    return H * D + H * H + H + O * H + O


@dataclass(init=False)
class RNNModel:
    """h_t = tanh(Wx x_t + Wh h_{t-1} + b), y_t = Wy h_t + c.

    Parameters
    ----------
    input_dim, hidden_dim, output_dim : D, H, O
    rng : numpy.random.Generator; Wy is uniform in +-1/sqrt(H), c is zero
    dtype : float64 (default) or float32

    Attributes
    ----------
    cell : RNNCell with Wx (H, D), Wh (H, H), b (H, 1)
    Wy (O, H), c (O, 1)
    """

    cell: RNNCell
    Wy: np.ndarray
    c: np.ndarray

    def __init__(self, input_dim, hidden_dim, output_dim, rng, dtype=np.float64):
        O = as_count("output_dim", output_dim)
        self.cell = RNNCell(input_dim, hidden_dim, rng, dtype)
        bound = 1 / np.sqrt(hidden_dim)
        self.Wy = rng.uniform(-bound, bound, (O, hidden_dim)).astype(dtype)
        self.c = np.zeros((O, 1), dtype)

    @property
    def params(self):
        """The parameters by name, the arrays themselves: changing one in place changes the model."""
        return {"Wx": self.cell.Wx, "Wh": self.cell.Wh, "b": self.cell.b, "Wy": self.Wy, "c": self.c}

    def forward(self, X, h0=None):
        """Y (T, O, B), h_states (T, H, B) and caches for X (T, D, B)."""
        h_states, caches = rnn_forward(self.cell, X, h0)
        return many_to_many(h_states, self.Wy, self.c), h_states, caches

    def loss(self, X, targets, h0=None, loss=squared_error):
        """The loss (a sum over time, outputs and batch) of X (T, D, B)."""
        return loss(self.forward(X, h0)[0], targets)[0]

    def loss_and_gradients(self, X, targets, h0=None, loss=squared_error, backward=rnn_backward):
        """The loss and the gradients of every parameter.

        Parameters
        ----------
        X : (T, D, B); targets : what `loss` takes, (T, O, B) or (T, B); h0 : (H, B) or None for zeros
        loss : function (Y, targets) -> (loss, dY)
        backward : function (cell, dh, caches) -> (dWx, dWh, db, dh0)

        Returns
        -------
        loss : float
        gradients : dict Wx, Wh, b, Wy, c, h0, each shaped like what it is of
        """
        Y, h_states, caches = self.forward(X, h0)
        value, dY = loss(Y, targets)
        dWy, dc, dh = readout_backward(dY, h_states, self.Wy)
        dWx, dWh, db, dh0 = backward(self.cell, dh, caches)
        return value, {"Wx": dWx, "Wh": dWh, "b": db, "Wy": dWy, "c": dc, "h0": dh0}
