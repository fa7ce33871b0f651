"""Well-known mistakes with a vocabulary, one-hot columns, the cross-entropy, a training step on characters, and sampling."""

import random
from collections import Counter

import numpy as np

from rnn_helpers.check.exercise import Mistake
from rnn_helpers.check.mistakes.order import in_order
from rnn_helpers.losses import softmax, softmax_cross_entropy, squared_error
from rnn_helpers.training import clip_by_norm, global_norm

SORTED = "chars = sorted(set(text)); index_of[chars[i]] = i"


def vocabulary(chars, start=0):
    """A vocabulary whose characters come from `chars(text)`."""

    def wrong(text):
        found = list(chars(text))
        return found, {char: index for index, char in enumerate(found, start)}

    return wrong


def shuffled_set(text):
    found = list(set(text))
    while found == sorted(found):  # a set's order differs from process to process, and may be sorted by chance
        random.shuffle(found)
    return found


def other_way_round(text):
    chars = sorted(set(text))
    return chars, dict(enumerate(chars))


BUILD_VOCABULARY = (
    Mistake("unsorted-set", "The characters come in no fixed order",
            "A set of characters is ordered anew in every Python process, so a saved model would read other letters tomorrow. Sort it.",
            SORTED, vocabulary(shuffled_set)),
    Mistake("first-appearance", "The characters are in order of appearance",
            "Then the indices depend on how the text begins. Sort the set of characters.", SORTED, vocabulary(dict.fromkeys)),
    Mistake("by-frequency", "The characters are ordered by frequency",
            "Ties then fall as they like. Sort the set of characters.",
            SORTED, vocabulary(lambda text: [char for char, _ in Counter(text).most_common()])),
    Mistake("backwards", "The characters are sorted backwards", "Sort upwards: sorted(set(text)).",
            SORTED, vocabulary(lambda text: sorted(set(text), reverse=True))),
    Mistake("duplicates-kept", "Characters appear more than once",
            "sorted(text) keeps every repetition. A vocabulary holds each character once: take the set first.", SORTED, vocabulary(sorted)),
    Mistake("case-folded", "Capital letters are missing",
            "lower() makes one character of A and a. They are two; keep the text as it is.",
            SORTED, vocabulary(lambda text: sorted(set(text.lower())))),
    Mistake("letters-only", "Only letters are kept",
            "Spaces, line breaks and punctuation are characters too; the network has to predict them.",
            SORTED, vocabulary(lambda text: sorted({char for char in text if char.isalpha()}))),
    Mistake("words-for-characters", "The vocabulary holds words", "split() makes words of the text. Take the set of the text itself.",
            SORTED, vocabulary(lambda text: sorted(set(text.split())))),
    Mistake("spaces-dropped", "Spaces and line breaks are missing",
            "They are characters like any other: without the space there is no \"hello world\".",
            SORTED, vocabulary(lambda text: sorted({char for char in text if not char.isspace()}))),
    Mistake("index-to-character", "index_of leads from index to character",
            "It is asked the other way round: index_of[\"h\"] is a number. chars itself already leads from index to character.",
            SORTED, other_way_round),
    Mistake("counted-from-one", "The indices start at 1",
            "Rows of a column are counted from 0, so the last character would fall out of it: enumerate(chars).",
            SORTED, vocabulary(lambda text: sorted(set(text)), start=1)),
    *in_order(vocabulary(lambda text: sorted(set(text))), "chars, index_of", "index_of, chars"),
)

COLUMN = "X[t, indices[t], 0] = 1, and 0 elsewhere; X is (T, size, 1)"


def columns(indices, size):
    return np.eye(size)[np.asarray(indices)][:, :, None]


def one_matrix_for_all(indices, size):
    X = np.zeros((len(indices), size, 1))
    X[:, np.asarray(indices)] = 1
    return X


def rows_for_steps(indices, size):
    X = np.zeros((len(indices), size, 1))
    for t, index in enumerate(indices):
        X[index % len(X), t % size] = 1
    return X


def last_only(indices, size):
    X = np.zeros((len(indices), size, 1))
    X[-1, indices[-1]] = 1
    return X


