"""Mutants of the course's solutions that no check can catch, because they give the same results; each with the reason.

exercise -> {(statement before, line after): why nothing changes}
"""

START = "the start of the carry: zeros of any shape that broadcasts to (H, B) add nothing"
MINUS_ZERO = "minus zeros are zeros, and are only added to or overwritten"
PLAIN_FLOAT = "a NumPy float is a float"

REASONS = {
    "rnn_backward": {
        ("dh_next = np.zeros_like(dh[0])", "dh_next = -np.zeros_like(dh[0])"): START,
        ("dh_next = np.zeros_like(dh[0])", "dh_next = np.zeros_like(dh[-1])"): START,
        ("dh_next = np.zeros_like(dh[0])", "dh_next = np.zeros_like(db[0])"): START,
        ("for t in reversed(range(len(caches))):", "for t in reversed(range(len(dh))):"): "dh has a step for each cache",
    },
    "numerical_gradient": {
        ("gradient = np.zeros(param.shape)", "gradient = -np.zeros(param.shape)"): MINUS_ZERO,
        ("for index in np.ndindex(*param.shape):", "for index in np.ndindex(*gradient.shape):"): "the gradient has the shape of param",
    },
    "relative_error": {
        ("return float(np.linalg.norm(a - b) / size) if size > 0 else 0.0",
         "return np.linalg.norm(a - b) / size if size > 0 else 0.0"): PLAIN_FLOAT,
    },
}
