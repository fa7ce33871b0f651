"""Well-known mistakes in the forward pass, the readouts of a sequence and the count of parameters."""

import numpy as np

from rnn_helpers.check.exercise import Mistake
from rnn_helpers.check.mistakes.order import in_order

LOOP = "h_t = tanh(Wx x_t + Wh h_{t-1} + b), t = 1..T"


def loop(cell, X, h0=None, start=lambda zeros, h0: zeros if h0 is None else h0, carry=lambda h_t, h_prev: h_t,
         keep=lambda h_t: h_t, z=lambda cell, x_t, h: cell.Wx @ x_t + cell.Wh @ h + cell.b, steps=lambda T: range(T),
         cached=lambda x_t, h_prev, h_t: (x_t, h_prev, h_t), squash=np.tanh, read=lambda X, t: X[t]):
    """The loop over time with one part wrong."""
    T, _, B = np.shape(X)
    h = start(np.zeros((len(cell.Wh), B)), h0)
    states, caches = [], []
    for t in steps(T):
        h_t = squash(z(cell, read(X, t), h))
        states.append(keep(h_t))
        caches.append(cached(X[t], h, h_t))
        h = carry(h_t, h)
    return np.array(states), caches


def wrong(**part):
    def function(cell, X, h0=None):
        return loop(cell, X, h0, **part)

    return function


def as_many_steps_as(axis):
    """The loop over time with T taken from another axis of X."""

    def function(cell, X, h0=None):
        return loop(cell, X, h0, steps=lambda T: range(min(T, np.shape(X)[axis])))

    return function


def overwrites_h0(cell, X, h0=None):
    states, caches = loop(cell, X, None if h0 is None else h0.copy())
    if h0 is not None:
        h0[:] = states[-1]
    return states, caches


def glued(axis):
    def function(cell, X, h0=None):
        states, caches = loop(cell, X, h0)
        return np.concatenate(list(states), axis=axis), caches

    return function


def last_only(cell, X, h0=None):
    states, caches = loop(cell, X, h0)
    return states[-1], caches


def aliased(cell, X, h0=None):
    states, caches = loop(cell, X, h0)
    return np.array([states[-1]] * len(states)), caches


def includes_h0(cell, X, h0=None):
    states, caches = loop(cell, X, h0)
    first = np.zeros_like(states[0]) if h0 is None else h0
    return np.concatenate([first[None], states]), caches


def time_last(cell, X, h0=None):
    states, caches = loop(cell, X, h0)
    return states.transpose(1, 2, 0), caches


def time_in_the_middle(cell, X, h0=None):
    states, caches = loop(cell, X, h0)
    return states.transpose(1, 0, 2), caches


def batch_first(cell, X, h0=None):
    states, caches = loop(cell, X, h0)
    return states.transpose(2, 0, 1), caches


