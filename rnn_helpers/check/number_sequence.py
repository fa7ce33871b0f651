"""The exercises of notebook 4: windows, scaling, the loss and the readout's gradients, clipping, a training step."""

from functools import partial

import numpy as np

from rnn_helpers.bptt import parameter_gradients
from rnn_helpers.check.exercise import BadReturn, Case, Exercise, Facet, keys
from rnn_helpers.check.families import losses, training
from rnn_helpers.check.families import number_sequence as family
from rnn_helpers.check.networks import draw_cell, model_of
from rnn_helpers.check.returned import named, pair, several
from rnn_helpers.data import fit_scale, make_windows
from rnn_helpers.gradcheck import check_gradients, numerical_gradient
from rnn_helpers.losses import squared_error
from rnn_helpers.one_bit import last_step_error
from rnn_helpers.readout import readout_backward
from rnn_helpers.rising_loss import published_step
from rnn_helpers.streaming import train_stream
from rnn_helpers.training import clip_by_norm, fit, global_norm, train_step

# ---- windows ----


def window_fixtures(rng, sizes=(9, 7, 17)):
    """sizes : numbers in a series, in a list, and in a series for long windows."""
    return {"series": rng.normal(size=sizes[0]),
            "whole": [int(n) for n in rng.permutation(np.arange(3, 30))[:sizes[1]]],
            "shortest": rng.normal(size=5), "long": rng.normal(size=sizes[2]), "table": rng.normal(size=(sizes[0], 2))}


def windows_of(series, length):
    """A case's run: the windows of one series of the fixture."""
    return lambda function, i: named(function(i[series], length), "X", "Y")


windows_case = several(("X", "Y"), make_windows)
ARRAYS = "windows of 3", "room for one window", "length 1", "windows of 8"

MAKE_WINDOWS = Exercise(
    notebook="04_number_sequence",
    asks="make_windows(series, length) -> (X, Y)",
    fixtures=window_fixtures,
    second=partial(window_fixtures, sizes=(11, 6, 20)),
    cases=(windows_case(ARRAYS[0], windows_of("series", 3), may_share=True),
           windows_case("a list of whole numbers", lambda f, i: named(f(i.listed("series", i["whole"]), 2), "X", "Y"),
                        may_share=True),
           windows_case(ARRAYS[1], windows_of("shortest", 4), may_share=True),
           windows_case(ARRAYS[2], windows_of("series", 1), may_share=True),
           windows_case(ARRAYS[3], windows_of("long", 8), may_share=True),
           windows_case("a column of a table", lambda f, i: named(f(i["table"][:, 1], 3), "X", "Y"), may_share=True)),
    facets=(Facet("shapes (length, 1, N)", 0.25, keys(ARRAYS, "XY"), "shape"),
            Facet("X, every start", 0.5, keys(ARRAYS, "X")),
            Facet("Y, one step later", 0.5, keys(ARRAYS, "Y")),
            Facet("a list, or a column of a table, works too", 0.25, keys(("a list*", "a column*"), "XY"), "further"),
            Facet("X and Y, in this order", 0.25, ("windows of 3/returned",), "property"),
            Facet("arguments unchanged", 0.25, kind="unharmed")),
    reference=make_windows,
    family=family.MAKE_WINDOWS,
)

# ---- scaling ----


def scale_fixtures(rng, sizes=(7, 9, 5)):
    """sizes : numbers in a series, in one below zero, and in a list."""
    return {"series": rng.uniform(2, 9, sizes[0]) * np.arange(1, sizes[0] + 1),
            "below": -4 - rng.exponential(2.0, sizes[1]) ** 1.5,
            "whole": [int(n) for n in rng.permutation(np.arange(1, 40))[:sizes[2]]]}


def scale_of(series):
    return lambda function, i: named(function(i[series]), "shift", "scale")


scale_case = several(("shift", "scale"), fit_scale)

