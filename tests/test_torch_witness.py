"""PyTorch as an outside witness: nn.RNN, its autograd, its optimisers, its cross-entropy and its clipping."""

import numpy as np
import pytest

from rnn_helpers.bptt import rnn_backward, rnn_forward
from rnn_helpers.losses import softmax_cross_entropy
from rnn_helpers.streaming import train_stream
from rnn_helpers.training import SGD, Adam, clip_by_norm
from tests.cases import draw

torch = None  # imported where a test needs it: of the two processes of `make test` by one


@pytest.fixture(scope="module", autouse=True)
def witness():
    global torch
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)


SHAPES = [dict(T=1, D=1, H=1, B=1), dict(T=10, D=1, H=10, B=1), dict(T=4, D=7, H=3, B=5), dict(T=25, D=8, H=32, B=1),
          dict(T=60, D=2, H=5, B=4), dict(T=7, D=3, H=40, B=9)]


def twin(cell):
    """torch.nn.RNN with the cell's weights; its two biases add up, so the second is zero."""
    net = torch.nn.RNN(cell.input_dim, cell.hidden_dim, dtype=torch.float64)
    with torch.no_grad():
        for ours, theirs in ((cell.Wx, net.weight_ih_l0), (cell.Wh, net.weight_hh_l0), (cell.b[:, 0], net.bias_ih_l0)):
            theirs.copy_(torch.from_numpy(ours))
        net.bias_hh_l0.zero_()
    return net


def to_torch(columns):
    """(T, N, B) -> (T, B, N)"""
    return torch.from_numpy(columns.swapaxes(-1, -2).copy())


@pytest.mark.parametrize("gain", [0.5, 1.0, 1.6])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_forward_and_all_gradients(shape, gain):
    case = draw(**shape, gain=gain, seed=7)
    net, h0 = twin(case.cell), to_torch(case.h0)[None].requires_grad_()
    X = to_torch(case.X).requires_grad_()
    states, _ = net(X, h0)
    states.backward(to_torch(case.dh))
    ours, caches = rnn_forward(case.cell, case.X, case.h0)
    dWx, dWh, db, dh0 = rnn_backward(case.cell, case.dh, caches)
    theirs = (states.detach().numpy().swapaxes(1, 2), net.weight_ih_l0.grad.numpy(), net.weight_hh_l0.grad.numpy(),
              net.bias_ih_l0.grad.numpy()[:, None], h0.grad[0].numpy().T)
    for got, want in zip((ours, dWx, dWh, db, dh0), theirs, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-10 * max(1, np.abs(want).max()))


def test_cross_entropy():
    rng = np.random.default_rng(0)
    logits, targets = 5 * rng.standard_normal((6, 4, 3)), rng.integers(0, 4, (6, 3))
    theirs = torch.from_numpy(logits).requires_grad_()
    want = torch.nn.functional.cross_entropy(theirs, torch.from_numpy(targets), reduction="sum")
    want.backward()
    loss, dlogits = softmax_cross_entropy(logits, targets)
    assert loss == pytest.approx(want.item(), rel=1e-12)
    np.testing.assert_allclose(dlogits, theirs.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("ours, theirs", [
    (SGD(0.03), lambda p: torch.optim.SGD(p, 0.03)),
    (Adam(0.01), lambda p: torch.optim.Adam(p, 0.01)),
    (Adam(0.1, 0.5, 0.9, 1e-3), lambda p: torch.optim.Adam(p, 0.1, (0.5, 0.9), 1e-3)),
], ids=["SGD", "Adam", "Adam with other constants"])
def test_optimisers_step_for_step(ours, theirs):
    rng = np.random.default_rng(0)
    params = {"u": rng.standard_normal((3, 2)), "v": rng.standard_normal((4, 1))}
    twins = {name: torch.from_numpy(p.copy()).requires_grad_() for name, p in params.items()}
    optimizer = theirs(list(twins.values()))
    for step in range(30):
        grads = {name: np.sin(3 * p) + 0.1 * step for name, p in params.items()}
        for p in twins.values():
            p.grad = torch.sin(3 * p.detach()) + 0.1 * step
        ours.step(params, grads)
        optimizer.step()
        for name, p in params.items():
            np.testing.assert_allclose(p, twins[name].detach().numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("max_norm", [0.1, 100.0])
def test_clipping(max_norm):
    rng = np.random.default_rng(0)
    grads = {"u": rng.standard_normal((3, 2)), "v": rng.standard_normal((4, 1))}
    twins = [torch.zeros(g.shape, dtype=torch.float64, requires_grad=True) for g in grads.values()]
    for twin_, g in zip(twins, grads.values(), strict=True):
        twin_.grad = torch.from_numpy(g.copy())
    want = torch.nn.utils.clip_grad_norm_(twins, max_norm).item()
    clipped, norm = clip_by_norm(grads, max_norm)
    assert norm == pytest.approx(want, rel=1e-12)
    for g, twin_ in zip(clipped.values(), twins, strict=True):
        np.testing.assert_allclose(g, twin_.grad.numpy(), rtol=1e-4)  # torch divides by the norm plus 1e-6


def test_a_stream_in_chunks_is_torchs_detach():
    case = draw(T=15, D=2, H=5, O=3, B=4)
    net = twin(case.cell)
    Wy, c = (torch.from_numpy(p.copy()).requires_grad_() for p in (case.model.Wy, case.model.c.T))
    net.bias_hh_l0.requires_grad_(False)
    optimizer = torch.optim.SGD([net.weight_ih_l0, net.weight_hh_l0, net.bias_ih_l0, Wy, c], 0.01)
    X, Y, h, want = to_torch(case.X), to_torch(case.Y), torch.zeros(1, 4, 5, dtype=torch.float64), []
    for start in range(0, 15, 5):
        optimizer.zero_grad()
        states, h = net(X[start : start + 5], h.detach())
        loss = ((states @ Wy.T + c - Y[start : start + 5]) ** 2).sum()
        loss.backward()
        optimizer.step()
        want.append(loss.item())
    np.testing.assert_allclose(train_stream(case.model, case.X, case.Y, 5, 5, 0.01), want, rtol=1e-10)
    np.testing.assert_allclose(case.cell.Wh, net.weight_hh_l0.detach().numpy(), atol=1e-11)
    np.testing.assert_allclose(case.model.Wy, Wy.detach().numpy(), atol=1e-11)