RNN_FORWARD = (
    Mistake("no-carry", "The state is not carried from step to step",
            "Every step starts from h0 again, so nothing is remembered. After each step set h_prev = h_t.",
            LOOP, wrong(carry=lambda h_t, h_prev: h_prev)),
    Mistake("h0-ignored", "h0 is ignored",
            "You always start from zeros. Start from h0 when one is given, from zeros only when it is None.",
            "h_0 is an argument", wrong(start=lambda zeros, h0: zeros)),
    Mistake("ones-for-zeros", "The first state is not zero",
            "Without an h0 the first state is a column of zeros; you start from ones.",
            "h_0 = 0", wrong(start=lambda zeros, h0: zeros + 1 if h0 is None else h0)),
    Mistake("zeros-of-one-column", "Without an h0, the first cache lacks zeros of shape (H, B)",
            "Either the zeros are one column (H, 1), which broadcasting hides until dz @ h_prev.T fails on the way back, or their array was overwritten later.",
            "h_0 (H, B)", wrong(start=lambda zeros, h0: zeros[:, :1] if h0 is None else h0)),
    Mistake("states-aliased", "All states are the last one",
            "One array is filled again and again, and the list holds it T times. Make a new array at each step.",
            "h_states[t] is h_t", aliased),
    Mistake("only-the-last-state", "Only the last state is returned",
            "Keep every state: later notebooks need an h_t for each loss.",
            "h_states (T, H, B)", last_only),
    Mistake("h0-among-the-states", "h0 is among the states",
            "h_states has T + 1 entries. It holds the states after each step; h0 comes before the first.",
            "h_states (T, H, B)", includes_h0),
    Mistake("backwards", "The sequence is read from its end",
            "Time runs forward: start with X[0].", "t = 1..T", wrong(steps=lambda T: reversed(range(T)))),
    Mistake("one-step-short", "The last step is missing",
            "The loop ends one step early; range(T) covers 0 to T - 1.", "t = 1..T", wrong(steps=lambda T: range(T - 1))),
    Mistake("starts-at-the-second-step", "The first step is missing",
            "The loop starts at X[1]; Python counts from 0.", "t = 1..T", wrong(steps=lambda T: range(1, T))),
    Mistake("bias-forgotten", "The bias b is missing", "Add cell.b at every step.",
            LOOP, wrong(z=lambda cell, x_t, h: cell.Wx @ x_t + cell.Wh @ h)),
    Mistake("Wh-transposed", "Wh is transposed", "The product is Wh @ h_prev; the transpose belongs to the way back.",
            LOOP, wrong(z=lambda cell, x_t, h: cell.Wx @ x_t + cell.Wh.T @ h + cell.b)),
    Mistake("inputs-summed", "The states are added up",
            "You carry h_t + h_prev. The old state enters through Wh only.",
            LOOP, wrong(carry=lambda h_t, h_prev: h_t + h_prev)),
    Mistake("cache-without-h_prev", "The caches lack the state before each step",
            "It is not in them, or it had been replaced by h_t when you stored it. Keep h_prev, and build the cache before you carry the state on.",
            "dWh_t = dz_t h_{t-1}^T", wrong(cached=lambda x_t, h_prev, h_t: (x_t, h_t, h_t))),
    Mistake("cache-without-x_t", "The caches lack x_t", "dWx needs the input of each step: keep X[t] in the cache.",
            "dWx_t = dz_t x_t^T", wrong(cached=lambda x_t, h_prev, h_t: (h_prev, h_t))),
    Mistake("cache-without-h_t", "The caches lack h_t", "tanh'(z_t) = 1 - h_t^2: keep h_t (or z_t) in the cache.",
            "dz_t = dh_t (1 - h_t^2)", wrong(cached=lambda x_t, h_prev, h_t: (x_t, h_prev))),
    Mistake("tanh-forgotten", "tanh is missing", "You carry the pre-activation on, so states can grow without bound. Squash each sum.",
            LOOP, wrong(squash=lambda z: z)),
    Mistake("bias-twice", "The bias is added twice at each step", "This cell has one b, added once to the sum.",
            LOOP, wrong(z=lambda cell, x_t, h: cell.Wx @ x_t + cell.Wh @ h + 2 * cell.b)),
    Mistake("same-input-at-every-step", "Every step reads X[0]", "Step t reads X[t].", LOOP, wrong(read=lambda X, t: X[0])),
    Mistake("as-many-steps-as-inputs", "The loop makes D steps, not T", "X.shape is (T, D, B): the steps are X.shape[0], or len(X).",
            "t = 1..T", as_many_steps_as(1)),
    Mistake("as-many-steps-as-examples", "The loop makes B steps, not T", "X.shape is (T, D, B): the steps are X.shape[0], or len(X).",
            "t = 1..T", as_many_steps_as(2)),
    Mistake("h0-ignored+no-carry", "Every step starts from zeros", "Start from h0 when one is given, and after each step set h_prev = h_t.",
            LOOP, wrong(start=lambda zeros, h0: zeros, carry=lambda h_t, h_prev: h_prev)),
    Mistake("h0-overwritten", "h0 is overwritten",
            "h[:] = ... or h += ... writes into the caller's h0: called again, the answer differs. Give a new array to the name: h_prev = h_t.",
            "h0 belongs to the caller", overwrites_h0),
    Mistake("stacked-behind-the-units", "Time is the middle axis", "h_states is (H, T, B). Time comes first: np.stack(states), without axis=1.",
            "h_states (T, H, B)", time_in_the_middle),
    Mistake("time-last", "Time is the last axis", "h_states is (H, B, T). Time comes first: np.array(list of states).",
            "h_states (T, H, B)", time_last),
    Mistake("batch-first", "The batch is the first axis", "h_states is (B, T, H) or alike. Time comes first, the batch last.",
            "h_states (T, H, B)", batch_first),
    Mistake("steps-glued", "The steps are glued together",
            "concatenate, vstack and append join arrays along an axis they have. h_states has one more, for time: np.stack or np.array.",
            "h_states (T, H, B)", glued(0)),
    Mistake("steps-side-by-side", "The steps stand side by side", "hstack joins columns. Time is an axis of its own: np.stack or np.array.",
            "h_states (T, H, B)", glued(1)),
    *in_order(loop, "h_states, caches", "caches, h_states"),
)

