"""The walk back: an unrolled network, and one moment of its backward pass, with every number in its place."""

import numpy as np

from rnn_helpers.plots.svg import CELL, MARK, Matrix, Sheet, arrow, faint, formula, frame, number, words
from rnn_helpers.walk import MOMENTS, SHARES, differs

LEFT, SPACE = 74, 8  # for the names of the rows; between two columns
PANEL, LINE = 384, 97  # width of the step's own sheet, height of a formula in it
LABELS = {"dh_next": "+ dh_next", "dh_t": "= dh_t"}
TITLES = {"joins": "the step's own loss joins", "slope": "through tanh",
          "shares": "what the step gives to each parameter", "carry": "on to the step before"}
FROM = {"joins": ("dh[t]", "dh_next"), "slope": ("dh_t", "h_t"), "shares": ("dz_t", "x_t", "h_prev"),
        "carry": ("dz_t",)}  # what a moment takes, and what it makes
MADE = {"joins": ("dh_t",), "slope": ("dz_t",), "shares": SHARES, "carry": ("dh_prev",)}
LEARNERS = {"slope": ("dz_t",), "shares": SHARES, "carry": ("dh_prev",)}  # what of the learner's a moment shows
SINCE = {"dh[t]": "joins", "dh_next": "joins", "dh_t": "joins", "dz_t": "slope", **dict.fromkeys(SHARES, "shares")}


class Stage:
    """Where everything stands: a column for each step, one for sums and h0 before them, a row for each quantity."""

    def __init__(self, cell, T, rows):
        (H, D), self.T = cell.Wx.shape, T
        self.column, self.high, self.top, y = max(H, D) * CELL[0] + SPACE, H * CELL[1], {}, 24
        for name, gap in rows.items():
            self.top[name] = y
            y += (D * CELL[1] if name == "x_t" else self.high) + gap
        self.height, self.width = y, LEFT + self.column * (T + 1)

    def middle(self, t):
        """The x of the middle of the column of step t; t = -1 is that of h0 and the sums."""
        return LEFT + self.column * (t + 1.5)

    def draw(self, name, matrix, t, how="full"):
        """A matrix in the row `name`, in the column of step t."""
        return matrix.draw(self.middle(t) - matrix.size[0] / 2, self.top[name], how)

    def framed(self, name, size, t, thick):
        return frame(self.middle(t) - size[0] / 2 - 2, self.top[name] - 2, size[0] + 4, size[1] + 4, MARK, thick)

    def forward(self, X, h, h0):
        """The unrolled network: inputs, states, and the weights that all steps share."""
        y, half, across = self.top["h_t"], CELL[0] / 2 + 3, self.top["h_t"] + self.high / 2
        parts = [self.draw("h_t", Matrix(h0, "state", 1.0, "h0"), -1), words(self.middle(-1), y - 5, "h0", size=11)]
        for t in range(self.T):
            middle, x_t = self.middle(t), Matrix(X[t], "state", 2.0, f"x[{t}]")
            parts += [words(middle, 14, f"step {t + 1}", weight="bold", family="sans-serif"),
                      self.draw("x_t", x_t, t), self.draw("h_t", Matrix(h[t], "state", 1.0, f"h[{t}]"), t),
                      arrow(middle, self.top["x_t"] + x_t.size[1] + 1, middle, y - 1, opacity=0.7),
                      arrow(self.middle(t - 1) + half, across, middle - half, across, opacity=0.7),
                      words((self.middle(t - 1) + middle) / 2, across - 6, "Wh", size=11)]
        return parts

    def handed_on(self, t, after, before, width=1.4):
        """The arrow from the row `after` of step t to the row `before` of the step before."""
        half, y = CELL[0] / 2 + 4, self.top[after] + self.high / 2
        factor = words((self.middle(t - 1) + self.middle(t)) / 2, y + 16, "\u00d7 Wh\u1d40", size=10)
        return arrow(self.middle(t) - half, y, self.middle(t - 1) + half, self.top[before] + self.high / 2, MARK,
                     width) + factor * (after != before)


