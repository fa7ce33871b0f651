"""The families of one step forward, of the forward pass and of the readouts."""

import itertools
import math
from types import SimpleNamespace

import numpy as np

from rnn_helpers.check.advice import listed
from rnn_helpers.check.changes import HERE, changes, softmax
from rnn_helpers.check.family import Family, Output, slot
from rnn_helpers.check.solvers import made, times

STEP = "h_t = tanh(Wx x_t + Wh h_prev + b)"
LOOP = "h_t = tanh(Wx x_t + Wh h_{t-1} + b), t = 1..T"
TERMS = "All three terms are added, each once, then tanh is taken of the sum."


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# ---- one step ----


def inside(what, axes, run):
    """Entries for what may become of an array before `run` (cell, array) makes a term of it."""
    return [(f"{what}-{change.slug}", f"{what} {change.told}", *[change.why] * (change.why != HERE),
             lambda cell, a, change=change: run(cell, change.run(a))) for change in changes(axes, True)]


X_TERM = slot(
    STEP, lambda cell, x_t: cell.Wx @ x_t,
    ("input-ignored", "x_t is not used", "Without Wx x_t the cell never hears the input.",
     lambda cell, x_t: np.zeros((len(cell.Wx), x_t.shape[1]))),
    rare=inside("x_t", "DB", lambda cell, x_t: cell.Wx @ x_t), why=TERMS, of=("Wx x_t", "HB"))

H_TERM = slot(
    STEP, lambda cell, h: cell.Wh @ h,
    ("Wh-transposed", "Wh is transposed", "Wh[i, j] is the weight from old unit j to new unit i, so the product is Wh "
     "@ h_prev. Wh.T belongs to the step back.", lambda cell, h: cell.Wh.T @ h),
    ("state-ignored", "h_prev is not used", "Without Wh h_prev the cell is a feed-forward layer: it remembers nothing.",
     lambda cell, h: 0 * h),
    ("state-added-unweighted", "h_prev is added without its weights", "You add h_prev itself. The recurrent weights "
     "decide what of the old state is kept: Wh @ h_prev.", lambda cell, h: h),
    ("elementwise-product", "The state is multiplied element by element", "`*` multiplies matching elements. A "
     "weighted sum over the old units is a matrix product: Wh @ h_prev.", lambda cell, h: cell.Wh * h),
    ("tanh-of-h_prev", "tanh is applied to h_prev again", "h_prev has been through tanh already: Wh @ h_prev.",
     lambda cell, h: cell.Wh @ np.tanh(h)),
    rare=inside("h_prev", "HB", lambda cell, h: cell.Wh @ h),
    why="Every old unit reaches every new one, example by example: Wh @ h_prev, once.", of=("Wh h_prev", "HB"))

COUNTED = "It stands inside the sum over the products. Add it once, outside."

B_TERM = slot(  # run (b, D, whether there is an h0, or a step before)
    STEP, lambda b, D, given: b,
    ("bias-forgotten", "The bias b is missing", "Add cell.b, a column (H, 1) that broadcasts over the batch.",
     lambda b, D, given: 0 * b),
    ("bias-flattened", "The bias is a flat array (H,) or a row (1, H)", "Either is added along the columns: with one "
     "example (H, 1) + (H,) becomes (H, H). Keep b a column (H, 1).", lambda b, D, given: b.ravel()),
    ("bias-subtracted", "The bias is subtracted", lambda b, D, given: -b),
    ("bias-twice", "The bias is added twice",
     "PyTorch's nn.RNN keeps two biases; this cell has one b, added once to the sum.", lambda b, D, given: 2 * b),
    *(("bias-at-each-product", f"The bias is added {times} times", COUNTED, run) for times, run in (
        ("H", lambda b, D, given: len(b) * b), ("D", lambda b, D, given: D * b),
        ("D + H", lambda b, D, given: (D + len(b)) * b))), why=TERMS)

