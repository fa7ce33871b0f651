"""The JupyterLite of `make site`, and the Pyodide that learners get, as far as that is here: without NumPy."""

import json
import zipfile
from pathlib import Path

import pytest

from authoring import files
from authoring.site import lite
from rnn_helpers.course import PAGES
from tests.lite import pyodide
from tests.lite.notebook import Lite

SLIDER = """# @title Imports
from ipywidgets import IntSlider
slider = IntSlider(3, description="a slider")
slider"""


def test_the_site_is_small_and_whole(learners_site):
    there = [path for path in learners_site.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in there) < 45e6
    assert not [path for path in there if path.suffix == ".map"]
    for name in files.all_names():
        content = files.learner_path(name).read_bytes()
        assert (learners_site / "files" / f"{name}.ipynb").read_bytes() == content
        assert (learners_site / "files" / lite.newest(name, content)).read_bytes() == content
    assert len(list((learners_site / "files").rglob("*.ipynb"))) == 2 * len([*files.all_names(), *PAGES])
    offered = json.loads((learners_site / "pypi" / "all.json").read_text())
    assert set(offered) == {"rnn-helpers", "ipywidgets", "comm", "jupyterlab-widgets", "tqdm"}
    for wheel in (learners_site / "pypi").glob("*.whl"):
        assert zipfile.ZipFile(wheel).testzip() is None


def test_a_notebook_that_changes_is_a_new_file_and_outputs_do_not_count():
    content = files.learner_path("01_rnn_cell").read_bytes()
    nb = json.loads(content)
    nb["cells"][1]["outputs"] = []
    assert lite.newest("01", json.dumps(nb)) == lite.newest("01", content)
    nb["cells"][0]["source"].append("Mended.")
    assert lite.newest("01", json.dumps(nb)) != lite.newest("01", content)


def test_the_learners_pyodide_shows_a_slider_and_takes_the_sites_wheel_up_to_numpy(context, newest):
    notebook = Lite(context, newest, "01_rnn_cell.ipynb")
    notebook.enter("# @title Imports", "# @title Imports\n%pip install -q ipywidgets")
    notebook.enter("# @title Imports", SLIDER)
    notebook.page.locator(".noUi-handle").first.wait_for()
    notebook.page.locator(".noUi-handle").first.press("ArrowRight")
    notebook.enter("# @title Imports", "import sys; print(slider.value, sys.version_info[:2] >= (3, 14))")
    notebook.page.get_by_text("4 True").wait_for()
    notebook.enter("# @title Set-up")
    errors = " ".join(notebook.errors()).lower()
    assert "numpy" in errors or "matplotlib" in errors, errors


def test_an_update_leaves_a_saved_notebook_and_puts_the_new_one_beside_it(context, newest):
    """And File > Download gives what was saved."""
    notebook = Lite(context, newest, "02_forward_pass.ipynb")
    mine = "def rnn_forward(): return 'mine'"
    notebook.wait_for(f"""(async () => window.jupyterapp.shell.currentWidget.content.widgets.find(
        c => c.model.sharedModel.getSource().startsWith('def rnn_forward')).model.sharedModel.setSource("{mine}"))()""")
    notebook.save()
    with notebook.page.expect_download() as download:
        notebook.choose("File", "Download")
    assert mine in Path(download.value.path()).read_text(encoding="utf-8")
    notebook.page.close()
    read = ("async path => (await window.jupyterapp.serviceManager.contents.get(path, {content: true})).content")
    again = Lite(context, newest, "02_forward_pass.ipynb")
    assert mine in ["".join(cell["source"]) for cell in again.cells()]
    published = lite.newest("02_forward_pass", files.learner_path("02_forward_pass").read_bytes())
    beside = again.page.evaluate(read, lite.NEWEST)
    assert published.rpartition("/")[2] in [entry["name"] for entry in beside]
    assert mine not in ["".join(cell["source"]) for cell in again.page.evaluate(read, published)["cells"]]
    again.page.evaluate("path => window.jupyterapp.serviceManager.contents.delete(path)", "02_forward_pass.ipynb")
    fresh = again.page.evaluate(read, "02_forward_pass.ipynb")["cells"]
    assert mine not in ["".join(cell["source"]) for cell in fresh]


def test_a_file_that_is_missing_or_changed_is_named(tmp_path):
    path, entry = tmp_path / "numpy.whl", {"sha256": "0" * 64}
    with pytest.raises(pyodide.Missing, match="numpy.whl is missing"):
        pyodide.checked(path, entry)
    path.write_bytes(b"another")
    with pytest.raises(pyodide.Missing, match=f"expected {'0' * 64}"):
        pyodide.checked(path, entry)
