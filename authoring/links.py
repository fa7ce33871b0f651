"""One value, a repository and a branch, and all that links to it: `python -m authoring.links owner/name main`.

The value stands in pyproject.toml, as the project's Repository URL; there is none until the first stamping. Badges,
setup cells, README, package metadata, CITATION.cff and the branch of the workflows follow. Without a value nothing
links anywhere: the README says so. owner/name is on GitHub; a full address may be a GitLab's, which Colab cannot open.
"""

import dataclasses
import re
import sys
from urllib.parse import quote

import nbformat

from authoring import ROOT, marked, setup_cell
from authoring.files import read, tracks, write
from rnn_helpers.course import NOTEBOOKS

GITHUB = "github.com"
PLACEHOLDER = "OWNER/REPO"  # in addresses that a text gives as an example, until there is a value
BADGES_ID = "badges"
TEXTS = ("README.md", "CONTRIBUTING.md", "INSTRUCTORS.md", "CHANGELOG.md")
WORKFLOWS = (".github/workflows/test.yml", ".github/workflows/pages.yml")
BEGIN, END = "<!-- badges: make links writes them -->", "<!-- end of badges -->"

_URLS = re.compile(r"^(\[project\.urls\].*\n)(?:Repository = .*\n)?", re.MULTILINE)
_STAMPED = re.compile(r'^Repository = "(https://[^"]+)"$', re.MULTILINE)
_BRANCHES = re.compile(r"(?<=branches: )\[.*\]")
_FULL = re.compile(r"(?:(?:https?|ssh)://)?(?:[\w.-]+@)?(?P<host>[\w-]+(?:\.[\w-]+)+)[:/](?P<repository>.+?)(?:\.git)?"
                   r"(?:/(?:-/)?tree/(?P<branch>.+?))?/?")
_CITED = re.compile(r"^repository-code:.*\n", re.MULTILINE)
_REPOSITORY = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}(?<!\.git)")
_GROUPS = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)+(?<!\.git)")
_BRANCH = re.compile(r"(?![-./])(?!.*(?:\.\.|//|/\.|\.lock(?:/|$)))[A-Za-z0-9._/-]{1,200}(?<![./])")


@dataclasses.dataclass(frozen=True)
class Address:
    """Where a copy of the course lies: on GitHub, or on a host whose addresses are GitLab's."""

    repository: str
    branch: str = "main"
    host: str = GITHUB

    def __post_init__(self):
        form = _REPOSITORY if self.host == GITHUB else _GROUPS
        if not form.fullmatch(self.repository) or self.repository in ("owner/name", PLACEHOLDER):
            raise ValueError(f"REPO is {self.repository!r}, expected the owner/name of your repository or its full "
                             "address, https://github.com/owner/name: make links REPO=owner/name BRANCH=main")
        if not _BRANCH.fullmatch(self.branch):
            raise ValueError(f"BRANCH is {self.branch!r}, expected the name of a branch: letters, digits, and . _ / - "
                             "between them, as in make links REPO=owner/name BRANCH=main")

    @classmethod
    def of(cls, text, branch=""):
        """owner/name, or an address as a browser or git has it; a branch in it counts where none is given."""
        if full := _FULL.fullmatch(text):
            return cls(full["repository"], branch or full["branch"] or "main", full["host"])
        return cls(text, branch or "main")

    @property
    def page(self):
        return f"https://{self.host}/{self.repository}"

    @property
    def tree(self):
        return f"{self.page}/{'' if self.host == GITHUB else '-/'}tree/{self.branch}"

    @property
    def unpacked(self):
        """The folder in `archive`."""
        return f"{self.repository.rpartition('/')[2]}-{self.branch.replace('/', '-')}"

    @property
    def archive(self):
        """The zip of the branch, from which a notebook that is opened alone takes the course."""
        if self.host == GITHUB:
            return f"{self.page}/archive/refs/heads/{self.branch}.zip"
        return f"{self.page}/-/archive/{self.branch}/{self.unpacked}.zip"

    def colab(self, path):
        """Colab, open at a notebook; None where it cannot open the repository."""
        on_github = f"https://colab.research.google.com/github/{self.repository}/blob/{self.branch}/{path}"
        return on_github if self.host == GITHUB else None

    def in_browser(self, name):
        """A notebook in the browser, on the pages that GitHub publishes; None where they may lie anywhere."""
        owner, _, repository = self.repository.partition("/")
        site = f"{owner.lower()}.github.io"
        folder = "" if repository.lower() == site else f"{repository}/"
        return f"https://{site}/{folder}{in_browser(name)}" if self.host == GITHUB else None

    def binder(self, path):
        """JupyterLab on Binder, open at `path`: a notebook or a folder."""
        where = f"gh/{self.repository}" if self.host == GITHUB else f"git/{quote(self.page, safe='')}"
        return f"https://mybinder.org/v2/{where}/{quote(self.branch, safe='')}?urlpath=lab/tree/{path}"


