"""A claim of a notebook and the test that computes it, bound by a quotation.

    def test_above_radius_one_the_state_goes_on():
        claims.says("01", "Above 1 it cannot grow for ever")
        for seed in claims.SEEDS:
            ...

A test's name is the claim in words. When the sentence changes, `says` fails and its test is looked at again.
"""

import contextlib
import difflib
import functools
import io
import re
from types import SimpleNamespace

import matplotlib
import matplotlib.pyplot as plt
import pytest

from authoring import files
from rnn_helpers import course
from rnn_helpers.plots import style
from rnn_helpers.questions import NOTEBOOKS

SEEDS = range(8)


def plain(text):
    """One line, so that a quotation may run over a line's end."""
    return " ".join(text.split())


@functools.cache
def sentences(name):
    """All that a notebook says: its texts, what its cells print, the words of its pictures and of its questions."""
    said = []
    for cell in files.read(files.solution_path(name)).cells:
        said.append(cell.source)
        for output in cell.get("outputs", ()):
            said.append(output.get("text") or output.get("data", {}).get("text/plain", ""))
    for question in NOTEBOOKS[name].values():
        said += [question.text, *question.choices, *question.choices.values()]
    return plain("\n".join(said))


def in_common(one, other):
    """The length of the longest piece that two texts share."""
    return difflib.SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size


def says(notebook, quotation):
    """Fail unless the notebook ("01", "03b") says this, word for word."""
    name = course.find(notebook)
    text, wanted = sentences(name), plain(quotation)
    if wanted not in text:
        nearest = max(re.split(r"(?<=[.?!]) ", text), key=lambda sentence: in_common(wanted, sentence))
        raise AssertionError(f"{name} no longer says {quotation!r}. Nearest: {nearest!r} "
                             "Does this test still prove it?")


def names(notebook, *cells):
    """The names that a notebook has after `imports` and these cells (by id), as attributes: its own functions.

    What the cells print and show is dropped.
    """
    name, wanted, found = course.find(notebook), ("imports", *cells), {"__name__": "__main__"}
    matplotlib.use("agg")
    sources = {cell.id: cell.source for cell in files.read(files.solution_path(name)).cells if cell.id in wanted}
    if missing := set(wanted) - set(sources):
        raise ValueError(f"{name} has no cell {', '.join(sorted(missing))}")
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.setattr(style, "show", lambda fig, *alt: plt.close(fig))
        for cell, source in sources.items():
            exec(compile(source, cell, "exec"), found)
    return SimpleNamespace(**found)
