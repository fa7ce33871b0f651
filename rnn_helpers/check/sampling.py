"""The exercise of notebook 5 that draws: sampling text from a network."""

import contextlib
import random

import numpy as np

from rnn_helpers.check import hints
from rnn_helpers.check.exercise import BadReturn, Case, Exercise, Facet
from rnn_helpers.check.mistakes import char_level as mistakes
from rnn_helpers.check.networks import draw_cell, model_of
from rnn_helpers.losses import softmax
from rnn_helpers.text import sample

PARAMETERS = ("Wx", "Wh", "b", "Wy", "c")
LONG, SHORT, NEAR_ZERO = 12, 5, 0.05
PREFIX, CHARS = "cab", "abcde"


def likeliest(fixture, read, length, reset=False, stuck=False, bias_read=1, bias_written=1):
    """The likeliest characters after reading indices, their smallest lead over the second likeliest, and their lowest logit."""
    Wx, Wh, b, Wy, c = (fixture[name] for name in PARAMETERS)
    h, lead, lowest, text = np.zeros((len(Wh), 1)), np.inf, np.inf, []
    for x in read:
        h = np.tanh(Wx[:, [x]] + Wh @ h + bias_read * b)
    for _ in range(length):
        logits = (Wy @ h + c)[:, 0]
        second, first = np.sort(logits)[-2:]
        lead, lowest = min(lead, first - second), min(lowest, first)
        text.append(int(np.argmax(logits)))
        h = np.tanh(Wx[:, [x if stuck else text[-1]]] + (0 if reset else Wh @ h) + bias_written * b)
    return text, lead, lowest


def sampler_fixtures(rng):
    """A network whose likeliest text is clear, tells wrong ways to read the prefix apart and is no blind guess; and one without memory."""
    H, V, prefix = 6, len(CHARS), [CHARS.index(char) for char in PREFIX]
    while True:
        fixture = {**draw_cell(rng, V, H), "Wy": rng.normal(0, 4, (V, H)), "c": rng.normal(0, 1, (V, 1))}
        fixture["Wh"] *= 2
        right, lead, _ = likeliest(fixture, prefix, LONG)
        if lead <= 1:
            continue
        short, short_lead, lowest = likeliest(fixture, prefix[:1], SHORT)
        if short_lead <= 1 or len(set(right)) < 3 or len(set(short)) < 3:  # "aaaaa" was right once in 140 fixtures
            continue
        others = [likeliest(fixture, read, LONG, **more)[0] for read, more in
                  ((prefix[-1:], {}), (prefix[:1], {}), (prefix[:-1], {}), (prefix + prefix[-1:], {}),
                   (prefix, {"reset": True}), (prefix, {"stuck": True}), (prefix, {"bias_written": 0}), (prefix, {"bias_read": 0}))]
        if right not in others and len({tuple(text) for text in (right, *others[:6])}) == 7:
            break
    fixture["c"] += max(0, 2 - lowest)  # so that exp(logits / 0.001) overflows
    V = len(DRAWN)
    return {**fixture, "Wx2": np.zeros((2, V)), "Wh2": np.zeros((2, 2)), "b2": np.zeros((2, 1)), "Wy2": np.zeros((V, 2)),
            "c2": (rng.permutation(V) * 0.8 + rng.uniform(-2, 2))[:, None], "seed": int(rng.integers(2**31))}


def text_of(function, model, chars, prefix, length, temperature, rng):
    """The text, or the list of its characters, as it was returned. BadReturn when it is neither."""
    text = function(model, chars, prefix, length, temperature, rng)
    if text is None:
        raise BadReturn("it returned None, expected a str: is there a `return` on every way out?")
    if isinstance(text, (list, tuple, np.ndarray)) and all(isinstance(char, str) for char in np.ravel(text)):
        return np.ravel(text).astype(str)
    if not isinstance(text, str):
        raise BadReturn(f"it returned a {type(text).__name__}, expected a str of the new characters")
    return str(text)


def joined(texts_):
    """Texts as str, whatever they were returned as."""
    return ["".join(map(str, np.ravel(text))) for text in texts_]


def near_zero(prefix, length, temperature=NEAR_ZERO):
    """A case's run: what three generators draw when the likeliest character all but always wins."""

    def run(function, i):
        return {f"text {n}": text_of(function, model_of(i), list(CHARS), prefix, length, temperature, np.random.default_rng(i["seed"] + n))
                for n in range(3)}

    return run


def read_near_zero(i, values):
    found = [values[f"text {n}"] for n in range(3)]
    texts_ = joined(found)
    return {"text": np.array(texts_[0] if len(set(texts_)) == 1 else "another text for another rng"),
            "type": np.array("a list of characters" if found[0].ndim else "a str")}


