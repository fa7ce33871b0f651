"""The families of a training step and of training on a stream."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from rnn_helpers.bptt import rnn_backward, rnn_backward_truncated, rnn_forward
from rnn_helpers.check.advice import listed
from rnn_helpers.check.changes import only
from rnn_helpers.check.families.losses import paired
from rnn_helpers.check.families.number_sequence import NORM, SHORTEN, squares
from rnn_helpers.check.family import Family, Output, Variant, same, slot
from rnn_helpers.check.solvers import decayed, made
from rnn_helpers.losses import softmax_cross_entropy, squared_error
from rnn_helpers.readout import many_to_many, readout_backward

STEP = "p <- p - lr clip(dL/dp) for Wx, Wh, b, Wy, c"
SUM = "L = sum_t L_t, over the batch too"
NAMES = ("Wx", "Wh", "b", "Wy", "c")


def written(values, arguments):
    """What a step returns, after it has written the parameters into the model."""
    for name, p in arguments[0].params.items():
        p[...] = values[name]
    return tuple(value for name, value in values.items() if name not in NAMES)


def back(model, X, dy, h_states, caches, Wy=None, reach=lambda dh: dh, walk=rnn_backward):
    """The five gradients, and h0's; reach : of dh; walk : back."""
    dWy, dc, dh = readout_backward(dy, h_states, model.Wy if Wy is None else Wy)
    dWx, dWh, db, dh0 = walk(model.cell, reach(dh), caches)
    return {"Wx": dWx, "Wh": dWh, "b": db, "Wy": dWy, "c": dc, "h0": dh0}


MEANS = (("of-all", "the number of predictions", lambda T, O, B: 1 / (T * O * B)),
         ("over-time", "T", lambda T, O, B: 1 / T),
         ("over-the-batch", "B", lambda T, O, B: 1 / B), ("over-time-and-batch", "T B", lambda T, O, B: 1 / (T * B)))
SCALE = slot(  # run (T, O, B) -> factors of the loss and of the gradients
    SUM, lambda T, O, B: (1.0, 1.0),
    *((name, f"Loss and update are divided by {by}",
       "train_step works on the sum, over steps and examples: leave out the division. lr and max_norm are chosen for "
       "it.",
       lambda T, O, B, number=number: (number(T, O, B),) * 2) for (_, by, number),
      name in zip(MEANS, ("mean-everywhere", "divided-by-the-steps", "divided-by-the-batch", "mean-for-sum"),
                  strict=True)),
    *((f"step-of-a-mean-{name}", f"The update is that of a mean: divided by {by}",
       "The loss is a sum, and so are its gradients: leave out the division.",
       lambda T, O, B, number=number: (1.0, number(T, O, B))) for name, by, number in MEANS),
    *((f"mean-loss-returned-{name}", f"The loss returned is divided by {by}",
       "Return the sum, and divide when you print it.",
       lambda T, O, B, number=number: (number(T, O, B), 1.0)) for name, by, number in MEANS),
    ("halved", "Loss and update are halved", lambda T, O, B: (0.5, 0.5)),
    why="Here the loss has no factor 1/2.")

COUNTS = slot(  # run (dy) -> dy
    SUM, lambda dy: dy,
    ("first-step-only", "Only the first step sends a gradient", "Every step has a target.",
     lambda dy: np.concatenate([dy[:1], 0 * dy[1:]])),
    ("last-gradient-only", "Only the last step sends a gradient",
     "Every step has a target: the gradients sum over all of them.", lambda dy: np.concatenate([0 * dy[:-1], dy[-1:]])))

REACH = slot(
    "dh_t = Wy^T dy_t, for rnn_backward", lambda dh: dh,
    ("dh-in-reverse", "dh is reversed before rnn_backward", "dh[t] belongs to step t: rnn_backward walks back itself.",
     lambda dh: dh[::-1]),
    ("only-the-last-dh", "Only the last step's dh reaches the cell", lambda dh: only(dh, -1)),
    why="Hand over dh of all steps.")

