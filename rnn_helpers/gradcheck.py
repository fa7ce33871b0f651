"""Gradient checking by central differences."""

import numpy as np

from rnn_helpers.validate import as_positive


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

    Raises
    ------
    TypeError, ValueError : param is not a float array, or eps is not > 0.
    """
    eps = as_positive("eps", eps)
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
    """||a - b|| / (||a|| + ||b||): 0 for equal arrays and for two zeros, 1 for opposite ones.

    Parameters
    ----------
    a, b : arrays of one shape; NaN or inf in either gives NaN, which is below no tolerance

    Returns
    -------
    error : float; it does not change when both arrays are scaled, however small they are
    """
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape:
        raise ValueError(f"a has shape {a.shape}, b has shape {b.shape}, expected the same shape")
    largest = max(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0))
    if not np.isfinite(a).all() or not np.isfinite(b).all():
        return float("nan")
    if largest == 0:
        return 0.0
    a, b = a / largest, b / largest  # so that no square overflows or vanishes
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))


def check_gradients(f, params, gradients, eps=1e-5):
    """The relative error of every gradient against central differences (Karpathy, CS231n notes, "Gradient checks").

    Parameters
    ----------
    f : function without arguments that returns the loss
    params, gradients : dicts of arrays with the same names; h0 may be among them
    eps : half the width of the difference

    Returns
    -------
    errors : dict, name -> relative error (in float64 below 1e-6 is right, above 1e-3 is wrong)

    Raises
    ------
    ValueError : the names differ.
    """
    if missing := set(params) ^ set(gradients):
        raise ValueError(f"params and gradients differ in {sorted(missing)}, expected the same names in both")
    return {name: relative_error(gradients[name], numerical_gradient(f, params[name], eps)) for name in params}
