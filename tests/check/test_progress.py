"""`check.progress()`: every exercise of a notebook with its points, and what is left."""

import pytest

from rnn_helpers import check
from rnn_helpers.check.progress import Progress


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
    assert shown.notebook == "01_rnn_cell" and shown.points == points
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
    assert markup.count("scope='row'") == len(list(shown.table())) and markup.count("scope='col'") == 3 and "<caption" in markup


def test_nothing_left():
    check.readout(own_readout)
    rows = [("readout", check._checked["readout"][1].judgement, 3.0)]
    assert "nothing left but what a person reads" in Progress("n", rows, [("essay", 2.0)]).headline()
    assert Progress("n", rows, []).headline().endswith("nothing left")


@pytest.mark.parametrize("notebook", ["07", "0", 3, ""])
def test_an_unknown_notebook_is_told_the_known_ones(notebook):
    with pytest.raises(ValueError, match="01_rnn_cell"):
        check.progress(notebook)
