"""What stays from one picture to the next, so that a picture answers at once.

Each is drawn on a figure of its own; kept are

- how large each text is: all pictures share a renderer, which remembers it (mathematics costs milliseconds a formula),
- where axes and title stand: found once by matplotlib's constrained layout. To look again would double the drawing time
  and make the axes jump while a slider moves. They are looked for again when axes or lines of text come or go, or when
  a tick's label grows longer than any before,
- each axis with its ticks, labels and grid, as pixels, for as long as it looks the same: half of the drawing time.
"""

import functools

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg

from rnn_helpers.plots import style

quick_png = functools.partial(style.png, compress_level=1)  # half the time of the usual 6, a quarter more bytes
LAYERS = 12  # axes kept as pixels: those of the last few pictures


class Easel:
    """Makes the figures of one size (inches), one after the other, and their PNGs."""

    def __init__(self, size):
        self.size, self.places, self.layers = size, {}, {}
        fig = style.figure(*size)
        self.page = FigureCanvasAgg.get_renderer(fig.canvas)
        self.layer = RendererAgg(self.page.width, self.page.height, fig.dpi)

    def figure(self):
        """An empty figure."""
        fig = style.figure(*self.size)
        fig.canvas.get_renderer = lambda: self.page
        return fig

    def png(self, fig):
        """The bytes of the PNG; as `style.png(fig)` up to the places of the axes."""
        style.tidy(fig)
        # texts beside the title, and legends outside the axes: the layout alone places them
        if fig.legends or len(fig.texts) > 1:
            return quick_png(fig)
        lines = (tuple(text.count("\n") + 1 if text else 0
                       for text in (ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel())) for ax in fig.axes)
        key = len(_axes(fig)), *lines
        if key in self.places:
            places, texts, longest = self.places[key]
            for ax, place in zip(fig.axes, places, strict=True):
                ax.set_position(place)
            for text, place in zip(fig.texts, texts, strict=True):
                text.set_position(place)
            if all(now <= before for now, before in zip(_lengths(fig), longest, strict=True)):
                fig.set_layout_engine("none")
                for axis in _axes(fig):
                    self.keep(axis)
                return quick_png(fig)
            for ax in fig.axes:
                ax.set_in_layout(True)  # as before `set_position`
        data = quick_png(fig)
        self.places[key] = [ax.get_position(original=True)
                            for ax in fig.axes], [text.get_position() for text in fig.texts], _lengths(fig)
        return data

    def keep(self, axis):
        """Make `axis` draw itself from kept pixels, where there are any."""
        draw = axis.draw

        def paint(renderer):
            look = _look(axis)
            if look not in self.layers:
                self.layer.clear()
                draw(self.layer)
                if len(self.layers) == LAYERS:
                    del self.layers[next(iter(self.layers))]
                self.layers[look] = _cropped(np.asarray(self.layer.buffer_rgba()))
            left, bottom, pixels = self.layers[look]
            renderer.draw_image(renderer.new_gc(), left, bottom, pixels)

        axis.draw = paint


def _axes(fig):
    return [axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis) if ax.axison and axis.get_visible()]


def _ticks(axis, which):
    """Where an axis has ticks, and their labels."""
    ticker, places = (axis.major,
                      axis.get_majorticklocs()) if which == "major" else (axis.minor, axis.get_minorticklocs())
    return tuple(places), tuple(ticker.formatter.format_ticks(places)), ticker.formatter.get_offset()


def _look(axis):
    """Everything that decides how an axis looks."""
    ax, label = axis.axes, axis.label
    return (axis.axis_name, ax.bbox.bounds, tuple(axis.get_view_interval()), axis.get_scale(), _ticks(axis, "major"),
            _ticks(axis, "minor"),
            repr((axis.get_tick_params("major"), axis.get_tick_params("minor"), axis.get_label_position())),
            label.get_text(), label.get_color(), label.get_fontsize())


def _lengths(fig):
    """The length of the longest tick label of each axis."""
    return [max(map(len, _ticks(axis, "major")[1]), default=0) for axis in _axes(fig)]


def _cropped(pixels):
    """(left, bottom, RGBA from the bottom up) of what is not transparent."""
    shown = pixels[..., 3] > 0
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    if not len(rows):
        return 0, 0, np.zeros((1, 1, 4), np.uint8)
    part = pixels[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    return columns[0], len(pixels) - rows[-1] - 1, part[::-1].copy()
