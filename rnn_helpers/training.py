"""Gradient descent: optimisers, clipping by the global norm, a training step, a loop that keeps its history."""

import math
from dataclasses import dataclass, field

import numpy as np

from rnn_helpers.bptt import rnn_backward
from rnn_helpers.losses import squared_error
from rnn_helpers.progress_bar import progress_bar
from rnn_helpers.validate import as_count, as_positive


def norm_of(g):
    """The length of an array taken as one vector, sqrt(sum of squares); `numpy.linalg.norm` takes twice as long."""
    g = np.asarray(g, np.float64).ravel()
    return math.sqrt(g.dot(g))


def global_norm(grads):
    """The length of all gradients taken as one vector, float, from a dict of arrays."""
    return norm_of([norm_of(g) for g in grads.values()])


def clip_by_norm(grads, max_norm):
    """Scale all gradients by one factor so that their global norm is at most max_norm (Pascanu et al., 2013).

    Parameters
    ----------
    grads : dict, name -> array; not changed
    max_norm : > 0; inf never clips

    Returns
    -------
    clipped : dict, name -> array, new arrays; the direction is kept
    norm : float, the global norm before clipping

    Raises
    ------
    ValueError : max_norm is not > 0.
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm is {max_norm}, expected a number > 0 (inf for no clipping)")
    norm = global_norm(grads)
    factor = max_norm / norm if norm > max_norm else 1.0
    return {name: g * factor for name, g in grads.items()}, norm


class SGD:
    """Plain gradient descent: p <- p - lr dL/dp, in place.

    Parameters
    ----------
    lr : learning rate, > 0
    """

    def __init__(self, lr):
        self.lr = as_positive("lr", lr)

    def step(self, params, grads):
        """Update every array of the dict `params` in place with the gradient of the same name."""
        for name, p in params.items():
            p -= self.lr * grads[name]


class Adam:
    """Adam (Kingma & Ba, 2015, algorithm 1), in place.

    Parameters
    ----------
    lr : learning rate, > 0
    beta1, beta2 : decay of the running means of the gradient and of its square, in [0, 1)
    eps : > 0, keeps the division finite
    """

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.eps = as_positive("lr", lr), as_positive("eps", eps)
        for name, beta in (("beta1", beta1), ("beta2", beta2)):
            if not 0 <= beta < 1:
                raise ValueError(f"{name} is {beta}, expected a number in [0, 1)")
        self.beta1, self.beta2 = beta1, beta2
        self.t, self.m, self.v = 0, {}, {}

    def step(self, params, grads):
        """Update every array of the dict `params` in place with the gradient of the same name."""
        self.t += 1
        for name, p in params.items():
            g = grads[name]
            self.m[name] = self.beta1 * self.m.get(name, 0) + (1 - self.beta1) * g
            self.v[name] = self.beta2 * self.v.get(name, 0) + (1 - self.beta2) * g * g
            m_hat = self.m[name] / (1 - self.beta1**self.t)
            v_hat = self.v[name] / (1 - self.beta2**self.t)
            p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


def train_step(model, X, targets, lr, max_norm, loss=squared_error):
    """One step of clipped gradient descent from h0 = 0 on Wx, Wh, b, Wy, c, in place.

    Parameters
    ----------
    model : RNNModel
    X : (T, D, B); targets : what `loss` takes
    lr : learning rate; max_norm : clipping threshold of the global norm
    loss : function (Y, targets) -> (loss, dY), squared_error or softmax_cross_entropy

    Returns
    -------
    value : float, the loss (a sum) before the update
    norm : float, the global norm of the five gradients before clipping

    Raises
    ------
    ValueError, TypeError : lr or max_norm is not > 0, or X and targets do not fit the model.
    """
    value, grads = model.loss_and_gradients(X, targets, loss=loss)
    clipped, norm = clip_by_norm({name: grads[name] for name in model.params}, max_norm)
    SGD(lr).step(model.params, clipped)
    return value, norm


@dataclass
class History:
    """What a training run looked like, a number per step.

    loss : before each update
    norm, clipped_norm : global gradient norm before and after clipping
    norms : dict, parameter -> list of its own gradient norm before clipping
    stopped : None, or why training ended early
    """

    loss: list = field(default_factory=list)
    norm: list = field(default_factory=list)
    clipped_norm: list = field(default_factory=list)
    norms: dict = field(default_factory=dict)
    stopped: str | None = None

    def append(self, loss, grads, norm, clipped):
        """Note one step: its loss, its gradients, their global norm, and the gradients after clipping."""
        self.loss.append(float(loss))
        self.norm.append(norm)
        self.clipped_norm.append(global_norm(clipped))
        for name, g in grads.items():
            self.norms.setdefault(name, []).append(norm_of(g))


def fit(model, batch, steps, optimizer, max_norm=np.inf, loss=squared_error, mean=False, after_step=None,
        frozen=(), progress=True, backward=rnn_backward):
    """Train a model, in place, and keep the history.

    Parameters
    ----------
    model : RNNModel
    batch : (X, targets), used at every step, or a function step -> (X, targets)
    steps : number of updates, >= 1
    optimizer : SGD or Adam
    max_norm : clipping threshold of the global norm; inf for none
    loss : function (Y, targets) -> (loss, dY)
    mean : divide loss and gradients by the number of predictions T * B, so that the learning rate does not depend on it
    after_step : function (step, model), called after each update
    frozen : names of parameters that are not trained, ("Wh",) for a memoryless baseline when Wh is 0
    progress : show a bar when the run lasts longer than two seconds; it disappears when done
    backward : function (cell, dh, caches) -> (dWx, dWh, db, dh0)

    Returns
    -------
    history : History; when the loss or the gradient is no longer finite, training stops before the update with a
        message, and `history.stopped` says so

    Raises
    ------
    ValueError, TypeError : an argument is wrong, `frozen` names no parameter, or X and targets do not fit the model.
    """
    if unknown := set(frozen) - set(model.params):
        raise ValueError(f"frozen names {sorted(unknown)}, expected names from {list(model.params)}")
    params = {name: p for name, p in model.params.items() if name not in frozen}
    history = History(norms={name: [] for name in params})
    with progress_bar(as_count("steps", steps), progress) as bar:
        for step in bar:
            X, targets = batch(step) if callable(batch) else batch
            with np.errstate(over="ignore", invalid="ignore"):  # an overflow is reported below, once and in words
                value, grads = model.loss_and_gradients(X, targets, loss=loss, backward=backward)
                share = 1 / (len(X) * np.shape(X)[2]) if mean else 1.0
                grads = {name: grads[name] * share for name in params}
                clipped, norm = clip_by_norm(grads, max_norm)
                history.append(value * share, grads, norm, clipped)
                if not (math.isfinite(value) and math.isfinite(norm)):
                    history.stopped = (f"stopped at step {step}: loss {value * share:.4g}, gradient norm {norm:.4g}; "
                                       "try a smaller learning rate or a smaller max_norm")
                    break
                optimizer.step(params, clipped)
            if after_step:
                after_step(step, model)
    if history.stopped:
        print(history.stopped)
    return history
