"""The checks of notebook 4: every right way passes, wrong ways are called by their name or by where they depart."""

import numpy as np
import pytest

from rnn_helpers import check
from rnn_helpers.bptt import rnn_backward, rnn_forward
from rnn_helpers.losses import squared_error
from rnn_helpers.readout import many_to_many, readout_backward
from rnn_helpers.training import fit, global_norm
from tests.check.trying import FEW, all_right, each_right_way, each_wrong_way, earns, enough, slipped, verdict

# --- windows ---

def windows_by_appending(series, length):
    X, Y = [], []
    for t in range(length):
        X.append([[series[n + t] for n in range(len(series) - length)]])
        Y.append([[series[n + t + 1] for n in range(len(series) - length)]])
    return X, Y


def windows_as_views(series, length):
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(series), length + 1).T
    return windows[:-1, None], windows[1:, None], "more"


def windows_by_index(series, length):
    index = np.arange(length)[:, None] + np.arange(len(series) - length)
    return [np.array(series)[index][:, None, :], np.array(series, np.float32)[index + 1].reshape(length, 1, -1)]


# --- scaling ---

def scale_by_sums(series):
    n = len(series)
    shift = sum(series) / n
    return shift, (sum((s - shift) ** 2 for s in series) / n) ** 0.5


def scale_as_arrays(series):
    series = np.array(series, dtype=float)
    shift = series.mean(keepdims=True)
    return [shift, np.sqrt(np.mean((series - shift) ** 2))]


# --- the loss ---

def loss_by_loops(y, target):
    loss, dy = 0.0, np.zeros_like(y)
    for index in np.ndindex(*y.shape):
        dy[index] = 2 * (y[index] - target[index])
        loss += (y[index] - target[index]) ** 2
    return loss, dy


# --- the readout, backwards ---

def backward_by_loops(dy, h_states, Wy):
    dWy, dc, dh = 0, 0, [None] * len(dy)
    for t in reversed(range(len(dy))):
        dWy = dWy + dy[t] @ h_states[t].T
        dc = dc + dy[t].sum(axis=1, keepdims=True)
        dh[t] = Wy.T @ dy[t]
    return dWy, dc, dh


def backward_by_einsum(dy, h_states, Wy):
    return (np.einsum("tob,thb->oh", dy, h_states), np.einsum("tob->o", np.array(dy))[:, None],
            np.einsum("oh,tob->thb", Wy, np.array(dy)))


def backward_as_one_product(dy, h_states, Wy, more=None):
    def side(A):
        return np.concatenate(list(A), axis=1)
    return side(dy) @ side(h_states).T, side(dy) @ np.ones((side(dy).shape[1], 1)), Wy.T @ np.asarray(dy), more


# --- clipping ---

def clip_as_pytorch(grads, max_norm):
    """The factor of torch.nn.utils.clip_grad_norm_, with its 1e-6."""
    norm = np.linalg.norm([np.linalg.norm(g) for g in grads.values()])
    return {name: g * min(1.0, max_norm / (norm + 1e-6)) for name, g in grads.items()}, norm


def clip_when_needed(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads.values()]))
    if norm <= max_norm:
        return grads, norm
    return {name: max_norm * g / norm for name, g in grads.items()}, norm


