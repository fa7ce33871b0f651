"""The families of one step back and of backpropagation through time."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from rnn_helpers.check.changes import FACTORS, HERE, changes, everywhere, later
from rnn_helpers.check.families.common import but, chosen, late
from rnn_helpers.check.family import Family, Output, slot
from rnn_helpers.check.solvers import decayed

SLOPE = "dz_t = dh_t (1 - h_t^2)"
FLOW = "dL/dh_t = dh[t] + Wh^T dz_{t+1}"
SUM = "dWx, dWh, db = sums over t"
START = "dh0 = Wh^T dz_1"
OF_WX, OF_WH = "dWx = sum over t of dz_t x_t^T", "dWh = sum over t of dz_t h_{t-1}^T"
OF_B = "db = sum over t and batch of dz_t"

# Arrays are (T, rows, B) here. In what an output is made of, an entry is a step on a walk: `at` says which.

# ---- tanh' ----


def of_z(cell, x, state, bias=1):
    """tanh' of a z that is computed again."""
    return 1 - np.tanh(cell.Wx @ x + cell.Wh @ state + bias * cell.b) ** 2


ANEW = "z_t = Wx x_t + Wh h_prev + b; or use h_t from the cache: 1 - h_t^2."
SLOPES = slot(
    SLOPE, lambda h, p, x, cell: 1 - h**2,
    ("tanh-slope-forgotten", "tanh' is missing", "You pass dh_t on unchanged. On its way to z_t it is multiplied, "
     "element by element, by tanh'(z_t) = 1 - h_t^2.", lambda h, p, x, cell: np.ones_like(h)),
    ("slope-of-h_prev", "tanh' is taken at h_prev",
     "You use 1 - h_prev^2. The slope belongs to this step's own output: 1 - h_t^2.", lambda h, p, x, cell: 1 - p**2),
    ("slope-without-the-square", "The square in tanh' is missing",
     "You use 1 - h_t. tanh'(z) = 1 - tanh(z)^2 = 1 - h_t^2.", lambda h, p, x, cell: 1 - h),
    ("slope-squares-the-difference", "The bracket of tanh' is in the wrong place",
     "You use (1 - h_t)^2. Only h_t is squared: 1 - h_t^2.", lambda h, p, x, cell: (1 - h) ** 2),
    ("slope-tanh-twice", "tanh is applied to h_t again",
     "h_t is tanh(z_t) already. You use 1 - tanh(h_t)^2; write 1 - h_t^2.", lambda h, p, x, cell: 1 - np.tanh(h) ** 2),
    ("slope-of-a-sigmoid", "The slope is a sigmoid's",
     "h (1 - h) is the slope of a sigmoid. That of tanh is 1 - h_t^2.", lambda h, p, x, cell: h * (1 - h)),
    ("slope-of-a-relu", "The slope is a ReLU's",
     "1 where h_t is above 0, else 0, is the slope of a ReLU. That of tanh is 1 - h_t^2.",
     lambda h, p, x, cell: (h > 0) * 1.0),
    ("slope-plus", "The slope has a plus where a minus belongs",
     "You use 1 + h_t^2. The slope of tanh is 1 - h_t^2, never above 1.", lambda h, p, x, cell: 1 + h**2),
    ("slope-of-h_t", "dh_t is multiplied by h_t, not by the slope", lambda h, p, x, cell: h),
    *((f"tanh-slope-missing-at-the-{which}-step", f"tanh' is missing at the {which} step",
       "Every step's dh_t goes through tanh: dz_t = dh_t (1 - h_t^2).", lambda h, p, x, cell, key=key: np.array(
           [1 - a**2 if n != key % len(h) else 1 + 0 * a for n, a in enumerate(h)]))
      for which, key in (("last", -1), ("first", 0))),
    ("b-forgotten-in-z", "tanh' is computed from a sum without b", ANEW,
     lambda h, p, x, cell: of_z(cell, x, p, 0)),
    ("z-from-the-new-state", "tanh' is computed from a z made with h_t", ANEW,
     lambda h, p, x, cell: of_z(cell, x, h)),
    ("slope-of-z", "The slope is 1 - z_t^2", lambda h, p, x, cell: 1 - np.arctanh(h) ** 2),
    rare=[("slope-one-minus-tanh", "The slope is 1 - tanh(h_t)", lambda h, p, x, cell: 1 - np.tanh(h))],
    why="The slope of tanh at z_t is 1 - h_t^2: multiply by it once.", of=("the slope", "THB"))
