"""`make demo-class`: twelve made-up students, as Brightspace hands them over, to try a term's grading on."""

import copy
import csv
import datetime
import io
import json
import zipfile
from pathlib import Path

from instructor import ROOT
from rnn_helpers import atomic
from rnn_helpers.check import WRITTEN

WEEKS = ("01_rnn_cell", "02_forward_pass")
DUE, LATE = datetime.datetime(2026, 10, 12, 20, 0), datetime.datetime(2026, 10, 14, 9, 30)
CLASS = Path(__file__).with_name("demo_class")  # the list of participants, and the rules
SAYS = "The state keeps what was read before, and each step changes it."
SLIPS = {  # what a student writes, where the solution has something else
    "Alan Turing": ("Wh @ h_prev", "Wh.T @ h_prev"), "Annie Easley": ("np.tanh(", "np.exp("),
    "Hedy Lamarr": ("h_states[-1]", "h_states[0]"), "Mary Jackson": ("    return", "   return"),
    "Sophie Germain": ("h_t + c", "h_t")}
DONE = {"Dorothy Vaughan": 1, "Radia Perlman": 0}  # how many of a week's tasks somebody did who did not do them all
TARDY, NEVER, ELSEWHERE = {"Emmy Noether", "Katherine Johnson"}, "Srinivasa Ramanujan", "Grace Hopper"


def cells_of(name):
    notebook = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    return notebook, {cell["id"]: cell for cell in notebook["cells"]}


def work(student, week):
    """A student's notebook of a week: the solved one in their own words, with their slip, as far as they came."""
    (notebook, cells), (_, released) = cells_of(f"solutions/{week}"), cells_of(week)
    asked = [cell for cell in cells.values() if cell["metadata"].get("nbgrader", {}).get("solution")]
    for number, cell in enumerate(asked):
        written = cell["metadata"]["nbgrader"]["grade_id"] in WRITTEN
        own = SAYS if written else "".join(cell["source"]).replace(*SLIPS.get(student, ("", "")))
        cell["source"] = own if number < DONE.get(student, len(asked)) else released[cell["id"]]["source"]
    for number, cell in enumerate(notebook["cells"]):
        cell |= {"outputs": []} if cell["cell_type"] == "code" else {}
        if student == ELSEWHERE:  # an editor that drops metadata and cell ids
            cell |= {"metadata": {}, "id": f"cell{number}"}
    if student == ELSEWHERE:  # scratch work below
        scratch = copy.deepcopy(next(cell for cell in notebook["cells"] if cell["cell_type"] == "code"))
        notebook["cells"].append(scratch | {"id": "scratch", "source": "h = 'tried something here'"})
    return notebook


def bundle(week, numbers):
    """A zip as Brightspace's Download makes it; its names say when something was handed in. numbers : student -> id"""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as out:
        for student, number in numbers.items():
            when = (LATE if student in TARDY else DUE) + datetime.timedelta(weeks=WEEKS.index(week))
            if student != NEVER:
                out.writestr(f"{number}-77 - {student} - {when:%b %d, %Y %I%M %p}/{week}.ipynb",
                             json.dumps(work(student, week), indent=1))
    return raw.getvalue()


def make(folder):
    """Write the class into a folder: two zips, a list of participants, grading.toml."""
    folder, people = Path(folder), (CLASS / "participants.csv").read_text(encoding="utf-8")
    numbers = {f"{first} {last}": number for first, last, number, *_ in [*csv.reader(people.splitlines())][1:]}
    for week in WEEKS:
        atomic.write(folder / f"{week}.zip", bundle(week, numbers))
    atomic.write(folder / "participants.csv", people)
    if not (folder / "grading" / "grading.toml").exists():
        atomic.write(folder / "grading" / "grading.toml", (CLASS / "grading.toml").read_bytes())
    print(f"{folder} holds a class of {len(numbers)}. INSTRUCTORS.md, \"A term in ten minutes\", says how to go on.")
    return 0
