"""Well-known mistakes in one step back, in backpropagation through time and in gradient checking."""

import numpy as np

from rnn_helpers.check.exercise import Mistake
from rnn_helpers.check.mistakes.order import in_order

SLOPE = "dz_t = dh_t (1 - h_t^2)"
OF_WX, OF_WH, OF_B = "dWx_t = dz_t x_t^T", "dWh_t = dz_t h_prev^T", "db_t = sum of dz_t over the batch"
CARRY = "dh_prev = Wh^T dz_t"


def slope(h_prev, h_t):
    return 1 - h_t**2


def of_wx(dz, x_t):
    return dz @ x_t.T


def of_wh(dz, h_prev, h_t):
    return dz @ h_prev.T


def of_b(dz):
    return dz.sum(axis=1, keepdims=True)


def carry(cell, dz, dh):
    return cell.Wh.T @ dz


def step_back(slope=slope, of_wx=of_wx, of_wh=of_wh, of_b=of_b, carry=carry):
    """One step back of which a part is wrong."""

    def wrong(cell, dh_t, cache):
        x_t, h_prev, h_t = cache
        dz = dh_t * slope(h_prev, h_t)
        return of_wx(dz, x_t), of_wh(dz, h_prev, h_t), of_b(dz), carry(cell, dz, dh_t)

    return wrong


def slope_in_the_carry_only(cell, dh_t, cache):
    x_t, h_prev, h_t = cache
    return *step_back(no_slope)(cell, dh_t, cache)[:3], cell.Wh.T @ (dh_t * (1 - h_t**2))


def no_slope(h_prev, h_t):
    return 1.0


def straight_carry(cell, dz, dh):
    return cell.Wh @ dz


def carry_without_slope(cell, dz, dh):
    return cell.Wh.T @ dh


def of_wh_new_state(dz, h_prev, h_t):
    return dz @ h_t.T


def step_mean(cell, dh_t, cache):
    dWx, dWh, db, dh_prev = step_back()(cell, dh_t, cache)
    B = dh_t.shape[1]
    return dWx / B, dWh / B, db / B, dh_prev


def overwrites_dh(cell, dh_t, cache):
    dh_t *= 1 - cache[2] ** 2
    return step_back(no_slope)(cell, dh_t, cache)


def overwrites_h(cell, dh_t, cache):
    h_t = cache[2]
    np.subtract(1, h_t**2, out=h_t)
    return step_back(lambda h_prev, h_t: h_t)(cell, dh_t, cache)


def cache_swapped(step):
    """A step back that takes h_t for h_prev and h_prev for h_t out of its cache."""
    return lambda cell, dh_t, cache: step(cell, dh_t, (cache[0], cache[2], cache[1]))


def z_without_b(cell, dh_t, cache):
    x_t, h_prev, _ = cache
    return step_back()(cell, dh_t, (x_t, h_prev, np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev)))


def step_and_input(cell, dh_t, cache):
    """One step back, with dL/dx_t as a fifth value."""
    return *step_back()(cell, dh_t, cache), cell.Wx.T @ (dh_t * (1 - cache[2] ** 2))


UNPACKED = "The cache is (x_t, h_prev, h_t): unpack it in the order in which you pack it."
NO_SLOPE = "You send dh_t through as it is. On its way to z_t it is multiplied, element by element, by tanh'(z_t) = 1 - h_t^2."
NOT_TRANSPOSED = "Forward, Wh carries old units to new ones; back, the roles change places: Wh.T @ dz_t."
NEW_STATE = "Wh was multiplied by the state before the step. h_t is what came out of it: use h_prev."
NOT_SUMMED = "b was added to every column, so its gradient is the sum over the columns: dz_t.sum(axis=1, keepdims=True), shape (H, 1)."

# What spoils one value only, and so hides in another mistake's wrong dz_t: (name, title, what to do, line), change.
IN_ONE_VALUE = (
    (("Wh-not-transposed", "Wh is not transposed in the way back", "What goes back is Wh.T @ dz_t.", CARRY), {"carry": straight_carry}),
    (("h_t-for-h_prev", "dWh uses h_t for h_prev", "dWh takes the state before the step: dz_t @ h_prev.T.", OF_WH),
     {"of_wh": of_wh_new_state}),
    (("dWh-transposed", "dWh is transposed", "dWh is dz_t @ h_prev.T.", OF_WH), {"of_wh": lambda dz, h_prev, h_t: h_prev @ dz.T}),
    (("db-not-summed", "db is not summed over the batch", "db is dz_t.sum(axis=1, keepdims=True).", OF_B), {"of_b": lambda dz: dz.copy()}),
    (("db-one-number", "db is one number", "Each unit has its own bias: dz_t.sum(axis=1, keepdims=True).", OF_B), {"of_b": lambda dz: dz.sum()}),
)


def both(first, second, wrong):
    """Two mistakes at once where one hides the other; each is (name, title, what to do, line)."""
    names, titles, todo, lines = zip(first, second)
    return Mistake("+".join(names), ", and ".join(titles), " ".join(todo), "; ".join(dict.fromkeys(lines)), wrong)


