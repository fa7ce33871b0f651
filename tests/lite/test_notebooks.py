"""Every notebook on Pyodide 0.27.7: Run All, each question answered, and Run All again gives the stored outputs.

Texts are the same to the digit. Pictures, drawn by another matplotlib, have the same size and look alike from afar.
"""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from authoring import ROOT, files, normalise
from tests.browser.play import answer_everything, fail_and_mend, move, run
from tests.lite.notebook import Lite

FEW = {"01_rnn_cell.ipynb", "solutions/06_truncated_bptt.ipynb"}
PATHS = [pytest.param(path, marks=() if path in FEW else pytest.mark.slow)
         for name in files.all_names() for path in (f"{name}.ipynb", f"solutions/{name}.ipynb")]
ALIKE = 0.05  # RMS of what is left of two pictures at 48 x 32 pixels, black 0 and white 1


def seen_from_afar(png):
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("L")
    return image.size, np.asarray(image.resize((48, 32), Image.Resampling.BOX), float) / 255


def texts(output):
    """What an output says, by MIME type or field, without its picture."""
    said = dict(output.get("data", {}), **{key: output[key] for key in ("name", "text", "ename") if key in output})
    return {kind: text for kind, text in said.items() if kind != "image/png"}


def differences(stored, found):
    """What two lists of outputs do not have in common, in words."""
    stored, found = normalise.outputs(stored), normalise.outputs(found)
    if len(stored) != len(found):
        yield f"{len(found)} outputs, {len(stored)} are stored"
    for old, new in zip(stored, found, strict=False):
        if texts(old) != texts(new):
            yield f"{texts(new)}, stored is {texts(old)}"
        pictures = [output.get("data", {}).get("image/png") for output in (old, new)]
        if all(pictures):
            (was, before), (now, after) = map(seen_from_afar, pictures)
            if was != now or np.sqrt(np.mean((before - after) ** 2)) > ALIKE:
                yield f"another picture, {now}, stored is {was}"


@pytest.mark.parametrize("path", PATHS)
def test_outputs_are_the_stored_ones(context, whole, path):
    notebook = Lite(context, whole, path)
    run(notebook, path)
    answer_everything(notebook)
    notebook.run_all()
    assert notebook.errors() == []
    stored, found = files.read(ROOT / "notebooks" / path).cells, notebook.cells()
    wrong = [f"{cell.id}: {what}" for cell, run_here in zip(stored, found, strict=True) if cell.cell_type == "code"
             for what in differences(cell.outputs, run_here["outputs"])]
    assert wrong == []
    for box in notebook.pictures()[:1]:
        move(notebook, box, notebook.controls(box)[0])
    assert notebook.asked == []


@pytest.mark.slow
def test_a_function_that_fails_for_some_values_is_named_under_its_picture(context, whole):
    fail_and_mend(Lite(context, whole, "01_rnn_cell.ipynb"))
