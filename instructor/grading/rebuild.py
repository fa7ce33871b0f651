"""Puts a submission's sources on the notebook that was handed out, in the order in which a kernel would run them."""

import ast
import functools
import hashlib
import json
import re
import sys
from dataclasses import dataclass, field

from IPython.core.inputtransformer2 import TransformerManager

from instructor.grading.statements import names_bound, parsed

RUNS = r"%(?:time|timeit|prun|memit|mprun|lprun)\b"  # what stands behind these magics is run as it is
VERSION = ".".join(map(str, sys.version_info[:2]))
SPECIAL, MOST_SPECIAL = r"(?m)^[ \t]*[%!?].*$|^.*\?[ \t]*$", 50  # IPython reads the whole cell again for each
RUNS_CELL = rf"%{RUNS}|%%(?:capture|debug)\b"
WRITES = re.compile(r"\s*%%(?:writefile|file)[ \t]+(?:\./)?([A-Za-z_]\w*)\.py[ \t]*\n")
RUNS_FILE = re.compile(r"(?m)^(?:%run[ \t]+(?:-\w+[ \t]+)*['\"]?|exec\(open\(['\"])(?:\./)?([A-Za-z_]\w*)\.py\b.*$")


@dataclass
class Rebuilt:
    """A submission put on the release's skeleton.

    cells : list of (name, Python) of code: the submission's in its own order, the release's where they are missing
    checked : exercise's check, "check_NAME" -> how many of the cells are run before it
    homes : exercise cell's grade id -> the name of its cell in `cells`
    sources : exercise cell's grade id -> its source
    answers : grade id of a written answer -> its text
    files : name of a module that %%writefile writes -> its source
    notes : what was unusual, in words
    digest : sha256 of everything that can change the score
    """

    cells: list = field(default_factory=list)
    checked: dict = field(default_factory=dict)
    homes: dict = field(default_factory=dict)
    sources: dict = field(default_factory=dict)
    answers: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    digest: str = ""


def grade_id(cell):
    """The nbgrader id of a cell, or None; whatever the metadata hold."""
    info = cell.get("metadata", {})
    info = info.get("nbgrader") if isinstance(info, dict) else None
    name = info.get("grade_id") if isinstance(info, dict) else None
    return name if isinstance(name, str) else None


def does_not_parse(source):
    """(kind of error, line) of a source that is no Python, else ""."""
    return parsed(source)[1]


@functools.lru_cache(maxsize=256)
def python_of(source):
    """The Python that a kernel makes of a cell: IPython's own syntax becomes calls of `get_ipython()`.

    What cell magics run that is no Python is left out; a cell that IPython does not understand stays as it is.
    """
    if not does_not_parse(source):
        return source
    first, _, rest = source.lstrip().partition("\n")
    if re.match(RUNS_CELL, first):
        return python_of("\n" + rest)
    if first.startswith("%%"):
        return ""
    if len(re.findall(SPECIAL, source)) > MOST_SPECIAL:
        return re.sub(SPECIAL, "", source)
    try:
        found = TransformerManager().transform_cell(re.sub(rf"(?m)^([ \t]*){RUNS}[ \t]+(?=[^-\s])", r"\1", source))
    except Exception:  # of a tokenizer and many transformers, on whatever there is
        return source
    return source if does_not_parse(found) else found


def defines(source):
    """The names that a cell's Python binds at its top level; those of its functions when it does not parse."""
    if does_not_parse(source):
        return set(re.findall(r"^def\s+(\w+)\s*\(", source, re.M))  # a cell with an error still belongs somewhere
    return set().union(*(names_bound(node) for node in parsed(source)[0] if not isinstance(node, ast.Expr)))