def each_alone(cell, dh, caches):
    """Every step walked back by itself."""
    steps = [rnn_backward(cell, dh[t: t + 1], caches[t: t + 1]) for t in range(len(dh))]
    return *(sum(step[n] for step in steps) for n in range(3)), steps[0][3]


WALK = slot(
    "dWx, dWh, db = sums over t", rnn_backward,
    ("nothing-flows-between-the-steps", "Each step is walked back alone",
     "What leaves a step goes on into the step before: rnn_backward does the whole walk.", each_alone),
    ("only-the-last-step-walked", "Only the last step is walked back",
     lambda cell, dh, caches: rnn_backward(cell, dh[-1:], caches[-1:])),
    why="rnn_backward does the whole walk.")

WHICH = slot(  # run (loss function, outputs, targets) -> loss, dy
    SUM, lambda loss, y, target: loss(y, target),
    ("last-step-only", "Only the loss of the last step counts",
     "Every step has a target: the loss and the gradients sum over all of them.",
     lambda loss, y, target: (loss(y[-1:], target[-1:])[0],
                              np.concatenate([0 * y[:-1], loss(y[-1:], target[-1:])[1]]))))

CLIPPED_OF = slot(  # run (gradients by name, max_norm, norm, shorten) -> clipped gradients
    STEP, lambda grads, m, norm, shorten: {n: shorten(g, norm(grads), m, grads) for n, g in grads.items()},
    ("clipped-in-two-groups", "Cell and readout are clipped separately",
     "Put all five gradients in one dict and clip once: one norm, one factor.",
     lambda grads, m, norm, shorten: {n: shorten(g, norm(grouped(grads, n)), m, grouped(grads, n)) for n,
                                      g in grads.items()}),
    ("readout-not-clipped", "Wy and c are updated with gradients that are not clipped",
     "All five gradients are clipped together, once: the update takes those.",
     *(lambda grads, m, norm, shorten, of=of: {n: shorten(g, norm(of(grads)), m, grads) if n in NAMES[:3] else g
                                               for n, g in grads.items()}
       for of in (lambda grads: grouped(grads, "Wx"), lambda grads: grads))),
    ("norm-of-the-cell-only", "The norm leaves out Wy and c", "Clipping takes all five gradients as one vector.",
     lambda grads, m, norm, shorten: {n: shorten(g, norm(grouped(grads, "Wx")), m, grads) for n, g in grads.items()}),
    why="Put all five gradients in one dict and clip once.")


def grouped(grads, name):
    """The gradients of the group that a parameter belongs to: the cell's, or the readout's."""
    group = NAMES[:3] if name in NAMES[:3] else NAMES[3:]
    return {n: g for n, g in grads.items() if n in group}


MEASURED = slot(
    STEP, lambda grads: {n: grads[n] for n in NAMES},
    *((f"{left}-not-in-the-dict", f"{left} is left out of the clipping", "Put all five gradients in one dict and clip "
       "once.", lambda grads, left=left: {n: grads[n] for n in NAMES if n != left}) for left in NAMES),
    ("h0-in-the-norm", "The gradient of h0 counts in the norm",
     "h0 = 0 is not trained, so dh0 is none of the five. Leave it out of the dict that you clip.", lambda grads: grads))

UPDATE = slot(  # run (p, clipped gradient, lr) -> the parameter afterwards
    STEP, lambda p, g, lr: p - lr * g,
    ("{o}-not-updated|model-unchanged", "{o} {is} never updated", "All five parameters learn, in place: model.cell.Wx "
     "-= lr * ..., and so Wh, b, model.Wy and model.c.", lambda p, g, lr: p + 0),
    ("{o}-climbs|climbs", "The update of {o} goes uphill", "The gradient points where the loss grows: subtract "
     "it. And does the loss get the outputs first, then the targets?",
     lambda p, g, lr: p + lr * g),
    ("{o}-replaced|equals-for-minus-equals", "{o} {is} replaced by the update",
     "You write p = -lr * g. The update is added to what was there: p -= lr * g.", lambda p, g, lr: -lr * g),
    ("{o}-without-lr|learning-rate-forgotten", "The learning rate is not used in the update of {o}",
     "Multiply the clipped gradients by lr.", lambda p, g, lr: p - g),
    why="Plain descent is asked for: p -= lr * g.")


