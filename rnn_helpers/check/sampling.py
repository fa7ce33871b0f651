"""The exercise of notebook 5 that draws: sampling text from a network."""

import contextlib
import itertools
import random
from functools import partial

import numpy as np

from rnn_helpers.check.exercise import BadReturn, Case, Exercise, Facet, keys
from rnn_helpers.check.families import text
from rnn_helpers.check.networks import draw_cell, model_of
from rnn_helpers.check.number_sequence import PARAMS
from rnn_helpers.text import sample

PREFIX, CHARS = "caab", "dbeca"  # a repeated character; an order that is not sorted
LONG, SHORT = 12, 5
LEAD, LARGEST = 30.0, 600.0  # logits: what the likeliest has over the others, and how far they may lie apart

DRAWN = "tqzrxsyvuw"
OFTEN = np.array([0.34, 0.18, 0.12, 0.09, 0.07, 0.06, 0.0375, 0.035, 0.0345, 0.033])  # how often each is drawn
COLD, WARM = 0.02, 4.0  # two temperatures; each has a network whose logits are temperature * log(OFTEN)
# characters of a text, of which the first is not counted; texts; characters at one seed
LENGTH, CALLS, SAME = 25, 30, 60
CHAINS = 8  # texts; the character that is drawn first is the likeliest in all of them once in 9^8
FAR = 50.0  # nats: where the relative entropy of all draws to OFTEN is larger, they are not from it

# The right answer is refused less than once in 10^9 checks. 720 draws from 10 characters lie 50 nats or more away in
# exp(-50) (50 e / 9)^9 = 8e-12 of all cases at most (Agrawal, 2020, "Finite-sample concentration of the multinomial in
# relative entropy"), and one of the ten is missing in 5e-11. Half the steepness (T^(1/2) or min(T, 2) at 4) or a sixth
# of it (T + 0.1 at 0.02) lies 167 nats away, give or take 18; the characters that top-k or top-p leave out are missing.


def logits_of(fixture, read, length, reset=False, stuck=False, bias_read=1, bias_written=1, bias_out=1):
    """The logits of each character that is written after reading indices, the likeliest being read next."""
    Wx, Wh, b, Wy, c = (fixture[name] for name in PARAMS)
    while_reading, while_writing = (Wx + bias_read * b).T, (Wx + bias_written * b).T
    h, x, c = np.zeros(len(Wh)), 0, bias_out * c[:, 0]
    for x in read:
        h = np.tanh(while_reading[x] + Wh @ h)
    for _ in range(length):
        logits = Wy @ h + c
        yield logits
        h = np.tanh(while_writing[x if stuck else logits.argmax()] + (0 if reset else Wh @ h))


def likeliest(fixture, read, length):
    """The likeliest characters after reading indices."""
    return [int(logits.argmax()) for logits in logits_of(fixture, read, length)]


def steeper(fixture, *texts):
    """By how much the likeliest of all characters have to lead more to lead by LEAD, and the lowest of their logits.

    None where they would lie too far apart then: 99 networks in 100, most of which are known by a few characters.
    texts : pairs (indices read, characters written)
    """
    lead, lowest, highest = np.inf, np.inf, -np.inf
    for read, length in texts:
        for logits in logits_of(fixture, read, length):
            *_, second, first = sorted(logits.tolist())
            lead, lowest, highest = min(lead, first - second), min(lowest, first), max(highest, first)
            if LEAD / lead * (highest - lowest) >= LARGEST:
                return None
    return LEAD / lead, lowest


def told_apart(fixture, prefix, length):
    """Whether the likeliest text is no blind guess, and another one when the prefix is misread or the state is lost."""
    right = likeliest(fixture, prefix, length)
    if len(set(right)) < 3:  # "aaaaa" was right once in 140 fixtures
        return False
    misread = [prefix[-1:], prefix[:1], prefix[:-1], prefix + prefix[-1:], list(dict.fromkeys(prefix)), []]
    lost = [{"reset": True}, {"stuck": True}, {"bias_written": 0}, {"bias_read": 0}, {"bias_out": 0}]
    others = [(read, {}) for read in misread if read != prefix] + [(prefix, slip) for slip in lost]
    return all(any(logits.argmax() != char for logits, char in zip(logits_of(fixture, read, length, **slip), right,
                                                                   strict=True)) for read, slip in others)


