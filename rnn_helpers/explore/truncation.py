"""Truncation: which loss reaches which step, through the learner's own function; a stream; costs; what is held."""

import functools

import numpy as np

from rnn_helpers.bptt import rnn_backward, rnn_backward_truncated, rnn_forward
from rnn_helpers.cell import RNNCell, orthogonal
from rnn_helpers.credit import credit_map, jacobians_back, last_steps_mask
from rnn_helpers.data import sine, tide
from rnn_helpers.explore import measured
from rnn_helpers.explore.control import choice, explore, int_slider
from rnn_helpers.explore.walk import cut_walk_back
from rnn_helpers.model import RNNModel
from rnn_helpers.plots import gradients, style
from rnn_helpers.plots import truncation as plots
from rnn_helpers.plots.style import line
from rnn_helpers.training import SGD, fit

T, H = 20, 12
walk_back = cut_walk_back  # as notebook 6 calls it
WAYS = [("each loss goes back k steps", "window"), ("only the last k steps are walked", "last")]


@functools.cache
def setting():
    """A cell with T inputs, orthogonal Wh times 0.95, and T losses: cell, dh (T, H, 1), caches, credit (T, T).

    Input t is 1 at step t alone, so column s of dWx is what step s gave to it.
    """
    rng = np.random.default_rng(1)
    cell = RNNCell.from_arrays(rng.uniform(-0.5, 0.5, (H, T)), 0.95 * orthogonal(H, rng), np.zeros((H, 1)))
    X, dh = np.eye(T)[:, :, None], rng.normal(size=(T, H, 1))
    dh /= np.linalg.norm(dh, axis=1, keepdims=True)
    return cell, dh, rnn_forward(cell, X)[1], credit_map(cell, X, dh)


def reach(truncated, k):
    """(T, T) of bool, row t, column s: whether the loss of step t reaches step s, by calling `truncated` for one loss
    at a time."""
    cell, dh, caches, _ = setting()
    found = np.zeros((T, T), bool)
    for t in range(T):
        only = np.zeros_like(dh)
        only[t] = dh[t]
        found[t] = np.any(np.asarray(truncated(cell, only, caches, k)[0]) != 0, axis=0)
    return found


def last_steps(cell, dh, caches, k):
    """One walk over the last k steps, all losses before them left out."""
    return rnn_backward(cell, dh[-k:], caches[-k:])


def draw_reach(fig, way, k, truncated=rnn_backward_truncated):
    """The credit map with what a way of cutting takes away faded, and how the gradient of Wh changes."""
    cell, dh, caches, credit = setting()
    kept = reach(truncated, k) if way == "window" else last_steps_mask(T, k)
    part = np.asarray((truncated if way == "window" else last_steps)(cell, dh, caches, k)[1])
    whole = rnn_backward(cell, dh, caches)[1]
    length = np.linalg.norm(part) / np.linalg.norm(whole)
    cosine = np.sum(part * whole) / np.linalg.norm(part) / np.linalg.norm(whole)
    alt = gradients.credit_map(ax := fig.subplots(), credit, kept, low=1e-1, high=1e1)
    silent = int(np.sum(~kept.any(axis=1)))
    ax.set_title(f"{silent} of {T} losses reach no step\ndWh: cosine {cosine:.2f}, length {length:.2f} of the full one",
                 fontsize=11)
    return (f"{alt} {silent} of {T} losses reach no step. dWh has a cosine of {cosine:.2f} to the full gradient, "
            f"and {length:.2f} of its length.")


def cut(truncated=rnn_backward_truncated, whose=""):
    """Show which loss reaches which step, with a slider for k; `truncated` as `rnn_backward_truncated`."""
    explore(functools.partial(draw_reach, truncated=truncated), "What is left of the credit map", whose=whose,
            size=(6.4, 4.0), way=choice("way of cutting", WAYS), k=int_slider("k", 1, T, 1))


def draw_lag(fig, lag):
    """The error against k for a lag, from the table of trained networks."""
    errors = [measured.ERRORS[lag, k] for k in measured.REACHES]
    return plots.lag_dial(fig.subplots(), measured.REACHES, errors, lag, title=f"echo of {lag} steps ago")


def lag():
    """Show the lag dial: ten networks for each lag and k, trained by `python -m authoring.measured`."""
    explore(draw_lag, "The lag dial", lag=int_slider("lag d", min(measured.LAGS), max(measured.LAGS), 8))


def stream(steps=11, k1=2, k2=5):
    """The picture of a stream and its updates: (figure, alt text)."""
    fig = style.figure(8.0, 3.4)
    return fig, plots.stream(fig.subplots(), steps, k1, k2)


def tide_learnt(train_stream, seed=0, hours=3000, k1=10, k2=10):
    """Train 12 units on the tide, an hour at a time, and compare with the best guess from the last level alone.

    train_stream : as the exercise asks for it
    Returns errors : (hours,) mean squared error of each hour's prediction, an update's mean for all its hours
            alone : the mean squared error of the best multiple of the last level, fitted to the whole stream
    """
    level = tide(hours + 1, np.random.default_rng([seed, 1]))[:, None, None]
    X, Y = level[:-1], level[1:]
    losses = np.asarray(train_stream(RNNModel(1, 12, 1, np.random.default_rng(seed)), X, Y, k1, k2, 0.01))
    alone = float(np.mean((Y - X * np.sum(X * Y) / np.sum(X * X)) ** 2))
    return np.repeat(losses / k1, k1), alone


