"""What notebook 05 prints does not hang on rounding: weights times 1 + 1e-9 print the same; and its claims hold."""

import contextlib
import io
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from rnn_helpers.model import RNNModel

SOLVED = Path(__file__).parents[2] / "notebooks" / "solutions" / "05_char_level.ipynb"


def run(monkeypatch, nudge):
    """(everything that the code cells print, their names), in a Python without pages; first weights times 1 + nudge."""
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    made = RNNModel.__init__

    def nudged(self, *args, **kwargs):
        made(self, *args, **kwargs)
        for param in self.params.values():
            param *= 1 + nudge

    monkeypatch.setattr(RNNModel, "__init__", nudged)
    text, names = io.StringIO(), {"__name__": "__main__"}
    with contextlib.redirect_stdout(text):
        for cell in nbformat.read(SOLVED, as_version=4).cells:
            if cell.cell_type == "code" and cell.id != "setup" and "play." not in cell.source and not cell.source.startswith("predict("):
                exec(compile(cell.source, cell.id, "exec"), names)
    monkeypatch.undo()
    return text.getvalue(), names


@pytest.fixture(scope="module")
def as_it_is():
    matplotlib.use("agg")
    with pytest.MonkeyPatch.context() as monkeypatch:
        return run(monkeypatch, 0.0)


@pytest.mark.parametrize("nudge", [1e-9, -1e-9])
def test_printed_numbers_are_well_posed(monkeypatch, as_it_is, nudge):
    assert as_it_is[0].count("\n") > 50 and run(monkeypatch, nudge)[0] == as_it_is[0]


def test_the_floor_is_that_of_the_counts(as_it_is):
    floor = as_it_is[1]["bigram_floor"]
    assert np.isclose(floor, (3 * np.log(3) + 2 * np.log(2)) / 10) and f"{floor:.3f}" == "0.468" and f"{as_it_is[1]['uniform']:.3f}" == "2.079"


def test_with_memory_below_the_floor_and_without_never(as_it_is):
    names = as_it_is[1]
    assert names["nats"][-1] < 0.01 < names["bigram_floor"] < min(names["counting"])
    assert names["write"](names["network"], names["chars"], "h", 10, 0.01, np.random.default_rng(5)) == "ello world"


def test_clipping_holds_what_would_explode(as_it_is):
    runs = as_it_is[1]["runs"]
    assert max(runs["not clipped"][1]) > 100 and max(runs["not clipped"][0]) > 10 and max(runs["clipped at 1"][0]) < 2.1


def test_over_fitting(as_it_is):
    names = as_it_is[1]
    assert names["on_held"].min() < names["yardsticks"]["table of pairs"] < names["yardsticks"]["knows nothing"] < names["on_held"][-1]
    assert names["on_known"][-1] < 0.3
