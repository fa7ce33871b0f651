"""One training run of the course in a fresh process: `python -m benchmarks.train CONTESTANT RUN.npz` prints JSON.

A run is arrays: the first weights, X and targets of each update (of one, if it serves them all), the learning rate
and the like. Each contestant does the same updates in float64 in the manner of its own library; the losses show it.
"""

import json
import sys
import time

import numpy as np

WEIGHTS = "Wx", "Wh", "b", "Wy", "c"


def is_text(run):
    return run["X"].dtype.kind == "i"


def package(run):
    """rnn_helpers, as the notebooks call it."""
    from rnn_helpers.layout import OneHot
    from rnn_helpers.losses import softmax_cross_entropy, squared_error
    from rnn_helpers.model import RNNModel
    from rnn_helpers.streaming import train_stream
    from rnn_helpers.training import SGD, Adam, fit

    def train():
        (O, H), D = run["Wy"].shape, run["Wx"].shape[1]
        model = RNNModel(D, H, O, np.random.default_rng(0))
        for name, array in model.params.items():
            array[:] = run[name]
        X, targets, text, lr = run["X"], run["targets"], is_text(run), float(run["lr"])
        loss, optimizer = softmax_cross_entropy if text else squared_error, (Adam if run["adam"] else SGD)(lr)
        if run["stream"]:
            k = X.shape[1]
            return train_stream(model, np.concatenate(X), np.concatenate(targets), k, k, lr, loss, optimizer)

        def batch(n):
            n %= len(X)
            return OneHot(X[n], D) if text else X[n], targets[n]

        return fit(model, batch, int(run["updates"]), optimizer, float(run["max_norm"]), loss, bool(run["mean"]),
                   progress=False).loss

    return train


def pytorch(run):
    """torch.nn.RNN, torch.nn.Linear, autograd and torch.optim."""
    import torch

    def train():
        p, text = {name: torch.from_numpy(run[name]) for name in WEIGHTS}, is_text(run)
        net = torch.nn.RNN(p["Wx"].shape[1], len(p["Wh"]), dtype=torch.float64)
        out = torch.nn.Linear(len(p["Wh"]), len(p["Wy"]), dtype=torch.float64)
        theirs = {"Wx": net.weight_ih_l0, "Wh": net.weight_hh_l0, "b": net.bias_ih_l0, "Wy": out.weight, "c": out.bias}
        with torch.no_grad():
            for name, weight in theirs.items():
                weight.copy_(p[name].reshape(weight.shape))
            net.bias_hh_l0.zero_()
        net.bias_hh_l0.requires_grad_(False)
        weights = list(theirs.values())
        optimizer = (torch.optim.Adam if run["adam"] else torch.optim.SGD)(weights, lr=float(run["lr"]))
        X, targets = torch.from_numpy(run["X"]), torch.from_numpy(run["targets"])
        if text:
            X = torch.nn.functional.one_hot(X, p["Wx"].shape[1]).double()
        else:
            X, targets = X.transpose(2, 3), targets.transpose(2, 3)
        reduction, losses, h = "mean" if run["mean"] else "sum", [], None
        for n in range(int(run["updates"])):
            optimizer.zero_grad()
            states, last = net(X[n % len(X)], h)
            Y, wanted = out(states), targets[n % len(X)]
            loss = (torch.nn.functional.cross_entropy(Y.flatten(0, 1), wanted.flatten(), reduction=reduction) if text
                    else torch.nn.functional.mse_loss(Y, wanted, reduction=reduction))
            loss.backward()
            if np.isfinite(run["max_norm"]):
                torch.nn.utils.clip_grad_norm_(weights, float(run["max_norm"]))
            optimizer.step()
            losses.append(loss.item())
            h = last.detach() if run["stream"] else None
        return losses

    return train


def jax_jit(run):
    """All updates in one jax.jit: lax.scan over the updates, in it jax.value_and_grad of lax.scan over the steps.

    One update in jax.jit, called in a loop, takes as long.
    """
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def train():
        X, targets, text = jnp.asarray(run["X"]), jnp.asarray(run["targets"]), is_text(run)
        size = targets[0].size if run["mean"] else 1

        def loss(p, h0, X, targets):
            inputs = jax.nn.one_hot(X, p["Wx"].shape[1], dtype=h0.dtype) if text else X.transpose(0, 2, 1)

            def step(h, z):
                h = jnp.tanh(z + h @ p["Wh"].T)
                return h, h

            last, states = jax.lax.scan(step, h0, inputs @ p["Wx"].T + p["b"].T)
            Y = states @ p["Wy"].T + p["c"].T
            if text:
                return -jnp.take_along_axis(jax.nn.log_softmax(Y), targets[..., None], -1).sum() / size, last
            return ((Y - targets.transpose(0, 2, 1)) ** 2).sum() / size, last

        def update(carried, n):
            p, mean, square, h = carried
            batch = X[n % len(X)], targets[n % len(X)]
            (value, last), grads = jax.value_and_grad(loss, has_aux=True)(p, h, *batch)
            norm = jnp.sqrt(sum((g * g).sum() for g in grads.values()))
            grads = {name: g * jnp.minimum(1, run["max_norm"] / norm) for name, g in grads.items()}
            if run["adam"]:
                mean = {name: 0.9 * mean[name] + 0.1 * g for name, g in grads.items()}
                square = {name: 0.999 * square[name] + 0.001 * g * g for name, g in grads.items()}
                roots = {name: jnp.sqrt(s / (1 - 0.999 ** (n + 1))) + 1e-8 for name, s in square.items()}
                grads = {name: m / (1 - 0.9 ** (n + 1)) / roots[name] for name, m in mean.items()}
            p = {name: p[name] - run["lr"] * grads[name] for name in p}
            return (p, mean, square, last if run["stream"] else h), value

        p = {name: jnp.asarray(run[name]) for name in WEIGHTS}
        zeros = {name: jnp.zeros_like(w) for name, w in p.items()}
        h0 = jnp.zeros((X.shape[-1], len(run["Wh"])))
        updates = jnp.arange(int(run["updates"]))
        return jax.jit(lambda *start: jax.lax.scan(update, start, updates)[1])(p, zeros, zeros, h0).tolist()

    return train


CONTESTANTS = {"package": package, "PyTorch": pytorch, "JAX": jax_jit}


def main(name, path):
    with np.load(path) as run:
        train = CONTESTANTS[name](dict(run))
    start = time.perf_counter()
    losses = train()
    print(json.dumps({"imported": time.perf_counter() - start, "losses": losses}))


if __name__ == "__main__":
    main(*sys.argv[1:])
