"""The course's notebooks, in order, and the answers in them that a person reads: the list that all else follows.

A new notebook is a line here; its exercises name it (`Exercise.notebook`), and its questions lie in
`rnn_helpers/questions/`.
"""

from pathlib import Path

NOTEBOOKS = (
    "01_rnn_cell",
    "02_forward_pass",
    "03_bptt",
    "03b_vanishing_and_exploding",
    "04_number_sequence",
    "04b_the_rising_loss",
    "05_char_level",
    "06_truncated_bptt",
    *sorted(path.stem for path in (Path(__file__).parent / "own").glob("[0-9]*.py")),  # an instructor's own
)

WRITTEN = {  # answer -> (notebook, points)
    "order_matters": ("01_rnn_cell", 2.0),
    "unrolling_is_depth": ("02_forward_pass", 2.0),
    "vanish_faster": ("03b_vanishing_and_exploding", 2.0),
    "tanh_part": ("03b_vanishing_and_exploding", 2.0),
    "rising_loss": ("04b_the_rising_loss", 2.0),
    "sequence_length": ("04_number_sequence", 2.0),
    "memory_or_counting": ("05_char_level", 2.0),
    "why_truncate": ("06_truncated_bptt", 2.0),
}

PAGES = ("cheat_sheet", "references")  # notebooks without code, to look things up in


def find(wanted, among=NOTEBOOKS):
    """The notebook that `wanted` means: its name, its file or its number ("03b"). "03" is 03_bptt, never 03b.

    Raises ValueError : none of `among` is meant.
    """
    name = str(wanted).removesuffix(".ipynb").rpartition("/")[2]
    for notebook in among:
        if name == notebook or name == notebook.partition("_")[0]:
            return notebook
    raise ValueError(f"notebook is {wanted!r}, expected one of {', '.join(among)}")


def place(name):
    """Sorts names of notebooks in the course's order; what is not in it comes last, by name."""
    return (NOTEBOOKS.index(name) if name in NOTEBOOKS else len(NOTEBOOKS), name)
