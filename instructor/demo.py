"""`make demo-class`: twelve made-up students, as Brightspace hands them over, to try a term's grading on."""

import copy
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
POLICY = Path(__file__).with_name("demo.toml")


def solved(week):
    return json.loads((ROOT / "notebooks" / "solutions" / f"{week}.ipynb").read_text(encoding="utf-8"))


def untouched(week):
    return json.loads((ROOT / "notebooks" / f"{week}.ipynb").read_text(encoding="utf-8"))


def graded(notebook):
    """grade id -> cell of what is asked for."""
    return {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in notebook["cells"]
            if cell["metadata"].get("nbgrader", {}).get("solution")}


def own_words(notebook, words):
    """The notebook with an answer of the student's own instead of the model answer."""
    for name, cell in graded(notebook).items():
        if name in WRITTEN:
            cell["source"] = words
    return notebook


def wrong(old, new):
    """A student who writes `new` where the solution says `old`."""

    def change(week):
        notebook = own_words(solved(week), "The state keeps what was read before, and each step changes it.")
        for cell in graded(notebook).values():
            cell["source"] = "".join(cell["source"]).replace(old, new)
        return notebook

    return change


def half(week):
    """Somebody who did the first exercise only."""
    notebook, first = untouched(week), next(iter(graded(solved(week)).items()))
    graded(notebook)[first[0]]["source"] = first[1]["source"]
    return notebook


def plain(week):
    return own_words(solved(week), "Adding the words up gives the same sum in every order; the state does not.")


def elsewhere(week):
    """What an editor leaves that drops metadata and cell ids, with scratch work below."""
    notebook = plain(week)
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"], cell["id"] = {}, f"cell{number}"
    scratch = copy.deepcopy(next(cell for cell in notebook["cells"] if cell["cell_type"] == "code"))
    notebook["cells"].append({**scratch, "id": "scratch", "source": "h = 'tried something here'"})
    return notebook


# (name, number, what each week holds, when; None: nothing was handed in)
STUDENTS = (
    ("Ada Lovelace", 4001, plain, DUE),
    ("Alan Turing", 4002, wrong("Wh @ h_prev", "Wh.T @ h_prev"), DUE),
    ("Annie Easley", 4003, wrong("np.tanh(", "np.exp("), DUE),
    ("Dorothy Vaughan", 4004, half, DUE),
    ("Emmy Noether", 4005, plain, LATE),
    ("Grace Hopper", 4006, elsewhere, DUE),
    ("Hedy Lamarr", 4007, wrong("h_states[-1]", "h_states[0]"), DUE),
    ("Katherine Johnson", 4008, plain, LATE),
    ("Mary Jackson", 4009, wrong("    return", "   return"), DUE),
    ("Radia Perlman", 4010, untouched, DUE),
    ("Sophie Germain", 4011, wrong("h_t + c", "h_t"), DUE),
    ("Srinivasa Ramanujan", 4012, None, None),
)


def bundle(week):
    """A zip as Brightspace's Download makes it; its names say when something was handed in."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as out:
        for name, number, work, when in STUDENTS:
            if work:
                when = f"{when + datetime.timedelta(weeks=WEEKS.index(week)):%b %d, %Y %I%M %p}"
                notebook = work(week)
                for cell in notebook["cells"]:
                    cell.update({"outputs": []} if cell["cell_type"] == "code" else {})
                out.writestr(f"{number}-77 - {name} - {when}/{week}.ipynb", json.dumps(notebook, indent=1))
    return raw.getvalue()


def make(folder):
    """Write the class into a folder: two zips, a list of participants, grading.toml."""
    folder = Path(folder)
    for week in WEEKS:
        atomic.write(folder / f"{week}.zip", bundle(week))
    lines = ["First name,Last name,ID number,Email address,Groups"]
    lines += [f"{name.split()[0]},{name.split()[1]},{number},{name.split()[0].lower()}@example.org,{'AB'[number % 2]}"
              for name, number, *_ in STUDENTS]
    atomic.write(folder / "participants.csv", "\n".join(lines) + "\n")
    if not (folder / "grading" / "grading.toml").exists():
        atomic.write(folder / "grading" / "grading.toml", POLICY.read_bytes())
    print(f"{folder} holds a class of {len(STUDENTS)}. INSTRUCTORS.md, \"A term in ten minutes\", says how to go on.")
    return 0
