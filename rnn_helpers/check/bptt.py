"""The exercises of notebook 3: one step back, backpropagation through time, and checking gradients."""

import itertools
import math
from dataclasses import replace
from functools import partial

import numpy as np

from rnn_helpers.bptt import parameter_gradients, rnn_backward, rnn_backward_truncated, rnn_forward
from rnn_helpers.cell import rnn_cell_backward, rnn_cell_forward
from rnn_helpers.check.exercise import BadReturn, Case, Exercise, Facet, Inputs, keys, parts
from rnn_helpers.check.families import bptt as family
from rnn_helpers.check.families import gradcheck
from rnn_helpers.check.families.truncated_bptt import BY_LOSS
from rnn_helpers.check.networks import cell_of, differences, draw_cell, draw_sequence, halve
from rnn_helpers.check.observe import differs
from rnn_helpers.check.returned import named, several, single, spoiled
from rnn_helpers.gradcheck import check_gradients, numerical_gradient, relative_error

STEP_NAMES = ("dWx", "dWh", "db", "dh_prev")
NAMES = ("dWx", "dWh", "db", "dh0")


def step_fixtures(rng, sizes=((2, 4, 3), (2, 5, 1))):
    """sizes : (D, H, B) of a batch and of one example."""
    fixture = {}
    for suffix, (D, H, B) in zip(("", "1"), sizes, strict=True):
        fixture |= {**draw_cell(rng, D, H, suffix), f"x_t{suffix}": rng.normal(size=(D, B)),
                    f"h_prev{suffix}": rng.uniform(-0.9, 0.9, (H, B)), f"dh_t{suffix}": rng.normal(0, 2, (H, B)),
                    f"x_next{suffix}": rng.normal(size=(D, B))}
        fixture[f"h_t{suffix}"] = rnn_cell_forward(cell_of(Inputs(fixture), suffix), fixture[f"x_t{suffix}"],
                                                   fixture[f"h_prev{suffix}"])[0]
    return fixture


def cache_of(i, cell, x_t, h_prev, *h_t):
    """The cache of the learner's own step forward, or of the course's; h_t : what that gives, where it is known."""
    if not h_t or "forward" in i.using:
        return parts(i.using.get("forward", rnn_cell_forward)(cell, x_t, h_prev), "h_t", "cache")[1]
    return x_t, h_prev, *h_t


def one_step(suffix="", dtype=float):
    """A case's run: the learner's step back, on arrays of the fixture."""

    def run(function, i):
        cell = cell_of(i, suffix, dtype)
        dh_t, *cached = (i[name + suffix].astype(dtype, copy=False) for name in ("dh_t", "x_t", "h_prev", "h_t"))
        return named(function(cell, dh_t, cache_of(i, cell, *cached)), *STEP_NAMES)

    return run


def step_again(function, i):
    """Another step of the same cell, from zeros, after the first result was spoiled and the weights have moved."""
    cell = cell_of(i)
    spoiled(function(cell, i["dh_t"], cache_of(i, cell, i["x_t"], i["h_prev"])), i["dh_t"], i["h_prev"])
    halve(cell)
    cache = cache_of(i, cell, i["x_next"], np.zeros_like(i["h_prev"]))
    return named(function(cell, np.asfortranarray(i["dh_t"][::-1]), cache), *STEP_NAMES)


step_case = several(STEP_NAMES, rnn_cell_backward)


