"""Characters: what a network learns from a text; with sliders, how boldly it writes and what a hidden unit does."""

import copy
import functools

import numpy as np

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.explore.control import choice, explore, int_slider, steps
from rnn_helpers.layout import OneHot
from rnn_helpers.losses import softmax, softmax_cross_entropy
from rnn_helpers.model import RNNModel
from rnn_helpers.plots import characters as plots
from rnn_helpers.plots import style
from rnn_helpers.readout import many_to_one
from rnn_helpers.text import build_vocabulary, encode, sample, zen_of_python
from rnn_helpers.training import Adam, clip_by_norm, fit

TEMPERATURES = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0]
WRITTEN = 90  # characters
PROVERBS = "beautiful is better than ugly. explicit is better than implicit. "


def learns_to_write(text=PROVERBS, updates=(0, 10, 30, 100), seed=0):
    """Updates -> what a network of 32 units writes after so many updates on a text (Adam, 0.01, all of it at once)."""
    rng, (chars, index_of) = np.random.default_rng(seed), build_vocabulary(text)
    indices = encode(text + text[0], index_of)[:, None]
    model, adam, texts = RNNModel(len(chars), 32, len(chars), rng), Adam(0.01), {}
    for update in range(max(updates) + 1):
        if update in updates:
            texts[update] = text[0] + sample(model, chars, text[0], len(text) - 1, 0.3, np.random.default_rng(0))
        X, targets = OneHot(indices[:-1], len(chars)), indices[1:]
        _, gradients = model.loss_and_gradients(X, targets, loss=softmax_cross_entropy)
        adam.step(model.params, clip_by_norm({name: gradients[name] for name in model.params}, 5.0)[0])
    return texts


def first_words():
    """Train a network on two lines of text, while one waits, and show what it writes meanwhile."""
    fig = style.figure(8.5, 1.7)
    style.show(fig, plots.stages(fig.subplots(), learns_to_write()))


def zen():
    """The Zen of Python, and its two parts: what is known, and its last three lines, held out. Three str."""
    text = zen_of_python()
    cut = text.index("If the implementation is hard")
    return text, text[:cut], text[cut:]


def yardsticks(known, held_out):
    """What guesses without a network cost: dict, name -> nats per held-out character.

    The table of pairs, counted on the known text, is mixed half and half with the letter frequencies, so that a new
    pair costs no infinity; those give a tenth of a count to a character that the known text lacks.
    """
    chars, index_of = build_vocabulary(known + held_out)
    K, indices, unseen = len(chars), encode(known, index_of), encode(held_out, index_of)
    frequency = np.bincount(indices, minlength=K) + 0.1
    frequency /= frequency.sum()
    table = np.zeros((K, K))
    np.add.at(table, (indices[:-1], indices[1:]), 1)
    counted = table.sum(axis=1, keepdims=True)
    table = np.where(counted > 0, table / np.maximum(counted, 1), frequency)
    mixed = (table + frequency) / 2
    return {"knows nothing": np.log(K), "letter frequencies": -np.mean(np.log(frequency[unseen[1:]])),
            "table of pairs": -np.mean(np.log(mixed[unseen[:-1], unseen[1:]]))}


def study(known, held_out, loss=softmax_cross_entropy, seed=0, stages=(10, 50, 400)):
    """Train 40 units on pieces of a text (5 of 25 characters an update; Adam, 0.01), and read both parts now and then.

    Returns
    -------
    at, on_known, on_held : arrays, every tenth update and the two losses then, in nats per character
    models : dict, update -> the network after it, for each of `stages`
    """
    chars, index_of = build_vocabulary(known + held_out)
    K, indices, rng = len(chars), encode(known, index_of), np.random.default_rng(seed)
    model, updates = RNNModel(K, 40, K, rng), max(stages)
    starts = rng.integers(0, len(indices) - 25, (updates, 5))
    parts = [(OneHot(part[:-1, None], K), part[1:, None]) for part in (indices, encode(held_out, index_of))]
    trace, models = [], {}

    def pieces(step):
        windows = indices[starts[step] + np.arange(26)[:, None]]  # (26, 5), a column for each piece
        return OneHot(windows[:-1], K), windows[1:]

    def note(step, model):
        if step % 10 == 9:
            trace.append((step + 1, *(model.loss(*part, loss=loss) / len(part[1]) for part in parts)))
        if step + 1 in stages:
            models[step + 1] = copy.deepcopy(model)

    fit(model, pieces, updates, Adam(0.01), max_norm=1.0, loss=loss, mean=True, after_step=note, progress=False)
    return *np.array(trace).T, models


