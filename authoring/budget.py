"""How long a notebook takes, from its cells, and the most that it may take: one sitting.

A minute for 100 words, 2 for a line of solution, 3 for a written answer, 2 for a question or a picture with controls.
What is folded (`<details>`) is not counted: hints are read by those who need them.
"""

import re
from dataclasses import dataclass

from authoring.refusals import Found

MOST_WORDS, MOST_MINUTES, WITHOUT_A_BREAK = 1800, 75, 50
BREAK = "**A place to stop.**"  # how a cell begins that marks one
CUT = "cut, or move a part elsewhere"
TIME = re.compile(r"(\*\*Time:\*\* )(?:about )?\d+ minutes")

_SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
_NOT_WORDS = re.compile(r"<details>.*?</details>|\$\$.*?\$\$|<[^>]+>|(?<=\])\([^)]*\)", re.DOTALL)
_FORMULA = re.compile(r"\$[^$]+\$")


@dataclass(frozen=True)
class Budget:
    """words of text; lines of solutions; written answers; questions and pictures with controls; cells."""

    words: int
    lines: int
    written: int
    stops: int
    cells: int

    @property
    def minutes(self):
        return round(self.words / 100 + 2 * self.lines + 3 * self.written + 2 * self.stops)

    def __str__(self):
        return (f"{self.minutes} minutes: {self.words} words, {self.lines} lines and {self.written} answers to "
                f"write, {self.stops} questions and plays; {self.cells} cells")


def words(text):
    """How many words a reader of this Markdown reads; a formula in a line counts as one, a displayed one as none."""
    return sum(any(map(str.isalnum, word)) for word in _FORMULA.sub("x", _NOT_WORDS.sub(" ", text)).split())


def of(nb):
    """The Budget of a solved notebook: what a learner reads and writes, without the model answers."""
    count = dict.fromkeys(("words", "lines", "written", "stops"), 0)
    for cell in nb.cells:
        solution = cell.metadata.get("nbgrader", {}).get("solution", False)
        if cell.cell_type == "code":
            count["lines"] += sum(bool(line.strip()) and not line.strip().startswith("#")
                                  for solved in _SOLUTION.findall(cell.source) for line in solved.splitlines())
            count["stops"] += bool(re.search(r"^\s*(?:play\.\w+\(|predict\()", cell.source, re.MULTILINE))
        elif solution:
            count["written"] += 1
        elif cell.get("id") != "badges":
            count["words"] += words(cell.source)
    return Budget(cells=len(nb.cells), **count)


def write_time(nb):
    """Put the minutes where the notebook names its time, in place; in its first cell where it does not."""
    time = f"{of(nb).minutes} minutes"
    for cell in nb.cells:
        if cell.cell_type == "markdown" and TIME.search(cell.source):
            cell.source = TIME.sub(rf"\g<1>about {time}", cell.source)
            return
    nb.cells[0].source += f"\n\n**Time:** about {time}."


def of_budget(nb, notebook):
    """Refusals of a notebook that is more than one sitting, or a long one without a place to stop."""
    budget, refuse = of(nb), Found(notebook)
    if budget.words > MOST_WORDS:
        refuse("", f"has {budget.words} words, at most {MOST_WORDS} are allowed", CUT)
    if budget.minutes > MOST_MINUTES:
        refuse("", f"takes {budget}; at most {MOST_MINUTES} minutes are allowed", CUT)
    stops = any(cell.cell_type == "markdown" and BREAK in cell.source for cell in nb.cells)
    if budget.minutes > WITHOUT_A_BREAK and not stops:
        refuse("", f"takes {budget.minutes} minutes and has no place to stop",
               f"add a cell that begins with {BREAK} and says what to run on coming back")
    return refuse