SCALED = {f"the-slope-{change.slug}" for change in FACTORS}  # whatever of dz_t it is that has the factor
SLOPES = tuple(replace(v, title=v.title.replace("The slope", "dz_t"), why="It is (dh[t] + what comes back) (1 - "
                       "h_t^2), without a factor.") if v.name in SCALED else v for v in SLOPES
               if not v.name.endswith(("-step-only", "-step-missing")))  # of which the loop is the cause, not the slope


def first_in_a_sentence(what):
    """With a capital, unless it is a name such as dh_prev."""
    return what if "_" in what else what[0].upper() + what[1:]


def where(carried):
    """Where tanh' is applied: run (loss's share, what came back, slope) -> (what the gradients get, what is sent back).
    """
    What = first_in_a_sentence(carried)

    def both(dz):
        return dz, dz

    return slot(
        SLOPE, lambda l, c, s: both((l + c) * s),
        ("tanh-slope-missing-in-the-carry", f"tanh' is missing in {carried}",
         f"You send dh back. {What} has been through tanh as well: send dz_t, as Wh.T @ dz_t.",
         lambda l, c, s: ((l + c) * s, l + c)),
        ("tanh-slope-in-the-carry-only", "tanh' is missing in dWx, dWh and db",
         f"Only {carried} has it. Work out dz_t once and use it for everything.", lambda l, c, s: (l + c, (l + c) * s)),
        ("slope-without-brackets", "The brackets of the slope are missing",
         "dh * 1 - h_t**2 is dh minus h_t^2. Write dh * (1 - h_t**2).", lambda l, c, s: both(l + c - 1 + s)),
        ("joined-after-tanh", "What comes back is added after tanh", "You add it to dz_t. It is dL/dh_t, as dh[t] is: "
         "add the two first, then multiply by 1 - h_t^2.", lambda l, c, s: both(l * s + c)),
        ("tanh-slope-twice-in-the-carry", "tanh' is applied twice to what comes back",
         lambda l, c, s: both((l + c * s) * s)),
        ("slope-missing-for-the-loss", "dh[t] is not multiplied by tanh'", lambda l, c, s: both(l + c * s)),
        ("slope-twice-in-what-is-sent", f"tanh' is applied twice in {carried}",
         "dz_t has its slope already: send Wh.T @ dz_t.", lambda l, c, s: ((l + c) * s, (l + c) * s * s)),
        ("slope-twice-in-the-gradients", "tanh' is applied twice in dWx, dWh and db", "dz_t has its slope already.",
         lambda l, c, s: ((l + c) * s * s, (l + c) * s)),
        why="Add dh[t] and what comes back, then multiply the sum by 1 - h_t^2, once.")


# ---- what is read, joined and carried ----

CACHE = slot(
    "caches[t] = (x_t, h_prev, h_t)", lambda X, P, H: (X, P, H),
    ("h_prev-and-h_t-swapped", "h_prev and h_t are swapped",
     "The cache is (x_t, h_prev, h_t): unpack it in the order in which you pack it.", lambda X, P, H: (X, H, P)),
    ("caches-in-reverse", "The caches are read in the wrong order", "Going back, t runs from T - 1 to 0, and dh[t] "
     "goes with caches[t].", lambda X, P, H: (X[::-1], P[::-1], H[::-1])),
    ("caches-one-late", "Step t reads caches[t - 1]", lambda X, P, H: tuple(np.roll(a, 1, 0) for a in (X, P, H))),
    why="dh[t] goes with caches[t].")

