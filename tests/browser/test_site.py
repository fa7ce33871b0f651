"""The pages to read, in a real browser without a network: on a phone, in the dark, with the keyboard."""

import functools
import html.parser
import http.server
import re
import subprocess
import sys
import threading
import urllib.parse

import pytest

from authoring import ROOT, files
from rnn_helpers.course import PAGES
from tests.browser.frontends import CHROMIUM, FLAGS

pytest.importorskip("sphinx", reason="make site installs it")
playwright = pytest.importorskip("playwright.sync_api")
NAMES = files.all_names()
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("pages") / "site"
    done = subprocess.run([sys.executable, "-m", "authoring.site", "--out", str(out)], cwd=ROOT, capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stderr.lower()
    return out


@pytest.fixture(scope="module")
def address(site):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    assert CHROMIUM, "no chromium: install it (apt install chromium)"
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(browser, address):
    """Open pages of the site; at the end nothing may have complained, nor asked for anything from elsewhere."""
    complaints, contexts = [], []

    def open_page(name, viewport=DESKTOP, scheme="light"):
        context = browser.new_context(viewport=viewport, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}, {request.failure}")
                if request.failure != "net::ERR_ABORTED" else None)  # aborted: the page was left before it came
        page.on("request", lambda asked: asked.url.startswith((address, "data:", "blob:"))
                or complaints.append(f"outside: {asked.url}"))
        page.goto(f"{address}{name}")
        page.evaluate("window.MathJax ? MathJax.startup.promise.then(() => null) : null")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("name", ["index", "404", "in_your_browser", *NAMES, *PAGES])
