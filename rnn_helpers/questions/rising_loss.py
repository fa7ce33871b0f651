"""Questions of notebook 4b, the rising loss: before each step of the case, which test comes next."""

from rnn_helpers.questions.question import Question

NEXT = "Your next test"

QUESTIONS = {
    "first-test": Question(
        "Gradient descent climbs. What do you try first?",
        right="divide the learning rate by 10",
        choices={
            "train ten times as long":
                "It has been climbing for 4,900 epochs. More of the same tells you nothing new.",
            "scale the numbers, as in notebook 4":
                "That would be a good training run, and another one. A rise that goes away is not yet a rise "
                "explained.",
            "read the code once more":
                "You have read it, and line by line it is right. Now measure what it does.",
            "divide the learning rate by 10":
                "It is cheap, and it splits the suspects in two. If the updates are too long, the rise goes away; "
                "if they point the wrong way, it stays.",
        }, asks=NEXT),
    "second-test": Question(
        "The updates point the wrong way. They are made of five gradients, each clipped element by element. What do "
        "you test?",
        right="all five gradients, by central differences",
        choices={
            "clipping by norm in place of clipping by element":
                "A fair suspect: in notebook 4 it turned a gradient by more than 50 degrees. But the test would clear "
                "that one only: "
                "with clipping by norm the loss climbs as well, from about 32 to 44 or more.",
            "all five gradients, by central differences":
                "It is the one test that knows nothing of the code, and it says for each gradient whether it is right.",
            "the gradient of Wx, by central differences":
                "Why only one? The other four take no more than a line, and which are right will tell you as much as "
                "which are wrong.",
            "a network with more units":
                "It would take another course, and say nothing about this one.",
        }, asks=NEXT),
    "third-test": Question(
        "You have a tool that gives a row for each loss, and you hand it the kernel's function. What do you hold the "
        "rows against?",
        right="the rows of full BPTT, with the same cell, dh and caches",
        choices={
            "nothing: a small row is a loss that got lost":
                "A row may be small although all is well: its error may be small, or its gradient may have vanished on "
                "the way.",
            "one another: all ten should be about as long":
                "Why should they? Each loss has its own error and its own way back.",
            "the rows of full BPTT, with the same cell, dh and caches":
                "Only the function differs, so whatever differs in the rows is its doing.",
            "the rows of the same function, after another random start":
                "They would be wrong in the same way, and you would still not know what right looks like.",
        }, asks=NEXT),
    "why-up": Question(
        "The cell hears the losses of steps 6 to 10 only, the readout hears all ten. Why does the total go up, "
        "and not just down more slowly?",
        right="the cell serves the last five losses, at the cost of the first five",
        choices={
            "the cell serves the last five losses, at the cost of the first five":
                "Nothing tells it what its moves do to steps 1 to 5, although the same weights make those states as "
                "well.",
            "the gradients explode":
                "Every element is clipped to 1, and the climb is smooth. Nothing here is too long.",
            "the readout forgets what it has learned":
                "It hears all ten losses at every update. What changes under its hands are the states that it reads.",
            "with half of the losses missing, the gradient is half as long":
                "Then the loss would fall more slowly. A shorter step in the right direction still leads down.",
        }),
}