LR_FIRST = ("lr-before-clipping", "The gradients are multiplied by lr, then clipped",
            "Clip the gradients themselves; lr comes with the update.")
AS_CALLED = {"element-by-element": "clipped-element-by-element", "each-array-on-its-own": "clipped-separately",
             "scaled-up-too": "always-scaled"}
NOT_CLIPPED = {"title": "The update does not use the clipped gradients", "why": "Above the threshold every gradient is "
               "multiplied by max_norm / norm: use what clip_by_norm returns."}
SHORTENED = tuple(replace(v, name=AS_CALLED.get(v.name, v.name), **(NOT_CLIPPED if v.name == "not-clipped" else {}))
                  for v in SHORTEN
                  if "threshold" not in v.name and v.name not in ("zero-over-zero", "decided-by-one-of-them"))


def step_times(observed, value, flow, name):
    """A solver: the step is some other multiple of what it should be."""
    p, step = flow.p[name], value - flow.p[name]
    if observed.shape != p.shape or not step.any():
        return None
    place = int(np.abs(step).argmax())
    ratio = (observed - p).flat[place] / step.flat[place]
    by = float(f"{ratio:.4g}")
    slug, told, number = next(
        ((f"divided-{what}", f"divided by {of}", number) for what, of, number in MEANS
         if abs(number(*flow.shape) - ratio) < 1e-6 * abs(ratio)),
        (f"times-{by:g}", f"{by:g} times what is expected", lambda T, O, B: by))
    if by in (0, 1) or not same(observed, p + number(*flow.shape) * step):
        return None
    return Variant(lambda value, flow: flow.p[name] + number(*flow.shape) * (value - flow.p[name]), f"steps-{slug}",
                   f"The update of {{o}} is {told}", "p -= lr * g, once.", STEP, alone=True)


RATE = slot(  # run (T, O, B) -> what the learning rate is multiplied by
    STEP, lambda T, O, B: 1.0,
    *((f"steps-divided-{name}", f"The update of Wx, Wh, b, Wy and c is divided by {by}", "p -= lr * g, once.", number)
      for name, by, number in MEANS))

PASSES = slot(  # run (T) -> steps of the parts, whether their last loss alone counts, parameters that move then
    STEP, lambda T: [],
    ("an-update-after-each-step", "There is an update after each step of the sequence",
     lambda T: [(slice(t + 1), True, NAMES) for t in range(T)],
     lambda T: [(slice(t, t + 1), True, NAMES) for t in range(T)]),
    ("gradients-anew-for-each-parameter", "The gradients are computed anew after each parameter's update",
     lambda T: [(slice(T), False, [name]) for name in NAMES]),
    why="The five gradients belong to one forward pass over the whole sequence, with the weights as they were: compute "
        "all of them, then update once.")


def with_params(p):
    return SimpleNamespace(params=p, cell=SimpleNamespace(**{n: p[n] for n in NAMES[:3]}), Wy=p["Wy"], c=p["c"])


