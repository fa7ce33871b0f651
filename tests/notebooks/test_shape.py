"""What every notebook has in common: its first cell, its imports, its questions, its end."""

import ast
import itertools
import re

import pytest

from authoring import files
from rnn_helpers import course, questions

NAMES = files.all_names()
MOST_NAMES = 12
WAITS = re.compile(r'^with after_guess\("(.+)"\):$', re.MULTILINE)


def cells(name):
    return files.read(files.solution_path(name)).cells


def code(name):
    return [cell for cell in cells(name) if cell.cell_type == "code"]


@pytest.mark.parametrize("name", NAMES)
def test_before_the_first_code_one_reads_what_there_is_to_do_how_long_it_takes_and_what_it_builds_on(name):
    first = ""
    for cell in cells(name):
        if cell.cell_type == "code":
            break
        first += cell.source
    assert re.match(r"# \d+b?\. ", first) and re.search(r"\*\*You (?:build|do|see):\*\*", first)
    assert re.search(r"\*\*Time:\*\* about \d+ minutes", first) and "**Builds on:**" in first


@pytest.mark.parametrize("name", NAMES)
def test_at_most_twelve_names_are_imported_in_one_folded_cell(name):
    (imports,) = [cell for cell in code(name) if cell.id == "imports"]
    assert imports.source.startswith("# @title ")
    nodes = [node for node in ast.walk(ast.parse(imports.source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert sum(len(node.names) for node in nodes) <= MOST_NAMES
    others = [cell.id for cell in code(name) if cell.id not in ("imports", "setup")
              and re.search(r"^(?:import|from) ", cell.source, re.MULTILINE)]
    assert others == []


@pytest.mark.parametrize("name", NAMES)
def test_each_question_of_a_notebook_is_asked_once_by_its_name_and_its_answer_waits(name):
    asked = [cell.source for cell in code(name) if "predict(" in cell.source]
    assert sorted(asked) == sorted(f'predict("{question}")' for question in questions.NOTEBOOKS[name])
    waiting = WAITS.findall("\n".join(cell.source for cell in code(name)))
    assert set(waiting) == set(questions.NOTEBOOKS[name])


@pytest.mark.parametrize("name", NAMES)
def test_what_waits_for_a_guess_is_folded_in_the_learners_notebook(name):
    learners = files.read(files.learner_path(name)).cells
    for cell, below in itertools.zip_longest(learners, learners[1:]):
        waits = cell.cell_type == "code" and bool(WAITS.search(cell.source))
        assert waits == cell.metadata.get("jupyter", {}).get("outputs_hidden", False), cell.id
        if waits and below.cell_type == "markdown":  # it says what is to be guessed
            assert below.source.startswith(("<details><summary>After your guess", "## ")), below.id


@pytest.mark.parametrize("name", NAMES)
def test_the_end_says_what_one_can_do_and_where_to_go(name):
    *_, last = cells(name)
    assert any(cell.source.startswith("## What you can do now") for cell in cells(name))
    number = course.NOTEBOOKS.index(name)
    there = [other for other in files.all_names() if other != name and f"({other}.ipynb)" in last.source]
    following = [other for other in course.NOTEBOOKS[number + 1:] if other in files.all_names()][:1]
    assert there and set(following) <= set(there)
