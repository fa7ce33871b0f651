"""What a learner with a keyboard does with a notebook, and what they must see."""

import json
import re

import nbformat

from tests.browser.accessible import violations
from tests.browser.environments import ROOT

BROKEN = ("Error displaying widget", "Error creating widget", "Loading widget", "Failed to load model")


def holds(path, waits):
    """How many pictures with controls, and how many questions, a notebook shows before any guess; waits: whether what
    stands in `after_guess` waits, as it does where the front end names the cell that it runs."""
    code = "\n".join(cell.source for cell in nbformat.read(ROOT / "notebooks" / path, as_version=4).cells
                     if cell.cell_type == "code")
    pictures = rf"^{'' if waits else ' *'}play\.(?!walk_back|sentences|write|units)"
    return len(re.findall(pictures, code, re.MULTILINE)), len(re.findall(r"^predict\(", code, re.MULTILINE))


def run(notebook, path):
    """Run All: no error, every picture and every question is there."""
    notebook.run_all()
    notebook.settle(*holds(path, notebook.names_cells))
    assert notebook.errors() == []
    text = notebook.page.inner_text("body")
    assert [sign for sign in BROKEN if sign in text] == []


def look(notebook):
    """Every picture has its words and two pixels for one of the page, each question and control passes axe-core."""
    images = ".jp-OutputArea-output img, .output_subarea img"
    seen = notebook.page.locator(images).evaluate_all("""all => all.filter(e => e.offsetParent).map(e => [
        e.src.startsWith('data:image/svg') || e.naturalWidth / e.width, e.alt || e.title, e.className])""")
    for sharp, alt, kind in seen:
        assert sharp is True or sharp > 1.9, f"{alt}: {sharp} pixels"
        assert len(alt) > 20 or ("widget-image" in kind and not notebook.has_alt), "a picture without words"
    assert violations(notebook.page, ".jp-OutputArea" if notebook.names_cells else ".output_subarea") == []


def move_everything(notebook):
    """Each control by keyboard: it has a name, says its value, and changes the picture and its description."""
    for box in notebook.pictures():
        controls = notebook.controls(box)
        assert controls, "a picture without controls"
        assert notebook.overlapping(box) == []
        assert notebook.tab_order(box) == len(controls), "Tab does not reach every control in turn"
        for control in controls:
            move(notebook, box, control)


def move(notebook, box, control):
    assert control.name, f"a {control.kind} without a name"
    before, said = notebook.shown(box), control.says()
    assert said, f"{control.name} does not say its value"
    control.step()
    assert control.says() != said, f"{control.name} still says {said} after a key"
    control.far(said)
    try:
        after = notebook.wait_for_change(box, before)
    except AssertionError as error:
        raise AssertionError(f"{control.name}: {error}") from None
    assert after.pixels.shape == before.pixels.shape, f"{control.name}: the picture's size changed"
    assert "No picture" not in after.text, after.text


def answer_everything(notebook):
    """Each question by keyboard: a guess is answered, and another one after it; what waited for the guess appears."""
    for box in notebook.quizzes():
        buttons = box.locator("button").all()
        for button, said in ((buttons[0], "“"), (buttons[-1], buttons[-1].inner_text())):
            button.focus()
            notebook.page.keyboard.press("Enter")
            box.locator("[role=status]", has_text=said).wait_for(timeout=60_000)
        assert all(button.is_enabled() for button in buttons)
    assert "appears here after your guess" not in notebook.page.inner_text("body")


def everything(notebook, path, again=True):
    """Run All, move and answer everything; restart the kernel, run again, move one control."""
    run(notebook, path)
    look(notebook)
    move_everything(notebook)
    answer_everything(notebook)
    if again:
        notebook.restart()
        run(notebook, path)
        for box in notebook.pictures():
            move(notebook, box, notebook.controls(box)[0])


FAULTY = '''def rnn_cell_forward(cell, x_t, h_prev):
    if len(cell.Wh) == 2 and cell.Wh[0, 0] > 1.5:
        raise ValueError("two units\\nare too few")
    h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)
    return h_t, (x_t, h_prev, h_t)'''


def fail_and_mend(notebook):
    """Notebook 1: the learner's function passes its check and raises for some of a slider's values; they mend it."""

    def rewrite(source):
        notebook.enter("def rnn_cell_forward", source)
        for begins in ("check.rnn_cell_forward", "step = ", "play.kick"):
            notebook.enter(begins)
        notebook.settle(pictures=1)
        (box,) = notebook.pictures()
        (slider,) = notebook.controls(box)
        return box, slider

    notebook.run_all()
    box, slider = rewrite(FAULTY)
    whole = notebook.shown(box)
    slider.press("End")
    failed = notebook.wait_for_change(box, whole)
    assert failed.text == ("No picture for these values. ValueError: two units are too few "
                           "(in rnn_cell_forward, line 3: raise ValueError(\"two units\\nare too few\"))")
    slider.press("Home")
    assert "No picture" not in notebook.wait_for_change(box, failed).text
    box, slider = rewrite(FAULTY.replace("> 1.5:", "> 9:"))
    before = notebook.shown(box)
    slider.press("End")
    assert "8 units over 40 steps" in notebook.wait_for_change(box, before).text
    assert notebook.errors() == []


SLOW = """import time
from rnn_helpers.explore import explore, slider
drawn = []
def draw(fig, radius):
    drawn.append(radius)
    time.sleep(0.3)
    fig.subplots().plot([0, radius])
    return f"a radius of {radius:.2f}"
explore(draw, "A slow picture", radius=slider("radius", 0, 2.5, 0.05, 0))"""


def hurry(notebook):
    """50 quick keys on a slow picture: it says that it is busy, ends with the last value, and draws few between."""
    notebook.enter("# @title Set-up")
    notebook.enter("# @title Imports", SLOW)
    notebook.settle(pictures=1)
    (box,) = notebook.pictures()
    (slider,) = notebook.controls(box)
    box.evaluate("""box => {
        const image = box.querySelector('img'), said = new Set(); box.pictures = 0; box.said = said;
        new MutationObserver(() => box.pictures++).observe(image, {attributes: true, attributeFilter: ['src']});
        const everything = {subtree: true, childList: true, characterData: true};
        new MutationObserver(() => said.add(box.innerText)).observe(box, everything); }""")
    slider.press(*50 * ["ArrowRight"])
    by_then = box.evaluate("box => box.pictures")
    box.locator("[role=status]", has_text="a radius of 2.50").wait_for(timeout=30_000)
    notebook.settle(pictures=1)
    assert "computing" in box.evaluate("box => [...box.said].join()")
    notebook.enter("# @title Set-up", "print(drawn)")
    drawn = next(json.loads("".join(output["text"])) for cell in notebook.cells() for output in cell.get("outputs", [])
                 if output.get("name") == "stdout" and "".join(output["text"]).startswith("[0.0, "))
    assert drawn[-1] == 2.5 and drawn == sorted(drawn)
    after = len(drawn) - 1 - by_then  # without the first picture
    assert after <= 3, f"{after} pictures were drawn after the last key: {drawn}"
