"""The checks of notebook 1: every right way passes, wrong ways are called by their name or by where they depart."""

import functools
import math
from collections import namedtuple
from types import SimpleNamespace

import numpy as np
import pytest

from rnn_helpers.check import EXERCISES
from tests.check.trying import all_right, each_right_way, each_wrong_way, earns, enough, verdict

# --- one step: right ways ---


def plain(cell, x_t, h_prev):
    h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)
    return h_t, (x_t, h_prev, h_t)


def with_dot_and_a_dict(cell, x_t, h_prev):
    z_t = np.dot(cell.Wx, x_t) + np.dot(cell.Wh, h_prev) + cell.b
    return [np.tanh(z_t), {"x": x_t, "before": h_prev, "z": z_t}]


def with_einsum_and_an_object(cell, x_t, h_prev, keep=SimpleNamespace):
    z_t = np.einsum("hd,db->hb", cell.Wx, x_t) + np.einsum("hk,kb->hb", cell.Wh, h_prev) + cell.b
    h_t = np.tanh(z_t)
    return h_t, keep(slope=1 - h_t**2, x_t=x_t, state=[h_prev])


def one_big_product(cell, x_t, h_prev):
    W = np.hstack([cell.Wx, cell.Wh, cell.b])
    column = np.vstack([x_t, h_prev, np.ones((1, x_t.shape[1]))])
    h_t = np.tanh(W @ column)
    return h_t, (column, x_t, h_prev, h_t), "more than was asked for"


def an_example_at_a_time(cell, x_t, h_prev):
    columns = [np.tanh(cell.Wx @ x + cell.Wh @ h + cell.b.ravel()) for x, h in zip(x_t.T, h_prev.T, strict=True)]
    h_t = np.array(columns).T
    return h_t, [x_t, h_prev, h_t]


def in_a_buffer(cell, x_t, h_prev):
    buffer = np.empty((len(cell.Wh), x_t.shape[1]), x_t.dtype)
    np.matmul(cell.Wx, x_t, out=buffer)
    buffer += cell.Wh @ h_prev
    buffer += cell.b
    return np.tanh(buffer, out=buffer), (x_t.copy(), h_prev.copy(), buffer)


def tanh_by_one_exp(cell, x_t, h_prev):
    z = cell.Wx @ x_t + cell.Wh @ h_prev + cell.b
    h_t = 1 - 2 / (np.exp(2 * z) + 1)
    return h_t, namedtuple("Cache", "x_t h_prev h_t")(x_t, h_prev, h_t)


def as_rows(cell, x_t, h_prev):
    return np.tanh(x_t.T @ cell.Wx.T + h_prev.T @ cell.Wh.T
                   + cell.b.T).T, (cell, (x_t, h_prev), cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)


def single_precision(cell, x_t, h_prev):
    x_t, h_prev = np.float32(x_t), np.float32(h_prev)
    return plain(cell, x_t, h_prev)[0].astype(np.float32), (x_t, h_prev, plain(cell, x_t, h_prev)[0].astype(np.float32))


def as_lists(cell, x_t, h_prev):
    h_t, cache = plain(cell, x_t, h_prev)
    return h_t.tolist(), cache


def kept_in_stacked_rows(cell, x_t, h_prev):
    h_t = plain(cell, x_t, h_prev)[0]
    return h_t, np.vstack([x_t, h_prev, np.ones_like(x_t[:1]), h_t])


def kept_as_examples_in_rows(cell, x_t, h_prev):
    h_t = plain(cell, x_t, h_prev)[0]
    return h_t, {"rows": np.hstack([x_t.T, h_prev.T]), "states": np.stack([h_prev, h_t])}


def kept_in_a_closure(cell, x_t, h_prev):
    h_t = plain(cell, x_t, h_prev)[0]

    def back(dh_t):
        dz_t = dh_t * (1 - h_t**2)
        return dz_t @ x_t.T, dz_t @ h_prev.T

    return h_t, back


class Slots:
    __slots__ = ("x", "before", "after", "unset")

    def __init__(self, x, before, after):
        self.x, self.before, self.after = x, before, after


def kept_in_slots(cell, x_t, h_prev):
    h_t = plain(cell, x_t, h_prev)[0]
    return h_t, Slots(x_t, h_prev, h_t)


def kept_in_a_partial(cell, x_t, h_prev):
    h_t = plain(cell, x_t, h_prev)[0]
    return h_t, functools.partial(max, x_t, h_prev, key=h_t)


def kept_to_be_made_again(cell, x_t, h_prev):
    return plain(cell, x_t, h_prev)[0], (x_t, h_prev, cell.Wx, cell.Wh, cell.b)


def kept_as_lists(cell, x_t, h_prev):
    h_t = plain(cell, x_t, h_prev)[0]
    return h_t, [x_t.tolist(), h_prev.tolist(), h_t.tolist()]


