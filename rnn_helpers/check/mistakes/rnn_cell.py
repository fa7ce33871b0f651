"""Well-known mistakes in one step of the cell and in the readout."""

import numpy as np

from rnn_helpers.check.exercise import Mistake
from rnn_helpers.check.mistakes.order import in_order

STEP = "h_t = tanh(Wx x_t + Wh h_prev + b)"


def step(pre_activation, activation=np.tanh, cache=lambda x_t, h_prev, h_t: (x_t, h_prev, h_t)):
    """A cell whose pre-activation, activation or cache is wrong."""

    def wrong(cell, x_t, h_prev):
        h_t = activation(pre_activation(cell, x_t, h_prev))
        return h_t, cache(x_t, h_prev, h_t)

    return wrong


def right_z(cell, x_t, h_prev):
    return cell.Wx @ x_t + cell.Wh @ h_prev + cell.b


def overwrites_h_prev(cell, x_t, h_prev):
    cache = (x_t, h_prev.copy(), h_t := np.tanh(right_z(cell, x_t, h_prev)))
    h_prev[:] = h_t
    return h_t, cache


RNN_CELL_FORWARD = (
    Mistake("tanh-forgotten", "tanh is missing",
            "You return the pre-activation z_t itself, so states can grow without bound. Squash it.",
            STEP, step(right_z, activation=lambda z: z)),
    Mistake("sigmoid-for-tanh", "The activation is a sigmoid, not tanh",
            "Your states lie between 0 and 1. tanh runs from -1 to 1, and the step back relies on tanh' = 1 - h_t^2.",
            STEP, step(right_z, activation=lambda z: 1 / (1 + np.exp(-z)))),
    Mistake("bias-forgotten", "The bias b is missing",
            "Add cell.b, a column (H, 1) that broadcasts over the batch.",
            STEP, step(lambda cell, x_t, h_prev: cell.Wx @ x_t + cell.Wh @ h_prev)),
    Mistake("bias-flattened", "The bias is a flat array (H,) or a row (1, H)",
            "Either is added along the columns: with one example (H, 1) + (H,) becomes (H, H). Keep b a column (H, 1).",
            STEP, step(lambda cell, x_t, h_prev: cell.Wx @ x_t + cell.Wh @ h_prev + cell.b.ravel())),
    Mistake("state-ignored", "h_prev takes no part",
            "Without Wh h_prev the cell is a feed-forward layer: it remembers nothing.",
            STEP, step(lambda cell, x_t, h_prev: cell.Wx @ x_t + cell.b)),
    Mistake("input-ignored", "x_t takes no part",
            "Without Wx x_t the cell never hears the input.",
            STEP, step(lambda cell, x_t, h_prev: cell.Wh @ h_prev + cell.b)),
    Mistake("Wh-transposed", "Wh is transposed",
            "Wh[i, j] is the weight from old unit j to new unit i, so the product is Wh @ h_prev. Wh.T belongs to the step back.",
            STEP, step(lambda cell, x_t, h_prev: cell.Wx @ x_t + cell.Wh.T @ h_prev + cell.b)),
    Mistake("state-added-unweighted", "h_prev is added without its weights",
            "You add h_prev itself. The recurrent weights decide what of the old state is kept: Wh @ h_prev.",
            STEP, step(lambda cell, x_t, h_prev: cell.Wx @ x_t + h_prev + cell.b)),
    Mistake("tanh-of-each-term", "tanh is taken of each term on its own",
            "The terms are summed first, then squashed once: tanh(a + b) is not tanh(a) + tanh(b).",
            STEP, step(lambda cell, x_t, h_prev: np.tanh(cell.Wx @ x_t) + np.tanh(cell.Wh @ h_prev + cell.b), lambda z: z)),
    Mistake("bias-after-tanh", "The bias is added after tanh",
            "b shifts the pre-activation, so it stands inside the brackets.",
            STEP, step(lambda cell, x_t, h_prev: np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev) + cell.b, lambda z: z)),
    Mistake("bias-subtracted", "The bias is subtracted", "b is added.",
            STEP, step(lambda cell, x_t, h_prev: cell.Wx @ x_t + cell.Wh @ h_prev - cell.b)),
    Mistake("tanh-twice", "tanh is applied twice", "Squash the sum once.",
            STEP, step(right_z, activation=lambda z: np.tanh(np.tanh(z)))),
    Mistake("elementwise-product", "The state is multiplied element by element",
            "`*` multiplies matching elements. A weighted sum over the old units is a matrix product: Wh @ h_prev.",
            STEP, step(lambda cell, x_t, h_prev: cell.Wx @ x_t + cell.Wh * h_prev + cell.b)),
    Mistake("rows-for-columns", "Examples are treated as rows",
            "x_t @ Wx.T fits rows (B, D). Here a column is an example, x_t is (D, B), so the weights stand on the left: Wx @ x_t.",
            STEP, step(lambda cell, x_t, h_prev: x_t @ cell.Wx.T + h_prev @ cell.Wh.T + cell.b)),
    Mistake("relu-for-tanh", "The activation is a ReLU, not tanh",
            "Your states are never negative and have no upper bound. tanh keeps them in -1..1.",
            STEP, step(right_z, activation=lambda z: np.maximum(z, 0))),
    Mistake("tan-for-tanh", "The activation is tan, not tanh", "np.tan is the tangent of an angle. The hyperbolic tangent is np.tanh.",
            STEP, step(right_z, activation=np.tan)),
    Mistake("bias-twice", "The bias is added twice", "PyTorch's nn.RNN keeps two biases; this cell has one b, added once to the sum.",
            STEP, step(lambda cell, x_t, h_prev: right_z(cell, x_t, h_prev) + cell.b)),
    Mistake("input-outside-tanh", "The input is added outside tanh", "Wx x_t stands inside the brackets: sum all three terms, then squash.",
            STEP, step(lambda cell, x_t, h_prev: np.tanh(cell.Wh @ h_prev + cell.b) + cell.Wx @ x_t, lambda z: z)),
    Mistake("state-outside-tanh", "Wh h_prev is added outside tanh", "Wh h_prev stands inside the brackets: sum all three terms, then squash.",
            STEP, step(lambda cell, x_t, h_prev: np.tanh(cell.Wx @ x_t + cell.b) + cell.Wh @ h_prev, lambda z: z)),
    Mistake("old-state-added", "h_prev is added to the new state",
            "That is a residual connection, which this cell has not: the old state enters through Wh h_prev only.",
            STEP, step(lambda cell, x_t, h_prev: np.tanh(right_z(cell, x_t, h_prev)) + h_prev, lambda z: z)),
    Mistake("bias-forgotten+tanh-forgotten", "The bias and tanh are missing", "Add cell.b to the sum, then squash it with np.tanh.",
            STEP, step(lambda cell, x_t, h_prev: cell.Wx @ x_t + cell.Wh @ h_prev, lambda z: z)),
    Mistake("bias-forgotten+Wh-transposed", "The bias is missing, and Wh is transposed", "Add cell.b. The product is Wh @ h_prev.",
            STEP, step(lambda cell, x_t, h_prev: cell.Wx @ x_t + cell.Wh.T @ h_prev)),
    Mistake("cache-without-h_prev", "The cache lacks h_prev",
            "dWh needs the state before the step: keep h_prev in the cache.",
            "dWh = dz_t h_prev^T", step(right_z, cache=lambda x_t, h_prev, h_t: (x_t, h_t))),
    Mistake("cache-without-x_t", "The cache lacks x_t",
            "dWx needs the input of the step: keep x_t in the cache.",
            "dWx = dz_t x_t^T", step(right_z, cache=lambda x_t, h_prev, h_t: (h_prev, h_t))),
    Mistake("cache-without-h_t", "The cache lacks h_t",
            "tanh'(z_t) = 1 - h_t^2: keep h_t (or z_t) in the cache.",
            "dz_t = dh_t (1 - h_t^2)", step(right_z, cache=lambda x_t, h_prev, h_t: (x_t, h_prev))),
    Mistake("h_prev-overwritten", "h_prev is overwritten",
            "The caller, and your cache, still need the old state. Build a new array with np.tanh(...); h_prev[:] = and += write into the argument.",
            "h_prev belongs to the caller", overwrites_h_prev),
    *in_order(step(right_z), "h_t, cache", "cache, h_t"),
)

