"""The families of the squared error and of the cross-entropy."""

from types import SimpleNamespace

import numpy as np

from rnn_helpers.check.changes import only
from rnn_helpers.check.family import Family, Output, slot
from rnn_helpers.check.solvers import factors, forms, made, parts

SQUARES = "L = sum((y - target)^2), dy = 2 (y - target)"

# What divides loss and gradient alike: (name, what by, number), number : (flow) -> float
MEANS = (("mean-for-sum", "the number of predictions", lambda f: 1 / f.size),
         ("mean-over-the-batch", "B", lambda f: 1 / f.B),
         ("mean-over-the-steps", "the length of the first axis", lambda f: 1 / f.T),
         ("mean-over-the-steps-and-the-batch", "T B", lambda f: 1 / (f.T * f.B)))


def both_scaled(line, means, *more):
    """A slot for a factor of loss and gradient; run : (flow) -> float."""
    return slot(line, lambda f: 1.0,
                *((name, f"Loss and gradient are divided by {by}",
                   "Here both are sums, over steps and examples: leave out the division.", number)
                  for name, by, number in means), *more)


def own_factors(line, what, means, *more):
    """A solver for a factor of one of the two."""
    why = "Loss and gradient are sums here, and belong together: leave out the factor."
    return factors(*more, *((f"{what}-{name}", f"{{o}} is divided by {by}", why, line, number)
                            for name, by, number in means))


# ---- squared error ----

ERRORS = slot(  # run (y, target) -> the error
    SQUARES, lambda y, t: y - t,
    *((f"{which}-{what}-only", f"Only the {which} {what} counts", lambda y, t, at=(key, axis): only(y - t, *at))
      for which, key in (("last", -1), ("first", 0)) for what, axis in (("step", 0), ("example", -1))),
    ("target-ignored", "The target is not used", lambda y, t: y),
    ("target-added", "The target is added", lambda y, t: y + t),
    why="The error is y - target, of each step and example; all of them count.")

SQUARE = slot(  # run (y - target) -> the loss
    SQUARES, lambda e: np.sum(e * e),
    ("root-taken", "The loss is the root of the sum of squares",
     "The norm of the error has another gradient. Leave the root out.", lambda e: np.sqrt(np.sum(e * e))),
    ("not-squared", "The errors are not squared", "Errors of opposite sign would cancel. Square first, then sum.",
     np.sum),
    ("sum-then-square", "The errors are summed first, then squared",
     "Errors of opposite sign cancel. Square each, then sum.", lambda e: np.sum(e) ** 2),
    ("absolute-error", "The loss is the absolute error",
     "Its gradient has the same size for every error. Square the errors.", lambda e: np.sum(np.abs(e))),
    ("loss-not-summed", "The loss is an array", lambda e: e * e),
    ("loss-not-summed", "The loss is an array: only a part of the axes is summed",
     *(lambda e, axis=axis: np.sum(e * e, axis=axis) for axis in (0, -1, -2, (1, 2)))),
    ("root-of-the-mean", "The loss is the root of the mean", "Here it is the sum of squares itself.",
     lambda e: np.sqrt(np.mean(e * e))),
    why="np.sum((y - target)**2), without an axis, gives one number for all steps, outputs and examples.")

OF_SQUARE = slot(  # run (y - target) -> dy
    SQUARES, lambda e: 2 * e,
    ("gradient-is-the-loss", "dy is the squared error", "dy is the derivative: 2 (y - target).", lambda e: e * e),
    ("dy-summed", "dy is one number", lambda e: np.sum(2 * e)),
    ("dy-over-the-root", "dy is that of a root", "The loss is the sum of squares: dy = 2 (y - target).",
     lambda e: e / np.sqrt(np.sum(e * e))),
    why="The gradient has the shape of y, a number for each prediction: 2 (y - target).")


def squares(s, y, target):
    e = s.errors(np.array(y), np.array(target))
    f = SimpleNamespace(e=e, size=e.size, B=e.shape[-1], T=len(e))
    f.scale = s.scale(f)
    return f