class Layer:
    calls = 0

    def forward(self, cell, x_t, h_prev):
        self.calls += 1
        return plain(cell, x_t, h_prev)


# --- the readout: right ways ---


def readout_by_rows(h_t, Wy, c):
    return (h_t.T @ Wy.T + c.T).T


def readout_by_loops(h_t, Wy, c):
    y_t = np.zeros((len(Wy), h_t.shape[1]))
    for o in range(len(Wy)):
        for b in range(h_t.shape[1]):
            y_t[o, b] = sum(Wy[o] * h_t[:, b]) + c[o, 0]
    return y_t


def readout_in_place(h_t, Wy, c, scale=1.0):
    y_t = np.matmul(Wy, h_t)
    y_t += scale * c
    return y_t, "more than was asked for"


RIGHT = {
    "rnn_cell_forward": [plain, with_dot_and_a_dict, with_einsum_and_an_object, one_big_product, an_example_at_a_time,
                         in_a_buffer,
                         tanh_by_one_exp, as_rows, single_precision, as_lists, Layer().forward, kept_in_stacked_rows,
                         kept_as_examples_in_rows, kept_in_a_closure, kept_in_slots, kept_in_a_partial,
                         kept_to_be_made_again, kept_as_lists],
    "readout": [lambda h_t, Wy, c: Wy @ h_t + c, lambda h_t, Wy, c: np.einsum("oh,hb->ob", Wy, h_t) + c,
                lambda h_t, Wy, c: (np.float32(Wy) @ np.float32(h_t) + np.float32(c)).tolist(), readout_by_rows,
                readout_by_loops, readout_in_place],
}


@each_right_way(RIGHT)
def test_right_ways_earn_everything(name, function, seeds):
    all_right(name, function, seeds)


def test_enough_right_ways():
    assert enough("01", RIGHT)


# --- wrong ways ---

def tanh_by_exp(cell, x_t, h_prev):
    z = cell.Wx @ x_t + cell.Wh @ h_prev + cell.b
    h_t = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
    return h_t, (x_t, h_prev, h_t)


def its_own_state(cell, x_t, h_prev):
    """Reads the state that it kept on the cell, as long as that has the right shape."""
    before = getattr(cell, "kept", h_prev)
    cell.kept, cache = plain(cell, x_t, before if before.shape == h_prev.shape else h_prev)
    return cell.kept, cache


MADE = {}


def weights_stacked_once(cell, x_t, h_prev):
    W = MADE.setdefault(id(cell), (np.hstack([cell.Wx, cell.Wh, cell.b]), cell))[0]
    h_t = np.tanh(W @ np.vstack([x_t, h_prev, np.ones_like(x_t[:1])]))
    return h_t, (x_t, h_prev, h_t)


class Buffered:
    """Returns one array for all steps of a shape."""

    buffers = {}

    def forward(self, cell, x_t, h_prev):
        h_t, (x_t, h_prev, _) = plain(cell, x_t, h_prev.copy())
        buffer = self.buffers.setdefault(h_t.shape, np.empty_like(h_t))
        buffer[:] = h_t
        return buffer, (x_t, h_prev, h_t)


def squeezed(cell, x_t, h_prev):
    h_t, cache = plain(cell, x_t, h_prev)
    return h_t.squeeze(), cache


def first_example_for_all(cell, x_t, h_prev):
    h_t = np.repeat(plain(cell, x_t, h_prev)[0][:, :1], x_t.shape[1], axis=1)
    return h_t, (x_t, h_prev, h_t)


WRONG = {
    "rnn_cell_forward": [(tanh_by_exp, 6.5), (its_own_state, 6.5), (weights_stacked_once, 6.5),
                         (Buffered().forward, 5), (squeezed, 5),
                         (first_example_for_all, 5),
                         (lambda cell, x_t, h_prev: plain(cell, x_t, h_prev)[0], 5.5),
                         (lambda *args: plain(*args)[::-1], 6.5),
                         (lambda cell, x_t, h_prev: (plain(cell, x_t, h_prev)[0], (x_t, h_prev)), 6)],
    "readout": [(lambda h_t, Wy, c: (Wy @ h_t + c,), 2.5), (lambda h_t, Wy, c: (Wy @ h_t + c).squeeze(), 2),
                (lambda h_t, Wy, c: Wy @ h_t[:, :1] + c, 2)],
}


@each_wrong_way(WRONG)
def test_what_wrong_ways_earn(name, function, points):
    earns(name, function, points)



def test_an_unknown_step_gets_the_first_departure():
    def odd(cell, x_t, h_prev):
        h_t, cache = plain(cell, x_t, h_prev)
        h_t[2] += 0.25
        return h_t, cache

    for seed in range(6):
        found = verdict("rnn_cell_forward", odd, seed)
        assert found.mistakes == [] and "h_t at row 2, column 0 is" in found.advice[0] and "expected" in found.advice[0]


