"""`make release VERSION=1.1.0`: a version, and in dist/ all that is handed out of it.

The version and its day go into the package, CITATION.cff and CHANGELOG.md, whose unreleased part becomes the version's.
Then the learners' zip, the wheel, the pages, the lectures and the PDFs are made, with what has changed and a checksum
of each file. Without VERSION everything is made for the version that stands there.
"""

import argparse
import datetime
import hashlib
import re
import shutil
import sys
import tempfile
from pathlib import Path

from packaging.version import InvalidVersion, Version

import rnn_helpers
from authoring import ROOT, handouts, printing
from authoring.site.__main__ import build
from authoring.slides import __main__ as slides

UNRELEASED = "## [Unreleased]\n"


def changes(version, root=ROOT):
    """What CHANGELOG.md says of a version, or of what is "Unreleased"."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(rf"^## \[{re.escape(version)}\].*\n((?:(?!## \[).*\n?)*)", text, re.MULTILINE)
    return found[1].strip() if found else ""


def stamp(version, day, root=ROOT):
    """Write a version and its day into the three files that name them.

    Raises ValueError : it is not a version, or not above the present one, or the changelog has nothing for it.
    """
    try:
        newer = Version(version) > Version(rnn_helpers.__version__)
    except InvalidVersion:
        newer = False
    if not newer or not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ValueError(f"VERSION is {version!r}, expected three numbers above {rnn_helpers.__version__}, as in 1.2.0")
    if not changes("Unreleased", root):
        raise ValueError("CHANGELOG.md says nothing under [Unreleased]: write down what this version changes")
    for name, pattern, new in (
            ("rnn_helpers/__init__.py", r'(?m)^__version__ = .*$', f'__version__ = "{version}"'),
            ("CITATION.cff", r"(?m)^version: .*\ndate-released: .*$", f"version: {version}\ndate-released: {day}"),
            ("CHANGELOG.md", re.escape(UNRELEASED), f"{UNRELEASED}\n## [{version}] - {day}\n")):
        path = root / name
        text, times = re.subn(pattern, new, path.read_text(encoding="utf-8"), count=1)
        if not times:
            raise ValueError(f"{name} has no line for the version")
        path.write_text(text, encoding="utf-8")


def checksums(folder):
    """SHA256SUMS of all files in a folder, as `sha256sum -c` reads them."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    sums = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    text = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
    (folder / "SHA256SUMS").write_text(text, encoding="utf-8")
    return paths


def make(out):
    """Everything of the present version into `out`, which is replaced; returns the files."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    handouts.write_zip(out)
    handouts.write_wheel(out)
    with tempfile.TemporaryDirectory() as scratch:
        pages, lectures = Path(scratch, "site"), Path(scratch, "slides")
        build(pages)
        printing.print_course(pages, out / "print")
        slides.build(lectures)
        for folder in (pages, lectures):
            shutil.make_archive(out / f"{handouts.FOLDER}-{folder.name}", "zip", folder)
    (out / "CHANGES.md").write_text(changes(rnn_helpers.__version__) + "\n", encoding="utf-8")
    return checksums(out)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m authoring.publish", description=__doc__.splitlines()[0])
    parser.add_argument("version", nargs="?", default="", help="of three numbers, above the present one")
    options = parser.parse_args(arguments)
    if options.version:
        try:
            stamp(options.version, datetime.date.today())
        except ValueError as error:
            sys.exit(str(error))
        rnn_helpers.__version__ = options.version
    for path in make(ROOT / "dist"):
        print(f"{path}  {path.stat().st_size // 1000} KB")
    print(f"Version {rnn_helpers.__version__}. To publish it: git commit -am 'Version {rnn_helpers.__version__}', "
          f"git tag v{rnn_helpers.__version__}, git push --tags, and a release on GitHub with these files.")


if __name__ == "__main__":
    main()