SQUARED_ERROR = Family(
    flow=squares, weight=3,
    slots={"scale": both_scaled(SQUARES, MEANS,
                                ("half", "There is a factor of 1/2", "With 1/2 the 2 cancels, a common convention. "
                                 "Here the loss has no factor, so dy keeps its 2.", lambda f: 0.5),
                                *((f"half+{name}", f"There is a factor of 1/2, and a division by {by}",
                                   "Another convention. Here the loss is the sum itself, and dy = 2 (y - target).",
                                   lambda f, number=number: number(f) / 2) for name, by, number in MEANS)),
           "errors": ERRORS},
    outputs={"loss": Output(lambda s, f: f.scale * s.square(f.e), {"square": SQUARE}, (own_factors(
                 SQUARES, "loss", MEANS, ("half-of-the-loss-only", "The loss has a factor of 1/2",
                                          "Here it is the sum of the squares itself.", SQUARES,
                                          lambda f: 0.5)), parts(
                     "y - target", "TOB", lambda f: f.e, lambda e, f: f.scale * np.sum(e * e), SQUARES,
                     "Every prediction has its error, and all of them count."), *made("", SQUARES))),
             "dy": Output(lambda s, f: f.scale * s.of_square(f.e), {"of_square": OF_SQUARE}, (
                 own_factors(SQUARES, "dy", MEANS,
                             ("two-forgotten", "The factor 2 is missing in dy", "The derivative of e^2 is 2 e.",
                              SQUARES, lambda f: 0.5),
                             ("sign-flipped", "dy has the wrong sign", "dy grows where y is too large: 2 (y - target). "
                              "With target - y every update would climb.", SQUARES, lambda f: -1.0),
                             ("two-forgotten+sign-flipped", "dy is target - y",
                              "The derivative of (y - target)^2 is 2 (y - target).", SQUARES, lambda f: -0.5)),
                 forms("TOB", SQUARES), *made("OB", SQUARES)))})

# ---- cross-entropy ----

LOSS = "loss = -sum over t and b of log p_t[target]"
GRADIENT = "dlogits_t = p_t - one_hot(target)"
STABLE = "log p = logits - max - log sum exp(logits - max)"
ONE = "sum over v of p[t, v, b] = 1"


def over(axis, largest=1):
    """A softmax that sums over `axis`; run (logits, how the maximum is taken) -> (logits less a maximum, the sum's
    logarithm)."""

    def run(z, shift):
        shifted = z - shift(z, largest)
        return shifted, np.log(np.exp(shifted).sum(axis=axis, keepdims=True))

    return run


AXIS = slot(
    ONE, over(1),
    *((f"softmax-over-{name}", f"The softmax runs over {what}", f"Each {one} has its own distribution: axis=1, "
       "keepdims=True.", *(over(axis, largest) for largest in dict.fromkeys((axis, 1, None))))
      for axis, name, what, one in (
          (0, "time", "time", "step"), (2, "the-batch", "the examples", "example"),
          (None, "everything", "all steps at once", "step and example"))),
    ("not-divided-by-the-sum", "The exponentials are not divided by their sum",
     "Divide by the column's sum, so that its probabilities sum to 1.", lambda z, shift: (z - shift(z, 1), 0 * z),
     lambda z, shift: (z, 0 * z)),
    ("sigmoid-for-softmax", "The probabilities are those of a sigmoid, not of a softmax", "One of V characters comes "
     "next, so a column's probabilities sum to 1. Sigmoids are for yes or no.",
     lambda z, shift: (-np.logaddexp(0, -z), 0 * z)))

SHIFT = slot(
    STABLE, lambda z, axis: z.max(axis=axis, keepdims=True),
    ("overflow", "exp overflows for large logits", "exp(1000) is inf, and inf / inf is nan. Subtract each column's "
     "largest logit first; the probabilities do not change.", lambda z, axis: 0.0),
    ("one-maximum-for-all", "One maximum is subtracted from all steps", "A step whose logits all lie far below that "
     "maximum gets 0 / 0. Each column needs its own: max(axis=1, keepdims=True).", lambda z, axis: z.max()),
    ("mean-for-max", "The mean is subtracted from the logits, not the largest", "exp still overflows where one lies "
     "far above the mean. Subtract each column's largest.",
     lambda z, axis: z.mean(axis=axis, keepdims=True)))


EPS = ("log(p + 1e-12), or a clipped p, caps the loss, at 28 for 1e-12. Take the log on paper: logits - max - log(sum "
       "of exp(logits - max)).")
