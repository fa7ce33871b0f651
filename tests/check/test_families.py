"""The families of programs test themselves: each slip is named, pairs are, and what is right is never given a name."""

import random
import re

import pytest

from rnn_helpers.check import EXERCISES
from rnn_helpers.check.family import Fit, told
from rnn_helpers.check.judge import judge
from rnn_helpers.check.observe import observe
from tests.check.trying import SLOW, called, each_of, slips, yardstick

FAMILIES = [name for name, exercise in EXERCISES.items() if exercise.family]


def judged(name, fit, seed):
    """What the check says to a fit's program; the names it was given."""
    exercise, measure = EXERCISES[name], yardstick(name, seed)
    return judge(measure, observe(exercise, exercise.family.program(fit), measure.inputs, guarded=False))


@pytest.mark.parametrize("name", FAMILIES)
def test_the_program_without_a_slip_is_right(name):
    for seed in range(5):
        assert judged(name, Fit(), seed).status == "right"


@pytest.mark.parametrize("fifth", [0, *(pytest.param(rest, marks=pytest.mark.slow) for rest in range(1, 5))])
@each_of(FAMILIES)
def test_each_slip_is_named(name, fifth):
    """By its own name, or by one that another fixture gives too. Of the made ones, some are tried."""
    other = {}
    usual = [fit for fit in slips(name) if not fit.slips[0].variant.alone]
    rare = [fit for fit in slips(name) if fit.slips[0].variant.alone]
    tried = list(enumerate([*usual, *random.Random(1).sample(rare, min(30, len(rare)))]))
    for number, fit in tried[fifth::5]:
        found, wanted, made = judged(name, fit, number % 5), called(name, fit), number >= len(usual)
        if made and (found.points == found.maximum or found.advice[0].kind in ("happened", "unfinished")):
            continue  # a softmax of what is one already; what cannot be run; zeros
        if found.mistakes != wanted and (len(found.mistakes) != 1 or not any(
                found.mistakes == judged(name, fit, number % 5 + more).mistakes for more in (5, 10, 15))):
            other[wanted[0]] = found.mistakes
        assert found.points < found.maximum, wanted
    assert not other


@pytest.mark.slow
@each_of(FAMILIES)
def test_two_slips_are_explained_by_no_more_than_two(name):
    """Pairs drawn at random: nearly all are called by their names, or, where one hides the other or others do the same,
    by as few. One in twelve may be too far to seek."""
    usual = [fit for fit in slips(name) if not fit.slips[0].variant.alone]
    rng, tried, unnamed = random.Random(5), 0, []
    wanted = 12 if name in SLOW else 36
    while tried < wanted:
        one, two = (fit.slips[0] for fit in rng.sample(usual, 2))
        if (one.output, one.slot) == (two.output, two.slot):
            continue
        tried += 1
        fit = Fit((one, two))
        found = judged(name, fit, tried % 3)
        if not found.mistakes and not all(reason == "no result" for reason in found.advice):
            unnamed.append(called(name, fit))
        most = sum(1 + slip.count("+") for slip in called(name, fit))  # some of the pairs are of two already
        assert len(found.mistakes) <= most, (called(name, fit), found.mistakes)
    assert len(unnamed) <= wanted // 12, unnamed


@pytest.mark.parametrize("name", FAMILIES)
def test_texts_are_whole(name):
    family = EXERCISES[name].family
    for fit in slips(name):
        for variant in told(family, fit):
            assert variant.name and variant.title and variant.why.endswith((".", "?")) and variant.line, fit
            assert len(variant.why) <= 240
            assert not re.search(r"\{(o|is|has|limit)\}", variant.title + variant.why + variant.name)
