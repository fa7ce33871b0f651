"""Text as numbers and back: vocabulary, one-hot columns, sampling."""

import codecs
import contextlib
import io

import numpy as np

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.losses import softmax
from rnn_helpers.readout import many_to_one
from rnn_helpers.validate import as_count


def zen_of_python():
    """The Zen of Python (Peters, 2004, PEP 20), from the standard library's module `this`."""
    with contextlib.redirect_stdout(io.StringIO()):  # importing `this` prints it, once
        import this
    return codecs.decode(this.s, "rot13")


def build_vocabulary(text):
    """The characters of a text and their indices, in sorted order: the same in every process.

    Returns
    -------
    chars : sorted list of the different characters
    index_of : dict, character -> index in chars
    """
    if not isinstance(text, str):
        raise TypeError(f"text is {type(text).__name__}, expected str")
    if not text:
        raise ValueError("text is empty, expected at least one character")
    chars = sorted(set(text))
    return chars, {char: index for index, char in enumerate(chars)}


def encode(text, index_of):
    """The indices of a text's characters, (T,) integers. ValueError for a character that is not in the vocabulary."""
    if not text:
        raise ValueError("text is empty, expected at least one character")
    for position, char in enumerate(text):
        if char not in index_of:
            raise ValueError(f"text holds {char!r} at position {position}, which is not in the vocabulary "
                             f"{''.join(index_of)!r}; build the vocabulary from all of the text")
    return np.array([index_of[char] for char in text])


def one_hot(indices, size):
    """A column per step with a 1 in the row of its index: (T, size, 1) from (T,) integers in 0..size-1."""
    indices = np.asarray(indices)
    if indices.ndim != 1 or indices.size == 0 or indices.dtype.kind not in "iu":
        raise ValueError(f"indices is {indices.dtype} of shape {indices.shape}, expected (T,) integers, T >= 1")
    if indices.min() < 0 or indices.max() >= as_count("size", size):
        raise ValueError(f"indices runs from {indices.min()} to {indices.max()}, expected 0..{size - 1}")
    return np.eye(size)[indices][:, :, None]


def sample(model, chars, prefix, length, temperature, rng):
    """Text that continues a prefix, a character at a time, each fed back as the next input.

    Parameters
    ----------
    model : RNNModel over len(chars) characters
    chars : list of characters, from `build_vocabulary`
    prefix : str of at least one character, read from h0 = 0 before the first is drawn
    length : number of new characters, >= 0
    temperature : > 0, divides the logits: below 1 sharper, above 1 flatter, towards 0 the likeliest character
    rng : numpy.random.Generator, the only source of chance

    Returns
    -------
    text : str, the new characters only
    """
    if not isinstance(temperature, (int, float, np.number)) or not temperature > 0:
        raise ValueError(f"temperature is {temperature!r}, expected a number > 0; near 0 the likeliest character is drawn")
    if not prefix:
        raise ValueError("prefix is empty, expected at least one character to start from")
    index_of = {char: index for index, char in enumerate(chars)}
    X = one_hot(encode(prefix, index_of), len(chars))
    h_t, text = None, ""
    for _ in range(as_count("length", length, smallest=0)):
        h_states, _ = rnn_forward(model.cell, X, h_t)
        h_t = h_states[-1]
        p = softmax(many_to_one(h_states, model.Wy, model.c) / temperature)[:, 0]
        index = int(np.searchsorted(np.cumsum(p) / p.sum(), rng.random(), side="right"))
        text += chars[min(index, len(chars) - 1)]
        X = one_hot(encode(text[-1], index_of), len(chars))
    return text
