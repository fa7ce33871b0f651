"""The exercises of notebook 2: the forward pass over a sequence, its readouts, the number of parameters."""

from functools import partial

import numpy as np

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.check.exercise import BadReturn, Case, Exercise, Facet
from rnn_helpers.check.families import forward_pass as family
from rnn_helpers.check.kept import cached, kept, order_of
from rnn_helpers.check.networks import cell_of, draw_cell, halve
from rnn_helpers.check.returned import pair, shape_of, single, spoiled
from rnn_helpers.model import RNNModel, count_parameters
from rnn_helpers.readout import many_to_many, many_to_one


def sequence_fixtures(rng, sizes=((7, 3, 4, 2), (8, 2, 6, 1))):
    """sizes : (T, D, H, B) of a batch and of one sequence."""
    fixture = {}
    for suffix, (T, D, H, B) in zip(("", "2"), sizes, strict=True):
        fixture |= {**draw_cell(rng, D, H, suffix), f"X{suffix}": rng.normal(size=(T, D, B)),
                    f"h0{suffix}": rng.uniform(-0.9, 0.9, (H, B)), f"X_next{suffix}": rng.normal(size=(T, D, B))}
    return fixture


def states(function, cell, X, *h0):
    """h_states, caches, and in words what was returned."""
    shape = len(X), len(cell.Wh), np.shape(X[0])[-1]
    return pair(function(cell, X, *h0), "h_states", "caches", lambda value: shape_of(value) == shape,
                lambda value: isinstance(value, (list, tuple)) and len(value) == len(X))


def one_sequence(function, i):
    h_states, _, returned = states(function, cell_of(i, "2"), i["X2"])
    return {"h_states": h_states, "returned": returned}


def of_one(T=None, *h0):
    """A case's run: the first T steps of the single sequence."""
    return lambda f, i: {"h_states": states(f, cell_of(i, "2"), i["X2"][:T], *(i[name] for name in h0))[0]}


def with_caches(*h0):
    """A case's run on the batch, with the arrays in every step's cache."""

    def run(function, i):
        h_states, caches, _ = states(function, cell_of(i), i["X"], *(i[name] for name in h0))
        found = {"h_states": h_states, "caches": "one for each step"}
        try:
            for t in range(len(i["X"])):
                found |= cached(caches[t], t)
            if all(type(cache) in (tuple, list) for cache in caches):
                found["places"] = "told by their order alone"
        except (KeyError, IndexError, TypeError):
            found["caches"] = f"caches has no entry for each of the {len(i['X'])} steps: append one at every step"
        return found

    return run


def read_caches(*given):
    """What every step's cache holds of what the way back needs, or "missing" where a step lacks it."""

    def read(i, values):
        h_states, X, h0 = values["h_states"], i["X"], i[given[0]] if given else np.zeros_like(i["h0"])
        names = ("the cache's x_t", "the cache's h_prev", "the cache's h_t", "the cache's order")
        if "no entry" in str(values["caches"]):
            return {"h_states": h_states, **dict.fromkeys(names, str(values["caches"]))}
        if isinstance(h_states, str) or h_states.shape != (len(X), *h0.shape):
            return {"h_states": h_states, **dict.fromkeys(names, "not checked: h_states first")}
        T = len(X)

        def held(t, at):
            """What the cache at a place holds of step t."""
            return kept(i, values, X[t], h_states[t - 1] if t else h0, h_states[t], at)

        steps = [held(t, t) for t in range(T)]
        empty = next((f"missing: caches[{t}] is empty" for t in range(len(X))
                      if not any(name.startswith(f"cache {t}, ") for name in values)), "")
        words = {name: min((step[name] for step in steps), key=lambda word: word == "kept") for name in names[:3]}
        found = dict.fromkeys(names[:3], np.array(empty)) if empty else words
        others = (("in reverse order", lambda t: T - 1 - t), ("the last step's everywhere", lambda t: T - 1))
        for text, which in others if T > 1 and not empty and "kept" not in words.values() else ():
            if all(word == "kept" for at in range(T) for word in held(which(at), at).values()):
                found = dict.fromkeys(names[:3], np.array(f"missing: {text}"))
        order = order_of(values, X[-1], h_states[-2], h_states[-1], len(X) - 1)
        return {"h_states": h_states, **found, names[3]: order}

    return read


