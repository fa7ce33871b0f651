"""Firefox as it is installed, driven by WebDriver BiDi (W3C), which it speaks without a driver beside it."""

import itertools
import json
import shutil
import subprocess
import time

import websocket

FIREFOX = next(filter(None, map(shutil.which, ("firefox", "firefox-esr"))), None)
PREFERENCES = {  # nothing is fetched but from loopback, and nothing is asked at the first start
    "network.proxy.type": 1, "network.proxy.socks": "127.0.0.1", "network.proxy.socks_port": 9,
    "network.proxy.socks_remote_dns": True, "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False, "app.update.enabled": False,
}


class Firefox:
    """One window. profile : a folder that is made for it"""

    def __init__(self, profile):
        profile.mkdir()
        (profile / "user.js").write_text("".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
                                                 for name, value in PREFERENCES.items()))
        command = [FIREFOX, "--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", str(profile)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        listens = profile / "WebDriverBiDiServer.json"
        end = time.monotonic() + 120
        while not (listens.exists() and listens.read_text()):
            assert time.monotonic() < end, "Firefox does not listen after 120 s"
            time.sleep(0.1)
        address = "ws://{ws_host}:{ws_port}".format(**json.loads(listens.read_text()))
        self.socket = websocket.create_connection(f"{address}/session", timeout=600, suppress_origin=True)
        self.numbers = itertools.count(1)
        self.name = self.ask("session.new", capabilities={})["capabilities"]["browserVersion"]
        self.window = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method, **params):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (said := json.loads(self.socket.recv())).get("id") != number:
            pass  # an event
        if said["type"] != "success":
            raise RuntimeError(f"{method}: {said['error']}: {said['message']}")
        return said["result"]

    def open(self, address):
        self.ask("browsingContext.navigate", context=self.window, url=address, wait="complete")

    def evaluate(self, body):
        """The value of an async function's body, through JSON."""
        found = self.ask("script.evaluate", expression=f"(async () => {{ {body} }})().then(JSON.stringify)",
                         target={"context": self.window}, awaitPromise=True)
        if found["type"] != "success":
            raise RuntimeError(found["exceptionDetails"]["text"])
        return json.loads(found["result"].get("value", "null"))

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(60)
