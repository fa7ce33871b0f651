"""The families of the vocabulary and of sampling."""

from collections import Counter

import numpy as np

from rnn_helpers.check.family import Family, Variant, slot

# ---- vocabulary ----

SORTED = "chars = sorted(set(text)); index_of[chars[i]] = i"
KEEP = "Spaces, line breaks and punctuation are characters too; the network has to predict them."


def without(unwanted):
    return lambda text: [char for char in text if not unwanted(char)]


READ = slot(
    SORTED, lambda text: text,
    ("case-folded", "Capital letters are missing",
     "lower() makes one character of A and a. They are two; keep the text as it is.", lambda text: text.lower()))
KEPT = slot(
    SORTED, lambda text: text,
    ("letters-only", "Only letters are kept", without(lambda char: not char.isalpha())),
    ("words-for-characters", "The vocabulary holds words", "split() makes words of the text. Take the set of the text "
     "itself.", lambda text: text.split(), lambda text: text.split(" ")),
    ("spaces-dropped", "Spaces and line breaks are missing",
     "They are characters like any other: without the space there is no \"hello world\".", without(str.isspace)),
    ("letters-and-spaces-only", "Punctuation is missing", without(lambda char: not (char.isalpha() or char.isspace())),
     without(lambda char: not (char.isalpha() or char == " "))), why=KEEP)
ORDERED = slot(
    SORTED, lambda kept: sorted(set(kept)),
    ("unsorted-set", "The characters are in the order of a set", "A set of characters is ordered anew in every Python "
     "process, so a saved model would read other letters tomorrow. Sort it.", lambda kept: list(set(kept))),
    ("first-appearance", "The characters are in order of appearance", "Then the indices depend on how the text begins. "
     "Sort the set of characters.", lambda kept: list(dict.fromkeys(kept))),
    ("by-frequency", "The characters are ordered by frequency", "Sort the set of characters.",
     lambda kept: [char for char, _ in Counter(kept).most_common()],
     lambda kept: [char for char, _ in sorted(Counter(kept).items(), key=lambda item: item[1])],
     lambda kept: sorted(sorted(set(kept)), key=list(kept).count, reverse=True)),
    ("backwards", "The characters are sorted backwards", "Sort upwards: sorted(set(text)).",
     lambda kept: sorted(set(kept), reverse=True)),
    ("duplicates-kept", "Characters appear more than once",
     "sorted(text) keeps every repetition. A vocabulary holds each character once: take the set first.", sorted, list))
MORE = slot(
    SORTED, lambda chars: chars,
    ("an-entry-of-its-own", "chars holds an entry that is not a character of the text", "The vocabulary is the text's "
     "characters and no more.", *(lambda chars, token=token, front=front: [token, *chars] if front else [*chars, token]
                                  for token in ("<unk>", "<UNK>", "<pad>", "<PAD>", "<eos>", "<s>", "?", "", "\0",
                                                "unk")
                                  for front in (True, False))),
    why="All of them: sorted(set(text)).")
LEADS = slot(
    SORTED, lambda chars, text: {char: index for index, char in enumerate(chars)},
    ("index-to-character", "index_of leads from index to character", "It should lead the other way: index_of[\"h\"] is "
     "a number. chars itself already leads from index to character.", lambda chars, text: dict(enumerate(chars))),
    ("counted-from-one", "The indices start at 1", "Rows of a column are counted from 0, so the last character would "
     "have no row: enumerate(chars).", lambda chars, text: {char: index for index, char in enumerate(chars, 1)}),
    ("codes-for-places", "index_of is made of the characters' codes", "ord() numbers all characters there are. The "
     "place in chars is asked for: enumerate(chars).", lambda chars, text: {char: ord(char) for char in chars}),
    ("places-in-the-text", "index_of holds places in the text",
     lambda chars, text: {char: text.index(char) for char in chars},
     lambda chars, text: {char: index for index, char in enumerate(text)}),
    ("counts-for-places", "index_of holds how often each character occurs",
     lambda chars, text: {char: text.count(char) for char in chars}),
    ("places-in-another-order", "index_of counts in another order than chars", "enumerate the very list that you "
     "return.", lambda chars, text: {char: index for index, char in enumerate(dict.fromkeys(text))},
     lambda chars, text: {char: index for index, char in enumerate(set(text))},
     lambda chars, text: {char: index for index, char in enumerate(chars[::-1])}),
    why="The place in chars is asked for: enumerate(chars).")
