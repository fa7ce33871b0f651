"""What the checks say to the solutions of the notebooks with a fault in them."""

from dataclasses import dataclass

from rnn_helpers.check import EXERCISES, SEED
from rnn_helpers.check.compare import close
from rnn_helpers.check.judge import Evidence, facet_scores, judge
from rnn_helpers.check.observe import observe
from rnn_helpers.check.yardstick import Yardstick, flatten
from tests.mutants.equivalent import REASONS
from tests.mutants.faults import Mutant, mutants

SEEDS = range(100, 108)  # fixtures on which a mutant that is not caught has to agree with the solution


@dataclass(frozen=True)
class Outcome:
    """What a check said to a mutant.

    points : of maximum; named : the mistakes it was called; reason : why it is equivalent, or ''
    """

    mutant: Mutant
    points: float
    maximum: float
    named: tuple = ()
    reason: str = ""

    @property
    def caught(self):
        return self.points < self.maximum - 1e-9

    @property
    def word(self):
        return "caught" if self.caught else "equivalent" if self.reason else "MISSED"


class Bench:
    """Tries the mutants of one exercise."""

    def __init__(self, solution):
        self.solution, self.exercise = solution, EXERCISES[solution.exercise]
        self.yardstick = Yardstick(self.exercise, self.exercise.inputs(SEED))
        self.original, self.shown = solution.function(), {}
        judgement = judge(self.yardstick, observe(self.exercise, self.original, self.yardstick.inputs))
        if judgement.points < self.exercise.points:
            raise ValueError(f"{solution.exercise}: its own solution earns {judgement.points:g} of "
                             f"{self.exercise.points:g}: {judgement.advice}")

    def outcome(self, mutant, naming=True):
        """What the check says to a mutant, on the fixture that learners see; names cost most of the time."""
        try:
            function = self.solution.function(mutant.source)
        except SyntaxError:
            return Outcome(mutant, 0.0, self.exercise.points)
        reason = REASONS.get(self.exercise.name, {}).get((mutant.before, mutant.after), "")
        if not naming and (lost := self.lost_at_once(function)):
            return Outcome(mutant, self.exercise.points - lost, self.exercise.points, (), reason)
        observed = observe(self.exercise, function, self.yardstick.inputs)
        if not naming:
            points = sum(score.earned for score in facet_scores(Evidence(self.yardstick, observed)))
            return Outcome(mutant, points, self.exercise.points, (), reason)
        judgement = judge(self.yardstick, observed)
        return Outcome(mutant, judgement.points, self.exercise.points, tuple(judgement.mistakes), reason)

    def lost_at_once(self, function):
        """The points of a facet that the first case alone shows to be lost, 0 where it shows none: most mutants are
        caught there, and the other cases take ten times as long."""
        first = self.exercise.cases[0].name
        observed = observe(self.exercise, function, self.yardstick.inputs,
                           skip={case.name for case in self.exercise.cases} - {first})
        evidence = Evidence(self.yardstick, observed)
        return next((facet.points for facet in self.exercise.facets if facet.kind in ("value", "exact")
                     for key in self.yardstick.keys[facet.title]
                     if key.startswith(f"{first}/") and evidence.reason(key, facet.kind)), 0.0)

    def same_results(self, mutant, seeds=SEEDS):
        """Whether a mutant gives the solution's results on other fixtures too, harm to its arguments included."""
        function = self.solution.function(mutant.source)
        for seed in seeds:
            inputs, ours = self.of_the_solution(seed)
            theirs = observe(self.exercise, function, inputs)
            values, others = (flatten(self.exercise, inputs, seen) for seen in (ours, theirs))
            if values.keys() != others.keys() or not all(same(values[key], others[key]) for key in values):
                return False
            if [c.damaged for c in ours.cases.values()] != [c.damaged for c in theirs.cases.values()]:
                return False
        return True

    def of_the_solution(self, seed):
        """A fixture, and what the solution shows on it."""
        if seed not in self.shown:
            inputs = self.exercise.inputs(seed)
            self.shown[seed] = inputs, observe(self.exercise, self.original, inputs)
        return self.shown[seed]

    def outcomes(self, naming=True):
        return [self.outcome(mutant, naming) for mutant in mutants(self.solution.tree)]


def same(value, other):
    """Two observations alike: text to the letter, numbers up to rounding."""
    if isinstance(value, str) or isinstance(other, str):
        return isinstance(value, str) and isinstance(other, str) and value == other
    return value.shape == other.shape and close(value, other, 1e-9)
