"""The questions of all notebooks by name; `quiz.predict` asks one of them. They are written in Markdown, a file for
each notebook:

    ## how-much-is-left                     its name; "## first-test: Your next test" where it asks for no prediction

    How much of the last loss is left 29 steps back?

    - [ ] all of it                         a choice, and below it what is said to whoever takes it
      Each step multiplies by at most 0.9.
    - [x] less than 0.005                   the right one
      Linear units would leave 0.047.
"""

import re
from pathlib import Path

from rnn_helpers import course
from rnn_helpers.questions.question import Question


def read(text):
    """Name -> Question, of the Markdown text of one notebook's questions."""
    found = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        asked, *marked = re.split(r"^- \[(?=[ x]\] )", body, flags=re.MULTILINE)
        choices = [choice.partition("\n") for choice in marked]  # "x] the choice", what is said to it
        name, _, asks = head.partition(": ")
        right = " and ".join(text[3:] for text, *_ in choices if text[0] == "x")  # `Question` takes one
        found[name] = Question(" ".join(asked.split()), right,
                               {text[3:]: " ".join(said.split()) for text, _, said in choices}, asks or "Predict")
    return found


NOTEBOOKS = {name: read(path.read_text(encoding="utf-8")) for name in course.NOTEBOOKS
             if (path := Path(__file__).with_name(f"{name}.md")).is_file()}
QUESTIONS = {name: question for questions in NOTEBOOKS.values() for name, question in questions.items()}
