"""The exercises of notebook 1: one step of the cell, and the readout."""

import itertools

import numpy as np

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.cell import rnn_cell_forward
from rnn_helpers.check.exercise import Case, Exercise, Facet, one, parts
from rnn_helpers.check.mistakes import rnn_cell as mistakes
from rnn_helpers.check.networks import cell_of, draw_cell, single_precision
from rnn_helpers.readout import many_to_many, many_to_one, readout


def cell_fixtures(rng):
    D, H, B = 3, 4, 2
    return {**draw_cell(rng, D, H), **draw_cell(rng, 2, 5, "2"),
            "x_t": rng.normal(size=(D, B)), "h_prev": rng.uniform(-0.9, 0.9, (H, B)),
            "x_single": rng.normal(size=(2, 1)), "h_single": rng.uniform(-0.9, 0.9, (5, 1)),
            "x_next": rng.normal(size=(D, B))}


def arrays_in(cache, depth=0):
    """Every array that a cache holds: in tuples, lists, dicts, attributes, or itself."""
    if isinstance(cache, np.ndarray):
        yield cache
    elif depth < 4:
        if isinstance(cache, dict):
            items = cache.values()
        elif isinstance(cache, (tuple, list)):
            items = cache
        else:
            items = getattr(cache, "__dict__", {}).values()
        for item in items:
            yield from arrays_in(item, depth + 1)


MOST_CACHED = 12  # arrays of one step's cache that are looked at


def cached(cache, x_t, h_prev, step=0):
    """The arrays of a cache that have a shape which the step back needs, by name."""
    shapes = np.shape(x_t), np.shape(h_prev)
    found = (np.array(a) for a in arrays_in(cache) if a.shape in shapes)
    return {f"cache {step}, {n}": a for n, a in enumerate(itertools.islice(found, MOST_CACHED))}


def in_cache(i, values, x_t, h_prev, h_t, step=0):
    """What the step back needs, as it is found among the arrays that `cached` gave out, or the word "missing".

    For tanh'(z_t) any of h_t, z_t, 1 - h_t^2 serves; h_t is what the function returned, right or not, and what counts
    is how far the cached one is from it.
    """
    z = i["Wx"] @ x_t + i["Wh"] @ h_prev + i["b"]
    found = [a for name, a in values.items() if name.startswith(f"cache {step}, ") and not isinstance(a, str)]

    slopes = [z] if isinstance(h_t, str) or h_t.dtype.kind == "U" else [h_t, z, 1 - h_t**2, h_t**2]
    wanted = {"cache_x_t": ([x_t], False), "cache_h_prev": ([h_prev], False), "cache_h_t": (slopes, True)}
    kept = {}
    for name, (candidates, difference) in wanted.items():
        pairs = [(a, c) for a in found for c in candidates if a.shape == c.shape and np.allclose(a, c, atol=1e-4)]
        kept[name] = np.array("missing") if not pairs else pairs[0][0] - pairs[0][1] if difference else pairs[0][0]
    return kept


def one_example(function, i):
    h_t, _ = parts(function(cell_of(i, "2"), i["x_single"], i["h_single"]), "h_t", "cache")
    return {"h_t": h_t}


def batch(function, i):
    h_t, cache = parts(function(cell_of(i), i["x_t"], i["h_prev"]), "h_t", "cache")
    return {"h_t": h_t, **cached(cache, i["x_t"], i["h_prev"])}


def read_batch(i, values):
    return {"h_t": values["h_t"], **in_cache(i, values, i["x_t"], i["h_prev"], values["h_t"])}


def two_steps(function, i):
    cell = cell_of(i)
    h_1, cache = parts(function(cell, i["x_t"], i["h_prev"]), "h_t", "cache")
    kept = np.array(h_1)  # the second step must not reach back into the first
    h_2, _ = parts(function(cell, i["x_next"], h_1), "h_t", "cache")
    return {"h_1": h_1, "h_1 at once": kept, "h_2": h_2, **cached(cache, i["x_t"], i["h_prev"])}


def read_two_steps(i, values):
    return {"h_1": values["h_1"], "h_2": values["h_2"], **in_cache(i, values, i["x_t"], i["h_prev"], values["h_1 at once"])}


def in_float32(function, i):
    cell = single_precision(cell_of(i))
    h_t, _ = parts(function(cell, i["x_t"].astype(np.float32), i["h_prev"].astype(np.float32)), "h_t", "cache")
    return {"h_t": h_t}


RNN_CELL_FORWARD = Exercise(
    name="rnn_cell_forward",
    notebook="01_rnn_cell",
    asks="rnn_cell_forward(cell, x_t, h_prev) -> (h_t, cache)",
    fixtures=cell_fixtures,
    cases=(Case("one example", one_example), Case("a batch of 2", batch, read_batch), Case("two steps", two_steps, read_two_steps),
           Case("float32", in_float32, tolerance=1e-4)),
    facets=(Facet("shape of h_t", 1, ("*/h_*",), "shape"),
            Facet("h_t of one example", 2, ("one example/h_t",)),
            Facet("h_t of a batch, step after step", 2, ("a batch of 2/h_t", "two steps/h_*", "float32/h_t")),
            Facet("cache holds what the step back needs", 1, ("*/cache_*",), "property"),
            Facet("arguments unharmed", 1, kind="unharmed")),
    reference=rnn_cell_forward,
    forbidden=(rnn_forward, in_cache),
    mistakes=mistakes.RNN_CELL_FORWARD,
)


def readout_fixtures(rng):
    H, O, B = 4, 3, 2
    return {"h_t": rng.uniform(-0.9, 0.9, (H, B)), "Wy": rng.normal(size=(O, H)), "c": rng.normal(size=(O, 1)),
            "h_single": rng.uniform(-0.9, 0.9, (5, 1)), "Wy2": rng.normal(size=(2, 5)), "c2": rng.normal(size=(2, 1))}


READOUT = Exercise(
    name="readout",
    notebook="01_rnn_cell",
    asks="readout(h_t, Wy, c) -> y_t",
    fixtures=readout_fixtures,
    cases=(Case("one example", lambda f, i: {"y_t": one(f(i["h_single"], i["Wy2"], i["c2"]), "y_t")}),
           Case("a batch of 2", lambda f, i: {"y_t": one(f(i["h_t"], i["Wy"], i["c"]), "y_t")})),
    facets=(Facet("y_t of one example", 1, ("one example/y_t",), "exact"),
            Facet("y_t of a batch", 1, ("a batch of 2/y_t",), "exact"),
            Facet("arguments unharmed", 1, kind="unharmed")),
    reference=readout,
    forbidden=(many_to_many, many_to_one),
    mistakes=mistakes.READOUT,
)

EXERCISES = (RNN_CELL_FORWARD, READOUT)
