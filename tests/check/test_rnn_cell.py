"""The checks of notebook 1: every right way passes, wrong ways are called by their name or by where they depart."""

from collections import namedtuple
from types import SimpleNamespace

import numpy as np

from rnn_helpers.check import EXERCISES
from tests.check.trying import all_right, each_right_way, enough, verdict

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
    columns = [np.tanh(cell.Wx @ x + cell.Wh @ h + cell.b.ravel()) for x, h in zip(x_t.T, h_prev.T)]
    h_t = np.array(columns).T
    return h_t, [x_t, h_prev, h_t]


def in_a_buffer(cell, x_t, h_prev):
    buffer = np.empty((len(cell.Wh), x_t.shape[1]), x_t.dtype)
    np.matmul(cell.Wx, x_t, out=buffer)
    buffer += cell.Wh @ h_prev
    buffer += cell.b
    return np.tanh(buffer, out=buffer), (x_t.copy(), h_prev.copy(), buffer)


def tanh_by_exp(cell, x_t, h_prev):
    z = cell.Wx @ x_t + cell.Wh @ h_prev + cell.b
    h_t = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
    return h_t, namedtuple("Cache", "x_t h_prev h_t")(x_t, h_prev, h_t)


def as_rows(cell, x_t, h_prev):
    return np.tanh(x_t.T @ cell.Wx.T + h_prev.T @ cell.Wh.T + cell.b.T).T, (cell, (x_t, h_prev), cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)


def single_precision(cell, x_t, h_prev):
    x_t, h_prev = np.float32(x_t), np.float32(h_prev)
    return plain(cell, x_t, h_prev)[0].astype(np.float32), (x_t, h_prev, plain(cell, x_t, h_prev)[0].astype(np.float32))


def as_lists(cell, x_t, h_prev):
    h_t, cache = plain(cell, x_t, h_prev)
    return h_t.tolist(), cache


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
    "rnn_cell_forward": [plain, with_dot_and_a_dict, with_einsum_and_an_object, one_big_product, an_example_at_a_time, in_a_buffer,
                         tanh_by_exp, as_rows, single_precision, as_lists, Layer().forward],
    "readout": [lambda h_t, Wy, c: Wy @ h_t + c, lambda h_t, Wy, c: np.einsum("oh,hb->ob", Wy, h_t) + c,
                lambda h_t, Wy, c: (np.float32(Wy) @ np.float32(h_t) + np.float32(c)).tolist(), readout_by_rows, readout_by_loops, readout_in_place],
}


@each_right_way(RIGHT)
def test_right_ways_earn_everything(name, function):
    all_right(name, function)


def test_enough_right_ways():
    assert enough("01", RIGHT)


# --- wrong ways ---


def test_an_unknown_step_gets_the_first_departure():
    def odd(cell, x_t, h_prev):
        h_t, cache = plain(cell, x_t, h_prev)
        h_t[2] += 0.25
        return h_t, cache

    for seed in range(6):
        found = verdict("rnn_cell_forward", odd, seed)
        assert found.mistakes == [] and "h_t at row 2, column 0 is" in found.advice[0] and "expected" in found.advice[0]


def test_a_lost_cache_costs_its_points_only():
    found = verdict("rnn_cell_forward", lambda cell, x_t, h_prev: (plain(cell, x_t, h_prev)[0], None))
    assert found.status == "partly right" and found.points == EXERCISES["rnn_cell_forward"].points - 1


def test_one_value_where_two_are_asked():
    found = verdict("rnn_cell_forward", lambda cell, x_t, h_prev: plain(cell, x_t, h_prev)[0])
    assert found.points == 0 and "expected 2 values: h_t, cache" in found.advice[0]


def test_an_error_is_shown_with_the_learners_line():
    def order_of_factors(cell, x_t, h_prev):
        return np.tanh(x_t @ cell.Wx + h_prev @ cell.Wh + cell.b), None

    advice = verdict("rnn_cell_forward", order_of_factors).advice
    assert "ValueError" in advice[0] and "x_t @ cell.Wx" in advice[0] and "weights stand on the left" in advice[1]


def test_a_readout_for_single_examples_only():
    found = verdict("readout", lambda h_t, Wy, c: Wy @ h_t[:, :1] + c)
    assert found.points == 2 and "y_t has shape (3, 1), expected (3, 2)" in found.advice[0]


def test_a_flat_output_of_one_example_is_seen():
    found = verdict("readout", lambda h_t, Wy, c: (Wy @ h_t + c).squeeze())
    assert found.points == 2 and "y_t has shape (2,), expected (2, 1)" in found.advice[0]
