"""The notebooks need nothing that only JupyterLab has: VS Code, Colab and a plain Notebook show the same."""

import re

import pytest

from authoring import ROOT, files
from rnn_helpers.page import WIDGET_VIEW

EVERYWHERE = {"text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/svg+xml",
              WIDGET_VIEW}
METADATA = {"nbgrader", "tags", "deletable", "editable", "jupyter", "cellView",
            "slideshow"}  # an editor skips what it does not know
ONE_EDITOR_ONLY = re.compile(r"application/vnd\.(?!jupyter\.widget-view)|<script|Javascript\(|google\.colab|__vsc|"
                             r"jupyterlab|^\s*[%!]",
                             re.MULTILINE)


@pytest.mark.parametrize("path", files.tracks(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_notebook_opens_in_any_editor(path):
    nb = files.read(path)
    assert (nb.nbformat, nb.nbformat_minor) == (4, 5) and set(nb.metadata) == {"kernelspec", "language_info"}
    assert nb.metadata.kernelspec.name == "python3"
    for cell in nb.cells:
        assert set(cell.metadata) <= METADATA, cell.id
        assert not cell.get("attachments"), cell.id  # Colab drops them
        for output in cell.get("outputs", ()):
            assert set(output.get("data", {})) <= EVERYWHERE and "<script" not in str(output.get("data")), cell.id
        if cell.cell_type == "code":
            found = ONE_EDITOR_ONLY.findall(cell.source)
            assert len(found) == (cell.id == "setup"), cell.id  # its one magic: tests/test_setup_cell.py


@pytest.mark.parametrize("path", sorted((ROOT / "rnn_helpers").rglob("*.py")), ids=lambda path: path.stem)
def test_the_package_sends_what_any_editor_shows(path):
    if path.name != "__main__.py":
        assert not ONE_EDITOR_ONLY.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", ["html", pytest.param("slides", marks=pytest.mark.slow)])
def test_an_export_has_the_words_of_every_picture(kind, caplog):
    nbconvert = pytest.importorskip("nbconvert")
    page, _ = nbconvert.get_exporter(kind)().from_filename(files.solution_path("02_forward_pass"))
    images = re.findall("<img [^>]*>", page)
    assert len(images) == page.count("<img") > 3 and all(re.match('<img alt="[^"]{20}', image) for image in images)
    assert "alternative text" not in caplog.text.lower()