SLOPE = "The step back relies on tanh' = 1 - h_t^2, which holds for tanh alone: np.tanh."
SQUASH = slot(  # run (Wx x_t, Wh h_prev, b, h_prev)
    STEP, lambda x, h, b, old: np.tanh(x + h + b),
    ("tanh-forgotten", "tanh is missing", "You return the pre-activation z_t itself, so states can grow without bound. "
     "Squash it.", lambda x, h, b, old: x + h + b),
    ("sigmoid-for-tanh", "The activation is a sigmoid, not tanh", "Your states lie between 0 and 1. tanh runs from -1 "
     "to 1, and the step back relies on tanh' = 1 - h_t^2.", lambda x, h, b, old: sigmoid(x + h + b)),
    ("relu-for-tanh", "The activation is a ReLU, not tanh", "Your states are never negative and have no upper bound. "
     "tanh keeps them in -1..1.", lambda x, h, b, old: np.maximum(x + h + b, 0)),
    ("bias-after-tanh", "The bias is added after tanh",
     "b shifts the pre-activation, so it stands inside the brackets.", lambda x, h, b, old: np.tanh(x + h) + b),
    ("tanh-twice", "tanh is applied twice", "Squash the sum once.", lambda x, h, b, old: np.tanh(np.tanh(x + h + b))),
    ("tanh-of-each-term", "tanh is applied to each term separately",
     "The terms are summed first, then squashed once: tanh(a + b) is not tanh(a) + tanh(b).",
     lambda x, h, b, old: np.tanh(x) + np.tanh(h + b), lambda x, h, b, old: np.tanh(x + b) + np.tanh(h),
     lambda x, h, b, old: np.tanh(x) + np.tanh(h) + np.tanh(b), lambda x, h, b, old: np.tanh(x) + np.tanh(h) + b),
    *((f"{name}-outside-tanh", f"{what} outside tanh", run) for name, what, run in (
        ("input", "The input is added", lambda x, h, b, old: np.tanh(h + b) + x),
        ("state", "Wh h_prev is added", lambda x, h, b, old: np.tanh(x + b) + h),
        ("state-and-bias", "Wh h_prev and b are added", lambda x, h, b, old: np.tanh(x) + h + b),
        ("input-and-bias", "Wx x_t and b are added", lambda x, h, b, old: np.tanh(h) + x + b))),
    ("old-state-added", "h_prev is added to the new state", "That is a residual connection, which this cell does not "
     "have: the old state enters through Wh h_prev only.", lambda x, h, b, old: np.tanh(x + h + b) + old),
    ("tan-for-tanh", "The activation is tan, not tanh",
     "np.tan is the tangent of an angle. The hyperbolic tangent is np.tanh.", lambda x, h, b, old: np.tan(x + h + b)),
    ("product-for-sum", "The terms are multiplied, not added", lambda x, h, b, old: np.tanh(x * h + b)),
    ("half-the-sum", "tanh is taken of half the sum", "(e^z - 1) / (e^z + 1) and 2 sigmoid(z) - 1 are tanh(z / 2). "
     "Put in 2z for z, or call np.tanh.", lambda x, h, b, old: np.tanh((x + h + b) / 2)),
    ("twice-the-sum", "tanh is taken of twice the sum", "(e^2z - e^-2z) / (e^2z + e^-2z) is tanh(2z). Put in z for "
     "2z, or call np.tanh.", lambda x, h, b, old: np.tanh(2 * (x + h + b))),
    ("clip-for-tanh", "The activation is a clip to -1..1, not tanh", SLOPE,
     lambda x, h, b, old: np.clip(x + h + b, -1, 1)),
    rare=[(f"{name}-for-tanh", f"The activation is {what}, not tanh", SLOPE,
           lambda x, h, b, old, run=run: run(x + h + b)) for name, what, run in (
        ("arctan", "arctan", np.arctan), ("softsign", "z / (1 + |z|)", lambda z: z / (1 + np.abs(z))),
        ("softmax", "a softmax", lambda z: softmax(z, 0)), ("sinh", "sinh", np.sinh), ("sin", "sin", np.sin),
        ("erf", "erf", np.vectorize(math.erf)), ("leaky-relu", "a leaky ReLU", lambda z: np.maximum(z, 0.01 * z)))],
    why=TERMS)