OUTPUT = "y_t = Wy h_t + c"

READOUT = (
    Mistake("c-forgotten", "The bias c is missing", "Add c, a column (O, 1) that broadcasts over the batch.",
            OUTPUT, lambda h_t, Wy, c: Wy @ h_t),
    Mistake("tanh-on-the-output", "The output is squashed by tanh",
            "The readout is linear: a target such as 5 could never be reached through tanh.",
            OUTPUT, lambda h_t, Wy, c: np.tanh(Wy @ h_t + c)),
    Mistake("softmax-on-the-output", "The output is a softmax",
            "The readout gives logits; softmax belongs to the loss.",
            OUTPUT, lambda h_t, Wy, c: np.exp(Wy @ h_t + c) / np.exp(Wy @ h_t + c).sum(axis=0)),
    Mistake("output-transposed", "The output is transposed",
            "You return (B, O): a row per example. Here a column is an example, (O, B): Wy @ h_t.",
            OUTPUT, lambda h_t, Wy, c: h_t.T @ Wy.T + c.T),
    Mistake("c-flattened", "c is a flat array of shape (O,)",
            "A flat c is added along the columns. Keep it a column (O, 1).",
            OUTPUT, lambda h_t, Wy, c: Wy @ h_t + c.ravel()),
    Mistake("c-subtracted", "The bias c is subtracted", "c is added.", OUTPUT, lambda h_t, Wy, c: Wy @ h_t - c),
    Mistake("sigmoid-on-the-output", "The output is squashed by a sigmoid", "The readout is linear: its numbers may be of any size and sign.",
            OUTPUT, lambda h_t, Wy, c: 1 / (1 + np.exp(-(Wy @ h_t + c)))),
    Mistake("softmax-over-everything", "The output is a softmax over all numbers at once",
            "The readout gives logits; softmax belongs to the loss.",
            OUTPUT, lambda h_t, Wy, c: np.exp(Wy @ h_t + c) / np.exp(Wy @ h_t + c).sum()),
    Mistake("likeliest-output", "The place of the largest output is returned",
            "argmax comes when a character is chosen. Return all O numbers of each example.",
            OUTPUT, lambda h_t, Wy, c: np.argmax(Wy @ h_t + c, axis=0)),
    Mistake("output-flat", "y_t is flat", "The numbers are right, but y_t is (O, B), a column per example: no ravel, no [:, 0].",
            OUTPUT, lambda h_t, Wy, c: (Wy @ h_t + c).ravel()),
    Mistake("c-forgotten+tanh-on-the-output", "c is missing, and the output is squashed by tanh", "Add c. The readout is linear.",
            OUTPUT, lambda h_t, Wy, c: np.tanh(Wy @ h_t)),
)
