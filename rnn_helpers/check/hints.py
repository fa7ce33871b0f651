"""Three hints for each exercise, each a step further: the idea, the equation beside a skeleton, a case to compare.

A gap in a skeleton is `___`. The numbers of the smallest case are computed by the course's own implementation.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_helpers.cell import RNNCell
from rnn_helpers.model import RNNModel

UNIT = RNNCell.from_arrays(*(np.array([[value]]) for value in (0.5, 0.8, 0.1)))  # one unit, one input
ONE_UNIT = "One unit, one input: $W_x = 0.5$, $W_h = 0.8$, $b = 0.1$"


@dataclass(frozen=True)
class Hints:
    """idea : where to look, what to ask; equation : TeX; skeleton : Python with gaps; smallest : (reference) -> a case,
    in words and numbers."""

    idea: str
    equation: str
    skeleton: str
    smallest: Callable

    def steps(self, reference):
        """The three hints as (title, Markdown)."""
        return (("the idea", self.idea),
                ("the equation and a skeleton", f"$${self.equation}$$\n\n```python\n{self.skeleton.strip()}\n```"),
                ("the smallest case, by hand", self.smallest(reference)))


def column(*values):
    """A column (H, 1)."""
    return np.array(values, float)[:, None]


def shown(value):
    """Numbers as a reader compares them: four digits, an array as nested lists, one number without brackets."""
    value = np.asarray(value)
    if value.size == 1:
        return f"{float(value.ravel()[0]) + 0.0:.4g}"
    return "[" + ", ".join(map(shown, value)) + "]"


def unit_model():
    """One unit with a readout: Wy = 2, c = 0."""
    model = RNNModel(1, 1, 1, np.random.default_rng(0))
    model.cell = RNNCell.from_arrays(UNIT.Wx.copy(), UNIT.Wh.copy(), UNIT.b.copy())
    model.Wy, model.c = np.array([[2.0]]), np.array([[0.0]])
    return model


def series(*values):
    """A sequence of one number a step, (T, 1, 1)."""
    return np.array(values, float).reshape(-1, 1, 1)


def step_forward(f):
    h_t, _ = f(UNIT, column(1), column(0.5))
    return f"{ONE_UNIT}; $x_t = 1$, $h_{{t-1}} = 0.5$. Then $z_t = 0.5 + 0.4 + 0.1 = 1$ and $h_t = {shown(h_t)}$."


RNN_CELL_FORWARD = Hints(
    "Two things come in, the new input and the old state. Each is weighted by its own matrix; they are added, and "
    "squashed once. Then think of the way back, in notebook 3: of all you had in your hands here, what will it ask "
    "for? That is the cache.",
    r"z_t = W_x x_t + W_h h_{t-1} + b, \qquad h_t = \tanh(z_t)",
    """
z_t = ___ @ x_t + ___ @ ___ + ___
h_t = ___(z_t)
return h_t, (___, ___, h_t)
""", step_forward)

READOUT = Hints(
    "The output is a weighted sum of the state, and nothing is squashed. Which array has as many columns as the state "
    "has rows?",
    r"y_t = W_y h_t + c",
    "return ___ @ ___ + ___",
    lambda f: "Two units, one output: $W_y = [2, -1]$, $h_t = [0.5, 0.25]$ as a column, $c = 0.1$. "
              f"Then $y_t = {shown(f(column(0.5, 0.25), np.array([[2.0, -1.0]]), column(0.1)))}$.")


def forward(f):
    states, _ = f(UNIT, series(1, 0, -1))
    return f"{ONE_UNIT}; $X = 1, 0, -1$, no $h_0$. The states are {', '.join(map(shown, states))}: with no input, " \
           "the second is not 0. Do yours agree from the first step on, or from the second?"


RNN_FORWARD = Hints(
    "One cell, used T times. What does a step hand to the next one, and what does the first step get when no h0 is "
    "given? What shape does that have? Keep every state, and every cache.",
    r"h_t, \text{cache}_t = \text{rnn\_cell\_forward}(\text{cell}, x_t, h_{t-1}), \qquad t = 1, \dots, T",
    """
