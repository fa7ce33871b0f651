"""The checks of notebook 6: every right way passes, wrong ways are called by their name or by where they depart."""

import numpy as np
import pytest

from rnn_helpers.bptt import rnn_backward, rnn_forward
from rnn_helpers.cell import rnn_cell_backward
from rnn_helpers.check import limits
from rnn_helpers.losses import squared_error
from rnn_helpers.readout import many_to_many, readout_backward
from tests.check.trying import FEW, all_right, each_right_way, each_wrong_way, earns, enough, verdict

SEEDS = range(6)


# --- truncated BPTT: right ways ---

def two_loops(cell, dh, caches, k):
    dWx, dWh, db, dh0 = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b), np.zeros_like(dh[0])
    for t in range(len(caches)):
        flow = dh[t]
        for s in range(t, max(-1, t - k), -1):
            gx, gh, gb, flow = rnn_cell_backward(cell, flow, caches[s])
            dWx += gx
            dWh += gh
            db += gb
        if t < k:
            dh0 += flow
    return dWx, dWh, db, dh0


def windows_through_full_bptt(cell, dh, caches, k):
    dh, total, dh0 = np.array(dh), None, 0
    for t in range(len(caches)):
        a = max(0, t - k + 1)
        lone = np.zeros_like(dh[a : t + 1])
        lone[-1] = dh[t]
        *shares, out = rnn_backward(cell, lone, [caches[s] for s in range(a, t + 1)])
        total = shares if total is None else [x + y for x, y in zip(total, shares, strict=True)]
        dh0 = dh0 + out * (a == 0)
    return [*total, dh0]


def by_age(cell, dh, caches, k):
    X, H_prev, H = (np.array(part) for part in zip(*caches, strict=True))
    young, dZ, dh0 = np.array(dh), np.zeros_like(H), np.zeros_like(H[0])
    for _ in range(min(k, len(H))):
        dz = young * (1 - H[: len(young)] ** 2)
        dZ[: len(young)] += dz
        young = cell.Wh.T @ dz
        dh0 = dh0 + young[0]
        young = young[1:]
    return (np.einsum("thb,tdb->hd", dZ, X), np.einsum("thb,tkb->hk", dZ, H_prev), dZ.sum(axis=(0, 2))[:, None], dh0)


def a_queue(cell, dh, caches, k, more=None):
    """One walk back; the losses that are still young travel side by side and the oldest drops out."""
    H = len(cell.Wh)
    dWx, dWh, db, young = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b), []
    for t in reversed(range(len(caches))):
        young = [dh[t], *young][:k]
        back = [rnn_cell_backward(cell, flow, caches[t]) for flow in young]
        dWx, dWh, db = (total + sum(b[i] for b in back) for i, total in enumerate((dWx, dWh, db)))
        young = [b[3] for b in back]
    return dWx, dWh, db, sum(young), {"hidden units": H}


def difference_of_two(cell, dh, caches, k):
    """Full BPTT without what each loss sends further back."""
    dWx, dWh, db, dh0 = rnn_backward(cell, dh, caches)
    dWx, dWh, db, dh0 = dWx.copy(), dWh.copy(), db.copy(), dh0.copy()
    for t in range(k, len(caches)):
        flow = np.array(dh[t])
        for s in range(t, t - k, -1):
            flow = cell.Wh.T @ (flow * (1 - caches[s][2] ** 2))
        lone = np.zeros((t - k + 1, *flow.shape), flow.dtype)
        lone[-1] = flow
        beyond = rnn_backward(cell, lone, [caches[s] for s in range(t - k + 1)])
        dWx, dWh, db, dh0 = dWx - beyond[0], dWh - beyond[1], db - beyond[2], dh0 - beyond[3]
    return dWx, dWh, db, dh0


class Bound:
    def truncated(self, cell, dh, caches, k):
        return two_loops(cell, dh, caches, k)


def test_caches_of_ones_own():
    def forward(cell, X, h0=None):
        h_states, caches = rnn_forward(cell, X, h0)
        return h_states, [{"x": x, "before": before, "slope": 1 - h**2} for x, before, h in caches]

    def backward(cell, dh, caches, k):
        plain = [(c["x"], c["before"], np.sqrt(1 - c["slope"])) for c in caches]  # the sign of h is not needed
        return two_loops(cell, dh, plain, k)

    all_right("rnn_backward_truncated", backward, forward=forward)
    found = verdict("rnn_backward_truncated", backward)
    assert found.status == "wrong" and "TypeError" in found.advice[0]


