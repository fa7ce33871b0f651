"""python -m benchmarks: measured side by side in one run, printed, kept in benchmarks/results.json and drawn."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from authoring import marked
from benchmarks import machine, picture, tables
from rnn_helpers import atomic
from rnn_helpers.explore import measured

HERE = Path(__file__).parent
RESULTS, PICTURE, README = HERE / "results.json", HERE / "results.png", HERE.parent / "README.md"
BEGIN, END = "<!-- speed: python -m benchmarks readme writes it -->", "<!-- end of speed -->"
PLAN = {  # name -> which table, how many cores
    "sequence, one core": ("sequence", "1"),
    "sequence, all cores": ("sequence", "all"),
    "tricks": ("tricks", "1"),
    "training": ("training", "1"),
    "streaming": ("streaming", "1"),
    "growth": ("growth", "1"),
    "waiting": ("waiting", "all"),
}


def records(table, cores):
    """What pytest-benchmark wrote of benchmarks/bench_TABLE.py: a list."""
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch, "measured.json")
        clock = "process_time" if cores == "1" else "perf_counter"  # what else runs on that one core is not counted
        done = subprocess.run([sys.executable, "-m", "pytest", "-c", str(HERE / "pytest.ini"),
                               str(HERE / f"bench_{table}.py"), f"--benchmark-json={target}",
                               f"--benchmark-timer=time.{clock}"],
                              stdout=subprocess.PIPE, text=True, cwd=HERE.parent,
                              env={**os.environ, "BENCH_CORES": cores})
        if done.returncode:
            sys.exit(done.stdout[-3000:])
        return json.loads(target.read_text())["benchmarks"]


def measure(name):
    """One entry of the plan: where it was measured, and its rows."""
    table, cores = PLAN[name]
    entry = {"machine": machine.describe(cores), "rows": tables.TABLES[table](records(table, cores))}
    if table == "growth":
        entry["exponents"] = tables.exponents(entry["rows"])
    if table == "sequence":
        entry["means"] = tables.means(entry["rows"])
    return entry


def write_growth(entry):
    """What notebook 6 draws: the times and the memory of one more run of the course's own code."""
    sizes, milliseconds, kilobytes = tables.costs(entry["rows"], "T")
    numbers = json.loads(measured.FILE.read_text(encoding="utf-8"))
    numbers["growth"] = {"steps": sizes, "milliseconds": milliseconds, "kilobytes": kilobytes}
    atomic.write(measured.FILE, json.dumps(numbers) + "\n")


def show(name, entry):
    where = entry["machine"]
    cores = f"{where['cores']} {'core' if where['cores'] == 1 else 'cores'}"
    print(f"\n{name}  ({where['processor']}, {cores}, NumPy {where['numpy']})")
    for rows in (entry.get("exponents", entry["rows"]), entry.get("means")):
        if rows:
            print(tables.as_text(rows), flush=True)


def write_readme(results):
    """Put the table into the README, between its marks."""
    text = marked.put(README.read_text(encoding="utf-8"), BEGIN, END, tables.readme(results),
                      ("README.md", "the table of speed"))
    README.write_text(text, encoding="utf-8")


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = list(dict.fromkeys(table for table, _ in PLAN.values()))
    parser.add_argument("what", nargs="*", help=f"{', '.join(known)} (default: all); "
                        "show prints what was measured last, readme puts it into README.md")
    wanted = parser.parse_args(arguments).what
    results = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    if wanted == ["readme"]:
        write_readme(results)
        return 0
    if wanted != ["show"]:
        names = [name for name, (table, _) in PLAN.items() if not wanted or table in wanted]
        if unknown := set(wanted) - set(known):
            parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        print("Ratios are the others' time divided by ours: above 1, ours is faster. Medians over interleaved blocks.")
        for name in names:
            results[name] = measure(name)
            show(name, results[name])
            if name == "growth":
                write_growth(results[name])
            RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")  # kept, whatever comes after
        print(f"\n{RESULTS.relative_to(HERE.parent)} written")
        if {"sequence, one core", "growth"} <= set(results):
            picture.draw(results).savefig(PICTURE, metadata={"Software": None})
            print(f"{PICTURE.relative_to(HERE.parent)} drawn")
    else:
        for name, entry in results.items():
            show(name, entry)
    return 0


if __name__ == "__main__":
    sys.exit(main())
