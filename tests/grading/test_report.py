"""What an instructor reads: the report answers their questions, and answers are laid out with nothing alive in them."""

import html
import json
import re

import pytest

from instructor.grading.answers import laid_out
from instructor.grading.box.wire import observed_out
from instructor.grading.class_report import Tally, class_report, histogram
from instructor.grading.classroom import Classroom
from instructor.grading.pages import feedback
from instructor.grading.scoring import fixture, score
from rnn_helpers.check import EXERCISES
from rnn_helpers.check.observe import observe
from tests.grading import classes
from tests.grading.test_class import active

ANSWER = """The *order* matters, as $h_t$ keeps it:

1. first `x_1`,
2. then

$$h_2 = \\tanh(W_x x_2)$$

and a line
below it."""
READOUTS = {"ada": lambda h_t, Wy, c: Wy @ h_t + c, "bob": lambda h_t, Wy, c: Wy @ h_t, "cy": lambda h_t, Wy, c: Wy @ h_t}


def result(student, function):
    inputs = fixture("readout", 1, student)
    found = json.loads(json.dumps(observed_out(observe(EXERCISES["readout"], function, inputs))))
    return {"student": student, "name": student.title() + " <b>", "notebook": classes.CELL, "status": "graded", "why": "",
            "notes": [], "seconds": 1.0, "exercises": {"readout": score("readout", inputs, found)}, "sources": {},
            "answers": {"order_matters": ANSWER}, "laid": laid_out({"order_matters": ANSWER}), "verbatim": []}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    tally = Tally()
    for student, function in READOUTS.items():
        tally.add(result(student, function))
    tally.add({**result("dan", READOUTS["ada"]), "status": "not graded", "why": "no JSON"})
    totals = [["student", "name", "group", classes.CELL, "percent"],
              *([who, who.title(), "", points, percent] for who, points, percent in
                (("ada", "3", "30.0"), ("bob", "2", "20.0"), ("cy", "2", "20.0"), ("dan", "", "0.0"), ("eve", "", "0.0")))]
    return class_report(tally, Classroom(tmp_path_factory.mktemp("class"), classes.RELEASED), totals)


def section(report, title):
    return report.split(f">{title}</h2>")[1].split("</section>")[0]


def test_a_mistake_has_its_count_its_line_of_mathematics_and_who_makes_it(report):
    found = section(report, "Mistakes, most frequent first")
    assert "<td class=n>2</td><td class=n>3</td>" in found and "The bias c is missing" in found
    assert "y<sub>t</sub> = W<sub>y</sub> h<sub>t</sub> + c" in found
    assert re.findall(r"href='([^']*)'", found) == [f"feedback/{who}/{classes.CELL}.html#readout" for who in ("bob", "cy")]


def test_it_asks_about_the_commonest_mistake(report):
    asked = section(report, "Ask in the next lecture")
    assert asked.count("<li>") == 1 and "“The bias c is missing”: how would you notice" in asked and "2 of 3" in asked


def test_every_student_has_a_total_a_link_and_what_is_not_yet_right(report):
    rows = re.findall(r"<tr><td>.*?</tr>", section(report, "Students"))
    assert [re.search(r"<td>(\w+)", row)[1] for row in rows] == ["Ada", "Bob", "Cy", "Dan", "Eve"]
    assert f"href='feedback/ada/{classes.CELL}.html'>3</a>" in rows[0] and "readout" not in rows[0]
    assert rows[1].endswith("<td>readout</td></tr>") and ">not graded</a>" in rows[3] and "href" not in rows[4]
    assert "<code>readout</code>: 2 stuck" in report


def test_what_a_person_gave_counts_even_beyond_the_maximum():
    found, tally = result("bob", READOUTS["bob"]), Tally()
    found["exercises"]["readout"]["points"] = 3.5  # with extra credit
    tally.add(found)
    assert not tally.made and tally.statuses["readout"] == {"right": ["bob"]}
    assert "1 with full points" in histogram([3.5, 0.0], 3.0, "x") and "1 from 0 to below 0.3" in histogram([-1, 3], 3, "x")


def test_the_report_is_inert_whatever_people_are_called(report):
    assert "<b>" not in report and {tag for tag, _ in active(report)} == {"a"}


def test_an_answer_is_laid_out_with_its_points_and_comment_beside_it():
    page = feedback(result("ada", READOUTS["ada"]), {"order_matters": (1.5, 2, "Good.\nMore?", False)})
    assert "order_matters <small>1.5 of 2 points</small>" in page and "Good.\nMore?" in page
    assert "<em>order</em>" in page and page.count("<li>") == 2 and "a line<br />\nbelow" in page
    assert "$h_t$" in page and "<pre class='tex'>h_2 = \\tanh(W_x x_2)</pre>" in page
    assert active(page) == []


@pytest.mark.parametrize("formula", ["$a_1 * b_2 * c_3$", "$$\na_1 \\\\ b_1\n$$", "$$a_1 \\\\ b_1$$",
                                     "\\begin{align}\na_1 &= b_1 \\\\\nc_1 &< d\n\\end{align}"])
def test_a_formula_stays_as_it_was_typed(formula):
    page = laid_out({"a": f"Before\n\n{formula}\n\nafter *that*"})["a"]
    assert html.escape(formula.strip("$\n"), quote=False) in page and "<em>that</em>" in page


@pytest.mark.parametrize("answer", [
    classes.EXCUSE, "<img src=x onerror=alert(1)>", "![a](http://x/y.png)", "[a]: javascript:alert(1)\n\n[a] [b][a]",
    "<div>\n<script>alert(1)</script>\n</div>", "```x' onload='alert(1)\ny\n```", "$</code><script>alert(1)</script>$",
    "$$</pre><script>1</script>$$", "<https://x.org>", "# <svg onload=alert(1)>", "| a |\n|---|\n| <iframe src=x> |",
    "[x](<\"' onclick=alert(1)>)", "![\"' onerror='alert(1)](x)"])
def test_nothing_is_alive_in_an_answer(answer):
    for verbatim in ((), ("a",)):
        assert active(laid_out({"a": answer}, verbatim)["a"]) == []
