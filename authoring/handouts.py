"""What to hand out: the learners' course as a zip and as a wheel, the same bytes each time.

Neither holds a solved notebook or anything of `authoring` or `instructor`. The checks hold wrong implementations, which
they recognise, and the course's own functions are the package: what is asked for can be read there, as in every course
in which one can check oneself.
"""

import os
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import rnn_helpers
from authoring import ROOT, files, links, notebook_table
from rnn_helpers.course import PAGES

FOLDER = "rnn-course"
WHEN = 1767225600  # 2026-01-01: the time of every file in both
PLAIN = ("LICENSE", "LICENSE-CONTENT", "CITATION.cff", "CHANGELOG.md", "requirements.txt", "constraints.txt")
WHEEL = ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT")
README = Path(__file__).with_name("learners_readme.md")


def learners_readme(root=ROOT):
    """The README of the zip: the repository's own speaks of much that is not in it."""
    title, paragraph = (root / "README.md").read_text(encoding="utf-8").split("\n\n")[:2]
    to = links.address(root)
    return README.read_text(encoding="utf-8").format(
        title=title.strip(), paragraph=paragraph.strip(), notebooks=notebook_table.markdown(root).strip(),
        version=rnn_helpers.__version__, source=f", from {to.page}" if to else "")


def package(root):
    """The files of the package: its modules, its questions, and what was measured beforehand."""
    return [path for kind in ("*.py", "*.json", "*.md") for path in (root / "rnn_helpers").rglob(kind)]


def handed_out(root=ROOT):
    """The files of the learners' zip: path in the zip -> content."""
    paths = [root / name for name in PLAIN]
    paths += [files.learner_path(name, root) for name in (*files.all_names(root), *PAGES)]
    paths += package(root)
    packed = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    return {"README.md": learners_readme(root).encode("utf-8"), **packed}


def pack(target, contents):
    """A zip whose bytes depend on `contents` (name -> bytes) alone: fixed order, times, permissions, no compression."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as bundle:
        for name, content in sorted(contents.items()):
            member = zipfile.ZipInfo(name, time.gmtime(WHEN)[:6])
            member.create_system, member.external_attr = 3, (stat.S_IFREG | 0o644) << 16  # as on Unix, on Windows too
            bundle.writestr(member, content)
    return target


def write_zip(folder, root=ROOT):
    """The learners' course as a zip in `folder`; returns its path."""
    inside = {f"{FOLDER}/{name}": content for name, content in handed_out(root).items()}
    return pack(Path(folder, f"{FOLDER}.zip"), inside)


def write_wheel(folder, root=ROOT):
    """The package as a pure wheel in `folder`, the learners' notebooks inside; returns its path.

    It is built by the setuptools of this environment. `python -m rnn_helpers notebooks FOLDER` unpacks the notebooks.
    """
    with tempfile.TemporaryDirectory() as scratch:
        source, made = Path(scratch, "source"), Path(scratch, "made")  # a copy: build/ of the folder would get into it
        notebooks = [files.learner_path(name, root) for name in (*files.all_names(root), *PAGES)]
        for path in (*(root / name for name in WHEEL), *package(root), *notebooks):
            copy = source / ("rnn_helpers" if path in notebooks else "") / path.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
        done = subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
                               "--no-index", "--wheel-dir", str(made), str(source)], capture_output=True, text=True,
                              env={**os.environ, "SOURCE_DATE_EPOCH": str(WHEN)})
        if done.returncode:
            raise RuntimeError(f"The wheel was not built: {done.stderr.strip()[-1000:]}")
        wheel, = made.glob("*-py3-none-any.whl")
        with zipfile.ZipFile(wheel) as bundle:
            return pack(Path(folder, wheel.name), {name: bundle.read(name) for name in bundle.namelist()})
