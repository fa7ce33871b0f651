"""The checks of notebook 3: every right way passes, wrong ways are called by their name or by where they depart."""

import numpy as np
import pytest

from rnn_helpers import check
from rnn_helpers.bptt import rnn_forward
from rnn_helpers.cell import rnn_cell_backward, rnn_cell_forward
from rnn_helpers.check.networks import cell_of
from rnn_helpers.gradcheck import numerical_gradient
from tests.check.trying import all_right, each_right_way, each_wrong_way, earns, enough, slipped, verdict

SEEDS = range(6)


# --- one step back: right ways ---

def plain(cell, dh_t, cache):
    x_t, h_prev, h_t = cache
    dz_t = dh_t * (1 - h_t**2)
    return dz_t @ x_t.T, dz_t @ h_prev.T, dz_t.sum(axis=1, keepdims=True), cell.Wh.T @ dz_t


def with_einsum(cell, dh_t, cache):
    x_t, h_prev, h_t = cache
    dz_t = dh_t - dh_t * h_t * h_t
    return [np.einsum("hb,db->hd", dz_t, x_t), np.einsum("hb,kb->hk", dz_t, h_prev),
            np.einsum("hb->h", dz_t)[:, None], np.einsum("hk,hb->kb", cell.Wh, dz_t)]


def an_example_at_a_time(cell, dh_t, cache):
    x_t, h_prev, h_t = cache
    dWx, dWh, db, dh_prev = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b), np.zeros_like(h_t)
    for i in range(h_t.shape[1]):
        dz = dh_t[:, i] * (1 - h_t[:, i] ** 2)
        dWx += np.outer(dz, x_t[:, i])
        dWh += np.outer(dz, h_prev[:, i])
        db += dz[:, None]
        dh_prev[:, i] = dz @ cell.Wh
    return dWx, dWh, db, dh_prev


def one_product(cell, dh_t, cache, more=False):
    x_t, h_prev, h_t = cache
    dz_t = (1 + h_t) * (1 - h_t) * dh_t
    stacked = dz_t @ np.vstack([x_t, h_prev, np.ones((1, x_t.shape[1]))]).T
    D, H = len(x_t), len(h_t)
    return stacked[:, :D], stacked[:, D : D + H], stacked[:, -1:], np.dot(cell.Wh.T, dz_t), dz_t


def recomputed(cell, dh_t, cache):
    x_t, h_prev = cache[:2]
    z = cell.Wx @ x_t + cell.Wh @ h_prev + cell.b
    dz_t = dh_t / np.cosh(z) ** 2
    return dz_t @ x_t.T, dz_t @ h_prev.T, dz_t @ np.ones((dz_t.shape[1], 1)), cell.Wh.T @ dz_t


class Bound:
    def back(self, cell, dh_t, cache):
        return plain(cell, dh_t, cache)


def dict_forward(cell, x_t, h_prev):
    h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)
    return h_t, {"in": x_t, "before": h_prev, "slope": 1 - h_t**2}


def dict_backward(cell, dh_t, cache):
    dz_t = dh_t * cache["slope"]
    return dz_t @ cache["in"].T, dz_t @ cache["before"].T, dz_t.sum(1, keepdims=True), cell.Wh.T @ dz_t


def test_a_cache_of_ones_own():
    all_right("rnn_cell_backward", dict_backward, forward=dict_forward)
    found = verdict("rnn_cell_backward", dict_backward)
    assert found.status == "wrong" and "TypeError" in found.advice[0]


# --- the whole sequence: right ways ---

def loop(cell, dh, caches):
    dWx, dWh, db = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b)
    dh_next = np.zeros_like(dh[0])
    for t in reversed(range(len(caches))):
        dWx_t, dWh_t, db_t, dh_next = plain(cell, dh[t] + dh_next, caches[t])
        dWx += dWx_t
        dWh += dWh_t
        db += db_t
    return dWx, dWh, db, dh_next


def with_the_courses_step(cell, dh, caches):
    carry, total = 0, None
    for dh_t, cache in zip(list(dh)[::-1], list(caches)[::-1], strict=True):
        *shares, carry = rnn_cell_backward(cell, dh_t + carry, cache)
        total = shares if total is None else [a + b for a, b in zip(total, shares, strict=True)]
    return [*total, carry]