LOSS = slot(  # run (dh) -> dh as it joins, or that and what is added to dh0 as well
    FLOW, lambda d: d,
    ("losses-in-reverse", "dh is read in the wrong order",
     "Going back, t runs from T - 1 to 0, and dh[t] goes with caches[t].", lambda d: d[::-1]),
    ("last-loss-at-every-step", "The last step's loss is added at every step",
     "You read dh[-1] each time. Step t adds its own loss: dh[t].", lambda d: everywhere(d, -1)),
    ("losses-one-step-late", "dh[t] is added after step t", "It then joins what goes into step t - 1, and the last "
     "loss misses its own step. Add dh[t] before you go through step t.", lambda d: (later(d), d[0])),
    ("last-loss-twice", "The last loss counts twice", "You start from dh_next = dh[-1], and add dh[-1] again at the "
     "last step. Nothing comes back from beyond the end: start from zeros.",
     lambda d: np.concatenate([d[:-1], 2 * d[-1:]])),
    ("losses-one-step-late+last-loss-twice", "dh[t] is added after step t, and dh[-1] before it as well",
     "You start from dh[-1] and add dh[t] to what goes into step t - 1. Add dh[t] before you go through step t, and "
     "start from zeros.", lambda d: (np.concatenate([d[1:], d[-1:]]), d[0])),
    ("losses-handed-on", "dh[t] is passed back to the step before", "You pass back dh_prev + dh[t]. dh[t] goes back "
     "through tanh and Wh, inside dh_prev, and no other way.", lambda d: (d + later(d), d[0])),
    why="dh[t] is the loss of step t: add it once, at its own step.", of=("dh", "THB"))

# run (loss's share, what came back, whether it is the first step visited) -> both for the gradients, both for what is
# sent
JOIN = slot(
    FLOW, lambda l, c, first: (l, c, l, c),
    ("no-carry", "Nothing flows between the steps", "Each step hears only its own loss. Its state also shaped every "
     "later step: add dh_prev of step t + 1 to dh[t] before you go through step t, and set it to zero above the loop "
     "only.", lambda l, c, first: (l, 0 * c, l, 0 * c)),
    ("only-the-last-loss", "Only the last step's loss counts",
     "You start from dh[-1] and never add the others. Every step has its own loss: add dh[t] at each t.",
     lambda l, c, first: (l, 0 * c, l, 0 * c) if first else (0 * l, c, 0 * l, c)),
    ("carry-reaches-one-step", "What is carried back is made of dh[t] alone", "Then no loss gets further than one "
     "step. Carry back everything that reached h_t: dh[t] + dh_next.", lambda l, c, first: (l, c, l, 0 * c)),
    ("gradients-without-what-comes-back", "dWx, dWh and db hear dh[t] only",
     "What comes back reaches them too: dz_t = (dh[t] + dh_next) (1 - h_t^2).", lambda l, c, first: (l, 0 * c, l, c)),
    ("dz_t-halved", "dz_t is halved", "It is (dh[t] + dh_next) (1 - h_t^2): a sum, no mean of the two, and no factor.",
     lambda l, c, first: (l / 2, c / 2, l / 2, c / 2)),
    ("carry-subtracted", "What comes back is subtracted", lambda l, c, first: (l, -c, l, -c)),
    why="They are added, each once: dh[t] + dh_next.")


def carries(carried, *more, why=""):
    """What is handed to the step before: run (f) -> it. f.cell; f.z : sent; f.old : handed on before; f.l, f.c : what
    reached h_t, its loss's share and the later steps'; f.S : the slope."""
    return slot(
        "dh_prev = Wh^T dz_t", lambda f: f.cell.Wh.T @ f.z,
        ("Wh-not-transposed", f"Wh is not transposed in {carried}", "Forward, Wh carries old units to new ones; on the "
         "way back the roles are swapped: Wh.T @ dz_t.", lambda f: f.cell.Wh @ f.z),
        *more,
        ("slope-after-Wh", f"In {carried} the slope comes after Wh^T", "The way back is the way there in reverse: "
         "first through tanh, dz_t = dh_t (1 - h_t^2), then through Wh, Wh.T @ dz_t.",
         lambda f: f.S * (f.cell.Wh.T @ (f.l + f.c))),
        ("Wh-missing-in-the-carry", f"Wh^T is missing in {carried}",
         "Every old unit reaches every new one: Wh.T @ dz_t, not dz_t itself.", lambda f: f.z),
        ("carry-through-Wx", f"Wx is used instead of Wh in {carried}", "Wx leads to the input: Wx.T @ dz_t is dL/dx_t. "
         "The state before came in through Wh: Wh.T @ dz_t.", lambda f: f.cell.Wx.T @ f.z),
        rare=[("dh_t-joins-the-carry", f"dh_t itself is part of {carried}", "You add dh_t. It reaches h_prev through "
               "tanh and Wh only; the loss at the step before is added when its turn comes.",
               lambda f: f.cell.Wh.T @ f.z + f.l + f.c)],
        why="Wh.T @ dz_t, and no more, leads to the state before.", of=(carried, "HB"))


