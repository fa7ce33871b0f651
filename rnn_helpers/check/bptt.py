"""The exercises of notebook 3: one step back, backpropagation through time, and checking gradients."""

import numpy as np

from rnn_helpers.bptt import rnn_backward, rnn_backward_truncated, rnn_forward
from rnn_helpers.cell import RNNCell, rnn_cell_backward, rnn_cell_forward
from rnn_helpers.check.exercise import BadReturn, Case, Exercise, Facet, one, parts
from rnn_helpers.check.mistakes import bptt as mistakes
from rnn_helpers.check.networks import cell_of, draw_cell, single_precision
from rnn_helpers.gradcheck import check_gradients, numerical_gradient, relative_error

STEP_NAMES = ("dWx", "dWh", "db", "dh_prev")
NAMES = ("dWx", "dWh", "db", "dh0")


def step_fixtures(rng):
    fixture = {}
    for suffix, (D, H, B) in {"": (3, 4, 3), "1": (2, 5, 1)}.items():
        fixture |= {**draw_cell(rng, D, H, suffix), f"x_t{suffix}": rng.normal(size=(D, B)),
                    f"h_prev{suffix}": rng.uniform(-0.9, 0.9, (H, B)), f"dh_t{suffix}": rng.normal(0, 2, (H, B))}
        cell = RNNCell.from_arrays(*(fixture[name + suffix] for name in ("Wx", "Wh", "b")))
        fixture[f"h_t{suffix}"] = rnn_cell_forward(cell, fixture[f"x_t{suffix}"], fixture[f"h_prev{suffix}"])[0]
    return fixture


def one_step(function, i, suffix=""):
    """The learner's step back on a cache of its own forward step, or of the course's."""
    cell = cell_of(i, suffix)
    x_t, h_prev, h_t, dh_t = (i[name + suffix] for name in ("x_t", "h_prev", "h_t", "dh_t"))
    forward = i.using.get("forward")
    cache = parts(forward(cell, x_t, h_prev), "h_t", "cache")[1] if forward else (x_t, h_prev, h_t)
    return dict(zip(STEP_NAMES, parts(function(cell, dh_t, cache), *STEP_NAMES)))


def one_step_float32(function, i):
    cell = single_precision(cell_of(i, "1"))
    forward = i.using.get("forward", rnn_cell_forward)
    cache = forward(cell, i["x_t1"].astype(np.float32), i["h_prev1"].astype(np.float32))[1]
    return dict(zip(STEP_NAMES, parts(function(cell, i["dh_t1"].astype(np.float32), cache), *STEP_NAMES)))


def step_witness(i, values):
    """Central differences of sum(dh_t * h_t), whose gradient with respect to h_t is dh_t."""
    cell = cell_of(i)
    params = {"dWx": cell.Wx, "dWh": cell.Wh, "db": cell.b, "dh_prev": i["h_prev"]}

    def loss():
        return np.sum(i["dh_t"] * rnn_cell_forward(cell, i["x_t"], i["h_prev"])[0])

    return [(name, relative_error(values[f"a batch of 3/{name}"], numerical_gradient(loss, p)), 1e-6) for name, p in params.items()]


RNN_CELL_BACKWARD = Exercise(
    name="rnn_cell_backward",
    notebook="03_bptt",
    asks="rnn_cell_backward(cell, dh_t, cache) -> (dWx_t, dWh_t, db_t, dh_prev)",
    fixtures=step_fixtures,
    cases=(Case("one example", lambda f, i: one_step(f, i, "1")), Case("a batch of 3", one_step),
           Case("float32", one_step_float32, tolerance=1e-4)),
    facets=(Facet("shapes", 1, ("*/*",), "shape"),
            Facet("dWx of one example", 1, ("one example/dWx", "float32/dWx")),
            Facet("dWh of one example", 1, ("one example/dWh", "float32/dWh")),
            Facet("db of one example", 1, ("one example/db", "float32/db")),
            Facet("dh_prev of one example", 2, ("one example/dh_prev", "float32/dh_prev")),
            Facet("a batch of 3", 1, ("a batch of 3/*",)),
            Facet("arguments unharmed", 1, kind="unharmed")),
    reference=rnn_cell_backward,
    forbidden=(rnn_backward, rnn_backward_truncated),
    mistakes=mistakes.RNN_CELL_BACKWARD,
    witness=step_witness,
)