def sampler_fixtures(rng, calls=CALLS):
    """A network whose likeliest text wins at temperature 1 and below, and two without memory, to draw from.

    calls : texts to be drawn
    """
    H, V, prefix = 6, len(CHARS), [CHARS.index(char) for char in PREFIX]
    while True:
        fixture = {**draw_cell(rng, V, H), "Wy": rng.normal(0, 4, (V, H)), "c": rng.normal(0, 4, (V, 1))}
        fixture["Wh"] *= 2
        texts = (prefix[:1], SHORT), (prefix, LONG)
        if (found := steeper(fixture, *texts)) and all(told_apart(fixture, *text) for text in texts):
            break
    factor, lowest = found
    fixture["Wy"] *= factor
    fixture["c"] = factor * (fixture["c"] - lowest) + 2  # exp(logits) is finite, exp(logits / 0.001) is not
    order, V = rng.permutation(len(DRAWN)), len(DRAWN)
    for name, temperature in (("cold", COLD), ("warm", WARM)):
        fixture |= {f"Wx{name}": np.zeros((2, V)), f"Wh{name}": np.zeros((2, 2)), f"b{name}": np.zeros((2, 1)),
                    f"Wy{name}": np.zeros((V, 2)), f"c{name}": temperature * np.log(OFTEN[order])[:, None]}
    return {**fixture, **chain(rng), "_order": order, "seed": int(rng.integers(2**31)), "calls": calls}


def chain(rng):
    """A network that draws any character after the first of DRAWN, and then has one successor for each: "_next"."""
    V = len(DRAWN)
    ring, certain_by = rng.permutation(np.arange(1, V)), 40.0
    after, Wy = np.zeros(V, int), np.zeros((V, V))
    after[ring] = np.roll(ring, 1)
    Wy[after[1:], np.arange(1, V)] = certain_by
    return {"Wxchain": 5 * np.eye(V), "Whchain": np.zeros((V, V)), "bchain": np.zeros((V, 1)), "Wychain": Wy,
            "cchain": np.where(np.arange(V) == 0, -certain_by, 0.0)[:, None], "_next": after}


def text_of(function, i, model, chars, prefix, length, temperature, rng):
    """The text, or the list of its characters, as it was returned. BadReturn when it is neither."""
    text = function(model, i.listed("chars", chars), prefix, length, temperature, rng)
    if text is None:
        raise BadReturn("it returned None, expected a str: does every path end in `return`?")
    if isinstance(text, (list, tuple, np.ndarray)) and all(isinstance(char, str) for char in np.ravel(text)):
        return np.ravel(text).astype(str)
    if not isinstance(text, str):
        raise BadReturn(f"it returned a {type(text).__name__}, expected a str of the new characters")
    return str(text)


def joined(texts):
    """Texts as str, whatever they were returned as."""
    return ["".join(map(str, np.ravel(text))) for text in texts]


def certain(prefix, length, temperature):
    """A case's run: what three generators draw when the likeliest character all but always wins."""

    def run(function, i):
        return {f"text {n}": text_of(function, i, model_of(i), CHARS, prefix, length, temperature,
                                     np.random.default_rng(i["seed"] + n)) for n in range(3)}

    return run


def read_certain(i, values):
    found = [values[f"text {n}"] for n in range(3)]
    texts = joined(found)
    return {"text": np.array(texts[0] if len(set(texts)) == 1 else "another text for another rng"),
            "type": np.array("a list of characters" if found[0].ndim else "a str")}


def chained(function, i):
    """A case's run: short texts from the network of `chain`."""
    return {f"text {n}": text_of(function, i, model_of(i, "chain"), DRAWN, DRAWN[0], 3, 1.0,
                                 np.random.default_rng(i["seed"] + n)) for n in range(CHAINS)}


def read_chained(i, values):
    """Whether each character follows from the one before, as it does when that is what was read."""
    follows = {DRAWN[v]: DRAWN[i["_next"][v]] for v in range(1, len(DRAWN))}
    pairs = [pair for text in joined(values.values()) for pair in itertools.pairwise(text) if pair[0] in follows]
    right = bool(pairs) and all(follows[first] == second for first, second in pairs)
    return {"read next": np.array("the character drawn" if right else "another one")}


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


def drawn(function, i):
    """Texts at a low and at a high temperature, two texts of one seed, and what became of the generators."""
    rng = np.random.default_rng(i["seed"])

    def texts(network, temperature, rng, length, calls):
        return joined(text_of(function, i, model_of(i, network), DRAWN, DRAWN[0], length, temperature, rng)
                      for _ in range(calls))

    if not i["calls"]:
        return {}
    with shared_generators() as shared:
        untouched = shared()
        found = {"cold": texts("cold", COLD, rng, LENGTH, i["calls"]),
                 "warm": texts("warm", WARM, rng, LENGTH, i["calls"])}
        found |= {"rng": state_of(rng), "shared before": untouched, "shared after": shared()}
    again = []
    for temperature in (COLD, WARM, WARM):
        with shared_generators():  # which begin alike, too
            again += texts("warm", temperature, np.random.default_rng(i["seed"]), SAME, 1)
    return {**found, "one seed": again}


