"""Learning, with sliders: rate, clipping and sequence length against the loss curve; a continuation after a warm-up."""

import functools

import numpy as np

from rnn_helpers.bptt import rnn_forward
from rnn_helpers.credit import credit_map
from rnn_helpers.data import make_windows, sine
from rnn_helpers.explore.control import explore, int_slider, steps
from rnn_helpers.model import RNNModel
from rnn_helpers.plots import learning as plots
from rnn_helpers.plots.style import line
from rnn_helpers.training import train_step

PERIOD, WINDOWS, UPDATES, HIDDEN = 25, 25, 60, 12
RATES = [3e-5, 1e-4, 3e-4, 1e-3, 3e-3]
THRESHOLDS = [("1", 1.0), ("10", 10.0), ("100", 100.0), ("1000", 1000.0), ("no clipping", np.inf)]
LENGTHS = [1, 2, 5, 10, 20]


def memoryless_floor(period):
    """The mean squared error of the best guess from x_t: in x_t cos w +- sqrt(1 - x_t^2) sin w the sign is unknown."""
    return np.sin(2 * np.pi / period) ** 2 / 2


@functools.lru_cache(maxsize=256)
def run(step, lr, max_norm, T):
    """Losses per prediction and gradient norms of a short run on a sine; stops when they are no longer finite."""
    X, Y = make_windows(sine(T + WINDOWS, PERIOD), T)
    model = RNNModel(1, HIDDEN, 1, np.random.default_rng(0))
    losses, norms = [], []
    with np.errstate(all="ignore"):
        for _ in range(UPDATES):
            loss, norm = step(model, X, Y, lr, max_norm)
            losses.append(float(loss) / Y.size)
            norms.append(float(norm))
            if not losses[-1] < 1e12:
                break
    return losses, norms


def draw_training(fig, lr, max_norm, T, step=train_step):
    """Loss per prediction and gradient norm before and after clipping, from the same start for every setting."""
    losses, norms = run(step, lr, max_norm, T)
    left, right = fig.subplots(1, 2)
    alt = plots.loss_curves(left, {"loss": (losses, line("loss"))}, ("memoryless", memoryless_floor(PERIOD)),
                            ylabel="loss per prediction", low=1e-3, high=1e1)
    stopped = len(losses) < UPDATES
    left.set_title("it blows up" if stopped or losses[-1] > losses[0] else f"from {losses[0]:.2g} to {losses[-1]:.2g}")
    alt += " " + plots.gradient_norms(right, norms, max_norm, low=1e0, high=1e4)
    right.set_title(f"{np.sum(np.array(norms) > max_norm)} of {len(norms)} updates clipped")
    for ax in (left, right):
        ax.set_xlim(0, UPDATES)
    return f"{'It blows up. ' if stopped else ''}{alt}"


def training(step=train_step, whose=""):
    """Show the loss curve with controls for learning rate, threshold and sequence length; `step` as `train_step`."""
    explore(functools.partial(draw_training, step=step), f"{UPDATES} updates on a sine", whose=whose,
            lr=steps("learning rate", RATES, 3e-3), max_norm=steps("clipping threshold", THRESHOLDS, np.inf),
            T=steps("sequence length T", LENGTHS, 20))


def continue_alone(model, heard, count, forward=rnn_forward):
    """Let a model hear the truth, then its own predictions.

    model : RNNModel with D = O = 1
    heard : (N,) the true series, N >= 1
    count : how many numbers it goes on for
    forward : function (cell, X, h0) -> (h_states, ...)
    Returns alone : (count,) its predictions; the first is made from the truth, each further one from the one before
    """
    h, alone = None, []
    X = np.reshape(heard, (-1, 1, 1))
    for _ in range(count):
        h = np.asarray(forward(model.cell, X, h)[0][-1])
        y = model.Wy @ h + model.c
        alone.append(y.item())
        X = y[None]
    return np.array(alone)


def pull_of_the_last_loss(model, series):
    """How hard the loss of a series' last step pulls on the state n = 0, 1, ... steps back, relative to its own."""
    pulls = credit_map(model.cell, series[:, None, None], np.tile(model.Wy.T, (len(series), 1, 1)))[-1, ::-1]
    return pulls / pulls[0]


def draw_continuation(fig, warm_up, model, series, shown):
    """What a model makes of a series after `warm_up` true values; `shown` is the number of steps drawn."""
    alone = continue_alone(model, series[:warm_up], shown - warm_up)
    ax = fig.subplots()
    alt = plots.continuation(ax, series[:shown], alone)
    error = np.sqrt(np.mean((alone - series[warm_up:shown]) ** 2))
    ax.set(ylim=(-1.9, 1.5),
           title=f"after {warm_up} true value{'s' if warm_up > 1 else ''}: root mean square error {error:.2g}")
    return alt


def continuation(model, series, shown=100, whose=""):
    """Show a trained model's continuation with a control for the length of the warm-up."""
    explore(functools.partial(draw_continuation, model=model, series=np.asarray(series), shown=shown),
            "Going on alone", whose=whose,
            warm_up=int_slider("true values heard", 1, shown // 2, 1))
