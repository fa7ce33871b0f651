"""A family of programs: the reference with slots, each with the right variant and wrong ones; and its words."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import SimpleNamespace

import numpy as np

from rnn_helpers.check.advice import listed
from rnn_helpers.check.changes import HERE, changes

TOLERANCE = 1e-7  # relative, on the cases that candidates are tried on; what they are confirmed by has its own
LATE = "late", "later"  # the places of what becomes of a finished value


@dataclass(frozen=True, eq=False)  # itself alone, and quick to look up
class Variant:
    """What may stand in a slot. The right one has no name.

    run : called by the program; name : slug; title : the mistake in a few words; why : what to do; line : the equation
    that it breaks. In name, title and why "{o}" becomes the outputs concerned. alone : too rare to be looked for beside
    another slip; way : another right way, which shows beside a slip elsewhere
    """

    run: Callable
    name: str = ""
    title: str = ""
    why: str = ""
    line: str = ""
    alone: bool = False
    way: bool = False


def slot(line, right, *wrong, rare=(), why="", of=None, ways=()):
    """A slot: the right way, then wrong ones, commonest first; `rare` ones only alone; `ways` : runs of other right
    ones.

    An entry is (name, title, why, run, ...), or without the why, which is then the slot's; several runs have one name.
    of : (what, axes) of the array that the right way gives: every change of it is a rare variant
    """
    found = [Variant(right), *(Variant(run, way=True) for run in ways)]
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
    late : what may become of the finished value, solvers (observed, value, flow) -> one Variant, or two, one after the
        other, or a list of such, whose `run` is (value, flow) -> value; None for none
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
    also : the same program written in another way, in which other slips are made; None for none
    """

    flow: Callable
    slots: dict
    outputs: dict
    call: Callable = lambda values, arguments: tuple(values.values()) if len(values) > 1 else [*values.values()][0]
    weight: int = 10
    raw: tuple = ()
    probe: Callable | None = None
    also: "Family | None" = None

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
    wrong = {name: [Slip(output, name, variant) for variant in variants[1:] if (variant.name or variant.way)
                    and (count < 2 or not variant.alone)] for name, variants in slots.items()}
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


def single(family):
    """Each slip as (variant, fit), alone and in all outputs that can have it; late ones are not among them."""
    for output, slots in (("", family.slots), *((name, output.slots) for name, output in family.outputs.items())):
        for (slip,) in together(output, slots, 1):
            if slip.variant.way:
                continue
            shared = [replace(slip, output=name) for name, other in family.outputs.items()
                      if slip.variant in other.slots.get(slip.slot, ())]
            for slips in ([slip], shared or [slip]):
                fit = Fit(tuple(slips))
                yield told(family, fit)[0], fit


def titles(family):
    """The title of each slip by its name."""
    return {variant.name: variant.title for variant, _ in single(family)}


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
                             f"Return ({asked}).", f"-> ({asked})"))
    return found
