"""A pytest plugin: each notebook is re-run, its outputs are compared by nbval and its pictures by their pixels.

nbval would compare a picture's bytes; here a re-run picture may differ from the stored one by an RMS of 0.02 of full
scale. Another minor version of matplotlib draws text elsewhere: then the cell's texts are compared, and its
pictures are skipped with a reason. Progress bars and widget ids are no outputs (`authoring.normalise`). From
notebook 3b on the learners' ones are slow: their experiments are the solved ones'. With `--nbval`, nbval's own
collector is left alone.
"""

import base64
import io
import os
import re

import matplotlib
import numpy as np
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile
from PIL import Image

from authoring import normalise

RMS = 0.02
UNSOLVED = "01_", "02_", "03_"  # show in `make test` what a notebook says before it is solved
_MINOR = re.compile(r"(\d+\.\d+)")


def pytest_configure(config):
    if config.option.nbval_sanitize_with is None:  # for nbval's own collector
        config.option.nbval_sanitize_with = os.path.join(os.path.dirname(__file__), "pictures.cfg")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two notebooks share two cores
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")


def pytest_collect_file(file_path, parent):
    options = parent.config.option
    if file_path.suffix == ".ipynb" and not (options.nbval or options.nbval_lax):
        return Notebook.from_parent(parent, path=file_path)


class Notebook(IPyNbFile):
    def collect(self):
        if (self.path.parent / "solutions" / self.path.name).is_file() and not self.path.stem.startswith(UNSOLVED):
            self.add_marker("slow")
        for cell in super().collect():
            yield Cell.from_parent(self, name=cell.name, cell_num=cell.cell_num, cell=cell.cell, options=cell.options)


class Cell(IPyNbCell):
    def compare_outputs(self, test, ref, skip_compare=None):
        test, ref = normalise.outputs(test, pictures=False), normalise.outputs(ref, pictures=False)
        stored, redrawn = pngs(ref), pngs(test)
        if not super().compare_outputs(without_pngs(test), without_pngs(ref), skip_compare):
            return False
        problem = difference(stored, redrawn)
        if problem and (other := other_minor(stored)):
            pytest.skip(f"pictures drawn by matplotlib {other} are not compared with {matplotlib.__version__}; "
                        "texts agree")
        if problem:
            self.comparison_traceback.append(problem)
            self.user_properties.append(("differs", "picture"))  # for `authoring.matrix`, which reads pytest's report
        return not problem


def pngs(outputs):
    """The PNGs of a cell, decoded from base64, in order."""
    return [base64.b64decode(found) for output in outputs
            for found in normalise.PNG.findall(output.get("data", {}).get("text/html", ""))]


def without_pngs(outputs):
    """The same outputs, their pictures left out of the HTML."""
    for output in outputs:
        if "text/html" in output.get("data", {}):
            output.data["text/html"] = normalise.PNG.sub("", output.data["text/html"])
    return outputs


def other_minor(pictures):
    """The matplotlib minor version that drew one of the pictures, where it is not the installed one; else None."""
    installed = _MINOR.match(matplotlib.__version__).group(1)
    for picture in pictures:
        drawn_by = _MINOR.search(Image.open(io.BytesIO(picture)).info.get("Software", ""))
        if drawn_by and drawn_by.group(1) != installed:
            return drawn_by.group(1)
    return None


def difference(stored, redrawn):
    """What tells two lists of PNGs apart, as a sentence; "" when they show the same."""
    if len(stored) != len(redrawn):
        return f"{len(stored)} pictures are stored, a re-run draws {len(redrawn)}"
    for n, (old, new) in enumerate(zip(stored, redrawn, strict=True), start=1):
        if old == new:
            continue
        a, b = pixels(old), pixels(new)
        if a.shape != b.shape:
            (height, width), (now_high, now_wide) = a.shape[:2], b.shape[:2]
            return f"picture {n} is stored with {width} x {height} pixels, a re-run draws {now_wide} x {now_high}"
        rms = float(np.sqrt(np.mean((a - b) ** 2)))
        if rms > RMS:
            return f"picture {n} is stale: a re-run draws another (RMS {rms:.3f}, at most {RMS}); run make notebooks"
    return ""


def pixels(png):
    """(height, width, 3), between 0 and 1, on a white page."""
    image = Image.open(io.BytesIO(png)).convert("RGBA")
    page = Image.new("RGBA", image.size, "white")
    page.alpha_composite(image)
    return np.asarray(page.convert("RGB"), dtype=float) / 255
