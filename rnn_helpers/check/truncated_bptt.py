"""The exercises of notebook 6: truncated backpropagation through time, and training on a stream."""

from functools import partial

import numpy as np

from rnn_helpers.bptt import rnn_backward_truncated
from rnn_helpers.check.bptt import NAMES, sequence_fixtures, walk, walk_again
from rnn_helpers.check.exercise import Case, Exercise, Facet, keys
from rnn_helpers.check.families import training
from rnn_helpers.check.families import truncated_bptt as family
from rnn_helpers.check.networks import differences, draw_cell, model_of
from rnn_helpers.check.number_sequence import PARAMS
from rnn_helpers.check.returned import several, single, spoiled
from rnn_helpers.gradcheck import numerical_gradient
from rnn_helpers.streaming import train_stream

SHORT, WINDOW = 2, 3  # k for the single sequence and for the batch


backward_case = several(NAMES, rnn_backward_truncated)


def cut_loss(i, cell):
    """The sum of the losses when each is computed from the state k steps before it, held fixed.

    A loss that starts from a fixed state cannot send anything further back: that is what truncation means.
    """
    total = 0.0
    for t in range(len(i["X"])):
        start = max(0, t + 1 - WINDOW)
        h = i["h0"] if start == 0 else i["states"][start]
        for x in i["X"][start : t + 1]:
            h = np.tanh(cell.Wx @ x + cell.Wh @ h + cell.b)
        total += np.sum(i["dh"][t] * h)
    return total


ONE, BATCH = f"one sequence, k = {SHORT}", f"a batch of 3, k = {WINDOW}"

RNN_BACKWARD_TRUNCATED = Exercise(
    notebook="06_truncated_bptt",
    asks="rnn_backward_truncated(cell, dh, caches, k) -> (dWx, dWh, db, dh0)",
    fixtures=partial(sequence_fixtures, spread=1.5),
    second=partial(sequence_fixtures, sizes=((7, 3, 5, 4), (9, 3, 6, 1), (1, 4, 5, 3)), spread=1.5),
    cases=(backward_case(ONE, walk("1", SHORT)), backward_case(BATCH, walk("", WINDOW)),
           backward_case("k = 1", walk("", 1)), backward_case("k = T", walk("", 7)),
           backward_case("k > T", walk("1", 30)), backward_case("T = 1", walk("2", 2)),
           backward_case("lists", walk("1", 4, lists=True)),
           backward_case("called again", walk_again((SHORT,), (WINDOW,)), repeats=True, may_change=("Wx", "Wh", "b")),
           backward_case("float32", walk("1", 3, dtype=np.float32), tolerance=1e-4)),
    facets=(Facet("shapes", 0.25, keys((ONE, BATCH, "T = 1"), NAMES), "shape"),
            Facet("dWx and db of one sequence", 0.75, keys((ONE, "float32"), ("dWx", "db"))),
            Facet("dWh of one sequence", 0.5, keys((ONE, "float32"), ["dWh"])),
            Facet("dWx, dWh and db of a batch of 3", 1.25, keys([BATCH], NAMES[:3])),
            Facet("dh0", 0.75, keys((ONE, BATCH, "float32"), ["dh0"])),
            Facet("k >= T: full BPTT", 1, keys(("k = T", "k > T", "T = 1"), NAMES)),
            Facet("k = 1, dh as a list, another call", 0.75, keys(("k = 1", "lists", "called again"), NAMES),
                  "further"),
            Facet("four values, in the order asked for", 0.25, keys((ONE, BATCH), ["returned"]), "property"),
            Facet("arguments unchanged", 0.5, kind="unharmed")),
    reference=rnn_backward_truncated,
    forbidden=(numerical_gradient,),
    family=family.RNN_BACKWARD_TRUNCATED,
    witness=differences(BATCH, "h0", cut_loss),
)


def stream_fixtures(rng, sizes=((8, 2, 5, 4, 3), (9, 3, 5, 2, 1))):
    """sizes : (T, D, H, O, B) of a batch and of one stream of nine steps."""
    fixture = {"lr": float(rng.uniform(0.03, 0.05))}
    for suffix, (T, D, H, O, B) in zip(("", "1"), sizes, strict=True):
        fixture |= {**draw_cell(rng, D, H, suffix), f"Wy{suffix}": rng.normal(0, 0.8, (O, H)),
                    f"c{suffix}": rng.normal(0, 0.5, (O, 1)), f"X{suffix}": rng.normal(size=(T, D, B)),
                    f"Y{suffix}": rng.normal(size=(T, O, B)) + 0.4}
    return fixture


def stream(k1, k2, suffix="", times=1):
    """A case's run: the losses of the last of some calls on one model, and what became of the parameters."""

    def run(function, i):
        model, returned = model_of(i, suffix), None
        for _ in range(times):
            spoiled(returned)
            X, Y = (np.array(i[name + suffix]) if times > 1 else i[name + suffix] for name in "XY")
            returned = function(model, X, Y, k1, k2, i["lr"])
            if isinstance(returned, tuple) and all(isinstance(loss, (float, np.floating)) for loss in returned):
                returned = list(returned)  # a tuple of losses, not of a list and more
        return {**single(returned, "losses"), **model.params}

    return run


def stream_case(name, *ks, times=1):
    return Case(name, stream(*ks, times=times), may_change=(*PARAMS, *(f"{p}1" for p in PARAMS)), may_share=True,
                repeats=times > 1)


PIECES, OVERLAP, SHORTER, WHOLE, LAST, AGAIN = (
    "k1 = k2 = 3", "k1 = 2, k2 = 5", "k1 = 4, k2 = 2", "one piece", "a last piece of one step", "called again")
CHANGES = ("losses", *PARAMS)

TRAIN_STREAM = Exercise(
    notebook="06_truncated_bptt",
    asks="train_stream(model, X, Y, k1, k2, lr) -> losses",
    fixtures=stream_fixtures,
    second=partial(stream_fixtures, sizes=((10, 3, 4, 2, 5), (9, 2, 4, 3, 1))),
    cases=(stream_case(PIECES, 3, 3), stream_case(OVERLAP, 2, 5), stream_case(SHORTER, 4, 2),
           stream_case(WHOLE, 9, 9, "1"),
           stream_case(LAST, 4, 4, "1"), stream_case(AGAIN, 3, 3, times=2)),
    facets=(Facet("one update, on one piece", 0.5, keys([WHOLE], CHANGES)),
            Facet("losses, one for each update", 0.5, keys((PIECES, LAST), ["losses"])),
            Facet("pieces of k1 = k2 steps, the last one shorter", 1, keys((PIECES, LAST), PARAMS)),
            Facet("overlapping, k2 > k1", 0.75, keys([OVERLAP], CHANGES)),
            Facet("k2 < k1", 0.5, keys([SHORTER], CHANGES)),
            Facet("another call starts from h0 = 0", 0.25, keys([AGAIN], CHANGES), "further"),
            Facet("the losses themselves are returned", 0.25, ("*/returned",), "property"),
            Facet("X, Y unchanged", 0.25, kind="unharmed")),
    reference=train_stream,
    family=training.TRAIN_STREAM,
)

EXERCISES = (RNN_BACKWARD_TRUNCATED, TRAIN_STREAM)
