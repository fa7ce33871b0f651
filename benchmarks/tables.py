"""From pytest-benchmark's records to the tables that people read: rows of plain values, as text and as Markdown."""

import statistics
from collections import defaultdict

from rnn_helpers.growth import exponent

OURS = "package"


def medians(records, *keys):
    """key -> name -> median of the blocks, in seconds; and key -> what was noted."""
    times, noted = defaultdict(lambda: defaultdict(list)), {}
    for record in records:
        info = record["extra_info"]
        key = tuple(tuple(v) if isinstance(v := info[k], list) else v for k in keys)
        times[key][info["name"]].append(info.get("seconds", record["stats"]["median"]))
        noted[key, info["name"]] = info
    return {key: {name: statistics.median(values) for name, values in by_name.items()} for key, by_name in times.items()}, noted


def sequence(records):
    """A row for each dtype and size: times of the others over ours, and our share of the matrix product's speed."""
    products, noted = medians([r for r in records if r["extra_info"]["table"] == "product"], "dtype")
    speed = {dtype: noted[(dtype,), "matrix product"]["flops"] / by["matrix product"] for (dtype,), by in products.items()}
    times, noted = medians([r for r in records if r["extra_info"]["table"] == "sequence"], "dtype", "size")
    rows = []
    for (dtype, size), by_name in times.items():
        ours = by_name[OURS]
        others = {name: round(seconds / ours, 3) for name, seconds in by_name.items() if name != OURS}
        share = noted[(dtype, size), OURS]["flops"] / ours / speed[dtype]
        rows.append({"dtype": dtype, "T": size[0], "D": size[1], "H": size[2], "B": size[3], "microseconds": round(1e6 * ours, 1), **others,
                     "share of matrix product": round(share, 3)})
    return rows


def means(rows):
    """Of `sequence`'s rows, the geometric means of what is asked of them: the others' time over ours, our share for H >= 256."""
    found = []
    for dtype in dict.fromkeys(row["dtype"] for row in rows):
        for what, names, chosen in (("B = 1", ("PyTorch", "JAX"), lambda row: row["B"] == 1), ("all sizes", ("PyTorch", "JAX"), lambda row: True),
                                    ("H >= 256", ("share of matrix product",), lambda row: row["H"] >= 256)):
            part = [row for row in rows if row["dtype"] == dtype and chosen(row)]
            found.append({"dtype": dtype, "mean over": what, **{name: round(statistics.geometric_mean(row[name] for row in part), 2) if name in names else ""
                                                               for name in ("PyTorch", "JAX", "share of matrix product")}})
    return found


def training(records):
    """A row for each goal: steps, our seconds, PyTorch's time over ours."""
    times, noted = medians(records, "task")
    return [{"goal": task, "steps": noted[(task,), OURS]["steps"], "steps, PyTorch": noted[(task,), "PyTorch"]["steps"],
             "seconds": round(by_name[OURS], 3), "PyTorch": round(by_name["PyTorch"] / by_name[OURS], 2)}
            for (task,), by_name in times.items()]


def streaming(records):
    """A row for each length: our characters a second and peak memory, and what one character at a time takes."""
    times, noted = medians(records, "length")
    rows = []
    for (length,), by_name in times.items():
        other = next(name for name in by_name if name != OURS)
        rows.append({"characters": length, "characters a second": round(length / by_name[OURS]), other: round(by_name[other] / by_name[OURS], 2),
                     "peak KB": round(noted[(length,), OURS]["peak_bytes"] / 1000), f"peak KB, {other}": round(noted[(length,), other]["peak_bytes"] / 1000)})
    return rows


def growth(records):
    """A row for each size and way: milliseconds and peak memory."""
    times, noted = medians(records, "symbol", "value")
    return [{"symbol": symbol, "value": value, "way": way, "milliseconds": round(1e3 * seconds, 4),
             "peak KB": round(noted[(symbol, value), way]["peak_bytes"] / 1000, 1)}
            for (symbol, value), by_name in times.items() for way, seconds in by_name.items()]