ONE_HOT = (
    Mistake("batch-axis-missing", "The axis of examples is missing",
            "X is (T, size). The course's sequences are (T, D, B), and one text is B = 1: add [:, :, None].",
            COLUMN, lambda indices, size: columns(indices, size)[:, :, 0]),
    Mistake("rows-for-columns", "Each step is a row",
            "X is (T, 1, size). An input x_t is a column (size, 1): X is (T, size, 1).",
            COLUMN, lambda indices, size: columns(indices, size).transpose(0, 2, 1)),
    Mistake("time-second", "Time is the second axis",
            "X is (size, T), or (size, T, 1). Time comes first, so that X[t] is x_t.",
            COLUMN, lambda indices, size: columns(indices, size).transpose(1, 0, 2)),
    Mistake("size-from-the-indices", "size is not used",
            "You take the largest index + 1. A text need not hold the last character of the vocabulary: make size rows.",
            COLUMN, lambda indices, size: columns(indices, int(np.max(indices)) + 1)),
    Mistake("every-index-in-every-step", "Every step holds the ones of all steps",
            "X[:, indices] = 1 writes all indices into each step. Pair them: X[np.arange(T), indices] = 1, or loop over t.",
            COLUMN, one_matrix_for_all),
    Mistake("step-and-index-swapped", "Step and index have changed places",
            "You write X[indices[t], t]. The step is the first axis: X[t, indices[t]].", COLUMN, rows_for_steps),
    Mistake("one-too-low", "The ones are a row too high up", "Row 0 belongs to index 0: do not subtract 1.",
            COLUMN, lambda indices, size: columns(np.asarray(indices) - 1, size)),
    Mistake("last-step-only", "Only the last step has its one",
            "The array of zeros is made anew in every step of the loop. Make it once, before the loop.", COLUMN, last_only),
    Mistake("index-for-one", "The column holds the index, not a 1",
            "The index says where; what stands there is 1. Otherwise the last letters would weigh the most.",
            COLUMN, lambda indices, size: columns(indices, size) * np.asarray(indices)[:, None, None]),
    Mistake("columns-side-by-side", "The steps are the columns of one matrix",
            "X is (size, T). Time is the first axis, and each step is a column of its own: (T, size, 1).",
            COLUMN, lambda indices, size: columns(indices, size)[:, :, 0].T),
    Mistake("one-column-for-all", "All steps share one column",
            "X is (size, 1), a bag of characters without order. Each step has a column of its own: (T, size, 1).",
            COLUMN, lambda indices, size: np.minimum(columns(indices, size).sum(axis=0), 1)),
    Mistake("indices-ignored", "The ones stand on the diagonal",
            "np.eye(T, size) does not know the indices: pick its rows, np.eye(size)[indices].",
            COLUMN, lambda indices, size: np.eye(len(indices), size)[:, :, None]),
    Mistake("nothing-set", "There are no ones", "Set X[t, indices[t], 0] = 1 for each t; X[indices][t] = 1 writes into a copy.",
            COLUMN, lambda indices, size: np.zeros((len(indices), size, 1))),
)

LOSS = "loss = -sum over t and b of log p_t[target]"
GRADIENT = "dlogits_t = p_t - one_hot(target)"
STABLE = "log p = logits - max - log sum exp(logits - max)"


def put_minus_one(p, targets):
    """p - one_hot(targets)."""
    dlogits, right = p.copy(), np.asarray(targets)[:, None, :]
    np.put_along_axis(dlogits, right, np.take_along_axis(dlogits, right, axis=1) - 1, axis=1)
    return dlogits


def of_the_right(values, targets):
    """The values (T, V, B) at the targets, (T, B)."""
    return np.take_along_axis(values, np.asarray(targets)[:, None, :], axis=1)[:, 0]


