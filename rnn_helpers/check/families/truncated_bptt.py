"""The family of truncated backpropagation through time: by its definition, a walk back for each loss."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from rnn_helpers.check.families import bptt
from rnn_helpers.check.families.common import but, chosen, late
from rnn_helpers.check.family import Family, Output, slot

REACH = "the loss at step t reaches h_s only for t - k < s <= t"
SUM = "dWx, dWh, db = sums over all losses t and over s = t, ..., t - k + 1"
START = "dh0 = what the losses at steps t <= k send through step 1"
FLOW = "dh_{s-1} = Wh^T dz_s"


def each(reach, losses=lambda T, k: range(T), ends=lambda steps, k: steps[-1] == 0):
    """The windows (loss, its steps from last to first, whether what leaves them counts as dh0) of a sequence and k."""

    def windows(T, k):
        found = ((t, list(reach(t, k, T))) for t in losses(T, k))
        return [(t, steps, ends(steps or [t], k)) for t, steps in found if steps or ends is even_where_none_is_walked]

    return windows


def always(steps, k):
    return True


def of_the_first_k_losses(steps, k):
    """The losses whose window, in truth, ends at h0, whatever has been walked."""
    return steps[0] < k


def even_where_none_is_walked(steps, k):
    """The same, and dh[t] itself counts where the window is empty."""
    return steps[0] < k


def back(t, k, T):
    return range(t, max(-1, t - k), -1)


EVERY_LOSS = "Every loss goes back k steps from its own step: T windows, not one."
NOT_REACHED = "The losses before them do not reach Wx, Wh, b at all. " + EVERY_LOSS
OWN_INCLUDED = "k steps, its own included: the window is t - k + 1 to t, and k = 1 is the step itself."
NEAR_THE_START = "A loss near the start has fewer than k steps behind it, and goes back to step 1: max(0, t - k + 1)."
WINDOWS = slot(
    REACH, each(back),
    ("k-ignored", "Nothing is cut", "You return full BPTT. The loss at step t stops after k steps, its own included.",
     each(lambda t, k, T: range(t, -1, -1))),
    ("k-ignored+dh0-right", "Nothing is cut on the way to Wx, Wh and b",
     "Only dh0 is that of windows of k steps. The loss at step t stops after k steps, its own included.",
     each(lambda t, k, T: range(t, -1, -1), ends=of_the_first_k_losses)),
    *((name, "Only the last k steps of the sequence are walked", NOT_REACHED,
       each(lambda t, k, T: range(t, max(0, T - k) - 1, -1), lambda T, k: range(max(0, T - k), T), *ends))
      for name, ends in (("last-k-steps-only", [always]), ("last-k-steps-only+dh0-zero", []))),
    ("pieces-from-the-start", "The sequence is cut into pieces of k steps", "The first loss of a piece reaches one "
     "step, the last one k. That is how a stream is trained; here each loss has its own window of k steps.",
     each(lambda t, k, T: range(t, t // k * k - 1, -1))),
    ("pieces-from-the-end", "What is carried back is reset every k steps",
     "All losses are cut at the same places, so most reach fewer than k steps. Cut each one k steps back from its own.",
     each(lambda t, k, T: range(t, max(0, T - ((T - 1 - t) // k + 1) * k) - 1, -1))),
    *((name, "Each loss goes back one step too far",
       "Its own step counts as the first of the k: the window is t - k + 1 to t.",
       each(lambda t, k, T: back(t, k + 1, T), **ends))
      for name, ends in (("one-step-too-many", {}), ("one-step-too-many+dh0-right", {"ends": of_the_first_k_losses}))),
    *((name, "Each loss goes back one step too few", OWN_INCLUDED, each(lambda t, k, T: back(t, k - 1, T), **ends))
      for name, ends in (("one-step-too-few", {}),
                         *(("one-step-too-few+dh0-of-the-first-k-losses", {"ends": ends})
                           for ends in (of_the_first_k_losses, even_where_none_is_walked)))),
    *((name, "No window reaches step 0",
       "range(t, max(0, t - k), -1) ends before 0. Its end is not included: max(-1, t - k).",
       each(lambda t, k, T: range(t, max(0, t - k), -1), **ends))
      for name, ends in (("step-0-left-out", {"ends": lambda steps, k: steps[-1] == 1}),
                         ("step-0-left-out+dh0-zero", {}))),
    ("short-windows-dropped", "The first k - 1 losses are left out", NEAR_THE_START,
     each(back, lambda T, k: range(min(k, T) - 1, T)), each(back, lambda T, k: range(k - 1, T))),
    ("own-step-skipped", "Each loss skips its own step",
     "The walk starts at t - 1. The loss at step t goes through its own step first: t, t - 1, ..., t - k + 1.",
     each(lambda t, k, T: back(t - 1, k, T)), each(lambda t, k, T: back(t - 1, k - 1, T))),
    *((name, "Only the last loss goes back",
       "You walk back once, from the end, with dh[-1] alone. Every step has its own loss, and each goes back k steps.",
       each(back, lambda T, k: [T - 1], *ends))
      for name, ends in (("last-loss-only", []), ("last-loss-only+dh0-of-the-window", [always]))),
    ("first-k-steps-only", "Only the first k steps of the sequence are walked",
     "range(k) counts from the start. " + EVERY_LOSS,
     each(lambda t, k, T: range(t, -1, -1), lambda T, k: range(min(k, T)))),
    *(("wraps-around", "Windows before the start continue at the end",
       "A negative index counts from the end: caches[-1] is the last step. Stop at step 0: max(0, t - k + 1).",
       each(lambda t, k, T, last=last: range(t, max(t - k, last(t, T)), -1),
            ends=lambda steps, k: 0 in steps)) for last in (lambda t, T: t - T, lambda t, T: -T - 1)),
    ("forward-in-time", "The windows run forward in time", "What a loss tells flows back: from its own step t to "
     "t - 1, ..., t - k + 1.", *(each(lambda t, k, T: range(t, min(t + k, T)), ends=ends)
                          for ends in (of_the_first_k_losses, lambda steps, k: steps[-1] == 0))),
    ("own-step-only", "No loss flows back", "Each loss stays at its own step, whatever k is. It goes on through k - 1 "
     "earlier steps: Wh.T @ dz, and on.", each(lambda t, k, T: [t])),
    why="The losses are at steps 0 to T - 1. " + EVERY_LOSS)

JOINS = slot(  # run (dh, the window's loss, its first step, the step) -> what joins there; that and what comes back
    SUM, lambda D, t, first, s: D[t] if s == first else 0 * D[t],
    ("losses-counted-again", "Each loss is counted in the walks of later losses too", "In the walk of loss t only "
     "dh[t] may join; the losses at earlier steps have walks of their own.", lambda D, t, first, s: D[s]),
    ("own-loss-at-every-step", "dh[t] joins at every step of its walk",
     "It joins at step t alone, and flows back from there.", lambda D, t, first, s: D[t]),
    ("dh-itself-at-every-step", "Every step of a walk is given dh[t] itself", "Only step t is. The steps before it are "
     "given what the step after them handed back.", lambda D, t, first, s: (D[t], 0 * D[t])))

SLOPE_OF = slot(  # run (slopes, the step, the window's loss) -> the slope that is taken
    "dz_s = dh_s (1 - h_s^2)", lambda S, s, t: S[s],
    ("slope-of-the-step-after", "Going back takes the slope of the step just left",
     "Each step has its own slope: 1 - h_s^2 of the step that is entered.", lambda S, s, t: S[min(s + 1, t)]))

READS = slot(  # run (the step, the window's loss) -> the step whose cache is read
    "caches[s] = (x_s, h_{s-1}, h_s)", lambda s, t: s,
    ("cache-of-the-loss-step", "Every step back reads the cache of the loss's own step", lambda s, t: t),
    ("cache-of-the-step-before", "Going back, step s reads caches[s - 1]", lambda s, t: s - 1),
    why="Step s of the walk reads caches[s].")

ALTERNATE = ("Every step back is a slope and then Wh^T, in turn, and their order counts: go on from what the step "
             "before handed over, Wh.T @ dz_s.")


def powers(jacobian, slopes=True):
    """Runs of CARRY that work out each step back from the loss's own; what leaves the walk may be Wh^T dz all the same.
    """
    def run(f):
        return jacobian(f.cell.Wh.T, f.n) @ f.first * (f.slopes if slopes else 1)

    return run, lambda f: f.cell.Wh.T @ f.z if f.last else run(f)


CARRY = (*but(bptt.CARRIES, "carry-through-Wx"), *slot(  # f.first : dz at the loss's own step; f.n : steps gone back
    FLOW, None,                                          # since then; f.slopes : the product of theirs
    ("power-of-each-number", "Wh ** n raises each number of Wh to a power", *powers(lambda W, n: W ** n)),
    ("slopes-apart-from-Wh", "The slopes are multiplied apart from the powers of Wh",
     *powers(np.linalg.matrix_power)),
    ("slopes-between-missing", "The slopes of the steps between are missing",
     *powers(np.linalg.matrix_power, slopes=False)),
    why=ALTERNATE)[1:])

OF_LOSS = "Each step of the walk has its own share: its own {}, not that of the loss's step."
X_SIDE = (*bptt.X_SIDE,
          *slot(bptt.OF_WX, None, ("dWx-of-the-loss-step", "dWx uses the input of the loss's step at every step back",
                                   OF_LOSS.format("x_s"), lambda f: f.X[f.of]))[1:])
H_SIDE = (*bptt.H_OF_STEPS,
          *slot(bptt.OF_WH, None, ("dWh-of-the-loss-step", "dWh uses the state of the loss's step at every step back",
                                   OF_LOSS.format("h_{s-1}"), lambda f: f.P[f.of]))[1:])


def last_window(V, f):
    return V[[n for n, t in enumerate(f.of) if t == f.of[-1]]].sum(0)


GROWS = slot(
    SUM, lambda V, f: V.sum(0),
    ("{o}-overwritten|equals-for-plus-equals", "{o} {has} the share of the last walk only",
     "`=` keeps only the loss whose walk is last. The weights are shared: add all walks up with +=.", last_window),
    ("{o}-overwritten-at-every-step", "{o} {has} the share of the last step visited only",
     "`=` keeps one share. Add all of them up with +=.", lambda V, f: V[-1]),
    ("{o}-of-the-ends-of-walks", "{o} {has} the share of each walk's last step only",
     "+= stands below the inner loop: add each step's share inside it.",
     lambda V, f: V[[n for n, t in enumerate(f.of) if [*f.of, -1][n + 1] != t]].sum(0)),
    ("{o}-without-the-loss-steps", "{o} {is} without the shares of the losses' own steps",
     "The loss at step t reaches the weights at step t first, then at the steps before.",
     lambda V, f: V[[n for n, t in enumerate(f.of) if f.at[n] != t]].sum(0)),
    ("{o}-zero|gradients-stay-zero", "{o} {is} zero",
     "Nothing is added to {o}: add this step's share, dz_s times what came in.", lambda V, f: 0 * V[0]))

WHICH = ("What leaves a window that starts at step s > 1 reaches the state before *it*, and is cut. Only windows that "
         "start at step 1 end at h0.")


DH0 = slot(
    START, lambda f: sum((out for out, ends in f.outs if ends), 0 * f.D[0]),
    ("dh0-of-every-window", "dh0 adds up what comes out of every window", WHICH,
     lambda f: sum(out for out, _ in f.outs)),
    ("dh0-of-one-window-too-many", "dh0 hears the loss at step k + 1 as well",
     "Its window starts at step 2 and ends at h_1. Only windows that start at step 1 end at h0: the first k losses.",
     lambda f: sum((out for out, _ in f.outs[:f.k + 1]), 0 * f.D[0])),
    ("dh0-of-one-window-too-few", "dh0 does not hear the loss at step k", "Its window starts at step 1 too: the first "
     "k losses reach h0.", lambda f: sum((out for out, _ in f.outs[:f.k - 1]), 0 * f.D[0])),
    ("dh0-zero", "dh0 is zero", "The first k losses reach h0: add up what leaves every window that starts at step 1.",
     lambda f: 0 * f.D[0]),
    ("dh0-of-the-last-window", "dh0 is what comes out of the last window", "It reaches the state before that window, "
     "not h0. Only windows that start at step 1 end at h0: add those up.", lambda f: f.outs[-1][0]),
    ("dh0-overwritten", "dh0 is that of the last window which reaches it", "Add up what leaves every window that "
     "starts at step 1: +=, not =.", lambda f: [0 * f.D[0], *(out for out, ends in f.outs if ends)][-1]),
    ("dh0-of-the-first-loss", "dh0 is that of the first loss only", "The first k losses reach h0: add up what leaves "
     "every window that starts at step 1.", lambda f: f.outs[0][0]),
    ("dh0-is-dh", "dh0 is dh itself", "dh holds the losses' own gradients. " + WHICH, lambda f: f.D),
    ("dh0-one-step-short", "dh0 is dL/dh_1", "One more step back, through tanh and Wh, is h0.",
     lambda f: sum((total for total, ends in f.totals if ends), 0 * f.D[0])))


def walks(s, cell, dh, caches, k):
    X, P, H = s.cache(*(np.array(part) for part in zip(*caches, strict=True)))
    D = s.loss(np.array(dh))
    S, entries, outs, totals = s.slope(H, P, X, cell), [], [], []
    for t, steps, ends in s.windows(len(X), k):
        c, out, first, passed = 0 * D[0], (D[t], D[t]), None, 1.0
        for n, at in enumerate(steps, 1):
            loss, at = s.joins(D, t, steps[0], at), s.reads(at, t)
            loss, c = loss if isinstance(loss, tuple) else (loss, c)
            slope = s.slope_of(S, at, t)
            dz, sent = s.where(loss, c, slope)
            total = loss + c
            first, passed = (sent, passed) if first is None else (first, passed * slope)
            c = s.carry(SimpleNamespace(cell=cell, z=sent, old=c, l=loss, c=c, S=slope, first=first, n=n, slopes=passed,
                                        last=n == len(steps)))
            entries.append((at, t, dz, total, loss, S[at], sent, c))
            if at >= 0:  # a window that continues at the end has left step 0 before
                out = c, total
        outs.append((out[0], ends))
        totals.append((out[1], ends))
    if not entries:
        entries = [(0, 0, *[0 * D[0]] * 6)]
        outs, totals = outs or [(0 * D[0], False)], totals or [(0 * D[0], False)]
    at, of, G, total, L, slopes, sent, left = (list(part) if n < 2 else np.array(part) for n,
                                               part in enumerate(zip(*entries, strict=True)))
    return SimpleNamespace(cell=cell, X=X, P=P, H=H, D=D, S=slopes, L=L, G=G, total=total, sent=sent, left=left, at=at,
                           of=of, outs=outs, totals=totals,
                           T=len(X), B=D.shape[2], k=k)


OVER_K = ("mean-over-k", "k", lambda f: 1 / f.k), ("mean-over-the-walk", "min(k, T)", lambda f: 1 / min(f.k, f.T))
RNN_BACKWARD_TRUNCATED = Family(
    flow=walks, weight=40,
    slots={"windows": WINDOWS, "joins": JOINS, "reads": READS, "carry": CARRY,
           "where": bptt.where("what is carried back"), "slope": bptt.SLOPES, "slope_of": SLOPE_OF,
           "cache": bptt.CACHE, "loss": (*chosen(bptt.LOSS, "losses-in-reverse", "last-loss-at-every-step"),
                                         *(v for v in bptt.LOSS if v.alone))},
    outputs={**bptt.weights_gradients(X_SIDE, H_SIDE, {"grows": GROWS}, means=(*bptt.MEANS, *OVER_K)),
             "dh0": Output(lambda s, f: s.dh0(f), {"dh0": DH0}, late(SUM, "HB", *bptt.MEANS, *OVER_K))})


# ---- the same in full, for a learner who walks back from each loss by itself ----

TO_STEP_1 = "Nothing is cut here: every loss goes back to step 1."
BY_LOSS = replace(
    RNN_BACKWARD_TRUNCATED, flow=lambda s, cell, dh, caches: walks(s, cell, dh, caches, len(caches)),
    slots={"joins": JOINS, "reads": READS, "slope_of": SLOPE_OF, "carry": (CARRY[0], *CARRY[-6:]),
           "where": bptt.where("what is carried back"), "slope": bptt.SLOPES, "cache": bptt.CACHE[:1],
           "loss": bptt.LOSS[:1],
           "windows": slot(
               bptt.FLOW, each(back),
               ("step-0-left-out", "No walk reaches step 0", "range(t, 0, -1) ends before 0: its end is not included.",
                each(lambda t, k, T: range(t, 0, -1), ends=lambda steps, k: steps[-1] == 1),
                each(lambda t, k, T: range(t, 0, -1))),
               *((f"cut-after-{n}", f"Each loss goes back {n} steps only, its own included",
                  each(lambda t, k, T, n=n: back(t, n, T)), each(lambda t, k, T, n=n: back(t, n, T), ends=always))
                 for n in (2, 3, 4, 5, 6)), why=TO_STEP_1)},
    outputs={**bptt.weights_gradients(X_SIDE, H_SIDE, {"grows": GROWS}),
             "dh0": Output(lambda s, f: s.dh0(f), {"dh0": slot(
                 START, lambda f: sum((out for out, ends in f.outs if ends), 0 * f.D[0]),
                 ("dh0-of-one-loss", "dh0 hears one loss only", lambda f: f.outs[-1][0], lambda f: f.outs[0][0]),
                 ("dh0-zero", "dh0 is zero", lambda f: 0 * f.D[0]),
                 why="Every loss reaches h0: add up what leaves step 1 on each walk.")},
                 late(SUM, "HB", *bptt.MEANS))})
