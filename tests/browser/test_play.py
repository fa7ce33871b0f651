"""Playing in JupyterLab: a learner's function that raises, and keys that come faster than pictures."""

from tests.browser.accessible import suits_dark
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
        suits_dark(picture)
