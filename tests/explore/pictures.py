"""The explorers of the notebooks, and what their controls can be set to."""

from contextlib import contextmanager

import numpy as np

from rnn_helpers.data import sine
from rnn_helpers.explore import control, dynamics, gradients, learning, truncation, unrolling
from rnn_helpers.model import RNNModel


def pictures():
    """An Explorer for each figure of the notebooks, not displayed; an untrained network of their size."""
    with collected() as made:
        dynamics.kick()
        unrolling.graph()
        unrolling.memory()
        gradients.norms()
        gradients.credit()
        learning.continuation(RNNModel(1, 16, 1, np.random.default_rng(0)), sine(200, 25))
        learning.training()
        truncation.cut()
        truncation.lag()
    return made


@contextmanager
def collected():
    """The list of the explorers that the block would have shown."""
    made, show = [], control.Explorer.show
    control.Explorer.show = lambda picture: made.append(picture)
    try:
        yield made
    finally:
        control.Explorer.show = show


def values(widget):
    """What a control can be set to, at most five of a slider, its ends among them."""
    if hasattr(widget, "options"):
        return [pair[1] if isinstance(pair, tuple) else pair for pair in widget.options]
    if isinstance(widget.value, str):
        return [widget.value, widget.value[:-1]]
    if not hasattr(widget, "min"):
        return [False, True]
    count = round((widget.max - widget.min) / widget.step)
    picked = np.unique(np.linspace(0, count, 5).round().astype(int))
    return [type(widget.value)(widget.min + n * widget.step) for n in picked]
