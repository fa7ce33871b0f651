"""The checks of notebook 5: right ways to write each function, what wrong ones are told, how fast they answer."""

import random

import numpy as np
import pytest

from rnn_helpers.bptt import rnn_backward, rnn_forward
from rnn_helpers.check import EXERCISES
from rnn_helpers.check.observe import observe
from rnn_helpers.check.yardstick import Yardstick
from rnn_helpers.losses import softmax, softmax_cross_entropy
from rnn_helpers.readout import many_to_many, readout_backward
from rnn_helpers.training import clip_by_norm, global_norm
from tests.check.trying import (
    all_right,
    called,
    each_right_way,
    each_wrong_way,
    earns,
    enough,
    slips,
    verdict,
    yardstick,
)

# right ways


def vocabulary_by_loop(text):
    chars = []
    for char in text:
        if char not in chars:
            chars.append(char)
    chars.sort()
    return [chars, dict(zip(chars, range(len(chars)), strict=True))]


def vocabulary_of_tuples(text):
    chars = tuple(sorted(set(text)))
    return chars, {char: np.int64(chars.index(char)) for char in chars}, "more"


def one_hot_by_loop(indices, size):
    X = np.zeros((len(indices), size, 1), np.float32)
    for t, index in enumerate(indices):
        X[t, index, 0] = 1
    return X


def one_hot_by_comparison(indices, size):
    return (np.asarray(indices)[:, None, None] == np.arange(size)[:, None]).astype(int)


def one_hot_as_a_list(indices, size):
    return [np.eye(size)[:, [index]] for index in indices]


def entropy_by_loop(logits, targets):
    loss, dlogits = 0.0, np.zeros_like(logits)
    for t in range(logits.shape[0]):
        for b in range(logits.shape[2]):
            z = logits[t, :, b] - logits[t, :, b].max()
            log_p = z - np.log(np.exp(z).sum())
            loss -= log_p[targets[t, b]]
            dlogits[t, :, b] = np.exp(log_p)
            dlogits[t, targets[t, b], b] -= 1
    return loss, dlogits


def entropy_by_einsum(logits, targets):
    one_hot = np.eye(logits.shape[1])[targets].transpose(0, 2, 1)
    top = logits.max(axis=1, keepdims=True)
    log_p = logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
    return -np.einsum("tvb,tvb->", one_hot, log_p), np.exp(log_p) - one_hot


def entropy_by_rows(logits, targets):
    T, V, B = logits.shape
    rows = logits.transpose(0, 2, 1).reshape(-1, V)
    rows = rows - rows.max(axis=1, keepdims=True)
    log_p = rows - np.log(np.exp(rows).sum(axis=1, keepdims=True))
    n, flat = np.arange(T * B), targets.ravel()
    d = np.exp(log_p)
    d[n, flat] -= 1
    return [float(-log_p[n, flat].sum()), d.reshape(T, B, V).transpose(0, 2, 1), log_p]


def entropy_by_logaddexp(logits, targets):
    total = np.logaddexp.reduce(logits, axis=1)
    steps, examples = np.indices(targets.shape)
    d = np.exp(logits - total[:, None])
    d[steps, targets, examples] -= 1
    return np.sum(total - logits[steps, targets, examples]), d


def entropy_by_steps(logits, targets):
    parts = [entropy_by_loop(logits[t:t + 1], targets[t:t + 1]) for t in range(len(logits))]
    return sum(loss for loss, _ in parts), [d[0] for _, d in parts]


def step_by_hand(model, X, targets, lr, max_norm):
    loss, grads = model.loss_and_gradients(X, targets, loss=softmax_cross_entropy)
    names = ["Wx", "Wh", "b", "Wy", "c"]
    norm = np.sqrt(sum((grads[name] ** 2).sum() for name in names))
    factor = max_norm / norm if norm > max_norm else 1
    cell = model.cell
    cell.Wx = cell.Wx - lr * factor * grads["Wx"]
    cell.Wh = cell.Wh - lr * factor * grads["Wh"]
    cell.b = cell.b - lr * factor * grads["b"]
    model.Wy = model.Wy - lr * factor * grads["Wy"]
    model.c = model.c - lr * factor * grads["c"]
    return loss, norm