def training(loss_function):
    """The family of a training step with this loss."""

    def step(s, model, X, target, lr, max_norm):
        X, target = np.array(X), np.array(target)
        if not (parts := s.passes(len(X))):
            return whole_step(s, model, X, target, lr, max_norm)
        p, found, last = model.params, [], SimpleNamespace(**{**vars(s), "which": WHICH[1].run})
        for part, alone, names in parts:
            f = whole_step(last if alone else s, with_params(p), X[part], target[part], lr, max_norm)
            p = {n: p[n] - f.lr * f.clipped[n] if n in names else p[n] for n in p}
            found.append(f)
        first, before = found[0], model.params
        loss = sum(f.loss for f in found) if parts[0][1] else first.loss
        return SimpleNamespace(**{**vars(first), "loss": loss, "p": before, "X": X, "target": target, "lr": lr,
                                  "clipped": {n: (before[n] - p[n]) / lr for n in NAMES}})

    def whole_step(s, model, X, target, lr, max_norm):
        h_states, caches = rnn_forward(model.cell, X)
        y = many_to_many(h_states, model.Wy, model.c)
        loss, dy = s.which(loss_function, y, target)
        of_loss, of_step = s.scale(*y.shape)
        lr = lr * s.rate(*y.shape)
        grads = {n: g * of_step for n, g in
                 back(model, X, s.counts(dy), h_states, caches, reach=s.reach, walk=s.walk).items()}

        if s.decay:
            grads = {n: g + s.decay * model.params[n] if n in NAMES else g for n, g in grads.items()}
        whole = grads
        if s.lr_first:
            grads, lr = {n: lr * g for n, g in grads.items()}, 1.0

        def clip(grads):
            shortened = s.clip(s.measured(grads), s.limit(max_norm), s.norm, s.shorten)
            return {n: shortened.get(n, grads[n]) for n in NAMES}

        clipped, p = clip(grads), model.params
        if s.readout_first:
            early = clipped if "unclipped" not in s.readout_first else grads
            moved = back(model, X, s.counts(dy), h_states, caches, model.Wy - lr * early["Wy"])
            clipped = clip(moved := {n: g * of_step for n, g in moved.items()})
            whole = moved if "measured" in s.readout_first else whole
        norm = s.norm(s.measured(grads if s.lr_first == "in the norm too" else whole))
        return SimpleNamespace(loss=loss * of_loss, grads=s.measured(grads), norm=norm, shape=y.shape,
                               clipped=clipped, p=p, lr=lr, X=X, target=target, cell=model.cell)

    def after(f):
        """The loss when the parameters have moved."""
        Wx, Wh, b, Wy, c = (f.p[n] - f.lr * f.clipped[n] for n in NAMES)
        cell = SimpleNamespace(Wx=Wx, Wh=Wh, b=b)
        return loss_function(many_to_many(rnn_forward(cell, f.X)[0], Wy, c), f.target)[0]

    return Family(
        flow=step, call=written, weight=40,
        slots={"scale": SCALE, "shorten": SHORTENED, "clip": CLIPPED_OF, "norm": NORM, "measured": MEASURED,
               "which": WHICH, "counts": COUNTS, "reach": REACH,
               "lr_first": slot(STEP, "", LR_FIRST + ("in the norm too",), rare=[LR_FIRST + ("not in the norm",)]),
               "readout_first": slot("dh_t = Wy^T dy_t", "", (
                   "readout-moved-first", "Wy moves before dh is computed", "dh = Wy^T dy needs the Wy of the forward "
                   "pass. Compute all gradients first, then update.", "clipped", "unclipped",
                   "unclipped, measured afterwards")),
               "limit": slot(STEP, lambda m: m, ("max_norm-ignored", "max_norm is not used",
                                                 "The threshold is the argument max_norm, not a number of your own.",
                                                 *(lambda m, own=own: own for own in (5.0, 1.0, 10.0, 0.5, 0.1, 2.0)))),
               "decay": slot(STEP, 0.0, ("weight-decay-in-the-gradients", "A multiple of the weights is added to the "
                                         "gradients", "Plain descent is asked for: no weight decay.", 0.01, 0.001, 0.1,
                                         1e-4, 0.02, 0.002)),
               "walk": WALK, "passes": PASSES, "rate": RATE},
        outputs={"loss": Output(lambda s, f: s.told(f), {"told": slot(
                     "the loss before the update", lambda f: f.loss,
                     ("loss-after-the-update", "The loss is measured after the update",
                      "Return the loss of the forward pass that gave the gradients.", after),
                     ("loss-zero", "The loss is 0", "Return the loss of the forward pass.", lambda f: 0.0))},
                                made("", "the loss before the update")),
                 "norm": Output(lambda s, f: s.told(f), {"told": slot(
                     "the norm before clipping", lambda f: f.norm,
                     ("norm-after-clipping", "The norm is measured after clipping", "Return the norm that clip_by_norm "
                      "gives: the one before clipping.", lambda f: np.sqrt(squares(f.clipped))),
                     ("norm-of-the-cell-only", "The norm returned leaves out Wy and c",
                      "It is that of all five gradients.", lambda f: np.sqrt(squares(grouped(f.grads, "Wx")))))},
                                made("", "the norm before clipping")),
                 **{name: Output(lambda s, f, name=name: s.update(f.p[name], f.clipped[name], f.lr),
                                 {"update": UPDATE}, (decayed(
                                     "weight-decay", "A multiple of the weights is part of the update of {o}",
                                     "Plain descent is asked for: p -= lr * g.", STEP,
                                     lambda f, name=name: f.lr * f.p[name], lambda *_: None),
                                     lambda observed, value, flow, name=name: step_times(
                                         observed, value, flow, name))) for name in NAMES}})


