"""Questions of notebook 4, a number sequence."""

from rnn_helpers.questions.question import Question

QUESTIONS = {
    "beyond": Question(
        "The network was trained on 1..80. After 80 it hears only its own predictions. What does it say?",
        right="it stays near 80, or turns back",
        choices={
            "81, 82, 83 and so on, a little inaccurately":
                "It has no idea of adding one. It has learned a curve, and the curve was fitted up to 80 only.",
            "larger and larger numbers, faster and faster":
                "A linear network could run away. Tanh units cannot: their outputs are bounded.",
            "something random":
                "Nothing here is random. The curve bends, that is all.",
            "it stays near 80, or turns back":
                "Its outputs are sums of tanh units, and those flatten where they were never asked to rise.",
        }),
    "memory": Question(
        "Freeze Wh at 0 and train again, on both series. What happens to the error of the last step?",
        right="it hardly changes on the numbers and grows many times on the sine",
        choices={
            "it hardly changes on the numbers and grows many times on the sine":
                "The next number needs no past; the next value of a sine depends on its direction.",
            "it hardly changes on either":
                "True for the numbers. But a sine passes the same height on its way up and on its way down.",
            "it grows many times on both":
                "The next number is a function of this number, so hardly any past is needed there.",
            "training fails on both":
                "A layer of tanh units without memory still trains, like any feed-forward network.",
        }),
}