def in_float32(cell, dh, caches, k):
    return tuple(g.astype(np.float32) for g in two_loops(cell, dh, caches, k))


# --- what wrong ways earn ---

def five_steps_of_the_walk(cell, dh, caches, k):
    """Right for short sequences only: no loss flows further than five steps, whatever k."""
    return two_loops(cell, dh, caches, min(k, 5))


def none_for_one_step(cell, dh, caches, k):
    return two_loops(cell, dh, caches, k) if len(caches) > 1 else None


def reverses_dh(cell, dh, caches, k):
    found = two_loops(cell, dh, caches, k)
    if isinstance(dh, list):
        dh.reverse()
    return found


def keeps_the_state(model, X, Y, k1, k2, lr):
    """Starts where the call before has ended."""
    losses, model.state = with_the_last_state(model, X, Y, k1, k2, lr, getattr(model, "state", None))
    return losses


WRONG = {
    "rnn_backward_truncated": [
        (five_steps_of_the_walk, 5), (none_for_one_step, 4.75), (reverses_dh, 5.5),
        (lambda *args: two_loops(*args)[:3], 3.75), (lambda *args: (two_loops(*args)[3], *two_loops(*args)[:3]), 5.75),
        (lambda cell, dh, caches, k: two_loops(cell, dh.reshape(dh.shape), caches, k), 5.25)],
    "train_stream": [
        (lambda *args: (keeps_caches(*args),), 3.75), (lambda *args: None, 0),
        (lambda *args: sum(keeps_caches(*args)), 2.25),
        (keeps_the_state, 3.75)],
}


@each_wrong_way(WRONG)
def test_what_wrong_ways_earn(name, function, points):
    earns(name, function, points)


# --- truncated BPTT: what wrong ways are told ---

def test_k_beyond_T_that_fails_keeps_the_other_points():
    def reads_before_the_start(cell, dh, caches, k):
        dWx, dWh, db, dh0 = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b), np.zeros_like(dh[0])
        for t in range(len(caches)):
            flow = dh[t]
            for s in range(t, t - k, -1):
                if s < -len(caches):
                    raise IndexError("list index out of range")
                if s < 0:
                    continue
                gx, gh, gb, flow = rnn_cell_backward(cell, flow, caches[s])
                dWx, dWh, db = dWx + gx, dWh + gh, db + gb
            dh0 = dh0 + flow * (t < k)
        return dWx, dWh, db, dh0

    found = verdict("rnn_backward_truncated", reads_before_the_start)
    assert found.status == "partly right" and 4 <= found.points < 6
    assert "IndexError" in found.advice[0] and "k > T" in " ".join(found.advice)


def test_unknown_mistakes_are_not_guessed():
    def twice_the_carry(cell, dh, caches, k):
        return by_age(cell, [2 * d if t == 1 else d for t, d in enumerate(dh)], caches, k)

    found = verdict("rnn_backward_truncated", twice_the_carry)
    assert not found.mistakes and "expected" in found.advice[0]
    assert any("independent check" in line for line in found.advice)


def test_the_seed_s_loop_is_named():
    """Only the last k steps, as a loop over range(max(0, T - k), T)."""

    def last_k(cell, dh, caches, k):
        dWx, dWh, db, dh_next = (np.zeros_like(array) for array in (cell.Wx, cell.Wh, cell.b, dh[0]))
        for t in reversed(range(max(0, len(caches) - k), len(caches))):
            x_t, h_prev, h_t = caches[t]
            dz = (dh[t] + dh_next) * (1 - h_t**2)
            dWx += dz @ x_t.T
            dWh += dz @ h_prev.T
            db += dz.sum(axis=1, keepdims=True)
            dh_next = cell.Wh.T @ dz
        return dWx, dWh, db, dh_next

    for seed in SEEDS:
        found = verdict("rnn_backward_truncated", last_k, seed)
        assert found.mistakes == ["last-k-steps-only"] and found.points < 3


