"""Where no mistake has a name: the change of the learner's own lines that makes everything right."""

import copy
import sys

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from rnn_helpers import check
from rnn_helpers.check.edits import edits
from rnn_helpers.check.observe import within_itself
from rnn_helpers.check.outline import definition
from rnn_helpers.check.repair import Repair, repaired, told
from tests.check.test_happened import written
from tests.check.trying import verdict, yardstick

STEP = "cell, dh_t, cache"


@pytest.fixture(autouse=True)
def time_enough(monkeypatch):
    """What is found does not depend on how busy the machine is."""
    monkeypatch.setattr("rnn_helpers.check.repair.SECONDS", 1.0)


CASES = {  # what is told, and of which line: the body of an answer
    "a function too many": (
        "readout", "h_t, Wy, c", "return Wy @ h_t + c.mean()", ["with `c` in place of `c.mean()`"], [2]),
    "brackets around what is put in": (
        "squared_error", "y, target", "return np.sum(y ** 2 - target ** 2), 2 * (y - target)",
        ["Without `- target ** 2`", "With `(y - target)` in place of the first `y`"], [2, 2]),
    "one of several in a line": (
        "rnn_cell_forward", "cell, x_t, h_prev", "h = cell.Wx @ x_t + cell.b\nh = h + cell.Wh.dot(h)\nh = np.tanh(h)\n"
        "return h, (x_t, h_prev, h)", ["with `h_prev` in place of the third `h`"], [3]),
    "two functions too many": (
        "readout", "h_t, Wy, c", "y = np.tanh(Wy @ h_t)\nreturn y + np.abs(c)",
        ["With `Wy @ h_t` in place of `np.tanh(Wy @ h_t)`", "With `c` in place of `np.abs(c)`"], [2, 3]),
    "a step too many": (
        "rnn_cell_forward", "cell, x_t, h_prev",
        "h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)\nh_t = h_t / np.linalg.norm(h_t, axis=0)\n"
        "return h_t, (x_t, h_prev, h_t)", ["without `/ np.linalg.norm(h_t, axis=0)`"], [3]),
    "a term too many": (
        "rnn_cell_backward", STEP, "x_t, h_prev, h_t = cache\ndh = dh_t + cell.Wh.T @ dh_t\ndz = dh * (1 - h_t**2)\n"
        "return dz @ x_t.T, dz @ h_prev.T, dz.sum(axis=1, keepdims=True), cell.Wh.T @ dz",
        ["without `+ cell.Wh.T @ dh_t`"], [3]),
    "a term too few": (
        "squared_error", "y, target", "e = y\nreturn np.sum((y - target) ** 2), 2 * e",
        ["with `y - target` in place of `y`"], [2]),
    "a power that is none": (
        "count_parameters", "D, H, O", "return D * H + H ^ 2 + H + O * H + O",
        ["with `**`, the power, in place of `^`"], [2]),
    "whole numbers": (
        "fit_scale", "series", "s = np.array(series, dtype=int)\nreturn s.mean(), s.std()",
        ["without `dtype=int`"], [2]),
    "one within the other": (
        "squared_error", "y, target", "e = y - target\nreturn 9.9 + 0.1 * np.sum(e ** 2), 2 * e",
        ["Without `0.1 *`", "With `0.0` in place of `9.9`"], [3, 3]),
    "double for square": (
        "rnn_cell_backward", STEP, "x_t, h_prev, h_t = cache\ndz = dh_t * (1 - 2 * h_t)\n"
        "return dz @ x_t.T, dz @ h_prev.T, dz.sum(axis=1, keepdims=True), cell.Wh.T @ dz",
        ["with `h_t ** 2` in place of `2 * h_t`"], [3]),
    "a condition that should not be there": (
        "readout", "h_t, Wy, c", "y = Wy @ h_t + c\nsize = np.sqrt(np.sum(y ** 2))\nif size > 0.1:\n    y = y + size\n"
        "return y", ["without this line and those below that belong to it"], [4]),
    "a generator": (
        "many_to_many", "h_states, Wy, c", "return np.array(Wy @ h + c for h in h_states)",
        ["with `[Wy @ h + c for h in h_states]` in place of `(Wy @ h + c for h in h_states)`"], [2]),
    "a size that is none": (
        "count_parameters", "D, H, O", "return np.size((H, D)) + np.size((H, H)) + H + O * H + O",
        ["with `prod` in place of `size` in all 2 places of this line"], [2]),
    "axes that reshape mixes": (
        "readout_backward", "dy, h_states, Wy", "rows = [np.moveaxis(np.array(a), 1, 0) for a in (dy, h_states)]\n"
        "dY, h = (a.reshape(len(a), -1) for a in rows)\n"
        "dh = sum(Wy[o][:, None] * dY[o] for o in range(len(Wy)))\n"
        "return dY @ h.T, dY.sum(1, keepdims=True), dh.reshape(len(dy), len(h), -1)",
        ["with `dh.reshape(len(h), len(dy), -1).swapaxes(0, 1)` in place of `dh.reshape(len(dy), len(h), -1)`"], [5]),
    "a sum over too much": (
        "softmax_cross_entropy", "logits, targets", "z = logits - logits.max(axis=1, keepdims=True)\n"
        "e = np.exp(z)\nlog_p = z - np.log(e.sum(axis=1, keepdims=True))\nt, b = np.indices(targets.shape)\n"
        "p = e / e.sum()\np[t, targets, b] -= 1\nreturn -log_p[t, targets, b].sum(), p",
        ["with `axis=1, keepdims=True` in `e.sum()`"], [6]),
    "a sum that keeps one share": (
        "fit_scale", "series", "for v in series:\n    total = v\nreturn total / len(series), np.std(series)",
        ["with `+=` in place of `=`, and `total = 0` before the loop"], [3]),
    "a loop that other changes never end": (
        "sample", "model, chars, prefix, length, temperature, rng",
        "h, text = np.zeros((len(model.cell.Wh), 1)), ''\nread = lambda char, h: model.cell.forward(\n"
        "    np.eye(len(chars))[:, [chars.index(char)]], h)[0]\nfor char in prefix:\n    h = read(char, h)\n"
        "while len(text) < length:\n    z = (model.Wy @ h + model.c)[:, 0] / temperature\n"
        "    p = np.exp(z - z.max())\n    char = chars[rng.choice(len(chars), p=p / p.sum())]\n"
        "    text += char\n    for _ in range(2):\n        h = read(char, h)\nreturn text",
        ["with `1` in place of `2`"], [12]),
    "the same in two places": (
        "numerical_gradient", "f, param, eps=1e-5",
        "g = np.zeros_like(param)\nfor i in np.ndindex(*param.shape):\n    old = param[i]\n"
        "    param[i] = np.float32(old + eps)\n    up = f()\n    param[i] = np.float32(old - eps)\n    down = f()\n"
        "    param[i] = old\n    g[i] = (up - down) / (2 * eps)\nreturn g",
        ["without `np.float32(...)` here and in line 7"], [5]),
}