def products_over_all_steps(cell, dh, caches):
    X, H_prev, H = (np.array(part) for part in zip(*caches, strict=True))
    dZ = np.empty(H.shape, H.dtype)
    carry = np.zeros(H.shape[1:], np.float32 if H.dtype == np.float32 else float)
    for t in range(len(X) - 1, -1, -1):
        dZ[t] = (dh[t] + carry) * (1 - H[t] ** 2)
        carry = cell.Wh.T @ dZ[t]
    return (np.einsum("thb,tdb->hd", dZ, X), np.einsum("thb,tkb->hk", dZ, H_prev), dZ.sum(axis=(0, 2))[:, None], carry,
            dZ)


def recursive(cell, dh, caches, t=0):
    x_t, h_prev, h_t = caches[t]
    if t + 1 < len(caches):
        dWx, dWh, db, carry = recursive(cell, dh, caches, t + 1)
    else:
        dWx, dWh, db, carry = 0, 0, 0, 0
    dz = (dh[t] + carry) * (1 - h_t**2)
    return dWx + dz @ x_t.T, dWh + dz @ h_prev.T, db + dz.sum(1, keepdims=True), cell.Wh.T @ dz


def loss_by_loss(cell, dh, caches):
    totals = [np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b), np.zeros_like(dh[0])]
    for t in range(len(caches)):
        flow = dh[t]
        for s in range(t, -1, -1):
            *shares, flow = plain(cell, flow, caches[s])
            for total, share in zip(totals[:3], shares, strict=True):
                total += share
        totals[3] += flow
    return tuple(totals)


def reversed_slices(cell, dh, caches):
    totals, dh_next = [0, 0, 0], 0
    for dh_t, cache in zip(dh[::-1], caches[::-1], strict=True):
        *shares, dh_next = plain(cell, dh_t + dh_next, cache)
        totals = [a + b for a, b in zip(totals, shares, strict=True)]
    return *totals, dh_next


def reversed_in_place(cell, dh, caches):
    totals, dh_next, T = [0, 0, 0], 0, len(dh)
    caches.reverse()
    for n, cache in enumerate(caches + []):
        *shares, dh_next = plain(cell, dh[T - 1 - n] + dh_next, cache)
        totals = [a + b for a, b in zip(totals, shares, strict=True)]
    return *totals, dh_next


def popping(cell, dh, caches):
    totals, dh_next = [0, 0, 0], 0
    while caches:
        *shares, dh_next = plain(cell, dh[len(caches) - 1] + dh_next, caches.pop())
        totals = [a + b for a, b in zip(totals, shares, strict=True)]
    return *totals, dh_next


class Trainer:
    def __init__(self):
        self.buffer = None

    def back(self, cell, dh, caches):
        self.buffer = loop(cell, dh, caches)
        return self.buffer


def own_forward(cell, X, h0=None):
    h, states, caches = h0, [], []
    for x_t in X:
        h, cache = dict_forward(cell, x_t, h)
        states.append(h)
        caches.append(cache)
    return states, {"steps": caches}


def own_backward(cell, dh, caches):
    totals, carry = [0, 0, 0], 0
    for t in reversed(range(len(dh))):
        *shares, carry = dict_backward(cell, dh[t] + carry, caches["steps"][t])
        totals = [a + b for a, b in zip(totals, shares, strict=True)]
    return *totals, carry


def test_caches_of_ones_own():
    all_right("rnn_backward", own_backward, forward=own_forward)


def stacked_forward(cell, X, h0=None):
    h, states, caches = np.zeros((len(cell.Wh), np.shape(X[0])[1])) if h0 is None else h0, [], []
    for x_t in X:
        column = np.vstack([x_t, h])
        h = np.tanh(np.hstack([cell.Wx, cell.Wh]) @ column + cell.b)
        states.append(h)
        caches.append(np.vstack([column, h]))
    return states, caches


def stacked_backward(cell, dh, caches):
    D, H = cell.Wx.shape[1], len(cell.Wh)
    return loop(cell, dh, [(rows[:D], rows[D:D + H], rows[D + H:]) for rows in caches])