TRAIN_STEP = training(squared_error)
CHARACTERS = training(softmax_cross_entropy)
CHARACTERS = replace(CHARACTERS, slots={**CHARACTERS.slots, "which": (*WHICH, Variant(
    lambda loss, y, target: squared_error(y, paired(target, y.shape[1])), "squared-error",
    "The loss is the squared error", "loss_and_gradients takes the squared error unless you say otherwise: "
    "loss=cross_entropy.", "loss = -sum of log p_t[target]"))})

# ---- a stream ----

PIECE = "piece n: steps n k1 + 1 to (n + 1) k1, the last one shorter"
BACK = "its losses flow back through the last k2 steps"
CARRIED = "h0 of a piece = last state of the piece before, as a value"
UPDATE_OF = "p <- p - lr dL/dp, with L the sum of the piece's new losses"
ONE_LOSS = "one loss for each update, the sum over its new steps"

PIECES = slot(  # run (T, k1, k2) -> (first step, end) of each piece
    PIECE, lambda T, k1, k2: [(n, n + k1) for n in range(0, T, k1)],
    ("k1-ignored", "There is an update after every step", "k1 steps make a piece: range(0, T, k1), and one update for "
     "each.", lambda T, k1, k2: [(n, n + 1) for n in range(T)]),
    ("last-piece-dropped", "The last, shorter piece is left out",
     lambda T, k1, k2: [(n, n + k1) for n in range(0, T - k1 + 1, k1)]),
    ("last-piece-dropped-even-whole", "The last piece is left out, even a whole one",
     lambda T, k1, k2: [(n, n + k1) for n in range(0, T - k1, k1)]),
    ("pieces-of-k2", "The pieces have k2 steps", "k1 is the steps between updates, k2 the steps that a loss can flow "
     "back.", lambda T, k1, k2: [(n, n + k2) for n in range(0, T, k2)]),
    why="range(0, T, k1) includes it; a slice may end beyond the stream.")

STATE = slot(  # run (states of the piece, state it started from, window of caches) -> the next one's h0; None is zeros
    CARRIED, lambda h, h0, used: h[-1],
    ("state-reset", "The state starts at zero in every piece", "The stream does not begin anew. Hand the last state of "
     "a piece to the next one as its h0; only its gradient is cut.", lambda h, h0, used: None),
    ("first-state-carried", "The first state of a piece is carried forward", lambda h, h0, used: h[0]),
    ("oldest-state-carried", "The oldest state of the window is carried forward", lambda h, h0, used: used[0][2]),
    why="The next piece goes on where this one ended: h_states[-1].")

OLDER = ("With k2 > k1, or in a last shorter piece, they go on into steps before the piece: keep the last k2 caches, "
         "with dh = 0 for the older ones.")
WINDOW = slot(  # run (f) -> how many caches are walked back through; f.seen : so far, f.new : of the piece
    BACK, lambda f: f.k2,
    ("k2-ignored", "The losses flow back through the whole stream",
     "Keep the caches of the last k2 steps only: caches[-k2:].", lambda f: f.seen),
    ("own-piece-only", "The losses flow back through their own piece, whatever k2 is", "k2 may be larger than k1 (keep "
     "older caches, with dh = 0 for their steps) or smaller (the first steps of the piece are not walked).",
     lambda f: f.new),
    ("k1-for-k2", "The losses flow back k1 steps, whatever k2 is", lambda f: f.k1),
    ("never-beyond-the-piece", "The losses do not flow into older pieces", OLDER, lambda f: min(f.new, f.k2)),
    ("k2-before-the-piece", "The losses flow back k2 steps beyond their piece", "k2 steps, those of the piece "
     "included.", lambda f: f.new + f.k2),
    ("one-step-too-many", "The losses flow back k2 + 1 steps", lambda f: f.k2 + 1),
    ("one-step-too-few", "The losses flow back k2 - 1 steps", lambda f: max(1, f.k2 - 1)),
    why="Keep k2 caches: caches[-k2:].")

