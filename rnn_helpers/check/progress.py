"""The exercises of one notebook with their points, and what is left."""

import html

from rnn_helpers.check.report import MARK, points_text


class Progress:
    """Shows itself as a table on a page, as text in a terminal.

    Parameters
    ----------
    notebook : its name
    rows : list of (exercise name, Judgement or None, maximum)
    written : list of (name, points), answers that a person reads
    """

    def __init__(self, notebook, rows, written):
        self.notebook, self.rows, self.written = notebook, rows, written

    @property
    def points(self):
        """Earned by the checks so far."""
        return sum(judgement.points for _, judgement, _ in self.rows if judgement)

    @property
    def maximum(self):
        """Of the checks; written answers come on top."""
        return sum(maximum for _, _, maximum in self.rows)

    def table(self):
        """Rows of (name, state, points)."""
        for name, judgement, maximum in self.rows:
            state = MARK[judgement.status] if judgement else "not checked yet"
            yield name, state, f"{points_text(judgement.points if judgement else 0)} of {points_text(maximum)}"
        for name, maximum in self.written:
            yield name, "written, read by a person", f"? of {points_text(maximum)}"

    def headline(self):
        if not self.rows:
            return f"{self.notebook}: no exercise here that a check reads"
        left = [name for name, judgement, maximum in self.rows if not judgement or judgement.points < maximum]
        rest = f"left: {', '.join(left)}" if left else "nothing left but what a person reads" if self.written else "nothing left"
        return f"{self.notebook}: {points_text(self.points)} of {points_text(self.maximum)} points; {rest}"

    def __repr__(self):
        rows = list(self.table())
        width, states = max(len(r[0]) for r in rows), max(len(r[1]) for r in rows)
        return "\n".join([self.headline()] + [f"  {n:<{width}}  {s:<{states}}  {p}" for n, s, p in rows])

    def _repr_html_(self):
        cell = "style='text-align:left;padding:2px 10px'"
        rows = "".join(f"<tr><th scope='row' {cell}>{html.escape(n)}</th><td {cell}>{s}</td><td {cell}>{p}</td></tr>"
                       for n, s, p in self.table())
        return (f"<table><caption style='text-align:left;color:inherit'><strong>{html.escape(self.headline())}</strong></caption><thead><tr>"
                f"<th scope='col' {cell}>exercise</th><th scope='col' {cell}>state</th><th scope='col' {cell}>points</th>"
                f"</tr></thead><tbody>{rows}</tbody></table>")
