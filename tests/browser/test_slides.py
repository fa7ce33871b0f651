"""The lectures in a browser without a network: every slide fits, nothing complains, notes and steps are there."""

import pytest

from authoring import files
from authoring.slides.__main__ import build

pytest.importorskip("sphinx_revealjs", reason="make slides installs it")
LAST_STEP = """i => { const slide = Reveal.getSlides()[i], at = Reveal.getIndices(slide);
    Reveal.slide(at.h, at.v, 99);
    const height = slide.getBoundingClientRect().height / Reveal.getScale();
    const cut = [...slide.querySelectorAll("*")].filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth
        && getComputedStyle(e).overflowX == "hidden").length;
    return [Number(slide.style.zoom || 1), height, slide.innerText, cut] }"""


@pytest.fixture(scope="module")
def lectures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides") / "slides"
    build(folder)
    return folder


@pytest.mark.parametrize("name", files.all_names())
def test_every_slide_fits_and_nothing_is_asked_of_the_web(lectures, chromium, name):
    page, complaints = chromium.new_page(viewport={"width": 1120, "height": 700}), []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith(("file:", "data:")) or complaints.append(asked.url))
    page.goto((lectures / f"{name}.html").as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    for i in range(page.evaluate("Reveal.getTotalSlides()")):
        zoom, height, text, cut = page.evaluate(LAST_STEP, i)
        assert zoom >= 0.85 and height <= 701 and not cut, f"slide {i + 1}, {text[:60]}: too much for one slide"
    assert page.locator("aside.notes").count() >= 12 and page.locator(".fragment").count() >= 3
    assert page.locator("mjx-container").count() > 3 and page.locator("mjx-merror").count() == 0
    assert complaints == []
    page.close()
