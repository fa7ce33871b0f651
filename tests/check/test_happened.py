"""An exception is told with the learner's own line, and with what to do where the evidence proves it."""

import linecache
import math
import textwrap

import numpy as np
import pytest

from rnn_helpers import check
from rnn_helpers.losses import softmax
from tests.check.trying import FULL, told


def right(cell, x_t, h_prev):
    h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)
    return h_t, (x_t, h_prev, h_t)


# --- exceptions, and what ends a program ---

def recurses(cell, x_t, h_prev):
    return recurses(cell, x_t, h_prev)


def recurses_in_a_callback(cell, x_t, h_prev):
    return np.apply_along_axis(lambda column: recurses_in_a_callback(cell, x_t, h_prev), 0, x_t)


def too_far(cell, x_t, h_prev):
    return [x_t[i] for i in range(99)]


def wrong_way_round(cell, x_t, h_prev):
    return x_t @ cell.Wx


def a_product_in_place_of_a_matrix_product(cell, x_t, h_prev):
    return np.tanh(cell.Wx * x_t), None


def with_math(cell, x_t, h_prev):
    return math.tanh(cell.Wx @ x_t), None


def quits(cell, x_t, h_prev):
    raise SystemExit


def interrupted(cell, x_t, h_prev):
    raise KeyboardInterrupt


def no_such_name(cell, x_t, h_prev):
    return np.tanh(Wxh @ x_t)  # noqa: F821


class Mute(Exception):
    def __str__(self):
        raise RuntimeError


def mute(cell, x_t, h_prev):
    raise Mute


@pytest.mark.parametrize("function, words", [
    (recurses, ["RecursionError", "recurses(", "calls itself"]),
    (recurses_in_a_callback, ["RecursionError"]),
    (too_far, ["IndexError", "x_t[i] for i in range(99)", "no element 2"]),
    (wrong_way_round, ["ValueError", "return x_t @ cell.Wx", "x_t @ cell.Wx: (2, 1) @ (5, 2)"]),
    (a_product_in_place_of_a_matrix_product, ["ValueError", "`cell.Wx @ x_t`"]),
    (with_math, ["TypeError", "np.tanh"]),
    (quits, ["SystemExit", "raise SystemExit", "return"]),
    (interrupted, ["interrupted", "again"]),
    (no_such_name, ["NameError", "Wxh"]),
    (mute, ["Mute", "raise Mute"]),
])
def test_exceptions_are_shown_with_the_learners_own_line(function, words):
    points, advice, _ = told("rnn_cell_forward", function)
    assert points == 0
    for word in words:
        assert word in advice, (word, advice)


def cell_back(lines):
    return "rnn_cell_backward", "cell, dh_t, cache", "x_t, h_prev, h_t = cache\n" + lines


def forward(lines):
    return "rnn_forward", "cell, X, h0=None", lines


