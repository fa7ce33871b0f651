"""How long a picture takes to answer: CPU time of a redraw on one core, for each control of `rnn_helpers.explore`.

    python -m benchmarks.bench_redraws

`measure()` returns (picture: control, milliseconds) of the control's slowest value, nothing cached from a run before.
"""

from benchmarks import threads  # noqa: F401  first: it sets how many cores the libraries may use

# isort: split

import time
from contextlib import contextmanager

import numpy as np

from rnn_helpers.data import sine
from rnn_helpers.explore import characters, control, drawn, dynamics, gradients, learning, truncation, unrolling, walk
from rnn_helpers.model import RNNModel
from rnn_helpers.text import build_vocabulary, zen_of_python

VALUES, REPEATS = 5, 3  # values of each slider, from end to end; of the repeats the quickest counts


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
    """What a control can be set to, at most VALUES of a slider, its ends among them."""
    if hasattr(widget, "options"):
        return [pair[1] if isinstance(pair, tuple) else pair for pair in widget.options]
    if isinstance(widget.value, str):
        return [widget.value, widget.value[:-1]]
    if not hasattr(widget, "min"):
        return [False, True]
    count = round((widget.max - widget.min) / widget.step)
    picked = np.unique(np.linspace(0, count, VALUES).round().astype(int))
    return [type(widget.value)(widget.min + n * widget.step) for n in picked]


def redraw(explorer, name, value):
    """Move a control; the CPU time until the picture is there, in milliseconds (0 where it stood there already)."""
    learning.run.cache_clear()
    start = time.process_time()
    explorer.controls[name].value = value
    return 1000 * (time.process_time() - start)


def slowest(explorer, name):
    """The time of the control's slowest value, from the position in which the notebook shows the others."""
    widget = explorer.controls[name]
    first, found = widget.value, values(widget)
    times = [[redraw(explorer, name, value) for value in found] for _ in range(REPEATS)]
    widget.value = first
    return max(min(time for time in of_value if time) for of_value in zip(*times, strict=True) if any(of_value))


def measure():
    """[(picture: control, milliseconds)]"""
    return [(f"{explorer.title}: {widget.description}", slowest(explorer, name))
            for explorer in pictures() for name, widget in explorer.controls.items()]


if __name__ == "__main__":
    for name, milliseconds in measure():
        print(f"{milliseconds:6.0f} ms  {name}")
