"""python -m authoring.site: the learners' course as static pages (Sphinx, MyST-NB, Furo), answers folded,
and as notebooks that run in the browser.

A warning of Sphinx is an error: a broken link between pages, a picture that is missing, a heading out of order.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from authoring import ROOT, files, handouts
from authoring.site import lite, reading
from rnn_helpers.course import PAGES

HERE = Path(__file__).parent
SPARE = ("node-main.js", "adaptors", "svg", "mml", "asciimath.js", "*ml-*.js", "tex-[ms]*.js",
         "tex-chtml-*.js")  # of MathJax; no page loads them
BASE = ("""document.write(`<base href="/${location.hostname.endsWith(".github.io") ? """
        """location.pathname.split("/")[1] + "/" : ""}">`)""")


def write_sources(folder, root=ROOT):
    """The Sphinx project in `folder`; returns the course's title."""
    shutil.copytree(HERE / "static", folder / "static")
    for name in ("conf.py", "in_your_browser.md", "404.md"):
        shutil.copy(HERE / name, folder)
    archive = handouts.write_zip(folder)
    for name in (*files.all_names(root), *PAGES):
        nbformat.write(reading.reading_copy(name, root), folder / f"{name}.ipynb")
    page = reading.first_page(archive.name, root)
    (folder / "index.md").write_text(page, encoding="utf-8")
    return re.match(r"# (.+)", page)[1]


def sphinx(builder, source, made, title):
    done = subprocess.run([sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", builder,
                           "-D", f"project={title}", "-D", f"html_title={title}", str(source), str(made)])
    if done.returncode:
        sys.exit("The site was not built: the messages above say why.")


def build(out, builder="html", in_browser=True):
    """Build the pages into `out`, with the notebooks that run in a browser unless `in_browser` is false."""
    with tempfile.TemporaryDirectory() as scratch:
        source, made = Path(scratch, "source"), Path(scratch, "made")
        source.mkdir()
        sphinx(builder, source, made, write_sources(source))
        if builder != "html":
            return
        lost = made / "404.html"  # shown at any depth: a project's pages on github.io lie in a folder of its name
        text = re.sub(r'<a class="skip-to-content.*?</a>', "", lost.read_text(encoding="utf-8"), flags=re.DOTALL)
        lost.write_text(text.replace("<head>", f"<head><script>{BASE}</script>", 1), encoding="utf-8")
        for page in made.glob("*.html"):  # a label that would be read aloud instead of "Show an answer"
            text = page.read_text(encoding="utf-8")
            page.write_text(text.replace('<summary aria-label="Toggle hidden content">', "<summary>"), encoding="utf-8")
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(made, out, ignore=shutil.ignore_patterns(".doctrees", ".buildinfo*", "_sources", *SPARE))
    if in_browser:
        lite.build(out / "lite")
    print(out / "index.html")


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m authoring.site", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "site", help="replaced by the new pages (default: site)")
    parser.add_argument("--check-links", action="store_true",
                        help="open every address outside the pages instead; needs a network")
    options = parser.parse_args(arguments)
    build(options.out, "linkcheck" if options.check_links else "html")


if __name__ == "__main__":
    main()
