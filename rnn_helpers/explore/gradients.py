"""Gradients on their way back, with sliders: the credit map, norms beside their bound, what fading does to a memory."""

import functools

import numpy as np

from rnn_helpers.cell import RNNCell, orthogonal
from rnn_helpers.credit import credit_map, full_mask, jacobians_back, window_mask
from rnn_helpers.explore.control import choice, explore, int_slider, slider, steps
from rnn_helpers.one_bit import train_one_bit
from rnn_helpers.plots import gradients as plots
from rnn_helpers.plots.learning import loss_curves
from rnn_helpers.plots.style import line

H, D, LONGEST = 12, 2, 40
UNITS = [("tanh", "tanh"), ("linear (inputs of 0: every slope is 1)", "linear")]
KINDS = [("orthogonal: one size in every direction", "orthogonal"), ("random", "random"),
         ("non-normal: equal eigenvalues, a chain between them", "non-normal")]


@functools.cache
def material():
    """Recurrent matrices of spectral radius 1 by kind, input weights, inputs (LONGEST, D, 1), gradients of norm 1."""
    rng = np.random.default_rng(3)
    random = rng.normal(size=(H, H))
    kinds = {"orthogonal": orthogonal(H, rng), "random": random / np.abs(np.linalg.eigvals(random)).max(),
             "non-normal": np.eye(H) + np.diag(np.full(H - 1, 1.5), 1)}
    dh = rng.normal(size=(LONGEST, H, 1))
    return kinds, rng.uniform(-0.5, 0.5,
                              (H, D)), rng.normal(size=(LONGEST, D, 1)), dh / np.linalg.norm(dh, axis=1, keepdims=True)


def cell_and_inputs(scale, T, units="tanh", kind="orthogonal", loudness=1.0):
    """A cell whose Wh has spectral radius `scale`, its last T inputs and losses; linear units are tanh units at 0."""
    kinds, Wx, X, dh = material()
    cell = RNNCell.from_arrays(Wx, scale * kinds[kind], np.zeros((H, 1)))
    return cell, X[-T:] * (loudness if units == "tanh" else 0.0), dh[-T:]


def draw_credit(fig, scale, T, k, units):
    """The credit map of a random sequence; k steps of truncation fade what they cut off (k >= T cuts nothing)."""
    cell, X, dh = cell_and_inputs(scale, T, units)
    credit = credit_map(cell, X, dh)
    kept = window_mask(T, k)
    ax = fig.subplots()
    alt = plots.credit_map(ax, credit, kept if k < T else None, low=1e-4, high=1e1)
    inside = np.sum(credit[full_mask(T)] ** 2)
    share = np.sum(credit[kept] ** 2) / inside
    cut = f"k = {k} keeps {share:.0%} of the sum of squares" if k < T else "k >= T: nothing is cut off"
    ax.set_title(f"{cut}\nlast loss: {credit[-1, -1]:.3g} here, {credit[-1, 0]:.2g} at the first state", fontsize=11)
    return f"{alt} {cut}."


def credit():
    """Show the credit map with sliders for the scale of Wh, T, k and the units."""
    explore(draw_credit, "Which loss reaches which state", size=(6.4, 4.0),
            scale=slider("scale of Wh", 0.2, 1.8, 0.05, 0.9), T=int_slider("steps T", 5, LONGEST, 30),
            k=int_slider("truncation k", 1, LONGEST, LONGEST), units=choice("units", UNITS))


def draw_norms(fig, scale, loudness, kind):
    """||dh_T/dh_{T-n}|| against n, tanh and linear, with sigma_max^n; beside it the spectrum of Wh."""
    left, right = fig.subplots(1, 2, width_ratios=(1.7, 1))
    norms = {}
    for units in ("tanh", "linear"):
        cell, X, _ = cell_and_inputs(scale, LONGEST, units, kind, loudness)
        norms[units] = np.linalg.norm(jacobians_back(cell, X), 2, axis=(1, 2))
    sigma, n = np.linalg.norm(cell.Wh, 2), np.arange(LONGEST + 1)
    curves = {"tanh": (norms["tanh"], line("gradient")), "linear": (norms["linear"], line("full"))}
    alt = plots.norms_back(left, curves, {"bound \u03c3max^n": sigma**n}, low=1e-6, high=1e6, legend="lower left")
    verdict = "it must vanish" if sigma < 1 else "it may vanish or explode"
    left.set_title(f"\u03c3max = {sigma:.2f}: {verdict}")
    return f"{alt} {plots.spectrum(right, cell.Wh)} By the bound {verdict}."


def norms():
    """Show ||dh_T/dh_t|| beside its bound, with controls for Wh and the inputs."""
    explore(draw_norms, "How large dh_T/dh_t is, n steps back", size=(8.0, 3.8),
            scale=slider("spectral radius of Wh", 0.2, 1.8, 0.05, 0.95),
            loudness=slider("size of the inputs", 0.0, 4.0, 0.1, 1.0, 1),
            kind=choice("kind of Wh", KINDS, "non-normal"))


trained = functools.lru_cache(maxsize=64)(train_one_bit)


def draw_one_bit(fig, scale, T, seed):
    """200 updates on keeping one bit for T steps: the loss, and how far a gradient gets before and after."""
    run = trained(T, scale, seed)
    left, right = fig.subplots(1, 2)
    alt = loss_curves(left, {"loss": (run.losses, line("loss", linewidth=1.2))}, ("guessing", 1.0), low=1e-4, high=1e1)
    left.set_title(f"afterwards it names {run.right:.0%} of the bits")
    curves = {"before training": (run.before, line("baseline", linewidth=3)), "after": (run.after, line("gradient"))}
    far = plots.norms_back(right, curves, low=1e-12, high=1e4, title="what is left of a gradient", legend="lower left")
    return f"Afterwards it names {run.right:.0%} of the bits. {alt} {far}"


def one_bit():
    """Show what a network makes of one bit that it must keep, with controls for the scale of Wh, steps and start."""
    explore(draw_one_bit, "One bit, kept for T steps", scale=slider("scale of Wh at first", 0.3, 1.2, 0.05, 0.5),
            T=steps("steps T", [5, 10, 20, 30, 50], 50), seed=int_slider("start", 0, 7, 0))
