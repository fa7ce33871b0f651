"""What grading says on the terminal, from the templates in `templates/terminal/`; no name in it can forge anything."""

import os
import re
import shlex
import sys
from collections import Counter
from pathlib import Path

import jinja2

from instructor.grading.grade_tables import number, printable
from instructor.grading.intake import DUE, IGNORED, REFUSED
from instructor.grading.names import readable

SHOWN = 20  # of a long list; all are in the tables
TEXTS = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates" / "terminal"),
                           trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
                           finalize=lambda value: re.sub(r"\s+", " ", printable(value)))
TEXTS.filters["number"] = number


def text(template, **values):
    """A template's text, without the last line's end."""
    return TEXTS.get_template(f"{template}.txt").render({"shown": SHOWN, **values}).rstrip("\n")


def recognised(intake, everything=True):
    """What was recognised of a class, doubtful cases first; everything : every file, too, and all doubts"""
    due, refused, aside = ([item for item in intake.items if item.state == state] for state in (DUE, REFUSED, IGNORED))
    doubts = [*intake.doubts, *((item.student or "?", f"{item.notebook}: {item.why}") for item in refused)]
    said = text("recognised", intake=intake, everything=everything, due=due, refused=refused, aside=aside,
                boxes=sorted(set(map(readable, intake.boxes))), doubts=list(dict.fromkeys(doubts)),
                reasons=Counter(item.why for item in aside), shown=len(doubts) if everything else SHOWN)
    intake.course.listing.close()
    return said


def command(name, out):
    """A command as one can type it here."""
    here = os.path.relpath(sys.executable)
    python = sys.executable if here.startswith("..") else here
    return shlex.join([python, "-m", "instructor", name, "--out", str(out)])


def written(out, changes, **found):
    """What was written into the folder of results, and what is left to do by hand."""
    ups, downs = ({student for student, *_, before, now in changes if sign * ((now or 0) - (before or 0)) > 0}
                  for sign in (1, -1))
    return text("written", out=out, changes=changes, gained=len(ups), lost=len(downs), command=command, **found)