@pytest.mark.parametrize(("floor", "last", "names"), [
    (lambda t, k: t - k - 1, lambda t, k: t < k, ["one-step-too-many+dh0-right"]),
    (lambda t, k: -1, lambda t, k: t < k, ["k-ignored+dh0-right"]),
    (lambda t, k: t - k + 1, lambda t, k: t < k, ["one-step-too-few+dh0-of-the-first-k-losses"]),
    (lambda t, k: t - k, lambda t, k: t <= k, ["dh0-of-one-window-too-many"]),
    (lambda t, k: t - k, lambda t, k: t < k - 1, ["dh0-of-one-window-too-few"])])
def test_how_far_a_loss_goes_and_whether_it_reaches_h0_are_two_things(floor, last, names):
    def walks(cell, dh, caches, k):
        dWx, dWh, db, dh0 = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b), np.zeros_like(dh[0])
        for t in range(len(caches)):
            flow = dh[t]
            steps = range(t, max(-1, floor(t, k)), -1)
            for s in steps:
                gx, gh, gb, flow = rnn_cell_backward(cell, flow, caches[s])
                dWx, dWh, db = dWx + gx, dWh + gh, db + gb
            dh0 = dh0 + flow * (last(t, k) and len(steps) > 0)
        return dWx, dWh, db, dh0

    for seed in FEW:
        assert verdict("rnn_backward_truncated", walks, seed).mistakes == names


def test_shares_that_are_added_below_the_inner_loop():
    def below(cell, dh, caches, k):
        dWx, dWh, db, dh0 = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b), np.zeros_like(dh[0])
        for t in range(len(caches)):
            flow = dh[t]
            for s in range(t, max(-1, t - k), -1):
                *shares, flow = rnn_cell_backward(cell, flow, caches[s])
            dWx, dWh, db = dWx + shares[0], dWh + shares[1], db + shares[2]
            dh0 = dh0 + flow * (t < k)
        return dWx, dWh, db, dh0

    for seed in FEW:
        assert verdict("rnn_backward_truncated", below, seed).mistakes == ["dWx-dWh-db-of-the-ends-of-walks"]


@pytest.mark.parametrize(("by", "name"), [(lambda k, T: k, "mean-over-k"), (min, "mean-over-the-walk")])
def test_two_factors_that_are_one_while_k_is_small(by, name):
    def averaged(cell, dh, caches, k):
        *shares, dh0 = two_loops(cell, dh, caches, k)
        return *(share / by(k, len(caches)) for share in shares), dh0

    for seed in FEW:
        assert verdict("rnn_backward_truncated", averaged, seed).mistakes == [name]


def test_not_attempted_and_forgotten_return():
    def nothing(cell, dh, caches, k):
        two_loops(cell, dh, caches, k)

    def stub(cell, dh, caches, k):
        raise NotImplementedError()

    assert verdict("rnn_backward_truncated", stub).status == "not attempted"
    assert "no `return`" in verdict("rnn_backward_truncated", nothing).advice[0]


# --- the stream: right ways ---

def keeps_caches(model, X, Y, k1, k2, lr):
    return with_the_last_state(model, X, Y, k1, k2, lr)[0]


def with_the_last_state(model, X, Y, k1, k2, lr, h0=None):
    losses, caches = [], []
    for start in range(0, len(X), k1):
        h_states, new = rnn_forward(model.cell, X[start : start + k1], h0)
        loss, dY = squared_error(many_to_many(h_states, model.Wy, model.c), Y[start : start + k1])
        dWy, dc, dh = readout_backward(dY, h_states, model.Wy)
        caches = (caches + list(new))[-k2:]
        flows = ([np.zeros_like(dh[0])] * len(caches) + list(dh))[-len(caches):]
        dWx, dWh, db, _ = rnn_backward(model.cell, flows, caches)
        for p, g in zip((model.cell.Wx, model.cell.Wh, model.cell.b, model.Wy, model.c), (dWx, dWh, db, dWy, dc),
                        strict=True):
            p -= lr * g
        h0 = h_states[-1]
        losses.append(loss)
    return losses, h0