def log_softmax(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def scaled(loss=lambda T, B: 1.0, gradient=lambda T, B: 1.0):
    """The right answer times a factor."""

    def wrong(logits, targets):
        value, dlogits = softmax_cross_entropy(logits, targets)
        T, _, B = logits.shape
        return value * loss(T, B), dlogits * gradient(T, B)

    return wrong


def from_p(probabilities, eps=0.0):
    """Cross-entropy as log of probabilities that are made, or used, unwisely."""

    def wrong(logits, targets):
        p = probabilities(logits)
        return -np.sum(np.log(of_the_right(p, targets) + eps)), put_minus_one(p, targets)

    return wrong


def naive(axis):
    return lambda logits: np.exp(logits) / np.exp(logits).sum(axis=axis, keepdims=True)


def shifted_softmax(axis, largest):
    """A softmax over `axis` that subtracts the maximum over another, `largest` (None: that of everything)."""

    def probabilities(logits):
        e = np.exp(logits - logits.max(axis=largest, keepdims=True))
        return e / e.sum(axis=axis, keepdims=True)

    return probabilities


def with_axis(axis, largest="same"):
    """A stable softmax over the wrong axis (None: over everything); largest : the axis of the maximum, when another."""

    def wrong(logits, targets):
        shifted = logits - logits.max(axis=axis if largest == "same" else largest, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
        return -np.sum(of_the_right(log_p, targets)), put_minus_one(np.exp(log_p), targets)

    return wrong


def right_loss(gradient):
    """The right loss and the gradient `gradient(logits, targets)`."""
    return lambda logits, targets: (softmax_cross_entropy(logits, targets)[0], gradient(logits, targets))


def right_gradient(loss):
    """The loss `loss(logits, targets)` and the right gradient."""
    return lambda logits, targets: (loss(logits, targets), softmax_cross_entropy(logits, targets)[1])


def minus_one_everywhere(logits, targets):
    return softmax(logits, axis=1) - 1


def across_examples(logits, targets):
    """p[t, targets[t]] picks a row for every pair of examples."""
    log_p, dlogits = log_softmax(logits), softmax(logits, axis=1)
    loss = 0.0
    for t, row in enumerate(np.asarray(targets)):
        loss -= log_p[t, row].sum()
        dlogits[t, row] -= 1
    return loss, dlogits


def reshaped(logits, targets):
    T, V, B = logits.shape
    loss, d = softmax_cross_entropy(logits.reshape(T * B, V, 1), np.reshape(targets, (T * B, 1)))
    return loss, d.reshape(T, V, B)


def first_example_only(logits, targets):
    log_p, dlogits = log_softmax(logits), softmax(logits, axis=1)
    steps, first = np.arange(len(logits)), np.asarray(targets)[:, 0]
    loss = -log_p[steps, first, 0].sum()
    dlogits[steps, first, 0] -= 1
    return loss, dlogits


def of_the_probability(logits, targets):
    """dL/dp, not dL/dlogits."""
    dlogits, p = np.zeros_like(logits), softmax(logits, axis=1)
    np.put_along_axis(dlogits, np.asarray(targets)[:, None, :], -1 / of_the_right(p, targets)[:, None, :], axis=1)
    return dlogits


def only_at_the_target(logits, targets):
    dlogits, right = np.zeros_like(logits), np.asarray(targets)[:, None, :]
    np.put_along_axis(dlogits, right, of_the_right(softmax(logits, axis=1), targets)[:, None, :] - 1, axis=1)
    return dlogits


def squared_error_of_p(logits, targets):
    error = put_minus_one(softmax(logits, axis=1), targets)
    return np.sum(error**2), 2 * error


def binary(logits, targets):
    p = softmax(logits, axis=1)
    y = p - put_minus_one(p, targets)
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)), p - y


def log_of_gradient(logits, targets):
    dlogits = put_minus_one(softmax(logits, axis=1), targets)
    return -np.sum(np.log(of_the_right(dlogits, targets))), dlogits


def likeliest_for_target(logits, targets):
    return softmax_cross_entropy(logits, np.argmax(logits, axis=1))


def through_a_sigmoid(logits, targets):
    p = softmax(logits, axis=1)
    return put_minus_one(p, targets) * p * (1 - p)


def overwrites_logits(logits, targets):
    answer = softmax_cross_entropy(logits, targets)
    logits -= logits.max(axis=1, keepdims=True)
    return answer


