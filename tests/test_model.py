"""A cell and a readout: every parameter's gradient, h0's too, for both losses and for truncated BPTT."""

import functools

import numpy as np
import pytest
from hypothesis import given

from rnn_helpers.bptt import rnn_backward_truncated
from rnn_helpers.gradcheck import check_gradients
from rnn_helpers.losses import softmax_cross_entropy, squared_error
from rnn_helpers.model import RNNModel, count_parameters
from tests.cases import draw, sizes, steady, straight_forward


@steady
@given(sizes)
def test_every_gradient_matches_central_differences(size):
    case = draw(**size)
    labels = case.rng.integers(0, size["O"], (size["T"], size["B"]))
    for loss, targets in ((squared_error, case.Y), (softmax_cross_entropy, labels)):
        value, gradients = case.model.loss_and_gradients(case.X, targets, case.h0, loss)
        assert value == case.model.loss(case.X, targets, case.h0, loss)
        params = {**case.model.params, "h0": case.h0}
        if loss is softmax_cross_entropy and size["O"] == 1:
            assert all(np.abs(g).max() == 0 for g in gradients.values())  # one class is certain
            continue
        total = functools.partial(case.model.loss, case.X, targets, case.h0, loss)
        errors = check_gradients(total, params, gradients)
        for name, error in errors.items():
            tiny = np.linalg.norm(gradients[name]) < 1e-4  # a vanished gradient drowns in the difference's rounding
            assert error <= (1e-4 if tiny else 1e-6), (name, error)
        assert all(gradients[name].shape == params[name].shape for name in params)


def test_forward_is_the_equations():
    case = draw()
    Y, states, caches = case.model.forward(case.X, case.h0)
    np.testing.assert_allclose(states, straight_forward(case.cell, case.X, case.h0), atol=1e-13)
    np.testing.assert_allclose(Y[2], case.model.Wy @ states[2] + case.model.c, atol=1e-13)
    assert len(caches) == 5


def test_another_way_back_can_be_chosen():
    case = draw()
    full = case.model.loss_and_gradients(case.X, case.Y)[1]
    short = case.model.loss_and_gradients(case.X, case.Y, backward=lambda *args: rnn_backward_truncated(*args, 1))[1]
    assert (full["Wy"] == short["Wy"]).all() and (full["Wh"] != short["Wh"]).any()


@pytest.mark.parametrize("D, H, O", [(1, 10, 1), (8, 24, 8), (3, 1, 2)])
def test_parameters_are_counted_and_their_arrays_are_the_models_own(D, H, O):
    model = RNNModel(D, H, O, np.random.default_rng(0))
    assert count_parameters(D, H, O) == sum(p.size for p in model.params.values())
    model.params["Wx"][:] = 7
    assert (model.cell.Wx == 7).all()


def test_float32_stays_through_the_model():
    case = draw(dtype=np.float32)
    _, gradients = case.model.loss_and_gradients(case.X, case.Y, case.h0)
    assert all(g.dtype == np.float32 for g in gradients.values())
    assert all(p.dtype == np.float32 for p in RNNModel(2, 3, 2, np.random.default_rng(0), np.float32).params.values())


@pytest.mark.parametrize("call, error, words", [
    (lambda c: count_parameters(0, 1, 1), ValueError, "D is 0"),
    (lambda c: RNNModel(1, 2, 0, c.rng), ValueError, "output_dim is 0"),
    (lambda c: RNNModel(1, 2, 1, None), TypeError, "rng is None"),
    (lambda c: c.model.loss(c.X, c.Y[:3]), ValueError, "target has shape (3, 2, 3), expected (5, 2, 3)"),
])
def test_bad_input(call, error, words):
    with pytest.raises(error) as caught:
        call(draw())
    assert words in str(caught.value)