RNN_CELL_BACKWARD = (
    Mistake("tanh-slope-forgotten", "tanh' is missing", NO_SLOPE, SLOPE, step_back(no_slope)),
    Mistake("tanh-slope-missing-in-the-carry", "tanh' is missing in dh_prev",
            "dh_prev goes back through tanh too: send dz_t, not dh_t, through Wh.T.", CARRY, step_back(carry=carry_without_slope)),
    Mistake("tanh-slope-in-the-carry-only", "tanh' is missing in dWx, dWh and db",
            "Only dh_prev has it. Work out dz_t once and use it for all four.", SLOPE, slope_in_the_carry_only),
    Mistake("slope-of-h_prev", "tanh' is taken at h_prev",
            "You use 1 - h_prev^2. The slope belongs to this step's own output: 1 - h_t^2.",
            SLOPE, step_back(lambda h_prev, h_t: 1 - h_prev**2)),
    Mistake("slope-without-the-square", "tanh' lacks its square", "You use 1 - h_t. tanh'(z) = 1 - tanh(z)^2 = 1 - h_t^2.",
            SLOPE, step_back(lambda h_prev, h_t: 1 - h_t)),
    Mistake("slope-squares-the-difference", "The bracket of tanh' is in the wrong place",
            "You use (1 - h_t)^2. Only h_t is squared: 1 - h_t^2.", SLOPE, step_back(lambda h_prev, h_t: (1 - h_t) ** 2)),
    Mistake("slope-tanh-twice", "tanh is taken of h_t again",
            "h_t is tanh(z_t) already. You use 1 - tanh(h_t)^2; write 1 - h_t^2.",
            SLOPE, step_back(lambda h_prev, h_t: 1 - np.tanh(h_t) ** 2)),
    Mistake("slope-of-a-sigmoid", "The slope is a sigmoid's", "h (1 - h) is the slope of a sigmoid. That of tanh is 1 - h_t^2.",
            SLOPE, step_back(lambda h_prev, h_t: h_t * (1 - h_t))),
    Mistake("slope-sign", "The slope has the wrong sign", "You use h_t^2 - 1. tanh rises everywhere: its slope 1 - h_t^2 is positive.",
            SLOPE, step_back(lambda h_prev, h_t: h_t**2 - 1)),
    Mistake("h_prev-and-h_t-swapped", "h_prev and h_t have changed places", UNPACKED, f"{SLOPE}, {OF_WH}", cache_swapped(step_back())),
    Mistake("b-forgotten-in-z", "tanh' is taken of a sum without b",
            "You compute z_t again, and leave out b. Add it, or use h_t of the cache: 1 - h_t^2.", SLOPE, z_without_b),
    Mistake("slope-plus", "The slope has a plus for its minus", "You use 1 + h_t^2. The slope of tanh is 1 - h_t^2, never above 1.",
            SLOPE, step_back(lambda h_prev, h_t: 1 + h_t**2)),
    Mistake("slope-of-h_t", "dh_t is multiplied by h_t, not by the slope", "The slope of tanh at z_t is 1 - h_t^2.",
            SLOPE, step_back(lambda h_prev, h_t: h_t)),
    Mistake("Wh-not-transposed", "Wh is not transposed in dh_prev", NOT_TRANSPOSED, CARRY, step_back(carry=straight_carry)),
    Mistake("carry-through-Wx", "dh_prev goes through Wx",
            "Wx leads to the input: Wx.T @ dz_t is dL/dx_t. The state before came in through Wh: Wh.T @ dz_t.",
            CARRY, step_back(carry=lambda cell, dz, dh: cell.Wx.T @ dz)),
    Mistake("carry-elementwise", "dh_prev adds up wrongly: a product element by element",
            "You return dz_t itself, as if Wh were the identity. Every old unit reaches every new one: Wh.T @ dz_t.",
            CARRY, step_back(carry=lambda cell, dz, dh: dz)),
    Mistake("carry-as-rows", "dh_prev is transposed",
            "dz_t.T @ Wh gives rows (B, H). Keep a column per example, (H, B): Wh.T @ dz_t.",
            CARRY, step_back(carry=lambda cell, dz, dh: dz.T @ cell.Wh)),
    Mistake("h_t-for-h_prev", "dWh uses h_t where h_prev belongs", NEW_STATE, OF_WH, step_back(of_wh=of_wh_new_state)),
    Mistake("dWh-transposed", "dWh is transposed",
            "Wh[i, j] leads from old unit j to new unit i, so dWh[i, j] = dz_t[i] h_prev[j]: dz_t @ h_prev.T.",
            OF_WH, step_back(of_wh=lambda dz, h_prev, h_t: h_prev @ dz.T)),
    Mistake("dWx-transposed", "dWx is transposed", "A gradient has the shape of what it is of, Wx (H, D): dz_t @ x_t.T.",
            OF_WX, step_back(of_wx=lambda dz, x_t: x_t @ dz.T)),
    Mistake("db-not-summed", "db is not summed over the batch", NOT_SUMMED, OF_B, step_back(of_b=lambda dz: dz.copy())),
    Mistake("db-summed-over-units", "db is summed over the units",
            "axis=0 runs over the hidden units. The batch is axis 1: dz_t.sum(axis=1, keepdims=True).",
            OF_B, step_back(of_b=lambda dz: dz.sum(axis=0, keepdims=True))),
    Mistake("db-one-number", "db is one number", "A sum over everything mixes the units. Each has its own bias: sum over axis 1 only, keepdims=True.",
            OF_B, step_back(of_b=lambda dz: dz.sum())),
    Mistake("db-averaged", "db is averaged over the batch", "The loss is a sum over the examples: dz_t.sum, not dz_t.mean.",
            OF_B, step_back(of_b=lambda dz: dz.mean(axis=1, keepdims=True))),
    Mistake("dh_t-joins-the-carry", "dh_t itself is part of dh_prev",
            "You return Wh.T @ dz_t + dh_t. dh_t reaches h_prev through tanh and Wh only; the loss at the step before is added by whoever calls.",
            CARRY, step_back(carry=lambda cell, dz, dh: cell.Wh.T @ dz + dh)),
    Mistake("db-flat", "db is flat, shape (H,)", "The numbers are right, but b is a column (H, 1): add keepdims=True.",
            OF_B, step_back(of_b=lambda dz: dz.sum(axis=1))),
    Mistake("mean-over-the-batch", "The gradients are averaged over the batch",
            "The loss is a sum over the examples, so its gradient is one too: leave out the division by B.",
            OF_WX + ", summed over the batch", step_mean),
    Mistake("dh_t-overwritten", "dh_t is overwritten",
            "dh_t *= ... writes into the caller's array. Make a new one: dz_t = dh_t * (1 - h_t**2).", SLOPE, overwrites_dh),
    Mistake("cache-overwritten", "The cache is overwritten",
            "h_t in the cache is the forward pass's own state. Work on new arrays: dz_t = dh_t * (1 - h_t**2).", SLOPE, overwrites_h),
    Mistake("carry-without-slope+Wh-not-transposed", "dh_prev lacks tanh', and Wh is not transposed in it",
            "You return Wh @ dh_t. Send dz_t back, and through the transpose: Wh.T @ dz_t.",
            CARRY, step_back(carry=lambda cell, dz, dh: cell.Wh @ dh)),
    Mistake("dWh-transposed+h_t-for-h_prev", "dWh is transposed, and uses h_t for h_prev",
            "You return h_t @ dz_t.T. It is dz_t @ h_prev.T, with the state before the step.",
            OF_WH, step_back(of_wh=lambda dz, h_prev, h_t: h_t @ dz.T)),
    *(both(("tanh-slope-forgotten", "tanh' is missing", "dz_t = dh_t (1 - h_t^2) comes first.", SLOPE), second,
           step_back(no_slope, **change)) for second, change in IN_ONE_VALUE),
    *in_order(step_and_input, "dWx, dWh, db, dh_prev", "dh_prev, dWx, dWh, db", "dWh, dWx, db, dh_prev", "dWx, dWh, dh_prev, db",
              "db, dWx, dWh, dh_prev", "db, dWh, dWx, dh_prev", "dWx, db, dWh, dh_prev", "dh_prev, dWh, dWx, db", "dh_prev, db, dWh, dWx",
              "dx_t, dh_prev, dWx, dWh"),
)

