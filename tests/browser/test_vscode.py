"""VS Code, as code-server brings it into a browser: what it shows of a stored notebook, in its dark theme.

Skipped where there is no code-server (npm install code-server; it says which Node it needs). Its own extensions show
notebooks; Jupyter's, which runs them, is handed out by Microsoft's marketplace alone. Of that one a renderer stands in
that does what Jupyter's does with widgets whose kernel is gone: it passes them on to the output's next type.
"""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request

import nbformat
import pytest
from nbclient import NotebookClient

from tests.browser.accessible import suits_dark
from tests.browser.environments import ROOT

CODE_SERVER = shutil.which("code-server")
pytestmark = pytest.mark.skipif(not CODE_SERVER, reason="code-server is not installed")
SETTINGS = {"workbench.colorTheme": "Dark Modern", "security.workspace.trust.enabled": False,
            "workbench.startupEditor": "none", "chat.disableAIFeatures": True,
            "workbench.secondarySideBar.defaultVisibility": "hidden",
            "workbench.editorAssociations": {"*.ipynb": "jupyter-notebook"}}
STAND_IN = {"name": "stand-in", "publisher": "course", "version": "1.0.0", "engines": {"vscode": "^1.60.0"},
            "contributes": {"notebookRenderer": [{
                "id": "widgets", "displayName": "widgets", "entrypoint": "./renderer.js", "requiresMessaging": "never",
                "mimeTypes": ["application/vnd.jupyter.widget-view+json"]}]}}
RENDERER = """export const activate = () => ({ renderOutputItem() {
    throw Object.assign(new Error("no kernel"), {name: "vscode.fallbackToNextRenderer"}); } });"""
YESTERDAY = """from rnn_helpers.explore import walk
from rnn_helpers.quiz import predict
predict("two-orders")
walk.walk_back()"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where VS Code shows a folder with notebook 3, solved, and one that ran and whose kernel is gone."""
    scratch = tmp_path_factory.mktemp("vscode")
    folder, stand_in, user = scratch / "course", scratch / "extensions" / "stand-in", scratch / "data" / "User"
    for made in (folder, stand_in, user):
        made.mkdir(parents=True)
    (stand_in / "package.json").write_text(json.dumps(STAND_IN))
    (stand_in / "renderer.js").write_text(RENDERER)
    (user / "settings.json").write_text(json.dumps(SETTINGS))
    shutil.copy(ROOT / "notebooks" / "solutions" / "03_bptt.ipynb", folder)
    ran = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(YESTERDAY)])
    NotebookClient(ran, timeout=120, kernel_name="python3", store_widget_state=False,
                   resources={"metadata": {"path": str(ROOT)}}).execute()
    nbformat.write(ran, folder / "yesterday.ipynb")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{s.getsockname()[1]}"
    with open(scratch / "log", "w") as log:
        server = subprocess.Popen(
            [CODE_SERVER, "--auth", "none", "--bind-addr", host, "--user-data-dir", scratch / "data",
             "--extensions-dir", scratch / "extensions", "--config", scratch / "config.yaml", "--disable-telemetry",
             "--disable-update-check"], env={**os.environ, "XDG_CONFIG_HOME": str(scratch)}, stdout=log, stderr=log)
    end = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://{host}/healthz", timeout=2)
            break
        except OSError:
            assert server.poll() is None and time.monotonic() < end, (scratch / "log").read_text()[-2000:]
            time.sleep(0.2)
    yield f"http://{host}/?folder={folder}&payload=", f"vscode-remote://{host}{folder}"
    server.terminate()
    server.wait(30)


def outputs(context, address, name, images):
    """The frame in which VS Code shows Markdown and outputs, once it holds so many images."""
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 9000})  # what is out of sight is not drawn
    asked, place = address
    page.goto(asked + urllib.parse.quote(json.dumps([["openFile", f"{place}/{name}.ipynb"]])), timeout=120_000)
    for _ in range(240):
        for frame in page.frames:
            if "fake.html" in frame.url and frame.locator("img").count() == images:
                page.wait_for_timeout(1000)
                return frame
        page.wait_for_timeout(500)
    raise AssertionError("no outputs after two minutes")


def test_stored_pictures_hints_and_reports(context, address):
    frame = outputs(context, address, "03_bptt", 3)
    for image in frame.locator("img").all():
        alt, width, pixels, source = image.evaluate("e => [e.alt, e.clientWidth, e.naturalWidth, e.src.slice(0, 14)]")
        assert len(alt) > 40 and width > 500, alt
        assert source == "data:image/svg" or pixels == 2 * width, alt
    suits_dark(frame.get_by_alt_text("The cell unrolled over 4 steps"))
    frame.get_by_text("Run this cell to move it.").wait_for()
    frame.get_by_text("rnn_backward: right, 9 of 9 points").wait_for()
    hint = frame.locator("details", has_text="Hint 2 of 3").first
    assert hint.locator(".katex").first.is_hidden()
    hint.locator("summary").click()
    hint.locator(".katex").first.wait_for()


def test_the_next_day(context, address):
    frame = outputs(context, address, "yesterday", 1)
    frame.get_by_text("Run this cell to move it.").wait_for()
    frame.get_by_text("Run this cell to answer it.").wait_for()
    assert "render" not in frame.locator("body").inner_text()
