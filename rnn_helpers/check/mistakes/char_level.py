"""Well-known mistakes with a vocabulary, one-hot columns, the cross-entropy, a training step, sampling."""

from collections import Counter

import numpy as np

from rnn_helpers.check.exercise import Mistake
from rnn_helpers.check.mistakes.order import in_order

SORTED = "chars = sorted(set(text)); index_of[chars[i]] = i"


def vocabulary(chars, start=0):
    """A vocabulary whose characters come from `chars(text)`."""

    def wrong(text):
        found = list(chars(text))
        return found, {char: index for index, char in enumerate(found, start)}

    return wrong


def of_a_set(text):
    """The order of a set, which differs from process to process and may be sorted by chance."""
    found = list(set(text))
    return found if found != sorted(found) else found[1:] + found[:1]


def other_way_round(text):
    chars = sorted(set(text))
    return chars, dict(enumerate(chars))


BUILD_VOCABULARY = (
    Mistake("unsorted-set", "The characters are in the order of a set",
            "A set of characters is ordered anew in every Python process, so a saved model would read other letters "
            "tomorrow. Sort it.", SORTED, vocabulary(of_a_set)),
    Mistake("first-appearance", "The characters are in order of appearance", "Then the indices depend on how the text "
            "begins. Sort the set of characters.", SORTED, vocabulary(dict.fromkeys)),
    Mistake("by-frequency", "The characters are ordered by frequency", "Ties then have no order of their own. Sort the "
            "set of characters.", SORTED, vocabulary(lambda text: [char for char, _ in Counter(text).most_common()])),
    Mistake("backwards", "The characters are sorted backwards", "Sort upwards: sorted(set(text)).",
            SORTED, vocabulary(lambda text: sorted(set(text), reverse=True))),
    Mistake("duplicates-kept", "Characters appear more than once", "sorted(text) keeps every repetition. A vocabulary "
            "holds each character once: take the set first.", SORTED, vocabulary(sorted)),
    Mistake("case-folded", "Capital letters are missing", "lower() makes one character of A and a. They are two; keep "
            "the text as it is.", SORTED, vocabulary(lambda text: sorted(set(text.lower())))),
    Mistake("letters-only", "Only letters are kept",
            "Spaces, line breaks and punctuation are characters too; the network has to predict them.",
            SORTED, vocabulary(lambda text: sorted({char for char in text if char.isalpha()}))),
    Mistake("words-for-characters", "The vocabulary holds words", "split() makes words of the text. Take the set of "
            "the text itself.", SORTED, vocabulary(lambda text: sorted(set(text.split())))),
    Mistake("spaces-dropped", "Spaces and line breaks are missing",
            "They are characters like any other: without the space there is no \"hello world\".",
            SORTED, vocabulary(lambda text: sorted({char for char in text if not char.isspace()}))),
    Mistake("index-to-character", "index_of leads from index to character",
            "It should lead the other way: index_of[\"h\"] is a number. chars itself already leads from index to "
            "character.", SORTED, other_way_round),
    Mistake("counted-from-one", "The indices start at 1", "Rows of a column are counted from 0, so the last character "
            "would have no row: enumerate(chars).", SORTED, vocabulary(lambda text: sorted(set(text)), start=1)),
    *in_order(vocabulary(lambda text: sorted(set(text))), "chars, index_of", "index_of, chars"),
)

DRAW = "p = softmax(logits / temperature)"
READ = "h_t = tanh(Wx x_t + Wh h_{t-1} + b), from h0 = 0 through the prefix, then through each new character"


