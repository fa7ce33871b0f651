"""What the figures of gradients show: the data in their artists, their limits, their words."""

import numpy as np
import pytest
from matplotlib.collections import LineCollection

from rnn_helpers.credit import last_steps_mask, window_mask
from rnn_helpers.plots import gradients, style


@pytest.fixture
def ax():
    with style.context():
        yield style.figure(5, 4).subplots()


def credit_of(T):
    t, s = np.indices((T, T))
    return np.where(s <= t, 0.5 ** np.maximum(t - s, 0), np.nan)


def test_credit_map_colours_by_size_and_leaves_the_future_blank(ax):
    alt = gradients.credit_map(ax, credit_of(12), low=1e-3, high=10.0)
    colours = ax.images[0].get_array()
    assert colours.shape == (12, 12, 4) and (colours[0, 1:, 3] == 0).all() and colours[11, 11, 3] < 0.02
    assert (np.diff(np.asarray(colours)[11, 2:, 3]) < 0).all()  # it fades towards the loss's own state, of size 1
    assert ax.get_xlim() == (-0.5, 11.5) and ax.get_ylim() == (11.5, -0.5)
    assert "12 steps" in alt and "0.00049" in alt and "cuts" not in alt
    assert len(ax.figure.axes) == 2  # the colour bar


@pytest.mark.parametrize("kept", [window_mask(8, 3), last_steps_mask(8, 3)])
def test_credit_map_fades_what_is_cut(ax, kept):
    alt = gradients.credit_map(ax, credit_of(8), kept)
    plain = style.figure(5, 4).subplots()
    gradients.credit_map(plain, credit_of(8))
    reach = np.tril(np.ones((8, 8), bool))
    faded, full = np.asarray(ax.images[0].get_array()), np.asarray(plain.images[0].get_array())
    assert np.allclose(faded[kept & reach], full[kept & reach])
    assert np.allclose(faded[reach & ~kept][:, 3], full[reach & ~kept][:, 3] / 4)
    assert f"{(reach & ~kept).sum() / reach.sum():.0%}" in alt
    assert any(isinstance(artist, LineCollection) for artist in ax.collections)


def test_border_encloses_the_mask():
    mask = np.zeros((3, 3), bool)
    mask[1, 1] = True
    assert sorted(map(sorted, gradients.border(mask))) == sorted(map(sorted, [
        [(0.5, 0.5), (1.5, 0.5)], [(0.5, 1.5), (1.5, 1.5)], [(0.5, 0.5), (0.5, 1.5)], [(1.5, 0.5), (1.5, 1.5)]]))


def test_a_truncation_that_keeps_everything_says_so(ax):
    assert "keeps everything" in gradients.credit_map(ax, credit_of(5), window_mask(5, 9))


def test_norms_back_draws_curves_and_bounds(ax):
    norms, bound = 0.5 ** np.arange(11.0), 0.9 ** np.arange(11.0)
    alt = gradients.norms_back(ax, {"tanh": (norms, style.line("gradient"))}, {"bound": bound}, low=1e-4, high=10)
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert np.array_equal(drawn["tanh"], norms) and np.array_equal(drawn["bound"], bound)
    assert ax.get_yscale() == "log" and ax.get_ylim() == (1e-4, 10) and "10 steps" in alt and "0.00098" in alt


def test_spectrum_shows_eigenvalues_and_the_largest_singular_value_apart(ax):
    alt = gradients.spectrum(ax, np.array([[0.8, 3.0], [0.0, 0.8]]))
    dots, circle = ax.lines[2], ax.lines[1]
    assert np.allclose(dots.get_xdata(), 0.8) and np.allclose(dots.get_ydata(), 0)
    assert np.allclose(np.hypot(circle.get_xdata(), circle.get_ydata()), 3.2, atol=0.01)
    assert "0.80" in ax.get_title(loc="left") and "3.20" in ax.get_title(loc="left")
    assert "size 0.80" in alt and "3.20" in alt


def test_relative_errors_marks_right_and_wrong(ax):
    alt = gradients.relative_errors(ax, {"Wx": 1e-10, "Wh": 0.02, "c": 0.0})
    marked = {line.get_marker() for line in ax.lines if line.get_linestyle() == "None"}
    assert marked == {"o", "X"} and "Wh (2.0e-02)" in alt and "Wx (" not in alt
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["Wx", "Wh", "c"]
    assert "all below 1e-06" in gradients.relative_errors(ax, {"Wx": 1e-10})


def test_against_length_and_bands_and_cliff(ax):
    alt = gradients.against_length(ax, [5, 10], {"gain 2": ([1.0, 100.0], style.line("gradient"))})
    assert "1 at T = 5, 1e+02 at T = 10" in alt and np.array_equal(ax.lines[0].get_ydata(), [1, 100])
    other = style.figure().subplots()
    values = np.outer(np.linspace(-1, 1, 101), np.arange(1, 6))
    alt = gradients.bands(other, {"one matrix": (values, "gradient")})
    low, high = other.lines[0].get_ydata(), other.lines[1].get_ydata()
    assert np.allclose(low, -0.8 * np.arange(1, 6)) and np.allclose(high, 0.8 * np.arange(1, 6)) and "-4 and 4" in alt
    third = style.figure().subplots()
    alt = gradients.cliff(third, np.array([0.0, 1.0]), np.array([2.0, 0.5]),
                          [("plain", "gradient", (0.5, 1.0), (7.0, 0.5))])
    assert third.texts[0].xy == (1.0, 0.5)  # an arrow that leaves the picture ends at its border
    assert "0.5 to 2" in alt


@pytest.mark.parametrize("T", [1, 2, 6])
def test_flow_back_has_an_arrow_for_each_way(ax, T):
    alt = gradients.flow_back(ax, T)
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None) is not None]
    assert len(arrows) == 5 * T and f"{T} steps" in alt


@pytest.mark.parametrize("W, sigma, rho, directions", [([[0.8, -0.6], [0.6, 0.8]], 1.0, 1.0, "no direction"),
                                                       ([[0.9, 1.2], [0.0, 0.6]], 1.58, 0.9, "2 directions")])
def test_stretch_draws_the_ellipse_and_the_directions_that_are_kept(ax, W, sigma, rho, directions):
    W = np.array(W)
    alt = gradients.stretch(ax, W, "a matrix")
    circle, ellipse = (np.array(line.get_data()) for line in ax.lines[:2])
    assert np.allclose(np.linalg.norm(circle, axis=0), 1) and np.allclose(ellipse, W @ circle)
    assert round(np.linalg.norm(ellipse, axis=0).max(), 2) == sigma and f"{rho:.2f}" in ax.get_title(loc="left")
    kept = [np.array(line.get_data()) for line in ax.lines if line.get_linestyle() == ":"]
    assert len(kept) == (0 if directions == "no direction" else 2) and directions in alt and f"{sigma:.2f}" in alt
    for line in kept:
        direction = line[:, 1] / np.linalg.norm(line[:, 1])
        assert abs(np.linalg.det(np.column_stack([W @ direction, direction]))) < 1e-9