def sequence_fixtures(rng):
    fixture = {}
    for suffix, (T, D, H, B) in {"": (5, 3, 4, 3), "1": (4, 2, 5, 1), "2": (1, 2, 3, 2)}.items():
        fixture |= {**draw_cell(rng, D, H, suffix), f"X{suffix}": rng.normal(size=(T, D, B)),
                    f"h0{suffix}": rng.uniform(-0.9, 0.9, (H, B)), f"dh{suffix}": rng.normal(0, 5, (T, H, B))}
        cell = RNNCell.from_arrays(*(fixture[name + suffix] for name in ("Wx", "Wh", "b")))
        fixture[f"states{suffix}"] = np.concatenate(
            [fixture[f"h0{suffix}"][None], rnn_forward(cell, fixture[f"X{suffix}"], fixture[f"h0{suffix}"])[0]])
    return fixture


def whole_sequence(function, i, suffix="", lists=False):
    """The learner's walk back on caches of its own forward pass, or the course's; with `lists` on the fixture's own states."""
    cell, X, dh, h0, states = cell_of(i, suffix), *(i[name + suffix] for name in ("X", "dh", "h0", "states"))
    forward = i.using.get("forward")
    if lists and not forward:
        caches = [(X[t], states[t], states[t + 1]) for t in range(len(X))]
    else:
        caches = parts((forward or rnn_forward)(cell, X, h0), "h_states", "caches")[1]
    return dict(zip(NAMES, parts(function(cell, list(dh) if lists and not suffix else dh, caches), *NAMES)))


def sequence_float32(function, i):
    cell = single_precision(cell_of(i, "1"))
    forward = i.using.get("forward", rnn_forward)
    caches = forward(cell, i["X1"].astype(np.float32), i["h01"].astype(np.float32))[1]
    return dict(zip(NAMES, parts(function(cell, i["dh1"].astype(np.float32), caches), *NAMES)))


def sequence_witness(i, values):
    """Central differences of sum over t of sum(dh[t] * h_t)."""
    cell = cell_of(i)
    params = {"dWx": cell.Wx, "dWh": cell.Wh, "db": cell.b, "dh0": i["h0"]}

    def loss():
        return np.sum(i["dh"] * rnn_forward(cell, i["X"], i["h0"])[0])

    return [(name, relative_error(values[f"a batch of 3/{name}"], numerical_gradient(loss, p)), 1e-6) for name, p in params.items()]


RNN_BACKWARD = Exercise(
    name="rnn_backward",
    notebook="03_bptt",
    asks="rnn_backward(cell, dh, caches) -> (dWx, dWh, db, dh0)",
    fixtures=sequence_fixtures,
    cases=(Case("one sequence", lambda f, i: whole_sequence(f, i, "1", lists=True)), Case("a batch of 3", whole_sequence),
           Case("lists", lambda f, i: whole_sequence(f, i, lists=True)), Case("T = 1", lambda f, i: whole_sequence(f, i, "2")),
           Case("float32", sequence_float32, tolerance=1e-4)),
    facets=(Facet("shapes", 1, ("*/*",), "shape"),
            Facet("dWx of one sequence", 1, ("one sequence/dWx", "float32/dWx")),
            Facet("dWh of one sequence", 1, ("one sequence/dWh", "float32/dWh")),
            Facet("db of one sequence", 1, ("one sequence/db", "float32/db")),
            Facet("dh0 of one sequence", 1, ("one sequence/dh0", "float32/dh0")),
            Facet("batches, and T = 1", 2, ("a batch of 3/*", "T = 1/*")),
            Facet("dh as a list of steps", 1, ("lists/*",)),
            Facet("arguments unharmed", 1, kind="unharmed")),
    reference=rnn_backward,
    forbidden=(rnn_backward_truncated,),
    mistakes=mistakes.RNN_BACKWARD,
    witness=sequence_witness,
)


