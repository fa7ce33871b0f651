"""One step, forward and back, against its definition and against central differences."""

import numpy as np
import pytest
from hypothesis import given

from rnn_helpers.cell import RNNCell, orthogonal, rnn_cell_backward, rnn_cell_forward
from rnn_helpers.gradcheck import numerical_gradient, relative_error
from tests.cases import draw, sizes, steady, straight_forward


@steady
@given(sizes)
def test_forward_is_the_equation(size):
    case = draw(**size)
    h_t, (x_t, h_prev, cached) = rnn_cell_forward(case.cell, case.X[0], case.h0)
    np.testing.assert_allclose(h_t, straight_forward(case.cell, case.X[:1], case.h0)[0], atol=1e-14)
    assert (x_t == case.X[0]).all() and (h_prev == case.h0).all() and cached is h_t


@steady
@given(sizes)
def test_backward_matches_central_differences(size):
    case = draw(**size)
    cell, x_t, h_prev, dh_t = case.cell, case.X[0], case.h0, case.dh[0]
    def loss():
        return float(np.sum(dh_t * rnn_cell_forward(cell, x_t, h_prev)[0]))
    gradients = rnn_cell_backward(cell, dh_t, rnn_cell_forward(cell, x_t, h_prev)[1])
    for gradient, param in zip(gradients, (cell.Wx, cell.Wh, cell.b, h_prev), strict=True):
        assert gradient.shape == param.shape
        assert relative_error(gradient, numerical_gradient(loss, param)) <= 1e-6


def test_methods_are_the_functions():
    case = draw()
    h_t, cache = case.cell.forward(case.X[0], case.h0)
    assert (h_t == rnn_cell_forward(case.cell, case.X[0], case.h0)[0]).all()
    for got, want in zip(case.cell.backward(case.dh[0], cache), rnn_cell_backward(case.cell, case.dh[0], cache),
                         strict=True):
        assert (got == want).all()


def test_nothing_is_changed_in_place():
    case = draw()
    before = [a.copy() for a in (case.cell.Wx, case.cell.Wh, case.cell.b, case.X[0], case.h0, case.dh[0])]
    _, cache = rnn_cell_forward(case.cell, case.X[0], case.h0)
    rnn_cell_backward(case.cell, case.dh[0], cache)
    for a, b in zip((case.cell.Wx, case.cell.Wh, case.cell.b, case.X[0], case.h0, case.dh[0]), before, strict=True):
        assert (a == b).all()


def test_float32_stays():
    case = draw(dtype=np.float32)
    h_t, cache = rnn_cell_forward(case.cell, case.X[0], case.h0)
    assert h_t.dtype == np.float32
    assert all(g.dtype == np.float32 for g in rnn_cell_backward(case.cell, case.dh[0], cache))


def test_a_new_cell_has_the_shapes_and_the_range_of_its_docstring():
    cell = RNNCell(3, 16, np.random.default_rng(0))
    assert (cell.Wx.shape, cell.Wh.shape, cell.b.shape) == ((16, 3), (16, 16), (16, 1))
    assert (cell.input_dim, cell.hidden_dim) == (3, 16)
    assert np.abs(cell.Wx).max() <= 1 / 4 and np.abs(cell.Wh).max() <= 1 / 4 and (cell.b == 0).all()
    assert np.abs(cell.Wh).max() > 0.2
    assert RNNCell(3, 16, np.random.default_rng(0), np.float32).Wh.dtype == np.float32


def test_the_generator_is_the_only_source_of_chance():
    one, other = (RNNCell(2, 3, np.random.default_rng(5)) for _ in range(2))
    assert (one.Wh == other.Wh).all()
    state = np.random.get_state()[1].copy()
    RNNCell(2, 3, np.random.default_rng(5))
    assert (np.random.get_state()[1] == state).all()


def test_orthogonal_has_equal_singular_values_and_no_preferred_sign():
    Q = orthogonal(6, np.random.default_rng(0), gain=0.95)
    np.testing.assert_allclose(Q.T @ Q, 0.95**2 * np.eye(6), atol=1e-14)
    traces = [np.trace(orthogonal(3, np.random.default_rng(seed))) for seed in range(400)]
    assert abs(np.mean(traces)) < 0.15  # Haar: mean 0, variance 1


@pytest.mark.parametrize("call, error, words", [
    (lambda c: rnn_cell_forward(c.cell, c.X[0][:, 0], c.h0), ValueError, "x_t has shape (3,), expected (3, B)"),
    (lambda c: rnn_cell_forward(c.cell, c.X[0], c.h0[:, 0]), ValueError, "h_prev has shape (4,), expected (4, B)"),
    (lambda c: rnn_cell_forward(c.cell, c.X[0], c.h0[:, :2]), ValueError, "h_prev has shape (4, 2), expected (4, 3)"),
    (lambda c: rnn_cell_forward(c.cell, c.X[0] * np.nan, c.h0), ValueError, "x_t holds nan"),
    (lambda c: rnn_cell_forward(c.cell, c.X[0], c.h0 + np.inf), ValueError, "h_prev holds inf"),
    (lambda c: rnn_cell_backward(c.cell, c.dh[0][:, :1], rnn_cell_forward(c.cell, c.X[0], c.h0)[1]), ValueError,
     "dh_t has shape (4, 1)"),
    (lambda c: RNNCell(0, 3, c.rng), ValueError, "input_dim is 0"),
    (lambda c: RNNCell(3, 2.5, c.rng), TypeError, "hidden_dim is 2.5"),
    (lambda c: RNNCell(3, 2, 42), TypeError, "rng is 42"),
    (lambda c: RNNCell.from_arrays(c.cell.Wx, c.cell.Wh, c.cell.b[:, 0]), ValueError, "do not fit together"),
    (lambda c: RNNCell.from_arrays(c.cell.Wx.T, c.cell.Wh, c.cell.b), ValueError, "do not fit together"),
    (lambda c: orthogonal(0, c.rng), ValueError, "size is 0"),
])
def test_bad_input(call, error, words):
    with pytest.raises(error) as caught:
        call(draw())
    assert words in str(caught.value)
