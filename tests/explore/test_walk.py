"""The walk back with its slider: the learner's own step, right, wrong, unfinished or broken, at every moment."""

import asyncio
import base64
import re
import xml.etree.ElementTree as xml

import numpy as np
import pytest

from rnn_helpers import check, live
from rnn_helpers.bptt import rnn_backward, rnn_backward_truncated
from rnn_helpers.cell import rnn_cell_backward
from rnn_helpers.explore import drawn, walk
from rnn_helpers.explore.walk import walk_back
from rnn_helpers.plots.svg import INK, WRONG

SVG = "{http://www.w3.org/2000/svg}"


def state_after(cell, dh_t, cache):
    """dWh made from h_t, where h_prev belongs."""
    x_t, _, h_t = cache
    dz_t = dh_t * (1 - h_t**2)
    return dz_t @ x_t.T, dz_t @ h_t.T, dz_t, cell.Wh.T @ dz_t


def no_slope(cell, dh_t, cache):
    x_t, h_prev, _ = cache
    return dh_t @ x_t.T, dh_t @ h_prev.T, dh_t, cell.Wh.T @ dh_t


def wrong_db(cell, dh_t, cache):
    dWx_t, dWh_t, db_t, dh_prev = rnn_cell_backward(cell, dh_t, cache)
    return dWx_t, dWh_t, -db_t, dh_prev


def untransposed(cell, dh_t, cache):
    *shares, dh_prev = rnn_cell_backward(cell, dh_t, cache)
    return *shares, cell.Wh @ shares[2]


def flat(cell, dh_t, cache):
    return tuple(np.ravel(part) for part in rnn_cell_backward(cell, dh_t, cache))


def broken(*_):
    raise ValueError("not today")


def not_written(*_):
    raise NotImplementedError()


def moments(made):
    """The drawing and the caption of every position of the slider."""
    slider = made.controls["moment"]
    for moment in range(slider.max + 1):
        slider.value = moment
        yield xml.fromstring(made.drawing.value), made.caption.value


def outlined(drawing):
    return [rect for rect in drawing.iter(f"{SVG}rect") if rect.get("stroke") == WRONG]


def test_a_right_step_walks_to_the_end_and_nothing_is_outlined():
    made = walk_back(rnn_cell_backward, "your rnn_cell_backward")
    seen = list(moments(made))
    assert len(seen) == 4 * 4 + 1 and not any(outlined(drawing) for drawing, _ in seen)
    assert "The walk is over" in seen[-1][1] and "goes wrong" not in seen[-1][1]
    assert len({caption for _, caption in seen}) == len(seen)


def test_a_wrong_step_is_outlined_where_it_is_wrong_and_named_with_both_numbers():
    made = walk_back(state_after, "your rnn_cell_backward")
    seen = list(moments(made))
    assert not outlined(seen[0][0]) and not outlined(seen[1][0])  # the loss joins, then tanh: both right
    assert outlined(seen[2][0])  # the shares
    assert all("Your rnn_cell_backward first goes wrong at step 4: dWh_t[0, 0] is 0.1894, right: 0.1857." in caption
               for _, caption in seen)
    titles = [title.text for title in seen[2][0].iter(f"{SVG}title")]
    assert "dWh_t[0, 0] of step 4 = 0.1894, right: 0.1857" in titles


@pytest.mark.parametrize("backward, moment, said", [
    (no_slope, 1, "step 4: dz_t[0, 0] is 1, right: 0.2136"),
    (wrong_db, 2, "step 4: db_t[0, 0] is -0.2136, right: 0.2136"),
    (untransposed, 3, "step 4: dh_prev[0, 0] is 0.4436, right: -0.04736")])
def test_a_wrong_step_is_right_up_to_the_moment_at_which_it_goes_wrong(backward, moment, said):
    seen = list(moments(walk_back(backward, "your rnn_cell_backward")))
    assert all(f"first goes wrong at {said}" in caption and "No picture" not in caption for _, caption in seen)
    assert [bool(outlined(drawing)) for drawing, _ in seen[:4]] == [False] * moment + [True] * (4 - moment)
    assert ("what arrived was wrong" in seen[-1][1]) == (backward is untransposed)


@pytest.mark.parametrize("backward, said", [
    (flat, "stops: at step 4 dWx_t has shape (2,), expected (2, 1)"),
    (lambda *_: None, "stops: it returned one NoneType, expected four: dWx_t, dWh_t, db_t, dh_prev"),
    (broken, "It stopped: ValueError: not today")])
def test_what_cannot_be_walked_is_said_and_drawn_as_far_as_it_goes(backward, said):
    made = walk_back(backward, "your rnn_cell_backward")
    assert all(said in caption for _, caption in moments(made))


