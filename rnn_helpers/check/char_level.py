"""The exercises of notebook 5: a vocabulary, one-hot columns, the cross-entropy, a training step."""

import numpy as np

from rnn_helpers.check import hints
from rnn_helpers.check.exercise import BadReturn, Case, Exercise, Facet, one, parts
from rnn_helpers.check.families import losses, training
from rnn_helpers.check.mistakes import char_level as mistakes
from rnn_helpers.check.networks import draw_cell, model_of
from rnn_helpers.gradcheck import numerical_gradient, relative_error
from rnn_helpers.layout import OneHot
from rnn_helpers.losses import softmax_cross_entropy
from rnn_helpers.streaming import train_stream
from rnn_helpers.text import build_vocabulary, one_hot
from rnn_helpers.training import fit, train_step

PARAMETERS = ("Wx", "Wh", "b", "Wy", "c")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def texts(rng):
    """A text with capitals, a space, a line break and punctuation, the z before the a; and a short one."""
    letters = "".join(rng.choice(list(LETTERS[1:-1]), 12))
    return {"text": f"z{letters}. A B!\na{letters[:5]}z\tB zz", "short": "hello world"}


def order_of(chars, text):
    """In words, what order characters stand in."""
    by_count = sorted(dict.fromkeys(text), key=lambda char: -text.count(char))
    orders = {"sorted": sorted(chars), "sorted backwards": sorted(chars, reverse=True),
              "by first appearance": [c for c in dict.fromkeys(text) if c in chars], "by frequency": [c for c in by_count if c in chars]}
    return next((name for name, order in orders.items() if order == chars), "in no fixed order")


def leads(keys, indices, chars):
    """In words, what index_of does, a dict from keys to indices."""
    if not isinstance(keys, str) and keys.dtype.kind in "iu":
        return "from index to character"
    if isinstance(keys, str) or {str(key) for key in keys} != set(chars):
        return "to other characters than chars holds"
    if isinstance(indices, str) or indices.dtype.kind not in "biuf" or indices.shape != keys.shape:
        return "to something that is no index"
    index_of = {str(key): int(index) for key, index in zip(keys, indices)}
    offsets = {index_of[char] - index for index, char in enumerate(chars) if chars.count(char) == 1}
    return {0: "to the place in chars", 1: "to the place in chars, counted from 1"}.get(offsets.pop(), "elsewhere") if len(offsets) == 1 \
        else "to other places than chars"


def vocabulary(function, text):
    """chars, and the keys and values of index_of."""
    chars, index_of = parts(function(text), "chars", "index_of")
    if isinstance(chars, (set, frozenset, dict)):
        raise BadReturn(f"chars is a {type(chars).__name__}, which has no order to rely on; expected a sorted list")
    if not isinstance(index_of, dict):
        raise BadReturn(f"index_of is a {type(index_of).__name__}, expected a dict from character to index")
    return {"chars": [str(char) for char in chars], "keys": list(index_of), "indices": list(index_of.values())}


def read_vocabulary(name):
    """What is judged of `vocabulary`: the characters, and in words their order and where index_of leads."""

    def read(i, values):
        chars = [str(char) for char in values["chars"]]
        return {"characters": np.array(sorted(chars)), "order": np.array(order_of(chars, i[name])),
                "index_of": np.array(leads(values["keys"], values["indices"], chars))}

    return read


BUILD_VOCABULARY = Exercise(
    name="build_vocabulary",
    notebook="05_char_level",
    asks="build_vocabulary(text) -> (chars, index_of)",
    fixtures=texts,
    cases=(Case("a text", lambda f, i: vocabulary(f, i["text"]), read_vocabulary("text")),
           Case("hello world", lambda f, i: vocabulary(f, i["short"]), read_vocabulary("short"))),
    facets=(Facet("every character once, in sorted order", 0.5, ("*/characters", "*/order")),
            Facet("index_of leads back to chars", 0.5, ("*/index_of",), "form")),
    reference=build_vocabulary,
    hints=hints.BUILD_VOCABULARY,
    mistakes=mistakes.BUILD_VOCABULARY,
)


def index_fixtures(rng):
    """Indices with a repetition, a 0 and never the last one; as many steps as rows would hide a transposition."""
    few, many = rng.permutation(np.r_[rng.choice(np.arange(1, 4), 2, replace=False), 0]), rng.permutation(np.r_[1, 2, rng.integers(1, 3, 5)])
    return {"few": few, "many": many}


