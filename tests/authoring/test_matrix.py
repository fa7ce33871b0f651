"""`make matrix`: what it covers, and what it says; a run of it takes an hour and is no test."""

import re
from xml.etree import ElementTree

import pytest
from packaging.requirements import Requirement

from authoring import matrix, project

EVERY = matrix.environments()


def test_every_supported_python_and_both_ends_of_every_range():
    assert all(EVERY[f"py{minor}"].python == minor for minor in ("3.10", "3.11", "3.12", "3.13"))
    asked = project.direct()[""]
    assert {r.name for r in asked} == {"numpy", "matplotlib", "ipywidgets", "tqdm"}
    for r, pin in zip(asked, map(Requirement, EVERY["oldest"].pins), strict=True):
        (lowest,) = [s.version for s in r.specifier if s.operator == ">="]
        assert (pin.name, str(pin.specifier)) == (r.name, f"=={lowest}")
    assert EVERY["newest"].pins == () and not EVERY["newest"].locked
    for pin in map(Requirement, EVERY["colab"].pins):
        assert all(r.specifier.contains(next(iter(pin.specifier)).version) for r in asked if r.name == pin.name)


def test_a_python_that_is_not_here_is_named(tmp_path):
    for environment, missing in ((matrix.Environment("next year's", "3.99"), "3.99"),
                                 (matrix.Environment("another's", "3.11", system="Plan 9"), "Plan 9")):
        row, wrong = matrix.result(environment, tmp_path / "e")
        assert row[:2] == [environment.title, f"{missing} is not on this machine: not run"]
        assert wrong is None and len(row) == len(matrix.HEAD)


def test_what_differs_is_named():
    cell = ElementTree.fromstring('<testcase classname="notebooks.solutions.06_truncated_bptt.ipynb" name="Cell 13"/>')
    assert matrix.named(cell) == "solutions/06_truncated_bptt, Cell 13"
    ElementTree.SubElement(ElementTree.SubElement(cell, "properties"), "property", name="differs", value="picture")
    assert matrix.named(cell) == "picture of solutions/06_truncated_bptt, Cell 13"


def test_results_are_put_between_the_marks():
    text = f"before\n{matrix.BEGIN}\nold\n{matrix.END}\nafter\n"
    once = matrix.refreshed(text, [["a"] * len(matrix.HEAD)])
    assert once == matrix.refreshed(once, [["a"] * len(matrix.HEAD)]) and "old" not in once
    assert once.startswith("before\n") and once.endswith("\nafter\n")
    with pytest.raises(ValueError, match="CONTRIBUTING.md has no place for the results"):
        matrix.refreshed("nothing", [])


def test_the_table_has_a_row_for_each_environment():
    text = (matrix.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    text = text.partition(matrix.BEGIN)[2].partition(matrix.END)[0]
    titles = re.findall(r"^\| ([^|]*?) \|", text, re.MULTILINE)[2:]
    assert titles == [environment.title for environment in EVERY.values()]
    rows = [line.strip("| ").split(" | ") for line in text.strip().splitlines()[2:]]
    assert all(int(row[10]) <= matrix.MEMORY for row in rows if "not run" not in row[1])
