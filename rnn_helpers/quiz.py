"""Predict, then run: a guess first, then what the experiment says.

    predict("two-orders")             asks a question of `rnn_helpers/questions/`

    with after_guess("two-orders"):   in the cell that answers it: what is shown here waits for the guess
        print(...)

Where nobody can guess, in a run without a page, nothing waits.
"""

import contextlib
import functools
import html

from IPython.display import display
from IPython.utils.capture import capture_output

from rnn_helpers import live
from rnn_helpers.live import widgets
from rnn_helpers.page import shell
from rnn_helpers.questions import QUESTIONS

STYLE = """<style>
.course-choice{white-space:normal;text-align:left;line-height:1.5;padding:2px 10px;max-width:98%}
</style>"""
_asked = {}  # name of a question -> its newest Quiz


class Quiz:
    """The widgets behind `predict`: `buttons`, one for each choice, and `reply`, what is said to the last one pressed.

    question : Question. `guess` is the first choice that was pressed, None before; any other may be pressed after it.
    `waiting` are functions, each of which shows an output that was held back in its place.
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
            self.waiting.pop(0)()

    def says(self, choice, first=True):
        """What is said to a choice, as HTML; to the first one also which is right, if it is not."""
        right, why = self.question.right, {text: html.escape(said) for text, said in self.question.choices.items()}
        quoted, predicts = f"“{html.escape(choice)}”", self.question.asks == "Predict"
        if choice == right:
            return f"<b>{'You predicted it' if first and predicts else 'Right'}:</b> {quoted} {why[right]}"
        said = f"<b>Not {quoted}</b> {why[choice]}"
        better = f"<br><b>{'It is' if predicts else 'Better:'} “{html.escape(right)}”</b> {why[right]}"
        return said + better if first else said

    def show(self):
        """Put the question into the cell's output."""
        live.show(self.box, *still(self.question), self.question.text, "answer it")


def still(question):
    """A question and its choices without buttons: HTML, and text."""
    asks, choices = f"{question.asks}:", list(question.choices)
    lines = [f"{asks} {question.text}"]
    lines += [f"  {letter}) {text}" for letter, text in zip("abcdef", choices, strict=False)]
    items = "".join(f"<li>{html.escape(text)}</li>" for text in choices)
    return (f"<p><b>{html.escape(asks)}</b> {html.escape(question.text)}</p><ol type='a'>{items}</ol>",
            "\n".join(lines))


def predict(name):
    """Ask a question before the experiment answers it.

    name : of a question in `rnn_helpers/questions/`
    Raises ValueError : there is no such question.
    """
    if name not in QUESTIONS:
        raise ValueError(f"the question is {name!r}, expected one of {', '.join(QUESTIONS)}")
    if not widgets:
        return live.show(None, *still(QUESTIONS[name]), QUESTIONS[name].text, "answer it")
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
    try:
        with capture_output() as held:
            yield
    finally:
        # displays that are filled in later are outputs as any other: a saved notebook keeps them
        found = [({"text/plain": text.rstrip("\n")}, {}) for text in (held.stdout, held.stderr) if text]
        found += [(output.data, output.metadata or {}) for output in held.outputs]
        first, *rest = found or [({}, {})]
        waits = {"text/plain": "The result appears here after your guess above."}
        places = [(display(waits, raw=True, display_id=True), first)]
        places += [(display({}, raw=True, display_id=True), output) for output in rest]
        for place, (data, metadata) in places:
            asked.waiting.append(functools.partial(place.update, data, raw=True, metadata=metadata))


def _run_by_a_front_end():
    """Whether the cell that runs now was sent by a page: then the message that asked for it names the cell."""
    kernel = getattr(shell(), "kernel", None)  # in a browser's Python it has the message, elsewhere the shell
    parent = getattr(shell(), "parent_header", None) or getattr(kernel, "get_parent", dict)()
    return isinstance(parent, dict) and bool(parent.get("metadata", {}).get("cellId"))

