"""The walk back in JupyterLab: a wrong step is seen going wrong, by keyboard, in a picture that keeps its place; what
is cut is shown."""

from tests.browser.frontends import Lab

WRONG = '''def rnn_cell_backward(cell, dh_t, cache):
    x_t, h_prev, h_t = cache
    dz_t = dh_t * (1 - h_t**2)
    return dz_t @ x_t.T, dz_t @ h_t.T, dz_t.sum(axis=1, keepdims=True), cell.Wh.T @ dz_t'''

LAST = '''def rnn_backward_truncated(cell, dh, caches, k):
    return rnn_backward(cell, dh[-k:], caches[-k:])'''


def walk_of(notebook):
    """The picture with its slider for the moment and its line of words; every control has a name."""
    box = notebook.page.locator(".widget-vbox:has(button:text('next'))")
    assert [button.inner_text() for button in box.locator("button").all()] == ["back", "play", "next"]
    return box, box.locator(".widget-inline-hbox:has-text('moment') .noUi-handle"), box.locator("[role=status]")


def test_a_wrong_step_can_be_watched_going_wrong(context, lab):
    notebook = Lab(context, lab, "notebooks/03_bptt.ipynb")
    notebook.run_all()
    notebook.enter("def rnn_cell_backward", WRONG)
    notebook.enter("play.walk_back")
    box, slider, status = walk_of(notebook)
    assert "Your rnn_cell_backward first goes wrong at step 4: dWh_t[0, 0]" in status.inner_text()
    assert box.locator("svg rect[stroke-dasharray='6 2']").count() == 0  # nothing has been multiplied yet
    place = box.locator("svg").first.bounding_box()
    slider.focus()
    for _ in range(2):
        notebook.page.keyboard.press("ArrowRight")
    status.filter(has_text="what the step gives").wait_for()
    assert box.locator("svg rect[stroke-dasharray='6 2']").count() >= 8  # the share, the sum, the formula
    assert box.locator("svg").first.bounding_box() == place
    unit = box.locator(".widget-inline-hbox:has-text('spell out') .noUi-handle")
    unit.focus()
    notebook.page.keyboard.press("ArrowRight")
    status.filter(has_text="dWx_t[0]: 0.21 × 0.30 = 0.06.").wait_for()
    notebook.enter("def rnn_cell_backward", WRONG.replace("h_t.T, dz_t.sum", "h_prev.T, dz_t.sum"))
    notebook.enter("play.walk_back")
    status.filter(has_text="the step's own loss joins").wait_for()
    button = box.locator("button", has_text="next")
    button.focus()
    notebook.page.keyboard.press("Enter")
    status.filter(has_text="through tanh").wait_for()
    box.locator("button", has_text="play").focus()
    notebook.page.keyboard.press("Enter")
    status.filter(has_text="what the step gives").wait_for(timeout=10_000)
    notebook.page.keyboard.press("Enter")  # pause
    slider.focus()
    notebook.page.keyboard.press("End")
    status.filter(has_text="The walk is over").wait_for()
    assert "goes wrong" not in status.inner_text() and box.locator("svg rect[stroke-dasharray='6 2']").count() == 0
    assert notebook.errors() == []


def test_the_cut_can_be_watched_and_a_wrong_one_is_outlined(context, lab):
    notebook = Lab(context, lab, "notebooks/06_truncated_bptt.ipynb")
    notebook.run_all()
    box, slider, status = walk_of(notebook)
    slider.focus()
    notebook.page.keyboard.press("End")
    status.filter(has_text="With k = 2, 7 of 10 pairs").wait_for()
    box.get_by_role("button", name="back").focus()
    notebook.page.keyboard.press("Enter")
    box.locator("svg", has_text="k = 2: loss 1 at step 1").wait_for()
    k = box.locator(".widget-inline-hbox:has-text('k') .noUi-handle").first
    k.focus()
    notebook.page.keyboard.press("End")
    box.locator("svg", has_text="k = 4:").wait_for()
    slider.focus()
    notebook.page.keyboard.press("End")
    status.filter(has_text="With k = 4, 10 of 10 pairs").wait_for()
    notebook.enter("def rnn_backward_truncated", LAST)
    notebook.enter("play.walk_back")
    status.filter(has_text="goes wrong at k = 2, for the loss of step 4: dh0[0, 0]").wait_for()
    slider.focus()
    notebook.page.keyboard.press("End")
    status.filter(has_text="dWh has a cosine of 0.52").wait_for()
    assert box.locator("svg rect[stroke-dasharray='6 2']").count() > 8
    assert notebook.errors() == []
