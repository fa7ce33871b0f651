"""The families of one step forward, of the forward pass and of the readouts."""

import itertools
from types import SimpleNamespace

import numpy as np

from rnn_helpers.check.families.common import flat, one_axis_more, over_the_batch, transposed
from rnn_helpers.check.search import Family, Output, Variant, becomes, slot

STEP = "h_t = tanh(Wx x_t + Wh h_prev + b)"
LOOP = "h_t = tanh(Wx x_t + Wh h_{t-1} + b), t = 1..T"


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# ---- one step ----

X_TERM = slot(
    STEP, lambda cell, x_t: cell.Wx @ x_t,
    ("input-ignored", "x_t is not used", "Without Wx x_t the cell never hears the input.",
     lambda cell, x_t: np.zeros((len(cell.Wx), x_t.shape[1]))),
    ("input-twice", "Wx x_t is added twice", "Add it once.", lambda cell, x_t: 2 * (cell.Wx @ x_t)),
    ("input-subtracted", "Wx x_t is subtracted", "All three terms are added.", lambda cell, x_t: -(cell.Wx @ x_t)),
    ("input-averaged", "x_t is averaged over the batch", "Each example has its own column: Wx @ x_t.",
     lambda cell, x_t: cell.Wx @ over_the_batch(x_t)))

H_TERM = slot(
    STEP, lambda cell, h: cell.Wh @ h,
    ("Wh-transposed", "Wh is transposed",
     "Wh[i, j] is the weight from old unit j to new unit i, so the product is Wh @ h_prev. Wh.T belongs to the step "
     "back.", lambda cell, h: cell.Wh.T @ h),
    ("state-ignored", "h_prev is not used",
     "Without Wh h_prev the cell is a feed-forward layer: it remembers nothing.", lambda cell, h: 0 * h),
    ("state-added-unweighted", "h_prev is added without its weights",
     "You add h_prev itself. The recurrent weights decide what of the old state is kept: Wh @ h_prev.",
     lambda cell, h: h),
    ("elementwise-product", "The state is multiplied element by element",
     "`*` multiplies matching elements. A weighted sum over the old units is a matrix product: Wh @ h_prev.",
     lambda cell, h: cell.Wh * h),
    ("state-twice", "Wh h_prev is added twice", "Add it once.", lambda cell, h: 2 * (cell.Wh @ h)),
    ("state-subtracted", "Wh h_prev is subtracted", "All three terms are added.", lambda cell, h: -(cell.Wh @ h)),
    ("state-added-too", "h_prev itself is added to Wh h_prev", "The old state enters through Wh only.",
     lambda cell, h: cell.Wh @ h + h),
    ("Wh-diagonal", "Only the diagonal of Wh is used", "Every old unit reaches every new one: Wh @ h_prev.",
     lambda cell, h: np.diag(cell.Wh)[:, None] * h),
    ("Wh-twice", "Wh is applied twice", "Once: Wh @ h_prev.", lambda cell, h: cell.Wh @ (cell.Wh @ h)),
    ("state-averaged", "h_prev is averaged over the batch", "Each example has its own state: Wh @ h_prev.",
     lambda cell, h: cell.Wh @ over_the_batch(h)),
    ("tanh-of-h_prev", "tanh is applied to h_prev again", "h_prev has passed tanh already: Wh @ h_prev.",
     lambda cell, h: cell.Wh @ np.tanh(h)))

B_TERM = slot(  # run (b, the step's number, how many steps there are, whether an h0 was given)
    STEP, lambda b, n, T, given: b,
    ("bias-forgotten", "The bias b is missing", "Add cell.b, a column (H, 1) that broadcasts over the batch.",
     lambda b, n, T, given: 0 * b),
    ("bias-flattened", "The bias is a flat array (H,) or a row (1, H)",
     "Either is added along the columns: with one example (H, 1) + (H,) becomes (H, H). Keep b a column (H, 1).",
     lambda b, n, T, given: b.ravel()),
    ("bias-subtracted", "The bias is subtracted", "b is added.", lambda b, n, T, given: -b),
    ("bias-twice", "The bias is added twice",
     "PyTorch's nn.RNN keeps two biases; this cell has one b, added once to the sum.", lambda b, n, T, given: 2 * b),
    ("bias-averaged", "The mean of b is added", "Each unit has its own bias: the column b.",
     lambda b, n, T, given: b.mean() + 0 * b))