def closing_forward(cell, X, h0=None):
    def step(h, x_t):
        h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h + cell.b)
        return h_t, lambda cell, dh_t: plain(cell, dh_t, (x_t, h, h_t))

    h, states, caches = np.zeros((len(cell.Wh), np.shape(X[0])[1])) if h0 is None else h0, [], []
    for x_t in X:
        h, back = step(h, x_t)
        states.append(h)
        caches.append(back)
    return states, caches


def closing_backward(cell, dh, caches):
    totals, carry = [0, 0, 0], 0
    for t in reversed(range(len(dh))):
        *shares, carry = caches[t](cell, dh[t] + carry)
        totals = [a + b for a, b in zip(totals, shares, strict=True)]
    return *totals, carry


def test_caches_in_other_forms():
    all_right("rnn_backward", stacked_backward, forward=stacked_forward)
    all_right("rnn_backward", closing_backward, forward=closing_forward)


# --- gradient checking: right ways ---

def by_flat_index(f, param, eps=1e-5):
    gradient = np.zeros(param.size)
    flat = param.reshape(-1)
    for i in range(param.size):
        old = flat[i]
        flat[i] = old + eps
        plus = f()
        flat[i] = old - eps
        minus = f()
        flat[i] = old
        gradient[i] = (plus - minus) / 2 / eps
    return gradient.reshape(param.shape)


def two_loops(f, param, eps=1e-5):
    gradient = np.zeros_like(param)
    for i in range(param.shape[0]):
        for j in range(param.shape[1]):
            param[i, j] += eps
            plus = f()
            param[i, j] -= 2 * eps
            minus = f()
            param[i, j] += eps  # back, up to rounding
            gradient[i, j] = (plus - minus) / (2 * eps)
    return gradient


def nested_list(f, param, eps=1e-5):
    return [[float(by_flat_index(f, param, eps)[i, j]) for j in range(param.shape[1])] for i in range(param.shape[0])]


def largest_elementwise(x, y):
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))


def over_the_larger(a, b):
    size = max(np.linalg.norm(a), np.linalg.norm(b))
    return 0.0 if size == 0 else np.linalg.norm(a - b) / size


def over_the_mean(a, b):
    top, bottom = np.abs(a - b).sum(), np.abs(a).sum() + np.abs(b).sum()
    return 2 * top / bottom if bottom else 0


def largest_by_largest(a, b):
    return np.abs(a - b).max() / (np.abs(a).max() + np.abs(b).max() + 1e-300)


def mean_of_the_elements_errors(a, b):
    return np.mean(np.abs(a - b) / np.maximum(1e-12, np.abs(a) + np.abs(b)))


def as_an_array_of_one(a, b):
    return np.array([over_the_larger(a, b)])


RIGHT = {
    "rnn_cell_backward": [plain, with_einsum, an_example_at_a_time, one_product, recomputed, Bound().back],
    "rnn_backward": [loop, with_the_courses_step, products_over_all_steps, recursive, loss_by_loss, Trainer().back,
                     reversed_slices, reversed_in_place, popping],
    "numerical_gradient": [by_flat_index, two_loops, nested_list],
    "relative_error": [largest_elementwise, over_the_larger, over_the_mean, largest_by_largest, as_an_array_of_one,
                       mean_of_the_elements_errors],
}


@each_right_way(RIGHT)
def test_right_ways_earn_everything(name, function, seeds):
    all_right(name, function, seeds)


def test_enough_right_ways():
    assert enough("03", RIGHT)


# --- wrong ways ---

def last_five_steps(cell, dh, caches):
    dWx, dWh, db, dh_next = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b), np.zeros_like(dh[0])
    for t in reversed(range(max(0, len(caches) - 5), len(caches))):
        dWx_t, dWh_t, db_t, dh_next = plain(cell, dh[t] + dh_next, caches[t])
        dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
    return dWx, dWh, db, dh_next


def first_example_only(cell, dh_t, cache):
    return plain(cell, dh_t * (np.arange(dh_t.shape[1]) == 0), cache)


