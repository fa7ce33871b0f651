"""The sliders' machinery: what a control shows, what a picture says, what a page without a kernel keeps."""

import base64
import gc
import io
import re

import ipywidgets as widgets
import pytest
from PIL import Image

from authoring import normalise
from rnn_helpers import live
from rnn_helpers.explore import control, explore
from rnn_helpers.explore.control import Explorer, choice, int_slider, slider, steps
from rnn_helpers.page import WIDGET_VIEW


def draw(fig, x, n=1, kind="a"):
    fig.subplots().plot([0, x * n])
    return f"x is {x:g}, n is {n}, {kind}."


@pytest.fixture
def explorer():
    return Explorer(draw, "A line", whose="your f", x=slider("x", 0, 2, 0.5, 1), n=int_slider("n", 1, 5, 2),
                    kind=choice("kind", ["a", "b"]))


def test_it_starts_with_the_values_given(explorer):
    assert explorer.alt == "A line \N{MIDDLE DOT} your f. x is 1, n is 2, a."
    assert "x is 1, n is 2" in explorer.caption.value
    assert [control.description for control in explorer.controls.values()] == ["x", "n", "kind"]


def test_every_control_redraws_at_once(explorer):
    for name, value, says in (("x", 1.5, "x is 1.5"), ("n", 5, "n is 5"), ("kind", "b", "b.")):
        before = explorer.image.value
        explorer.controls[name].value = value
        assert says in explorer.alt and explorer.image.tooltip == explorer.alt
        assert name == "kind" or explorer.image.value != before
    assert explorer.redraws == 4


def test_no_garbage_is_collected_between_a_key_and_its_picture():
    collecting = []

    def watched(fig, x):
        collecting.append(gc.isenabled())
        return draw(fig, x)

    Explorer(watched, "A line", x=slider("x", 0, 2, 0.5, 1)).controls["x"].value = 2
    assert collecting == [False, False] and gc.isenabled()


def test_the_stored_output_has_picture_and_alt_text(explorer, monkeypatch):
    shown = []
    monkeypatch.setattr(live, "display", lambda data, raw: shown.append(data))
    explorer.show()
    view, still = shown
    assert view[WIDGET_VIEW] == {"version_major": 2, "version_minor": 0, "model_id": explorer.box.model_id}
    assert view["text/plain"] == ""  # tests/browser/test_vscode.py
    page = still["text/html"]
    assert Image.open(io.BytesIO(base64.b64decode(normalise.PNG.search(page)[0]))).size == (1280, 544)
    assert f'<img alt="{explorer.alt}" width="640" height="272"' in page and "Run this cell to move it." in page
    assert still["text/plain"] == explorer.alt
    name = re.search('class="course-still (still-[^"]+)"', page)[1]
    assert explorer.box.children[-1].value == f"<style>.{name}{{display:none}}</style>"


def test_without_ipywidgets_the_picture_stands_there_and_a_sentence_says_what_to_install(monkeypatch):
    shown = []
    monkeypatch.setattr(live, "display", lambda data, raw: shown.append(data))
    monkeypatch.setattr(control, "widgets", None)
    explore(draw, "A line", x=slider("x", 0, 2, 0.5, 1))
    (still,) = shown
    assert "pip install ipywidgets" in still["text/html"] and "<img alt=" in still["text/html"]
    assert still["text/plain"] == "A line. x is 1, n is 1, a."


@pytest.mark.parametrize("error", [ValueError("<b>no</b> $x$"), KeyboardInterrupt(), RecursionError("deep")])
def test_what_draw_raises_becomes_a_picture(error):
    def broken(fig, x):
        raise error

    explorer = Explorer(broken, "Broken", x=slider("x", 0, 1, 0.1, 0))
    assert type(error).__name__ in explorer.alt and bytes(explorer.image.value[:4]) == b"\x89PNG"
    assert "<b>" not in explorer.caption.value


def test_draw_without_alt_text_is_told_so():
    assert "alt text" in Explorer(lambda fig, x: None, "t", x=slider("x", 0, 1, 0.1, 0)).alt


@pytest.mark.parametrize("make", [
    lambda: slider("s", 2, 1, 0.1, 1), lambda: slider("s", 0, 1, 0.1, 2), lambda: int_slider("i", 0, 3, 4),
    lambda: choice("c", []),
    lambda: choice("c", ["a"], "b"), lambda: steps("lr", [0.1, 0.01], 1), lambda: Explorer(draw, "t"),
])
def test_controls_that_do_not_fit_together(make):
    with pytest.raises(ValueError, match=r"expected|needs"):
        make()


def test_a_value_in_place_of_a_control():
    with pytest.raises(TypeError, match="slider"):
        Explorer(draw, "t", x=1.0)


def test_uneven_steps_show_their_numbers():
    made = steps("lr", [0.001, 0.01, 0.1], 0.01).widget()
    assert isinstance(made, widgets.SelectionSlider) and made.value == 0.01
    assert [text for text, _ in made.options] == ["0.001", "0.01", "0.1"]
