"""Nothing that a learner's function does stops the notebook; each mishap is said, with what to try, and earns what it should."""

import asyncio
import contextlib
import functools
import importlib
import io
import math
import os
import sys
import textwrap
import threading
import warnings

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from rnn_helpers import bptt, check, model, readout
from rnn_helpers.bptt import rnn_forward as a_forward_pass
from rnn_helpers.cell import rnn_cell_forward as my_own_cell
from rnn_helpers.check import guard

FULL = {name: exercise.points for name, exercise in check.EXERCISES.items()}


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(guard, "TIME_LIMIT", 0.3)


def told(name, function, **using):
    """The points of a check, its advice, and the whole report."""
    with contextlib.redirect_stdout(io.StringIO()):
        points = check.run(name, function, **using)
    report = str(points)
    assert len(report.splitlines()) <= 12 and not isinstance(function, float)
    return float(points), " ".join(points.judgement.advice), report


def right(cell, x_t, h_prev):
    h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)
    return h_t, (x_t, h_prev, h_t)


# --- endless ---

DEAF = sys.version_info < (3, 11)  # in a loop that is one `try`, Python 3.10 looks for what should stop it inside the `try` only
stoppable = pytest.mark.skipif(DEAF, reason="Python 3.10 cannot stop this loop")


def busy(cell, x_t, h_prev):
    while True:
        pass


def deaf(cell, x_t, h_prev):
    while True:
        try:
            np.tanh(x_t)
        except BaseException:
            continue


def deaf_without_calls(cell, x_t, h_prev):
    n = 0
    while True:
        try:
            n += 1
        except:  # noqa: E722
            pass


@pytest.mark.parametrize("function, thread", [
    (busy, False), (busy, True), (deaf, False), pytest.param(deaf, True, marks=stoppable),
    pytest.param(deaf_without_calls, False, marks=stoppable), pytest.param(deaf_without_calls, True, marks=stoppable)])
def test_endless_loops_are_stopped(soon, function, thread):
    said = []
    if thread:
        worker = threading.Thread(target=lambda: said.append(told("rnn_cell_forward", function)), daemon=True)
        worker.start()
        worker.join(60)
    else:
        said.append(told("rnn_cell_forward", function))
    points, advice, _ = said[0]
    assert points == 0 and "0.3 seconds" in advice and "your line" in advice and "loop" in advice


@pytest.mark.parametrize("thread", [False, pytest.param(True, marks=stoppable)])
def test_what_comes_after_a_stopped_loop_runs_on(soon, thread):
    def then():
        told("rnn_cell_forward", deaf)
        done.append(told("rnn_cell_forward", right)[0])
        done.append(sum(range(10**6)))

    done = []
    if thread:
        worker = threading.Thread(target=then, daemon=True)
        worker.start()
        worker.join(60)
    else:
        then()
    assert done == [FULL["rnn_cell_forward"], sum(range(10**6))]


def test_a_case_in_which_alone_it_hangs_costs_that_case_and_the_later_ones(soon):
    def hangs_on_batches(cell, x_t, h_prev):
        while x_t.shape[1] > 1:
            pass
        return right(cell, x_t, h_prev)

    points, advice, _ = told("rnn_cell_forward", hangs_on_batches)
    assert points == 3 and "works on 'one example'" in advice and "a batch of 2" in advice


CELLS = {
    "setup": """
        from rnn_helpers import check
        from rnn_helpers.check import guard
        guard.TIME_LIMIT = 0.5""",
    "endless": """
        def f(cell, x_t, h_prev):
            while True:
                pass
        check.rnn_cell_forward(f)""",
    "deaf": """
        def f(cell, x_t, h_prev):
            while True:
                try:
                    cell.Wx @ x_t
                except BaseException:
                    continue
        check.rnn_cell_forward(f)""",
    "exit": """
        def f(cell, x_t, h_prev):
            exit()
        check.rnn_cell_forward(f)""",
    "display": """
        def f(cell, x_t, h_prev):
            for _ in range(100):
                display(x_t)
            return x_t, h_prev
        check.rnn_cell_forward(f)""",
    "input": """
        def f(cell, x_t, h_prev):
            return input("h?")
        check.rnn_cell_forward(f)""",
    "await": """
        import asyncio
        async def later():
            await asyncio.sleep(0)
            return check.rnn_cell_forward(lambda cell, x_t: x_t)
        await later()""",
    "alive": "1 + 1",
}


if DEAF:
    del CELLS["deaf"]


