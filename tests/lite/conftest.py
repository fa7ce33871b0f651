"""The course's JupyterLite, served from loopback to a Chromium that reaches nothing else."""

import json
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.browser.play", "tests.lite.notebook")

from authoring import files  # noqa: E402
from authoring.site import lite  # noqa: E402
from authoring.site.__main__ import build  # noqa: E402
from tests.browser import environments  # noqa: E402
from tests.browser.conftest import context  # noqa: E402, F401
from tests.browser.frontends import CHROMIUM, FLAGS  # noqa: E402
from tests.grading.conftest import grader  # noqa: E402, F401
from tests.lite import pyodide  # noqa: E402
from tests.lite.notebook import serve  # noqa: E402

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make browser-lite does it")
pytest.importorskip("jupyterlite_core", reason="JupyterLite is not installed: make browser-lite does it")
# the newest that run Pyodide 0.27.7
OLD = ["jupyterlite-core==0.6.4", "jupyterlite-pyodide-kernel==0.6.1", "jupyterlab_widgets==3.0.15",
       "jupyter_server>=2.14"]
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"


@pytest.fixture(scope="session")
def chromium():
    with playwright.sync_playwright() as driver:
        alone = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, alone])
        yield browser
        browser.close()


def local(site, **core):
    """Have a site take Pyodide from its own folder, PyPI from nowhere, and tests see its app."""
    path = site / "jupyter-lite.json"
    told = json.loads(path.read_text())
    data = told["jupyter-config-data"]
    data["exposeAppInBrowser"] = True
    data.setdefault("litePluginSettings", {}).setdefault(KERNEL, {}).update(disablePyPIFallback=True, **core)
    path.write_text(json.dumps(told))


def older_matplotlib(wheel):
    """The wheel, content with the matplotlib of Pyodide 0.27.7: the copy that is tested, not the one handed out."""
    with zipfile.ZipFile(wheel) as read:
        inside = {name: read.read(name) for name in read.namelist()}
    meta = next(name for name in inside if name.endswith(".dist-info/METADATA"))
    inside[meta], changed = re.subn(rb"(?m)^Requires-Dist: matplotlib.*$", b"Requires-Dist: matplotlib>=3.8",
                                    inside[meta])
    assert changed == 1
    with zipfile.ZipFile(wheel, "w") as written:
        for name, content in inside.items():
            written.writestr(name, content)


def keys_bubble(site):
    """Give keys to what has the focus before JupyterLab, as JupyterLite 0.8 does: in 0.6 arrows move no slider."""
    started = 0
    for path in (site / "build").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        new, times = re.subn(r"await (\w)\.start\(\)(?=,await \1\.restored)", r"await \1.start({bubblingKeydown:true})",
                             text)
        started += times
        if times:
            path.write_text(new, encoding="utf-8")
    assert started == len(lite.APPS)


@pytest.fixture(scope="session")
def learners_site(tmp_path_factory):
    """What `make site` builds, as it is."""
    site = tmp_path_factory.mktemp("newest") / "site"
    lite.build(site)
    return site


@pytest.fixture(scope="session")
def newest(learners_site, tmp_path_factory):
    """The learners' site with the core of their Pyodide beside it; its address."""
    site = tmp_path_factory.mktemp("core") / "site"
    shutil.copytree(learners_site, site)
    schema, = site.glob("extensions/@jupyterlite/*/static/schema/kernel.v0.schema.json")
    version, name = re.search(r"pyodide/v([\d.]+)/full/([\w.]+)", schema.read_text()).groups()
    pyodide.pure_packages(version, pyodide.core(version, site / "static" / "pyodide"))
    local(site, pyodideUrl=f"./static/pyodide/{name}")
    yield from serve(site)


@pytest.fixture(scope="session")
def tested(tmp_path_factory):
    """A folder in which lite/ has both tracks on Pyodide 0.27.7, with NumPy and matplotlib."""
    folder = tmp_path_factory.mktemp("whole")
    inside = pyodide.with_packages(folder / "pyodide")  # it may skip: before anything is built
    lite.write_sources(folder / "lite")
    older_matplotlib(next((folder / "lite" / "pypi").glob("rnn_helpers-*.whl")))
    (folder / "lite" / "files" / "solutions").mkdir()
    for name in files.all_names():
        shutil.copy(files.solution_path(name), folder / "lite" / "files" / "solutions")
    python = environments.made("lite", sys.executable, OLD)
    share = Path(python).parents[1] / "share" / "jupyter" / "labextensions"
    found = [str(path.parent) for path in (*share.glob("*/package.json"), *share.glob("*/*/package.json"))]
    site = folder / "site" / "lite"
    lite.run(folder / "lite", site, python, found)
    shutil.copytree(inside, site / "static" / "pyodide")
    local(site, pyodideUrl="./static/pyodide/pyodide.js")
    keys_bubble(site)
    return folder / "site"


@pytest.fixture(scope="session")
def whole(tested):
    """The address of that lite/."""
    for address in serve(tested):
        yield f"{address}lite/"


@pytest.fixture(scope="session")
def pages(tested, whole):
    """The pages to read around it, whose links lead into it; their address."""
    made = tested.parent / "pages"
    build(made, in_browser=False)
    shutil.copytree(made, tested, dirs_exist_ok=True)
    return whole.removesuffix("lite/")
