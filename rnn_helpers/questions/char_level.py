"""Questions of notebook 5, characters."""

from rnn_helpers.questions.question import Question

QUESTIONS = {
    "clipping-price": Question(
        "At a learning rate of 0.1 neither network is thrown off. Which one gets below 0.468 first?",
        right="the one without clipping, by far",
        choices={
            "the one with clipping, by far":
                "Its updates are safe, but short.",
            "both at about the same update":
                "They would if the gradients were shorter than the threshold. They are up to four times as long.",
            "the one without clipping, by far":
                "Its updates are up to four times as long, and at this learning rate that does no harm.",
        }),
    "memoryless": Question(
        "Without memory, after 1,000 updates: what does it expect after each l of \u201chello world\u201d?",
        right="l, o and d alike, at all three places",
        choices={
            "each time the right one: l, o, d":
                "At each l it sees the very same column, so it has to give the very same answer.",
            "l, at all three places":
                "The answers are the same, but l follows l no more often than o or d does.",
            "l, o and d alike, at all three places":
                "Equal inputs get equal answers, and a third each is the best that equal answers can do here.",
            "every character alike, at all three places":
                "It can learn more than that: h never follows l, and to know that takes no memory.",
        }),
    "zen": Question(
        "After 400 updates the loss on the known text is below 0.3 nats. Where is it on the held-out text?",
        right="above that of knowing nothing",
        choices={
            "below 0.3 as well":
                "That would be a network that has learned English from 668 characters.",
            "higher, but below the table of pairs":
                "One would hope so, but it never gets there.",
            "between the table of pairs and knowing nothing":
                "There it is for about 200 updates. Then it goes on up.",
            "above that of knowing nothing":
                "It is sure of itself, and wrong. That costs more than knowing nothing.",
        }),
}
