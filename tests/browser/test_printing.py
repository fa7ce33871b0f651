"""The course on paper: nothing is cut, every page has a number, the contents say where chapters begin."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from authoring import files, handouts, printing
from rnn_helpers.course import PAGES

pytest.importorskip("sphinx", reason="make print installs it")
pytest.importorskip("playwright.sync_api")
NAMES = [*files.all_names(), *PAGES]
CUT = """[...document.querySelectorAll("article :is(img, svg, table, pre, p, .math)")].filter(part => {
    const box = part.getBoundingClientRect(), hides = getComputedStyle(part).overflowX != "visible";
    return box.right > innerWidth + 1 || box.height > 1000 || hides && part.scrollWidth > part.clientWidth + 1;
}).map(part => part.outerHTML.slice(0, 100))"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages") / "site"
    printing.build(folder, in_browser=False)
    return folder


def test_each_notebook_and_the_course_are_printed_with_pages_counted_through(pages, tmp_path):
    with ThreadPoolExecutor(1) as other:  # where no other Playwright is at work
        sheets = other.submit(printing.print_course, pages, tmp_path).result()
    assert {path.stem for path in tmp_path.iterdir()} == {*NAMES, handouts.FOLDER}
    assert sheets["cheat_sheet"] == 1
    assert sheets.pop(handouts.FOLDER) == 1 + sum(sheets.values()), "the contents name other pages than there are"
    outline = (tmp_path / f"{handouts.FOLDER}.pdf").read_bytes()
    assert re.search(rb"/Outlines", outline)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_cut_and_what_is_folded_stands_at_the_end(pages, chromium, name):
    page = printing.open_page(chromium, pages, f"{name}.html")
    said = page.locator("article details").evaluate_all("all => all.map(one => one.textContent.trim())")
    folded = sum(not text.startswith(("Show the imports", "Show the report")) for text in said)
    page.evaluate(printing.PAPER, {"cover": "", "pages": []})
    assert page.evaluate(CUT) == []
    coloured = page.locator(".course-still [style*='background:']")
    assert set(coloured.evaluate_all("all => all.map(e => getComputedStyle(e).printColorAdjust)")) <= {"exact"}
    assert page.locator("mjx-c.mjx-c5C").count() == 0, "a formula shows a backslash"
    assert page.locator("article details").count() == 0
    links = page.locator(".folded a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert len(links) == folded and all(page.locator(f"[id='{link[1:]}']").count() == 1 for link in links)
    page.close()
