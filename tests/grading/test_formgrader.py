"""Written answers: `python -m instructor formgrader` in a real browser, then points in grades.csv and the comment in
the feedback.
"""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.browser.frontends import CHROMIUM, FLAGS
from tests.grading import classes

pytestmark = pytest.mark.slow

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`")
ANSWER = "Each state is computed from the one before, so the order of the inputs is kept."


@pytest.fixture(scope="module")
def graded(grader):
    classes.write(grader.home / "writers", "ada", classes.HandIn(classes.with_source(classes.CELL,
                                                                                     order_matters=ANSWER),
                                                                 classes.ALL))
    grader.give(grader.home / "writers")
    done = grader.run("-m", "instructor", "grade", "../writers", "--out", "../read")
    assert done.returncode == 0, done.stderr
    assert "1 written answer to be graded by hand" in done.stdout
    return grader.home / "read"


@pytest.fixture(scope="module")
def address(graded, tmp_path_factory):
    """Where the formgrader listens; what it needs besides the one command is a free port, and leave to run as root on
    CI.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = tmp_path_factory.mktemp("jupyter")
    (config / "jupyter_server_config.json").write_text(json.dumps(
        {"ServerApp": {"allow_root": True, "open_browser": False, "port": port}, "IdentityProvider": {"token": "t"}}))
    process = subprocess.Popen([sys.executable, "-m", "instructor", "formgrader", "--out", graded], cwd=classes.ROOT,
                               env={**os.environ, "JUPYTER_CONFIG_DIR": str(config)}, start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base, end = f"http://127.0.0.1:{port}", time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(f"{base}/formgrader/gradebook?token=t", timeout=60)
            break
        except OSError:
            assert process.poll() is None and time.monotonic() < end, "the formgrader does not answer"
            time.sleep(0.2)
    yield base
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_points_and_a_comment_reach_the_table_and_the_feedback(grader, graded, address):
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(90_000)
        # MathJax, fetched from elsewhere, would move the focus to the first field while another is filled
        page.route(lambda url: not url.startswith(address), lambda route: route.abort())
        page.goto(f"{address}/formgrader/gradebook?token=t")
        for link, goal in ((classes.CELL, f"**/{classes.CELL}"), (classes.CELL, f"**/{classes.CELL}/{classes.CELL}"),
                           ("Submission #1", "**/submissions/**")):
            page.locator("table tbody a:visible", has_text=link).first.click()
            page.wait_for_url(goal)
        assert page.get_by_text(ANSWER).is_visible()
        page.wait_for_function("formgrader.grades?.loaded && formgrader.comments?.loaded")  # before, nothing is saved
        for field, value, route in (("#order_matters", "1.5", "grade"),
                                    ("#order_matters-comment", "Well said.", "comment")):
            with page.expect_response(lambda r, route=route: f"/api/{route}/" in r.url
                                      and r.request.method == "PUT") as saved:
                page.fill(field, value)
                page.press(field, "Tab")
            assert saved.value.ok
        browser.close()
    grader.give(graded)
    done = grader.run("-m", "instructor", "results", "--out", graded)
    assert done.returncode == 0, done.stderr
    row, = csv.DictReader((graded / "grades.csv").read_text().splitlines())
    assert row["order_matters"] == "1.5" and row["points"] == "11.5"
    feedback = (graded / "feedback" / "ada" / "01_rnn_cell.html").read_text()
    assert "Well said." in feedback and "1.5 of 2" in feedback