WHAT_TO_DO = {  # (exercise, arguments, lines of the function) -> what is said; "" where nothing is proved
    "a lost axis": (cell_back("dz = dh_t - h_t.sum(axis=1)\ndb = np.zeros_like(cell.b)\ndb += dz.sum(axis=1)"),
                    "`dz.sum(axis=1)` has lost an axis: with `keepdims=True` it is (5, 1), which fits."),
    "a lost axis, by name": (("softmax_cross_entropy", "logits, targets", "top = logits.max(axis=1)\np = "
                                                                          "np.exp(logits - top)"),
                             "`logits.max(axis=1)` (line 2) has lost an axis"),
    "a transpose": (cell_back("dWx = h_t @ x_t"), "`x_t` needs its transpose: `h_t @ x_t.T` is (5, 2)."),
    "a transpose in what is returned": (cell_back("return h_t @ x_t, dh_t @ h_prev.T, dh_t, h_prev"), "`x_t` needs "
                                                                                                      "its transpose"),
    "a name without its ending": (cell_back("dz_t = dh_t * h_t\ndWx = dz @ x_t.T"), "there is `dz_t`"),
    "a product without its sign": (("count_parameters", "D, H, O", "return HD + H * H + H + OH + O"), "`H * D`"),
    "a dot for an operator": (("readout", "h_t, Wy, c", "return Wy.h_t + c"), "goes between `Wy` and `h_t`"),
    "a product of the wrong two": (cell_back("z_t = cell.Wx @ h_prev"), ""),
    "a shape in parts": (forward("T, D, B = X.shape\nH = len(cell.b)\nh = np.zeros(T, H, B)"), "`np.zeros((T, H, B))`"),
    "a power in bits": (cell_back("dz = dh_t * (1 - h_t^2)"), "a power is `**`"),
    "a power of a difference in bits": (("squared_error", "y, target", "return np.sum((y - target)^2), "
                                                                       "y"), "`(y - target)**2`"),
    "a name of three letters": (("readout", "h_t, Wy, c", "return Wy @ x_t + c"),
                                "No line above gives `x_t` a value"),
    "max of two arrays": (("relative_error", "a, b", "return max(abs(a), abs(b))"), "`np.maximum`"),
    "names for names and values": (("clip_by_norm", "grads, max_norm", "for name, g in grads:\n    "
                                                                       "pass"), "`grads.items()`"),
    "three axes and a `*`": (("readout", "h_t, Wy, c", "return np.zeros((3, 4, 5)) * np.zeros((3, 5, 4))"), ""),
    "a `*` for all steps": (("many_to_many", "h_states, Wy, c", "return Wy * h_states + c"),
                            "The matrix product is `Wy @ h_states`"),
    "a list's append kept": (forward("hs = []\nfor x_t in X:\n    hs = hs.append(x_t)"), "`.append(...)` works in "
                                                                                         "place and returns None "
                                                                                         "(line 4)"),
    "a removed name": (("one_hot", "indices, size", "return np.zeros(size, dtype=np.float)"), "write `float`"),
    "another removed name": (("count_parameters", "D, H, O", "return np.product([D, H, O])"), "write `np.prod`"),
    "a name one letter off": (("squared_error", "y, target", "return np.sum((y - targets)**2), y"),
                              "there is `target`"),
    "a function one letter off": (cell_back("return np.tahn(h_t)"), "there is `np.tanh`"),
    "two names as near": (("squared_error", "y_a, y_b", "return np.sum(y_c), y_a"),
                          "No line above gives `y_c` a value"),
    "an attribute without its object": (cell_back("return Wh.T @ dh_t"), "`cell.Wh` is there"),
    "an attribute of the cell within": (("train_step", "model, X, Y, lr, max_norm", "model.Wh -= lr"), "`model.cell` "
                                                                                                       "has"),
    "a helper of the course": (("softmax_cross_entropy", "logits, targets", "p = softmax(logits)"),
                               "`from rnn_helpers.losses import softmax`"),
    "a loss that is not given": (("train_step_characters", "model, X, targets, lr, max_norm",
                                  "model.loss_and_gradients(X, targets)"),
                                 "loss=cross_entropy"),
    "two of three": (("rnn_cell_backward", "cell, dh_t, cache", "x_t, h_prev = cache"), "`cache` gives 3 values, and "
                                                                                        "2 names"),
    "two of one array": (("readout", "h_t, Wy, c", "a, b, d = np.negative(h_t)"),
                         "`np.negative(h_t)` is one array of shape (5, 1)"),
    "what a function returned": (cell_back("def both():\n    return 1, 2, 3\na, b = both()"), "`both(...)` gives 3 "
                                                                                              "values"),
    "an array called": (cell_back("dz = dh_t(1 - h_t**2)"), "`dh_t` is an array, and round brackets call it"),
    "a tuple's attribute": (("rnn_cell_backward", "cell, dh_t, cache", "return cache.h_t"), "`cache` is a tuple of 3"),
    "h0 == None": (forward("if h0 == None:\n    h0 = 0\nreturn X, X"), "`h0 is None`"),
    "arrays in an if": (("relative_error", "a, b", "if a == b:\n    return 0.0\nreturn 1.0"), "`np.all(a == b)`"),
    "steps of a number": (("rnn_backward", "cell, dh, caches", "for t in reversed(len(caches)):\n    "
                                                               "pass"), "`reversed(range(len(caches)))`"),
    "a loop over a number of NumPy's": (forward("T = np.argmin(X.shape)\nfor t in T:\n    pass"), "`range(T)`"),
    "a loop over a number": (forward("T = len(X)\nfor t in T:\n    pass"), "`range(T)`"),
    "an array for a shape": (cell_back("dWx = np.zeros(cell.Wx)"), "`np.zeros(cell.Wx.shape)`"),
    "reversed pairs": (("rnn_backward", "cell, dh, caches", "for d, c in reversed(zip(dh, caches)):\n    pass"),
                       "`reversed(list(zip(dh, caches)))`"),
    "three things appended": (forward("caches = []\nfor x_t in X:\n    caches.append(x_t, X)"),
                              "`caches.append((x_t, X))`"),
    "a loop without a step": (forward("for t in range(len(X) - 2 + 1, 0):\n    h_t = X[t]\nreturn h_t, X"),
                              "`range(7, 0)` is empty. Counting down needs a third argument, -1."),
    "an array's function": (cell_back("return h_t.tanh()"), "NumPy has the function `np.tanh(...)`"),
    "a dict's attribute": (("clip_by_norm", "grads, max_norm", "return grads.dWx, 1.0"),
                           "`grads[...]` takes its keys, 'dWx', 'dWh' and 'db'"),
    "a function of NumPy's": (cell_back("return tensordot(h_t, x_t)"), "NumPy's is `np.tensordot`"),
    "a dict halved": (("clip_by_norm", "grads, max_norm", "return grads * 0.5, 1.0"),
                      "`grads` is a dict, which has no arithmetic"),
    "a dict's values": (("clip_by_norm", "grads, max_norm", "return grads, np.linalg.norm(grads.values())"),
                        "`np.linalg.norm` takes one: call it for each"),
    "a range of an array less a number": (
        ("make_windows", "series, length", "for n in range(series - length):\n    pass"),
        "`range(len(series) - length)`"),
    "joined without brackets": (cell_back("W = np.concatenate(cell.Wx, cell.Wh, axis=1)"),
                                "`np.concatenate([cell.Wx, cell.Wh], ...)`"),
    "a product of three axes": (("many_to_many", "h_states, Wy, c", "H = np.array(h_states)\nreturn H @ Wy.T + c"),
                                "It fits the other way round: `Wy @ H` is"),
    "a float of an array": (("relative_error", "a, b", "return float(a) - float(b)"), "`float` takes one number"),
    "a function by another name": (("numerical_gradient", "f, param, eps=1e-5", "return loss()"),
                                   "the function among the arguments is `f`"),
    "a number added to a text": (("sample", "model, chars, prefix, length, temperature, rng", "prefix += 1"),
                                 "only a str can be added, as `chars[1]` is"),
    "logits for probabilities": (("sample", "model, chars, prefix, length, temperature, rng",
                                  "p = np.arange(len(chars)) - 2.0\nreturn rng.choice(chars, p=p)"), "below 0"),
    "None from the start": (cell_back("carry = None\nreturn dh_t + carry"), "is None, as line 3 says"),
    "a pair under one name": (cell_back("loss = divmod(7, 2)\nreturn dy"), "`loss` is a tuple of 2, all that"),
    "parts of two shapes": (forward("return np.array([X[0], X[0][0]]), X"), "The elements of `[X[0], X[0][0]]` are"),
    "nothing to add to": (("clip_by_norm", "grads, max_norm",
                           "found = {}\nfor name in grads:\n    found[name] += 1\nreturn found, 1.0"),
                          "`found[name]` has no value to add to"),
    "one name for two values": (
        ("clip_by_norm", "grads, max_norm", "n = np.sqrt(sum(np.sum(g**2) for g in grads.items()))\nreturn grads, n"),
        "gives tuples of 2: take a name for each, as in `for a, b in grads.items()`"),
    "names in all that a function returned": (
        ("train_step", "model, X, Y, lr, max_norm", "found, name = divmod(7, 2), 'Wx'\nreturn found[name], 1"),
        "`found` is a tuple of 2"),
    "one str for two names in a comprehension": (
        ("build_vocabulary", "text", "chars = sorted(set(text))\nreturn chars, {c: i for i, c in chars}"),
        "`enumerate(chars)` gives a number and the str"),
    "one str for two names": (("build_vocabulary", "text", "chars = list(text)\nfor i, char in chars:\n    pass"),
                              "`enumerate(chars)` gives a number and the str"),
    "a range of a float": (("make_windows", "series, length", "N = len(series) / length\nfor n in range(N):\n    pass"),
                           "`/` on line 2 gives one, `//` a whole number"),
    "a list for an array": (("fit_scale", "series", "return series.mean(), series.std()"), "`np.asarray(series)`"),
    "the keys of a dict": (("clip_by_norm", "grads, max_norm", "n = sum(np.sum(g**2) for g in "
                                                               "grads)"), "`grads.values()`"),
    "a key that is not there": (("clip_by_norm", "grads, max_norm", "return grads['Wx'], 1.0"), "has the keys 'dWx', "
                                                                                                "'dWh', 'db'"),
    "one step too far": (forward("for t in range(len(X) + 1):\n    x_t = X[t]"), "`X` has no element"),
    "no value to add to": (cell_back("dWx += dh_t @ x_t.T"), "`dWx = np.zeros_like(cell.Wx)`"),
    "None, for it was not given": (forward("h = h0\nfor x_t in X:\n    h = cell.Wh @ h"), "`h` is None, as `h0` was "
                                                                                          "not given"),
    "a column of probabilities": (("sample", "model, chars, prefix, length, temperature, rng",
                                   "p = np.full((len(chars), 1), 1 / len(chars))\nreturn rng.choice(chars, "
                                   "p=p)"), "`p[:, 0]`"),
    "a keyword one letter off": (cell_back("db = np.sum(dh_t, axis=1, keepdim=True)"), "`keepdims`"),
    "a product the other way round": (("rnn_cell_forward", "cell, x_t, h_prev",
                                       "return np.tanh(x_t @ cell.Wx + h_prev @ cell.Wh + cell.b), None"),
                                      "`cell.Wx @ x_t` is (5, 1)"),
    "a transpose of three axes": (("readout_backward", "dy, h_states, Wy", "dWy = dy @ h_states.T"),
                                  "`h_states.transpose(0, 2, 1)`"),
    "a made array without an axis": (forward("h_states = np.zeros((len(X), len(cell.b)))\nh_states[0] = cell.b"),
                                     "`h_states` (line 2) is (8, 6), and would have to be (8, 6, 1)"),
    "a middle axis left out": (("make_windows", "series, length",
                                "X = np.zeros((length, 1, 4))\nfor n in range(4):\n    X[:, n] = series[:length]"),
                               "`X[:, 0, n]` is (3,), which fits"),
    "a sum that starts from a list": (cell_back("dWx = []\ndWx += dh_t @ x_t.T"), "`np.zeros((5, 2))`"),
    "too few arguments": (("rnn_forward", "cell, X, h0=None", "def step(cell, x):\n    return x\nstep(X[0])"),
                          "called as `step(cell, x)`; here it gets 1 argument."),
    "too many numbers": (forward("np.arange(6).reshape(2, 4)"), "(6,), 6 numbers; (2, 4) takes 8"),
    "two arrays side by side": (("rnn_cell_forward", "cell, x_t, h_prev", "np.concatenate([cell.Wx, cell.Wh])"),
                                "`np.concatenate([cell.Wx, cell.Wh], axis=1)` is (5, 7)"),
    "an axis that is not there": (cell_back("db = dh_t.sum(axis=2)"), "its axes are 0 and 1"),
    "a shape in a shape": (cell_back("np.zeros((cell.b.shape, 3))"), "`cell.b.shape[0]`, 5"),
    "a str for a place": (("build_vocabulary", "text", "chars = sorted(set(text))\nreturn chars[text[0]]"),
                          "Its place is `chars.index(text[0])`"),
    "names taken apart": (("train_step", "model, X, Y, lr, max_norm", "for name, p in model.params:\n    "
                                                                      "model.params[name] -= lr"),
                          "`model.params.items()`"),
    "all that a function returned": (("train_step", "model, X, Y, lr, max_norm",
                                      "norm = model.loss_and_gradients(X, Y)\nlr / norm"),
                                     "`norm` is a tuple of 2, all that `model.loss_and_gradients` on line 2 returns"),
    "a name that lacks its beginning": (("rnn_cell_forward", "cell, x_t, h_prev",
                                         "global my_helper\nmy_helper = abs\nreturn helper(x_t)"),
                                        "there is `my_helper`"),
    "a name of Python's": (("fit_scale", "series", "sum = sum(series)\nreturn sum, sum"),
                           "which hides Python's `sum`: give it another name."),
    "another name of Python's": (forward("len = len_of(X) if h0 else 8\nfor t in range(len(X)):\n    pass"),
                                 "`len` is a number here, which hides Python's `len`"),
    "a size called": (forward("T = X.size(0)"), "`X.size` is a number, 16; the length of one axis is `X.shape[...]`."),
    "a number called": (("count_parameters", "D, H, O", "return D(H) + O"), "a product is written with `*`"),
    "a sum without a start": (("rnn_backward", "cell, dh, caches", "global dWx\nfor t in range(3):\n    dWx_t = dh[t]\n"
                               "    dWx += dWx_t"), "it needs one before the loop: `dWx = np.zeros_like(cell.Wx)`."),
    "np for something else": (("rnn_cell_forward", "np, x_t, h_prev", "return np.tanh(x_t), None"),
                              "`np` is not NumPy here"),
    "the object given twice": (forward("cell.forward(cell, X[0], h0)"), "`cell`, before the dot, is passed already."),
    "a keyword of a method": (("train_step_characters", "model, X, targets, lr, max_norm",
                               "model.loss_and_gradients(X, targets, loss_fn=abs)"), "but it has `loss`."),
    "arrays in a set": (("rnn_cell_forward", "cell, x_t, h_prev", "cache = {x_t, h_prev}"),
                        "round brackets make a tuple"),
    "commas for a sum": (("rnn_cell_forward", "cell, x_t, h_prev", "np.tanh(cell.Wx @ x_t, cell.Wh @ h_prev, cell.b)"),
                         "`np.tanh` takes one array, and gets 3"),
    "a whole tuple handed on": (forward("h = cell.b\nfor x_t in X:\n    h = cell.forward(x_t, h)"),
                                "`h` is a tuple of 2, all that `cell.forward` on line 4 returns"),
    "pairs without zip": (("readout_backward", "dy, h_states, Wy", "for dy_t, h_t in dy, h_states:\n    pass"),
                          "`in zip(dy, h_states)` takes an element of each."),
    "a view of another shape": (("readout", "h_t, Wy, c", "return h_t.view(-1)"), "`h_t.reshape(-1)`"),
    "a range of an array": (forward("for t in range(X):\n    pass"), "`range(len(X))`"),
    "time last": (("rnn_backward", "cell, dh, caches", "for t in range(len(dh)):\n    dh[:, t, :]"),
                  "`dh` is (8, 5, 1), time first: a step is `dh[t]`, (5, 1)."),
    "an enumeration turned round": (forward("for x_t, t in enumerate(X):\n    cell.forward(x_t, cell.b)"),
                                    "`x_t` is a number here."),
    "an argument lost": (("many_to_many", "h_states, Wy, c", "for c in h_states:\n    Wy @ c + c"),
                         "the argument is lost"),
    "pieces cut short": (("make_windows", "series, length", "np.array([series[n:n + length] for n in range(9)])"),
                         "a slice that reaches beyond the end of `series` is shorter."),
    "a second array for an axis": (("squared_error", "y, target", "np.sum(y, target)"), "what comes second is `axis`"),
    "a list's method of no list": (("train_stream", "model, X, Y, k1, k2, lr", "losses.append(1.0)"),
                                   "No line above gives `losses` a value."),
    "a set indexed": (("build_vocabulary", "text", "chars = set(text)\nchars[0]"), "`sorted(chars)` is a list"),
    "a tuple and a list": (("rnn_backward", "cell, dh, caches", "a = (1, 2)\na + caches"), "`list(a)` joins it"),
    "a norm of NumPy's": (("relative_error", "a, b", "return norm(a - b)"), "NumPy's is `np.linalg.norm`."),
    "a library that is not there": (("readout", "h_t, Wy, c", "return nn.Linear(3, 4)"), "`nn` is PyTorch's"),
    "a tensor's method": (cell_back("return h_t.t()"), "here, `h_t.T`."),
    "a value on another path": (("clip_by_norm", "grads, max_norm", "if max_norm < 0:\n    s = 1\n"
                                 "return {n: (lambda: s)() for n in grads}, 1.0"), "`s` gets its value on line 3"),
    "whole numbers in place": (("fit_scale", "series", "n = np.arange(3)\nn -= 0.5"), "`-=` cannot put floats into it"),
    "a range that counts up": (("rnn_backward_truncated", "cell, dh, caches, k", "for t in range(29, 8):\n    a = t\n"
                                "return a"), "The loop on line 2 makes no step: `range(29, 8)` is empty."),
    "a function for its value": (("numerical_gradient", "f, param, eps=1e-5", "up = f\nreturn up - up"),
                                 "`f` (line 2) is a function: round brackets call it"),
    "a pair for the second": (("train_step_characters", "model, X, targets, lr, max_norm",
                               "grads = 1.0, {}\nreturn {name: grads[name] for name in model.params}"),
                              "`grads` is a tuple of 2: unpack it"),
    "probabilities of every step": (("sample", "model, chars, prefix, length, temperature, rng",
                                     "h = np.ones((3, 2, 1))\np = h.sum(1)\nrng.choice(len(chars), p=p)"),
                                    "`choice` needs 5 probabilities, and `p` is (3, 1). `h` is (3, 2, 1), all steps"),
    "caches for states": (("readout_backward", "dy, h_states, Wy", "def back(dy, h_states):\n    return h_states[0].T\n"
                           "caches = [(1, 2)]\nback(dy, caches)"), "`back` takes `h_states` here, and gets `caches`."),
    "in each other's place": (
        ("rnn_backward", "cell, dh, caches", "def back(dh_t, cache):\n    x, h, n = cache\nback(caches[0], dh[0])"),
        "It is called as `back(dh_t, cache)`: `caches[0]` stands in the place of `dh_t`."),
    "a list for a dict": (("clip_by_norm", "grads, max_norm", "def norm(grads):\n    \"\"\"grads : dict, name -> array"
                           "\"\"\"\n    return grads.values()\nnorm([grads['dWx']])"),
                          "`norm` takes `grads` here, dict, name -> array, and gets `[grads['dWx']]`."),
    "every state for the last": (("train_stream", "model, X, Y, k1, k2, lr",
                                  "from rnn_helpers.bptt import rnn_forward\nrnn_forward(model.cell, X, "
                                  "np.zeros((4, 5, 3)))"), "(4, 5, 3), all steps; `h0` is (H, B)"),
    "a slice of what is ragged": (forward("parts = [X[0], X[0][0]]\ncell.forward(parts[0:2], X[0])"),
                                  "It is called as `cell.forward(x_t, h_prev)`"),
    "all caches for one": (("rnn_backward", "cell, dh, caches", "def back(cache):\n    x, h, n = cache\nback(caches)"),
                           "`back` takes one cache, as `caches[...]` is; `caches` is a list."),
    "no state to start from": (forward("h = h0\ncell.forward(X[0], h)"), "`h` is None, as `h0` was not given"),
    "None to start from": (("rnn_backward", "cell, dh, caches", "carry = None\nfor t in reversed(range(len(dh))):\n"
                            "    dWx, dWh, db, carry = cell.backward(dh[t] + carry, caches[t])"),
                           "`carry` is None, as line 2 says: what should it start from?"),
    "a function that gives None": (forward("def step(x, h):\n    h = x\nh = 0\nh = step(X[0], h)\nX[0] @ h"),
                                   "`h` is None here."),
    "None to start from, and from a function": (
        ("rnn_backward", "cell, dh, caches", "def step(x):\n    pass\ncarry = None\nif len(dh):\n"
         "    carry = step(dh[0])\ndh[0] + carry"), "`carry` is None here."),
    "two arrays to add up one after the other": (forward("np.cumsum(X[0], X[1])"),
                                                 "`np.cumsum` takes one array; what comes second is `axis`."),
    "two arrays to join": (forward("np.concatenate(X[0], X[1])"), "`np.concatenate([X[0], X[1]], ...)`"),
    "all steps for one": (("rnn_backward", "cell, dh, caches", "def back(d):\n    return d, d\na, b = back(dh + 0)\n"
                           "c = np.zeros(dh[0].shape)\nc += b"), "takes the whole `dh`, (8, 5, 1); one step is (5, 1)"),
    "four values for three": (("shares", "backward, cell, dh, caches", "def back():\n    return 1, 2, 3, 4\n"
                               "a = np.zeros((9, 3))\na[0] = [g for g in back()]"),
                              "`back(...)` gives 4 values, and `a[0]` takes 3."),
    "a norm of several": (("shares", "backward, cell, dh, caches", "def back():\n    return np.ones(2), np.eye(3)\n"
                           "np.linalg.norm(back()[:2])"), "gives 2 arrays, and `np.linalg.norm` takes one"),
    "numbers without enumerate": (("one_hot", "indices, size", "for t, index in indices:\n    pass"),
                                  "`enumerate(indices)` gives a place and the number"),
    "elements for places": (("rnn_backward", "cell, dh, caches", "for t in reversed(caches):\n    dh[t]"),
                            "their places are `reversed(range(len(caches)))`"),
    "starts that go beyond": (("make_windows", "series, length", "[series[n + 1] for n in range(len(series))]"),
                              "`range(len(series))` takes all 9: `n + 1` goes beyond."),
    "characters for indices": (("one_hot", "indices, size", "c = ['a', 'b']\nnp.eye(5)[c]"), "`c` holds 'a' and 'b'"),
    "an index of a set": (("build_vocabulary", "text", "chars = set(text)\nchars.index('a')"), "`sorted(chars)` gives"),
    "zeros like no argument": (("readout_backward", "dy, h_states, Wy", "np.zeros_like(c)"), "`Wy` is (2, 4)"),
    "more caches than losses": (("rnn_backward_truncated", "cell, dh, caches, k", "from rnn_helpers.bptt import "
                                 "rnn_backward\nrnn_backward(cell, dh[1:], caches)"), "8 caches need 8 dh"),
    "asscalar": (("relative_error", "a, b", "return np.asscalar(a[0, 0])"), "NumPy no longer has `np.asscalar`: write "
                                                                            "`float`."),
    "a dict that loses keys": (("clip_by_norm", "grads, max_norm", "for name in grads:\n    del grads[name]"),
                               "`grads` loses keys while the loop runs over it: `list(grads)` keeps"),
    "a dict whose items lose keys": (("clip_by_norm", "grads, max_norm", "for n, g in grads.items():\n    "
                                                                         "grads.pop(n)"), "`list(grads.items())`"),
    "arrays of any shapes joined": (("clip_by_norm", "grads, max_norm", "parts = list(grads.values())\n"
                                     "np.concatenate(parts)"), "`[g.ravel() for g in parts]`"),
    "a sum of the function around": (
        ("rnn_backward", "cell, dh, caches", "dWx = np.zeros_like(cell.Wx)\ndef walk():\n    dWx += 1\nwalk()"),
        "`nonlocal dWx` at its top makes it that of line 2."),
    "a name of another course": (("rnn_cell_forward", "cell, x_t, h_prev", "return np.tanh(Waa @ h_prev), None"),
                                 "There are `cell.Wx`, (5, 2), `cell.Wh`, (5, 5), `cell.b`, (5, 1), `x_t`, (2, 1) and "
                                 "`h_prev`, (5, 1)."),
    "a loss of another course": (
        ("squared_error", "y, target", "global a_loss_of_ours\ndef a_loss_of_ours():\n    pass\nreturn mse_loss(y), y"),
        "there is `a_loss_of_ours`"),
    "a length as an attribute": (forward("return X.len, X"), "a function of Python's stands around it: `len(X)`"),
    "parameters of a model": (("train_step_characters", "model, X, targets, lr, max_norm", "model.parameters()"),
                              "`model` has no `parameters`, but it has `params`."),
    "a keyword two letters off": (cell_back("np.sum(dh_t, axes=1)"), "`np.sum` has no `axes`, but it has `axis`."),
    "a gap in a sum": (("readout", "h_t, Wy, c", "return Wy @ h_t + ..."), "a gap that is still to be filled"),
    "sizes apart": (("softmax_cross_entropy", "logits, targets", "T, V, B = logits.shape\nnp.indices(T, B)"),
                    "`np.indices((T, B))`"),
    "a range of a shape": (("numerical_gradient", "f, param, eps=1e-5", "for i in range(param.shape):\n    pass"),
                           "`np.ndindex(param.shape)` goes over all places"),
    "a source of randomness called": (("sample", "model, chars, prefix, length, temperature, rng", "rng(5)"),
                                      "`rng.choice(...)`"),
    "a draw from the probabilities": (
        ("sample", "model, chars, prefix, length, temperature, rng", "p = np.ones(5) / 5\ni = rng.choice(p)\n"
         "return chars[i]"), "`rng.choice(p)` draws one of the numbers in `p`; one of its places is "
                             "`rng.choice(len(p), p=p)`."),
    "names among arrays": (("clip_by_norm", "grads, max_norm", "for p, g in zip([1.0], grads):\n    p = p - 0.5 * g"),
                           "`zip([1.0], grads)` takes the names in `grads`; the arrays are `grads.values()`."),
    "numbers for places": (("numerical_gradient", "f, param, eps=1e-5", "for i in param.flat:\n    param[i]"),
                           "their places are `np.ndindex(param.shape)`"),
    "a tuple written into": (cell_back("sums = (h_t, h_prev)\nsums[0] += 1"), "`list(sums)` makes a list"),
    "an array for a key": (cell_back("found = {}\nfound[x_t] = 1"), "`'x_t'`, in quotes, can"),
    "a length of what is reversed": (("rnn_backward", "cell, dh, caches", "back = reversed(caches)\nlen(back)"),
                                     "`reversed(caches)` (line 2) can be gone through"),
    "a place of what is zipped": (("rnn_backward", "cell, dh, caches", "zip(dh, caches)[0]"), "`list(...)` around it"),
    "numbers joined to a text": (("sample", "model, chars, prefix, length, temperature, rng", "out = [1]\n"
                                  "return ''.join(out)"), "`out` holds 1, and `join` takes only str"),
    "a format for an array": (("fit_scale", "series", "s = np.ones(3)\nprint(f'{s:.2f}')"), "`s` is (3,)"),
    "a loss in quotes": (("train_step_characters", "model, X, targets, lr, max_norm", "global cross\ncross = "
                          "lambda y, t: y\nmodel.loss_and_gradients(X, targets, loss='cross')"),
                         "without quotes: `loss=cross`"),
    "a loss that raises when called": (
        ("train_step_characters", "model, X, targets, lr, max_norm", "from rnn_helpers.losses import "
         "softmax_cross_entropy as cross\nmodel.loss_and_gradients(X, targets, loss=cross(X, targets))"),
        "`loss=` takes the function itself, without brackets: `loss=cross`."),
    "a shape of any length": (forward("np.arange(18).reshape(6, -1, 2)"), "(6, -1, 2) takes a multiple of 12"),
    "other axes joined": (forward("np.concatenate([np.zeros(3), X[0]])"), "the shapes are (3,) and (2, 1)"),
    "a norm of a list": (("clip_by_norm", "grads, max_norm", "parts = list(grads.values())\nnp.linalg.norm(parts)"),
                         "`np.linalg.norm` takes one array: call it for each"),
    "indices multiplied": (("softmax_cross_entropy", "logits, targets", "targets * logits"), "in square brackets"),
    "one index for several": (("sample", "model, chars, prefix, length, temperature, rng", "from rnn_helpers.text "
                               "import one_hot\none_hot(3, 5)"), "`[3]` holds it"),
    "a text for indices": (("sample", "model, chars, prefix, length, temperature, rng", "from rnn_helpers.text "
                            "import one_hot\none_hot(prefix, 5)"), "`prefix` is a str, and `indices` is (T,) integers"),
    "lists in a list": (("rnn_backward_truncated", "cell, dh, caches, k", "from rnn_helpers.bptt import rnn_backward\n"
                         "kept = []\nkept.append(list(caches))\nrnn_backward(cell, dh, kept)"),
                        "`kept + ...` joins two"),
    "a softmax of a flat array": (
        ("sample", "model, chars, prefix, length, temperature, rng", "from rnn_helpers.losses import softmax\n"
         "softmax(model.c[:, 0])"), "`softmax(model.c[:, 0], axis=0)`"),
    "an array made for other sizes": (
        ("many_to_many", "h_states, Wy, c", "Y = np.zeros(np.shape(h_states))\nfor t in range(len(Y)):\n"
         "    Y[t] = Wy @ h_states[t] + c\nreturn Y"), "Line 2 makes `Y` (8, 5, 1), so `Y[t]` takes (5, 1)."),
    "sizes for places": (("numerical_gradient", "f, param, eps=1e-5", "for i, j in param.shape:\n    pass"),
                         "`np.ndindex(param.shape)` goes through all places."),
    "rows for a number of rows": (("one_hot", "indices, size", "return np.eye(indices, size)"),
                                  "`np.eye` takes a number of rows, and `indices` is (3,)"),
    "a method as a function": (("train_step", "model, X, Y, lr, max_norm", "loss_and_gradients(model, X, Y)"),
                               "`loss_and_gradients` is a method of `model`: `model.loss_and_gradients(X, targets"),
    "a method by another name": (("train_step", "model, X, Y, lr, max_norm", "model.loss_and_grads(X, Y)"),
                                 "but it has `loss_and_gradients`"),
    "a method of another course": (forward("cell.step(X[0], h0)"), "`cell` has `forward(...)` and `backward(...)`."),
    "a module of Python's": (("fit_scale", "series", "return statistics.pstdev(series), 1"), "`import statistics`"),
    "a dict without a start": (("build_vocabulary", "text", "for i, c in enumerate(text):\n    index_of[c] = i"),
                               "needs a start, as `index_of = {}`"),
    "a cell taken apart": (("rnn_cell_forward", "cell, x_t, h_prev", "Wx, Wh, b = cell"),
                           "its parts are `cell.Wx`, `cell.Wh` and `cell.b`"),
    "three names for a number and a pair": (
        ("readout_backward", "dy, h_states, Wy", "for t, d, h in enumerate(zip(dy, h_states)):\n    pass"),
        "`for t, (d, h) in`"),
    "three names for a place and a number": (
        ("numerical_gradient", "f, param, eps=1e-5", "for i, j, p in np.ndenumerate(param):\n    pass"),
        "`for (i, j), p in`"),
    "a sum along the wrong axis": (cell_back("db = np.zeros_like(cell.b)\ndb += np.hstack([h_t, h_t]).sum(axis=0)"),
                                   "along axis 1, with `keepdims=True`, it is (5, 1)."),
    "two transposes changed": (cell_back("return dh_t.T @ x_t, h_t, h_t, h_t"), "`dh_t @ x_t.T` is (5, 2)"),
    "a transpose on the other side": (("readout_backward", "dy, h_states, Wy", "dh = np.zeros(np.shape(h_states))\n"
                                       "dh[0] = dy[0] @ Wy"), "`Wy.T @ dy[0]` is (4, 1)"),
    "a list in bits": (("fit_scale", "series", "d = [1.0, 2.0]\nreturn d ** 2, 1"), "`np.asarray(d)` has"),
    "all arrays squared": (("clip_by_norm", "grads, max_norm", "np.sum(grads.values() ** 2)"), "one after the other"),
    "a set of arrays": (("clip_by_norm", "grads, max_norm", "return {g for g in grads.values()}, 1"), "` a dict."),
    "a number added to a list": (("train_stream", "model, X, Y, k1, k2, lr", "losses = []\nlosses += 1.5"),
                                 "`losses.append(1.5)`"),
    "a tuple in a dict": (("train_step", "model, X, Y, lr, max_norm", "from rnn_helpers.training import "
                           "clip_by_norm\ndWx = model.loss_and_gradients(X, Y)\nclip_by_norm({'Wx': dWx}, 1.0)"),
                          "`dWx` is a tuple of 2, all that `model.loss_and_gradients` on line 3 returns"),
    "a list of one for an index": (("sample", "model, chars, prefix, length, temperature, rng", "i = [1]\nchars[i]"),
                                   "`i[0]`"),
    "probabilities for a size": (("sample", "model, chars, prefix, length, temperature, rng", "p = np.ones(5) / 5\n"
                                  "rng.choice(5, p)"), "`rng.choice(5, p=p)`"),
    "a comma for a colon": (("train_stream", "model, X, Y, k1, k2, lr", "a = 3\nX[a, a + k1]"), "`X[a:a + k1]`"),
    "an element of nothing": (forward("hs = []\nhs[0] = X[0]"), "it is empty. `hs.append(...)` adds one."),
    "values drawn with their probabilities": (
        ("sample", "model, chars, prefix, length, temperature, rng", "v = np.arange(5.0)\ni = rng.choice(v, p=v / 10)\n"
         "return chars[i]"), "`i` is a float, and a whole number is needed here."),
    "columns side by side": (forward("np.column_stack([np.zeros((3, 1)), X[0]])"), ""),
    "rows below each other": (forward("np.vstack([np.zeros(3), X[0]])"), ""),
    "a loss that is no method called": (("train_step", "model, X, Y, lr, max_norm", "return loss, 1.0"),
                                        "No line above gives `loss` a value."),
    "no places kept": (("numerical_gradient", "f, param, eps=1e-5", "it = np.nditer(param)\nparam[it.multi_index]"),
                       "`np.nditer(param, flags=['multi_index'])` does."),
    "values taken by other names": (
        ("train_step", "model, X, Y, lr, max_norm", "from rnn_helpers.losses import squared_error\n"
         "from rnn_helpers.readout import readout_backward\nloss, dh = squared_error(Y, Y)\n"
         "readout_backward(loss, Y, model.Wy)"), "It is called as `readout_backward(dy, h_states, Wy)`."),
    "values taken in another order": (
        ("train_step", "model, X, Y, lr, max_norm", "from rnn_helpers.losses import squared_error\n"
         "from rnn_helpers.readout import readout_backward\ndy, loss = squared_error(Y, Y)\n"
         "readout_backward(dy, Y, model.Wy)"),
        "`squared_error` returns `loss, dy`, in this order; line 4 takes `dy, loss`."),
    "a learner's own error": (cell_back("raise ValueError('not like this')"), ""),
}


