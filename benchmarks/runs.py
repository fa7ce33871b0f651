"""Measured side by side in one run, on one core; printed, and kept in benchmarks/results.json."""

import argparse
import json
from pathlib import Path

from authoring import marked
from benchmarks import checks, sequence, timing, training, tricks

HERE = Path(__file__).parent
RESULTS, README = HERE / "results.json", HERE.parent / "README.md"
BEGIN, END = "<!-- speed: python -m benchmarks readme writes it -->", "<!-- end of speed -->"
PLAN = {"sequence": sequence, "tricks": tricks, "training": training, "checks": checks}


def as_text(rows):
    """Rows, dicts of plain values, as aligned columns."""
    names = list(rows[0])
    cells = [names] + [[f"{row.get(name, '')}" for name in names] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("  ".join(map(str.rjust, line, widths)) for line in cells)


def as_markdown(rows):
    """Rows as a Markdown table, all columns but the first to the right."""
    names = list(rows[0])
    lines = [names, ["---"] + ["---:"] * (len(names) - 1), *([str(row[name]) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def readme(results):
    """The README's lines on speed: the others' time over ours, for a pass and for the course's training runs."""
    where, two, others = results["sequence"]["machine"], "{:.2f}".format, ("PyTorch", "JAX")
    double, single = ({", ".join(str(row[name]) for name in "TDHB"): row
                       for row in results["sequence"]["rows"] if row["dtype"] == dtype and "B" in row}
                      for dtype in ("float64", "float32"))
    passes = [{"T, D, H, B": size, **{name: two(row[name]) for name in (*others, "straight loop")},
               **{f"{name}, float32": two(single[size][name]) for name in others}} for size, row in double.items()]
    runs = [{name: row[name] for name in ("run", "updates", "seconds", *others)} for row in results["training"]["rows"]]
    names = {"Python": "python", "NumPy": "numpy", "PyTorch": "torch", "JAX": "jax"}
    versions = ", ".join(f"{name} {where[key]}" for name, key in names.items())
    return f"""{as_markdown(passes)}

The others' processor time for a forward pass and BPTT divided by ours, on one core; above 1, ours is faster.

{as_markdown(runs)}

Seconds from the start of a process to the end of a training run of the notebooks (the stream: a sine in place of
notebook 6's tide), imports and compilation included, and the others' time for the same updates divided by ours, on one
core.

Measured by `make bench` on {where["processor"]}, {versions}."""


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="*", default=[*PLAN], metavar="WHAT",
                        help=f"{', '.join(PLAN)} (default: all), or readme: put what was measured last into README.md")
    wanted = parser.parse_args(arguments).what
    if unknown := set(wanted) - {*PLAN, "readme"}:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(PLAN)}")
    results = json.loads(RESULTS.read_text())
    for name in PLAN:
        if name in wanted:
            results[name] = {"machine": timing.machine(), "rows": [*PLAN[name].measure()]}
            print(f"\n{name}\n{as_text(results[name]['rows'])}", flush=True)
            RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")  # kept, whatever comes after
    if "readme" in wanted:
        text = marked.put(README.read_text(encoding="utf-8"), BEGIN, END, readme(results),
                          ("README.md", "the table of speed"))
        README.write_text(text, encoding="utf-8")
