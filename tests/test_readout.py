"""The readout against its definition, its gradients against central differences."""

import numpy as np
import pytest
from hypothesis import given

from rnn_helpers.gradcheck import numerical_gradient, relative_error
from rnn_helpers.readout import many_to_many, many_to_one, readout, readout_backward
from tests.cases import draw, sizes, steady


@steady
@given(sizes)
def test_outputs_are_the_equation_at_every_step(size):
    case = draw(**size)
    Wy, c, states = case.model.Wy, case.model.c, case.dh
    Y = many_to_many(states, Wy, c)
    assert Y.shape == case.Y.shape
    for t in range(len(states)):
        np.testing.assert_allclose(Y[t], Wy @ states[t] + c, atol=1e-13)
        np.testing.assert_allclose(readout(states[t], Wy, c), Y[t], atol=1e-13)
    np.testing.assert_allclose(many_to_one(states, Wy, c), Y[-1], atol=1e-13)
    assert (many_to_many(list(states), Wy, c) == Y).all()
    assert (many_to_one(list(states), Wy, c) == many_to_one(states, Wy, c)).all()


@steady
@given(sizes)
def test_gradients_match_central_differences(size):
    case = draw(**size)
    Wy, c, states, dy = case.model.Wy, case.model.c, case.dh, case.Y
    def loss():
        return float(np.sum(dy * many_to_many(states, Wy, c)))
    for gradient, param in zip(readout_backward(dy, states, Wy), (Wy, c, states), strict=True):
        assert gradient.shape == param.shape
        assert relative_error(gradient, numerical_gradient(loss, param)) <= 1e-6


def test_float32_stays():
    case = draw(dtype=np.float32)
    assert many_to_many(case.dh, case.model.Wy, case.model.c).dtype == np.float32
    assert all(g.dtype == np.float32 for g in readout_backward(case.Y, case.dh, case.model.Wy))


@pytest.mark.parametrize("call, words", [
    (lambda c: readout(c.h0[:, 0], c.model.Wy, c.model.c),
     "h_t has shape (4,), expected (4, B): a column per example; did you mean h_t[:, None]?"),
    (lambda c: readout(c.h0[:3], c.model.Wy, c.model.c), "h_t has shape (3, 3), expected (4, B)"),
    (lambda c: readout(c.h0, c.model.Wy, c.model.c[:, 0]), "c has shape (2,), expected (2, 1)"),
    (lambda c: many_to_many([], c.model.Wy, c.model.c), "h_states is empty"),
    (lambda c: many_to_one([], c.model.Wy, c.model.c), "h_states is empty"),
    (lambda c: readout_backward(c.Y[:4], c.dh, c.model.Wy), "h_states has 5 steps, expected 4"),
    (lambda c: readout_backward(c.Y[:, :, :1], c.dh, c.model.Wy), "expected the same B in both"),
    (lambda c: readout_backward(c.dh, c.dh, c.model.Wy), "dy has shape (5, 4, 3), expected (T, 2, B)"),
])
def test_bad_input(call, words):
    with pytest.raises(ValueError) as caught:
        call(draw())
    assert words in str(caught.value)