def divergence(shares, expected):
    """The relative entropy sum p log(p / q) in nats; inf where q is 0 and p is not."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.where(shares > 0, shares * np.log(shares / expected), 0.0).sum())


def steepened(p, power):
    """p^power, normalised: what a temperature 1 / power times as high would draw; a row for each of many powers."""
    weights = np.exp(power * (np.log(p) - np.log(p).max()))
    return weights / weights.sum(axis=-1, keepdims=True)


AS_ASKED = "as often as softmax(logits / temperature) says"


def distribution_in_words(texts, p):
    """What texts are drawn from that should be drawn with the p of DRAWN, in the same words on every fixture."""
    letters = "".join(text[1 - LENGTH:] for text in texts)
    counts = np.array([letters.count(char) for char in DRAWN])
    total = counts.sum()
    if total < 0.9 * len(texts) * (LENGTH - 1) or total < len(letters):
        return "other characters, or too few of them"
    shares, there = counts / total, counts > 0
    if shares[p.argmax()] > 0.99:
        return "the likeliest only"
    if len(set(texts)) == 1:
        return "the same text in every call"
    if total * divergence(shares, p) < FAR:
        return AS_ASKED if there.all() else "never some of the rarest"
    if total * divergence(shares, np.where(there, p, 0) / p[there].sum()) < FAR and p[~there].max() < p[there].min():
        return "never some of the rarest"
    powers = np.linspace(-2, 12, 281)
    means = steepened(p, powers[:, None]) @ np.log(p)
    power = powers[np.abs(means - shares @ np.log(p)).argmin()]
    if total * divergence(shares, steepened(p, power)) > FAR:
        return "from something else"
    return "more evenly than that" if power < 1 else "the likely ones more often than that"


def read_drawn(i, values):
    """In words: how often each character is drawn, and where chance comes from."""
    cold, warm = ([str(text) for text in values[name]] for name in ("cold", "warm"))
    colder, warmer, again = (str(text) for text in values["one seed"])
    p = OFTEN[i["_order"]]
    low, high = distribution_in_words(cold, p), distribution_in_words(warm, p)
    unlike = f"at a low temperature {low}, at a high one {high}".replace(AS_ASKED, "as it should be")
    whatever = "the same at both temperatures that were tried" if colder == warmer and low != high else ""
    words = {
        "each character": whatever or (low if low == high else unlike),
        "rng": "is not used" if np.array_equal(values["rng"], state_of(np.random.default_rng(i["seed"])))
        else "is drawn from",
        "call after call": "different texts" if len(set(cold + warm)) > 2 else "the same text",
        "the same seed": "the same text" if warmer == again else "another text",
        "shared generators": "untouched" if np.array_equal(values["shared before"], values["shared after"])
        else "changed",
    }
    return {**{name: np.array(text) for name, text in words.items()}, "length": np.array(len(cold[0]))}


def always_drawn(i):
    """What `read_drawn` says of every right answer."""
    words = {"each character": AS_ASKED, "rng": "is drawn from", "call after call": "different texts",
             "the same seed": "the same text", "shared generators": "untouched", "length": LENGTH}
    return words if i.get("calls") else {}


SAMPLE = Exercise(
    notebook="05_char_level",
    asks="sample(model, chars, prefix, length, temperature, rng) -> text",
    fixtures=sampler_fixtures,
    second=partial(sampler_fixtures, calls=0),
    cases=(Case("a clear text", certain(PREFIX, LONG, 1.0), read_certain),
           Case("a prefix of one character", certain(PREFIX[0], SHORT, 1.0), read_certain),
           Case("one successor each", chained, read_chained),
           Case("1500 draws", drawn, read_drawn, always=always_drawn),
           Case("no character", certain(PREFIX, 0, 1.0),
                lambda i, values: {"count": np.array(len(joined([values["text 0"]])[0]))}),
           Case("temperature 0.001", certain(PREFIX, LONG, 0.001), read_certain)),
    facets=(Facet("the text that is all but certain", 0.75,
                  (*keys(("a clear text", "a prefix*"), ["text"]), "one successor each/read next")),
            Facet("a str of `length` characters", 0.25,
                  ("a clear text/type", "1500 draws/length", "no character/count"), "form"),
            Facet("drawn from softmax(logits / temperature)", 1,
                  ("1500 draws/each character",)),
            Facet("rng is the only source of randomness", 0.5,
                  keys(["1500 draws"], ("rng", "call after call", "the same seed", "shared generators")), "property"),
            Facet("temperature 0.001", 0.25, ("temperature 0.001/text",)),
            Facet("arguments unchanged", 0.25, kind="unharmed")),
    reference=sample,
    forbidden=(likeliest,),
    family=text.SAMPLE,
)

EXERCISES = (SAMPLE,)
