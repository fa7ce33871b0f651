"""What the pictures of notebooks 1 and 2 hold."""

import numpy as np
import pytest

from rnn_helpers.plots import dynamics, style, unrolling


@pytest.fixture
def ax():
    return style.figure().add_subplot()


def test_states_are_a_row_for_each_unit(ax):
    h = np.array([[0.5, -0.5], [0.25, -0.1], [0.125, 0.0]])
    alt = dynamics.states_over_time(ax, h, "title")
    assert np.array_equal(ax.images[0].get_array(), h.T)
    assert ax.get_xlabel() == "step t" and ax.get_title(loc="left") + ax.get_title() == "title"
    assert "2 units over 2 steps" in alt and "0.50" in alt


def test_a_path_has_one_unit_on_each_axis(ax):
    h = np.array([[0.8, 0.0], [0.5, 0.3]])
    alt = dynamics.phase_portrait(ax, h, "two")
    assert list(ax.lines[0].get_xdata()) == [0.8, 0.5] and list(ax.lines[0].get_ydata()) == [0.0, 0.3]
    assert "(0.80, 0.00)" in alt and "(0.5, 0.3)" in alt


@pytest.mark.parametrize("T", [1, 4, 10])
def test_the_unrolled_graph_has_a_column_for_each_step(ax, T):
    unrolling.unrolled(ax, T)
    names = [text.get_text() for text in ax.texts]
    assert all(f"${symbol}_{{{t}}}$" in names for symbol in "xhy" for t in range(1, T + 1)) and "$h_0$" in names
    assert all(names.count(f"$W_{which}$") == T for which in "xhy")


def test_a_matrix_applied_again_and_again(ax):
    alt = dynamics.repeated(ax, np.diag([0.5, 0.2]), [(1, 0), (0, 1)], 3, "half")
    assert [list(ax.lines[i].get_ydata()) for i in (0, 2)] == [[0, 0, 0, 0], pytest.approx([1, 0.2, 0.04, 0.008])]
    assert alt == "half: after 3 products 0.12 and 0.008 of the length is left."


def test_the_state_map_has_time_to_the_right(ax):
    h = np.linspace(-0.9, 0.9, 12).reshape(4, 3)
    alt = unrolling.state_map(ax, h, "map")
    np.testing.assert_allclose(ax.images[0].get_array(), h.T)
    assert "3 units over 4 steps" in alt


def test_what_is_remembered_is_on_a_log_axis(ax):
    alt = unrolling.remembered(ax, np.array([1.0, 0.1, 0.0]), "memory")
    assert ax.get_yscale() == "log" and list(ax.lines[0].get_ydata()) == [1.0, 0.1, 1e-12]
    assert "1 at first, at most 1, and 0 after 2 steps" in alt
