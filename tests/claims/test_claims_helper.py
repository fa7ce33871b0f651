"""A claim whose sentence changed loses its test visibly."""

import pytest

from tests.claims import claims


def test_a_quotation_is_found_over_the_end_of_a_line_and_a_changed_one_is_not():
    claims.says("01", "used  again\nat every step")
    with pytest.raises(AssertionError, match=r"01_rnn_cell no longer says 'used again at each step'.*Nearest: .*every step"):
        claims.says("01", "used again at each step")
