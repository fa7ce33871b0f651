"""`make links`: one value, and everything that links agrees with it; without a value nothing links."""

import re
import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
import yaml

from authoring import ROOT, files, links, setup_cell
from rnn_helpers import course

CITATION = 'cff-version: 1.2.0\ntitle: A course\nauthors:\n  - name: The authors\n'


@pytest.fixture
def copy(tmp_path):
    """The files of this repository that links touch."""
    for name in (*links.TEXTS, *links.WORKFLOWS, "pyproject.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, tmp_path / name)
    for path in files.tracks():
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    (tmp_path / "CITATION.cff").write_text(CITATION)
    links.stamp(None, tmp_path)
    return tmp_path


def addresses(root):
    """file -> the addresses on GitHub, Colab and Binder that it names: (owner/name, branch or None)."""
    found = {}
    for path in (*root.glob("[!.]*.*"), *files.tracks(root)):
        text = path.read_text(encoding="utf-8")
        pairs = re.findall(r"github\.com/([\w-]+/[\w.-]+)/tree/([\w.-]+)", text)
        pairs += re.findall(r"research\.google\.com/github/([\w-]+/[\w.-]+)/blob/([\w.-]+)/", text)
        pairs += re.findall(r"mybinder\.org/v2/gh/([\w-]+/[\w.-]+)/([\w.-]+)\?", text)
        pairs += re.findall(r"github\.com/([\w-]+/[\w.-]+)/archive/refs/heads/([\w.-]+)\.zip", text)
        cited = re.findall(r'^repository-code: "https://github\.com/(.*)"$', text, re.MULTILINE)
        pairs += [(repository, None) for repository in cited]
        if pairs:
            found[path.relative_to(root).as_posix()] = set(pairs)
    return found


def test_one_command_stamps_everything_and_another_value_everything_again(copy, capsys):
    everything = {"README.md", "pyproject.toml", "CITATION.cff",
                  *(path.relative_to(copy).as_posix() for path in files.tracks(copy) if path.stem not in course.PAGES)}
    assert addresses(copy) == {}
    for repository, branch in (("ada/rnn-course", "main"), ("bob/my.rnn", "spring-2027"), ("bob/my.rnn", "main")):
        assert links.main([repository, branch], copy) == 0
        assert f"https://github.com/{repository}, branch {branch}." in capsys.readouterr().out
        found = addresses(copy)
        assert set(found) == everything
        assert {pair for pairs in found.values() for pair in pairs} == {(repository, branch), (repository, None)}
        assert links.stamp(links.Address(repository, branch), copy) == []
        for name in links.WORKFLOWS:
            assert yaml.safe_load((copy / name).read_text())[True]["push"]["branches"] == [branch]
    assert "ada/" not in "".join(path.read_text() for path in copy.glob("[!.]*.*"))
    links.stamp(None, copy)
    assert addresses(copy) == {} and (copy / "CITATION.cff").read_text() == CITATION


def test_a_stamp_changes_links_and_nothing_else(copy):
    before = {path: files.read(path) for path in files.tracks(copy)}
    links.stamp(links.Address("ada/rnn-course", "dev"), copy)
    for path, old in before.items():
        new = files.read(path)
        kept, was = ([cell for cell in nb.cells if cell.id not in ("badges", "setup")] for nb in (new, old))
        assert kept == was
        nbformat.validate(new)


def test_an_example_in_a_text_follows(copy):
    example = ("git-pull?repo=https%3A%2F%2Fgithub.com%2F{quoted}&branch={branch}&x=1 "
               "or https://github.com/{plain}.git, not https://github.com/OWNER/REPORT")
    first = example.format(quoted="OWNER%2FREPO", branch="main", plain="OWNER/REPO")
    (copy / "INSTRUCTORS.md").write_text(first)
    for repository, branch in (("ada/rnn", "main"), ("bob/course", "dev"), ("bob/course", "main")):
        links.stamp(links.Address(repository, branch), copy)
        expected = example.format(quoted=repository.replace("/", "%2F"), branch=branch, plain=repository)
        assert (copy / "INSTRUCTORS.md").read_text() == expected
    links.stamp(None, copy)
    assert (copy / "INSTRUCTORS.md").read_text() == first


@pytest.mark.parametrize("given, branch, expected", [
    ("ada/my.rnn", "", ("ada/my.rnn", "main", "github.com")),
    ("https://github.com/ada/rnn", "", ("ada/rnn", "main", "github.com")),
    ("https://github.com/ada/rnn.git", "dev", ("ada/rnn", "dev", "github.com")),
    ("github.com/ada/rnn/", "", ("ada/rnn", "main", "github.com")),
    ("https://github.com/ada/rnn/tree/topic/next", "", ("ada/rnn", "topic/next", "github.com")),
    ("git@github.com:ada/rnn.git", "", ("ada/rnn", "main", "github.com")),
    ("ssh://git@github.com/ada/rnn.git", "", ("ada/rnn", "main", "github.com")),
    ("https://gitlab.example.org/dept/ai/rnn/-/tree/dev", "", ("dept/ai/rnn", "dev", "gitlab.example.org")),
    ("git@gitlab.com:ada/rnn.git", "dev", ("ada/rnn", "dev", "gitlab.com"))])
def test_a_full_address_says_the_same(given, branch, expected):
    to = links.Address.of(given, branch)
    assert (to.repository, to.branch, to.host) == expected and links.Address.of(to.tree) == to


def test_a_gitlab_has_its_own_addresses_and_nothing_for_colab(copy):
    assert links.main(["git@gitlab.example.org:dept/ai/rnn.git", "dev"], copy) == 0
    to = links.address(copy)
    assert to.archive == "https://gitlab.example.org/dept/ai/rnn/-/archive/dev/rnn-dev.zip"
    for text in ((copy / "README.md").read_text(), *(path.read_text() for path in files.tracks(copy))):
        assert "colab.research" not in text and "badge.svg)](https://gitlab" not in text
    binder = "mybinder.org/v2/git/https%3A%2F%2Fgitlab.example.org%2Fdept%2Fai%2Frnn/dev?"
    assert binder in (copy / "README.md").read_text()
    assert to.archive in files.read(files.learner_path("01_rnn_cell", copy)).cells[2].source
    before = (copy / "INSTRUCTORS.md").read_text()
    links.stamp(links.Address("ada/rnn"), copy)
    assert "gitlab.example.org/" not in "".join(path.read_text() for path in copy.rglob("*.*") if path.is_file())
    assert before != (copy / "INSTRUCTORS.md").read_text()


@pytest.mark.parametrize("bad", ["", "ada", "ada/b/c", "https://github.com/ada", "https://gitlab.com/ada",
                                 "a b/c", "-a/b", "a--b/c", "ada/..", "ada/b.git", "owner/name", "OWNER/REPO",
                                 'ada/b"', "ada/$(x)"])
def test_a_wrong_repository_is_refused(bad):
    says = "REPO is .*, expected the owner/name of your repository or its full address.*make links REPO=owner/name"
    with pytest.raises(ValueError, match=says):
        links.Address.of(bad)


@pytest.mark.parametrize("bad", ["-x", "a b", "a..b", "/a", "a/", "a//b", "x.lock", 'a"b', "a.", "refs/.x"])
def test_a_wrong_branch_is_refused(bad):
    with pytest.raises(ValueError, match="BRANCH is .*, expected the name of a branch"):
        links.Address("ada/rnn", bad)


def test_a_refused_value_changes_nothing(copy, capsys):
    before = {path: path.read_bytes() for path in copy.rglob("*.*") if path.is_file()}
    for arguments in ((), ("",), ("ada",), ("ada/rnn", "a b")):
        assert links.main(arguments, copy) == 2
        out, err = capsys.readouterr()
        assert "expected" in err and out == ""
    assert before == {path: path.read_bytes() for path in copy.rglob("*.*") if path.is_file()}


def test_without_a_value_the_course_says_so_and_nothing_links(copy):
    text = (copy / "README.md").read_text()
    assert "This copy has no address on the web yet" in text and "make links REPO=owner/name BRANCH=main" in text
    assert "mybinder.org/v2" not in text and "colab.research" not in text and "badge.svg" not in text
    for path in files.tracks(copy):
        cells = {cell.id: cell.source for cell in files.read(path).cells}
        assert "badges" not in cells and "http" not in cells.get("setup", "")


def test_launch_links_name_a_notebook_that_is_there():
    to = links.Address("ada/rnn-course", "topic/next")
    for path in files.tracks():
        name = path.relative_to(ROOT).as_posix()
        colab, binder = re.findall(r"\]\((https://(?:colab|mybinder)[^)]*[^g])\)", links.badges(to, name))
        assert urlsplit(colab).path == f"/github/ada/rnn-course/blob/topic/next/{name}"
        parts = urlsplit(binder)
        assert parts.path == "/v2/gh/ada/rnn-course/topic%2Fnext"
        assert parse_qs(parts.query) == {"urlpath": [f"lab/tree/{name}"]}
        assert Path(ROOT, name).is_file()


def test_this_repository_agrees_with_its_value():
    to = links.address()
    for path in files.tracks():
        cells = {cell.id: cell.source for cell in files.read(path).cells}
        if path.stem not in course.PAGES:
            assert cells["setup"] == setup_cell.source(to), "run make links or make notebooks"
            assert cells.get("badges") == (links.badges(to, path.relative_to(ROOT).as_posix()) if to else None)
    assert f"{links.BEGIN}\n{links.readme_badges(to)}\n{links.END}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("repository, begins", [("Owner/course", "https://owner.github.io/course/lite/"),
                                                ("owner/Owner.github.io", "https://owner.github.io/lite/")])
def test_the_readme_opens_each_notebook_in_the_browser(repository, begins):
    said = links.readme_badges(links.Address(repository))
    assert [f"{begins}notebooks/index.html?path={name}.ipynb" in said for name in course.NOTEBOOKS] == [True] * 8
    assert "lite/" not in links.readme_badges(links.Address(repository, host="gitlab.com"))
