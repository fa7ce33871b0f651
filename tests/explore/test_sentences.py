"""Two sentences that are typed: what is drawn is what the given step makes of them; what cannot be read is said."""

import xml.etree.ElementTree as xml

import numpy as np
import pytest

from rnn_helpers.cell import rnn_cell_forward
from rnn_helpers.explore.dynamics import by_hand, read_words, sentences

SVG = "{http://www.w3.org/2000/svg}"


def told(made, **values):
    """What the caption says with these values in the controls."""
    for name, value in values.items():
        made.controls[name].value = value
    return made.caption.value


def numbers(made):
    return [text.text for text in xml.fromstring(made.drawing.value).iter(f"{SVG}text")]


def test_the_first_picture_is_of_a_cell_without_memory():
    made = sentences(whose="your rnn_cell_forward")
    said = told(made)
    assert said.count("mood 0.96: praise") == 2 and "part at word 4. In the end they are equal again." in said
    assert "Columns of zeros to this cell: the, film, was." in said and made.title.endswith("your rnn_cell_forward")


def test_the_words_and_weights_of_the_controls_are_read():
    made = sentences()
    assert "\u201cthe film was not good\u201d ends with mood -0.95: blame" in told(made, push=-4)
    assert "\u201cnot very good\u201d ends with mood 0.96: praise" in told(made, one=" Not very GOOD!")
    assert "ends with mood -0.95: blame" not in told(made, hold=1.5) and "blame" in told(made, hold=1.5)
    assert "never part" in told(made, other="not very good")
    state = read_words(by_hand(0, -4, 1.5), ["not", "very", "good"])[-1]
    assert f"{state[1, 0]:.2f}" in numbers(made)


@pytest.mark.parametrize("text, said", [("", "has 0 words, expected 1 to 8."), ("... !", "has 0 words"),
                                        ("good " * 9, "has 9 words, expected 1 to 8.")])
def test_a_sentence_that_cannot_be_drawn_is_told_and_the_next_one_drawn(text, said):
    made = sentences()
    assert said in told(made, one=text) and made.drawing.value.count("svg") == 0
    assert "blame" in told(made, one="bad") and "<svg" in made.drawing.value


def test_markup_in_a_word_is_shown_as_text():
    made = sentences()
    told(made, one="<b>good</b> & not")
    assert "<b>good</b>" in numbers(made) and "<b>" not in made.caption.value


def test_a_step_that_fails_is_told_and_the_given_one_is_used():
    def forgets(cell, x_t, h_prev):
        return rnn_cell_forward(cell, x_t, np.zeros_like(h_prev))

    def fails(cell, x_t, h_prev):
        raise ValueError("not today")

    assert told(sentences(forgets), push=-4).count("praise") == 2
    assert "No picture for these values. ValueError: not today" in told(sentences(fails))
