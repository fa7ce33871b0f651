"""The checks of notebook 2: every right way passes, wrong ways are called by their name or by where they depart."""

import numpy as np
import pytest

from rnn_helpers.cell import rnn_cell_forward
from rnn_helpers.readout import readout
from tests.check.trying import all_right, each_right_way, each_wrong_way, earns, enough, verdict

# --- the whole sequence: right ways ---


def first_state(cell, X, h0):
    return np.zeros((len(cell.Wh), len(X[0][0])), cell.Wh.dtype) if h0 is None else h0


def with_the_courses_step(cell, X, h0=None):
    h, states, caches = first_state(cell, X, h0), [], []
    for x_t in X:
        h, cache = rnn_cell_forward(cell, x_t, h)
        states.append(h)
        caches.append(cache)
    return states, caches


def in_arrays_made_once(cell, X, h0=None, activation=np.tanh):
    h = first_state(cell, X, h0)
    states = np.empty((len(X), *h.shape), h.dtype)
    before = np.empty_like(states)
    for t in range(len(X)):
        before[t] = h
        h = states[t] = activation(cell.Wx @ X[t] + cell.Wh @ h + cell.b)
    return states, [{"x": X[t], "before": before[t], "after": states[t]} for t in range(len(X))]


def inputs_in_one_product(cell, X, h0=None):
    Z = cell.Wx @ np.array(X) + cell.b
    h, states, steps = first_state(cell, X, h0), [], {}
    for t, z in enumerate(Z):
        h_prev, h = h, np.tanh(z + cell.Wh @ h)
        states.append(h)
        steps[t] = (X[t], h_prev, h)
    return np.stack(states), steps, "more than was asked for"


def with_einsum(cell, X, h0=None):
    U = np.einsum("hd,tdb->thb", cell.Wx, np.array(X)) + cell.b
    states = [first_state(cell, X, h0)]
    for u in U:
        states.append(np.tanh(u + np.einsum("hk,kb->hb", cell.Wh, states[-1])))
    return tuple(states[1:]), tuple(zip(X, states[:-1], states[1:], strict=True))


def recursive(cell, X, h0=None):
    if len(X) == 0:
        return [], []
    h_t = np.tanh(cell.Wx @ X[0] + cell.Wh @ (h0 := first_state(cell, X, h0)) + cell.b)
    states, caches = recursive(cell, X[1:], h_t)
    return [h_t, *states], [[X[0], h0, h_t], *caches]


def in_a_buffer(cell, X, h0=None):
    states, caches = [], []
    h = np.array(first_state(cell, X, h0))
    for x_t in X:
        before = h.copy()
        h[:] = np.tanh(cell.Wx @ x_t + cell.Wh @ before + cell.b)
        states.append(h.copy())
        caches.append((x_t, before, cell.Wx @ x_t + cell.Wh @ before + cell.b))
    return np.array(states), caches


def single_precision(cell, X, h0=None):
    states, caches = with_the_courses_step(cell, X, h0)
    return np.array(states, np.float32), [tuple(np.float32(part) for part in cache) for cache in caches]


class Network:
    def __init__(self):
        self.last = None

    def run(self, cell, X, h0=None):
        states, caches = with_the_courses_step(cell, X, h0)
        self.last = states[-1]
        return np.array(states), caches


# --- the readouts and the count: right ways ---


def every_output_in_one_array(h_states, Wy, c):
    Y = np.zeros((len(h_states), len(Wy), np.shape(h_states[0])[1]))
    for t, h_t in enumerate(h_states):
        Y[t] = readout(h_t, Wy, c)
    return Y


def glued_and_split(h_states, Wy, c):
    Y = Wy @ np.concatenate(list(h_states), axis=1) + c
    return np.split(Y, len(h_states), axis=1), "more than was asked for"


class Head:
    def many(self, h_states, Wy, c, scale=1):
        return scale * (Wy @ np.asarray(h_states) + c)

    def one(self, h_states, Wy, c, t=-1):
        return (np.float32(Wy) @ np.float32(h_states[t]) + np.float32(c)).tolist()


def last_of_many(h_states, Wy, c):
    for h_t in h_states:
        y = readout(h_t, Wy, c)
    return y, "more than was asked for"


