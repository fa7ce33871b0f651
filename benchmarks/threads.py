"""How many cores a run may use: BENCH_CORES=1 for one, otherwise all. Imported before anything that starts threads."""

import os

CORES = os.environ.get("BENCH_CORES", "all")
if CORES == "1":
    os.environ.update({name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")})
    if hasattr(os, "sched_setaffinity"):  # the one way that every library obeys
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
