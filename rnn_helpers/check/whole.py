"""Diagnosis of functions whose behaviour is compared as a whole: those that draw, move an argument, or make text.

Programs with slots as in `search`, run on the exercise's own cases: the cheapest one that shows all that the learner's
function showed. Where none does: single slips of each of which every sign is there.
"""

import itertools

import numpy as np

from rnn_helpers.check.compare import close
from rnn_helpers.check.family import Fit, Slip, together, told
from rnn_helpers.check.observe import process_unchanged, run_case
from rnn_helpers.check.yardstick import reading

EFFORT = {1: 9000, 2: 4000, 3: 1000}  # for slips at once: a probe costs 1, a case the family's weight
MOST = 3  # slips that are told together
LONG = 40  # values of a case that is left for the end


def alike(got, expected, tolerance):
    """Whether two observations agree, shape included; numbers of the size of rounding errors are 0."""
    if not isinstance(got, np.ndarray | str) or not isinstance(expected, np.ndarray | str):
        return type(got) is type(expected) and got == expected
    if getattr(got, "shape", 0) != getattr(expected, "shape", 0):
        return False
    if close(got, expected, tolerance):
        return True
    numbers = all(getattr(value, "dtype", np.dtype(str)).kind in "iuf" for value in (got, expected))
    return numbers and bool(np.all(np.abs(got - expected) < 1e-13))


