"""The walk back: an unrolled network, and one moment of its backward pass, with every number in its place."""

import numpy as np

from rnn_helpers.plots.svg import CELL, Matrix, arrow, formula, number, page, words
from rnn_helpers.walk import MOMENTS, SHARES

BACK = "#D55E00"  # the colour of gradients on their way
MARGIN, GAP = 176, 40  # for the names of the rows and the sums; between two columns
TITLES = {"joins": "the step's own loss joins", "slope": "through tanh",
          "shares": "what the step gives to each parameter", "carry": "on to the step before"}
FRAMED = {"joins": ("dh[t]", "dh_t"), "slope": ("dz_t",), "shares": SHARES, "carry": ("dz_t",)}  # rows of a moment
SHOWN_IN = {"slope": ("db_t",), "shares": SHARES, "carry": ("dh_prev",)}  # what of the learner's a moment shows


class Stage:
    """Where everything stands: a column for each step, a row for each quantity."""

    def __init__(self, cell, T):
        (H, D), self.T = cell.Wx.shape, T
        self.column, self.high, self.top, y = max(H, D) * CELL[0] + GAP, H * CELL[1], {}, 24
        gaps = {"x_t": 18, "h_t": 30, "dh[t]": 16, "dh_t": 18, "dz_t": 18, **dict.fromkeys(SHARES, 10)}
        for name, gap in gaps.items():
            self.top[name] = y
            y += (D * CELL[1] if name == "x_t" else self.high) + gap
        self.height, self.width, self.panel = y + 16, MARGIN + self.column * T, max(H, D) * CELL[1]

    def middle(self, t):
        """The x of the middle of the column of step t; t = -1 is the state before the first step."""
        return MARGIN + self.column * (t + 0.5) if t >= 0 else MARGIN - CELL[0] / 2 - 8

    def place(self, name, matrix, t):
        """The top left corner of a matrix in the column of step t."""
        return self.middle(t) - matrix.size[0] / 2, self.top[name]


def moment_of(position, walk):
    """(number of the step in the walk, one of MOMENTS, "end" or "stopped") of a position on the slider, from 0 on."""
    n, m = divmod(position, len(MOMENTS))
    return (n, MOMENTS[m]) if n < len(walk.steps) else (len(walk.steps), "stopped" if walk.stopped else "end")


def positions(walk):
    """How many moments a walk has; the last is the end, where it arrived."""
    return len(walk.steps) * len(MOMENTS) + (0 if walk.stopped else 1)


def scales(walk):
    """The largest number of each kind, for colours that mean the same at every moment."""
    largest = {}
    for step in walk.steps:
        found = [("dh", step.dh_t), ("dh", step.given["dh_prev"]), ("dz_t", step.given["db_t"]), *step.given.items()]
        for name, value in found:
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
    parts = forward(stage, X, h, h0)
    for done, step in enumerate(walk.steps):
        reached = MOMENTS if done < n else MOMENTS[: MOMENTS.index(what) + 1] if done == n else ()
        parts += backward(stage, matrices(step, largest), step, reached, done == n and what)
    parts += sums(stage, walk, n + (what in ("shares", "carry")), what == "end", largest)
    items, text = panel(stage, walk, n, what, largest)
    y = stage.height + 20
    parts.append(f'<line x1="0" x2="{stage.width}" y1="{y - 12}" y2="{y - 12}" stroke="currentColor" opacity="0.3"/>')
    parts.append(formula(4, y, items, stage.panel))
    return page(stage.width, stage.height + stage.panel + 34, parts, text, ink), text


