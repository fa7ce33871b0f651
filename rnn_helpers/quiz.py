"""Predict, then run: a guess first, then what the experiment says.

    predict("two-orders")             asks a question of `rnn_helpers/questions/`

    with after_guess("two-orders"):   in the cell that answers it: what is shown here waits for the guess
        print(...)

Where nobody can guess, in a run without a page, nothing waits.
"""

import contextlib
import html

import ipywidgets as widgets
from IPython.display import display
from IPython.utils.capture import capture_output

from rnn_helpers.page import WIDGET_VIEW, shell
from rnn_helpers.questions import QUESTIONS

STYLE = """<style>
.course-choice{white-space:normal;text-align:left;line-height:1.5;padding:2px 10px;max-width:98%}
</style>"""
_asked = {}  # name of a question -> its newest Quiz


class Quiz:
    """The widgets behind `predict`: `buttons`, one for each choice, and `reply`, what is said to the last one pressed.

    question : Question. `guess` is the first choice that was pressed, None before; any other may be pressed after it.
    `waiting` are the places of outputs that it holds back, with what was caught for them.
    """

    def __init__(self, question):
        self.question, self.guess, self.waiting = question, None, []
        heading = widgets.HTML(f"{STYLE}<b>{html.escape(question.asks)}:</b> {html.escape(question.text)}")
        self.buttons = [widgets.Button(description=choice, layout={"width": "auto", "height": "auto"})
                        for choice in question.choices]
        for button in self.buttons:
            button.add_class("course-choice")
            button.on_click(self._pressed)
        self.reply = widgets.HTML()
        self.box = widgets.VBox([heading, *self.buttons, self.reply], layout={"align_items": "flex-start"})

    def _pressed(self, button):
        choice, first = button.description, self.guess is None
        self.guess = self.guess or choice
        self.reply.value = f"<div role='status' aria-live='polite'>{self.says(choice, first)}</div>"
        for each in self.buttons:
            each.button_style = "success" if each.description == self.question.right else ""
        while self.waiting:
            _reveal(*self.waiting.pop(0))

    def says(self, choice, first=True):
        """What is said to a choice, as HTML; to the first one also which is right, if it is not."""
        right, why = self.question.right, {text: html.escape(said) for text, said in self.question.choices.items()}
        quoted, predicts = f"“{html.escape(choice)}”", self.question.asks == "Predict"
        if choice == right:
            return f"<b>{'You predicted it' if first and predicts else 'Right'}:</b> {quoted} {why[right]}"
        said = f"<b>Not {quoted}</b> {why[choice]}"
        better = f"<br><b>{'It is' if predicts else 'Better:'} “{html.escape(right)}”</b> {why[right]}"
        return said + better if first else said

    def bundle(self):
        """The output that a notebook stores, by MIME type: live widgets; question and choices for a page without."""
        choices = zip("abcdef", self.question.choices, strict=False)
        lines = [f"{self.question.asks}: {self.question.text}", *(f"  {letter}) {text}" for letter, text in choices)]
        items = "".join(f"<li>{html.escape(text)}</li>" for text in self.question.choices)
        return {
            WIDGET_VIEW: {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id},
            "text/html": f"<p><b>{html.escape(self.question.asks)}:</b> {html.escape(self.question.text)}</p><ol "
                         f"type='a'>{items}</ol>",
            "text/plain": "\n".join(lines),
        }

    def show(self):
        """Put the question into the cell's output."""
        display(self.bundle(), raw=True)


def predict(name):
    """Ask a question before the experiment answers it.

    name : of a question in `rnn_helpers/questions/`

    Raises
    ------
    ValueError : there is no such question.
    """
    if name not in QUESTIONS:
        raise ValueError(f"the question is {name!r}, expected one of {', '.join(QUESTIONS)}")
    quiz, before = Quiz(QUESTIONS[name]), _asked.get(name)
    if before:  # asked again: what was guessed, and what waits, stay
        quiz.guess, quiz.waiting = before.guess, before.waiting
    _asked[name] = quiz
    quiz.show()


@contextlib.contextmanager
def after_guess(name):
    """Hold back what is printed and shown in this block until the question `name` has its guess.

    Nothing is held back where the question was not asked, or where no front end runs the cell: JupyterLab, Notebook and
    VS Code name the cell that they run, and a run that tests or builds does not.
    """
    if name not in QUESTIONS:
        raise ValueError(f"the question is {name!r}, expected one of {', '.join(QUESTIONS)}")
    asked = _asked.get(name)
    if asked is None or asked.guess or not _run_by_a_front_end():
        yield
        return
    place = widgets.Output()
    place.append_stdout("What comes out here waits for your guess above.\n")
    display(place)
    with capture_output() as held:
        try:
            yield
        finally:
            asked.waiting.append((place, held))


def _reveal(place, held):
    """Put what was caught (IPython's CapturedIO) into its place."""
    streams = {"stdout": held.stdout, "stderr": held.stderr}
    text = [{"output_type": "stream", "name": name, "text": said} for name, said in streams.items() if said]
    shown = [{"output_type": "display_data", "data": output.data, "metadata": output.metadata or {}}
             for output in held.outputs]
    place.outputs = (*text, *shown)


def _run_by_a_front_end():
    """Whether the cell that runs now was sent by a page: then the message that asked for it names the cell."""
    parent = getattr(shell(), "parent_header", None)
    return isinstance(parent, dict) and bool(parent.get("metadata", {}).get("cellId"))