def difference_fixtures(rng):
    D, H = 3, 4
    return {"P": rng.uniform(0.5, 1.5, (2, 3)), "A": rng.uniform(0.5, 2.0, (2, 3)), "column": rng.uniform(-1.2, -0.4, (4, 1)),
            **draw_cell(rng, D, H), "X": rng.normal(size=(4, D, 2)), "h0": rng.uniform(-0.9, 0.9, (H, 2)),
            "dh": rng.normal(size=(4, H, 2)), "eps": 0.05}


MOST_SEEN = 500  # calls of f whose param is noted; the largest param has 16 elements


def difference(function, i, param, f, *eps):
    """The gradient; param as each call of f saw it; param afterwards."""
    seen = []

    def watched(*given):
        if given:
            raise BadReturn("it calls f with an argument; f() takes none and reads param: change param in place, call f(), put it back")
        if len(seen) < MOST_SEEN:
            seen.append(param.copy())
        return f()

    gradient = one(function(watched, param, *eps), "gradient")
    return {"gradient": gradient, "param_after": param, "seen": np.array(seen).reshape(-1, *param.shape)}


def read_difference(name):
    """What is judged of `difference`: in words, whether f saw each element of param move."""

    def read(i, values):
        moved = (values["seen"] != i[name]).any(axis=0)
        f_saw = "param moved" if moved.all() else "a part of param moved" if moved.any() else "param as it was, every time"
        return {"gradient": values["gradient"], "param_after": values["param_after"], "f_saw": np.array(f_saw)}

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
    return [("a matrix, by the closed form", relative_error(values["a matrix/gradient"], exact), 1e-6)]


NUMERICAL_GRADIENT = Exercise(
    name="numerical_gradient",
    notebook="03_bptt",
    asks="numerical_gradient(f, param, eps=1e-5) -> gradient",
    fixtures=difference_fixtures,
    cases=(Case("a matrix", of_a_matrix, read_difference("P"), may_change=("P",), may_share=True),
           Case("a column, eps = 0.05", of_a_column, read_difference("column"), may_change=("column",), may_share=True),
           Case("Wh of a network", of_a_network, read_difference("Wh"), may_change=("Wh",), may_share=True)),
    facets=(Facet("gradient of a matrix", 1, ("a matrix/gradient", "Wh of a network/gradient")),
            Facet("gradient of a column, with another eps", 0.5, ("a column, eps = 0.05/gradient",)),
            Facet("shape of the gradient", 0.5, ("*/gradient",), "shape"),
            Facet("param moves, and is put back", 1, ("*/f_saw", "*/param_after"), "property")),
    reference=numerical_gradient,
    forbidden=(check_gradients,),
    mistakes=mistakes.NUMERICAL_GRADIENT,
    witness=difference_witness,
)


def error_fixtures(rng):
    """Two arrays, a third a little beside the first in two sizes, and factors by which the first is lengthened, in no order."""
    a, noise = rng.uniform(0.5, 1.5, (3, 4)) * rng.choice([-1, 1], (3, 4)), rng.uniform(0.5, 1.0, (3, 4))
    noise *= np.where(np.arange(12).reshape(3, 4) % 2, 1, -1)
    return {"a": a, "b": a * rng.uniform(1.1, 1.6, (3, 4)), "noise": noise - noise.mean(), "zero": np.zeros((3, 4)),
            "sizes": [1000.0, 0.001], "small": [1e-3, 1e-3 / float(rng.uniform(2, 20))],
            "factors": rng.permutation(1 + np.cumsum(rng.uniform(0.1, 0.3, 6)))}