def in_place(h_states, Wy, c):
    y = Wy.dot(h_states[len(h_states) - 1])
    y += c
    return y


def by_shapes(D, H, O):
    shapes = {"Wx": (H, D), "Wh": (H, H), "b": (H, 1), "Wy": (O, H), "c": (O, 1)}
    return sum(int(np.prod(shape)) for shape in shapes.values())


class Counter:
    def count(self, D, H, O, biases=1):
        return np.int64(H * (D + H + biases) + O * (H + biases))


RIGHT = {
    "rnn_forward": [with_the_courses_step, in_arrays_made_once, inputs_in_one_product, with_einsum, recursive,
                    in_a_buffer, single_precision,
                    Network().run],
    "many_to_many": [lambda h, Wy, c: [Wy @ h_t + c for h_t in h],
                     lambda h, Wy, c: np.einsum("oh,thb->tob", Wy, np.array(h)) + c,
                     every_output_in_one_array, glued_and_split, Head().many],
    "many_to_one": [lambda h, Wy, c: Wy @ h[-1] + c, lambda h, Wy, c: np.einsum("oh,hb->ob", Wy, h[-1]) + c,
                    last_of_many, in_place, Head().one],
    "count_parameters": [lambda D, H, O: H * D + H * H + H + O * H + O,
                         lambda D, H, O: np.array((D + H + 1) * H + (H + 1) * O), by_shapes,
                         Counter().count],
}


@each_right_way(RIGHT)
def test_right_ways_earn_everything(name, function, seeds):
    all_right(name, function, seeds)


def test_enough_right_ways():
    assert enough("02", RIGHT)


# --- wrong ways ---

def only_the_states(cell, X, h0=None):
    return with_the_courses_step(cell, X, h0)[0]


def stored_before_the_step(cell, X, h0=None):
    states, caches = with_the_courses_step(cell, X, h0)
    return [first_state(cell, X, h0), *states[:-1]], caches


def goes_on_where_it_was(cell, X, h0=None):
    """Starts from the last state of the call before when no h0 is given."""
    states, caches = with_the_courses_step(cell, X, getattr(cell, "state", None) if h0 is None else h0)
    cell.state = states[-1]
    return states, caches


def flat_states_of_one_sequence(cell, X, h0=None):
    states, caches = with_the_courses_step(cell, X, h0)
    return np.array(states).squeeze(), caches


def list_reversed(cell, X, h0=None):
    result = with_the_courses_step(cell, X, h0)
    if isinstance(X, list):
        X.reverse()
    return result


def last_state_first(cell, X, h0=None):
    states, caches = with_the_courses_step(cell, X, h0)
    return states[-1], states, caches


def six_steps_at_most(cell, X, h0=None):
    states, caches = with_the_courses_step(cell, X[:6], h0)
    return [*states, *[states[-1]] * (len(X) - 6)], [*caches, *[caches[-1]] * (len(X) - 6)]


def with_exp(cell, X, h0=None):
    return in_arrays_made_once(cell, X, h0, lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)))


WRONG = {
    "rnn_forward": [(only_the_states, 6.5), (stored_before_the_step, 0.5), (goes_on_where_it_was, 7.25),
                    (flat_states_of_one_sequence, 7.5),
                    (list_reversed, 7.5), (last_state_first, 7.5), (six_steps_at_most, 0.5), (with_exp, 7.25),
                    (lambda cell, X, h0=None: with_the_courses_step(cell, X, h0)[::-1], 7.5),
                    (lambda cell, X, h0=None: with_the_courses_step(cell, np.reshape(X, X.shape), h0), 7.25)],
    "many_to_many": [(lambda h, Wy, c: (np.array([Wy @ h_t + c for h_t in h]),), 2.75),
                     (lambda h, Wy, c: np.zeros((h.shape[0], 1, 1)) + Wy @ h + c, 2.75),
                     (lambda h, Wy, c: np.array([Wy @ h_t + c for h_t in h]).squeeze(), 2.25)],
    "many_to_one": [(lambda h, Wy, c: (Wy @ h[-1] + c,), 1.75),
                    (lambda h, Wy, c: Wy @ h.pop() + c if isinstance(h, list) else Wy @ h[-1] + c, 1.75),
                    (lambda h, Wy, c: (Wy @ h[-1] + c).squeeze(), 1.25)],
    "count_parameters": [(lambda D, H, O: float((D + H + 1) * H + (H + 1) * O), 1.5),
                         (lambda D, H, O: ((D + H + 1) * H + (H + 1) * O,), 1.5),
                         (lambda D, H, O: np.array([(D + H + 1) * H + (H + 1) * O]), 1.5), (lambda D, H, O: 7 * H, 0)],
}


