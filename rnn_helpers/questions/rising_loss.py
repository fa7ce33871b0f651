"""Questions of notebook 4b, the rising loss."""

from rnn_helpers.questions.question import Question

QUESTIONS = {
    "rising": Question(
        "Gradient descent climbs. You divide the learning rate by 10. What happens?",
        right="the same rise, ten times later",
        choices={
            "the rise disappears: the steps were too long":
                "Steps that are too long make a loss jump about. This one climbs smoothly, whatever the length.",
            "the same rise, ten times later":
                "Lowest at epoch 928 instead of 93, at 36 again, and from there it climbs. So it is the "
                "direction that is wrong.",
            "the loss stays at its lowest point, 36":
                "A lower rate does not know where to stop: it goes the same way, slowly.",
            "it blows up":
                "Each step is clipped and short. Nothing here is abrupt.",
        }),
}
