"""Text as numbers and back, and sampling: its frequencies, its limits, its only source of chance."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_helpers.losses import softmax
from rnn_helpers.model import RNNModel
from rnn_helpers.text import (
    build_vocabulary,
    draw,
    encode,
    one_hot,
    sample,
    zen_of_python,
)
from tests.cases import steady

CHARS, INDEX_OF = build_vocabulary("hello world")
MODEL = RNNModel(8, 6, 8, np.random.default_rng(3))
for p in MODEL.params.values():
    p *= 3
def seeded():
    return np.random.default_rng(1)


@steady
@given(st.text(min_size=1, max_size=30))
def test_encoding_can_be_undone(text):
    chars, index_of = build_vocabulary(text)
    assert chars == sorted(set(text))
    assert "".join(chars[i] for i in encode(text, index_of)) == text


def test_the_vocabulary_is_the_same_in_every_process():
    code = "from rnn_helpers.text import build_vocabulary; print(build_vocabulary('hello world'))"
    runs = {subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."}, text=True,
                           capture_output=True, check=True).stdout for seed in ("1", "2")}
    assert runs == {f"{(CHARS, INDEX_OF)}\n"}


def test_one_hot_columns():
    X = one_hot([2, 0], 3)
    assert X.shape == (2, 3, 1) and X[:, :, 0].tolist() == [[0, 0, 1], [1, 0, 0]]


def test_the_zen_is_the_text_of_pep_20_and_a_later_import_this_still_prints():
    code = ("from rnn_helpers.text import zen_of_python; z = zen_of_python(); print(z == zen_of_python()); "
            "print('----'); import this")
    first, zen = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True,
                                check=True).stdout.split("----\n")
    assert first == "True\n" and zen.strip() == zen_of_python()
    assert zen.startswith("The Zen of Python, by Tim Peters") and len(zen_of_python()) == 856


def straight_sample(prefix, length, temperature, rng):
    """Sampling by its definition: step by step, a uniform number against running sums."""
    h, text = np.zeros((6, 1)), ""
    def step(h, char):
        return np.tanh(MODEL.cell.Wx @ one_hot([INDEX_OF[char]], 8)[0] + MODEL.cell.Wh @ h + MODEL.cell.b)
    for char in prefix:
        h = step(h, char)
    for _ in range(length):
        p = softmax((MODEL.Wy @ h + MODEL.c) / temperature)[:, 0]
        text += CHARS[np.flatnonzero(rng.random() < np.cumsum(p))[0]]
        h = step(h, text[-1])
    return text


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_samples_are_those_of_a_straight_loop(temperature):
    assert sample(MODEL, CHARS, "hel", 60, temperature, seeded()) == straight_sample("hel", 60, temperature, seeded())


def test_near_zero_the_likeliest_character_is_drawn_and_high_up_all_are():
    greedy = {sample(MODEL, CHARS, "h", 30, temperature, np.random.default_rng(seed))
              for temperature in (1e-3, 1e-300) for seed in range(3)}
    assert len(greedy) == 1
    assert set(sample(MODEL, CHARS, "h", 500, 1e6, seeded())) == set(CHARS)


def test_the_generator_is_the_only_source_of_chance_and_is_not_reseeded():
    rng = seeded()
    first, second = sample(MODEL, CHARS, "h", 40, 1.0, rng), sample(MODEL, CHARS, "h", 40, 1.0, rng)
    assert first == sample(MODEL, CHARS, "h", 40, 1.0, seeded()) and first != second


def test_only_new_characters_come_back_and_none_may_be_asked_for():
    assert len(sample(MODEL, CHARS, "hello", 7, 1.0, seeded())) == 7
    assert sample(MODEL, CHARS, "h", 0, 1.0, seeded()) == ""


def test_draws_have_the_given_frequencies():
    rng, p = seeded(), np.array([0.1, 0.0, 0.6, 0.3])
    counts = np.bincount([draw(p, rng) for _ in range(20000)], minlength=4)
    assert counts[1] == 0
    np.testing.assert_allclose(counts / 20000, p, atol=0.015)


@pytest.mark.parametrize("call, error, words", [
    (lambda: build_vocabulary(""), ValueError, "text is empty"),
    (lambda: build_vocabulary(["a"]), TypeError, "text is list, expected str"),
    (lambda: encode("", INDEX_OF), ValueError, "text is empty"),
    (lambda: encode("hex", INDEX_OF), ValueError, "text holds 'x' at position 2"),
    (lambda: one_hot([0.0], 2), ValueError, "indices is float64 of shape (1,)"),
    (lambda: one_hot([], 2), ValueError, "expected (T,) integers, T >= 1"),
    (lambda: one_hot([2], 2), ValueError, "indices runs from 2 to 2, expected 0..1"),
    (lambda: one_hot([-1], 2), ValueError, "indices runs from -1"),
    (lambda: sample(MODEL, CHARS, "", 3, 1.0, seeded()), ValueError, "prefix is empty"),
    (lambda: sample(MODEL, CHARS, "z", 3, 1.0, seeded()), ValueError, "text holds 'z' at position 0"),
    (lambda: sample(MODEL, CHARS, "h", 3, 0, seeded()), ValueError, "temperature is 0, expected a finite number > 0"),
    (lambda: sample(MODEL, CHARS, "h", 3, -1.0, seeded()), ValueError, "temperature is -1.0"),
    (lambda: sample(MODEL, CHARS, "h", -3, 1.0, seeded()), ValueError, "length is -3"),
    (lambda: sample(MODEL, CHARS, "h", 3, 1.0, 0), TypeError, "rng is 0"),
    (lambda: sample(MODEL, CHARS[:-1], "h", 3, 1.0, seeded()), ValueError, "X has shape (1, 7, 1), expected (T, 8, B)"),
])
def test_bad_input(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)
