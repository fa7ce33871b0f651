"""A notebook in the course's JupyterLite, driven as a learner does."""

import functools
import http.server
import threading

from tests.browser.frontends import Lab


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def serve(folder):
    """Yield the address of a folder on loopback."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class Lite(Lab):
    """A notebook open at its link on the pages. `asked`: the addresses elsewhere that the page asked for."""

    def __init__(self, context, address, path, page=None):
        self.page, self.asked = page or context.new_page(), []
        self.page.set_default_timeout(120_000)
        here = "/".join(address.split("/")[:3])  # JupyterLite's own heartbeat is asked of the server's root
        context.on("request", lambda request: request.url.startswith((here, "data:", "blob:"))
                   or self.asked.append(request.url))
        if page is None:  # else a link has led there
            self.page.goto(f"{address}notebooks/index.html?path={path}")
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        self.page.wait_for_function("() => window.jupyterapp && window.jupyterapp.shell.currentWidget")
        self.wait_for("window.jupyterapp.shell.currentWidget.context.sessionContext.ready")

    def save(self):
        self.wait_for("window.jupyterapp.commands.execute('docmanager:save')")

    def choose(self, menu, item):
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()
