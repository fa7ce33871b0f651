"""What an exercise is: fixtures, cases that run a function on them, facets that earn points."""

import operator
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from rnn_helpers.check.diagnosis import ELSEWHERE
from rnn_helpers.check.family import titles

ANOTHER = "another "  # before the names of the second fixture's values


class Inputs(dict):
    """The fixture of an exercise: names and plain values. Remembers the objects made of it, so that replaced parameters
    are noticed as well as overwritten ones. The second fixture is in here too: its names begin with "another ". What
    begins with "_" only `read` needs: where a class is graded it stays where the learner's code never comes."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.made = []  # (object, attribute, the array it had)
        self.using = {}  # functions of the learner's that a check call names: forward=my_forward
        self.altered = []  # names of what a function was given and changed, as a case's run found
        self.lists = []  # (name, a list that a function was given, what it held)
        self._known, self._other = {}, None

    def once(self, make):
        """make(inputs), a dict, worked out once for this fixture, as arrays."""
        if make not in self._known:
            fresh = self.copy()
            fresh.using = {}
            self._known[make] = {name: np.asarray(value) for name, value in make(fresh).items()}
        return self._known[make]

    def listed(self, name, values):
        """A list to give to a function; it is looked at afterwards, and called `name`."""
        given = list(values)
        self.lists.append((name, given, list(given)))
        return given

    def changed(self):
        """Names of what a function was given and changed, besides arrays of the fixture."""
        return self.altered + [name for name, given, before in self.lists
                               if len(given) != len(before) or any(map(operator.is_not, given, before))]

    def copy(self):
        """A deep copy: nothing a function does to it reaches the original."""
        fresh = Inputs({name: np.array(v) if isinstance(v, np.ndarray) else v for name, v in self.items()})
        fresh.using = self.using
        return fresh

    def watch(self, thing):
        """Remember which arrays an object made of the fixture has as its attributes; returns the object."""
        self.made += [(thing, name, value) for name, value in vars(thing).items() if isinstance(value, np.ndarray)]
        return thing

    def to_run(self):
        """What a case's `run` needs."""
        return {name: value for name, value in self.items() if not name.removeprefix(ANOTHER).startswith("_")}

    def elsewhere(self):
        """The second fixture: the same arrays under the names of the first."""
        if self._other is None:
            self._other = Inputs({name.removeprefix(ANOTHER): value for name, value in self.items()
                                  if name.startswith(ANOTHER)})
            for shared in ("using", "made", "altered", "lists"):
                setattr(self._other, shared, getattr(self, shared))
        return self._other


class BadReturn(Exception):
    """A function returned something else than was asked for; the message says what."""


def parts(returned, *names):
    """The first values of a returned tuple, one per name; more are allowed. BadReturn when there are too few."""
    asked = ", ".join(names)
    if returned is None:
        raise BadReturn(f"it returned None, expected {asked}: does every path end in `return`?")
    if not isinstance(returned, (tuple, list)):
        raise BadReturn(f"it returned one {type(returned).__name__}, expected {len(names)} values: {asked}")
    if len(returned) < len(names):
        raise BadReturn(f"it returned {len(returned)} values, expected {len(names)}: {asked}")
    return tuple(returned)[: len(names)]


def keys(cases, names):
    """The observations "case/name" of some cases, or patterns of cases, and some values."""
    return tuple(f"{case}/{name}" for case in cases for name in names)


@dataclass(frozen=True)
class Case:
    """One way to try a function.

    name : short, as in "one sequence", "a batch of 3"; shown when only this case fails
    run : (function, inputs) -> dict, name -> returned value. `inputs` are a fresh copy; what is in the dict is
        turned into plain arrays. What only the learner's code understands (a cache) is made and used inside; nothing
        is decided there, for when a class is graded the learner's code could decide otherwise.
    read : (inputs, values) -> values that are judged, worked out of what `run` gave; None when these are judged as
        they are. Runs where the learner's code never comes. A value may be a str that says why there is no array.
    tolerance : relative, to the largest expected number
    may_change : names of inputs that the function is asked to change in place
    may_share : True when results may be views of the arguments
    repeats : True for a case of several calls, whose numbers mix what a mistake does at each
    always : (inputs) -> what `read` gives for every right answer, so that the reference need not be run; None where
        that is not known
    """

    name: str
    run: Callable
    read: Callable | None = None
    tolerance: float = 1e-6
    may_change: tuple = ()
    may_share: bool = False
    repeats: bool = False
    always: Callable | None = None

    def elsewhere(self):
        """The same case on the second fixture."""
        read = self.read and (lambda inputs, values: self.read(inputs.elsewhere(), values))
        always = self.always and (lambda inputs: self.always(inputs.elsewhere()))
        return replace(self, name=self.name + ELSEWHERE, read=read, always=always,
                       run=lambda function, inputs: self.run(function, inputs.elsewhere()),
                       may_change=(*self.may_change, *(ANOTHER + name for name in self.may_change)))


@dataclass(frozen=True)
class Facet:
    """A part of the points.

    title : what it is about, as in "dWh" or "a batch of 3"
    points : what it earns
    keys : observations "case/name" that must all be right ("case/*" for all of a case)
    kind : "value" (a wrong shape with the right numbers in the right order passes); "exact" (shape and values);
        "shape"; "form" (like "value", for what an answer has whose numbers are wrong, as the type of a text);
        "property" (like "value", for what wrong numbers can have, as being the same twice); "further" (like "value",
        judged by those
        values that are right in the first case: what is wrong there costs its points once); or "unharmed" (arguments
        unchanged, no views of them returned, the same answer when called again). The last three earn only when some
        value facet does, so that nobody gains by claiming them
    """

    title: str
    points: float
    keys: tuple = ("*/*",)
    kind: str = "value"


@dataclass(frozen=True)
class Exercise:
    """Everything a check needs to know; plain data and functions, no state.

    notebook : "01_rnn_cell"
    asks : the call, as in "rnn_forward(cell, X, h0=None) -> (h_states, caches)"
    fixtures : (rng) -> dict of plain arrays and numbers, made so that mistakes cannot hide
    cases, facets : see there; the cases run on both fixtures
    family : a `search.Family` of programs, among which mistakes are looked for
    second : fixtures of other sizes, on which all cases run again; None for another draw of `fixtures`
    reference : the course's own implementation
    name : as in check.<name>, that of the reference unless it is told
    forbidden : functions of the course that may not be called for it; the reference is always among them
    witness : (inputs, values) -> label -> relative error: an independent road to the right answer; values is a dict
        "case/name" -> array of what the learner's function returned
    """

    notebook: str
    asks: str
    fixtures: Callable
    cases: tuple
    facets: tuple
    reference: Callable
    family: object = None
    second: Callable | None = None
    forbidden: tuple = ()
    witness: Callable | None = None
    name: str = ""
    points: float = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "name", self.name or self.reference.__name__)
        object.__setattr__(self, "points", float(sum(facet.points for facet in self.facets)))
        twice = tuple(each for case in self.cases for each in (case, case.elsewhere()))  # a stop loses later cases only
        object.__setattr__(self, "cases", twice)

    def titles(self):
        """The titles of the mistakes that have a name."""
        return titles(self.family)

    def inputs(self, seed):
        """The fixtures of a seed."""
        rng = np.random.default_rng(seed)
        first = self.fixtures(rng)
        second = (self.second or self.fixtures)(np.random.default_rng(rng.integers(2**63)))
        return Inputs({**first, **{ANOTHER + name: value for name, value in second.items()}})
