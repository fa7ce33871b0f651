"""Nothing that a learner's function does stops the notebook; whatever it returns or does besides is said."""

import asyncio
import contextlib
import functools
import importlib
import io
import sys
import warnings

import numpy as np
import pytest

from rnn_helpers import bptt, check, model, readout
from rnn_helpers.bptt import rnn_forward as a_forward_pass
from rnn_helpers.cell import rnn_cell_forward as my_own_cell
from tests.check.trying import FULL, told


def right(cell, x_t, h_prev):
    h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)
    return h_t, (x_t, h_prev, h_t)


# --- not a function that can be called, or not yet written ---

class Network:
    def __init__(self, cell, x_t, h_prev):
        pass


@pytest.mark.parametrize("thing, words", [
    (None, ["not a function", "check.rnn_cell_forward(rnn_cell_forward)"]),
    ((np.zeros(3), None), ["tuple", "not a function"]),
    (Network, ["Network is a class", "h_t, cache"]),
    (lambda self, cell, x_t, h_prev: h_prev, ["yours takes (self, cell, x_t, h_prev)"]),
    (lambda cell, x_t: x_t, ["cannot be called as asked", "rnn_cell_forward(cell, x_t, h_prev)"]),
    (lambda *, cell: cell, ["cannot be called as asked"]),
])
def test_what_cannot_be_called(thing, words):
    points, advice, _ = told("rnn_cell_forward", thing)
    assert points == 0 and all(word in advice for word in words), advice


# --- odd results ---

@pytest.mark.parametrize("name, function, words", [
    ("many_to_many", lambda h_states, Wy, c: map(lambda h_t: Wy @ h_t + c, h_states), "Y is a map, which can only be"),
    ("squared_error", lambda y, target: (np.square, 2 * (y - target)), "loss is a function, `square`: round brackets"),
    ("build_vocabulary", lambda text: (sorted(set(text)), enumerate(text)), "no dict, but of type enumerate")])
def test_iterators_and_functions_for_values(name, function, words):
    assert words in told(name, function)[1]


async def coroutine(cell, x_t, h_prev):
    return right(cell, x_t, h_prev)


def generator(cell, x_t, h_prev):
    yield right(cell, x_t, h_prev)


HUGE = np.broadcast_to(1.0, (10**4, 10**4))
ODD = {
    "None": None, "number": 3, "text": "h", "empty": (), "dict": {"h_t": 1}, "ragged": ([[1, 2], [3]], None),
    "set": ({1}, {2}),
    "complex": (np.ones((5, 1)) * 1j, None), "objects": (np.array([[None]] * 5), None),
    "huge": (HUGE, None), "nested": (((1, (2,)), 3), 4), "dates": (np.array(["2020-01-01"], "datetime64[D]"), None),
}
SAYS = {"None": "return", "number": "int", "text": "str", "empty": "0 values", "dict": "dict", "ragged": "shape",
        "complex": "complex",
        "objects": "", "huge": "far more"}


def test_nan_is_told_with_what_to_look_for():
    points, advice, _ = told("rnn_cell_forward", lambda cell, x_t,
                             h_prev: (np.full_like(cell.Wh @ h_prev, np.nan), None))
    assert points <= 1 and "nan" in advice and "0 / 0" in advice


@pytest.mark.parametrize("kind", ODD)
def test_odd_results_earn_no_more_than_their_shape(kind):
    points, advice, _ = told("rnn_cell_forward", lambda *args: ODD[kind])
    assert points <= 1 and SAYS.get(kind, "") in advice, advice


@pytest.mark.parametrize("name", check.EXERCISES)
def test_no_exercise_stumbles_over_odd_results(name):
    for value in ((HUGE,) * 5, (object(),) * 5):
        points, advice, _ = told(name, lambda *args, value=value, **more: value)
        assert points < FULL[name] and advice


def test_async_and_generators():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "async def" in told("rnn_cell_forward", coroutine)[1]
    assert "yield" in told("rnn_cell_forward", generator)[1]
    brackets = told("many_to_many", lambda h_states, Wy, c: (Wy @ h + c for h in h_states))[1]
    assert "round brackets" in brackets and "yield" not in brackets


