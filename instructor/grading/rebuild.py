"""Puts a submission's sources on the notebook that was handed out."""

import ast
import hashlib
import json
import re
from dataclasses import dataclass, field

from instructor.grading.box.statements import without_magics

STUB = "raise NotImplementedError"


@dataclass
class Rebuilt:
    """A submission put on the release's skeleton.

    cells : list of (name, source) of code, in the release's order, with the student's additions at their places
    homes : exercise cell's grade id -> the name of its cell in `cells`
    sources : exercise cell's grade id -> its source
    answers : grade id of a written answer -> its text
    notes : what was unusual, in words
    digest : sha256 of everything that can change the score
    """

    cells: list
    homes: dict
    sources: dict
    answers: dict
    notes: list = field(default_factory=list)
    digest: str = ""


def grade_id(cell):
    """The nbgrader id of a cell, or None; whatever the metadata hold."""
    info = cell.get("metadata", {})
    info = info.get("nbgrader") if isinstance(info, dict) else None
    name = info.get("grade_id") if isinstance(info, dict) else None
    return name if isinstance(name, str) else None


def defines(source):
    """The top-level functions that a cell's source defines; none when it does not parse."""
    try:
        return {node.name for node in ast.parse(without_magics(source)).body if isinstance(node, ast.FunctionDef)}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(re.findall(r"^def\s+(\w+)\s*\(", source, re.M))  # a cell with an error still belongs somewhere


def is_stub(source):
    """Whether an exercise cell is as it was released."""
    return STUB in source and "YOUR CODE HERE" in source


def rebuild(release, submission):
    """Put a submission's sources on the release's skeleton.

    Parameters
    ----------
    release, submission : lists of cells; of the submission only cell types, sources, ids and grade ids are looked at

    Exercise cells are matched by grade id, else by cell id, else by the function they define; of several candidates the
    last that is not the stub counts. Checks and the course's other cells are taken from the release; cells that the
    student added stay, at their places.
    """
    notes, by_grade, by_id, by_function = [], {}, {}, {}
    for index, cell in enumerate(submission):
        if name := grade_id(cell):
            by_grade.setdefault(name, []).append(index)
        if isinstance(cell.get("id"), str):
            by_id.setdefault(cell["id"], []).append(index)
        if cell["cell_type"] == "code":
            for name in defines(cell["source"]):
                by_function.setdefault(name, []).append(index)
    released_sources = {cell["source"].strip() for cell in release}
    released_ids = {cell.get("id") for cell in release} | {grade_id(cell) for cell in release}
    used, chosen, homes, sources, answers = set(), {}, {}, {}, {}
    for cell in release:
        name, info = grade_id(cell), cell["metadata"].get("nbgrader", {})
        if not info.get("solution"):
            continue
        function = next(iter(sorted(defines(cell["source"]))), None) if cell["cell_type"] == "code" else None
        named = by_grade.get(name, [])
        if function:  # a duplicated or retyped cell may lie under any id, so every definition is looked at
            candidates = [i for i in dict.fromkeys([*named, *by_id.get(cell.get("id"), [])])
                          if function in defines(submission[i]["source"])] or []
            others = [i for i in by_function.get(function, []) if i not in candidates]
        else:
            candidates, others = named or by_id.get(cell.get("id"), []), []
        solved = [i for i in candidates if not is_stub(submission[i]["source"])]
        solved_others = [i for i in others if not is_stub(submission[i]["source"])]
        pick = solved[-1] if solved else solved_others[-1] if solved_others else (
            candidates[-1] if candidates else others[-1] if others else named[-1] if named else None)
        if pick is None:
            notes.append(f"the cell for {name} is missing")
            continue
        if len(candidates) > 1:
            notes.append(f"the cell for {name} is there {len(candidates)} times; the one changed last counts")
        if pick not in named:
            notes.append(f"the cell for {name} was found by {'the function it defines' if function else 'its cell id'}")
        used |= {pick, *candidates}
        chosen[name] = submission[pick]["source"]
        if cell["cell_type"] == "code":
            homes[name] = f"cell {name}"
            sources[name] = chosen[name]
        else:
            answers[name] = submission[pick]["source"]
    cells = []
    added = []  # (index of the release cell that it follows, name, source)
    known = {}
    for index, cell in enumerate(release):
        known[cell.get("id")] = known[grade_id(cell)] = index
    after = -1
    for index, cell in enumerate(submission):
        where = known.get(grade_id(cell)) if grade_id(cell) else known.get(cell.get("id"))
        if where is not None:
            after = where
        if index in used or cell["cell_type"] != "code" or cell["source"].strip() in {"", *released_sources}:
            continue
        if grade_id(cell) in released_ids - {None}:
            continue  # a changed check cell, or an unsolved copy: the release's own counts
        added.append((after, f"your cell {index + 1}", cell["source"]))
    for _, name, source in (a for a in added if a[0] == -1):
        cells.append((name, source))
    for index, cell in enumerate(release):
        if cell["cell_type"] == "code":
            name = grade_id(cell)
            solution = cell["metadata"].get("nbgrader", {}).get("solution")
            cells.append((f"cell {name or cell.get('id')}", chosen.get(name, cell["source"]) if solution
                          else cell["source"]))
        cells += [(name, source) for where, name, source in added if where == index]
    rebuilt = Rebuilt(cells, homes, sources, answers, notes)
    rebuilt.digest = hashlib.sha256(json.dumps([cells, sorted(answers.items())]).encode()).hexdigest()
    return rebuilt
