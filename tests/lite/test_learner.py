"""A learner who has only a browser, from a link on the pages to points in the class's table."""

import csv

from tests.browser.play import answer_everything, move
from tests.lite.notebook import Lite

FORWARD = "h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)\nreturn h_t, (x_t, h_prev, h_t)"
BACKWARD = """x_t, h_prev, h_t = cache
dz_t = dh_t * (1 - h_t**2)
return dz_t @ x_t.T, dz_t @ h_prev.T, dz_t.sum(axis=1, keepdims=True), cell.Wh.T @ dz_t"""
ENDLESS = """def rnn_cell_forward(cell, x_t, h_prev):
    while True:
        try:
            h_prev = h_prev + x_t.sum()
        except:
            pass"""


def open_from_its_page(context, pages, name):
    page = context.new_page()
    page.goto(f"{pages}{name}.html")
    page.locator("article a", has_text="in your browser").click()
    return Lite(context, pages, f"{name}.ipynb", page)


def write(notebook, function, body):
    """Type the body of a function in place of its last two lines."""
    notebook.page.locator(".cm-content", has_text=f"def {function}(").first.click()
    for key in ("Control+End", "Shift+ArrowUp", "Shift+Home"):
        notebook.page.keyboard.press(key)
    for line in body.splitlines():
        notebook.page.keyboard.type(line)
        notebook.page.keyboard.press("Enter")


def hand_in(notebook, folder):
    """Save and download: the file, in a folder of the student's. (0.6 has no File > Download.)"""
    notebook.page.keyboard.press("Control+s")
    notebook.page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    with notebook.page.expect_download() as download:
        notebook.wait_for("window.jupyterapp.commands.execute('docmanager:download')")
    download.value.save_as(folder / download.value.suggested_filename)


def test_from_the_pages_to_the_table_of_points(context, pages, tmp_path, grader):
    submissions = grader.home / "from-a-browser"
    notebook = open_from_its_page(context, pages, "01_rnn_cell")
    page = notebook.page
    write(notebook, "rnn_cell_forward", FORWARD)
    notebook.choose("Run", "Run All Cells")
    page.get_by_text("01_rnn_cell: 7 of 10 points").wait_for()
    assert notebook.errors() == [] and page.get_by_text("right, 7 of 7 points").count() == 1
    answer_everything(notebook)
    (box,) = notebook.pictures()
    move(notebook, box, notebook.controls(box)[0])
    written = next(cell["source"] for cell in notebook.cells() if "def rnn_cell_forward" in "".join(cell["source"]))
    notebook.enter("def rnn_cell_forward", ENDLESS)
    notebook.enter("check.rnn_cell_forward")
    page.get_by_text("still running after 5 seconds").wait_for()
    notebook.enter("def rnn_cell_forward", "".join(written))
    notebook.enter("check.rnn_cell_forward")
    hand_in(notebook, submissions / "Ada Lovelace")
    page.close()

    again = open_from_its_page(context, pages, "01_rnn_cell")
    assert written in [cell["source"] for cell in again.cells()]
    again.page.close()

    notebook = open_from_its_page(context, pages, "03_bptt")
    write(notebook, "rnn_cell_backward", BACKWARD)
    notebook.choose("Run", "Run All Cells")
    notebook.page.get_by_text("03_bptt: 8 of 22 points").wait_for()
    answer_everything(notebook)
    walk = notebook.page.locator(".widget-vbox:has(button:text('next'))")
    walk.get_by_role("button", name="next").click()
    walk.locator("[role=status]", has_text="through tanh").wait_for()
    walk.get_by_role("button", name="play").click()
    walk.locator("[role=status]", has_text="what the step gives").wait_for()
    notebook.enter("check.progress", 'check.progress("all")')
    notebook.page.get_by_text("all notebooks: 15 of").wait_for()
    assert notebook.errors() == [] and notebook.asked == []
    hand_in(notebook, submissions / "Ada Lovelace")

    grader.give(submissions)
    done = grader.run("-m", "instructor", "grade", submissions, "--out", grader.home / "grading")
    assert done.returncode == 0, done.stdout + done.stderr
    with open(grader.home / "grading" / "grades.csv", newline="", encoding="utf-8") as file:
        rows = {(row["student"], row["notebook"]): row["points"] for row in csv.DictReader(file)}
    assert rows == {("Ada_Lovelace", "01_rnn_cell"): "7", ("Ada_Lovelace", "03_bptt"): "8"}
