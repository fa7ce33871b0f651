"""Where a measurement was made: processor, cores, versions."""

import datetime
import importlib.metadata
import os
import platform
from pathlib import Path


def processor():
    """The processor's name, as the system gives it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = cpuinfo.read_text().splitlines()
        if names := [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]:
            return names[0]
    return platform.processor() or platform.machine()


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def describe(cores):
    """A dict of strings; `cores` is what threads.CORES says."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"date": datetime.date.today().isoformat(), "processor": processor(),
            "cores": 1 if cores == "1" else available,
            "system": f"{platform.system()} {platform.machine()}", "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "torch", "jax")}}