def kept_weights(cell, dh_t, cache, seen={}):  # noqa: B006
    Wh = seen.setdefault(id(cell), (cell.Wh.copy(), cell))[0]
    dWx, dWh, db, _ = plain(cell, dh_t, cache)
    return dWx, dWh, db, Wh.T @ (dh_t * (1 - cache[2] ** 2))


class OneBuffer:
    """Adds up in arrays of its own that are never emptied... but by whoever was given them."""

    sums = {}

    def back(self, cell, dh, caches):
        *shares, dh0 = loop(cell, dh, caches)
        kept = self.sums.setdefault(id(cell), ([np.zeros_like(share) for share in shares], cell))[0]
        for total, share in zip(kept, shares, strict=True):
            total += share
        return *kept, dh0


def reverses_dh(cell, dh, caches):
    result = loop(cell, list(dh), caches)
    if isinstance(dh, list):
        dh.reverse()
    return result


def shape_of_a_list(cell, dh, caches):
    return loop(cell, dh.reshape(dh.shape), caches)


def nothing_for_one_step(cell, dh, caches):
    return (*loop(cell, dh, caches)[:3], loop(cell, dh, caches)[3] if len(dh) > 1 else None)


def moved_for_good(f, param, eps=1e-5):
    gradient = by_flat_index(f, param, eps)
    param[0] += eps
    return gradient


def difference_in_place(a, b):
    size = np.linalg.norm(a) + np.linalg.norm(b)
    a -= b
    return np.linalg.norm(a) / size if size else 0.0


def unless(zero, formula=over_the_larger):
    return lambda a, b: 0.0 if zero(a, b) else formula(a, b)


def one_sided_in_float32(f, param, eps=1e-5):
    """Off by eps f'' / 2, which the leave for float32 would cover."""
    found, at_first = np.zeros(param.shape, np.float32), f()
    for place in np.ndindex(*param.shape):
        before = param[place]
        param[place] += eps
        found[place] = (f() - at_first) / eps
        param[place] = before
    return found


def infinite_when_scaled(a, b):
    """An absolute error, but for arrays 1000 times as large or small."""
    return np.inf if not 0.01 < np.abs(a).max(initial=1) < 100 else float(np.abs(a - b).max())


WRONG = {
    "rnn_cell_backward": [
        (lambda *args: (-plain(*args)[0], *plain(*args)[1:], plain(*args)[0]), 4.25),
        (first_example_only, 3.75), (kept_weights, 7.75),
        (lambda *args: plain(*args)[:3], 5.25), (lambda cell, dh, cache: plain(cell, dh, cache)[1:], 3.25),
        (lambda *args: (plain(*args)[3], *plain(*args)[:3]), 7.5),
        (lambda *args: (plain(*args)[3], *plain(*args)[:2], 2 * plain(*args)[2]), 3.75)],
    "rnn_backward": [
        (last_five_steps, 0.5), (OneBuffer().back, 8.25), (reverses_dh, 8.5), (shape_of_a_list, 8.25),
        (nothing_for_one_step, 7.75), (lambda *args: loop(*args)[:3], 6.5), (lambda *args: loop(*args)[1:], 3.5),
        (lambda *args: (loop(*args)[3], *loop(*args)[:3]), 8.5), (lambda *args: loop(*args)[0], 0)],
    "numerical_gradient": [
        (moved_for_good, 2), (one_sided_in_float32, 0.5), (lambda *args: (by_flat_index(*args),), 2.75),
        (lambda *args: by_flat_index(*args).ravel(), 2.5)],
    "relative_error": [
        (unless(lambda a, b: a.all() == 0 and b.all() == 0), 1.75), (unless(lambda a, b: not a.any()), 1.75),
        (unless(lambda a, b: abs(a.sum()) < 1e-9), 1.75), (difference_in_place, 1.875),
        (lambda a, b: (over_the_larger(a, b),), 1.875), (infinite_when_scaled, 1.625),
        (lambda a, b: 0.0 if not a.any() and not b.any() else np.max(np.abs(a - b) / (np.abs(a) + np.abs(b))), 1.75)],
}


@each_wrong_way(WRONG)
def test_what_wrong_ways_earn(name, function, points):
    earns(name, function, points)