SQUASH = slot(  # run (Wx x_t, Wh h_prev, b, h_prev)
    STEP, lambda x, h, b, old: np.tanh(x + h + b),
    ("tanh-forgotten", "tanh is missing",
     "You return the pre-activation z_t itself, so states can grow without bound. Squash it.",
     lambda x, h, b, old: x + h + b),
    ("sigmoid-for-tanh", "The activation is a sigmoid, not tanh",
     "Your states lie between 0 and 1. tanh runs from -1 to 1, and the step back relies on tanh' = 1 - h_t^2.",
     lambda x, h, b, old: sigmoid(x + h + b)),
    ("relu-for-tanh", "The activation is a ReLU, not tanh",
     "Your states are never negative and have no upper bound. tanh keeps them in -1..1.",
     lambda x, h, b, old: np.maximum(x + h + b, 0)),
    ("bias-after-tanh", "The bias is added after tanh",
     "b shifts the pre-activation, so it stands inside the brackets.", lambda x, h, b, old: np.tanh(x + h) + b),
    ("tanh-twice", "tanh is applied twice", "Squash the sum once.", lambda x, h, b, old: np.tanh(np.tanh(x + h + b))),
    ("tanh-of-each-term", "tanh is applied to each term separately",
     "The terms are summed first, then squashed once: tanh(a + b) is not tanh(a) + tanh(b).",
     lambda x, h, b, old: np.tanh(x) + np.tanh(h + b), lambda x, h, b, old: np.tanh(x + b) + np.tanh(h),
     lambda x, h, b, old: np.tanh(x) + np.tanh(h) + np.tanh(b), lambda x, h, b, old: np.tanh(x) + np.tanh(h) + b),
    *((f"{name}-outside-tanh", f"{what} is added outside tanh",
       f"{term} stands inside the brackets: sum all three terms, then squash.", run) for name, what, term, run in (
        ("input", "The input", "Wx x_t", lambda x, h, b, old: np.tanh(h + b) + x),
        ("state", "Wh h_prev", "Wh h_prev", lambda x, h, b, old: np.tanh(x + b) + h))),
    ("old-state-added", "h_prev is added to the new state",
     "That is a residual connection, which this cell does not have: the old state enters through Wh h_prev only.",
     lambda x, h, b, old: np.tanh(x + h + b) + old),
    ("tan-for-tanh", "The activation is tan, not tanh",
     "np.tan is the tangent of an angle. The hyperbolic tangent is np.tanh.", lambda x, h, b, old: np.tan(x + h + b)),
    ("state-multiplied", "h_t is multiplied by h_prev", "The old state enters through Wh h_prev only.",
     lambda x, h, b, old: np.tanh(x + h + b) * old),
    rare=[(f"{name}-for-tanh", f"The activation is {called}, not tanh", "Take np.tanh of the sum.", run) for name,
          called, run in (
        ("arctan", "arctan", lambda x, h, b, old: np.arctan(x + h + b)),
                          ("sin", "sin", lambda x, h, b, old: np.sin(x + h + b)),
        ("clip", "a cut to -1..1", lambda x, h, b, old: np.clip(x + h + b, -1, 1)),
        ("softmax", "a softmax", lambda x, h, b, old: np.exp(x + h + b) / np.exp(x + h + b).sum(axis=0)),
        ("slope", "tanh'", lambda x, h, b, old: 1 - np.tanh(x + h + b) ** 2),
        ("softsign", "z / (1 + |z|)", lambda x, h, b, old: (x + h + b) / (1 + abs(x + h + b))))])

NEEDED = {"x_t": "dWx needs the input of the step", "h_prev": "dWh needs the state before the step",
          "h_t": "tanh'(z_t) = 1 - h_t^2 needs h_t (or z_t)"}


def lacking(cache, line="the cache holds x_t, h_prev and h_t"):
    """A slot of what is kept of a step, run (x_t, h_prev, h_t) -> cache. Only what is lacking can be seen."""
    parts = tuple(NEEDED)
    ways = [lost for count in (1, 2, 3) for lost in itertools.combinations(range(3), count)]
    return slot(line, lambda *kept: kept, *(
        ("cache-without-" + "+".join(parts[n] for n in lost), f"{cache} {' and '.join(parts[n] for n in lost)}",
         f"{'; '.join(NEEDED[parts[n]] for n in lost)}. Is it kept as it was at that step, and not overwritten since?",
         lambda *kept, lost=lost: tuple(part for n, part in enumerate(kept) if n not in lost)) for lost in ways))