CLIP = ("The way back is not clipped: that changes the gradient. If you clip, clip the finished gradients in the "
        "update.")
CARRIES = carries("what is carried back")
CARRY = carries(
    "what is carried back",
    ("no-carry+dh0-zero", "Nothing flows between the steps, and dh0 is zero", "dh_next stays zero. Take dh_prev from "
     "each step, add it to dh[t - 1], and return the last one as dh0.", lambda f: 0 * f.z),
    ("carry-piles-up", "What is carried back piles up", "dh_next += ... keeps the carries of all later steps. Step t "
     "receives one carry, that of step t + 1, which holds the rest: use `=`.", lambda f: f.old + f.cell.Wh.T @ f.z),
    ("carried-past-the-step", "What is carried back does not go through the step", "You hand on dh[t] + dh_next as it "
     "is. On its way it is multiplied by the slope, then by Wh^T: hand on Wh.T @ dz_t.", lambda f: f.l + f.c),
    *((f"clipped-inside|carry-clipped-at-{most}", f"What is carried back is clipped to +-{most}", CLIP,
       lambda f, most=most: np.clip(f.cell.Wh.T @ f.z, -most, most))
      for most in (1, 5, 0.1)))

STEPS = slot(
    SUM, lambda T: range(T - 1, -1, -1),
    ("forward-in-time", "The loop runs forward in time", "Step t needs what comes back from step t + 1, so the last "
     "step is first: reversed(range(T)).", lambda T: range(T)),
    ("first-step-skipped", "The loop leaves out step 0",
     "range(T - 1, 0, -1) ends at 1. reversed(range(T)) visits every step, 0 included.", lambda T: range(T - 1, 0, -1)),
    ("last-step-skipped", "The last step is left out, with its loss", "Start at T - 1, as reversed(range(T)) does, and "
     "let dh[-1] join there, before the step back.", lambda T: range(T - 2, -1, -1)),
    ("one-round", "Only the last step is visited", "Does `return` stand inside the loop? It ends the function on the "
     "first pass. Move it below the loop.", lambda T: [T - 1]),
    ("only-step-0", "Only step 0 counts", "reversed(range(T)) visits every step, the last one first, and each adds to "
     "sums that start from zero once, before the loop.", lambda T: [0]),
    why="reversed(range(T)) visits every step, the last one first.")

# run (what the round before handed on, the round, t, all carries so far) -> what comes back to t
COMES = slot(
    FLOW, lambda c, n, t, done: c,
    ("carry-from-the-wrong-side", "What comes back is read at t - 1, not t + 1", "Going back, step t needs what step t "
     "+ 1 left; step t - 1 has not been visited, and is still empty (index -1 is the last step).",
     lambda c, n, t, done: 0 * c if n == 0 else done.get(t - 1 if t else max(done), 0 * c)))

# ---- from dz to the gradients ----

LEFT = slot(
    "dz_t stands on the left of all three gradients", lambda f: f.G,
    ("tanh-slope-missing-in-{o}|tanh-slope-in-the-carry-only", "tanh' is missing in {o}",
     "You use dL/dh_t. It needs dz_t = (dL/dh_t) (1 - h_t^2).", lambda f: f.total),
    ("own-loss-only-in-{o}|gradients-without-what-comes-back", "{o} {has} dh[t] only, not what comes back",
     lambda f: f.L * f.S),
    ("own-dh-itself-in-{o}", "{o} {has} dh[t] itself, without tanh' and what comes back", lambda f: f.L),
    ("dh_prev-in-{o}", "{o} {is} made of Wh.T @ dz_t, not of dz_t",
     "dz_t comes first; Wh.T @ dz_t is what leaves the step.", lambda f: f.left),
    ("slope-twice-in-{o}|slope-twice-in-the-gradients", "tanh' is applied twice in {o}", "dz_t has its slope already.",
     lambda f: f.G * f.S),
    why="It needs dz_t = (dh[t] + dh_next) (1 - h_t^2).", of=("in {o}, dz_t", "-HB"))