def test_a_page_on_a_phone(visit, name):
    page = visit(f"{name}.html", PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("h1").count() == 1
    images = page.locator(".cell_output img")
    assert images.count() == page.locator("img").count() == page.locator("button.enlarge").count()
    for alt, right in images.evaluate_all("all => all.map(i => [i.alt.trim(), i.getBoundingClientRect().right])"):
        assert alt and "<Figure" not in alt
        assert right <= PHONE["width"], "it does not fit"
    assert page.evaluate("""[...document.querySelectorAll("article *")].filter(box => box.tabIndex < 0
        && box.scrollWidth > box.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(box).overflowX))
        .map(box => box.outerHTML.slice(0, 80))""") == [], "it scrolls, and the keyboard cannot reach it"
    bar = page.locator(".mobile-header label[for=__navigation]").bounding_box()
    assert bar["y"] > PHONE["height"] - 100 and min(bar["width"], bar["height"]) >= 44, "no thumb reaches the contents"
    formulas = page.locator("span.math, div.math").count()
    assert page.locator("mjx-container").count() >= formulas > 0 or name not in NAMES
    assert page.locator("mjx-merror").count() == 0
    heights = ("all => all.filter(formula => !formula.closest('details'))"
               ".map(formula => formula.getBoundingClientRect().height)")
    assert min(page.locator("mjx-container").evaluate_all(heights), default=9) > 4


def test_a_picture_opens_at_full_size_and_what_scrolls_shows_it(visit):
    page = visit("02_forward_pass.html", PHONE)
    picture, dialog = page.locator("button.enlarge").first, page.locator("dialog.full-size")
    small = picture.locator("img").bounding_box()["width"]
    assert not dialog.is_visible()
    picture.focus()
    page.keyboard.press("Enter")
    assert dialog.locator("img").bounding_box()["width"] > 1.3 * small
    assert dialog.evaluate("box => box.scrollWidth > box.clientWidth")
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    code = page.locator("pre.scrolls").first
    assert code.get_attribute("tabindex") == "0"
    assert code.evaluate("box => getComputedStyle(box).backgroundImage") != "none"


def test_an_address_that_is_not_there_leads_back(visit, site, address):
    page = visit("404.html")
    page.evaluate("history.replaceState(null, '', '/a/b/c.html')")
    page.locator("article a", has_text="contents").click()
    page.wait_for_url(f"{address}index.html")
    assert ".github.io" in (site / "404.html").read_text(encoding="utf-8").partition("<meta")[0]


def test_the_cheat_sheet_prints_on_one_page(visit):
    margin = dict.fromkeys(("top", "bottom", "left", "right"), "8mm")
    assert len(re.findall(rb"/Type\s*/Page\b", visit("cheat_sheet.html").pdf(format="A4", margin=margin))) == 1


class Page(html.parser.HTMLParser):
    """The targets that a page has and the addresses that it names."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.addresses = set(), set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids |= {attributes.get("id"), attributes.get("name") if tag == "a" else None}
        self.addresses |= {attributes.get("href" if tag in ("a", "link") else "src")} - {None}


def test_every_address_inside_the_site_leads_somewhere(site):
    pages = {path: Page(path) for path in site.glob("*.html")}
    assert len(pages) == len(NAMES) + len(PAGES) + 4
    dead = []
    for path, page in pages.items():
        for address in page.addresses:
            parts = urllib.parse.urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
            anchor = urllib.parse.unquote(parts.fragment)
            if not target.is_file() or (target in pages and anchor and anchor not in pages[target].ids):
                dead.append(f"{path.name}: {address}")
    assert dead == []


def test_answers_are_folded_and_the_keyboard_unfolds_them(visit):
    page = visit("03_bptt.html")
    assert page.locator("details[open]").count() == 0
    answer = page.locator("details", has_text="Show an answer").first
    code = answer.locator("pre")
    assert not code.is_visible()
    answer.locator("summary").focus()
    page.keyboard.press("Enter")
    assert code.is_visible() and "1 - h_t**2" in code.inner_text().replace(" ** ", "**")
    page.keyboard.press("Enter")
    assert not code.is_visible()
    page = visit("01_rnn_cell.html")
    model = page.locator("details.sd-dropdown", has_text="A model answer").first
    model.locator("summary").focus()
    page.keyboard.press("Enter")
    assert model.get_by_text("What earns the points").is_visible()


def test_a_guess_does_not_give_itself_away(visit):
    page = visit("01_rnn_cell.html")
    said = page.get_by_text("the same word moves different states differently.")
    assert page.get_by_text("Do its two last states differ?").first.is_visible()
    assert not page.get_by_text("praise -0.170").first.is_visible()
    assert said.count() == 1 and not said.is_visible()
    page.locator("summary", has_text="What is right, and why").first.click()
    assert said.is_visible()


def test_nothing_of_the_making_is_left_on_a_page(site):
    for name in NAMES:
        text = (site / f"{name}.html").read_text(encoding="utf-8")
        for left in ("BEGIN SOLUTION", "Set-up: find", "OWNER/REPO", "check.progress", "Toggle hidden content"):
            assert left not in text, f"{name}: {left}"


def test_search_finds_a_word(visit):
    page = visit("index.html", PHONE)
    page.locator(".mobile-header label[for=__navigation]").click()
    page.get_by_placeholder("Search").fill("orthogonal")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results li a").count() >= 2
    page.locator("#search-results li a").first.click()
    page.wait_for_url("**/0*.html*")
    assert page.locator("h1").first.inner_text()[0] in "123456"


def test_dark_mode_is_dark_and_figures_have_no_ground_of_their_own(visit):
    page = visit("01_rnn_cell.html", scheme="dark")
    luminance = """color => { const [r, g, b] = getComputedStyle(document.body)[color].match(/\\d+/g).map(Number);
                               return 0.2126*r + 0.7152*g + 0.0722*b }"""
    assert page.evaluate(luminance, "backgroundColor") < 60 < 150 < page.evaluate(luminance, "color")
    colours = page.locator(".cell_output img").evaluate_all("all => all.map(i => getComputedStyle(i).backgroundColor)")
    assert set(colours) == {"rgba(0, 0, 0, 0)"}
    page.locator("button.enlarge").locator("visible=true").first.click()
    ground = page.locator("dialog.full-size").evaluate("box => getComputedStyle(box).backgroundColor")
    assert ground == page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_course_can_be_downloaded_from_the_first_page(visit):
    page = visit("index.html")
    cards = page.locator(".sd-card").all_inner_texts()
    assert len(cards) == len(NAMES) and all("minutes" in card and card.count("\n") > 1 for card in cards)
    with page.expect_download() as download:
        page.get_by_text("download the course").click()
    assert download.value.suggested_filename == "rnn-course.zip"