FIT_SCALE = Exercise(
    notebook="04_number_sequence",
    asks="fit_scale(series) -> (shift, scale)",
    fixtures=scale_fixtures,
    second=partial(scale_fixtures, sizes=(8, 6, 4)),
    cases=(scale_case("a series", scale_of("series")), scale_case("numbers below zero", scale_of("below")),
           scale_case("a list of whole numbers", lambda f, i: named(f(i.listed("series", i["whole"])),
                                                                    "shift", "scale"))),
    facets=(Facet("shift", 0.5, ("a series/shift", "numbers below zero/shift")),
            Facet("scale", 0.5, ("a series/scale", "numbers below zero/scale")),
            Facet("a list works too", 0.25, keys(["a list*"], ("shift", "scale")), "further"),
            Facet("shift and scale, in this order", 0.25, ("a series/returned",), "property"),
            Facet("arguments unchanged", 0.5, kind="unharmed")),
    reference=fit_scale,
    family=family.FIT_SCALE,
)

# ---- the loss ----


def loss_fixtures(rng, sizes=((7, 2, 4), (3, 2))):
    """sizes : (T, O, B) of sequences, (O, B) of one step."""
    of_all, of_one = sizes
    return {"y": rng.normal(size=of_all), "target": rng.normal(size=of_all) + 0.8,
            "y_last": rng.normal(size=of_one), "target_last": rng.normal(size=of_one) - 0.7}


def loss_of(y, target, dtype=float, order="K"):
    return lambda function, i: named(function(i[y].astype(dtype, order, copy=False),
                                              i[target].astype(dtype, copy=False)), "loss", "dy")


loss_case = several(("loss", "dy"), squared_error)


def loss_witness(i, values):
    """dy against central differences of the sum of squares."""
    y, target = i["y"], i["target"]
    return check_gradients(lambda: np.sum((y - target) ** 2), {"dy": y}, {"dy": values["a batch of sequences/dy"]})


SQUARED_ERROR = Exercise(
    notebook="04_number_sequence",
    asks="squared_error(y, target) -> (loss, dy)",
    fixtures=loss_fixtures,
    second=partial(loss_fixtures, sizes=((9, 3, 5), (4, 3))),
    cases=(loss_case("a batch of sequences", loss_of("y", "target")),
           loss_case("one step", loss_of("y_last", "target_last")),
           loss_case("another order in memory", loss_of("y", "target", order="F")),
           loss_case("float32", loss_of("y", "target", np.float32), tolerance=1e-4)),
    facets=(Facet("loss", 0.625, ("*/loss",)),
            Facet("shapes of loss and dy", 0.25, keys(["*"], ("loss", "dy")), "shape"),
            Facet("dy", 0.625, ("*/dy",)),
            Facet("loss and dy, in this order", 0.25, ("*/returned",), "property"),
            Facet("arguments unchanged", 0.25, kind="unharmed")),
    reference=squared_error,
    forbidden=(last_step_error, numerical_gradient),
    family=losses.SQUARED_ERROR,
    witness=loss_witness,
)

# ---- the readout, backwards ----


def readout_fixtures(rng, sizes=((7, 2, 4, 1), (8, 3, 5, 2))):
    """sizes : (T, O, H, B) of one sequence and of a batch."""

    def draw(T, O, H, B, suffix):
        return {f"dy{suffix}": rng.normal(size=(T, O, B)) + 0.4,
                f"h_states{suffix}": rng.uniform(-0.9, 0.9, (T, H, B)) + 0.1,
                f"Wy{suffix}": rng.normal(size=(O, H))}

    return {**draw(*sizes[0], ""), **draw(*sizes[1], "2")}


READOUT_NAMES = ("dWy", "dc", "dh")


def readout_gradients(suffix):
    return lambda function, i: named(function(*(i[name + suffix] for name in ("dy", "h_states", "Wy"))), *READOUT_NAMES)


def readout_gradients_of_lists(function, i):
    dy, h_states = (i.listed(name, i[f"{name}2"]) for name in ("dy", "h_states"))
    return named(function(dy, h_states, i["Wy2"]), *READOUT_NAMES)


readout_case = several(READOUT_NAMES, readout_backward)


