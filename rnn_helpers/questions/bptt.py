"""Questions of notebook 3, backpropagation through time."""

from rnn_helpers.questions.question import Question

QUESTIONS = {
    "blind": Question(
        "You check all parameters, but every sequence starts from h0 = 0. Which mistake gets through?",
        right="the first step's share of dWh left out",
        choices={
            "Wh not transposed on the way back":
                "Transposed or not shows as soon as anything is carried back, whatever h0 is.",
            "nothing carried between the steps":
                "Without the carry each step hears only its own loss, and Wx, Wh, b and h0 all show it.",
            "the first step's share of dWh left out":
                "The first step's share of dWh is dz_1 times h0 transposed: 0 when h0 = 0.",
            "none: all parameters are checked":
                "Every parameter is looked at, but one term is multiplied by h0, and h0 is 0.",
        }),
}