def moment_of(position, walk):
    """(number of the step in the walk, one of MOMENTS, "end" or "stopped") of a position on the slider, from 0 on."""
    n, m = divmod(position, len(MOMENTS))
    return (n, MOMENTS[m]) if n < len(walk.steps) else (len(walk.steps), "stopped" if walk.stopped else "end")


def positions(walk):
    """How many moments a walk has; the last is the end, where it arrived."""
    return len(walk.steps) * len(MOMENTS) + (0 if walk.stopped else 1)


def scales(walk):
    """The largest number of each kind, for colours that mean the same at every moment."""
    found = [pair for step in walk.steps for pair in
             (("dh", step.dh_t), ("dh", step.given["dh_prev"]), *step.given.items())]
    return {name: max(float(np.nan_to_num(np.abs(value)).max()) for other, value in found if other == name)
            for name, _ in found}


def draw(walk, X, h, h0, position, unit=-1):
    """One moment of a walk.

    walk : from `walk_back`; X (T, D, 1), h (T, H, 1), h0 (H, 1) : the forward pass
    position : from 0 to positions(walk) - 1
    unit : the row that is spelled out in numbers; -1 for none
    Returns sheets, text : the whole network and the step's formulas; what happens at this moment, in a sentence or two
    """
    stage = Stage(walk.cell, len(X), {"x_t": 18, "h_t": 26, "dh[t]": 8, "dh_next": 8, "dh_t": 16, "dz_t": 24,
                                      **dict.fromkeys(SHARES, 8)})
    (n, what), largest = moment_of(position, walk), scales(walk)
    parts = stage.forward(X, h, h0)
    parts += [words(LEFT - 6, top + 15, LABELS.get(name, name), "end", 11) for name, top in stage.top.items()]
    for done, step in enumerate(walk.steps):
        reached = MOMENTS if done < n else MOMENTS[: MOMENTS.index(what) + 1] if done == n else ()
        parts += backward(stage, matrices(step, largest), step, reached, done == n and what)
    parts += sums(stage, walk, n + (what in ("shares", "carry")), what, largest)
    lines, text = panel(walk, n, what, largest, unit)
    return [Sheet(stage.width, stage.height, parts, f"The network of {len(X)} steps, and what has come back so far."),
            Sheet(PANEL, stage.height, lines, text)], text


def matrices(step, largest):
    """What a step has, by name, as it is drawn."""
    note = f" of step {step.t + 1}"
    shown = {name: Matrix(value, "gradient", largest.get("dh" if name == "dh_prev" else name, 1.0), name,
                          step.wrong(name), step.right[name], note) for name, value in step.given.items()}
    return shown | {name: Matrix(value, "gradient", largest["dh"], name, note=note) for name, value in
                    (("dh[t]", step.direct), ("dh_next", step.dh_next), ("dh_t", step.dh_t))}


def backward(stage, shown, step, reached, now):
    """What a step of the walk has done at the moments `reached`; `now` is the one that is looked at: what it takes
    stands in thin frames, what it makes in thick ones."""
    t, middle = step.t, stage.middle(step.t)
    parts = [stage.draw(name, shown[name], t, "full" if since in reached else "empty") for name, since in SINCE.items()]
    if reached:
        bottom = stage.top["h_t"] + stage.high
        parts += [arrow(middle, bottom + 1, middle, stage.top["dh[t]"] - 1, MARK if now == "joins" else "currentColor"),
                  words(middle + 7, bottom + 17, f"loss {t + 1}", "start", 11, family="sans-serif")]
        if t < stage.T - 1:
            parts.append(stage.handed_on(t + 1, "dz_t", "dh_next", 2.4 if now == "joins" else 1.4))
        if "slope" in reached:
            parts += [arrow(middle, stage.top["dh_t"] + stage.high + 1, middle, stage.top["dz_t"] - 1,
                            MARK if now == "slope" else "currentColor"),
                      words(middle + 7, stage.top["dz_t"] - 4, "\u00d7 slope", "start", 9, family="sans-serif")]
    for names, thick in ((FROM, 1.2), (MADE, 2.6)) if now in MADE else ():
        for name in names[now]:
            row, at = {"h_prev": ("h_t", t - 1), "dh_prev": ("dh_next", t - 1)}.get(name, (name, t))
            size = (CELL[0], CELL[1] * len(step.x_t)) if name == "x_t" else shown.get(name, shown["dz_t"]).size
            parts.append(stage.framed(row, size, at, thick))
    if now == "carry":
        parts += [stage.handed_on(t, "dz_t", "dh_next", 2.4), stage.draw("dh_next", shown["dh_prev"], t - 1)]
    return parts


