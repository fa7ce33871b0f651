"""From states to outputs and back: y_t = Wy h_t + c."""

import numpy as np

from rnn_helpers.layout import columns, rows
from rnn_helpers.validate import as_real, as_sequence


def readout(h_t, Wy, c):
    """The output of one step, y_t = Wy h_t + c (Goodfellow et al., 2016, eq. 10.10).

    Parameters
    ----------
    h_t : (H, B), or (T, H, B) for all steps at once
    Wy : (O, H); c : (O, 1)

    Returns
    -------
    y_t : (O, B), or (T, O, B)

    Raises
    ------
    ValueError, TypeError : the shapes do not fit, or h_t holds no real numbers.
    """
    h_t = as_real("h_t", h_t)
    if h_t.ndim not in (2, 3) or h_t.shape[-2] != Wy.shape[1]:
        hint = "; did you mean h_t[:, None]?" if h_t.shape == Wy.shape[1:] else ""
        raise ValueError(f"h_t has shape {h_t.shape}, expected ({Wy.shape[1]}, B): a column per example{hint}")
    if np.shape(c) != (Wy.shape[0], 1):
        raise ValueError(f"c has shape {np.shape(c)}, expected ({Wy.shape[0]}, 1)")
    if h_t.ndim == 2:
        return Wy @ h_t + c
    return columns(rows(h_t) @ Wy.T + c.T, len(h_t))  # all steps in one product


def many_to_many(h_states, Wy, c):
    """An output at every step: Y (T, O, B) from h_states (T, H, B) or a list of T states (H, B)."""
    return readout(as_sequence("h_states", h_states, Wy.shape[1]), Wy, c)


def many_to_one(h_states, Wy, c):
    """One output for the whole sequence, from its last state: y (O, B) from h_states (T, H, B) or a list of them."""
    if len(h_states) == 0:
        raise ValueError("h_states is empty, expected at least one step")
    return readout(h_states[-1], Wy, c)


def readout_backward(dy, h_states, Wy):
    """Gradients of a many-to-many readout (Goodfellow et al., 2016, eq. 10.22, 10.24 and the last term of 10.20).

    Parameters
    ----------
    dy : (T, O, B), dL_t/dy_t
    h_states : (T, H, B)
    Wy : (O, H)

    Returns
    -------
    dWy : (O, H), sum over time and batch of dy_t h_t^T
    dc : (O, 1), sum over time and batch of dy_t
    dh : (T, H, B), Wy^T dy_t: the loss at step t reaching h_t directly

    Raises
    ------
    ValueError, TypeError : the shapes do not fit.
    """
    dy = as_sequence("dy", dy, Wy.shape[0])
    h_states = as_sequence("h_states", h_states, Wy.shape[1], steps=len(dy))
    if dy.shape[2] != h_states.shape[2]:
        raise ValueError(f"dy has shape {dy.shape} and h_states {h_states.shape}, expected the same B in both")
    dY = rows(dy)
    return dY.T @ rows(h_states), dY.sum(axis=0)[:, None], columns(dY @ Wy, len(dy))
