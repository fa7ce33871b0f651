"""What the forward pass leaves is a list, whatever is done to it, and the way back always takes it as it is now."""

import copy
import pickle

import numpy as np
import pytest

from rnn_helpers.bptt import rnn_backward, rnn_backward_truncated, rnn_forward
from rnn_helpers.caches import Caches, unpack
from rnn_helpers.layout import OneHot
from tests.cases import draw


def forward(T=5, **size):
    case = draw(T=T, **size)
    return case, rnn_forward(case.cell, case.X, case.h0)[1]


def same_gradients(case, caches, others, dh=None, backward=rnn_backward):
    dh = case.dh if dh is None else dh
    for got, want in zip(backward(case.cell, dh, caches), backward(case.cell, dh, others), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-12)


def copied_by_hand(caches):
    return [tuple(map(np.copy, cache)) for cache in caches]


def same_steps(got, want):
    return len(got) == len(want) and all(a is b for a, b in zip(got, want, strict=True))


def test_it_is_a_list_of_tuples_and_its_arrays_are_views():
    case, caches = forward()
    states, _ = rnn_forward(case.cell, case.X, case.h0)
    assert isinstance(caches, list) and all(isinstance(cache, tuple) and len(cache) == 3 for cache in caches)
    assert (caches[-1][2] == states[-1]).all() and (caches[0][1] == case.h0).all() and (caches[2][0] == case.X[2]).all()
    assert all(np.shares_memory(h_t, caches.states) and np.shares_memory(x_t, caches.X) for x_t, _, h_t in caches)
    with pytest.raises(IndexError):
        caches[5]


def test_it_does_what_a_list_does():
    _, caches = forward()
    steps = [caches[t] for t in range(5)]
    assert same_steps(caches[::-1], steps[::-1]) and same_steps(caches[::2], steps[::2])
    assert same_steps(caches[1:4], steps[1:4])
    assert same_steps(caches + caches, steps * 2) and same_steps([steps[0]] + caches, [steps[0], *steps])
    assert same_steps(caches.copy(), steps) and same_steps(list(reversed(caches)), steps[::-1]) and caches[3:1] == []
    assert caches.pop() is steps[4] and caches.pop(0) is steps[0] and same_steps(caches, steps[1:4])
    caches.reverse()
    caches.append(steps[0])
    caches += steps[4:]
    assert same_steps(caches, [steps[3], steps[2], steps[1], steps[0], steps[4]])
    del caches[1:]
    caches[0] = steps[2]
    assert same_steps(caches, steps[2:3])


CHANGES = {
    "reversed": lambda caches: caches.reverse(),
    "shorter": lambda caches: caches.pop(),
    "without the first": lambda caches: caches.pop(0),
    "longer": lambda caches: caches.append(caches[0]),
    "a step twice": lambda caches: caches.__setitem__(1, caches[3]),
    "two exchanged": lambda caches: caches.__setitem__(slice(1, 3), caches[2:0:-1]),
    "changed and put back": lambda caches: caches.append(caches.pop()),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_way_back_takes_a_changed_list_as_it_is_now(name):
    case, caches = forward()
    CHANGES[name](caches)
    dh = case.normal(len(caches), 4, 3)
    for backward in (rnn_backward, lambda *args: rnn_backward_truncated(*args, 2)):
        same_gradients(case, caches, copied_by_hand(caches), dh, backward)
    assert (unpack(case.cell, dh, caches)[0] is caches.X) == (name == "changed and put back")


def test_a_number_changed_in_a_step_is_changed_for_the_way_back():
    case, caches = forward()
    caches[2][2][:] = 0.5
    same_gradients(case, caches, copied_by_hand(caches))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda caches: pickle.loads(pickle.dumps(caches))])
def test_a_copy_is_a_list_of_the_same_steps(copied):
    case, caches = forward()
    same_gradients(case, copied(caches), caches)
    deep = copy.deepcopy(caches)
    deep[0][2][:] = 0
    assert np.abs(caches[0][2]).min() > 0


def test_one_hot_columns_stand_in_it_as_arrays():
    case = draw(T=4, D=3)
    indices = case.rng.integers(0, 3, (4, 3))
    _, caches = rnn_forward(case.cell, OneHot(indices, 3), case.h0)
    for (x_t, _, _), i in zip(caches, indices, strict=True):
        assert x_t.shape == (3, 3) and (x_t == (np.arange(3)[:, None] == i)).all()
    assert isinstance(caches.X, OneHot)


def test_x_and_states_must_fit():
    with pytest.raises(ValueError):
        Caches(np.zeros((3, 2, 1)), np.zeros((3, 1, 4)))
