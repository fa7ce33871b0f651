"""Text as numbers and back: vocabulary, one-hot columns, sampling."""

import codecs
import contextlib
import importlib
import io
import sys

import numpy as np

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.layout import OneHot
from rnn_helpers.losses import softmax
from rnn_helpers.readout import many_to_one
from rnn_helpers.validate import as_count, as_generator, as_positive


def zen_of_python():
    """The Zen of Python (Peters, 2004, PEP 20), str, from the standard library's module `this`."""
    with contextlib.redirect_stdout(io.StringIO()):  # the import prints it, and only the first one does
        this = importlib.import_module("this")
    sys.modules.pop("this")  # so that a reader's own `import this` still prints
    return codecs.decode(this.s, "rot13")


def build_vocabulary(text):
    """The characters of a text and their indices, in sorted order: the same in every process.

    Parameters
    ----------
    text : str of at least one character

    Returns
    -------
    chars : sorted list of the different characters
    index_of : dict, character -> index in chars

    Raises
    ------
    ValueError, TypeError : text is empty or not a str.
    """
    as_text("text", text)
    chars = sorted(set(text))
    return chars, {char: index for index, char in enumerate(chars)}


def encode(text, index_of):
    """The indices of a text's characters.

    Parameters
    ----------
    text : str of at least one character
    index_of : dict, character -> index, from `build_vocabulary`

    Returns
    -------
    indices : (T,) integers

    Raises
    ------
    ValueError, TypeError : text is empty or not a str, or holds a character that is not in the vocabulary.
    """
    try:
        return np.array([index_of[char] for char in as_text("text", text)])
    except KeyError as error:
        char = error.args[0]
        raise ValueError(f"text holds {char!r} at position {text.index(char)}, which is not in the vocabulary "
                         f"{''.join(index_of)!r}; build the vocabulary from all of the text") from None


def one_hot(indices, size):
    """A column per step with a 1 in the row of its index.

    Parameters
    ----------
    indices : (T,) integers in 0..size-1
    size : number of rows, the size of the vocabulary

    Returns
    -------
    X : (T, size, 1) floats; for a long text `layout.OneHot(indices[:, None], size)` is the same in less memory

    Raises
    ------
    ValueError, TypeError : indices are not (T,) integers in 0..size-1 with T >= 1.
    """
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
    rng : numpy.random.Generator, the only source of randomness

    Returns
    -------
    text : str, the new characters only

    Raises
    ------
    ValueError, TypeError : temperature is not > 0, prefix is empty or holds an unknown character, length < 0, or rng is
        not a Generator.
    """
    temperature, length = as_positive("temperature", temperature), as_count("length", length, smallest=0)
    rng, index_of = as_generator("rng", rng), {char: index for index, char in enumerate(chars)}
    indices, h_t, text = encode(as_text("prefix", prefix), index_of), None, ""
    for _ in range(length):
        h_states, _ = rnn_forward(model.cell, OneHot(indices[:, None], len(chars)), h_t)
        h_t = h_states[-1]
        logits = many_to_one(h_states, model.Wy, model.c)[:, 0]
        with np.errstate(over="ignore"):  # near 0 all but the largest become -inf, of probability 0
            p = softmax((logits - logits.max()) / temperature, axis=0)
        indices = np.array([draw(p, rng)])
        text += chars[indices[0]]
    return text


def draw(p, rng):
    """An index drawn with the probabilities p (V,): where a uniform number falls among their running sums."""
    return min(int(np.searchsorted(np.cumsum(p), rng.random() * p.sum(), side="right")), len(p) - 1)


def as_text(name, value):
    """Return a str of at least one character."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is {type(value).__name__}, expected str")
    if not value:
        raise ValueError(f"{name} is empty, expected at least one character")
    return value
