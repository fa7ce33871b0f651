"""The sliders of notebook 5: what they draw, whose function they use, how fast they answer."""

import html
import xml.etree.ElementTree as xml

import numpy as np
import pytest

from rnn_helpers.explore import characters as play
from rnn_helpers.losses import softmax
from rnn_helpers.model import RNNModel
from rnn_helpers.plots import characters as plots
from rnn_helpers.text import sample

CHARS = list(" abcdefgh")


@pytest.fixture
def networks():
    model = RNNModel(len(CHARS), 12, len(CHARS), np.random.default_rng(0))
    model.Wy *= 6
    return {"one": (model, CHARS, "abc"), "two": (model, CHARS, "h")}


def table(made):
    """The rows of the table of a draw: character -> its numbers as text."""
    rows = xml.fromstring(f"<all>{made.drawing.value.replace('<br>', '')}</all>").iter("tr")
    return {row[0].text: [cell.text or "" for cell in row[1:]] for row in rows}


@pytest.mark.parametrize("temperature", play.TEMPERATURES)
def test_a_draw_is_the_softmax_at_the_temperature_and_falls_where_it_says(networks, temperature):
    made = play.write(networks)
    made.controls["temperature"].value = temperature
    model, chars, prefix = networks["one"]
    logits = (model.Wy @ play.read(model, chars, prefix)[-1] + model.c)[:, 0]
    p = softmax(logits / temperature, axis=0)
    u = np.random.default_rng(0).random()
    drawn = sample(model, chars, prefix, 1, temperature, np.random.default_rng(0))
    rows = table(made)
    for char, row in rows.items():
        if char in chars:
            assert row[2] == f"{p[chars.index(char)]:.3f}"
    low, high = map(float, rows[plots.shown(drawn)][3].split(" to "))
    assert low - 0.001 <= u <= high + 0.001 and rows[plots.shown(drawn)][4] == f"\u2190 {u:.3f}"
    assert f"The number {u:.3f} draws {drawn!r}." in html.unescape(made.caption.value)


def test_hotter_is_wilder(networks):
    made, found = play.write({"two": networks["two"]}), []
    for temperature in play.TEMPERATURES:
        made.controls["temperature"].value = temperature
        found.append(float(made.caption.value.split("entropy ")[1].split()[0]))
    assert found == sorted(found) and found[0] < found[-1]


def test_next_writes_the_character_down_and_reads_it(networks):
    made = play.write(networks)
    text = sample(*networks["one"], play.WRITTEN, 1.0, np.random.default_rng(0))
    for n in range(3):
        assert repr(f"abc{text[:n]}") in html.unescape(made.caption.value)
        assert "".join(xml.fromstring(f"<p>{made.drawing.value.split('</p>')[0][3:].split('>', 1)[1]}</p>").itertext()
                       ) == "abc" + text  # as text, from which it can be copied
        made.buttons["next"].click()


def test_the_learners_sampler_writes_and_its_own_way_to_draw_is_told(networks):
    def mine(model, chars, prefix, length, temperature, rng):
        assert isinstance(rng, np.random.Generator)
        return "h" * length

    made = play.write({"two": networks["two"]}, mine)
    made.controls["temperature"].value = 0.05
    assert "&#x27;h&#x27; was drawn in another way" in made.caption.value and "h" in table(made)

    def broken(*args):
        raise ValueError("no such thing")

    assert "No picture for these values. ValueError: no such thing" in play.write(networks, broken).caption.value


@pytest.mark.parametrize("prefix, said", [("abz", "holds 'z', which this network has never met. The network knows "
                                           "' abcdefgh'; try 'abc'."), ("", "The prefix is empty.")])
def test_a_prefix_that_cannot_be_read_is_told_and_the_next_one_read(networks, prefix, said):
    made = play.write(networks)
    made.controls["prefix"].value = prefix
    assert said in html.unescape(made.caption.value) and made.drawing.value == ""
    made.controls["prefix"].value = "h"
    assert table(made)


def test_a_unit_that_follows_vowels_is_found_and_chance_is_told():
    text = "a bed of straw, a glass of water, and a fire.\n" * 4
    values = play.FOLLOWED["vowels"](text)
    h = np.c_[2 * values - 1, np.random.default_rng(0).uniform(-1, 1, len(text))]
    r = play.follows(h, values)
    assert r[0] == pytest.approx(1) and abs(r[1]) < 0.3 and not play.follows(np.zeros((len(text), 1)), values).any()
    assert play.follows(h, play.since(text, " \n")) == pytest.approx(
        [np.corrcoef(column, play.since(text, " \n"))[0, 1] for column in h.T])
    assert list(play.since("ab c\nd", " \n")) == [1, 2, 0, 1, 0, 1]
    assert 0 <= play.by_chance(h[:, 1:], values) < 0.4


def test_the_units_picture_says_how_closely_it_follows_and_keeps_the_text(networks):
    text = "a bad cab fed a bee " * 3
    made = play.units(*networks["one"][:2], text, slice(0, 20))
    letters = xml.fromstring(made.drawing.value)
    assert "".join(letters.itertext()) == text[:20]
    r = play.follows(play.read(*networks["one"][:2], text)[:, :, 0], play.FOLLOWED["vowels"](text))
    assert f"correlation {r[0]:.2f} over 60 characters" in made.caption.value
    made.controls["unit"].value = int(np.abs(r).argmax())
    assert "; 0 of 12 units follow it more closely" in made.caption.value


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
