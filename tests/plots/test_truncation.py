"""What the pictures of notebook 6 hold."""

import pytest

from rnn_helpers.plots import style, truncation


@pytest.fixture
def ax():
    return style.figure().add_subplot()


def test_the_lag_dial_draws_every_seed_and_the_median(ax):
    alt = truncation.lag_dial(ax, (0, 1, 2), [[0.9, 0.7, 0.8], [0.5, 0.05, 0.6], [0.01, 0.02, 0.03]], lag=1)
    assert sorted(ax.lines[0].get_ydata()) == [0.01, 0.02, 0.03, 0.05, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert list(ax.lines[1].get_ydata()) == [0.8, 0.5, 0.02]
    assert ax.lines[2].get_xdata()[0] == 1.5
    assert "at k in [2]" in alt


def test_limits_draw_a_line_for_each_network(ax):
    alt = truncation.limits(ax, {"small": {2: [0.0, 0.01], 4: [0.9, 1.0]}, "large": {2: [0.0], 4: [0.05]}}, "limits")
    assert [list(line.get_ydata()) for line in ax.lines] == [[0.005, 0.95], [0.0, 0.05]]
    assert "small: solved up to lag 2" in alt and "large: solved up to lag 4" in alt
