"""Mutants of the course's solutions that no check can catch, because they give the same results; each with the reason.

exercise -> {(statement before, line after): why nothing changes}
"""

START = "the start of the carry: zeros of any shape that broadcasts to (H, B) add nothing"
MINUS_ZERO = "minus zeros are zeros, and are only added to or overwritten"
PLAIN_FLOAT = "a NumPy float is a float"
LIST_OF_NUMBERS = "slices of a list are stacked like slices of an array"

SAME_LENGTH = "they have the same length, a step each"
SAME_SHAPE = "every step has the same shape"

OLDER = "dh = [np.zeros_like(new[0])] * len(memory) + list(new)"
PAIRS = "for parameter, gradient in zip(parameters, (dWx, dWh, db, dWy, dc), strict=True):"
ZEROS = "dWx, dWh, db, dh0 = (np.zeros_like(a) for a in (cell.Wx, cell.Wh, cell.b, dh[0]))"

REASONS = {
    "sample": {
        ("new = chars[rng.choice(len(chars), p=p)]",
         "new = chars[rng.choice(len(p), p=p)]"): "a probability for each character",
        ("p = softmax((model.Wy @ h + model.c) / temperature, axis=0)[:, 0]",
         "p = softmax((model.Wy @ h + model.c) / temperature)[:, 0]"):
            "the rows of a matrix are its axis 0 and its axis -2",
        ("p = softmax((model.Wy @ h + model.c) / temperature, axis=0)[:, 0]",
         "p = softmax((model.Wy @ h + model.c) / temperature, axis=0)[:, -1]"): "the last column is the only one",
    },
    "shares": {
        ("sizes = np.zeros((len(dh), 3))", "sizes = -np.zeros((len(dh), 3))"): "every row is overwritten",
        ("sizes = np.zeros((len(dh), 3))", "sizes = np.ones((len(dh), 3))"): "every row is overwritten",
        ("sizes = np.zeros((len(dh), 3))", "sizes = np.zeros((len(caches), 3))"): SAME_LENGTH,
        **{("for t in range(len(dh)):", f"for t in range(len({other})):"): SAME_LENGTH
           for other in ("caches", "sizes")},
        ("only = np.zeros_like(dh)", "only = -np.zeros_like(dh)"): MINUS_ZERO,
        ("only[t] = dh[t]", "only[t] = -dh[t]"): "BPTT is linear in dh, and a norm has no sign",
    },
    "train_stream": {
        ("for start in range(0, len(X), k1):", "for start in range(0, len(Y), k1):"): SAME_LENGTH,
        **{(OLDER, OLDER.replace("new[0]", other)): SAME_SHAPE for other in ("new[-1]", "h_states[0]")},
        **{(OLDER, OLDER.replace("len(memory)", f"len({other})")): "the front of the list is cut off"
           for other in ("X", "Y")},
        (PAIRS, PAIRS.replace("True", "False")): "there are five of each",
    },
    "rnn_backward_truncated": {
        (ZEROS, ZEROS.replace("dh[0]", "dh[-1]")): SAME_SHAPE,
        ("for t in range(len(caches)):", "for t in range(len(dh)):"): "dh has a step for each cache",
        ("for s in range(t, max(t - k, -1), -1):",
         "for s in range(t, max(-1, t - k), -1):"): "max does not mind the order",
        (ZEROS, ZEROS.replace("like(a)", "like(k)")): "sums that start from the number 0 take the shape of the shares",
    },
    "rnn_cell_forward": {
        ("return (h_t, (x_t, h_prev, h_t))", "return (h_t, (x_t, h_prev, cell))"):
            "h_t can be computed again from what is kept",
    },
    "rnn_forward": {
        ("h_prev = np.zeros((len(cell.Wh), X[0].shape[1])) if h0 is None else h0",
         "h_prev = np.zeros((len(cell.Wh), X[-1].shape[1])) if h0 is None else h0"): "every step has the same batch",
        ("return (np.array(h_states), caches)", "return (h_states, caches)"): "a list of states is right too",
    },
    "many_to_many": {
        ("return np.array([Wy @ h_t + c for h_t in h_states])",
         "return [Wy @ h_t + c for h_t in h_states]"): "a list of outputs is right too",
    },
    "rnn_backward": {
        ("dh_next = np.zeros_like(dh[0])", "dh_next = -np.zeros_like(dh[0])"): START,
        ("dh_next = np.zeros_like(dh[0])", "dh_next = np.zeros_like(dh[-1])"): START,
        ("dh_next = np.zeros_like(dh[0])", "dh_next = np.zeros_like(db[0])"): START,
        ("for t in reversed(range(len(caches))):",
         "for t in reversed(range(len(dh))):"): "dh has a step for each cache",
    },
    "numerical_gradient": {
        ("gradient = np.zeros(param.shape)", "gradient = -np.zeros(param.shape)"): MINUS_ZERO,
        ("gradient = np.zeros(param.shape)", "gradient = np.ones(param.shape)"): "every element is overwritten",
        ("for index in np.ndindex(*param.shape):",
         "for index in np.ndindex(*gradient.shape):"): "the gradient has the shape of param",
    },
    "relative_error": {
        ("return float(np.linalg.norm(a - b) / size) if size > 0 else 0.0",
         "return np.linalg.norm(a - b) / size if size > 0 else 0.0"): PLAIN_FLOAT,
    },
    "make_windows": {
        ("series = np.asarray(series)", "pass"): LIST_OF_NUMBERS,
        ("series = np.asarray(series)", "series = series"): LIST_OF_NUMBERS,
    },
    "squared_error": {
        ("return (float(np.sum(error ** 2)), 2 * error)", "return (np.sum(error ** 2), 2 * error)"): PLAIN_FLOAT,
    },
    "readout_backward": {
        ("dh = np.stack([Wy.T @ dy_t for dy_t in dy])",
         "dh = [Wy.T @ dy_t for dy_t in dy]"): "a list of steps is right too",
    },
    "clip_by_norm": {
        ("norm = float(np.sqrt(sum((np.sum(g ** 2) for g in grads.values()))))",
         "norm = np.sqrt(sum((np.sum(g ** 2) for g in grads.values())))"): PLAIN_FLOAT,
        ("factor = max_norm / norm if norm > max_norm else 1.0",
         "factor = max_norm / norm if norm >= max_norm else 1.0"):
            "a norm of exactly max_norm is scaled by max_norm / norm = 1",
    },
}
