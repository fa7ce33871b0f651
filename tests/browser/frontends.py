"""Drive a notebook in a real browser: JupyterLab, Notebook 7 and the classic Notebook 6, by one set of methods."""

import io
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass

import numpy as np
from PIL import Image

TOKEN = "t"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]
SETTINGS = {  # every cell is in the page, nothing is fetched from elsewhere
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


class Server:
    """A Jupyter server on loopback that shows the notebooks in `folder`; `classic` for Notebook 6.

    python : the interpreter of the environment; scratch : where settings and the log go; modules : the PYTHONPATH
    of the kernels. Without it the notebooks' setup cell finds the package.
    """

    def __init__(self, python, folder, scratch, modules="", classic=False):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        settings = scratch / "lab-settings"
        for name, values in SETTINGS.items():
            path = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        common = ["--no-browser", "--ip=127.0.0.1", f"--port={self.port}", "--allow-root"]
        if classic:
            command = [python, "-m", "notebook", *common, f"--NotebookApp.token={TOKEN}",
                       f"--notebook-dir={folder}"]
        else:
            command = [python, "-m", "jupyterlab", *common, f"--IdentityProvider.token={TOKEN}",
                       f"--ServerApp.root_dir={folder}", "--expose-app-in-browser",
                       "--LabApp.extension_manager=readonly", "--JupyterNotebookApp.expose_app_in_browser=True"]
        env = {**os.environ, "PYTHONPATH": str(modules), "JUPYTERLAB_SETTINGS_DIR": str(settings),
               "JUPYTER_CONFIG_DIR": str(scratch / "config"), "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
               "IPYTHONDIR": str(scratch / "ipython"), "MPLCONFIGDIR": str(scratch / "mpl"),
               "PYDEVD_DISABLE_FILE_VALIDATION": "1", "OPENBLAS_NUM_THREADS": "1"}
        env.pop("JUPYTER_DATA_DIR", None)
        self.log = scratch / "server.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=folder)
        self._wait()

    def _wait(self):
        end = time.monotonic() + 180
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api?token={TOKEN}", timeout=2)
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-2000:]}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Lab:
    """A notebook open in JupyterLab (or Notebook 7: `app="notebooks"`)."""

    handle, has_alt, names_cells = ".noUi-handle", True, True

    def __init__(self, context, server, path, app="lab/tree"):
        self.page = context.new_page()
        self.page.set_default_timeout(120_000)
        # without the tabs of the notebook before
        self.page.goto(f"http://127.0.0.1:{server.port}/{app}/{path}?token={TOKEN}&reset")
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=180_000)
        self.page.wait_for_function("() => window.jupyterapp && window.jupyterapp.shell.currentWidget")
        self.wait_for("window.jupyterapp.shell.currentWidget.context.sessionContext.ready")

    def wait_for(self, promise, seconds=240):
        """Evaluate a JavaScript promise in the page; RuntimeError when it takes longer than `seconds`."""
        self.page.evaluate(f"""() => Promise.race([{promise}, new Promise((_, no) => setTimeout(
            () => no(new Error('not done after {seconds} s')), {seconds * 1000}))]).then(() => null)""")

    def run_all(self):
        self.wait_for("window.jupyterapp.commands.execute('notebook:run-all-cells')")

    def enter(self, begins, source=None):
        """Run the cell whose source begins so, with another source if one is given."""
        self.wait_for(f"""(async () => {{
            const notebook = window.jupyterapp.shell.currentWidget.content;
            const cell = notebook.widgets.find(c => c.model.sharedModel.getSource().startsWith({json.dumps(begins)}));
            const source = {json.dumps(source)};
            if (source !== null) cell.model.sharedModel.setSource(source);
            notebook.activeCellIndex = notebook.widgets.indexOf(cell);
            await window.jupyterapp.commands.execute('notebook:run-cell'); }})()""")

    def restart(self):
        self.wait_for("""(async () => {
            const session = window.jupyterapp.shell.currentWidget.context.sessionContext;
            await session.session.kernel.restart(); await session.session.kernel.info; })()""")

    def save(self):
        self.wait_for("window.jupyterapp.commands.execute('docmanager:save')")

    def cells(self):
        return self.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells")

    def close(self):
        self.page.evaluate("""async () => {
            await window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown(); }""")
        self.page.close()

    # What follows is the same in every front end: it looks at the widgets in the page.

    def settle(self, pictures, questions=None, quiet=0.7, seconds=120):
        """Wait until the page shows so many pictures and questions, and nothing was added to it for `quiet` seconds."""
        end, since, last = time.monotonic() + seconds, time.monotonic(), None
        while True:
            size, drawn = self.page.evaluate("""() => [
                document.querySelectorAll('.jupyter-widgets, .jupyter-widgets *').length,
                [...document.querySelectorAll('img.widget-image')].every(e => e.complete && e.naturalWidth)]""")
            found = len(self.pictures()), len(self.quizzes())
            if (size, drawn, found) != last:
                last, since = (size, drawn, found), time.monotonic()
            elif drawn and found[0] == pictures and questions in (None, found[1]) and time.monotonic() - since > quiet:
                return
            assert time.monotonic() < end, (f"after {seconds} s the page shows {found[0]} pictures and "
                                            f"{found[1]} questions, expected {pictures} and {questions}; "
                                            f"its errors: {self.errors()}")
            time.sleep(0.1)

    def errors(self):
        """Error outputs and what was written to stderr, as one line each."""
        found = []
        for number, cell in enumerate(self.cells()):
            for output in cell.get("outputs", []):
                if output["output_type"] == "error":
                    found.append(f"cell {number}: {output['ename']}: {output['evalue']}")
                elif output.get("name") == "stderr":
                    text = output["text"]
                    found.append(f"cell {number}: stderr: {text if isinstance(text, str) else ''.join(text)}")
        return found

    def pictures(self):
        """The boxes of widgets that hold a picture, in the order of the page."""
        return self.page.locator(".widget-vbox:has(> img.widget-image)").all()

    def quizzes(self):
        return self.page.locator(".widget-vbox:has(> .widget-button)").all()

    def controls(self, box):
        """What the keyboard can move in a box."""
        found = []
        for row in box.locator(":scope > div").all():
            for kind, selector in (("slider", self.handle), ("choice", "input[type=radio]")):
                if row.locator(selector).count():
                    found.append(Control(kind, row, row.locator(selector)))
        return found

    def tab_order(self, box):
        """How many controls of a box Tab reaches in turn, from the first on."""
        places = [control.place for control in self.controls(box)]
        places[0].scroll_into_view_if_needed()
        places[0].focus()
        reached = 1
        for place in places[1:]:
            # a slider's readout, in which one can type, comes between, and in ipywidgets 7 each radio button
            for _ in range(8):
                self.page.keyboard.press("Tab")
                if place.evaluate("e => e === document.activeElement"):
                    reached += 1
                    break
        return reached

    def overlapping(self, box):
        """The text of each control of which something lies over what comes below it."""
        return box.evaluate("""box => {
            const low = row => Math.max(...[...row.querySelectorAll('*')].map(e => e.getBoundingClientRect())
                                                .filter(r => r.width * r.height).map(r => r.bottom));
            const top = row => row.nextElementSibling.getBoundingClientRect().top;
            return [...box.children].slice(0, -3).filter(row => low(row) > top(row) + 1)
                                    .map(row => row.innerText); }""")

    def shown(self, box):
        """The picture of a box and its description, as the page shows them."""
        data, alt = box.locator("img.widget-image").evaluate("""async e => {
            await e.decode().catch(() => {});  // it was replaced while it was decoded: the next look sees it
            const bytes = new Uint8Array(await (await fetch(e.src)).arrayBuffer());
            return [Array.from(bytes), e.alt || e.title]; }""")
        pixels = np.asarray(Image.open(io.BytesIO(bytes(data))).convert("RGBA"), dtype=int)
        return Shown(pixels, box.locator("[role=status]").last.inner_text(), alt)

    def wait_for_change(self, box, before, seconds=20):
        """Wait until picture and description both differ from `before`; return what is shown then."""
        end = time.monotonic() + seconds
        while True:
            now = self.shown(box)
            same = [name
                    for name, differs in now.differs(before).items() if not differs and (name != "alt" or self.has_alt)]
            if not same and "computing" not in now.text:
                return now
            assert time.monotonic() < end, f"the {' and the '.join(same)} did not change: {now.text!r}"
            time.sleep(0.05)