def in_turn(new, x, h):
    """Each example from the new state of the one before."""
    columns = [h[:, :1]]
    for n in range(x.shape[1]):
        columns.append(new(x[:, n : n + 1], columns[-1]))
    return np.hstack(columns[1:])


def in_place(new, x, h):
    """Each unit from the new states of the units before it."""
    h = np.array(h)
    for unit in range(len(h)):
        h[unit] = new(x, h)[unit]
    return h


AT_ONCE = slot(  # run ((x_t, h_prev) -> h_t, x_t, h_prev)
    STEP, lambda new, x, h: new(x, h),
    ("units-in-place", "Units read the new states of the units before them",
     "Every unit reads h_prev as it was. Write h_t into an array of its own.", in_place),
    ("examples-as-steps", "The examples are walked through as if they were steps",
     "Each example goes on from its own column of h_prev, whatever the others do.", in_turn))

NEEDED = {"x_t": "dWx needs the input of the step", "h_prev": "dWh needs the state before the step",
          "h_t": "tanh'(z_t) = 1 - h_t^2 needs h_t (or z_t)"}


def lacking(cache, line="the cache holds x_t, h_prev and h_t"):
    """A slot of what is kept of a step, run (x_t, h_prev, h_t) -> cache. Only what is lacking can be seen."""
    parts = tuple(NEEDED)
    ways = [lost for count in (1, 2, 3) for lost in itertools.combinations(range(3), count)]
    return slot(line, lambda *kept: kept, *(
        ("cache-without-" + "+".join(parts[n] for n in lost), f"{cache} {listed([parts[n] for n in lost])}",
         f"{'; '.join(NEEDED[parts[n]] for n in lost)}. Is it kept as it was at that step, and not overwritten since?",
         lambda *kept, lost=lost: tuple(part for n, part in enumerate(kept) if n not in lost)) for lost in ways))


def step(s, cell, x_t, h_prev):
    b = s.b(cell.b, len(x_t), True)
    h_t = s.at_once(lambda x, h: s.squash(s.x(cell, x), s.h(cell, h), b, h), x_t, h_prev)
    return SimpleNamespace(kept=(x_t, h_prev, h_t), B=x_t.shape[1])


RNN_CELL_FORWARD = Family(
    flow=step, weight=3,
    slots={"x": X_TERM, "h": H_TERM, "b": B_TERM, "squash": SQUASH, "at_once": AT_ONCE},
    outputs={"h_t": Output(lambda s, f: f.kept[2], {}, made("HB", STEP)),
             "cache": Output(lambda s, f: s.cache(*f.kept), {"cache": lacking("The cache lacks")})})

# ---- all steps ----

BIAS_WITHOUT_H0 = slot(
    LOOP, None,
    rare=[("bias-only-with-h0", "The first step has no bias when there is no h0",
           lambda b, D, given: b if given else 0 * b)],
    why="b stands in every step's sum, h0 or not.")[1:]

START = slot(
    "h_0 is an argument, zeros (H, B) when it is None", lambda zeros, h0: zeros if h0 is None else h0,
    ("h0-ignored", "h0 is ignored", lambda zeros, h0: zeros),
    ("ones-for-zeros", "The first state is not zero", "Without an h0 the first state is a column of zeros; you start "
     "from ones.", lambda zeros, h0: zeros + 1 if h0 is None else h0),
    ("zeros-of-one-column", "Without an h0, the first cache lacks zeros of shape (H, B)",
     "The zeros are one column (H, 1), or their array was overwritten later. Broadcasting hides it until dz @ h_prev.T "
     "fails on the way back: make them (H, B).", lambda zeros, h0: zeros[:, :1] if h0 is None else h0),
    ("flat-zeros", "Without an h0 the first state is flat", "zeros(H) meets a column (H, 1) and becomes (H, H). Make "
     "them a column per example: zeros (H, B).", lambda zeros, h0: zeros[:, 0] if h0 is None else h0),
    why="Start from h0 when one is given, from zeros only when it is None.")