def is_stub(source):
    """Whether an exercise cell is as it was released: its functions hold nothing but `raise NotImplementedError()`."""
    bodies = [[part for part in node.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
              for node in parsed(source)[0] if isinstance(node, ast.FunctionDef)]
    return bool(bodies) and all(
        len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplementedError" in ast.unparse(body[0])
        for body in bodies)


def places(release, submission):
    """Which cell of the release each cell of a submission is, by grade id, cell id or text: indices, or None."""
    by_grade = {grade_id(cell): i for i, cell in enumerate(release) if grade_id(cell)}
    by_id = {cell["id"]: i for i, cell in enumerate(release) if "id" in cell}
    by_text = {}
    for i, cell in enumerate(release):
        by_text.setdefault(cell["source"].strip(), []).append(i)
    found = [by_grade.get(grade_id(cell), by_id.get(cell.get("id"))) for cell in submission]
    for i, cell in enumerate(submission):
        if found[i] is None and cell["source"].strip():
            found[i] = next((j for j in by_text.get(cell["source"].strip(), ()) if j not in found), None)
    return found


def in_order(release, submission, found):
    """(index in the submission or None, index in the release or None) of all cells: the submission's, and below each
    the release's that are missing there and follow it."""
    def missing_after(index):
        while (index := index + 1) < len(release) and index not in found:
            yield None, index

    order, done = [*missing_after(-1)], set()
    for i, place in enumerate(found):
        order.append((i, place))
        if place is not None and place not in done:
            done.add(place)
            order += missing_after(place)
    return order


def own_files(submission):
    """(sources in which a file that a cell above wrote stands where it is run, those files: name -> source)."""
    sources, files = [], {}
    for cell in submission:
        if match := WRITES.match(cell["source"]):
            files[match[1]] = cell["source"][match.end():]
        sources.append(RUNS_FILE.sub(lambda match: files.get(match[1], match[0]), cell["source"])
                       if files and cell["cell_type"] == "code" else cell["source"])
    return sources, files


def rebuild(release, submission):
    """Put a submission's sources on the release's skeleton.

    release, submission : lists of cells; of the submission only cell types, sources, ids and grade ids are looked at

    What counts is what a kernel would hold when an exercise's check is run: the submission's cells above its last check
    of that exercise, in their order. The release's cells are put in where they are missing, and before those that were
    changed. A function without a definition above its check is looked for below.
    """
    rebuilt, found = Rebuilt(), places(release, submission)
    homes = {i: function for i, cell in enumerate(release)
             if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution")
             and (function := next(iter(sorted(defines(cell["source"]))), None))}
    released = [place is not None and place not in homes and cell["source"].strip() == release[place]["source"].strip()
                for place, cell in zip(found, submission, strict=True)]
    sources, rebuilt.files = own_files(submission)
    python = [python_of(source) if cell["cell_type"] == "code" or place in homes else ""
              for place, cell, source in zip(found, submission, sources, strict=True)]
    named = [set() if same else defines(text) for text, same in zip(python, released, strict=True)]
    # an answer that became text by a slip of the hand is run, too
    runs = [not same and (cell["cell_type"] == "code" or homes.get(place) in names)
            for cell, place, names, same in zip(submission, found, named, released, strict=True)]
    solved = {function: [i for i, names in enumerate(named) if function in names and runs[i] and not is_stub(python[i])]
              for function in homes.values()}
    end, given = {}, set()  # index in the submission -> number of cells up to it; cells of the release that are in
    for i, place in in_order(release, submission, found):
        answered = place in homes and solved[homes[place]]
        if place is not None and place not in given and release[place]["cell_type"] == "code" and (
                place not in homes or i is None and not answered):
            given.add(place)
            rebuilt.cells.append((f"cell {grade_id(release[place]) or release[place].get('id')}",
                                  python_of(release[place]["source"])))
        if i is not None:
            if runs[i] and not (answered and is_stub(python[i])):
                rebuilt.cells.append((f"your cell {i + 1}", python[i]))
            end[i] = len(rebuilt.cells)
    for place, cell in enumerate(release):
        name, info = grade_id(cell), cell["metadata"].get("nbgrader", {})
        if info.get("grade") and not info.get("solution"):
            call = re.compile(rf"\bcheck\s*\.\s*{re.escape(name.removeprefix('check_'))}\s*\(")
            checks = [i for i, where in enumerate(found) if where == place or call.search(python[i])]
            rebuilt.checked[name] = end[max(checks)] if checks else len(rebuilt.cells)
    for place, function in homes.items():
        name = grade_id(release[place])
        upto = rebuilt.checked.get(f"check_{name}", len(rebuilt.cells))
        mine = [i for i, where in enumerate(found) if where == place]
        chosen = [i for i in solved[function] if end[i] <= upto] or solved[function] or mine
        if not chosen:
            rebuilt.notes.append(f"the cell for {name} is missing")
            continue
        pick = chosen[-1]
        if len(copies := [i for i in mine if function in named[i]]) > 1:
            rebuilt.notes.append(f"the cell for {name} is there {len(copies)} times; what its check sees counts")
        if pick not in mine or grade_id(submission[pick]) != name:
            how = "its cell id" if pick in mine else "the function it defines"
            rebuilt.notes.append(f"the cell for {name} was found by {how}")
        if end[pick] > upto:
            rebuilt.notes.append(f"{name} is defined below its check, which did not see it; it counts all the same")
        if submission[pick]["cell_type"] != "code":
            rebuilt.notes.append(f"the cell for {name} is not a code cell; it was run as one")
        rebuilt.homes[name] = f"your cell {pick + 1}"
        rebuilt.sources[name] = "\n\n".join(submission[i]["source"] for i in mine if function not in named[i]
                                            and pick in mine and i < pick) + "\n\n" + submission[pick]["source"]
        rebuilt.sources[name] = rebuilt.sources[name].strip("\n")
    special = [str(i + 1) for i, text in enumerate(python) if runs[i] and text != sources[i]]
    if special:
        rebuilt.notes.append(f"your cell {', '.join(special)}: lines for IPython that show, measure or ask the system "
                             "do nothing here")
    rebuilt.notes += [f"your cell {i + 1} was left out: {wrong[0]} in line {wrong[1]}, as Python {VERSION} reads it"
                      for i, text in enumerate(python) if runs[i] and found[i] not in homes
                      and (wrong := does_not_parse(text))]
    written_answers(release, submission, found, rebuilt)
    rebuilt.digest = hashlib.sha256(json.dumps([rebuilt.cells, rebuilt.checked, rebuilt.files,
                                                sorted(rebuilt.answers.items())]).encode()).hexdigest()
    return rebuilt


def written_answers(release, submission, found, rebuilt):
    """The texts of the written answers: their own cells, and text cells that a student put below them."""
    for place, cell in enumerate(release):
        if cell["cell_type"] == "code" or not cell["metadata"].get("nbgrader", {}).get("solution"):
            continue
        name, own = grade_id(cell), [i for i, where in enumerate(found) if where == place]
        above = own or [i for i, where in enumerate(found) if where == place - 1]
        if not above:
            rebuilt.notes.append(f"the cell for {name} is missing")
            continue
        more, i = [], above[-1] + 1
        while i < len(found) and found[i] is None and submission[i]["cell_type"] == "markdown":
            more.append(i)
            i += 1
        texts = [submission[i]["source"] for i in own + more if submission[i]["source"].strip()]
        rebuilt.answers[name] = "\n\n".join([t for t in texts if t.strip() != cell["source"].strip()]
                                            or [cell["source"]])
        if more:
            rebuilt.notes.append(f"the answer {name} is or goes on in your cell {', '.join(str(i + 1) for i in more)}")
        if re.search(r"!\[[^]\n]{0,200}\]\(|<img\b|\(a picture\)", rebuilt.answers[name]):
            rebuilt.notes.append(f"the answer {name} has a picture, which is to be seen in the file that was handed in")