def in_browser(name):
    """Where a notebook runs in the browser, seen from the pages."""
    return f"lite/notebooks/index.html?path={name}.ipynb"


def address(root=ROOT):
    """The `Address` that pyproject.toml holds, or None."""
    found = _STAMPED.search((root / "pyproject.toml").read_text(encoding="utf-8"))
    return Address.of(found[1]) if found else None


def _launch(to, colab, binder):
    badge = f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({to.colab(colab)})"
    return (*[badge][:to.host == GITHUB],
            f"[![Open in Binder](https://mybinder.org/badge_logo.svg)]({to.binder(binder)})")


def badges(to, path):
    """Markdown of the badges that open a notebook; `path` is its path in the repository, with forward slashes."""
    return " ".join(_launch(to, path, path))


def readme_badges(to):
    """The README's: notebook 1 in Colab, their folder in Binder; on GitHub how the tests stand, each in the browser."""
    if to is None:
        return ("This copy has no address on the web yet, so no badge here opens it in Colab or Binder:\n"
                "`make links REPO=owner/name BRANCH=main` gives it one.")
    workflow = f"{to.page}/actions/workflows/test.yml"
    test = f"[![test]({workflow}/badge.svg?branch={quote(to.branch, safe='')})]({workflow})"
    lines = [*_launch(to, "notebooks/01_rnn_cell.ipynb", "notebooks"), *[test][:to.host == GITHUB]]
    if to.in_browser(""):  # one link a notebook, by its number
        here = [f"[{name.partition('_')[0].lstrip('0')}]({to.in_browser(name)})" for name in NOTEBOOKS]
        lines += ["", f"In your browser, with nothing to install: {', '.join(here)}."]
    return "\n".join(lines)


def refresh(nb, to, path):
    """Put the badges and the setup cell of `to` into a notebook, in place; without an address there are no badges."""
    if not any(cell.cell_type == "code" for cell in nb.cells):  # a page to look things up in
        return
    nb.cells = [cell for cell in nb.cells if cell.get("id") != BADGES_ID]
    if to:
        nb.cells.insert(1, nbformat.v4.new_markdown_cell(badges(to, path), id=BADGES_ID))
    for cell in nb.cells:
        if cell.get("id") == setup_cell.CELL_ID:
            cell.source = setup_cell.source(to)
            return
    at = next(i for i, cell in enumerate(nb.cells) if cell.cell_type == "code")
    nb.cells.insert(at, nbformat.v4.new_code_cell(setup_cell.source(to), id=setup_cell.CELL_ID))


def _project(text, to):
    if not _URLS.search(text):
        raise ValueError("pyproject.toml has no line [project.urls], under which the address stands")
    stamped = f'Repository = "{to.tree}"\n' if to else ""
    return _URLS.sub(lambda found: found[1] + stamped, text, count=1)


def _citation(text, to):
    return _CITED.sub("", text).rstrip("\n") + (f'\nrepository-code: "{to.page}"\n' if to else "\n")


def _prose(text, old, to):
    """A text with its addresses, plain or inside another address, and its badges."""
    was, now = (a.page if a else f"https://{GITHUB}/{PLACEHOLDER}" for a in (old, to))
    for a, b in ((was, now), (quote(was, safe=""), quote(now, safe=""))):
        text = re.sub(rf"{re.escape(a)}(?![\w-])", b, text)
    branch = quote(to.branch if to else "main", safe="")
    text = re.sub(rf"({re.escape(quote(now, safe=''))}&branch=)[^&\s)]+", rf"\g<1>{branch}", text)
    return marked.put(text, BEGIN, END, readme_badges(to), ("the text", "badges")) if BEGIN in text else text


def stamp(to, root=ROOT):
    """Make every link point to `to`; returns the files that changed. Outputs of the notebooks stay as they are."""
    old, changed = address(root), []
    texts = {"pyproject.toml": lambda text: _project(text, to), "CITATION.cff": lambda text: _citation(text, to),
             **{name: lambda text: _prose(text, old, to) for name in TEXTS},
             **{name: lambda text: _BRANCHES.sub(f'["{to.branch if to else "main"}"]', text) for name in WORKFLOWS}}
    for name, stamped in texts.items():
        path = root / name
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if text and (new := stamped(text)) != text:
            path.write_text(new, encoding="utf-8")
            changed.append(path)
    for path in tracks(root):
        nb = read(path)
        refresh(nb, to, path.relative_to(root).as_posix())
        if write(path, nb):
            changed.append(path)
    return changed


def main(arguments=None, root=ROOT):
    repository, branch = ([*(sys.argv[1:] if arguments is None else arguments), "", ""])[:2]
    try:
        to = Address.of(repository, branch)
        changed = stamp(to, root)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for path in changed:
        print(path.relative_to(root))
    print(f"All links point to {to.page}, branch {to.branch}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
