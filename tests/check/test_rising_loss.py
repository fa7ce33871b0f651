"""The check of notebook 4b: every right way passes, wrong ways are called by name or by their first difference."""

import numpy as np
import pytest

from rnn_helpers.bptt import rnn_backward
from tests.check.trying import all_right, each_right_way, enough, verdict


def a_copy_with_zeros(backward, cell, dh, caches):
    sizes = []
    for t in range(len(dh)):
        only = dh.copy()
        only[:t] = 0
        only[t + 1:] = 0
        dWx, dWh, db, *_ = backward(cell, only, caches)
        sizes.append([np.linalg.norm(dWx), np.linalg.norm(dWh), np.linalg.norm(db)])
    return sizes


def a_mask(backward, cell, dh, caches):
    T = len(dh)
    return np.array([[np.sqrt(np.sum(g**2)) for g in backward(cell, dh * np.eye(T)[t][:, None, None], caches)[:3]]
                     for t in range(T)])


def differences(backward, cell, dh, caches):
    """All losses without all but one: BPTT is linear in dh."""
    whole = backward(cell, dh, caches)[:3]
    sizes = np.empty((len(dh), 3))
    for t in range(len(dh)):
        others = dh.copy()
        others[t] = 0
        sizes[t] = [np.linalg.norm(all_of_it - rest)
                    for all_of_it, rest in zip(whole, backward(cell, others, caches)[:3], strict=True)]
    return sizes


RIGHT = {"shares": [a_copy_with_zeros, a_mask, differences]}


@each_right_way(RIGHT)
def test_a_right_way_earns_everything(name, function, seeds):
    all_right(name, function, seeds)


def test_there_are_enough_right_ways():
    assert enough("04b", RIGHT)


def test_the_function_that_is_handed_over_is_the_one_that_counts():
    def calls_another(backward, cell, dh, caches):
        return a_mask(rnn_backward, cell, dh, caches)

    for seed in range(4):
        found = verdict("shares", calls_another, seed)
        assert found.points == 2 and found.mistakes == ["course-function-for-backward"]


def test_rows_for_columns_are_named():
    found = verdict("shares", lambda *given: a_mask(*given).T)
    assert found.points < 3 and found.mistakes == ["sizes-transposed"] and "It should be (T, 3)" in found.advice[0]


@pytest.mark.parametrize(("name", "kept"), [
    ("first-example-only", np.s_[:, 0]), ("last-example-only", np.s_[:, -1]), ("first-unit-only", np.s_[0])])
def test_a_part_of_the_loss_of_a_step(name, kept):
    def of_a_part(backward, cell, dh, caches):
        part = np.zeros_like(dh)
        for step, whole in zip(part, dh, strict=True):
            step[kept] = whole[kept]
        return a_mask(backward, cell, part, caches)

    for seed in range(2):
        assert verdict("shares", of_a_part, seed).mistakes == [name]


@pytest.mark.parametrize(("name", "divisor"), [
    ("as-fractions-of-the-whole", lambda sizes, whole: whole), ("as-fractions-of-the-largest", lambda sizes, whole:
                                                                sizes.max(axis=0)),
    ("as-fractions-of-a-row", lambda sizes, whole: sizes.sum(axis=1, keepdims=True))])
def test_fractions(name, divisor):
    def divided(backward, cell, dh, caches):
        sizes = a_mask(backward, cell, dh, caches)
        return sizes / divisor(sizes, [np.linalg.norm(g) for g in backward(cell, dh, caches)[:3]])

    for seed in range(2):
        assert verdict("shares", divided, seed).mistakes == [name]


def test_norms_that_are_subtracted():
    def up_to_each(backward, cell, dh, caches):
        sizes = [[np.linalg.norm(g) for g in backward(cell, dh * (np.arange(len(dh)) <= t)[:, None, None], caches)[:3]]
                 for t in range(len(dh))]
        return np.diff(sizes, axis=0, prepend=0)

    for seed in range(2):
        assert set(verdict("shares", up_to_each, seed).mistakes) == {"earlier-losses-too", "difference-of-rows"}
