"""Well-known mistakes in training on a stream."""

import numpy as np

from rnn_helpers.bptt import rnn_backward, rnn_forward
from rnn_helpers.check.exercise import Mistake
from rnn_helpers.losses import squared_error
from rnn_helpers.readout import many_to_many, readout_backward

PIECE = "piece n: steps n k1 + 1 to (n + 1) k1, the last one shorter"
BACK = "its losses flow back through the last k2 steps"
CARRIED = "h0 of a piece = last state of the piece before, as a value"
UPDATE = "p <- p - lr dL/dp, with L the sum of the piece's new losses"


def streamed(starts=lambda T, k1, k2: range(0, T, k1), length=lambda k1, k2: k1, state=lambda h_states: h_states[-1],
             window=lambda caches, new, k1, k2: caches[-k2:], old_dh=False, rerun=False,
             report=lambda value, dY, losses: value, after_update=False, change=lambda g, dY, k1: g, trained=("Wx", "Wh", "b", "Wy", "c"),
             readout_reach=None, readout_first=False, recompute=False, of_loss=lambda dY: dY, sign=-1):
    """Training on a stream of which a part is wrong.

    starts, length : of the pieces; state : what is carried on; window : the caches that are walked; old_dh : losses of
    older steps join again; report : what is returned of a piece's loss; after_update : measured when the weights have
    moved; change : of each gradient, in the order of `trained`; readout_reach : losses that reach Wy and c; readout_first :
    Wy moves before dh is computed; recompute : older steps run again with the weights of now; rerun : the piece does, for the state that is carried on; of_loss : change of dL/dy
    """

    def wrong(model, X, Y, k1, k2, lr):
        losses, caches, kept_dh, h0 = [], [], [], None
        for start in starts(len(X), k1, k2):
            here = slice(start, start + length(k1, k2))
            h_states, new = rnn_forward(model.cell, X[here], h0)
            value, dY = squared_error(many_to_many(h_states, model.Wy, model.c), Y[here])
            dY = of_loss(dY)
            seen = slice(None) if readout_reach is None else slice(-readout_reach(k1, k2), None)
            dWy, dc, _ = readout_backward(dY[seen], h_states[seen], model.Wy)
            if readout_first:
                model.Wy -= lr * dWy
                model.c -= lr * dc
            dh = readout_backward(dY, h_states, model.Wy)[2]
            caches = caches + [new[t] for t in range(len(new))]
            kept_dh = kept_dh + list(dh)
            used = window(caches, new, k1, k2)
            if recompute and len(used) > len(new):
                h, again = used[0][1], []
                for x_t, _, _ in used:
                    z = np.tanh(model.cell.Wx @ x_t + model.cell.Wh @ h + model.cell.b)
                    again.append((x_t, h, z))
                    h = z
                used = again
            flows = [np.zeros_like(dh[0])] * max(0, len(used) - len(dh)) + list(dh)[-len(used):]
            if old_dh:
                flows = kept_dh[-len(used):]
            dWx, dWh, db, _ = rnn_backward(model.cell, np.array(flows), [used[t] for t in range(len(used))])
            grads = {"Wx": dWx, "Wh": dWh, "b": db, "Wy": dWy, "c": dc}
            params = {"Wx": model.cell.Wx, "Wh": model.cell.Wh, "b": model.cell.b, "Wy": model.Wy, "c": model.c}
            for name, p in params.items():
                if name in trained and not (readout_first and name in ("Wy", "c")):
                    p += sign * lr * change(grads[name], dY, k1)
            if after_update:
                h_states_2, _ = rnn_forward(model.cell, X[here], h0)
                value, _ = squared_error(many_to_many(h_states_2, model.Wy, model.c), Y[here])
            losses.append(report(value, dY, losses))
            h0 = state(rnn_forward(model.cell, X[here], h0)[0] if rerun else h_states)
        return losses

    return wrong


def over_the_window(rerun=False, counted_again=True, readout_hears_all=True, reports_all=False, overwritten=True):
    """Training on a stream that reads all of the last k2 steps out again, with the weights of now.

    rerun : the states are computed again as well, from the one before the window, and put in place of the old ones when
    `overwritten`; counted_again : old losses flow back; readout_hears_all : and reach Wy and c; reports_all : and are returned
    """

    def wrong(model, X, Y, k1, k2, lr):
        losses, states, caches = [], [np.zeros((len(model.cell.Wh), X.shape[2]))], []
        for start in range(0, len(X), k1):
            stop = min(start + k1, len(X))
            first = min(start, max(0, stop - k2))
            ran = first if rerun else start
            h, new = rnn_forward(model.cell, X[ran:stop], states[ran])
            states = [*states[:ran + 1], *h] if overwritten else [*states, *h[start - ran:]]
            caches = [*caches[:ran], *(new[t] for t in range(len(new)))]
            h = h if rerun else np.array(states[first + 1:])
            outputs, old = many_to_many(h, model.Wy, model.c), start - first
            every, dY = squared_error(outputs, Y[first:stop])
            value, _ = squared_error(outputs[old:], Y[start:stop])
            if not counted_again:
                dY[:old] = 0
            dh = readout_backward(dY, h, model.Wy)[2]
            dWy, dc, _ = readout_backward(dY, h, model.Wy) if readout_hears_all else readout_backward(dY[old:], h[old:], model.Wy)
            dWx, dWh, db, _ = rnn_backward(model.cell, dh[-k2:], caches[first:stop][-k2:])
            for p, g in zip((model.cell.Wx, model.cell.Wh, model.cell.b, model.Wy, model.c), (dWx, dWh, db, dWy, dc)):
                p -= lr * g
            losses.append(every if reports_all else value)
        return losses

    return wrong