def inside(what, which, axes):
    """Entries for what may become of an array that a gradient is made of; which : flow -> the array, over all steps."""
    slug = what.replace(",", "").replace(" ", "-")
    return [(f"{slug}-{change.slug}", f"In{what[2:]} {change.told}", *[change.why] * (change.why != HERE),
             lambda f, run=change.run: run(which(f))[f.at])
            for change in changes(axes, True)]


INPUT, STATE = "dz_t @ x_t.T, with the input of the same step.", "dz_t @ h_prev.T, with the state before the same step."
X_SIDE = slot(
    OF_WX, lambda f: f.X[f.at],
    ("dWx-of-h_prev", "dWx uses h_prev where x_t belongs", lambda f: f.P[f.at]),
    rare=inside("in dWx, x_t", lambda f: f.X, "TDB"), why=INPUT)
H_SIDE = slot(
    OF_WH, lambda f: f.P[f.at],
    ("h_t-for-h_prev", "dWh uses h_t where h_prev belongs",
     "Wh was multiplied by the state before the step. h_t is what came out of it: use h_prev.", lambda f: f.H[f.at]),
    ("dh_prev-in-dWh", "dWh uses dh_prev, the gradient, where h_prev belongs", lambda f: f.cell.Wh.T @ f.G),
    rare=inside("in dWh, h_prev", lambda f: f.P, "THB"), why=STATE)
H_OF_STEPS = (*H_SIDE[:2], *slot(
    OF_WH, None,
    ("h0-ignored", "The first step's share of dWh is missing", "Wh multiplied h0 at the first step, and h0 need not be "
     "zero: t = 0 adds dz_t @ h0.T like every other step.", lambda f: np.concatenate([0 * f.P[:1], f.P[1:]])[f.at]),
    ("last-state-for-h0", "dWh uses, at t = 0, the last state for h0", "h[t - 1] at t = 0 is h[-1], the last one. The "
     "state before the first step is h0, in the first cache.", lambda f: np.concatenate([f.H[-1:], f.P[1:]])[f.at]),
    ("state-two-steps-before-last-for-h0", "dWh uses the state two steps before (at t = 0 the last one)",
     lambda f: np.concatenate([f.H[-1:], f.P[:-1]])[f.at]),
    why=STATE)[1:], *H_SIDE[2:])


def outer(L, R):
    return np.array([np.outer(left, right) for left, right in zip(L, R, strict=True)])


PRODUCT = slot(
    SUM, lambda L, R: L @ R.transpose(0, 2, 1),
    ("outer-for-the-batch", "np.outer makes {o} too large for a batch", "np.outer flattens both sides: with several "
     "examples its result is (H B, ...). dz_t @ x_t.T (or h_prev.T) sums over the batch.", outer),
    ("first-example-in-{o}", "{o} {has} the first example's share only", "The product dz_t @ x_t.T (or h_prev.T) sums "
     "over the whole batch.", lambda L, R: L[:, :, :1] @ R[:, :, :1].transpose(0, 2, 1)),
    ("last-example-in-{o}", "{o} {has} the last example's share only", "In a loop over the batch `=` keeps that one: "
     "+=.", lambda L, R: L[:, :, -1:] @ R[:, :, -1:].transpose(0, 2, 1)))

OVER_BATCH = slot(
    OF_B, lambda z: z.sum(axis=2, keepdims=True),
    ("db-not-summed", "db is not summed over the batch", lambda z: z),
    ("db-broadcast", "db has become (H, H)", "(H,) and (H, 1) make (H, H) when they are added. Let db start as (H, 1), "
     "and sum with keepdims=True.", lambda z: z.sum(axis=2, keepdims=True) + 0 * z.sum(axis=2)[:, None],
     lambda z: z.sum(axis=2)[:, None] + 0 * z.sum(axis=2, keepdims=True)),
    ("db-one-number", "db is one number for all units", "A sum over everything mixes the units. Each has its own bias: "
     "sum over axis 1 only, keepdims=True.", lambda z: z.sum(axis=(1, 2)), lambda z: z.sum(axis=(1, 2), keepdims=True),
     lambda z: z.sum(axis=(1, 2), keepdims=True) + 0 * z[:, :, :1]),
    ("db-summed-over-units", "db is summed over the units", "axis=0 runs over the hidden units. The batch is axis 1: "
     "dz_t.sum(axis=1, keepdims=True).", lambda z: z.sum(axis=1, keepdims=True), lambda z: z.sum(axis=1),
     lambda z: z.sum(axis=1)[..., None]),
    why="b was added to every column, so its gradient is the sum over the columns: dz_t.sum(axis=1, keepdims=True), "
        "shape (H, 1).")