LOGS = slot(  # run (shifted, the sum's logarithm) -> log p
    STABLE, lambda shifted, log_sum: shifted - log_sum,
    ("log-of-zero", "The loss is inf, or nan, for a very unlikely target", "p has underflowed to 0 before you take its "
     "log. Take the log on paper: logits - max - log(sum of exp(logits - max)).",
     lambda shifted, log_sum: np.log(np.exp(shifted) / np.exp(log_sum))),
    ("log-of-zero", "The result is nan where one logit lies far above the others", "exp overflows, or 0 meets the log "
     "of a p that is 0. Pick log p of the target alone, on paper: logits - max - log(sum of exp(logits - max)).",
     lambda shifted, log_sum: (lambda p: np.where((p == 0).any(axis=1, keepdims=True), np.nan, np.log(p)))(
         np.exp(shifted) / np.exp(log_sum))),
    ("log-of-p-plus-eps", "A small number added to p, or a p kept from 0, hides very unlikely targets", *(
        lambda shifted, log_sum, eps=eps, kept=kept: np.log(kept(np.exp(shifted) / np.exp(log_sum), eps))
        for eps in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-15, 1e-6, 1e-5, 1e-4, 1e-3, 0.01)
        for kept in (np.add, lambda p, eps: np.clip(p, eps, 1 - eps), np.maximum))),
    ("log-of-p-plus-eps", "A small number in place of a p that is 0 hides very unlikely targets",
     lambda shifted, log_sum: (lambda p: np.log(np.where(p, p, np.finfo(float).eps)))(
         np.exp(shifted) / np.exp(log_sum))), why=EPS)

CUT = slot(
    STABLE, lambda z: z,
    ("logits-cut", "The logits are cut to a range",
     "That changes the probabilities of large logits. Subtract each column's largest logit instead.",
     *(lambda z, most=most: np.clip(z, -most, most) for most in (100, 700, 500, 200, 50, 30, 20))),
    ("softmax-twice", "The softmax is taken twice", "Take the softmax once.",
     lambda z: (lambda e: e / e.sum(axis=1, keepdims=True))(np.exp(z - z.max(axis=1, keepdims=True)))),
    why="Take the logits as they are.", of=("the array of logits", "TVB"))


def paired(targets, V):
    """one_hot(targets), (T, V, B)."""
    return np.moveaxis(np.eye(V)[targets], 2, 1)


def across(targets, V):
    """What p[t, targets[t]] and the like count, for each pair of examples."""
    return np.repeat(paired(targets, V).sum(axis=2, keepdims=True), targets.shape[1], axis=2)


TARGETS = slot(  # run (targets, logits) -> how often each place of logits counts
    LOSS, lambda targets, z: paired(targets, z.shape[1]),
    ("targets-across-examples", "Each example meets the targets of all examples",
     "p[t, targets[t]] takes those rows in every example. Pair them: p[t, targets[t], np.arange(B)].",
     lambda targets, z: across(targets, z.shape[1]), lambda targets, z: np.minimum(across(targets, z.shape[1]), 1)),
    *((f"{which}-{what}-only", f"Only the {which} {what} has its target",
       lambda targets, z, given=given: only(paired(targets, z.shape[1]), *given))
      for which, what, given in (("first", "example", (0, 2)), ("last", "example", (-1, 2)), ("last", "step", (-1,)),
                                 ("first", "step", (0,)))),
    ("likeliest-for-target", "The likeliest character stands where the target belongs",
     "Then the network is praised for whatever it says. What did come next is targets[t, b].",
     lambda targets, z: paired(np.argmax(z, axis=1), z.shape[1])),
    why="Every step and example has a target of its own, targets[t, b]: sum over all of them.",
    of=("the array of targets", "TVB"))


def at(y, values):
    """values where y counts, 0 elsewhere: no 0 times inf."""
    return np.where(y > 0, y * values, 0.0)


