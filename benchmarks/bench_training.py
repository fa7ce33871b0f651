"""Training to a goal: seconds and steps, against PyTorch with the same optimiser, initial weights and batches."""

from benchmarks import threads  # noqa: F401  first: it sets how many cores the libraries may use

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from benchmarks.rounds import REPEATS, once
from rnn_helpers.data import fit_scale, make_windows, numbers, sine
from rnn_helpers.losses import softmax_cross_entropy, squared_error
from rnn_helpers.model import RNNModel
from rnn_helpers.text import build_vocabulary, encode, one_hot
from rnn_helpers.training import SGD, Adam, clip_by_norm

BIGRAM_FLOOR = 0.468  # nats a character of "hello world" when only the character before is known


@dataclass(frozen=True)
class Task:
    """What is learnt: a model, a batch, an optimiser, and when it is good enough."""

    model: RNNModel
    X: np.ndarray
    targets: np.ndarray
    optimizer: Any  # SGD or Adam
    lr: float
    max_norm: float
    reached: Any  # function (loss a prediction, outputs) -> bool

    @property
    def is_text(self):
        return self.targets.dtype.kind == "i"


def hello(reached):
    text = "hello world"
    chars, index_of = build_vocabulary(text)
    indices, V = encode(text, index_of), len(chars)
    return Task(RNNModel(V, 16, V, np.random.default_rng(1)), one_hot(indices[:-1], V), indices[1:, None], SGD, 1.0, 0.1, reached)


def below_the_floor():
    return hello(lambda loss, Y: loss < BIGRAM_FLOOR)


def recited():
    """Every next character is the likeliest one, so that the text is recited from its first character."""
    right = hello(None).targets
    return hello(lambda loss, Y: (Y.argmax(axis=1) == right).all())


def number_sequence():
    """1..20 in windows of 5, a root mean square error below 0.05 (the numbers' own units)."""
    series = numbers(1, 20)
    shift, scale = fit_scale(series)
    X, Y = make_windows((series - shift) / scale, 5)
    return Task(RNNModel(1, 16, 1, np.random.default_rng(0)), X, Y, Adam, 0.01, 100.0, lambda loss, _: scale * np.sqrt(loss) < 0.05)


def sine_wave():
    """A period of 25 steps in windows of 20, a root mean square error at the last step below 1 % of the amplitude."""
    X, Y = make_windows(sine(45, 25), 20)
    return Task(RNNModel(1, 16, 1, np.random.default_rng(0)), X, Y, Adam, 0.01, 1.0,
                lambda _, outputs: np.sqrt(np.mean((outputs - Y)[-1] ** 2)) < 0.01)


TASKS = {"hello world, below the bigram floor": below_the_floor, "hello world, recited": recited,
         "number sequence, error 0.05": number_sequence, "sine, error 1 %": sine_wave}


def package(task):
    """One step of training, as a function: returns the loss a prediction before the update."""
    model, optimizer = task.model, task.optimizer(task.lr)
    loss, share = softmax_cross_entropy if task.is_text else squared_error, 1 / task.targets.size

    def step():
        value, grads = model.loss_and_gradients(task.X, task.targets, loss=loss)
        clipped, _ = clip_by_norm({name: grads[name] * share for name in model.params}, task.max_norm)
        optimizer.step(model.params, clipped)
        return value * share

    return step, lambda: model.forward(task.X)[0]


def pytorch(task):
    """The same in PyTorch, from the same weights."""
    import torch

    p, double = task.model.params, torch.float64
    tensor = lambda a: torch.from_numpy(np.ascontiguousarray(a))
    net = torch.nn.RNN(p["Wx"].shape[1], len(p["Wh"]), dtype=double)
    out = torch.nn.Linear(len(p["Wh"]), len(p["Wy"]), dtype=double)
    with torch.no_grad():
        for mine, theirs in zip((p["Wx"], p["Wh"], p["b"][:, 0], p["Wy"], p["c"][:, 0]),
                                (net.weight_ih_l0, net.weight_hh_l0, net.bias_ih_l0, out.weight, out.bias)):
            theirs.copy_(tensor(mine))
        net.bias_hh_l0.zero_()
    net.bias_hh_l0.requires_grad_(False)
    weights = [w for w in (*net.parameters(), *out.parameters()) if w.requires_grad]
    optimizer = (torch.optim.SGD if task.optimizer is SGD else torch.optim.Adam)(weights, lr=task.lr)
    X = tensor(task.X.transpose(0, 2, 1))
    targets = tensor(task.targets if task.is_text else task.targets.transpose(0, 2, 1))

    def forward():
        return out(net(X)[0])

    def step():
        optimizer.zero_grad()
        Y = forward()
        loss = torch.nn.functional.cross_entropy(Y.flatten(0, 1), targets.flatten()) if task.is_text else torch.mean((Y - targets) ** 2)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, task.max_norm)
        optimizer.step()
        return loss.item()

    return step, lambda: forward().detach().numpy().transpose(0, 2, 1)


CONTESTANTS = {"package": package, "PyTorch": pytorch}


@functools.cache
def steps_to_goal(task, name):
    """How many updates it takes; the goal is looked at after each of them, outside the clock."""
    made = TASKS[task]()
    step, outputs = CONTESTANTS[name](made)
    for count in range(1, 5001):
        step()
        Y = outputs()
        loss = softmax_cross_entropy(Y, made.targets)[0] if made.is_text else squared_error(Y, made.targets)[0]
        if made.reached(loss / made.targets.size, Y):
            return count
    raise AssertionError(f"{name} does not reach the goal of {task!r} within 5000 steps")


@pytest.mark.parametrize("name", CONTESTANTS)
@pytest.mark.parametrize("repeat", range(REPEATS))
@pytest.mark.parametrize("task", TASKS)
def test_training(benchmark, task, repeat, name):
    steps = steps_to_goal(task, name)

    def train(step):
        for _ in range(steps):
            step()

    once(benchmark, train, "training", name, setup=lambda: ((CONTESTANTS[name](TASKS[task]())[0],), {}), task=task, steps=steps)
