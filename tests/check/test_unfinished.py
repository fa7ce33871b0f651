"""Code that is not written to its end is told so, before any mistake is named."""

import linecache
import re

import pytest

from rnn_helpers import check
from tests.check.test_happened import written

FORWARD = "h = np.zeros((len(cell.Wh), X[0].shape[1])) if h0 is None else h0\nh_states, caches = [], []\nfor x_t in " \
          "X:\n" \
    "    h_prev, h = h, np.tanh(cell.Wx @ x_t + cell.Wh @ h + cell.b)\n    h_states.append(h)\n    " \
    "caches.append((x_t, h_prev, h))\n"
STEP = "x_t, h_prev, h_t = cache\ndz = dh_t * (1 - h_t**2)\ndWx, dWh, db = dz @ x_t.T, np.zeros_like(cell.Wh), " \
       "np.zeros_like(cell.b)\n" \
    "dh_prev = np.zeros_like(h_prev)\nreturn dWx, dWh, db, dh_prev"
TRAIN = "loss, gradients = model.loss_and_gradients(X, Y)\nnorm = np.sqrt(sum(np.sum(gradients[name]**2) for name " \
        "in model.params))\n"

UNFINISHED = {  # (exercise, arguments, lines) -> what is said
    "nothing returned": (("rnn_cell_forward", "cell, x_t, h_prev", "h_t = np.tanh(cell.Wx @ x_t)"), "has no `return`"),
    "an except": (("relative_error", "a, b", "try:\n    return np.norm(a - b)\nexcept Exception:\n    return None"),
                  "This `except` hides what happened"),
    "an update that is lost": (("train_step", "model, X, Y, lr, max_norm",
                                TRAIN + "model.cell.Wx - lr * gradients['Wx']\nreturn loss, norm"),
                               "the same as before the call\\. This line changes nothing"),
    "one value of another name": (("rnn_cell_backward", "cell, dh_t, cache", "return dh_t * (1 - cache[2]**2)"),
                                  "dWx, dWh.* are not returned. Expected"),
    "None alone": (("readout", "h_t, Wy, c", "y_t = Wy @ h_t\nreturn None"), "nothing is written there"),
    "printed": (("count_parameters", "D, H, O", "print(D * H)"), "`return` gives it back"),
    "None": (("rnn_cell_forward", "cell, x_t, h_prev", "h_t = None\ncache = None\nreturn h_t, cache"), "h_t.* None"),
    "four None": (("rnn_cell_backward", "cell, dh_t, cache", "return None, None, None, None"), "dWx, dWh, db and "
                                                                                               "dh_prev are None"),
    "an ellipsis": (("readout", "h_t, Wy, c", "y_t = ...\nreturn y_t"), r"y_t is still `\.\.\.`"),
    "a list of ellipses": (("many_to_many", "h_states, Wy, c", "return np.array([... for h_t in h_states])"),
                           r"Y is still `\.\.\.` everywhere"),
    "a list of None": (("many_to_many", "h_states, Wy, c", "return [None for h_t in h_states]"),
                       "Y is None everywhere"),
    "a gap of the skeleton": (("readout", "h_t, Wy, c", "___ = 'what IPython shows'\nreturn ___ @ h_t + ___"),
                              "A gap is left here, `___`"),
    "one number for all": (("relative_error", "a, b", "return 0.0"), "reads none of its arguments"),
    "a dict that is returned as created": (
        ("clip_by_norm", "grads, max_norm", "norm = np.sqrt(sum((g**2).sum() for g in grads.values()))\nclipped = {}\n"
         "return clipped, norm"), "`clipped` .line 3. is returned as created"),
    "no update, and a new array filled": (
        ("train_step", "model, X, Y, lr, max_norm", TRAIN + "sizes = np.zeros(5)\nsizes[:2] = norm\nreturn loss, norm"),
        "the update is still to be written"),
    "zeros": (("rnn_cell_forward", "cell, x_t, h_prev", "h_t = np.zeros_like(h_prev)\nreturn h_t, (x_t, h_prev, "
                                                        "h_t)"), "0 everywhere"),
    "three of four": (("rnn_cell_backward", "cell, dh_t, cache", STEP),
                      "dWh, db and dh_prev are 0 everywhere.*`dWh` .line 4., `db` .line 4. and `dh_prev` .line 5. are "
                      "returned as created"),
    "an empty array": (("rnn_forward", "cell, X, h0=None", "caches = []\nh_states = np.empty((len(X), len(cell.b), "
                                                           "X[0].shape[1]))\n"
                                                           "return h_states, caches"), "`h_states` .line 3."),
    "an empty text": (("sample", "model, chars, prefix, length, temperature, rng", "text = ''\nreturn text"), "empty"),
    "no losses": (("train_stream", "model, X, Y, k1, k2, lr", "losses = []\nreturn losses"), "the same as before "
                                                                                             "the call"),
    "three values of four": (("rnn_cell_backward", "cell, dh_t, cache", "x_t, h_prev, h_t = cache\ndz = dh_t * (1 - "
                                                                        "h_t**2)\n"
                              "return dz @ x_t.T, dz @ h_prev.T, dz.sum(axis=1, keepdims=True)"), "dh_prev is not "
                                                                                                  "returned"),
    "return in the loop": (("rnn_forward", "cell, X, h0=None", FORWARD + "    return np.array(h_states), "
                                                                         "caches"), "stands in the loop"),
    "return in the loop, and nothing is kept": (
        ("many_to_many", "h_states, Wy, c", "for h in h_states:\n    y_t = Wy @ h + c\n    return y_t"),
        "Move it below the loop, and collect what each pass makes."),
    "return in the loop of a text": (
        ("sample", "model, chars, prefix, length, temperature, rng",
         "text = prefix\nfor n in range(length):\n    text += chars[0]\n    return text"), "stands in the loop"),
    "return in the loop of a dict": (
        ("clip_by_norm", "grads, max_norm", "norm, found = np.sqrt(sum((g**2).sum() for g in grads.values())), {}\n"
         "for name, g in grads.items():\n    found[name] = g * min(1, max_norm / (norm or 1))\n    return found, norm"),
        "stands in the loop"),
    "an update of a dict's arrays": (
        ("train_step", "model, X, Y, lr, max_norm", TRAIN + "params = model.params\nfor name in params:\n"
         "    params[name] = params[name] - lr * gradients[name]\nreturn loss, norm"), "makes a new array"),
    "no update": (("train_step", "model, X, Y, lr, max_norm", TRAIN + "return loss, norm"),
                  "Wx, Wh, b, Wy and c are the same as before the call: the update is still to be written"),
    "an update of local names": (("train_step", "model, X, Y, lr, max_norm",
                                  TRAIN + "Wx = model.cell.Wx\nWx = Wx - lr * gradients['Wx']\nreturn loss, "
                                          "norm"), "makes a new array and leaves the model"),
}


