"""The picture of how cost grows."""

from rnn_helpers.plots import growth, style


def test_a_line_for_each_way_on_log_axes_and_its_ends_in_words():
    ax = style.figure().add_subplot()
    costs = {"full": [1.0, 4.0], "sliding window": [2.0, 8.0], "chunks": [3.0, 3.0]}
    alt = growth.growth(ax, [10, 40], costs, "T", "milliseconds", "Time")
    assert {line.get_label(): list(line.get_ydata()) for line in ax.lines} == costs
    assert ax.get_xscale() == ax.get_yscale() == "log" and ax.get_xlabel() == "T"
    assert alt == ("Time: milliseconds for T from 10 to 40: full from 1 to 4, sliding window from 2 to 8, "
                   "chunks from 3 to 3.")
