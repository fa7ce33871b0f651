"""What is typed into a picture in JupyterLab, by keyboard: it is drawn as text, and answered when it is wrong."""

from tests.browser.frontends import Lab


def box_with(notebook, label):
    """The picture with a control of that name, and its line of words."""
    box = notebook.page.locator(".widget-vbox", has=notebook.page.get_by_role("textbox", name=label)).last
    return box, box.locator("[role=status]")


def move(notebook, box, label, *keys):
    box.locator(".widget-inline-hbox", has_text=label).locator(".noUi-handle").focus()
    for key in keys:
        notebook.page.keyboard.press(key)


def test_two_sentences_are_typed_and_the_weights_set(context, lab):
    notebook = Lab(context, lab, "notebooks/01_rnn_cell.ipynb")
    notebook.run_all()
    box, status = box_with(notebook, "first sentence")
    assert "In the end they are equal again." in status.inner_text()
    move(notebook, box, "Wh[0, 1]", "Home")
    status.filter(has_text="\u201cthe film was not good\u201d ends with mood -0.95: blame").wait_for()
    box.get_by_role("textbox", name="first sentence").fill("")
    status.filter(has_text="The first sentence has 0 words, expected 1 to 8.").wait_for()
    box.get_by_role("textbox", name="first sentence").focus()
    notebook.page.keyboard.type("not <b>very</b> good")
    status.filter(has_text="\u201cnot <b>very</b> good\u201d ends with mood 0.96: praise").wait_for()
    move(notebook, box, "Wh[1, 1]", "End")
    status.filter(has_text="good\u201d ends with mood -0.9").wait_for()
    notebook.enter("def rnn_cell_forward", "def rnn_cell_forward(cell, x_t, h_prev):\n"
                   "    h_t = np.tanh(cell.Wx @ x_t + cell.b)\n    return h_t, (x_t, h_prev, h_t)")
    notebook.enter("play.sentences(", "play.sentences(rnn_cell_forward)")
    move(notebook, box, "Wh[0, 1]", "Home")
    box.locator("svg text", has_text="-4.00").wait_for()
    assert "\u201cthe film was not good\u201d ends with mood 0.96: praise" in status.inner_text()  # a cell without Wh
    assert notebook.errors() == []


def test_a_prefix_is_typed_and_the_next_character_drawn(context, lab):
    notebook = Lab(context, lab, "notebooks/solutions/05_char_level.ipynb")
    notebook.run_all()
    box, status = box_with(notebook, "prefix")
    before = box.locator("b").inner_text()
    prefix = box.get_by_role("textbox", name="prefix")
    prefix.fill("Nowx\u00e9")
    status.filter(has_text="The prefix holds '\u00e9', which this network has never met.").wait_for()
    prefix.fill("Beautiful is ")
    status.filter(has_text="After 'Beautiful is '").wait_for()
    assert before == "" and box.locator("table tr").count() >= 9
    next_ = box.get_by_role("button", name="next")
    next_.focus()
    notebook.page.keyboard.press("Enter")
    box.locator("b:not(:empty)").wait_for()
    assert len(box.locator("b").inner_text()) == 1
    text = box.locator("p").first.inner_text()
    assert text.startswith("Beautiful is ") and len(text) > 90  # text that can be selected and read aloud
    move(notebook, box, "temperature", "Home")
    box.locator("th", has_text="logit / 0.05").wait_for()
    units = notebook.page.locator(".widget-vbox", has_text="hidden unit").last
    said = units.locator("[role=status]")
    move(notebook, units, "hidden unit", "ArrowRight")
    said.filter(has_text="Unit 1 and").wait_for()
    move(notebook, units, "follows", "End")
    said.filter(has_text="a space comes next").wait_for()
    assert units.locator("p").first.inner_text().startswith("Beautiful is better than ugly.")
    assert notebook.errors() == []