def step_in_place(model, X, targets, lr, max_norm, loss=softmax_cross_entropy):
    value, grads = model.loss_and_gradients(X, targets, loss=loss)
    grads.pop("h0")
    clipped, norm = clip_by_norm(grads, max_norm)
    for name, param in model.params.items():
        np.subtract(param, lr * clipped[name], out=param)
    return [value, norm, grads]


def sample_by_search(model, chars, prefix, length, temperature, rng):
    cell, h, written = model.cell, np.zeros((len(model.cell.Wh), 1)), []
    todo = [list(chars).index(char) for char in prefix]
    while len(written) < length:
        for x in todo:
            h = np.tanh(cell.Wx[:, [x]] + cell.Wh @ h + cell.b)
        p = softmax((model.Wy @ h + model.c) / temperature, axis=0).ravel()
        todo = [min(int(np.searchsorted(np.cumsum(p), rng.random())), len(chars) - 1)]
        written.append(chars[todo[0]])
    return "".join(written)


def sample_from_the_start(model, chars, prefix, length, temperature, rng):
    """Reads everything again for each character, and draws with Gumbel noise."""
    text = prefix
    for _ in range(length):
        X = np.eye(len(chars))[[chars.index(char) for char in text]][:, :, None]
        logits = model.forward(X)[0][-1, :, 0] / temperature
        text += chars[int(np.argmax(logits + rng.gumbel(size=len(chars))))]
    return text[len(prefix):]


def sample_by_multinomial(model, chars, prefix, length, temperature, rng):
    h, cell, text = np.zeros((model.cell.Wh.shape[0], 1)), model.cell, ""
    for char in prefix:
        h = np.tanh(cell.Wx @ np.eye(len(chars))[:, [chars.index(char)]] + cell.Wh @ h + cell.b)
    for _ in range(length):
        p = softmax((model.Wy @ h + model.c).ravel() / temperature, axis=0)
        x = rng.multinomial(1, p)
        text += chars[int(np.argmax(x))]
        h = np.tanh(cell.Wx @ x[:, None] + cell.Wh @ h + cell.b)
    return text


def entropy_in_float32(logits, targets):
    z = logits.astype(np.float32)
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    d, right = np.exp(log_p), targets[:, None, :]
    np.put_along_axis(d, right, np.take_along_axis(d, right, axis=1) - 1, axis=1)
    return -np.take_along_axis(log_p, right, axis=1).sum(), d


def sample_by_powers(model, chars, prefix, length, temperature, rng):
    """p to the power 1 / T, normalised, which is softmax(logits / T)."""
    h, cell, text = np.zeros((len(model.cell.Wh), 1)), model.cell, []
    for n in range(len(prefix) + length):
        char = prefix[n] if n < len(prefix) else text[-1]
        h = np.tanh(cell.Wx[:, [chars.index(char)]] + cell.Wh @ h + cell.b)
        if n >= len(prefix) - 1 and len(text) < length:
            p = softmax(model.Wy @ h + model.c, axis=0)[:, 0] ** (1 / temperature)
            text.append(chars[rng.choice(len(chars), p=p / p.sum())])
    return "".join(text)


class Holder:
    def entropy(self, logits, targets, scale=1.0):
        loss, dlogits = entropy_by_einsum(logits, targets)
        return scale * loss, scale * dlogits


def vocabulary_of_a_dict(text):
    index_of = {char: i for i, char in enumerate(sorted(dict.fromkeys(text)))}
    return np.array(list(index_of)), index_of


def step_from_parts(model, X, targets, lr, max_norm):
    h_states, caches = rnn_forward(model.cell, X)
    loss, dlogits = softmax_cross_entropy(many_to_many(h_states, model.Wy, model.c), targets)
    dWy, dc, dh = readout_backward(dlogits, h_states, model.Wy)
    grads = dict(zip(("Wx", "Wh", "b"), rnn_backward(model.cell, dh, caches), strict=False)) | {"Wy": dWy, "c": dc}
    norm = global_norm(grads)
    for owner, names in ((model.cell, ("Wx", "Wh", "b")), (model, ("Wy", "c"))):
        for name in names:
            setattr(owner, name, getattr(owner, name) - lr * grads[name] / max(1, norm / max_norm))
    return np.array(loss), norm