def test_inside_a_running_event_loop():
    async def cell():
        return told("rnn_cell_forward", right)[0]

    assert asyncio.run(cell()) == FULL["rnn_cell_forward"]


def test_nan_says_where_it_comes_from():
    advice = told("rnn_cell_forward", lambda cell, x_t, h_prev: (np.log(-abs(right(cell, x_t, h_prev)[0])), None))[1]
    assert "nan" in advice and "[0, 0]" in advice and "log" in advice


# --- what is done besides ---

def test_overwritten_arguments_cost_their_points_only():
    def overwrites(cell, x_t, h_prev):
        h_t, cache = right(cell, x_t, h_prev.copy())
        h_prev[:] = h_t
        return h_t, (x_t, cache[1], h_t)

    def replaces(cell, x_t, h_prev):
        result = right(cell, x_t, h_prev)
        cell.Wh = np.zeros_like(cell.Wh)
        return result

    for function, name in ((overwrites, "h_prev"), (replaces, "Wh")):
        points, advice, _ = told("rnn_cell_forward", function)
        assert 0 < points < FULL["rnn_cell_forward"] and name in advice


def test_a_view_of_an_argument_is_noticed():
    def in_its_argument(y, target):
        loss = np.sum((y - target) ** 2)
        np.multiply(2, y - target, out=y)
        return loss, y

    points, advice, report = told("squared_error", in_its_argument)
    assert 0 < points < FULL["squared_error"] and "y changed" in report


def test_printing_is_swallowed_and_said():
    def chatty(cell, x_t, h_prev):
        for i in range(10_000):
            print(i)
        return right(cell, x_t, h_prev + 1)

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        points = check.run("rnn_cell_forward", chatty)
    assert len(out.getvalue().splitlines()) <= 20 and "printed" in " ".join(points.judgement.advice)
    assert told("rnn_cell_forward", lambda *args: (print("hello"), right(*args))[1])[0] == FULL["rnn_cell_forward"]


def test_warnings_and_numpys_state_are_as_before(monkeypatch):
    def on_stderr(message, category, filename, lineno, file=None, line=None):  # as on a page; pytest would keep them
        sys.stderr.write(warnings.formatwarning(message, category, filename, lineno, line))

    def noisy(cell, x_t, h_prev):
        np.random.seed(0)
        np.seterr(all="raise")
        np.set_printoptions(precision=1)
        warnings.simplefilter("error")
        for _ in range(1000):
            with warnings.catch_warnings():
                warnings.simplefilter("always")
                warnings.warn("old", DeprecationWarning, stacklevel=1)
        return right(cell, x_t, h_prev)

    monkeypatch.setattr(warnings, "showwarning", on_stderr)
    before = np.random.get_state()[1].copy(), np.geterr(), np.get_printoptions(), list(warnings.filters)
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors):
        assert told("rnn_cell_forward", noisy)[0] == FULL["rnn_cell_forward"]
    after = np.random.get_state()[1], np.geterr(), np.get_printoptions(), list(warnings.filters)
    assert np.array_equal(before[0], after[0]) and before[1:] == after[1:] and not errors.getvalue()


# --- state, and what is read besides the arguments ---

def test_works_the_first_time_only():
    calls = []

    def once(cell, x_t, h_prev):
        if calls:
            raise ValueError("again?")
        calls.append(1)
        return right(cell, x_t, h_prev)

    points, advice, _ = told("rnn_cell_forward", once)
    assert points < FULL["rnn_cell_forward"] / 2 and advice.startswith("it works only the first time") \
        and "again?" in advice


def test_a_default_argument_that_grows():
    def grows(h_states, Wy, c, Y=[]):  # noqa: B006
        for h_t in h_states:
            Y.append(Wy @ h_t + c)
        return np.array(Y[-len(h_states):]) + 1e-3 * len(Y)

    points, advice, _ = told("many_to_many", grows)
    assert points < FULL["many_to_many"] and "Called again" in advice and "default argument" in advice


