"""Both tracks as they are committed: nothing refused, nothing out of step with its source."""

import warnings

import nbformat
import pytest

from authoring import ROOT, files, notebooks
from rnn_helpers import course

NAMES = [*files.all_names(), *course.PAGES]
PATHS = files.tracks()


def label(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PATHS, ids=label)
def test_a_notebook_is_not_refused(path):
    assert [str(refusal) for refusal in notebooks.check_as_it_stands(path)] == []


@pytest.mark.parametrize("path", PATHS, ids=label)
def test_a_notebook_is_valid(path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nbformat mends what it can, with a warning
        nbformat.validate(files.read(path))


def test_each_solved_notebook_has_its_learners_and_no_other():
    assert sorted(path.stem for path in PATHS if path.parent.name == "notebooks") == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_solved_notebook_is_what_make_notebooks_writes(name):
    path = files.solution_path(name)
    assert files.to_bytes(notebooks.solved_version(files.read(path), name)) == path.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_learners_notebook_is_made_from_the_solved_one(name):
    made = notebooks.learners_version(files.read(files.solution_path(name)), name)
    kept = files.read(files.learner_path(name))
    assert files.to_bytes(without_outputs(made)) == files.to_bytes(without_outputs(kept)), "run make notebooks"


def test_the_course_has_the_notebooks_of_its_list():
    assert [name for name in files.all_names() if name not in course.NOTEBOOKS] == []


def without_outputs(nb):
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nb
