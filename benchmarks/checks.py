"""How long a learner waits for a check: of a right answer, and of the mistake that stands last in its list."""

import functools
import statistics

from authoring.solutions import solutions
from benchmarks.timing import quickest
from rnn_helpers import check


def measure():
    """A row for each kind of answer, in seconds."""
    for kind, answers in (("right", {name: solution.function() for name, solution in solutions().items()}),
                          ("mistaken", {name: of.mistakes[-1].wrong for name, of in check.EXERCISES.items()})):
        seconds = {name: quickest(functools.partial(getattr(check, name), answer)) for name, answer in answers.items()}
        slowest = max(seconds, key=seconds.get)
        yield {"answers": kind, "number": len(seconds), "median": round(statistics.median(seconds.values()), 3),
               "slowest": round(seconds[slowest], 3), "of": slowest}