# what becomes of older steps: run is (which losses join again, whether their states are computed anew)
KEPT = slot(
    "caches are kept as they were computed; every loss is counted once", ("", False),
    ("losses-counted-again", "Losses of older steps count again", "An older loss already had its update. In the window "
     "only the new steps have a dh; zeros stand for the older ones.", ("as they were", False)),
    ("window-read-out-again", "Every update counts all losses of its window, and no others",
     "An older loss has had its update; and with k2 < k1 the first losses of the piece are never counted. Count the "
     "losses of the new steps, each once; dh = 0 for older steps.", ("the window", False)),
    ("dh-at-the-beginning-of-the-window", "dh stands at the beginning of the window", "The new steps are the last ones "
     "of the window: zeros for the older steps come first.", ("older last", False)),
    ("first-losses-for-the-last-caches", "With k2 < k1 the losses of the first steps meet the caches of the last ones",
     "caches[-k2:] goes with dh[-k2:].", ("the first", False)),
    ("caches-recomputed", "Older steps are computed anew with the new weights",
     "That is another algorithm. Here older steps keep the caches that they were computed with.", ("", True)),
    rare=[("losses-of-older-steps-again", "The losses of the older steps in the window count again, for Wy and c too",
           "An older loss has had its update: count each once, with dh = 0 for older steps.",
           ("the window or more", False)),
          ("window-run-again", "Older steps are run again with the new weights, and the piece goes on from there",
           "That is another algorithm. Older steps keep their caches, and a piece starts from the last state of the "
           "one before.", ("run again", False)),
          ("window-run-and-counted-again",
           "The whole window is run again with the new weights, and all its losses count again",
           "Older steps keep their caches, and an older loss has had its update: dh = 0 for it.",
           ("run again, the window or more", False))],
    why="dh = 0 for their steps.")

REACHES = slot(  # run (k1, k2) -> how many losses of a piece reach Wy and c
    "dWy, dc = sums over all new steps", lambda k1, k2: None,
    ("readout-from-k2-steps", "Wy and c hear only the last k2 losses of a piece",
     "k2 limits what flows between states. Every loss of the piece reaches Wy and c directly.", lambda k1, k2: k2))

FACTOR = slot(  # run (g, lr, steps, B, k1) -> what the update subtracts
    UPDATE_OF, lambda g, lr, T, B, k1: lr * g,
    ("uphill", "The gradient is added", "Descent goes against the gradient: p -= lr * dL/dp.",
     lambda g, lr, T, B, k1: -lr * g),
    *((name, f"The gradients are divided by {by}", lambda g, lr, T, B, k1, of=of: lr * g / of(T, B, k1))
      for name, by, of in (("mean-over-k1", "the steps of the piece", lambda T, B, k1: T),
                           ("divided-by-k1", "k1", lambda T, B, k1: k1),
                           ("mean-over-the-batch", "B", lambda T, B, k1: B),
                           ("mean-over-both", "the steps and by B", lambda T, B, k1: T * B))),
    ("learning-rate-forgotten", "The learning rate is not used", "Multiply the gradients by lr.",
     lambda g, lr, T, B, k1: g),
    *((f"clipped-to-{most}", f"The gradients are clipped to +-{most}", "Plain descent is asked for, without clipping.",
       lambda g, lr, T, B, k1, most=most: lr * np.clip(g, -most, most)) for most in (5, 1, 10)),
    why="The loss is a sum over the new steps and the examples, so its gradient is one too.")