def step(s, cell, x_t, h_prev):
    x, h, b = s.x(cell, x_t), s.h(cell, h_prev), s.b(cell.b, 0, 1, True)
    return SimpleNamespace(kept=(x_t, h_prev, s.squash(x, h, b, h_prev)), B=x_t.shape[1])


def shapes(line, *more):
    """What may become of a finished state or output."""
    return (transposed(line, "A column is an example: the units come first, the batch last."), *more)


RNN_CELL_FORWARD = Family(
    flow=step,
    slots={"x": X_TERM, "h": H_TERM, "b": B_TERM, "squash": SQUASH},
    outputs={"h_t": Output(lambda s, f: s.taken(f.kept[2]), {"taken": slot(
                 "h_t is (H, B)", lambda h: h,
                 ("first-example-only", "Only the first example's state is returned",
                  "Each example has its own column: (H, B).", lambda h: h[:, :1]),
                 ("states-summed-over-the-batch", "The states are summed over the batch",
                  "Each example has its own column: (H, B).", lambda h: h.sum(axis=1, keepdims=True)))},
                           shapes(STEP, flat("h_t is (H, B)",
                                             "The numbers are right, but h_t is (H, B), a column per example: no "
                                             "ravel."), one_axis_more("h_t is (H, B)"))),
             "cache": Output(lambda s, f: s.cache(*f.kept), {"cache": lacking("The cache lacks")})},
    harm={"h_prev": Variant(None, "h_prev-overwritten", "h_prev is overwritten",
                        "The caller, and your cache, still need the old state. Build a new array with np.tanh(...); "
                        "h_prev[:] = and += write into the argument.",
                        "h_prev belongs to the caller")})

# ---- all steps ----

BIAS_IN_TIME = slot(
    LOOP, None,
    ("bias-at-the-first-step-only", "b is added at the first step only", "b stands in every step's sum.",
     lambda b, n, T, given: b if n == 0 else 0 * b),
    ("bias-not-at-the-first-step", "b is not added at the first step", "b stands in every step's sum.",
     lambda b, n, T, given: 0 * b if n == 0 else b),
    ("bias-only-with-h0", "The first step has no bias when there is no h0", "b stands in every step's sum, h0 or not.",
     lambda b, n, T, given: b if n or given else 0 * b))[1:]

START = slot(
    "h_0 is an argument, zeros (H, B) when it is None", lambda zeros, h0: zeros if h0 is None else h0,
    ("h0-ignored", "h0 is ignored",
     "You always start from zeros. Start from h0 when one is given, from zeros only when it is None.",
     lambda zeros, h0: zeros),
    ("ones-for-zeros", "The first state is not zero",
     "Without an h0 the first state is a column of zeros; you start from ones.",
     lambda zeros, h0: zeros + 1 if h0 is None else h0),
    ("zeros-of-one-column", "Without an h0, the first cache lacks zeros of shape (H, B)",
     "The zeros are one column (H, 1), or their array was overwritten later. Broadcasting hides it until dz @ h_prev.T "
     "fails on the way back: make them (H, B).", lambda zeros, h0: zeros[:, :1] if h0 is None else h0),
    ("flat-zeros", "Without an h0 the first state is flat",
     "zeros(H) meets a column (H, 1) and becomes (H, H). Make them a column per example: zeros (H, B).",
     lambda zeros, h0: zeros[:, 0] if h0 is None else h0),
    ("ones-always", "The first state is one, h0 or not", "Start from h0 when one is given, from zeros when it is None.",
     lambda zeros, h0: zeros + 1),
    ("h0-of-the-first-example", "All examples start from the first one's h0", "Each example has its own column of h0.",
     lambda zeros, h0: zeros if h0 is None else zeros + h0[:, :1]),
    ("h0-squashed", "h0 is squashed by tanh", "h0 is a state already.",
     lambda zeros, h0: zeros if h0 is None else np.tanh(h0)))

