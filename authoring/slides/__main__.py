"""python -m authoring.slides: a lecture of each notebook, with speaker's notes (key S); needs no network.

nbconvert's own slides exporter makes them, with a template of ours; reveal.js and MathJax lie beside the pages.
"""

import importlib.util
import shutil
from pathlib import Path

from nbconvert import SlidesExporter

from authoring import ROOT, files
from authoring.site.__main__ import SPARE
from authoring.slides.lecture import MINUTES, lecture

HERE = Path(__file__).parent
REVEAL = ("dist/reveal.js", "dist/reveal.css", "dist/reset.css", "plugin/notes/notes.js")


def home(package):
    """The folder of an installed package, which is not imported."""
    return Path(importlib.util.find_spec(package).submodule_search_locations[0])


def build(out, names=None):
    """The lectures of `names`, all by default, in the folder `out`, which is replaced."""
    shutil.rmtree(out, ignore_errors=True)
    for name in REVEAL:
        (out / "reveal" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(home("sphinx_revealjs") / "_static" / "revealjs" / name, out / "reveal" / name)
    shutil.copytree(home("sphinx-mathjax-offline") / "static" / "mathjax", out / "mathjax",
                    ignore=shutil.ignore_patterns(*SPARE))
    slides = SlidesExporter(template_name="lecture", extra_template_basedirs=[str(HERE / "templates")],
                            reveal_url_prefix="reveal", reveal_theme="../reset",  # the template has the colours
                            exclude_input_prompt=True, exclude_output_prompt=True)
    for name in names or files.all_names():
        page, _ = slides.from_notebook_node(lecture(name), {"metadata": {"name": name}, "minutes": MINUTES})
        (out / f"{name}.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    build(out := ROOT / "dist" / "slides")
    print(f"{out}  {sum(path.stat().st_size for path in out.rglob('*') if path.is_file()) // 1000} KB")
