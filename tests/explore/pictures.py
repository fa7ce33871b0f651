"""The explorers of the notebooks, and what their controls can be set to."""

from contextlib import contextmanager

import numpy as np

from rnn_helpers.data import sine
from rnn_helpers.explore import characters, control, drawn, dynamics, gradients, learning, truncation, unrolling, walk
from rnn_helpers.model import RNNModel
from rnn_helpers.text import build_vocabulary, zen_of_python


def pictures():
    """An Explorer for each picture of the notebooks, not displayed; networks of the notebooks' sizes, untrained."""
    zen = zen_of_python()
    chars = build_vocabulary(zen)[0]
    rng = np.random.default_rng(0)
    network = RNNModel(len(chars), 40, len(chars), rng)
    with collected() as made:
        dynamics.kick()
        unrolling.graph()
        unrolling.memory()
        gradients.norms()
        gradients.credit()
        learning.continuation(RNNModel(1, 16, 1, rng), sine(200, 25))
        learning.training()
        characters.write({"one": (network, chars, "Now is better "), "other": (network, chars, "Now is ")})
        characters.units(network, chars, zen, slice(0, 400))
        dynamics.sentences()
        walk.walk_back()
        truncation.walk_back()
        truncation.cut()
        truncation.lag()
    return made


@contextmanager
def collected():
    """The list of the explorers that the block would have shown."""
    made, kinds = [], (control.Explorer, drawn.Drawn)
    shows = [kind.show for kind in kinds]
    for kind in kinds:
        kind.show = lambda picture: made.append(picture)
    try:
        yield made
    finally:
        for kind, show in zip(kinds, shows, strict=True):
            kind.show = show


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
