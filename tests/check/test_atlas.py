"""Every mistake is caught and called by its own name; the right answer earns everything; over many fixtures."""

import collections

import pytest

from rnn_helpers.check import EXERCISES
from rnn_helpers.check.guard import observe
from rnn_helpers.check.judge import Yardstick, judge

SEEDS = range(50)
BIG = {"rnn_cell_forward", "rnn_forward", "rnn_cell_backward", "rnn_backward", "softmax_cross_entropy", "rnn_backward_truncated"}


@pytest.mark.parametrize("name", EXERCISES)
def test_each_mistake_is_named(name):
    exercise, confused = EXERCISES[name], collections.Counter()
    for seed in SEEDS:
        yardstick = Yardstick(exercise, exercise.inputs(seed))
        for mistake in exercise.mistakes:
            verdict = judge(yardstick, observe(exercise, mistake.wrong, yardstick.inputs, guarded=False))
            if verdict.mistakes != [mistake.name] or verdict.points >= exercise.points:
                confused[mistake.name, tuple(verdict.mistakes)] += 1
    assert not confused


@pytest.mark.parametrize("name", EXERCISES)
def test_reference_earns_everything(name):
    exercise = EXERCISES[name]
    for seed in SEEDS:
        inputs = exercise.inputs(seed)
        verdict = judge(Yardstick(exercise, inputs), observe(exercise, exercise.reference, inputs, guarded=False))
        assert verdict.status == "right" and verdict.points == exercise.points, verdict


@pytest.mark.parametrize("name", EXERCISES)
def test_borrowing_earns_nothing(name):
    exercise = EXERCISES[name]
    inputs = exercise.inputs(0)
    for borrow in (exercise.reference, lambda *args, **kwargs: exercise.reference(*args, **kwargs)):
        verdict = judge(Yardstick(exercise, inputs), observe(exercise, borrow, inputs))
        assert verdict.status == "borrowed" and verdict.points == 0


def test_the_atlas_is_large_enough():
    sizes = {name: len(exercise.mistakes) for name, exercise in EXERCISES.items()}
    assert all(size >= (8 if name in BIG else 4) for name, size in sizes.items()), sizes
    assert sum(sizes.values()) >= 80


@pytest.mark.parametrize("name", EXERCISES)
def test_mistakes_are_explained(name):
    names = [mistake.name for mistake in EXERCISES[name].mistakes]
    assert len(set(names)) == len(names)
    for mistake in EXERCISES[name].mistakes:
        assert mistake.title and mistake.why.endswith(".") and len(mistake.why) <= 240 and mistake.line
