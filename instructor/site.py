"""python -m instructor.site: the course as static pages (Sphinx, MyST-NB, Furo), solved answers folded."""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
SOLUTIONS, LEARNERS = ROOT / "notebooks" / "solutions", ROOT / "notebooks"

CONF = '''project = "Recurrent networks from scratch"
author = "the course's authors"
copyright = "CC BY 4.0, the course's authors"
extensions = ["myst_nb", "sphinx_design", "sphinx_copybutton", "sphinx-mathjax-offline"]
html_theme = "furo"
html_title = "Recurrent networks from scratch"
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 3
html_copy_source = False
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["course.css"]
nb_code_prompt_show = "Show {type}"
suppress_warnings = ["mystnb.unknown_mime_type", "myst.header"]
'''

CSS = """img { max-width: 100%; height: auto; }
.cell_output table, .cell_output pre { display: block; overflow-x: auto; }
.math-wrapper, div.math { overflow-x: auto; }
details.answer { border-left: 3px solid var(--color-brand-primary); padding: 0.2rem 0.8rem; margin: 1rem 0; }
"""


def alt_text(output):
    """The words for a picture: the text the cell itself gives beside it."""
    text = output.get("data", {}).get("text/plain", "")
    text = "".join(text) if isinstance(text, list) else text
    return "" if text.startswith("<Figure") else " ".join(text.split())


def reading_copy(name):
    """One notebook for reading: the stubs of the learners' track, each followed by the folded answer, the solved outputs.

    Badges, the setup cell and widgets' leftovers are left out; pictures keep their alt text.
    """
    solved = nbformat.read(SOLUTIONS / f"{name}.ipynb", as_version=4)
    stubs = {cell["id"]: cell["source"] for cell in nbformat.read(LEARNERS / f"{name}.ipynb", as_version=4).cells}
    cells = []
    for cell in solved.cells:
        info = cell["metadata"].get("nbgrader", {})
        if cell["id"] == "setup" or cell["id"] == "badges":
            continue
        if info.get("solution") and cell["cell_type"] == "code":
            cells.append(nbformat.v4.new_code_cell(stubs[cell["id"]]))
            answer = nbformat.v4.new_code_cell(cell["source"], metadata={"tags": ["hide-input"], "mystnb": {"code_prompt_show": "Show an answer"}})
            answer["outputs"] = cell["outputs"]
            cells.append(answer)
        elif info.get("solution"):
            cells.append(nbformat.v4.new_markdown_cell(f":::{{dropdown}} A model answer\n{cell['source']}\n:::"))
        else:
            cell["metadata"] = {}
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if "image/png" in data:
                    words = alt_text(output)
                    cell["metadata"] = {"mystnb": {"image": {"alt": words or f"Figure of {name}"}}}
            cells.append(cell)
    for cell in cells:
        if cell["cell_type"] == "markdown":  # links between notebooks become links between pages
            cell["source"] = re.sub(r"\]\((?:\./)?(0\d_\w+)\.ipynb", r"](\1.ipynb", cell["source"])
    solved.cells = cells
    return solved


def title_of(name):
    first = nbformat.read(SOLUTIONS / f"{name}.ipynb", as_version=4).cells
    return next(m[1] for cell in first if (m := re.match(r"#\s+(.+)", cell["source"])))


def write_sources(folder):
    """The Sphinx project in `folder`."""
    names = sorted(path.stem for path in SOLUTIONS.glob("0*.ipynb"))
    (folder / "_static").mkdir(parents=True)
    (folder / "_static" / "course.css").write_text(CSS)
    (folder / "conf.py").write_text(CONF)
    for name in names:
        nbformat.write(reading_copy(name), folder / f"{name}.ipynb")
    readme = (ROOT / "README.md").read_text()
    opening = re.split(r"\n## ", readme, maxsplit=1)[0]
    opening = re.sub(r"^#[^\n]*\n|\[!\[[^\n]*\n|!\[[^\]]*\]\([^)]*\)|<!--.*?-->", "", opening, flags=re.S).strip()
    listing = "\n".join(names)
    (folder / "index.md").write_text(
        f"# Recurrent networks from scratch\n\n{opening}\n\nThese pages are for reading: the answers are folded. To write them yourself, "
        f"open the notebooks.\n\n```{{toctree}}\n:maxdepth: 1\n\n{listing}\n```\n")


def build(out):
    """Build the pages into `out`; a warning of Sphinx (a broken link between pages, a missing picture) is an error."""
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch, "source")
        write_sources(source)
        made = Path(scratch, "html")
        done = subprocess.run([sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", str(source), str(made)])
        if done.returncode:
            sys.exit("the site was not built: see the messages above")
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(made, out, ignore=shutil.ignore_patterns(".doctrees", ".buildinfo*"))
    print(f"{out}/index.html")


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m instructor.site", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "site")
    build(parser.parse_args(arguments).out)


if __name__ == "__main__":
    main()