READ = slot(
    LOOP, lambda X: X,
    why="Step t reads X[t], as it is.", of=("X", "TDB"))

AXES = "X.shape is (T, D, B): the steps are X.shape[0], or len(X)."


def missing_steps(name, title, why, steps):
    """Steps that are not made; left out of the result, at zero in it, or with h0 there: run (T, D, B, H) -> (steps,
    what stands for the others)."""
    return (name, title, why, *(lambda *sizes, filled=filled: (steps(*sizes), filled)
                                for filled in ("", "zeros", "h0")))


STEPS = slot(
    LOOP, lambda T, D, B, H: (range(T), ""),
    ("backwards", "The sequence is read backwards", "Time runs forward: start with X[0].",
     *(lambda T, D, B, H, filled=filled: (range(T - 1, -1, -1), filled) for filled in ("", "zeros"))),
    missing_steps("one-step-short", "The last step is missing",
                  "The loop ends one step early; range(T) covers 0 to T - 1.", lambda T, D, B, H: range(T - 1)),
    missing_steps("starts-at-the-second-step", "The first step is missing",
                  "The loop starts at X[1]; Python counts from 0.", lambda T, D, B, H: range(1, T)),
    *(missing_steps(f"as-many-steps-as-{what}", f"The loop runs {letter} steps, not T", AXES,
                    lambda T, D, B, H, n=n: range(min(T, (D, B, H)[n])))
      for n, (letter, what) in enumerate((("D", "inputs"), ("B", "examples"), ("H", "units")))),
    why="Each step once: range(T).")

ASKED = "Ask for None once, before the loop. After each step set h_prev = h_t."
CARRIED = slot(  # run (h_t, h_prev, the first state, whether there is an h0)
    LOOP, lambda new, *_: new,
    ("no-carry", "The state is not carried from step to step", "Every step starts from h0 again, so nothing is "
     "remembered. After each step set h_prev = h_t.", lambda new, old, *_: old),
    ("zeros-at-every-step", "Without an h0 every step starts from zeros", ASKED,
     lambda new, old, start, given: new if given else start),
    ("h0-at-every-step", "With an h0 every step starts from it", ASKED,
     lambda new, old, start, given: start if given else new),
    ("inputs-summed", "The states are added up", "You carry h_t + h_prev. The old state enters through Wh only.",
     lambda new, old, *_: new + old),
    ("states-averaged", "The mean of h_t and h_prev is carried forward", lambda new, old, *_: (new + old) / 2),
    why="The next step starts from this step's state, as it is: h_prev = h_t.", of=("what is carried forward", "HB"))

REST = slot(  # run (b, the sum of the step before) -> what is added to the products
    LOOP, lambda b, z: b,
    ("sum-not-reset", "Each step adds to the sum of the step before",
     "The sum that is filled with += starts from zero at every step: make it inside the loop.", lambda b, z: b + z,
     lambda b, z: z if np.ndim(z) else b))

ONE_MORE = ("concatenate, vstack and append join arrays along an existing axis. {} has one more, for time: np.stack "
            "or np.array.")
SHAPE = "h_states (T, H, B)"