def advice(name, function):
    return check.run(name, function).judgement.advice


LONG = "a loop that other changes never end"  # a search that a browser's Python does not end within its time


@pytest.mark.parametrize("title", [title for title in CASES if title != LONG or sys.platform != "emscripten"])
def test_what_makes_it_right_is_told_with_its_line(title):
    name, arguments, body, words, lines = CASES[title]
    judgement = check.run(name, written(name, arguments, body)).judgement
    assert judgement.mistakes == ["a-small-change"] and judgement.points < judgement.maximum
    shown = [line for line in judgement.advice if line.code]
    assert [line.text.removeprefix("Everything is right ").rstrip(".") for line in shown] == words
    assert [int(line.code.split(":")[0].removeprefix("line ")) for line in shown] == lines


def test_two_names_need_no_change():
    found = advice("readout_backward", written(
        "readout_backward", "dy, h_states, Wy", "dWy = sum(d @ h.T for d, h in zip(dy, h_states))\n"
        "dc = np.sum(dy, axis=(0, 2))\ndh = np.sum([Wy.T @ d for d in dy], axis=0)\nreturn dWy, dc, dh"))
    assert sorted(line.text.split(".")[0] for line in found if line.kind == "mistake") == [
        "dc is flat", "dh is summed over the steps"]


@pytest.mark.parametrize(("name", "arguments", "body"), [
    ("make_windows", "series, length",
     "s, k = np.asarray(series), length\nN = range(len(s) - k)\n"
     "X = np.array([[s[n + t] for n in N] for t in range(k)])\n"
     "Y = np.array([[s[n + k] for n in N] for t in range(k)])\nreturn X[:, None, :], Y[:, None, :]"),
    ("numerical_gradient", "f, param, eps=1e-5",
     "g = np.zeros_like(param)\nfor i in np.ndindex(*param.shape):\n    saved = param.copy()\n"
     "    param[i] = saved[i] + eps\n    up = f()\n    param[i] = saved[i] - eps\n    down = f()\n"
     "    g[i] = (up - down) / (2 * eps)\n    param = saved\nreturn g"),
    ("rnn_backward", "cell, dh, caches",  # the edit would take away what joins the steps
     "total = np.cumsum(np.asarray(dh)[::-1], axis=0)[::-1]\nX, P, H = (np.array(part) for part in zip(*caches))\n"
     "dz = total * (1 - H ** 2)\nback = dz.swapaxes(1, 2)\ndWx, dWh = (X @ back).sum(0).T, (P @ back).sum(0).T\n"
     "return dWx, dWh, dz.sum(axis=(0, 2))[:, None], cell.Wh.T @ dz[0]"),
    ("shares", "backward, cell, dh, caches",  # with a sum it would be a mistake with a name
     "rows = []\nfor t in range(len(dh)):\n    alone = np.zeros_like(dh)\n    alone[t] = dh[t]\n"
     "    rows.append([np.abs(g).min() for g in backward(cell, alone, caches)[:3]])\nreturn np.array(rows)"),
    ("readout", "h_t, Wy, c", "return Wy @ h_t + np.sort(np.exp(c) * np.cos(c) - np.tanh(c), axis=0)")])
