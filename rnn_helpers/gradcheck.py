"""Gradient checking by central differences."""

import numpy as np


def numerical_gradient(f, param, eps=1e-5):
    """dL/dparam by central differences, (f(p + eps) - f(p - eps)) / (2 eps), an element at a time.

    Parameters
    ----------
    f : function without arguments that returns the loss (float)
    param : float array that f reads; changed in place during the call and restored, also when f raises
    eps : half the width of the difference

    Returns
    -------
    gradient : like param (float64)
    """
    if not isinstance(param, np.ndarray) or param.dtype.kind != "f":
        raise TypeError(f"param is {type(param).__name__}, expected a float array that f reads")
    gradient = np.zeros(param.shape)
    for index in np.ndindex(*param.shape):
        original = param[index].copy()
        try:
            param[index] = original + eps
            loss_plus = f()
            param[index] = original - eps
            loss_minus = f()
        finally:
            param[index] = original
        gradient[index] = (loss_plus - loss_minus) / (2 * eps)
    return gradient


def relative_error(a, b):
    """||a - b|| / (||a|| + ||b||), from 0 (equal, or both zero) to 1 (opposite)."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape:
        raise ValueError(f"a has shape {a.shape}, b has shape {b.shape}, expected one shape")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / size) if size > 0 else 0.0


def check_gradients(f, params, gradients, eps=1e-5):
    """The relative error of every gradient against central differences.

    Parameters
    ----------
    f : function without arguments that returns the loss
    params, gradients : dicts of arrays with the same names

    Returns
    -------
    errors : dict, name -> relative error (below 1e-6 is right in float64; above 1e-3 is wrong)
    """
    if missing := set(params) ^ set(gradients):
        raise ValueError(f"params and gradients differ in {sorted(missing)}, expected the same names in both")
    return {name: relative_error(gradients[name], numerical_gradient(f, params[name], eps)) for name in params}
