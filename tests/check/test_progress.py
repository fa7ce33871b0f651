"""`check.progress()`: every exercise of a notebook with its points, and what is left."""

import sys

import nbformat
import pytest

from rnn_helpers import check
from rnn_helpers.check.progress import KEPT, Progress
from tests.check.test_happened import written

progress = sys.modules["rnn_helpers.check.progress"]  # the module; check.progress is its function


@pytest.fixture(autouse=True)
def nothing_checked(monkeypatch):
    monkeypatch.setattr(check, "_checked", {})


def own_readout(h_t, Wy, c):
    return Wy @ h_t + c


@pytest.mark.parametrize("notebook", sorted({exercise.notebook for exercise in check.EXERCISES.values()}))
def test_lists_every_exercise_and_every_written_answer(notebook):
    shown = check.progress(notebook.partition("_")[0])
    exercises = {name: e.points for name, e in check.EXERCISES.items() if e.notebook == notebook}
    written = [name for name, (where, _) in check.WRITTEN.items() if where == notebook]
    assert [name for name, _, _ in shown.table()] == [*exercises, *written]
    assert shown.points == 0 and shown.maximum == sum(exercises.values())
    assert all(name in shown.headline().split("left: ")[1] for name in exercises)


def test_points_add_up_and_what_is_right_is_no_longer_left():
    check.readout(own_readout)
    check.rnn_cell_forward(lambda cell, x_t, h_prev: (x_t, None))
    shown = check.progress()  # that of the last check
    points = check.EXERCISES["readout"].points
    assert shown.title == "01_rnn_cell" and shown.points == points
    assert shown.headline().endswith("left: rnn_cell_forward")
    rows = {name: (state, worth) for name, state, worth in shown.table()}
    assert rows["readout"] == ("right", f"{points:g} of {points:g}") and rows["rnn_cell_forward"][0] == "not yet right"


def test_the_last_check_counts():
    check.readout(own_readout)
    check.readout(lambda h_t, Wy, c: None)
    assert check.progress("01").points == 0


def test_text_and_table_say_the_same(capsys):
    check.readout(own_readout)
    capsys.readouterr()
    shown = check.progress()
    printed, markup = capsys.readouterr().out, shown._repr_html_()
    assert printed == f"{shown!r}\n"
    for row in shown.table():
        assert all(text in printed and text in markup for text in row)
    assert markup.count("scope='row'") == len(list(shown.table())) and markup.count("scope='col'") == 3 \
        and "<caption" in markup


def test_nothing_left():
    rows = [("readout", "right", 3.0, 3.0)]
    assert "only written answers left, read by a person" in Progress("n",
                                                              [*rows, ("essay", "not started", None, 2.0)]).headline()
    assert Progress("n", rows).headline().endswith("nothing left")


@pytest.mark.parametrize("source, words", [
    ("YOUR ANSWER HERE", "not started"), ("  ", "not started"), ("Because order is lost.", "written, as last saved")])
def test_a_written_answer_is_what_the_saved_notebook_says(source, words, tmp_path, monkeypatch):
    cell = nbformat.v4.new_markdown_cell(source, metadata={"nbgrader": {"grade_id": "order_matters"}})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "01_rnn_cell.ipynb")
    monkeypatch.chdir(tmp_path)
    rows = {name: state for name, state, _ in check.progress("01").table()}
    assert rows["order_matters"].startswith(words)


@pytest.mark.parametrize("text", [None, "no notebook", '{"cells": [{}]}'])
def test_where_no_notebook_is_saved_nothing_is_claimed(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if text:
        (tmp_path / "01_rnn_cell.ipynb").write_text(text)
    assert ("order_matters", "read by a person", "? of 2") in check.progress("01").table()


@pytest.fixture
def page(monkeypatch, tmp_path):
    """A kernel in the folder of notebook 1."""
    monkeypatch.setattr(check, "on_page", lambda: True)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "01_rnn_cell.ipynb").write_text("{}")
    return tmp_path


def test_all_notebooks_from_day_to_day(page):
    check.readout(own_readout)
    check._checked.clear()  # another day
    check.rnn_cell_forward(lambda cell, x_t, h_prev: (x_t, None))
    check.many_to_many(lambda h_states, Wy, c: Wy @ h_states + c)  # its notebook is not here: for this session only
    rows = {name: (state, points) for name, state, points in check.progress("all").table()}
    assert len(rows) == len({exercise.notebook for exercise in check.EXERCISES.values()}) + 1  # 3b has none
    readout, many = (check.EXERCISES[name].points for name in ("readout", "many_to_many"))
    assert rows["01_rnn_cell"][0] == "left: rnn_cell_forward" and rows["01_rnn_cell"][1].startswith(f"{readout:g} of")
    assert rows["02_forward_pass"][1].startswith(f"{many:g} of")
    check._checked.clear()
    assert check.progress("all").points == readout
    (page / KEPT).unlink()  # without harm
    assert check.progress("all").points == 0


@pytest.mark.parametrize("text", ["", "[]", "null", '{"readout": 3}', '{"readout": {"points": "x", "status": 1}}',
                                  "\x00"])
def test_a_damaged_file_is_as_good_as_none(page, text):
    (page / KEPT).write_text(text)
    assert check.progress("all").points == 0
    check.readout(own_readout)
    check._checked.clear()
    assert check.progress("all").points == check.EXERCISES["readout"].points


def test_a_folder_that_cannot_be_written_to_and_a_notebook_not_tried(page, monkeypatch):
    def refuses(*args, **kwargs):
        raise OSError("read-only")

    check.readout(written("readout", "h_t, Wy, c", "raise NotImplementedError"))
    assert not (page / KEPT).exists()
    monkeypatch.setattr(progress.atomic, "write", refuses)
    assert check.readout(own_readout) == check.EXERCISES["readout"].points and not (page / KEPT).exists()


def test_builds_keep_nothing(page, monkeypatch):
    monkeypatch.setenv(progress.OFF, "1")
    check.readout(own_readout)
    assert not (page / KEPT).exists()


@pytest.mark.parametrize("notebook", ["07", "0", 3, ""])
def test_an_unknown_notebook_is_told_the_known_ones(notebook):
    with pytest.raises(ValueError, match="01_rnn_cell"):
        check.progress(notebook)
