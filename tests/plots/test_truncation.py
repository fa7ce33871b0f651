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


def test_capacity_is_the_farthest_lag_that_most_seeds_solve(ax):
    errors = {4: {2: [0.0, 0.01], 3: [0.2, 0.05], 4: [0.9, 1.0]}, 8: {2: [0.0], 4: [0.05]}}
    alt = truncation.capacity(ax, errors, "held")
    assert list(ax.lines[1].get_ydata()) == [2, 4] and "4 units up to lag 2, 8 units up to lag 4" in alt


@pytest.mark.parametrize("T, k1, k2", [(11, 2, 5), (7, 3, 1), (6, 6, 20)])
def test_a_stream_has_each_loss_once_and_walks_back_to_one_floor(ax, T, k1, k2):
    truncation.stream(ax, T, k1, k2)
    starts = range(0, T, k1)
    assert [text.get_text() for text in ax.texts if text.get_text()] == [f"$L_{{{t}}}$" for t in range(1, T + 1)]
    ends = [min(start + k1, T) for start in starts]
    assert len(ax.patches) == sum(min(max(k2, end - start), end) for start, end in zip(starts, ends, strict=True))
    floors = [line.get_xdata()[0] for line in ax.lines]
    assert floors == [max(min(start + k1, T) - k2, 0) + 0.5 for start in starts]


def test_cost_has_a_line_for_each_way_on_log_axes_and_its_ends_in_words(ax):
    costs = {"full": [1.0, 4.0], "sliding window": [2.0, 8.0], "chunks": [3.0, 3.0]}
    alt = truncation.growth(ax, [10, 40], costs, "milliseconds", "Time")
    assert {line.get_label(): list(line.get_ydata()) for line in ax.lines} == costs
    assert ax.get_xscale() == ax.get_yscale() == "log" and ax.get_xlabel() == "T"
    assert alt == ("Time: milliseconds for T from 10 to 40: full from 1 to 4, sliding window from 2 to 8, "
                   "chunks from 3 to 3.")
