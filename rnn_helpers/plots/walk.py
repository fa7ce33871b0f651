"""The walk back: an unrolled network, and one moment of its backward pass, with every number in its place."""

import numpy as np

from rnn_helpers.plots.svg import CELL, arrow, formula, matrix, number, page, size, words
from rnn_helpers.walk import MOMENTS, SHARES

BACK = "#D55E00"  # the colour of gradients on their way
MARGIN, GAP = 176, 40  # for the names of the rows and the sums; between two columns
TITLES = {"joins": "the step's own loss joins", "slope": "through tanh", "shares": "what the step gives to each parameter",
          "carry": "on to the step before"}


class Stage:
    """Where everything stands: a column for each step, a row for each quantity."""

    def __init__(self, cell, T):
        (H, D), self.T = cell.Wx.shape, T
        self.column = max(H, D) * CELL[0] + GAP
        heights = {"x_t": D, "h_t": H, "dh[t]": H, "dh_t": H, "dz_t": H, "dWx_t": H, "dWh_t": H, "db_t": H}
        self.top, y = {}, 24
        for name, rows in heights.items():
            self.top[name] = y
            y += rows * CELL[1] + (30 if name == "h_t" else 16 if name.endswith("]") else 10 if name in SHARES else 18)
        self.height, self.width = y + 16, MARGIN + self.column * T
        self.panel = max(H, D) * CELL[1]

    def middle(self, t):
        """The x of the middle of the column of step t; t = -1 is the state before the first step."""
        return MARGIN + self.column * (t + 0.5) if t >= 0 else MARGIN - CELL[0] / 2 - 8

    def place(self, name, values, t):
        """The top left corner of a matrix in the column of step t."""
        return self.middle(t) - size(values)[0] / 2, self.top[name]


def moment_of(position, walk):
    """(number of the step in the walk, one of MOMENTS or "end") of a position on the slider, from 0 on."""
    n, m = divmod(position, len(MOMENTS))
    return (n, MOMENTS[m]) if n < len(walk.steps) else (len(walk.steps), "end")


def positions(walk):
    """How many moments a walk has; the last is the end, where it arrived."""
    return len(walk.steps) * len(MOMENTS) + (0 if walk.stopped else 1)


def scales(walk):
    """The largest number of each kind, for colours that mean the same at every moment."""
    largest = {}
    for step in walk.steps:
        for name, value in (("dh", step.dh_t), ("dh", step.given["dh_prev"]), ("dz_t", step.given["db_t"]), *step.given.items()):
            largest[name] = max(largest.get(name, 0.0), float(np.nan_to_num(np.abs(value)).max()))
    return largest


def draw(walk, X, h, h0, position, ink=None):
    """One moment of a walk.

    Parameters
    ----------
    walk : from `walk_back`; X (T, D, 1), h (T, H, 1), h0 (H, 1) : the forward pass
    position : from 0 to positions(walk) - 1
    ink : colour of words and lines; None takes the page's

    Returns
    -------
    svg, text : the drawing, and what happens at this moment in a sentence or two
    """
    stage, largest = Stage(walk.cell, len(X)), scales(walk)
    n, what = moment_of(position, walk)
    parts = [*forward(stage, X, h, h0), *names(stage)]
    for done, step in enumerate(walk.steps[: n + 1]):
        stages = MOMENTS if done < n else MOMENTS[: MOMENTS.index(what) + 1]
        parts += backward(stage, step, stages, largest, now=done == n and what)
    for step in walk.steps[n + (what != "end"):]:
        parts += coming(stage, step)
    parts += sums(stage, walk, n + (what in ("shares", "carry")), what)
    svg, text = panel(stage, walk, n, what, largest)
    return page(stage.width, stage.height + stage.panel + 34, [*parts, svg], text, ink), text


def forward(stage, X, h, h0):
    """The unrolled network: inputs, states, and the weights that all steps share."""
    parts, y = [], stage.top["h_t"] + size(h[0])[1] / 2
    x0, y0 = stage.middle(-1) - CELL[0] / 2, stage.top["h_t"]
    parts.append(matrix(x0, y0, h0, "state", 1.0, "h0"))
    for t in range(stage.T):
        middle = stage.middle(t)
        parts.append(words(middle, 14, f"step {t + 1}", size=12, weight="bold", family="sans-serif"))
        parts.append(matrix(*stage.place("x_t", X[t], t), X[t], "state", 2.0, f"x[{t}]"))
        parts.append(matrix(*stage.place("h_t", h[t], t), h[t], "state", 1.0, f"h[{t}]"))
        parts.append(arrow(middle, stage.top["x_t"] + size(X[t])[1], middle, stage.top["h_t"], opacity=0.7))
        left = stage.middle(t - 1) + CELL[0] / 2
        parts.append(arrow(left + 3, y, middle - CELL[0] / 2 - 3, y, opacity=0.7))
        parts.append(words((left + middle - CELL[0] / 2) / 2, y - 7, "Wh", size=11))
        bottom = stage.top["h_t"] + size(h[t])[1]
        parts.append(arrow(middle, bottom + 1, middle, bottom + 12, opacity=0.7))
        parts.append(words(middle + 8, bottom + 14, f"loss {t + 1}", "start", size=11, family="sans-serif"))
    return parts


