"""Pages that cannot run anything, from the templates beside: the feedback page of one notebook."""

import urllib.parse
from pathlib import Path

import jinja2
from markupsafe import Markup

from instructor.grading.gradebook import judgement_of
from rnn_helpers.check import WRITTEN
from rnn_helpers.check.report import as_html, mathematics, points_text

MOST_SOURCE = 20_000  # characters of a source shown


def report(judgement):
    """What a check said, with its own points, whatever a person gave."""
    return Markup(as_html(judgement_of({**judgement, "points": judgement.get("checked", judgement["points"])})))


PAGES = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True,
                           trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
PAGES.filters.update(points=points_text, report=report, mathematics=lambda line: Markup(mathematics(line)),
                     address=lambda text: urllib.parse.quote(text, errors="surrogateescape"))


def page(template, **values):
    """A page from a template, as text."""
    return PAGES.get_template(template).render(most_source=MOST_SOURCE, **values)


def feedback(result, read, counted=None):
    """The feedback page of one result.

    result : of `by_hand`; read : as `Course.manual` gives; counted : of `Policies.counted`
    """
    points = {name: f"{points_text(e['points'])} of {points_text(e['maximum'])}"
              for name, e in result["exercises"].items()}
    points |= {name: f"{'not read yet,' if score is None else points_text(score)} of {points_text(maximum)}"
               for name, (score, maximum, *_) in read.items() if name in WRITTEN}
    checks = {key: sum(e[key] for e in result["exercises"].values()) for key in ("points", "maximum")}
    return page("feedback.html", title=f"{result['notebook']}: feedback for {result['name'] or result['student']}",
                result=result, read=read, counted=counted, points=points, checks=checks, written=WRITTEN)
