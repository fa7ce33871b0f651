"""What the figures of learning show: the data in their artists, their limits, their words."""

import numpy as np
import pytest

from rnn_helpers.plots import learning, style


@pytest.fixture
def ax():
    with style.context():
        yield style.figure(5, 4).subplots()


def lines(ax):
    return {line.get_label(): np.array(line.get_ydata()) for line in ax.lines}


def test_training_loop_names_its_parts(ax):
    alt = learning.training_loop(ax)
    texts = " ".join(text.get_text() for text in ax.texts)
    assert all(word in texts
               for word in ("windows", "forward", "loss", "backward", "clip", "update")) and "again" in alt


def test_loss_curves_leave_out_what_is_not_finite(ax):
    alt = learning.loss_curves(ax, {"a": ([4.0, 1.0, np.inf], style.line("loss"))}, ("floor", 0.5), title="t")
    assert ax.get_yscale() == "log" and np.isnan(lines(ax)["a"][2]) and (lines(ax)["floor"] == 0.5).all()
    assert "a goes from 4 to inf, lowest 1 at 1" in alt and "floor is at 0.5" in alt and ax.get_title(loc="left") == "t"


def test_norms_are_cut_at_the_threshold(ax):
    alt = learning.gradient_norms(ax, [30.0, 5.0, 2.0], 10.0)
    assert list(lines(ax)["after clipping"]) == [10, 5, 2] and "1 of 3 updates were clipped to 10" in alt


def test_no_threshold_no_second_line(ax):
    alt = learning.gradient_norms(ax, [30.0, 5.0], np.inf)
    assert list(lines(ax)) == ["before clipping"] and "no threshold" in alt


def test_predictions_tell_inside_from_beyond(ax):
    x = np.arange(1.0, 6.0)
    alt = learning.predictions(ax, x, x + 1, x + [1.1, 1, 1, 0, -1], split=3)
    assert "0.1 up to 3 and 2 beyond" in alt and list(lines(ax)["truth"]) == [2, 3, 4, 5, 6] and len(ax.patches) == 1


def test_continuation_stands_at_the_end(ax):
    alt = learning.continuation(ax, np.zeros(10), [0.1, 0.2, -0.5], first=61)
    assert list(ax.lines[1].get_xdata()) == [68, 69, 70] and "from step 68" in alt and "0.5 at most" in alt
    assert ax.get_xlim() == (61, 70)


def test_against_length_labels_the_lengths(ax):
    alt = learning.against_length(ax, [1, 2, 40], {"e": ([1, 0.5, 0.1], style.line("loss"))})
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "2", "40"] and "0.1 at T = 40" in alt


def test_which_losses_draws_a_bar_for_each_step(ax):
    alt = learning.which_losses(ax, {"full": ([1, 2, 3], "full"), "cut": ([0, 0, 3], "truncated")})
    assert [bar.get_height() for bar in ax.patches] == [1, 2, 3, 0, 0, 3] and "cut: 0, 0, 3" in alt


def test_lone_numbers_have_their_truth(ax):
    alt = learning.lone_numbers(ax, [1, 2], {"m": ([2, 4], style.line("full"))})
    assert list(lines(ax)["truth, x + 1"]) == [2, 3] and "m: off by at most 1" in alt
