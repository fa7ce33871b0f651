"""How time and memory of a gradient grow with the length of the sequence: full, sliding-window and chunked BPTT."""

import tracemalloc

import numpy as np

from rnn_helpers.bptt import rnn_backward, rnn_backward_truncated, rnn_forward
from rnn_helpers.cell import RNNCell
from rnn_helpers.validate import as_count


def ways(T, D=8, H=32, B=1, k=25):
    """The same work done in three ways, as functions without arguments.

    Parameters
    ----------
    T, D, H, B : steps, inputs, hidden units, examples
    k : steps that a loss flows back, or steps in a chunk

    Returns
    -------
    dict : "full", "sliding window", "chunks" -> function; each goes once forward and back over the T steps
    """
    T, k, rng = as_count("T", T), as_count("k", k), np.random.default_rng(0)
    cell = RNNCell(D, H, rng)
    X, dh = (rng.standard_normal((T, B, size)).transpose(0, 2, 1) for size in (D, H))

    def full():
        rnn_backward(cell, dh, rnn_forward(cell, X)[1])

    def sliding_window():
        rnn_backward_truncated(cell, dh, rnn_forward(cell, X)[1], k)

    def chunks():
        h = None
        for start in range(0, T, k):
            h_states, caches = rnn_forward(cell, X[start : start + k], h)
            rnn_backward(cell, dh[start : start + k], caches)
            h = h_states[-1]

    return {"full": full, "sliding window": sliding_window, "chunks": chunks}


def peak_bytes(run):
    """The most memory that `run()` held at one time, in bytes, beyond what was there before."""
    tracing = tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        run()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not tracing:
            tracemalloc.stop()


def exponent(sizes, costs):
    """The e of cost = c size^e that fits best on log axes: 1 for linear growth, 0 for none."""
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])