WAYS = {  # (logits, temperature) -> what is drawn how often
    "softmax(logits / temperature)": lambda z, T: softmax(z / T, axis=0),
    "softmax(logits * temperature)": lambda z, T: softmax(z * T, axis=0),
    "softmax(logits), whatever the temperature": lambda z, T: softmax(z, axis=0),
    "all alike": lambda z, T: np.full(len(z), 1 / len(z)),
    "the likeliest only": lambda z, T: np.eye(len(z))[np.argmax(z)],
}
DRAWN = "qrstuvwxyz"  # of their orders about one in a hundred would pass for another
COLD, WARM, FAR = 0.4, 2.5, 0.22  # two temperatures; the total variation that 144 draws may be from what is expected


def state_of(rng):
    """The state of a Generator as numbers."""
    state = rng.bit_generator.state["state"]["state"]
    return np.array([state >> 64, state & (2**64 - 1)], np.uint64)


@contextlib.contextmanager
def shared_generators():
    """Yields a function that gives the states of np.random and random as numbers; leaves them as they were before."""
    before = np.random.get_state(), random.getstate()
    np.random.seed(3141)
    random.seed(3141)

    def now():
        _, key, position, *_ = np.random.get_state()
        return np.array([*key, position, *random.getstate()[1]], np.uint32)

    try:
        yield now
    finally:
        np.random.set_state(before[0])
        random.setstate(before[1])


def draws(function, i, temperature, rng, calls=12):
    """Texts of 12 characters by a network without memory, which draws each character as often at every step."""
    return joined(text_of(function, model_of(i, "2"), list(DRAWN), DRAWN[0], 12, temperature, rng) for _ in range(calls))


def drawn(function, i):
    """300 characters at two temperatures, two texts of one seed, and what became of the generators."""
    rng = np.random.default_rng(i["seed"])
    with shared_generators() as shared:
        untouched = shared()
        found = {"cold": draws(function, i, COLD, rng), "warm": draws(function, i, WARM, rng),
                 "one seed": [draws(function, i, WARM, np.random.default_rng(i["seed"]), 1)[0] for _ in range(2)]}
        return {**found, "rng": state_of(rng), "shared before": untouched, "shared after": shared()}


def read_drawn(i, values):
    """In words: the distribution that explains what is drawn, and where chance comes from."""
    cold, warm = ([str(text) for text in values[name]] for name in ("cold", "warm"))
    logits, far = i["c2"][:, 0], dict.fromkeys(WAYS, 0.0)
    for texts_, temperature in ((cold, COLD), (warm, WARM)):
        text = "".join(texts_)
        often = np.array([text.count(char) for char in DRAWN]) / max(1, len(text))
        for name, way in WAYS.items():
            far[name] = max(far[name], np.abs(often - way(logits, temperature)).sum() / 2)
    nearest, (once, again) = min(far, key=far.get), values["one seed"]
    words = {
        "drawn from": nearest if far[nearest] < FAR else "something else",
        "rng": "is not used" if np.array_equal(values["rng"], state_of(np.random.default_rng(i["seed"]))) else "is drawn from",
        "call after call": "different texts" if len(set(cold + warm)) > 2 else "the same text",
        "the same seed": "the same text" if once == again else "another text",
        "shared generators": "untouched" if np.array_equal(values["shared before"], values["shared after"]) else "changed",
    }
    return {**{name: np.array(text) for name, text in words.items()}, "length": np.array(len(cold[0]))}


SAMPLE = Exercise(
    name="sample",
    notebook="05_char_level",
    asks="sample(model, chars, prefix, length, temperature, rng) -> text",
    fixtures=sampler_fixtures,
    cases=(Case("near temperature 0", near_zero(PREFIX, LONG), read_near_zero),
           Case("a prefix of one character", near_zero(PREFIX[0], SHORT), read_near_zero),
           Case("300 draws", drawn, read_drawn),
           Case("temperature 0.001", near_zero(PREFIX[0], SHORT, 0.001), read_near_zero)),
    facets=(Facet("the likeliest text near temperature 0", 1, ("near*/text", "a prefix*/text")),
            Facet("a str of `length` characters", 0.25, ("near*/type", "300 draws/length"), "form"),
            Facet("drawn from softmax(logits / temperature)", 0.75, ("300 draws/drawn from",)),
            Facet("rng is the only source of chance", 0.5,
                  ("300 draws/rng", "300 draws/call after call", "300 draws/the same seed", "300 draws/shared generators"), "property"),
            Facet("temperature 0.001", 0.25, ("temperature 0.001/text",)),
            Facet("arguments unharmed", 0.25, kind="unharmed")),
    reference=sample,
    hints=hints.SAMPLE,
    forbidden=(likeliest,),
    mistakes=mistakes.SAMPLE,
)

EXERCISES = (SAMPLE,)
