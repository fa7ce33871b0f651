"""Questions of notebook 2, the forward pass."""

from rnn_helpers.questions.question import Question

QUESTIONS = {
    "how-many-more": Question(
        "You unroll the network over 1000 steps instead of 10. How many more parameters are there to learn?",
        right="None",
        choices={
            "100 times as many":
                "Each step is a layer, but not one with weights of its own.",
            "None":
                "Right: every step uses the same Wx, Wh and b.",
            "990 times H more, one bias per step":
                "There is one b, used at every step.",
        }),
}