@pytest.mark.parametrize("kind", WHAT_TO_DO)
def test_what_to_do_is_said_where_the_line_and_its_values_prove_it(kind):
    (name, arguments, lines), words = WHAT_TO_DO[kind]
    problem = check.run(name, written(name, arguments, lines)).judgement.advice
    assert problem[0].kind == "happened" and problem[0].theirs and problem[0].code.startswith("line "), problem
    hints = [str(line) for line in problem[1:] if not line.startswith(("It works on", "it reads"))]
    assert words in " ".join(hints) if words else not hints, (words, hints)


def written(name, arguments, lines):
    """A function as if it stood in a cell of a notebook."""
    source, cell = f"def {name}({arguments}):\n" + textwrap.indent(lines, "    ") + "\n", f"<a cell with {name} " \
                                                                                          f"{abs(hash(lines))}>"
    linecache.cache[cell] = len(source), None, source.splitlines(keepends=True), cell
    namespace = {"np": np}
    exec(compile(source, cell, "exec"), namespace)
    return namespace[name]


def test_a_function_that_the_checked_one_calls_is_named():
    def inner(x_t):
        return x_t[9]

    def outer(cell, x_t, h_prev):
        return inner(x_t)

    assert "of inner: return x_t[9]" in told("rnn_cell_forward", outer)[1]
    assert "of too_far" not in told("rnn_cell_forward", too_far)[1]


