"""The solved notebooks in JupyterLab."""

import pytest

from tests.browser.environments import NAMES
from tests.browser.frontends import Lab
from tests.browser.play import everything


@pytest.mark.parametrize("name", NAMES)
def test_solved(context, lab, name):
    everything(Lab(context, lab, f"notebooks/solutions/{name}.ipynb"), f"solutions/{name}.ipynb")
