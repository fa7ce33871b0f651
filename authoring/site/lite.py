"""The course in a browser, with nothing installed: a JupyterLite with the learners' notebooks and the package's wheel.

What a learner saves lies in their browser and covers the site's file of the same name; so an update of the course never
touches it. Beside it, in the folder `newest`, lies each notebook as it was published, with a name that changes with its
content: an update is a new file there, and no copy that someone saved covers it.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import distribution
from pathlib import Path

from authoring import ROOT, files, handouts
from rnn_helpers.course import PAGES

NEWEST = "newest"
APPS = ("notebooks", "tree", "edit")  # the notebook, the list of files, and what shows a text file of that list
PACKAGES = ("ipywidgets", "comm", "jupyterlab_widgets", "tqdm")  # what the wheel needs, and Pyodide may lack
EXTENSIONS = ("jupyterlite-pyodide-kernel", "jupyterlab_widgets", "jupyterlab_pygments")
SPARE = ("package.json", "rspack.config*.js", "doc")
SETTINGS = {"jupyter-lite-schema-version": 0,
            "jupyter-config-data": {
                "appName": "The course in your browser", "appUrl": "./tree",  # every cell in the page: keys reach it
                "settingsOverrides": {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
                                      "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True}}}}


def newest(name, content):
    """The path of a notebook as it was published; it changes with what the cells say, not with what they printed."""
    cells = [(cell["cell_type"], cell["source"]) for cell in json.loads(content)["cells"]]
    return f"{NEWEST}/{name}-{hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:4]}.ipynb"


def repacked(name, folder):
    """The wheel of an installed pure Python package, put together again: no network, and the version that is locked."""
    found = distribution(name)
    told = {str(path): found.locate_file(path).read_bytes() for path in found.files
            if ".." not in path.parts and path.suffix != ".pyc" and path.name not in ("INSTALLER", "REQUESTED")}
    stem = re.sub(r"[-_.]+", "_", found.name).lower()
    return handouts.pack(Path(folder, f"{stem}-{found.version}-py3-none-any.whl"), told)


def extension(name):
    """The folder of a package's extension of JupyterLab."""
    found = distribution(name)
    path = next(path for path in found.files if path.name == "package.json" and "labextensions" in path.parts)
    return str(found.locate_file(path).resolve().parent)


def write_sources(folder, root=ROOT):
    """What JupyterLite is built from: notebooks, wheels, settings."""
    for part in (f"files/{NEWEST}", "pypi"):
        Path(folder, part).mkdir(parents=True)
    for name in (*files.all_names(root), *PAGES):
        content = files.learner_path(name, root).read_bytes()
        Path(folder, "files", f"{name}.ipynb").write_bytes(content)
        Path(folder, "files", newest(name, content)).write_bytes(content)
    handouts.write_wheel(folder / "pypi", root)
    for name in PACKAGES:
        repacked(name, folder / "pypi")
    Path(folder, "jupyter-lite.json").write_text(json.dumps(SETTINGS))
    config = {"LiteBuildConfig": {"apps": list(APPS), "ignore_sys_prefix": True, "no_sourcemaps": True,
                                  "no_unused_shared_packages": True, "source_date_epoch": handouts.WHEN}}
    Path(folder, "jupyter_lite_config.json").write_text(json.dumps(config))


def run(folder, out, python=sys.executable, extensions=None):
    """Have JupyterLite build `folder` into `out`. python : the interpreter of the environment that has it."""
    config = Path(folder, "jupyter_lite_config.json")
    told = json.loads(config.read_text())
    told["LiteBuildConfig"]["federated_extensions"] = extensions or [extension(name) for name in EXTENSIONS]
    config.write_text(json.dumps(told))
    done = subprocess.run([python, "-m", "jupyterlite_core", "build", "--lite-dir", str(folder), "--output-dir",
                           str(out)], capture_output=True, text=True, cwd=folder)
    if done.returncode:
        sys.exit(f"JupyterLite was not built:\n{(done.stdout + done.stderr)[-3000:]}")
    for path in [path for pattern in SPARE for path in Path(out).glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def build(out):
    """Build the JupyterLite of the learners' notebooks into `out`."""
    with tempfile.TemporaryDirectory() as scratch:
        write_sources(Path(scratch, "lite"))
        run(Path(scratch, "lite"), out)
