"""Truncated BPTT on a stream of characters: speed and memory, against one step and one character at a time."""

from benchmarks import threads  # noqa: F401  first: it sets how many cores the libraries may use

# isort: split

import functools

import numpy as np
import pytest

from benchmarks.rounds import once
from rnn_helpers.growth import peak_bytes
from rnn_helpers.layout import OneHot
from rnn_helpers.losses import softmax_cross_entropy
from rnn_helpers.model import RNNModel
from rnn_helpers.streaming import train_stream
from rnn_helpers.text import build_vocabulary, encode, zen_of_python

LENGTHS, K, HIDDEN, LR = (10**4, 10**5, 10**6), 25, 100, 1e-3


@functools.cache
def stream(length):
    """Indices of length + 1 characters, the Zen of Python over and over, and the size of the vocabulary."""
    text = zen_of_python()
    chars, index_of = build_vocabulary(text)
    return np.resize(encode(text, index_of), length + 1), len(chars)


def package(indices, V):
    model = RNNModel(V, HIDDEN, V, np.random.default_rng(0))
    X, targets = OneHot(indices[:-1, None], V), indices[1:, None]
    return lambda: train_stream(model, X, targets, K, K, LR, loss=softmax_cross_entropy)


def character_by_character(indices, V):
    """The scheme of Karpathy's min-char-rnn (2015): one-hot columns, dicts of states, an outer product a step."""
    model = RNNModel(V, HIDDEN, V, np.random.default_rng(0))

    def train():
        p, h = model.params, np.zeros((HIDDEN, 1))
        losses = []
        for start in range(0, len(indices) - 1, K):
            inputs, targets = indices[start : start + K], indices[start + 1 : start + K + 1]
            inputs = inputs[: len(targets)]
            x, hs, probabilities, loss = {}, {-1: h}, {}, 0.0
            for t, (i, target) in enumerate(zip(inputs, targets, strict=True)):
                x[t] = np.zeros((V, 1))
                x[t][i] = 1
                hs[t] = np.tanh(p["Wx"] @ x[t] + p["Wh"] @ hs[t - 1] + p["b"])
                y = p["Wy"] @ hs[t] + p["c"]
                e = np.exp(y - y.max())
                probabilities[t] = e / e.sum()
                loss -= np.log(probabilities[t][target, 0])
            grads, dh_next = {name: np.zeros_like(w) for name, w in p.items()}, np.zeros_like(h)
            for t in reversed(range(len(inputs))):
                dy = probabilities[t].copy()
                dy[targets[t]] -= 1
                grads["Wy"] += dy @ hs[t].T
                grads["c"] += dy
                dz = (p["Wy"].T @ dy + dh_next) * (1 - hs[t] ** 2)
                grads["b"] += dz
                grads["Wx"] += dz @ x[t].T
                grads["Wh"] += dz @ hs[t - 1].T
                dh_next = p["Wh"].T @ dz
            for name, w in p.items():
                w -= LR * grads[name]
            losses.append(loss)
            h = hs[len(inputs) - 1]
        return losses

    return train


CONTESTANTS = {"package": package, "character by character": character_by_character}


@pytest.mark.parametrize("name", CONTESTANTS)
@pytest.mark.parametrize("length", LENGTHS)
def test_streaming(benchmark, length, name):
    make = CONTESTANTS[name]
    losses = [run()[:100] for run in (build(*stream(2500)) for build in CONTESTANTS.values())]
    np.testing.assert_allclose(*losses, rtol=1e-9)
    held = peak_bytes(make(*stream(min(length, 10**5))))
    once(benchmark, make(*stream(length)), "streaming", name, length=length, peak_bytes=held)