def called_again(function, i):
    """Another sequence by the same cell, after the first result was spoiled; another state; weights moved in place."""
    cell = cell_of(i)
    spoiled(states(function, cell, i["X"], i["h0"])[0], i["h0"])
    found = {"h_states": states(function, cell, i["X_next"])[0],
             "h_states from zeros": states(function, cell, i["X"], np.zeros_like(i["h0"]))[0]}
    halve(cell)
    return {**found, "h_states with other weights": states(function, cell, np.asfortranarray(i["X"]), i["h0"])[0]}


def as_list(function, i):
    h_states = states(function, cell_of(i, "2"), i.listed("X", i["X2"]))[0]
    return {"length": len(h_states), "h_states": h_states}


def in_float32(function, i):
    cell = cell_of(i, dtype=np.float32)
    return {"h_states": states(function, cell, i["X"].astype(np.float32), i["h0"].astype(np.float32))[0]}


RNN_FORWARD = Exercise(
    notebook="02_forward_pass",
    asks="rnn_forward(cell, X, h0=None) -> (h_states, caches)",
    fixtures=sequence_fixtures,
    second=partial(sequence_fixtures, sizes=((9, 2, 5, 3), (10, 4, 3, 1))),
    cases=(Case("one sequence", one_sequence), Case("one sequence from h0", of_one(None, "h02")),
           Case("a batch of 2 from h0", with_caches("h0"), read_caches("h0")),
           Case("a batch of 2", with_caches(), read_caches()),
           Case("a list of columns", as_list), Case("T = 1", of_one(1)), Case("T = 1 from h0", of_one(1, "h02")),
           Case("called again", called_again, may_change=("Wx", "Wh", "b"), repeats=True),
           Case("large numbers", lambda f, i: {"h_states": states(f, cell_of(i, "2"), 1e5 * i["X2"], i["h02"])[0]}),
           Case("float32", in_float32, tolerance=1e-4)),
    facets=(Facet("shape of h_states", 0.5, ("one sequence/h_states", "a batch of 2 from h0/h_states"), "shape"),
            Facet("states of one sequence", 1.5, ("one sequence/h_states", "T = 1/h_states")),
            Facet("states from a given h0", 1.5, ("one sequence from h0/h_states", "T = 1 from h0/h_states")),
            Facet("states of a batch", 1.75, ("a batch of 2*/h_states", "float32/h_states")),
            Facet("X as a list, another call, large numbers", 0.75, ("a list*/*", "called again/*", "large*/*"),
                  "property"),
            Facet("h_states and caches, in this order", 0.5, ("one sequence/returned",), "property"),
            Facet("caches hold what the way back needs", 1, ("*/the cache's *",), "property"),
            Facet("arguments unchanged", 0.5, kind="unharmed")),
    reference=rnn_forward,
    forbidden=(kept,),
    family=family.RNN_FORWARD,
)


def readout_fixtures(rng, sizes=((7, 4, 3, 2), (8, 5, 2, 1))):
    """sizes : (T, H, O, B) of a batch and of one sequence."""
    (T, H, O, B), (T_single, H_single, O_single, _) = sizes
    return {"h_states": rng.uniform(-0.9, 0.9, (T, H, B)), "Wy": rng.normal(size=(O, H)), "c": rng.normal(size=(O, 1)),
            "h_single": rng.uniform(-0.9, 0.9, (T_single, H_single, 1)), "Wy2": rng.normal(size=(O_single, H_single)),
            "c2": rng.normal(size=(O_single, 1))}


