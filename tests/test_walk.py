"""The walk back takes the learner's step, adds up to BPTT, and says where a wrong step first goes wrong."""

import numpy as np
import pytest

from rnn_helpers.bptt import rnn_backward, rnn_forward
from rnn_helpers.cell import RNNCell, rnn_cell_backward
from rnn_helpers.walk import walk_back


def setting(seed, H=3, D=2, T=5):
    rng = np.random.default_rng(seed)
    cell = RNNCell(D, H, rng)
    return cell, rng.normal(size=(T, D, 1)), rng.normal(size=(T, H, 1)), rng.uniform(-0.9, 0.9, (H, 1))


@pytest.mark.parametrize("seed", range(8))
def test_the_shares_of_a_walk_add_up_to_bptt(seed):
    cell, X, dh, h0 = setting(seed)
    walk = walk_back(cell, X, dh, h0)
    expected = rnn_backward(cell, dh, rnn_forward(cell, X, h0)[1])
    found = (*walk.totals(len(X)).values(), walk.steps[-1].given["dh_prev"])
    for got, right in zip(found, expected, strict=True):
        assert np.allclose(got, right, rtol=0, atol=1e-12)
    assert walk.first_difference() is None and not walk.stopped


def wrong_state(cell, dh_t, cache):
    """h_t where h_prev belongs, in dWh."""
    x_t, h_prev, h_t = cache
    dWx_t, _, db_t, dh_prev = rnn_cell_backward(cell, dh_t, cache)
    return dWx_t, db_t @ h_t.T, db_t, dh_prev


def not_transposed(cell, dh_t, cache):
    dWx_t, dWh_t, db_t, _ = rnn_cell_backward(cell, dh_t, cache)
    return dWx_t, dWh_t, db_t, cell.Wh @ db_t


@pytest.mark.parametrize("backward, name", [(wrong_state, "dWh_t"), (not_transposed, "dh_prev")])
def test_a_wrong_step_is_found_where_it_is_and_the_right_parts_are_not_blamed(backward, name):
    walk = walk_back(*setting(1), backward)
    assert walk.first_difference()[:2] == (0, name)
    for step in walk.steps:
        assert {part for part in step.given if step.wrong(part).any()} == {name}


def test_a_step_that_cannot_be_carried_on_stops_the_walk_and_says_why():
    cell, X, dh, h0 = setting(0)
    assert walk_back(cell, X, dh, h0, lambda *_: None).stopped == \
        "it returned one NoneType, expected four: dWx_t, dWh_t, db_t, dh_prev"
    flat = walk_back(cell, X, dh, h0, lambda *a: tuple(np.ravel(part) for part in rnn_cell_backward(*a)))
    assert flat.stopped == "at step 5 dWx_t has shape (6,), expected (3, 2)" and flat.steps == []