SOFTMAX_CROSS_ENTROPY = (
    Mistake("averaged", "Loss and gradient are means over time and batch",
            "They are sums here, so that they can be added up over pieces of a text. Whoever prints the loss divides.",
            LOSS, scaled(lambda T, B: 1 / (T * B), lambda T, B: 1 / (T * B))),
    Mistake("loss-averaged", "The loss is a mean over time and batch",
            "You divide by T B. It is a sum here; whoever prints it divides. Your gradient is that of the sum.",
            LOSS, scaled(lambda T, B: 1 / (T * B))),
    Mistake("loss-averaged-over-time", "The loss is a mean over time", "You divide by T. It is a sum over steps and examples.",
            LOSS, scaled(lambda T, B: 1 / T)),
    Mistake("loss-averaged-over-the-batch", "The loss is a mean over the batch", "You divide by B. It is a sum over steps and examples.",
            LOSS, scaled(lambda T, B: 1 / B)),
    Mistake("gradient-averaged", "The gradient is a mean", "You divide dlogits by T B, but the loss is a sum, and so is its gradient.",
            GRADIENT, scaled(gradient=lambda T, B: 1 / (T * B))),
    Mistake("gradient-averaged-over-time", "The gradient is a mean over time", "You divide dlogits by T, but the loss is a sum.",
            GRADIENT, scaled(gradient=lambda T, B: 1 / T)),
    Mistake("gradient-averaged-over-the-batch", "The gradient is a mean over the batch", "You divide dlogits by B, but the loss is a sum.",
            GRADIENT, scaled(gradient=lambda T, B: 1 / B)),
    Mistake("bits", "The loss is in bits", "log2 counts bits. Nats are asked: the natural logarithm, np.log.",
            LOSS, scaled(lambda T, B: 1 / np.log(2))),
    Mistake("loss-negative", "The loss has the wrong sign",
            "log p is negative. The loss is minus its sum, so that a surer network has a smaller one.", LOSS, scaled(lambda T, B: -1.0)),
    Mistake("gradient-sign", "The gradient has the wrong sign",
            "one_hot - p points downhill. The gradient points uphill, p - one_hot; the update subtracts it.",
            GRADIENT, scaled(gradient=lambda T, B: -1.0)),
    Mistake("gradient-is-p", "The 1 is not taken from the target",
            "dlogits is p itself. Subtract 1 where the target stands, once for each step and example.",
            GRADIENT, right_loss(lambda logits, targets: softmax(logits, axis=1))),
    Mistake("minus-one-everywhere", "1 is taken from every character",
            "p - 1 lowers all rows. Only the target's row loses 1, so that each column sums to 0.",
            GRADIENT, right_loss(minus_one_everywhere)),
    Mistake("gradient-at-the-target-only", "The gradient is 0 beside the target",
            "The other characters' probabilities must fall too: their gradient is p. Start from p, then subtract 1 at the target.",
            GRADIENT, right_loss(only_at_the_target)),
    Mistake("gradient-of-p", "The gradient is with respect to p, not to the logits",
            "-1/p is dL/dp. Through the softmax it becomes p - one_hot, which is simpler.",
            GRADIENT, right_loss(of_the_probability)),
    Mistake("overflow", "exp overflows for large logits",
            "exp(1000) is inf, and inf / inf is nan. Subtract each column's largest logit first; the probabilities do not change.",
            STABLE, from_p(naive(1))),
    Mistake("one-maximum-for-all", "One maximum is subtracted from all steps",
            "A step whose logits all lie far below that maximum gets 0 / 0. Each column needs its own: max(axis=1, keepdims=True).",
            STABLE, from_p(shifted_softmax(1, None))),
    Mistake("one-maximum-for-all-in-the-log", "One maximum for all steps",
            "Another step may lie 1000 below it: max over axis=1, keepdims=True.", STABLE, with_axis(1, None)),
    Mistake("log-of-zero", "The loss is inf for a very unlikely target",
            "p has underflowed to 0 before you take its log. Take the log on paper: logits - max - log(sum of exp(logits - max)).",
            STABLE, from_p(lambda logits: softmax(logits, axis=1))),
    Mistake("log-of-p-plus-eps", "A small number beside p hides very unlikely targets",
            "log(p + 1e-12), or a clipped p, caps the loss near 28. Take the log on paper: logits - max - log(sum of exp(logits - max)).",
            STABLE, from_p(lambda logits: softmax(logits, axis=1), 1e-12)),
    *(Mistake(name, "The softmax runs over time", "It sums over axis 0; the characters are axis 1: axis=1, keepdims=True.",
              "sum over v of p[t, v, b] = 1", wrong) for name, wrong in (
                  ("softmax-over-time", with_axis(0)), ("softmax-over-time+log-of-zero", from_p(shifted_softmax(0, 0))),
                  ("softmax-over-time+overflow", from_p(naive(0))),
                  ("softmax-over-time+maximum-over-characters", from_p(shifted_softmax(0, 1))),
                  ("softmax-over-time+one-maximum-for-all", from_p(shifted_softmax(0, None))),
                  ("softmax-over-time+one-maximum-for-all+log-of-p-plus-eps", from_p(shifted_softmax(0, None), 1e-12)),
                  ("softmax-over-time+maximum-over-characters-in-the-log", with_axis(0, 1)),
                  ("softmax-over-time+one-maximum-for-all-in-the-log", with_axis(0, None)))),
    Mistake("softmax-over-the-batch", "The softmax runs over the examples",
            "It sums over the last axis. The characters are axis 1: axis=1, keepdims=True.",
            "sum over v of p[t, v, b] = 1", with_axis(2)),
    Mistake("softmax-over-everything", "The softmax runs over all steps at once",
            "The sum has no axis, so all of logits is one distribution. Each step and example has its own: axis=1, keepdims=True.",
            "sum over v of p[t, v, b] = 1", with_axis(None)),
    Mistake("targets-across-examples", "Each example meets the targets of all examples",
            "p[t, targets[t]] takes those rows in every example. Pair them: p[t, targets[t], np.arange(B)].",
            LOSS, across_examples),
    Mistake("first-example-only", "Only the first example has its target",
            "targets[:, 0] is one column of (T, B). Every example has targets of its own.", LOSS, first_example_only),
    Mistake("reshaped-across-axes", "reshape has mixed characters and examples",
            "logits is (T, V, B): reshape(-1, V) does not bring V to the end. Use transpose(0, 2, 1) first.", LOSS, reshaped),
    Mistake("loss-not-summed", "The loss is an array, one number per step and example",
            "Sum it over both: one float.", LOSS, right_gradient(lambda logits, targets: -of_the_right(log_softmax(logits), targets))),
    Mistake("loss-summed-over-time-only", "The loss is an array, one number per example",
            "Sum over the batch too: one float.", LOSS,
            right_gradient(lambda logits, targets: -of_the_right(log_softmax(logits), targets).sum(axis=0))),
    Mistake("loss-over-all-characters", "The loss sums log p over all characters",
            "Only the character that did come counts: pick p[target] before the sum.",
            LOSS, right_gradient(lambda logits, targets: -np.sum(log_softmax(logits)))),
    Mistake("log-forgotten", "The log is missing", "The loss is the sum of -log p[target], not of 1 - p[target] or -p[target].",
            LOSS, right_gradient(lambda logits, targets: np.sum(1 - of_the_right(softmax(logits, axis=1), targets)))),
    Mistake("softmax-forgotten", "The loss takes logits for log-probabilities",
            "-logits[target] can be lowered for ever. Subtract log sum exp of the column.",
            LOSS, right_gradient(lambda logits, targets: -np.sum(of_the_right(logits, targets)))),
    Mistake("squared-error-of-p", "This is a squared error of the probabilities",
            "Against a target it is sure to be wrong about, its gradient vanishes. Cross-entropy: -log p[target].",
            LOSS, squared_error_of_p),
    Mistake("gradient-transposed", "dlogits has its axes in another order",
            "It must look like logits, (T, V, B), for readout_backward to use it.", "dlogits has the shape of logits",
            right_loss(lambda logits, targets: softmax_cross_entropy(logits, targets)[1].transpose(0, 2, 1))),
    Mistake("logits-overwritten", "logits is overwritten",
            "logits -= max writes into the caller's array. Make a new one: shifted = logits - max.",
            "logits belongs to the caller", overwrites_logits),
    Mistake("loss-averaged-over-characters-too", "The loss is a mean over characters too",
            "np.mean of -one_hot * log p divides by T V B, zeros included. Use np.sum.", LOSS,
            right_gradient(lambda logits, targets: softmax_cross_entropy(logits, targets)[0] / logits.size)),
    Mistake("averaged-over-characters-too", "Loss and gradient are divided by T V B",
            "np.mean of -one_hot * log p divides by T V B, zeros included. Use np.sum.", LOSS,
            lambda logits, targets: tuple(part / logits.size for part in softmax_cross_entropy(logits, targets))),
    Mistake("binary-cross-entropy", "The other characters count too",
            "(1 - y) log(1 - p) belongs to yes-or-no outputs. One character of V comes: only -log p[target] counts.", LOSS, binary),
    Mistake("log-of-p-minus-one", "1 is taken from p before its log is taken",
            "dlogits = p is the same array, not a copy, so p[target] is p - 1, and its log nan. Compute the loss first, or take p.copy().",
            LOSS, log_of_gradient),
    Mistake("likeliest-for-target", "The likeliest character stands where the target belongs",
            "Then the network is praised for whatever it says. What did come next is targets[t, b].", LOSS, likeliest_for_target),
    Mistake("gradient-times-p(1-p)", "The gradient is multiplied by p (1 - p)",
            "p - one_hot is dL/dlogits already; p (1 - p) belongs to a sigmoid with a squared error.", GRADIENT, right_loss(through_a_sigmoid)),
    Mistake("loss-in-log10", "The loss is in powers of ten", "Nats are asked: the natural logarithm, np.log.",
            LOSS, scaled(lambda T, B: 1 / np.log(10))),
    *in_order(softmax_cross_entropy, "loss, dlogits", "dlogits, loss"),
)

