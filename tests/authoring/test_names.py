"""A name with two meanings is found; a name that means one thing is not."""

import pytest

from authoring import names


def told(*sources):
    return [f"{cell}: {what}" for cell, what, _ in names.problems([(f"c{i}", s) for i, s in enumerate(sources, 1)])]


@pytest.mark.parametrize("sources", [
    ["def f():\n    return 1", "def f():\n    return 2"],
    ["def f():\n    return 1\ndef f():\n    return 2"],
    ["class A:\n    pass", "A = 3"],
    ["from rnn_helpers.bptt import rnn_backward", "def rnn_backward(cell, dh, caches):\n    return 0"],
    ["from rnn_helpers.bptt import rnn_backward", "from mine import rnn_backward"],
    ["import numpy as np", "import math as np"],
    ["from a import f", "f = 3"],
    ["for f in range(3):\n    print(f)", "def f():\n    return 1"],
    ["T = 3", "T = 4", "print(T)"],
    ["T = 3", "T = T + 1"],
    ["losses = []", "losses = [1]", "losses += [2]"],
    ["k = 5", "for k in range(3):\n    print(k)", "print(k)"],
    ["W = 1\ndef loss():\n    return W", "W = 2\nprint(W)"],
    ["W = 1\nloss = lambda: W", "W = 2\nprint(W)"],
    ["if True:\n    lr = 0.1", "with open('a') as lr:\n    pass", "print(f'{lr}')"],
    ["(n := 3)", "n = 4", "print(n)"],
    ["def f():\n    global g\n    g = 1", "g = 2"],
    ["%matplotlib inline\nx = 1", "x = 2", "print(x)"],
    ["try:\n    pass\nexcept ValueError as e:\n    print(e)", "e = 2.718", "print([e for _ in range(2)])"],
])
def test_two_meanings_are_refused(sources):
    assert told(*sources)


@pytest.mark.parametrize("sources", [
    ["import numpy as np", "import numpy as np\nprint(np.pi)"],
    ["import os.path", "import os"],
    ["fig, ax = subplots()\nax.plot(1)", "fig, ax = subplots()\nax.plot(2)"],
    ["for t in range(3):\n    print(t)", "for t in range(4):\n    print(t)"],
    ["rng = default_rng(0)\nprint(rng)", "rng = default_rng(1)\nprint(rng)"],
    ["h = 0\nfor t in range(3):\n    h = h + t\nprint(h)"],
    ["total = 0", "total += 1", "print(total)"],
    ["T = 3\nprint([T for t in range(T)])", "T = 4\nprint(sorted([1], key=lambda t: t + T))"],
    ["x = 1\nprint(x)", "def f(x):\n    y = x\n    return y", "x = 2\nprint(f(x))"],
    ["print({k: v for k, v in {}.items()})", "k = 2\nprint(k)", "k = 3\nprint(k)"],
    ["W[0] = 1", "W[0] = 2", "model.b = 3", "model.b = 4"],
    ["for _ in range(3):\n    pass", "for _ in range(3):\n    pass"],
    ["await install('x')"],
    ["!ls", "%time x = 1"],
    ["def f(n):\n    return f(n - 1)"],
])
def test_one_meaning_passes(sources):
    assert told(*sources) == []


def test_the_message_names_both_cells():
    assert told("def f(): pass", "f = 2") == [
        "c2: gives f a second meaning (an assignment); cell 'c1' has one (a def or class)"]
    assert told("T = 3", "T = 4", "print(T)") == [
        "c2: binds T again (first in cell 'c1'), and cell 'c3' reads it without binding it first"]


def test_pythons_own_names_and_the_history_stay_free():
    assert told("sum = 3") == ["c1: binds sum, which hides Python's own sum"]
    assert told("print(_)", "print(Out[3])") == [
        "c1: reads _, which is empty when a notebook is tested",
        "c2: reads Out, which is empty when a notebook is tested"]


def test_a_cell_that_is_not_python_is_told():
    assert "is not Python" in told("x = = 3")[0]
