"""The search: which slips in a family of programs reproduce everything that was observed.

After Singh, Gulwani & Solar-Lezama (2013), on observed numbers instead of symbols: the fewest wrong slots that give the
learner's numbers, the likeliest of them first. It knows no exercise.
"""

import itertools
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from rnn_helpers.check.family import LATE, Fit, Slip, numbers, same, together

# How long a search may be, in values worked out, for (slips, outputs left open), in turn: a count, so that a name does
# not depend on how busy the machine is. BRIEFLY: to look again with less to explain; FARTHER: afterwards
EFFORT = {(1, 0): 20000, (2, 0): 11000, (3, 0): 5500}
FARTHER = {(1, 1): 1500, (2, 1): 1500}
BRIEFLY = {(1, 0): 8000}
MOST_FITS = 40  # candidates of a level that are confirmed


@dataclass
class Trial:
    """A case that candidates are tried on: its one call's arguments, and what the learner's function gave.

    flows : what the flow of at most one slip makes of the arguments, and its content; kept for other learners
    """

    arguments: tuple
    named: dict
    observed: dict
    flows: dict

    @property
    def size(self):
        return size(self.arguments)


def size(thing):
    """How many numbers there are in arguments."""
    if isinstance(thing, np.ndarray):
        return thing.size
    return sum(map(size, thing)) if isinstance(thing, (tuple, list)) else 0


def content(thing):
    """What tells two flows apart: the numbers in them, and which objects."""
    if isinstance(thing, (np.ndarray, np.generic)) and thing.dtype.kind in "biuf":
        return thing.shape, thing.dtype.char, thing.tobytes()
    if isinstance(thing, (tuple, list)):
        return type(thing), *map(content, thing)
    if isinstance(thing, (SimpleNamespace, dict)):
        parts = thing if isinstance(thing, dict) else vars(thing)
        return (*parts, *map(content, parts.values()))
    return (type(thing), thing) if isinstance(thing, (float, int, str, type(None))) else id(thing)