def longest_copy(written, source):
    """The longest piece of `written` that stands in `source`, word for word."""
    N = len(written)
    by_size = (written[i:i + size] for size in range(N, 0, -1) for i in range(N - size + 1))
    return next((piece for piece in by_size if piece in source), "")


def read(model, chars, text):
    """The states (T, H, 1) that a text leaves behind, from h0 = 0."""
    index_of = {char: index for index, char in enumerate(chars)}
    return rnn_forward(model.cell, OneHot(encode(text, index_of)[:, None], len(chars)))[0]


def draw_temperature(fig, temperature, who, networks, sampler=sample):
    """The next character's probabilities at a temperature, and what is drawn at it.

    networks : dict, name -> (model, chars, prefix); who : one of its names
    """
    model, chars, prefix = networks[who]
    logits = many_to_one(read(model, chars, prefix), model.Wy, model.c)
    above, below = fig.subplots(2, 1, height_ratios=(2.1, 1))
    alt = plots.probabilities(above, softmax(logits / temperature)[:, 0], chars,
                              title=f"after {prefix!r}, at temperature {temperature:g}")
    text = sampler(model, chars, prefix, WRITTEN, temperature, np.random.default_rng(0))
    return f"{alt} {plots.written(below, text, 60, title='and so it goes on')}"


def temperature(networks, sampler=sample, whose=""):
    """Show what the temperature does, with a choice of network; `sampler` as `sample`."""
    controls = {"temperature": steps("temperature", TEMPERATURES, 1.0)}
    if len(networks) > 1:
        draw = functools.partial(draw_temperature, networks=networks, sampler=sampler)
        controls["who"] = choice("network", list(networks))
    else:
        draw = functools.partial(draw_temperature, who=next(iter(networks)), networks=networks, sampler=sampler)
    explore(draw, "What the temperature does", whose=whose, size=(8.0, 4.2), **controls)


def leanings(values, text, most=3):
    """The characters on which a unit is highest and lowest on average: two lists of characters."""
    mean = {char: np.mean([v for v, c in zip(values, text, strict=True) if c == char]) for char in dict.fromkeys(text)}
    order = sorted(mean, key=mean.get)
    return order[::-1][:most], order[:most]


def explained(values, text):
    """The part of a unit's variance along a text that the present character explains, from 0 to 1."""
    rest = np.mean([np.var(values[[c == char for c in text]]) for char in text])
    return max(0, 1 - rest / max(np.var(values), 1e-12))


def draw_unit(fig, unit, h, text, width=48):
    """A text coloured by one unit's state; h : (T, H), the states along it."""
    values = h[:, unit]
    high, low = leanings(values, text)
    ax = fig.subplots()
    alt = plots.coloured(ax, text, values, width)
    says = (f"unit {unit}: red on {' '.join(map(plots.shown, high))}, blue on {' '.join(map(plots.shown, low))}; "
            f"the character alone explains {explained(values, text):.0%} of it")
    ax.set_title(says)
    return f"{alt} {says}."


def units(model, chars, text, passage, width=48):
    """Show a passage of a text coloured by one hidden unit at a time; the network reads the text from its start.

    passage : slice of the text that is shown
    """
    h = read(model, chars, text)[:, :, 0]
    lines = len(plots.lines_of(text[passage], width))
    explore(functools.partial(draw_unit, h=h[passage], text=text[passage], width=width), "One hidden unit along a text",
            size=(8.0, 0.9 + 0.3 * lines), unit=int_slider("hidden unit", 0, h.shape[1] - 1, 0))
