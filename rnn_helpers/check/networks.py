"""Cells and models made of the arrays of a fixture."""

from rnn_helpers.cell import RNNCell
from rnn_helpers.gradcheck import check_gradients
from rnn_helpers.model import RNNModel


def draw_cell(rng, D, H, suffix=""):
    """Weights of a cell in which no term is small: Wx, Wh (not symmetric), b."""
    return {f"Wx{suffix}": rng.normal(0, 0.7, (H, D)), f"Wh{suffix}": rng.normal(0, 0.6, (H, H)),
            f"b{suffix}": rng.normal(0, 0.5, (H, 1))}


def draw_sequence(rng, size, suffix="", spread=1.5):
    """A cell, X, h0 and dh, of some spread; size : (T, D, H, B)."""
    T, D, H, B = size
    return {**draw_cell(rng, D, H, suffix), f"X{suffix}": rng.normal(size=(T, D, B)),
            f"h0{suffix}": rng.uniform(-0.9, 0.9, (H, B)), f"dh{suffix}": rng.normal(0, spread, (T, H, B))}


def halve(cell):
    """Other weights, in the same arrays."""
    for weights in (cell.Wx, cell.Wh, cell.b):
        weights *= 0.5


def cell_of(inputs, suffix="", dtype=float):
    """An RNNCell on the arrays Wx, Wh, b of a fixture (with a suffix: Wx2, ...); on copies in another dtype."""
    return inputs.watch(RNNCell.from_arrays(*(inputs[name + suffix].astype(dtype, copy=False)
                                              for name in ("Wx", "Wh", "b"))))


def model_of(inputs, suffix=""):
    """An RNNModel on the arrays Wx, Wh, b, Wy, c of a fixture."""
    model = RNNModel.__new__(RNNModel)
    model.cell, model.Wy, model.c = cell_of(inputs, suffix), inputs["Wy" + suffix], inputs["c" + suffix]
    return inputs.watch(model)


def differences(case, start, loss):
    """A witness: a case's dWx, dWh, db and the gradient of the state it starts from, against central differences.

    start : the state's name; loss : (inputs, cell) -> number
    """

    def witness(i, values):
        cell = cell_of(i)
        params = {"dWx": cell.Wx, "dWh": cell.Wh, "db": cell.b, f"d{start}": i[start]}
        return check_gradients(lambda: loss(i, cell), params, {name: values[f"{case}/{name}"] for name in params})

    return witness