def step_with_columns(model, X, targets, lr, max_norm):
    """The characters are counted where they are read: X is (T, V, B)."""
    T, V, B = X.shape
    h_states, caches = rnn_forward(model.cell, X)
    logits = many_to_many(h_states, model.Wy, model.c)
    wanted = np.eye(V)[targets].transpose(0, 2, 1)
    p = softmax(logits, axis=1)
    dWy, dc, dh = readout_backward(p - wanted, h_states, model.Wy)
    dWx, dWh, db, _ = rnn_backward(model.cell, dh, caches)
    norm = np.sqrt(sum((g**2).sum() for g in (dWx, dWh, db, dWy, dc)))
    for name, g in zip(("Wx", "Wh", "b", "Wy", "c"), (dWx, dWh, db, dWy, dc), strict=True):
        model.params[name][...] -= lr * min(1, max_norm / norm) * g
    return -np.log((p * wanted).sum(axis=1)).sum(), norm


RIGHT = {
    "build_vocabulary": [vocabulary_by_loop, vocabulary_of_tuples, vocabulary_of_a_dict],
    "one_hot": [one_hot_by_loop, one_hot_by_comparison, one_hot_as_a_list],
    "softmax_cross_entropy": [entropy_by_loop, entropy_by_einsum, entropy_by_rows, entropy_by_logaddexp,
                              entropy_by_steps,
                              Holder().entropy, entropy_in_float32],
    "train_step_characters": [step_by_hand, step_in_place, step_from_parts, step_with_columns],
    "sample": [sample_by_search, sample_from_the_start, sample_by_multinomial, sample_by_powers],
}


@each_right_way(RIGHT)
def test_right_ways_earn_everything(name, function, seeds):
    all_right(name, function, seeds)


def test_enough_right_ways():
    assert enough("05", RIGHT)


# wrong ways


def sampler(probabilities=lambda logits, temperature: softmax(logits / temperature, axis=0), order=lambda chars: chars,
            read=lambda prefix: prefix):
    """A sampler of which a part is wrong."""

    def function(model, chars, prefix, length, temperature, rng):
        chars, cell, h, text = order(chars), model.cell, np.zeros((len(model.cell.Wh), 1)), ""
        for char in read(prefix):
            h = np.tanh(cell.Wx[:, [chars.index(char)]] + cell.Wh @ h + cell.b)
        known, after = {}, {}  # a state that comes again is not computed again
        for _ in range(length):
            if (state := h.tobytes()) not in known:
                known[state] = np.cumsum(probabilities((model.Wy @ h + model.c)[:, 0], temperature))
            x = min(int(known[state].searchsorted(rng.random() * known[state][-1], side="right")), len(chars) - 1)
            text += chars[x]
            if (state, x) not in after:
                after[state, x] = np.tanh(cell.Wx[:, [x]] + cell.Wh @ h + cell.b)
            h = after[state, x]
        return text

    return function


def top_k(k):
    def probabilities(logits, temperature):
        p = softmax(logits / temperature, axis=0)
        return np.where(p >= np.sort(p)[-min(k, len(p))], p, 0)

    return sampler(probabilities)


def top_p(least):
    def probabilities(logits, temperature):
        p = softmax(logits / temperature, axis=0)
        order = np.argsort(-p)
        p[order[np.searchsorted(np.cumsum(p[order]), least) + 1:]] = 0
        return p

    return sampler(probabilities)


def at_another_temperature(change):
    return sampler(lambda logits, temperature: softmax(logits / change(temperature), axis=0))


def with_rare_ones_dropped(logits, temperature):
    p = softmax(logits / temperature, axis=0)
    return np.where(p < 0.05, 0, p)


def moved_up(logits, temperature):
    return np.roll(softmax(logits / temperature, axis=0), 1)


def sorts_its_chars(model, chars, prefix, length, temperature, rng):
    text = sampler()(model, list(chars), prefix, length, temperature, rng)
    chars.sort()
    return text