GROWS = slot(  # run (shares in the order of the walk, flow) -> the gradient
    SUM, lambda V, f: V.sum(0),
    ("{o}-overwritten|equals-for-plus-equals", "{o} {has} the share of the last step visited only", "`=` in the loop, "
     "or += below it, keeps that one. The weights are shared by all steps: add each share inside the loop, with +=.",
     lambda V, f: V[-1]),
    ("{o}-of-the-first-round", "{o} {has} the share of the first step visited only", lambda V, f: V[0]),
    ("{o}-without-the-last-round", "{o} {is} without the share of the last step visited", lambda V, f: V[:-1].sum(0)),
    ("{o}-without-the-first-round", "{o} {is} without the share of the first step visited", lambda V, f: V[1:].sum(0)),
    ("{o}-stacked|gradients-stacked", "{o} {is} a gradient for each step, never added",
     "The weights are shared by all steps: one gradient, the sum of the shares. += makes a list longer.",
     lambda V, f: V[::-1], lambda V, f: V, lambda V, f: np.concatenate(V)),
    ("{o}-zero|gradients-stay-zero", "{o} {is} zero",
     "Nothing is added to {o}: add this step's share, dz_t times what came in.", lambda V, f: 0 * V[0]),
    ("{o}-counts-later-losses-again", "In {o} each share is multiplied by the number of losses from its step on",
     "What comes back holds the later losses already: add each share once.",
     lambda V, f: sum((f.T - t) * share for t, share in zip(f.at, V, strict=True))),
    why="The weights are shared by all steps: every step adds its share, once, with +=.")

MEANS = (("mean-over-time", "T", lambda f: 1 / f.T), ("mean-over-the-batch", "B", lambda f: 1 / f.B),
         ("mean-over-time-and-batch", "T B", lambda f: 1 / (f.T * f.B)))


def gradient(left, right):
    """A gradient of weights: `left` by `right`, summed over the entries."""
    return lambda s, f: s.grows(s.product(s.left(f), getattr(s, right)(f)), f)


def weights_gradients(X_side, H_side, slots, left=LEFT, means=MEANS):
    """dWx, dWh and db as outputs. slots : of all three, as "grows" for several steps."""
    def of(name, axes, line):
        scale, *rest = late(SUM, axes, *means)
        return (scale, *rest, decayed("weight-decay", "A multiple of the weights is part of {o}",
                                      "Weight decay belongs to the update, not into the gradient of the loss.", line,
                                      lambda f: getattr(f.cell, name), scale))

    return {"dWx": Output(gradient("left", "x"), {"left": left, "x": X_side, "product": PRODUCT, **slots},
                          of("Wx", "HD", OF_WX)),
            "dWh": Output(gradient("left", "h"), {"left": left, "h": H_side, "product": PRODUCT, **slots},
                          of("Wh", "HK", OF_WH)),
            "db": Output(lambda s, f: s.grows(s.over(s.left(f)), f), {"left": left, "over": OVER_BATCH, **slots},
                         of("b", "H1", OF_B))}


# ---- one step back ----


def step_back(s, cell, dh_t, cache):
    X, P, H = s.cache(*(np.array(part)[None] for part in cache))
    D = s.loss(np.array(dh_t)[None])
    S = s.slope(H, P, X, cell)
    G, sent = s.where(D, 0, S)
    return SimpleNamespace(cell=cell, X=X, P=P, H=H, S=S, L=D, G=G, sent=sent, total=D, left=cell.Wh.T @ sent, at=[0],
                           T=1, B=D.shape[2])


ONCE = {"grows": slot(SUM, lambda V, f: V.sum(0))}

