"""The walk back with a slider: one backward pass of a small cell, moment by moment, through the learner's own step."""

import html

import ipywidgets as widgets
import numpy as np
from IPython.display import display

from rnn_helpers import walk
from rnn_helpers.bptt import rnn_forward
from rnn_helpers.cell import RNNCell, rnn_cell_backward
from rnn_helpers.explore.control import error_line
from rnn_helpers.page import WIDGET_VIEW
from rnn_helpers.plots.walk import draw, first_slip, positions

INK = "#757575"  # words and lines of a stored picture: at least 4 to 1 on white and on a dark page
EACH = 1200  # milliseconds of a moment while it plays


def small():
    """A cell of two units, four steps of one input, a state before them, a gradient from each step's loss."""
    Wx, Wh, b = np.array([[0.9], [-0.6]]), np.array([[0.8, -0.5], [0.4, 0.7]]), np.array([[0.1], [-0.2]])
    X = np.array([0.5, -1.0, 1.5, 0.3]).reshape(4, 1, 1)
    dh = np.array([[0.5, -0.2], [0.1, 0.6], [-0.4, 0.3], [1.0, -0.7]]).reshape(4, 2, 1)
    return RNNCell.from_arrays(Wx, Wh, b), X, dh, np.array([[0.4], [-0.3]])


class WalkBack:
    """The widgets: `play` and `slider` move through the moments, `drawing` and `caption` show one."""

    def __init__(self, backward=rnn_cell_backward, whose=""):
        cell, self.X, dh, self.h0 = small()
        self.h, _ = rnn_forward(cell, self.X, self.h0)
        self.whose = whose or "the course's rnn_cell_backward"
        try:
            self.walk, self.failed = walk.walk_back(cell, self.X, dh, self.h0, backward), ""
        except NotImplementedError:
            self.walk, self.failed = walk.walk_back(cell, self.X, dh, self.h0), ""
            self.whose = "the course's rnn_cell_backward, as yours is not written yet"
        except Exception as error:
            self.walk, self.failed = walk.walk_back(cell, self.X, dh, self.h0), error_line(error)
        last = max(positions(self.walk) - 1, 0)
        self.play = widgets.Play(min=0, max=last, value=0, interval=EACH, description="play")
        self.slider = widgets.IntSlider(min=0, max=last, value=0, description="moment", continuous_update=True,
                                        layout={"width": "min(30em, 98%)"})
        self.link = widgets.jslink((self.play, "value"), (self.slider, "value"))
        self.drawing, self.caption = widgets.HTML(), widgets.HTML()
        self.box = widgets.VBox([widgets.HBox([self.play, self.slider]), self.drawing, self.caption])
        self.redraw()
        self.slider.observe(self.redraw, names="value")

    def redraw(self, change=None):
        """Draw the slider's moment."""
        self.drawing.value, text = self.picture(self.slider.value)
        failed = f"It stopped: {self.failed}. What you see is the course's." if self.failed else ""
        first = failed or first_slip(self.walk, self.whose)
        warning = f"<p style='margin:4px 0'><strong>{html.escape(first)}</strong></p>" if first else ""
        self.caption.value = f"<div role='status' aria-live='polite'>{warning}{html.escape(text)}</div>"

    def picture(self, moment, ink=None):
        """A moment's drawing and what happens in it."""
        return draw(self.walk, self.X, self.h, self.h0, moment, ink)

    def show(self):
        """Put controls and drawing into the cell's output; the last moment stands there for a page without a kernel."""
        svg, text = self.picture(self.slider.max, INK)
        data = {WIDGET_VIEW: {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id},
                "image/svg+xml": svg, "text/plain": f"The walk back, with {self.whose}. {text}"}
        display(data, raw=True)


def walk_back(backward=rnn_cell_backward, whose=""):
    """Show one backward pass moment by moment; `backward` as `rnn_cell_backward`, right or wrong."""
    WalkBack(backward, whose).show()
