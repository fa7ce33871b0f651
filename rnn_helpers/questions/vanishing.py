"""Questions of notebook 3b, vanishing and exploding gradients."""

from rnn_helpers.questions.question import Question

QUESTIONS = {
    "non-normal": Question(
        "Wh = [[0.8, 3], [0, 0.8]]: both eigenvalues are 0.8. A linear network carries a gradient of size 1 "
        "back over 5 steps. How large can it get?",
        right="about 6: it grows first",
        choices={
            "0.33: it shrinks like 0.8 to the power n":
                "So the eigenvalues say, and in the end they win. But the 3 acts much sooner.",
            "1: it keeps its size":
                "Only an orthogonal matrix keeps every size. This one has singular values 3.2 and 0.2.",
            "about 6: it grows first":
                "The 3 turns one direction into the other and enlarges it; 0.8^n wins only later.",
            "336: it grows like sigma_max to the power n":
                "That is the bound, and it holds. But no direction is stretched by 3.2 twice in a row.",
        }),
    "how-much-is-left": Question(
        "Wh is 0.9 times an orthogonal matrix, the units are tanh, the inputs random. How much of the last loss"
        " is left 29 steps back?",
        right="less than 0.005",
        choices={
            "all of it":
                "Each step multiplies by at most 0.9, and by the slopes of tanh, which are at most 1.",
            "0.9 to the power 29, which is 0.047":
                "That is what linear units leave. The slopes of tanh take another factor at every step.",
            "less than 0.005":
                "Linear units would leave 0.047; the slopes of tanh divide that again, by 190 here, by 30 to 800 in "
                "twelve other draws.",
            "nothing at all, exactly 0":
                "Small, but not zero: 0.00025 here. A product of factors above 0 is never 0.",
        }),
    "one-bit": Question(
        "Sixteen units and 200 updates each. Which of these networks learn to keep one bit for 50 steps?",
        right="those in which a gradient gets back to the first step",
        choices={
            "all of them: one bit is little for 16 units":
                "They could all hold it. But what has to be held is heard at the first step, and the loss is at the "
                "last.",
            "those in which a gradient gets back to the first step":
                "Those learn it every time. Of the others only a few do, by luck.",
            "none: 50 steps are too many for a vanilla RNN":
                "Not if a gradient gets back that far: with scale 0.9 every one of them learns it.",
        }),
}
