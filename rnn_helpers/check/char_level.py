"""The exercises of notebook 5: a vocabulary, one-hot columns, the cross-entropy, a training step."""

from functools import partial

import numpy as np

from rnn_helpers.check.exercise import BadReturn, Case, Exercise, Facet, Inputs, keys
from rnn_helpers.check.families import losses, text, training
from rnn_helpers.check.families.one_hot import ONE_HOT as ONE_HOT_FAMILY
from rnn_helpers.check.networks import draw_cell, model_of
from rnn_helpers.check.number_sequence import MOVES, PARAMS, steps
from rnn_helpers.check.returned import named, pair, several, single
from rnn_helpers.gradcheck import check_gradients, numerical_gradient, relative_error
from rnn_helpers.layout import OneHot, OneHotRows
from rnn_helpers.losses import softmax_cross_entropy
from rnn_helpers.streaming import train_stream
from rnn_helpers.text import build_vocabulary, one_hot
from rnn_helpers.training import fit, global_norm, train_step

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def texts(rng):
    """A text with capitals, a space, a line break, punctuation, a tab at its end, the z before the a; a short one."""
    letters = "".join(rng.choice(list(LETTERS[1:-1]), 12))
    return {"text": f"z{letters}. A B!\na{letters[:5]}z B zz\t", "short": "hello world"}


def order_of(chars, text, of_a_set):
    """In words, what order characters stand in."""
    counts = [text.count(char) for char in chars]
    orders = {"sorted": sorted(chars), "sorted backwards": sorted(chars, reverse=True),
              "by first appearance": [char for char in dict.fromkeys(text) if char in chars],
              "sorted without regard to capitals": sorted(sorted(chars), key=str.lower)}
    if named_order := next((name for name, order in orders.items() if order == chars), ""):
        return named_order
    if counts in (sorted(counts), sorted(counts, reverse=True)):
        return "by frequency"
    return "that of a set" if of_a_set else "another"


def leads(keys, indices, chars):
    """In words, what index_of does, a dict from keys to indices."""
    if not isinstance(keys, str) and not keys.size:
        return "nowhere: it is empty"
    if not isinstance(keys, str) and keys.dtype.kind in "iu":
        return "from index to character"
    if isinstance(keys, str) or {str(key) for key in keys} != set(chars):
        return "to other characters than chars holds"
    if isinstance(indices, str) or indices.dtype.kind not in "iu" or indices.shape != keys.shape:
        return "to something that is not an index"
    index_of = {str(key): int(index) for key, index in zip(keys, indices, strict=True)}
    offsets = {index_of[char] - index for index, char in enumerate(chars) if chars.count(char) == 1}
    places = {0: "to the place in chars", 1: "to the place in chars, counted from 1"}
    known = places.get(offsets.pop()) if len(offsets) == 1 else ""
    return known or f"to other places than chars: {', '.join(str(index_of[char]) for char in sorted(index_of))}"


def of_characters(value):
    """Whether a value can be chars: a str, or a list of them."""
    return isinstance(value, (str, list, tuple, np.ndarray)) and all(isinstance(char, str) for char in value)


def vocabulary(name):
    """A case's run: chars, whether they stand as in a set, and the keys and values of index_of."""

    def run(function, i):
        chars, index_of, returned = pair(function(i[name]), "chars", "index_of", of_characters)
        if isinstance(chars, (set, frozenset, dict)):
            raise BadReturn(f"chars is a {type(chars).__name__}, which has no order to rely on; expected a sorted list")
        found = {"chars": [str(char) for char in chars], "of a set": list(chars) == list(set(i[name])),
                 "returned": returned}
        if isinstance(index_of, dict):
            return {**found, "keys": list(index_of), "indices": list(index_of.values())}
        return found if index_of is None else {**found, "kind": f"no dict, but of type {type(index_of).__name__}"}

    return run


