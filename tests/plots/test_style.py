"""The look of every picture: colours that colour-blind readers tell apart, that stand out from the page; pictures with words."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from rnn_helpers.plots import style

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB
SEEN_BY = {
    "everybody": np.eye(3),
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritan": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
TOGETHER = [("full", "truncated", "gradient"), ("gradient", "truncated", "loss"), ("state", "gradient"), ("state", "input", "prediction"),
            ("target", "prediction"), ("loss", "prediction", "baseline"), ("full", "gradient", "bound")]
PAIRS = sorted({pair for symbols in TOGETHER for pair in itertools.combinations(symbols, 2)})


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIELAB of linear sRGB, white point D65."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(rgb, 0, 1)
    x, y, z = np.cbrt(xyz / np.array([0.9505, 1.0, 1.089]))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("reader", SEEN_BY)
def test_colours_that_meet_in_a_picture_stay_apart(reader):
    for one, other in PAIRS:
        apart = np.linalg.norm(lab(SEEN_BY[reader] @ linear(style.COLOR[one])) - lab(SEEN_BY[reader] @ linear(style.COLOR[other])))
        assert apart > 20 or style.DASH[one] != style.DASH[other], f"{one} and {other} are {apart:.0f} apart"


def test_colours_stand_out_from_the_page():
    for symbol, colour in style.COLOR.items():
        luminance = np.array([0.2126, 0.7152, 0.0722]) @ linear(colour)
        assert 1.05 / (luminance + 0.05) > 3, f"{symbol} on white: WCAG 2.2 asks for 3 to 1 (1.4.11)"


def test_pictures_bring_their_own_page():
    assert style.RC["figure.facecolor"] == style.RC["savefig.facecolor"] == style.RC["axes.facecolor"] == "white"


def test_a_family_of_curves_differs_in_dash_or_colour():
    looks = style.family("state", 8)
    assert len({(look["color"], str(look["linestyle"])) for look in looks}) == 8
    assert all(one["linestyle"] != other["linestyle"] for one, other in itertools.pairwise(looks))


def test_a_picture_is_shown_with_its_words(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, metadata, raw: shown.append((data, metadata)))
    fig, _ = plt.subplots()
    style.show(fig, "A line.", "It falls.")
    (data, metadata), = shown
    assert data["text/plain"] == metadata["image/png"]["alt"] == "A line. It falls." and data["image/png"].startswith("iVBOR")
    assert not plt.fignum_exists(fig.number)
    with pytest.raises(TypeError, match="alt text"):
        style.show(plt.figure())
    plt.close("all")
