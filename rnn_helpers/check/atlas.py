"""Which mistakes of an exercise's list, or slips in its family of programs, explain what was observed."""

from types import SimpleNamespace

from rnn_helpers.check.exercise import Mistake
from rnn_helpers.check.observe import run_case
from rnn_helpers.check.search import diagnose
from rnn_helpers.check.yardstick import problem_texts, reading


def name_mistakes(evidence):
    """The mistakes that explain what is wrong, and the wrong keys that they leave unexplained."""
    return of_a_family(evidence) if evidence.exercise.family else of_a_list(evidence)


def of_a_family(evidence):
    """The fewest slips in the exercise's family of programs that reproduce the learner's observations, on both "
    "fixtures."""
    exercise, inputs = evidence.exercise, evidence.inputs
    if evidence.kept():  # not the same twice: no program here is like that
        return [], evidence.wrong

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
    if variants or not evidence.wrong:
        damaged = {name for result in evidence.observed.cases.values() for name in result.damaged}
        harm = {next((start for start in exercise.family.harm if name.startswith(start)), None) for name in damaged}
        variants = [*variants, *(exercise.family.harm[start] for start in sorted(harm - {None}))]
    return [Mistake(variant.name, variant.title, variant.why, variant.line, None) for variant in variants], left


def of_a_list(evidence, most=3):
    """The mistakes of the list that explain what is wrong, on both fixtures, and the wrong keys that they leave.

    Every sign of theirs is there, as they show it. One that explains more comes first. Where much is left over, they
    are not what went wrong: nothing is named.
    """
    problems = problem_texts(evidence.observed)
    damaged = {case: result.damaged for case, result in evidence.observed.cases.items() if result.damaged}
    fitting, wrong, named = {}, [key for key in evidence.wrong if key in evidence.yardstick.telling], []
    for shown in evidence.yardstick.symptoms:
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
