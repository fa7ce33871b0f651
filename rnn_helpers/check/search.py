"""Diagnosis by search: which slips in a reference program reproduce everything that was observed.

After Singh, Gulwani & Solar-Lezama (2013), on observed numbers instead of symbols. A family is a reference program with
slots, each with the right variant and wrong ones. This engine knows no exercise: it takes the arguments from the
exercise's own cases, and the fewest wrong slots that give the learner's numbers, on every case and fixture.
"""

import contextlib
import copy
import itertools
import math
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import SimpleNamespace

import numpy as np

from rnn_helpers.check.advice import listed
from rnn_helpers.check.changes import HERE, changes, fitting

ELSEWHERE = ", other sizes"  # behind the names of cases on the second fixture

TOLERANCE = 1e-7  # relative, on the cases that candidates are tried on; what they are confirmed by has its own
RETURNED = "returned"  # an observation: in words, which values there were, in which order
LATE = "late", "later"  # the places of what becomes of a finished value
# How long a search may be, in values worked out, for (slips, outputs left open), in turn: a count, so that a name does
# not depend on how busy the machine is. BRIEFLY: to look again with less to explain; FARTHER: afterwards
EFFORT = {(1, 0): 20000, (2, 0): 11000, (3, 0): 5500}
FARTHER = {(1, 1): 1500, (2, 1): 1500}
BRIEFLY = {(1, 0): 8000}
MOST_FITS = 40  # candidates of a level that are confirmed


@dataclass(frozen=True, eq=False)  # itself alone, and quick to look up
class Variant:
    """What may stand in a slot. The right one has no name.

    run : called by the program; name : slug; title : the mistake in a few words; why : what to do; line : the equation
    that it breaks. In name, title and why "{o}" becomes the outputs concerned. alone : too rare to be looked for beside
    another slip
    """

    run: Callable
    name: str = ""
    title: str = ""
    why: str = ""
    line: str = ""
    alone: bool = False


def slot(line, right, *wrong, rare=(), why="", of=None):
    """A slot: the right way, then wrong ones, commonest first; `rare` ones only alone.

    An entry is (name, title, why, run, ...), or without the why, which is then the slot's; several runs have one name.
    of : (what, axes) of the array that the right way gives: every change of it is a rare variant
    """
    found = [Variant(right)]
    for entries, alone in ((wrong, False), (rare, True)):
        for name, title, *rest in entries:
            told = rest.pop(0) if isinstance(rest[0], str) else why
            found += [Variant(run, name, title, told, line, alone=alone) for run in rest]
    if of:
        what, axes = of
        What = what[0].upper() + what[1:] if " " in what.split(",")[0] and "_" not in what.split()[0] else what
        slug = what.replace(",", "").replace(" ", "-")
        found += [Variant(lambda *given, change=change: change.run(right(*given)), f"{slug}-{change.slug}",
                          f"{What} {change.told}", why if why and change.why == HERE else change.why, line, alone=True)
                  for change in changes(axes, True)]
    return tuple(found)


@dataclass(frozen=True)
class Output:
    """One returned value.

    value : (choice, flow) -> array
    slots : of this output alone, name -> slot; two outputs that have the same slip in a slot of one name have it once
    late : what may become of the finished value, solvers (observed, value, flow) -> one Variant or two, one after the
        other, whose `run` is (value, flow) -> value; None for none
    """

    value: Callable
    slots: dict = field(default_factory=dict)
    late: tuple = ()