RNN_CELL_BACKWARD = Exercise(
    notebook="03_bptt",
    asks="rnn_cell_backward(cell, dh_t, cache) -> (dWx_t, dWh_t, db_t, dh_prev)",
    fixtures=step_fixtures,
    second=partial(step_fixtures, sizes=((3, 5, 4), (4, 3, 1))),
    cases=(step_case("one example", one_step("1")), step_case("a batch of 3", one_step()),
           step_case("called again", step_again, repeats=True, may_change=("Wx", "Wh", "b")),
           step_case("float32", one_step("1", np.float32), tolerance=1e-4)),
    facets=(Facet("shapes", 0.5, keys(["*"], STEP_NAMES), "shape"),
            Facet("dWx and db of one example", 1.5, keys(("one*", "float32"), ("dWx", "db"))),
            Facet("dWh of one example", 0.75, ("one example/dWh", "float32/dWh")),
            Facet("dWx, dWh and db of a batch of 3", 2.25, keys(["a batch*"], STEP_NAMES[:3])),
            Facet("dh_prev", 1.75, ("one example/dh_prev", "a batch of 3/dh_prev", "float32/dh_prev")),
            Facet("four values, in the order asked for", 0.5, ("*/returned",), "property"),
            Facet("another call, from zeros", 0.25, keys(["called again"], STEP_NAMES), "further"),
            Facet("arguments unchanged", 0.5, kind="unharmed")),
    reference=rnn_cell_backward,
    forbidden=(rnn_backward, rnn_backward_truncated, parameter_gradients, numerical_gradient),
    family=family.RNN_CELL_BACKWARD,
    witness=differences("a batch of 3", "h_prev", lambda i, cell: np.sum(  # its gradient with respect to h_t is dh_t
        i["dh_t"] * rnn_cell_forward(cell, i["x_t"], i["h_prev"])[0])),
)


def sequence_fixtures(rng, sizes=((7, 2, 4, 3), (8, 2, 5, 1), (1, 2, 3, 4)), spread=5):
    """sizes : (T, D, H, B) of a batch, of one sequence and of one step."""
    fixture = {}
    for suffix, size in zip(("", "1", "2"), sizes, strict=True):
        fixture |= draw_sequence(rng, size, suffix, spread)
        X, h0 = fixture[f"X{suffix}"], fixture[f"h0{suffix}"]
        fixture[f"states{suffix}"] = np.concatenate([h0[None], rnn_forward(cell_of(Inputs(fixture), suffix), X, h0)[0]])
    return fixture


def caches_of(i, cell, X, h0, *states):
    """Caches of the learner's own forward pass, or of the course's; states : what that gives, where they are known."""
    if not states or "forward" in i.using:
        return parts(i.using.get("forward", rnn_forward)(cell, X, h0), "h_states", "caches")[1]
    return list(zip(X, states[0][:-1], states[0][1:], strict=True))


def walk(suffix="", *k, lists=False, dtype=float, from_zeros=False):
    """A case's run: the learner's walk back over a sequence of the fixture.

    k : how far each loss goes, for the truncated one; lists : dh is a list of steps, looked at before and after
    from_zeros : the forward pass begins there
    """

    def run(function, i):
        cell = cell_of(i, suffix, dtype)
        dh, X, h0, states = (i[name + suffix].astype(dtype, copy=False) for name in ("dh", "X", "h0", "states"))
        caches = caches_of(i, cell, X, np.zeros_like(h0)) if from_zeros else caches_of(i, cell, X, h0, states)
        return named(function(cell, i.listed("dh", dh) if lists else dh, caches, *k), *NAMES)

    return run


def walk_again(first=(), second=()):
    """A case's run: another sequence by the same cell, after the first result was spoiled and the weights have moved
    in place. first, second : the k of each walk, for the truncated one."""

    def run(function, i):
        cell = cell_of(i)
        spoiled(function(cell, i["dh"], caches_of(i, cell, i["X"], i["h0"]), *first), i["dh"], i["h0"])
        halve(cell)
        return named(function(cell, np.asfortranarray(i["dh"]), caches_of(i, cell, i["X"][::-1], i["h0"]), *second),
                     *NAMES)

    return run


walk_case = several(NAMES, rnn_backward)


