"""Questions of notebook 1, the RNN cell."""

from rnn_helpers.questions.question import Question

QUESTIONS = {
    "two-orders": Question(
        "A recurrent network whose weights are random reads each sentence, word by word. Do its two last states "
        "differ?",
        right="Yes, although nobody has trained the weights.",
        choices={
            "No: the same words went in.":
                "The sum of the words is the same, but a state is not a sum: tanh and Wh act between the words.",
            "Only after training.":
                "Training decides what the difference is used for. The difference is there from the start.",
            "Yes, although nobody has trained the weights.":
                "Each step starts from the state that the last one left, and the same word moves different states "
                "differently.",
        }),
    "above-one": Question(
        "The radius is 1.6: the linear part alone would be 10^8 times longer after 40 steps. What does the state do?",
        right="It lives on, within -1 and 1.",
        choices={
            "It grows without limit.":
                "The linear part pushes it outwards at every step, but tanh never lets a unit past 1.",
            "It dies out: tanh always makes numbers smaller.":
                "tanh does, but only a little near 0, where the factor 1.6 wins. So 0 pushes the state away.",
            "It lives on, within -1 and 1.":
                "Near 0 the factor 1.6 wins, far out tanh does. The state can neither die nor escape.",
        }),
}