def sums(stage, walk, upto, what, largest):
    """The sums so far, before the first step, and when the walk is over dh0."""
    given, right, parts, column = walk.totals(upto), walk.totals(upto, "right"), [], stage.middle(-1)
    parts.append(words(column, stage.top["dWx_t"] - 8, f"sum of {upto}", weight="bold", size=11, family="sans-serif"))
    for name, complete in walk.totals(len(walk.steps)).items():
        wrong = sum((step.wrong(name) for step in walk.steps[:upto]), np.zeros(complete.shape, bool))
        total = Matrix(given[name], "gradient", float(np.abs(complete).max()), name[:-2], wrong, right[name])
        parts.append(stage.draw(name, total, -1, "full" if upto else "empty"))
        parts += [stage.framed(name, total.size, -1, 2.6)] if what == "shares" else []
    if what == "end":
        y, last = stage.top["dh_next"], matrices(walk.steps[-1], largest)
        parts += [stage.draw("dh_next", last["dh_prev"], -1), stage.handed_on(0, "dz_t", "dh_next", 2.4),
                  words(column, y - 6, "dh0", weight="bold")]
    return parts


def panel(walk, n, what, largest, unit):
    """The step's formulas, each with its matrices, and the moment in words."""
    if what == "stopped":
        return [], ""
    if what == "end":
        return ending(walk, largest)
    step, T = walk.steps[n], len(walk.steps)
    m, at, lines = matrices(step, largest), MOMENTS.index(what), []
    slopes, WhT = 1 - step.h_t**2, walk.cell.Wh.T
    x_t, h_prev = Matrix(step.x_t.T, "state", 2.0, "x_t\u1d40"), Matrix(step.h_prev.T, "state", 1.0, "h_prev\u1d40")
    rows = [("joins", "dh_t = dh[t] + dh_next", [m["dh[t]"], "+", m["dh_next"], "="], "dh_t"),
            ("slope", "dz_t = dh_t \u2299 (1 - h_t\u00b2)",
             [m["dh_t"], "\u2299", Matrix(slopes, "state", 1.0, "1 - h_t\u00b2"), "="], "dz_t"),
            ("shares", "dWx += dz_t x_t\u1d40   (and db += dz_t)", [m["dz_t"], x_t, "="], "dWx_t"),
            ("shares", "dWh += dz_t h_prev\u1d40", [m["dz_t"], h_prev, "="], "dWh_t"),
            ("carry", "dh_next = Wh\u1d40 dz_t",
             [Matrix(WhT, "state", float(np.abs(WhT).max()), "Wh\u1d40"), m["dz_t"], "="], "dh_prev")]
    spelled = spell(step, walk.cell, unit) if unit >= 0 else {}
    for row, (moment, head, taken, made) in enumerate(rows):
        y, later = 36 + row * LINE, MOMENTS.index(moment) > at
        if moment == "carry":
            m[made] = Matrix(m[made].values, m[made].kind, m[made].largest, "dh_next", m[made].wrong, m[made].right)
        items = [*taken, *(m[made].judged() if not later else [m[made]])]
        parts = [words(10, y, head, "start", 13, "bold" if moment == what else "normal"),
                 formula(10, y + 18, items, len(slopes) * CELL[1], unit, not later)]
        if made in spelled and not later:
            parts.append(words(10, y + 32 + len(slopes) * CELL[1], spelled[made], "start", 11))
        if moment == what:
            lines.append(f'<rect x="0" y="{y - 12}" width="4" height="{LINE - 8}" fill="{MARK}"/>')
        lines.append(faint(parts) if later else "".join(parts))
    told = {"joins": f"dh_t is {numbers(step.dh_t)}" + ("." if n else ": nothing comes from beyond the last step."),
            "slope": f"the slopes 1 - h_t\u00b2 are {numbers(slopes)}, so dz_t = {numbers(step.right['dz_t'])}.",
            "shares": "dz_t times the input, dz_t times the state before, and dz_t itself join the sums.",
            "carry": f"dh_next = Wh\u1d40 dz_t = {numbers(step.right['dh_prev'])}, "
                     + ("on its way to the step before." if step.t else "the gradient of h0.")}[what]
    title = words(0, 14, f"step {step.t + 1} of {T}: {TITLES[what]}", "start", 13, "bold", "sans-serif")
    by_hand = "".join(f" {spelled[name]}." for name in MADE[what] if name in spelled)
    return [title, *lines], f"Step {step.t + 1} of {T}, {TITLES[what]}: {told}{by_hand}{slips(step, what)}"


