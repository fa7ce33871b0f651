"""The solved notebooks print the same numbers on another BLAS kernel and another SIMD path, and without ipywidgets,
where each picture says what to install.
"""

import os
import platform
import re

import pytest

from authoring import ROOT, files, normalise, notebooks

NO_PICTURES = ("image/png", "image/jpeg")
X86 = platform.machine().lower() in ("x86_64", "amd64")
LINE = re.compile('<p class="course-still-line"><em>(.*?)</em></p>')  # says how to bring a still to life


def other_path():
    """Environment variables for the oldest x86-64 kernels of OpenBLAS and NumPy."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    faster = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
    return {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": " ".join(faster)}


def lines(nb):
    """What the stills of a notebook say below them."""
    return LINE.findall(str([cell.get("outputs") for cell in nb.cells]))


def texts(nb):
    """Per cell: what it prints and shows, without pictures, and without the lines below stills."""
    found = {}
    for cell in nb.cells:
        if cell.cell_type == "code":
            found[cell.id] = [{"text": output.text} if output.output_type == "stream" else
                              {kind: LINE.sub("", normalise.PNG.sub("", str(value)))
                               for kind, value in output.get("data", {}).items() if kind not in NO_PICTURES}
                              for output in normalise.outputs(cell.outputs, pictures=False)]
    return found


def class_for(name):
    """A class of its own for each notebook: they are shared out among the workers by class."""

    class Test:
        @pytest.mark.slow
        def test_the_same_numbers_on_another_code_path_and_without_ipywidgets(self, tmp_path):
            path, here = files.solution_path(name), os.pathsep.join((str(tmp_path), str(ROOT)))
            (tmp_path / "ipywidgets.py").write_text("raise ImportError('not here')")
            stored, env = files.read(path), {"PYTHONPATH": here, **(other_path() if X86 else {})}
            found = notebooks.execute(files.read(path), path.parent, env)
            assert texts(found) == texts(stored)
            assert len(lines(found)) == len(lines(stored))
            assert all("run %pip install ipywidgets, then restart the kernel" in line for line in lines(found))

    return Test


for _name in files.all_names():
    globals()[f"Test_{_name}"] = class_for(_name)


@pytest.mark.skipif(not X86, reason="the other path is one of x86-64")
def test_the_other_path_is_another_one():
    import nbformat

    source = ("import os\nfrom numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__\n"
              "print(os.environ['OPENBLAS_CORETYPE'], any(__cpu_features__.get(name) for name in __cpu_dispatch__))")
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    assert notebooks.execute(nb, ROOT, other_path()).cells[0].outputs[0].text == "Nehalem False\n"