@each_wrong_way(WRONG)
def test_what_wrong_ways_earn(name, function, points):
    earns(name, function, points)


def test_what_stands_in_the_wrong_place_was_not_overwritten():
    def before(cell, X, h0=None):
        states, caches = with_the_courses_step(cell, X, h0)
        return [first_state(cell, X, h0) if h0 is None else h0, *states[:-1]], caches

    def from_the_end(cell, X, h0=None):
        states, caches = with_the_courses_step(cell, X, h0)
        return states[::-1], caches[::-1]

    assert verdict("rnn_forward", before).mistakes == ["states-before-the-step"]
    assert verdict("rnn_forward", from_the_end).mistakes == ["h_states-in-reverse", "caches-in-reverse"]


def test_caches_that_are_at_their_places_are_not_in_reverse():
    def backwards(cell, X, h0=None):
        h, found = np.zeros((len(cell.Wh), np.shape(X[0])[-1])) if h0 is None else h0, [None] * len(X)
        for t in reversed(range(len(X))):
            h, cache = rnn_cell_forward(cell, X[t], h)
            found[t] = h, cache
        return np.array([h for h, _ in found]), [cache for _, cache in found]

    for seed in (0, 3):
        assert verdict("rnn_forward", backwards, seed).mistakes == ["backwards"]


def test_one_cache_for_all_steps_is_no_reversed_order():
    def multiplied(cell, X, h0=None):
        h, h_states = np.zeros((len(cell.Wh), np.shape(X[0])[-1])) if h0 is None else h0, []
        for x_t in X:
            h, cache = rnn_cell_forward(cell, x_t, h)
            h_states.append(h)
        return np.array(h_states), [cache] * len(X)

    for seed in (0, 3):
        assert verdict("rnn_forward", multiplied, seed).mistakes == ["last-cache-at-every-step"]


def test_a_value_more_between_states_and_caches():
    def with_the_last_state(cell, X, h0=None):
        h, h_states, caches = np.zeros((len(cell.Wh), len(X[0].T))) if h0 is None else h0, [], []
        for x_t in X:
            h, cache = rnn_cell_forward(cell, x_t, h)
            h_states.append(h)
            caches.append(cache)
        return h_states, h, caches

    found = verdict("rnn_forward", with_the_last_state)
    assert "returned: h_states, ?, caches; expected: h_states, caches" in " ".join(found.advice)
    assert found.maximum - found.points == 0.5 and not found.mistakes


def test_an_unknown_loop_gets_the_first_departure():
    def odd(cell, X, h0=None):
        h, states, caches = first_state(cell, X, h0), [], []
        for t, x_t in enumerate(X):
            h_prev, h = h, rnn_cell_forward(cell, x_t, h)[0]
            h[1] *= 0.5 if t == 2 else 1
            states.append(h)
            caches.append((x_t, h_prev, h))
        return states, caches

    for seed in range(2):
        found = verdict("rnn_forward", odd, seed)
        assert found.mistakes == [] and "expected" in found.advice[0]
    assert "h_states at step 2, row 1, column 0 is" in found.advice[0]


def test_a_loop_without_h0_keeps_what_needs_none():
    found = verdict("rnn_forward", lambda cell, X: with_the_courses_step(cell, X))
    assert "cannot be called as asked" in found.advice[0] and 0 < found.points < 8
    assert "'one sequence from h0'" in " ".join(found.advice)


def test_a_loop_that_asks_whether_h0_is_true():
    def truth(cell, X, h0=None):
        return with_the_courses_step(cell, X, h0 if h0 else None)

    assert "if h0 is None" in " ".join(verdict("rnn_forward", truth).advice)