def names(stage):
    """The name of each row, in the margin."""
    return [words(4, top + 14, {"h_t": "h_t, from h0"}.get(name, name), "start", 12)
            for name, top in stage.top.items() if name not in SHARES]


def coming(stage, step):
    """What the walk has not reached: empty cells."""
    rows = {"dh[t]": step.direct, "dh_t": step.dh_t, "dz_t": step.dh_t, **{name: step.right[name] for name in SHARES}}
    return [matrix(*stage.place(name, value, step.t), value, "gradient", 1.0, faint=True) for name, value in rows.items()]


def backward(stage, step, stages, largest, now):
    """What a step of the walk has done so far; `now` is the moment that is looked at, its numbers are framed."""
    parts, t, middle = [], step.t, stage.middle(step.t)

    def put(name, value, scale, wrong=None, right=None):
        x, y = stage.place(name, value, t)
        parts.append(matrix(x, y, value, "gradient", largest.get(scale, 1.0), f"{name}, step {t + 1}", wrong, right=right))

    put("dh[t]", step.direct, "dh")
    put("dh_t", step.dh_t, "dh")
    below = stage.top["dh[t]"] + size(step.direct)[1]
    parts.append(arrow(middle, below + 1, middle, stage.top["dh_t"] - 1, BACK if now == "joins" else "currentColor"))
    if t < stage.T - 1:
        parts += handed_on(stage, t + 1, step, 2.2 if now == "joins" else 1.4)
    if "slope" in stages:
        put("dz_t", step.given["db_t"], "dz_t", step.wrong("db_t"), step.right["db_t"])
        top = stage.top["dh_t"] + size(step.dh_t)[1]
        parts.append(arrow(middle, top + 1, middle, stage.top["dz_t"] - 1, BACK if now == "slope" else "currentColor"))
    for name in SHARES:
        if "shares" in stages:
            put(name, step.given[name], name, step.wrong(name), step.right[name])
        else:
            parts.append(matrix(*stage.place(name, step.right[name], t), step.right[name], "gradient", 1.0, faint=True))
    if "slope" not in stages:
        parts.append(matrix(*stage.place("dz_t", step.dh_t, t), step.dh_t, "gradient", 1.0, faint=True))
    if now:
        rows = {"joins": ("dh[t]", "dh_t"), "slope": ("dz_t",), "shares": SHARES, "carry": ("dz_t",)}[now]
        first, last = stage.top[rows[0]], stage.top[rows[-1]] + size(step.dh_t)[1]
        wide = stage.column - 12
        parts.append(f'<rect x="{middle - wide / 2:g}" y="{first - 5:g}" width="{wide:g}" height="{last - first + 10:g}" rx="6" '
                     f'fill="none" stroke="{BACK}" stroke-width="2"/>')
    if now == "carry":
        parts += handed_on(stage, t, step, 2.2)
    return parts


def handed_on(stage, t, step, width):
    """dh_next on its way from dz_t of step t to the state before."""
    high = size(step.dh_t)[1]
    x0, x1 = stage.middle(t) - CELL[0] / 2 - 3, stage.middle(t - 1) + CELL[0] / 2 + 3
    return [arrow(x0, stage.top["dz_t"] + high / 2, x1, stage.top["dh_t"] + high / 2, BACK, width),
            words((x0 + x1) / 2 + 6, stage.top["dz_t"] + high / 2 - 2 + 14, "dh_next", size=11)]


def sums(stage, walk, upto, what):
    """The sums so far, in the margin, and at the end dh0."""
    given, right = walk.totals(upto), walk.totals(upto, "right")
    complete = {name: np.abs(value).max() for name, value in walk.totals(len(walk.steps)).items()}
    parts = []
    for name in SHARES:
        value, wrong = given[name], np.zeros(given[name].shape, bool)
        for step in walk.steps[:upto]:
            wrong |= step.wrong(name)
        parts.append(words(4, stage.top[name] + 14, f"{name[:-2]} =", "start", 12, "bold"))
        parts.append(matrix(MARGIN - 16 - size(value)[0], stage.top[name], value, "gradient", complete[name], name[:-2], wrong, right=right[name]))
    if what == "end":
        dh0, wrong = walk.steps[-1].given["dh_prev"], walk.steps[-1].wrong("dh_prev")
        x, y = stage.middle(-1) - CELL[0] / 2, stage.top["dh_t"]
        parts.append(matrix(x, y, dh0, "gradient", np.abs(dh0).max(), "dh0", wrong, right=walk.steps[-1].right["dh_prev"]))
        parts.append(words(x - 6, y + 14, "dh0", "end", 12, "bold"))
        parts += handed_on(stage, 0, walk.steps[-1], 2.2)
    return parts