STEP = "p <- p - lr g, with g clipped by the norm of all five gradients"
FIVE = ("Wx", "Wh", "b", "Wy", "c")


def training_step(loss=softmax_cross_entropy, clip=clip_by_norm, names=FIVE, updated=FIVE, sign=-1, value=lambda value, X: value,
                  norm=lambda norm, grads, clipped: norm, after=False):
    """A training step of which a part is wrong."""

    def wrong(model, X, targets, lr, max_norm):
        total, grads = model.loss_and_gradients(X, targets, loss=loss)
        clipped, size = clip({name: grads[name] for name in names}, max_norm)
        for name in updated:
            model.params[name][...] += sign * lr * clipped[name]
        if after:
            total = model.loss(X, targets, loss=loss)
        return value(total, X), norm(size, grads, clipped)

    return wrong


def against_one_hot(logits, targets):
    one_hot = np.moveaxis(np.eye(logits.shape[1])[np.asarray(targets)], 2, 1)
    return squared_error(logits, one_hot)


def clip_elements(grads, max_norm):
    return {name: np.clip(g, -max_norm, max_norm) for name, g in grads.items()}, global_norm(grads)


def clip_each(grads, max_norm):
    return {name: clip_by_norm({name: g}, max_norm)[0][name] for name, g in grads.items()}, global_norm(grads)


