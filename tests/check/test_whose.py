"""Whose fault it is: a function that is right, and calls a helper of the learner's own that is not, loses nothing."""

import numpy as np
import pytest

from rnn_helpers import check
from rnn_helpers.bptt import rnn_backward as ours
from tests.check.test_happened import written

STEP = "x_t, h_prev, h_t = cache\ndz = dh_t * (1 - h_t**2)\n" \
    "return dz @ x_t.T, dz @ {}.T, dz.sum(axis=1, keepdims=True), cell.Wh.T @ dz"
WALK = "dWx, dWh, db = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b)\n" \
    "carry = np.zeros_like(dh[0])\nfor t in reversed(range(len(caches))):\n" \
    "    a, b, c, carry = rnn_cell_backward(cell, dh[t] + carry, caches[t])\n" \
    "    dWx {sign} a\n    dWh += b\n    db += c\nreturn dWx, dWh, db, carry"


def both(step, walk):
    """A walk back and the step back that it calls, as in one notebook."""
    function = written("rnn_backward", "cell, dh, caches", walk)
    names = function.__globals__
    exec(compile(written_source(step), "<step>", "exec"), names)
    return function


def written_source(step):
    return "def rnn_cell_backward(cell, dh_t, cache):\n" + "".join(f"    {line}\n" for line in step.split("\n"))


RIGHT_STEP, WRONG_STEP = STEP.format("h_prev"), STEP.format("h_t")
RIGHT_WALK, WRONG_WALK = WALK.format(sign="+="), WALK.format(sign="=")


def test_a_right_walk_on_a_wrong_step():
    walk = both(WRONG_STEP, RIGHT_WALK)
    judgement = check.run("rnn_backward", walk).judgement
    assert judgement.status == "right" and judgement.points == judgement.maximum and judgement.mistakes == []
    assert "`rnn_backward` is right" in judgement.advice[0] and "Your `rnn_cell_backward`" in judgement.advice[0]
    assert check.yours_or_ours(walk) is ours  # what follows in the notebook needs gradients that are right
    step = walk.__globals__["rnn_cell_backward"]
    assert check.run("rnn_cell_backward", step) < check.EXERCISES["rnn_cell_backward"].points


def test_a_step_that_is_not_written_yet():
    judgement = check.run("rnn_backward", both("raise NotImplementedError", RIGHT_WALK)).judgement
    assert judgement.status == "right" and "`rnn_cell_backward`, which it calls, is not written yet." in \
        judgement.advice[0] and "differ" not in judgement.advice[0]


def test_a_class_that_calls_a_wrong_step():
    walk = both(WRONG_STEP, "return Walk(cell).back(dh, caches)")
    lines = "".join(f"        {line}\n" for line in RIGHT_WALK.split("\n"))
    exec("class Walk:\n    def __init__(self, cell):\n        self.cell = cell\n    def back(self, dh, caches):\n"
         "        cell = self.cell\n" + lines, walk.__globals__)
    step = walk.__globals__["rnn_cell_backward"]
    judgement = check.run("rnn_backward", walk).judgement
    assert judgement.status == "right" and judgement.helped == ("rnn_cell_backward",)
    assert walk.__globals__["rnn_cell_backward"] is step  # the notebook's names are what they were


def test_a_small_change_of_a_walk_on_a_step_that_is_not_written_yet():
    walk = both("raise NotImplementedError", RIGHT_WALK.replace("return dWx, dWh, db, carry",
                                                                "return dWx, dWh, db, dh[0] + carry"))
    judgement = check.run("rnn_backward", walk).judgement
    assert any("Everything is right without `dh[0] +`" in line or "`carry` in place of `dh[0] + carry`" in line
               for line in judgement.advice)


def test_a_walk_that_raises_on_a_step_that_is_not_written_yet():
    walk = RIGHT_WALK.replace("db += c", "db += c[9]")
    advice = check.run("rnn_backward", both("raise NotImplementedError", walk)).judgement.advice
    assert "Your `rnn_cell_backward`, which it calls, is not written yet." in advice[0]
    assert "`c` has no element 9" in " ".join(map(str, advice[1:]))


@pytest.mark.parametrize("step, why", [("raise NotImplementedError", "is not written yet"),
                                       (WRONG_STEP, "does not give what the course's would")])
def test_what_is_said_of_the_step(step, why):
    assert why in check.run("rnn_backward", both(step, WRONG_WALK)).judgement.advice[0]


def test_a_wrong_walk_on_a_wrong_step_is_named():
    judgement = check.run("rnn_backward", both(WRONG_STEP, WRONG_WALK)).judgement
    assert 0 < judgement.points < judgement.maximum and "is judged with the course's" in judgement.advice[0] \
        and judgement.mistakes


@pytest.mark.parametrize("step, walk, status",
                         [(RIGHT_STEP, RIGHT_WALK, "right"), (RIGHT_STEP, WRONG_WALK, "partly right")])
def test_nothing_is_said_of_a_right_step(step, walk, status):
    judgement = check.run("rnn_backward", both(step, walk)).judgement
    assert judgement.status == status and not judgement.helped and "Your" not in judgement.advice[0]


def test_which_of_several_helpers_is_wrong():
    def squared_error(y, target):
        return np.sum((y - target)**2), y - target

    def clip_by_norm(grads, max_norm):
        norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
        return {name: g * min(1.0, max_norm / norm) for name, g in grads.items()}, norm

    lines = "loss, grads = model.loss_and_gradients(X, Y, loss=squared_error)\n" \
        "grads, norm = clip_by_norm({n: grads[n] for n in " \
        "model.params}, max_norm)\nfor n, p in model.params.items():\n    p -= lr * grads[n]\nreturn loss, norm"
    step = written("train_step", "model, X, Y, lr, max_norm", lines)
    for helper in (squared_error, clip_by_norm):
        step.__globals__[helper.__name__] = type(helper)(helper.__code__, step.__globals__, helper.__name__)
    judgement = check.run("train_step", step).judgement
    assert judgement.status == "right" and "`squared_error`" in judgement.advice[0] \
        and "clip_by_norm" not in judgement.advice[0]