PICK = slot(  # run (f) -> the loss; f.y : paired targets, f.z : logits
    LOSS, lambda f: -np.sum(at(f.y, f.log_p)),
    *((name, f"The loss is an array, one number per {one}", lambda f, axis=axis: -at(f.y, f.log_p).sum(axis=axis))
      for name, one, axis in (("loss-not-summed", "step and example", 1), ("loss-summed-over-time-only", "example",
                              (0, 1)), ("loss-summed-over-the-batch-only", "step", (1, 2)))),
    *((name, f"The loss is that of the {which} only",
       "Does `=` keep what the loop visits last, or the loop end early? Add all of them up with +=.",
       lambda f, key=key: -np.sum(at(f.y, f.log_p)[key])) for name, which, key in (
        ("loss-overwritten|equals-for-plus-equals", "last step and example", np.s_[-1, :, -1]),
        ("loss-overwritten-at-every-step", "last step", -1), ("loss-of-the-first-step", "first step", 0),
        ("loss-of-the-first-example", "first example", np.s_[..., 0]),
        ("loss-of-the-last-example", "last example", np.s_[..., -1]))),
    ("loss-over-all-characters", "The loss sums log p over all characters",
     "Only the character that came next counts: pick p[target] before the sum.", lambda f: -np.sum(f.log_p)),
    ("log-forgotten", "The log is missing",
     "The loss is the sum of -log p[target], not of 1 - p[target] or -p[target].", lambda f: np.sum(at(f.y, 1 - f.p)),
     lambda f: -np.sum(at(f.y, f.p)), lambda f: np.sum(at(f.y, f.p))),
    ("softmax-forgotten", "The loss takes logits for log-probabilities",
     "-logits[target] can fall forever. Subtract log sum exp of the column.", lambda f: -np.sum(at(f.y, f.z))),
    ("log-of-logits", "The log is applied to the logits", "Take the softmax first: log p[target].",
     lambda f: -np.sum(at(f.y, np.log(f.z)))),
    ("squared-error-of-p", "The loss is a squared error of the probabilities", "Where the network is sure, and "
     "wrong, its gradient vanishes. Cross-entropy: -log p[target].", lambda f: np.sum((f.p - f.y) ** 2)),
    ("binary-cross-entropy", "The other characters count too",
     "(1 - y) log(1 - p) belongs to yes-or-no outputs. One of V characters comes next: only -log p[target] counts.",
     lambda f: -np.sum(f.y * f.log_p + (1 - f.y) * np.log(1 - f.p))),
    ("log-of-p-minus-one", "1 is subtracted from p before its log is taken", "dlogits = p is the same array, not a "
     "copy, so p[target] is p - 1, and its log is nan. Compute the loss first, or take p.copy().",
     lambda f: -np.sum(at(f.y, np.log(f.p - 1)))),
    ("entropy", "The loss is the entropy of p", "That is the surprise to be expected. What counts is the surprise at "
     "what came: -log p[target].", lambda f: -np.sum(at(f.p, f.log_p))),
    ("maximum-on-one-side", "The maximum is subtracted in one of the two, logits[target] and log sum exp, alone",
     "Then it stays in the loss. Subtract it in both, or add it to the logarithm again.",
     lambda f: -np.sum(at(f.y, f.log_p + f.top)), lambda f: -np.sum(at(f.y, f.log_p - f.top))),
    ("perplexity", "The loss is the perplexity", "exp of the mean is for reports. The loss is the sum of -log "
     "p[target].", lambda f: np.exp(-np.sum(at(f.y, f.log_p)) / f.y.sum())),
    ("loss-zero", "The loss is 0", "Nothing is added to it yet: -log p[target] of every step and example.",
     lambda f: 0.0),
    why="Sum over time and over the batch: one float.")