def never_clip(grads, max_norm):
    return grads, global_norm(grads)


def always_scale(grads, max_norm):
    size = global_norm(grads)
    return {name: g * (min(max_norm, 1e6) / size) for name, g in grads.items()}, size


def mean_gradient(number, loss_too=True):
    """The cross-entropy divided by a number of the targets (T, B); or its gradient alone."""

    def wrong(logits, targets):
        loss, dlogits = softmax_cross_entropy(logits, targets)
        return loss / number(targets) if loss_too else loss, dlogits / number(targets)

    return wrong


TRAIN_STEP_CHARACTERS = (
    Mistake("squared-error", "The loss is the squared error",
            "loss_and_gradients takes the squared error unless you say otherwise: loss=softmax_cross_entropy.",
            "loss = -sum of log p_t[target]", training_step(loss=against_one_hot)),
    Mistake("loss-averaged", "The loss returned is a mean", "Return the sum, as in notebook 4; whoever prints it divides.",
            "loss = -sum of log p_t[target]", training_step(value=lambda value, X: value / len(X))),
    Mistake("averaged", "Loss and gradient are divided by T",
            "The step is then T times smaller. Loss and gradients are sums over the steps, as in notebook 4.",
            "loss = -sum of log p_t[target]", training_step(loss=mean_gradient(len))),
    Mistake("averaged-over-all", "Loss and step are those of a mean", "Here both are of the sum: leave out the division.",
            "loss = -sum of log p_t[target]", training_step(loss=mean_gradient(np.size))),
    Mistake("step-of-a-mean", "The step is that of a mean", "The loss is a sum, and so are its gradients: leave out the division.",
            STEP, training_step(loss=mean_gradient(np.size, loss_too=False))),
    Mistake("step-of-a-mean-over-time", "The step is that of a mean over time",
            "The loss is a sum, and so are its gradients: leave out the division.",
            STEP, training_step(loss=mean_gradient(len, loss_too=False))),
    Mistake("averaged-over-the-batch", "Loss and step are those of a mean over the batch",
            "Here both are of the sum: leave out the division.",
            "loss = -sum of log p_t[target]", training_step(loss=mean_gradient(lambda targets: targets.shape[1]))),
    Mistake("step-of-a-mean-over-the-batch", "The step is that of a mean over the batch",
            "The loss is a sum, and so are its gradients: leave out the division.",
            STEP, training_step(loss=mean_gradient(lambda targets: targets.shape[1], loss_too=False))),
    Mistake("mean-loss-returned", "The loss returned is a mean over time and batch", "Return the sum; whoever prints it divides.",
            "loss = -sum of log p_t[target]", training_step(value=lambda value, X: value / (len(X) * X.shape[2]))),
    Mistake("loss-after-the-update", "The loss is the one after the update",
            "Return the loss that the gradients belong to: the one before the weights moved.",
            "loss before, update after", training_step(after=True)),
    Mistake("uphill", "The step goes uphill", "The gradient points to a larger loss: subtract it.", STEP, training_step(sign=1)),
    Mistake("h0-in-the-norm", "The norm counts dh0",
            "loss_and_gradients also gives h0's gradient. It is no parameter: leave it out before you clip.",
            STEP, training_step(names=(*FIVE, "h0"))),
    Mistake("norm-of-the-cell-only", "The norm leaves out Wy and c",
            "Clipping takes all five gradients as one vector.", STEP,
            training_step(clip=lambda grads, most: (lambda size: ({n: g * min(1.0, most / size) for n, g in grads.items()}, size))(
                global_norm({n: grads[n] for n in FIVE[:3]})))),
    Mistake("clipped-per-element", "Every number is clipped on its own",
            "np.clip turns the gradient's direction. Scale all five by one factor: clip_by_norm.", STEP, training_step(clip=clip_elements)),
    Mistake("clipped-per-array", "Every array is clipped on its own",
            "That changes the proportions between them. Put all five into one dict and clip once.", STEP, training_step(clip=clip_each)),
    Mistake("never-clipped", "The gradients are not clipped",
            "The norm is there, but the update uses the gradients before clipping. Use what clip_by_norm returns.",
            STEP, training_step(clip=never_clip)),
    Mistake("always-scaled", "Small gradients are blown up to max_norm",
            "Clipping only shortens: multiply by max_norm / norm when norm is larger than max_norm, and leave the rest alone.",
            STEP, training_step(clip=always_scale)),
    Mistake("norm-after-clipping", "The norm is the one after clipping",
            "That is never above max_norm, so it hides what you want to see. Return the norm before clipping.",
            "norm = ||(dWx, dWh, db, dWy, dc)||", training_step(norm=lambda norm, grads, clipped: global_norm(clipped))),
    Mistake("readout-not-updated", "Wy and c are not updated", "All five parameters learn: model.Wy and model.c too.",
            STEP, training_step(updated=FIVE[:3])),
    Mistake("Wh-not-updated", "Wh is not updated", "All five parameters learn: model.cell.Wh too.",
            STEP, training_step(updated=("Wx", "b", "Wy", "c"))),
    *(Mistake(f"{name}-not-updated", f"{name} is not updated", f"All five parameters learn: {place}.{name} too.", STEP,
              training_step(updated=tuple(n for n in FIVE if n != name))) for name, place in
      (("Wx", "model.cell"), ("b", "model.cell"), ("Wy", "model"), ("c", "model"))),
    Mistake("readout-only", "Only Wy and c are updated", "All five parameters learn: model.cell.Wx, .Wh and .b too.",
            STEP, training_step(updated=FIVE[3:])),
    Mistake("lr-ignored", "lr is not used", "The step is lr times the clipped gradient.",
            STEP, lambda model, X, targets, lr, max_norm: training_step()(model, X, targets, 1.0, max_norm)),
    *in_order(training_step(), "loss, norm", "norm, loss"),
)

