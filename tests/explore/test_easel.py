"""What a redraw shows, what the easel keeps between redraws, and when a picture is drawn."""

import io
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from rnn_helpers.explore import control, explore, slider
from tests.explore.pictures import collected, pictures, values


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"), dtype=int)


@pytest.fixture(scope="module")
def explorers():
    return pictures()


@pytest.mark.parametrize("apart", [7, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("n", range(9))
def test_a_redraw_shows_what_a_drawing_from_scratch_shows(explorers, n, apart):
    """What the easel keeps of the pictures before never shows in a later one, but for where the axes stand."""
    explorer = explorers[n]
    for widget in explorer.controls.values():
        first = widget.value
        for value in [*values(widget)[::apart], first]:
            widget.value = value
            kept, places = explorer.image.value, dict(explorer.easel.places)
            explorer.redraw()
            assert explorer.easel.places == places, "a picture drawn again stands elsewhere"
            assert kept == explorer.image.value or np.abs(pixels(kept) - pixels(explorer.image.value)).max() <= 4, \
                f"{explorer.title}: {widget.description} at {value}"


def test_there_are_as_many_explorers_as_the_test_above_looks_at(explorers):
    assert len(explorers) == 9


@pytest.mark.skipif(sys.platform == "emscripten", reason="a browser's Python has no threads")
def test_changes_during_a_drawing_are_drawn_once_with_the_newest_value():
    started, go_on, drawn = threading.Event(), threading.Event(), []

    def draw(fig, radius):
        drawn.append(radius)
        if len(drawn) > 1:
            started.set()
            go_on.wait(10)
        fig.subplots().plot([0, radius])
        return f"radius {radius:g}"

    with collected() as made:
        explore(draw, "A picture", radius=slider("radius", 0, 50, 1, 0))
    widget = made[0].controls["radius"]
    thread = threading.Thread(target=lambda: setattr(widget, "value", 1))
    thread.start()
    assert started.wait(10)
    for value in range(2, 51):
        widget.value = value
    go_on.set()
    thread.join(10)
    assert drawn == [0, 1, 50] and made[0].alt == "A picture. radius 50"


def test_an_error_takes_the_pictures_place_and_the_next_value_draws_again():
    def draw(fig, radius):
        if radius > 1:
            raise ValueError("too\nlarge")
        fig.subplots().plot([0, radius])
        return f"radius {radius:g}"

    with collected() as made:
        explore(draw, "A picture", radius=slider("radius", 0, 2, 1, 0))
    (explorer,) = made
    good = explorer.image.value
    explorer.controls["radius"].value = 2
    assert explorer.alt == "A picture. No picture for these values. ValueError: too large"
    assert "ValueError: too large" in explorer.caption.value
    assert pixels(explorer.image.value).shape == pixels(good).shape
    explorer.controls["radius"].value = 0
    assert explorer.alt == "A picture. radius 0" and np.abs(pixels(explorer.image.value) - pixels(good)).max() <= 4


def test_a_slow_picture_says_that_it_is_busy(monkeypatch):
    monkeypatch.setattr(control, "SLOW", 0.0)
    said = []

    def draw(fig, radius):
        said.append(made[0].caption.value if made else "")
        fig.subplots()
        return f"radius {radius:g}"

    with collected() as made:
        explore(draw, "A picture", radius=slider("radius", 0, 2, 1, 0))
    made[0].controls["radius"].value = 1
    assert "computing" in said[-1] and "radius 1" in made[0].caption.value
