"""Which of the course's notebooks a file is, by what it contains, and how much of it was worked on."""

import functools
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from instructor.grading.names import named
from instructor.grading.notebook_file import MOST_FILE, Refused, cells_in
from instructor.grading.rebuild import defines, grade_id
from rnn_helpers.course import PAGES

TEXTS = ("", ".txt", ".json", ".ipy", ".ipnb", ".ipny", ".pynb")  # endings under which a notebook may hide
EVIDENCE = ((re.compile(rb'"grade_id"\s*:\s*"([\w-]{1,80})"'), 4, "grade id"),
            (re.compile(rb'"id"\s*:\s*"([\w-]{1,80})"'), 2, "cell id"),
            (re.compile(rb"def\s{1,9}([A-Za-z_]\w{0,80})\s{0,9}\("), 1, "function"))


@dataclass(frozen=True)
class Seen:
    """What a file is. notebook : the course's, None for none; how : by what it was recognised; doubt : why one may
    doubt it; why : why it is none of the course's; text : whether it is a notebook at all."""

    notebook: str | None = None
    how: str = ""
    doubt: str = ""
    why: str = ""
    text: bool = False
    page: bool = False


@functools.lru_cache(maxsize=4)
def released(*paths):
    """(cells by notebook, (kind of evidence, item) -> notebook) of (path, version) of each released notebook."""
    cells_of, found = {path.stem: cells_in(path.read_bytes()) for path, _ in paths}, []
    for name, cells in cells_of.items():
        asked = [cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("solution")]
        functions = {f for cell in asked if cell["cell_type"] == "code" for f in defines(cell["source"])}
        for kind, these in enumerate(({grade_id(cell) for cell in cells}, {cell.get("id") for cell in cells},
                                      functions)):
            found += [(kind, item.encode(), name) for item in these if item]
    often = Counter((kind, item) for kind, item, _ in found)
    return cells_of, {(kind, item): name for kind, item, name in found if often[kind, item] == 1}


class Course:
    """The released notebooks, and what a file may have of them."""

    def __init__(self, releases, notebooks, listing):
        self.notebooks, self.listing, self.cache = list(notebooks), listing, {}
        paths = [Path(releases, f"{name}.ipynb") for name in notebooks]
        self.released, self.whose = released(*((path, path.stat().st_mtime_ns) for path in paths))

    def seen(self, entry):
        """The Seen of an entry, which is read once."""
        if id(entry) not in self.cache:
            self.cache[id(entry)] = self.look(entry)
        return self.cache[id(entry)]

    def look(self, entry):
        name = entry.parts[-1]
        ending = re.search(r"(\.\w{1,6})?$", name.lower())[0]
        declared = ".ipynb" in name.lower()[-60:]
        if entry.folder or entry.junk or entry.stray:
            return Seen()
        if not declared and (ending not in TEXTS or entry.size > MOST_FILE):
            return Seen()
        by_name, sure = self.by_name(entry)
        if name.removesuffix(".ipynb") in PAGES:
            return Seen(why="a page of the course, without exercises", page=True, text=True)
        try:
            raw = self.listing.read(entry)
        except Refused as error:
            return Seen(by_name, "its name", why=str(error), text=declared)
        is_notebook = b'"nbformat"' in raw
        if not declared and not is_notebook:
            return Seen()
        points, told = Counter(), {}
        for kind, (pattern, weight, words) in enumerate(EVIDENCE):
            count = Counter(self.whose.get((kind, item)) for item in set(pattern.findall(raw)))
            del count[None]
            for notebook, number in count.items():
                points[notebook] += weight * number
                told.setdefault(notebook, []).append(f"{number} {words}{'s' * (number > 1)}")
        if not points:
            if by_name and (sure or not is_notebook):
                return Seen(by_name, "its name alone", "nothing in it is the course's; only its name says which "
                            "notebook it is" if is_notebook else "it cannot be read as a notebook", text=True)
            try:
                cells_in(raw)
            except Refused as error:
                return Seen(text=True, why=str(error))
            return Seen(text=True, why="nothing in it is the course's: no grade id, cell id or function "
                                       f"({', '.join(self.notebooks)})")
        most = max(points.values())
        best = [notebook for notebook, number in points.items() if number == most]
        notebook = by_name if by_name in best else min(best, key=self.notebooks.index)
        doubt = f"its name says {by_name}, what it contains {notebook}" if sure and by_name != notebook else ""
        if not declared:
            doubt = f"it has no ending .ipynb and was read as a notebook{'; ' * bool(doubt)}{doubt}"
        return Seen(notebook, ", ".join(told[notebook]), doubt, text=True)

    def by_name(self, entry):
        """(notebook, sure) by the file's name, else by those of the folders around it."""
        found = [named(part, self.notebooks) for part in reversed(entry.parts[-4:])]
        return next((pair for pair in found if pair[1]), found[0])

    @functools.lru_cache(maxsize=4096)  # noqa: B019  one course for a command
    def work(self, entry):
        """(exercises and answers that were worked on, of how many); (-1, 0) when it cannot be read."""
        notebook, done, asked = self.seen(entry).notebook, 0, 0
        try:
            cells = cells_in(self.listing.read(entry))
        except (Refused, MemoryError):
            return -1, 0
        sources = {cell["source"].strip() for cell in cells}
        for cell in self.released[notebook]:
            if not cell["metadata"].get("nbgrader", {}).get("solution"):
                continue
            asked += 1
            if cell["cell_type"] == "code":
                names = "|".join(sorted(defines(cell["source"])))
                wanted = re.compile(rf"(?m)^[ \t]*def\s+({names})\s*\(")
                done += any(wanted.search(source) for source in sources - {cell["source"].strip()})
            else:
                done += cell["source"].strip() not in sources and any(
                    grade_id(other) == grade_id(cell) or other.get("id") == cell.get("id") for other in cells)
        return done, asked

