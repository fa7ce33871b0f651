"""`make print`: the course on paper, a PDF of each notebook and one of all, made from the site's pages by Chromium.

What is folded on a page, an answer or a hint, stands at the end of its chapter. The course's first page is a list of
contents, with the pages on which chapters begin: each begins on a new one, so they are counted in the chapters' own.
"""

import re
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from authoring import ROOT, files, handouts, site
from authoring.site.__main__ import build
from rnn_helpers.course import PAGES

PAPER = (Path(site.__file__).parent / "paper.js").read_text(encoding="utf-8")
HOST = "http://course.invalid"
FOOT = '<div style="font: 8px sans-serif; width: 100%; text-align: center">{} · <span class="pageNumber"></span></div>'
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]


def chromium(playwright):
    """The system's Chromium; Playwright's own where there is none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not (found or Path(playwright.chromium.executable_path).exists()):
        raise SystemExit("Chromium makes the PDFs, and there is none: install it (Debian, Ubuntu: sudo apt install "
                         "chromium; others: .venv/bin/python -m playwright install chromium)")
    return playwright.chromium.launch(executable_path=found, args=FLAGS)


def open_page(browser, folder, name):
    """The page `name` of the site in `folder`, its formulas set; no server, no network."""
    page = browser.new_page(viewport={"width": 680, "height": 1000})
    page.route("**/*", lambda route: route.fulfill(path=Path(folder, urlsplit(route.request.url).path.lstrip("/"))))
    page.emulate_media(media="print")
    page.goto(f"{HOST}/{name}")
    page.evaluate("window.MathJax ? MathJax.startup.promise.then(() => null) : null")
    return page


def pdf(page, target, title):
    """Print an open page to the file `target`; returns how many sheets it has."""
    sheet = page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "15mm"), outline=True,
                     tagged=True, display_header_footer=True, header_template="<span></span>",
                     footer_template=FOOT.format(title))
    target.write_bytes(sheet)
    return len(re.findall(rb"/Type\s*/Page\b", sheet))


def print_course(folder, out):
    """PDFs of the pages in `folder`, as `make site` builds them, into `out`; returns name -> sheets."""
    from playwright.sync_api import sync_playwright

    out.mkdir(parents=True, exist_ok=True)
    sheets, names = {}, [*files.all_names(), *PAGES]
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        for name in names:
            page = open_page(browser, folder, f"{name}.html")
            page.evaluate(PAPER, {"cover": "", "pages": []})
            sheets[name] = pdf(page, out / f"{name}.pdf", page.title())
            page.close()
        begins = [[name, 2 + sum(list(sheets.values())[:i])] for i, name in enumerate(names)]
        page = open_page(browser, folder, f"{names[0]}.html")
        title, paragraph = (ROOT / "README.md").read_text(encoding="utf-8").split("\n\n")[:2]
        title = title.lstrip("# ")
        page.evaluate(PAPER, {"cover": f"<h1>{title}</h1><p>{paragraph}</p>", "pages": begins})
        sheets[handouts.FOLDER] = pdf(page, out / f"{handouts.FOLDER}.pdf", title)
        browser.close()
    for name, count in sheets.items():
        print(f"{out / name}.pdf  {count} pages")
    return sheets


def main():
    with tempfile.TemporaryDirectory() as scratch:
        build(Path(scratch, "site"), in_browser=False)
        print_course(Path(scratch, "site"), ROOT / "dist" / "print")


if __name__ == "__main__":
    main()