Wx, gain, T, of_steps = np.ones((4, 3)), 1.5, 3, {"first": 1.5}


def test_reading_the_notebooks_data():
    def reads(cell, x_t, h_prev):
        return right(cell, x_t * gain, h_prev)

    def takes_the_cells(cell, x_t, h_prev):
        return np.tanh(1.5 * cell.Wx @ x_t + cell.Wh @ h_prev + cell.b), None

    def reads_in_a_comprehension(cell, x_t, h_prev):
        return right(cell, np.array([of_steps["first"] * x for x in x_t]), h_prev)

    assert "reads gain" in told("rnn_cell_forward", reads)[1]
    assert "reads of_steps" in told("rnn_cell_forward", reads_in_a_comprehension)[1]
    assert "Wx from" not in told("rnn_cell_forward", takes_the_cells)[1]  # cell.Wx, though the notebook has a Wx


# --- borrowing ---

def model_of(cell):
    """A model whose output is its state."""
    network = model.RNNModel(cell.Wx.shape[1], len(cell.Wh), len(cell.Wh), np.random.default_rng(0))
    network.cell, network.Wy = cell, np.eye(len(cell.Wh))
    return network


def through_the_model(cell, X, h0=None):
    return model_of(cell).forward(X, h0)[1:]


def through_the_models_gradients(cell, dh, caches):
    X = np.array([cache[0] for cache in caches])
    gradients = model_of(cell).loss_and_gradients(X, dh, caches[0][1], loss=lambda Y, dh: (0.0, np.asarray(dh)))[1]
    return [gradients[name] for name in ("Wx", "Wh", "b", "h0")]


class Borrower:
    step = staticmethod(my_own_cell)

    def __call__(self, *args):
        return self.step(*args)


BORROWED = {
    "rnn_cell_forward": [my_own_cell, functools.partial(my_own_cell), Borrower(), Borrower().step,
                         lambda cell, x_t, h_prev: cell.forward(x_t, h_prev),
                         lambda *args: importlib.import_module("rnn_helpers.cell").rnn_cell_forward(*args),
                         lambda *args: getattr(check.EXERCISES["rnn_cell_forward"], "reference")(*args),  # noqa: B009
                         lambda cell, x_t, h_prev: (a_forward_pass(cell, x_t[None], h_prev)[0][0],
                                                    (x_t, h_prev, h_prev)),
                         check.yours_or_ours(my_own_cell), functools.wraps(right)(lambda *args: my_own_cell(*args))],
    "rnn_forward": [a_forward_pass, through_the_model, functools.partial(a_forward_pass)],
    "rnn_backward": [bptt.rnn_backward, through_the_models_gradients,
                     lambda cell, dh, caches: bptt.rnn_backward_truncated(cell, dh, caches, len(dh))],
    "many_to_many": [readout.many_to_many],
}


@pytest.mark.parametrize("name, which", [(name, i) for name, ways in BORROWED.items() for i in range(len(ways))])
def test_borrowing_earns_nothing_and_is_said_kindly(name, which):
    points, advice, _ = told(name, BORROWED[name][which])
    asked = f"the course's own {check.EXERCISES[name].reference.__qualname__}, " in advice
    assert points == 0 and "course's own" in advice
    assert ("what you are asked to write" if asked else "write this function without it") in advice


def test_helpers_of_other_exercises_are_fine():
    def with_the_cell(cell, X, h0=None):
        h_t = np.zeros((len(cell.Wh), X[0].shape[1])) if h0 is None else h0
        states, caches = [], []
        for x_t in X:
            h_t, cache = my_own_cell(cell, x_t, h_t)
            states.append(h_t)
            caches.append(cache)
        return np.array(states), caches

    assert told("rnn_forward", with_the_cell)[0] == FULL["rnn_forward"]
    assert told("many_to_many", lambda h_states, Wy,
                c: [readout.readout(h_t, Wy, c) for h_t in h_states])[0] == FULL["many_to_many"]