@dataclass(frozen=True)
class Family:
    """A reference program with slots.

    flow : (choice, *arguments) -> whatever the outputs are made of; choice.<slot> is the variant's `run`
    slots : those that more than one output depends on; outputs : in the order asked for
    call : (values by name, arguments) -> what the program returns; the values in order (one alone as it is), unless
    something is to be done with them, as writing them into a model
    raw, probe : of a family without outputs, whose flow is the whole program (see `whole`): where values are compared
        before they are read, the slots whose slips show in what is read, whatever the values; (inputs, values of the
        first case) -> the arguments of one call, and its value
    weight : how many values cost as much to work out as the flow
    """

    flow: Callable
    slots: dict
    outputs: dict
    call: Callable = lambda values, arguments: tuple(values.values()) if len(values) > 1 else [*values.values()][0]
    weight: int = 10
    raw: tuple = ()
    probe: Callable | None = None

    def choice(self, slots, chosen):
        """The runs of the variants chosen, as attributes."""
        return SimpleNamespace(**{name: chosen.get(name, variants[0]).run for name, variants in slots.items()})

    def finished(self, output, chosen, flow):
        """An output's value under its own slips."""
        value = self.outputs[output].value(self.choice(self.outputs[output].slots, chosen), flow)
        for name in LATE:
            value = chosen[name].run(value, flow) if name in chosen else value
        return value

    @cached_property
    def ways(self):
        """For each output and number of its own slips: the slips, and the choice that has them."""
        return {(name, count): [(slips, self.choice(output.slots, {slip.slot: slip.variant for slip in slips}))
                                for slips in together(name, output.slots, count)]
                for name, output in self.outputs.items() for count in range(3)}

    def program(self, fit):
        """The family with the slips of a fit, called as the learner's function is."""
        own = {output: {slip.slot: slip.variant for slip in fit.slips if slip.output == output}
               for output in self.outputs}
        choice = self.choice(self.slots, {slip.slot: slip.variant for slip in fit.slips if not slip.output})
        if not self.outputs:
            return lambda *arguments, **named: self.flow(choice, *arguments, **named)

        def program(*arguments, **named):
            flow = self.flow(choice, *arguments, **named)
            values = {name: self.finished(name, own[name], flow) for name in self.outputs}
            if fit.order:
                values = {name: values[name] for name in (*fit.order, *(set(values) - set(fit.order)))}
            return self.call(values, arguments)

        return program


def together(output, slots, count):
    """The ways to have `count` slots wrong; several of them only where each is common enough."""
    wrong = {name: [Slip(output, name, variant) for variant in variants[1:]
                    if variant.name and (count < 2 or not variant.alone)] for name, variants in slots.items()}
    return [slips for names in itertools.combinations(slots, count)
            for slips in itertools.product(*(wrong[name] for name in names))]


@dataclass(frozen=True)
class Slip:
    """A wrong variant in a slot of an output, or of the flow ("")."""

    output: str
    slot: str
    variant: Variant

    @property
    def what(self):
        return self.slot, self.variant.name, self.variant.title


@dataclass(frozen=True)
class Fit:
    """Slips that explain what was observed. open : outputs left unexplained; order : of the values, when another."""

    slips: tuple = ()
    open: frozenset = frozenset()
    order: tuple = ()

    @property
    def cost(self):
        return len({slip.what for slip in self.slips})


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


def single(family):
    """Each slip as (variant, fit), alone and in all outputs that can have it; late ones are not among them."""
    for output, slots in (("", family.slots), *((name, output.slots) for name, output in family.outputs.items())):
        for (slip,) in together(output, slots, 1):
            shared = [replace(slip, output=name) for name, other in family.outputs.items()
                      if slip.variant in other.slots.get(slip.slot, ())]
            for slips in ([slip], shared or [slip]):
                fit = Fit(tuple(slips))
                yield told(family, fit)[0], fit


def titles(family):
    """The title of each slip by its name."""
    return {variant.name: variant.title for variant, _ in single(family)}


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


def numbers(value):
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf"


def same(got, value, tolerance=TOLERANCE):
    """Whether two arrays are alike, shape included."""
    if got.shape != value.shape:
        return False
    if not got.size:
        return True
    first, other = got.item(0), value.item(0)
    apart = abs(first - other)
    if apart > 1e-3 * (abs(first) + 1) and (apart > 0.1 * (abs(first) + 1) or apart > tolerance * np.abs(got).max()):
        return False  # most are told apart here
    gap, scale = np.abs(got - value).max(), np.abs(value).max()
    if not np.isfinite(scale):
        return np.array_equal(got, value, equal_nan=True)
    return bool(gap <= tolerance * (scale or 1.0))


# ---- what may become of a finished value ----