def test_what_only_the_change_makes_is_not_told_as_a_second_mistake(name, arguments, body, monkeypatch):
    monkeypatch.setattr("rnn_helpers.check.repair.SECONDS", 0.5)  # nothing is to be found, and all of it is taken
    judgement = check.run(name, written(name, arguments, body)).judgement
    assert "One mistake is left" not in " ".join(judgement.advice)


def test_what_raised_is_told_first():
    found = advice("many_to_one", written("many_to_one", "h_states, Wy, c", "return Wy @ h_states[:, -1] + c"))
    assert found[0].startswith("ValueError") and "`h_states[-1]` in place of `h_states[:, -1]`" in found[1]


@pytest.mark.skipif(sys.platform == "emscripten", reason="the search does not end within its time there")
def test_a_change_that_improves_nothing_and_a_name():
    found = advice("rnn_cell_forward", written(
        "rnn_cell_forward", "cell, x_t, h_prev", "both = np.vstack((h_prev, x_t))\nW = np.hstack((cell.Wx, cell.Wh))\n"
        "h_t = 1 / (1 + np.exp(-(W @ both + cell.b)))\nreturn h_t, (x_t, h_prev, h_t)"))
    assert "with `(x_t, h_prev)` in place of `(h_prev, x_t)`" in found[0] and "sigmoid" in found[1]


def test_what_a_name_leaves_is_told_beside_it():
    found = advice("rnn_cell_backward", written(
        "rnn_cell_backward", STEP, "x_t, h_prev, h_t = cache\ndz = dh_t * (1 - h_t**2)\n"
        "db = np.full((len(dz), 1), dz.sum())\ndh_prev = (1 - h_t**2) * (cell.Wh.T @ dz)\n"
        "return dz @ x_t.T, dz @ h_prev.T, db, dh_prev"))
    assert found[0].startswith("db is one number for all units")
    assert found[1].text == "All the rest is right without `(1 - h_t ** 2) *`." and found[1].code.startswith("line 5")


def test_no_change_is_told_that_only_suits_the_mistake_named():
    """dh0 is as it should be: that of a walk with the mistake would be smaller."""
    body = ("dWx, dWh, db, G = 0, 0, 0, 0 * dh[0]\nfor t in reversed(range(len(caches))):\n"
            "    x, before, h = caches[t]\n    dz = (dh[t] + gamma * G) * (1 - h * h)\n"
            "    dWx, dWh, db = dWx + dz @ x.T, dWh + dz @ before.T, db + dz.sum(1, keepdims=True)\n"
            "    G = cell.Wh.T @ dz\nreturn dWx, dWh, db, G")
    judgement = check.run("rnn_backward", written("rnn_backward", "cell, dh, caches, gamma=0.9", body)).judgement
    assert judgement.mistakes == ["what-is-carried-back-shrunk"]


def test_it_is_told_in_a_notebook_too():
    shell = InteractiveShell.instance()
    try:
        said = advice("readout", written("readout", "h_t, Wy, c", "return Wy @ h_t - c / 3"))
        assert "Everything is right" in said[0].text
        assert "ask_exit" not in vars(shell)
    finally:
        InteractiveShell.clear_instance()


def test_a_change_of_a_long_answer_and_a_name():
    found = advice("rnn_backward", written(
        "rnn_backward", "cell, dh, caches", "dWx, dWh, db = (np.zeros_like(w) for w in (cell.Wx, cell.Wh, cell.b))\n"
        "B = dh[0].shape[1]\ndh_next = np.zeros_like(dh[0])\nfor t in reversed(range(len(dh))):\n"
        "    x, before, h = caches[t]\n    dz = (dh[t] + dh_next) * (1 - h**2)\n    dWx += dz @ x.T / B\n"
        "    dWh += dz @ before.T / B\n    db += dz.sum(axis=1, keepdims=True) / B\n    dh_next = cell.Wh.T @ dz\n"
        "    dh_next = np.clip(dh_next, -0.07, 0.07)\nreturn dWx, dWh, db, dh_next"))
    assert found[0].code.startswith("line 12") and found[1].startswith("dWx, dWh and db are divided by B")