def readout_witness(i, values):
    """All three against central differences of sum(dy * (Wy h + c)), whose gradients they are."""
    dy, h, Wy, c = i["dy2"], i["h_states2"], i["Wy2"], np.zeros((3, 1))
    return check_gradients(lambda: np.sum(dy * (Wy @ h + c)), {"dWy": Wy, "dc": c, "dh": h},
                           {name: values[f"a batch of 2/{name}"] for name in READOUT_NAMES})


READOUT_BACKWARD = Exercise(
    notebook="04_number_sequence",
    asks="readout_backward(dy, h_states, Wy) -> (dWy, dc, dh)",
    fixtures=readout_fixtures,
    second=partial(readout_fixtures, sizes=((9, 3, 6, 1), (10, 2, 4, 3))),
    cases=(readout_case("one sequence", readout_gradients("")), readout_case("a batch of 2", readout_gradients("2")),
           readout_case("lists of steps", readout_gradients_of_lists)),
    facets=(Facet("shapes", 0.25, keys(("one*", "a batch*"), READOUT_NAMES), "shape"),
            Facet("dWy and dc of one sequence", 0.25, keys(["one*"], READOUT_NAMES[:2])),
            Facet("dWy of a batch", 0.75, ("a batch of 2/dWy",)),
            Facet("dc of a batch", 0.5, ("a batch of 2/dc",)),
            Facet("dh", 0.5, keys(("one*", "a batch*"), ["dh"])),
            Facet("lists work too", 0.25, keys(["lists*"], READOUT_NAMES), "further"),
            Facet("three values, in the order asked for", 0.25, keys(("one*", "a batch*"), ["returned"]), "property"),
            Facet("arguments unchanged", 0.25, kind="unharmed")),
    reference=readout_backward,
    forbidden=(parameter_gradients, published_step, numerical_gradient),
    family=family.READOUT_BACKWARD,
    witness=readout_witness,
)

# ---- clipping ----

GRADS = ("dWx", "dWh", "db")


def clip_fixtures(rng, sizes=(2, 4, 3)):
    """sizes : D, H, O. Neither the first array nor the last is the largest."""
    D, H, O = sizes
    return {"dWx": rng.normal(0, 2, (H, D)) + 1, "dWh": rng.normal(0, 5, (H, H)), "db": rng.normal(0, 2, (H, 1)) - 2,
            "dWy": rng.normal(0, 3, (O, H)), "dc": rng.normal(0, 2, O), "max_norm": float(rng.uniform(1.2, 2.0))}


def just_below(grads):
    """A threshold above each array's norm and below the norm of all of them together."""
    norms = [np.linalg.norm(g) for g in grads]
    return float(max(norms) + np.linalg.norm(norms)) / 2


def clipped_at(max_norm=None, size=1.0, names=GRADS):
    """A case's run: the fixture's gradients times `size`, clipped at a threshold (the fixture's for None).

    max_norm : a number, or a function of the gradients
    """

    def run(function, i):
        if size != 1:
            for name in names:
                i[name] *= size
        given = {name: i[name] for name in names}
        handed = dict(given)
        threshold = max_norm(handed.values()) if callable(max_norm) else i["max_norm"] if max_norm is None else max_norm
        returned = function(handed, threshold)
        clipped, norm, order = pair(returned, "clipped", "norm", lambda value: isinstance(value, dict))
        i.altered += ["grads"] * any(handed.get(name) is not given[name] for name in names)
        if not isinstance(clipped, dict):
            raise BadReturn(f"clipped is a {type(clipped).__name__}, expected a dict with the names of grads")
        found = {**{name: clipped[name] for name in names if name in clipped}, "returned": order}
        return found if isinstance(returned, dict) else {**found, "norm": norm}

    return run