class Trap:
    """Looked at in any way, it raises."""

    def __getattribute__(self, name):
        raise RuntimeError(name)

    def __len__(self):
        raise RuntimeError


def test_what_cannot_be_looked_at_stops_no_check():
    def caught(cell, x_t, h_prev):
        trap = Trap()
        return trap @ x_t + x_t @ x_t

    assert told("rnn_cell_forward", caught)[0] == 0


def test_an_error_for_one_size_only_says_for_which():
    def square(cell, x_t, h_prev):
        if x_t.shape[1] != 1:
            raise ValueError("one column only")
        return right(cell, x_t, h_prev)

    points, advice, _ = told("rnn_cell_forward", square)
    assert 0 < points < FULL["rnn_cell_forward"]
    assert "works on 'one example'" in advice and "fails on 'a batch of 2'" in advice and "one column only" in advice


def test_it_is_not_said_to_work_where_nothing_was_compared():
    def always_fails(model, chars, prefix, length, temperature, rng):
        return "".join(chars[char] for char in prefix)

    assert "works on" not in told("sample", always_fails)[1]

    def indexes_time(logits, targets):
        p = softmax(logits, axis=1)
        return -np.log(p)[targets].sum(), p - np.eye(logits.shape[1])[targets].transpose(0, 2, 1)

    points, advice, _ = told("softmax_cross_entropy", indexes_time)
    assert 0 < points and "IndexError" in advice and "works on" not in advice