def of_the_sum(activation):
    def cell_forward(cell, x_t, h_prev):
        h_t = activation(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)
        return h_t, (x_t, h_prev, h_t)

    return cell_forward


@pytest.mark.parametrize("name, activation", {
    "half-the-sum": lambda z: (np.exp(z) - 1) / (np.exp(z) + 1),
    "twice-the-sum": lambda z: (np.exp(4 * z) - 1) / (np.exp(4 * z) + 1), "clip-for-tanh": lambda z: np.clip(z, -1, 1),
    "arctan-for-tanh": np.arctan, "softsign-for-tanh": lambda z: z / (1 + abs(z)),
    "sinh-for-tanh": lambda z: (np.exp(z) - np.exp(-z)) / 2, "erf-for-tanh": np.vectorize(math.erf)}.items())
def test_what_is_not_tanh_of_the_sum(name, activation):
    for seed in range(2):
        assert verdict("rnn_cell_forward", of_the_sum(activation), seed).mistakes == [name]


def column_after_column(cell, x_t, h_prev):
    h_t, h = np.empty_like(h_prev), h_prev[:, :1]
    for b in range(x_t.shape[1]):
        h = plain(cell, x_t[:, b : b + 1], h)[0]
        h_t[:, b : b + 1] = h
    return h_t, (x_t, h_prev, h_t)


def unit_after_unit(cell, x_t, h_prev):
    h_t = h_prev.copy()
    for j in range(len(h_t)):
        h_t[j] = np.tanh(cell.Wx[j] @ x_t + cell.Wh[j] @ h_t + cell.b[j])
    return h_t, (x_t, h_prev, h_t)


def bias_in_the_loop_over_inputs(cell, x_t, h_prev):
    z = cell.Wh @ h_prev
    for d in range(len(x_t)):
        z = z + cell.Wx[:, d : d + 1] * x_t[d] + cell.b
    return np.tanh(z), (x_t, h_prev, np.tanh(z))


@pytest.mark.parametrize("name, function", {
    "examples-as-steps": column_after_column, "units-in-place": unit_after_unit,
    "bias-at-each-product": bias_in_the_loop_over_inputs}.items())
def test_loops_that_go_too_far(name, function):
    for seed in range(2):
        assert verdict("rnn_cell_forward", function, seed).mistakes == [name]


def test_the_readouts_bias_inside_the_sum():
    def loops(h_t, Wy, c):
        return np.array([[sum(row[j] * h[j] + c_o for j in range(len(h))) for h in h_t.T]
                         for row, (c_o,) in zip(Wy, c, strict=True)])

    for seed in range(2):
        found = verdict("readout", loops, seed)
        assert found.mistakes == ["c-at-each-product"] and "H times" in found.advice[0]


def test_a_lost_cache_costs_its_points_only():
    found = verdict("rnn_cell_forward", lambda cell, x_t, h_prev: (plain(cell, x_t, h_prev)[0], None))
    assert found.status == "partly right" and found.points == EXERCISES["rnn_cell_forward"].points - 1


def test_one_value_where_two_are_asked():
    facets = verdict("rnn_cell_forward", lambda cell, x_t, h_prev: plain(cell, x_t, h_prev)[0]).facets
    assert any("returned: h_t; expected: h_t, cache" in facet.reason for facet in facets)
    assert "'missing', expected 'kept'" in facets[5].reason


def test_an_error_is_shown_with_the_learners_line():
    def order_of_factors(cell, x_t, h_prev):
        return np.tanh(x_t @ cell.Wx + h_prev @ cell.Wh + cell.b), None

    advice = verdict("rnn_cell_forward", order_of_factors).advice
    assert "ValueError" in advice[0] and "x_t @ cell.Wx" in advice[0] and "(2, 1) @ (5, 2)" in advice[0]


def test_a_readout_for_single_examples_only():
    found = verdict("readout", lambda h_t, Wy, c: Wy @ h_t[:, :1] + c)
    assert found.points == 2 and "the first example only" in found.advice[0]


def test_a_flat_output_of_one_example_is_seen():
    found = verdict("readout", lambda h_t, Wy, c: (Wy @ h_t + c).squeeze())
    assert found.points == 2 and "y_t has shape (2,), expected (2, 1)" in found.advice[0]


def test_something_between_the_state_and_the_cache():
    def three(cell, x_t, h_prev):
        h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)
        return h_t, np.exp(h_t), (h_t, h_prev, x_t)

    found = verdict("rnn_cell_forward", three)
    assert found.mistakes == [] and "returned: h_t, ?, cache; expected: h_t, cache" in found.advice[0], found.advice