def stacked(line, what, one, letter):
    """Entries of how the results of all steps are put together wrongly. what : their name, as "Y"; one : of a step."""
    return slot(
        line, lambda a, *_: a,
        ("only-the-last", f"Only the last {one} is returned", lambda a, *_: a[-1], lambda a, *_: a[-1:]),
        ("aliased", f"Every entry is the last {one}", "Does a list hold T times one array that is filled again and "
         "again, does each step fill all of it, as `[:] = ` does, or is index -1 read each time? Each step has a place "
         "of its own.",
         lambda a, *_: np.repeat(a[-1:], len(a), 0)),
        ("steps-glued", "The steps are glued together", ONE_MORE.format(what), lambda a, *_: np.concatenate(list(a))),
        ("only-the-last-filled", f"Only the last entry of {what} is filled",
         f"{what}[t] = ... belongs inside the loop.", lambda a, *_: np.concatenate([0 * a[:-1], a[-1:]])),
        why=f"{what} holds one {one} for each step: (T, {letter}, B).")


COLLECT = (*slot(
    SHAPE, lambda states, f: states,
    ("h0-among-the-states", "h0 is among the states", "h_states has T + 1 entries. It holds the states after each "
     "step; h0 comes before the first.", lambda states, f: np.concatenate([f.before[:1], states])),
    ("zero-among-the-states", "The first entry of h_states is zero", "h_states has T + 1 entries, and none of them is "
     "for h0: fill h_states[t] with h_t, t from 0.", lambda states, f: np.concatenate([0 * states[:1], states])),
    ("states-before-the-step", "h_states holds the state before each step",
     "h_states[t] is h_t, what comes out of step t: store it after the step.", lambda states, f: f.before),
    ("z-among-the-states", "h_states holds z_t, before tanh", "h_states[t] is h_t = tanh(z_t).",
     lambda states, f: f.z)), *stacked(SHAPE, "h_states", "state", "H")[1:])

CACHES = (*lacking("The caches lack"), *slot("one cache for each step", None, (
    "caches-not-one-for-each-step", "caches is not a list of one cache for each step",
    "Append a cache at every step, inside the loop, and return that list alone.", None))[1:])
ORDER = slot("caches[t] = (x_t, h_prev, h_t) of step t", lambda caches: caches, (
    "caches-in-reverse", "The caches are in reverse order", "caches[t] is that of step t.",
    lambda caches: caches[::-1]), (
    "last-cache-at-every-step", "Every entry of caches is the last step's", "Append each step's own cache, inside the "
    "loop: `[cache] * T` is one cache, T times.", lambda caches: [caches[-1]] * len(caches)), (
    "parts-of-the-caches-in-another-order", "The parts of each cache are in another order", "The step back unpacks "
    "them as (x_t, h_prev, h_t).", *(lambda caches, order=order: [tuple(cache[n] for n in order) for cache in caches]
                                     for order in itertools.permutations(range(3)) if order != (0, 1, 2))))


def walk(s, cell, X, h0=None):
    T, D, B = np.shape(X)
    h = start = s.start(np.zeros((len(cell.Wh), B)), None if h0 is None else np.array(h0))
    (rounds, filled), read = s.steps(T, D, B, len(cell.Wh)), s.read(np.array(X))
    states, before, sums, caches, z = [], [], [], [], 0.0

    def one(x_t, h_prev):
        nonlocal z
        x, wh = s.x(cell, x_t), s.h(cell, h_prev)
        z = x + wh + b
        return s.squash(x, wh, b, h_prev)

    for n, t in enumerate(rounds):
        b = s.rest(s.b(cell.b, D, h0 is not None or n), z)
        new = s.at_once(one, read[t], h)
        states.append(new)
        before.append(h)
        sums.append(z)
        caches.append((X[t], h, new))
        h = s.carry(new, h, start, h0 is not None)
    made = states[0].shape if states else start.shape
    found = [np.array([a if a.shape == made else np.broadcast_to(a, made) for a in part]).reshape(-1, *made)
             for part in (states, before, sums)]
    if filled:
        caches = [caches[n] for n in np.argsort(list(rounds))]  # each at its step's place, too
        for n, part in enumerate(found):
            found[n] = np.zeros((T, *part.shape[1:])) + (start if filled == "h0" else 0)
            found[n][list(rounds)] = part
    return SimpleNamespace(states=found[0], before=found[1], z=found[2], caches=caches, T=T, B=B)


