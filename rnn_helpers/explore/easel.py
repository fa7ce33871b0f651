"""What stays from one picture to the next: where axes and title stand.

Matplotlib's constrained layout finds it once. To look again would make the axes jump while a slider moves, and costs up
to a third of the drawing time. It is looked for again when axes or lines of text come or go, or when a tick's label
grows longer than any before.
"""

from rnn_helpers.plots import style


class Easel:
    """Makes the figures of one size (inches), one after the other, and their PNGs."""

    def __init__(self, size):
        self.size, self.places, self.fig = size, {}, style.figure(*size)

    def figure(self):
        """An empty figure, the same each time: its renderer remembers how wide a word is."""
        self.fig.clear()
        self.fig.set_layout_engine("constrained")
        return self.fig

    def png(self, fig):
        """The bytes of the PNG; as `style.png(fig)` up to the places of the axes."""
        style.tidy(fig)
        # texts beside the title, and legends outside the axes: the layout alone places them
        if fig.legends or len(fig.texts) > 1:
            return style.quick_png(fig)
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
                return style.quick_png(fig)
            for ax in fig.axes:
                ax.set_in_layout(True)  # as before `set_position`
        data = style.quick_png(fig)
        self.places[key] = [ax.get_position(original=True)
                            for ax in fig.axes], [text.get_position() for text in fig.texts], _lengths(fig)
        return data


def _axes(fig):
    return [axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis) if ax.axison and axis.get_visible()]


def _lengths(fig):
    """The length of the longest tick label of each axis."""
    return [max(map(len, axis.major.formatter.format_ticks(axis.get_majorticklocs())), default=0)
            for axis in _axes(fig)]