h = ___ if h0 is None else h0
h_states, caches = [], []
for x_t in ___:
    h, cache = ___
    h_states.append(___)
    ___
return np.array(h_states), caches
""", forward)

STATES = np.array([[[0.5]], [[-0.5]]])  # two steps, one unit
MANY_TO_MANY = Hints(
    "The readout of notebook 1, at every step, with the same weights. What is the first axis of the result?",
    r"y_t = W_y h_t + c \quad \text{for every } t",
    "return np.array([___ for h_t in ___])",
    lambda f: "States 0.5 and -0.5 of one unit, $W_y = 2$, $c = 2$. "
              f"The outputs are {', '.join(map(shown, f(STATES, np.array([[2.0]]), column(2))))}.")

MANY_TO_ONE = Hints(
    "A verdict on the whole sequence. Which state has read all of it?",
    r"y = W_y h_T + c",
    "return ___ @ h_states[___] + ___",
    lambda f: "States 0.5 and -0.5 of one unit, $W_y = 2$, $c = 2$. "
              f"The output is {shown(f(STATES, np.array([[2.0]]), column(2)))}.")

COUNT_PARAMETERS = Hints(
    "Five arrays. Write their shapes below each other; an array holds as many numbers as its sides multiplied. Is T a "
    "side of any?",
    r"W_x\ (H, D), \quad W_h\ (H, H), \quad b\ (H, 1), \quad W_y\ (O, H), \quad c\ (O, 1)",
    "return H * ___ + H * ___ + ___ + O * ___ + ___",
    lambda f: f"D = 1, H = 2, O = 1: 2 + 4 + 2 + 2 + 1 = {f(1, 2, 1)}.")


def step_back(f):
    h_t = np.tanh(column(1))
    dWx, dWh, db, dh_prev = f(UNIT, column(1), (column(1), column(0.5), h_t))
    return f"{ONE_UNIT}; $x_t = 1$, $h_{{t-1}} = 0.5$, so $h_t = {shown(h_t)}$, and $dh_t = 1$. Then $dz_t = " \
           f"{shown(1 - h_t**2)}$, dWx = {shown(dWx)}, dWh = {shown(dWh)}, db = {shown(db)}, dh_prev = " \
           f"{shown(dh_prev)}. Two of these agree: why?"


RNN_CELL_BACKWARD = Hints(
    "Undo the step from its end: first the tanh, then the sum. The slope of tanh can be had from its result, which is "
    "in the cache. Then, for each gradient, ask for its shape: it is that of what it is the gradient of. Which product "
    "has this shape?",
    r"dz_t = dh_t \odot \tanh'(z_t), \qquad \tanh'(z_t) = 1 - h_t^2",
    """
x_t, h_prev, h_t = cache
dz_t = dh_t * (1 - ___)
dWx_t = dz_t @ ___            # (H, B) times (B, D)
dWh_t = dz_t @ ___
db_t = dz_t.sum(axis=___, keepdims=___)
dh_prev = ___ @ dz_t
return dWx_t, dWh_t, db_t, dh_prev
""", step_back)


def walk_back(f):
    caches, h = [], column(0.5)
    for x in (1, 0):
        h_next = np.tanh(UNIT.Wx * x + UNIT.Wh @ h + UNIT.b)
        caches.append((column(x), h, h_next))
        h = h_next
    values = dict(zip(("dWx", "dWh", "db", "dh0"), f(UNIT, series(1, 1), caches), strict=True))
    return f"{ONE_UNIT}; $X = 1, 0$, $h_0 = 0.5$, dh = 1 at both steps. Then " \
           + ", ".join(f"{name} = {shown(value)}" for name,
                       value in values.items()) + ". The second input is 0: what does dWx hold?"


RNN_BACKWARD = Hints(
    "Two gradients reach a state: one from the loss at its own step, one from the step after it. What comes from after "
    "the last step? Walk from the last step to the first. The weights were used at every step: what does that mean for "
    "their gradients?",
    r"dh_t^{\text{all}} = dh_t + dh_{\text{prev}} \text{ of step } t + 1",
    """
