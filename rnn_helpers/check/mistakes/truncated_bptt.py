"""Well-known mistakes in truncated BPTT and in training on a stream."""

import numpy as np

from rnn_helpers.bptt import Caches, rnn_backward, rnn_forward
from rnn_helpers.check.exercise import Mistake
from rnn_helpers.losses import squared_error
from rnn_helpers.readout import many_to_many, readout_backward
from rnn_helpers.training import SGD

WINDOW = "the loss of step t reaches the steps t, t-1, ..., t-k+1"


def per_loss(cell, dh, caches, k, reach=lambda t, k: max(0, t - k + 1), slope=lambda h_t: 1 - h_t**2,
             Wh=lambda cell: cell.Wh.T, before=lambda h_prev, h_t: h_prev, to_h0=True, over=lambda db: db.sum(axis=1, keepdims=True)):
    """Each loss walked back on its own, with one part wrong."""
    dWx, dWh, db = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b)
    dh0 = np.zeros_like(np.asarray(dh[0]))
    for t in range(len(caches)):
        flow = np.asarray(dh[t])
        for s in range(t, reach(t, k) - 1, -1):
            x_t, h_prev, h_t = caches[s]
            dz = flow * slope(h_t)
            dWx, dWh, db = dWx + dz @ x_t.T, dWh + dz @ before(h_prev, h_t).T, db + over(dz)
            flow = Wh(cell) @ dz
            if s == 0 and to_h0:
                dh0 = dh0 + flow
    return dWx, dWh, db, dh0


def wrong(**part):
    def function(cell, dh, caches, k):
        return per_loss(cell, dh, caches, k, **part)

    return function


def last_k_steps(cell, dh, caches, k):
    """The syllabus's draft: only the last k steps are walked."""
    first = max(0, len(caches) - k)
    dWx, dWh, db, dh0 = rnn_backward(cell, np.array(dh[first:]), [caches[t] for t in range(first, len(caches))])
    return dWx, dWh, db, dh0


def chunks(cell, dh, caches, k):
    """Cut into pieces of k, each on its own."""
    found = [rnn_backward(cell, np.array(dh[s : s + k]), [caches[t] for t in range(s, min(s + k, len(caches)))])
             for s in range(0, len(caches), k)]
    return (*(sum(part) for part in list(zip(*found))[:3]), found[0][3])


def full(cell, dh, caches, k):
    return rnn_backward(cell, np.array(dh), caches)


def averaged(cell, dh, caches, k):
    dWx, dWh, db, dh0 = per_loss(cell, dh, caches, k)
    return dWx / len(caches), dWh / len(caches), db / len(caches), dh0


RNN_BACKWARD_TRUNCATED = (
    Mistake("last-k-steps-only", "Only the last k steps are looked at",
            "Losses of earlier steps never reach Wx, Wh, b. Every step's loss has its own window of k steps, not the sequence as a whole.",
            WINDOW, last_k_steps),
    Mistake("chunks-of-k", "The sequence is cut into chunks of k",
            "At the start of a chunk a loss reaches one step only. Here the window slides: each loss reaches k steps, its own included.",
            WINDOW, chunks),
    Mistake("not-truncated", "Nothing is cut off", "This is full BPTT: k takes no part. Stop each loss after k steps.", WINDOW, full),
    Mistake("one-step-too-many", "Each loss goes back k + 1 steps", "A step's own cell is the first of the k.",
            WINDOW, wrong(reach=lambda t, k: max(0, t - k))),
    Mistake("one-step-too-few", "Each loss goes back k - 1 steps", "A step's own cell counts as the first of the k: k = 1 reaches it.",
            WINDOW, wrong(reach=lambda t, k: max(0, t - k + 2))),
    Mistake("tanh-slope-forgotten", "tanh' is missing", "Going through a step multiplies by 1 - h_t^2.",
            "dz_t = dh_t (1 - h_t^2)", wrong(slope=lambda h_t: 1.0)),
    Mistake("tanh-slope-sign", "tanh' has the wrong sign inside", "The slope is 1 - h_t^2, not 1 + h_t^2.",
            "dz_t = dh_t (1 - h_t^2)", wrong(slope=lambda h_t: 1 + h_t**2)),
    Mistake("Wh-not-transposed", "Wh is not transposed on the way back", "Forward is Wh @ h, back is Wh.T @ dz.",
            "dh_{t-1} = Wh^T dz_t", wrong(Wh=lambda cell: cell.Wh)),
    Mistake("h_t-for-h_prev", "dWh uses h_t where h_prev belongs", "Wh multiplied the state before the step.",
            "dWh = dz_t h_{t-1}^T", wrong(before=lambda h_prev, h_t: h_t)),
    Mistake("dh0-forgotten", "dh0 stays zero", "The first k losses reach h0 as well: what leaves step 0 is their share.",
            "dh_0 = sum over t < k of what leaves step 0", wrong(to_h0=False)),
    Mistake("averaged-over-time", "The gradients are divided by T", "The loss is a sum over time, so its gradient is one too.",
            "L = sum L_t", averaged),
    Mistake("bias-mean-over-batch", "db is the mean over the batch", "The loss is a sum over the batch, so db is one too.",
            "db = sum over the batch of dz_t", wrong(over=lambda dz: dz.mean(axis=1, keepdims=True))),
)