def read_vocabulary(name):
    """What is judged of `vocabulary`: the characters, and in words their order and where index_of leads."""

    def read(i, values):
        chars = [str(char) for char in values["chars"]]
        found = {"characters": np.array(sorted(chars)), "returned": values["returned"],
                 "order": np.array(order_of(chars, i[name], bool(values["of a set"])))}
        if "kind" in values:
            return {**found, "index_of": values["kind"]}
        return {**found, "index_of": np.array(leads(values["keys"], values["indices"], chars))} \
            if "keys" in values else found

    return read


BUILD_VOCABULARY = Exercise(
    notebook="05_char_level",
    asks="build_vocabulary(text) -> (chars, index_of)",
    fixtures=texts,
    cases=(Case("a text", vocabulary("text"), read_vocabulary("text")),
           Case("hello world", vocabulary("short"), read_vocabulary("short"))),
    facets=(Facet("every character once, in sorted order", 0.5, ("*/characters", "*/order")),
            Facet("index_of leads back to chars", 0.25, ("*/index_of",), "form"),
            Facet("chars and index_of, in this order", 0.25, ("*/returned",), "property")),
    reference=build_vocabulary,
    family=text.BUILD_VOCABULARY,
)


def index_fixtures(rng, rows=(6, 4)):
    """Indices with a repetition, a 0 and never the last one; as many steps as rows would hide a transposition."""
    few = rng.permutation(np.r_[rng.choice(np.arange(1, 4), 2, replace=False), 0])
    many = rng.permutation(np.r_[1, 2, rng.integers(1, 3, 5)])
    return {"few": few, "many": many, "rows": list(rows)}


FEW, MANY = "3 steps", "7 steps"

ONE_HOT = Exercise(
    notebook="05_char_level",
    asks="one_hot(indices, size) -> X (T, size, 1)",
    fixtures=index_fixtures,
    second=partial(index_fixtures, rows=(8, 5)),
    cases=(Case(FEW, lambda f, i: single(f(i["few"], i["rows"][0]), "X")),
           Case(MANY, lambda f, i: single(f(i["many"], i["rows"][1]), "X")),
           Case("a list of indices", lambda f, i: single(f(i.listed("indices", map(int, i["few"])), i["rows"][0]),
                                                         "X"))),
    facets=(Facet("a 1 where the index says", 0.375, keys((FEW, MANY), "X")),
            Facet("shape (T, size, 1)", 0.25, keys((FEW, MANY), "X"), "shape"),
            Facet("a list works too", 0.125, ("a list*/X",), "further"),
            Facet("X itself is returned", 0.125, keys([FEW], ["returned"]), "property"),
            Facet("arguments unchanged", 0.125, kind="unharmed")),
    reference=one_hot,
    forbidden=(OneHot.__array__, OneHot.__getitem__, OneHotRows.dot, OneHotRows.__rmatmul__),
    family=ONE_HOT_FAMILY,
)


def logits_fixtures(rng, sizes=((7, 5, 3), (8, 6, 1))):
    """sizes : (T, V, B) of a batch and of one sequence."""
    (T, V, B), (T1, V1, _) = sizes
    targets = np.array([rng.choice(V, B, replace=False) for _ in range(T)])  # different in every example
    return {"logits": rng.normal(0, 1.5, (T, V, B)), "targets": targets,
            "logits1": rng.normal(0, 1.5, (T1, V1, 1)),
            "targets1": rng.permutation(np.r_[np.arange(V1), 0, 1])[:T1, None],
            "shifts": np.resize([1000.0, -1000.0, 700.0, 0.0], T)[:, None, None], "shift": 1000.0, "gap": 600.0}


def entropy_of(suffix, kind=lambda logits: logits):
    """A case's run: the loss and its gradient, for logits as `kind` makes them."""
    return lambda function, i: named(function(kind(i["logits" + suffix]), i["targets" + suffix]), "loss", "dlogits")


