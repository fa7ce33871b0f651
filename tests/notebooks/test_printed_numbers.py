"""What the solved notebooks print does not hang on rounding: every weight times 1 + 1e-9 prints the same digits.

The same runs show that no figure's edge cuts off what is written in it.
"""

import pytest

from authoring import files
from tests.notebooks import printed

LONG = "03b_vanishing_and_exploding", "04_number_sequence", "04b_the_rising_loss", "05_char_level"  # training


def cut_off(fig):
    """Titles of the panels of which a label, a tick or a title ends beyond the figure's edge, and by how many px."""
    fig.draw_without_rendering()
    found = {}
    for ax in fig.axes:
        box = ax.get_tightbbox()
        beyond = max(-box.x0, -box.y0, box.x1 - fig.bbox.x1, box.y1 - fig.bbox.y1)
        if beyond > 2:
            found[ax.get_title(loc="left") or ax.get_xlabel()] = round(beyond)
    return found


def class_for(name):
    """A class of its own for each notebook: they are shared out among the workers by class."""

    class Test:
        @pytest.mark.parametrize("nudge", [pytest.param(1e-9, marks=[pytest.mark.slow] * (name in LONG)),
                                           pytest.param(-1e-9, marks=pytest.mark.slow)])
        def test_nudged_weights_print_the_same(self, nudge):
            as_it_is = printed.stored(name)
            assert "".join(as_it_is.values()).count("\n") > 7
            cut = []
            assert printed.run(name, nudge, lambda fig: cut.append(cut_off(fig)))[0] == as_it_is
            assert cut and not any(cut)

    return Test


for _name in files.all_names():
    globals()[f"Test_{_name}"] = class_for(_name)


def test_a_nudge_that_shows_is_seen():
    nudged, as_it_is = printed.run("01_rnn_cell", 0.01)[0], printed.stored("01_rnn_cell")
    assert {cell for cell in as_it_is if nudged[cell] != as_it_is[cell]} == {"first-words", "read-both", "three-kicks"}
