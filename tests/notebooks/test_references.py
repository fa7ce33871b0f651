"""Every citation in a notebook points to the one list of references, and everything in the list is cited."""

import re

import pytest

from authoring import files
from rnn_helpers import course

LINKED = re.compile(r"\[([^\]]*(?:19|20)\d\d)\]\(references\.ipynb\)")
AUTHOR_YEAR = re.compile(r"[A-Z]\w+(?: et al\.|(?: and|,| &) [A-Z]\w+)*,? \(?(?:19|20)\d\d")
NAMES = files.all_names()


def text(name):
    """All that a notebook says, and the words of its questions."""
    cells = files.read(files.solution_path(name)).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


LISTED = re.findall(r"^- \*\*(.+?)\.\*\*", text("references"), re.MULTILINE)


def test_the_list_is_in_order_and_each_entry_has_a_link():
    assert LISTED == sorted(set(LISTED))
    entries = [line for line in text("references").splitlines() if line.startswith("- ")]
    assert len(entries) == len(LISTED) and all(re.search(r"\]\(https://\S+\)$", entry) for entry in entries)


@pytest.mark.parametrize("name", NAMES)
def test_a_citation_points_to_the_list_and_is_in_it(name):
    said = text(name)
    assert set(LINKED.findall(said)) <= set(LISTED)
    assert AUTHOR_YEAR.findall(LINKED.sub("", said)) == [], "cite as [Elman, 1990](references.ipynb)"


def test_nothing_is_listed_that_nobody_cites():
    cited = {found for name in files.all_names() for found in LINKED.findall(text(name))}
    assert set(LISTED) - cited == set()


def test_the_course_names_its_pages():
    assert all(files.learner_path(page).is_file() for page in course.PAGES)
