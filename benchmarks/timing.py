"""How contestants are timed: in blocks, by turns, as a machine's speed changes."""

import datetime
import importlib.metadata
import math
import platform
import statistics
import time
from pathlib import Path

REPEATS, SECONDS = 5, 0.06


def quickest(run):
    """Processor seconds of the quickest call in a block: what else the machine does only makes a call longer."""
    start = begin = time.process_time()
    best = math.inf
    while begin < start + SECONDS:
        run()
        end = time.process_time()
        best, begin = min(best, end - begin), end
    return best


def race(runs, clock=quickest):
    """name -> what `clock(run)` says in each of REPEATS blocks."""
    turns = [{name: clock(run) for name, run in runs.items()} for _ in range(REPEATS)]
    return {name: [turn[name] for turn in turns] for name in runs}


def ratio(these, ours, digits):
    """How many times as long these blocks take: the median over neighbours in time."""
    return round(statistics.median(this / our for this, our in zip(these, ours, strict=True)), digits)


def machine():
    """Where and with what this is measured; a library that is not here has no version."""
    names = [line.partition(":")[2].strip() for file in Path("/proc").glob("cpuinfo")
             for line in file.read_text().splitlines() if line.startswith("model name")]
    return {"date": datetime.date.today().isoformat(), "processor": (names or [platform.processor()])[0],
            "python": platform.python_version(),
            **{found.name: found.version for found in importlib.metadata.distributions()
               if found.name in ("numpy", "torch", "jax")}}
