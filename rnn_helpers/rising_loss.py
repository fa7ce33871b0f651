"""A training run as it was once published, for notebook 4b to explain. Find the reason there before you read on here.

The run: numbers 1..10 and their successors, unscaled, in one sequence; 10 hidden units; weights drawn from a normal
distribution of standard deviation 0.1; plain gradient descent with every element of a gradient clipped at 1 on its own
(for Wy and c step by step, before the steps are added up). Its loss fell to 29 and then rose, to 63 after 5,000 epochs.
"""


from rnn_helpers.bptt import rnn_backward
from rnn_helpers.losses import squared_error
from rnn_helpers.model import RNNModel


def published_model(rng):
    """An RNNModel with D = 1, H = 10, O = 1 and weights drawn as in the published run; rng : numpy.random.Generator."""
    model = RNNModel(1, 10, 1, rng)
    for name in ("Wx", "Wh", "Wy"):
        model.params[name][...] = 0.1 * rng.standard_normal(model.params[name].shape)
    return model


def published_step(model, X, Y, backward):
    """The loss of one epoch and the direction in which the published loop moves.

    Parameters
    ----------
    model : RNNModel; X, Y : (T, 1, B)
    backward : function (cell, dh, caches) -> (dWx, dWh, db, ...), the one thing that the notebook replaces

    Returns
    -------
    loss : float, the sum of squared errors
    step : dict, name -> array like the parameter of that name, what is multiplied by the learning rate and subtracted
    """
    Z, h_states, caches = model.forward(X)
    loss, dy = squared_error(Z, Y)
    dWx, dWh, db = backward(model.cell, model.Wy.T @ dy, caches)[:3]
    pieces = {"Wy": dy @ h_states.transpose(0, 2, 1), "c": dy.sum(axis=2, keepdims=True)}  # one for each step
    step = {name: piece.clip(-1, 1).sum(axis=0) for name, piece in pieces.items()}
    return loss, {name: g.clip(-1, 1) for name, g in (("Wx", dWx), ("Wh", dWh), ("b", db))} | step


def published_training(model, X, Y, epochs, backward, lr=0.001, frozen=()):
    """Train in place as the published loop does; returns the loss before each epoch's update.

    model, X, Y, backward : as for `published_step`; frozen : names of parameters that do not move
    """
    losses = []
    for _ in range(epochs):
        loss, step = published_step(model, X, Y, backward)
        for name, param in model.params.items():
            if name not in frozen:
                param -= lr * step[name]
        losses.append(loss)
    return losses


def kernel_backward(cell, dh, caches):
    """What the kernel held under the name rnn_backward while the published loss was made.

    A later section, on truncation, defines the name a second time. That cell had been run,
    and the training after it.
    """
    k = 5  # the walk back ends after the last k steps: earlier losses are dropped
    return rnn_backward(cell, dh[-k:], caches[-k:])
