"""The sliders of notebook 5: what they draw, whose function they use, how fast they answer."""

import functools

import numpy as np
import pytest

from rnn_helpers.explore import characters as play
from rnn_helpers.explore.control import picture
from rnn_helpers.losses import softmax
from rnn_helpers.model import RNNModel
from rnn_helpers.plots import style

CHARS = list(" abcdefgh")


@pytest.fixture
def networks():
    model = RNNModel(len(CHARS), 12, len(CHARS), np.random.default_rng(0))
    model.Wy *= 6
    return {"one": (model, CHARS, "abc"), "two": (model, CHARS, "h")}


def draw(function, **values):
    with style.context():
        fig = style.figure(8, 4)
        return fig, function(fig, **values)


@pytest.mark.parametrize("temperature", play.TEMPERATURES)
def test_bars_are_the_softmax_at_the_temperature(networks, temperature):
    fig, alt = draw(play.draw_temperature, temperature=temperature, who="one", networks=networks)
    model, chars, prefix = networks["one"]
    logits = model.Wy @ play.read(model, chars, prefix)[-1] + model.c
    expected = np.sort(softmax(logits / temperature, axis=0)[:, 0])[::-1]
    assert np.allclose([bar.get_height() for bar in fig.axes[0].patches], expected[:10]) and "nan" not in alt


def test_hotter_is_wilder(networks):
    def entropy(temperature):
        return float(draw(play.draw_temperature, temperature=temperature, who="two",
                          networks=networks)[1].split("Entropy ")[1].split()[0])

    found = [entropy(temperature) for temperature in play.TEMPERATURES]
    assert found == sorted(found) and found[0] < found[-1]


def test_the_learners_sampler_writes(networks):
    def mine(model, chars, prefix, length, temperature, rng):
        assert isinstance(rng, np.random.Generator)
        return "h" * length

    assert repr("h" * play.WRITTEN) in draw(play.draw_temperature, temperature=1.0, who="one", networks=networks,
                                            sampler=mine)[1]


def test_a_sampler_that_fails_becomes_a_picture(networks):
    def broken(*args):
        raise ValueError("no such thing")

    draw_it = functools.partial(play.draw_temperature, networks=networks, sampler=broken)
    assert "no such thing" in picture(draw_it, {"temperature": 1.0, "who": "one"}, "title")[1]


def test_a_unit_that_is_its_character():
    text = "abcabcab"
    h = np.array([[{"a": 1.0, "b": -1.0, "c": 0.0}[char], t / 8] for t, char in enumerate(text)])
    _, alt = draw(play.draw_unit, unit=0, h=h, text=text)
    assert "explains 100%" in alt and "red on a" in alt and "blue on b" in alt
    assert "explains 100%" not in draw(play.draw_unit, unit=1, h=h, text=text)[1]
    assert "nan" not in draw(play.draw_unit, unit=0, h=np.zeros((8, 1)), text=text)[1]



def test_yardsticks_by_hand():
    found = play.yardsticks("abab", "ba")  # a and b equally frequent; after b always a
    assert found["knows nothing"] == np.log(2) and np.isclose(found["letter frequencies"], np.log(2))
    assert np.isclose(found["table of pairs"], -np.log((1 + 0.5) / 2))
    assert np.isfinite(play.yardsticks("abab", "aab c")["table of pairs"])  # new pairs and new characters


def test_the_longest_copy():
    assert play.longest_copy("xxcdexx", "abcdef") == "cde" and play.longest_copy("xy", "ab") == ""


def test_a_network_that_studies_knows_its_text_better():
    at, on_known, on_held, models = play.study("abc" * 20, "acbacb", stages=(10, 30))
    assert list(at) == [10, 20, 30] and set(models) == {10, 30}
    assert on_known[-1] < 0.1 < on_held[-1] and models[10] is not models[30]
