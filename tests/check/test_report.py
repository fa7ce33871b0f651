"""The report: at most 12 lines, the most helpful first; a table that needs no colour; nothing of a learner's is markup."""

import re
from html.parser import HTMLParser

import pytest

from rnn_helpers import check
from rnn_helpers.check.judge import Judgement, Verdict, judge
from rnn_helpers.check.observe import observe
from rnn_helpers.check.report import LINES, Points, as_html, as_text
from rnn_helpers.check.yardstick import Yardstick
from tests.check.trying import wrong_ways

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


@pytest.mark.parametrize("name", check.EXERCISES)
def test_every_mistake_fits_and_is_said_first(name):
    exercise = check.EXERCISES[name]
    inputs = exercise.inputs(check.SEED)
    yardstick = Yardstick(exercise, inputs)
    for called, title, wrong in wrong_ways(name):
        judgement = judge(yardstick, observe(exercise, wrong, inputs, guarded=False))
        if called not in judgement.mistakes:  # a synonym, or nothing that this fixture shows: see test_families.py
            continue
        lines = as_text(judgement).splitlines()
        assert len(lines) <= 12 and max(map(len, lines)) <= 130
        assert lines[0].startswith(f"{name}: ") and "points" in lines[0]
        assert lines[1].strip().startswith(title[:40]), (called, lines)
        page = Page(as_html(judgement))
        assert page.of("p")[0].startswith(title) and name in page.of("strong")[0]


def wrong_on_purpose(cell, x_t, h_prev):
    raise ValueError("<script>alert('x')</script> & \x1b[31m</table>")


def test_a_learners_text_is_no_markup():
    judgement = check.run("rnn_cell_forward", wrong_on_purpose).judgement
    page = Page(as_html(judgement))
    assert not {tag for tag, _ in page.tags} - {"div", "p", "strong", "table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert "<script>alert('x')</script>" in "".join(page.of("p")) and "\x1b" not in as_text(judgement) + as_html(judgement)


def test_the_table_is_one_for_a_screen_reader_and_without_colours():
    judgement = check.run("rnn_cell_forward", lambda cell, x_t, h_prev: (x_t, h_prev)).judgement
    markup = as_html(judgement)
    page, facets = Page(markup), judgement.facets
    headers = [attributes["scope"] for tag, attributes in page.tags if tag == "th"]
    assert headers == ["col"] * 4 + ["row"] * len(facets) and judgement.name in page.of("caption")[0]
    assert [text for text in page.of("td") if text in ("✓ right", "✗ wrong")] == ["✓ right" if not v.reason else "✗ wrong" for v in facets]
    assert set(re.findall(r"(?:color|background)[a-z-]*:([a-z#0-9]+)", markup)) <= {"inherit"}  # the page's own, light or dark


def test_the_text_says_points_and_verdicts_in_words():
    judgement = Judgement("f", "f(x)", "partly right", 1.5, 2.0, ["advice"], [Verdict("a", 1, 1.0), Verdict("b", 1, 0.5, "off")])
    lines = as_text(judgement).splitlines()
    assert lines[0] == "f: partly right, 1.5 of 2 points" and lines[1].strip() == "advice"
    assert lines[2].split() == ["ok", "1/1", "a"] and lines[3].split() == ["wrong", "0.5/1", "b", "off"]


def test_long_advice_is_cut_and_says_so():
    facets = [Verdict(f"part {i}", 1, 0.0, "reason " * 40) for i in range(8)]
    lines = as_text(Judgement("f", "f(x)", "wrong", 0.0, 8.0, ["word " * 300], facets)).splitlines()
    assert len(lines) == LINES and lines[3].endswith("...") and all(line.endswith("...") for line in lines[4:])


@pytest.mark.parametrize("points, kept", [(1.5, 1.5), (-1.0, 0.0), (9.0, 2.0)])
def test_points_are_a_float_within_the_range(points, kept):
    value = Points(Judgement("f", "f(x)", "wrong", points, 2.0))
    assert value == kept and repr(value) == repr(kept) and str(value).startswith("f: ") and "f: " in value._repr_html_()


def test_a_terminal_prints_the_text_once(capsys):
    points = check.rnn_cell_forward(lambda cell, x_t, h_prev: (x_t, h_prev))
    assert capsys.readouterr().out == f"{points}\n"