RNN_FORWARD = Family(
    flow=walk, weight=9,
    slots={"start": START, "carry": CARRIED, "h": H_TERM, "b": (*B_TERM, *BIAS_WITHOUT_H0), "squash": SQUASH,
           "steps": STEPS, "read": READ, "x": X_TERM, "at_once": AT_ONCE, "rest": REST},
    outputs={"h_states": Output(lambda s, f: s.collect(f.states, f), {"collect": COLLECT},
                                made("THB", SHAPE)),
             "caches": Output(lambda s, f: s.order([s.cache(*kept) for kept in f.caches]) if s.cache else [],
                              {"cache": CACHES, "order": ORDER})})

# ---- readouts ----

OUTPUT, EVERY, ONE = "y_t = Wy h_t + c", "Y[t] = Wy h_t + c", "y = Wy h_T + c"
LINEAR = "The readout is linear: its numbers may be of any size and sign."
LOGITS = "The readout gives logits; softmax belongs to the loss."


def readouts(line, axis):
    """The slots of a readout: c, and what is done to the sum; axis : of the outputs."""
    return {
        "c": slot(line, lambda c, H: c,
                  ("c-forgotten", "The bias c is missing", "Add c, a column (O, 1) that broadcasts over the batch.",
                   lambda c, H: 0 * c),
                  ("c-flattened", "c is a flat array (O,) or a row",
                   "Either is added along the columns. Keep c a column (O, 1).", lambda c, H: c.ravel()),
                  ("c-subtracted", "The bias c is subtracted", lambda c, H: -c),
                  ("c-twice", "The bias c is added twice", lambda c, H: 2 * c),
                  ("c-at-each-product", "The bias c is added H times", COUNTED, lambda c, H: H * c),
                  why="c is added, once."),
        "squash": slot(line, lambda y: y,
                       ("tanh-on-the-output", "The output is squashed by tanh",
                        "The readout is linear: a target such as 5 could never be reached through tanh.", np.tanh),
                       ("softmax-on-the-output", "The output is a softmax", LOGITS, lambda y: softmax(y, axis)),
                       ("sigmoid-on-the-output", "The output is squashed by a sigmoid", sigmoid),
                       ("relu-on-the-output", "The output passes a ReLU", lambda y: np.maximum(y, 0)),
                       rare=[("likeliest-output", "The index of the largest output is returned",
                              "argmax comes later, when a character is chosen. Return all O numbers of each example.",
                              lambda y: np.argmax(y, axis=axis))], why=LINEAR),
        "Wy": slot(line, lambda Wy: Wy, of=("Wy", "OH"))}


def read_out(s, h, Wy, c):
    h, Wy, c = np.array(h), s.Wy(Wy), s.c(c, Wy.shape[1])
    if hasattr(s, "at_steps") and c.ndim == 2:
        c = s.at_steps(np.repeat(c[None], len(h), 0))
    return SimpleNamespace(y=s.squash(Wy @ s.read(h) + c), every=s.squash(Wy @ h + c))


READS = "the state that is read"


READOUT = Family(
    flow=read_out, weight=2,
    slots={**readouts(OUTPUT, 0), "read": slot(OUTPUT, lambda h: h, why="Wy @ h_t.", of=(READS, "HB"))},
    outputs={"y_t": Output(lambda s, f: f.y, {}, made("OB", OUTPUT))})

MANY_TO_MANY = Family(
    flow=read_out, weight=2,
    slots={**readouts(EVERY, 1), "at_steps": slot(
        EVERY, lambda c: c, why="c is added at every step.", of=("c", "TO1")), "read": slot(
        EVERY, lambda h: h, why="Many-to-many has an output at every step, and step t reads h_states[t].",
        of=(READS, "THB"))},
    outputs={"Y": Output(lambda s, f: s.collect(f.y), {"collect": stacked("Y (T, O, B)", "Y", "output", "O")},
                         made("TOB", EVERY))})

