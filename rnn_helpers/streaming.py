"""Training on a stream: every k1 steps an update, back through k2 steps, the state's value carried along."""

import numpy as np

from rnn_helpers.bptt import Caches, rnn_backward, rnn_forward
from rnn_helpers.losses import squared_error
from rnn_helpers.readout import many_to_many, readout_backward
from rnn_helpers.training import SGD
from rnn_helpers.validate import as_count, as_sequence


def train_stream(model, X, Y, k1, k2, lr, loss=squared_error, optimizer=None):
    """Truncated BPTT(k1, k2), once through the stream from h0 = 0, in place (Williams & Peng, 1990).

    After every k1 new steps, their losses flow back through the last k2 steps. The state's value is carried across
    the cut, its gradient is not; every loss is counted once; older steps keep the values they were computed with.
    With k2 < k1 the earlier losses of a piece still reach Wy and c.

    Parameters
    ----------
    model : RNNModel
    X : (T, D, B) stream; Y : targets with T steps, what `loss` takes
    k1 : steps between updates, >= 1; k2 : steps that a loss can flow back, >= 1
    lr : learning rate of plain gradient descent
    optimizer : SGD(lr) when None

    Returns
    -------
    losses : list, one for each update: the sum over its new steps (the last piece may be shorter)
    """
    X, Y = as_sequence("X", X, model.cell.input_dim), np.asarray(Y)
    if len(Y) != len(X):
        raise ValueError(f"Y has {len(Y)} steps, expected {len(X)}, a target for each step of X")
    k1, k2, optimizer = as_count("k1", k1), as_count("k2", k2), optimizer or SGD(lr)
    losses, h0, old = [], None, None
    for start in range(0, len(X), k1):
        h_states, new = rnn_forward(model.cell, X[start : start + k1], h0)
        value, dY = loss(many_to_many(h_states, model.Wy, model.c), Y[start : start + k1])
        dWy, dc, dh = readout_backward(dY, h_states, model.Wy)
        window = new if old is None else Caches(np.concatenate([old.X, new.X]), np.concatenate([old.H, new.H[1:]]))
        window = window[-k2:]
        dh_window = np.zeros((len(window), *dh.shape[1:]), dh.dtype)
        reached = min(k2, len(dh))
        dh_window[-reached:] = dh[-reached:]
        dWx, dWh, db, _ = rnn_backward(model.cell, dh_window, window)
        optimizer.step(model.params, {"Wx": dWx, "Wh": dWh, "b": db, "Wy": dWy, "c": dc})
        losses.append(value)
        h0, old = h_states[-1], window if k2 > k1 else None
    return losses