def forward(stage, X, h, h0):
    """The unrolled network: inputs, states, and the weights that all steps share."""
    y = stage.top["h_t"]
    parts = [words(4, top + 14, "h_t, from h0" if name == "h_t" else name, "start")
             for name, top in stage.top.items() if name not in SHARES]
    parts.append(Matrix(h0, "state", 1.0, "h0").draw(stage.middle(-1) - CELL[0] / 2, y))
    for t in range(stage.T):
        middle, before = stage.middle(t), stage.middle(t - 1) + CELL[0] / 2
        x_t, h_t = Matrix(X[t], "state", 2.0, f"x[{t}]"), Matrix(h[t], "state", 1.0, f"h[{t}]")
        parts += [words(middle, 14, f"step {t + 1}", weight="bold", family="sans-serif"),
                  x_t.draw(*stage.place("x_t", x_t, t)), h_t.draw(*stage.place("h_t", h_t, t)),
                  arrow(middle, stage.top["x_t"] + x_t.size[1], middle, y, opacity=0.7),
                  arrow(before + 3, y + stage.high / 2, middle - CELL[0] / 2 - 3, y + stage.high / 2, opacity=0.7),
                  words((before + middle - CELL[0] / 2) / 2, y + stage.high / 2 - 7, "Wh", size=11),
                  arrow(middle, y + stage.high + 1, middle, y + stage.high + 12, opacity=0.7),
                  words(middle + 8, y + stage.high + 14, f"loss {t + 1}", "start", size=11, family="sans-serif")]
    return parts


def matrices(step, largest):
    """What a step has, by name, as it is drawn; `dz` is the right dz_t, dz_t itself is seen as the learner's db_t."""
    note = f" of step {step.t + 1}"
    shown = {name: Matrix(value, "gradient", largest.get("dh" if name == "dh_prev" else name, 1.0), name,
                          step.wrong(name), step.right[name], note) for name, value in step.given.items()}
    shown |= {name: Matrix(value, "gradient", largest["dh"], name, note=note)
              for name, value in (("dh[t]", step.direct), ("dh_next", step.dh_next), ("dh_t", step.dh_t))}
    shown["dz_t"] = Matrix(step.given["db_t"], "gradient", largest["dz_t"], "dz_t", step.wrong("db_t"),
                           step.right["db_t"], note)
    shown["dz"] = Matrix(step.right["db_t"], "gradient", largest["dz_t"], "dz_t", note=note)
    return shown


def backward(stage, shown, step, reached, now):
    """What a step of the walk has done at the moments `reached`; `now` is the one that is looked at, it is framed."""
    parts, t, middle, high = [], step.t, stage.middle(step.t), stage.high
    since = {"dh[t]": "joins", "dh_t": "joins", "dz_t": "slope", **dict.fromkeys(SHARES, "shares")}
    for name, moment in since.items():
        draw_it = shown[name].draw if moment in reached else shown[name].empty
        parts.append(draw_it(*stage.place(name, shown[name], t)))
    for name, moment, after in (("dh[t]", "joins", "dh_t"), ("dh_t", "slope", "dz_t")):
        if moment in reached:
            color = BACK if now == moment else "currentColor"
            parts.append(arrow(middle, stage.top[name] + high + 1, middle, stage.top[after] - 1, color))
    if reached and t < stage.T - 1:
        parts += handed_on(stage, t + 1, 2.2 if now == "joins" else 1.4)
    if now:
        first, last = (stage.top[FRAMED[now][i]] for i in (0, -1))
        wide = stage.column - 12
        parts.append(f'<rect x="{middle - wide / 2:g}" y="{first - 5:g}" width="{wide:g}" '
                     f'height="{last + high - first + 10:g}" rx="6" fill="none" stroke="{BACK}" stroke-width="2"/>')
    return parts + (handed_on(stage, t, 2.2) if now == "carry" else [])


def handed_on(stage, t, width):
    """dh_next on its way from dz_t of step t to the state before."""
    x0, x1 = stage.middle(t) - CELL[0] / 2 - 3, stage.middle(t - 1) + CELL[0] / 2 + 3
    y = stage.top["dz_t"] + stage.high / 2
    return [arrow(x0, y, x1, stage.top["dh_t"] + stage.high / 2, BACK, width),
            words(x0 + 1, y + 14, "dh_next", "end", 11)]