READ = slot(
    LOOP, lambda X, n, t: X[t],
    ("same-input-at-every-step", "Every step reads X[0]", "Step t reads X[t].", lambda X, n, t: X[0]),
    ("last-input-at-every-step", "Every step reads the last input", "Step t reads X[t].", lambda X, n, t: X[-1]),
    ("next-input", "Step t reads X[t + 1]", "Step t reads X[t].", lambda X, n, t: X[min(t + 1, len(X) - 1)]),
    ("input-before", "Step t reads X[t - 1], step 0 the last input", "Step t reads X[t].", lambda X, n, t: X[t - 1]),
    ("input-before-or-zero", "Step t reads X[t - 1], step 0 nothing", "Step t reads X[t].",
     lambda X, n, t: X[t - 1] if t else 0 * X[0]),
    ("inputs-in-reverse", "The inputs are read in reverse order", "Step t reads X[t].",
     lambda X, n, t: X[len(X) - 1 - t]),
    ("input-at-the-first-step-only", "Only the first step hears its input", "Every step t reads X[t].",
     lambda X, n, t: X[t] if n == 0 else 0 * X[t]),
    ("inputs-averaged", "Every step reads the mean of all inputs", "Step t reads X[t].",
     lambda X, n, t: np.mean(X, axis=0)),
    ("inputs-added-up", "Step t reads the sum of all inputs so far", "Step t reads X[t]; the state remembers the rest.",
     lambda X, n, t: np.sum(X[: t + 1], axis=0)))

AXES = "X.shape is (T, D, B): the steps are X.shape[0], or len(X)."


def missing_steps(name, title, why, steps):
    """Steps that are not made, left out of the result or left at zero in it: run (T, D, B, H) -> (steps, whether "
    "zeros stand for the others)."""
    return [(name, title, why, lambda *sizes, filled=filled: (steps(*sizes), filled)) for filled in (False, True)]


STEPS = slot(
    LOOP, lambda T, D, B, H: (range(T), False),
    ("backwards", "The sequence is read backwards", "Time runs forward: start with X[0].",
     lambda T, D, B, H: (range(T - 1, -1, -1), False)),
    ("backwards-in-place", "The sequence is read backwards", "Time runs forward: start with X[0].",
     lambda T, D, B, H: (range(T - 1, -1, -1), True)),
    *missing_steps("one-step-short", "The last step is missing",
                   "The loop ends one step early; range(T) covers 0 to T - 1.", lambda T, D, B, H: range(T - 1)),
    *missing_steps("starts-at-the-second-step", "The first step is missing",
                   "The loop starts at X[1]; Python counts from 0.", lambda T, D, B, H: range(1, T)),
    *missing_steps("one-round", "Only the first step runs",
                   "Does `return` stand inside the loop? It ends the function on the first pass. Move it below the "
                   "loop.", lambda T, D, B, H: [0]),
    *missing_steps("as-many-steps-as-inputs", "The loop runs D steps, not T", AXES,
                   lambda T, D, B, H: range(min(T, D))),
    *missing_steps("as-many-steps-as-examples", "The loop runs B steps, not T", AXES,
                   lambda T, D, B, H: range(min(T, B))),
    *missing_steps("as-many-steps-as-units", "The loop runs H steps, not T", AXES,
                   lambda T, D, B, H: range(min(T, H))),
    ("last-step-twice", "The last step runs twice", "Each step once: range(T).",
     lambda T, D, B, H: ([*range(T), T - 1], False)),
    ("first-step-twice", "The first step runs twice", "Each step once: range(T).",
     lambda T, D, B, H: ([0, *range(T)], False)),
    *(way for n in (3, 4, 5, 2, 6) for way in missing_steps(f"{n}-steps", f"The loop runs {n} steps, whatever T is",
                                                            AXES, lambda T, D, B, H, n=n: range(min(T, n)))),
    rare=missing_steps("every-second-step", "Every second step is left out", "Each step once: range(T).",
                       lambda T, D, B, H: range(0, T, 2)))

