"""What an answer earns does not depend on the fixtures: over many seeds the same points, right or wrong."""

import importlib
import os
from collections import Counter
from dataclasses import replace

import pytest

from rnn_helpers.check import EXERCISES
from rnn_helpers.check.judge import Evidence, facet_scores
from rnn_helpers.check.observe import observe
from rnn_helpers.check.yardstick import Yardstick
from tests.check.trying import SLOW, slips

MODULES = [importlib.import_module(f"tests.check.test_{name}")
           for name in ("rnn_cell", "forward_pass", "bptt", "number_sequence", "char_level", "truncated_bptt")]
MANY, SLIPS = int(os.environ.get("SEEDS", 30)), 4  # seeds, SEEDS=200 for more; slips of a family that are tried
THIRD = 12  # so many slips are tried by thirds
FEWER = {"sample": 20}  # a second a seed
DRAWN = 10  # seeds on which `sample` draws its three thousand characters; the rest of what it earns is tried on all


def answers(name, seed, many):
    """(label, function) of what the tests know for an exercise: wrong ways, and slips, and on few seeds right ways.

    On many the right ones are tried where they stand (`all_right`), but for those of an exercise whose fixtures take
    long; of many slips each seed has a third, so that each is tried on a third of the seeds.
    """
    found = [(f"right {n}", f) for module in MODULES for n, f in enumerate(module.RIGHT.get(name, ()))
             if name in SLOW or not many]
    found += [(f"wrong {n}", f) for module in MODULES for n, (f, _) in enumerate(module.WRONG.get(name, ()))]
    chosen = slips(name)
    some = chosen if not EXERCISES[name].family.outputs else chosen[:: max(1, len(chosen) // SLIPS)]
    tried = [(n, fit) for n, fit in enumerate(some) if not many or len(some) < THIRD or n % 3 == seed % 3]
    return found + [(f"slip {n}", EXERCISES[name].family.program(fit)) for n, fit in tried]


def earned(yardstick, function):
    observed = observe(yardstick.exercise, function, yardstick.inputs, guarded=False)
    return round(sum(verdict.earned for verdict in facet_scores(Evidence(yardstick, observed))), 6)


@pytest.mark.parametrize("many", [False, pytest.param(True, marks=pytest.mark.slow)], ids=("few", "many"))
@pytest.mark.parametrize("name", EXERCISES)
def test_every_answer_earns_the_same_on_every_seed(name, many):
    points = {}
    for seed in range(FEWER.get(name, MANY)) if many else (100, 101):
        exercise = EXERCISES[name]
        if name == "sample" and many and seed >= DRAWN:
            exercise = replace(exercise, fixtures=exercise.second, facets=tuple(
                facet for facet in exercise.facets if "1500 draws" not in str(facet.keys)))
        yardstick = Yardstick(exercise, exercise.inputs(seed))
        for label, function in answers(name, seed, many):
            points.setdefault((exercise is EXERCISES[name], label), Counter())[earned(yardstick, function)] += 1
    assert {label: dict(counts) for label, counts in points.items() if len(counts) > 1} == {}
    points = {label: counts for (whole, label), counts in points.items() if whole}
    assert all(EXERCISES[name].points in counts for label, counts in points.items() if label.startswith("right"))
    assert all(EXERCISES[name].points not in counts for label, counts in points.items() if label.startswith("wrong"))