CLIP_BY_NORM = Exercise(
    notebook="04_number_sequence",
    asks="clip_by_norm(grads, max_norm) -> (clipped, norm)",
    fixtures=clip_fixtures,
    second=partial(clip_fixtures, sizes=(3, 5, 2)),
    cases=(Case("norm above the threshold", clipped_at(), tolerance=2e-6, may_share=True),
           Case("only all together above the threshold", clipped_at(just_below), tolerance=2e-6, may_share=True),
           Case("norm below the threshold", clipped_at(500.0), may_share=True),
           Case("all zero", clipped_at(size=0.0), may_change=GRADS, may_share=True),
           Case("threshold inf", clipped_at(np.inf), may_share=True),
           Case("other names", clipped_at(names=("dWy", "dc")), tolerance=2e-6, may_share=True)),
    facets=(Facet("norm, before clipping", 0.5, ("*/norm",)),
            Facet("clipped to the threshold, direction kept", 1.25, keys(("norm above*", "only all*"), GRADS)),
            Facet("unchanged below the threshold", 0.25, keys(("norm below*", "threshold inf"), GRADS), "further"),
            Facet("gradients that are all zero", 0.25, keys(["all zero"], GRADS), "further"),
            Facet("whatever the names are", 0.25, ("other names/dWy", "other names/dc"), "property"),
            Facet("clipped and norm, in this order", 0.25, ("norm above*/returned",), "property"),
            Facet("arguments unchanged", 0.25, kind="unharmed")),
    reference=clip_by_norm,
    forbidden=(global_norm,),
    family=family.CLIP_BY_NORM,
)

# ---- a training step ----

PARAMS = ("Wx", "Wh", "b", "Wy", "c")


def step_fixtures(rng, sizes=(7, 2, 5, 4, 3)):
    """sizes : T, D, H, O, B; the single sequence is one step longer. The norm of a mean, too, is above max_norm."""
    T, D, H, O, B = sizes
    return {**draw_cell(rng, D, H), "Wy": rng.normal(0, 0.8, (O, H)), "c": rng.normal(0, 0.5, (O, 1)),
            "X": rng.normal(size=(T, D, B)), "Y": rng.normal(size=(T, O, B)) + 0.7,
            "X_one": rng.normal(size=(T + 1, D, 1)), "Y_one": rng.normal(size=(T + 1, O, 1)) - 0.5,
            "max_norm": float(rng.uniform(0.08, 0.12))}


def steps(max_norm, lr, suffix="", times=1, target="Y"):
    """A case's run: steps from the fixture's model; the last one's loss and norm, and what became of the parameters."""

    def run(function, i):
        model = model_of(i)
        threshold = i["max_norm"] if max_norm is None else max_norm
        for _ in range(times):
            returned = function(model, i["X" + suffix], i[target + suffix], lr, threshold)
        return {**named(returned, "loss", "norm"), **model.params}

    return run


MOVES = {"may_change": PARAMS, "may_share": True}
step_case = several(("loss", "norm"), train_step)

TRAIN_STEP = Exercise(
    notebook="04_number_sequence",
    asks="train_step(model, X, Y, lr, max_norm) -> (loss, norm)",
    fixtures=step_fixtures,
    second=partial(step_fixtures, sizes=(9, 3, 6, 2, 4)),
    cases=(step_case("a step without clipping", steps(np.inf, 0.02), **MOVES),
           step_case("a step below the threshold", steps(1e6, 0.02, "_one"), **MOVES),
           step_case("a clipped step", steps(None, 0.4), **MOVES),
           step_case("one sequence, clipped", steps(None, 0.3, "_one"), **MOVES),
           step_case("two steps", steps(None, 0.2, times=2), repeats=True, **MOVES)),
    facets=(Facet("loss, before the update", 0.5, keys(("a *", "one*"), ["loss"])),
            Facet("norm, before clipping", 0.25, keys(("a *", "one*"), ["norm"])),
            Facet("parameters after an unclipped step", 0.5, keys(["a step *"], PARAMS)),
            Facet("parameters after a clipped step", 1, keys(("a clipped*", "one*"), PARAMS)),
            Facet("two steps in a row", 0.25, keys(["two steps"], ("loss", "norm", *PARAMS)), "further"),
            Facet("loss and norm, in this order", 0.25, ("a clipped step/returned",), "property"),
            Facet("X, Y unchanged", 0.25, kind="unharmed")),
    reference=train_step,
    forbidden=(fit, train_stream),
    family=training.TRAIN_STEP,
)

EXERCISES = (MAKE_WINDOWS, FIT_SCALE, SQUARED_ERROR, READOUT_BACKWARD, CLIP_BY_NORM, TRAIN_STEP)