RNN_BACKWARD = Exercise(
    notebook="03_bptt",
    asks="rnn_backward(cell, dh, caches) -> (dWx, dWh, db, dh0)",
    fixtures=sequence_fixtures,
    second=partial(sequence_fixtures, sizes=((9, 3, 5, 4), (10, 4, 6, 1), (1, 4, 5, 3))),
    cases=(walk_case("one sequence", walk("1")), walk_case("a batch of 3", walk()),
           walk_case("lists", walk("1", lists=True)), walk_case("T = 1", walk("2")),
           walk_case("T = 1, from zeros", walk("2", from_zeros=True)),
           walk_case("called again", walk_again(), repeats=True, may_change=("Wx", "Wh", "b")),
           walk_case("float32", walk("1", dtype=np.float32), tolerance=1e-4)),
    facets=(Facet("shapes", 0.5, keys(("one*", "a batch*", "T = 1*"), NAMES), "shape"),
            Facet("dWx and db of one sequence", 1.5, keys(("one*", "float32"), ("dWx", "db"))),
            Facet("dWh of one sequence", 0.75, ("one sequence/dWh", "float32/dWh")),
            Facet("dWx, dWh and db of a batch of 3", 3, keys(["a batch*"], NAMES[:3])),
            Facet("dh0", 1.5, ("one sequence/dh0", "a batch of 3/dh0", "float32/dh0")),
            Facet("T = 1, dh as a list, another call", 0.75, keys(("T = 1*", "lists", "called again"), NAMES),
                  "further"),
            Facet("four values, in the order asked for", 0.5, ("one*/returned", "a batch*/returned"), "property"),
            Facet("arguments unchanged", 0.5, kind="unharmed")),
    reference=rnn_backward,
    forbidden=(rnn_backward_truncated, numerical_gradient),
    family=replace(family.RNN_BACKWARD, also=BY_LOSS),
    witness=differences("a batch of 3", "h0", lambda i, cell: np.sum(
        i["dh"] * rnn_forward(cell, i["X"], i["h0"])[0])),
)


def difference_fixtures(rng):
    D, H = 3, 4
    return {"P": rng.uniform(0.5, 1.5, (2, 3)), "A": rng.uniform(0.5, 2.0, (2, 3)),
            "column": np.r_[rng.uniform(-1.2, -0.4, 3), 0.0][:, None],
            **draw_cell(rng, D, H), "X": rng.normal(size=(7, D, 2)), "h0": rng.uniform(-0.9, 0.9, (H, 2)),
            "dh": rng.normal(size=(7, H, 2)), "eps": 0.05}


MOST_SEEN = 500  # calls of f whose param is noted; the largest param has 16 elements


def difference(function, i, param, f, *eps):
    """The gradient; param as each call of f saw it; param afterwards."""
    seen = []

    def watched(*given):
        if given:
            raise BadReturn("it calls f with an argument; f() takes none and reads param: change param in place, "
                            "call f(), put it back")
        if len(seen) < MOST_SEEN:
            seen.append(param.copy())
        return f()

    found = single(function(watched, param, *eps), "gradient")
    return {**found, "param_after": param, "seen": np.array(seen).reshape(-1, *param.shape)}


def read_difference(name):
    """What is judged of `difference`: in words, whether f saw each element of param move."""

    def read(i, values):
        moved = (values["seen"] != i[name]).any(axis=0)
        part = "a part of param moved" if moved.any() else "param as it was, every time"
        f_saw = "param moved" if moved.all() else part
        gradient = values["gradient"]
        if not isinstance(gradient, str) and gradient.dtype == np.float32:  # of doubles: no leave for one-sided steps
            gradient = gradient.astype(float)
        return {"gradient": gradient, "returned": values["returned"], "param_after": values["param_after"],
                "f_saw": np.array(f_saw)}

    return read


def of_a_matrix(function, i):
    return difference(function, i, i["P"], lambda: float(np.sum(i["A"] * i["P"] ** 3) + i["P"][0, 0] * i["P"][1, 2]))


def of_a_column(function, i):
    p = i["column"]
    return difference(function, i, p, lambda: float(np.sum(p**3) + 3 * p[0, 0] * p[1, 0] * p[2, 0]), i["eps"])


def of_a_network(function, i):
    cell = cell_of(i)
    return difference(function, i, cell.Wh, lambda: float(np.sum(i["dh"] * rnn_forward(cell, i["X"], i["h0"])[0])))


def difference_witness(i, values):
    """The closed form of the first case's gradient."""
    P, exact = i["P"], 3 * i["A"] * i["P"] ** 2
    exact[0, 0] += P[1, 2]
    exact[1, 2] += P[0, 0]
    return {"a matrix, by the closed form": relative_error(values["a matrix/gradient"], exact)}


