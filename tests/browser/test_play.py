"""Playing in JupyterLab: a learner's function that raises, and keys that come faster than pictures."""

import io

import numpy as np
from PIL import Image

from tests.browser.frontends import Lab
from tests.browser.play import fail_and_mend, hurry

NOTEBOOK = "notebooks/01_rnn_cell.ipynb"


def test_an_error_in_a_learners_function_is_one_line_and_the_slider_lives_on(context, lab):
    fail_and_mend(Lab(context, lab, NOTEBOOK))


def test_quick_keys_do_not_queue_up(context, lab):
    hurry(Lab(context, lab, NOTEBOOK))


def test_stored_figures_suit_the_dark_theme_too(context, lab):
    notebook = Lab(context, lab, "notebooks/03b_vanishing_and_exploding.ipynb")
    notebook.wait_for("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    pictures = notebook.page.locator(".jp-OutputArea-output img")
    for picture in (pictures.first, pictures.last):
        picture.scroll_into_view_if_needed()
        shot = np.asarray(Image.open(io.BytesIO(picture.screenshot())).convert("RGB"), float) / 255
        luminance = (np.where(shot <= 0.04045, shot / 12.92, ((shot + 0.055) / 1.055) ** 2.4)
                     @ (0.2126, 0.7152, 0.0722))
        ground = luminance[1, 1]
        assert ground < 0.02 and np.mean(np.abs(luminance - ground) < 0.01) > 0.6, "a ground of its own"
        assert (luminance.max() + 0.05) / (ground + 0.05) > 3.5  # its words, whose edges are fainter