def one_loss_per_step(model, X, Y, k1, k2, lr):
    """Right updates, but the losses come back a step at a time."""
    steps = streamed(report=lambda value, dY, losses: np.sum((dY / 2) ** 2, axis=(1, 2)))(model, X, Y, k1, k2, lr)
    return np.concatenate(steps)


def only_last_step(dY):
    last = np.zeros_like(dY)
    last[-1] = dY[-1]
    return last


def summed(applied):
    """The gradients are added up, piece after piece; `applied(g, total)` is what an update uses."""

    def wrong(model, X, Y, k1, k2, lr):
        totals = []  # five to a piece

        def change(g, dY, k1):
            totals.append(g + totals[-5] if len(totals) >= 5 else g)
            return applied(g, totals[-1])

        losses = streamed(change=change)(model, X, Y, k1, k2, lr)
        return losses, totals[-5:]

    return wrong


def never_cleared(model, X, Y, k1, k2, lr):
    return summed(lambda g, total: total)(model, X, Y, k1, k2, lr)[0]


def updates_once(model, X, Y, k1, k2, lr):
    losses, totals = summed(lambda g, total: 0 * g)(model, X, Y, k1, k2, lr)
    for p, g in zip((model.cell.Wx, model.cell.Wh, model.cell.b, model.Wy, model.c), totals):
        p -= lr * g
    return losses


