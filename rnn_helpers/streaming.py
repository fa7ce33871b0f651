"""Training on a stream: every k1 steps an update, back through k2 steps, the state's value carried along."""

import numpy as np

from rnn_helpers.bptt import rnn_backward, rnn_forward
from rnn_helpers.caches import Caches
from rnn_helpers.losses import squared_error
from rnn_helpers.readout import many_to_many, readout_backward
from rnn_helpers.training import SGD, clip_by_norm
from rnn_helpers.validate import as_count, as_sequence


def train_stream(model, X, Y, k1, k2, lr, loss=squared_error, optimizer=None, max_norm=np.inf):
    """Truncated BPTT, once through the stream from h0 = 0, in place (Williams & Peng, 1990, BPTT(k2; k1)).

    After every k1 new steps, their losses flow back through the last k2 steps. The state's value is carried across
    the cut, its gradient is not; every loss is counted once; older steps keep the values they were computed with.
    With k2 < k1 the earlier losses of a piece still reach Wy and c. Memory holds k1 + k2 states, however long the
    stream.

    Parameters
    ----------
    model : RNNModel
    X : (T, D, B) stream, or a `layout.OneHot`; Y : targets with T steps, what `loss` takes
    k1 : steps between updates, >= 1; k2 : steps that a loss can flow back, >= 1
    lr : learning rate of plain gradient descent
    loss : function (Y, targets) -> (loss, dY), squared_error or softmax_cross_entropy
    optimizer : SGD(lr) when None
    max_norm : clipping threshold of the global norm; inf for none

    Returns
    -------
    losses : list, one for each update: the sum over its new steps (the last piece may be shorter); when a loss or
        gradient is no longer finite, training stops before that update with a message

    Raises
    ------
    ValueError, TypeError : k1 or k2 is not a whole number >= 1, or X and Y do not fit the model or each other.
    """
    X, Y = as_sequence("X", X, model.cell.input_dim), np.asarray(Y)
    k1, k2, optimizer = as_count("k1", k1), as_count("k2", k2), optimizer or SGD(lr)
    if len(Y) != len(X):
        raise ValueError(f"Y has {len(Y)} steps, expected {len(X)}, a target for each step of X")
    losses, states = [], None  # of the last k2 steps and the one before them, as rows
    for start in range(0, len(X), k1):
        stop = min(start + k1, len(X))
        with np.errstate(over="ignore", invalid="ignore"):  # an overflow is reported below, once and in words
            h_states, new = rnn_forward(model.cell, X[start:stop], None if states is None else states[-1].T)
            value, dY = loss(many_to_many(h_states, model.Wy, model.c), Y[start:stop])
            dWy, dc, dh = readout_backward(dY, h_states, model.Wy)
            states = (new.states if states is None else np.concatenate([states[:-1], new.states]))[-k2 - 1 :]
            window = Caches(X[stop - len(states) + 1 : stop], states)
            dh_window = np.zeros((len(window), *dh.shape[1:]), dh.dtype)  # losses before `start` have been counted
            reached = min(len(window), len(dh))
            dh_window[-reached:] = dh[-reached:]
            dWx, dWh, db, _ = rnn_backward(model.cell, dh_window, window)
            grads, norm = clip_by_norm({"Wx": dWx, "Wh": dWh, "b": db, "Wy": dWy, "c": dc}, max_norm)
            losses.append(value)
            if not (np.isfinite(value) and np.isfinite(norm)):
                print(f"stopped at step {start}: loss {value:.4g}, gradient norm {norm:.4g}; "
                      "try a smaller learning rate or a smaller max_norm")
                break
            optimizer.step(model.params, grads)
    return losses