FLOW = "dL/dh_t = dh[t] + Wh^T dz_{t+1}"
SUM = "dWx, dWh, db = sums over t"
START = "dh0 = Wh^T dz_1"


def as_it_is(total, new):
    return total + new


def newest(total, new):
    return new


def walk(step=step_back(), add=as_it_is, joins=lambda dh_t, dh_next: dh_t + dh_next,
         hands_on=lambda dh_prev, dh_next: dh_prev, order=reversed, loss=lambda dh, t: dh[t], dh0=lambda dh_prev, dh_all: dh_prev,
         start=lambda cell, dh: np.zeros_like(dh[0])):
    """Backpropagation through time of which a part is wrong.

    step : one step back; add : how the sums grow (one function, or one each for dWx, dWh, db); joins : what a step
    receives of its loss and of later steps; hands_on : what is carried; order : of the steps; loss : what is read of
    dh; dh0 : what is returned of the last carry and of the last dL/dh_t; start : of what is carried
    """
    adds = add if isinstance(add, tuple) else (add, add, add)

    def wrong(cell, dh, caches):
        sums = [np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b)]
        dh_next = dh_all = start(cell, dh)
        for t in order(range(len(caches))):
            dh_all = joins(loss(dh, t), dh_next)
            *shares, dh_prev = step(cell, dh_all, caches[t])
            sums = [grow(total, share) for grow, total, share in zip(adds, sums, shares)]
            dh_next = hands_on(dh_prev, dh_next)
        return *sums, dh0(dh_next, dh_all)

    return wrong


def over(function, divide):
    """The parameter gradients of `function`, changed afterwards: `divide(gradient, dh)`."""

    def wrong(cell, dh, caches):
        *gradients, dh0 = function(cell, dh, caches)
        return *(divide(g, dh) for g in gradients), dh0

    return wrong


def no_carry(dh_t, dh_next):
    return dh_t + 0


def first_step_without_state(cell, dh, caches):
    """dWh as if the state before the first step were zero."""
    x_t, h_prev, h_t = caches[0]
    return walk()(cell, dh, [(x_t, np.zeros_like(h_prev), h_t), *(caches[t] for t in range(1, len(caches)))])


def carries_direct_loss_only(cell, dh, caches):
    """What is handed on is made of dh[t] alone."""
    dWx, dWh, db = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b)
    dh_next = np.zeros_like(dh[0])
    for t in reversed(range(len(caches))):
        gx, gh, gb, _ = step_back()(cell, dh[t] + dh_next, caches[t])
        dWx, dWh, db = dWx + gx, dWh + gh, db + gb
        dh_next = step_back()(cell, dh[t], caches[t])[3]
    return dWx, dWh, db, dh_next