STREAM = "after every k1 steps: back k2 steps, update, carry the state"


def stream(model, X, Y, k1, k2, lr, carry=True, sign=1, share=1.0, tail=True, readout_window=False, swap=False, old_losses=False):
    """train_stream with one part wrong."""
    if swap:
        k1, k2 = k2, k1
    losses, h0, old, old_dh = [], None, None, None
    for start in range(0, len(X), k1):
        piece = slice(start, start + k1)
        if not tail and start + k1 > len(X):
            break
        h, new = rnn_forward(model.cell, X[piece], h0)
        loss, dY = squared_error(many_to_many(h, model.Wy, model.c), Y[piece])
        if readout_window:
            dY = np.concatenate([np.zeros_like(dY[: max(0, len(dY) - k2)]), dY[-k2:]])
        dWy, dc, dh = readout_backward(dY, h, model.Wy)
        window = new if old is None else Caches(np.concatenate([old.X, new.X]), np.concatenate([old.H, new.H[1:]]))
        window = window[-k2:]
        full_dh = dh if not old_losses or old_dh is None else np.concatenate([old_dh, dh])
        reach = min(k2, len(full_dh), len(window))
        dh_window = np.zeros((len(window), *dh.shape[1:]))
        dh_window[len(window) - reach :] = full_dh[len(full_dh) - reach :]
        dWx, dWh, db, _ = rnn_backward(model.cell, dh_window, window)
        SGD(lr).step(model.params, {n: sign * share * g for n, g in {"Wx": dWx, "Wh": dWh, "b": db, "Wy": dWy, "c": dc}.items()})
        losses.append(loss)
        h0, old, old_dh = (h[-1] if carry else None), (window if carry else None), full_dh
    return losses


def streamed(**part):
    def function(model, X, Y, k1, k2, lr):
        return stream(model, X, Y, k1, k2, lr, **part)

    return function


TRAIN_STREAM = (
    Mistake("state-reset", "The state starts from zero in every piece", "Carry the last state's value over the cut; only its gradient stops there.",
            STREAM, streamed(carry=False)),
    Mistake("ascent", "The parameters go uphill", "Descent subtracts lr times the gradient.", "p <- p - lr dL/dp", streamed(sign=-1)),
    Mistake("tail-dropped", "The last, shorter piece is dropped", "range(0, T, k1) ends with what is left: train on it as well.",
            STREAM, streamed(tail=False)),
    Mistake("k1-and-k2-swapped", "k1 and k2 are swapped", "k1 steps lie between updates, k2 steps are gone back.", STREAM, streamed(swap=True)),
    Mistake("losses-counted-twice", "Old losses are counted again", "With k2 > k1 the older steps are walked, but their losses were used before: their dh is zero.",
            STREAM, streamed(old_losses=True)),
    Mistake("readout-truncated", "Earlier losses of a piece do not reach Wy and c", "k2 limits the way back through the states; Wy and c get every new loss.",
            "dWy = sum over the k1 new steps", streamed(readout_window=True)),
    Mistake("halved-gradient", "The step is half as long", "The loss has no factor 1/2, so dy = 2 (y - target).", "p <- p - lr dL/dp", streamed(share=0.5)),
)