dWx, dWh, db = ___, ___, ___
carry = ___
for t in reversed(range(___)):
    dWx_t, dWh_t, db_t, carry = rnn_cell_backward(cell, ___, caches[t])
    ___  # what do dWx_t, dWh_t and db_t do?
return dWx, dWh, db, ___
""", walk_back)


def slope(f):
    w = np.array([3.0])
    return "$f = w^2$ at $w = 3$ with eps = 0.1: $f(3.1) = 9.61$ and $f(2.9) = 8.41$, so the gradient is " \
           f"{shown(f(lambda: float(w[0]**2), w, 0.1))}. " \
           "And $w$ is 3 again afterwards."


NUMERICAL_GRADIENT = Hints(
    "Move one number a little up, ask f; a little down, ask f. f takes no argument: it looks at param itself, so param "
    "must move in place, and come back. Then the next number. Which loop visits every number of an array of any shape?",
    r"\frac{\partial f}{\partial w} \approx \frac{f(w + \epsilon) - f(w - \epsilon)}{2 \epsilon}",
    """
gradient = np.zeros_like(param)
for place in np.ndindex(___):
    before = param[place]
    param[place] = ___
    plus = f()
    param[place] = ___
    minus = f()
    param[place] = ___
    gradient[place] = ___
return gradient
""", slope)

RELATIVE_ERROR = Hints(
    "A difference of 0.001 is small beside 1000 and large beside 0.001: compare it with the sizes of a and b. "
    "What should come out for two arrays of zeros, and what would a division give?",
    r"\frac{\lVert a - b \rVert}{\lVert a \rVert + \lVert b \rVert}",
    """
size = ___ + ___
return ___ if size == 0 else float(___ / size)
""",
    lambda f: "$a = [3, 4]$ and $b = [3, 3]$: the difference has length 1, the two have lengths 5 and 4.243. The "
              "error is "
              f"{shown(f(np.array([3.0, 4.0]), np.array([3.0, 3.0])))}.")


def windows(f):
    X, Y = f(np.array([1.0, 2.0, 3.0, 4.0]), 2)
    lines = "; ".join(f"{shown(X[:, 0, n])} → {shown(Y[:, 0, n])}" for n in range(X.shape[2]))
    return f"The series 1, 2, 3, 4 and length 2: {lines}. X and Y have shape {X.shape}."


MAKE_WINDOWS = Hints(
    "Write down the windows of a short series by hand. At which places may a window start, so that its target still "
    "exists? The windows stand side by side: which axis is that?",
    r"X_{t,n} = s_{n+t}, \qquad Y_{t,n} = s_{n+t+1}",
    """
N = len(series) - ___
X = np.array([[series[n + ___] for n in range(N)] for t in range(___)])
Y = np.array([[___ for n in range(N)] for t in range(___)])
return X[:, None, :], Y[:, None, :]
""", windows)

FIT_SCALE = Hints(
    "Two numbers that bring a series to mean 0 and standard deviation 1. Which one is subtracted, by which one is "
    "divided?",
    r"\text{shift} = \frac{1}{N} \sum_n s_n, \qquad \text{scale} = \sqrt{\frac{1}{N} \sum_n (s_n - \text{shift})^2}",
    """
shift = ___
scale = ___
return shift, scale
""",
    lambda f: "The series 1, 3: shift = {}, scale = {}.".format(*map(shown, f(np.array([1.0, 3.0])))))

SQUARED_ERROR = Hints(
    "The loss is one number for everything that comes in: a sum, not a mean. Its gradient has the shape of y. "
    "What is the derivative of a square?",
    r"L = \sum (y - \text{target})^2",
    """