CARRIED = slot(
    LOOP, lambda new, old, z, h0: new,
    ("no-carry", "The state is not carried from step to step",
     "Every step starts from h0 again, so nothing is remembered. After each step set h_prev = h_t.",
     lambda new, old, z, h0: old),
    ("inputs-summed", "The states are added up", "You carry h_t + h_prev. The old state enters through Wh only.",
     lambda new, old, z, h0: new + old),
    ("z-carried", "z_t is carried forward, not h_t", "The next step starts from the squashed state: h_prev = h_t.",
     lambda new, old, z, h0: z),
    ("zeros-carried", "The state is reset to zero after each step", "After each step set h_prev = h_t.",
     lambda new, old, z, h0: 0 * old),
    ("states-averaged", "The mean of h_t and h_prev is carried forward", "After each step set h_prev = h_t.",
     lambda new, old, z, h0: (new + old) / 2),
    ("carry-squashed-again", "The state is squashed again before the next step", "After each step set h_prev = h_t.",
     lambda new, old, z, h0: np.tanh(new)),
    ("batch-averaged", "The batch's mean state is carried forward", "Each example keeps its own state: h_prev = h_t.",
     lambda new, old, z, h0: over_the_batch(new)),
    ("h0-added-at-every-step", "h0 is added at every step", "h0 is where the first step starts, and no more.",
     lambda new, old, z, h0: new + h0))



ONE_MORE = ("concatenate, vstack and append join arrays along an existing axis. {} has one more, for time: np.stack "
            "or np.array.")
SHAPE = "h_states (T, H, B)"
COLLECT = slot(
    SHAPE, lambda f: f.states,
    ("h0-among-the-states", "h0 is among the states",
     "h_states has T + 1 entries. It holds the states after each step; h0 comes before the first.",
     lambda f: np.concatenate([f.before[:1], f.states])),
    ("zero-among-the-states", "The first entry of h_states is zero",
     "h_states has T + 1 entries, and none of them is for h0: fill h_states[t] with h_t, t from 0.",
     lambda f: np.concatenate([0 * f.states[:1], f.states])),
    ("only-the-last-state", "Only the last state is returned",
     "Keep every state: later notebooks need an h_t for each loss.", lambda f: f.states[-1]),
    ("only-the-last-state-as-a-list", "Only the last state is returned", "Keep every state: append inside the loop.",
     lambda f: f.states[-1:]),
    ("states-aliased", "Every entry is the last state",
     "One array is filled again and again, and the list holds it T times. Make a new array at each step.",
     lambda f: np.repeat(f.states[-1:], len(f.states), 0)),
    ("states-before-the-step", "h_states holds the state before each step",
     "h_states[t] is h_t, what comes out of step t: store it after the step.", lambda f: f.before),
    ("z-among-the-states", "h_states holds z_t, before tanh", "h_states[t] is h_t = tanh(z_t).", lambda f: f.z),
    ("stacked-behind-the-units", "Time is the middle axis",
     "h_states is (H, T, B). Time comes first: np.stack(states), without axis=1.",
     lambda f: f.states.transpose(1, 0, 2)),
    ("time-last", "Time is the last axis", "h_states is (H, B, T). Time comes first: np.array(list of states).",
     lambda f: f.states.transpose(1, 2, 0)),
    ("batch-first", "The batch is the first axis", "h_states is (B, T, H) or similar. Time comes first, batch last.",
     lambda f: f.states.transpose(2, 0, 1), lambda f: f.states.transpose(2, 1, 0)),
    ("examples-as-rows", "Each state is transposed", "A column is an example: h_t is (H, B), h_states (T, H, B).",
     lambda f: f.states.transpose(0, 2, 1)),
    ("steps-glued", "The steps are glued together", ONE_MORE.format("h_states"),
     lambda f: np.concatenate(list(f.states), axis=0)),
    ("steps-side-by-side", "The steps stand side by side",
     "hstack joins columns. Time is an axis of its own: np.stack or np.array.",
     lambda f: np.concatenate(list(f.states), axis=1)),
    ("states-flat", "h_states is flat", "One axis each for time, units and batch: np.array(list of states).",
     lambda f: f.states.ravel()),
    ("batch-axis-dropped", "h_states lacks the axis of the batch",
     "A single example is a column too: h_t is (H, 1), h_states (T, H, 1).", lambda f: np.squeeze(f.states, axis=2)),
    ("states-squeezed", "np.squeeze drops axes of length 1",
     "A single step or example keeps its axis: (T, H, B).", lambda f: np.squeeze(f.states)),
    ("states-in-reverse", "The states are in reverse order", "h_states[t] is h_t.", lambda f: f.states[::-1]),
    ("states-as-a-sum", "The states are summed at the end", "h_states keeps each state.", lambda f: f.states.sum(0)),
    ("states-one-late", "h_states[t] holds the state of the step before",
     "h_states[t] is h_t, what comes out of step t.", lambda f: np.concatenate([0 * f.states[:1], f.states[:-1]])),
    ("only-the-last-filled", "Only the last entry of h_states is filled", "h_states[t] = h_t belongs inside the loop.",
     lambda f: np.concatenate([0 * f.states[:-1], f.states[-1:]])),
    ("first-state-missing", "The first state is missing", "h_states[t] is h_t, t from 0.", lambda f: f.states[1:]),
    ("last-state-missing", "The last state is missing", "Store h_t after each step, the last included.",
     lambda f: f.states[:-1]),
    ("first-state-everywhere", "Every entry is the first state", "h_states[t] is h_t.",
     lambda f: np.repeat(f.states[:1], len(f.states), 0)),
    ("states-one-axis-more", "h_states has one axis too many", "np.array(list of states) is (T, H, B).",
     lambda f: f.states[:, None]),
    ("first-example-only", "Only the first example's states are returned",
     "Each example has its own column: (T, H, B).", lambda f: f.states[:, :, :1]),
    ("states-averaged-over-the-batch", "The states are averaged over the batch",
     "Each example has its own column: (T, H, B).", lambda f: f.states.mean(2, keepdims=True)))