EVERY = "Y[t] = Wy h_t + c"

MANY_TO_MANY = (
    Mistake("c-forgotten", "The bias c is missing", "Add c at every step.", EVERY, lambda h, Wy, c: np.array([Wy @ h_t for h_t in h])),
    Mistake("only-the-last", "Only the last output is returned", "Many-to-many has an output at every step.",
            EVERY, lambda h, Wy, c: Wy @ h[-1] + c),
    Mistake("outputs-transposed", "Outputs and examples are swapped", "Y is (T, O, B): a column per example, Wy @ h_t.",
            EVERY, lambda h, Wy, c: np.array([(Wy @ h_t + c).T for h_t in h])),
    Mistake("tanh-on-the-outputs", "The outputs are squashed by tanh", "The readout is linear.",
            EVERY, lambda h, Wy, c: np.array([np.tanh(Wy @ h_t + c) for h_t in h])),
    Mistake("outputs-summed", "The outputs are summed over time", "Keep one output for each step.",
            EVERY, lambda h, Wy, c: sum(Wy @ h_t + c for h_t in h)),
    Mistake("softmax-on-the-outputs", "The outputs are a softmax", "The readout gives logits; softmax belongs to the loss.",
            EVERY, lambda h, Wy, c: (lambda e: e / e.sum(axis=1, keepdims=True))(np.exp(Wy @ np.asarray(h) + c))),
    Mistake("steps-glued", "The steps are glued together",
            "concatenate, vstack and append join arrays along an axis they have. Y has one more, for time: np.stack or np.array.",
            "Y (T, O, B)", lambda h, Wy, c: np.concatenate([Wy @ h_t + c for h_t in h])),
    Mistake("time-last", "Time is the last axis", "Y is (O, B, T). Time comes first: np.array(list of outputs), np.stack without axis.",
            "Y (T, O, B)", lambda h, Wy, c: np.stack([Wy @ h_t + c for h_t in h], axis=-1)),
    Mistake("steps-side-by-side", "The steps stand side by side", "hstack joins columns. Time is an axis of its own: np.stack or np.array.",
            "Y (T, O, B)", lambda h, Wy, c: np.hstack([Wy @ h_t + c for h_t in h])),
    Mistake("last-state-at-every-step", "Every step reads the last state", "Step t reads h_states[t].",
            EVERY, lambda h, Wy, c: np.array([Wy @ h[-1] + c for _ in h])),
    Mistake("c-flattened", "c is a flat array (O,) or a row", "Either is added along the columns. Keep c a column (O, 1).",
            EVERY, lambda h, Wy, c: np.array([Wy @ h_t + c.ravel() for h_t in h])),
)

ONE = "y = Wy h_T + c"

