"""python -m benchmarks: all on one core, which has to be settled before a library starts its threads."""

import os
import sys

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
if hasattr(os, "sched_setaffinity"):  # the one way that every library obeys
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

from benchmarks import runs  # noqa: E402

if __name__ == "__main__":
    sys.exit(runs.main())
