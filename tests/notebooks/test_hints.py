"""Hints on demand: three steps below each check, never the answer; the smallest case's numbers are what comes out."""

import ast
import re

import numpy as np
import pytest

from authoring.files import all_names, read, solution_path
from rnn_helpers.cell import RNNCell
from rnn_helpers.check import EXERCISES
from rnn_helpers.model import RNNModel

UNIT = RNNCell.from_arrays(*(np.array([[value]]) for value in (0.5, 0.8, 0.1)))  # one unit, one input
STEP = re.compile(r"<details><summary>Hint (\d) of 3: ([^<]+)</summary>\n\n(.+?)\n\n</details>", re.DOTALL)


def checks():
    """Each check of the notebooks: exercise -> the cell below it."""
    found = {}
    for name in all_names():
        cells = read(solution_path(name)).cells
        for cell, below in zip(cells, [*cells[1:], None], strict=True):
            grade = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and grade.get("grade"):
                found[grade["grade_id"].removeprefix("check_")] = below
    return found


BELOW = checks()


def steps(name):
    """The texts of an exercise's three hints."""
    return [text for *_, text in STEP.findall(BELOW[name].source)]


def test_there_is_a_cell_for_each_exercise():
    assert set(BELOW) == set(EXERCISES)


@pytest.mark.parametrize("name", BELOW)
def test_three_steps_and_never_the_answer(name):
    cell = BELOW[name]
    assert cell.cell_type == "markdown" and cell.id == "hints-" + name.replace("_", "-")
    assert [(number, title) for number, title, _ in STEP.findall(cell.source)] == [
        ("1", "the idea"), ("2", "the equation and a skeleton"), ("3", "the smallest case, by hand")]
    assert not STEP.sub("", cell.source).strip(), "all of it is folded"
    idea, skeleton, smallest = steps(name)
    equation, code = re.fullmatch(r"\$\$(.+)\$\$\n\n```python\n(.+)\n```", skeleton, re.DOTALL).groups()
    body = ast.parse("def f():\n" + "\n".join(f"    {line}" for line in code.splitlines())).body[0].body
    gaps = [node for statement in body for node in ast.walk(statement) if isinstance(node, ast.Name)
            and node.id == "___"]
    assert len(gaps) >= 2 or len(body) == 1 and gaps, "a skeleton has gaps"
    assert "___" not in idea + equation + smallest and "return" in code


def column(*values):
    """A column (H, 1)."""
    return np.array(values, float)[:, None]


def series(*values):
    """A sequence of one number a step, (T, 1, 1)."""
    return np.array(values, float).reshape(-1, 1, 1)


def shown(value):
    """Numbers as a reader compares them: four digits, an array as nested lists, one number without brackets."""
    value = np.asarray(value)
    if value.size == 1:
        return f"{float(value.ravel()[0]) + 0.0:.4g}"
    return "[" + ", ".join(map(shown, value)) + "]"


def listed(values):
    return ", ".join(map(shown, values))


def called(**values):
    return ", ".join(f"{name} = {shown(value)}" for name, value in values.items())


def unit_model(Wy=(2,), Wx=(0.5,)):
    """One unit with a readout, c = 0."""
    model = RNNModel(len(Wx), 1, len(Wy), np.random.default_rng(0))
    model.cell = RNNCell.from_arrays(np.array([Wx]), UNIT.Wh.copy(), UNIT.b.copy())
    model.Wy, model.c = column(*Wy), np.zeros((len(Wy), 1))
    return model


def two_caches():
    """The caches of X = 1, 0 after h0 = 0.5."""
    h = [column(0.5)]
    for x in (1, 0):
        h.append(np.tanh(UNIT.Wx * x + UNIT.Wh @ h[-1] + UNIT.b))
    return [(column(1), h[0], h[1]), (column(0), h[1], h[2])]


def step_back(f):
    h_t = np.tanh(column(1))
    gradients = f(UNIT, column(1), (column(1), column(0.5), h_t))
    return (f"$h_t = {shown(h_t)}$", f"$dz_t = {shown(1 - h_t**2)}$",
            called(**dict(zip(("dWx", "dWh", "db", "dh_prev"), gradients, strict=True))))


def walk_back(f, *k):
    return called(**dict(zip(("dWx", "dWh", "db", "dh0"), f(UNIT, series(1, 1), two_caches(), *k), strict=True)))


def slope(f):
    w = np.array([3.0])
    gradient = f(lambda: float(w[0]**2), w, 0.1)
    return f"the gradient is {shown(gradient)}.", f"$w$ is {shown(w)} again"


