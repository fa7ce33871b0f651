"""A loss and its gradient: squared error, softmax cross-entropy. Sums over time, outputs and batch, not means."""

import numpy as np

from rnn_helpers.validate import as_real


def squared_error(y, target):
    """Sum of squared errors, without a factor 1/2.

    Parameters
    ----------
    y, target : arrays of one shape, (T, O, B) or (O, B)

    Returns
    -------
    loss : float
    dy : like y, dL/dy = 2 (y - target)

    Raises
    ------
    ValueError, TypeError : the shapes differ (nothing is broadcast), or one holds no real numbers.
    """
    y, target = as_real("y", y), as_real("target", target)
    if y.shape != target.shape:
        raise ValueError(f"target has shape {target.shape}, expected {y.shape}, the shape of y")
    error = y - target
    return float((error * error).sum()), 2 * error


def softmax(logits, axis=-2):
    """Probabilities from logits along `axis` (by default the rows of each column), stable for huge logits.

    The largest logit is subtracted first, which changes nothing and keeps exp from overflowing
    (Goodfellow et al., 2016, section 4.1).

    Parameters
    ----------
    logits : (V, B) or (T, V, B)

    Returns
    -------
    p : like logits, each column sums to 1
    """
    e = np.exp(logits - np.max(logits, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def softmax_cross_entropy(logits, targets):
    """Cross-entropy of softmax(logits) against integer targets, summed, in nats (Goodfellow et al., 2016, 6.2.2.3).

    Parameters
    ----------
    logits : (T, V, B)
    targets : (T, B) integers in 0..V-1

    Returns
    -------
    loss : float, -sum log p[target]
    dlogits : (T, V, B), softmax(logits) - one_hot(targets)

    Raises
    ------
    ValueError, TypeError : shapes differ, targets are not integers or outside 0..V-1.
    """
    logits, targets = as_real("logits", logits), np.asarray(targets)
    if logits.ndim != 3 or logits.size == 0:
        raise ValueError(f"logits has shape {logits.shape}, expected (T, V, B)")
    T, V, B = logits.shape
    if targets.shape != (T, B):
        raise ValueError(f"targets has shape {targets.shape}, expected ({T}, {B}): an integer per step and example")
    if targets.dtype.kind not in "iu":
        raise TypeError(f"targets holds {targets.dtype}, expected integers (the index of the right character)")
    if targets.min() < 0 or targets.max() >= V:
        raise ValueError(f"targets runs from {targets.min()} to {targets.max()}, expected 0..{V - 1}")
    shifted = logits - logits.max(axis=1, keepdims=True)
    right = np.arange(T)[:, None], targets, np.arange(B)  # where the target's logit stands, (T, B)
    dlogits = np.exp(shifted)
    total = dlogits.sum(axis=1, keepdims=True)
    loss = float(np.log(total).sum() - shifted[right].sum())
    dlogits /= total
    dlogits[right] -= 1
    return loss, dlogits
