"""How long a learner waits for a check: of a right answer, and of the mistake that is the last of those it knows."""

import functools
import statistics

from authoring.solutions import solutions
from benchmarks.timing import quickest
from rnn_helpers import check


def measure():
    """A row for each kind of answer, in seconds."""
    for kind, answers in (("right", {name: solution.function() for name, solution in solutions().items()}),
                          ("mistaken", {name: [*check.wrong_versions(name).values()][-1] for name in check.EXERCISES})):
        seconds = {name: quickest(functools.partial(getattr(check, name), answer)) for name, answer in answers.items()}
        slowest = max(seconds, key=seconds.get)
        yield {"answers": kind, "number": len(seconds), "median": round(statistics.median(seconds.values()), 3),
               "slowest": round(seconds[slowest], 3), "of": slowest}
