"""Solved notebooks as Binder shows them: its JupyterLab 4.4, and what binder/requirements.txt adds."""

import pytest

from tests.browser.frontends import Lab
from tests.browser.play import everything


@pytest.mark.parametrize("name", ("03_bptt", "04_number_sequence"))  # between them they have every kind of control
def test_on_binder(context, binder, name):
    everything(Lab(context, binder, f"notebooks/solutions/{name}.ipynb"), f"solutions/{name}.ipynb", again=False)
