"""The look of pictures: colours apart for every reader, lines that need no colour, figures that leave nothing."""

import io
import itertools

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from rnn_helpers.plots import style

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB
READERS = {
    "full": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(color):
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(color, reader):
    x, y, z = XYZ @ np.clip(np.array(READERS[reader]) @ linear(color), 0, 1) / (XYZ @ np.ones(3))
    f = [np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("reader", READERS)
def test_symbols_stay_apart_by_colour_or_by_line(reader):
    for a, b in itertools.combinations(style.COLOR, 2):
        apart = np.linalg.norm(lab(style.COLOR[a], reader) - lab(style.COLOR[b], reader))
        # target's line is wide
        lines_differ = style.DASH[a] != style.DASH[b] or style.MARKER[a] != style.MARKER[b] or "target" in (a, b)
        assert apart > 10 or lines_differ, (a, b, apart)


PAGES = {"white": "#FFFFFF", "JupyterLab dark": "#111111", "VS Code dark": "#1E1E1E", "Furo dark": "#131416"}


def contrast(color, page):
    lighter, darker = sorted((XYZ[1] @ linear(color) + 0.05, XYZ[1] @ linear(page) + 0.05), reverse=True)
    return lighter / darker


@pytest.mark.parametrize("page", PAGES)
def test_lines_and_words_stand_out_from_every_page(page):
    family = [look["color"] for symbol in style.COLOR for n in (2, 3, 8) for look in style.family(symbol, n)]
    for color in [*style.COLOR.values(), style.INK, *family]:
        assert contrast(color, PAGES[page]) >= 3, (color, contrast(color, PAGES[page]))  # WCAG 2.1, 1.4.11


def test_a_picture_of_few_colours_keeps_them():
    pixels = np.zeros((4, 5, 4), np.uint8)
    pixels[1], pixels[2, :3], pixels[3] = (200, 30, 7, 255), (200, 30, 7, 128), (1, 2, 3, 255)
    assert np.array_equal(np.asarray(style.palette(pixels).convert("RGBA"))[1:], pixels[1:])


def test_a_picture_of_many_colours_is_near_them():
    with style.context():
        fig = style.figure(4, 3)
        style.heat(fig.subplots(), np.random.default_rng(0).normal(size=(20, 30)), "state", vmin=-1, vmax=1)
        fig.canvas.draw()
    pixels = np.asarray(fig.canvas.buffer_rgba()).astype(float)
    stored = np.asarray(style.palette(np.asarray(fig.canvas.buffer_rgba())).convert("RGBA")).astype(float)
    on_white = [255 + (p[..., :3] - 255) * p[..., 3:] / 255 for p in (pixels, stored)]
    assert np.sqrt(np.mean((on_white[0] - on_white[1]) ** 2)) < 3 and np.abs(on_white[0] - on_white[1]).max() < 40


def test_every_symbol_has_a_whole_look():
    assert set(style.COLOR) == set(style.DASH) == set(style.MARKER)
    for symbol in style.COLOR:
        (drawn,) = style.figure().subplots().plot([0, 1], **style.line(symbol, marker=True))
        assert drawn.get_color() == style.COLOR[symbol]
    assert style.line("state", linewidth=1)["linewidth"] == 1 and style.line("state", color="red")["color"] == "red"
    with pytest.raises(KeyError):
        style.line("h")


@pytest.mark.parametrize("n", [1, 2, 8])
def test_a_family_differs_in_lightness_and_dash(n):
    looks = style.family("state", n)
    assert len({look["color"] for look in looks}) == n
    assert all(a["linestyle"] != b["linestyle"] for a, b in itertools.pairwise(looks))


def test_the_look_ends_with_its_block():
    before = dict(matplotlib.rcParams)
    with style.context():
        assert matplotlib.rcParams["figure.dpi"] == style.DPI
    assert dict(matplotlib.rcParams) == before


def test_figures_are_unknown_to_pyplot_and_pngs_have_their_size():
    with style.context():
        fig = style.figure(4, 2)
        style.heat(fig.subplots(), np.eye(3), "state", vmin=-1, vmax=1)
        data = style.png(fig)
    assert not plt.get_fignums() and Image.open(io.BytesIO(data)).size == (640, 320)


def test_the_quick_png_has_every_pixel_and_colour_of_the_figure():
    with style.context():
        fig = style.figure(3, 2)
        fig.subplots().plot(np.sin(np.arange(50)), **style.line("state", marker=True))
        data = style.quick_png(fig)
    with Image.open(io.BytesIO(data)) as image:
        image.verify()  # the checksums
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), np.asarray(fig.canvas.buffer_rgba()))


def test_tidy_takes_the_grid_from_a_matrix_and_crowded_ticks_from_axes():
    with style.context():
        fig = style.figure()
        matrix, curve = fig.subplots(1, 2)
        style.heat(matrix, np.eye(3), "gradient")
        curve.semilogy([1e-9, 1e9])
        style.tidy(fig)
    assert len(curve.get_yticks(minor=True)) == 0 and len(curve.get_xticks()) <= 7
    fig.canvas.draw()
    labels = [label.get_text() for label in curve.get_yticklabels()]
    assert "10⁻⁸" in labels and not any("$" in label for label in labels)
    assert not any(line.get_visible() for line in matrix.get_xgridlines())


def test_a_picture_is_shown_with_its_words(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    fig, _ = plt.subplots()
    style.show(fig, "A line.", "It falls.")
    (data,) = shown
    assert data["text/plain"] == "A line. It falls."
    assert data["text/html"].startswith('<img alt="A line. It falls." width="') and "base64,iVBOR" in data["text/html"]
    assert not plt.fignum_exists(fig.number)
    with pytest.raises(TypeError, match="alt text"):
        style.show(plt.figure())
    plt.close("all")