class Search:
    """One learner's observations against one family.

    family : Family
    trials : the cases that candidates are tried on, the smallest first
    order : of the values, when another than asked
    """

    def __init__(self, family, trials, order=()):
        self.family, self.trials, self.order = family, trials, order
        self.left, self.behind = float("inf"), []
        self.main, self.small = trials[-1], trials[0] if len(trials) > 1 and trials[0].size < trials[-1].size else None
        self.flows, self.alike, self.memo, self.found, self.gains, self.explained = {}, {}, {}, {}, {}, {}
        self.visible = [name for name in family.outputs if self.main.observed.get(name) is not None]
        self.right = {name for name in self.visible if self.fits(name, self.main, {}, self.flow(self.main, ()))}
        self.visible.sort(key=lambda name: (name not in self.right, len(family.ways[name, 1])))  # what is quick to tell
        self.neutral = {slip for slip in self.singles() if self.small and not slip.variant.alone
                        and self.flow(self.small, (slip,)) is self.flow(self.small, ())}  # it changes nothing there

    # what the program gives

    def flow(self, trial, slips):
        """What the flow of a choice makes of a trial's arguments; None when it raises."""
        key = id(trial), slips
        if key not in self.flows:
            self.left -= self.family.weight
            kept = trial.flows if len(slips) < 2 else {}
            if slips not in kept:
                choice = self.family.choice(self.family.slots, {slip.slot: slip.variant for slip in slips})
                try:
                    flow = self.family.flow(choice, *trial.arguments, **trial.named)
                except Exception:
                    flow = None
                kept[slips] = content(flow), flow
            inside, flow = kept[slips]
            self.flows[key] = self.alike.setdefault((id(trial), inside), flow)  # another way to the same
        return self.flows[key]

    def value(self, output, chosen, flow):
        """An output as an array, None when it raises."""
        try:
            value = self.family.finished(output, chosen, flow)
            return None if value is None else np.asarray(value)
        except Exception:
            return None

    def fits(self, output, trial, chosen, flow):
        value = None if flow is None else self.value(output, chosen, flow)
        return numbers(value) and numbers(trial.observed[output]) and same(trial.observed[output], value)

    # candidates

    def singles(self):
        return [slip for (slip,) in together("", self.family.slots, 1)]

    def gain(self, slip):
        """How many outputs a slip of the flow explains by itself, on both trials."""
        if slip not in self.gains:
            self.gains[slip] = sum(
                self.fits(name, trial, {}, self.flow(trial, (slip,))) - self.fits(name, trial, {}, self.flow(trial, ()))
                for trial in (self.small or self.main, self.main) for name in self.visible)
        return self.gains[slip]

    def of_flow(self, count):
        """The choices of `count` wrong slots of the flow: first those that explain something, then the commonest."""
        if count not in self.found:
            ranks = {Slip("", name, variant): rank for name, variants in self.family.slots.items()
                     for rank, variant in enumerate(variants)}
            self.found[count] = sorted(together("", self.family.slots, count), key=lambda slips: (
                count > 1 and -sum(map(self.gain, slips)), sum(ranks[slip] for slip in slips)))
        return self.found[count]

    def options(self, output, trial, flow, budget):
        """The cheapest ways in which an output's own slots, at most `budget`, give what was observed."""
        key = output, id(trial), id(flow), 0 if output in self.right else budget  # no two slips that undo each other
        if key not in self.explained:
            self.explained[key] = self._options(output, trial, flow, key[-1])
        return self.explained[key]

    def _options(self, output, trial, flow, budget):
        observed, found = trial.observed.get(output), []
        spec = self.family.outputs[output]
        if output in trial.observed and not numbers(observed):
            return []
        if output not in trial.observed:  # seen by `confirm` only
            ways = [()]
            if budget and output not in self.right:
                ways += [(Slip(output, name, v),) for name, variants in spec.slots.items() for v in variants[1:]]
            return ways
        for count in range(min(budget, 2) + 1):
            for slips, choice in self.family.ways[output, count]:
                self.left -= 1
                try:
                    value = np.asarray(spec.value(choice, flow))
                except Exception:
                    continue
                if not numbers(value):
                    continue
                if same(observed, value):
                    found.append(slips)
                elif count < budget and (count == 0 or not found and plausible(observed, value)):
                    for solve in spec.late:
                        try:
                            solved = solve(observed, value, flow)
                        except Exception:  # a change that this shape does not allow
                            continue
                        for variants in solved if isinstance(solved, list) else [solved]:
                            variants = variants if isinstance(variants, tuple) else (variants,) * (variants is not None)
                            if 0 < len(variants) <= budget - count:
                                late = (Slip(output, place, late) for place, late in zip(LATE, variants, strict=False))
                                found.append((*slips, *late))
            cheapest = min(map(len, found), default=9)
            if cheapest <= count:
                break
        return [slips for slips in found if len(slips) == cheapest]

    def possible(self, slips, budget, spare):
        """Whether a choice of the flow can explain the small trial."""
        if not self.small:
            return True
        key = frozenset(slips) - self.neutral, budget, spare
        if key not in self.memo:
            flow = self.flow(self.small, tuple(slip for slip in slips if slip in key[0]))
            missing = 0
            for name in self.visible:
                if flow is None or not self.options(name, self.small, flow, budget):
                    missing += 1
                    if flow is None or missing > spare:
                        break
            self.memo[key] = flow is not None and missing <= spare
        return self.memo[key]

    def candidates(self, level, spare, counts, rare=None):
        """Fits of `level` slips, one of `counts` of them in the flow, that leave at most `spare` outputs open; rare :
        only those whose one slip in the flow is rare, or is not."""
        for count in counts:
            budget = level - count
            for slips in self.of_flow(count) if count else [()]:
                if self.left < 0:
                    return
                if rare is not None and count == 1 and slips[0].variant.alone != rare:
                    continue
                if self.no_numbers and count and slips[0].variant.alone:  # nan comes of many things
                    continue
                if not self.possible(slips, budget, spare):
                    continue
                flow, ways, open_ = self.flow(self.main, slips), [], []
                if flow is None:
                    continue
                unseen = (name for name in self.family.outputs if name not in self.main.observed)
                for name in (*self.visible, *unseen):  # what is missing is left out
                    found = self.options(name, self.main, flow, budget)
                    if found:
                        ways.append(found[:30])
                    else:
                        open_.append(name)
                        if len(open_) > spare or name in self.right:
                            open_ += self.family.outputs
                            break
                if len(open_) > spare or spare and not (open_ and set(self.visible) - self.right - set(open_)):
                    continue
                for chosen in itertools.islice(itertools.product(*ways), 400):
                    fit = Fit(slips + tuple(itertools.chain(*chosen)), frozenset(open_), self.order)
                    uncommon = {(slip.output, slip.what) for slip in fit.slips if slip.variant.alone}
                    places = [place for place, _ in uncommon]  # one in each output says as much as one
                    few = len({what for _, what in uncommon}) < 2 or all(places) and len({*places}) == len(places)
                    if fit.cost == level and few and (not spare or self.needed(fit, slips)):
                        yield fit
                        if wider := self.spread(fit, flow):
                            yield wider

    def needed(self, fit, slips):
        """Whether each slip of the flow shows in what the fit explains."""
        for slip in slips:
            flow = self.flow(self.main, tuple(other for other in slips if other is not slip))
            if all(self.fits(name, self.main, {s.slot: s.variant for s in fit.slips if s.output == name}, flow)
                   for name in self.visible if name not in fit.open):
                return False
        return True

    def spread(self, fit, flow):
        """The fit with an output's slips in others too, where the main trial does not show them; None without such."""
        more = []
        for slip in fit.slips:
            for name, output in self.family.outputs.items() if slip.output else ():
                own = {s.slot: s.variant for s in fit.slips if s.output == name}
                alike = slip.variant in output.slots.get(slip.slot, ()) or slip.slot == "late" and output.late
                if slip.slot in own or name in fit.open or not alike:
                    continue
                if self.fits(name, self.main, {**own, slip.slot: slip.variant}, flow):
                    more.append(Slip(name, slip.slot, slip.variant))
        return replace(fit, slips=(*fit.slips, *dict.fromkeys(more))) if more else None

    def rank(self, fit):
        """Commoner variants first, then those that say less."""
        slots = {"": self.family.slots, **{name: output.slots for name, output in self.family.outputs.items()}}
        places = [[variant.name for variant in slots[slip.output].get(slip.slot, ())] for slip in fit.slips]
        return sum(100 * slip.variant.alone + (names.index(slip.variant.name) if slip.variant.name in names else 2)
                   for slip, names in zip(fit.slips, places, strict=True)), len(fit.slips)

    def confirmed(self, fits):
        """The first of the fits that shows everything."""
        fits = iter(fits)
        for fit in itertools.islice(fits, MOST_FITS):
            if self.confirm(self.family.program(fit), fit.open):
                self.behind = fits
                return fit
        return None

    def others(self, fit):
        """Other fits that show everything too, the likeliest at most; rare slips are not among them."""
        usual = (other for other in self.behind if other.cost == fit.cost
                 and not any(slip.variant.alone for slip in other.slips) and other.open == fit.open)
        return [other for other in itertools.islice(usual, 4) if self.confirm(self.family.program(other), other.open)]

    def run(self, confirm, effort=EFFORT):
        """The cheapest fit that is confirmed, the likeliest of those; None when there is none.

        confirm : (program, open outputs) -> whether a program shows everything that was observed, on every case
        """
        self.confirm = confirm
        if self.flow(self.main, ()) is None:
            return None
        if self.order and (fit := self.confirmed([Fit(order=self.order)])):
            return fit
        wrong = [value for name, value in self.main.observed.items() if name not in self.right and numbers(value)]
        constant = bool(wrong) and all(value.size > 1 and not np.ptp(value) for value in wrong)
        self.no_numbers = bool(wrong) and not any(np.isfinite(value).any() for value in wrong)
        for (level, spare), most in effort.items():
            if (constant or self.order) and level > 1:  # zeros, or ones, can come of anything; an order may be a guess
                return None
            self.left = most
            stages = [((0,), None), ((1,), False), ((2,), None), ((1,), True)]
            for counts, rare in [((0, 1), None)] if (level, spare) == (1, 0) else stages:
                self.left = max(self.left, most // 3) if rare else self.left
                found = self.candidates(level, spare, counts, rare)
                if fit := self.confirmed(sorted(found, key=self.rank) if counts != (2,) else found):
                    return fit
        return None


def plausible(observed, value):
    """Whether a late step may lead from a value to what was observed: two numbers in proportion, or another shape."""
    if observed.shape != value.shape or observed.size < 2 or value.ndim == 2 and value.shape[0] == value.shape[1]:
        return True
    a, b, c, d = observed.flat[0], observed.flat[-1], value.flat[0], value.flat[-1]
    return abs(a * d - b * c) <= 1e-6 * (abs(a * d) + abs(b * c)) + 1e-14
