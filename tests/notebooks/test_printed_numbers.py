"""What the solved notebooks print does not hang on rounding: every weight times 1 + 1e-9 prints the same, digit by digit."""

import pytest

from instructor import notebooks
from tests.notebooks import printed


def class_for(name):
    """A class of its own for each notebook: they are shared out among the workers by class."""

    class Test:
        @pytest.mark.parametrize("nudge", [1e-9, -1e-9])
        def test_nudged_weights_print_the_same(self, nudge):
            as_it_is = printed.stored(name)
            assert "".join(as_it_is.values()).count("\n") > 10
            assert printed.run(name, nudge)[0] == as_it_is

    return Test


for _name in notebooks.all_names():
    globals()[f"Test_{_name}"] = class_for(_name)


def test_a_nudge_that_shows_is_seen():
    nudged, as_it_is = printed.run("01_rnn_cell", 0.01)[0], printed.stored("01_rnn_cell")
    assert {cell for cell in as_it_is if nudged[cell] != as_it_is[cell]} == {"read-both", "three-kicks"}
