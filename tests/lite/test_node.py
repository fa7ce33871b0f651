"""Tests of the checks and of what is drawn, in a browser's Python: Pyodide under Node."""

import re
import subprocess
import zipfile

import pytest

from authoring.site import lite
from tests.lite import pyodide

NEEDED = (*lite.PACKAGES, "widgetsnbextension", "pytest", "pluggy", "iniconfig")
LACKING = re.compile(r"^ *(?:import|from) (?:hypothesis|nbformat|nbclient|subprocess|torch|authoring|instructor|"
                     r"benchmarks|tests\.cases|tests\.test_)", re.MULTILINE)  # compiled, or made of processes
FEW = ["tests/check/test_limits.py", "tests/check/test_rnn_cell.py", "tests/check/test_points.py"]
EVERY = [str(path.relative_to(pyodide.ROOT)) for folder in ("tests/check", "tests/explore", "tests")
         for path in sorted((pyodide.ROOT / folder).glob("test_*.py")) if not LACKING.search(path.read_text())]


@pytest.mark.parametrize("names", [
    pytest.param(FEW, id="few"),
    *(pytest.param(EVERY[part::8], id=f"all, part {part}", marks=pytest.mark.slow) for part in range(8))])
def test_in_node(tmp_path, names):
    core = pyodide.with_packages(tmp_path / "pyodide")
    for name in NEEDED:
        with zipfile.ZipFile(lite.repacked(name, tmp_path)) as wheel:
            wheel.extractall(tmp_path / "packages")
    script = pyodide.ROOT / "tests" / "lite" / "in_node.mjs"
    # JSPI, which Chromium has and Node has behind a flag, is how a browser's Python waits for what is asynchronous
    done = subprocess.run([pyodide.program("node"), "--experimental-wasm-jspi", script, core, pyodide.ROOT,
                           tmp_path / "packages", "-m", "not slow", *names], capture_output=True, text=True)
    print(done.stdout[-4000:], done.stderr[-2000:])
    assert done.returncode == 0