def costs(rows, symbol):
    """Of `growth`'s rows, those in which one size grows: its values, and way -> milliseconds, way -> KB."""
    part = [row for row in rows if row["symbol"] == symbol]
    by_way = lambda cost: {way: [row[cost] for row in part if row["way"] == way] for way in dict.fromkeys(row["way"] for row in part)}
    return list(dict.fromkeys(row["value"] for row in part)), by_way("milliseconds"), by_way("peak KB")


def exponents(rows):
    """A row for each symbol and way: the fitted exponents of time and memory, over the upper half of the sizes."""
    found = []
    for symbol, way in dict.fromkeys((row["symbol"], row["way"]) for row in rows):
        part = [row for row in rows if (row["symbol"], row["way"]) == (symbol, way)]
        part = part[len(part) // 2 - 1 :]
        sizes = [row["value"] for row in part]
        found.append({"in": symbol, "way": way, "time": round(exponent(sizes, [row["milliseconds"] for row in part]), 2),
                      "memory": round(exponent(sizes, [row["peak KB"] for row in part]), 2)})
    return found


def waiting(records):
    """A row for each thing that a learner waits for, in seconds."""
    times, noted = medians(records, "table")
    for key, name in noted:
        times[key] = noted[key, name].get("many", times[key])
    imports = times.pop(("import",))
    rows = [{"what": f"import {name}, beyond NumPy", "seconds": round(seconds - imports["numpy"], 4)}
            for name, seconds in imports.items() if name != "numpy"]
    for (table,), by_name in times.items():
        if table.startswith(("check", "redraw")):  # one line for many
            worst = max(by_name, key=by_name.get)
            rows += [{"what": f"{table}, the slowest of {len(by_name)}: {worst}", "seconds": round(by_name[worst], 3)},
                     {"what": f"{table}, the median of {len(by_name)}", "seconds": round(statistics.median(by_name.values()), 3)}]
        else:
            rows += [{"what": f"{table}: {name}", "seconds": round(seconds, 3)} for name, seconds in by_name.items()]
    return rows


def tricks(records):
    """A row for each trick: the time without it over the time with it, for each size."""
    times, _ = medians(records, "size")
    names = [name for name in next(iter(times.values())) if name != "as it is"]
    return [{"without": name, **{", ".join(map(str, size)): round(by_name[name] / by_name["as it is"], 2) for (size,), by_name in times.items()}}
            for name in names]


TABLES = {"sequence": sequence, "tricks": tricks, "training": training, "streaming": streaming, "growth": growth, "waiting": waiting}


def as_text(rows):
    """Rows as aligned columns."""
    names = list(rows[0])
    cells = [names] + [["" if row.get(name) is None else f"{row[name]:,}" if isinstance(row[name], int) else str(row[name]) for name in names] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    left = [isinstance(rows[0][name], str) for name in names]
    return "\n".join("  ".join(c.ljust(w) if l else c.rjust(w) for c, w, l in zip(line, widths, left)).rstrip() for line in cells)


def readme(results):
    """The README's lines on speed: PyTorch's and JAX's time over ours on one core."""
    rows = [row for row in results["sequence, one core"]["rows"]]
    sizes = list(dict.fromkeys((row["T"], row["D"], row["H"], row["B"]) for row in rows))
    of = {(row["dtype"], (row["T"], row["D"], row["H"], row["B"])): row for row in rows}
    lines = ["| T, D, H, B | PyTorch | JAX | straight loop | PyTorch, float32 | JAX, float32 |", "|---|---:|---:|---:|---:|---:|"]
    for size in sizes:
        double, single = of["float64", size], of["float32", size]
        values = [double["PyTorch"], double["JAX"], double["straight loop"], single["PyTorch"], single["JAX"]]
        lines.append(f"| {', '.join(map(str, size))} | " + " | ".join(f"{value:.2f}" for value in values) + " |")
    machine = results["sequence, one core"]["machine"]
    return "\n".join(lines) + (f"\n\nTime of a forward pass and BPTT over ours, on one core; above 1 ours is faster. Measured by `make bench` on {machine['processor']}, "
                               f"Python {machine['python']}, NumPy {machine['numpy']}, PyTorch {machine['torch']}, JAX {machine['jax']}.")
