"""The next day: a notebook that was run and saved is opened again, and its kernel is gone."""

import pytest

from tests.browser.frontends import Classic, Lab
from tests.browser.play import BROKEN, holds

PATH = "notebooks/01_rnn_cell.ipynb"
SENTENCES = 1
GONE = (*BROKEN, "could not be displayed", "model not found")


def stills(page):
    """The stored pictures and questions that can be seen, as (alt text, width on the page, the line below)."""
    return page.evaluate("""() => [...document.querySelectorAll('.course-still')].filter(e => e.offsetHeight).map(e => [
        e.querySelector('img')?.alt, e.querySelector('img')?.clientWidth, e.querySelector('em').innerText])""")


def run_and_save(notebook):
    """Run All; of each picture and question the live one alone is seen; save, and stop the kernel."""
    pictures, questions = holds(PATH.removeprefix("notebooks/"), notebook.names_cells)
    notebook.run_all()
    notebook.settle(pictures, questions)
    assert stills(notebook.page) == []
    notebook.save()
    notebook.close()
    return pictures, questions


def look_again(notebook, pictures, questions):
    seen = stills(notebook.page)
    drawn = pictures + SENTENCES  # the two sentences are drawn, too, but hold no slider's picture
    assert sum(alt is not None for alt, _, _ in seen) == drawn and len(seen) == drawn + questions, seen
    for alt, width, line in seen:
        assert line in ("Run this cell to move it.", "Run this cell to answer it.")
        assert alt is None or (len(alt) > 40 and width > 300), (alt, width)
    text = notebook.page.inner_text("body")
    assert [said for said in GONE if said in text] == []
    notebook.run_all()
    notebook.settle(pictures, questions)
    assert stills(notebook.page) == []


@pytest.mark.parametrize("app", ["lab/tree", "notebooks"])
def test_in_jupyterlab_and_notebook(context, lab, app):
    kept = run_and_save(Lab(context, lab, PATH, app))
    look_again(Lab(context, lab, PATH, app), *kept)


def test_in_the_classic_notebook(context, colab):
    kept = run_and_save(Classic(context, colab, PATH))
    look_again(Classic(context, colab, PATH), *kept)