def distribution(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def divided(logits, temperature):
    return distribution(logits / temperature)


def drawn(p):
    """Draws as rng.choice(len(p), p=p) does, faster; like it, with an error for NaN."""
    total = p.cumsum()
    if np.isnan(total[-1]):
        raise ValueError("Probabilities contain NaN")
    return lambda rng: min(int(total.searchsorted(rng.random(), side="right")), len(total) - 1)


def sampling(warm=lambda prefix: prefix, probabilities=divided, draw=drawn, steps=lambda length: length,
             keep_state=True, feed=lambda new, old, top: new, returns=lambda prefix, text: text,
             make_rng=lambda rng: rng, column=lambda Wx: Wx, bias=lambda c: c, stays=False, again=""):
    """A sampler of which a part is wrong; what is drawn first comes from the state after `warm(prefix)`.

    draw : p -> (rng -> index); feed : (drawn, read before, likeliest) -> read next; column : Wx as it is read;
    stays : no state but the first is drawn from; again : "prefix" or "all", what is read at each turn in place of one
    character. A state that comes again is not computed again.
    """

    def wrong(model, chars, prefix, length, temperature, rng):
        rng, Wh, Wy, c = make_rng(rng), model.cell.Wh, model.Wy, bias(model.c[:, 0])
        inputs = (column(model.cell.Wx) + model.cell.b).T  # Wx x_t + b for each character
        h, x, text, draws, after = np.zeros(len(Wh)), 0, [], {}, {}
        for char in warm(prefix):
            x = chars.index(char)
            h = np.tanh(inputs[x] + Wh @ h)
        state = h.tobytes()
        for _ in range(steps(length)):
            if state not in draws:
                logits = Wy @ h + c
                draws[state] = draw(probabilities(logits, temperature)), int(np.argmax(logits))
            index = draws[state][0](rng)
            text.append(chars[index])
            if stays:
                continue
            x = feed(index, x, draws[state][1])
            read = [x] if not again else [chars.index(char) for char in (*prefix, *(text if again == "all" else ()))]
            for x in read:
                if (state, x) not in after:
                    new = np.tanh(inputs[x] + Wh @ h if keep_state else inputs[x])
                    after[state, x] = new, new.tobytes()
                h, state = after[state, x]
        return returns(prefix, "".join(text))

    return wrong


def of_the_likeliest(p, most=5):
    """Draws from a few only."""
    few = np.argsort(p)[-most:]
    draw = drawn(p[few] / p[few].sum())
    return lambda rng: int(few[draw(rng)])


def reseeds_all(rng):
    np.random.seed(0)
    return rng


SAMPLE = (
    Mistake("temperature-multiplied", "The temperature multiplies the logits", "Then a low temperature makes the text "
            "wilder. Divide: a small temperature stretches the logits, and the likeliest wins.", DRAW,
            sampling(probabilities=lambda logits, temperature: distribution(logits * temperature))),
    Mistake("temperature-without-effect", "The temperature has no effect",
            "It is not used, or it cannot matter: divided probabilities sum to 1 again once normalised, and logits "
            "that all grow by one number give the same p. Divide the logits by it, before the softmax.",
            DRAW, sampling(probabilities=lambda logits, temperature: distribution(logits))),
    Mistake("always-the-likeliest", "The likeliest character is always taken", "argmax is the limit of temperature 0. "
            "Draw from p: rng.choice(len(p), p=p).", DRAW, sampling(draw=lambda p: lambda rng: int(np.argmax(p)))),
    Mistake("drawn-evenly", "The characters are drawn too evenly, at every temperature",
            "rng.choice without p=p, or rng.integers, ignores what the network says.",
            DRAW, sampling(draw=lambda p: lambda rng: int(rng.integers(len(p))))),
    Mistake("softmax-twice", "The characters are drawn too evenly, except near temperature 0",
            "Is the softmax taken twice? What the temperature divides are the logits, not probabilities.",
            DRAW, sampling(probabilities=lambda logits, temperature: distribution(distribution(logits) / temperature))),
    Mistake("low-temperatures-raised", "At low temperatures your text is wilder than it should be",
            "You draw as if the temperature were higher: is something added to it, or does it have a lower limit? "
            "Divide by it as given.",
            DRAW, sampling(probabilities=lambda logits, temperature: distribution(logits / (temperature + 0.1)))),
    Mistake("high-temperatures-lowered", "At high temperatures your text is tamer than it should be",
            "You draw as if the temperature were lower: does it have an upper limit? Divide by it as given.",
            DRAW, sampling(probabilities=lambda logits, temperature: distribution(logits / min(temperature, 2)))),
    Mistake("temperature-tamed", "The temperature has too little effect", "A low one leaves your text too wild, a high "
            "one too tame. Divide by the temperature itself, not by a root of it.", DRAW,
            sampling(probabilities=lambda logits, temperature: distribution(logits / np.sqrt(temperature)))),
    Mistake("rarest-never-drawn", "Some of the rarest characters are never drawn",
            "Drawing from the k likeliest, or leaving out small probabilities, is another way to sample. Here every "
            "character keeps its p.", DRAW, sampling(draw=of_the_likeliest)),
    Mistake("prefix-in-the-text", "The prefix is part of what you return", "Return the new characters only, `length` "
            "of them.", "len(text) = length", sampling(returns=lambda prefix, text: prefix + text)),
    Mistake("prefix-counted", "The prefix counts as part of the length",
            "You return length - len(prefix) new characters. The length counts the new ones.",
            "len(text) = length", lambda model, chars, prefix, length, temperature, rng: sampling(
                steps=lambda n: max(0, n - len(prefix)))(model, chars, prefix, length, temperature, rng)),
    Mistake("prefix-counted+prefix-in-the-text", "The prefix is part of the text and of its length",
            "You return `length` characters of which the first are the prefix. Return `length` new ones only.",
            "len(text) = length", lambda model, chars, prefix, length, temperature, rng: sampling(
                steps=lambda n: max(0, n - len(prefix)), returns=lambda prefix, text: prefix + text)(
                    model, chars, prefix, length, temperature, rng)),
    Mistake("one-too-few", "One character is missing", "range(length - 1) or range(1, length) stops early: draw "
            "`length` times.", "len(text) = length", sampling(steps=lambda length: length - 1)),
    Mistake("one-too-many", "There is one character too many", "Draw `length` times.",
            "len(text) = length", sampling(steps=lambda length: length + 1)),
    Mistake("prefix-not-read", "Only the prefix's last character is read",
            "The state should have seen all of the prefix. Run its characters through the network before you draw.",
            READ, sampling(warm=lambda prefix: prefix[-1])),
    Mistake("prefix-read-from-its-first-character", "Only the prefix's first character is read",
            "Run all of the prefix through the network before you draw.", READ,
            sampling(warm=lambda prefix: prefix[0])),
    Mistake("prefix-not-read-to-its-end", "The prefix's last character is not read",
            "The warm-up stops one early, so the first character you draw competes with the prefix's last one.",
            READ, sampling(warm=lambda prefix: prefix[:-1])),
    Mistake("last-character-read-twice", "The prefix's last character is read twice",
            "The warm-up has fed it already. Draw the first new character from the state that you have, then feed that "
            "one.", READ, sampling(warm=lambda prefix: prefix + prefix[-1])),
    Mistake("state-reset", "The state is reset for every character", "Each call to rnn_forward starts at h0 = 0 unless "
            "you hand it the last state. Without it the network only counts pairs.", READ, sampling(keep_state=False)),
    Mistake("input-never-changes", "The drawn character is not fed back", "The input stays the prefix's last "
            "character. What was drawn is the next input.", READ, sampling(feed=lambda new, old, top: old)),
    Mistake("prefix-read-again", "The prefix is read again for every character, and not what was drawn",
            "What was drawn is the next input, and the only one.", READ, sampling(again="prefix")),
    Mistake("all-read-again", "The prefix and the whole text are read again for every character",
            "The state has seen them already. From there only the character just drawn is read.", READ,
            sampling(again="all")),
    Mistake("state-stays", "All characters are drawn from one state", "After each draw the network reads the character "
            "drawn, which gives the state for the next one.", READ, sampling(stays=True)),
    Mistake("likeliest-read", "What is read next is the likeliest character, not the one drawn",
            "Read the character that was drawn, the one that stands in the text.", READ,
            sampling(feed=lambda new, old, top: top)),
    Mistake("c-missing", "The bias c is missing in the logits", "y = Wy h + c: add model.c.", "y_t = Wy h_t + c",
            sampling(bias=lambda c: 0 * c)),
    Mistake("Wx-flat", "Wx[:, i] is flat", "(H,) + (H, 1) is (H, H); write Wx[:, [i]].", READ,
            sampling(column=lambda Wx: Wx[:1])),
    Mistake("own-generator", "The function makes a generator of its own",
            "np.random.default_rng(0) inside starts anew in each call, so the text is always the same. Draw from the "
            "argument rng.",
            "rng is the only source of randomness", sampling(make_rng=lambda rng: np.random.default_rng(0))),
    Mistake("unseeded-generator", "The function makes a generator of its own",
            "np.random.default_rng() inside cannot be repeated. Draw from the argument rng.",
            "rng is the only source of randomness", sampling(make_rng=lambda rng: np.random.default_rng())),
    Mistake("global-generator", "np.random is used instead of rng", "np.random.choice draws from a generator that the "
            "whole program shares. Draw from the argument: rng.choice.", "rng is the only source of randomness",
            sampling(draw=lambda p: lambda rng: int(np.random.choice(len(p), p=p)))),
    Mistake("global-seed", "The function seeds np.random", "That changes chance for the whole program. Nothing needs a "
            "seed here: rng brings its own.", "rng is the only source of randomness", sampling(make_rng=reseeds_all)),
    Mistake("global-seed-and-draw", "The function seeds np.random and draws from it",
            "The text is the same in every call. Draw from the argument rng, and seed nothing.",
            "rng is the only source of randomness",
            sampling(make_rng=reseeds_all, draw=lambda p: lambda rng: int(np.random.choice(len(p), p=p)))),
    Mistake("overflow", "exp overflows at a low temperature",
            "logits / 0.001 are thousands, exp of them is inf, and inf / inf is nan. Subtract the largest logit before "
            "exp, or use softmax.", "softmax(z) = softmax(z - max z)", sampling(
                probabilities=lambda logits, temperature: np.exp(logits / temperature)
                / np.exp(logits / temperature).sum())),
    Mistake("list-for-text", "A list of characters is returned", "Join them: \"\".join(list).",
            "sample(...) -> str", sampling(returns=lambda prefix, text: list(text))),
)
