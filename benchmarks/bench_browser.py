"""What a learner sees in JupyterLab: seconds of Run All, and milliseconds from a key on a control to the new picture.

    python -m benchmarks.bench_browser [NAME ...]

For each notebook Run All from a fresh kernel until every picture and question is there, and for each control the median
and the slowest of seven keys, on the wall; of both the kernel's processor time, for one picture. Needs what `make
browser` needs and two idle cores: on a busy machine only the processor time means anything.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

from rnn_helpers import course
from tests.browser.conftest import course as copy_of_the_course
from tests.browser.environments import ROOT
from tests.browser.frontends import CHROMIUM, FLAGS, Lab, Server
from tests.browser.play import holds

KEYS = 7
WATCH = """box => { const image = box.querySelector('img.widget-image'), drawn = '.widget-html-content';
    box.drawn = new Promise(done => new MutationObserver(all => image ? image.decode().then(() => requestAnimationFrame(
        () => done(performance.now()))).catch(() => 0) : all.some(one => one.target.matches?.(drawn))
        && requestAnimationFrame(() => done(performance.now())))
        .observe(image || box, {attributes: true, attributeFilter: ['src'], childList: true, subtree: !image}));
    box.started = 0;
    box.addEventListener('keydown', e => { if (e.key !== 'Tab') box.started ||= performance.now(); }, true); }"""


def keys(box, control):
    """Milliseconds from each key to the picture that follows it, as the page's own clock has it."""
    times = []
    for n in range(KEYS):
        box.evaluate(WATCH)
        if control.kind == "choice":
            control.step()
        else:
            control.press("ArrowRight" if n % 2 == 0 else "ArrowLeft")
        times.append(box.evaluate("""box => Promise.race([box.drawn.then(drawn => drawn - box.started),
            new Promise(done => setTimeout(done, 3000, NaN))])"""))
    return [time for time in times if time == time]  # a key at the slider's end moves nothing


def spent(server):
    """Seconds of processor time that the server's kernel has used."""
    kernels = psutil.Process(server.process.pid).children(recursive=True)
    return sum(sum(kernel.cpu_times()[:2]) for kernel in kernels)


def main(names):
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        scratch = Path(scratch)
        (scratch / "course").mkdir()
        server = Server(sys.executable, copy_of_the_course(scratch / "course"), scratch, modules=ROOT)
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name in names:
            path = f"solutions/{name}.ipynb"
            notebook = Lab(browser.new_context(viewport={"width": 1280, "height": 900}), server, f"notebooks/{path}")
            start, before = time.perf_counter(), spent(server)
            notebook.run_all()
            notebook.settle(*holds(path, True), quiet=0)
            print(f"{time.perf_counter() - start:6.1f} s, the kernel {spent(server) - before:.1f}   Run All of {name}")
            for box in notebook.page.locator(".widget-vbox").all():
                for control in notebook.controls(box):
                    before = spent(server)
                    found = keys(box, control) or [float("nan")]
                    each = 1000 * (spent(server) - before) / KEYS
                    print(f"{statistics.median(found):6.0f} ms, slowest {max(found):.0f}, the kernel {each:.0f}   "
                          f"{control.name}", flush=True)
            notebook.close()
        browser.close()
        server.stop()


if __name__ == "__main__":
    main(sys.argv[1:] or course.NOTEBOOKS)
