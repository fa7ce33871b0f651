"""The walk back in JupyterLab: a wrong step is seen going wrong, by keyboard, in a picture that keeps its place."""

from tests.browser.frontends import Lab

WRONG = '''def rnn_cell_backward(cell, dh_t, cache):
    x_t, h_prev, h_t = cache
    dz_t = dh_t * (1 - h_t**2)
    return dz_t @ x_t.T, dz_t @ h_t.T, dz_t.sum(axis=1, keepdims=True), cell.Wh.T @ dz_t'''


def test_a_wrong_step_can_be_watched_going_wrong(context, lab):
    notebook = Lab(context, lab, "notebooks/03_bptt.ipynb")
    notebook.run_all()
    notebook.enter("def rnn_cell_backward", WRONG)
    notebook.enter("play.walk_back")
    box = notebook.page.locator(".widget-vbox:has(.widget-play)")
    slider = box.locator(".noUi-handle")
    status = box.locator("[role=status]")
    assert "first goes wrong at step 4: dWh_t[0, 0]" in status.inner_text()
    assert box.locator("svg rect[stroke-dasharray]").count() == 0  # nothing has been multiplied yet
    place = box.locator("svg").bounding_box()
    slider.focus()
    for _ in range(2):
        notebook.page.keyboard.press("ArrowRight")
    status.filter(has_text="what the step gives").wait_for()
    assert box.locator("svg rect[stroke-dasharray]").count() >= 8  # the share, the sum, the formula
    assert box.locator("svg").bounding_box() == place
    notebook.enter("def rnn_cell_backward", WRONG.replace("h_t.T, dz_t.sum", "h_prev.T, dz_t.sum"))
    notebook.enter("play.walk_back")
    status.filter(has_text="the step's own loss joins").wait_for()
    slider.focus()
    notebook.page.keyboard.press("End")
    status.filter(has_text="The walk is over").wait_for()
    assert "goes wrong" not in status.inner_text() and box.locator("svg rect[stroke-dasharray]").count() == 0
    assert notebook.errors() == []