def writes_into_dh(cell, dh, caches):
    for t in reversed(range(1, len(caches))):
        dh[t - 1] += step_back()(cell, dh[t], caches[t])[3]
    return walk(joins=no_carry)(cell, dh, caches)


def last_loss_twice(cell, dh, caches):
    return walk()(cell, [*dh[:-1], 2 * dh[-1]], caches)


def joins_after_tanh(cell, dh, caches):
    sums, dz_next = [0, 0, 0], 0
    for t in reversed(range(len(caches))):
        x_t, h_prev, h_t = caches[t]
        dz = dh[t] * (1 - h_t**2) + dz_next
        sums = [total + share for total, share in zip(sums, (dz @ x_t.T, dz @ h_prev.T, of_b(dz)))]
        dz_next = cell.Wh.T @ dz
    return *sums, dz_next


def slope_in_what_joins(of_the_loss):
    """tanh' before a step that multiplies by it: of dh[t] and the carry, or of the carry alone."""

    def wrong(cell, dh, caches):
        sums, dh_next = [0, 0, 0], np.zeros_like(dh[0])
        for t in reversed(range(len(caches))):
            slope = 1 - caches[t][2] ** 2
            *shares, dh_next = step_back()(cell, dh[t] * (slope if of_the_loss else 1) + dh_next * slope, caches[t])
            sums = [total + share for total, share in zip(sums, shares)]
        return *sums, dh_next

    return wrong


def like_b(cell, dh):
    return np.zeros_like(cell.b)


def written_into(dh_prev, dh_next):
    dh_next[...] = dh_prev
    return dh_next


def losses_late(cell, dh, caches):
    """Each loss joins one step later on the way back; the first one ends in dh0."""
    late = [*dh[1:], np.zeros_like(dh[0])]
    *gradients, dh0 = walk()(cell, late, caches)
    return *gradients, dh0 + dh[0]


def losses_handed_on(cell, dh, caches):
    late = [dh[t] + (dh[t + 1] if t + 1 < len(dh) else 0) for t in range(len(dh))]
    *gradients, dh0 = walk()(cell, late, caches)
    return *gradients, dh0 + dh[0]


def every_carry(cell, dh, caches):
    carries = []

    def kept(cell, dz, dh):
        carries.append(cell.Wh.T @ dz)
        return carries[-1]

    gradients = walk(step_back(carry=kept))(cell, dh, caches)[:3]
    return *gradients, np.array(carries)


def dh0_of_all_steps(cell, dh, caches):
    *gradients, carries = every_carry(cell, dh, caches)
    return *gradients, carries.sum(axis=0)


NO_CARRY = ("Each step hears only its own loss. Its state also shaped every later step: "
            "add dh_prev of step t + 1 to dh[t] before you go through step t.")

def in_place(total, new):
    total = total.copy()
    total += new
    return total


# What spoils all values, and what spoils one of them: common pairs, of which the first hides the second.
IN_THE_FLOW = (
    (("no-carry", "Nothing flows between the steps", "Add what comes back from step t + 1 to dh[t].", FLOW), {"joins": no_carry}),
    (("tanh-slope-missing-in-the-carry", "tanh' is missing in what is carried back", "Carry Wh.T @ dz_t, not Wh.T @ dh.", FLOW),
     {"carry": carry_without_slope}),
    (("tanh-slope-forgotten", "tanh' is missing", "dz_t = dh_t (1 - h_t^2) comes first.", SLOPE), {"slope": no_slope}),
    (("Wh-not-transposed", "Wh is not transposed in what is carried back", "Carry Wh.T @ dz_t.", FLOW), {"carry": straight_carry}),
    (("carry-piles-up", "What is carried back piles up", "Hand on one dh_prev, with `=`.", FLOW),
     {"hands_on": lambda dh_prev, dh_next: dh_next + dh_prev}),
)
IN_A_SUM = (
    *IN_ONE_VALUE[1:],
    (("equals-for-plus-equals", "the gradients are overwritten at every step", "Add the shares up with +=.", SUM), {"add": newest}),
)


def combined(*changes):
    """A walk with several parts wrong: of the step (slope, of_wx, of_wh, of_b, carry) and of the walk itself."""
    parts = {name: part for change in changes for name, part in change.items()}
    of_step = {name: parts.pop(name) for name in ("slope", "of_wx", "of_wh", "of_b", "carry") if name in parts}
    return walk(step_back(**of_step), **parts)