CACHES = (*lacking("The caches lack"), *slot("one cache for each step", None, (
    "caches-not-one-for-each-step", "There is not one cache for each step",
    "Append a cache at every step, inside the loop.", None))[1:])


def walk(s, cell, X, h0=None):
    T, D, B = np.shape(X)
    h = start = s.start(np.zeros((len(cell.Wh), B)), None if h0 is None else np.array(h0))
    rounds, filled = s.steps(T, D, B, len(cell.Wh))
    states, before, sums, caches = [], [], [], []
    for n, t in enumerate(rounds):
        x_t = s.read(X, n, t)
        x, wh, b = s.x(cell, x_t), s.h(cell, h), s.b(cell.b, n, T, h0 is not None)
        new = s.squash(x, wh, b, h)
        states.append(new)
        before.append(h)
        sums.append(x + wh + b)
        caches.append((X[t], h, new))
        h = s.carry(new, h, x + wh + b, start)
    found = [np.array([np.broadcast_to(a, states[0].shape) for a in list_]) for list_ in (states, before, sums)]
    if filled:
        for n, part in enumerate(found):
            found[n] = np.zeros((T, *part.shape[1:]))
            found[n][list(rounds)] = part
    return SimpleNamespace(states=found[0], before=found[1], z=found[2], caches=caches, T=T, B=B)


RNN_FORWARD = Family(
    flow=walk,
    slots={"start": START, "carry": CARRIED, "h": H_TERM, "b": (*B_TERM, *BIAS_IN_TIME), "squash": SQUASH,
           "steps": STEPS, "read": READ, "x": X_TERM},
    outputs={"h_states": Output(lambda s, f: s.collect(f), {"collect": COLLECT}),
             "caches": Output(lambda s, f: [s.cache(*kept) for kept in f.caches] if s.cache else [],
                              {"cache": CACHES})},
    harm={"h0": Variant(None, "h0-overwritten", "h0 is overwritten",
                        "h[:] = ... or h += ... writes into the caller's h0: called again, the answer differs. Give a "
                        "new array to the name: h_prev = h_t.", "h0 belongs to the caller")})

# ---- readouts ----

OUTPUT, EVERY, ONE = "y_t = Wy h_t + c", "Y[t] = Wy h_t + c", "y = Wy h_T + c"


def softmax(y, axis):
    e = np.exp(y - y.max())
    return e / e.sum(axis=axis, keepdims=True)