def spell(step, cell, i):
    """The formulas of one unit, number by number: name of the result -> text."""
    def n(value):
        return number(float(value))

    def b(value):  # after an operator
        return f"({n(value)})" if n(value).startswith("-") else n(value)

    dz, h = step.given["dz_t"], float(step.h_t[i, 0])

    def products(name, others):
        return f"{name}[{i}]: " + ",  ".join(f"{n(dz[i, 0])} \u00d7 {b(v)} = {n(dz[i, 0] * v)}" for v in others)

    terms = " + ".join(f"{n(w)} \u00d7 {b(d)}" for w, d in zip(cell.Wh[:, i], dz[:, 0], strict=True))
    return {"dh_t": f"dh_t[{i}]: {n(step.direct[i, 0])} + {b(step.dh_next[i, 0])} = {n(step.dh_t[i, 0])}",
            "dz_t": f"dz_t[{i}]: {n(step.dh_t[i, 0])} \u00d7 (1 - {b(h)}\u00b2) = {n(step.dh_t[i, 0] * (1 - h * h))}",
            "dWx_t": products("dWx_t", step.x_t[:, 0]), "dWh_t": products("dWh_t", step.h_prev[:, 0]),
            "dh_prev": f"dh_next[{i}]: {terms} = {n(cell.Wh[:, i] @ dz[:, 0])}"}


def ending(walk, largest):
    """The sums beside the right gradient, where they differ, and the walk's end in words."""
    found = {**walk.totals(len(walk.steps)), "dh_prev": walk.steps[-1].given["dh_prev"]}
    parts, y = [words(0, 14, "the gradient of the whole loss", "start", 13, "bold", "sans-serif")], 36
    for name, value in found.items():
        right, plain = walk.whole[name], {"dh_prev": "dh0"}.get(name, name[:-2])
        wrong, most = differs(value, right), largest["dh"] if plain == "dh0" else float(np.abs(value).max())
        items = Matrix(value, "gradient", most, plain, wrong, right).judged()
        head = "dh0 = dh_next of step 1" if plain == "dh0" else f"{plain}: its {len(walk.steps)} shares, added"
        parts += [words(10, y, head, "start", 13), formula(10, y + 18, items, len(value) * CELL[1])]
        y += LINE
    apart = any(differs(value, walk.whole[name]).any() for name, value in found.items())
    blamed = any(step.wrong(name).any() for step in walk.steps for name in SHARES)
    return parts, (f"The walk is over: dWx, dWh and db are the sums of {len(walk.steps)} shares each, and "
                   f"dh0 = {numbers(found['dh_prev'])} is what reaches the state before the first step."
                   + " Every share fits what arrived at its step; what arrived was wrong." * (apart and not blamed))