def entropy_shifted_by_the_mean(logits, targets):
    z = logits - logits.mean(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -np.take_along_axis(log_p, targets[:, None],
                               axis=1).sum(), np.exp(log_p) - np.eye(logits.shape[1])[targets].transpose(0, 2, 1)


def sample_in_a_tuple(*args):
    return (sampler()(*args),)


WRONG = {
    "build_vocabulary": [
        (lambda text: sorted(set(text)), 0.5), (lambda text: (sorted(set(text), key=text.count), {}), 0),
        (lambda text: (sorted(set(text)), {i: char for i, char in enumerate(sorted(set(text)))}), 0.75),
        (lambda text: (sorted(set(text)), {char: i + 0.5 for i, char in enumerate(sorted(set(text)))}), 0.75)],
    "one_hot": [
        (lambda indices, size: np.eye(size)[indices].reshape(len(indices), size), 0.75),
        (lambda indices, size: np.eye(size)[indices.reshape(-1)][:, :, None], 0.875),
        (lambda indices, size: (np.eye(size)[indices][:, :, None],), 0.875)],
    "softmax_cross_entropy": [
        (entropy_shifted_by_the_mean, 4.75), (lambda *args: entropy_by_loop(*args)[::-1], 4.75),
        (lambda *args: entropy_by_loop(*args)[0], 1.375)],
    "train_step_characters": [(lambda *args: step_by_hand(*args)[::-1], 1.75),
                              (lambda *args: step_by_hand(*args)[0], 1.5)],
    "sample": [
        *((top_k(k), 2) for k in (3, 5, 6, 7, 8, 9)), *((top_p(least), 2) for least in (0.8, 0.9, 0.95)),
        (sampler(with_rare_ones_dropped), 2), (at_another_temperature(lambda T: T + 0.1), 2),
        (at_another_temperature(lambda T: min(T, 2)), 2), (at_another_temperature(np.sqrt), 2),
        (at_another_temperature(lambda T: max(T, 0.5)), 2), (at_another_temperature(lambda T: 1), 2),
        (sampler(moved_up), 0.25),
        (sampler(order=sorted), 0.25), (sampler(read=dict.fromkeys), 2.0), (sorts_its_chars, 2.75),
        (sample_in_a_tuple, 2.75)],
}


@each_wrong_way(WRONG)
def test_what_wrong_ways_earn(name, function, points):
    earns(name, function, points)


def advice(name, function):
    found = verdict(name, function)
    assert found.points < EXERCISES[name].points
    return found, " ".join(found.advice)


def test_an_unknown_mistake_is_not_guessed():
    def strange(logits, targets):
        loss, dlogits = softmax_cross_entropy_copy(logits, targets)
        return loss + 0.123, dlogits

    found, text = advice("softmax_cross_entropy", strange)
    assert found.mistakes == [] and "loss" in text and "expected" in text


def softmax_cross_entropy_copy(logits, targets):
    return entropy_by_einsum(logits, targets)


def test_two_independent_mistakes_are_both_named():
    def both(logits, targets):
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        steps, examples = np.indices(targets.shape)
        loss = -np.mean(np.log(p[steps, targets, examples]))
        p[steps, targets, examples] -= 1
        return loss, p

    assert set(advice("softmax_cross_entropy", both)[0].mistakes) == {"loss-averaged", "overflow", "log-of-zero"}


def test_two_factors_are_both_named():
    def both(logits, targets):
        loss, dlogits = softmax_cross_entropy_copy(logits, targets)
        return -loss / len(targets), dlogits

    assert advice("softmax_cross_entropy", both)[0].mistakes == ["loss-negative", "loss-averaged-over-time"]


@pytest.mark.parametrize(("alone", "names"), [
    (False, {"loss-after-the-update", "norm-after-clipping"}),
    (True, {"clipped-separately", "steps-divided-over-time"})])
def test_two_mistakes_that_show_in_different_cases(alone, names):
    """One of them shows only where something is clipped."""
    def step(model, X, targets, lr, max_norm):
        loss, grads = model.loss_and_gradients(X, targets, loss=softmax_cross_entropy)
        clipped, norm = clip_by_norm({name: grads[name] for name in model.params}, max_norm)
        for name, p in model.params.items():
            p -= lr / len(X) * clip_by_norm({name: grads[name]}, max_norm)[0][name] if alone else lr * clipped[name]
        return (loss, norm) if alone else (model.loss(X, targets, loss=softmax_cross_entropy), min(norm, max_norm))

    assert set(advice("train_step_characters", step)[0].mistakes) == names


def test_the_loss_after_a_step_that_is_too_small():
    def step(model, X, targets, lr, max_norm):
        _, norm = step_by_hand(model, X, targets, lr / X.shape[2], max_norm)
        return model.loss(X, targets, loss=softmax_cross_entropy), norm

    assert set(verdict("train_step_characters", step).mistakes) == {
        "loss-after-the-update", "steps-divided-over-the-batch"}


def test_what_is_not_clipped_at_all_is_not_said_to_be_clipped_too_late():
    def step(model, X, targets, lr, max_norm):
        loss, grads = model.loss_and_gradients(X, targets, loss=softmax_cross_entropy)
        for name, p in model.params.items():
            p -= lr * grads[name]
        return loss, global_norm({name: grads[name] for name in model.params})

    assert verdict("train_step_characters", step).mistakes == ["not-clipped"]


def of_states(read=lambda drawn, likeliest: [drawn], bias=1):
    """A sampler that goes on from what `read` gives of (the character drawn, the likeliest one)."""
    def sampler(model, chars, prefix, length, temperature, rng):
        h, text = np.zeros((len(model.cell.Wh), 1)), ""

        def reads(word):
            return rnn_forward(model.cell, np.eye(len(chars))[[chars.index(c) for c in word]][:, :, None], h)[0][-1]

        h = reads(prefix)
        for _ in range(length):
            p = softmax((model.Wy @ h + bias * model.c)[:, 0] / temperature, axis=0)
            text += chars[rng.choice(len(chars), p=p)]
            if word := read(text[-1], chars[p.argmax()]):
                h = reads(word)
        return text

    return sampler


@pytest.mark.parametrize(("function", "name"), [
    (of_states(lambda drawn, likeliest: [likeliest]), "likeliest-read"),
    (of_states(lambda drawn, likeliest: []), "state-stays"), (of_states(bias=0), "c-missing")])
def test_what_is_read_after_a_draw_is_seen(function, name):
    assert verdict("sample", of_states(), 2).points == EXERCISES["sample"].points
    for seed in (2, 3):  # without a time limit: it draws slowly, and the machine may be busy
        assert verdict("sample", function, seed).mistakes == [name]


def test_clipped_probabilities_are_recognised_whatever_the_eps():
    for eps in (1e-15, 1e-12, 1e-9, 1e-7):
        def capped(logits, targets, eps=eps):
            p = softmax(logits, axis=1)
            one_hot = np.eye(logits.shape[1])[targets].transpose(0, 2, 1)
            return -np.sum(one_hot * np.log(np.clip(p, eps, 1))), p - one_hot

        assert advice("softmax_cross_entropy", capped)[0].mistakes == ["log-of-p-plus-eps"]


def test_a_set_has_no_order():
    assert "no order" in advice("build_vocabulary", lambda text: (set(text), {char: 0 for char in text}))[1]


def test_a_string_of_characters_is_no_crime():
    assert verdict("build_vocabulary", lambda text: ("".join(sorted(set(text))),
                                                     {c: i for i, c in enumerate(sorted(set(text)))})).status == "right"


@pytest.mark.parametrize("seeds", [range(10), pytest.param(range(10, 100), marks=pytest.mark.slow)])
def test_no_text_asked_for_is_a_blind_guess(seeds):
    for seed in seeds:
        values = Yardstick(EXERCISES["sample"], EXERCISES["sample"].inputs(seed)).expected
        for case in ("a clear text", "a prefix of one character", "temperature 0.001"):
            assert len(set(str(values[f"{case}/text"]))) >= 3, (seed, case)


def test_numbers_are_no_text():
    assert "expected a str" in advice("sample", lambda model, chars, prefix, length, temperature, rng: 7)[1]


def test_errors_come_with_the_learners_line():
    def broken(model, X, targets, lr, max_norm):
        return model.loss_and_gradients(X, targets.missing)

    assert "AttributeError" in advice("train_step_characters", broken)[1]


@pytest.mark.parametrize("name",
                         ["build_vocabulary", "one_hot", "softmax_cross_entropy", "train_step_characters", "sample"])
def test_not_attempted(name):
    def stub(*args, **kwargs):
        raise NotImplementedError()

    found = verdict(name, stub)
    assert found.status == "not attempted" and found.points == 0


@pytest.mark.parametrize("kind", ["generator", pytest.param("", marks=pytest.mark.slow)])
def test_the_check_leaves_shared_generators_alone(kind):
    before = np.random.get_state()[1].tobytes(), random.getstate()
    exercise, inputs = EXERCISES["sample"], yardstick("sample", 0).inputs
    for number, fit in enumerate(fit for fit in slips("sample") if kind in called("sample", fit)[0]):
        program = exercise.family.program(fit)
        observe(exercise, program, inputs.copy())
        if number < 4:  # and what is tried to name a mistake
            verdict("sample", program)
    assert (np.random.get_state()[1].tobytes(), random.getstate()) == before


def test_no_character_is_none():
    def draws_first(model, chars, prefix, length, temperature, rng):
        h, text, new = None, "", prefix
        while not text or len(text) < length:
            X = np.eye(len(chars))[[chars.index(char) for char in new]][:, :, None]
            h = rnn_forward(model.cell, X, h)[0][-1]
            p = softmax((model.Wy @ h + model.c) / temperature, axis=0)[:, 0]
            new = chars[rng.choice(len(chars), p=p)]
            text += new
        return text

    found = verdict("sample", draws_first)
    assert 0 < found.points < 3 and found.mistakes == ["one-for-none"], found.advice

    def fails(model, chars, prefix, length, temperature, rng):
        return "".join(chars[n + prefix] for n in range(length))

    assert "It works on" not in " ".join(verdict("sample", fails).advice)


def test_an_overflow_and_a_prefix_that_is_not_read_are_both_named():
    def from_the_last(model, chars, prefix, length, temperature, rng):
        h, text, new = None, "", prefix[-1]
        for _ in range(length):
            h = rnn_forward(model.cell, np.eye(len(chars))[[chars.index(new)]][:, :, None], h)[0][-1]
            weights = np.exp((model.Wy @ h + model.c) / temperature)[:, 0]
            new = chars[rng.choice(len(chars), p=weights / weights.sum())]
            text += new
        return text

    assert set(verdict("sample", from_the_last).mistakes) == {"overflow", "prefix-not-read"}


@pytest.mark.parametrize(("of_loss", "of_gradient", "names"), [
    (lambda a: a[:-1], lambda y: y, ["log-p-target-last-step-missing"]),
    (lambda a: a, lambda y: np.repeat(y[..., :1], y.shape[2], 2), ["one_hot-target-first-example-everywhere"]),
    (lambda a: a[:-1], lambda y: -y, ["log-p-target-last-step-missing", "one_hot-target-sign"])])
def test_what_becomes_of_the_targets_in_one_output_alone(of_loss, of_gradient, names):
    def answer(logits, targets):
        p = softmax(logits, axis=1)
        y = np.moveaxis(np.eye(logits.shape[1])[targets], 2, 1)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return of_loss(-(log_p * y).sum(axis=1)).sum(), p - of_gradient(y)

    assert sorted(verdict("softmax_cross_entropy", answer).mistakes) == names


@pytest.mark.parametrize(("name", "gradient"), [
    ("gradient-of-log-p", lambda p, logits, y: np.log(p) - y), ("gradient-of-logits", lambda p, logits, y: logits - y),
    ("one-hot-alone", lambda p, logits, y: -y)])
def test_a_gradient_of_what_is_not_p(name, gradient):
    def answer(logits, targets):
        p, y = softmax(logits, axis=1), np.moveaxis(np.eye(logits.shape[1])[targets], 2, 1)
        return entropy_by_loop(logits, targets)[0], gradient(np.maximum(p, 1e-300), logits, y)

    for seed in range(2):
        found = verdict("softmax_cross_entropy", answer, seed)
        assert found.mistakes == [name], found.advice


@pytest.mark.parametrize(("name", "p_of"), [
    ("not-divided-by-the-sum", lambda z: np.exp(z - z.max(axis=1, keepdims=True))),
    ("sigmoid-for-softmax", lambda z: 1 / (1 + np.exp(-z)))])
def test_probabilities_that_do_not_sum_to_one(name, p_of):
    def answer(logits, targets):
        p, y = p_of(logits), np.moveaxis(np.eye(logits.shape[1])[targets], 2, 1)
        return -np.log(p[y == 1]).sum(), p - y

    for seed in range(2):
        assert verdict("softmax_cross_entropy", answer, seed).mistakes == ["log-of-zero", name]