def windows(f):
    X, Y = f(np.array([1.0, 2.0, 3.0, 4.0]), 2)
    return ("; ".join(f"{shown(X[:, 0, n])} → {shown(Y[:, 0, n])}" for n in range(X.shape[2])) + ".",
            f"X and Y have shape {X.shape}.")


def clip(f):
    clipped, norm = f({"dWx": np.array([3.0]), "db": np.array([4.0])}, 1.0)
    return f"the norm is {shown(norm)},", called(**clipped)


def training(f):
    model = unit_model()
    loss, norm = f(model, series(1), series(1), 0.1, np.inf)
    cell = model.cell
    return (f"The loss is {shown(loss)}, the norm {shown(norm)};",
            called(Wx=cell.Wx, Wh=cell.Wh, b=cell.b, Wy=model.Wy, c=model.c))


def training_characters(f):
    model = unit_model(Wy=(1, -1))
    loss, norm = f(model, series(1), np.array([[0]]), 0.1, np.inf)
    return f"The loss is {shown(loss)}, the norm {shown(norm)};", called(Wy=model.Wy, c=model.c)


def entropy(f):
    loss, dlogits = f(np.array([[[0.0], [np.log(3.0)]]]), np.array([[0]]))
    return f"The loss is {shown(loss)} = log 4", called(dlogits=dlogits[0, :, 0])


def sampled(f):
    text = f(unit_model(Wy=(-5, 5), Wx=(2, -2)), ["a", "b"], "a", 4, 0.01, np.random.default_rng(0))
    return (f"comes \"{text}\".",)


def streamed(f):
    losses = f(unit_model(), series(1, 0, -1), series(1, 1, 1), 2, 2, 0.1)
    return (f"There are {len(losses)} losses, of two steps and of one: {listed(losses)}.",)


def one_at_a_time(f):
    def first_only(cell, dh, caches):
        return 3 * dh[0], 4 * dh[0], dh[0], dh[0]

    return (" and ".join(map(shown, f(first_only, UNIT, series(1, 1), [None, None]))) + ".",)


STATES = series(0.5, -0.5)  # two steps, one unit

SMALLEST = {  # exercise -> (its function) -> what stands in the third hint, to the letter
    "rnn_cell_forward": lambda f: (f"$h_t = {shown(f(UNIT, column(1), column(0.5))[0])}$",),
    "readout": lambda f: (f"$y_t = {shown(f(column(0.5, 0.25), np.array([[2.0, -1.0]]), column(0.1)))}$",),
    "rnn_forward": lambda f: (f"The states are {listed(f(UNIT, series(1, 0, -1))[0])}:",),
    "many_to_many": lambda f: (f"The outputs are {listed(f(STATES, column(2), column(2)))}.",),
    "many_to_one": lambda f: (f"The output is {shown(f(STATES, column(2), column(2)))}.",),
    "count_parameters": lambda f: (f"D = 1, H = 2, O = 1: 2 + 4 + 2 + 2 + 1 = {f(1, 2, 1)}.",),
    "rnn_cell_backward": step_back,
    "rnn_backward": lambda f: (f"Then {walk_back(f)}.",),
    "numerical_gradient": slope,
    "relative_error": lambda f: (f"The error is {shown(f(np.array([3.0, 4.0]), np.array([3.0, 3.0])))}.",),
    "make_windows": windows,
    "fit_scale": lambda f: ("shift = {}, scale = {}.".format(*map(shown, f(np.array([1.0, 3.0])))),),
    "squared_error": lambda f: ("loss = {}, dy = {}.".format(*map(shown, f(column(1, 3), column(2, 1)))),),
    "readout_backward": lambda f: ("dWy = {}, dc = {}, dh = {}.".format(
        *map(shown, f(series(1, -3), STATES, column(2)))),),
    "clip_by_norm": clip,
    "train_step": training,
    "build_vocabulary": lambda f: ("chars = `{}`, index_of = `{}`.".format(*f("hello")),),
    "one_hot": lambda f: ("the two columns are {} and {}.".format(*(shown(X_t[:, 0]) for X_t in f([2, 0], 3))),),
    "softmax_cross_entropy": entropy,
    "train_step_characters": training_characters,
    "sample": sampled,
    "rnn_backward_truncated": lambda f: (f"k = 1: {walk_back(f, 1)}; k = 2: {walk_back(f, 2)}.",),
    "train_stream": streamed,
    "shares": one_at_a_time,
}


@pytest.mark.parametrize("name", BELOW)
def test_the_smallest_case_is_what_the_function_gives(name):
    for words in SMALLEST[name](EXERCISES[name].reference):
        assert words in steps(name)[2]
