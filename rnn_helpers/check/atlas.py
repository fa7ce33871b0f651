"""Which mistakes of an exercise's list, or slips in its family of programs, explain what was observed."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from rnn_helpers.check.advice import listed
from rnn_helpers.check.exercise import Mistake
from rnn_helpers.check.observe import run_case
from rnn_helpers.check.search import diagnose, numbers, recorded
from rnn_helpers.check.yardstick import problem_texts, reading


def name_mistakes(evidence):
    """The mistakes that explain what is wrong, and the wrong keys that they leave unexplained."""
    named, left = of_a_family(evidence) if evidence.exercise.family else of_a_list(evidence)
    return (named, left) if named or not (found := partly_zero(evidence)) else (found, [])


def of_a_family(evidence):
    """The fewest slips in the exercise's family of programs that reproduce the learner's observations, on both
    fixtures."""
    exercise, inputs = evidence.exercise, evidence.inputs
    damaged = {name for result in evidence.observed.cases.values() for name in result.damaged}
    harm = sorted({start for start in exercise.family.harm for name in damaged if name.startswith(start)})
    harm = [as_mistake(exercise.family.harm[start]) for start in harm]
    later = evidence.wrong and {key.split("/")[0] for key in evidence.wrong}
    if later and harm and all(several_calls(case, evidence) for case in exercise.cases if case.name in later):
        return harm, []
    if kept := evidence.kept():  # no program here is like that
        if evidence.observed.again.problem:
            return [], evidence.wrong
        first = [key for key in evidence.wrong if key.split("/")[0] == exercise.cases[0].name]
        return [replace(DIFFERENT, title=kept[0].upper() + kept[1:])], first

    def show(case, program):
        result = run_case(case, program, inputs, exercise.asks)
        return {f"{case.name}/{name}": value for name,
                value in reading(case, inputs, result).items()}, bool(result.problem)

    seen = SimpleNamespace(got=evidence.got, expected=evidence.expected, wrong=evidence.wrong,
                           agree=evidence.yardstick.agree,
                           properties=evidence.yardstick.properties,
                           raised={name for name, result in evidence.observed.cases.items() if result.problem})
    variants, left = diagnose(exercise.family, exercise.cases, inputs, exercise.reference, seen,
                              show) if evidence.wrong else ([], [])
    named = list(map(as_mistake, variants))
    if not named and later and all(case.repeats for case in exercise.cases if case.name in later):
        return [KEPT], []
    return [*named, *(harm if named or not evidence.wrong else ())], left


def as_mistake(variant):
    return Mistake(variant.name, variant.title, variant.why, variant.line, None)


KEPT = Mistake("a-later-call", "A first call is right, a later one is not",
               "Is something kept from the call before: an attribute, a global, a default argument, an array that is "
               "filled again?", "the same arguments give the same result", None)


DIFFERENT = Mistake("not-the-same-twice", "", "All that a call needs is in its arguments.",
                    "the same arguments give the same result", None)


def several_calls(case, evidence):
    """Whether a case calls the function more than once: its numbers mix what a mistake does at each."""
    return len(recorded(case, evidence.inputs, evidence.exercise.reference)) > 1


PARTLY = Mistake("zeros-among-right-numbers", "Some numbers of {o} are right, the others are 0",
                 "Is every place visited, and written? Then the rest is right.", "", None)


def partly_zero(evidence):
    """PARTLY where it says all there is to say: of every wrong value."""
    names = dict.fromkeys(key.split("/")[1] for key in evidence.wrong if key not in evidence.yardstick.properties)
    for key in evidence.wrong:
        got, right = evidence.got.get(key), evidence.expected[key]
        if key in evidence.yardstick.properties:
            continue
        if not (numbers(got) and numbers(right) and got.shape == right.shape and right.ndim):
            return []
        off = ~np.isclose(got, right, rtol=1e-5, atol=1e-9)
        if np.any(got[off]) or off.all() or right.size - off.sum() < 2:
            return []
    return [replace(PARTLY, title=PARTLY.title.replace("{o}", listed(list(names))))] if names else []


def of_a_list(evidence, most=3):
    """The mistakes of the list that explain what is wrong, on both fixtures, and the wrong keys that they leave.

    Every sign of theirs is there, as they show it. One that explains more comes first. Where much is left over, they
    are not what went wrong: nothing is named.
    """
    problems = problem_texts(evidence.observed)
    damaged = {case: result.damaged for case, result in evidence.observed.cases.items() if result.damaged}
    fitting, wrong, named = {}, [key for key in evidence.wrong if key in evidence.yardstick.telling], []
    for shown in evidence.yardstick.symptoms(evidence):
        if shown.signs:
            if all(evidence.agrees(key,
                                   shown.values) for key in shown.signs) and shown.problems.items() <= problems.items():
                fitting[shown.mistake.name] = shown
        elif not wrong and shown.damaged and shown.damaged == damaged:
            return [shown.mistake], []
    properties = evidence.yardstick.properties
    explained = {key for shown in fitting.values() for key in shown.signs}
    if any(key not in explained and key not in properties for key in wrong):  # no name by properties meanwhile
        fitting = {name: shown for name, shown in fitting.items() if not properties.issuperset(shown.signs)}
    while wrong and len(named) < most and fitting:
        best = max(fitting.values(), key=lambda shown: len(set(shown.signs) & set(wrong)))
        if not set(best.signs) & set(wrong):
            break
        named.append(best.mistake)
        wrong = [key for key in wrong if key not in best.signs]
        del fitting[best.mistake.name]
    told = [key for key in evidence.wrong if key in evidence.yardstick.telling]
    return (named, wrong) if 3 * len(wrong) <= len(told) else ([], evidence.wrong)
