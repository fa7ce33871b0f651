"""A judgement as its points, a text for a terminal, a table for a page, and LaTeX for an export."""

import html
import re
import sys
import textwrap
import unicodedata

from rnn_helpers.check.advice import Advice
from rnn_helpers.check.judge import Judgement

MARK = {"right": "right", "partly right": "partly right", "wrong": "not yet right",
        "not attempted": "not attempted yet", "borrowed": "not your own yet"}
WIDTH, NARROW = 110, 76  # characters of a line in a terminal, and on a sheet of paper
LOUD = ("mistake", "happened", "unfinished", "whose", "course")  # what stands out; the rest is quieter
PLAIN = {"✓": "ok", "✗": "x", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "·": "*",
         "×": "x",
         "±": "+-", "≤": "<=", "≥": ">=", "→": "->", "←": "<-", "√": "sqrt", "∞": "inf", "Σ": "sum", "∂": "d",
         "²": "^2"}
LAID = "text-align:left;vertical-align:top;padding:2px 10px"
CELL = f"style='{LAID}'"


def points_text(value):
    """Points without a needless .0."""
    return f"{value:.4g}"


class Points(float):
    """The points of a check, a float from 0 to the maximum, that shows itself as a report.

    In a notebook an HTML table; `print` gives the text; `repr` is the plain float, which grading tools read.
    """

    def __new__(cls, judgement: Judgement):
        self = super().__new__(cls, min(max(judgement.points, 0.0), judgement.maximum))
        self.judgement = judgement
        return self

    def __repr__(self):
        return float.__repr__(self)

    def __str__(self):
        return readable(as_text(self.judgement))

    def _repr_html_(self):
        return as_html(self.judgement)

    def _repr_latex_(self):
        return as_latex(as_text(self.judgement, NARROW))


def readable(text, encoding=None):
    """The text as a terminal of this encoding (None: that of the standard output) can show it: sigma for its letter."""
    encoding = encoding or getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
        return text
    except (UnicodeEncodeError, LookupError):
        return "".join(char if char.isascii() else spelled(char) for char in text)


def spelled(char):
    """A character in ASCII: a Greek letter by its name, an accent left out, "?" for what has no plain form."""
    if char in PLAIN:
        return PLAIN[char]
    name = unicodedata.name(char, "")
    if name.startswith("GREEK") and "LETTER" in name:
        letter = name.partition("LETTER ")[2].split()[0].lower()
        return letter.capitalize() if char.isupper() else letter
    return unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode() or "?"


def headline(judgement):
    return (f"{judgement.name}: {MARK[judgement.status]}, "
            f"{points_text(judgement.points)} of {points_text(judgement.maximum)} points")


def parts(advice):
    """The advice of a judgement, each a list of its parts on lines of their own."""
    for line in advice:
        line = line if isinstance(line, Advice) else Advice(line)
        yield line, [line.text, *([f"in your {line.code}"] if line.code else []), *filter(None, [line.seen, line.math])]


def mark(score):
    return "ok" if not score.reason else "-" if score.waits else "wrong"


def as_text(judgement, width=WIDTH):
    """The report in plain text: the headline, the advice, the facets."""
    lines = [headline(judgement)]
    for _, texts in parts(judgement.advice):
        for n, text in enumerate(texts):
            indent = "  " if n == 0 else "      "
            lines += textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
    titles = max((len(v.title) for v in judgement.facets), default=0)
    for v in judgement.facets:
        start = f"  {mark(v):<5} {points_text(v.earned) + '/' + points_text(v.points):>7}  {v.title:<{titles}}  "
        rest = textwrap.wrap(v.reason, max(30, width + 20 - len(start)), break_on_hyphens=False) or [""]
        lines += [(start if n == 0 else " " * len(start)) + text for n, text in enumerate(rest)]
    return "\n".join(line.rstrip() for line in lines)


def as_html(judgement):
    """The report for a page, in the page's own colours: what helps most stands out, a table has each part's points."""
    loud, quiet = [], []
    for line, _ in parts(judgement.advice):
        block = f"<p style='margin:2px 0'>{code(line.text)}</p>"
        if line.code:
            block += "<p style='margin:2px 0'>in your <code " \
                     f"style='white-space:pre-wrap'>{html.escape(line.code)}</code></p>"
        if line.seen:
            block += "<p style='margin:2px 0 2px 20px'><code " \
                     f"style='white-space:pre-wrap'>{html.escape(line.seen)}</code></p>"
        if line.math:
            block += f"<p style='margin:2px 0 2px 20px'>{mathematics(line.math)}</p>"
        (loud if line.kind in LOUD or not loud and judgement.status != "right" else quiet).append(block)
    said = f"<div style='border-left:4px solid;padding-left:10px;margin:6px 0'>{''.join(loud)}</div>" if loud else ""
    said += f"<div style='font-size:90%;margin:4px 0'>{''.join(quiet)}</div>" if quiet else ""
    words = {"ok": "✓ right", "-": "– waits", "wrong": "✗ wrong"}
    names = ["verdict", "part", "points", "first difference"][:3 + any(v.reason for v in judgement.facets)]
    rows = "".join(f"<tr><td style='white-space:nowrap;{LAID}'>{words[mark(v)]}</td>"
                   f"<th scope='row' style='font-weight:normal;{LAID}'>{html.escape(v.title)}</th>"
                   f"<td style='white-space:nowrap;{LAID}'>{points_text(v.earned)} of {points_text(v.points)}</td>"
                   + f"<td {CELL}>{code(v.reason)}</td>" * (len(names) == 4) + "</tr>" for v in judgement.facets)
    caption = f"<caption style='text-align:left;color:inherit'>The parts of {html.escape(judgement.name)}</caption>"
    heads = "".join(f"<th scope='col' {CELL}>{name}</th>" for name in names)
    table = f"<table style='font-size:90%'>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>" \
        if rows else ""
    head = html.escape(headline(judgement))
    return f"<div role='status'><p style='margin:2px 0'><strong>{head}</strong></p>{said}{table}</div>"


def code(text):
    """Text as HTML, with what stands in `backticks` as code."""
    pieces = html.escape(text, quote=False).split("`")
    if len(pieces) % 2 == 0:  # a lone one
        return html.escape(text, quote=False)
    return "".join(f"<code>{piece}</code>" if n % 2 else piece for n, piece in enumerate(pieces))


def mathematics(text):
    """An equation as HTML: symbols in italics, indices below, powers above."""
    text = html.escape(text.replace("<-", "←").replace(">=", "≥").replace("<=", "≤"), quote=False)
    text = re.sub(r"\b(d?)W([xhy])\b", r"\1W_\2", text)
    text = re.sub(r"_(\{[^}]*\}|[A-Za-z0-9]+)", lambda m: f"<sub>{m[1].strip('{}')}</sub>", text)
    text = re.sub(r"\^(\{[^}]*\}|[A-Za-z0-9]+)", lambda m: f"<sup>{m[1].strip('{}')}</sup>", text)
    return f"<span style='font-family:serif;font-style:italic'>{text}</span>"


def as_latex(text):
    """A text as it is, for an export to LaTeX, whatever stands in it."""
    shown = readable(text, "ascii").replace("\\end{verbatim", "\\end {verbatim")
    return f"\\begin{{verbatim}}\n{shown}\n\\end{{verbatim}}"
