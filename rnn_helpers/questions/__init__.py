"""The questions of all notebooks by name, a file for each notebook; `quiz.predict` asks one of them."""

from rnn_helpers.questions import (
    bptt,
    char_level,
    forward_pass,
    number_sequence,
    rising_loss,
    rnn_cell,
    truncated_bptt,
    vanishing,
)

NOTEBOOKS = {
    "01_rnn_cell": rnn_cell.QUESTIONS,
    "02_forward_pass": forward_pass.QUESTIONS,
    "03_bptt": bptt.QUESTIONS,
    "03b_vanishing_and_exploding": vanishing.QUESTIONS,
    "04_number_sequence": number_sequence.QUESTIONS,
    "04b_the_rising_loss": rising_loss.QUESTIONS,
    "05_char_level": char_level.QUESTIONS,
    "06_truncated_bptt": truncated_bptt.QUESTIONS,
}
QUESTIONS = {name: question for questions in NOTEBOOKS.values() for name, question in questions.items()}
