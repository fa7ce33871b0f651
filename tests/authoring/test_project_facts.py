"""What is said in several files is the same in all of them: version, licence, dependencies."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from packaging.version import Version

import rnn_helpers
from authoring import ROOT, licences, newest, project
from instructor.grading import engine, scoring

CHANGES = (ROOT / "CHANGELOG.md").read_text()
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())


def test_the_version_and_its_day_are_the_same_everywhere():
    released = re.findall(r"^## \[(\d[^\]]*)\] - (\d{4}-\d\d-\d\d)$", CHANGES, re.MULTILINE)
    assert released[0] == (rnn_helpers.__version__, str(CITATION["date-released"]))
    assert CITATION["version"] == rnn_helpers.__version__
    versions = [Version(version) for version, _ in released]
    assert versions == sorted(versions, reverse=True)


def test_the_changelog_has_the_usual_shape():
    assert re.search(r"^## \[Unreleased\]$", CHANGES, re.MULTILINE)
    kinds = re.findall(r"^### (.+)$", CHANGES, re.MULTILINE)
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_citation_has_what_the_format_requires_and_agrees_with_the_project():
    assert CITATION["cff-version"] == "1.2.0" and CITATION["message"] and CITATION["authors"]
    assert CITATION["license"] in (ROOT / "pyproject.toml").read_text()
    assert f"# {CITATION['title']}\n" in (ROOT / "README.md").read_text()


def test_third_party_lists_every_direct_dependency():
    groups, known = project.direct(), licences.listed()
    assert licences.markdown(groups, known) == licences.FILE.read_text(), "run python -m authoring.licences"
    assert set(groups) <= set(licences.PURPOSES)


def test_a_new_dependency_is_missed():
    groups = {"": [*project.direct()[""], project.Requirement("attrs>=25")]}
    with pytest.raises(KeyError, match="attrs"):
        licences.markdown(groups, licences.listed())


def test_the_weekly_report_says_what_moved_and_what_left_our_ranges():
    needs = {need.name: need for need in map(project.Requirement, ("numpy>=2.0,<3", "tqdm>=4.66,<5", "pillow>=11,<14"))}
    found, tested = ({"numpy": numpy, "tqdm": "4.70.1", "pillow": pillow}
                     for numpy, pillow in (("3.0.1", "13.1"), ("2.5.5", "13.0")))
    said = newest.report("tests fail", needs, tested, found, ["FAILED here"])
    assert "| numpy | <3,>=2.0 | 2.5.5 | 3.0.1 | **outside our range** |" in said
    assert "| pillow | <14,>=11 | 13.0 | 13.1 | moved |" in said and "| tqdm | <5,>=4.66 | 4.70.1 | 4.70.1 |  |" in said
    assert "```text\nFAILED here\n```" in said


def test_the_weekly_run_has_no_pins_and_every_learners_package():
    assert {"numpy", "matplotlib", "ipywidgets", "tqdm", "jupyterlab", "pytest", "nbval"} <= set(newest.needed())


def test_the_jupyterhub_link_opens_the_first_notebook():
    link = urlsplit(re.search(r"https://\S+git-pull\S+", (ROOT / "INSTRUCTORS.md").read_text())[0])
    assert link.path == "/hub/user-redirect/git-pull" and "/" not in link.query
    query = {key: value for key, (value,) in parse_qs(link.query, strict_parsing=True).items()}
    assert re.fullmatch(r"https://github\.com/[^/]+/[^/]+", query["repo"]) and query["branch"]
    inside = query["urlpath"].removeprefix(f"lab/tree/{query['targetpath']}/")
    assert (ROOT / inside).is_file()


def test_instructors_read_the_limits_that_grading_has():
    guide = (ROOT / "INSTRUCTORS.md").read_text()
    assert re.search(r"An exercise has (\d+) seconds of processor time", guide)[1] == str(scoring.SECONDS)
    told = re.search(r"use (\d+) seconds of a processor for an exercise, (\d+) where .*, and (\d+) altogether", guide)
    assert told.groups() == tuple(map(str, (engine.ONE.cpu, engine.WHOLE.cpu, engine.NOTEBOOK_SECONDS)))