@pytest.mark.parametrize("kind", UNFINISHED)
def test_what_is_not_written_yet_is_said_and_nothing_is_named(kind):
    (name, arguments, lines), words = UNFINISHED[kind]
    judgement = check.run(name, written(name, arguments, lines)).judgement
    assert judgement.mistakes == [] and judgement.advice[0].kind == "unfinished", judgement.advice
    assert re.search(words, " ".join(judgement.advice)), judgement.advice


def test_code_below_the_raise_is_seen():
    lines = "raise NotImplementedError\nreturn Wy @ h_t + c"
    judgement = check.run("readout", written("readout", "h_t, Wy, c", lines)).judgement
    assert judgement.status == "not attempted" and "stands above it" in judgement.advice[0]


def test_a_body_of_pass_is_not_attempted():
    assert check.run("readout", written("readout", "h_t, Wy, c",
                                        "'''Describes.'''\npass")).judgement.status == "not attempted"


RIGHT_ENOUGH = {  # what looks unfinished and is not
    "a loss of 0 that is added to": ("squared_error", "y, target", "loss = 0\nloss += np.sum((y - target)**2)\nreturn "
                                                                   "loss, 2 * (y - target)"),
    "a list that is filled": ("rnn_forward", "cell, X, h0=None", FORWARD + "return np.array(h_states), caches"),
    "arguments without names": ("count_parameters", "*sizes", "D, H, O = sizes\nreturn H * (D + H + 1) + O * (H + 1)"),
    "a return in an if in a loop": ("count_parameters", "D, H, O", "for n in range(3):\n    if n:\n        return H * "
                                                                   "(D + H + 1) + O * (H + 1)"),
}


@pytest.mark.parametrize("lines, words", [
    ("for k in range(3):\n    pass\nreturn k, k, k, k", "gives one of the arguments another value"),
    *((f"t = 3\nfor s in range({ends}):\n    pass\nreturn 0, 0, 0, 0", "needs a third argument, -1")
      for ends in ("len(dh) - 1, -1", "t, t - k", "t, max(t - k, -1)", "t, max(0, t - k)"))])
def test_a_loop_that_loses_an_argument_or_never_runs_is_told_first(lines, words):
    judgement = check.run("rnn_backward_truncated",
                          written("rnn_backward_truncated", "cell, dh, caches, k", lines)).judgement
    assert words in judgement.advice[0] and judgement.mistakes == [], judgement.advice


SUM = "loss = 0\nfor e in (y - target).ravel():\n    {}\nreturn loss, 2 * (y - target)"


@pytest.mark.parametrize("line, told", [
    ("loss += loss", True), ("loss = loss + loss", True), ("loss += e", False), ("e += e; loss += e", False),
    ("if e > 0: loss += loss", False)])