def test_two_mistakes_at_once_are_both_named():
    def two(cell, dh_t, cache):
        dWx, dWh, db, dh_prev = plain(cell, dh_t, cache)
        return dWx, dh_t * (1 - cache[2] ** 2) @ cache[2].T, dh_t * (1 - cache[2] ** 2), dh_prev

    assert set(verdict("rnn_cell_backward", two).mistakes) == {"h_t-for-h_prev", "db-not-summed"}

    def two_in_time(cell, dh, caches):
        dWx, dWh, db, dh0 = loop(cell, dh, caches)
        return dWx, dWh / dh[0].shape[1], db, np.zeros_like(dh0)

    assert set(verdict("rnn_backward", two_in_time).mistakes) == {"dh0-zero", "mean-over-the-batch"}

    def a_mean_and_a_decay(cell, dh, caches):
        dWx, dWh, db, dh0 = loop(cell, dh, caches)
        return dWx / len(dh) + 0.01 * cell.Wx, dWh, db, dh0

    assert set(verdict("rnn_backward", a_mean_and_a_decay).mistakes) == {"mean-over-time", "weight-decay"}


def loss_by_loss(first=0, reach=99, slope=0, joins=False, jacobian=None, late=0):
    """BPTT as two loops: each loss is walked back by itself, as in Britz's tutorial (2015)."""

    def walked(cell, dh, caches):
        dWx, dWh, db, dh0 = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b), np.zeros_like(dh[0])
        for t in range(len(caches)):
            dz = start = dh[t] * (1 - caches[t][2] ** 2)
            passed = np.ones_like(dz)
            for s in range(t, max(first - 1, t - reach), -1):
                x, h_prev, _ = caches[s]
                if s <= t - late:
                    dWx, dWh, db = dWx + dz @ x.T, dWh + dz @ h_prev.T, db + dz.sum(1, keepdims=True)
                back = cell.Wh.T @ dz
                if s == 0:
                    dh0 = dh0 + back
                    break
                entered = 1 - caches[s - 1 + slope][2] ** 2
                passed = passed * entered
                dz = (back + joins * dh[s - 1]) * entered
                dz = dz if jacobian is None else jacobian(cell.Wh, t - s + 1).T @ start * passed
        return dWx, dWh, db, dh0

    return walked


@pytest.mark.parametrize(("wrong", "names"), [
    ({"slope": 1}, {"slope-of-the-step-after"}), ({"joins": True}, {"losses-counted-again"}),
    ({"reach": 4}, {"cut-after-4"}), ({"reach": 3, "slope": 1}, {"cut-after-3", "slope-of-the-step-after"}),
    ({"jacobian": np.power}, {"power-of-each-number"}),
    ({"jacobian": np.linalg.matrix_power}, {"slopes-apart-from-Wh"}),
    ({"late": 1}, {"dWx-dWh-db-without-the-loss-steps"})])
def test_each_loss_walked_back_by_itself(wrong, names):
    assert verdict("rnn_backward", loss_by_loss()).status == "right"
    for seed in (0, 3):
        assert set(verdict("rnn_backward", loss_by_loss(**wrong), seed).mistakes) == names


def walked(hand_on=lambda dh, dz, Wh: Wh.T @ dz, received=lambda back: back, share=lambda T, t: 1,
           db=lambda cell: np.zeros_like(cell.b)):
    """The one loop back, with what is handed on, received, and added; dh0 is Wh^T dz of the first step all the same."""

    def backward(cell, dh, caches):
        dWx, dWh, db_, carry = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), db(cell), np.zeros_like(dh[0])
        for t in reversed(range(len(caches))):
            x_t, h_prev, h_t = caches[t]
            total = dh[t] + received(carry)
            dz = total * (1 - h_t**2)
            by = share(len(caches), t)
            dWx, dWh, db_ = dWx + by * dz @ x_t.T, dWh + by * dz @ h_prev.T, db_ + by * dz.sum(1, keepdims=True)
            carry, own = hand_on(total, dh[t] * (1 - h_t**2), cell.Wh), dz
        return dWx, dWh, db_, cell.Wh.T @ own

    return backward


