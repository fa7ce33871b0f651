"""The exercise of notebook 4b: one loss at a time, through a backward function that is handed over."""

import numpy as np

from rnn_helpers.bptt import rnn_backward, rnn_backward_truncated, rnn_forward
from rnn_helpers.check.exercise import Case, Exercise, Facet
from rnn_helpers.check.families import gradcheck
from rnn_helpers.check.networks import cell_of, draw_sequence
from rnn_helpers.check.returned import single
from rnn_helpers.credit import shares
from rnn_helpers.gradcheck import numerical_gradient, relative_error


def last_two(cell, dh, caches):
    """A walk back that ends after the last two steps, as the function of the published run does after five."""
    return rnn_backward(cell, dh[-2:], caches[-2:])


def at_most_two(cell, dh, caches):
    """Each loss flows through two steps at most."""
    return rnn_backward_truncated(cell, dh, caches, 2)


def fixtures(rng):
    return {**draw_sequence(rng, (5, 2, 4, 1)), **draw_sequence(rng, (4, 3, 5, 2), "2")}


def shares_of(backward, suffix=""):
    """A case's run: the shares of one sequence's or one batch's losses, through one backward function."""

    def run(function, i):
        cell = cell_of(i, suffix)
        _, caches = rnn_forward(cell, i["X" + suffix], i["h0" + suffix])
        return {"sizes": single(function(backward, cell, i["dh" + suffix], caches), "sizes")["sizes"]}

    return run


def witness(i, values):
    """The shares of dWx against central differences of each loss alone."""
    cell = cell_of(i, "2")

    def loss_at(t):
        return lambda: np.sum(i["dh2"][t] * rnn_forward(cell, i["X2"], i["h02"])[0][t])

    measured = np.array([np.linalg.norm(numerical_gradient(loss_at(t), cell.Wx)) for t in range(len(i["dh2"]))])
    given = np.asarray(values[f"{BATCH}/sizes"], float)
    fits = given.shape == (len(measured), 3)
    return {"the column of dWx": relative_error(given[:, 0], measured)} if fits else {}


FULL, BATCH, LAST, SHORT = "full BPTT", "a batch of 2", "a walk back of two steps", "each loss through two steps"

SHARES = Exercise(
    notebook="04b_the_rising_loss",
    asks="shares(backward, cell, dh, caches) -> sizes (T, 3)",
    fixtures=fixtures,
    cases=(Case(FULL, shares_of(rnn_backward)), Case(BATCH, shares_of(rnn_backward, "2")),
           Case(LAST, shares_of(last_two)),
           Case(SHORT, shares_of(at_most_two, "2"))),
    facets=(Facet("shape (T, 3)", 0.5, ("*/*",), "shape"),
            Facet("the shares in full BPTT", 1, (f"{FULL}/sizes", f"{BATCH}/sizes")),
            Facet("the shares in other backward functions", 1, (f"{LAST}/sizes", f"{SHORT}/sizes")),
            Facet("arguments unchanged", 0.5, kind="unharmed")),
    reference=shares,
    forbidden=(numerical_gradient,),
    family=gradcheck.SHARES,
    witness=witness,
)

EXERCISES = (SHARES,)