MANY_TO_ONE = Family(
    flow=read_out, weight=2,
    slots={**readouts(ONE, -2), "read": slot(
        ONE, lambda h: h[-1],
        ("first-for-last", "The first state is read, not the last",
         "The first state has seen one input only; read h_states[-1], which has seen them all.", lambda h: h[0]),
        ("sum-over-time", "The states are summed over time", lambda h: h.sum(axis=0)),
        ("largest-over-time", "The largest state over time is read", lambda h: h.max(axis=0)),
        ("the-state-before", "The state before the last is read", lambda h: h[-2] if len(h) > 1 else h[-1]),
        ("every-output", "An output for every step is returned", lambda h: h),
        why="Many-to-one has one output, from the state after the last step: h_states[-1].", of=(READS, "HB"))},
    outputs={"y": Output(lambda s, f: s.joined(f), {"joined": slot(
        ONE, lambda f: f.y,
        ("outputs-summed-over-time", "The outputs of all steps are summed", lambda f: f.every.sum(0)),
        ("outputs-averaged-over-time", "The outputs, or the states, of all steps are averaged",
         lambda f: f.every.mean(0)),
        why="Many-to-one has one output, of the last step alone: Wy @ h_states[-1] + c.")},
                         made("OB", ONE))})

# ---- how many parameters ----

COUNT = "H D + H H + H + O H + O"
SIZES = {"Wx": "HD", "Wh": "HH", "b": "H1", "Wy": "OH", "c": "O1"}
OTHERS = ("HD", "HH", "H1", "OH", "O1", "D1", "OD", "DD", "OO", "11")


def words_of(size):
    rows, columns = size
    return "one number" if size == "11" else f"{rows} numbers" if columns == "1" else f"{rows} times {columns} numbers"


def counted(name):
    """A slot of how many numbers one parameter is counted with: run (sizes, product) -> number."""
    def of(size, times=1):
        return lambda n, product: times * product(n[size[0]], n[size[1]])

    return slot(COUNT, of(SIZES[name]),
                (f"{name}-forgotten", f"{name} is not counted", of(SIZES[name], 0)),
                (f"{name}-twice", f"{name} is counted twice", of(SIZES[name], 2)),
                *((f"{name}-with-{size}", f"{name} is counted with {words_of(size)}", of(size))
                  for size in OTHERS if size != SIZES[name] and (size[1] == "1" or SIZES[name][1] != "1")),
                why=f"{name} holds {words_of(SIZES[name])}, once.")


def parameters(s, D, H, O):
    n = {"D": D, "H": H, "O": O, "1": 1}
    counts = {name: getattr(s, name)(n, s.product) for name in SIZES}
    counts |= dict.fromkeys("" if s.biases is None else "bc", s.biases)
    return sum(counts[name] * (s.gates if name in ("Wx", "Wh", "b") else 1) for name in SIZES)


COUNT_PARAMETERS = Family(
    flow=parameters, weight=1,
    slots={**{name: counted(name) for name in SIZES}, "gates": slot(
        COUNT, 1,
        ("of-an-lstm", "Wx, Wh and b are counted four times", "An LSTM has four of each. Here there is one.", 4),
        ("of-a-gru", "Wx, Wh and b are counted three times", "A GRU has three of each. Here there is one.", 3)),
        "biases": slot(COUNT, None, ("biases-as-one-number", "Each bias is counted as one number", 1),
                       ("biases-forgotten", "The biases are not counted", 0), why="b holds H numbers, c holds O."),
        "product": slot(
        COUNT, lambda rows, columns: rows * columns,
        ("sides-added", "The sides of each array are added",
         "An array of 3 rows and 4 columns holds 3 times 4 numbers.", lambda rows, columns: rows + columns,
         lambda rows, columns: rows + columns if columns > 1 else rows))},
    outputs={"count": Output(lambda s, f: np.array(f), {}, (times(COUNT),))},
    call=lambda values, arguments: int(values["count"]))