def readout_cases(name):
    """A single sequence, a batch, the batch as a list of states, a single step."""

    def of_batch(given):
        return lambda f, i: single(f(given(i), i["Wy"], i["c"]), name)

    return (Case("one sequence", lambda f, i: single(f(i["h_single"], i["Wy2"], i["c2"]), name)),
            Case("a batch of 2", of_batch(lambda i: np.asfortranarray(i["h_states"]))),
            Case("a list of states", of_batch(lambda i: i.listed("h_states", i["h_states"]))),
            Case("T = 1", of_batch(lambda i: i["h_states"][:1])))


MANY_TO_MANY = Exercise(
    notebook="02_forward_pass",
    asks="many_to_many(h_states, Wy, c) -> Y (T, O, B)",
    fixtures=readout_fixtures,
    second=partial(readout_fixtures, sizes=((9, 5, 4, 3), (10, 3, 6, 1))),
    cases=readout_cases("Y"),
    facets=(Facet("Y of one sequence", 0.75, ("one sequence/Y",)),
            Facet("Y of a batch, and of one step", 0.75, ("a batch of 2/Y", "T = 1/Y")),
            Facet("h_states as a list of states", 0.25, ("a list of states/Y",)),
            Facet("shape of Y", 0.75, ("one sequence/Y", "a batch of 2/Y"), "shape"),
            Facet("Y itself is returned", 0.25, ("one sequence/returned",), "property"),
            Facet("arguments unchanged", 0.25, kind="unharmed")),
    reference=many_to_many,
    family=family.MANY_TO_MANY,
)

MANY_TO_ONE = Exercise(
    notebook="02_forward_pass",
    asks="many_to_one(h_states, Wy, c) -> y (O, B)",
    fixtures=readout_fixtures,
    second=partial(readout_fixtures, sizes=((9, 5, 4, 3), (10, 3, 6, 1))),
    cases=readout_cases("y"),
    facets=(Facet("y of one sequence", 0.75, ("one sequence/y",), "exact"),
            Facet("y of a batch, and of one step", 0.5, ("a batch of 2/y", "T = 1/y"), "exact"),
            Facet("h_states as a list of states", 0.25, ("a list of states/y",), "exact"),
            Facet("y itself is returned", 0.25, ("one sequence/returned",), "property"),
            Facet("arguments unchanged", 0.25, kind="unharmed")),
    reference=many_to_one,
    family=family.MANY_TO_ONE,
)


def count(names):
    def run(function, i):
        returned = function(*(int(n) for n in i[names]))
        if isinstance(returned, tuple) and len(returned) > 1:
            raise BadReturn(f"it returned {len(returned)} values, expected one number: their sum?")
        found = single(returned, "count")
        number = found["count"]
        whole = isinstance(number, (int, np.integer)) or isinstance(number, np.ndarray) and number.dtype.kind in "iu"
        kind = "an array" if np.ndim(number) else "an int" if whole else f"a {type(number).__name__}"
        return {**found, "type": kind}

    return run


COUNT_PARAMETERS = Exercise(
    notebook="02_forward_pass",
    asks="count_parameters(D, H, O) -> int",
    fixtures=lambda rng: {"small": rng.choice(np.arange(2, 13), 3, replace=False),
                          "large": rng.choice(np.arange(13, 99), 3, replace=False)},
    cases=(Case("a small network", count("small")), Case("a large network", count("large"))),
    facets=(Facet("a small network", 0.75, ("a small network/count",)),
            Facet("a large network", 0.75, ("a large network/count",)),
            Facet("an int", 0.5, ("*/type", "*/returned"), "property")),
    reference=count_parameters,
    forbidden=(RNNModel.__init__,),
    family=family.COUNT_PARAMETERS,
)

EXERCISES = (RNN_FORWARD, MANY_TO_MANY, MANY_TO_ONE, COUNT_PARAMETERS)