def readouts(line, axis):
    """The slots of a readout: c, and what is done to the sum; axis : of the outputs."""
    return {
        "c": slot(line, lambda c: c,
                  ("c-forgotten", "The bias c is missing", "Add c, a column (O, 1) that broadcasts over the batch.",
                   lambda c: 0 * c),
                  ("c-flattened", "c is a flat array (O,) or a row",
                   "Either is added along the columns. Keep c a column (O, 1).", lambda c: c.ravel()),
                  ("c-subtracted", "The bias c is subtracted", "c is added.", lambda c: -c),
                  ("c-twice", "The bias c is added twice", "Add c once.", lambda c: 2 * c)),
        "squash": slot(line, lambda y: y,
                       ("tanh-on-the-output", "The output is squashed by tanh",
                        "The readout is linear: a target such as 5 could never be reached through tanh.", np.tanh),
                       ("softmax-on-the-output", "The output is a softmax",
                        "The readout gives logits; softmax belongs to the loss.", lambda y: softmax(y, axis)),
                       ("sigmoid-on-the-output", "The output is squashed by a sigmoid",
                        "The readout is linear: its numbers may be of any size and sign.", sigmoid),
                       ("softmax-over-everything", "The output is a softmax over all numbers at once",
                        "The readout gives logits; softmax belongs to the loss.", lambda y: softmax(y, None)),
                       ("relu-on-the-output", "The output is a ReLU",
                        "The readout is linear: its numbers may be of any size and sign.", lambda y: np.maximum(y, 0)),
                       rare=[
                       ("softmax-over-the-batch", "The output is a softmax over the batch",
                        "The readout gives logits; softmax belongs to the loss.", lambda y: softmax(y, -1)),
                       ("likeliest-output", "The index of the largest output is returned",
                        "argmax comes later, when a character is chosen. Return all O numbers of each example.",
                        lambda y: np.argmax(y, axis=axis))])}


def read_out(s, h, Wy, c):
    h = s.read(np.array(h))
    return SimpleNamespace(y=s.squash(Wy @ h + s.c(c)))


BATCH = "Each example has its own column."
READOUT = Family(
    flow=read_out,
    slots={**readouts(OUTPUT, 0), "read": slot(
        OUTPUT, lambda h: h, ("state-averaged-over-the-batch", "The batch's mean state is read", BATCH, over_the_batch),
        ("tanh-of-the-state", "tanh is applied to h_t again", "h_t has passed tanh already.", np.tanh))},
    outputs={"y_t": Output(lambda s, f: f.y, {}, (
        becomes(Variant(lambda y, f: y.T, "output-transposed", "The output is transposed",
                        "You return (B, O): a row per example. Here a column is an example, (O, B): Wy @ h_t.",
                        OUTPUT)),
        becomes(Variant(lambda y, f: y.ravel(), "output-flat", "y_t is flat",
                        "The numbers are right, but y_t is (O, B), a column per example: no ravel, no [:, 0].",
                        OUTPUT)),
        becomes(Variant(lambda y, f: y[:, :1], "first-example-only", "Only the first example's output is returned",
                        BATCH, OUTPUT)),
        one_axis_more("y_t (O, B)")))})

