"""A picture that answers: a drawing function that takes plain arguments, and a control for each argument.

    def draw(fig, radius, activation):
        ax = fig.subplots()
        norms = kicked(radius, activation)
        ax.plot(norms, **line("state"))
        return f"Spectral radius {radius:.2f}: the state ends at {norms[-1]:.3g}."

    explore(draw, "A kick, then silence", radius=slider("spectral radius", 0.0, 2.0, 0.05, 0.9),
            activation=choice("activation", ["tanh", "linear"]))

`draw` gets an empty matplotlib Figure and the controls' values, and returns the picture's alt text: one or two
sentences written from the data. It holds no state, so a test calls it with a figure of its own.

Beside the live controls the first picture is shown, for a page without a kernel (`rnn_helpers.live`); without
ipywidgets it is all that is shown. Only plain ipywidgets (7.7 and 8) are used: an Image whose bytes an observer
rewrites.
"""

import contextlib
import gc
import html
import linecache
import textwrap
import threading
import time
import traceback
from dataclasses import dataclass, field

import numpy as np
import traitlets

from rnn_helpers import live
from rnn_helpers.explore.easel import Easel
from rnn_helpers.live import widgets
from rnn_helpers.plots import style

SLOW = 0.2  # seconds: a picture that once took longer says that it is busy before it is drawn again
_NAME_WIDTH = "12em"  # names of controls stand in one column


class Picture(widgets.Image if widgets else object):
    """An Image that carries its alt text as `tooltip`: ipywidgets 8 makes it the name of the <img>.

    Its front end looks at `description` before it does so, which an Image lacks; ipywidgets 7 ignores both.
    """

    description = traitlets.Unicode("").tag(sync=True)
    tooltip = traitlets.Unicode("", allow_none=True).tag(sync=True)


@dataclass(frozen=True)
class Control:
    """A description of a control: `make` builds its widget, `value` is what it starts with."""

    make: str  # of ipywidgets
    label: str
    value: object
    options: dict = field(default_factory=dict)

    def widget(self):
        """A new widget: its name is its label, its value stands beside it, the arrow keys change it."""
        options, width = dict(self.options), "40em"  # beside a slider its longest value fits
        if self.make == "RadioButtons":
            width = "56em"  # one below the other: side by side, long names are cut off
        else:
            options.update(continuous_update=True, **({} if self.make == "Text" else {"readout": True}))
        # tooltip="": without one a page says "null" over the name
        made = getattr(widgets, self.make)(description=self.label, value=self.value, tooltip="",
                                           style={"description_width": _NAME_WIDTH},
                                           layout={"width": f"min({width}, 98%)", "height": "auto",
                                                   "flex_flow": "row wrap"}, **options)  # on a phone, below its name
        # some of ipywidgets 8.1 forget them: name above, not left
        for name in ("jupyter-widgets", "widget-inline-hbox"):
            made.add_class(name)
        return made


def slider(label, low, high, step, value, digits=2):
    """A real number from `low` to `high` in steps of `step`, shown with `digits` decimals."""
    _between(label, low, high, value)
    return Control("FloatSlider", label, float(value),
                   {"min": low, "max": high, "step": step, "readout_format": f".{digits}f"})


def int_slider(label, low, high, value):
    """A whole number from `low` to `high`."""
    _between(label, low, high, value)
    return Control("IntSlider", label, int(value), {"min": low, "max": high})


def steps(label, values, value):
    """One of `values` in their order, on a slider: for uneven steps, such as learning rates 0.001, 0.01, 0.1.

    `values` is a list, or a list of pairs (text shown, value); a number is shown with `g`.
    """
    pairs = _pairs(label, values, value)
    return Control("SelectionSlider", label, value, {"options": pairs})


def choice(label, values, value=None):
    """One of `values` as radio buttons; the first unless `value` says another.

    `values` is a list, or a list of pairs (text shown, value). Not a list that drops down: JupyterLab keeps the arrow
    keys, with which a keyboard moves in one, for its own cells.
    """
    if len(values) == 0:
        raise ValueError(f"choice {label!r} has no values, expected at least one")
    if value is None:
        first = values[0]
        value = first[1] if isinstance(first, tuple) else first
    return Control("RadioButtons", label, value, {"options": _pairs(label, values, value)})


def _between(label, low, high, value):
    if not low < high:
        raise ValueError(f"slider {label!r} goes from {low} to {high}, expected low < high")
    if not low <= value <= high:
        raise ValueError(f"slider {label!r} starts at {value}, expected a value from {low} to {high}")


def _pairs(label, values, value):
    pairs = [v if isinstance(v, tuple) else (f"{v:g}" if isinstance(v, float) else str(v), v) for v in values]
    if value not in [v for _, v in pairs]:
        raise ValueError(f"{label!r} starts at {value!r}, expected one of {', '.join(text for text, _ in pairs)}")
    return pairs


def error_line(error):
    """An exception as one readable line; where a notebook's own cell is to blame, with its line of code.

    No path and no address: the line is the same in every run.
    """
    text = " ".join(str(error).split()) or "no message"
    where = ""
    for frame in traceback.extract_tb(error.__traceback__):
        in_cell = "ipykernel" in frame.filename or frame.filename.startswith("<ipython-input")
        if in_cell and frame.name != "<module>":
            code = frame.line or linecache.getline(frame.filename, frame.lineno).strip()
            where = f" (in {frame.name}, line {frame.lineno}: {code})"
    return f"{type(error).__name__}: {text[:200]}{where}"