MOVES = slot(  # run (f) -> p afterwards; f.total : sum of the steps so far, f.last : whether this is the last piece
    UPDATE_OF, lambda f: f.p - f.step,
    ("gradients-never-cleared", "Gradients of earlier pieces are applied again",
     "Each update uses its own piece's gradients. Start them at zero for each piece.", lambda f: f.p - f.total),
    ("one-update-at-the-end", "All updates happen at the end of the stream", "The point of a stream is to learn on the "
     "way: update after each piece, before the next one runs.", lambda f: f.p - f.total if f.last else f.p),
    *((f"{name}-not-{done}", f"{listed(left)} {'is' if len(left) == 1 else 'are'} not updated",
       lambda f, left=left: f.p if f.name in left else f.p - f.step)
      for name, done, left in (("readout", "trained", NAMES[3:]), ("cell", "trained", NAMES[:3]),
                               *((name, "updated", (name,)) for name in NAMES))),
    why="All five parameters learn: Wx, Wh, b, Wy, c.")
KS = slot(
    PIECE, lambda k1, k2: (k1, k2),
    ("k1-and-k2-swapped", "k1 and k2 are swapped",
     "k1 is the steps between updates, k2 the steps that a loss can flow back.", lambda k1, k2: (k2, k1)))

OF_LOSSES = slot(  # run (dY) -> dY
    "every step of a piece has a loss", lambda dY: dY,
    ("last-loss-of-the-piece-only", "Only the last loss of a piece counts", "Every step of the piece has a loss, and "
     "each sends a gradient.", lambda dY: np.concatenate([0 * dY[:-1], dY[-1:]])),
    ("dY-halved", "The gradient of the loss is halved", "dy = 2 (y - target).", lambda dY: dY / 2))


def stream(s, model, X, Y, k1, k2, lr):
    p, totals, log, kept, dh_kept, h0 = {n: a.copy() for n, a in model.params.items()}, {}, [], [], [], None
    cell = SimpleNamespace(**{n: p[n] for n in NAMES[:3]})
    k1, k2 = s.ks(k1, k2)
    pieces = s.pieces(len(X), k1, k2)
    again, anew = s.kept
    for number, (first, end) in enumerate(pieces):
        x, target = X[first:end], Y[first:end]
        if again.startswith("run again"):
            window = max(k1, k2) if "window" in again else s.window(
                SimpleNamespace(seen=len(kept) + len(x), new=len(x), k1=k1, k2=k2))
            older = kept[max(0, len(kept) + len(x) - window):]
            if older:
                h, run = rnn_forward(cell, np.array([x_t for x_t, *_ in older]), older[0][1])
                kept[-len(older):], h0 = [run[t] for t in range(len(run))], h[-1]
        h, new = rnn_forward(cell, x, h0)
        value, dY = squared_error(many_to_many(h, p["Wy"], p["c"]), target)
        dY = s.of_losses(dY)
        reach = s.reaches(k1, k2)
        dWy, dc, dh = readout_backward(dY, h, p["Wy"])
        if reach is not None:
            dWy, dc, _ = readout_backward(dY[-reach:], h[-reach:], p["Wy"])
        if s.readout_first:
            dh = readout_backward(dY, h, p["Wy"] - lr * dWy)[2]
        kept += [new[t] for t in range(len(new))]
        dh_kept += list(dh)
        used = kept[-min(len(kept), s.window(SimpleNamespace(seen=len(kept), new=len(new), k1=k1, k2=k2))):]
        old = max(0, len(used) - len(new))
        if anew and old:
            state, run = used[0][1], []
            for x_t, _, _ in used:
                before, state = state, np.tanh(cell.Wx @ x_t + cell.Wh @ state + cell.b)
                run.append((x_t, before, state))
            used = run
        flows = [0 * dh[0]] * old + list(dh)[-len(used):]
        if again == "as they were":
            flows = dh_kept[-len(used):]
        if again == "the first":
            flows = list(dh)[:len(used)] if len(used) < len(dh) else flows
        if again == "older last":
            flows = flows[old:] + flows[:old]
        if "the window" in again:
            seen = used if again == "the window" else kept[-max(k1, k2):]
            window_h = np.array([cache[2] for cache in seen])
            value, dY = squared_error(many_to_many(window_h, p["Wy"], p["c"]),
                                      Y[first + len(new) - len(seen):][:len(seen)])
            dWy, dc, flows = readout_backward(dY, window_h, p["Wy"])
            flows = flows[-len(used):]
        if s.of_each_loss:
            old = [0 * dh[0]] * (len(kept) - len(new))
            dWx, dWh, db, _ = rnn_backward_truncated(cell, np.array([*old, *dh]), kept, k2)
        else:
            dWx, dWh, db, _ = rnn_backward(cell, np.array(flows), used)
        grads = dict(zip(NAMES, (dWx, dWh, db, dWy, dc), strict=True))
        for name, g in grads.items():
            step = s.factor(g, lr, len(x), x.shape[2], k1)
            totals[name] = totals.get(name, 0) + step
            p[name] = s.moves(SimpleNamespace(p=p[name], step=step, name=name, total=totals[name],
                                              last=number + 1 == len(pieces)))
        start, cell = h0, SimpleNamespace(**{n: p[n] for n in NAMES[:3]})
        rerun = rnn_forward(cell, x, start)[0]
        log.append(SimpleNamespace(value=value, dY=dY,
                                   after=squared_error(many_to_many(rerun, p["Wy"], p["c"]), target)[0]))
        h0 = s.state(rerun if s.rerun else h, start, used)
    return SimpleNamespace(p=p, log=log)