def clip_in_float32(grads, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
    return {**{n: (g / np.maximum(1, norm / max_norm)).astype(np.float32) for n, g in grads.items()},
            "more": None}, norm


# --- a training step ---

def step_with_helpers(model, X, Y, lr, max_norm):
    loss, grads = model.loss_and_gradients(X, Y)
    grads.pop("h0")
    norm = global_norm(grads)
    for name, p in model.params.items():
        p -= lr * grads[name] * min(1, max_norm / norm)
    return loss, norm


def step_that_replaces(model, X, Y, lr, max_norm):
    """New arrays for the parameters, all by hand."""
    states, caches = rnn_forward(model.cell, X)
    y = [model.Wy @ h + model.c for h in states]
    dy = [2 * (a - b) for a, b in zip(y, Y, strict=True)]
    dWx, dWh, db, _ = rnn_backward(model.cell, [model.Wy.T @ d for d in dy], caches)
    dWy, dc = sum(d @ h.T for d, h in zip(dy, states, strict=True)), sum(dy).sum(axis=1, keepdims=True)
    norm = np.sqrt(sum(np.sum(g * g) for g in (dWx, dWh, db, dWy, dc)))
    rate = lr * (1 if norm <= max_norm else max_norm / norm)
    cell = model.cell
    cell.Wx, cell.Wh, cell.b = cell.Wx - rate * dWx, cell.Wh - rate * dWh, cell.b - rate * db
    model.Wy, model.c = model.Wy - rate * dWy, model.c - rate * dc
    return np.sum((np.array(y) - Y) ** 2), norm, "more"


class Optimiser:
    def __init__(self, names=("Wx", "Wh", "b", "Wy", "c")):
        self.names = names

    def step(self, model, X, Y, lr, max_norm, noisy=True):
        """A method that prints, and works in buffers of its own."""
        loss, grads = model.loss_and_gradients(X, Y)
        flat = np.concatenate([grads[name].ravel() for name in self.names])
        norm = np.linalg.norm(flat)
        flat *= lr * min(1.0, max_norm / norm)
        for name in self.names:
            param = model.params[name]
            moved, flat = np.split(flat, [param.size])
            param[...] = param - moved.reshape(param.shape)
        if noisy:
            print(f"loss {loss:.3f}")
        return {"loss": loss}["loss"], np.float64(norm), model


RIGHT = {
    "make_windows": [windows_by_appending, windows_as_views, windows_by_index],
    "fit_scale": [scale_by_sums, scale_as_arrays, lambda s: (np.average(s), np.var(s) ** 0.5)],
    "squared_error": [loss_by_loops, lambda y, target: [np.linalg.norm(y - target) ** 2, 2 * y - 2 * target, "more"],
                      lambda y, target: (np.vdot(y - target, y - target), -2 * (target - y))],
    "readout_backward": [backward_by_loops, backward_by_einsum, backward_as_one_product],
    "clip_by_norm": [clip_as_pytorch, clip_when_needed, clip_in_float32],
    "train_step": [step_with_helpers, step_that_replaces, Optimiser().step],
}


@each_right_way(RIGHT)
def test_right_ways_earn_everything(name, function, seeds):
    all_right(name, function, seeds)


def test_enough_right_ways():
    assert enough("04", RIGHT)


# --- what wrong ways earn ---

def windows_with_strides_of_eight(series, length):
    series = np.asarray(series)
    windows = np.lib.stride_tricks.as_strided(series, (length + 1, len(series) - length), (8, 8))
    return windows[:-1, None].copy(), windows[1:, None].copy()


def six_at_most(series, length):
    X, Y = windows_by_appending(series, length)
    return [*X[:6], *X[:max(0, length - 6)]], Y


def sorts_its_list(series):
    found = scale_by_sums(series)
    if isinstance(series, list):
        series.sort()
    return found


def product_in_memory_order(y, target):
    gap = y.ravel("K") - target.ravel("K")
    return np.sum(gap**2), 2 * (y - target)


def momentum(model, X, Y, lr, max_norm):
    first, model.first = getattr(model, "first", True), False
    return step_with_helpers(model, X, Y, lr if first else 1.9 * lr, max_norm)


def three_names(grads, max_norm):
    norm = np.sqrt(sum(np.sum(grads[name] ** 2) for name in ("dWx", "dWh", "db") if name in grads))
    return {name: g * min(1, max_norm / norm) if norm else g for name, g in grads.items()}, norm


def pops(grads, max_norm):
    clipped, norm = clip_when_needed(grads, max_norm)
    grads.pop("db", None)
    return clipped, norm


def per_element(grads, max_norm):
    return {name: np.clip(g, -max_norm, max_norm) for name, g in grads.items()}, clip_when_needed(grads, max_norm)[1]


WRONG = {
    "make_windows": [
        (windows_with_strides_of_eight, 1.75), (six_at_most, 1.5),
        (lambda series, length: windows_by_index(series, length)[::-1], 1.75),
        (lambda series, length: windows_by_index(series, length)[0], 1),
        (lambda series, length: windows_by_index(series.reshape(series.shape), length), 1.75)],
    "fit_scale": [
        (sorts_its_list, 1.5), (lambda series: (series.mean(), series.std()), 1.75),
        (lambda series: scale_by_sums(series)[::-1], 1.75),
        (lambda series: scale_by_sums(series)[0], 1.25),
        (lambda series: (np.min(series), np.ptp(series), *scale_by_sums(series)), 0)],
    "squared_error": [
        (product_in_memory_order, 1.375), (lambda y, target: loss_by_loops(y, target)[0], 0.875),
        (lambda y, target: loss_by_loops(y, target)[::-1], 1.75),
        (lambda y, target: (*(value / y.size for value in loss_by_loops(y, target)), *loss_by_loops(y, target)), 0.25)],
    "readout_backward": [
        (lambda *args: backward_by_loops(*args)[:2], 2),
        (lambda dy, h, Wy: backward_by_loops(dy, h.reshape(h.shape), Wy), 2.75),
        (lambda *args: (backward_by_loops(*args)[2], *backward_by_loops(*args)[:2]), 2.75)],
    "clip_by_norm": [
        (lambda grads, max_norm: (grads, 0.0), 0), (lambda grads, max_norm: (grads, max_norm), 0), (per_element, 1),
        (three_names, 2.25),
        (pops, 2.25), (lambda *args: clip_when_needed(*args)[::-1], 2.75),
        (lambda *args: clip_when_needed(*args)[0], 2.25)],
    "train_step": [(momentum, 2.75), (lambda *args: step_with_helpers(*args)[::-1], 2.75),
                   (lambda *args: step_with_helpers(*args)[0], 2.5)],
}


@each_wrong_way(WRONG)
def test_what_wrong_ways_earn(name, function, points):
    earns(name, function, points)


# --- two at once, harm, errors, what is in no atlas ---

def test_two_slips_in_different_values_are_both_named():
    def twice(model, X, Y, lr, max_norm):
        loss, norm = slipped("train_step", "b-not-updated")(model, X, Y, lr, max_norm)
        return norm, loss

    assert set(verdict("train_step", twice).mistakes) == {"order-norm-loss", "b-not-updated"}
    slips = "dc-not-summed-over-batch", "dh-carried"
    assert set(verdict("readout_backward", slipped("readout_backward", *slips)).mistakes) == set(slips)


def test_two_parameters_left_out_are_both_named():
    found = verdict("train_step", slipped("train_step", "b-not-updated", "c-not-updated"))
    assert found.mistakes == ["b-c-not-updated"] and "b and c are never updated" in found.advice[0]


@pytest.mark.parametrize("alone", [True, False])
def test_an_update_after_each_step_of_the_sequence(alone):
    def step_by_step(model, X, Y, lr, max_norm):
        steps = [step_with_helpers(model, X[t:t + 1], Y[t:t + 1], lr, max_norm) for t in range(len(X))] if alone else [
            prefix(model, X[:t + 1], Y[t:t + 1], lr, max_norm) for t in range(len(X))]
        return sum(loss for loss, _ in steps), steps[0][1]

    def prefix(model, X, target, lr, max_norm):
        h_states, caches = rnn_forward(model.cell, X)
        loss, dY = squared_error(many_to_many(h_states[-1:], model.Wy, model.c), target)
        dWy, dc, last = readout_backward(dY, h_states[-1:], model.Wy)
        dWx, dWh, db, _ = rnn_backward(model.cell, np.concatenate([0 * h_states[:-1], last]), caches)
        grads = {"Wx": dWx, "Wh": dWh, "b": db, "Wy": dWy, "c": dc}
        norm = global_norm(grads)
        for name, p in model.params.items():
            p -= lr * min(1, max_norm / norm) * grads[name]
        return loss, norm

    for seed in (0, 3):
        assert verdict("train_step", step_by_step, seed).mistakes == ["an-update-after-each-step"]


def test_what_is_in_no_atlas_gets_the_first_departure():
    found = verdict("squared_error", lambda y, target: (np.sum(np.abs(y - target) ** 3), 2 * (y - target)))
    assert not found.mistakes and "loss" in found.advice[0] and found.points == 1.375
    found = verdict("make_windows", lambda series, length: (np.zeros((length, 1, len(series) - length)),) * 2)
    assert not found.mistakes and found.points == 0.25  # the shapes


def test_harm_is_seen():
    def in_place(y, target):
        y -= target
        return np.sum(y**2), 2 * y

    found = verdict("squared_error", in_place)
    assert found.points == 1.75 and found.mistakes == ["y-overwritten"]

    def scales(series):
        series = np.asarray(series, float)
        shift, scale = series.mean(), series.std()
        series -= shift
        return shift, scale

    assert verdict("fit_scale", scales).points == 1.5


def test_a_scale_for_arrays_only_earns_most():
    found = verdict("fit_scale", lambda series: (series.mean(), series.std()))
    assert found.points == 1.75 and "'list' object has no attribute 'mean'" in found.advice[0]


def test_returns_of_the_wrong_kind_are_explained():
    assert "expected a dict" in verdict("clip_by_norm", lambda grads, m: (list(grads.values()), 1.0)).advice[0]
    assert any("dWx is missing" in facet.reason for facet in verdict("clip_by_norm", lambda grads, m: ({}, 1.0)).facets)
    assert "returned None" in verdict("make_windows", lambda series, length: None).advice[0]
    facets = verdict("squared_error", lambda y, target: float(np.sum((y - target) ** 2))).facets
    assert any("returned: loss; expected: loss, dy" in facet.reason for facet in facets)


def test_a_missing_norm_is_not_called_None():
    found = verdict("clip_by_norm", lambda grads, max_norm: clip_when_needed(grads, max_norm)[0])
    assert "norm is not returned" in found.advice[0]


@pytest.mark.parametrize("size", [lambda g: np.abs(g).max(), np.linalg.norm])
def test_the_norm_of_all_arrays_decides_whether_to_clip(size):
    def decided(grads, max_norm):
        clipped, norm = clip_when_needed(grads, max_norm)
        too_long = max(size(g) for g in grads.values()) > max_norm
        return clipped if too_long else {name: g.copy() for name, g in grads.items()}, norm

    for seed in FEW:
        found = verdict("clip_by_norm", decided, seed)
        assert found.points == 1.75 and found.mistakes == ["decided-by-one-of-them"]


def test_a_missing_last_window_is_named_when_no_window_is_left():
    def one_short(series, length):
        X, Y = windows_by_index(series, length)
        return X[:, :, :-1], Y[:, :, :-1]

    assert verdict("make_windows", one_short).mistakes == ["last-window-missing"]


@pytest.mark.parametrize("part", [len, lambda grads: np.sqrt(len(grads))])
def test_each_array_clipped_to_its_part(part):
    def clip(grads, max_norm):
        most, norm = max_norm / part(grads), clip_when_needed(grads, max_norm)[1]
        return {name: g * min(1.0, most / np.linalg.norm(g)) if g.any() else g for name, g in grads.items()}, norm

    def clip_where_too_long(grads, max_norm):
        clipped, norm = clip_when_needed(grads, max_norm)
        most = max_norm / part(grads)
        return {name: g * (most / np.linalg.norm(g)) for name, g in grads.items()} if norm > max_norm else clipped, norm

    for seed in range(2):
        assert verdict("clip_by_norm", clip, seed).mistakes == ["each-array-to-its-part"]
        assert verdict("clip_by_norm", clip_where_too_long, seed).mistakes == ["each-array-to-its-part"]


def test_windows_that_run_backwards():
    for seed in range(2):
        found = verdict("make_windows", lambda *given: [a[::-1] for a in windows_by_index(*given)], seed)
        assert found.mistakes == ["newest-first"]


def test_the_change_for_the_next_number():
    def of_the_change(series, length):
        X, Y = windows_by_index(series, length)
        return X, Y - X

    for seed in range(2):
        assert verdict("make_windows", of_the_change, seed).mistakes == ["target-is-the-change"]


def test_zero_gradients_divided_by_zero_cost_their_facet_only():
    def unguarded(grads, max_norm):
        norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
        return {name: np.where(norm > max_norm, g * max_norm / norm, g * (norm / norm))
                for name, g in grads.items()}, norm

    found = verdict("clip_by_norm", unguarded)
    assert found.points == 2.75 and found.mistakes == ["zero-over-zero"]


def test_a_step_by_fit_is_borrowed():
    def by_fit(model, X, Y, lr, max_norm):
        from rnn_helpers.training import SGD

        history = fit(model, (X, Y), 1, SGD(lr), max_norm=max_norm, progress=False)
        return history.loss[0], history.norm[0]

    assert verdict("train_step", by_fit).status == "borrowed"


def test_a_placeholder_is_not_taken_for_a_number_that_was_computed():
    found = verdict("fit_scale", lambda series: (float(np.mean(series)), 1.0))
    assert found.mistakes == ["scale-one"] and found.advice[0].startswith("scale is always 1.")
    found = verdict("squared_error", lambda y, target: (1.0, 2 * (y - target)))  # tanh of a large loss is 1, too
    assert found.advice[0].startswith("loss is always 1.")


class Mixed:
    """A step that returns something else than the loss; a method, in which no change is looked for."""

    def __init__(self, mix):
        self.mix = mix

    def step(self, *arguments):
        loss, norm = step_with_helpers(*arguments)
        return self.mix(loss), norm


def test_a_smoothed_loss_is_told_by_its_numbers():
    for seed in range(3):
        found = check.train_step(Mixed(lambda loss: 0.999 * 60 + 0.001 * loss).step, seed=seed).judgement
        assert found.mistakes == ["a-number-on-a-line"] and "59.94 + 0.001 times" in found.advice[0]
        assert check.train_step(Mixed(lambda loss: loss ** 1.1 + 3).step, seed=seed).judgement.mistakes == []
        found = check.train_step(Mixed(lambda loss: 3.0).step, seed=seed).judgement
        assert found.mistakes == ["a-number-on-a-line"] and "loss is 3 in every case" in found.advice[0]
        found = check.train_step(Mixed(lambda loss: 3.0 if loss > 100 else loss).step, seed=seed).judgement
        assert "every case" not in " ".join(found.advice)


def test_an_array_of_two_unpacks_alike():
    def together(series):
        return np.array([np.mean(series), np.std(series)])

    all_right("fit_scale", together, range(3))


def test_a_rare_mistake_in_each_of_two_outputs_is_named():
    def in_reverse(dy, h_states, Wy):
        dWy, dc, dh = np.zeros(Wy.shape), np.zeros((len(Wy), 1)), []
        for t in reversed(range(len(dy))):
            dWy += dy[t] @ h_states[t].T
            dc += dy[t].sum(axis=1, keepdims=True) * (t < len(dy) - 1)
            dh.append(Wy.T @ dy[t])
        return dWy ** 2, dc, np.array(dh)

    assert verdict("readout_backward", in_reverse).mistakes == ["dh-backwards", "dy-last-step-missing", "dWy-squared"]


def test_windows_rolled_one_further():
    def rolled(series, length):
        X = np.array([series[n: n + length] for n in range(len(series) - length)]).T[:, None, :]
        return X, np.roll(X, -1, axis=2)

    found = verdict("make_windows", rolled)
    assert found.mistakes == ["last-window-wraps"] and found.points == 1.5
