"""From an exercise's cases to the slips that explain a learner's observations, on every case and fixture."""

import contextlib
import copy
import warnings
from dataclasses import replace

import numpy as np

from rnn_helpers.check.family import numbers, told
from rnn_helpers.check.search import BRIEFLY, EFFORT, FARTHER, Search, Trial

ELSEWHERE = ", other sizes"  # behind the names of cases on the second fixture
RETURNED = "returned"  # an observation: in words, which values there were, in which order


def recorded(case, inputs, reference):
    """The arguments of a case's calls of its function, copied before the call, as the reference is called."""
    calls = []

    def recorder(*arguments, **named):
        calls.append((copy.deepcopy(arguments), dict(named)))
        return reference(*arguments, **named)

    case.run(recorder, inputs.copy())
    return calls


@contextlib.contextmanager
def quiet():
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def wrong_numbers(evidence):
    """The keys where nan or inf stands for finite numbers."""
    return [key for key in evidence.wrong if numbers(got := evidence.got.get(key)) and not np.isfinite(got).all()
            and numbers(expected := evidence.expected[key]) and np.isfinite(expected).all()]


def diagnose(family, cases, inputs, reference, evidence, show):
    """The slips that explain a learner's observations.

    Parameters
    ----------
    family : Family; cases, inputs, reference : of the exercise
    evidence : has expected and got ("case/name" -> value), wrong (keys), properties (keys told in words that follow
        from other values), raised (names of cases without a result), agree (key, value, value), slips (at most), kept
        (a dict for what is the same for every learner)
    show : (case, program) -> (values by key, whether it raised)

    Returns
    -------
    variants : list, [] when nothing explains it; evidence.program has them
    open : the wrong keys that they do not explain
    """
    trials = []
    wrong_cases = {key.split("/")[0] for key in evidence.wrong}
    with quiet():
        for case in cases:
            values = {name: evidence.got.get(f"{case.name}/{name}") for name in family.outputs
                      if f"{case.name}/{name}" in evidence.expected}
            if case.name in evidence.raised or case.tolerance > 1e-5 or not any(map(numbers, values.values())):
                continue
            calls, flows = evidence.kept.setdefault((case.name, id(family)), ([], {}))
            calls += [] if calls else recorded(case, inputs, reference)
            if len(calls) == 1:
                trials.append((case.name, Trial(*calls[0], values, flows)))
        no_numbers = {key.split("/")[0] for key in wrong_numbers(evidence)}
        wrong = [pair for pair in trials if pair[0] in wrong_cases - no_numbers] or [
            pair for pair in trials if pair[0] in wrong_cases] or trials  # where only words are wrong
        if not wrong or wrong_cases <= evidence.raised:
            return [], evidence.wrong
        main, trial = max(wrong, key=lambda pair: (  # where most shows
            sum(f"{pair[0]}/{name}" in evidence.wrong for name in family.outputs), pair[1].size))
        chosen = [min(trials, key=lambda pair: pair[1].size)[1], trial]
        missing = {name for name, value in trial.observed.items() if value is None}
        words = evidence.got.get(f"{main}/{RETURNED}")
        order = tuple(str(words).split(", ")) if words is not None and not missing else ()
        asked = tuple(str(evidence.expected.get(f"{main}/{RETURNED}", "")).split(", "))
        order = order if sorted(order) == sorted(asked) and order != asked else ()
        ordered = sorted(cases, key=lambda case: case.name not in wrong_cases)
        words = evidence.properties & set(evidence.wrong)
        rounds = [(set(), set()), *([(evidence.raised, set())] if evidence.raised else []),
                  *([(evidence.raised, evidence.properties)] if words else []),
                  *([(evidence.raised | no_numbers, evidence.properties)] if no_numbers else [])]
        whole = Search(family, chosen, order)
        small, least = min(trials, key=lambda pair: pair[1].size)
        if small != main and any(least.observed[name] is not None and np.ndim(least.observed[name]) < np.ndim(value)
                                 for name, value in trial.observed.items() if value is not None):
            rounds.append((evidence.raised | {case.name for case in cases if case.name.startswith(
                small.replace(ELSEWHERE, ""))}, evidence.properties))  # where nothing is added up it may be a number
        alone = Search(family, [trial], order) if any(small in skipped for skipped, _ in rounds) else None
        plan = [(rounds[0], EFFORT), *((less, BRIEFLY) for less in rounds[1:]), (rounds[0], FARTHER),
                *((less, {(2, 0): 3000}) for less in rounds[1:])]
        for (skipped, ignored), effort in plan:
            effort = {(level, spare): most for (level, spare), most in effort.items() if level <= evidence.slips}

            def confirm(program, open_, skipped=skipped, ignored=ignored):
                for case in ordered:
                    if case.name in skipped:
                        continue
                    shown, raised = show(case, program)
                    if raised != (case.name in evidence.raised):
                        return False
                    keys = [key for key in evidence.expected if key.split("/")[0] == case.name and key not in ignored
                            and key.split("/")[1] not in (*open_, *missing, RETURNED if missing else "")]
                    if not raised and not all(evidence.agree(k, evidence.got.get(k), shown.get(k)) for k in keys):
                        return False
                return True

            if ignored >= set(evidence.wrong):
                continue
            search = alone if small in skipped else whole
            if fit := search.run(confirm, effort):
                if evidence.raised and all(slip.variant.alone for slip in fit.slips):
                    return [], evidence.wrong  # the line that raised says more than a rare name
                rest = [key for key in evidence.wrong if key.split("/")[1] in (*fit.open, *missing) or key in ignored
                        or key.split("/")[0] in skipped]
                evidence.program = family.program(fit)
                return with_others(family, fit, search.others(fit)), rest
    return diagnose(family.also, cases, inputs, reference, evidence, show) if family.also else ([], evidence.wrong)


def with_others(family, fit, others):
    """The fit's variants; one of them says which other mistake gives the same numbers."""
    found = told(family, fit)
    for other in others:
        theirs = [variant for variant in told(family, other) if variant.name not in {v.name for v in found}]
        places = [n for n, variant in enumerate(found) if variant.name not in {v.name for v in told(family, other)}]
        if len(theirs) == len(places) == 1 and theirs[0].title != found[places[0]].title:
            mine = found[places[0]]
            found[places[0]] = replace(mine, why=f"{mine.why} This would give the same numbers: {theirs[0].title}.")
            break
    return found