loss = np.sum(___)
dy = ___ * (___)
return loss, dy
""",
    lambda f: "y = [1, 3] and target = [2, 1] as columns: loss = {}, dy = {}.".format(*map(shown,
                                                                                           f(column(1, 3),
                                                                                             column(2, 1)))))


def readout_back(f):
    dWy, dc, dh = f(np.array([[[1.0]], [[-3.0]]]), STATES, np.array([[2.0]]))
    return f"Two steps, one unit: h = 0.5, -0.5; dy = 1, -3; $W_y = 2$. Then dWy = {shown(dWy)}, dc = {shown(dc)}, " \
           f"dh = {shown(dh)}."


READOUT_BACKWARD = Hints(
    "One step first: what are the shapes of dWy, dc and dh, and which product of dy[t] with what you have gives each? "
    "Then all steps: two of the three are of things used at every step, one is not.",
    r"y_t = W_y h_t + c",
    """
dWy, dc, dh = np.zeros_like(Wy), ___, []
for dy_t, h_t in zip(dy, h_states):
    dWy += ___ @ ___
    dc += ___
    dh.append(___ @ ___)
return dWy, dc, np.array(dh)
""", readout_back)


def clip(f):
    clipped, norm = f({"dWx": np.array([3.0]), "db": np.array([4.0])}, 1.0)
    return f"dWx = 3, db = 4, max_norm = 1: the norm is {shown(norm)}, and after clipping dWx = " \
           f"{shown(clipped['dWx'])}, db = {shown(clipped['db'])}. Their proportion is as before."


CLIP_BY_NORM = Hints(
    "All arrays together are one long vector. How long is it? When it is too long, every number is multiplied by the "
    "same factor: which one makes it just max_norm long? What must happen when it is short enough, and when it is "
    "zero?",
    r"\lVert g \rVert = \sqrt{\sum_{\text{arrays}} \sum g^2}, \qquad g \leftarrow g \, \frac{\text{max\_norm}}{\lVert "
    r"g \rVert} \text{ if it is longer}",
    """
norm = np.sqrt(sum(___ for g in grads.values()))
scale = ___ if norm > max_norm else ___
return {name: ___ for name, g in grads.items()}, norm
""", clip)


def training(f):
    model = unit_model()
    loss, norm = f(model, series(1), series(1), 0.1, np.inf)
    after = {"Wx": model.cell.Wx, "Wh": model.cell.Wh, "b": model.cell.b, "Wy": model.Wy, "c": model.c}
    return f"{ONE_UNIT}; $W_y = 2$, $c = 0$; one step, $x = 1$, target 1, lr = 0.1, no clipping. The loss is " \
           f"{shown(loss)}, the norm " \
           f"{shown(norm)}; afterwards " + ", ".join(f"{name} = {shown(value)}" for name, value in after.items()) \
           + ". One of the five is as before: why?"


TRAIN_STEP = Hints(
    "You have written every part. Forward through the sequence, outputs, loss; then the way back, part for part in "
    "reverse. All five gradients go into one dict and are clipped together. Then the model itself has to change: its "
    "own arrays, not copies.",
    r"p \leftarrow p - \text{lr} \cdot \text{clip}\left(\frac{\partial L}{\partial p}\right)",
    """
h_states, caches = ___
Y_hat = ___
loss, dY = ___
dWy, dc, dh = ___
dWx, dWh, db, _ = ___
grads, norm = ___
model.cell.Wx -= ___
___
return loss, norm
""", training)

BUILD_VOCABULARY = Hints(
    "Every character of the text once, in an order that is the same in every process. A set has each once, but in no "
    "order you can rely on. index_of leads the other way: from a character to its place.",
    r"\text{chars}[\text{index\_of}[\text{char}]] = \text{char}",
    """
chars = ___(set(___))
index_of = {___: ___ for ___, ___ in enumerate(chars)}
return chars, index_of
""",
    lambda f: "The text \"hello\": chars = `{}`, index_of = `{}`.".format(*f("hello")))

ONE_HOT = Hints(
    "Each step is a column of zeros with a single 1. In which row does it stand? Pair each step with its own index: "
    "X[:, indices] would write all of them into every step.",
    r"X_{t,i} = 1 \text{ where } i = \text{indices}_t, \text{ else } 0",
    """