def sums(stage, walk, upto, over, largest):
    """The sums so far, in the margin, and when the walk is over dh0."""
    given, right, parts = walk.totals(upto), walk.totals(upto, "right"), []
    for name, complete in walk.totals(len(walk.steps)).items():
        wrong = sum((step.wrong(name) for step in walk.steps[:upto]), np.zeros(complete.shape, bool))
        total = Matrix(given[name], "gradient", np.abs(complete).max(), name[:-2], wrong, right[name])
        parts += [words(4, stage.top[name] + 14, f"{total.name} =", "start", weight="bold"),
                  total.draw(MARGIN - 16 - total.size[0], stage.top[name])]
    if over:
        x, y = stage.middle(-1) - CELL[0] / 2, stage.top["dh_t"]
        dh0 = matrices(walk.steps[-1], largest)["dh_prev"]
        parts += [dh0.draw(x, y), words(x - 6, y + 14, "dh0", "end", weight="bold"), *handed_on(stage, 0, 2.2)]
    return parts


def panel(stage, walk, n, what, largest):
    """The moment's formula with its numbers, and the moment in words."""
    if what == "stopped":
        return [], ""
    step = walk.steps[min(n, len(walk.steps) - 1)]
    m, right = matrices(step, largest), step.right
    if what == "end":
        return ["dh0 = dh_next =", m["dh_prev"]], (
            f"The walk is over: dWx, dWh and db are the sums of {len(walk.steps)} shares each, and "
            f"dh0 = {numbers(step.given['dh_prev'])} is what reaches the state before the first step.")
    if what == "joins":
        items = ["dh_t = dh[t] + dh_next =", m["dh[t]"], "+", m["dh_next"], "=", m["dh_t"]]
        told = f"dh_t is {numbers(step.dh_t)}" + ("." if n else ": nothing flows back from beyond the last step.")
    elif what == "slope":
        slopes = 1 - step.h_t**2
        shown = Matrix(slopes, "state", 1.0, "1 - h_t\u00b2")
        items = ["dz_t = dh_t * (1 - h_t\u00b2) =", m["dh_t"], "*", shown, "=", m["dz_t"]]
        told = f"the slopes 1 - h_t\u00b2 are {numbers(slopes)}, so dz_t = {numbers(right['db_t'])}."
    elif what == "shares":
        items = ["dWx_t =", m["dz"], Matrix(step.x_t.T, "state", 2.0, "x_t.T"), "=", m["dWx_t"],
                 "  dWh_t =", m["dz"], Matrix(step.h_prev.T, "state", 1.0, "h_prev.T"), "=", m["dWh_t"]]
        told = "dz_t times the input, dz_t times the state before, and dz_t itself join the sums."
    else:
        WhT = Matrix(walk.cell.Wh.T, "state", float(np.abs(walk.cell.Wh).max()), "Wh.T")
        items = ["dh_next = Wh\u1d40 dz_t =", WhT, m["dz"], "=", m["dh_prev"]]
        told = f"dh_next = Wh\u1d40 dz_t = {numbers(right['dh_prev'])}, " + (
            "on its way to the step before." if step.t else "the gradient of h0.")
    return items, f"Step {step.t + 1} of {stage.T}, {TITLES[what]}: {told}{slips(step, what)}"


def slips(step, what):
    """What is wrong at this moment, in words; "" when nothing is."""
    said = [difference(step, name, np.argwhere(step.wrong(name))[0])
            for name in SHOWN_IN.get(what, ()) if step.wrong(name).any()]
    return f" But {'; '.join(said)}." if said else ""


def difference(step, name, place):
    """One entry that is wrong, with the right one."""
    i, j = place
    return f"{name}[{i}, {j}] is {step.given[name][i, j]:.4g}, right: {step.right[name][i, j]:.4g}"


def numbers(column):
    return f"({', '.join(number(value) for value in np.ravel(column))})"


def first_slip(walk, whose):
    """Where the function first goes wrong, in a sentence; "" when it is right all the way."""
    if walk.stopped:
        return f"The walk of {whose} stops: {walk.stopped}."
    found = walk.first_difference()
    if not found:
        return ""
    n, name, place = found
    step = walk.steps[n]
    return f"{whose[0].upper()}{whose[1:]} first goes wrong at step {step.t + 1}: {difference(step, name, place)}."
