"""The notebooks that learners open, unsolved, in JupyterLab."""

import pytest

from tests.browser.environments import NAMES
from tests.browser.frontends import Lab
from tests.browser.play import everything


@pytest.mark.parametrize("name", NAMES)
def test_unsolved(context, lab, name):
    everything(Lab(context, lab, f"notebooks/{name}.ipynb"), f"{name}.ipynb")