def slips(step, what):
    """What is wrong at this moment, in words; "" when nothing is."""
    said = [difference(step, name, np.argwhere(step.wrong(name))[0])
            for name in LEARNERS.get(what, ()) if step.wrong(name).any()]
    return f" But here {'; '.join(said)}." if said else ""


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


def walks_of(cut):
    """The (loss, step) that a walk of k steps passes, in turn: the last loss first, each from its own step back."""
    T = len(cut.whole["db"])
    return [(t, s) for t in reversed(range(T)) for s in range(t, max(t - cut.k, -1), -1)]


def draw_cut(cut, cell, X, dh, h, h0, position):
    """One moment of walks that stop after k steps: each loss by itself, and the sums beside the whole gradient.

    cut : from `cut_walk`; X, dh, h, h0 : as for `walk_back`; position : from 0 to len(walks_of(cut)), the end
    Returns sheets, text.
    """
    T, passed, most = len(X), walks_of(cut), float(np.abs(cut.whole["dz"]).max())
    rows = {"x_t": 18, "h_t": 30, **{f"loss {t + 1}": 14 for t in reversed(range(T))}}
    stage, over = Stage(cell, T, rows), position >= len(passed)
    now = None if over else passed[position]
    seen, gone = passed[: position + 1], cut.wrong("dz")
    parts = stage.forward(X, h, h0) + [words(LEFT - 6, stage.top[name] + 15, name, "end", 11) for name in rows]
    parts.append(words(stage.middle(-1), stage.top[f"loss {T}"] - 6, "dh0", weight="bold", size=11))
    ended = [t for t in range(T) if (t, max(t - cut.k + 1, 0)) in seen]
    for t in range(T):
        row = f"loss {t + 1}"
        for s in range(t + 1):
            note = f" of loss {t + 1} at step {s + 1}"
            given = Matrix(cut.given["dz"][t, s], "gradient", most, "dz", gone[t, s], cut.right["dz"][t, s], note)
            lost = Matrix(cut.whole["dz"][t, s], "gradient", most, "lost", note=note)
            if (t, s) in seen or (t in ended and gone[t, s].any()):
                parts.append(stage.draw(row, given, s))
                parts += [stage.handed_on(s + 1, row, row, 2.4 if (t, s) == now else 1.4)] if s < t else []
            else:
                parts.append(stage.draw(row, lost, s, "gone" if t in ended else "empty"))
            parts += [stage.framed(row, lost.size, s, 2.6)] if (t, s) == now else []
        if t in ended:
            reaches, wrong = t < cut.k, cut.wrong("dh0")[t]
            dh0 = Matrix(cut.given["dh0"][t], "gradient", most, "dh0", wrong, cut.right["dh0"][t], f" of loss {t + 1}")
            parts += [stage.draw(row, dh0, -1), stage.handed_on(0, row, row)] if reaches or wrong.any() else []
            x, y = stage.middle(t - cut.k) + stage.column / 2, stage.top[row]
            parts += [] if reaches else [frame(x - 2, y - 3, 4, stage.high + 6, MARK, 4, 0),
                                         words(x - 6, y + 15, "cut", "end", 10, "bold", color=MARK)]
    lines, text = cut_panel(cut, cell, dh, h, now, ended, most)
    return [Sheet(stage.width, stage.height, parts, f"Each loss goes back {cut.k} of {T} steps."),
            Sheet(PANEL, max(stage.height, 430), lines, text)], text


