"""The exercises of notebook 2: the forward pass over a sequence, its readouts, the number of parameters."""

import numpy as np

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.check.exercise import BadReturn, Case, Exercise, Facet, one, parts
from rnn_helpers.check.mistakes import forward_pass as mistakes
from rnn_helpers.check.networks import cell_of, draw_cell, single_precision
from rnn_helpers.check.rnn_cell import cached, in_cache
from rnn_helpers.model import count_parameters
from rnn_helpers.readout import many_to_many, many_to_one


def sequence_fixtures(rng):
    T, D, H, B = 5, 3, 4, 2
    return {**draw_cell(rng, D, H), **draw_cell(rng, 2, 6, "2"), "X": rng.normal(size=(T, D, B)),
            "h0": rng.uniform(-0.9, 0.9, (H, B)), "X_single": rng.normal(size=(3, 2, 1)), "h0_single": rng.uniform(-0.9, 0.9, (6, 1))}


def caches_kept(i, values, h0):
    """What the cache of every step holds, all steps in one array, or "missing" where a step lacks it; see `in_cache`."""
    h_states, X = values["h_states"], i["X"]
    if isinstance(h_states, str) or h_states.shape != (len(X), *h0.shape):
        return dict.fromkeys(("cache_x_t", "cache_h_prev", "cache_h_t"), "not looked at: h_states first")
    found = [in_cache(i, values, X[t], h_states[t - 1] if t else h0, h_states[t], t) for t in range(len(X))]
    return {name: np.array("missing") if any(step[name].dtype.kind == "U" for step in found) else np.array([step[name] for step in found])
            for name in found[0]}


def single(function, i):
    h_states, _ = parts(function(cell_of(i, "2"), i["X_single"]), "h_states", "caches")
    return {"h_states": h_states}


def one_step(function, i):
    h_states, _ = parts(function(cell_of(i, "2"), i["X_single"][:1]), "h_states", "caches")
    return {"h_states": h_states}


def from_h0(function, i):
    h_states, _ = parts(function(cell_of(i, "2"), i["X_single"], i["h0_single"]), "h_states", "caches")
    return {"h_states": h_states}


def batch(function, i):
    return states_and_caches(function, i, i["h0"], (i["h0"],))


def batch_from_zeros(function, i):
    return states_and_caches(function, i, np.zeros_like(i["h0"]), ())


def read_batch(i, values):
    return {"h_states": values["h_states"], **caches_kept(i, values, i["h0"])}


def read_batch_from_zeros(i, values):
    return {"h_states": values["h_states"], **caches_kept(i, values, np.zeros_like(i["h0"]))}


def states_and_caches(function, i, h0, given):
    """The states of a batch and the arrays in its caches; caches are not looked at where the states have the wrong shape."""
    h_states, caches = parts(function(cell_of(i), i["X"], *given), "h_states", "caches")
    found = {"h_states": h_states}
    if len(h_states) == len(i["X"]) and np.shape(h_states[0]) == h0.shape:
        try:
            for t, x_t in enumerate(i["X"]):
                found |= cached(caches[t], x_t, h0, t)
        except (KeyError, IndexError, TypeError) as error:
            raise BadReturn(f"caches has no entry for each of the {len(i['X'])} steps: append one at every step") from error
    return found


def as_list(function, i):
    h_states, _ = parts(function(cell_of(i, "2"), list(i["X_single"])), "h_states", "caches")
    return {"length": len(h_states), "h_states": h_states}


def in_float32(function, i):
    cell = single_precision(cell_of(i))
    h_states, _ = parts(function(cell, i["X"].astype(np.float32), i["h0"].astype(np.float32)), "h_states", "caches")
    return {"h_states": h_states}


