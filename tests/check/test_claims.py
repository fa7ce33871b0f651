"""What a grader is sent by a process that it does not trust earns only what follows from the fixture."""

import functools
import itertools
import re

import numpy as np
import pytest

from rnn_helpers.check import EXERCISES
from rnn_helpers.check.judge import judge
from rnn_helpers.check.observe import CaseResult, Observed, observe
from rnn_helpers.check.yardstick import Yardstick, keys_of
from tests.check.trying import earned, scores, wrong_ways

SEED, OTHERS = 0, range(1, 9)


@functools.cache
def yardstick(name):
    return Yardstick(EXERCISES[name], EXERCISES[name].inputs(SEED))


def for_nothing(exercise):
    """Points of what an answer has whose numbers are wrong."""
    return sum(facet.points for facet in exercise.facets if facet.kind in ("shape", "form"))


@pytest.mark.parametrize("others", [OTHERS[:1], pytest.param(OTHERS[1:], marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", EXERCISES)
def test_right_answers_to_another_fixture_earn_the_form_only(name, others):
    exercise = EXERCISES[name]
    for seed in others:
        elsewhere = observe(exercise, exercise.reference, exercise.inputs(seed), guarded=False)
        assert earned(yardstick(name), elsewhere) <= for_nothing(exercise), seed


@pytest.mark.parametrize("name", [name for name, exercise in EXERCISES.items()
                                  if any(case.read for case in exercise.cases)])
def test_a_verdict_cannot_be_claimed(name):
    """What the judge works out by itself is sent in its place, in words and numbers as they would be right."""
    exercise, expected = EXERCISES[name], yardstick(name).expected
    right = observe(exercise, exercise.reference, yardstick(name).inputs, guarded=False).cases
    cases = {case.name: CaseResult() for case in exercise.cases}
    for key, value in expected.items():
        case, value_name = key.split("/")
        if exercise_case(exercise, key).read and value_name not in right[case].values:
            cases[case].values[value_name] = value
    got = earned(yardstick(name), Observed(cases))
    read = [facet for facet in exercise.facets
            if all(exercise_case(exercise, key).read for key in keys_of(facet.keys[0], expected))]
    assert got <= for_nothing(exercise) and got <= exercise.points - sum(facet.points for facet in read), got


def exercise_case(exercise, key):
    return next(case for case in exercise.cases if case.name == key.split("/")[0])


JUNK = (np.array("x"), np.zeros(0), np.full((2, 3, 4, 5), np.nan), np.array(["a"]), np.array(2**63, np.uint64),
        "no array")


@pytest.mark.parametrize("named", [JUNK[2:3], pytest.param(JUNK[:2] + JUNK[3:], marks=pytest.mark.slow)],
                         ids=("few", "all"))
@pytest.mark.parametrize("name", EXERCISES)
def test_junk_is_judged_without_an_error(name, named):
    exercise = EXERCISES[name]
    right = observe(exercise, exercise.reference, yardstick(name).inputs, guarded=False)
    for junk in JUNK:
        cases = {case: CaseResult(dict.fromkeys(result.values, junk)) for case, result in right.cases.items()}
        observed = Observed(cases, cases[exercise.cases[0].name])
        assert earned(yardstick(name), observed) == 0, junk
        if any(junk is one for one in named):
            assert judge(yardstick(name), observed).points == 0, junk


@pytest.mark.parametrize("name", EXERCISES)
def test_a_function_that_fails_is_given_its_error_and_no_mistake(name):
    def fails(*args, **kwargs):
        raise ValueError("of its own kind")

    found = judge(yardstick(name), observe(EXERCISES[name], fails, yardstick(name).inputs))
    assert found.points == 0 and found.mistakes == [] and "of its own kind" in found.advice[0]


@pytest.mark.slow
def test_hidden_judgements_tell_no_number_of_the_fixture():
    for name, exercise in EXERCISES.items():
        for _, _, wrong in itertools.islice(wrong_ways(name), 4):
            observed = observe(exercise, wrong, yardstick(name).inputs, guarded=False)
            hidden, told = (scores(yardstick(name), observed, flag) for flag in (True, False))
            assert [bool(v.reason) for v in hidden] == [bool(v.reason) for v in told]
            texts = " ".join(re.sub(r"\([^()]*\)", "", v.reason)
                             for v, facet in zip(hidden, exercise.facets, strict=True)
                             if facet.kind == "value")
            assert not re.search(r"\d\.\d|expected (?! |,|text|numbers)", texts), (name, texts)
