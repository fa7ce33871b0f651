"""Two sentences read word by word: the states after each word, and where they part."""

import numpy as np

from rnn_helpers.plots.svg import CELL, Matrix, Sheet, arrow, formula, frame, number, words

UNITS = ("mood", "turn")
LEFT, ROW = 50, 100  # for the names of the units; height of a sentence


def verdict(state):
    """What a readout of the unit mood alone would say."""
    mood = float(state[0, 0])
    return "neither" if abs(mood) < 0.1 else "praise" if mood > 0 else "blame"


def parted(one, other):
    """The index of the first word after which the states (T, 2, 1) differ, or None."""
    both = min(len(one), len(other))
    apart = np.abs(one[:both] - other[:both]).max(axis=(1, 2)) > 1e-9
    return int(apart.argmax()) if apart.any() else both if len(one) != len(other) else None


def draw_sentences(cell, known, sentences, states):
    """Two sentences, a column of numbers under each word.

    cell : two units; known : the words that it takes in; sentences : two lists of words; states : two (T, 2, 1)
    Returns sheets, text.
    """
    wide = max(64, 8 * max(len(word) for sentence in sentences for word in sentence) + 6)
    parts, at = [], parted(*states)
    for row, (sentence, h) in enumerate(zip(sentences, states, strict=True)):
        y = 18 + row * ROW
        parts += [words(LEFT - 6, y + 26 + i * CELL[1], unit, "end", 11) for i, unit in enumerate(UNITS)]
        for t, (word, h_t) in enumerate(zip(sentence, h, strict=True)):
            middle = LEFT + wide * (t + 0.5)
            state = Matrix(h_t, "state", 1.0, "h", note=f" after {word!r}")
            knows = word in known
            parts += [words(middle, y, word, size=14, weight="bold" if knows else "normal", family="sans-serif"),
                      state.draw(middle - CELL[0] / 2, y + 10)]
            if t:
                parts.append(arrow(middle - wide + CELL[0] / 2 + 2, y + 32, middle - CELL[0] / 2 - 2, y + 32))
            if t == at:
                parts.append(frame(middle - CELL[0] / 2 - 4, y + 6, CELL[0] + 8, 2 * CELL[1] + 8, thick=2.6))
        end = LEFT + wide * len(sentence) + 4
        parts.append(words(end, y + 37, f"\u2192 {verdict(h[-1])}", "start", 15, "bold", "sans-serif"))
    width = LEFT + wide * max(map(len, sentences)) + 90
    Wx, Wh = Matrix(cell.Wx, "state", 4.0, ", ".join(known)), Matrix(cell.Wh, "state", 4.0, "from mood, turn")
    lines = [words(0, 18, "h_t = tanh(Wx x_t + Wh h_prev)", "start", 13), formula(0, 46, ["Wx", Wx], 44),
             formula(0, 118, ["Wh", Wh], 44)]
    ends = [f"mood {number(float(h[-1][0, 0]))}: {verdict(h[-1])}" for h in states]
    zeros = list(dict.fromkeys(word for sentence in sentences for word in sentence if word not in known))
    text = (f"\u201c{' '.join(sentences[0])}\u201d ends with {ends[0]}; \u201c{' '.join(sentences[1])}\u201d with "
            f"{ends[1]}. " + ("The states never part." if at is None else f"The states part at word {at + 1}."
                              + (" In the end they are equal again." if np.allclose(states[0][-1], states[1][-1])
                                 else ""))
            + (f" Columns of zeros to this cell: {', '.join(zeros)}." if zeros else ""))
    return [Sheet(width, 2 * ROW - 10, parts, text), Sheet(250, 2 * ROW - 10, lines, "The weights.")], text