RNN_BACKWARD = (
    Mistake("no-carry", "Nothing flows between the steps", NO_CARRY, FLOW, walk(joins=no_carry)),
    Mistake("h_prev-and-h_t-swapped", "h_prev and h_t have changed places", UNPACKED, f"{SLOPE}; dWh = sum over t of dz_t h_{{t-1}}^T",
            walk(cache_swapped(step_back()))),
    Mistake("last-loss-twice", "The last loss counts twice",
            "You start from dh_next = dh[-1], and add dh[-1] again at the last step. Nothing comes back from beyond the end: start from zeros.",
            FLOW, last_loss_twice),
    Mistake("joined-after-tanh", "What comes back is added after tanh",
            "You add it to dz_t. It is dL/dh_t, as dh[t] is: add the two first, then multiply by 1 - h_t^2.", FLOW, joins_after_tanh),
    Mistake("dh0-piles-up", "dh0 adds up the carries of all steps",
            "Every state has a gradient of its own. dh0 is what leaves the first step, t = 0, alone: `=`, not `+=`.", START, dh0_of_all_steps),
    Mistake("equals-for-plus-equals", "The gradients are overwritten at every step",
            "`=` keeps only the step you visit last, t = 0. The weights are shared by all steps: add the shares up with +=.",
            SUM, walk(add=newest)),
    Mistake("dWx-overwritten", "dWx is overwritten at every step", "`=` keeps only one step's share; add them up with +=.",
            "dWx = sum over t of dWx_t", walk(add=(newest, as_it_is, as_it_is))),
    Mistake("dWh-overwritten", "dWh is overwritten at every step", "`=` keeps only one step's share; add them up with +=.",
            "dWh = sum over t of dWh_t", walk(add=(as_it_is, newest, as_it_is))),
    Mistake("db-overwritten", "db is overwritten at every step", "`=` keeps only one step's share; add them up with +=.",
            "db = sum over t of db_t", walk(add=(as_it_is, as_it_is, newest))),
    Mistake("tanh-slope-missing-in-the-carry", "tanh' is missing in what is carried back",
            "You carry Wh.T @ dh. What flows back has passed tanh as well: carry Wh.T @ dz_t.",
            FLOW, walk(step_back(carry=carry_without_slope))),
    Mistake("tanh-slope-forgotten", "tanh' is missing", NO_SLOPE, SLOPE, walk(step_back(no_slope))),
    Mistake("tanh-slope-in-the-carry-only", "tanh' is missing in dWx, dWh and db",
            "Only the carry has it. Work out dz_t once and use it for everything.", SLOPE, walk(slope_in_the_carry_only)),
    Mistake("slope-of-h_prev", "tanh' is taken at h_prev", "The slope belongs to the step's own output: 1 - h_t^2.",
            SLOPE, walk(step_back(lambda h_prev, h_t: 1 - h_prev**2))),
    Mistake("Wh-not-transposed", "Wh is not transposed in what is carried back", NOT_TRANSPOSED, FLOW, walk(step_back(carry=straight_carry))),
    Mistake("h_t-for-h_prev", "dWh uses h_t where h_prev belongs", NEW_STATE, "dWh = sum over t of dz_t h_{t-1}^T",
            walk(step_back(of_wh=of_wh_new_state))),
    Mistake("dWh-transposed", "dWh is transposed", "dWh[i, j] = dz_t[i] h_prev[j], summed: dz_t @ h_prev.T.",
            "dWh = sum over t of dz_t h_{t-1}^T", walk(step_back(of_wh=lambda dz, h_prev, h_t: h_prev @ dz.T))),
    Mistake("h0-ignored", "The first step's share of dWh is missing",
            "Wh met h0 at the first step, and h0 need not be zero: t = 0 adds dz_t @ h0.T like every other step.",
            "dWh = sum over t of dz_t h_{t-1}^T, t = 1 included", first_step_without_state),
    Mistake("first-step-skipped", "The loop leaves out step 0",
            "range(T - 1, 0, -1) ends at 1. reversed(range(T)) visits every step, 0 included.",
            SUM, walk(order=lambda steps: reversed(steps[1:]))),
    Mistake("last-step-skipped", "The loop leaves out the last step",
            "reversed(range(T - 1)) starts one step early. reversed(range(T)) starts at T - 1.",
            SUM, walk(order=lambda steps: reversed(steps[:-1]))),
    Mistake("forward-in-time", "The loop runs forward in time",
            "Step t needs what comes back from step t + 1, so the last step is first: reversed(range(T)).",
            FLOW, walk(order=iter)),
    Mistake("carry-piles-up", "What is carried back piles up",
            "dh_next += ... keeps the carries of all later steps. Step t receives one carry, that of step t + 1, which holds the rest: use `=`.",
            FLOW, walk(hands_on=lambda dh_prev, dh_next: dh_next + dh_prev)),
    Mistake("carry-reaches-one-step", "What is carried back is made of dh[t] alone",
            "Then no loss gets further than one step. Carry back everything that reached h_t: dh[t] + dh_next.",
            FLOW, carries_direct_loss_only),
    Mistake("only-the-last-loss", "Only the last step's loss counts",
            "You start from dh[-1] and never add the others. Every step has its own loss: add dh[t] at each t.",
            FLOW, walk(loss=lambda dh, t: dh[t] * (t == len(dh) - 1))),
    Mistake("last-loss-at-every-step", "The last step's loss is added at every step",
            "You read dh[-1] each time. Step t adds its own loss: dh[t].", FLOW, walk(loss=lambda dh, t: dh[-1])),
    Mistake("losses-one-step-late", "dh[t] is added after step t",
            "It then joins what goes into step t - 1, and the last loss misses its own step. Add dh[t] before you go through step t.",
            FLOW, losses_late),
    Mistake("losses-handed-on", "dh[t] is handed on to the step before",
            "You hand on dh_prev + dh[t]. dh[t] goes back through tanh and Wh, inside dh_prev, and no other way.", FLOW, losses_handed_on),
    Mistake("dh0-of-every-step", "dh0 holds what leaves every step",
            "You return a list of all carries. dh0 is the last one, (H, B): what leaves step t = 0.",
            START, every_carry),
    Mistake("no-carry+dh0-zero", "Nothing flows between the steps, and dh0 is zero",
            "dh_next stays zero. Take dh_prev from each step, add it to dh[t - 1], and return the last one as dh0.",
            f"{FLOW}; {START}", walk(joins=no_carry, dh0=lambda dh_prev, dh_all: np.zeros_like(dh_prev))),
    Mistake("losses-in-reverse", "dh is read in the wrong order",
            "Going back, t runs from T - 1 to 0, and dh[t] goes with caches[t]; reverse both or neither.",
            FLOW, walk(loss=lambda dh, t: dh[len(dh) - 1 - t])),
    Mistake("dh0-one-step-short", "dh0 is dL/dh_1", "You return what reached the first step's output. One more step back, through tanh and Wh, is h0.",
            START, walk(dh0=lambda dh_prev, dh_all: dh_all)),
    Mistake("dh0-zero", "dh0 is zero", "h0 shapes every step. Its gradient is the dh_prev of the first step.",
            START, walk(dh0=lambda dh_prev, dh_all: np.zeros_like(dh_prev))),
    Mistake("mean-over-time", "The gradients are divided by T", "The loss is a sum over the steps, so its gradient is one too.",
            SUM, over(walk(), lambda g, dh: g / len(dh))),
    Mistake("mean-over-the-batch", "The gradients are divided by B", "The loss is a sum over the examples, so its gradient is one too.",
            SUM, over(walk(), lambda g, dh: g / np.shape(dh)[2])),
    Mistake("db-not-summed", "db is not summed over the batch", NOT_SUMMED, "db = sum over t and batch of dz_t",
            walk(step_back(of_b=lambda dz: dz.copy()))),
    Mistake("db-flat", "db is flat, shape (H,)", "The numbers are right, but b is a column (H, 1): keepdims=True.",
            "db has the shape of b", lambda cell, dh, caches: tuple(
                g.ravel() if i == 2 else g for i, g in enumerate(walk()(cell, dh, caches)))),
    Mistake("clipped-inside", "The gradients are clipped inside",
            "np.clip to +-5 changes the gradient's direction, and hides it from whoever asks for it. Clip, if at all, when you update.",
            SUM, over(walk(), lambda g, dh: np.clip(g, -5, 5))),
    Mistake("dh-overwritten", "dh is overwritten",
            "dh[t] += ... writes into the caller's array; called again, the answer differs. Add into a new array: dh[t] + dh_next.",
            FLOW, writes_into_dh),
    *(Mistake(name, "A column (H, 1) cannot take what is carried back",
              "What is carried back is (H, B): start it as zeros like dh[0], and use =, not +=.",
              FLOW, walk(start=like_b, hands_on=hands_on))
      for name, hands_on in (("carry-added-to-a-column", lambda dh_prev, dh_next: in_place(dh_next, dh_prev)),
                             ("carry-written-into-a-column", written_into))),
    Mistake("tanh-slope-twice", "tanh' is applied twice", "rnn_cell_backward multiplies by it: hand it dh[t] + dh_next.",
            SLOPE, slope_in_what_joins(True)),
    Mistake("tanh-slope-twice-in-the-carry", "tanh' is applied twice to what comes back",
            "rnn_cell_backward multiplies by it: hand it dh[t] + dh_next.", SLOPE, slope_in_what_joins(False)),
    Mistake("Wh-missing-in-the-carry", "Wh^T is missing in what is handed on", "Hand on Wh.T @ dz_t, not dz_t.",
            FLOW, walk(step_back(carry=lambda cell, dz, dh: dz))),
    Mistake("db-added-unsummed", "A column (H, 1) grows by all columns of an (H, B)",
            "That fits for one example only. If it is db, sum over the batch: dz_t.sum(axis=1, keepdims=True). "
            "If it is what is carried back, start it as zeros like dh[0].",
            "db is (H, 1); dz_t and what is carried back are (H, B)",
            walk(step_back(of_b=lambda dz: dz.copy()), add=(as_it_is, as_it_is, in_place))),
    Mistake("db-one-number", "db is one number", "A sum over everything mixes the units. Each has its own bias: dz_t.sum(axis=1, keepdims=True).",
            "db = sum over t and batch of dz_t", walk(step_back(of_b=lambda dz: dz.sum()))),
    Mistake("tanh-slope-missing-in-the-carry+Wh-not-transposed", "The carry lacks tanh', and Wh is not transposed in it",
            "You carry Wh @ dh. It is Wh.T @ dz_t, with dz_t = dh_t (1 - h_t^2).",
            FLOW, walk(step_back(carry=lambda cell, dz, dh: cell.Wh @ dh))),
    *(both(first, second, combined(change, more)) for first, change in IN_THE_FLOW for second, more in IN_A_SUM),
    *in_order(walk(), "dWx, dWh, db, dh0", "dh0, dWx, dWh, db", "dWh, dWx, db, dh0", "dWx, dWh, dh0, db", "db, dWx, dWh, dh0"),
)