class Whole:
    """One learner's observations against the programs of one family, run case by case."""

    def __init__(self, evidence):
        self.evidence, self.exercise, self.inputs = evidence, evidence.exercise, evidence.inputs
        self.family, self.left = evidence.exercise.family, 0
        wrong = {key.split("/")[0] for key in evidence.wrong}

        def size(case):
            return sum(map(np.size, evidence.observed.cases[case.name].values.values()))

        self.cases = sorted((case for case in self.exercise.cases if not case.repeats), key=lambda case: (
            size(case) > LONG, case.name not in wrong))
        slots = self.family.slots
        self.rights = {name: [Slip("", name, variant) for variant in variants if not variant.name]
                       for name, variants in slots.items()}
        self.one_base = all(len(found) == 1 for found in self.rights.values())
        self.ranks = {Slip("", name, variant): rank for name, variants in slots.items()
                      for rank, variant in enumerate(variants)}
        self.long = {case.name for case in self.cases if size(case) > LONG}
        self.results, self.readings = {}, {}  # (slips, name of a case) -> result; its id -> what it shows
        self.shown = {}  # (slip, name of a case, raw) -> what it shows there
        self.probed = {}  # slips -> whether a program with them gives in the probe what was observed
        self.neutral = {slip for slip in self.ranks if np.array_equal(self.probe((slip,)), self.probe(()))} \
            if self.family.probe else set()

    def fits(self, slips):
        """The programs with these slips, one for each choice of right ways elsewhere."""
        taken = {slip.slot for slip in slips}
        for base in itertools.product(*(found for name, found in self.rights.items() if name not in taken)):
            yield Fit((*slips, *(slip for slip in base if self.ranks[slip])))

    def run(self, fit, case):
        key = fit.slips, case.name
        if key not in self.results:
            kept = self.evidence.yardstick.programs if len(fit.slips) < 2 else self.results  # of one there are few
            self.left -= self.family.weight * (len(fit.slips) > 1)
            if key not in kept:
                kept[key] = run_case(case, self.family.program(fit), self.inputs, self.exercise.asks)
            self.results[key] = kept[key]
        return self.results[key]

    def probe(self, slips):
        """What a program gives in the family's probe; None where it raises."""
        try:
            return np.asarray(self.family.program(Fit(slips))(*self.family.probe(self.inputs, {})[0]))
        except Exception:
            return None

    def probes_alike(self, slips):
        """Whether a program gives in the probe what was observed there."""
        key = frozenset(slips) - self.neutral
        if key not in self.probed:
            self.left -= 1
            first, found = self.evidence.observed.cases[self.exercise.cases[0].name], self.probe(slips)
            _, value = self.family.probe(self.inputs, first.values)  # None: no number was observed
            self.probed[key] = found is not None and (
                bool(found.ndim) if value is None else close(value, found, 1e-6))
        return self.probed[key]

    def seen(self, case, result):
        """What a result shows, by name: its values as they are, or as they are judged; "" : what else there is."""
        key = id(result), self.raw
        if key not in self.readings:
            values = result.values if self.raw else reading(case, self.inputs, result)
            self.readings[key] = {"": (result.problem and result.problem.text, result.damaged, {*values}), **values}
        return self.readings[key]

    def agree(self, case, result, other):
        """Whether two results of a case are the same."""
        one, other = self.seen(case, result), self.seen(case, other)
        return one[""] == other[""] and all(alike(value, other[name], case.tolerance) for name, value in one.items())

    def alone(self, slip, case):
        """What a slip alone shows in a case, by name: whether it is as observed; None where what was observed is right
        (of values as they are, which follow from one another, all of them)."""
        key = slip, case.name, self.raw
        if key not in self.shown:
            results = (self.run(Fit((slip,)), case), self.run(Fit(), case), self.evidence.observed.cases[case.name])
            found, right, observed = (self.seen(case, result) for result in results)
            all_right = self.agree(case, *results[1:])
            self.shown[key] = {
                name: None if all_right or not self.raw and alike(observed.get(name), value, case.tolerance)
                else alike(observed.get(name), found.get(name), case.tolerance) for name, value in right.items()
                if not alike(found.get(name), value, case.tolerance)}
        return self.shown[key]

    def telling(self, slips):
        """The cases for which it is known what each slip alone shows."""
        return [case for case in self.cases if self.one_base and (
            case.name not in self.long or all(((slip,), case.name) in self.results for slip in slips))]

    def may_be_among(self, slip):
        """Whether what a slip alone shows is nowhere right in what was observed: no other slip undoes it."""
        return not any(None in self.alone(slip, case).values() for case in self.telling([slip]))

    def shows(self, slips, fit):
        """Whether a program shows all that was observed. What one slip of several shows alone, they show together,
        where it is judged by itself."""
        if self.family.probe and self.raw and not self.probes_alike(fit.slips):
            return False
        silent = []
        for case in self.telling(slips) if len(slips) > 1 else ():
            alone = [pair for slip in slips for pair in self.alone(slip, case).items()]
            silent += [case] * (not alone)
            if not self.raw and any(not here and sum(name == other for other, _ in alone) == 1 for name, here in alone):
                return False
        return all(self.agree(case, self.run(fit, case), self.evidence.observed.cases[case.name])
                   for case in sorted(self.cases, key=lambda case: case in silent))

    def exactly(self, level, raw):
        """The likeliest `level` slips that show everything; None when there are none, or it takes too long."""
        self.left, self.raw = EFFORT[level], raw
        possible = {name: [variants[0], *(variant for variant in variants[1:] if variant.name and (
            level == 1 or not variant.alone and self.may_be_among(Slip("", name, variant))))]
            for name, variants in self.family.slots.items()}
        for slips in sorted(together("", possible, level), key=lambda slips: sum(map(self.ranks.get, slips))):
            for fit in self.fits(slips):
                if self.left < 0:
                    return None
                if self.shows(slips, fit):
                    return slips
        return None

    def by_words(self):
        """A slip that what is judged proves, whatever the values are: one of `Family.raw`; None for none."""
        self.raw, slots = False, {name: self.family.slots[name] for name in self.family.raw}
        return next((slips for slips in together("", slots, 1) if self.shows(slips, Fit(slips))), None)

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
    raw, named, left = bool(evidence.exercise.family.raw), (), evidence.wrong
    with process_unchanged():
        whole = Whole(evidence)
        slips = whole.exactly(1, raw)
        if not raw and not slips:
            named, left = whole.partly()
            if len(named) > 1 and not left and not whole.shows(named, Fit(named)):  # nor do others, perhaps
                slips = whole.exactly(2, raw)
        if left and not slips and evidence.yardstick.slips > 1 and not all(evidence.case(key).problem for key in left):
            slips = whole.exactly(2, raw) or whole.exactly(3, raw) or whole.by_words()
    return (told(whole.family, Fit(slips)), []) if slips else (told(whole.family, Fit(named)), left)
