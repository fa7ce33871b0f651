"""A claim whose sentence changed loses its test visibly."""

import pytest

from tests.claims import claims


def test_a_quotation_is_found_over_the_end_of_a_line_and_a_changed_one_is_not():
    claims.says("01", "A *bag  of\nwords* only counts the words.")
    with pytest.raises(AssertionError, match=r"no longer says 'words\* counts the words.'.*Nearest: 'A \*bag of words\* only counts the words"):
        claims.says("01", "words* counts the words.")