CENTRAL = "dL/dp = (f(p + eps) - f(p - eps)) / (2 eps)"


def differences(quotient=lambda plus, minus, middle, eps: (plus - minus) / (2 * eps), restore="each", own_eps=None, shape=None):
    """Differences, an element at a time, of which a part is wrong; restore : "each", "never" or "end"."""

    def wrong(f, param, eps=1e-5):
        eps, gradient, before = own_eps or eps, np.zeros(param.shape), param.copy()
        for index in np.ndindex(*param.shape):
            middle, original = f(), param[index].copy()
            param[index] = original + eps
            plus = f()
            param[index] = original - eps
            minus = f()
            if restore == "each":
                param[index] = original
            gradient[index] = quotient(plus, minus, middle, eps)
        if restore == "end":
            param[:] = before
        return gradient if shape is None else gradient.reshape(shape)

    return wrong


def on_a_copy(f, param, eps=1e-5):
    return differences()(f, param.copy(), eps)


def all_at_once(f, param, eps=1e-5):
    before = param.copy()
    param += eps
    plus = f()
    param -= 2 * eps
    minus = f()
    param[:] = before
    return np.full(param.shape, (plus - minus) / (2 * eps))


def a_row_at_a_time(f, param, eps=1e-5):
    gradient, before = np.zeros(param.shape), param.copy()
    for i in range(len(param)):
        param[i] = before[i] + eps
        plus = f()
        param[i] = before[i] - eps
        minus = f()
        param[i] = before[i]
        gradient[i] = (plus - minus) / (2 * eps)
    return gradient