def test_a_function_without_text_and_one_within_a_function():
    function = written("readout", "h_t, Wy, c", "return tidy(Wy @ h_t + c)")
    exec("def tidy(y):\n    return np.round(y, 1)\n", function.__globals__)  # no text: nothing is said of it
    assert not any("Everything is right" in line for line in advice("readout", function))
    around = written("around", "scale", "def readout(h_t, Wy, c):\n    return Wy @ h_t + c * scale\nreturn readout")
    assert advice("readout", around(3.0))[0].text == "Everything is right without `* scale`."


@pytest.mark.parametrize("seed", range(3))
def test_what_is_said_is_so(seed):
    """Every wrong edit of a right answer: where a change is found, the answer with it is right on other seeds too."""
    name, body = "rnn_cell_backward", "x_t, h_prev, h_t = cache\ndz = dh_t * (1 - h_t**2)\ndWx = dz @ x_t.T\n" \
        "return dWx, dz @ h_prev.T, dz.sum(axis=1, keepdims=True), cell.Wh.T @ dz"
    right = written(name, STEP, body)
    measure = yardstick(name, 0)
    tree, lines = definition(right)
    tried = [edit for edit in edits(copy.deepcopy(tree)) if edit.line]
    found = 0
    for index in np.random.default_rng(seed).choice(len(tried), 12, replace=False):
        attempt = Repair(measure.exercise, right, measure.inputs, measure)
        attempt.edits()[index][0].apply()
        broken = attempt.built()
        if broken is None or verdict(name, broken).status == "right":
            continue
        again = Repair(measure.exercise, right, measure.inputs, measure)
        own, _, text = again.trees[name]
        again.trees[name] = own, attempt.trees[name][1], text
        changes = again.one_or_two()
        found += len(changes)
        here = {told(*pair): pair[0] for pair in reversed(again.edits())}
        if len(changes) == 1:  # of two the second is of a tree that the first has changed
            here[changes[0]].apply()
            assert all(verdict(name, again.built(name), other).status == "right" for other in (0, 5, 6))
            break
    assert found


def test_the_learners_own_things_stay_as_they_are(tmp_path):
    function = written("readout", "h_t, Wy, c", "log.append(1)\nreturn Wy @ h_t - c")
    function.__globals__["log"] = []
    measure = yardstick("readout", 0)
    assert repaired(measure.exercise, function, measure.inputs, measure)
    assert function.__globals__["log"] == [] and function.__globals__["readout"] is function


class Impatient:
    """Interrupts what looks at the names of a running function."""

    def __call__(self):
        if sys.getprofile():
            raise KeyboardInterrupt


def test_an_interrupt_leaves_no_profiler_behind():
    function = written("readout", "h_t, Wy, c", "press()\nreturn Wy @ h_t - c")
    function.__globals__["press"] = Impatient()
    measure = yardstick("readout", 0)
    with pytest.raises(KeyboardInterrupt):
        Repair(measure.exercise, function, measure.inputs, measure).one_or_two()
    assert sys.getprofile() is None


@pytest.mark.parametrize("line", ["open('x').close()", "__import__('os').getcwd()", "exec('')"])
def test_what_reaches_outside_is_not_run_again(line):
    function = written("readout", "h_t, Wy, c", f"calls.append(1)\n{line}\nreturn Wy @ h_t - c")
    function.__globals__["calls"] = calls = []
    measure = yardstick("readout", 0)
    assert repaired(measure.exercise, function, measure.inputs, measure) == [] and calls == []


def test_a_change_that_never_ends_is_given_up(monkeypatch):
    monkeypatch.setattr("rnn_helpers.check.repair.SECONDS", 0.1)
    function = written("readout", "h_t, Wy, c", "n = 3\nwhile n > 0:\n    n = n - 1\nreturn np.sin(Wy) @ np.cos(h_t)")
    measure = yardstick("readout", 0)
    assert repaired(measure.exercise, function, measure.inputs, measure) == []


def test_a_list_within_itself_is_no_array():
    ring = [1, 2]
    ring.append([ring])
    assert within_itself(ring) and not within_itself([[1, 2], [1, 2], (3, [4])])
    function = written("train_stream", "model, X, Y, k1, k2, lr", "losses = []\nfor t in range(40):\n"
                       "    losses.append(losses)\nreturn losses")
    assert "holds itself" in str(check.run("train_stream", function))
