"""Questions of notebook 1, the RNN cell."""

from rnn_helpers.questions.question import Question

QUESTIONS = {
    "two-orders": Question(
        "A cell with random weights reads both orders, word by word. Will its last states differ?",
        right="Yes: each step starts from what the steps before left behind.",
        choices={
            "No: the same words went in.":
                "The sum of the inputs is the same, but the state is not a sum: tanh and Wh act between the words.",
            "Yes: each step starts from what the steps before left behind.":
                "Right. The same word changes different states differently.",
        }),
}