@dataclass
class Shown:
    pixels: np.ndarray
    text: str  # below the picture
    alt: str  # the accessible name of the <img>; none in ipywidgets 7

    def differs(self, other):
        picture = self.pixels.shape != other.pixels.shape or np.abs(self.pixels - other.pixels).max() > 16
        return {"picture": picture, "text": self.text != other.text, "alt": self.alt != other.alt}


@dataclass
class Control:
    """A slider or a choice (radio buttons), moved by keyboard alone."""

    kind: str
    row: object
    inputs: object

    @property
    def name(self):
        return self.row.locator(".widget-label, .widget-label-basic").first.inner_text().strip("\u200b\n ")

    @property
    def place(self):
        """The element that has the focus: of radio buttons the chosen one."""
        return next((button for button in self.inputs.all() if button.is_checked()),
                    None) if self.kind == "choice" else self.inputs.first

    def says(self):
        """The value that the control shows."""
        if self.kind == "slider":
            return self.row.locator(".widget-readout").inner_text()
        return str([button.is_checked() for button in self.inputs.all()])

    def press(self, *keys):
        self.place.scroll_into_view_if_needed()
        self.place.focus()
        for key in keys:
            self.row.page.keyboard.press(key)

    def step(self):
        """To the next value, or the one before. JupyterLab keeps radio buttons' arrow keys; each is a Tab stop."""
        said = self.says()
        if self.kind == "choice":
            self.press("Shift+Tab" if self.inputs.last.is_checked() else "Tab", "Space")
        else:
            self.press("ArrowRight" if self.kind == "slider" else "Space")
            if self.says() == said:
                self.press("ArrowLeft")

    def far(self, start):
        """A slider to the end that is not `start`, what it said at first: there the picture is sure to differ."""
        if self.kind == "slider":
            self.press("Home")
            if self.says() == start:
                self.press("End")


