"""Questions of notebook 4, a number sequence."""

from rnn_helpers.questions.question import Question

QUESTIONS = {
    "beyond": Question(
        "The network was trained on 1..80. After 80 it hears only its own predictions. What does it say?",
        right="it stays near 80, or turns back",
        choices={
            "81, 82, 83 and so on, a little inaccurately":
                "It has no idea of adding one. It has learned a curve, and the curve was fitted up to 80 only.",
            "it stays near 80, or turns back":
                "Its outputs are sums of tanh units, and those flatten where they were never asked to rise.",
            "larger and larger numbers, faster and faster":
                "A linear network could run away. Tanh units cannot: each output is bounded.",
            "something random":
                "Nothing here is random. The curve simply bends.",
        }),
    "memory": Question(
        "Freeze Wh at 0 and train again, on both series. What happens to the error of the last step?",
        right="it grows a little on the numbers and about 30-fold on the sine",
        choices={
            "it stays about the same on both":
                "On the numbers nearly. But the same height of a sine occurs on the way up and on the way down.",
            "it grows a little on the numbers and about 30-fold on the sine":
                "Counting needs no past, the sine needs to know its direction.",
            "it grows about 30-fold on both":
                "The next number is a function of this number, so no past is needed there.",
            "training fails on both":
                "A layer of tanh units without memory still trains, as an ordinary network.",
        }),
}