MANY_TO_MANY = Family(
    flow=read_out,
    slots={**readouts(EVERY, 1), "read": slot(
        EVERY, lambda h: h,
        ("last-state-at-every-step", "Every step reads the last state", "Step t reads h_states[t].",
         lambda h: np.repeat(h[-1:], len(h), 0)),
        ("first-state-at-every-step", "Every step reads the first state", "Step t reads h_states[t].",
         lambda h: np.repeat(h[:1], len(h), 0)),
        ("states-in-reverse", "The states are read in reverse order", "Step t reads h_states[t].", lambda h: h[::-1]),
        ("state-of-the-step-before", "Step t reads the state of step t - 1", "Step t reads h_states[t].",
         lambda h: np.roll(h, 1, 0)),
        ("first-step-missing", "The first step has no output", "Many-to-many has an output at every step: t from 0.",
         lambda h: h[1:]),
        ("last-step-missing", "The last step has no output", "Many-to-many has an output at every step: range(T).",
         lambda h: h[:-1]),
        ("state-averaged-over-the-batch", "The batch's mean state is read", BATCH, over_the_batch),
        ("tanh-of-the-state", "tanh is applied to h_t again", "h_t has passed tanh already.", np.tanh))},
    outputs={"Y": Output(lambda s, f: s.collect(f.y), {"collect": slot(
        "Y (T, O, B)", lambda y: y,
        ("only-the-last", "Only the last output is returned", "Many-to-many has an output at every step.",
         lambda y: y[-1]),
        ("only-the-first", "Only the first output is returned",
         "Does `return` stand inside the loop? Many-to-many has an output at every step.", lambda y: y[0]),
        ("only-the-first-in-a-list", "Only the first output is returned",
         "Does `return` stand inside the loop? Many-to-many has an output at every step.", lambda y: y[:1]),
        ("outputs-summed", "The outputs are summed over time", "Keep one output for each step.", lambda y: y.sum(0)),
        ("outputs-averaged", "The outputs are averaged over time", "Keep one output for each step.",
         lambda y: y.mean(0)),
        ("outputs-transposed", "Outputs and examples are swapped", "Y is (T, O, B): a column per example, Wy @ h_t.",
         lambda y: y.transpose(0, 2, 1)),
        ("steps-glued", "The steps are glued together", ONE_MORE.format("Y"), lambda y: np.concatenate(list(y))),
        ("time-last", "Time is the last axis",
         "Y is (O, B, T). Time comes first: np.array(list of outputs), np.stack without axis.",
         lambda y: y.transpose(1, 2, 0)),
        ("time-in-the-middle", "Time is the middle axis", "Y is (O, T, B). Time comes first: np.stack without axis.",
         lambda y: y.transpose(1, 0, 2)),
        ("batch-first", "The batch is the first axis", "Time comes first, the batch last.",
         lambda y: y.transpose(2, 0, 1)),
        ("steps-side-by-side", "The steps stand side by side",
         "hstack joins columns. Time is an axis of its own: np.stack or np.array.", lambda y: np.hstack(list(y))),
        ("outputs-flat", "Y is flat", "One axis each for time, outputs and batch.", lambda y: y.ravel()),
        ("batch-axis-dropped", "Y lacks the axis of the batch", "A single example is a column too: (T, O, 1).",
         lambda y: np.squeeze(y, axis=2)),
        ("first-example-only", "Only the first example's outputs are returned", BATCH, lambda y: y[:, :, :1]),
        ("only-the-last-filled", "Only the last entry of Y is filled", "Y[t] = ... belongs inside the loop.",
         lambda y: np.concatenate([0 * y[:-1], y[-1:]])))})})

MANY_TO_ONE = Family(
    flow=read_out,
    slots={**readouts(ONE, -2), "read": slot(
        ONE, lambda h: h[-1],
        ("first-for-last", "The first state is read, not the last",
         "The first state has seen one input only; read h_states[-1], which has seen them all.", lambda h: h[0]),
        ("mean-over-time", "The mean state is read", "Many-to-one reads the last state, h_states[-1].",
         lambda h: h.mean(axis=0)),
        ("sum-over-time", "The states are summed over time", "Many-to-one reads the last state, h_states[-1].",
         lambda h: h.sum(axis=0)),
        ("largest-over-time", "The largest state over time is read", "Many-to-one reads the last state, h_states[-1].",
         lambda h: h.max(axis=0)),
        ("the-state-before", "The state before the last is read", "h_states[-1] is the state after the last step.",
         lambda h: h[-2] if len(h) > 1 else h[-1]),
        ("second-state", "The second state is read", "h_states[-1] is the last one.", lambda h: h[1]),
        ("every-output", "An output for every step is returned", "Many-to-one has one output, from h_states[-1].",
         lambda h: h),
        ("step-axis-kept", "y has an axis of steps",
         "h_states[-1:] is a sequence of one state; y has no time: h_states[-1].", lambda h: h[-1:]),
        ("last-example", "The last example is read, not the last step",
         "Time is the first axis: h_states[-1], not h_states[..., -1].", lambda h: h[:, :, -1:]),
        ("state-averaged-over-the-batch", "The batch's mean state is read", BATCH, lambda h: over_the_batch(h[-1])),
        ("tanh-of-the-state", "tanh is applied to h_T again", "h_T has passed tanh already.",
         lambda h: np.tanh(h[-1])))},
    outputs={"y": Output(lambda s, f: f.y, {}, (
        becomes(Variant(lambda y, f: y.T, "output-transposed", "y is transposed",
                        "You return (B, O). Here a column is an example: Wy @ h_T.", ONE)),
        becomes(Variant(lambda y, f: y.ravel(), "output-flat", "y is flat",
                        "The numbers are right, but y is (O, B), a column per example.", ONE)),
        becomes(Variant(lambda y, f: y[:, :1], "first-example-only", "Only the first example's output is returned",
                        BATCH, ONE)),
        becomes(Variant(lambda y, f: y.sum(axis=0), "outputs-summed", "The outputs are added up",
                        "Return y as it is, an output per row.", ONE))))})
