"""What notebook 04 prints does not hang on rounding: weights times 1 + 1e-9 print the same, digit by digit."""

import contextlib
import io
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import nbformat

from rnn_helpers import rising_loss
from rnn_helpers.model import RNNModel

SOLVED = Path(__file__).parents[2] / "notebooks" / "solutions" / "04_number_sequence.ipynb"


def printed(monkeypatch, nudge):
    """Everything that the code cells print, in a Python without pages; every model's weights times 1 + nudge."""
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    drawn, published = RNNModel.__init__, rising_loss.published_model

    def nudged(model):
        for param in model.params.values():
            param *= 1 + nudge
        return model

    def nudged_draw(self, *args, **kwargs):
        drawn(self, *args, **kwargs)
        nudged(self)

    monkeypatch.setattr(RNNModel, "__init__", nudged_draw)
    monkeypatch.setattr(rising_loss, "published_model", lambda rng: nudged(published(rng)))
    text, names = io.StringIO(), {"__name__": "__main__"}
    with contextlib.redirect_stdout(text):
        for cell in nbformat.read(SOLVED, as_version=4).cells:
            skipped = cell.id == "setup" or cell.source.startswith(("play.", "predict("))
            if cell.cell_type == "code" and not skipped:
                exec(compile(cell.source, cell.id, "exec"), names)
    monkeypatch.undo()
    return text.getvalue()


def test_printed_numbers_are_well_posed(monkeypatch):
    matplotlib.use("agg")
    as_it_is = printed(monkeypatch, 0.0)
    assert as_it_is.count("\n") > 50 and "after a lone 3" in as_it_is
    for nudge in (1e-9, -1e-9):
        assert printed(monkeypatch, nudge) == as_it_is