def test_a_sum_that_is_added_to_itself(line, told):
    advice = check.run("squared_error", written("squared_error", "y, target", SUM.format(line))).judgement.advice
    assert ("This doubles a sum at each pass" in advice[0] and advice[0].code == f"line 4: {line}") == told


TWICE = "n = len(series)\n{}\nshift = sum(values) / n\nreturn shift, np.sqrt(sum((v - shift)**2 for v in values) / n)"


@pytest.mark.parametrize("line, told", [
    ("values = (float(s) for s in series)", True), ("values = map(float, series)", True),
    ("values = reversed(series)", True), ("values = [float(s) for s in series]", False)])
def test_an_iterator_that_is_gone_through_twice(line, told):
    advice = check.run("fit_scale", written("fit_scale", "series", TWICE.format(line))).judgement.advice
    assert any("only once" in text and text.code == f"line 3: {line}" for text in advice) == told


@pytest.mark.parametrize("lines", [
    "pairs = zip(dh, caches)\nif len(dh) > 3:\n    return list(pairs)\nreturn list(pairs)",
    "pairs = zip(dh, caches)\nfirst = next(pairs)\nreturn list(pairs)",
    "for t in range(3):\n    pairs = zip(dh, caches)\n    for d, c in pairs:\n        pass",
    "pairs = zip(dh, caches)\nfor d, c in pairs:\n    pass\npairs = zip(dh, caches)\nreturn sum(pairs)"])
def test_an_iterator_that_is_gone_through_once(lines):
    advice = check.run("rnn_backward", written("rnn_backward", "cell, dh, caches", lines)).judgement.advice
    assert not any("only once" in text for text in advice)


@pytest.mark.parametrize("lines", [
    "k = -3\nfor s in range(k, 0):\n    caches[s]\nreturn X, X",  # counts up
    "h_t.shape == (1, 2)\nreturn h_t, h_t", "cell.Wx @ X[0] == 1\nreturn X, X",  # looked at only
    "try:\n    T = X.shape[0]\nexcept AttributeError:\n    T = len(X)\nreturn X[T]"])
def test_what_only_looks_like_it(lines):
    advice = check.run("rnn_forward", written("rnn_forward", "cell, X, h0=None", lines)).judgement.advice
    assert not any(word in text for text in advice for word in ("makes no step", "changes nothing", "hides")), advice


def test_a_loop_that_counts_down_runs():
    judgement = check.run("rnn_backward_truncated", written(
        "rnn_backward_truncated", "cell, dh, caches, k",
        "t = 3\nfor s in range(t, t - k, -1):\n    pass\nreturn 0, 0, 0, 0")).judgement
    assert "argument, -1" not in judgement.advice[0]


def test_a_lambda_with_its_arguments_in_another_order():
    text = "readout = lambda Wy, h_t, c: Wy @ h_t + c\n"
    linecache.cache["<a lambda>"] = len(text), None, [text], "<a lambda>"
    exec(compile(text, "<a lambda>", "exec"), space := {})
    assert "in another order" in check.run("readout", space["readout"]).judgement.advice[0]


@pytest.mark.parametrize("kind", RIGHT_ENOUGH)
def test_what_is_right_is_not_called_unfinished(kind):
    assert check.run(RIGHT_ENOUGH[kind][0], written(*RIGHT_ENOUGH[kind])).judgement.status == "right"


def test_a_line_whose_result_is_lost():
    lines = ("h = np.zeros((cell.Wh.shape[0], np.shape(X[0])[1])) if h0 is None else h0\nh_states = np.array([])\n"
             "caches = []\nfor x in X:\n    h, cache = cell.forward(x, h)\n    np.append(h_states, h)\n"
             "    caches.append(cache)\nreturn h_states, caches")
    advice = check.run("rnn_forward", written("rnn_forward", "cell, X, h0=None", lines)).judgement.advice
    assert "changes nothing" in advice[0] and advice[0].code == "line 7: np.append(h_states, h)"
    lines = lines.replace("np.append(h_states, h)", "np.clip(h, -1, 1, out=h)")
    advice = check.run("rnn_forward", written("rnn_forward", "cell, X, h0=None", lines)).judgement.advice
    assert "changes nothing" not in advice[0]


@pytest.mark.parametrize("line, told", [
    ("return 2 * np.exp(-(Wy * Wy) @ h_t)", "It makes no use of the values of `c`."),
    ("return 2 * np.exp(-(Wy * Wy) @ h_t) + np.zeros_like(c)", "It makes no use of the values of `c`."),
    ("return np.sin(Wy @ h_t) * np.cos(c)", "")])
def test_an_argument_that_is_never_read(line, told):
    advice = check.run("readout", written("readout", "h_t, Wy, c, verbose=True", line)).judgement.advice
    assert [text for text in advice if "no use" in text] == [told] * bool(told)