def in_proportion(f, param, eps=1e-5):
    gradient = np.zeros(param.shape)
    for index in np.ndindex(*param.shape):
        original = param[index].copy()
        param[index] = original * (1 + eps)
        plus = f()
        param[index] = original * (1 - eps)
        minus = f()
        param[index] = original
        gradient[index] = (plus - minus) / (2 * eps)
    return gradient


NUMERICAL_GRADIENT = (
    Mistake("forward-difference", "A one-sided difference",
            "(f(p + eps) - f(p)) / eps is off by eps f''/2. The central difference is off by eps^2 f'''/6 only.",
            CENTRAL, differences(lambda plus, minus, middle, eps: (plus - middle) / eps)),
    Mistake("divided-by-eps", "The difference is divided by eps", "The two points lie 2 eps apart: divide by 2 * eps.",
            CENTRAL, differences(lambda plus, minus, middle, eps: (plus - minus) / eps)),
    Mistake("eps-halved-wrongly", "The brackets around 2 * eps are missing",
            "/ 2 * eps divides by 2 and multiplies by eps. Write / (2 * eps).",
            CENTRAL, differences(lambda plus, minus, middle, eps: (plus - minus) / 2 * eps)),
    Mistake("not-divided", "The difference is not divided", "A slope is a difference over a distance: divide by 2 * eps.",
            CENTRAL, differences(lambda plus, minus, middle, eps: plus - minus)),
    Mistake("sign", "The sign is wrong", "f(p + eps) comes first, f(p - eps) is taken from it.",
            CENTRAL, differences(lambda plus, minus, middle, eps: (minus - plus) / (2 * eps))),
    Mistake("minus-eps-forgotten", "The second point is p, not p - eps",
            "param += eps, then param -= eps leads back to p: you measure (f(p + eps) - f(p)) / (2 eps), half the slope. Go on to p - eps.",
            CENTRAL, differences(lambda plus, minus, middle, eps: (plus - middle) / (2 * eps))),
    Mistake("backward-difference", "A one-sided difference",
            "(f(p) - f(p - eps)) / eps errs in proportion to eps, the central difference in proportion to eps^2.",
            CENTRAL, differences(lambda plus, minus, middle, eps: (middle - minus) / eps)),
    Mistake("absolute-slope", "The sign of the slope is lost", "A slope may be negative: no abs.",
            CENTRAL, differences(lambda plus, minus, middle, eps: abs(plus - minus) / (2 * eps))),
    Mistake("never-restored", "param is not put back",
            "Each element stays at p - eps, so the next ones are measured elsewhere, and the caller's weights have moved. Save p and put it back.",
            "param is the same before and after", differences(restore="never")),
    Mistake("restored-at-the-end", "param is put back too late",
            "The elements before stay moved while the next are measured. Put each back before you go on.",
            "one element moves at a time", differences(restore="end")),
    Mistake("a-copy-is-moved", "Every difference is 0: param itself never moves",
            "f reads param, so it sees no copy, and no array that is not moved at all. Change param in place, an element at a time, and put it back.",
            "f() reads param", on_a_copy),
    Mistake("all-at-once", "All elements move at once",
            "Then you measure the sum of all slopes, the same number everywhere. Move one element at a time.",
            "one element moves at a time", all_at_once),
    Mistake("a-row-at-a-time", "A whole row moves at once",
            "param[i] of a matrix is a row. Move one element at a time: param[i, j], or for index in np.ndindex(*param.shape).",
            "one element moves at a time", a_row_at_a_time),
    Mistake("eps-ignored", "eps is not used", "You use 1e-5 of your own. Use the argument eps.", CENTRAL, differences(own_eps=1e-5)),
    Mistake("eps-in-proportion", "The step is eps times the element",
            "p (1 + eps) moves by eps p, and you divide by eps. Move by eps itself.", CENTRAL, in_proportion),
    Mistake("gradient-flat", "The gradient is flat", "The numbers are right; the gradient has the shape of param.",
            "dL/dp has the shape of p", differences(shape=-1)),
)

ERROR = "||a - b|| / (||a|| + ||b||)"
norm = np.linalg.norm


