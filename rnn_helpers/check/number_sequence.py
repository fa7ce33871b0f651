"""The exercises of notebook 4: windows, scaling, the loss and the readout's gradients, clipping, a training step."""

import numpy as np

from rnn_helpers.check.exercise import BadReturn, Case, Exercise, Facet, parts
from rnn_helpers.check.mistakes import number_sequence as mistakes
from rnn_helpers.check.networks import draw_cell, model_of
from rnn_helpers.data import fit_scale, make_windows
from rnn_helpers.gradcheck import numerical_gradient, relative_error
from rnn_helpers.losses import squared_error
from rnn_helpers.readout import readout_backward
from rnn_helpers.streaming import train_stream
from rnn_helpers.training import clip_by_norm, fit, train_step

# ---- windows ----


def window_fixtures(rng):
    return {"series": rng.normal(size=9), "whole": [int(n) for n in rng.permutation(np.arange(3, 30))[:7]],
            "shortest": rng.normal(size=5)}


def windows_of(series, length):
    """A case's run: the windows of one series of the fixture."""

    def run(function, i):
        X, Y = parts(function(i[series], length), "X", "Y")
        return {"X": X, "Y": Y}

    return run


MAKE_WINDOWS = Exercise(
    name="make_windows",
    notebook="04_number_sequence",
    asks="make_windows(series, length) -> (X, Y)",
    fixtures=window_fixtures,
    cases=(Case("windows of 3", windows_of("series", 3), may_share=True),
           Case("a list of whole numbers", windows_of("whole", 2), may_share=True),
           Case("room for one window", windows_of("shortest", 4), may_share=True),
           Case("length 1", windows_of("series", 1), may_share=True)),
    facets=(Facet("shapes (length, 1, N)", 0.5, ("*/*",), "shape"),
            Facet("X, every start", 0.5, ("*/X",)),
            Facet("Y, one step later", 0.5, ("*/Y",)),
            Facet("arguments unharmed", 0.5, kind="unharmed")),
    reference=make_windows,
    mistakes=mistakes.MAKE_WINDOWS,
)

# ---- scaling ----


def scale_fixtures(rng):
    return {"series": rng.uniform(2, 9, 6) * np.array([1, 2, 3, 4, 5, 6]), "below": -4 - rng.exponential(2.0, 5) ** 1.5,
            "whole": [int(n) for n in rng.permutation(np.arange(1, 40))[:5]]}


def scale_of(series):
    def run(function, i):
        shift, scale = parts(function(i[series]), "shift", "scale")
        return {"shift": shift, "scale": scale}

    return run


FIT_SCALE = Exercise(
    name="fit_scale",
    notebook="04_number_sequence",
    asks="fit_scale(series) -> (shift, scale)",
    fixtures=scale_fixtures,
    cases=(Case("a series", scale_of("series")), Case("numbers below zero", scale_of("below")),
           Case("a list of whole numbers", scale_of("whole"))),
    facets=(Facet("shift", 0.5, ("a series/shift", "numbers below zero/shift")),
            Facet("scale", 0.5, ("a series/scale", "numbers below zero/scale")),
            Facet("a list works too", 0.5, ("a list of whole numbers/*",)),
            Facet("arguments unharmed", 0.5, kind="unharmed")),
    reference=fit_scale,
    mistakes=mistakes.FIT_SCALE,
)

# ---- the loss ----


def loss_fixtures(rng):
    return {"y": rng.normal(size=(4, 2, 3)), "target": rng.normal(size=(4, 2, 3)) + 0.8,
            "y_last": rng.normal(size=(3, 2)), "target_last": rng.normal(size=(3, 2)) - 0.7}


def loss_of(y, target, dtype=float):
    def run(function, i):
        loss, dy = parts(function(i[y].astype(dtype, copy=False), i[target].astype(dtype, copy=False)), "loss", "dy")
        return {"loss": loss, "dy": dy}

    return run


def loss_witness(i, values):
    """dy against central differences of the sum of squares."""
    y, target = i["y"], i["target"]
    numerical = numerical_gradient(lambda: np.sum((y - target) ** 2), y)
    return [("dy", relative_error(values["a batch of sequences/dy"], numerical), 1e-6)]


