"""Forward pass and BPTT of one sequence batch: ours, the straight loop, PyTorch and JAX.

Each contestant is made from the same numpy arrays in the layout that is its own, outside the clock, and returns the
gradients (dWx, dWh, db, dh0), so that they can be compared before they are timed.
"""

import statistics

import numpy as np

from benchmarks.timing import race, ratio
from rnn_helpers.bptt import rnn_backward, rnn_forward
from rnn_helpers.layout import columns, rows


class Problem:
    """Random weights, inputs (T, D, B), a state h0 and a loss gradient dh (T, H, B)."""

    def __init__(self, T, D, H, B, dtype):
        rng = np.random.default_rng(0)

        def draw(*shape):
            return rng.standard_normal(shape).astype(dtype)

        self.Wx, self.Wh, self.b = draw(H, D) / dtype(np.sqrt(D)), draw(H, H) / dtype(np.sqrt(H)), draw(H, 1)
        self.X, self.h0, self.dh = draw(T, D, B), draw(H, B), draw(T, H, B)


def package(p):
    """rnn_helpers, with the sequences laid out as its own functions hand them on: examples as rows (`layout.py`)."""
    X, dh = (columns(rows(A), len(A)) for A in (p.X, p.dh))

    def run():
        _, caches = rnn_forward(p, X, p.h0)
        return rnn_backward(p, dh, caches)

    return run


def straight_loop(p):
    """A cell a step and an outer product a step, as one writes it first."""
    def run():
        h, caches = p.h0, []
        for x_t in p.X:
            h_prev, h = h, np.tanh(p.Wx @ x_t + p.Wh @ h + p.b)
            caches.append((x_t, h_prev, h))
        dWx, dWh, db, dh_next = np.zeros_like(p.Wx), np.zeros_like(p.Wh), np.zeros_like(p.b), np.zeros_like(h)
        for t in reversed(range(len(caches))):
            x_t, h_prev, h_t = caches[t]
            dz = (p.dh[t] + dh_next) * (1 - h_t**2)
            dWx += dz @ x_t.T
            dWh += dz @ h_prev.T
            db += dz.sum(axis=1, keepdims=True)
            dh_next = p.Wh.T @ dz
        return dWx, dWh, db, dh_next

    return run


def pytorch(p):
    """torch.nn.RNN and autograd on the CPU."""
    import torch

    def tensor(a):
        return torch.from_numpy(np.ascontiguousarray(a))

    net = torch.nn.RNN(p.Wx.shape[1], len(p.Wh), dtype=tensor(p.X).dtype)
    with torch.no_grad():
        net.weight_ih_l0.copy_(tensor(p.Wx))
        net.weight_hh_l0.copy_(tensor(p.Wh))
        net.bias_ih_l0.copy_(tensor(p.b[:, 0]))
        net.bias_hh_l0.zero_()
    net.bias_hh_l0.requires_grad_(False)
    X, dh = (tensor(a.transpose(0, 2, 1)) for a in (p.X, p.dh))
    h0 = tensor(p.h0.T)[None].requires_grad_()
    wanted = net.weight_ih_l0, net.weight_hh_l0, net.bias_ih_l0, h0

    def run():
        for tensor_ in wanted:
            tensor_.grad = None
        net(X, h0)[0].backward(dh)
        dWx, dWh, db, dh0 = (tensor_.grad.numpy() for tensor_ in wanted)
        return dWx, dWh, db[:, None], dh0[0].T

    return run


def jax_jit(p):
    """jax.jit(jax.grad(...)) over lax.scan, compiled outside the clock."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def loss(Wx, Wh, b, h0, X, dh):
        def step(h, x_t):
            h = jnp.tanh(Wx @ x_t + Wh @ h + b)
            return h, h

        return jnp.sum(jax.lax.scan(step, h0, X)[1] * dh)

    gradients = jax.jit(jax.grad(loss, argnums=(0, 1, 2, 3)))
    arrays = [jnp.asarray(a) for a in (p.Wx, p.Wh, p.b, p.h0, p.X, p.dh)]
    return lambda: jax.block_until_ready(gradients(*arrays))


CONTESTANTS = {"package": package, "straight loop": straight_loop, "PyTorch": pytorch, "JAX": jax_jit}
SIZES = [(10, 1, 10, 1), (25, 8, 32, 1), (25, 65, 100, 1), (100, 1, 32, 32), (50, 65, 128, 32), (100, 128, 256, 64),
         (100, 256, 512, 128)]


def compared(makers, size, dtype, tolerance):
    """name -> run, of contestants that find the package's gradients."""
    problem = Problem(*size, dtype)
    runs, want = {name: make(problem) for name, make in makers.items()}, package(problem)()
    for name, run in runs.items():
        for got, ours in zip(run(), want, strict=True):
            np.testing.assert_allclose(got, ours, rtol=0, atol=tolerance * np.abs(ours).max(), err_msg=name)
    return runs


def measure():
    """A row for each dtype and size: our microseconds, the others' time over ours; then the geometric means."""
    for dtype, tolerance in ((np.float64, 1e-10), (np.float32, 2e-3)):
        rows = []
        for size in SIZES:
            times = race(compared(CONTESTANTS, size, dtype, tolerance))
            ours = times.pop("package")
            rows.append({"dtype": dtype.__name__, **dict(zip("TDHB", size, strict=True)),
                         "microseconds": round(1e6 * statistics.median(ours), 1),
                         **{name: ratio(theirs, ours, 3) for name, theirs in times.items()}})
            yield rows[-1]
        yield {"dtype": dtype.__name__, "T": "geometric mean",
               **{name: round(statistics.geometric_mean(row[name] for row in rows), 2) for name in times}}