TRAIN_STREAM = Family(
    flow=stream, weight=70, call=lambda values, arguments: written(values, arguments)[0],
    slots={"pieces": PIECES, "state": STATE, "window": WINDOW, "kept": KEPT, "factor": FACTOR, "moves": MOVES,
           "ks": KS, "of_losses": OF_LOSSES,
           "reaches": REACHES,
           "readout_first": slot(UPDATE_OF, False, ("readout-first", "Wy is updated before dh is computed",
                                                    "dh = Wy.T @ dy needs the Wy of the forward pass. Compute all five "
                                                    "gradients, then update.", True)),
           "of_each_loss": slot(BACK, False, ("a-window-for-each-loss", "Each loss has a window of k2 steps of its own",
                                              "That is rnn_backward_truncated. Here the losses of a piece go back "
                                              "together, through k2 caches.", True)),
           "rerun": slot(CARRIED, False, ("state-recomputed", "The state is computed anew with the new weights",
                                          "You run the piece again after the update. Carry on the state that the "
                                          "forward pass gave.", True))},
    outputs={"losses": Output(lambda s, f: s.report(f.log), {"report": slot(
        ONE_LOSS, lambda log: [one.value for one in log],
        *((f"{name}-reported", f"The losses are divided by {by}",
           lambda log, axes=axes: [one.value / np.prod([one.dY.shape[axis] for axis in axes]) for one in log])
          for name, by, axes in (("mean-loss", "the number of predictions", (0, 1, 2)),
                                 ("mean-over-steps", "the steps of the piece", (0,)),
                                 ("mean-over-the-batch", "B", (2,)),
                                 ("mean-over-steps-and-batch", "the steps and by B", (0, 2)))),
        ("loss-after-the-update", "The losses are measured after the update",
         "Report the loss that the gradients belong to: before the update.", lambda log: [one.after for one in log]),
        ("running-total", "The losses add up", "One number for each update: the sum over its own new steps.",
         lambda log: np.cumsum([one.value for one in log])),
        ("a-loss-for-each-step", "There is a loss for each step", "One number for each update: the sum over its new "
         "steps.", lambda log: np.concatenate([((one.dY / 2) ** 2).sum(axis=(1, 2)) for one in log])),
        ("one-number", "One loss for the whole stream", "Return a list: one number for each update.",
         lambda log: float(sum(one.value for one in log))),
        ("last-loss-returned", "Only the last loss is returned", "Return a list: one number for each update.",
         lambda log: log[-1].value),
        ("loss-of-the-last-step-reported", "The losses are those of each piece's last step",
         lambda log: [((one.dY[-1] / 2) ** 2).sum() for one in log]),
        why="Each is the sum over the new steps of its piece.")}, made("P", ONE_LOSS)),
             **{name: Output(lambda s, f, name=name: f.p[name]) for name in NAMES}})
