"""Truncation, with sliders: what each way of cutting keeps of the credit map, and the lag dial."""

import functools

import numpy as np

from rnn_helpers.cell import RNNCell, orthogonal
from rnn_helpers.credit import chunk_mask, credit_map, full_mask, last_steps_mask, window_mask
from rnn_helpers.explore import lag_table
from rnn_helpers.explore.control import choice, explore, int_slider
from rnn_helpers.plots import gradients
from rnn_helpers.plots import truncation as plots

T = 20
WAYS = [("full", "full"), ("sliding window of k", "window"), ("chunks of k", "chunks"),
        ("overlapping: every k steps, back 2k", "overlapping"), ("the last k steps only", "last")]
MASKS = {"full": lambda k: full_mask(T), "window": lambda k: window_mask(T, k), "chunks": lambda k: chunk_mask(T, k),
         "overlapping": lambda k: chunk_mask(T, k, 2 * k), "last": lambda k: last_steps_mask(T, k)}


@functools.cache
def credit():
    """The credit map (T, T) of a random sequence: 12 units, orthogonal Wh times 0.95."""
    rng = np.random.default_rng(1)
    cell = RNNCell.from_arrays(rng.uniform(-0.5, 0.5, (12, 2)), 0.95 * orthogonal(12, rng), np.zeros((12, 1)))
    dh = rng.normal(size=(T, 12, 1))
    return credit_map(cell, rng.normal(size=(T, 2, 1)), dh)


def share(mask):
    """The share of the squared credit that a mask keeps."""
    return np.sum(credit()[mask] ** 2) / np.sum(credit()[full_mask(T)] ** 2)


def draw_cut(fig, way, k):
    """The credit map with what a way of cutting takes away faded."""
    mask = MASKS[way](k)
    alt = gradients.credit_map(ax := fig.subplots(), credit(), None if way == "full" else mask, low=1e-3, high=1e1)
    silent = int(np.sum(~mask.any(axis=1)))
    ax.set_title(f"keeps {share(mask):.0%} of the squared credit\n{silent} of {T} losses reach no state", fontsize=11)
    return f"{alt} Kept: {share(mask):.0%}; {silent} losses reach no state."


def cut():
    """Show the ways of cutting, with a slider for k."""
    explore(draw_cut, "What truncation keeps", size=(6.4, 4.0), way=choice("way of cutting", WAYS, "window"),
            k=int_slider("k", 1, T, 5))


def draw_lag(fig, lag):
    """The error against k for a lag, from the table of trained networks."""
    errors = [lag_table.ERRORS[lag, k] for k in lag_table.REACHES]
    return plots.lag_dial(fig.subplots(), lag_table.REACHES, errors, lag, title=f"echo of {lag} steps ago")


def lag():
    """Show the lag dial: ten networks for each lag and k, trained by `python -m authoring.lag_grid`."""
    explore(draw_lag, "The lag dial", lag=int_slider("lag d", min(lag_table.LAGS), max(lag_table.LAGS), 5))
