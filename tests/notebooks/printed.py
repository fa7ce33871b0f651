"""What a solved notebook prints, cell by cell: as it is stored, and run in a plain Python with every weight nudged."""

import contextlib
import io
import re

import matplotlib
import matplotlib.pyplot as plt
import pytest

from authoring import files
from rnn_helpers import cell, rising_loss
from rnn_helpers.cell import RNNCell
from rnn_helpers.model import RNNModel
from rnn_helpers.plots import style

NO_PAGE = re.compile(r"^\s*(play\.|predict\()", re.MULTILINE)  # cells that show widgets


def code_cells(name):
    """The cells of a solved notebook that run without a page."""
    nb = files.read(files.solution_path(name))
    return [c for c in nb.cells if c.cell_type == "code" and c.id != "setup" and not NO_PAGE.search(c.source)]


def stored(name):
    """{cell id: what the cell prints and the alt texts of its pictures} of a notebook as it is committed."""
    return {c.id: "".join(_words(output) for output in c.outputs) for c in code_cells(name) if not _is_check(c)}


def _is_check(c):
    return c.source.startswith("check.")  # it shows a table on a page, prints a text without one


def _words(output):
    if output.output_type == "stream":
        return output.text
    return output.data["text/plain"] + "\n" if "<img " in output.data.get("text/html", "") else ""


def run(name, nudge=0.0, show=lambda fig: None):
    """({cell id: the same of a run with every drawn weight times 1 + nudge}, the notebook's names at the end).

    show : called with every figure that the notebook shows
    """
    matplotlib.use("agg")
    texts, names = {}, {"__name__": "__main__"}
    with pytest.MonkeyPatch.context() as patch:
        _nudge_weights(patch, 1 + nudge)
        patch.setattr(style, "show", lambda fig, *alt: (show(fig), plt.close(fig), print(*alt)))
        for c in code_cells(name):
            text = io.StringIO()
            with contextlib.redirect_stdout(text):
                exec(compile(c.source, c.id, "exec"), names)
            if not _is_check(c):
                texts[c.id] = text.getvalue()
    return texts, names


def _nudge_weights(patch, factor):
    """Multiply what RNNCell, RNNModel, `orthogonal` and the published model draw or are given."""
    make_cell, from_arrays, make_model = RNNCell.__init__, RNNCell.from_arrays.__func__, RNNModel.__init__
    orthogonal, published = cell.orthogonal, rising_loss.published_model

    def nudged_cell(self, *args, **kwargs):
        make_cell(self, *args, **kwargs)
        self.Wx, self.Wh = self.Wx * factor, self.Wh * factor

    def nudged_model(self, *args, **kwargs):
        make_model(self, *args, **kwargs)
        self.Wy *= factor

    def nudged_published(rng):
        model = published(rng)
        for param in model.params.values():
            param *= factor
        return model

    patch.setattr(RNNCell, "__init__", nudged_cell)
    patch.setattr(RNNCell, "from_arrays",
                  classmethod(lambda cls, Wx, Wh, b: from_arrays(cls, Wx * factor, Wh * factor, b)))
    patch.setattr(RNNModel, "__init__", nudged_model)
    patch.setattr(cell, "orthogonal", lambda *args: orthogonal(*args) * factor)
    patch.setattr(rising_loss, "published_model", nudged_published)
