"""Lectures made of the notebooks: questions and exercises come before their answers, and all of it fits 45 minutes."""

import re

import pytest

from authoring import files
from authoring.slides import __main__ as slides
from authoring.slides.lecture import MINUTES, lecture, short
from rnn_helpers import questions
from rnn_helpers.check import EXERCISES

NAMES = files.all_names()


def kinds(nb):
    return [(cell.metadata.slideshow.slide_type, cell.source) for cell in nb.cells]


@pytest.mark.parametrize("name", NAMES)
def test_a_lecture_asks_first_answers_later_and_takes_45_minutes(name):
    nb = lecture(name)
    cells = kinds(nb)
    assert cells[0][0] == "slide" and 12 <= sum(how in ("slide", "subslide") for how, _ in cells) <= MINUTES
    timing = sum(int(cell.metadata.slideshow.get("data", {}).get("timing", 0)) for cell in nb.cells)
    assert abs(timing - 60 * MINUTES) < 60
    for question in questions.NOTEBOOKS[name]:
        right = questions.QUESTIONS[question].right.rstrip(".")[:20]
        at = [how for how, text in cells if right in text.replace("\\", "") and how != "notes"]
        assert at[0] in ("-", "subslide") and at[1] == "fragment"
    spoken = " ".join(text for how, text in cells if how == "notes")
    answers = re.findall(r"### An answer: `(\w+)`", "\n".join(text for _, text in cells))
    exercises = [key for key, e in EXERCISES.items() if e.notebook == name]
    assert len(answers) == len(exercises) and all(map(str.startswith, exercises, answers))
    assert spoken.count("Where learners stumble") == len(answers)
    assert all(how in ("fragment", "subslide") for how, text in cells if text.startswith("### An answer"))
    assert not any("SOLUTION" in text or text.startswith("check.") for how, text in cells if how != "notes")


def test_an_author_decides_where_the_metadata_say_so(monkeypatch):
    read = files.read(files.solution_path(NAMES[0]))
    read.cells[4].metadata["slideshow"] = {"slide_type": "skip"}
    monkeypatch.setattr(files, "read", lambda path: read)
    assert ("skip", read.cells[4].source) in kinds(lecture(NAMES[0]))


def test_a_slide_shows_first_sentences_the_second_after_a_short_one_and_all_that_is_no_prose():
    text = "## A\n\nOne, at 0.5. Two.\n\n$$x. Y$$\n\n- **A.** It is. B.\n- C\n\n**A place to stop.** Rest."
    assert short(text) == "## A\n\nOne, at 0.5. Two.\n\n$$x. Y$$\n\n- **A.** It is.\n- C"
    assert short("### Exercise 1: `f`\n\nOne step. Two steps.") == "### Exercise 1: `f`\n\nOne step. Two steps."


@pytest.mark.slow
def test_a_lecture_needs_nothing_from_the_web(tmp_path):
    pytest.importorskip("sphinx_revealjs", reason="make slides installs it")
    slides.build(tmp_path, NAMES[:1])
    page = (tmp_path / f"{NAMES[0]}.html").read_text(encoding="utf-8")
    needed = re.findall(r'<script src="([^"]+)"|<link (?:rel="stylesheet" )?href="([^"]+)"', page)
    needed = [script or sheet for script, sheet in needed]
    assert len(needed) == 5 and all((tmp_path / name).resolve().is_file() for name in needed)
    assert "<aside" in page and "data-timing" in page