X = np.zeros((___, ___, 1))
for t, index in enumerate(indices):
    X[___] = 1
return X
""",
    lambda f: f"indices = [2, 0], size = 3: the two columns are {shown(f([2, 0], 3)[0][:, 0])} and "
              f"{shown(f([2, 0], 3)[1][:, 0])}.")


def entropy(f):
    loss, dlogits = f(np.array([[[0.0], [np.log(3.0)]]]), np.array([[0]]))
    return "One step, logits 0 and log 3 = 1.099, so p = 1/4 and 3/4; the target is 0. " \
           f"The loss is {shown(loss)} = log 4, dlogits = {shown(dlogits[0, :, 0])}."


SOFTMAX_CROSS_ENTROPY = Hints(
    "Over which axis do the probabilities add up to 1? Adding a number to all logits of a step changes nothing: which "
    "number keeps exp from overflowing? And the log of a softmax can be written without exp of anything large.",
    r"p = \frac{e^{z}}{\sum e^{z}}, \qquad L = -\sum_{t,b} \log p_{t,\,\text{target}}, \qquad \frac{\partial "
    r"L}{\partial z} = p - \text{one-hot}",
    """
z = logits - logits.max(axis=___, keepdims=True)
log_p = z - np.log(___)
t, b = np.indices(targets.shape)
loss = -np.sum(log_p[___, ___, ___])
dlogits = np.exp(log_p)
dlogits[t, targets, b] -= ___
return loss, dlogits
""", entropy)


def training_characters(f):
    model = unit_model()
    model.Wy, model.c = np.array([[1.0], [-1.0]]), np.zeros((2, 1))
    loss, norm = f(model, series(1), np.array([[0]]), 0.1, np.inf)
    return f"{ONE_UNIT}; $W_y = [1, -1]$ as a column, $c = 0$; one step, $x = 1$, target 0, lr = 0.1, no clipping. " \
           f"The loss is {shown(loss)}, the norm {shown(norm)}; afterwards Wy = {shown(model.Wy)}, c = " \
           f"{shown(model.c)}."


TRAIN_STEP_CHARACTERS = Hints(
    "The step of notebook 4 with another loss. What does model.loss_and_gradients take as its loss unless you say "
    "otherwise? It also gives the gradient of h0, which is no parameter.",
    r"p \leftarrow p - \text{lr} \cdot \text{clip}\left(\frac{\partial L}{\partial p}\right)",
    """
loss, grads = model.loss_and_gradients(X, targets, loss=___)
grads, norm = clip_by_norm({name: grads[name] for name in ___}, max_norm)
for name, param in model.params.items():
    param -= ___
return loss, norm
""", training_characters)


def sampled(f):
    model = unit_model()
    model.cell = RNNCell.from_arrays(np.array([[2.0, -2.0]]), UNIT.Wh, UNIT.b)
    model.Wy, model.c = np.array([[-5.0], [5.0]]), np.zeros((2, 1))
    text = f(model, ["a", "b"], "a", 4, 0.01, np.random.default_rng(0))
    return "One unit, $W_x = [2, -2]$, $W_h = 0.8$, $b = 0.1$, $W_y = [-5, 5]$ as a column, $c = 0$, chars a and b. " \
           "An a makes the state positive, so b is likely, and the other way round: after the prefix \"a\", near " \
           f"temperature 0, comes \"{text}\"."


SAMPLE = Hints(
    "One loop does it. Each turn reads what is new, first the whole prefix, then the character just drawn, and draws "
    "from what the state says now. Where does the temperature go: before the softmax or after it? rng draws, nothing "
    "else does.",
    r"p = \text{softmax}\left(\frac{W_y h_t + c}{\text{temperature}}\right)",
    """
