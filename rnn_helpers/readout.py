"""From states to outputs and back: y_t = Wy h_t + c."""

import numpy as np


def readout(h_t, Wy, c):
    """The output of one step: y_t (O, B) = Wy (O, H) @ h_t (H, B) + c (O, 1)."""
    if np.ndim(h_t) < 2 or np.shape(h_t)[-2] != Wy.shape[1]:
        raise ValueError(f"h_t has shape {np.shape(h_t)}, expected ({Wy.shape[1]}, B): a column per example")
    if np.shape(c) != (Wy.shape[0], 1):
        raise ValueError(f"c has shape {np.shape(c)}, expected ({Wy.shape[0]}, 1)")
    return Wy @ h_t + c


def many_to_many(h_states, Wy, c):
    """An output at every step: Y (T, O, B) from h_states (T, H, B)."""
    return readout(np.asarray(h_states), Wy, c)


def many_to_one(h_states, Wy, c):
    """One output for the whole sequence, from its last state: y (O, B)."""
    return readout(h_states[-1], Wy, c)


def readout_backward(dy, h_states, Wy):
    """Gradients of a many-to-many readout.

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
    """
    dy, h_states = np.asarray(dy), np.asarray(h_states)
    if dy.ndim != 3 or h_states.ndim != 3 or dy.shape[0] != h_states.shape[0] or dy.shape[2] != h_states.shape[2]:
        raise ValueError(f"dy has shape {dy.shape} and h_states {h_states.shape}, expected (T, O, B) and (T, H, B)")
    dWy = np.tensordot(dy, h_states, axes=([0, 2], [0, 2]))
    return dWy, dy.sum(axis=(0, 2))[:, None], Wy.T @ dy
