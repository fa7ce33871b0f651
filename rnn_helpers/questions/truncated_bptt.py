"""Questions of notebook 6, truncated backpropagation through time."""

from rnn_helpers.questions.question import Question

QUESTIONS = {
    "lag": Question(
        "The target is the input of 8 steps ago. Which truncation can learn it?",
        right="k = 9",
        choices={
            "k = 4: the state carries the value over the cut":
                "The value is carried, but no gradient ever says that it should be kept.",
            "k = 8":
                "Close: 8 steps, its own included, reach the input of 7 steps ago.",
            "k = 9":
                "Right: the loss of step t must reach step t - 8, which is the ninth.",
        }),
}
