"""Text that stays text, as HTML: the draw of one character in a table, a text on the colours of a unit."""

from html import escape

import numpy as np

from rnn_helpers.plots.characters import shown
from rnn_helpers.plots.svg import MARK, number, tint

MONO = "font-family:monospace;line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere"
CELL = "text-align:right;white-space:nowrap;padding:0 8px"
MOST = 8  # rows of the table


def on(text, color, more=""):
    """Text on a colour, dark enough to be read on each that `tint` gives."""
    return f'<span style="background:{color};color:#1a1a1a{more}">{escape(text)}</span>'


def one_draw(prefix, text, n, h_t, logits, temperature, p, chars, u):
    """One character's way from the state to the draw.

    prefix, text : str, what was read first and all that is written; n : the characters of text that are read already
    h_t (H,), logits (V,), p (V,) : state, logits, probabilities at the temperature; u : the random number of the draw
    Returns html, said : the picture, and what it says in words
    """
    drawn, ends = chars.index(text[n]), np.cumsum(p)
    falls = ends[drawn] - p[drawn] - 1e-9 <= u <= ends[drawn] + 1e-9
    order = list(np.argsort(-p, kind="stable")[:MOST])
    order += [] if drawn in order else [drawn]
    cells = "".join(f'<span title="unit {i}: {v:.2f}" style="display:inline-block;width:14px;height:14px;'
                    f'background:{tint(v, 1.0, "state")};border:1px solid #808080"></span>' for i, v in enumerate(h_t))
    head = "".join(f'<th scope="col" style="{CELL}">{name}</th>'
                   for name in ("next", "logit", f"logit / {temperature:g}", "probability", "running sums", "drawn"))
    mark, rows = f"\u2190 {u:.3f}" if falls else "\u2190", []
    for v in order:
        numbers = (shown(chars[v]), number(logits[v]), number(logits[v] / temperature), f"{p[v]:.3f}",
                   f"{ends[v] - p[v]:.3f} to {ends[v]:.3f}", mark if v == drawn else "")
        bar = f"min-width:9em;background:linear-gradient(to right,{MARK}66 {100 * p[v]:.0f}%,transparent 0)"
        look = f";outline:2px solid {MARK};outline-offset:-2px" if v == drawn else ""
        rows.append(f'<tr style="background:none{look}">' + "".join(
            f'<td style="{CELL};{bar if column == 3 else ""}">{escape(value)}</td>'
            for column, value in enumerate(numbers)) + "</tr>")
    entropy = max(0.0, float(-np.sum(p[p > 0] * np.log(p[p > 0]))))
    html = (f'<p style="{MONO}"><span style="opacity:0.75">{escape(prefix)}</span><b>{escape(text[:n])}</b>'
            f'{on(text[n], "#FFC79E")}<span style="opacity:0.75">{escape(text[n + 1:])}</span></p>'
            f'<div style="line-height:0.9;margin:6px 0">state of {len(h_t)} units<br>{cells}</div>'
            f'<div style="overflow-x:auto"><table style="font-family:monospace;border-collapse:collapse">'
            f'<thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>')
    best = ", ".join(f"{shown(chars[v])} {p[v]:.2f}" for v in order[:3])
    how = f"The number {u:.3f} draws {text[n]!r}." if falls else f"{text[n]!r} was drawn in another way."
    return html, (f"After {(prefix + text[:n])[-20:]!r}: likeliest {best}; entropy {entropy:.2f} nats, as if among "
                  f"{np.exp(entropy):.2g} characters. {how}")


def coloured(text, values):
    """A text, each character on the colour of its value from -1 to 1, in steps of a quarter."""
    steps, parts, start = np.round(4 * np.asarray(values)) / 4, [], 0
    for i in range(1, len(text) + 1):
        if i == len(text) or steps[i] != steps[start]:
            parts.append(on(text[start:i], tint(float(steps[start]), 1.0, "state")))
            start = i
    return f'<p style="{MONO};max-width:62ch">{"".join(parts)}</p>'