IN_ORDER = slot(
    "-> (chars, index_of)", lambda chars, index_of: (chars, index_of),
    ("order-index_of-chars", "The values come in the wrong order: index_of, chars", "Return (chars, index_of).",
     lambda chars, index_of: (index_of, chars)))


def vocabulary(s, text):
    chars = s.more(s.ordered(s.kept(s.read(text))))
    return s.in_order(chars, s.leads(chars, text))


BUILD_VOCABULARY = Family(
    flow=vocabulary, weight=4, outputs={}, raw=("ordered", "kept", "read", "leads", "more"), slots={
        "ordered": ORDERED, "kept": KEPT, "read": READ, "leads": LEADS, "more": MORE, "in_order": IN_ORDER})

# ---- sampling ----

DRAW = "p = softmax(logits / temperature)"
STEPS = "h_t = tanh(Wx x_t + Wh h_{t-1} + b), from h0 = 0 through the prefix, then through each new character"
CHANCE = "rng is the only source of randomness"


def distribution(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def drawn(p):
    """Draws as rng.choice(len(p), p=p) does, faster; like it, with an error for NaN."""
    total = p.cumsum()
    if np.isnan(total[-1]):
        raise ValueError("Probabilities contain NaN")
    return lambda rng: min(int(total.searchsorted(rng.random(), side="right")), len(total) - 1)


def of_the_likeliest(p, most=5):
    """Draws from a few only."""
    few = np.argsort(p)[-most:]
    draw = drawn(p[few] / p[few].sum())
    return lambda rng: int(few[draw(rng)])


def of_all(p):
    return lambda rng: int(np.random.choice(len(p), p=p))


def reseeded(rng):
    np.random.seed(0)
    return rng


PROBABILITIES = slot(
    DRAW, lambda logits, temperature: distribution(logits / temperature),
    ("temperature-multiplied", "The temperature multiplies the logits", "Then a low temperature makes the text wilder. "
     "Divide: a small temperature stretches the logits, and the likeliest wins.",
     lambda logits, temperature: distribution(logits * temperature)),
    ("temperature-without-effect", "The temperature has no effect", "It is not used, or it cannot matter: divided "
     "probabilities sum to 1 again once normalised, and logits that all grow by one number give the same p. Divide the "
     "logits by it, before the softmax.", lambda logits, temperature: distribution(logits)),
    ("softmax-twice", "The characters are drawn too evenly, except near temperature 0",
     "Is the softmax taken twice? What the temperature divides are the logits, not probabilities.",
     lambda logits, temperature: distribution(distribution(logits) / temperature)),
    ("low-temperatures-raised", "At low temperatures your text is wilder than it should be", "You draw as if the "
     "temperature were higher: is something added to it, or does it have a lower limit? Divide by it as given.",
     lambda logits, temperature: distribution(logits / (temperature + 0.1))),
    ("high-temperatures-lowered", "At high temperatures your text is tamer than it should be",
     "You draw as if the temperature were lower: does it have an upper limit? Divide by it as given.",
     lambda logits, temperature: distribution(logits / min(temperature, 2))),
    ("temperature-tamed", "The temperature has too little effect",
     "A low one leaves your text too wild, a high one too tame. Divide by the temperature itself, not by a root of it.",
     lambda logits, temperature: distribution(logits / np.sqrt(temperature))),
    ("overflow", "exp overflows at a low temperature", "logits / 0.001 are thousands, exp of them is inf, and inf / "
     "inf is nan. Subtract the largest logit before exp, or use softmax.",
     lambda logits, temperature: np.exp(logits / temperature) / np.exp(logits / temperature).sum()))
DRAWS = slot(
    DRAW, drawn,
    ("always-the-likeliest", "The likeliest character is always taken", "argmax is the limit of temperature 0. Draw "
     "from p: rng.choice(len(p), p=p).", lambda p: lambda rng: int(np.argmax(p))),
    ("drawn-evenly", "The characters are drawn too evenly, at every temperature", "rng.choice without p=p, or "
     "rng.integers, ignores what the network says.", lambda p: lambda rng: int(rng.integers(len(p)))),
    ("rarest-never-drawn", "Some of the rarest characters are never drawn", "Drawing from the k likeliest, or leaving "
     "out small probabilities, is another way to sample. Here every character keeps its p.", of_the_likeliest),
    ("global-generator", "np.random is used instead of rng", "np.random draws from a generator that the whole "
     "program shares. Draw from the argument: rng.choice.", of_all))
GENERATOR = slot(
    CHANCE, lambda rng: rng,
    ("own-generator", "The function makes a generator of its own", "np.random.default_rng(0) inside starts anew in "
     "each call, so the text is always the same. Draw from the argument rng.", lambda rng: np.random.default_rng(0)),
    ("unseeded-generator", "The function makes a generator of its own", "np.random.default_rng() inside cannot be "
     "repeated. Draw from the argument rng.", lambda rng: np.random.default_rng()),
    ("global-seed", "The function seeds np.random",
     "That changes the random numbers of the whole program. Nothing needs a seed here: rng brings its own.", reseeded))
LENGTH = slot(  # run (length, prefix) -> how many are drawn
    "len(text) = length", lambda length, prefix: length,
    ("prefix-counted", "The prefix counts as part of the length", "You return length - len(prefix) new characters. The "
     "length counts the new ones.", lambda length, prefix: max(0, length - len(prefix))),
    ("one-too-few", "One character is missing",
     "range(length - 1) or range(1, length) stops early: draw `length` times.", lambda length, prefix: length - 1),
    ("one-too-many", "There is one character too many", "Draw `length` times.", lambda length, prefix: length + 1),
    rare=[("one-for-none", "One character is drawn where none is asked for", "length may be 0: look at it before the "
           "first draw, as a loop over range(length) does.", lambda length, prefix: max(length, 1))])
RETURNED = slot(
    "len(text) = length", lambda prefix, text: text,
    ("prefix-in-the-text", "The prefix is part of what you return", lambda prefix, text: prefix + text),
    ("last-of-the-prefix-in-the-text", "The prefix's last character is part of what you return",
     lambda prefix, text: prefix[-1] + text),
    ("list-for-text", "A list of characters is returned", "Join them: \"\".join(list).",
     lambda prefix, text: list(text)), why="Return the new characters only, `length` of them.")
WARM = slot(
    STEPS, lambda prefix: prefix,
    ("prefix-not-read", "Only the prefix's last character is read", "The state should have seen all of the prefix. Run "
     "its characters through the network before you draw.", lambda prefix: prefix[-1]),
    ("prefix-read-from-its-first-character", "The first draw comes after the prefix's first character only",
     "Run all of the prefix through the network, and draw from its last state.", lambda prefix: prefix[0]),
    ("prefix-not-read-to-its-end", "The prefix's last character is not read", "The warm-up stops one early, so the "
     "first character you draw competes with the prefix's last one.", lambda prefix: prefix[:-1]),
    ("last-character-read-twice", "The prefix's last character is read twice", "The warm-up has fed it already. Draw "
     "the first new character from the state that you have, then feed that one.", lambda prefix: prefix + prefix[-1]),
    ("prefix-ignored", "The prefix is not read at all", "Run its characters through the network before you draw.",
     lambda prefix: ""),
    ("each-character-once", "Each character of the prefix is read once only", "A repeated one counts each time.",
     lambda prefix: "".join(dict.fromkeys(prefix))))
FED = slot(  # run (drawn, read before, likeliest) -> read next
    STEPS, lambda new, old, top: new,
    ("input-never-changes", "The drawn character is not fed back",
     "The input stays the prefix's last character. What was drawn is the next input.", lambda new, old, top: old),
    ("likeliest-read", "What is read next is the likeliest character, not the one drawn",
     "Read the character that was drawn, the one that stands in the text.", lambda new, old, top: top))
AGAIN = slot(
    STEPS, "",
    ("prefix-read-again", "The prefix is read again for every character, and not what was drawn",
     "What was drawn is the next input, and the only one.", "prefix"),
    ("all-read-again", "The prefix and the whole text are read again for every character",
     "The state has seen them already. From there only the character just drawn is read.", "all"),
    ("state-stays", "All characters are drawn from one state",
     "After each draw the network reads the character drawn, which gives the state for the next one.", "stays"))
CELL = slot(  # run (Wx, Wh, b, Wy, c, what is read during the warm-up?) -> the weights that are used
    STEPS, lambda Wx, Wh, b, Wy, c: (Wx, Wh, b, Wy, c),
    ("c-missing", "The bias c is missing in the logits", "y = Wy h + c: add model.c.",
     lambda Wx, Wh, b, Wy, c: (Wx, Wh, b, Wy, 0 * c)),
    ("b-missing", "The bias b is missing in the state", "Add model.cell.b.",
     lambda Wx, Wh, b, Wy, c: (Wx, Wh, 0 * b, Wy, c)),
    ("Wh-transposed", "Wh is transposed", "Wh @ h, as in the cell.", lambda Wx, Wh, b, Wy, c: (Wx, Wh.T, b, Wy, c)),
    ("state-lost", "The state before is not used", "Wh h_prev is part of every step: hand the state on.",
     lambda Wx, Wh, b, Wy, c: (Wx, 0 * Wh, b, Wy, c)),
    ("Wx-flat", "Wx[:, i] is flat", "(H,) + (H, 1) is (H, H); write Wx[:, [i]].",
     lambda Wx, Wh, b, Wy, c: (np.repeat(Wx[:1], len(Wx), 0), Wh, b, Wy, c)))
LOGITS = slot(  # run (Wy h, c, temperature) -> what is divided by the temperature
    DRAW, lambda y, c, temperature: y + c,
    ("temperature-of-one-term", "The temperature divides one of the two terms only, Wy h or c",
     "The sum is divided: (Wy @ h + c) / temperature.", lambda y, c, temperature: y + c * temperature,
     lambda y, c, temperature: y * temperature + c))
HANDED = slot(
    STEPS, lambda h: h,
    ("state-reset", "The state is reset for every character", "Each call to rnn_forward starts at h0 = 0 unless you "
     "hand it the last state. Without it the network only counts pairs.", lambda h: 0 * h))


def text_of(s, model, chars, prefix, length, temperature, rng):
    """What is drawn first comes from the state after `warm(prefix)`. A state that comes again is not computed again."""
    rng, cell = s.generator(rng), model.cell
    Wx, Wh, b, Wy, c = s.cell(cell.Wx, cell.Wh, cell.b, model.Wy, model.c[:, 0])
    inputs = (Wx + b).T  # Wx x_t + b for each character
    h, x, text, draws, after = np.zeros(len(Wh)), 0, [], {}, {}
    for char in s.warm(prefix):
        x = chars.index(char)
        h = np.tanh(inputs[x] + Wh @ h)
    state = h.tobytes()
    for _ in range(s.length(length, prefix)):
        if state not in draws:
            logits = s.logits(Wy @ h, c, temperature)
            draws[state] = s.draws(s.probabilities(logits, temperature)), int(np.argmax(logits))
        draw, top = draws[state]
        index = draw(rng)
        text.append(chars[s.shown(index, top)])
        if s.again == "stays":
            continue
        x = s.fed(index, x, top)
        read = [x] if not s.again else [chars.index(char) for char in (*prefix, *(text if s.again == "all" else ()))]
        for x in read:
            if (state, x) not in after:
                new = np.tanh(inputs[x] + Wh @ s.handed(h))
                after[state, x] = new, new.tobytes()
            h, state = after[state, x]
    return s.returned(prefix, "".join(text))


SAMPLE = Family(flow=text_of, weight=15, outputs={}, slots={
    "probabilities": PROBABILITIES, "draws": DRAWS, "generator": GENERATOR, "returned": RETURNED, "length": LENGTH,
    "logits": LOGITS, "warm": WARM, "handed": HANDED, "fed": FED, "again": AGAIN, "cell": CELL,
    "shown": (Variant(lambda new, top: new), Variant(
        lambda new, top: top, "likeliest-shown", "The text holds the likeliest characters, not those that were drawn",
        "Write down the character that was drawn, the one that is read next.", DRAW))})
