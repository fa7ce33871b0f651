"""What the solved notebooks print does not hang on rounding: every weight times 1 + 1e-9 prints the same digits.

The same runs show that no figure's edge cuts off what is written in it, and that its lines and words stand out.
"""

import pytest
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.text import Text

from authoring import files
from tests.notebooks import printed
from tests.plots.test_style import PAGES, contrast

LONG = "03b_vanishing_and_exploding", "04_number_sequence", "04b_the_rising_loss", "05_char_level"  # training


def cut_off(fig):
    """Titles of the panels of which a label, a tick or a title ends beyond the figure's edge, and by how many px."""
    fig.draw_without_rendering()
    found = {}
    for ax in fig.axes:
        box = ax.get_tightbbox()
        beyond = max(-box.x0, -box.y0, box.x1 - fig.bbox.x1, box.y1 - fig.bbox.y1)
        if beyond > 4:
            found[ax.get_title(loc="left") or ax.get_xlabel()] = round(beyond)
    return found


def faint(fig):
    """Words and lines that a light or a dark page swallows; not words on a ground of their own, a cell's or a bar's."""
    own = [text for ax in fig.axes if ax.images or ax.patches for text in ax.texts]
    drawn = [artist for kind in (Text, Line2D) for artist in fig.findobj(kind)
             if artist.get_visible() and artist not in own]
    lines = {to_hex(line.get_color()) for line in drawn if isinstance(line, Line2D) and len(line.get_xdata())}
    words = {to_hex(text.get_color()) for text in drawn if isinstance(text, Text) and text.get_text()}
    return [color for color in lines | words if min(contrast(color, page) for page in PAGES.values()) < 3]


def class_for(name):
    """A class of its own for each notebook: they are shared out among the workers by class."""

    class Test:
        @pytest.mark.parametrize("nudge", [pytest.param(1e-9, marks=[pytest.mark.slow] * (name in LONG)),
                                           pytest.param(-1e-9, marks=pytest.mark.slow)])
        def test_nudged_weights_print_the_same(self, nudge):
            as_it_is = printed.stored(name)
            assert "".join(as_it_is.values()).count("\n") > 7
            seen = []
            look = (lambda fig: seen.append((cut_off(fig), faint(fig)))) if nudge > 0 else lambda fig: None
            assert printed.run(name, nudge, look)[0] == as_it_is
            assert bool(seen) == (nudge > 0) and not any(cut or color for cut, color in seen), seen

    return Test


for _name in files.all_names():
    globals()[f"Test_{_name}"] = class_for(_name)


def test_a_nudge_that_shows_is_seen():
    nudged, as_it_is = printed.run("01_rnn_cell", 0.01)[0], printed.stored("01_rnn_cell")
    assert {cell for cell in as_it_is if nudged[cell] != as_it_is[cell]} == {"first-words", "read-both", "three-kicks"}