ONE_HOT = Exercise(
    name="one_hot",
    notebook="05_char_level",
    asks="one_hot(indices, size) -> X (T, size, 1)",
    fixtures=index_fixtures,
    cases=(Case("3 steps, 6 rows", lambda f, i: {"X": one(f(i["few"], 6), "X")}),
           Case("7 steps, 4 rows", lambda f, i: {"X": one(f(i["many"], 4), "X")}),
           Case("a list of indices", lambda f, i: {"X": one(f([int(n) for n in i["few"]], 6), "X")})),
    facets=(Facet("a 1 where the index says", 0.5, ("*/X",)), Facet("shape (T, size, 1)", 0.25, ("*/X",), "shape"),
            Facet("arguments unharmed", 0.25, kind="unharmed")),
    reference=one_hot,
    hints=hints.ONE_HOT,
    forbidden=(OneHot.__array__, OneHot.__getitem__),
    mistakes=mistakes.ONE_HOT,
)


def logits_fixtures(rng):
    T, V, B = 4, 5, 3
    targets = np.array([rng.choice(V, B, replace=False) for _ in range(T)])  # different in every example
    return {"logits": rng.normal(0, 1.5, (T, V, B)), "targets": targets,
            "logits1": rng.normal(0, 1.5, (3, 4, 1)), "targets1": rng.permutation(4)[:3, None],
            "shifts": np.array([1000.0, -1000.0, 700.0, 0.0])[:, None, None], "shift": 1000.0, "gap": 400.0}


def loss_and_gradient(function, logits, targets):
    loss, dlogits = parts(function(logits, targets), "loss", "dlogits")
    return {"loss": loss, "dlogits": dlogits}


def says(value, other):
    """In words, whether a value stays what it is elsewhere."""
    value, other = np.asarray(value, float), np.asarray(other, float)
    if np.isnan(value).any():
        return "nan"
    if np.isinf(value).any():
        return "inf"
    same = value.shape == other.shape and np.allclose(value, other, rtol=1e-6, atol=1e-6 * np.max(np.abs(other), initial=1e-9))
    return "the same" if same else "other numbers"


def shifted(function, i, shift):
    """What is given for the logits, and with a constant added to all logits of a step, which should change nothing."""
    loss, dlogits = parts(function(i["logits"], i["targets"]), "loss", "dlogits")
    moved_loss, moved = parts(function(i["logits"] + shift, i["targets"]), "loss", "dlogits")
    return {"loss": loss, "dlogits": dlogits, "moved loss": moved_loss, "moved dlogits": moved}


def read_shifted(i, values):
    """Whether nothing changed, in words, so that other mistakes do not show here."""
    return {name: np.array(says(values[f"moved {name}"], values[name])) for name in ("loss", "dlogits")}


def unlikely(function, i):
    """The losses of a target whose logit lies 400, then 800, below another."""
    sizes = []
    for gap in (i["gap"], 2 * i["gap"]):
        logits = np.array([0.0, -gap, -gap - 50])[None, :, None]
        sizes.append(float(np.sum(parts(function(logits, np.array([[1]])), "loss", "dlogits")[0])))
    return {"losses": sizes}


def read_unlikely(i, values):
    """Whether the loss doubles, in words."""
    sizes = values["losses"]
    growth = sizes[1] / sizes[0] if sizes[0] else 1.0  # loosely: an offset of the loss is another mistake
    return {"loss": np.array("nan" if np.isnan(sizes).any() else "inf" if np.isinf(sizes).any() else
                             "twice as large" if abs(growth - 2) < 0.01 else "stops growing" if abs(growth - 1) < 0.01 else "grows otherwise")}


def entropy_witness(i, values):
    """Central differences of log-sum-exp minus the target's logit."""
    logits, steps, examples = i["logits"], *np.indices(i["targets"].shape)

    def loss():
        return float(np.sum(np.log(np.sum(np.exp(logits), axis=1)) - logits[steps, i["targets"], examples]))

    return [("loss", relative_error(values["a batch of 3/loss"], loss()), 1e-6),
            ("dlogits", relative_error(values["a batch of 3/dlogits"], numerical_gradient(loss, logits)), 1e-6)]