def tide_picture(errors, alone):
    """What is predicted, and how well: (figure, alt text)."""
    fig = style.figure(8.0, 3.0)
    left, right = fig.subplots(1, 2)
    level, days = tide(24 * 15, np.random.default_rng(0)), np.arange(24 * 15) / 24
    left.plot(days, level, **line("input", linestyle="-", linewidth=1.2))
    left.set(xlabel="days", ylabel="level", title="The tide, hour by hour")
    right.semilogy(np.arange(len(errors)) / 24, errors, **line("loss", linewidth=1.2), label="this network")
    right.axhline(alone, **line("baseline"), label="the last level alone")
    right.set(xlabel="days on the stream", ylabel="squared error", title="Prediction of the next hour")
    right.legend()
    return fig, (f"Fifteen days of tide, from {level.min():.1f} to {level.max():.1f}. The error falls from "
                 f"{errors[:100].mean():.2g} in the first 100 hours to {errors[-500:].mean():.2g} in the last 500; the "
                 f"last level alone gives {alone:.2g}.")


def stability(k, seeds=8, gain=1.4, updates=30):
    """Losses and gradient norms (seeds, updates) of learning a sine of 40 steps with truncation to k, from a Wh that is
    `gain` times an orthogonal matrix."""
    wave = sine(41, 20)[:, None, None]
    losses, norms = [], []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        net = RNNModel(1, 16, 1, rng)
        net.cell.Wh[:] = orthogonal(16, rng, gain)
        history = fit(net, (wave[:-1], wave[1:]), updates, SGD(0.02), max_norm=1.0, mean=True, progress=False,
                      backward=functools.partial(rnn_backward_truncated, k=k))
        losses.append(history.loss)
        norms.append(history.norm)
    return np.array(losses), np.array(norms)


def stability_picture(runs):
    """Bands over the seeds, full beside truncated; runs : name -> (losses, norms). (figure, alt text)"""
    fig, alt = style.figure(8.0, 3.2), []
    panels = fig.subplots(1, 2)
    for (name, run), symbol, hatch in zip(runs.items(), ("full", "truncated"), ("", "///"), strict=True):
        for panel, values in zip(panels, run, strict=True):
            low, middle, high = np.quantile(values, (0, 0.5, 1), axis=0)
            band = {"color": style.COLOR[symbol], "alpha": 0.25, "hatch": hatch, "linewidth": 0}
            panel.fill_between(range(len(low)), low, high, **band)
            panel.semilogy(middle, **line(symbol), label=name)
        alt.append(f"{name}: the median loss ends at {np.median(run[0][:, -1]):.1g}, "
                   f"the largest norm is {run[1].max():.0f}.")
    panels[0].set(xlabel="update", ylabel="loss, mean of a step", title="Loss: no difference to see", ylim=(0.01, 2))
    panels[1].set(xlabel="update", ylabel="gradient norm", title="Norm: lower with k = 5", ylim=(0.1, 10))
    panels[1].legend()
    return fig, " ".join(alt)


def costs():
    """Time and memory of a pass over T steps, measured beforehand: (figure, alt text)."""
    fig = style.figure(8.0, 3.2)
    left, right = fig.subplots(1, 2)
    time = plots.growth(left, measured.STEPS, measured.MILLISECONDS, "milliseconds", "Time of a pass of T steps")
    held = plots.growth(right, measured.STEPS, measured.KILOBYTES, "kilobytes", "Memory held")
    return fig, f"{time} {held}"


def cost_rows():
    """(way, exponent of T in time, in memory, time and memory at the largest T as multiples of full BPTT's)."""
    time, memory, upper = measured.MILLISECONDS, measured.KILOBYTES, slice(3, None)

    def exponent(costs):
        """The e of cost = c T^e that fits the longer sequences best, on log axes."""
        return np.polyfit(np.log(measured.STEPS[upper]), np.log(costs[upper]), 1)[0]

    return [(way, exponent(time[way]), round(exponent(memory[way]), 1) + 0.0,
             time[way][-1] / time["full"][-1], memory[way][-1] / memory["full"][-1]) for way in time]


def capacity():
    """How many signs a network holds, from the table of trained networks: (figure, alt text)."""
    fig = style.figure(7.0, 3.2)
    return fig, plots.capacity(fig.subplots(), measured.CAPACITY, "One more unit, one more sign")


def additive_path(gate=0.99, steps=100):
    """dh_T/dh_t of untrained networks beside a path that is added to and kept by a gate: (figure, alt text)."""
    sizes = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        cell = RNNCell(1, 16, rng)
        sizes.append(np.linalg.norm(jacobians_back(cell, rng.normal(size=(steps, 1, 1))), 2, axis=(1, 2)))
    n = np.arange(steps + 1)
    fig = style.figure(7.0, 3.0)
    curves = {"vanilla, untrained, median of 8": (np.median(sizes, axis=0), line("gradient")),
              f"additive path, gate at {gate}": (gate**n, line("state"))}
    title = "What is left of a gradient, n steps back"
    return fig, gradients.norms_back(fig.subplots(), curves, low=1e-12, high=10, title=title, legend="center right")