NUMERICAL_GRADIENT = Exercise(
    notebook="03_bptt",
    asks="numerical_gradient(f, param, eps=1e-5) -> gradient",
    fixtures=difference_fixtures,
    cases=(Case("a matrix", of_a_matrix, read_difference("P"), may_change=("P",), may_share=True),
           Case("a column, eps = 0.05", of_a_column, read_difference("column"), may_change=("column",), may_share=True),
           Case("Wh of a network", of_a_network, read_difference("Wh"), may_change=("Wh",), may_share=True)),
    facets=(Facet("gradient of a matrix", 0.75, ("a matrix/gradient", "Wh of a network/gradient")),
            Facet("gradient of a column, with another eps", 0.5, ("a column, eps = 0.05/gradient",)),
            Facet("shape of the gradient", 0.5, ("*/gradient",), "shape"),
            Facet("the gradient itself is returned", 0.25, ("*/returned",), "property"),
            Facet("param moves, and is put back", 1, ("*/f_saw", "*/param_after"), "property")),
    reference=numerical_gradient,
    forbidden=(check_gradients,),
    family=gradcheck.NUMERICAL_GRADIENT,
    witness=difference_witness,
)


def sum_0(values):
    """Twelve numbers less their mean, rounded so that their sum is 0 exactly, as a matrix."""
    near = np.round((values - values.mean()) * 1024) / 1024
    near[0] -= near.sum()
    return near.reshape(3, 4)


def error_fixtures(rng):
    """Two arrays, a third a little beside the first in two sizes, and factors by which the first is lengthened.

    Besides: two arrays with zeros, some of them in the same places, and two whose sum is 0.
    """
    signs, up_and_down = rng.permutation(np.r_[np.ones(8), -np.ones(4)]), np.where(np.arange(12) % 2, 1, -1)
    a, noise = (rng.uniform(1, 1.5, 12) * signs).reshape(3, 4), sum_0(rng.uniform(0.5, 1.0, 12) * up_and_down)
    b, zeros = a * rng.uniform(1.2, 1.5, (3, 4)), rng.permutation(12).reshape(3, 4)
    return {"a": a, "b": b, "noise": noise, "zero": np.zeros((3, 4)),
            "a_zeros": np.where(zeros < 5, 0, a), "b_zeros": np.where((zeros > 2) & (zeros < 7), 0, b),
            "a_sum": noise, "b_sum": sum_0(b.ravel()),
            "sizes": [1000.0, 1e-5], "small": [1e-3, 1e-6 * float(rng.uniform(2, 20))],
            "factors": rng.permutation(1 + np.cumsum(rng.uniform(0.1, 0.3, 6)))}


def errors(function, i):
    """The relative errors from which `properties` are read, the arguments looked at before and after."""
    returned = []

    def of(a, b):
        now = a.copy(), b.copy()
        found = single(function(*now), "error")
        i.altered += [name for name, before, after in zip("ab", (a, b), now, strict=True) if differs(before, after)]
        returned.append(found["returned"])
        if isinstance(found["error"], str):
            raise BadReturn("it returned a str, expected one number")
        if isinstance(found["error"], float):
            return float(found["error"])
        if np.size(found["error"]) != 1:
            raise BadReturn(f"it returned an array of shape {np.shape(found['error'])}, expected one number")
        return float(np.reshape(found["error"], ()))

    a, b, zero = i["a"], i["b"], i["zero"]
    found = {"value": of(a, b), "swapped": of(b, a), "equal": of(a, a), "zeros": of(zero, zero),
             "scaled": [of(c * a, c * b) for c in i["sizes"]], "near": [of(a, a + s * i["noise"]) for s in i["small"]],
             "opposite": of(a, -a), "twice": of(a, 2 * a), "longer": [of(a, c * a) for c in i["factors"]],
             "some zeros": [of(i["a_zeros"], i["b_zeros"]), of(i["b_zeros"], i["a_zeros"])],
             "sums of 0": of(i["a_sum"], i["b_sum"]), "one zero": [of(zero, b), of(b, zero)]}
    return {**found, "returned": next((words for words in returned if words != "error"), "error")}


