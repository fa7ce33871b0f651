"""Questions of notebook 5, characters."""

from rnn_helpers.questions.question import Question

QUESTIONS = {
    "memoryless": Question(
        "Without memory, trained for 1,000 steps: where does the loss end?",
        right="just above 0.468",
        choices={
            "near 2.079: it cannot learn anything":
                "It can learn more than that: h is always followed by e, and for that you need no memory.",
            "just above 0.468":
                "It becomes the bigram table, and creeps towards it from above.",
            "just below 0.468":
                "Two inputs that are equal give equal outputs, and 0.468 is the best that equal outputs can do.",
            "near 0, as with memory, only later":
                "More steps do not help: at each l it sees the very same column, so it has to give the very "
                "same answer.",
        }),
    "zen": Question(
        "After 400 steps the loss on the known text is below 0.3 nats. Where is it on the held-out text?",
        right="higher than somebody's who knows nothing",
        choices={
            "below 0.3 as well":
                "That would be a network that has learnt English from 668 characters.",
            "higher, but lower than the table of pairs":
                "So one would hope. For a while it is a little below the table, and then it leaves it in the "
                "wrong direction.",
            "about where the table of pairs is":
                "That is where it passes by, early on. Then it goes on.",
            "higher than somebody's who knows nothing":
                "It is sure of itself, and wrong. Knowing nothing costs less than being sure of the wrong "
                "character.",
        }),
}