DRAW = "p = softmax(logits / temperature)"
READ = "h_t = tanh(Wx x_t + Wh h_{t-1} + b), from h0 = 0 through the prefix, then through each new character"


def distribution(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def divided(logits, temperature):
    return distribution(logits / temperature)


def drawn(p, rng):
    """What rng.choice(len(p), p=p) does, faster; like it, an error for NaN."""
    total = p.cumsum()
    if np.isnan(total[-1]):
        raise ValueError("Probabilities contain NaN")
    return min(int(total.searchsorted(rng.random(), side="right")), len(p) - 1)


def sampling(warm=lambda prefix: prefix, probabilities=divided, draw=drawn, steps=lambda length: length,
             keep_state=True, feed=lambda new, old: new, returns=lambda prefix, text: text, make_rng=lambda rng: rng,
             column=lambda Wx: Wx):
    """A sampler of which a part is wrong; what is drawn first comes from the state after `warm(prefix)`; column : Wx as it is read."""

    def wrong(model, chars, prefix, length, temperature, rng):
        rng, Wh, Wy, c = make_rng(rng), model.cell.Wh, model.Wy, model.c[:, 0]
        inputs = (column(model.cell.Wx) + model.cell.b).T  # Wx x_t + b for each character
        h, text = np.zeros(len(Wh)), ""
        for char in warm(prefix):
            x = chars.index(char)
            h = np.tanh(inputs[x] + Wh @ h)
        for _ in range(steps(length)):
            index = draw(probabilities(Wy @ h + c, temperature), rng)
            text += chars[index]
            x = feed(index, x)
            h = np.tanh(inputs[x] + Wh @ h if keep_state else inputs[x])
        return returns(prefix, text)

    return wrong


def naive_softmax(logits, temperature):
    e = np.exp(logits / temperature)
    return e / e.sum()


def reseeds_all(rng):
    np.random.seed(0)
    return rng


SAMPLE = (
    Mistake("temperature-multiplied", "The temperature multiplies the logits",
            "Then a low temperature makes the text wilder. Divide: a small temperature stretches the logits, and the likeliest wins.",
            DRAW, sampling(probabilities=lambda logits, temperature: distribution(logits * temperature))),
    Mistake("temperature-without-effect", "The temperature has no effect",
            "Either it is not used, or it divides the probabilities, which the sum to 1 undoes. It divides the logits, before the softmax.",
            DRAW, sampling(probabilities=lambda logits, temperature: distribution(logits))),
    Mistake("always-the-likeliest", "The likeliest character is always taken",
            "argmax is the limit of temperature 0. Draw from p: rng.choice(len(p), p=p).",
            DRAW, sampling(draw=lambda p, rng: int(np.argmax(p)))),
    Mistake("drawn-evenly", "All characters are equally likely",
            "rng.choice(chars), or rng.integers, ignores what the network says. Give it the probabilities: p=p.",
            DRAW, sampling(draw=lambda p, rng: int(rng.integers(len(p))))),
    Mistake("prefix-in-the-text", "The prefix is part of what you return", "Return the new characters only, `length` of them.",
            "len(text) = length", sampling(returns=lambda prefix, text: prefix + text)),
    Mistake("prefix-counted", "The prefix counts as part of the length",
            "You return length - len(prefix) new characters. The length counts the new ones.",
            "len(text) = length", lambda model, chars, prefix, length, temperature, rng: sampling(
                steps=lambda n: max(0, n - len(prefix)))(model, chars, prefix, length, temperature, rng)),
    Mistake("prefix-counted+prefix-in-the-text", "The prefix is part of the text and of its length",
            "You return `length` characters of which the first are the prefix. Return `length` new ones only.",
            "len(text) = length", lambda model, chars, prefix, length, temperature, rng: sampling(
                steps=lambda n: max(0, n - len(prefix)), returns=lambda prefix, text: prefix + text)(
                    model, chars, prefix, length, temperature, rng)),
    Mistake("one-too-few", "One character is missing", "range(length - 1) or range(1, length) stops early: draw `length` times.",
            "len(text) = length", sampling(steps=lambda length: length - 1)),
    Mistake("one-too-many", "There is one character too many", "Draw `length` times.",
            "len(text) = length", sampling(steps=lambda length: length + 1)),
    Mistake("prefix-not-read", "Only the prefix's last character is read",
            "The state should have seen all of the prefix. Run its characters through the network before you draw.",
            READ, sampling(warm=lambda prefix: prefix[-1])),
    Mistake("prefix-read-from-its-first-character", "Only the prefix's first character is read",
            "Run all of the prefix through the network before you draw.", READ, sampling(warm=lambda prefix: prefix[0])),
    Mistake("prefix-not-read-to-its-end", "The prefix's last character is not read",
            "The warm-up stops one early, so the first character you draw competes with the prefix's last one.",
            READ, sampling(warm=lambda prefix: prefix[:-1])),
    Mistake("last-character-read-twice", "The prefix's last character is read twice",
            "The warm-up has fed it already. Draw the first new character from the state that you have, then feed that one.",
            READ, sampling(warm=lambda prefix: prefix + prefix[-1])),
    Mistake("state-reset", "The state is reset for every character",
            "Each call to rnn_forward starts at h0 = 0 unless you hand it the last state. Without it the network only counts pairs.",
            READ, sampling(keep_state=False)),
    Mistake("input-never-changes", "The drawn character is not fed back",
            "The input stays the prefix's last character. What was drawn is the next input.", READ, sampling(feed=lambda new, old: old)),
    Mistake("Wx-flat", "Wx[:, i] is flat", "(H,) + (H, 1) is (H, H); write Wx[:, [i]].", READ, sampling(column=lambda Wx: Wx[:1])),
    Mistake("own-generator", "The function makes a generator of its own",
            "np.random.default_rng(0) inside starts anew in each call, so the text is always the same. Draw from the argument rng.",
            "rng is the only source of chance", sampling(make_rng=lambda rng: np.random.default_rng(0))),
    Mistake("unseeded-generator", "The function makes a generator of its own",
            "np.random.default_rng() inside cannot be repeated. Draw from the argument rng.",
            "rng is the only source of chance", sampling(make_rng=lambda rng: np.random.default_rng())),
    Mistake("global-generator", "np.random is used instead of rng",
            "np.random.choice draws from a generator that the whole program shares. Draw from the argument: rng.choice.",
            "rng is the only source of chance", sampling(draw=lambda p, rng: int(np.random.choice(len(p), p=p)))),
    Mistake("global-seed", "The function seeds np.random",
            "That changes chance for the whole program. Nothing needs a seed here: rng brings its own.",
            "rng is the only source of chance", sampling(make_rng=reseeds_all)),
    Mistake("global-seed-and-draw", "The function seeds np.random and draws from it",
            "The text is the same in every call. Draw from the argument rng, and seed nothing.",
            "rng is the only source of chance", sampling(make_rng=reseeds_all, draw=lambda p, rng: int(np.random.choice(len(p), p=p)))),
    Mistake("overflow", "exp overflows at a low temperature",
            "logits / 0.001 are thousands, exp of them is inf, and inf / inf is nan. Subtract the largest logit before exp, or use softmax.",
            "softmax(z) = softmax(z - max z)", sampling(probabilities=naive_softmax)),
    Mistake("list-for-text", "A list of characters is returned", "Join them: \"\".join(list).",
            "sample(...) -> str", sampling(returns=lambda prefix, text: list(text))),
)