MANY_TO_ONE = (
    Mistake("first-for-last", "The first state is read, not the last",
            "The first state has seen one input only; read h_states[-1], which has seen them all.", ONE, lambda h, Wy, c: Wy @ h[0] + c),
    Mistake("mean-over-time", "The mean state is read", "Many-to-one reads the last state, h_states[-1].",
            ONE, lambda h, Wy, c: Wy @ np.mean(h, axis=0) + c),
    Mistake("every-output", "An output for every step is returned", "Many-to-one has one output, from h_states[-1].",
            ONE, lambda h, Wy, c: np.array([Wy @ h_t + c for h_t in h])),
    Mistake("c-forgotten", "The bias c is missing", "Add c.", ONE, lambda h, Wy, c: Wy @ h[-1]),
    Mistake("last-example", "The last example is read, not the last step", "Time is the first axis: h_states[-1], not h_states[..., -1].",
            ONE, lambda h, Wy, c: np.array([Wy @ h_t[:, -1:] + c for h_t in h])),
    Mistake("sum-over-time", "The states are summed over time", "Many-to-one reads the last state, h_states[-1].",
            ONE, lambda h, Wy, c: Wy @ np.sum(h, axis=0) + c),
    Mistake("the-state-before", "The state before the last is read", "h_states[-1] is the state after the last step.",
            ONE, lambda h, Wy, c: Wy @ h[-2] + c),
    Mistake("step-axis-kept", "y has an axis of steps", "h_states[-1:] is a sequence of one state; y has no time: h_states[-1].",
            "y (O, B)", lambda h, Wy, c: (Wy @ h[-1] + c)[None]),
    Mistake("output-transposed", "y is transposed", "You return (B, O). Here a column is an example: Wy @ h_T.",
            ONE, lambda h, Wy, c: (Wy @ h[-1] + c).T),
    Mistake("tanh-on-the-output", "The output is squashed by tanh", "The readout is linear.", ONE, lambda h, Wy, c: np.tanh(Wy @ h[-1] + c)),
)

COUNT = "H D + H H + H + O H + O"

COUNT_PARAMETERS = (
    Mistake("recurrent-weights-forgotten", "Wh is not counted", "Wh holds H times H numbers.", COUNT, lambda D, H, O: H * D + H + O * H + O),
    Mistake("biases-forgotten", "The biases are not counted", "b holds H numbers, c holds O.", COUNT, lambda D, H, O: H * D + H * H + O * H),
    Mistake("b-forgotten", "b is not counted", "b holds H numbers.", COUNT, lambda D, H, O: H * D + H * H + O * H + O),
    Mistake("c-forgotten", "c is not counted", "c holds O numbers.", COUNT, lambda D, H, O: H * D + H * H + H + O * H),
    Mistake("two-biases", "The cell has two biases in your count", "PyTorch's nn.RNN keeps two; this course keeps one b.",
            COUNT, lambda D, H, O: H * D + H * H + 2 * H + O * H + O),
    Mistake("readout-forgotten", "The readout is not counted", "Wy holds O times H numbers, c holds O.",
            COUNT, lambda D, H, O: H * D + H * H + H),
    Mistake("input-weights-forgotten", "Wx is not counted", "Wx holds H times D numbers.", COUNT, lambda D, H, O: H * H + H + O * H + O),
    Mistake("Wy-forgotten", "Wy is not counted", "Wy holds O times H numbers.", COUNT, lambda D, H, O: H * D + H * H + H + O),
    Mistake("c-as-long-as-b", "c is counted with H numbers", "c is added to the O outputs: it holds O numbers.",
            COUNT, lambda D, H, O: H * D + H * H + H + O * H + H),
    Mistake("Wh-as-a-column", "Wh is counted with H numbers", "Every old unit reaches every new one: Wh holds H times H numbers.",
            COUNT, lambda D, H, O: H * D + H + H + O * H + O),
    Mistake("Wy-reads-the-input", "Wy is counted with O times D numbers", "The readout reads the state, not the input: O times H.",
            COUNT, lambda D, H, O: H * D + H * H + H + O * D + O),
)