def factors(*table):
    """A solver for a constant factor, or two: entries are (name, title, why, line, number), number : (flow) -> float.
    """

    def solve(observed, value, flow):
        if observed.shape != value.shape or not value.size:
            return None
        place = int(np.abs(value).argmax())
        largest = value.flat[place]
        ratio = observed.flat[place] / largest if largest and np.isfinite(largest) else 0.0
        if not ratio or not np.isfinite(ratio) or value.size > 1 and not same(observed, ratio * value):
            return None
        factor = {entry: entry[-1](flow) for entry in table}
        for entries in (*((entry,) for entry in table), *itertools.combinations(table, 2)):
            if abs(math.prod(factor[entry] for entry in entries) - ratio) <= 1e-6 * abs(ratio):
                return tuple(Variant(lambda value, flow, number=number: value * number(flow), name, title, why, line)
                             for name, title, why, line, number in entries)
        return None

    return solve


@lru_cache(maxsize=64)
def forms(axes, line):
    """A solver for the changes of a finished value with these axes."""
    variants = {change: Variant(lambda value, flow, run=change.run: run(value), f"{{o}}-{change.slug}",
                                f"{{o}} {change.words}", change.why, line, alone=True) for change in changes(axes)}

    def may_give(observed, shape):
        """The changes of an array of this shape that may have given what was observed."""
        nothing = not observed.any() and observed.dtype.kind == "f" or not np.isfinite(observed).any()
        return [] if nothing or len(shape) != len(axes) else [  # zeros, and nan, come of anything
            change for change in fitting(axes, shape, observed) if observed.any() or change.slug == "whole-numbers"]

    known = {}  # (id of what was observed, shape) -> what may have given it, and what was observed, which keeps its id

    def solve(observed, value, flow):
        key = id(observed), value.shape
        if key not in known:
            if len(known) > 100:
                known.clear()
            known[key] = may_give(observed, value.shape), observed, observed.sum()
        found, _, total = known[key]
        if not found or not value.size:
            return None
        last, end = value.flat[-1], observed.flat[-1]
        moved = value.size == observed.size and abs(value.sum() - total) <= 1e-9 * np.abs(value).sum()
        for change in found:
            if change.kind == "move" and not moved or change.kind == "map" and abs(change.run(last) - end) > 1e-6:
                continue
            if same(observed, changed := change.run(value)) and not same(value, changed):
                return variants[change]
        return None

    return solve


def parts(what, axes, which, total, line, why):
    """A solver for what may become of an array that a finished value is made of, and of this value alone.

    which : flow -> the array; total : (array, flow) -> the value
    """
    slug = re.sub(r"\W+", "-", what).strip("-")

    def solve(observed, value, flow):
        array = which(flow)
        if not same(value, np.asarray(total(array, flow))):
            return None
        for change in changes(axes, True):
            with contextlib.suppress(ValueError, IndexError):  # not with this shape
                other = change.run(array)
                given = np.asarray(total(other, flow)) if other.shape == array.shape else value
                if same(observed, given) and not same(observed, value):
                    return Variant(lambda value, flow, run=change.run: total(run(which(flow)), flow),
                                   f"{slug}-{change.slug}", f"In {{o}}, {what} {change.told}", why, line, alone=True)
        return None

    return solve


def times(line):
    """A solver for any other constant factor."""

    def solve(observed, value, flow):
        if observed.shape != value.shape or not value.size:
            return None
        place = int(np.abs(value).argmax())
        factor = observed.flat[place] / value.flat[place] if value.flat[place] else 0.0
        by = float(f"{factor:.4g}")
        if not abs(by - factor) <= 1e-7 * abs(factor) or by == 1 or not same(observed, by * value):
            return None
        if not by:
            return Variant(lambda value, flow: 0 * value, "{o}-zero", "{o} {is} zero", "Nothing reaches {o}: add this "
                           "part.", line, alone=True)
        if by == -1:
            return Variant(lambda value, flow: -value, "{o}-sign", "{o} {has} the wrong sign",
                           "The numbers are right except for the sign.", line, alone=True)
        return Variant(lambda value, flow: by * value, f"{{o}}-times-{by:g}",
                       f"{{o}} {{is}} {by:g} times what is expected", "Leave out the factor.", line, alone=True)

    return solve