RNN_CELL_BACKWARD = Family(
    flow=step_back, weight=3,
    slots={"slope": but(SLOPES, "tanh-slope-missing-at-the-last-step", "tanh-slope-missing-at-the-first-step"),
           "where": chosen(where("dh_prev"), "slope-without-brackets", "tanh-slope-missing-in-the-carry",
           "tanh-slope-in-the-carry-only",
                           "slope-twice-in-what-is-sent", "slope-twice-in-the-gradients"),
           "cache": chosen(CACHE, "h_prev-and-h_t-swapped"),
           "loss": slot(FLOW, lambda d: d, of=("dh_t", "THB"))},
    outputs={**weights_gradients(X_SIDE, H_SIDE, ONCE,
                                 chosen(LEFT, *(v.name for v in LEFT if not v.name.startswith(("own", "dh-in")))),
                                 means=MEANS[1:2]),
             "dh_prev": Output(lambda s, f: s.carry(SimpleNamespace(
                 cell=f.cell, z=f.sent[0], old=0, l=f.total[0], c=0, S=f.S[0])),
                               {"carry": carries("dh_prev")},
                               late(SUM, "HB", MEANS[1]))})

# ---- all steps ----


def walk_back(s, cell, dh, caches):
    X, P, H = s.cache(*(np.array(part) for part in zip(*caches, strict=True)))
    D = s.loss(np.array(dh))
    D, at_the_end = D if isinstance(D, tuple) else (D, 0)
    S, steps = s.slope(H, P, X, cell), list(s.steps(len(X)))
    c, done, kept = 0 * D[-1], {}, []
    for n, t in enumerate(steps):
        c = s.comes(c, n, t, done)
        l_g, c_g, l_s, c_s = s.join(D[t], c, n == 0)
        dz, sent = s.where(l_g, c_g, S[t])
        if l_s is not l_g or c_s is not c_g:
            sent = s.where(l_s, c_s, S[t])[1]
        c = done[t] = s.carry(SimpleNamespace(cell=cell, z=sent, old=c, l=l_s, c=c_s, S=S[t]))
        kept.append((dz, l_g + c_g, sent, c))
    zeros = 0 * D[0]
    G, total, sent, left = (np.array(part) for part in zip(*(kept or [(zeros,) * 4]), strict=True))
    at = steps or [0]
    return SimpleNamespace(cell=cell, X=X, P=P, H=H, D=D, S=S[at], L=D[at], G=G, total=total, sent=sent, left=left,
                           at=at, c=c + at_the_end, T=len(X), B=D.shape[2])


def in_order_of_time(f, values):
    return values[np.argsort(f.at, kind="stable")]


DH0 = slot(
    START, lambda f: f.c,
    ("dh0-one-step-short", "dh0 is dL/dh_1", "You return what reached the first step's output. One more step back, "
     "through tanh and Wh, is h0.", lambda f: f.total[-1]),
    ("dh0-zero", "dh0 is zero", "h0 shapes every step. Its gradient is the dh_prev of the first step.",
     lambda f: 0 * f.D[0]),
    ("dh0-piles-up", "dh0 adds up the carries of all steps", "Every state has a gradient of its own. dh0 is what "
     "leaves the first step, t = 0, alone: `=`, not `+=`.", lambda f: f.left.sum(0)),
    ("dh0-of-every-step", "dh0 holds what leaves every step", "You return a list of all carries. dh0 is the last one, "
     "(H, B): what leaves step t = 0.", lambda f: f.left, lambda f: in_order_of_time(f, f.left)),
    ("dh0-is-dz", "dh0 is dz of the first step", lambda f: f.sent[-1]),
    ("dh0-is-dh", "dh0 is dh itself", lambda f: f.D),
    ("dh0-is-dh[0]", "dh0 is dh[0]", lambda f: f.D[0]),
    ways=[lambda f: f.cell.Wh.T @ f.G[-1]],
    why="What leaves the first step, t = 0, is asked for: Wh.T @ dz_0, (H, B).")

RNN_BACKWARD = Family(
    flow=walk_back, weight=25,
    slots={"join": JOIN, "carry": CARRY, "where": where("what is carried back"), "slope": SLOPES, "loss": LOSS,
           "steps": STEPS, "cache": CACHE, "comes": COMES},
    outputs={**weights_gradients(X_SIDE, H_OF_STEPS, {"grows": GROWS}),
             "dh0": Output(lambda s, f: s.dh0(f), {"dh0": DH0}, late(SUM, "HB", *MEANS))})
