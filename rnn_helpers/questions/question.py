"""A question to be guessed before an experiment answers it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """What is asked, the choices, and what to say to each of them.

    text : the question
    right : the choice that the experiment bears out, one of `choices`
    choices : dict, choice -> why it is right, or why not
    asks : what the reader is to do, "Predict", or for a choice among tests "Your next test"
    """

    text: str
    right: str
    choices: dict
    asks: str = "Predict"

    def __post_init__(self):
        for text in (self.text, self.asks, *self.choices, *self.choices.values()):
            if not isinstance(text, str) or not text.strip():
                raise TypeError(f"the question {self.text!r} has {text!r} among its texts, expected words")
        if not 2 <= len(self.choices) <= 6:
            raise ValueError(f"the question {self.text!r} has {len(self.choices)} choices, expected 2 to 6")
        if self.right not in self.choices:
            raise ValueError(f"right is {self.right!r}, expected one of the choices: {', '.join(self.choices)}")
