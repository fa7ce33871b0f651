"""What notebook 03 prints does not hang on rounding: weights times 1 + 1e-9 print the same, digit by digit."""

import contextlib
import io
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np

from rnn_helpers.cell import RNNCell

SOLVED = Path(__file__).parents[2] / "notebooks" / "solutions" / "03_bptt.ipynb"


def printed(monkeypatch, nudge):
    """Everything that the code cells print, in a Python without pages; every cell's weights times 1 + nudge."""
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    drawn, from_arrays = RNNCell.__init__, RNNCell.from_arrays.__func__

    def nudged_draw(self, *args, **kwargs):
        drawn(self, *args, **kwargs)
        self.Wx, self.Wh = self.Wx * (1 + nudge), self.Wh * (1 + nudge)

    def nudged_arrays(cls, Wx, Wh, b):
        return from_arrays(cls, Wx * (1 + nudge), Wh * (1 + nudge), b)

    monkeypatch.setattr(RNNCell, "__init__", nudged_draw)
    monkeypatch.setattr(RNNCell, "from_arrays", classmethod(nudged_arrays))
    text, names = io.StringIO(), {"__name__": "__main__"}
    with contextlib.redirect_stdout(text):
        for cell in nbformat.read(SOLVED, as_version=4).cells:
            if cell.cell_type == "code" and cell.id != "setup" and not cell.source.startswith(("play.", "predict(")):
                exec(compile(cell.source, cell.id, "exec"), names)
    monkeypatch.undo()
    return text.getvalue()


def test_printed_numbers_are_well_posed(monkeypatch):
    matplotlib.use("agg")
    with np.errstate(all="raise", under="ignore"):
        as_it_is = printed(monkeypatch, 0.0)
    assert as_it_is.count("\n") > 50
    for nudge in (1e-9, -1e-9):
        assert printed(monkeypatch, nudge) == as_it_is