class Classic(Lab):
    """A notebook open in the classic Notebook 6, with ipywidgets 7."""

    handle, has_alt, names_cells = ".ui-slider-handle", False, False

    def __init__(self, context, server, path):
        self.page = context.new_page()
        self.page.set_default_timeout(120_000)
        self.page.goto(f"http://127.0.0.1:{server.port}/notebooks/{path}?token={TOKEN}")
        self.page.wait_for_function("() => window.Jupyter && Jupyter.notebook && Jupyter.notebook._fully_loaded",
                                    timeout=180_000)
        self.connected()

    def connected(self):
        """Wait until the kernel answers and is idle, and what draws widgets is there: before, a page drops what it is
        asked to run, or shows the stored picture instead of the widget."""
        self.page.wait_for_function("""() => {
            const kernel = Jupyter.notebook.kernel;
            return kernel && kernel.is_connected() && kernel.info_reply.status && kernel.widget_manager
                && !Jupyter.notebook.kernel_busy; }""", timeout=180_000)

    def run_all(self, tries=3):
        """Run every cell, again where the page lost the request: no cell has its number, and none is waiting."""
        for _ in range(tries):
            self.connected()
            self.page.evaluate("""() => { window.still = null; Jupyter.notebook.clear_all_output();
                                        Jupyter.notebook.execute_all_cells(); }""")
            ran = self.page.wait_for_function("""() => {
                const prompts = Jupyter.notebook.get_cells().filter(c => c.cell_type === 'code' && c.get_text().trim())
                                                            .map(c => Number(c.input_prompt_number) || 0);
                if (prompts.every(n => n)) return 'all';
                const still = prompts.join() + Jupyter.notebook.kernel_busy;  // changes as cells end and begin
                if (still !== window.still) [window.still, window.since] = [still, Date.now()];
                return !Jupyter.notebook.kernel_busy && Date.now() - window.since > 10000 ? 'stuck' : false; }""",
                polling=100, timeout=120_000)
            if ran.json_value() == "all":
                return
        raise AssertionError(f"Run All was asked for {tries} times, and cells are left that have not run; "
                             f"errors: {self.errors()}")

    def enter(self, begins, source=None):
        self.wait_for(f"""new Promise(done => {{
            const cell = Jupyter.notebook.get_cells().find(c => c.get_text().startsWith({json.dumps(begins)}));
            const source = {json.dumps(source)};
            if (source !== null) cell.set_text(source);
            Jupyter.notebook.events.on('finished_execute.CodeCell', (event, data) => data.cell === cell && done());
            cell.execute(); }})""")

    def restart(self):
        self.wait_for("""new Promise(done => {
            Jupyter.notebook.clear_all_output();
            Jupyter.notebook.events.one('kernel_ready.Kernel', () => done());
            Jupyter.notebook.kernel.restart(); })""")

    def save(self):
        self.wait_for("Jupyter.notebook.save_notebook()")

    def cells(self):
        return self.page.evaluate("() => Jupyter.notebook.toJSON().cells")

    def close(self):
        self.page.evaluate("() => { Jupyter.notebook.set_dirty(false); Jupyter.notebook.session.delete(); }")
        self.page.close()
