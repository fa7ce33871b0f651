"""A drawing as markup, with its controls: SVG, or HTML whose text is text, that an observer rewrites.

    def draw(moment, unit):
        return [Sheet(...), Sheet(...)], "what it shows, in a sentence"

    Drawn(draw, "The walk back", play="moment", moment=int_slider("moment", 0, 16, 0), unit=...)

`explore` is the same for figures of matplotlib. `draw` may return a string of HTML in place of sheets.
"""

import asyncio
import base64
import html

from rnn_helpers import live
from rnn_helpers.explore.control import Control, error_line
from rnn_helpers.live import widgets
from rnn_helpers.plots.svg import INK, beside

EACH = 1.2  # seconds of a moment while it plays


def typed(label, value):
    """A line of text that counts as it is typed."""
    return Control("Text", label, value)


class Drawn:
    """The widgets: `controls` by name, `drawing`, `caption`; `buttons` move the control that `play` names.

    draw : function of the controls' values -> (sheets or HTML, text); what it raises is shown in place of the drawing
    stored : values that the picture of a page without a kernel has in place of the controls' first ones
    last : function of the controls' values -> where playing ends, if that changes; the slider goes on (noUiSlider's End
        key keeps the largest value that it was made with)
    """

    def __init__(self, draw, title, *, whose="", play="", last=None, stored=None, **controls):
        self.draw, self.title, self.last = draw, f"{title}, with {whose}" if whose else title, last
        self.first = {name: control.value for name, control in controls.items()}
        self.stored, self.box = stored or {}, None
        if not widgets:
            return
        self.controls = {name: control.widget() for name, control in controls.items()}
        self.played, self.task = self.controls.get(play), None
        self.drawing, self.caption, self.buttons = widgets.HTML(), widgets.HTML(), {}
        for name, act in (("back", -1), ("play", 0), ("next", 1)) if play else ():
            self.buttons[name] = button = widgets.Button(description=name, tooltip="", layout={"width": "6em"})
            button.on_click((lambda _, by=act: self.move(by)) if act else self.toggle)
        rows = [control if control is not self.played else
                widgets.HBox([*self.buttons.values(), control], layout={"flex_flow": "row wrap"})
                for control in self.controls.values()]
        self.box = widgets.VBox([*rows, self.drawing, self.caption])
        self.redraw()
        for control in self.controls.values():
            control.observe(self.redraw, names="value")

    @property
    def values(self):
        return {name: control.value for name, control in self.controls.items()}

    @property
    def end(self):
        return self.last(self.values) if self.last else self.played.max

    def move(self, by):
        """The control that plays, so many values on."""
        self.played.value = max(min(min(self.played.value, self.end) + by, self.end), self.played.min)

    def toggle(self, _=None):
        """Play, from the beginning where it stands at the end; or pause."""
        if self.task:
            self.task.cancel()
            self.stop()
        else:
            self.buttons["play"].description = "pause"
            self.task = asyncio.get_event_loop().create_task(self.run())

    def stop(self):
        self.task, self.buttons["play"].description = None, "play"

    async def run(self):
        if self.played.value >= self.end:
            self.played.value = self.played.min
        while self.played.value < self.end:
            await asyncio.sleep(EACH)
            self.move(1)
        self.stop()

    def redraw(self, change=None):
        """Draw for the controls' values of now."""
        pages, text = self.picture(self.values)
        if not isinstance(pages, str):
            pages = "".join(f"<div style='flex:1 1 {0.85 * page.width:.0f}px;max-width:{page.width:.0f}px;min-width:0'>"
                            f"{page.svg()}</div>" for page in pages)
            pages = f"<div style='display:flex;flex-wrap:wrap;gap:8px 24px;line-height:1.2'>{pages}</div>"
        self.drawing.value = pages
        self.caption.value = f"<div role='status' aria-live='polite'>{html.escape(text)}</div>"

    def picture(self, values):
        """What is drawn for some values, and what it says."""
        try:
            return self.draw(**values)
        except Exception as error:
            return "", f"No picture for these values. {error_line(error)}"

    def still(self):
        """What stands there for a page without a kernel: HTML, and text."""
        pages, text = self.picture(self.first | self.stored)
        text = f"{self.title}. {text}"
        if isinstance(pages, str):
            return pages, text
        svg = base64.b64encode(beside(pages).svg(INK).encode()).decode("ascii")
        return f'<img alt="{html.escape(text)}" style="max-width:100%" src="data:image/svg+xml;base64,{svg}">', text

    def show(self):
        """Put controls and drawing into the cell's output, as a cell does that ends with this object."""
        live.show(self.box, *self.still(), self.title)

    _ipython_display_ = show
