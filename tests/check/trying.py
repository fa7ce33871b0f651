"""What the tests of the checks share: a verdict on a function, and lists of right ways to write each exercise.

To add a right way, write the function and put it into RIGHT of the notebook's test, under its exercise.
"""

import contextlib
import io
from functools import lru_cache

import pytest

from rnn_helpers import check
from rnn_helpers.check.family import Fit, together
from rnn_helpers.check.family import told as texts_of
from rnn_helpers.check.judge import Evidence, facet_scores, judge
from rnn_helpers.check.observe import observe
from rnn_helpers.check.yardstick import Yardstick

FEW, SEEDS = range(4), range(50)  # of the fixtures: in `make test`, and in `make test-all`, where right ways are tried
over_seeds = pytest.mark.parametrize("seeds", [pytest.param(SEEDS[:2], id="few"),
                                               pytest.param(SEEDS[2:], id="more", marks=pytest.mark.slow)])
SEARCHED_LONG = {"rnn_backward", "rnn_backward_truncated"}  # their families have several hundred slips
BIG = {"rnn_cell_forward", "rnn_forward", "rnn_cell_backward", "rnn_backward", "softmax_cross_entropy",
       "rnn_backward_truncated"}
SLOW = {"sample": range(5)}  # an exercise whose fixtures take long

FULL = {name: exercise.points for name, exercise in check.EXERCISES.items()}


@lru_cache(maxsize=100)
def yardstick(name, seed):
    """The yardstick of an exercise on a seed's fixture; judging changes nothing in it."""
    return Yardstick(check.EXERCISES[name], check.EXERCISES[name].inputs(seed))


def verdict(name, function, seed=0, **using):
    """What the check says to a function, unguarded, and so faster, from seed 2 on; `using` as in the check's call."""
    measure = yardstick(name, seed)
    given = measure.inputs.copy()
    given.using = using
    return judge(measure, observe(measure.exercise, function, given, guarded=seed < 2))


def scores(measure, observed, hidden=False):
    """What each facet earns and why, in the order of the exercise; no name is sought, which takes longest."""
    return facet_scores(Evidence(measure, observed, hidden))


def earned(measure, observed):
    """The points of what was observed, as `judge` gives them."""
    seen = [] if observed.borrowed else [observed] if observed.helped is None else [observed, observed.helped]
    return float(max((sum(score.earned for score in scores(measure, one)) for one in seen), default=0.0))


@lru_cache(maxsize=100)
def slips(name):
    """Every wrong variant of an exercise's family of programs, each alone."""
    family = check.EXERCISES[name].family
    return [Fit(slips) for output, slots in (("", family.slots),
                                             *((name, output.slots) for name, output in family.outputs.items()))
            for slips in together(output, slots, 1) if slips[0].variant.name]


def called(name, fit):
    """The names that a fit's slips are called by."""
    return [variant.name for variant in texts_of(check.EXERCISES[name].family, fit)]


def slipped(name, *names):
    """The program of an exercise's family with the slips of these names."""
    found = [next(fit for fit in slips(name) if called(name, fit) == [wanted]) for wanted in names]
    return check.EXERCISES[name].family.program(Fit(sum((fit.slips for fit in found), ())))


def wrong_ways(name):
    """(name, title, function) of the commoner slips in an exercise's family."""
    exercise, found = check.EXERCISES[name], slips(name)
    made = [fit for fit in found if fit.slips[0].variant.alone]  # by the hundred, all alike: one in twenty is tried
    for fit in [fit for fit in found if not fit.slips[0].variant.alone] + made[::20]:
        variant = texts_of(exercise.family, fit)[0]
        yield variant.name, variant.title, exercise.family.program(fit)


def each_of(names):
    """Parametrize a test with names of exercises; `make test` leaves out those whose family takes long."""
    return pytest.mark.parametrize("name",
                                   [pytest.param(name, marks=pytest.mark.slow) if name in SEARCHED_LONG else name
                                            for name in names])


def all_right(name, function, seeds=SEEDS, **using):
    """A right way earns everything on every fixture."""
    for seed in [seed for seed in seeds if seed in SLOW.get(name, seeds)]:
        found = verdict(name, function, seed, **using)
        assert found.status == "right" and found.points == found.maximum, (seed, found.advice, found.facets)


def each_right_way(right):
    """Parametrize a test with (name, function, seeds) of RIGHT: exercise -> right ways."""
    ways = [(name, function) for name, functions in right.items() for function in functions]
    by_way = pytest.mark.parametrize("name, function", ways, ids=[f"{name}-{f.__qualname__}" for name, f in ways])
    return lambda test: by_way(over_seeds(test))


def each_wrong_way(wrong):
    """Parametrize a test with (name, function, points) of WRONG: exercise -> (wrong way, points everywhere)."""
    ways = [(name, function, points) for name, rows in wrong.items() for function, points in rows]
    return pytest.mark.parametrize("name, function, points", ways,
                                   ids=[f"{name}-{f.__qualname__}" for name, f, _ in ways])


def earns(name, function, points, **using):
    """A wrong way earns so much; that it earns it on every fixture is tested in test_points.py."""
    found = verdict(name, function, 0, **using)
    assert abs(found.points - points) < 1e-9 and found.status != "right", (found.points, found.advice, found.facets)


def enough(notebook, right):
    """Whether every exercise of a notebook has its right ways: 5 of a big exercise, 3 of each other."""
    counts = {name: len(right.get(name, ())) for name, exercise in check.EXERCISES.items()
              if exercise.notebook.partition("_")[0] == notebook}
    return counts and all(count >= (5 if name in BIG else 3) for name, count in counts.items())


def told(name, function, **using):
    """The points of a check, its advice, and the whole report."""
    with contextlib.redirect_stdout(io.StringIO()):
        points = check.run(name, function, **using)
    report = str(points)
    assert len(report.splitlines()) <= 40 and not isinstance(function, float)
    return float(points), " ".join(points.judgement.advice), report
