"""A claim whose sentence changed loses its test visibly."""

import pytest

from tests.claims import claims


def test_a_quotation_is_found_over_the_end_of_a_line_and_a_changed_one_is_not():
    claims.says("01", "A *bag  of\nwords* only counts the words.")
    says = r"no longer says 'words\* counts .*Nearest: 'A \*bag of words\* only counts"
    with pytest.raises(AssertionError, match=says):
        claims.says("01", "words* counts the words.")
