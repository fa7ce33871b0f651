"""What the figures of characters show: the data in their artists, their limits, their words."""

import numpy as np
import pytest

from rnn_helpers.plots import characters as plots
from rnn_helpers.plots import style


@pytest.fixture
def ax():
    with style.context():
        yield style.figure(6, 4).subplots()


def test_spelled_shows_every_input_and_every_answer(ax):
    alt = plots.spelled(ax, "a b", title="t")
    texts = [(round(t.get_position()[1]), t.get_text()) for t in ax.texts]
    assert [c for y, c in texts
            if y == -1] == ["a", plots.SHOWN[" "]] and [c for y, c in texts if y == 1] == [plots.SHOWN[" "], "b"]
    assert "'a '" in alt and "' b'" in alt


def test_pairs_writes_the_counts(ax):
    counts = np.array([[0, 2, 1], [0, 0, 1], [3, 0, 0]])
    alt = plots.pairs(ax, counts, ["a", "b", "\n"])
    assert sorted(t.get_text() for t in ax.texts) == ["1", "1", "2", "3"]
    assert ax.get_xticklabels()[2].get_text() == plots.SHOWN["\n"]
    assert "7 pairs" in alt and "a by 2" in alt


def test_curves_and_levels(ax):
    steps = np.arange(5)
    alt = plots.curves(ax, {"one": (steps, steps + 1.0, style.line("loss")),
                            "two": (steps, 6.0 - steps, style.line("gradient"))},
                       levels=[("floor", 0.5)], low=0.1, high=9, log=True, title="found")
    assert ax.get_yscale() == "log" and ax.get_xlim() == (0, 4) and ax.get_title(loc="left") == "found"
    assert np.array_equal(ax.lines[0].get_ydata(), steps + 1.0) and ax.lines[2].get_ydata()[0] == 0.5
    assert "one goes from 1 to 5" in alt and "floor is at 0.5" in alt and ax.get_legend() is not None


def test_states_one_row_for_each_unit(ax):
    h = np.linspace(-1, 1, 12).reshape(4, 3, 1)
    alt = plots.states(ax, h, "ab c")
    assert np.array_equal(ax.images[0].get_array(), h[:, :, 0].T) and ax.images[0].get_clim() == (-1, 1)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["a", "b", plots.SHOWN[" "], "c"] and "3 units" in alt


def test_after_each_leaves_out_what_never_comes(ax):
    alt = plots.after_each(ax, [[0.9, 0.1, 0.0], [0.2, 0.8, 0.0]], ["x", "y", "z"], ["first", "second"])
    assert [t.get_text() for t in ax.get_xticklabels()] == ["x", "y"]
    assert [round(bar.get_height(), 2) for bar in ax.patches] == [0.9, 0.1, 0.2, 0.8]
    assert "first: x with 0.90" in alt and "second: y with 0.80" in alt
