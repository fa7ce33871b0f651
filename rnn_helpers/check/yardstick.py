"""What is right on one fixture, and what each known mistake shows there."""

import fnmatch
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnn_helpers.check.compare import close
from rnn_helpers.check.exercise import ELSEWHERE, Mistake
from rnn_helpers.check.observe import Observed, observe


def keys_of(pattern, expected):
    """The observations "case/name" that a pattern names, on both fixtures, in the order of the cases."""
    return [key for key in expected if fnmatch.fnmatchcase(key.replace(ELSEWHERE, ""), pattern)]


def reading(case, inputs, result):
    """What is judged of a case: name -> an array, or a str that says why there is none."""
    if case.read is None or not result.values:
        return result.values
    try:
        return {name: value if isinstance(value, str) else np.asarray(value)
                for name, value in case.read(inputs, result.values).items()}
    except Exception:  # values unlike those that `run` gives; only the reasons among them are fit to be shown
        return {name: value for name, value in result.values.items() if isinstance(value, str)}


def flatten(exercise, inputs, observed):
    """What is judged, by "case/name"."""
    return {f"{case.name}/{name}": value for case in exercise.cases
            for name, value in reading(case, inputs, observed.cases[case.name]).items()}


@dataclass
class Symptoms:
    """What a mistake shows on a fixture: all of it, what it gets wrong, the values, its problems and damage."""

    mistake: Mistake
    observed: Observed
    signs: list
    values: dict
    problems: dict
    damaged: dict


class Yardstick:
    """What is right on one fixture, and what each mistake of the atlas shows there; made once, used for any number
    of judgements."""

    def __init__(self, exercise, inputs):
        self.exercise, self.inputs = exercise, inputs
        self.tolerance = {case.name: case.tolerance for case in exercise.cases}
        self.known = {}  # mistake -> its Symptoms
        always = {case.name: case.always(inputs) for case in exercise.cases if case.always}
        shown = observe(exercise, exercise.reference, inputs, guarded=False, skip=always)
        self.expected = {f"{case.name}/{name}": np.asarray(value) for case in exercise.cases for name, value in
                         always.get(case.name, reading(case, inputs, shown.cases[case.name])).items()}

    def symptoms(self, evidence=None):
        """What each mistake shows; without those that show, in some case, a sign that the evidence does not hold."""
        return [shown for mistake in self.exercise.mistakes if (shown := self._symptoms(mistake, evidence))]

    def _symptoms(self, mistake, evidence):
        if mistake.name in self.known:
            return self.known[mistake.name]

        def other(case, result):
            values = {f"{case.name}/{name}": value for name, value in reading(case, self.inputs, result).items()}
            return any(not self.agree(key, values.get(key), self.expected[key]) and not evidence.agrees(key, values)
                       for key in self.telling if key.split("/")[0] == case.name)

        shown = observe(self.exercise, mistake.wrong, self.inputs, guarded=False, until=evidence and other)
        if shown is None:
            return None
        values = flatten(self.exercise, self.inputs, shown)
        signs = [key for key in self.telling if not self.agree(key, values.get(key), self.expected[key])]
        self.known[mistake.name] = Symptoms(mistake, shown, signs, values, problem_texts(shown),
                                            {c: r.damaged for c, r in shown.cases.items() if r.damaged})
        return self.known[mistake.name]

    @cached_property
    def keys(self):
        """Facet title -> the observations that it names, on both fixtures."""
        return {facet.title: [key for pattern in facet.keys for key in keys_of(pattern, self.expected)]
                for facet in self.exercise.facets}

    @cached_property
    def telling(self):
        """The observations with which a list of mistakes is compared."""
        repeated = {case.name for case in self.exercise.cases if case.repeats}
        return [key for key in self.expected if key.split("/")[0] not in repeated]

    @cached_property
    def properties(self):
        """The observations of which only a property is judged: they follow from other values, right or wrong."""
        kinds = {}
        for facet in self.exercise.facets:
            for pattern in facet.keys if facet.kind != "unharmed" else ():
                for key in keys_of(pattern, self.expected):
                    kinds.setdefault(key, set()).add(facet.kind)
        return {key for key, found in kinds.items() if found == {"property"}}

    def agree(self, key, got, value):
        """Whether two observations of one key are the same, shape included; None is the same as None only."""
        if got is None or value is None:
            return got is None and value is None
        return close(got, value, self.tolerance[key.split("/")[0]]) \
            and (isinstance(got, str) or got.shape == value.shape)


def problem_texts(observed):
    """Case -> what went wrong there."""
    return {case: result.problem.text for case, result in observed.cases.items() if result.problem}
