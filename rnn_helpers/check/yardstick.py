"""What is right on one fixture."""

import fnmatch
from functools import cached_property

import numpy as np

from rnn_helpers.check.compare import close
from rnn_helpers.check.exercise import ELSEWHERE
from rnn_helpers.check.observe import observe


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


class Yardstick:
    """What is right on one fixture; made once, used for any number of judgements. slips : the most that are looked for
    at once when a mistake is named; reference : another function than the course's, which gives what is expected"""

    slips = 3

    def __init__(self, exercise, inputs, reference=None):
        self.exercise, self.inputs, self.programs = exercise, inputs, {}  # what programs of its family gave
        self.tolerance = {case.name: case.tolerance for case in exercise.cases}
        always = {case.name: case.always(inputs) for case in exercise.cases if case.always}
        shown = observe(exercise, reference or exercise.reference, inputs, guarded=False, skip=always)
        self.expected = {f"{case.name}/{name}": np.asarray(value) for case in exercise.cases for name, value in
                         always.get(case.name, reading(case, inputs, shown.cases[case.name])).items()}

    @cached_property
    def keys(self):
        """Facet title -> the observations that it names, on both fixtures."""
        return {facet.title: [key for pattern in facet.keys for key in keys_of(pattern, self.expected)]
                for facet in self.exercise.facets}

    @cached_property
    def telling(self):
        """The observations of one call each."""
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

