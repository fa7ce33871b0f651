"""Diagnosis of functions whose behaviour is compared as a whole: those that draw, move an argument, or make text.

Programs with slots as in `search`, run on the exercise's own cases: the cheapest one that shows all that the learner's
function showed. Where none does: single slips of each of which every sign is there.
"""

import itertools
from functools import cached_property

import numpy as np

from rnn_helpers.check.compare import close
from rnn_helpers.check.observe import process_unchanged, run_case
from rnn_helpers.check.search import Fit, Slip, together, told
from rnn_helpers.check.yardstick import reading

EFFORT = {1: 9000, 2: 9000, 3: 1500}  # for slips at once: a probe costs 1, a case the family's weight
MOST = 3  # slips that are told together
LONG = 40  # values of a case that is left for the end


def near(got, expected, tolerance):
    """Whether two observations agree; numbers of the size of rounding errors are 0."""
    if close(got, expected, tolerance):
        return True
    numbers = all(getattr(value, "dtype", np.dtype(str)).kind in "biuf" for value in (got, expected))
    return numbers and got.shape == expected.shape and bool(np.all(np.abs(got - expected) < 1e-13))


class Whole:
    """One learner's observations against the programs of one family, run case by case."""

    def __init__(self, evidence):
        self.evidence, self.exercise, self.inputs = evidence, evidence.exercise, evidence.inputs
        self.family, self.left = evidence.exercise.family, 0
        wrong = {key.split("/")[0] for key in evidence.wrong}
        self.cases = sorted((case for case in self.exercise.cases if not case.repeats), key=lambda case: (
            sum(map(np.size, evidence.observed.cases[case.name].values.values())) > LONG, case.name not in wrong))
        slots = self.family.slots
        self.rights = {name: [Slip("", name, variant) for variant in variants if not variant.name]
                       for name, variants in slots.items()}
        self.one_base = all(len(found) == 1 for found in self.rights.values())
        self.ranks = {Slip("", name, variant): rank for name, variants in slots.items()
                      for rank, variant in enumerate(variants)}
        self.changed = {}  # (slip, case) -> whether it changes what the case shows

    def fits(self, slips):
        """The programs with these slips, one for each choice of right ways elsewhere."""
        taken = {slip.slot for slip in slips}
        for base in itertools.product(*(found for name, found in self.rights.items() if name not in taken)):
            yield Fit((*slips, *(slip for slip in base if self.ranks[slip])))

    def run(self, fit, case):
        self.left -= self.family.weight
        return run_case(case, self.family.program(fit), self.inputs, self.exercise.asks)

    @cached_property
    def right(self):
        """What the program without a slip shows in each case."""
        return {case.name: self.run(Fit(), case) for case in self.cases}

    def agree(self, case, result, other):
        """Whether two results of a case are the same: its values as they are, or as they are judged."""
        texts = [found.problem and found.problem.text for found in (result, other)]
        if self.raw:
            a, b = result.values, other.values
        else:
            a, b = (reading(case, self.inputs, found) for found in (result, other))
        return texts[0] == texts[1] and result.damaged == other.damaged and a.keys() == b.keys() and all(
            near(a[name], b[name], case.tolerance) and getattr(a[name], "shape", 0) == getattr(b[name], "shape", 0)
            for name in a)

    def cannot(self, slips, case):
        """Whether what is known of the slips alone excludes that together they show what was observed in a case."""
        known = [self.changed.get((slip, case.name)) for slip in slips]
        if None in known or not self.one_base:
            return False
        right = self.agree(case, self.evidence.observed.cases[case.name], self.right[case.name])
        return any(known) if right else not any(known)

    def shows(self, slips, fit):
        """Whether a program shows all that was observed."""
        if self.family.probe and self.raw:
            self.left -= 1
            given, value = self.family.probe(
                self.inputs, self.evidence.observed.cases[self.exercise.cases[0].name].values)
            try:
                found = np.asarray(self.family.program(fit)(*given))
            except Exception:
                return False
            if not (found.ndim if value is None else close(value, found, 1e-6)):  # none where that was no number
                return False
        for case in self.cases:
            if self.cannot(slips, case):
                return False
            result = self.run(fit, case)
            if len(slips) == 1:
                self.changed[slips[0], case.name] = not self.agree(case, result, self.right[case.name])
            if not self.agree(case, result, self.evidence.observed.cases[case.name]):
                return False
        return True

    def exactly(self, level, raw):
        """The likeliest `level` slips that show everything; None when there are none, or it takes too long."""
        self.left, self.raw = EFFORT[level], raw
        for slips in sorted(together("", self.family.slots, level), key=lambda slips: sum(map(self.ranks.get, slips))):
            for fit in self.fits(slips):
                if self.left < 0:
                    return None
                if self.shows(slips, fit):
                    return slips
        return None

    def signs(self, slip):
        """The observations that a slip alone gets wrong, None when the learner's are not all wrong in this way."""
        found, telling = [], self.evidence.yardstick.telling
        for case in self.cases:
            result = self.run(Fit((slip,)), case)
            seen = self.evidence.observed.cases[case.name].problem
            if result.problem and not (seen and seen.text == result.problem.text):
                return None
            values = {f"{case.name}/{name}": value for name, value in reading(case, self.inputs, result).items()}
            for key in telling:
                if key.split("/")[0] == case.name and not self.evidence.yardstick.agree(
                        key, values.get(key), self.evidence.expected[key]):
                    if not self.evidence.agrees(key, values):
                        return None
                    found.append(key)
        return found

    def partly(self):
        """Single slips of each of which every sign is there, and the wrong observations that they leave.

        One that explains more comes first. Where much is left over, they are not what went wrong: nothing is named.
        """
        evidence, properties = self.evidence, self.evidence.yardstick.properties
        fitting = {slips[0]: found for slips in together("", self.family.slots, 1) if (found := self.signs(slips[0]))}
        wrong = [key for key in evidence.wrong if key in evidence.yardstick.telling]
        told_of, named = len(wrong), []
        explained = {key for found in fitting.values() for key in found}
        if any(key not in explained and key not in properties for key in wrong):  # no name by properties meanwhile
            fitting = {slip: found for slip, found in fitting.items() if not properties.issuperset(found)}
        while wrong and len(named) < MOST and fitting:
            best = max(fitting, key=lambda slip: len(set(fitting[slip]) & set(wrong)))
            if not set(fitting[best]) & set(wrong):
                break
            named.append(best)
            wrong = [key for key in wrong if key not in fitting[best]]
            del fitting[best]
        return (tuple(named), wrong) if 3 * len(wrong) <= told_of else ((), evidence.wrong)


def of_whole_programs(evidence):
    """The slips that explain what is wrong, as variants, and the wrong observations that they leave."""
    whole, raw, named, left = Whole(evidence), evidence.exercise.family.raw, (), evidence.wrong
    with process_unchanged():
        slips = whole.exactly(1, raw)
        if not raw and not slips:
            named, left = whole.partly()
            if len(named) > 1 and not left and not whole.shows(named, Fit(named)):  # nor do others, perhaps
                slips = whole.exactly(2, raw)
        if left and not slips and evidence.yardstick.slips > 1 and not all(evidence.case(key).problem for key in left):
            slips = whole.exactly(2, raw) or whole.exactly(3, raw) or raw and whole.exactly(1, False)
    return (told(whole.family, Fit(slips)), []) if slips else (told(whole.family, Fit(named)), left)