def test_a_transpose_too_many():
    advice = told("many_to_many", transposed_states)[1]
    assert "`h.T` has a transpose too many: `Wy @ h` is (2, 1)" in advice and ".T.T" not in advice


def transposed_states(h_states, Wy, c):
    h = None  # noqa: F841 - another than the one that fails
    return np.array([Wy @ h.T + c for h in h_states])


def test_a_stub_and_what_is_more_than_a_stub():
    def stub(cell, x_t, h_prev):
        """Says what to do."""
        raise NotImplementedError

    def forgot_to_take_it_out(cell, x_t, h_prev):
        z_t = cell.Wx @ x_t
        np.tanh(z_t)
        raise NotImplementedError

    def calls_a_stub(cell, X, h0=None):
        return stub(cell, X[0], h0)

    assert "not attempted yet: rnn_cell_forward(" in told("rnn_cell_forward", stub)[1]
    assert "remove the line" in told("rnn_cell_forward", forgot_to_take_it_out)[1]
    advice = told("rnn_forward", calls_a_stub)[1]
    assert "stub" in advice and "not written yet" in advice and "yours_or_ours" in advice


def test_the_line_that_called_a_helper_is_told():
    function = written("rnn_backward", "cell, dh, caches", "return back(cell, dh[0], caches)")
    function.__globals__["back"] = written("back", "cell, dh_t, cache", "x_t, h_prev, h_t = cache\nreturn x_t")
    code = check.run("rnn_backward", function).judgement.advice[0].code
    assert code == "line 2 of back: x_t, h_prev, h_t = cache, called in line 2: return back(cell, dh[0], caches)"