OF_LOGITS = slot(  # run (f) -> dlogits; f.y, f.p, f.z, f.log_p as above
    GRADIENT, lambda f: f.p - f.y,
    ("gradient-is-p", "1 is not subtracted at the target", "dlogits is p itself. Subtract 1 where the target stands, "
     "once for each step and example.", lambda f: f.p + 0 * f.y),
    ("minus-one-everywhere", "1 is subtracted from every character",
     "p - 1 lowers all rows. Only the target's row loses 1, so that each column sums to 0.", lambda f: f.p - 1),
    ("gradient-at-the-target-only", "The gradient is 0 except at the target", "The other characters' probabilities "
     "must fall too: their gradient is p. Start from p, then subtract 1 at the target.", lambda f: at(f.y, f.p - 1)),
    ("gradient-of-p", "The gradient is with respect to p, not to the logits",
     "-1/p is dL/dp. Through the softmax it becomes p - one_hot, which is simpler.", lambda f: -at(f.y, 1 / f.p)),
    ("one-hot-alone", "p is missing in dlogits", "Through the softmax the loss depends on every logit: p - one_hot.",
     lambda f: -f.y, lambda f: f.y),
    ("gradient-of-logits", "dlogits is made of the logits, not of p", "Take the softmax first: p - one_hot.",
     lambda f: f.z - f.y, lambda f: f.z - f.top - f.y),
    ("gradient-of-log-p", "dlogits is made of log p, not of p", "log p belongs to the loss. The gradient is p - "
     "one_hot.", lambda f: f.log_p - f.y),
    ("one-hot-of-all-steps", "1 is subtracted at the targets of all steps, in every step",
     "Each step and example has its own target: p[t, targets[t, b], b].",
     lambda f: f.p - (f.y.sum(axis=(0, 2), keepdims=True) > 0) * np.ones_like(f.p)),
    ("gradient-is-p(1-p)", "The gradient is p (1 - p)", "That is the slope of a sigmoid. Through softmax and log it is "
     "p - one_hot.", lambda f: f.p * (1 - f.p)),
    ("gradient-times-p(1-p)", "The gradient is multiplied by p (1 - p)", "p - one_hot is dL/dlogits already; p (1 - p) "
     "belongs to a sigmoid with a squared error.", lambda f: (f.p - f.y) * f.p * (1 - f.p)),
    ("softmax-s-slope-once-more", "The gradient passes the softmax once more", "p - one_hot is dL/dlogits already: no "
     "Jacobian of the softmax follows.",
     lambda f: f.p * (f.p - f.y - np.sum(f.p * (f.p - f.y), axis=1, keepdims=True))),
    why="p - one_hot.")


def cross_entropy(s, logits, targets):
    z, targets = s.cut(np.array(logits)), np.array(targets)
    shifted, log_sum = s.axis(z, s.shift)
    f = SimpleNamespace(z=z, top=z - shifted, p=np.exp(shifted) / np.exp(log_sum), log_p=s.logs(shifted, log_sum),
                        y=s.targets(targets, z), size=z.size, T=len(z), B=z.shape[2])
    f.scale = s.scale(f)
    return f


OF_TARGETS = (("averaged", "T B", lambda f: 1 / (f.T * f.B)), ("averaged-over-time", "T", lambda f: 1 / f.T),
              ("averaged-over-the-batch", "B", lambda f: 1 / f.B),
              ("averaged-over-characters-too", "T V B", lambda f: 1 / f.size))

SOFTMAX_CROSS_ENTROPY = Family(
    flow=cross_entropy, weight=6,
    slots={"scale": both_scaled(LOSS, OF_TARGETS), "logs": LOGS, "shift": SHIFT, "axis": AXIS, "targets": TARGETS,
           "cut": CUT},
    outputs={"loss": Output(lambda s, f: f.scale * s.pick(f), {"pick": PICK}, (own_factors(
                 LOSS, "loss", OF_TARGETS, ("bits", "The loss is in bits", "log2 counts bits. The loss is in nats: use "
                                            "np.log, the natural logarithm.", LOSS, lambda f: 1 / np.log(2)),
                 ("loss-in-log10", "The loss is in powers of ten",
                  "The loss is in nats: use np.log, the natural logarithm.", LOSS, lambda f: 1 / np.log(10)),
                 ("loss-negative", "The loss has the wrong sign", "log p is negative. The loss is minus its sum, so "
                  "that a surer network has a smaller one.", LOSS, lambda f: -1.0)), parts(
                     "-log p[target]", "TB", lambda f: -at(f.y, f.log_p).sum(axis=1), lambda a, f: f.scale * a.sum(),
                     LOSS, "Every step and example has its share of the loss."), *made("", LOSS))),
             "dlogits": Output(lambda s, f: f.scale * s.of_logits(f), {"of_logits": OF_LOGITS}, (own_factors(
                 GRADIENT, "gradient", OF_TARGETS, ("gradient-sign", "The gradient has the wrong sign",
                                                    "one_hot - p points downhill. The gradient points uphill, p - "
                                                    "one_hot; the update subtracts it.", GRADIENT, lambda f: -1.0)),
                 parts("one_hot(target)", "TVB", lambda f: f.y, lambda y, f: f.scale * (f.p - y), GRADIENT,
                       "Each step and example has its own target, targets[t, b]."), *made("TVB", GRADIENT)))})