def a_step_at_a_time(model, X, Y, k1, k2, lr):
    """One step after the other, an update when k1 are full or the stream ends; parameters are replaced, not changed."""
    caches, dhs, losses, h = [], [], [], np.zeros((len(model.Wy[0]), X.shape[2]))
    total, dWy, dc, since = 0.0, 0, 0, 0
    for t in range(len(X)):
        h_prev, h = h, np.tanh(model.cell.Wx @ X[t] + model.cell.Wh @ h + model.cell.b)
        error = model.Wy @ h + model.c - Y[t]
        caches.append((X[t], h_prev, h))
        dhs.append(model.Wy.T @ (2 * error))
        total, since = total + np.sum(error**2), since + 1
        dWy, dc = dWy + 2 * error @ h.T, dc + 2 * error.sum(axis=1, keepdims=True)
        if since == k1 or t == len(X) - 1:
            flow, gx, gh, gb = np.zeros_like(h), 0, 0, 0
            for s in range(t, max(-1, t - k2), -1):
                flow = flow + (dhs[s] if s > t - since else 0)
                dz = flow * (1 - caches[s][2] ** 2)
                gx, gh, gb = gx + dz @ caches[s][0].T, gh + dz @ caches[s][1].T, gb + dz.sum(1, keepdims=True)
                flow = model.cell.Wh.T @ dz
            cell = model.cell
            cell.Wx, cell.Wh, cell.b = cell.Wx - lr * gx, cell.Wh - lr * gh, cell.b - lr * gb
            model.Wy, model.c = model.Wy - lr * dWy, model.c - lr * dc
            losses.append(total)
            total, dWy, dc, since = 0.0, 0, 0, 0
    return np.array(losses)


class Trainer:
    def run(self, model, X, Y, k1, k2, lr, verbose=True):
        if verbose:
            print("on the stream")
        return tuple(keeps_caches(model, X, Y, k1, k2, lr)), model  # more than was asked for


def zeroed_gradients_of_old_steps(model, X, Y, k1, k2, lr):
    losses, h0, old = [], None, []
    for start in range(0, len(X), k1):
        Yhat, h_states, new = model.forward(X[start : start + k1], h0)
        loss, dY = squared_error(Yhat, Y[start : start + k1])
        dWy, dc, dh = readout_backward(dY, h_states, model.Wy)
        old = old + [(cache, d) for cache, d in zip(new, dh, strict=True)]
        window = old[-k2:]
        grads = dict(zip(("Wx", "Wh", "b"), rnn_backward(model.cell, [d for _, d in window], [c for c, _ in window]),
                         strict=False))
        for name, g in {**grads, "Wy": dWy, "c": dc}.items():
            model.params[name][...] -= lr * g
        old = [(cache, 0 * d) for cache, d in old]
        h0 = h_states[-1]
        losses.append(loss)
    return losses


RIGHT = {
    "rnn_backward_truncated": [two_loops, windows_through_full_bptt, by_age, a_queue, difference_of_two,
                               Bound().truncated, in_float32],
    "train_stream": [keeps_caches, a_step_at_a_time, Trainer().run, zeroed_gradients_of_old_steps],
}


@each_right_way(RIGHT)
def test_right_ways_earn_everything(name, function, seeds):
    all_right(name, function, seeds)


def test_enough_right_ways():
    assert enough("06", RIGHT)


# --- the stream: what wrong ways are told ---

def test_mutating_X_loses_only_the_last_facet():
    def scales_its_input(model, X, Y, k1, k2, lr):
        losses = keeps_caches(model, X, Y, k1, k2, lr)
        X *= 0
        return losses

    found = verdict("train_stream", scales_its_input)
    assert found.points == 3.75 and "X" in found.advice[0]


def test_endless_stream_is_stopped(monkeypatch):
    monkeypatch.setattr(limits, "TIME_LIMIT", 0.3)

    def never_moves(model, X, Y, k1, k2, lr):
        start = 0
        while start < len(X):
            pass

    found = verdict("train_stream", never_moves)
    assert found.points == 0 and "still running" in found.advice[0]


def test_unknown_stream_is_not_guessed():
    def forgets_after_two(model, X, Y, k1, k2, lr):
        return keeps_caches(model, X, Y, k1, k2, lr * (1.5 if len(X) in (8, 10) else 1))

    found = verdict("train_stream", forgets_after_two)
    assert not found.mistakes and 0 < found.points < 4
