"""How long to measure, and what is noted of it: contestants take turns, a block of calls each."""

import math
import os
import time

REPEATS = int(os.environ.get("BENCH_REPEATS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "0.06"))


def measure(benchmark, run, table, name, **noted):
    """One block: as many rounds as fit into SECONDS, at least one; quick runs are timed several at once.

    `table` and `name` say where the result belongs; `noted` goes with it into the JSON.
    """
    begin, once = time.process_time(), math.inf
    while time.process_time() - begin < SECONDS / 4:  # the quickest call says how many fit
        start = time.process_time()
        run()
        once = min(once, max(time.process_time() - start, 1e-6))
    iterations = max(1, int(0.0005 / once))
    rounds = max(1, min(200, int(SECONDS / (once * iterations))))
    benchmark.extra_info.update(table=table, name=name, **noted)
    benchmark.pedantic(run, rounds=rounds, iterations=iterations)


def once(benchmark, run, table, name, setup=None, **noted):
    """One call, for what takes long or can be done only once."""
    benchmark.extra_info.update(table=table, name=name, **noted)
    return benchmark.pedantic(run, setup=setup, rounds=1, iterations=1)
