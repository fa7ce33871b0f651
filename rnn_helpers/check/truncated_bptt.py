"""The exercises of notebook 06: truncated BPTT, and training on a stream."""

import numpy as np

from rnn_helpers.bptt import rnn_backward_truncated, rnn_forward
from rnn_helpers.check.exercise import Case, Exercise, Facet, one, parts
from rnn_helpers.check.mistakes import truncated_bptt as mistakes
from rnn_helpers.check.rnn_cell import draw_cell
from rnn_helpers.streaming import train_stream

GRADIENTS = ("dWx", "dWh", "db", "dh0")


def backward_fixtures(rng):
    T, D, H, B = 6, 3, 4, 2
    return {**draw_cell(rng, D, H), **draw_cell(rng, 2, 5, "2"), "X": rng.normal(size=(T, D, B)), "h0": rng.uniform(-0.9, 0.9, (H, B)),
            "dh": rng.normal(size=(T, H, B)), "X2": rng.normal(size=(5, 2, 1)), "h02": rng.uniform(-0.9, 0.9, (5, 1)),
            "dh2": rng.normal(size=(5, 5, 1))}


def gradients(k, suffix="", as_list=False):
    """A case's run: the four gradients for a k, on caches of the learner's own forward pass when one is named."""

    def run(function, i):
        cell = i.cell(suffix)
        _, caches = i.using.get("forward", rnn_forward)(cell, i["X" + suffix], i["h0" + suffix])
        dh = list(i["dh" + suffix]) if as_list else i["dh" + suffix]
        return dict(zip(GRADIENTS, parts(function(cell, dh, caches, k), *GRADIENTS)))

    return run


RNN_BACKWARD_TRUNCATED = Exercise(
    name="rnn_backward_truncated",
    notebook="06_truncated_bptt",
    asks="rnn_backward_truncated(cell, dh, caches, k) -> (dWx, dWh, db, dh0)",
    fixtures=backward_fixtures,
    cases=(Case("k = 3, one sequence", gradients(3, "2")), Case("k = 2, a batch", gradients(2)), Case("k = 1", gradients(1)),
           Case("k = T", gradients(6)), Case("k > T", gradients(9)), Case("dh as a list", gradients(4, as_list=True))),
    facets=(Facet("shapes", 1, ("*/*",), "shape"),
            Facet("one sequence", 1, ("k = 3, one sequence/dW*", "k = 3, one sequence/db")),
            Facet("a batch", 1, ("k = 2, a batch/dW*", "k = 2, a batch/db", "k = 1/dW*", "dh as a list/dW*")),
            Facet("k >= T is full BPTT", 1, ("k = T/*", "k > T/*")),
            Facet("dh0", 1, ("k = */dh0", "dh as a list/dh0")),
            Facet("arguments unharmed", 1, kind="unharmed")),
    reference=rnn_backward_truncated,
    mistakes=mistakes.RNN_BACKWARD_TRUNCATED,
)


def stream_fixtures(rng):
    T, D, H, O, B = 11, 2, 4, 3, 2
    return {**draw_cell(rng, D, H), "Wy": rng.normal(size=(O, H)), "c": rng.normal(size=(O, 1)),
            "X": rng.normal(size=(T, D, B)), "Y": rng.normal(size=(T, O, B))}


def streaming(k1, k2):
    """A case's run: the losses and the five parameters after the stream."""

    def run(function, i):
        model = i.model()
        losses = one(function(model, i["X"], i["Y"], k1, k2, 0.01), "losses")
        return {"updates": len(losses), "losses": [float(loss) for loss in losses], "Wx": model.cell.Wx.copy(), "Wh": model.cell.Wh.copy(),
                "b": model.cell.b.copy(), "Wy": model.Wy.copy(), "c": model.c.copy()}

    return run


CHANGED = ("Wx", "Wh", "b", "Wy", "c")

TRAIN_STREAM = Exercise(
    name="train_stream",
    notebook="06_truncated_bptt",
    asks="train_stream(model, X, Y, k1, k2, lr) -> losses",
    fixtures=stream_fixtures,
    cases=(Case("k1 = k2 = 4", streaming(4, 4), may_change=CHANGED), Case("k1 = 3, k2 = 5", streaming(3, 5), may_change=CHANGED),
           Case("k1 = 4, k2 = 2", streaming(4, 2), may_change=CHANGED)),
    facets=(Facet("losses", 1, ("k1 = k2 = 4/updates", "k1 = k2 = 4/losses")),
            Facet("chunks, k1 = k2", 1, ("k1 = k2 = 4/*",)),
            Facet("overlapping, k2 > k1", 1, ("k1 = 3, k2 = 5/*",)),
            Facet("short memory, k2 < k1", 1, ("k1 = 4, k2 = 2/*",))),
    reference=train_stream,
    mistakes=mistakes.TRAIN_STREAM,
)

EXERCISES = (RNN_BACKWARD_TRUNCATED, TRAIN_STREAM)
