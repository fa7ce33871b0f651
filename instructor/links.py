"""One value, owner/name, and everything that links to it: `python -m instructor.links owner/name` stamps them all.

The value stands in pyproject.toml, as the project's Repository URL. Badges, setup cells, README and CONTRIBUTING follow.
"""

import re
import sys
from pathlib import Path

import nbformat

from instructor import setup_cell

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = "OWNER/REPO"
BADGES_ID = "badges"
TEXTS = ("README.md", "CONTRIBUTING.md", "pyproject.toml")

_REPOSITORY = re.compile(r'^Repository = "https://github\.com/([^/"]+/[^/"]+)"$', re.MULTILINE)
_VALID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}")


def repository(root=ROOT):
    """The value "owner/name" that pyproject.toml holds."""
    found = _REPOSITORY.search((root / "pyproject.toml").read_text(encoding="utf-8"))
    if not found:
        raise ValueError('pyproject.toml has no line Repository = "https://github.com/owner/name"')
    return found.group(1)


def badges(repo, path):
    """Markdown of the badges that open a notebook; `path` is its path in the repository, with forward slashes."""
    colab = f"https://colab.research.google.com/github/{repo}/blob/main/{path}"
    binder = f"https://mybinder.org/v2/gh/{repo}/main?urlpath=lab/tree/{path}"
    return (f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({colab}) "
            f"[![Open in Binder](https://mybinder.org/badge_logo.svg)]({binder})")


def refresh(nb, repo, path):
    """Put the badges and the setup cell of `repo` into a notebook, in place; both are added where they are missing."""
    ours = {BADGES_ID: badges(repo, path), setup_cell.CELL_ID: setup_cell.source(repo)}
    for cell in nb.cells:
        if cell.get("id") in ours:
            cell.source = ours.pop(cell["id"])
    after_title = 1 if nb.cells and nb.cells[0].cell_type == "markdown" else 0
    if BADGES_ID in ours:
        nb.cells.insert(after_title, nbformat.v4.new_markdown_cell(ours[BADGES_ID], id=BADGES_ID))
    if setup_cell.CELL_ID in ours:
        at = next((i for i, cell in enumerate(nb.cells) if cell.cell_type == "code"), len(nb.cells))
        nb.cells.insert(at, nbformat.v4.new_code_cell(ours[setup_cell.CELL_ID], id=setup_cell.CELL_ID))


def stamp(repo, root=ROOT):
    """Make every link point to `repo`; returns the files that changed. Outputs of the notebooks stay as they are."""
    from instructor.notebooks import read, tracks, write

    if not _VALID.fullmatch(repo):
        raise ValueError(f"REPO is {repo!r}, expected owner/name as in the address https://github.com/owner/name")
    old, changed = repository(root), []
    for name in TEXTS:
        path = root / name
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            if old in text and old != repo:
                path.write_text(text.replace(old, repo), encoding="utf-8")
                changed.append(path)
    for path in tracks(root):
        nb = read(path)
        refresh(nb, repo, path.relative_to(root).as_posix())
        if write(path, nb):
            changed.append(path)
    return changed


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) != 1 or not arguments[0]:
        print("usage: make links REPO=owner/name", file=sys.stderr)
        return 2
    try:
        changed = stamp(arguments[0])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for path in changed:
        print(path.relative_to(ROOT))
    print(f"All links point to https://github.com/{arguments[0]}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