RNN_FORWARD = Exercise(
    name="rnn_forward",
    notebook="02_forward_pass",
    asks="rnn_forward(cell, X, h0=None) -> (h_states, caches)",
    fixtures=sequence_fixtures,
    cases=(Case("one sequence", single), Case("one sequence from h0", from_h0), Case("a batch of 2 from h0", batch, read_batch),
           Case("a batch of 2", batch_from_zeros, read_batch_from_zeros), Case("a list of columns", as_list),
           Case("T = 1", one_step), Case("float32", in_float32, tolerance=1e-4)),
    facets=(Facet("shape of h_states", 1, ("one sequence/h_states", "a batch of 2 from h0/h_states"), "shape"),
            Facet("states of one sequence", 2, ("one sequence/h_states", "a list of columns/*", "T = 1/h_states")),
            Facet("states from a given h0", 2, ("one sequence from h0/h_states",)),
            Facet("states of a batch", 1, ("a batch of 2*/h_states", "float32/h_states")),
            Facet("caches hold what the way back needs", 1, ("*/cache_*",), "property"),
            Facet("arguments unharmed", 1, kind="unharmed")),
    reference=rnn_forward,
    forbidden=(in_cache,),
    mistakes=mistakes.RNN_FORWARD,
)


def readout_fixtures(rng):
    T, H, O, B = 5, 4, 3, 2
    return {"h_states": rng.uniform(-0.9, 0.9, (T, H, B)), "Wy": rng.normal(size=(O, H)), "c": rng.normal(size=(O, 1)),
            "h_single": rng.uniform(-0.9, 0.9, (3, 5, 1)), "Wy2": rng.normal(size=(2, 5)), "c2": rng.normal(size=(2, 1))}


def readout_cases(name):
    """A single sequence, a batch, and the batch as a list of states."""
    return (Case("one sequence", lambda f, i: {name: one(f(i["h_single"], i["Wy2"], i["c2"]), name)}),
            Case("a batch of 2", lambda f, i: {name: one(f(i["h_states"], i["Wy"], i["c"]), name)}),
            Case("a list of states", lambda f, i: {name: one(f(list(i["h_states"]), i["Wy"], i["c"]), name)}))


MANY_TO_MANY = Exercise(
    name="many_to_many",
    notebook="02_forward_pass",
    asks="many_to_many(h_states, Wy, c) -> Y (T, O, B)",
    fixtures=readout_fixtures,
    cases=readout_cases("Y"),
    facets=(Facet("Y of one sequence", 1, ("one sequence/Y",)),
            Facet("Y of a batch", 1, ("a batch of 2/Y", "a list of states/Y")),
            Facet("shape of Y", 1, ("*/Y",), "shape")),
    reference=many_to_many,
    mistakes=mistakes.MANY_TO_MANY,
)

MANY_TO_ONE = Exercise(
    name="many_to_one",
    notebook="02_forward_pass",
    asks="many_to_one(h_states, Wy, c) -> y (O, B)",
    fixtures=readout_fixtures,
    cases=readout_cases("y"),
    facets=(Facet("y of one sequence", 1, ("one sequence/y",), "exact"),
            Facet("y of a batch", 1, ("a batch of 2/y", "a list of states/y"), "exact")),
    reference=many_to_one,
    mistakes=mistakes.MANY_TO_ONE,
)


def count(names):
    return lambda f, i: {"count": one(f(*(int(n) for n in i[names])), "the count")}


COUNT_PARAMETERS = Exercise(
    name="count_parameters",
    notebook="02_forward_pass",
    asks="count_parameters(D, H, O) -> int",
    fixtures=lambda rng: {"small": rng.choice(np.arange(2, 13), 3, replace=False), "large": rng.choice(np.arange(13, 99), 3, replace=False)},
    cases=(Case("a small network", count("small")), Case("a large network", count("large"))),
    facets=(Facet("a small network", 1, ("a small network/count",)), Facet("a large network", 1, ("a large network/count",))),
    reference=count_parameters,
    mistakes=mistakes.COUNT_PARAMETERS,
)

EXERCISES = (RNN_FORWARD, MANY_TO_MANY, MANY_TO_ONE, COUNT_PARAMETERS)
