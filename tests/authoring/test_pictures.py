"""The README's pictures: there, told in words that are true, and what the command makes."""

import re
import xml.etree.ElementTree as xml

from authoring import ROOT, pictures
from rnn_helpers.check.report import headline
from rnn_helpers.plots.svg import WRONG

README = (ROOT / "README.md").read_text(encoding="utf-8")
IN = r'src(?:set)?="\.github/pictures/([^"]+)"'
SHOWN = {name: alt for *both, alt in re.findall(f'<picture>.*{IN}.*{IN} alt="([^"]+)"', README) for name in both}


def test_the_readme_shows_each_picture_with_alt_text():
    assert set(SHOWN) == set(pictures.PICTURES) == {path.name for path in pictures.FOLDER.iterdir()}
    assert all(len(alt) > 60 for alt in SHOWN.values())
    assert sum(path.stat().st_size for path in pictures.FOLDER.iterdir()) < 1_000_000


def test_the_check_names_the_mistake_that_the_picture_marks():
    said = pictures.judgement()
    name = said.advice[0].split(". ")[0]
    assert name == "dWh uses h_t where h_prev belongs" and pictures.MISTAKE == "dWh += dz_t @ h_t.T"
    assert f"{headline(said).removeprefix('rnn_backward: ')}; {name}; eight parts" in SHOWN["check-dark.svg"]
    assert len(said.facets) == 8


def test_the_command_makes_them(tmp_path):
    pictures.main(tmp_path)
    for name in pictures.PICTURES:
        kept, made = (xml.parse(folder / name).getroot() for folder in (pictures.FOLDER, tmp_path))
        assert list(kept.itertext()) == list(made.itertext()), f"{name}: run python -m authoring.pictures"
        assert name.startswith("check") or xml.tostring(kept) == xml.tostring(made)  # its colours are Pygments's


def test_the_walk_shows_each_moment_and_stops_for_who_wants_no_motion():
    drawing = (pictures.FOLDER / "walk-light.svg").read_text()
    shown = drawing.replace("</style>", "").split("<style>")[1]
    assert xml.fromstring(drawing).get("color") == "#1F2328" and "prefers-reduced-motion" in shown
    assert ">the gradient of the whole loss<" in drawing and drawing.count(">step 4 of 4: ") == 4
    assert drawing.count(f'stroke="{WRONG}"') >= 5 * 4  # four shares of dWh and its sum
