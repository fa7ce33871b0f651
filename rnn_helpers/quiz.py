"""Predict, then run: a question that locks in your guess and then answers it.

    quiz.predict("Which dies first?", ["radius 0.5", "radius 1.5"], answer=0,
                 feedback=["Right: 0.5^20 is 1e-6.", "Above 1 the linear part grows; run the next cell and see."])
"""

import html

import ipywidgets as widgets
from IPython.display import display

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class Quiz:
    """The widgets behind `predict`: `options` (radio buttons), `lock` (a button), `reply` (the feedback).

    Parameters as for `predict`. `guess` is the index locked in, None before.
    """

    def __init__(self, question, choices, answer, feedback):
        _check(question, choices, answer, feedback)
        self.question, self.choices, self.answer, self.feedback = question, list(choices), answer, list(feedback)
        self.guess = None
        heading = widgets.HTML(f"<b>Predict:</b> {html.escape(question)}")
        self.options = widgets.RadioButtons(options=[(text, i) for i, text in enumerate(self.choices)], value=None,
                                            description="Your guess", layout={"width": "auto"},
                                            style={"description_width": "initial"})
        self.lock = widgets.Button(description="Lock in my guess", disabled=True, layout={"width": "auto"})
        self.reply = widgets.HTML()
        self.box = widgets.VBox([heading, self.options, self.lock, self.reply], layout={"align_items": "flex-start"})
        self.options.observe(self._chosen, names="value")
        self.lock.on_click(self._locked)

    def _chosen(self, change):
        self.lock.disabled = self.guess is not None or self.options.value is None

    def _locked(self, button):
        if self.guess is not None or self.options.value is None:
            return
        self.guess = self.options.value
        self.options.disabled = self.lock.disabled = True
        right = self.guess == self.answer
        verdict = "You predicted it." if right else "It goes another way."
        self.reply.value = (f"<div role='status' aria-live='polite'>You said: {html.escape(self.choices[self.guess])}. "
                            f"<b>{verdict}</b> {html.escape(self.feedback[self.guess])}</div>")

    def bundle(self):
        """The output that a notebook stores, by MIME type: live widgets, and question and choices for a page without."""
        lines = [f"Predict: {self.question}"] + [f"  {_letter(i)}) {text}" for i, text in enumerate(self.choices)]
        items = "".join(f"<li>{html.escape(text)}</li>" for text in self.choices)
        return {
            WIDGET_VIEW: {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id},
            "text/html": f"<p><b>Predict:</b> {html.escape(self.question)}</p><ol type='a'>{items}</ol>",
            "text/plain": "\n".join(lines),
        }

    def show(self):
        """Put the question into the cell's output."""
        display(self.bundle(), raw=True)


def predict(question, choices, answer, feedback):
    """Ask for a guess before the experiment answers.

    Parameters
    ----------
    question : str
    choices : at least two different texts
    answer : index of the right one, from 0
    feedback : as many texts as choices: what to say to who chose it

    Raises
    ------
    TypeError, ValueError : the arguments do not fit together.
    """
    Quiz(question, choices, answer, feedback).show()


def _letter(i):
    return "abcdefghijklmnopqrstuvwxyz"[i]


def _check(question, choices, answer, feedback):
    if not isinstance(question, str) or not question.strip():
        raise TypeError(f"question is {question!r}, expected a text")
    for name, texts in (("choices", choices), ("feedback", feedback)):
        if isinstance(texts, str) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise TypeError(f"{name} is {texts!r}, expected a list of texts")
    if not 2 <= len(choices) <= 26:
        raise ValueError(f"choices has {len(choices)} texts, expected 2 to 26")
    if len(set(choices)) != len(choices):
        raise ValueError(f"choices are {choices!r}, expected different texts")
    if len(feedback) != len(choices):
        raise ValueError(f"feedback has {len(feedback)} texts, expected {len(choices)}: one for each choice")
    if isinstance(answer, bool) or not isinstance(answer, int):
        raise TypeError(f"answer is {answer!r}, expected the index of the right choice, from 0")
    if not 0 <= answer < len(choices):
        raise ValueError(f"answer is {answer}, expected an index from 0 to {len(choices) - 1}")
