"""The walk back with its slider: the learner's own step, right, wrong, unfinished or broken, at every moment."""

import xml.etree.ElementTree as xml

import numpy as np
import pytest

from rnn_helpers.cell import rnn_cell_backward
from rnn_helpers.explore import walk
from rnn_helpers.explore.walk import WalkBack

SVG = "{http://www.w3.org/2000/svg}"


def state_after(cell, dh_t, cache):
    """dWh made from h_t, where h_prev belongs."""
    x_t, _, h_t = cache
    dz_t = dh_t * (1 - h_t**2)
    return dz_t @ x_t.T, dz_t @ h_t.T, dz_t, cell.Wh.T @ dz_t


def flat(cell, dh_t, cache):
    return tuple(np.ravel(part) for part in rnn_cell_backward(cell, dh_t, cache))


def broken(cell, dh_t, cache):
    raise ValueError("not today")


def not_written(cell, dh_t, cache):
    raise NotImplementedError()


def moments(made):
    """The drawing and the caption of every position of the slider."""
    for moment in range(made.slider.max + 1):
        made.slider.value = moment
        yield xml.fromstring(made.drawing.value), made.caption.value


def outlined(drawing):
    return [rect for rect in drawing.iter(f"{SVG}rect") if rect.get("stroke-dasharray")]


def test_a_right_step_walks_to_the_end_and_nothing_is_outlined():
    made = WalkBack(rnn_cell_backward, "your rnn_cell_backward")
    seen = list(moments(made))
    assert len(seen) == 4 * 4 + 1 and not any(outlined(drawing) for drawing, _ in seen)
    assert "The walk is over" in seen[-1][1] and "goes wrong" not in seen[-1][1]
    assert len({caption for _, caption in seen}) == len(seen)


def test_a_wrong_step_is_outlined_where_it_is_wrong_and_named_with_both_numbers():
    made = WalkBack(state_after, "your rnn_cell_backward")
    seen = list(moments(made))
    assert not outlined(seen[0][0]) and not outlined(seen[1][0])  # the loss joins, then tanh: both right
    assert outlined(seen[2][0])  # the shares
    assert all("Your rnn_cell_backward first goes wrong at step 4: dWh_t[0, 0] is 0.1894, right: 0.1857." in caption
               for _, caption in seen)
    titles = [title.text for title in seen[2][0].iter(f"{SVG}title")]
    assert "dWh_t[0, 0] of step 4 = 0.1894, right: 0.1857" in titles


@pytest.mark.parametrize("backward, said", [
    (flat, "stops: at step 4 dWx_t has shape (2,), expected (2, 1)"),
    (lambda *_: None, "stops: it returned one NoneType, expected four: dWx_t, dWh_t, db_t, dh_prev"),
    (broken, "It stopped: ValueError: not today")])
def test_what_cannot_be_walked_is_said_and_drawn_as_far_as_it_goes(backward, said):
    made = WalkBack(backward, "your rnn_cell_backward")
    assert all(said in caption for _, caption in moments(made))


def test_an_unwritten_step_shows_the_courses():
    made = WalkBack(not_written, "your rnn_cell_backward")
    assert "not written yet" in made.whose and made.slider.max == 16


def test_the_output_holds_a_drawing_for_a_page_without_a_kernel(monkeypatch):
    shown = []
    monkeypatch.setattr(walk, "display", lambda data, raw: shown.append(data))
    walk.walk_back(rnn_cell_backward, "your rnn_cell_backward")
    (data,) = shown
    drawing = xml.fromstring(data["image/svg+xml"])
    assert drawing.get("color") == walk.INK and "The walk is over" in drawing.get("aria-label")
    assert data["text/plain"].startswith("The walk back, with your rnn_cell_backward. The walk is over")
