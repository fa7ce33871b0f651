"""The exercises of notebook 1: one step of the cell, and the readout."""

import copy
from functools import partial

import numpy as np

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.cell import rnn_cell_forward
from rnn_helpers.check.exercise import Case, Exercise, Facet
from rnn_helpers.check.families import forward_pass as family
from rnn_helpers.check.kept import cached, kept
from rnn_helpers.check.networks import cell_of, draw_cell, halve
from rnn_helpers.check.returned import pair, shape_of, single, spoiled
from rnn_helpers.readout import many_to_many, many_to_one, readout


def cell_fixtures(rng, sizes=((3, 4, 2), (2, 5, 1))):
    """sizes : (D, H, B) of a batch and of one example."""
    (D, H, B), (D_single, H_single, _) = sizes
    return {**draw_cell(rng, D, H), **draw_cell(rng, D_single, H_single, "2"),
            "x_t": rng.normal(size=(D, B)), "h_prev": rng.uniform(-0.9, 0.9, (H, B)),
            "x_single": rng.normal(size=(D_single, 1)), "h_single": rng.uniform(-0.9, 0.9, (H_single, 1)),
            "x_next": rng.normal(size=(D, B)), "h_other": rng.uniform(-0.9, 0.9, (H, B))}


FIRST, SECOND = "h_t of the first step", "h_t of the second step"


def step(function, cell, x_t, h_prev):
    """h_t, the cache, and in words what was returned."""
    shape = len(cell.Wh), x_t.shape[1]
    return pair(function(cell, x_t, h_prev), "h_t", "cache", lambda value: shape_of(value) == shape,
                lambda value: not isinstance(value, np.ndarray))


def one_example(function, i):
    h_t, _, returned = step(function, cell_of(i, "2"), i["x_single"], i["h_single"])
    return {"h_t": h_t, "returned": returned}


def steps_of_one_example(function, i):
    cell = cell_of(i, "2")
    h_1 = step(function, cell, i["x_single"], i["h_single"])[0]
    return {FIRST: copy.copy(h_1), SECOND: step(function, cell, -i["x_single"], h_1)[0]}


def batch(function, i):
    h_t, cache, _ = step(function, cell_of(i), i["x_t"], i["h_prev"])
    return {"h_t": h_t, **cached(cache)}


def read_batch(i, values):
    return {"h_t": values["h_t"], **kept(i, values, i["x_t"], i["h_prev"], values["h_t"])}


def two_steps(function, i):
    cell = cell_of(i)
    h_1, cache, _ = step(function, cell, i["x_t"], i["h_prev"])
    at_once = np.array(h_1)  # the second step must not reach back into the first
    h_2, _, _ = step(function, cell, i["x_next"], h_1)
    return {FIRST: h_1, "at once": at_once, SECOND: h_2, **cached(cache)}


def read_two_steps(i, values):
    return {**{name: values[name] for name in (FIRST, SECOND)},
            **kept(i, values, i["x_t"], i["h_prev"], values["at once"])}


def called_again(function, i):
    """A state that the cell did not give, after the first result was spoiled and the weights have moved in place."""
    cell = cell_of(i)
    spoiled(step(function, cell, i["x_t"], i["h_prev"])[0], i["h_prev"])
    other = step(function, cell, i["x_t"], np.asfortranarray(i["h_other"]))[0]
    halve(cell)
    return {"h_t": other, "h_t with other weights": step(function, cell, i["x_t"], i["h_other"])[0]}


def of_large_numbers(function, i):
    return {"h_t": step(function, cell_of(i, "2"), 1e5 * i["x_single"], i["h_single"])[0]}


def in_float32(function, i):
    cell = cell_of(i, dtype=np.float32)
    return {"h_t": step(function, cell, i["x_t"].astype(np.float32), i["h_prev"].astype(np.float32))[0]}


RNN_CELL_FORWARD = Exercise(
    notebook="01_rnn_cell",
    asks="rnn_cell_forward(cell, x_t, h_prev) -> (h_t, cache)",
    fixtures=cell_fixtures,
    second=partial(cell_fixtures, sizes=((2, 6, 3), (4, 3, 1))),
    cases=(Case("one example", one_example), Case("a batch of 2", batch, read_batch),
           Case("two steps", two_steps, read_two_steps), Case("two steps of one example", steps_of_one_example),
           Case("called again", called_again, may_change=("Wx", "Wh", "b"), repeats=True),
           Case("large numbers", of_large_numbers),
           Case("float32", in_float32, tolerance=1e-4)),
    facets=(Facet("shape of h_t", 0.5, ("*/h_*",), "shape"),
            Facet("h_t of one example", 2, ("one example/h_t",)),
            Facet("h_t of a batch, step after step", 1.5, ("a batch of 2/h_t", "two steps*/h_*", "float32/h_t")),
            Facet("another call, and large numbers", 0.5, ("called again/*", "large numbers/h_t"), "property"),
            Facet("h_t and the cache, in this order", 0.5, ("one example/returned",), "property"),
            Facet("cache holds what the step back needs", 1, ("*/the cache's *",), "property"),
            Facet("arguments unchanged", 1, kind="unharmed")),
    reference=rnn_cell_forward,
    forbidden=(rnn_forward, kept),
    family=family.RNN_CELL_FORWARD,
)


def readout_fixtures(rng, sizes=((4, 3, 2), (5, 2, 1))):
    """sizes : (H, O, B) of a batch and of one example."""
    (H, O, B), (H_single, O_single, _) = sizes
    return {"h_t": rng.uniform(-0.9, 0.9, (H, B)), "Wy": rng.normal(size=(O, H)), "c": rng.normal(size=(O, 1)),
            "h_single": rng.uniform(-0.9, 0.9, (H_single, 1)), "Wy2": rng.normal(size=(O_single, H_single)),
            "c2": rng.normal(size=(O_single, 1))}


READOUT = Exercise(
    notebook="01_rnn_cell",
    asks="readout(h_t, Wy, c) -> y_t",
    fixtures=readout_fixtures,
    second=partial(readout_fixtures, sizes=((5, 4, 3), (3, 6, 1))),
    cases=(Case("one example", lambda f, i: single(f(i["h_single"], i["Wy2"], i["c2"]), "y_t"), tolerance=1e-5),
           Case("a batch of 2", lambda f, i: single(f(np.asfortranarray(i["h_t"]), i["Wy"], i["c"]), "y_t"),
                tolerance=1e-5)),  # terms that nearly cancel, in float32
    facets=(Facet("y_t of one example", 1, ("one example/y_t",), "exact"),
            Facet("y_t of a batch", 1, ("a batch of 2/y_t",), "exact"),
            Facet("y_t itself is returned", 0.5, ("*/returned",), "property"),
            Facet("arguments unchanged", 0.5, kind="unharmed")),
    reference=readout,
    forbidden=(many_to_many, many_to_one),
    family=family.READOUT,
)

EXERCISES = (RNN_CELL_FORWARD, READOUT)