def scalar(function, a, b):
    """The learner's relative error as a float. BadReturn when it is not one real number."""
    value = one(function(a.copy(), b.copy()), "a float")
    if np.size(value) != 1:
        raise BadReturn(f"it returned an array of shape {np.shape(value)}, expected one number")
    return float(np.reshape(value, ()))


def errors(function, i):
    """The relative errors from which `properties` are read."""
    a, b = i["a"], i["b"]
    return {"value": scalar(function, a, b), "swapped": scalar(function, b, a), "equal": scalar(function, a, a),
            "zeros": scalar(function, i["zero"], i["zero"]), "scaled": [scalar(function, c * a, c * b) for c in i["sizes"]],
            "near": [scalar(function, a, a + s * i["noise"]) for s in i["small"]], "opposite": scalar(function, a, -a),
            "twice": scalar(function, a, 2 * a), "longer": [scalar(function, a, c * a) for c in i["factors"]]}


def shows(value):
    """A number as text, a few digits."""
    return f"{value:.4g}"


def properties(i, values):
    """What a relative error must be, whatever its formula: words when it is so, numbers when not.

    Two of them follow from the fixture, so that numbers which were never computed from it do not have them: the error
    grows as the arrays of a hidden order grow, and with the small difference.
    """
    value, swapped, scaled, near = (values[name] for name in ("value", "swapped", "scaled", "near"))
    grows = np.array_equal(np.argsort(values["longer"]), np.argsort(i["factors"]))
    in_step = abs(near[1] / near[0] * i["small"][0] / i["small"][1] - 1) < 5e-3 if near[0] else False

    def says(fine, right, *numbers):
        return np.array(right if fine else " and ".join(map(shows, numbers)))

    return {
        "different arrays": says(0 < value < 10, "above 0", value) if grows else np.array("no larger when they lie further apart"),
        "equal arrays": says(abs(values["equal"]) < 1e-12, "0", values["equal"]),
        "two zeros": says(abs(values["zeros"]) < 1e-12, "0", values["zeros"]),
        "swapped": says(abs(value - swapped) <= 1e-6 * abs(value), "the same number", value, swapped),
        "both times 1000": says(abs(value - scaled[0]) <= 1e-6 * abs(value), "the same number", value, scaled[0]),
        "both times 0.001": says(abs(value - scaled[1]) <= 1e-4 * abs(value), "the same number", value, scaled[1]),
        "off by a thousandth": says(1e-5 < near[0] < 1e-2 and in_step, "about 0.001", near[0]),
        "opposite arrays": says(0.3 < values["opposite"] < 100, "near 1", values["opposite"]),
        "twice as long": says(0.1 < values["twice"] < 2.1, "about a third", values["twice"]),
    }


RELATIVE_ERROR = Exercise(
    name="relative_error",
    notebook="03_bptt",
    asks="relative_error(a, b) -> float",
    fixtures=error_fixtures,
    cases=(Case("properties", errors, properties),),
    facets=(Facet("the same for (a, b) and (b, a)", 0.5, ("*/different arrays", "*/swapped")),
            Facet("the same when both are scaled", 0.5, ("*/different arrays", "*/both times *")),
            Facet("0 when equal, and for two zeros", 0.5, ("*/different arrays", "*/equal arrays", "*/two zeros")),
            Facet("as large as the error", 0.5, ("*/different arrays", "*/off by a thousandth", "*/opposite arrays", "*/twice as long"))),
    reference=relative_error,
    forbidden=(check_gradients,),
    mistakes=mistakes.RELATIVE_ERROR,
)

EXERCISES = (RNN_CELL_BACKWARD, RNN_BACKWARD, NUMERICAL_GRADIENT, RELATIVE_ERROR)