TRAIN_STREAM = (
    Mistake("state-reset", "The state starts at zero in every piece",
            "The stream does not begin anew. Hand the last state of a piece to the next one as its h0; only its gradient is cut.",
            CARRIED, streamed(state=lambda h_states: None)),
    Mistake("first-state-carried", "The first state of a piece is carried on",
            "The next piece goes on where this one ended: h_states[-1].", CARRIED, streamed(state=lambda h_states: h_states[0])),
    Mistake("k2-ignored", "The losses flow back through the whole stream",
            "Keep the caches of the last k2 steps only: caches[-k2:].", BACK, streamed(window=lambda caches, new, k1, k2: caches)),
    Mistake("own-piece-only", "The losses flow back through their own piece, whatever k2 is",
            "k2 may be larger than k1 (keep older caches, with dh = 0 for their steps) or smaller (the first steps of the piece are not walked).",
            BACK, streamed(window=lambda caches, new, k1, k2: new)),
    Mistake("never-beyond-the-piece", "The losses do not flow into older pieces",
            "With k2 > k1, or in a last shorter piece, they go on into steps before the piece: "
            "keep the last k2 caches, with dh = 0 for the older ones.",
            BACK, streamed(window=lambda caches, new, k1, k2: new[-k2:])),
    Mistake("one-step-too-many", "The losses flow back k2 + 1 steps", "Keep k2 caches: caches[-k2:].",
            BACK, streamed(window=lambda caches, new, k1, k2: caches[-k2 - 1:])),
    Mistake("k1-and-k2-swapped", "k1 and k2 have changed places", "k1 is the steps between updates, k2 the steps that a loss can flow back.",
            f"{PIECE}; {BACK}", streamed(starts=lambda T, k1, k2: range(0, T, k2), length=lambda k1, k2: k2,
                                         window=lambda caches, new, k1, k2: caches[-k1:])),
    Mistake("losses-counted-again", "Losses of older steps count again",
            "An older loss already had its update. In the window only the new steps have a dh; zeros stand for the older ones.",
            "every loss is counted once", streamed(old_dh=True)),
    *(Mistake(f"old-losses-read-out-again{name}", "Losses of older pieces are counted again", "dh = 0 for their steps.",
              "every loss is counted once", over_the_window(**parts)) for name, parts in (
                  ("", {}), ("+reported", {"reports_all": True}), ("+not-in-Wy", {"readout_hears_all": False}),
                  ("+not-in-Wy+reported", {"readout_hears_all": False, "reports_all": True}))),
    *(Mistake(f"window-run-again{name}", "The older steps are run again with the new weights", "Keep their caches.",
              "caches are kept as they were computed", over_the_window(rerun=True, counted_again=False, overwritten=overwritten))
      for name, overwritten in (("", True), ("-from-the-old-states", False))),
    *(Mistake(f"window-run-again+counted-again{name}", "The older steps are run again with the new weights, and their losses counted again",
              "Keep their caches, and dh = 0 for their steps.", "caches are kept as they were computed; every loss is counted once",
              over_the_window(rerun=True, **parts)) for name, parts in (
                  ("", {}), ("+reported", {"reports_all": True}), ("-from-the-old-states", {"overwritten": False}),
                  ("-from-the-old-states+reported", {"overwritten": False, "reports_all": True}))),
    Mistake("caches-recomputed", "Older steps are computed anew with the new weights",
            "That is another algorithm. Here older steps keep the caches that they were computed with.",
            "caches are kept as they were computed", streamed(recompute=True)),
    Mistake("state-recomputed", "The state is computed anew with the new weights",
            "You run the piece again after the update. Carry on the state that the forward pass gave.", CARRIED, streamed(rerun=True)),
    Mistake("k1-ignored", "There is an update after every step", "k1 steps make a piece: range(0, T, k1), and one update for each.",
            PIECE, streamed(starts=lambda T, k1, k2: range(T), length=lambda k1, k2: 1)),
    Mistake("pieces-overlap", "The pieces overlap",
            "You read k1 steps but move on by one. The next piece starts where this one ends: range(0, T, k1).",
            PIECE, streamed(starts=lambda T, k1, k2: range(T))),
    Mistake("last-piece-dropped", "The last, shorter piece is left out", "range(0, T, k1) includes it; a slice may end beyond the stream.",
            PIECE, streamed(starts=lambda T, k1, k2: range(0, T - k1 + 1, k1))),
    Mistake("readout-from-k2-steps", "Wy and c hear only the last k2 losses of a piece",
            "k2 limits what flows between states. Every loss of the piece reaches Wy and c directly.",
            "dWy, dc = sums over all new steps", streamed(readout_reach=lambda k1, k2: k2)),
    Mistake("readout-first", "Wy is updated before dh is computed",
            "dh = Wy.T @ dy needs the Wy of the forward pass. Compute all five gradients, then update.", UPDATE, streamed(readout_first=True)),
    Mistake("readout-not-trained", "Wy and c are not updated", "All five parameters learn: Wx, Wh, b, Wy, c.", UPDATE,
            streamed(trained=("Wx", "Wh", "b"))),
    Mistake("cell-not-trained", "Wx, Wh and b are not updated", "All five parameters learn: Wx, Wh, b, Wy, c.", UPDATE,
            streamed(trained=("Wy", "c"))),
    Mistake("mean-over-k1", "The gradients are divided by the steps of the piece", "The loss is a sum over the new steps, so its gradient is one too.",
            UPDATE, streamed(change=lambda g, dY, k1: g / len(dY))),
    Mistake("mean-over-the-batch", "The gradients are divided by B", "The loss is a sum over the examples, so its gradient is one too.",
            UPDATE, streamed(change=lambda g, dY, k1: g / dY.shape[2])),
    Mistake("uphill", "The gradient is added", "Descent goes against the gradient: p -= lr * dL/dp.", UPDATE, streamed(sign=1)),
    Mistake("gradients-never-cleared", "Gradients of earlier pieces are applied again",
            "Each update uses its own piece's gradients. Start them at zero for each piece.", UPDATE, never_cleared),
    Mistake("one-update-at-the-end", "All updates happen at the end of the stream",
            "The point of a stream is to learn on the way: update after each piece, before the next one runs.", UPDATE, updates_once),
    Mistake("last-loss-of-the-piece-only", "Only the last loss of a piece counts",
            "Every step of the piece has a loss, and each sends a gradient.", UPDATE, streamed(of_loss=only_last_step)),
    Mistake("mean-loss-reported", "The losses are means", "Each is the sum over the new steps of its piece.",
            "loss of a piece = sum over its steps", streamed(report=lambda value, dY, losses: value / dY.size)),
    Mistake("mean-over-steps-reported", "The losses are divided by the steps of the piece", "Each is the sum over the new steps of its piece.",
            "loss of a piece = sum over its steps", streamed(report=lambda value, dY, losses: value / len(dY))),
    Mistake("loss-after-the-update", "The losses are measured after the update", "Report the loss that the gradients belong to: before the update.",
            "loss, then update", streamed(after_update=True)),
    Mistake("running-total", "The losses add up", "One number for each update: the sum over its own new steps.",
            "one loss for each update", streamed(report=lambda value, dY, losses: value + (losses[-1] if losses else 0))),
    Mistake("a-loss-for-each-step", "There is a loss for each step", "One number for each update: the sum over its new steps.",
            "one loss for each update", one_loss_per_step),
    Mistake("one-number", "One loss for the whole stream", "Return a list: one number for each update.",
            "one loss for each update", lambda *a: float(np.sum(streamed()(*a)))),
)