h, text, new = None, "", prefix
for _ in range(___):
    X = columns([___ for char in new], len(chars))
    h = rnn_forward(model.cell, X, ___)[0][___]
    p = ___
    new = chars[rng.choice(len(chars), p=___)]
    text += ___
return text
""", sampled)


def truncated(f):
    caches, h = [], column(0.5)
    for x in (1, 0):
        h_next = np.tanh(UNIT.Wx * x + UNIT.Wh @ h + UNIT.b)
        caches.append((column(x), h, h_next))
        h = h_next
    one, two = (dict(zip(("dWx", "dWh", "db", "dh0"), f(UNIT, series(1, 1), caches, k), strict=True)) for k in (1, 2))
    return f"{ONE_UNIT}; $X = 1, 0$, $h_0 = 0.5$, dh = 1 at both steps. " + "; ".join(
        f"k = {k}: " + ", ".join(f"{name} = {shown(value)}" for name, value in values.items()) for k,
        values in ((1, one), (2, two))) \
        + ". With k = 2 = T it is full BPTT."


RNN_BACKWARD_TRUNCATED = Hints(
    "Follow one loss: it walks back from its own step, k steps at most, and is forgotten there. Then the next loss. "
    "Which of them reach h0? With k = 1 each stays at its own step; with k = T nothing is cut.",
    r"\text{loss } t \text{ reaches the steps } t, t - 1, \dots, t - k + 1",
    """
for t in range(T):
    carry = ___
    for s in range(t, ___, -1):
        dWx_s, dWh_s, db_s, carry = rnn_cell_backward(cell, carry, caches[s])
        ___
    if ___:
        dh0 += carry
return dWx, dWh, db, dh0
""", truncated)


def streamed(f):
    losses = f(unit_model(), series(1, 0, -1), series(1, 1, 1), 2, 2, 0.1)
    return f"{ONE_UNIT}; $W_y = 2$, $c = 0$; X = 1, 0, -1, every target 1, k1 = k2 = 2, lr = 0.1. There are " \
           f"{len(losses)} losses, of two steps and of one: {', '.join(map(shown, losses))}. The second piece starts " \
           "from the state that the first one ended with."


TRAIN_STREAM = Hints(
    "Cut the stream into pieces of k1 steps. A piece starts from the last state of the piece before: its value is "
    "carried on, its gradient is not. For k2 > k1 the way back needs the caches of earlier steps: what has to be kept?",
    r"\text{every } k_1 \text{ steps: back } k_2 \text{ steps, then } p \leftarrow p - \text{lr} \, \frac{\partial "
    r"L}{\partial p}",
    """
for start in range(0, len(X), k1):
    h_states, new = rnn_forward(model.cell, X[start:___], h)
    caches = (caches + new)[___:]
    h = ___
    loss, dY = ___
    ___
    losses.append(___)
return losses
""", streamed)


def one_at_a_time(f):
    def first_only(cell, dh, caches):
        return 3 * dh[0], 4 * dh[0], dh[0], dh[0]

    sizes = f(first_only, UNIT, series(1, 1), [None, None])
    return "A backward function that looks at the first step's loss alone and returns 3, 4 and 1 times dh[0]: with " \
           f"dh = 1 at both steps the rows are {' and '.join(map(shown, sizes))}. A row of zeros is a loss that the " \
           "weights never hear of."


SHARES = Hints(
    "Which loss reaches the weights? Ask one at a time: hand the backward function a dh in which only one step is not "
    "zero, and measure what comes out. It is a function that you are given: call it, whatever it does.",
    r"\text{sizes}_t = \left(\lVert dW_x \rVert, \lVert dW_h \rVert, \lVert db \rVert\right) \text{ of the loss at "
    r"step } t \text{ alone}",
    """
sizes = []
for t in range(len(dh)):
    alone = np.zeros_like(dh)
    alone[___] = ___
    dWx, dWh, db, _ = backward(___)
    sizes.append([___ for g in (dWx, dWh, db)])
return np.array(sizes)
""", one_at_a_time)