def says(value, other):
    """In words, whether a value stays what it is elsewhere."""
    value, other = np.asarray(value, float), np.asarray(other, float)
    if not np.isfinite(value).all():  # which of the two depends on how it is computed
        return "nan or inf"
    if not np.isfinite(other).all():
        return "other numbers"
    size = np.abs(other).max(initial=1e-9)  # float32 near 1000 is off by some 1e-5
    same = value.shape == other.shape and np.allclose(value, other, rtol=0, atol=1e-4 * size)
    return "the same" if same else "other numbers"


def shifted(shift):
    """A case's run: what is given for the logits, and with a constant added to all of a step: nothing changes."""

    def run(function, i):
        found = named(function(i["logits"], i["targets"]), "loss", "dlogits")
        moved = named(function(i["logits"] + i[shift], i["targets"]), "loss", "dlogits")
        return {**found, **{f"moved {name}": value for name, value in moved.items()}}

    return run


def read_shifted(i, values):
    """Whether nothing changed, in words, so that other mistakes do not show here."""
    return {name: np.array(says(values[f"moved {name}"], values[name]))
            for name in ("loss", "dlogits") if name in values}


def unlikely(function, i):
    """The losses of a target whose logit lies 600, then 1200, below another; and that of the other, a certain one."""
    sizes = []
    for gap, target in ((i["gap"], 1), (2 * i["gap"], 1), (2 * i["gap"], 0)):
        logits = np.array([0.0, -gap, -gap - 50])[None, :, None]
        found = named(function(logits, np.array([[target]])), "loss", "dlogits")
        sizes.append(min((float(np.sum(value)) for value in found.values() if np.size(value) == 1), default=np.nan))
    return {"losses": sizes}


def read_unlikely(i, values):
    """Whether the loss doubles, in words."""
    *sizes, certain = values["losses"]
    if not np.isfinite(certain):
        return {"loss": np.array("no number for a certain target")}
    growth = sizes[1] / sizes[0] if sizes[0] else 1.0  # loosely: an offset of the loss is another mistake
    return {"loss": np.array("nan" if np.isnan(sizes).any() else "inf" if np.isinf(sizes).any() else
                             "twice as large" if abs(growth - 2) < 0.01 else "stops growing" if abs(growth - 1) < 0.01
                             and sizes[1] > 50 else "never grows above 50" if abs(growth - 1) < 0.01
                             else "grows otherwise")}


def entropy_witness(i, values):
    """Central differences of log-sum-exp minus the target's logit."""
    logits, steps, examples = i["logits"], *np.indices(i["targets"].shape)

    def loss():
        return float(np.sum(np.log(np.sum(np.exp(logits), axis=1)) - logits[steps, i["targets"], examples]))

    return {"loss": relative_error(values["a batch of 3/loss"], loss()),
            **check_gradients(loss, {"dlogits": logits}, {"dlogits": values["a batch of 3/dlogits"]})}


ENTROPY = ("loss", "dlogits")
entropy_case = several(ENTROPY, softmax_cross_entropy)

SOFTMAX_CROSS_ENTROPY = Exercise(
    notebook="05_char_level",
    asks="softmax_cross_entropy(logits, targets) -> (loss, dlogits)",
    fixtures=logits_fixtures,
    second=partial(logits_fixtures, sizes=((9, 6, 4), (7, 5, 1))),
    cases=(entropy_case("one sequence", entropy_of("1")), entropy_case("a batch of 3", entropy_of("")),
           entropy_case("one step of a batch", lambda f, i: named(f(i["logits"][:1], i["targets"][:1]), *ENTROPY)),
           entropy_case("another order in memory", entropy_of("", np.asfortranarray)),
           entropy_case("float32", entropy_of("1", np.float32), tolerance=1e-4),
           Case("all logits + 1000", shifted("shift"), read_shifted),
           Case("another constant for each step", shifted("shifts"), read_shifted),
           Case("a target 600, then 1200, below the largest logit", unlikely, read_unlikely)),
    facets=(Facet("shapes", 0.25, keys(("one sequence", "a batch of 3"), ENTROPY), "shape"),
            Facet("loss of one sequence", 0.625, ("one sequence/loss", "float32/loss")),
            Facet("dlogits of one sequence", 0.625, ("one sequence/dlogits", "float32/dlogits")),
            Facet("a batch of 3", 2, keys(("a batch*", "one step*", "another order*"), ENTROPY)),
            Facet("logits near +-1000", 0.5, ("all logits + 1000/*", "another constant*/*"), "property"),
            Facet("a very unlikely target", 0.25, ("a target 600*/loss",), "property"),
            Facet("loss and dlogits, in this order", 0.25, ("one sequence/returned",), "property"),
            Facet("arguments unchanged", 0.5, kind="unharmed")),
    reference=softmax_cross_entropy,
    forbidden=(numerical_gradient,),
    family=losses.SOFTMAX_CROSS_ENTROPY,
    witness=entropy_witness,
)