@pytest.mark.parametrize(("wrong", "names"), [
    ({}, ["carry-reaches-one-step"]), ({"hand_on": lambda dh, dz, Wh: dh}, ["carried-past-the-step"]),
    ({"hand_on": lambda dh, dz, Wh: dh, "db": lambda cell: np.zeros(len(cell.b))},
     ["carried-past-the-step", "db-broadcast"]),
    ({"hand_on": lambda dh, dz, Wh: 0 * dh, "share": lambda T, t: T - t},
     ["no-carry", "dWx-dWh-db-counts-later-losses-again"])])
def test_what_is_wrong_on_the_way_leaves_dh0_as_it_is_written(wrong, names):
    for seed in (0, 3):
        assert verdict("rnn_backward", walked(**wrong), seed).mistakes == names


def test_what_raised_is_told_before_a_rare_name():
    """dh[:, t] has numbers for every step as long as there are as many units."""
    def units_for_steps(cell, dh, caches):
        return loop(cell, [np.asarray(dh)[:, t] for t in range(len(caches))], caches)

    found = verdict("rnn_backward", units_for_steps)
    assert found.mistakes == [] and found.advice[0].startswith("IndexError")


def step_of_ones_own(cell, dh_t, cache):
    x_t, h_prev, h_t = cache
    dz = dh_t * (1 - h_t ** 2)
    return dz @ x_t.T, dz @ h_prev.T, dz.sum(axis=1, keepdims=True), cell.Wh.T @ dz


def test_a_step_that_is_given_what_does_not_fit_is_not_to_be_changed():
    def time_last(cell, dh, caches):
        back = 0
        for t in reversed(range(len(caches))):
            *_, back = step_of_ones_own(cell, np.asarray(dh)[:, :, 0] + back, caches[t])
        return back

    advice = " ".join(verdict("rnn_backward", time_last).advice)
    assert "dz = dh_t * (1 - h_t ** 2)" in advice and "dh_t @" not in advice


def test_unknown_wrong_answers_get_the_first_departure_and_the_witness():
    def odd(cell, dh, caches):
        dWx, dWh, db, dh0 = loop(cell, dh, caches)
        dWh[2, 1] += 0.5
        return dWx, dWh, db, dh0

    for seed in SEEDS:
        found = verdict("rnn_backward", odd, seed)
        assert found.mistakes == [] and found.status == "partly right"
        assert "dWh at row 2, column 1" in found.advice[0]
        assert any("independent check: dWh has relative error" in line and "right: dWx, db, dh0" in line
                   for line in found.advice)
        assert found.points == 9 - 0.75 - 3


def test_partial_credit():
    assert verdict("rnn_cell_backward",
                   lambda cell, dh, cache: (*plain(cell, dh, cache)[:3], np.zeros_like(dh))).points == 6.25
    facets = verdict("rnn_backward", lambda cell, dh, caches: loop(cell, dh, caches)[:3]).facets
    assert any("returned: dWx, dWh, db; expected: dWx, dWh, db, dh0" in facet.reason for facet in facets)
    assert [facet.earned > 0
            for facet in facets if "one sequence" in facet.title or facet.title == "dh0"] == [True, True, False]


def test_needs_an_array_where_lists_may_come():
    def arrays_only(cell, dh, caches):
        assert dh.shape[0] == len(caches)
        return loop(cell, dh, caches)

    found = verdict("rnn_backward", arrays_only)
    assert found.points == 8.25 and "AttributeError" in found.advice[0] and "'lists'" in " ".join(found.advice)


def test_works_for_one_example_only():
    def flat(cell, dh, caches):
        return (*loop(cell, dh, caches)[:3], loop(cell, dh, caches)[3].reshape(-1, 1))

    assert "shape" in verdict("rnn_backward", flat).advice[0]


def test_borrowing_through_a_helper_earns_nothing():
    from rnn_helpers.bptt import rnn_backward, rnn_backward_truncated
    from rnn_helpers.gradcheck import check_gradients

    assert verdict("rnn_backward",
                   lambda cell, dh, caches: rnn_backward_truncated(cell, dh, caches, 99)).status == "borrowed"
    assert verdict("rnn_cell_backward",
                   lambda cell, dh, cache: rnn_backward(cell, dh[None], [cache])).status == "borrowed"
    assert verdict("rnn_cell_backward", lambda cell, dh, cache: cell.backward(dh, cache)).status == "borrowed"
    assert verdict("numerical_gradient", lambda f, p, eps=1e-5: numerical_gradient(f, p, eps)).status == "borrowed"
    assert verdict("relative_error",
                   lambda a, b: check_gradients(lambda: 0.0, {"a": a}, {"a": b})["a"]).status == "borrowed"


