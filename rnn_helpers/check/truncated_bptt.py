"""The exercises of notebook 6: truncated backpropagation through time, and training on a stream."""

import numpy as np

from rnn_helpers.bptt import rnn_backward_truncated, rnn_forward
from rnn_helpers.check.bptt import NAMES
from rnn_helpers.check.exercise import Case, Exercise, Facet, one, parts
from rnn_helpers.check.mistakes import truncated_bptt as mistakes
from rnn_helpers.check.networks import cell_of, draw_cell, model_of, single_precision
from rnn_helpers.check.number_sequence import PARAMS, after
from rnn_helpers.gradcheck import numerical_gradient, relative_error
from rnn_helpers.streaming import train_stream

SHORT, WINDOW = 2, 3  # k for the single sequence and for the batch


def truncated_fixtures(rng):
    fixture = {}
    for suffix, (T, D, H, B) in {"": (7, 3, 4, 3), "1": (6, 2, 5, 1), "2": (1, 2, 3, 2)}.items():
        fixture |= {**draw_cell(rng, D, H, suffix), f"X{suffix}": rng.normal(size=(T, D, B)),
                    f"h0{suffix}": rng.uniform(-0.9, 0.9, (H, B)), f"dh{suffix}": rng.normal(0, 1.5, (T, H, B))}
    return fixture


def back(k, suffix="", lists=False, dtype=None):
    """A case's run: the gradients for a k, on caches of the learner's own forward pass or of the course's."""

    def run(function, i):
        cell, X, h0, dh = cell_of(i, suffix), i["X" + suffix], i["h0" + suffix], i["dh" + suffix]
        if dtype:
            cell, X, h0, dh = single_precision(cell), X.astype(dtype), h0.astype(dtype), dh.astype(dtype)
        caches = parts(i.using.get("forward", rnn_forward)(cell, X, h0), "h_states", "caches")[1]
        if lists:
            dh, caches = list(dh), [caches[t] for t in range(len(caches))]
        return dict(zip(NAMES, parts(function(cell, dh, caches, k), *NAMES)))

    return run


def truncated_witness(i, values):
    """Central differences of the losses when each is computed from the state k steps before it, held fixed.

    A loss that starts from a fixed state cannot send anything further back: that is what truncation means.
    """
    cell = cell_of(i)
    states = np.concatenate([i["h0"][None], rnn_forward(cell, i["X"], i["h0"])[0]])
    params = {"dWx": cell.Wx, "dWh": cell.Wh, "db": cell.b, "dh0": i["h0"]}

    def loss():
        total = 0.0
        for t in range(len(i["X"])):
            start = max(0, t + 1 - WINDOW)
            h = i["h0"] if start == 0 else states[start]
            for x in i["X"][start : t + 1]:
                h = np.tanh(cell.Wx @ x + cell.Wh @ h + cell.b)
            total += np.sum(i["dh"][t] * h)
        return total

    return [(name, relative_error(values[f"a batch of 3, k = {WINDOW}/{name}"], numerical_gradient(loss, p)), 1e-6)
            for name, p in params.items()]


ONE, BATCH = f"one sequence, k = {SHORT}", f"a batch of 3, k = {WINDOW}"

RNN_BACKWARD_TRUNCATED = Exercise(
    name="rnn_backward_truncated",
    notebook="06_truncated_bptt",
    asks="rnn_backward_truncated(cell, dh, caches, k) -> (dWx, dWh, db, dh0)",
    fixtures=truncated_fixtures,
    cases=(Case(ONE, back(SHORT, "1")), Case(BATCH, back(WINDOW)), Case("k = 1", back(1)), Case("k = T", back(7)),
           Case("k > T", back(30, "1")), Case("T = 1", back(2, "2")), Case("lists", back(4, lists=True)),
           Case("float32", back(3, "1", dtype=np.float32), tolerance=1e-4)),
    facets=(Facet("shapes", 0.5, ("*/*",), "shape"),
            Facet("dWx and db of one sequence", 1, tuple(f"{case}/{name}" for case in (ONE, "float32") for name in ("dWx", "db"))),
            Facet("dWh of one sequence", 1, (f"{ONE}/dWh", "float32/dWh")),
            Facet("dh0 of one sequence", 0.75, (f"{ONE}/dh0", "float32/dh0")),
            Facet("a batch of 3", 0.75, (f"{BATCH}/*", "lists/*")),
            Facet("k = 1: each loss stays at its own step", 0.5, ("k = 1/*",)),
            Facet("k >= T: full BPTT", 1, ("k = T/*", "k > T/*", "T = 1/*")),
            Facet("arguments unharmed", 0.5, kind="unharmed")),
    reference=rnn_backward_truncated,
    mistakes=mistakes.RNN_BACKWARD_TRUNCATED,
    witness=truncated_witness,
)


def stream_fixtures(rng):
    fixture = {"lr": float(rng.uniform(0.03, 0.05))}
    for suffix, (T, D, H, O, B) in {"": (8, 2, 4, 3, 2), "1": (5, 3, 5, 2, 1)}.items():
        fixture |= {**draw_cell(rng, D, H, suffix), f"Wy{suffix}": rng.normal(0, 0.8, (O, H)), f"c{suffix}": rng.normal(0, 0.5, (O, 1)),
                    f"X{suffix}": rng.normal(size=(T, D, B)), f"Y{suffix}": rng.normal(size=(T, O, B)) + 0.4}
    return fixture


def stream(k1, k2, suffix=""):
    """A case's run: the losses, and what became of the parameters."""

    def run(function, i):
        model = model_of(i, suffix)
        losses = one(function(model, i["X" + suffix], i["Y" + suffix], k1, k2, i["lr"]), "losses")
        return {"losses": losses, **after(model)}

    return run


def stream_case(name, k1, k2, suffix=""):
    return Case(name, stream(k1, k2, suffix), may_change=tuple(p + suffix for p in PARAMS) + PARAMS, may_share=True)


def params_of(*cases):
    return tuple(f"{case}/{name}" for case in cases for name in PARAMS)


PIECES, OVERLAP, SHORTER, WHOLE, LAST = "k1 = k2 = 3", "k1 = 2, k2 = 5", "k1 = 4, k2 = 2", "one piece", "a last piece of one step"

TRAIN_STREAM = Exercise(
    name="train_stream",
    notebook="06_truncated_bptt",
    asks="train_stream(model, X, Y, k1, k2, lr) -> losses",
    fixtures=stream_fixtures,
    cases=(stream_case(PIECES, 3, 3), stream_case(OVERLAP, 2, 5), stream_case(SHORTER, 4, 2), stream_case(WHOLE, 9, 9, "1"),
           stream_case(LAST, 4, 4, "1")),
    facets=(Facet("one update, on one piece", 0.5, (f"{WHOLE}/*",)),
            Facet("losses, one for each update", 0.5, (f"{PIECES}/losses", f"{LAST}/losses")),
            Facet("pieces of k1 = k2 steps, the last one shorter", 1, params_of(PIECES, LAST)),
            Facet("overlapping, k2 > k1", 1, (f"{OVERLAP}/losses", *params_of(OVERLAP))),
            Facet("k2 < k1", 0.5, (f"{SHORTER}/losses", *params_of(SHORTER))),
            Facet("X, Y unharmed", 0.5, kind="unharmed")),
    reference=train_stream,
    mistakes=mistakes.TRAIN_STREAM,
)

EXERCISES = (RNN_BACKWARD_TRUNCATED, TRAIN_STREAM)
