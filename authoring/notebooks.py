"""Build the notebooks: one source, both tracks.

    python -m authoring.notebooks                 all of them
    python -m authoring.notebooks 03_bptt         one, both tracks
    python -m authoring.notebooks --check         what they would be refused for, as they stand; runs and writes nothing
    python -m authoring.notebooks --draft 03_bptt write in spite of refusals, while you are at work on it

`notebooks/solutions/NAME.ipynb` is edited; it is executed in a clean kernel and normalised. `notebooks/NAME.ipynb` is
made from it by nbgrader's own preprocessors, executed and normalised. Two runs give the same bytes. A notebook that
would mislead is refused (`refusals.py`), and then nothing of it is written.
"""

import argparse
import copy
import itertools
import multiprocessing
import os
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from authoring import ROOT, budget, links, normalise, notebook_table, refusals
from authoring.files import all_names, learner_path, read, solution_path, to_bytes, tracks, write
from authoring.refusals import Kind
from rnn_helpers import course
from rnn_helpers.check.progress import OFF

CELL_TIMEOUT = 120  # seconds
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
READING = re.compile(r"\A(?!#)(.+?)(?=\n\n(?:#|\*\*)|\Z)", re.DOTALL)  # up to a heading, or a task in bold
FOLDED = r"<details><summary>After your guess: what it shows</summary>\n\n\1\n\n</details>"


def dressed(nb, name, path, root):
    """A copy of a solved notebook with what the build writes into its cells: minutes, badges, set-up, a fold."""
    nb = copy.deepcopy(nb)
    if name in course.NOTEBOOKS:
        budget.write_time(nb)
    for cell in nb.cells:
        if cell.get("id") == "imports" and not cell.source.startswith("# @title "):
            cell.source = f"# @title Imports\n{cell.source}"
    links.refresh(nb, links.address(root), path.relative_to(root).as_posix())
    return nb


def solved_version(nb, name, root=ROOT):
    """The solved notebook's source as it is built, its metadata plain."""
    return normalise.notebook(dressed(nb, name, solution_path(name, root), root))


def learners_version(nb, name, root=ROOT):
    """The learners' notebook of a solved one, not executed: solutions cut, cells locked, checksums computed."""
    from nbgrader import preprocessors as pre

    nb, resources = dressed(nb, name, learner_path(name, root), root), {}
    for preprocessor in (pre.LockCells(), pre.ClearSolutions(code_stub={"python": STUB}), pre.ClearOutput(),
                         pre.CheckCellMetadata(), pre.ComputeChecksums(), pre.ClearHiddenTests(),
                         pre.ClearMarkScheme(), pre.ComputeChecksums(), pre.CheckCellMetadata()):
        nb, resources = preprocessor.preprocess(nb, resources)
    for cell, below in itertools.pairwise(nb.cells):
        if below.cell_type == "markdown" and normalise.waits(cell):
            below.source = READING.sub(FOLDED, below.source)
    return normalise.notebook(nb, learners=True)


def execute(nb, folder, env=None):
    """Run a notebook in a clean kernel that starts in `folder`; an error stops it and stays in the cell's output."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYDEVD_DISABLE_FILE_VALIDATION": "1",
           OFF: "1", **(env or {})}
    if not any(cell.cell_type == "code" for cell in nb.cells):
        return nb
    client = NotebookClient(nb, timeout=CELL_TIMEOUT, kernel_name="python3", store_widget_state=False,
                            resources={"metadata": {"path": str(folder)}}, extra_arguments=["--log-level=ERROR"])
    try:
        client.execute(env=env)
    except CellExecutionError:
        pass
    return nb


def check_source(nb, name, label):
    """Refusals of a notebook's sources: names, markers, points, and what does not fit into one sitting."""
    found = refusals.of_source(nb, label) + refusals.of_points(nb, label, name, *notebook_table.registry(name))
    return found + (budget.of_budget(nb, label) if name in course.NOTEBOOKS else [])


def check_as_it_stands(path, root=ROOT):
    """Refusals of a stored notebook, without running it."""
    nb, label = read(path), path.relative_to(root).as_posix()
    found = check_source(nb, path.stem, label) if path.parent.name == "solutions" else []
    return found + refusals.of_outputs(nb, label) + refusals.of_size(path.read_bytes(), label)


def build_track(name, learners, root=ROOT):
    """Execute and normalise one track; returns (path, notebook, refusals, seconds). Writes nothing."""
    start, nb = time.perf_counter(), read(solution_path(name, root))
    path = (learner_path if learners else solution_path)(name, root)
    label = path.relative_to(root).as_posix()
    nb = (learners_version if learners else solved_version)(nb, name, root)
    nb = normalise.notebook(execute(nb, path.parent), learners)
    found = refusals.of_outputs(nb, label) + refusals.of_size(to_bytes(nb), label)
    stopped = [refusal for refusal in found if refusal.kind is Kind.STOPS]
    if stopped:  # what follows an error was never run: say the error only
        found = stopped
    return path, nb, found, time.perf_counter() - start


def build(names, root=ROOT, draft=False, say=print):
    """Build notebooks, two tracks at a time; returns the refusals. A refused notebook is not written, nor its twin."""
    found, jobs = [], []
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        for name in names:
            nb = read(solution_path(name, root))
            refused = check_source(nb, name, solution_path(name, root).relative_to(root).as_posix())
            found += refused
            if not refused or (draft and not any(refusal.kind is Kind.UNREADABLE for refusal in refused)):
                if name in course.NOTEBOOKS:
                    say(f"{name}  {budget.of(nb)}")
                jobs.append((name, [pool.submit(build_track, name, learners, root) for learners in (False, True)]))
        for _, tracks_ in jobs:
            built = [job.result() for job in tracks_]
            refused = [refusal for _, _, more, _ in built for refusal in more]
            found += refused
            for path, nb, _, seconds in built:
                if not refused or draft:
                    changed = "written" if write(path, nb) else "unchanged"
                    say(f"{path.relative_to(root)}  {seconds:.1f} s  {len(to_bytes(nb)) // 1000} KB  {changed}")
    return found


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m authoring.notebooks", description="Build the notebooks.")
    parser.add_argument("names", nargs="*", help="03_bptt, or 03; all when none is given")
    parser.add_argument("--check", action="store_true",
                        help="report refusals without running anything or writing any file")
    parser.add_argument("--draft", action="store_true", help="write in spite of refusals")
    options = parser.parse_args(arguments)
    names = []
    for wanted in options.names:
        try:
            names.append(course.find(wanted, (*all_names(), *course.PAGES)))
        except ValueError as error:
            parser.error(str(error))
    names = names or [*all_names(), *course.PAGES]
    if options.check:
        paths = [path for path in tracks() if path.stem in names]
        found = [refusal for path in paths for refusal in check_as_it_stands(path)]
    else:
        found = build(names, draft=options.draft)
        notebook_table.write()
    for refusal in found:
        print(refusal, file=sys.stderr)
    if found:
        print(f"{len(found)} refusals", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
