"""A new exercise is one file and one notebook cell: a GRU cell, written into a folder of its own."""

import importlib.util

import numpy as np
import pytest

from rnn_helpers import check

GRU = '''
"""An exercise: one step of a gated recurrent unit (Cho et al., 2014)."""
from types import SimpleNamespace

import numpy as np

from rnn_helpers.check.exercise import Case, Exercise, Facet
from rnn_helpers.check.returned import single
from rnn_helpers.check.family import Family, Output, slot

STEP = "h_t = (1 - u) n + u h_prev"
GATE = "n = tanh(Wn x_t + Un (r h_prev) + bn)"


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def gru_cell(p, x_t, h_prev):
    u = sigmoid(p["Wu"] @ x_t + p["Uu"] @ h_prev + p["bu"])
    r = sigmoid(p["Wr"] @ x_t + p["Ur"] @ h_prev + p["br"])
    n = np.tanh(p["Wn"] @ x_t + p["Un"] @ (r * h_prev) + p["bn"])
    return (1 - u) * n + u * h_prev


def step(s, p, x_t, h):
    def term(gate, state):
        return p["W" + gate] @ x_t + p["U" + gate] @ state + p["b" + gate]

    u, r = s.squash(term("u", h)), s.squash(term("r", h))
    return SimpleNamespace(n=np.tanh(s.reset(p, x_t, r, h)), u=u, h=h)


FAMILY = Family(
    flow=step,
    slots={"reset": slot(
               GATE, lambda p, x, r, h: p["Wn"] @ x + p["Un"] @ (r * h) + p["bn"],
               ("reset-forgotten", "The reset gate takes no part", "r decides how much of h_prev the candidate hears.",
                lambda p, x, r, h: p["Wn"] @ x + p["Un"] @ h + p["bn"]),
               ("reset-after-Un", "The reset gate is applied after Un", "It multiplies h_prev, before Un does.",
                lambda p, x, r, h: p["Wn"] @ x + r * (p["Un"] @ h) + p["bn"])),
           "squash": slot("u = sigmoid(...), r = sigmoid(...)", sigmoid,
                          ("tanh-for-sigmoid", "The gates are squashed by tanh", "Gates lie in 0 to 1.", np.tanh))},
    outputs={"h_t": Output(lambda s, f: s.mix(f), {"mix": slot(
        STEP, lambda f: (1 - f.u) * f.n + f.u * f.h,
        ("gate-turned-round", "u and 1 - u have changed places", "Where u is 1 the old state stays.",
         lambda f: f.u * f.n + (1 - f.u) * f.h))})})


def fixtures(rng, sizes=(3, 4, 2)):
    D, H, B = sizes
    gates = {f"{kind}{gate}": rng.normal(0, 0.8, shape) for gate in "urn" for kind, shape in
             (("W", (H, D)), ("U", (H, H)), ("b", (H, 1)))}
    return {**gates, "x_t": rng.normal(size=(D, B)), "h_prev": rng.uniform(-0.9, 0.9, (H, B))}


def given(function, i):
    return single(function({n: v for n, v in i.items() if n[0] in "WUb"}, i["x_t"], i["h_prev"]), "h_t")


GRU_CELL = Exercise(
    name="gru_cell", notebook="07_gru", asks="gru_cell(p, x_t, h_prev) -> h_t", fixtures=fixtures,
    second=lambda rng: fixtures(rng, (2, 5, 3)), cases=(Case("a batch", given),),
    facets=(Facet("h_t", 2, ("*/h_t",)), Facet("arguments unchanged", 1, kind="unharmed")),
    reference=gru_cell, family=FAMILY)
'''


@pytest.fixture
def gru(tmp_path):
    """The new file, imported from its folder; its exercise is added, and taken out again."""
    file = tmp_path / "gru.py"
    file.write_text(GRU)
    assert len(GRU.splitlines()) < 80
    spec = importlib.util.spec_from_file_location("gru", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    check.add(module.GRU_CELL)
    yield module
    check.EXERCISES.pop("gru_cell")
    check._checked.pop("gru_cell", None)


def right(p, u, r, x, h):
    return np.tanh(p["Wn"] @ x + p["Un"] @ (r * h) + p["bn"]), u


def written(change=right, gate=lambda z: 1 / (1 + np.exp(-z))):
    """A learner's cell; change : the candidate and the update gate."""
    def gru_cell(p, x, h):
        u, r = (gate(p["W" + g] @ x + p["U" + g] @ h + p["b" + g]) for g in "ur")
        n, u = change(p, u, r, x, h)
        return n + u * (h - n)

    return gru_cell


def test_a_right_cell_earns_everything(gru, capsys):
    assert check.gru_cell(written()) == 3.0
    assert "gru_cell: right, 3 of 3 points" in capsys.readouterr().out


@pytest.mark.parametrize("name, function", [
    ("reset-forgotten", written(lambda p, u, r, x, h: (np.tanh(p["Wn"] @ x + p["Un"] @ h + p["bn"]), u))),
    ("reset-after-Un", written(lambda p, u, r, x, h: (np.tanh(p["Wn"] @ x + r * (p["Un"] @ h) + p["bn"]), u))),
    ("gate-turned-round", written(lambda p, u, r, x, h: (np.tanh(p["Wn"] @ x + p["Un"] @ (r * h) + p["bn"]), 1 - u))),
    ("tanh-for-sigmoid", written(gate=np.tanh))])
def test_its_mistakes_are_named(gru, name, function):
    assert check.gru_cell(function).judgement.mistakes == [name]


def test_two_at_once_are_both_named(gru):
    two = written(lambda p, u, r, x, h: (np.tanh(p["Wn"] @ x + p["Un"] @ h + p["bn"]), 1 - u))
    assert check.gru_cell(two).judgement.mistakes == ["reset-forgotten", "gate-turned-round"]


def test_what_is_no_exercise_cannot_be_added():
    with pytest.raises(TypeError, match="Exercise"):
        check.add(lambda: None)
    with pytest.raises(ValueError, match="rnn_forward"):
        check.add(check.EXERCISES["rnn_forward"])