def test_on_a_kernel():
    """Each cell gives one report and nothing else, and the kernel lives."""
    cells = [nbformat.v4.new_code_cell(textwrap.dedent(source).strip()) for source in CELLS.values()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = {}
    for name, cell in zip(CELLS, cells):
        if name == "setup":
            assert not cell.outputs
            continue
        (output,) = cell.outputs
        assert output.output_type == "execute_result"
        shown[name] = output.data
    assert shown.pop("alive")["text/plain"] == "2"
    assert all(data["text/plain"] == "0.0" for data in shown.values())
    said = {name: data["text/html"] for name, data in shown.items()}
    assert "0.5 seconds" in said["endless"] and "line 2" in said["endless"] and (DEAF or "0.5 seconds" in said["deaf"])
    assert "return" in said["exit"] and "exit()" in said["exit"] and "input" in said["input"] and "called as asked" in said["await"]


# --- exceptions, and what ends a program ---

def recurses(cell, x_t, h_prev):
    return recurses(cell, x_t, h_prev)


def recurses_in_a_callback(cell, x_t, h_prev):
    return np.apply_along_axis(lambda column: recurses_in_a_callback(cell, x_t, h_prev), 0, x_t)


def too_far(cell, x_t, h_prev):
    return [x_t[i] for i in range(99)]


def wrong_way_round(cell, x_t, h_prev):
    return x_t @ cell.Wx


def a_product_in_place_of_a_matrix_product(cell, x_t, h_prev):
    return np.tanh(cell.Wx * x_t), None


def with_math(cell, x_t, h_prev):
    return math.tanh(cell.Wx @ x_t), None


def quits(cell, x_t, h_prev):
    raise SystemExit


def interrupted(cell, x_t, h_prev):
    raise KeyboardInterrupt


def no_such_name(cell, x_t, h_prev):
    return np.tanh(Wxh @ x_t)  # noqa: F821


class Mute(Exception):
    def __str__(self):
        raise RuntimeError


def mute(cell, x_t, h_prev):
    raise Mute


@pytest.mark.parametrize("function, words", [
    (recurses, ["RecursionError", "recurses(", "calls itself"]),
    (recurses_in_a_callback, ["RecursionError", "calls itself"]),
    (too_far, ["IndexError", "x_t[i] for i in range(99)", "range"]),
    (wrong_way_round, ["ValueError", "return x_t @ cell.Wx", "shapes"]),
    (a_product_in_place_of_a_matrix_product, ["ValueError", "`@`"]),
    (with_math, ["TypeError", "np.tanh"]),
    (quits, ["SystemExit", "raise SystemExit", "return"]),
    (interrupted, ["interrupted", "again"]),
    (no_such_name, ["NameError", "Wxh", "spelled"]),
    (mute, ["Mute", "raise Mute"]),
])
def test_exceptions_are_shown_with_the_learners_own_line(function, words):
    points, advice, _ = told("rnn_cell_forward", function)
    assert points == 0
    for word in words:
        assert word in advice, (word, advice)


def test_an_error_for_one_size_only_says_for_which():
    def square(cell, x_t, h_prev):
        if x_t.shape[1] != 1:
            raise ValueError("one column only")
        return right(cell, x_t, h_prev)

    points, advice, _ = told("rnn_cell_forward", square)
    assert 0 < points < FULL["rnn_cell_forward"]
    assert "works on 'one example'" in advice and "fails on 'a batch of 2'" in advice and "one column only" in advice


# --- not a function that can be called, or not yet written ---

class Network:
    def __init__(self, cell, x_t, h_prev):
        pass


@pytest.mark.parametrize("thing, words", [
    (None, ["no function", "check.rnn_cell_forward(rnn_cell_forward)"]),
    ((np.zeros(3), None), ["tuple", "no function"]),
    (Network, ["Network", "h_t, cache"]),
    (lambda cell, x_t: x_t, ["cannot be called as asked", "rnn_cell_forward(cell, x_t, h_prev)"]),
    (lambda *, cell: cell, ["cannot be called as asked"]),
])
def test_what_cannot_be_called(thing, words):
    points, advice, _ = told("rnn_cell_forward", thing)
    assert points == 0 and all(word in advice for word in words), advice


def test_a_stub_and_what_is_more_than_a_stub():
    def stub(cell, x_t, h_prev):
        """Says what to do."""
        raise NotImplementedError

    def forgot_to_take_it_out(cell, x_t, h_prev):
        z_t = cell.Wx @ x_t
        np.tanh(z_t)
        raise NotImplementedError

    def calls_a_stub(cell, X, h0=None):
        return stub(cell, X[0], h0)

    assert "not attempted yet: rnn_cell_forward(" in told("rnn_cell_forward", stub)[1]
    assert "take out" in told("rnn_cell_forward", forgot_to_take_it_out)[1]
    advice = told("rnn_forward", calls_a_stub)[1]
    assert "stub" in advice and "not written yet" in advice and "yours_or_ours" in advice


# --- odd results ---

async def coroutine(cell, x_t, h_prev):
    return right(cell, x_t, h_prev)


def generator(cell, x_t, h_prev):
    yield right(cell, x_t, h_prev)


HUGE = np.broadcast_to(1.0, (10**6, 10**6))
ODD = {
    "None": None, "number": 3, "text": "h", "empty": (), "dict": {"h_t": 1}, "ragged": ([[1, 2], [3]], None), "set": ({1}, {2}),
    "complex": (np.ones((5, 1)) * 1j, None), "objects": (np.array([[None]] * 5), None),
    "huge": (HUGE, None), "nested": (((1, (2,)), 3), 4), "dates": (np.array(["2020-01-01"], "datetime64[D]"), None),
}
SAYS = {"None": "return", "number": "int", "text": "str", "empty": "0 values", "dict": "dict", "ragged": "shape", "complex": "complex",
        "objects": "", "huge": "far more"}


def test_nan_is_told_with_what_to_look_for():
    points, advice, _ = told("rnn_cell_forward", lambda cell, x_t, h_prev: (np.full_like(cell.Wh @ h_prev, np.nan), None))
    assert points <= 1 and "nan" in advice and "0 / 0" in advice


def grows_without_end(cell, x_t, h_prev):
    kept = [h_prev]
    while True:
        kept = kept + kept


def grows_in_a_loop(cell, x_t, h_prev):
    h = h_prev
    while True:
        h = np.concatenate([h, h])


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="memory is bounded where /proc says how much there is")
@pytest.mark.parametrize("function", [grows_without_end, grows_in_a_loop])
def test_memory_is_bounded_and_given_back(function, monkeypatch):
    monkeypatch.setattr(guard, "TIME_LIMIT", 60.0)  # memory ends first, on a busy machine too
    monkeypatch.setattr(guard, "MEMORY_LIMIT", 1 << 28)
    points, advice, _ = told("rnn_cell_forward", function)
    assert points == 0 and "MemoryError" in advice and "grow" in advice
    assert np.ones(1 << 29, dtype=np.int8)[-1] == 1  # the limit is gone


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
    assert len(out.getvalue().splitlines()) <= 12 and "printed" in " ".join(points.judgement.advice)
    assert told("rnn_cell_forward", lambda *args: (print("hello"), right(*args))[1])[0] == FULL["rnn_cell_forward"]


