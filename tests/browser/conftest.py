"""One Chromium, one copy of the course and one server for each environment; each test opens notebooks in it."""

import shutil
import sys

import pytest

pytest.register_assert_rewrite("tests.browser.play")

from tests.browser import environments  # noqa: E402
from tests.browser.frontends import CHROMIUM, FLAGS, Server  # noqa: E402

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make browser does it")


@pytest.fixture(scope="session")
def chromium():
    """The system's Chromium; Playwright's own where there is none."""
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium):
    """A fresh profile, with a window of a small laptop."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


def course(folder):
    """A copy of the notebooks beside the package: tests edit and save them."""
    shutil.copytree(environments.ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    (folder / "rnn_helpers").symlink_to(environments.ROOT / "rnn_helpers")
    return folder


def serve(tmp_path_factory, name, python, **more):
    scratch = tmp_path_factory.mktemp(name)
    (scratch / "course").mkdir()
    server = Server(python, course(scratch / "course"), scratch, **more)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    yield from serve(tmp_path_factory, "lab", sys.executable, modules=environments.ROOT)


@pytest.fixture(scope="session")
def binder(tmp_path_factory):
    yield from serve(tmp_path_factory, "binder", environments.binder())


@pytest.fixture(scope="session")
def colab(tmp_path_factory):
    yield from serve(tmp_path_factory, "colab", environments.colab(), classic=True)