def test_the_parts_of_a_cache_have_an_order_unless_they_have_names():
    def swapped(cell, X, h0=None):
        states, caches = with_the_courses_step(cell, X, h0)
        return states, [(x_t, h_t, h_prev) for x_t, h_prev, h_t in caches]

    def named(cell, X, h0=None):
        states, caches = swapped(cell, X, h0)
        return states, [{"x_t": x_t, "h_t": h_t, "h_prev": h_prev} for x_t, h_t, h_prev in caches]

    found = verdict("rnn_forward", swapped)
    assert found.mistakes == ["parts-of-the-caches-in-another-order"] and found.points == 7
    assert verdict("rnn_forward", named).points == 8


def test_one_cache_for_all_steps():
    def last_cache(cell, X, h0=None):
        states, caches = with_the_courses_step(cell, X, h0)
        return states, [caches[-1]]

    found = verdict("rnn_forward", last_cache)
    assert "not a list of one cache for each step" in found.advice[0] and 0 < found.points < 8


def test_h0_among_the_states_and_one_cache_for_all_steps():
    def both(cell, X, h0=None):
        states, caches = with_the_courses_step(cell, X, h0)
        return [first_state(cell, X, h0), *states], caches[-1]

    for seed in range(2):
        found = verdict("rnn_forward", both, seed)
        assert found.mistakes == ["h0-among-the-states", "caches-not-one-for-each-step"]


def test_an_h0_that_is_asked_for_at_every_step():
    def loop(before):
        def forward(cell, X, h0=None):
            h = start = first_state(cell, X, h0)
            states, caches = [], []
            for x_t in X:
                h, cache = rnn_cell_forward(cell, x_t, before(h, h0, start))
                states.append(h)
                caches.append(cache)
            return states, caches

        return forward

    for seed in range(2):
        zeros = verdict("rnn_forward", loop(lambda h, h0, start: start if h0 is None else h), seed)
        given = verdict("rnn_forward", loop(lambda h, h0, start: h if h0 is None else h0), seed)
        assert zeros.mistakes == ["zeros-at-every-step"] and given.mistakes == ["h0-at-every-step"]


def test_a_sum_that_goes_on_over_the_steps():
    def loop(bias_too):
        def forward(cell, X, h0=None):
            h, total, states, caches = first_state(cell, X, h0), 0, [], []
            for x_t in X:
                total = total + cell.Wx @ x_t + cell.Wh @ h + bias_too * cell.b
                h_prev, h = h, np.tanh(total + (not bias_too) * cell.b)
                states.append(h)
                caches.append((x_t, h_prev, h))
            return states, caches

        return forward

    for seed in range(2):
        for bias_too in (True, False):
            assert verdict("rnn_forward", loop(bias_too), seed).mistakes == ["sum-not-reset"]


@pytest.mark.parametrize(("name", "squash"), [("sigmoid-on-the-output", lambda y: 1 / (1 + np.exp(-y))),
                                              ("relu-on-the-output", lambda y: np.maximum(y, 0))])
def test_a_readout_that_is_not_linear(name, squash):
    for seed in range(2):
        found = verdict("many_to_many", lambda h, Wy, c: squash(Wy @ np.array(h) + c), seed)
        assert found.mistakes == [name] and "The readout is linear" in found.advice[0]


def test_a_cache_of_none_is_not_called_another_order():
    def one_short(cell, X, h0=None):
        states, caches = with_the_courses_step(cell, X, h0)
        return [*states[:-1], 0 * states[-1]], [*caches[:-1], None]

    advice = " ".join(verdict("rnn_forward", one_short).advice)
    assert "reverse" not in advice and "caches[6] is empty" in advice and "The last step is missing" in advice


def test_outputs_of_the_wrong_shape_keep_their_numbers():
    found = verdict("many_to_many", lambda h, Wy, c: np.concatenate([Wy @ h_t + c for h_t in h]))
    assert found.mistakes == ["steps-glued"] and found.points == 2.25
    assert verdict("many_to_one", lambda h, Wy, c: Wy @ h[-1:] + c).points == 0


def test_a_count_with_a_factor():
    found = verdict("count_parameters", lambda D, H, O: 7 * (H * D + H * H + H + O * H + O))
    assert found.mistakes == ["count-times-7"] and "7 times what is expected" in found.advice[0]
