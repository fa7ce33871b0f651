"""Characters: what a network learns from a text; with sliders, how boldly it writes and what a hidden unit does."""

import copy
import functools

import numpy as np

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.explore.control import int_slider, steps
from rnn_helpers.explore.drawn import Drawn, typed
from rnn_helpers.layout import OneHot
from rnn_helpers.losses import softmax, softmax_cross_entropy
from rnn_helpers.model import RNNModel
from rnn_helpers.plots import letters as plots
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
    """Train a network on two lines of text, while one waits, and print what it writes meanwhile."""
    for updates, text in learns_to_write().items():
        print(f"{updates:3d} updates  {text}")


def zen():
    """The Zen of Python, and its two parts: what is known, and its last three lines, held out. Three str."""
    text = zen_of_python()
    cut = text.index("If the implementation is hard")
    return text, text[:cut], text[cut:]


def yardsticks(known, held_out):
    """What guesses without a network cost: dict, name -> nats per held-out character.

    The table of pairs, counted on the known text, is mixed half and half with the letter frequencies, so that a new
    pair does not cost infinitely much; those give a tenth of a count to a character that the known text lacks.
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

    Returns at, on_known, on_held : arrays, every tenth update and the two losses then, in nats per character
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


def write(networks, sampler=sample, whose=""):
    """One character after another, from state to draw.

    networks : dict, name -> (model, chars, prefix); sampler : as `sample`
    """
    @functools.cache
    def wrote(who, prefix, temperature):
        model, chars, _ = networks[who]
        return sampler(model, chars, prefix, WRITTEN, temperature, np.random.default_rng(0))

    def draw(prefix, who, temperature, written):
        model, chars, example = networks[who]
        unknown = [char for char in prefix if char not in chars]
        if unknown or not prefix:
            what = f"holds {unknown[0]!r}, which this network has never met" if unknown else "is empty"
            return "", f"The prefix {what}. The network knows {''.join(chars)!r}; try {example!r}."
        text = wrote(who, prefix, temperature)
        h = read(model, chars, prefix + text[:written])
        logits = many_to_one(h, model.Wy, model.c)[:, 0]
        u = np.random.default_rng(0).random(written + 1)[-1]  # the sampler's own, where it draws once for a character
        return plots.one_draw(prefix, text, written, h[-1, :, 0], logits, temperature,
                              softmax((logits - logits.max()) / temperature, axis=0), chars, u)

    first = next(iter(networks))
    return Drawn(draw, "One character after another", whose=whose, play="written",
                 prefix=typed("prefix", networks[first][2]), who=steps("network", list(networks), first),
                 temperature=steps("temperature", TEMPERATURES, 1.0),
                 written=int_slider("characters written", 0, WRITTEN - 1, 0))


def since(text, signs):
    """How many characters ago the last of `signs` was, for each character of a text: (len(text),)."""
    found, n = [], 0
    for char in text:
        n = 0 if char in signs else n + 1
        found.append(n)
    return np.array(found, float)


FOLLOWED = {
    "vowels": lambda text: np.array([char in "aeiouAEIOU" for char in text], float),
    "place in the word": lambda text: since(text, " \n"),
    "place in the line": lambda text: since(text, "\n"),
    "a space comes next": lambda text: np.array([char in " \n" for char in text[1:] + "\n"], float)}


def follows(h, values):
    """The correlation of each unit's state along a text, h (T, H), with values (T,): (H,)."""
    h, values = h - h.mean(0), values - values.mean()
    return h.T @ values / np.maximum(np.sqrt(np.sum(h * h, 0) * np.sum(values * values)), 1e-12)


def by_chance(h, values, shifts=7):
    """The largest correlation of any unit with the same values moved along the text, at the most of several shifts."""
    moved = (np.roll(values, len(values) * n // (shifts + 1)) for n in range(1, shifts + 1))
    return max(float(np.abs(follows(h, other)).max()) for other in moved)


def units(model, chars, text, passage):
    """A passage of a text on the colours of one hidden unit, and how closely that follows something.

    passage : a slice; the network reads the text from its start
    """
    h = read(model, chars, text)[:, :, 0]

    def draw(what, unit):
        r, chance = follows(h, FOLLOWED[what](text)), by_chance(h, FOLLOWED[what](text))
        closer = int(np.sum(np.abs(r) > abs(r[unit])))
        return plots.coloured(text[passage], h[passage, unit]), (
            f"Unit {unit} and \u201c{what}\u201d: correlation {r[unit]:.2f} over {len(text)} characters; {closer} of "
            f"{h.shape[1]} units follow it more closely, and by chance the best of them reaches {chance:.2f}.")

    return Drawn(draw, "One hidden unit along a text", what=steps("follows", list(FOLLOWED), "vowels"),
                 unit=int_slider("hidden unit", 0, h.shape[1] - 1, 0))