SOFTMAX_CROSS_ENTROPY = Exercise(
    name="softmax_cross_entropy",
    notebook="05_char_level",
    asks="softmax_cross_entropy(logits, targets) -> (loss, dlogits)",
    fixtures=logits_fixtures,
    cases=(Case("one sequence", lambda f, i: loss_and_gradient(f, i["logits1"], i["targets1"])),
           Case("a batch of 3", lambda f, i: loss_and_gradient(f, i["logits"], i["targets"])),
           Case("float32", lambda f, i: loss_and_gradient(f, i["logits1"].astype(np.float32), i["targets1"]), tolerance=1e-4),
           Case("all logits + 1000", lambda f, i: shifted(f, i, i["shift"]), read_shifted),
           Case("another constant for each step", lambda f, i: shifted(f, i, i["shifts"]), read_shifted),
           Case("a target 400, then 800, below the largest logit", unlikely, read_unlikely)),
    facets=(Facet("shapes", 0.5, ("*sequence/*", "*batch*/*"), "shape"),
            Facet("loss of one sequence", 1, ("one sequence/loss", "float32/loss")),
            Facet("dlogits of one sequence", 1, ("one sequence/dlogits", "float32/dlogits")),
            Facet("a batch of 3", 1, ("a batch of 3/*",)),
            Facet("logits near +-1000", 0.5, ("all logits + 1000/*", "another constant*/*"), "property"),
            Facet("a very unlikely target", 0.5, ("a target 400*/loss",), "property"),
            Facet("arguments unharmed", 0.5, kind="unharmed")),
    reference=softmax_cross_entropy,
    hints=hints.SOFTMAX_CROSS_ENTROPY,
    family=losses.SOFTMAX_CROSS_ENTROPY,
    witness=entropy_witness,
)


def train_step_characters(model, X, targets, lr, max_norm):
    """`training.train_step` with the cross-entropy: X (T, V, B), targets (T, B) -> (loss, norm)."""
    return train_step(model, X, targets, lr, max_norm, loss=softmax_cross_entropy)


def step_fixtures(rng):
    T, D, H, O, B = 5, 3, 4, 6, 2
    return {**draw_cell(rng, D, H), "Wy": rng.normal(0, 0.9, (O, H)), "c": rng.normal(0, 0.5, (O, 1)),
            "X": rng.normal(size=(T, D, B)), "targets": rng.integers(0, O, (T, B)), "lr": 0.05, "max_norm": 0.7}


def step_of(function, i, max_norm, examples=None, times=1):
    """`times` steps on the first `examples` columns: the last loss and norm, and the parameters afterwards."""
    model = model_of(i)
    for _ in range(times):
        loss, norm = parts(function(model, i["X"][:, :, :examples], i["targets"][:, :examples], i["lr"], max_norm), "loss", "norm")
    cell = model.cell
    return {"loss": loss, "norm": norm, "Wx": cell.Wx, "Wh": cell.Wh, "b": cell.b, "Wy": model.Wy, "c": model.c}


MOVES = {"may_change": ("Wx", "Wh", "b", "Wy", "c"), "may_share": True}

TRAIN_STEP_CHARACTERS = Exercise(
    name="train_step_characters",
    notebook="05_char_level",
    asks="train_step(model, X, targets, lr, max_norm) -> (loss, norm)",
    fixtures=step_fixtures,
    cases=(Case("a clipped step", lambda f, i: step_of(f, i, i["max_norm"], 1), **MOVES),
           Case("a batch of 2, max_norm = inf", lambda f, i: step_of(f, i, np.inf), **MOVES),
           Case("two steps", lambda f, i: step_of(f, i, i["max_norm"], times=2), **MOVES)),
    facets=(Facet("loss before the update, a sum", 0.5, ("*/loss",)),
            Facet("norm before clipping", 0.25, ("*/norm",)),
            Facet("parameters after clipped steps", 0.5, tuple(f"{case}/{name}" for case in ("a clipped step", "two steps") for name in PARAMETERS)),
            Facet("parameters after a step without clipping", 0.5, tuple(f"a batch of 2*/{name}" for name in PARAMETERS)),
            Facet("X and targets unharmed", 0.25, kind="unharmed")),
    reference=train_step_characters,
    hints=hints.TRAIN_STEP_CHARACTERS,
    forbidden=(train_step, fit, train_stream),
    family=training.CHARACTERS,
)

EXERCISES = (BUILD_VOCABULARY, ONE_HOT, SOFTMAX_CROSS_ENTROPY, TRAIN_STEP_CHARACTERS)
