"""python -m benchmarks: one table of ratios, measured side by side in one run, and benchmarks/results.json."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
OURS = "package"


def measured():
    """What pytest-benchmark wrote: a list of benchmarks."""
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch, "measured.json")
        done = subprocess.run([sys.executable, "-m", "pytest", "-c", str(HERE / "pytest.ini"), str(HERE), f"--benchmark-json={target}",
                               "--benchmark-columns=median"], stdout=subprocess.PIPE, text=True, cwd=HERE.parent)
        if done.returncode:
            sys.exit(done.stdout[-3000:])
        return json.loads(target.read_text())["benchmarks"]


def ratios(rows):
    """(dtype, size) -> contestant -> its median time over the package's, and "limit": the package's share of the product's speed."""
    times, flops, speed = defaultdict(lambda: defaultdict(list)), {}, {}
    for row in rows:
        info, median = row["extra_info"], row["stats"]["median"]
        if info["table"] == "product":
            speed.setdefault(info["dtype"], []).append(info["flops"] / median)
        else:
            key = info["dtype"], tuple(info["size"])
            times[key][info["name"]].append(median)
            flops[key] = info["flops"]
    found = {}
    for key, by_name in times.items():
        medians = {name: statistics.median(values) for name, values in by_name.items()}
        found[key] = {name: value / medians[OURS] for name, value in medians.items() if name != OURS}
        found[key]["limit"] = flops[key] / medians[OURS] / statistics.median(speed[key[0]])
    return found


def as_text(found):
    """The table: how many times longer the others take; below 1 they are faster."""
    names = list(next(iter(found.values())))
    lines = ["(T, D, H, B)            dtype    " + "".join(f"{name:>15}" for name in names)]
    for (dtype, size), row in found.items():
        lines.append(f"{size!s:<24}{dtype:<9}" + "".join(f"{row[name]:>15.2f}" for name in names))
    for dtype in dict.fromkeys(dtype for dtype, _ in found):
        mean = [np.exp(np.mean([np.log(row[name]) for (d, _), row in found.items() if d == dtype])) for name in names]
        lines.append(f"{'geometric mean':<24}{dtype:<9}" + "".join(f"{value:>15.2f}" for value in mean))
    return "\n".join(lines)


def main():
    found = ratios(measured())
    print("Time of the others over ours, medians of interleaved repeats; limit: our share of the speed of a matrix product.")
    print(as_text(found))
    (HERE / "results.json").write_text(json.dumps([{"dtype": dtype, "size": size, **row} for (dtype, size), row in found.items()], indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
