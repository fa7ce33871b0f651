"""The report: the most helpful first, nothing cut, readable everywhere, nothing of a learner's is markup."""

import io
import re
import sys
from html.parser import HTMLParser

import pytest

from rnn_helpers import check
from rnn_helpers.check.advice import Advice
from rnn_helpers.check.judge import FacetScore, Judgement, judge
from rnn_helpers.check.observe import observe
from rnn_helpers.check.report import Points, as_html, as_latex, as_text, mathematics, readable
from rnn_helpers.check.yardstick import Yardstick
from tests.check.trying import wrong_ways

QUICK = "rnn_cell_forward", "rnn_cell_backward", "squared_error", "shares"
VOID = {"br", "hr", "img"}


class Page(HTMLParser):
    """Tags in order, texts by tag, and whether every tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.texts = [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.texts.append((self.open[-1] if self.open else "", text))

    def of(self, tag):
        return [text for where, text in self.texts if where == tag]


@pytest.mark.parametrize("name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow)
                                  for name in check.EXERCISES])
def test_every_mistake_fits_and_is_said_first(name):
    exercise = check.EXERCISES[name]
    inputs = exercise.inputs(check.SEED)
    yardstick = Yardstick(exercise, inputs)
    ways = list(wrong_ways(name))
    for called, title, wrong in ways[:: len(ways) // 20 + 1]:  # that each is named, test_families.py says
        judgement = judge(yardstick, observe(exercise, wrong, inputs, guarded=False))
        if called not in judgement.mistakes or not any(text.startswith(title[:40]) for text in judgement.advice):
            continue  # a synonym, or nothing that this fixture shows: see test_families.py
        lines = as_text(judgement).splitlines()
        assert max(map(len, lines)) <= 130
        assert lines[0].startswith(f"{name}: ") and "points" in lines[0]
        assert lines[1].strip().startswith(title[:40]), (called, lines)
        page = Page(as_html(judgement))
        assert title[:12] in "".join(text for _, text in page.texts) and name in page.of("strong")[0]


def wrong_on_purpose(cell, x_t, h_prev):
    raise ValueError("<script>alert('x')</script> & \x1b[31m</table>")


def test_a_learners_text_is_no_markup():
    judgement = check.run("rnn_cell_forward", wrong_on_purpose).judgement
    page = Page(as_html(judgement))
    assert not {tag for tag, _ in page.tags} - {"code", "div", "p", "strong", "table", "caption", "thead", "tbody",
                                                "tr", "th", "td"}
    assert "<script>alert('x')</script>" in "".join(page.of("p") + page.of("code")) \
        and "\x1b" not in as_text(judgement) + as_html(judgement)


def test_the_table_is_one_for_a_screen_reader_and_without_colours():
    judgement = check.run("rnn_cell_forward", lambda cell, x_t, h_prev: (x_t, h_prev)).judgement
    markup = as_html(judgement)
    page, facets = Page(markup), judgement.facets
    headers = [attributes["scope"] for tag, attributes in page.tags if tag == "th"]
    assert headers == ["col"] * 4 + ["row"] * len(facets) and judgement.name in page.of("caption")[0]
    marks = {"✓ right", "– waits", "✗ wrong"}
    assert [text for text in page.of("td") if text in marks] == [
        "✓ right" if not v.reason else "– waits" if v.waits else "✗ wrong" for v in facets]
    assert set(re.findall(r"(?:color|background)[a-z-]*:([a-z#0-9]+)",
                          markup)) <= {"inherit"}  # the page's own, light or dark


def test_the_text_says_points_and_verdicts_in_words():
    judgement = Judgement("f", "f(x)", "partly right", 1.5, 2.0, ["advice"],
                          [FacetScore("a", 1, 1.0), FacetScore("b", 1, 0.5, "off")])
    lines = as_text(judgement).splitlines()
    assert lines[0] == "f: partly right, 1.5 of 2 points" and lines[1].strip() == "advice"
    assert lines[2].split() == ["ok", "1/1", "a"] and lines[3].split() == ["wrong", "0.5/1", "b", "off"]


def test_nothing_is_cut():
    words = [f"word{i}" for i in range(300)]
    facets = [FacetScore(f"part {i}", 1, 0.0, " ".join(words)) for i in range(8)]
    text = as_text(Judgement("f", "f(x)", "wrong", 0.0, 8.0, [" ".join(words)], facets))
    assert all(text.count(f" {word} ") + text.count(f" {word}\n") + text.endswith(word) == 9 for word in words)
    assert max(map(len, text.splitlines())) <= 130


def test_what_waits_is_a_dash_and_no_cross():
    judgement = check.run("rnn_cell_forward", lambda cell, x_t, h_prev: (h_prev, None)).judgement
    waiting = [verdict for verdict in judgement.facets if verdict.waits]
    page, text = Page(as_html(judgement)), as_text(judgement)
    assert waiting and page.of("td").count("– waits") == len(waiting)
    assert sum(line.startswith("  - ") for line in text.splitlines()) == len(waiting)


def test_the_diagnosis_stands_out_with_code_as_code_and_mathematics_as_mathematics():
    said = [Advice("`x_t` needs its transpose.", "happened", "line 4: dWx = dz @ x_t", "dz @ x_t: (5, 1) @ (2, 1)"),
            Advice("The sum is missing.", "mistake", math="dWx = sum_t dz_t x_t^T"), Advice("witness: off", "witness")]
    page = Page(as_html(Judgement("f", "f(x)", "wrong", 0.0, 8.0, said)))
    assert page.of("code") == ["x_t", "line 4: dWx = dz @ x_t", "dz @ x_t: (5, 1) @ (2, 1)"]
    assert page.of("sub") == ["x", "t", "t", "t"] and page.of("sup") == ["T"]
    blocks = [attributes["style"] for tag, attributes in page.tags if tag == "div" and "style" in attributes]
    assert ["border-left" in style for style in blocks] == [True, False] and "font-size:90%" in blocks[1]
    assert [bool(part) for part in (mathematics("a < b"), "<b" not in mathematics("a <b"))] == [True, True]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8", "no such encoding"])
def test_a_report_can_be_printed_everywhere(encoding, monkeypatch):
    def greek(cell, x_t, h_prev):
        σ = h_prev @ x_t  # noqa: PLC2401
        return σ, "é – ✓ 漢"

    codec = encoding if " " not in encoding else "utf-8"
    stream = io.TextIOWrapper(io.BytesIO(), encoding=codec)
    monkeypatch.setattr(sys, "stdout", stream)
    points = check.run("rnn_cell_forward", greek)
    print(points, check.progress("01"))
    stream.flush()
    said = stream.buffer.getvalue().decode(codec)
    assert "σ = h_prev" in said or "sigma = h_prev" in said


def test_letters_have_a_plain_form():
    assert readable("σ_max(Wh) – é", "ascii") == "sigma_max(Wh) - e" and readable("Σ", "no such encoding") == "sum"


def test_latex_shows_the_text_as_it_is():
    text = as_latex("a_b \\end{verbatim} % $ 漢")
    assert text.startswith("\\begin{verbatim}\n") and text.count("\\end{verbatim}") == 1 and text.isascii()


@pytest.mark.parametrize("points, kept", [(1.5, 1.5), (-1.0, 0.0), (9.0, 2.0)])
def test_points_are_a_float_within_the_range(points, kept):
    value = Points(Judgement("f", "f(x)", "wrong", points, 2.0))
    assert value == kept and repr(value) == repr(kept) and str(value).startswith("f: ") and "f: " in value._repr_html_()


def test_a_terminal_prints_the_text_once(capsys):
    points = check.rnn_cell_forward(lambda cell, x_t, h_prev: (x_t, h_prev))
    assert capsys.readouterr().out == f"{points}\n"
