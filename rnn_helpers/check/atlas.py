"""Which slips in an exercise's family of programs explain what was observed."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from rnn_helpers.check.advice import Advice, listed
from rnn_helpers.check.diagnosis import diagnose, recorded
from rnn_helpers.check.family import Variant, numbers
from rnn_helpers.check.observe import run_case
from rnn_helpers.check.whole import of_whole_programs
from rnn_helpers.check.yardstick import reading


def name_mistakes(evidence):
    """The mistakes that explain what is wrong, and the wrong keys that they leave unexplained."""
    named, left = (of_a_family if evidence.exercise.family.outputs else of_whole_programs)(evidence)
    return (named, left) if named or not (found := partly_zero(evidence)) else (found, [])


def of_a_family(evidence):
    """The fewest slips in the exercise's family of programs that reproduce the learner's observations, on both
    fixtures."""
    exercise, inputs = evidence.exercise, evidence.inputs
    harm = [overwritten(name) for name in sorted({name.partition("[")[0] for result in evidence.observed.cases.values()
                                                  for name in result.damaged})]
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
                           agree=evidence.yardstick.agree, slips=evidence.yardstick.slips,
                           kept=evidence.yardstick.programs,
                           properties=evidence.yardstick.properties,
                           raised={name for name, result in evidence.observed.cases.items() if result.problem})
    variants, left = diagnose(exercise.family, exercise.cases, inputs, exercise.reference, seen,
                              show) if evidence.wrong else ([], [])
    evidence.program = getattr(seen, "program", None)
    if not variants and later and all(case.repeats for case in exercise.cases if case.name in later):
        return [KEPT], []
    return [*variants, *(harm if variants or not evidence.wrong else ())], left


def overwritten(name):
    return Variant(None, f"{name}-overwritten", f"{name} is overwritten", "The caller still needs it; a second call "
                   "would give something else. `+=`, `*=` and `[...] =` write into what was given: make a new one, as "
                   "with `a = a + b`.", f"{name} belongs to the caller")


KEPT = Variant(None, "a-later-call", "A first call is right, a later one is not",
               "Is something kept from the call before: an attribute, a global, a default argument, an array that is "
               "filled again?", "the same arguments give the same result")


DIFFERENT = Variant(None, "not-the-same-twice", "", "All that a call needs is in its arguments.",
                    "the same arguments give the same result")


def several_calls(case, evidence):
    """Whether a case calls the function more than once: its numbers mix what a mistake does at each."""
    return len(recorded(case, evidence.inputs, evidence.exercise.reference)) > 1


PARTLY = Variant(None, "zeros-among-right-numbers", "Some numbers of {o} are right, the others{where} are 0",
                 "Is every place visited, and written? What is there is right.")


def partly_zero(evidence):
    """PARTLY where it says all there is to say: of every wrong value."""
    names = dict.fromkeys(key.split("/")[1] for key in evidence.wrong if key not in evidence.yardstick.properties)
    there, columns = 0, set()
    for key in evidence.wrong:
        got, right = evidence.got.get(key), evidence.expected[key]
        if key in evidence.yardstick.properties:
            continue
        if not (numbers(got) and numbers(right) and got.shape == right.shape and right.ndim):
            return []
        off = ~np.isclose(got, right, rtol=1e-5, atol=1e-9)
        if np.any(got[off]) or not np.any(right[~off]):
            return []
        there += int((~off).sum())
        empty = off.any(axis=0)
        columns.add(tuple(np.flatnonzero(empty).tolist()) if right.ndim == 2 and not np.any(got[:, empty]) else ())
    places = columns.pop() if len(columns) == 1 else ()
    where = f", in column{'s' * (len(places) > 1)} {listed(list(map(str, places)))}," if places else ""
    return [replace(PARTLY, title=PARTLY.title.format(o=listed(list(names)), where=where))] if there > 2 else []


def on_a_line(evidence):
    """Advice where the one wrong value is a number and, in all of three cases or more, a + b times the right one or one
    and the same; or []."""
    properties = evidence.yardstick.properties
    names = {key.split("/")[1] for key in evidence.wrong if key not in properties}
    keys = [key for key in evidence.expected if key.split("/")[1] in names and key not in properties]
    pairs = [(evidence.got.get(key), evidence.expected[key]) for key in keys]
    if len(names) != 1 or not all(numbers(np.asarray(value)) and np.size(value) == 1
                                  for pair in pairs for value in pair):
        return []
    got, right = np.array([[float(np.ravel(value)[0]) for value in pair] for pair in pairs]).T
    if len({float(f"{number:.6g}") for number in right}) < 3 or not np.isfinite(got).all():
        return []
    (name,) = names
    if not np.ptp(got):
        return [Advice(f"{name} is {got[0]:.4g} in every case tried.", "mistake")]
    b, a = np.polyfit(right, got, 1)
    if abs(b) < 1e-6 or not np.allclose(a + b * right, got, rtol=1e-7, atol=0):
        return []
    sign = "-" if b < 0 else "+"
    return [Advice(f"{name} is {a:.4g} {sign} {abs(b):.4g} times what is expected, in "
                   "every case tried. Return it as it is: nothing is to be added to it, and nothing mixed in, as for a "
                   "smoothed loss.", "mistake")]
