"""The solved notebooks with Colab's packages, ipywidgets 7 and matplotlib 3.10; Notebook 6 stands in for its page."""

import pytest

from tests.browser.environments import SOME
from tests.browser.frontends import Classic
from tests.browser.play import everything, fail_and_mend, hurry


@pytest.mark.parametrize("name", SOME)
def test_with_colabs_packages(context, colab, name):
    everything(Classic(context, colab, f"notebooks/solutions/{name}.ipynb"), f"solutions/{name}.ipynb", again=False)


def test_an_error_in_a_learners_function_is_one_line_and_the_slider_lives_on(context, colab):
    fail_and_mend(Classic(context, colab, "notebooks/01_rnn_cell.ipynb"))


def test_quick_keys_do_not_queue_up(context, colab):
    hurry(Classic(context, colab, "notebooks/01_rnn_cell.ipynb"))
