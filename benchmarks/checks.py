"""How long a learner waits for a check: of a right answer, of the mistake that is the last of those it knows, and of an
answer in which so much is wrong that nothing has a name."""

import ast
import copy
import functools
import itertools
import linecache
import statistics

import numpy as np

from authoring.solutions import solutions
from benchmarks.timing import quickest
from rnn_helpers import check
from rnn_helpers.check.edits import edits

CHANGES, TRIED, KEPT = 3, 6, 2  # in an answer; answers of an exercise that are made, and of those without a name


def checked(name, answer):
    return functools.partial(getattr(check, name), answer)


def nameless(name, solution):
    """Answers with a few changes at random, in which the check finds no mistake that it knows."""
    for seed in range(TRIED):
        tree, rng = copy.deepcopy(solution.tree), np.random.default_rng(seed)
        for _ in range(CHANGES):
            found = edits(tree)
            found[rng.integers(len(found))].apply()
        text = ast.unparse(tree)
        linecache.cache[f"<{name}>"] = len(text), None, text.splitlines(keepends=True), f"<{name}>"  # as of a cell
        judgement = check.run(name, answer := solution.function(text)).judgement
        if judgement.status != "right" and not set(judgement.mistakes) - {"a-small-change"}:
            yield checked(name, answer)


def measure():
    """A row for each kind of answer, in seconds."""
    known = solutions()
    for kind, answers in (
            ("right", lambda name: [checked(name, known[name].function())]),
            ("mistaken", lambda name: [checked(name, [*check.wrong_versions(name).values()][-1])]),
            ("nameless", lambda name: itertools.islice(nameless(name, known[name]), KEPT))):
        seconds = sorted((quickest(run), name) for name in known for run in answers(name))
        times = [time for time, _ in seconds]
        yield {"answers": kind, "number": len(times), "median": round(statistics.median(times), 3),
               "95 of 100": round(float(np.quantile(times, 0.95)), 3), "slowest": round(times[-1], 3),
               "of": seconds[-1][1]}