def size_in_words(value, low, high, right):
    """`right` for a number between two bounds, else what is the matter with it, in words that fit any fixture."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf"
    if low < value < high:
        return right
    return "0" if value == 0 else "below 0" if value < 0 else "too small" if value <= low else "too large"


def change_in_words(value, other, tolerance):
    """What becomes of a number where it should stay as it is."""
    if abs(value - other) <= tolerance * abs(value) or not math.isfinite(value):
        return "the same number"
    return "a larger number" if abs(other) > abs(value) else "a smaller number"


def properties(i, values):
    """What a relative error must be, whatever its formula, in words that are the same on every fixture.

    Two of them follow from the fixture, so that numbers which were never computed from it do not have them: the error
    grows as the arrays of a hidden order grow, and with the small difference.
    """
    returned, values = values["returned"], {name: value.tolist() for name, value in values.items()}  # which is faster
    value, swapped, (larger, smaller), near = (values[name] for name in ("value", "swapped", "scaled", "near"))
    longer = [error for _, error in sorted(zip(i["factors"].tolist(), values["longer"], strict=True))]
    grows = all(after > before for before, after in itertools.pairwise(longer))
    in_step = abs(near[1] / near[0] * i["small"][0] / i["small"][1] - 1) < 5e-3 if near[0] else False
    off = size_in_words(near[0], 1e-5, 1e-2, "about 0.001")
    none, zeros = (size_in_words(values[name], -1e-12, 1e-12, "0") for name in ("equal", "zeros"))
    apart = size_in_words(value, 0, 10, "above 0")
    words = {
        "different arrays": apart if grows or apart != "above 0" else "no larger when they lie further apart",
        "equal arrays": none, "two zeros": zeros,
        "arrays with some zeros": size_in_words(min(values["some zeros"]), 0.01, 100, "above 0"),
        "arrays whose sum is 0": size_in_words(values["sums of 0"], 0.01, 100, "above 0"),
        "zero and an array": size_in_words(values["one zero"][0], 0.3, 100, "near 1"),
        "an array and zero": size_in_words(values["one zero"][1], 0.3, 100, "near 1"),
        "swapped": change_in_words(value, swapped, 1e-6).replace("a larger", "another").replace("a smaller", "another"),
        "both times 1000": change_in_words(value, larger, 1e-6),
        "both times 0.00001": change_in_words(value, smaller, 0.01),  # with 1e-7 added against 0 / 0, too
        "off by a thousandth": off if in_step or off != "about 0.001" else "not in proportion",
        "opposite arrays": size_in_words(values["opposite"], 0.3, 100, "near 1"),
        "twice as long": size_in_words(values["twice"], 0.1, 2.1, "about a third"),
    }
    return {"returned": returned, **{name: np.array(text) for name, text in words.items()}}


def at_all(*keys):
    """Keys of `properties`, and that the error is one at all."""
    return ("properties/different arrays", *(f"properties/{key}" for key in keys))


RELATIVE_ERROR = Exercise(
    notebook="03_bptt",
    asks="relative_error(a, b) -> float",
    fixtures=error_fixtures,
    cases=(Case("properties", errors, properties),),
    facets=(Facet("the same for (a, b) and (b, a)", 0.375, at_all("swapped")),
            Facet("the same when both are scaled", 0.375, at_all("both times 1000", "both times 0.00001")),
            Facet("0 when equal, and for two zeros", 0.375, at_all("equal arrays", "two zeros")),
            Facet("0 only then", 0.25, at_all("arrays with some zeros", "arrays whose sum is 0", "zero and an array",
                                                     "an array and zero")),
            Facet("as large as the error", 0.375, at_all("off by a thousandth", "opposite arrays", "twice as long")),
            Facet("the number itself is returned", 0.125, ("*/returned",), "property"),
            Facet("arguments unchanged", 0.125, kind="unharmed")),
    reference=relative_error,
    forbidden=(check_gradients,),
    family=gradcheck.RELATIVE_ERROR,
)

EXERCISES = (RNN_CELL_BACKWARD, RNN_BACKWARD, NUMERICAL_GRADIENT, RELATIVE_ERROR)