def made(axes, line):
    """The solvers for what may become of any finished value with these axes."""
    return forms(axes, line), clipped("{o}-clipped", "{o} {is} clipped to +-{limit}", "Leave out the clipping.",
                                      line), times(line)


def clipped(name, title, why, line):
    """A solver for a value cut to +-limit, whatever the limit ("{limit}" in the texts); it must stand there twice."""

    def solve(observed, value, flow):
        if observed.shape != value.shape or observed.size < 3:
            return None
        limit = float(np.abs(observed).max())
        if not 0 < limit < np.abs(value).max() or not same(observed, np.clip(value, -limit, limit)):
            return None
        limit = float(f"{limit:.6g}")
        return Variant(lambda value, flow: np.clip(value, -limit, limit), name, title.replace("{limit}", f"{limit:g}"),
                       why.replace("{limit}", f"{limit:g}"), line)

    return solve


def decayed(name, title, why, line, weights, scale):
    """A solver for a multiple of weights that is added to a value, as it is or scaled; weights : (flow) -> array."""

    def solve(observed, value, flow):
        W = weights(flow)
        if not observed.shape == np.shape(value) == np.shape(W) or observed.size < 3 or not np.isfinite(value).all():
            return None
        (factor, rate), *_ = np.linalg.lstsq(np.stack([value.ravel(), W.ravel()], axis=1), observed.ravel(), rcond=None)
        if not rate or not same(observed, factor * value + rate * W):
            return None
        rate = float(f"{rate:.6g}")
        decay = Variant(lambda value, flow: value + rate * weights(flow), name, title, why, line, alone=True)
        if abs(factor - 1) < 1e-6:
            return decay
        first = scale(factor * value, value, flow)
        return (*first, decay) if first and len(first) == 1 else None

    return solve


# ---- the search ----


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
                            variants = solve(observed, value, flow)
                        except Exception:  # a change that this shape does not allow
                            continue
                        variants = () if variants is None else variants if isinstance(variants, tuple) else (variants,)
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


# ---- from an exercise's cases ----


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


def told(family, fit):
    """The fit as variants with their texts filled in, each slip once."""
    groups = {}
    for slip in (slip for slip in fit.slips if slip.variant.name):  # one without a name is another right way
        groups.setdefault(slip.what, []).append(slip)
    found = []
    for slips in groups.values():
        variant = slips[0].variant
        names = [name for name in family.outputs if any(slip.output == name for slip in slips)]
        everywhere = [name for name, output in family.outputs.items() if slips[0].slot in output.slots]
        one, _, every = variant.name.partition("|")
        if not names:
            found.append(replace(variant, name=one))
            continue
        fill = {"{o}": listed(names), "{is}": "is" if len(names) == 1 else "are",
                "{has}": "has" if len(names) == 1 else "have"}
        title, why = variant.title, variant.why
        for key, text in fill.items():
            title, why = title.replace(key, text), why.replace(key, text)
        name = every if every and names == everywhere else one.replace("{o}", "-".join(names))
        found.append(replace(variant, name=name, title=title, why=why))
    if fit.order:
        asked, order = ", ".join(name for name in family.outputs if name in fit.order), ", ".join(fit.order)
        found.append(Variant(None, f"order-{'-'.join(fit.order)}", f"The values come in the wrong order: {order}",
                             f"Each value is right, but in the wrong place. Return ({asked}).", f"-> ({asked})"))
    return found


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
            if case.name not in evidence.kept:
                evidence.kept[case.name] = recorded(case, inputs, reference), {}
            calls, flows = evidence.kept[case.name]
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
                rest = [key for key in evidence.wrong if key.split("/")[1] in (*fit.open, *missing) or key in ignored
                        or key.split("/")[0] in skipped]
                evidence.program = family.program(fit)
                return with_others(family, fit, search.others(fit)), rest
    return [], evidence.wrong


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