def cut_panel(cut, cell, dh, h, now, ended, most):
    """A step's formulas, and below them the sums of the losses that have `ended` beside the whole gradient."""
    T, high, lines, y = len(dh), len(dh[0]) * CELL[1], [], 36
    if now:
        t, s = now
        before, got = cut.given["dz"][t, min(s + 1, T - 1)], cut.given["dz"][t, s]
        arrived = Matrix(dh[t] if s == t else cell.Wh.T @ before, "gradient", most, "dh")
        head = f"dh = dh[{t}], its own state" if s == t else f"dh = Wh\u1d40 dz of step {s + 2}"
        WhT = Matrix(cell.Wh.T, "state", float(np.abs(cell.Wh).max()), "Wh\u1d40")
        wrong, right = cut.wrong("dz")[t, s], cut.right["dz"][t, s]
        way = [] if s == t else [WhT, Matrix(before, "gradient", most, "dz"), "="]
        for name, items in ((head, [*way, arrived]),
                            ("dz = dh \u2299 (1 - h\u00b2)",
                             [arrived, "\u2299", Matrix(1 - h[s]**2, "state", 1.0, "1 - h\u00b2"), "=",
                              *Matrix(got, "gradient", most, "dz", wrong, right).judged()])):
            lines += [words(10, y, name, "start", 13, "bold"), formula(10, y + 18, items, high)]
            y += LINE - 15
        last = s == max(t - cut.k + 1, 0)
        text = (f"The loss of step {t + 1} at step {s + 1}: dz = {numbers(right)}."
                + (f" {cut.k} step{'s' * (cut.k > 1)} done, here it stops: "
                   f"{'step 1 hears' if s == 1 else f'steps 1 to {s} hear'} nothing of it." if last and s else "")
                + " It goes on to h0." * (s == 0))
    else:
        kept, whole = cut.given["dWh"].sum(0), cut.whole["dWh"].sum(0)
        lengths = np.linalg.norm(kept), np.linalg.norm(whole)
        cosine = np.sum(kept * whole) / max(lengths[0] * lengths[1], 1e-12)
        pairs, every = len(walks_of(cut)), T * (T + 1) // 2
        text = (f"With k = {cut.k}, {pairs} of {every} pairs of loss and step are kept. dWh has a cosine of "
                f"{cosine:.2f} to the whole gradient and {lengths[0] / lengths[1]:.2f} of its length.")
    title = f"loss {now[0] + 1} at step {now[1] + 1}" if now else "what is lost"
    lines.insert(0, words(0, 14, f"k = {cut.k}: {title}", "start", 13, "bold", "sans-serif"))
    lines.append(words(10, y, "so far, of the whole gradient" if now else "kept, of the whole gradient", "start", 13))
    for names in (("dWh",), ("dWx", "db"), ("dh0",)) if now else (("dWh",), ("dWx",), ("db",), ("dh0",)):
        items = []
        for name in names:
            given, right, whole = (getattr(cut, which)[name] for which in ("given", "right", "whole"))
            so_far, right = (sum((part[t] for t in ended), np.zeros_like(part[0])) for part in (given, right))
            whole, scale = whole.sum(0), float(np.abs(whole.sum(0)).max())
            items += [Matrix(so_far, "gradient", scale, name, differs(so_far, right), right), "of",
                      Matrix(whole, "gradient", scale, "whole"), " "]
            items += [] if now else ["lost", Matrix(whole - so_far, "gradient", scale, "lost")]
        lines.append(formula(10, y + 18, items, high))
        y += high + 24
    return lines, text


def first_cut_slip(cut, whose):
    """Where the function first goes wrong at this k, in a sentence; "" when it is right."""
    if not (found := cut.first_difference()):
        return ""
    name, place = found
    at = f"the dz of step {place[1] + 1}" if name == "dz" else name
    entry = ", ".join(map(str, place[2 if name == "dz" else 1:]))
    return (f"{whose[0].upper()}{whose[1:]} goes wrong at k = {cut.k}, for the loss of step {place[0] + 1}: "
            f"{at}[{entry}] is {cut.given[name][place]:.4g}, right: {cut.right[name][place]:.4g}.")
