"""How long to measure: a block of calls per contestant and repeat, and contestants take turns from block to block."""

import os
import time

REPEATS = int(os.environ.get("BENCH_REPEATS", "7"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "0.06"))


def measure(benchmark, run):
    """One block: as many rounds as fit into SECONDS, at least one; quick runs are timed several at once."""
    start = time.perf_counter()
    run()
    once = max(time.perf_counter() - start, 1e-6)
    iterations = max(1, int(0.0005 / once))
    rounds = max(1, min(200, int(SECONDS / (once * iterations))))
    benchmark.pedantic(run, rounds=rounds, iterations=iterations)