SQUARED_ERROR = Exercise(
    name="squared_error",
    notebook="04_number_sequence",
    asks="squared_error(y, target) -> (loss, dy)",
    fixtures=loss_fixtures,
    cases=(Case("a batch of sequences", loss_of("y", "target")), Case("one step", loss_of("y_last", "target_last")),
           Case("float32", loss_of("y", "target", np.float32), tolerance=1e-4)),
    facets=(Facet("loss", 0.75, ("*/loss",)),
            Facet("shapes of loss and dy", 0.25, ("*/*",), "shape"),
            Facet("dy", 0.75, ("*/dy",)),
            Facet("arguments unharmed", 0.25, kind="unharmed")),
    reference=squared_error,
    mistakes=mistakes.SQUARED_ERROR,
    witness=loss_witness,
)

# ---- the readout, backwards ----


def readout_fixtures(rng):
    def draw(T, O, H, B, suffix):
        return {f"dy{suffix}": rng.normal(size=(T, O, B)) + 0.4, f"h_states{suffix}": rng.uniform(-0.9, 0.9, (T, H, B)) + 0.1,
                f"Wy{suffix}": rng.normal(size=(O, H))}

    return {**draw(3, 2, 4, 1, ""), **draw(4, 3, 5, 2, "2")}


def readout_gradients(suffix, kind=np.asarray):
    def run(function, i):
        dy, h_states, Wy = (i[name + suffix] for name in ("dy", "h_states", "Wy"))
        dWy, dc, dh = parts(function(kind(dy), kind(h_states), Wy), "dWy", "dc", "dh")
        return {"dWy": dWy, "dc": dc, "dh": dh}

    return run


def readout_witness(i, values):
    """All three against central differences of sum(dy * (Wy h + c)), whose gradients they are."""
    dy, h, Wy, c = i["dy2"], i["h_states2"], i["Wy2"], np.zeros((3, 1))

    def f():
        return np.sum(dy * (Wy @ h + c))

    return [(name, relative_error(values[f"a batch of 2/{name}"], numerical_gradient(f, param)), 1e-6)
            for name, param in (("dWy", Wy), ("dc", c), ("dh", h))]


READOUT_BACKWARD = Exercise(
    name="readout_backward",
    notebook="04_number_sequence",
    asks="readout_backward(dy, h_states, Wy) -> (dWy, dc, dh)",
    fixtures=readout_fixtures,
    cases=(Case("one sequence", readout_gradients("")), Case("a batch of 2", readout_gradients("2")),
           Case("lists of steps", readout_gradients("2", list))),
    facets=(Facet("shapes", 0.5, ("*/*",), "shape"),
            Facet("dWy", 0.75, ("*/dWy",)),
            Facet("dc", 0.5, ("*/dc",)),
            Facet("dh", 0.75, ("*/dh",)),
            Facet("arguments unharmed", 0.5, kind="unharmed")),
    reference=readout_backward,
    mistakes=mistakes.READOUT_BACKWARD,
    witness=readout_witness,
)

# ---- clipping ----

GRADS = ("dWx", "dWh", "db")


def clip_fixtures(rng):
    return {"dWx": rng.normal(0, 4, (4, 2)) + 1, "dWh": rng.normal(0, 3, (4, 4)), "db": rng.normal(0, 2, (4, 1)) - 2,
            "max_norm": float(rng.uniform(1.2, 2.0))}


def clipped_at(max_norm=None, size=1.0):
    """A case's run: the fixture's gradients times `size`, clipped at a threshold (the fixture's for None)."""

    def run(function, i):
        if size != 1:
            for name in GRADS:
                i[name] *= size
        given = {name: i[name] for name in GRADS}
        handed = dict(given)
        clipped, norm = parts(function(handed, i["max_norm"] if max_norm is None else max_norm), "clipped", "norm")
        i.update({name: None for name in GRADS if handed.get(name) is not given[name]})  # the caller's dict was changed
        if not isinstance(clipped, dict):
            raise BadReturn(f"clipped is a {type(clipped).__name__}, expected a dict with the names of grads")
        if missing := [name for name in GRADS if name not in clipped]:
            raise BadReturn(f"clipped lacks {', '.join(missing)}: every name of grads belongs in it")
        return {**{name: clipped[name] for name in GRADS}, "norm": norm}

    return run


