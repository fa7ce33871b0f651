"""From pytest-benchmark's records to the tables that people read: rows of plain values, as text and as Markdown."""

import statistics
from collections import defaultdict

from rnn_helpers.growth import exponent

OURS, OTHERS, SHARE = "package", ("PyTorch", "JAX"), "share of matrix product"


def blocks(records, *keys, seconds="seconds"):
    """key -> name -> its blocks in the order in which they took turns, the seconds of each one's quickest round, for
    what else a machine does only makes a round longer; and (key, name) -> what was noted.
    """
    times, noted = defaultdict(lambda: defaultdict(list)), {}
    for record in records:
        info = record["extra_info"]
        key = tuple(tuple(v) if isinstance(v := info[k], list) else v for k in keys)
        times[key][info["name"]].append(info[seconds] if seconds in info else record["stats"]["min"])
        noted[key, info["name"]] = info
    return times, noted


def medians(records, *keys):
    """The same with the median of the blocks."""
    times, noted = blocks(records, *keys)
    return {key: {name: statistics.median(values) for name, values in by.items()} for key, by in times.items()}, noted


def ratio(these, ours, digits):
    """How many times as long these blocks take: the median over neighbours in time, as a machine's speed changes."""
    return round(statistics.median(this / our for this, our in zip(these, ours, strict=True)), digits)


def sequence(records):
    """A row for each dtype and size: times of the others over ours, and our share of the matrix product's speed."""
    products, passes = ([record for record in records if record["extra_info"]["table"] == table]
                        for table in ("product", "sequence"))
    products, noted = medians(products, "dtype")
    speed = {dtype: noted[(dtype,), name]["flops"] / by[name]
             for (dtype,), by in products.items() for name in by}
    times, noted = blocks(passes, "dtype", "size")
    rows = []
    for (dtype, size), by_name in times.items():
        ours = statistics.median(by_name[OURS])
        others = {name: ratio(seconds, by_name[OURS], 3) for name, seconds in by_name.items() if name != OURS}
        share = noted[(dtype, size), OURS]["flops"] / ours / speed[dtype]
        rows.append({"dtype": dtype, **dict(zip("TDHB", size, strict=True)), "microseconds": round(1e6 * ours, 1),
                     **others, SHARE: round(share, 3)})
    return rows


def means(rows):
    """Geometric means of `sequence`'s rows: the others' time over ours, our share of a product's speed for H >= 256."""
    found = []
    for dtype in dict.fromkeys(row["dtype"] for row in rows):
        for what, names, chosen in (("B = 1", OTHERS, lambda row: row["B"] == 1),
                                    ("all sizes", OTHERS, lambda row: True),
                                    ("H >= 256", (SHARE,), lambda row: row["H"] >= 256)):
            part = [row for row in rows if row["dtype"] == dtype and chosen(row)]
            mean = {name: round(statistics.geometric_mean(row[name] for row in part), 2) for name in names}
            found.append({"dtype": dtype, "mean over": what, **dict.fromkeys((*OTHERS, SHARE), ""), **mean})
    return found


def training(records):
    """A row for each run: seconds from a process's start, and after its imports; the others' time over ours."""
    whole, noted = blocks(records, "task")
    alone, _ = blocks(records, "task", seconds="imported")
    rows = []
    for key in whole:
        row = {"run": key[0], "updates": noted[key, OURS]["updates"]}
        for said, times in (("", whole[key]), (", imported", alone[key])):
            row[f"seconds{said}"] = round(statistics.median(times[OURS]), 3)
            row |= {f"{name}{said}": ratio(times[name], times[OURS], 1) for name in OTHERS}
        rows.append(row)
    return rows


