"""The sliders of notebook 3b: what they draw."""

import numpy as np
import pytest

from rnn_helpers.explore import gradients
from rnn_helpers.plots import style


def draw(function, size=(6.4, 4.0), **values):
    with style.context():
        fig = style.figure(*size)
        return fig, function(fig, **values)


@pytest.mark.parametrize("scale", [0.2, 0.9, 1.8])
@pytest.mark.parametrize("T, k", [(5, 40), (40, 1), (30, 7)])
@pytest.mark.parametrize("units", ["tanh", "linear"])
def test_credit_over_the_whole_range(scale, T, k, units):
    fig, alt = draw(gradients.draw_credit, scale=scale, T=T, k=k, units=units)
    assert fig.axes[0].images[0].get_array().shape[:2] == (T, T)
    assert f"{T} steps" in alt and (("nothing is cut off" in alt) == (k >= T)) and "nan" not in alt


def test_linear_credit_is_the_scale_to_the_power_of_the_distance():
    _, alt = draw(gradients.draw_credit, scale=0.9, T=30, k=40, units="linear")
    assert f"with {0.9**29:.2g}" in alt


@pytest.mark.parametrize("kind", ["orthogonal", "random", "non-normal"])
@pytest.mark.parametrize("scale", [0.2, 0.95, 1.8])
def test_norms_stay_below_their_bound(kind, scale):
    for loudness in (0.0, 1.0, 4.0):
        fig, alt = draw(gradients.draw_norms, scale=scale, loudness=loudness, kind=kind)
        curves = {line.get_label(): np.array(line.get_ydata()) for line in fig.axes[0].lines}
        bound = curves.pop(next(label for label in curves if label.startswith("bound")))
        assert all((values <= bound * (1 + 1e-9)).all() for values in curves.values())
        sigma = bound[1]
        assert ("it must vanish" in alt) == (sigma < 1)
        assert np.isclose(np.abs(np.linalg.eigvals(gradients.cell_and_inputs(scale, 5, kind=kind)[0].Wh)).max(), scale,
                          atol=0.05)


def test_non_normal_grows_first_and_vanishes_later():
    fig, _ = draw(gradients.draw_norms, scale=0.5, loudness=0.0, kind="non-normal")
    linear = next(line for line in fig.axes[0].lines if line.get_label() == "linear").get_ydata()
    assert max(linear) > 10 and linear[-1] < 1


@pytest.mark.parametrize("scale, learned", [(0.5, False), (0.9, True)])
def test_one_bit_says_whether_it_is_kept_and_draws_the_way_back(scale, learned):
    fig, alt = draw(gradients.draw_one_bit, size=(8.0, 3.4), scale=scale, T=50, seed=0)
    curves = {line.get_label(): np.array(line.get_ydata()) for line in fig.axes[1].lines}
    assert np.allclose(curves["before training"][1:], scale ** np.arange(1, 50),
                       rtol=0.7) and len(curves["after"]) == 50
    assert ("names 100% of the bits" in alt) == learned
    assert ("names 100% of the bits" in fig.axes[0].get_title(loc="left")) == learned
