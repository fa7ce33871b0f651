"""The solved notebooks as Binder shows them: its JupyterLab 4.4, and what binder/requirements.txt adds."""

import pytest

from tests.browser.environments import SOME
from tests.browser.frontends import Lab
from tests.browser.play import everything


@pytest.mark.parametrize("name", SOME)
def test_on_binder(context, binder, name):
    everything(Lab(context, binder, f"notebooks/solutions/{name}.ipynb"), f"solutions/{name}.ipynb", again=False)
