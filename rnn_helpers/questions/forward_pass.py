"""Questions of notebook 2, the forward pass."""

from rnn_helpers.questions.question import Question

QUESTIONS = {
    "first-input": Question(
        "Now the scale of Wh is 1.5. Two runs differ in their first input only. What becomes of the difference?",
        right="It grows at first, then wanders up and down.",
        choices={
            "It fades too, only more slowly: tanh always makes a difference smaller.":
                "tanh does, but where the states are small its slope is nearly 1, and the factor 1.5 wins.",
            "It grows without limit.":
                "For a while it does grow. But every unit stays between -1 and 1, so no two states can be far apart.",
            "It grows at first, then wanders up and down.":
                "The scale stretches it, tanh bounds it, and neither of the two wins.",
        }),
}