CLIP_BY_NORM = Exercise(
    name="clip_by_norm",
    notebook="04_number_sequence",
    asks="clip_by_norm(grads, max_norm) -> (clipped, norm)",
    fixtures=clip_fixtures,
    cases=(Case("norm above the threshold", clipped_at(), tolerance=2e-6, may_share=True),
           Case("norm below the threshold", clipped_at(500.0), may_share=True),
           Case("all zero", clipped_at(size=0.0), may_change=GRADS, may_share=True),
           Case("threshold inf", clipped_at(np.inf), may_share=True)),
    facets=(Facet("norm, before clipping", 0.5, ("*/norm",)),
            Facet("clipped to the threshold, direction kept", 1,
                  tuple(f"norm above the threshold/{name}" for name in GRADS)),
            Facet("unchanged below the threshold", 0.5,
                  tuple(f"{case}/{name}" for case in ("norm below the threshold", "threshold inf") for name in GRADS)),
            Facet("gradients that are all zero", 0.25, ("all zero/*",), "property"),
            Facet("arguments unharmed", 0.75, kind="unharmed")),
    reference=clip_by_norm,
    mistakes=mistakes.CLIP_BY_NORM,
)

# ---- a training step ----

PARAMS = ("Wx", "Wh", "b", "Wy", "c")


def step_fixtures(rng):
    D, H, O, T, B = 2, 4, 3, 5, 3
    return {**draw_cell(rng, D, H), "Wy": rng.normal(0, 0.8, (O, H)), "c": rng.normal(0, 0.5, (O, 1)),
            "X": rng.normal(size=(T, D, B)), "Y": rng.normal(size=(T, O, B)) + 0.7,
            "X_one": rng.normal(size=(T, D, 1)), "Y_one": rng.normal(size=(T, O, 1)) - 0.5,
            "max_norm": float(rng.uniform(0.8, 1.2))}


def one_step(max_norm, lr, suffix=""):
    """A case's run: one step from the fixture's model; its loss and norm, and what became of the parameters."""

    def run(function, i):
        model = model_of(i)
        threshold = i["max_norm"] if max_norm is None else max_norm
        loss, norm = parts(function(model, i["X" + suffix], i["Y" + suffix], lr, threshold), "loss", "norm")
        return {"loss": loss, "norm": norm, **after(model)}

    return run


def after(model):
    """The parameters, wherever the step has put them."""
    return {**{name: getattr(model.cell, name) for name in ("Wx", "Wh", "b")}, "Wy": model.Wy, "c": model.c}


TRAIN_STEP = Exercise(
    name="train_step",
    notebook="04_number_sequence",
    asks="train_step(model, X, Y, lr, max_norm) -> (loss, norm)",
    fixtures=step_fixtures,
    cases=(Case("a step without clipping", one_step(np.inf, 0.02), may_change=PARAMS, may_share=True),
           Case("a clipped step", one_step(None, 0.4), may_change=PARAMS, may_share=True),
           Case("one sequence, clipped", one_step(None, 0.3, "_one"), may_change=PARAMS, may_share=True)),
    facets=(Facet("loss, before the update", 0.5, ("*/loss",)),
            Facet("norm, before clipping", 0.5, ("*/norm",)),
            Facet("parameters after an unclipped step", 0.75, tuple(f"a step without clipping/{name}" for name in PARAMS)),
            Facet("parameters after a clipped step", 0.75,
                  tuple(f"{case}/{name}" for case in ("a clipped step", "one sequence, clipped") for name in PARAMS)),
            Facet("X, Y unharmed", 0.5, kind="unharmed")),
    reference=train_step,
    forbidden=(fit, train_stream),
    mistakes=mistakes.TRAIN_STEP,
)

EXERCISES = (MAKE_WINDOWS, FIT_SCALE, SQUARED_ERROR, READOUT_BACKWARD, CLIP_BY_NORM, TRAIN_STEP)
