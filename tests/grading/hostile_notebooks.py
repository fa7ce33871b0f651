"""Notebooks that lie to whatever reads them, in other ways than hostile.py's: the answers are right, and earn all."""

import copy
import json

from tests.grading.classes import cell_of

CODE = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
TEXT = {"cell_type": "markdown", "metadata": {}}


def plain(notebook):
    return json.loads(json.dumps(notebook))


def begun(*cells):
    """A notebook with cells at its beginning."""
    return lambda notebook: {**plain(notebook), "cells": [*cells, *plain(notebook)["cells"]]}


def ended(*cells):
    """A notebook with cells at its end."""
    return lambda notebook: {**plain(notebook), "cells": [*plain(notebook)["cells"], *cells]}


def said(**fields):
    """A notebook with other fields at its top."""
    return lambda notebook: {**plain(notebook), **copy.deepcopy(fields)}


def nested(depth):
    found = []
    for _ in range(depth):
        found = [found]
    return found


def swapped(field):
    """A notebook in which two exercises' cells have changed their ids or metadata; the functions say whose they are."""
    def change(notebook):
        one, other = (cell_of(notebook, name) for name in ("rnn_cell_forward", "readout"))
        one[field], other[field] = copy.deepcopy(other[field]), copy.deepcopy(one[field])
        return plain(notebook)
    return change


def of_kind(kind):
    """A notebook in which the cells of exercises have another type."""
    def change(notebook):
        for name in ("rnn_cell_forward", "readout"):
            cell_of(notebook, name)["cell_type"] = kind
        return plain(notebook)
    return change


def in_letters(notebook):
    """Every source as a list of letters, which nbformat joins."""
    notebook = plain(notebook)
    for cell in notebook["cells"]:
        cell["source"] = list(cell["source"])
    return notebook


def in_one_cell(notebook):
    """All code in one cell, in the place of an exercise's; the others are gone."""
    sources = [cell["source"] for cell in notebook.cells if cell["cell_type"] == "code"
               and not cell["source"].startswith("check.")]
    home = cell_of(notebook, "rnn_cell_forward")
    home["source"] = "\n".join(source for source in sources if "%" not in source and "explore" not in source)
    notebook.cells = [home]
    return plain(notebook)


def keys_twice(notebook):
    """JSON in which the first list of cells is empty, and the second counts."""
    return b'{"cells": [], ' + json.dumps(plain(notebook)).encode()[1:]


ODD = {
    "a-kind-without-end": ended({**CODE, "cell_type": nested(900), "source": "x = 1"}),
    "an-id-without-end": ended({**CODE, "id": nested(900), "source": "x = 1"}),
    "widgets-that-hold-all": said(metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {
        "state": {str(n): {"model_name": "<script>", "state": nested(20)} for n in range(2000)}}}}),
    "another-language": said(metadata={"kernelspec": {"name": "ir\0", "language": "R"}, "language_info": {
        "name": "<script>", "version": nested(50), "codemirror_mode": {"name": 7}}}),
    "metadata-that-are-none": said(metadata=None),
    "a-version-to-come": said(nbformat_minor=10**9),
    "a-version-of-its-own": said(nbformat=10**6, nbformat_minor=-1),
    "a-mark-of-bytes": lambda notebook: b"\xef\xbb\xbf" + json.dumps(plain(notebook)).encode(),
    "keys-twice": keys_twice,
    "four-hundred-empty-cells": begun(*[{**CODE, "source": ""}, {**TEXT, "source": []}] * 200),
    "calls-of-a-check-everywhere": begun(*[{**CODE, "source": "if 0: check.rnn_cell_forward(7); check.readout(7)"}] * 200),
    "ids-swapped": swapped("id"),
    "metadata-swapped": swapped("metadata"),
    "answers-as-text": of_kind("markdown"),
    "answers-as-raw-cells": of_kind("raw"),
    "letters-for-lines": in_letters,
    "all-in-one-cell": in_one_cell,
    "not-without-end": ended({**CODE, "source": "x = " + "not " * 300_000 + "1"}),
    "minus-without-end": ended({**CODE, "source": "x = " + "-" * 300_000 + "1"}),
    "attributes-without-end": ended({**CODE, "source": "x = a" + ".b" * 100_000}),
    "calls-without-end": ended({**CODE, "source": "x = a" + "()" * 100_000}),
    "brackets-without-end": ended({**CODE, "source": "x = " + "[" * 300_000}),
    "lambdas-without-end": ended({**CODE, "source": "x = " + "lambda:" * 100_000 + "1"}),
    "branches-without-end": ended({**CODE, "source": "if a: pass\n" + "elif a: pass\n" * 30_000}),
    "formats-without-end": ended({**CODE, "source": "x = " + "f'{" * 50_000}),
    "lines-joined-without-end": ended({**CODE, "source": "x = 1 + \\\n" * 100_000 + "1"}),
    "powers-of-powers": ended({**CODE, "source": "def f(): return 9**9**9**9, 'a' * 10**12, (0,) * 10**12, 1 << 10**12"}),
    "magics-without-end": ended({**CODE, "source": "%time " * 100_000 + "x = 1"}),
    "a-file-that-runs-itself": begun({**CODE, "source": "%%writefile a.py\n" + "%run a.py\n" * 2000},
                                     *[{**CODE, "source": "%run a.py\n" * 2000}] * 2),
    "a-million-digits": ended({**CODE, "source": "x = " + "9" * 1_000_000}),
    "escapes-and-bells": ended({**CODE, "source": "# \x1b]0;you are graded\x07\x1b[2J\x9b31m\nx = 1"}, {
        **TEXT, "source": "\x1b]8;;http://example.org\x07all right\x1b]8;;\x07 \u202e\u2066\ufeff\u200b"}),
    "imports-of-what-the-reader-has": ended({**CODE, "source": "import antigravity, this, pip, distutils, lib2to3, __phello__, "
                                             "__main__, _distutils_hack, instructor.grading.engine"}),
}
