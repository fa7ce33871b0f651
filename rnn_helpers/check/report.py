"""A judgement as its points, a text of at most 12 lines, and a table for a page."""

import html
import textwrap

from rnn_helpers.check.judge import Judgement

MARK = {"right": "right", "partly right": "partly right", "wrong": "not yet right", "not attempted": "not attempted yet",
        "borrowed": "not your own yet"}
LINES = 12
WIDTH = 110


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
        return as_text(self.judgement)

    def _repr_html_(self):
        return as_html(self.judgement)


def headline(judgement):
    return (f"{judgement.name}: {MARK[judgement.status]}, "
            f"{points_text(judgement.points)} of {points_text(judgement.maximum)} points")


def as_text(judgement):
    """The report in plain text: the headline, the advice, the facets; at most 12 lines."""
    lines = [headline(judgement)]
    room = LINES - 1 - len(judgement.facets)
    advice = [line for text in judgement.advice
              for line in textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")]
    if len(advice) > room:
        advice = advice[:room - 1] + [advice[room - 1] + " ..."]
    lines += advice
    width = max((len(v.title) for v in judgement.facets), default=0)
    for v in judgement.facets:
        earned = f"{points_text(v.earned)}/{points_text(v.points)}"
        line = f"  {'ok   ' if not v.reason else 'wrong'} {earned:>7}  {v.title:<{width}}  {v.reason}".rstrip()
        lines.append(line if len(line) <= WIDTH + 20 else f"{line[:WIDTH + 16]} ...")
    return "\n".join(lines[:LINES])


def as_html(judgement):
    """The report as a table that inherits the page's colours: a caption, a row per facet, words beside the marks."""
    head = html.escape(headline(judgement))
    advice = "".join(f"<p style='margin:2px 0'>{html.escape(text)}</p>" for text in judgement.advice)
    cell = "style='text-align:left;padding:2px 10px'"
    rows = "".join(
        f"<tr><td style='text-align:left;padding:2px 10px;white-space:nowrap'>{'✓ right' if not v.reason else '✗ wrong'}</td>"
        f"<th scope='row' {cell}>{html.escape(v.title)}</th>"
        f"<td {cell}>{points_text(v.earned)} of {points_text(v.points)}</td><td {cell}>{html.escape(v.reason)}</td></tr>"
        for v in judgement.facets)
    caption = f"<caption style='text-align:left;color:inherit'>The parts of {html.escape(judgement.name)}</caption>"
    table = (f"<table>{caption}<thead><tr><th scope='col' {cell}>verdict</th><th scope='col' {cell}>part</th>"
             f"<th scope='col' {cell}>points</th><th scope='col' {cell}>where it departs</th></tr></thead>"
             f"<tbody>{rows}</tbody></table>") if rows else ""
    return f"<div role='status'><p style='margin:2px 0'><strong>{head}</strong></p>{advice}{table}</div>"