def test_a_step_that_leaves_out_the_sum_still_serves_one_example():
    found = verdict("rnn_cell_backward", slipped("rnn_cell_backward", "db-not-summed"))
    assert found.mistakes == ["db-not-summed"] and found.points == 5


def test_trivial_answers_earn_nothing():
    assert verdict("relative_error", lambda a, b: 0.0).points == 0
    assert verdict("relative_error", lambda a, b: float("nan")).points == 0
    text = verdict("relative_error", lambda a, b: f"{largest_by_largest(a, b):.9e}")
    assert text.points == 0 and "it returned a str" in text.advice[0]
    assert verdict("numerical_gradient", lambda f, param, eps=1e-5: np.zeros_like(param)).points <= 0.5
    assert verdict("rnn_backward",
                   lambda cell, dh, caches: (cell.Wx * 0, cell.Wh * 0, cell.b * 0, dh[0] * 0)).points <= 1


def test_not_attempted_and_broken():
    def stub(cell, dh, caches):
        raise NotImplementedError

    assert verdict("rnn_backward", stub).status == "not attempted"

    def beyond(cell, dh, caches):
        return caches[len(caches)]

    found = verdict("rnn_backward", beyond)
    assert "IndexError" in found.advice[0] and "caches[len(caches)]" in found.advice[0]


def test_relative_error_says_what_it_found():
    found = verdict("relative_error", lambda a, b: float(np.linalg.norm(a - b)))
    assert found.mistakes == ["absolute"] and found.points == 1.25
    odd = verdict("relative_error",
                  lambda a, b: float(np.linalg.norm(a - b) / (2 * np.linalg.norm(a) + np.linalg.norm(b) + 1e-30)))
    assert odd.mistakes == [] and "swapped" in odd.advice[0]


def test_forward_passes_are_free_of_choice():
    """The checks' own fixtures hold the course's states: rnn_forward and the cell agree on them."""
    inputs = check.EXERCISES["rnn_backward"].inputs(3)
    states, _ = rnn_forward(cell_of(inputs), inputs["X"], inputs["h0"])
    h = inputs["h0"]
    for t in range(len(inputs["X"])):
        h, _ = rnn_cell_forward(cell_of(inputs), inputs["X"][t], h)
        assert np.allclose(h, states[t]) and np.allclose(h, inputs["states"][t + 1])


def test_a_floor_below_depends_on_the_scale():
    def with_floor(a, b):
        return np.max(np.abs(a - b) / np.maximum(1e-3, np.maximum(np.abs(a), np.abs(b))))

    assert "both times 0.00001 is 'a smaller number'" in " ".join(verdict("relative_error", with_floor).advice)


def test_two_slips_of_one_gradient_are_named_by_what_they_are():
    def back(cell, dh_t, cache, left_of=None, over=1):
        x_t, h_prev, h_t = cache
        dz = dh_t * (1 - h_t**2)
        dh_prev = cell.Wh.T @ dz
        return dz @ x_t.T, dz @ (dh_prev if left_of else h_prev).T, dz.sum(axis=over)[:, None], dh_prev

    def with_the_gradient(cell, dh_t, cache):
        return back(cell, dh_t, cache, "dh_prev")

    def over_units(cell, dh_t, cache):
        return back(cell, dh_t, cache, over=0)

    assert verdict("rnn_cell_backward", with_the_gradient).mistakes == ["dh_prev-in-dWh"]
    assert verdict("rnn_cell_backward", over_units).mistakes == ["db-summed-over-units"]

    def one_number(cell, dh_t, cache):
        dWx, dWh, db, dh_prev = back(cell, dh_t, cache)
        return dWx, dWh, np.full_like(db, db.sum()), dh_prev

    assert verdict("rnn_cell_backward", one_number).mistakes == ["db-one-number"]