def test_warnings_and_numpys_state_are_as_before():
    def noisy(cell, x_t, h_prev):
        np.random.seed(0)
        np.seterr(all="raise")
        np.set_printoptions(precision=1)
        warnings.simplefilter("error")
        for _ in range(1000):
            with warnings.catch_warnings():
                warnings.simplefilter("always")
                warnings.warn("old", DeprecationWarning)
        return right(cell, x_t, h_prev)

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
    assert points < FULL["rnn_cell_forward"] / 2 and advice.startswith("it works the first time only") and "again?" in advice


def test_a_default_argument_that_grows():
    def grows(h_states, Wy, c, Y=[]):  # noqa: B006
        for h_t in h_states:
            Y.append(Wy @ h_t + c)
        return np.array(Y[-len(h_states):]) + 1e-3 * len(Y)

    points, advice, _ = told("many_to_many", grows)
    assert points < FULL["many_to_many"] and "called again" in advice and "default argument" in advice


Wx, gain, T = np.ones((4, 3)), 1.5, 3


def test_reading_the_notebooks_data():
    def reads(cell, x_t, h_prev):
        return right(cell, x_t * gain, h_prev)

    def takes_the_cells(cell, x_t, h_prev):
        return np.tanh(1.5 * cell.Wx @ x_t + cell.Wh @ h_prev + cell.b), None

    assert "reads gain" in told("rnn_cell_forward", reads)[1]
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
                         lambda cell, x_t, h_prev: (a_forward_pass(cell, x_t[None], h_prev)[0][0], (x_t, h_prev, h_prev)),
                         check.yours_or_ours(my_own_cell), functools.wraps(right)(lambda *args: my_own_cell(*args))],
    "rnn_forward": [a_forward_pass, through_the_model, functools.partial(a_forward_pass)],
    "rnn_backward": [bptt.rnn_backward, through_the_models_gradients,
                     lambda cell, dh, caches: bptt.rnn_backward_truncated(cell, dh, caches, len(dh))],
    "many_to_many": [readout.many_to_many],
}


@pytest.mark.parametrize("name, which", [(name, i) for name, ways in BORROWED.items() for i in range(len(ways))])
def test_borrowing_earns_nothing_and_is_said_kindly(name, which):
    points, advice, _ = told(name, BORROWED[name][which])
    assert points == 0 and "course's own" in advice and "not yours yet" in advice


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
    assert told("many_to_many", lambda h_states, Wy, c: [readout.readout(h_t, Wy, c) for h_t in h_states])[0] == FULL["many_to_many"]
