"""Questions of notebook 3b, vanishing and exploding gradients."""

from rnn_helpers.questions.question import Question

QUESTIONS = {
    "non-normal": Question(
        "Wh = [[0.8, 3], [0, 0.8]]: both eigenvalues are 0.8. A linear network carries a gradient of size 1 "
        "back over 5 steps. How large can it get?",
        right="about 6: it grows first",
        choices={
            "0.33: it shrinks like 0.8 to the power n":
                "The eigenvalues say so, and in the end they win. But the 3 acts much sooner.",
            "about 6: it grows first":
                "The 3 turns one direction into the other, enlarged; 0.8^n wins only later.",
            "1: it keeps its size":
                "Only an orthogonal matrix keeps every size. This one has singular values 3.2 and 0.2.",
            "336: it grows like sigma_max to the power n":
                "That is the bound, and it holds. But no direction is stretched by 3.2 twice in a row.",
        }),
    "how-much-is-left": Question(
        "Wh is 0.9 times an orthogonal matrix, the units are tanh, the inputs random. How much of the last loss"
        " is left 29 steps back?",
        right="less than 0.001",
        choices={
            "all of it":
                "Each step multiplies by at most 0.9, and by the slopes of tanh, which are below 1.",
            "0.9 to the power 29, which is 0.047":
                "That is what linear units leave. The slopes of tanh take another factor at every step.",
            "less than 0.001":
                "Linear units would leave 0.047; tanh's slopes take a further factor of about 190.",
            "nothing at all, exactly 0":
                "Small, but a number: 0.00025. A product of factors above 0 is never 0.",
        }),
}