def panel(stage, walk, n, what, largest):
    """The moment's formula with its numbers; returns (svg, text)."""
    y = stage.height + 20
    if what == "end":
        dh0 = walk.steps[-1].given["dh_prev"]
        text = (f"The walk is over: {len(walk.steps)} shares are summed in dWx, dWh and db, and dh0 = {numbers(dh0)} "
                "is what reached the state before the first step.")
        items = ["dh0 = dh_next =", (dh0, "gradient", largest["dh"], "dh0", walk.steps[-1].wrong("dh_prev"), walk.steps[-1].right["dh_prev"])]
    else:
        step = walk.steps[n]
        items, told = FORMULAS[what](walk.cell, step, largest)
        text = f"Step {step.t + 1} of {stage.T}, {TITLES[what]}: {told}"
    svg, _ = formula(4, y, items, stage.panel)
    return f'<line x1="0" x2="{stage.width}" y1="{y - 12}" y2="{y - 12}" stroke="currentColor" stroke-opacity="0.3"/>{svg}', text + slips(walk, n, what)


def joins(cell, step, largest):
    last = not step.dh_next.any()
    told = f"dh_t = dh[t] + dh_next = {numbers(step.dh_t)}" + (", for nothing flows back from beyond the last step." if last else ".")
    return ["dh_t = dh[t] + dh_next =", (step.direct, "gradient", largest["dh"], "dh[t]", None, None), "+",
            (step.dh_next, "gradient", largest["dh"], "dh_next", None, None), "=", (step.dh_t, "gradient", largest["dh"], "dh_t", None, None)], told


def slope(cell, step, largest):
    slopes = 1 - step.h_t**2
    dz_t = step.given["db_t"]
    told = f"the slopes 1 - h_t² are {numbers(slopes)}, so dz_t = {numbers(step.right['db_t'])}."
    return ["dz_t = dh_t * (1 - h_t²) =", (step.dh_t, "gradient", largest["dh"], "dh_t", None, None), "*",
            (slopes, "state", 1.0, "1 - h_t²", None, None), "=",
            (dz_t, "gradient", largest["dz_t"], "dz_t", step.wrong("db_t"), step.right["db_t"])], told


def shares(cell, step, largest):
    dz = (step.right["db_t"], "gradient", largest["dz_t"], "dz_t", None, None)
    out = {name: (step.given[name], "gradient", largest[name], name, step.wrong(name), step.right[name]) for name in SHARES}
    told = "dz_t times the input, dz_t times the state before, and dz_t itself join the sums."
    return ["dWx_t =", dz, (step.x_t.T, "state", 2.0, "x_t", None, None), "=", out["dWx_t"], "  dWh_t =", dz,
            (step.h_prev.T, "state", 1.0, "h_prev", None, None), "=", out["dWh_t"]], told


def carry(cell, step, largest):
    dh = step.given["dh_prev"]
    told = f"dh_next = Whᵀ dz_t = {numbers(step.right['dh_prev'])}" + (", on its way to the step before." if step.t else ", the gradient of h0.")
    return ["dh_next = Whᵀ dz_t =", (cell.Wh.T, "state", float(np.abs(cell.Wh).max()), "Wh.T", None, None),
            (step.right["db_t"], "gradient", largest["dz_t"], "dz_t", None, None), "=",
            (dh, "gradient", largest["dh"], "dh_next", step.wrong("dh_prev"), step.right["dh_prev"])], told


FORMULAS = {"joins": joins, "slope": slope, "shares": shares, "carry": carry}
SHOWN_IN = {"slope": ("db_t",), "shares": SHARES, "carry": ("dh_prev",)}


def slips(walk, n, what):
    """What is wrong at this moment, in words; "" when nothing is."""
    if what not in SHOWN_IN:
        return ""
    step, said = walk.steps[n], []
    for name in SHOWN_IN[what]:
        wrong = step.wrong(name)
        if wrong.any():
            i, j = np.argwhere(wrong)[0]
            said.append(f"{name}[{i}, {j}] is {step.given[name][i, j]:.4g} here, right: {step.right[name][i, j]:.4g}")
    return f" But {'; '.join(said)}." if said else ""


def numbers(column):
    return f"({', '.join(number(value) for value in np.ravel(column))})"


def verdict(walk, whose):
    """Where the function first goes wrong, in a sentence; "" when it is right all the way."""
    if walk.stopped:
        return f"The walk of {whose} stops: {walk.stopped}."
    found = walk.first_difference()
    if not found:
        return ""
    n, name, (i, j) = found
    step = walk.steps[n]
    return (f"{whose[0].upper()}{whose[1:]} first goes wrong at step {step.t + 1}: {name}[{i}, {j}] is "
            f"{step.given[name][i, j]:.4g}, right: {step.right[name][i, j]:.4g}.")