class Explorer:
    """The widgets behind `explore`: `controls` by name, `image`, `caption`; `alt` is the picture's text and title.

    Parameters as for `explore`.
    """

    def __init__(self, draw, title, *, whose="", size=(style.WIDTH, style.HEIGHT), **controls):
        if not controls:
            raise ValueError("explore needs at least one control, such as radius=slider(...)")
        for name, control in controls.items():
            if not isinstance(control, Control):
                raise TypeError(f"{name} is {control!r}, expected a control: slider, int_slider, steps, choice")
        self.draw, self.size = draw, size
        self.title = titled(title, whose)
        self.controls = {name: control.widget() for name, control in controls.items()}
        width, height = (round(inches * style.PER_INCH) for inches in size)
        self.image = Picture(format="png", width=width, height=height, layout={"max_width": "100%", "height": "auto"})
        self.caption = widgets.HTML(layout={"min_height": "3.5em"})  # room for two lines: what follows keeps its place
        self.box = widgets.VBox([*self.controls.values(), self.image, self.caption],
                                layout={"align_items": "flex-start"})  # the picture at its own size, not stretched
        self.alt, self.redraws, self.seconds = "", 0, 0.0  # seconds: the slowest picture so far
        self.easel = Easel(size)
        self._drawing, self._stale = threading.Lock(), False
        self.redraw()
        for control in self.controls.values():
            control.observe(self.redraw, names="value")

    def redraw(self, change=None):
        """Draw for the controls' values of now.

        A change that arrives while a picture is drawn (from another thread, or from `draw` itself) waits for it to end
        and is drawn once, with the newest values, however many came.
        """
        self._stale = True
        while self._stale and self._drawing.acquire(blocking=False):
            try:
                self._stale = False
                self._picture()
            finally:
                self._drawing.release()

    def _picture(self):
        values = {name: control.value for name, control in self.controls.items()}
        if self.seconds > SLOW:
            self._say("computing \N{HORIZONTAL ELLIPSIS}")
        start = time.perf_counter()
        with collecting_later():
            data, text = picture(self.draw, values, self.title, self.easel)
            self.seconds = max(self.seconds, time.perf_counter() - start)
            self.redraws += 1
            self.alt = f"{self.title}. {text}"
            with self.image.hold_sync():  # one message: the page decodes the picture once
                self.image.value, self.image.tooltip = data, self.alt
            self._say(text)

    def _say(self, text):
        self.caption.value = f"<div role='status' aria-live='polite'>{html.escape(text)}</div>"

    def show(self):
        """Put controls and picture into the cell's output."""
        live.show(self.box, style.still(self.image.value, self.alt), self.alt, self.title)


@contextlib.contextmanager
def collecting_later():
    """No garbage collection in the block: with a dozen figures to clear away it takes longer than to draw the next."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def picture(draw, values, title, easel=None):
    """Call `draw(fig, **values)`; return the PNG's bytes and the alt text.

    An exception inside `draw`, say from a learner's function, becomes a picture and an alt text that say what happened.
    """
    easel = easel or Easel((style.WIDTH, style.HEIGHT))
    with style.context(), np.errstate(all="ignore"):  # gradients that explode are a subject here, not a fault
        fig = easel.figure()
        try:
            alt = draw(fig, **values)
            if not isinstance(alt, str) or not alt:
                raise TypeError(f"draw returned {alt!r}, expected the picture's alt text")
            _name(fig, title)
            return easel.png(fig), alt
        except (Exception, KeyboardInterrupt) as error:
            message = error_line(error)
        fig = easel.figure()
        _name(fig, title)
        fig.text(0.02, 0.78, "No picture for these values.", fontsize=12)
        text = "\n".join(textwrap.wrap(message.replace("$", r"\$"), width=int(easel.size[0] * 11)))
        fig.text(0.02, 0.72, text, fontsize=10, family="monospace", va="top")
        return style.png(fig), f"No picture for these values. {message}"


def titled(title, whose):
    return f"{title} \N{MIDDLE DOT} {whose}" if whose else title


def _name(fig, title):
    fig.suptitle(title, x=0.01, ha="left", fontsize=11)


def explore(draw, title, *, whose="", size=(style.WIDTH, style.HEIGHT), **controls):
    """Show a picture with a control for each of its arguments.

    draw : function, draw(fig, **values) -> alt text; `fig` is an empty matplotlib Figure of `size`
    title : what is shown, as a phrase
    whose : whose functions are used, as `check.whose(...)` says it: "your rnn_forward", "the course's rnn_forward"
    size : width and height in inches, of 80 pixels of the page each
    controls : an argument of `draw` = slider(...), int_slider(...), steps(...) or choice(...)
    Raises TypeError, ValueError : a control is none, or starts outside its range. What `draw` raises is shown instead.
    """
    if widgets:
        Explorer(draw, title, whose=whose, size=size, **controls).show()
    else:
        title = titled(title, whose)
        data, text = picture(draw, {name: control.value for name, control in controls.items()}, title, Easel(size))
        live.show(None, style.still(data, f"{title}. {text}"), f"{title}. {text}", title)
