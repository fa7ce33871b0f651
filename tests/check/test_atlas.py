"""The right answer earns everything; what fits no mistake is given no name; over many fixtures.

A class for each notebook, so that pytest-xdist (--dist loadscope) shares them out among the workers.
"""

import re

import numpy as np
import pytest

from rnn_helpers.check import EXERCISES
from rnn_helpers.check.judge import judge
from rnn_helpers.check.observe import observe
from rnn_helpers.check.yardstick import Yardstick
from tests.check.trying import SLOW, over_seeds


def pytest_generate_tests(metafunc):
    """Each test of a notebook's class for each of its exercises."""
    if metafunc.cls and "name" in metafunc.fixturenames:
        metafunc.parametrize("name", [name for name, exercise in EXERCISES.items()
                                      if exercise.notebook.startswith(metafunc.cls.notebook)])


OFTEN = 10  # more seeds on which the right ways of an exercise are compared with the course's own
WORDS = {"build_vocabulary", "relative_error", "sample"}  # judged in words


def nudged(function, seed):
    """A function whose first array of numbers, or first number, is wrong at one place; caches stay as they are."""

    def nudge(value):
        if isinstance(value, tuple):
            first = next(i for i, part in enumerate(value) if isinstance(part, np.ndarray | float))
            return *value[:first], nudge(value[first]), *value[first + 1:]
        value = np.array(value, float)
        value.flat[seed % value.size] += 0.37 + np.abs(value).max() ** 1.3  # in no proportion
        return value

    return lambda *args, **kwargs: nudge(function(*args, **kwargs))


class Atlas:
    @over_seeds
    def test_the_courses_own_answer_is_right(self, name, seeds):
        exercise = EXERCISES[name]
        for seed in seeds if name in SLOW else seeds[:OFTEN]:
            yardstick = Yardstick(exercise, exercise.inputs(seed))
            right = judge(yardstick, observe(exercise, exercise.reference, yardstick.inputs, guarded=False))
            assert right.status == "right" and right.points == exercise.points, (seed, right)

    @pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
    def test_what_fits_no_mistake_is_not_guessed(self, name, seed):
        exercise = EXERCISES[name]
        if name in WORDS:
            return
        yardstick = Yardstick(exercise, exercise.inputs(seed))
        verdict = judge(yardstick, observe(exercise, nudged(exercise.reference, seed), yardstick.inputs, guarded=False))
        assert verdict.mistakes == [] and verdict.points < exercise.points
        shown = re.match(r"\w+( at (step|row|column) \d+.*)? is (\S+), expected (\S+?)[, ]", verdict.advice[0])
        assert shown and shown[3] != shown[4], verdict.advice
        if exercise.witness:
            assert re.search(r"independent check: .*relative error (below )?[\d.e-]+", verdict.advice[1])

    def test_borrowing_earns_nothing(self, name):
        exercise = EXERCISES[name]
        inputs = exercise.inputs(0)
        for borrow in (exercise.reference, lambda *args, **kwargs: exercise.reference(*args, **kwargs)):
            verdict = judge(Yardstick(exercise, inputs), observe(exercise, borrow, inputs))
            assert verdict.status == "borrowed" and verdict.points == 0


class TestRNNCell(Atlas):
    notebook = "01"


class TestForwardPass(Atlas):
    notebook = "02"


class TestBPTT(Atlas):
    notebook = "03"


class TestNumberSequence(Atlas):
    notebook = "04"


class TestCharLevel(Atlas):
    notebook = "05"


class TestTruncatedBPTT(Atlas):
    notebook = "06"


def test_every_exercise_is_tried():
    tried = {cls.notebook for cls in Atlas.__subclasses__()}
    assert {exercise.notebook[:2] for exercise in EXERCISES.values()} == tried
    assert all(exercise.family for exercise in EXERCISES.values())


ORDERS = {"rnn_cell_backward": "dWx, dWh, db, dh_prev", "rnn_backward": "dWx, dWh, db, dh0",
          "readout_backward": "dWy, dc, dh",
          "squared_error": "loss, dy", "rnn_cell_forward": "h_t, cache"}


@pytest.mark.parametrize("name, order", [
    ("rnn_cell_backward", "dh_prev, dWx, dWh, db"), ("rnn_backward", "dWx, dWh, dh0, db"),
    ("readout_backward", "dh, dWy, dc"),
    ("squared_error", "dy, loss"), ("rnn_cell_forward", "cache, h_t")])
def test_values_in_another_order_are_told_which(name, order):
    exercise = EXERCISES[name]
    places = [ORDERS[name].split(", ").index(part) for part in order.split(", ")]

    def reordered(*args):
        values = exercise.reference(*args)
        return tuple(values[place] for place in places)

    yardstick = Yardstick(exercise, exercise.inputs(7))
    found = judge(yardstick, observe(exercise, reordered, yardstick.inputs, guarded=False))
    assert found.mistakes == [f"order-{order.replace(', ', '-')}"] and f": {order}" in found.advice[0]