def quiet(formula, zero=0.0):
    """A formula that gives `zero` for two zeros."""
    return lambda a, b: formula(a, b) if np.any(a) or np.any(b) else zero


RELATIVE_ERROR = (
    Mistake("absolute", "The error is absolute", "||a - b|| grows with the gradients' size. Divide by it: ||a|| + ||b||.",
            ERROR, lambda a, b: norm(a - b)),
    Mistake("absolute-largest", "The error is absolute", "The largest, or the mean, of |a - b| grows with the gradients' size. Divide by it: ||a|| + ||b||.",
            ERROR, lambda a, b: np.abs(a - b).max()),
    Mistake("measured-by-a-only", "Only a's size counts", "Which of the two is right is not known. Divide by a size that treats both alike: ||a|| + ||b||.",
            ERROR, quiet(lambda a, b: norm(a - b) / norm(a))),
    Mistake("measured-by-b-only", "Only b's size counts", "Which of the two is right is not known. Divide by a size that treats both alike: ||a|| + ||b||.",
            ERROR, quiet(lambda a, b: norm(a - b) / norm(b))),
    Mistake("zero-by-zero", "Two zeros give no number", "0 / 0 is nan. Two gradients that are both zero agree: return 0. Element by element, that goes for each pair of zeros.",
            "relative_error(0, 0) = 0", lambda a, b: norm(a - b) / (norm(a) + norm(b))),
    Mistake("signs-cancel", "Differences cancel", "a - b has both signs, and their sum can be 0. Take the norm, or absolute values, first.",
            ERROR, quiet(lambda a, b: abs(np.sum(a - b)) / (norm(a) + norm(b)))),
    Mistake("norm-of-the-sum", "The size is that of a + b",
            "||a + b|| is 0 for opposite gradients, the worst case of all. Divide by ||a|| + ||b||.",
            ERROR, quiet(lambda a, b: norm(a - b) / norm(a + b))),
    Mistake("squared", "The norms are squared",
            "One part in a thousand comes out as about 1e-7, and would pass as right. Take the root of each sum of squares.",
            ERROR, quiet(lambda a, b: norm(a - b) ** 2 / (norm(a) ** 2 + norm(b) ** 2))),
    Mistake("an-array", "The result is an array", "One number for the whole gradient: take norms, or the largest element.",
            "relative_error(a, b) is a float", lambda a, b: np.abs(a - b) / (np.abs(a) + np.abs(b) + 1e-30)),
    Mistake("agreement", "1 stands for equal", "An error is 0 when both agree. You return one minus it.",
            "relative_error(a, a) = 0", quiet(lambda a, b: 1 - norm(a - b) / (norm(a) + norm(b)), 1.0)),
    Mistake("angle-only", "Only the direction counts",
            "The cosine does not see a gradient that is twice too long. Compare the arrays themselves: ||a - b||.",
            ERROR, quiet(lambda a, b: 1 - np.sum(a * b) / (norm(a) * norm(b)))),
    Mistake("norms-multiplied", "The difference is divided by a product of norms",
            "||a|| ||b|| grows with the square of the size, so the error depends on the scale. Divide by ||a|| + ||b||.",
            ERROR, quiet(lambda a, b: norm(a - b) / (norm(a) * norm(b)))),
    Mistake("true-or-false", "The result is True or False",
            "np.allclose compares with a tolerance of its own, and does not tell how large the error is. Return the number.",
            ERROR, lambda a, b: float(np.allclose(a, b))),
    Mistake("zeros-asked-with-all", "Arrays with some zeros count as zero",
            "`a.all() == 0` is true as soon as one element is 0. Ask whether any is not: `not a.any() and not b.any()`.",
            "relative_error(0, 0) = 0", lambda a, b: 0.0 if a.all() == 0 and b.all() == 0 else norm(a - b) / (norm(a) + norm(b))),
    Mistake("one-zero-is-enough", "A zero array agrees with everything",
            "You return 0 when one of them is zero, so a gradient that is 0 everywhere would pass. Return 0 when both are.",
            "relative_error(0, b) = 1", lambda a, b: 0.0 if not a.any() or not b.any() else norm(a - b) / (norm(a) + norm(b))),
    Mistake("zero-a-is-enough", "A zero array a agrees with everything",
            "You return 0 when a is zero, so a gradient that is 0 everywhere would pass. Return 0 when both are.",
            "relative_error(0, b) = 1", lambda a, b: 0.0 if not a.any() else norm(a - b) / (norm(a) + norm(b))),
    Mistake("zero-b-is-enough", "A zero array b agrees with everything",
            "You return 0 when b is zero, so a gradient that should be 0 everywhere would pass. Return 0 when both are.",
            "relative_error(a, 0) = 1", lambda a, b: 0.0 if not b.any() else norm(a - b) / (norm(a) + norm(b))),
    Mistake("zeros-asked-by-their-sum", "Arrays whose sum is 0 count as zero",
            "A sum can be 0 though the elements are not. Ask whether any element is not 0: a.any().",
            "relative_error(0, 0) = 0", lambda a, b: norm(a - b) / (norm(a) + norm(b)) if abs(a.sum()) + abs(b.sum()) > 1e-9 else 0.0),
    Mistake("in-percent", "The error is in percent", "Leave out the factor 100: tolerances such as 1e-6 are fractions.",
            ERROR, quiet(lambda a, b: 100 * norm(a - b) / (norm(a) + norm(b)))),
)