def test_an_unwritten_step_shows_the_courses():
    made = walk_back(not_written, "your rnn_cell_backward")
    assert "not written yet" in made.title and made.controls["moment"].max == 16


def test_a_unit_is_spelled_out_in_numbers_that_are_the_steps():
    made = walk_back()
    made.controls["unit"].value = 1
    captions = [caption for _, caption in moments(made)]
    assert "dh_t[1]: 0.30 + (-0.49) = -0.19." in captions[4]
    assert "dz_t[1]: -0.19 \u00d7 (1 - (-0.68)\u00b2) = -0.10." in captions[5]
    assert "dWh_t[1]: -0.10 \u00d7 0.07 = -0.01,  -0.10 \u00d7 0.34 = -0.03." in captions[6]
    assert "dh_next[1]: -0.50 \u00d7 (-0.11) + 0.70 \u00d7 (-0.10) = -0.02." in captions[7]


def test_the_end_shows_the_right_gradient_beside_one_that_went_wrong():
    *_, (right, _) = moments(walk_back())
    *_, (wrong, _) = moments(walk_back(state_after, "your rnn_cell_backward"))
    assert not outlined(right) and outlined(wrong)
    assert [text.text for text in wrong.iter(f"{SVG}text")].count("right") == 1  # dWh alone


def test_buttons_move_and_play_to_the_end(monkeypatch):
    monkeypatch.setattr(drawn, "EACH", 0)
    made = walk_back()

    async def use():
        made.buttons["next"].click()
        made.buttons["next"].click()
        made.buttons["back"].click()
        assert made.controls["moment"].value == 1
        made.buttons["play"].click()
        assert made.buttons["play"].description == "pause"
        await made.task
        assert made.controls["moment"].value == 16 and made.buttons["play"].description == "play"

    asyncio.run(use())


def test_the_output_holds_a_drawing_for_a_page_without_a_kernel(monkeypatch):
    shown = []
    monkeypatch.setattr(live, "display", lambda data, raw: shown.append(data))
    walk.walk_back(rnn_cell_backward, "your rnn_cell_backward")._ipython_display_()
    _, data = shown
    (encoded,) = re.findall('src="data:image/svg.xml;base64,([^"]+)', data["text/html"])
    drawing = xml.fromstring(base64.b64decode(encoded))
    assert drawing.get("color") == INK and "Step 3 of 4, what the step gives" in drawing.get("aria-label")
    assert data["text/plain"].startswith("The walk back, with your rnn_cell_backward. Step 3 of 4")


def only_the_last(cell, dh, caches, k):
    return rnn_backward(cell, dh[-k:], caches[-k:])


@pytest.mark.parametrize("k", (1, 2, 4))
def test_a_right_cut_keeps_its_pairs_and_outlines_nothing(k):
    made = walk.cut_walk_back(rnn_backward_truncated, "your rnn_backward_truncated")
    made.controls["k"].value = k
    seen, pairs = list(moments(made)), (4, 7, None, 10)[k - 1]
    assert len({caption for _, caption in seen}) == made.end + 1 == pairs + 1
    assert not any(outlined(drawing) for drawing, _ in seen)
    assert f"With k = {k}, {pairs} of 10 pairs" in seen[-1][1] and "goes wrong" not in seen[-1][1]
    last = {title.text for title in seen[-1][0].iter(f"{SVG}title") if title.text.startswith("lost[")}
    assert (last == {f"lost[{i}, {j}] = 0" for i in (0, 1) for j in (0, 1)}) == (k == 4)


def test_a_wrong_cut_is_outlined_and_named_by_loss_and_entry():
    made = walk.cut_walk_back(only_the_last, "your rnn_backward_truncated")
    seen = list(moments(made))
    said = "Your rnn_backward_truncated goes wrong at k = 2, for the loss of step 4: dh0[0, 0] is -0.1137, right: 0."
    assert all(said in caption for _, caption in seen)
    assert outlined(seen[-1][0])


@pytest.mark.parametrize("truncated, said", [
    (not_written, "not written yet"), (broken, "It stopped: ValueError: not today"), (lambda *_: 0, "It stopped: Type"),
    (lambda cell, dh, caches, k: rnn_backward_truncated(cell, dh, caches, k)[:3], "It stopped: ValueError")])
def test_a_cut_that_cannot_be_followed_shows_the_courses(truncated, said):
    made = walk.cut_walk_back(truncated, "your rnn_backward_truncated")
    assert said in made.title + made.caption.value and not any(outlined(drawing) for drawing, _ in moments(made))


def test_a_function_that_no_check_has_seen_is_the_learners_own():
    def learners(cell, dh_t, cache):
        raise NotImplementedError()

    learners.__name__ = "rnn_cell_backward"
    assert check.whose(learners) == "your rnn_cell_backward"
    assert check.whose(rnn_cell_backward) == "the course's rnn_cell_backward"