def streaming(records):
    """A row for each length: our characters a second and peak memory, and what one character at a time takes."""
    times, noted = medians(records, "length")
    rows = []
    for (length,), by_name in times.items():
        other = next(name for name in by_name if name != OURS)
        held = {name: round(noted[(length,), name]["peak_bytes"] / 1000) for name in by_name}
        rows.append({"characters": length, "characters a second": round(length / by_name[OURS]),
                     other: round(by_name[other] / by_name[OURS], 2),
                     "peak KB": held[OURS], f"peak KB, {other}": held[other]})
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
    ways = dict.fromkeys(row["way"] for row in part)
    times, held = ({way: [row[cost] for row in part if row["way"] == way] for way in ways}
                   for cost in ("milliseconds", "peak KB"))
    return list(dict.fromkeys(row["value"] for row in part)), times, held


def exponents(rows):
    """A row for each symbol and way: the fitted exponents of time and memory, over the upper half of the sizes."""
    found = []
    for symbol, way in dict.fromkeys((row["symbol"], row["way"]) for row in rows):
        part = [row for row in rows if (row["symbol"], row["way"]) == (symbol, way)]
        part = part[len(part) // 2 - 1 :]
        sizes, times, held = ([row[name] for row in part] for name in ("value", "milliseconds", "peak KB"))
        found.append({"in": symbol, "way": way, "time": round(exponent(sizes, times), 2),
                      "memory": round(exponent(sizes, held), 2)})
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
            middle = statistics.median(by_name.values())
            rows += [{"what": f"{table}, the slowest of {len(by_name)}: {worst}", "seconds": round(by_name[worst], 3)},
                     {"what": f"{table}, the median of {len(by_name)}", "seconds": round(middle, 3)}]
        else:
            rows += [{"what": f"{table}: {name}", "seconds": round(seconds, 3)} for name, seconds in by_name.items()]
    return rows


def tricks(records):
    """A row for each trick: the time without it over the time with it, for each size."""
    times, _ = blocks(records, "size")
    sizes = {", ".join(map(str, size)): by_name for (size,), by_name in times.items()}
    return [{"without": name, **{size: ratio(by[name], by["as it is"], 2) for size, by in sizes.items()}}
            for name in next(iter(sizes.values())) if name != "as it is"]


TABLES = {table.__name__: table for table in (sequence, tricks, training, streaming, growth, waiting)}


def cell(value):
    """A value as text, thousands apart."""
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def as_text(rows):
    """Rows as aligned columns."""
    names = list(rows[0])
    cells = [names] + [[cell(row.get(name)) for name in names] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    align = [str.ljust if isinstance(rows[0][name], str) else str.rjust for name in names]
    return "\n".join("  ".join(put(c, width) for put, c, width in zip(align, line, widths, strict=True)).rstrip()
                     for line in cells)


def as_markdown(rows):
    """Rows as a Markdown table, all columns but the first to the right."""
    names = list(rows[0])
    lines = [names, ["---"] + ["---:"] * (len(names) - 1), *([cell(row[name]) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def readme(results):
    """The README's lines on speed: the others' time over ours, for a pass and for the course's training runs."""
    where, two = results["sequence, one core"]["machine"], "{:.2f}".format
    double, single = ({", ".join(str(row[name]) for name in "TDHB"): row
                       for row in results["sequence, one core"]["rows"] if row["dtype"] == dtype}
                      for dtype in ("float64", "float32"))
    passes = [{"T, D, H, B": size, **{name: two(row[name]) for name in (*OTHERS, "straight loop")},
               **{f"{name}, float32": two(single[size][name]) for name in OTHERS}} for size, row in double.items()]
    runs = [{name: row[name] for name in ("run", "updates", "seconds", *OTHERS)} for row in results["training"]["rows"]]
    names = {"Python": "python", "NumPy": "numpy", "PyTorch": "torch", "JAX": "jax"}
    versions = ", ".join(f"{name} {where[key]}" for name, key in names.items())
    return f"""{as_markdown(passes)}

The others' processor time for a forward pass and BPTT divided by ours, on one core; above 1, ours is faster.

{as_markdown(runs)}

Seconds from the start of a process to the end of a training run of the notebooks, imports and compilation included, and
the others' time for the same updates divided by ours, on one core.

Measured by `make bench` on {where["processor"]}, {versions}."""