def train_step_characters(model, X, targets, lr, max_norm):
    """`training.train_step` with the cross-entropy: X (T, V, B), targets (T, B) -> (loss, norm)."""
    return train_step(model, X, targets, lr, max_norm, loss=softmax_cross_entropy)


def step_fixtures(rng, sizes=(7, 6, 4, 2)):
    """sizes : T, V, H, B. The norm is above max_norm, of a mean over examples, too, but not of a mean over time."""
    T, V, H, B = sizes
    while True:
        fixture = {**draw_cell(rng, V, H), "Wy": rng.normal(0, 0.9, (V, H)), "c": rng.normal(0, 0.5, (V, 1)),
                   "X": rng.normal(size=(T, V, B)), "targets": rng.integers(0, V, (T, B))}
        norms = [norm_of(fixture, examples) for examples in (1, B)]
        if 0.35 * B < norms[1] / norms[0] < 0.2 * T:
            return {**fixture, "X_one": fixture["X"][:, :, :1], "targets_one": fixture["targets"][:, :1],
                    "max_norm": 0.25 * norms[0]}


def norm_of(fixture, examples):
    """The norm of the five gradients of the first examples."""
    model = model_of(Inputs(fixture))
    grads = model.loss_and_gradients(fixture["X"][:, :, :examples], fixture["targets"][:, :examples],
                                     loss=softmax_cross_entropy)[1]
    return float(global_norm({name: grads[name] for name in PARAMS}))


updates = partial(steps, lr=0.01, target="targets")
step_case = several(("loss", "norm"), train_step_characters)

TRAIN_STEP_CHARACTERS = Exercise(
    notebook="05_char_level",
    asks="train_step(model, X, targets, lr, max_norm) -> (loss, norm)",
    fixtures=step_fixtures,
    second=partial(step_fixtures, sizes=(9, 4, 5, 3)),
    cases=(step_case("a clipped step", updates(None, suffix="_one"), **MOVES),
           step_case("a batch of 2, max_norm = inf", updates(np.inf), **MOVES),
           step_case("a batch of 2, below max_norm", updates(1e6), **MOVES),
           step_case("two steps", updates(None, times=2), repeats=True, **MOVES)),
    facets=(Facet("loss before the update, a sum", 0.5, keys(("a clipped*", "a batch*"), ["loss"])),
            Facet("norm before clipping", 0.25, keys(("a clipped*", "a batch*"), ["norm"])),
            Facet("parameters after a step without clipping", 0.25, keys(["a batch*"], PARAMS)),
            Facet("parameters after clipped steps", 0.5, keys(("a clipped*", "two steps"), PARAMS)),
            Facet("loss and norm, in this order", 0.25, ("a clipped step/returned",), "property"),
            Facet("X and targets unchanged", 0.25, kind="unharmed")),
    reference=train_step_characters,
    forbidden=(train_step, fit, train_stream),
    family=training.CHARACTERS,
)

EXERCISES = (BUILD_VOCABULARY, ONE_HOT, SOFTMAX_CROSS_ENTROPY, TRAIN_STEP_CHARACTERS)
