"""The house has floors: a module imports from those below it, never in a circle; rnn_helpers alone loads NumPy alone.

Imports inside functions count too. They are for what is heavy or may be missing (`LAZY`); our own modules are imported
at the top of a file.
"""

import ast
import functools
import graphlib
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
PACKAGES = ("rnn_helpers", "instructor", "authoring", "benchmarks")  # each knows those before it
FLOORS = [
    {"course", "layout", "page", "atomic", "start", "own"},
    {"validate", "progress_bar"},
    {"cell", "losses", "caches"},
    {"readout", "bptt", "gradcheck"},
    {"model", "credit", "walk"},
    {"data", "text", "training", "rising_loss"},
    {"streaming", "one_bit"},
    {"plots", "check", "questions"},
    {"live"},
    {"explore", "quiz"},
    {"__main__"},
]
OUTSIDE = {  # beside NumPy and the standard library
    "progress_bar": {"tqdm", "IPython"},
    "plots": {"IPython", "matplotlib", "PIL"},
    "check": {"IPython"},
    "live": {"ipywidgets", "IPython"},
    "explore": {"matplotlib", "traitlets", "IPython"},
    "quiz": {"IPython"},
    "__main__": {"matplotlib"},
}


LAZY = {"IPython", "dask", "jax", "matplotlib", "nbclient", "nbgrader", "playwright", "torch",
        "tqdm"}  # heavy, or may be missing
UNTIL_NEEDED = {  # the same of our own: what stands there works where a package is missing, and says so
    "rnn_helpers.__main__": {"numpy", "rnn_helpers"},
    "instructor.__main__": {"instructor"},
    "benchmarks.train": {"rnn_helpers"},  # each of its processes loads one library, and is timed
}


def name_of(path):
    """The dotted name of a module; a package's __init__.py is the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


def floor_of(part):
    return next((level for level, parts in enumerate(FLOORS) if part in parts), None)


@functools.cache
def imports(name, path=None):
    """What a module imports: a list of (dotted name, whether inside a function)."""
    path, found = path or MODULES[name], []
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {node for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node in inside) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            here = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
            base = [*here[:len(here) - node.level + 1], *filter(None, [node.module])] if node.level else [node.module]
            for alias in node.names:
                full = ".".join([*base, alias.name])
                found.append((full if full in MODULES else ".".join(base), node in inside))
    return found


def ours(name):
    """The module that a dotted name belongs to, or None when it is not of this repository."""
    parts = name.split(".")
    return next((found for n in range(len(parts), 0, -1) if (found := ".".join(parts[:n])) in MODULES), None)


def circle(graph):
    """The modules of a circle in {module: those that it imports}, first and last the same; [] when there is none."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1][::-1]
    return []


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("rnn_helpers")])
def test_a_module_imports_from_floors_below(name):
    _, *parts = name.split(".")
    if not parts:
        assert not imports(name)
        return
    part = parts[0]
    assert floor_of(part) is not None, f"{part} stands on no floor; give it one in this test"
    for imported, _ in imports(name):
        package, _, rest = imported.partition(".")
        if package == "rnn_helpers":
            target = rest.partition(".")[0]
            inside = target == part and len(MODULES[name].relative_to(ROOT).parts) > 2
            assert inside or (floor_of(target) or 0) < floor_of(part), f"{part} imports {target}, not below it"
        elif package not in sys.stdlib_module_names:
            assert package in {"numpy"} | OUTSIDE.get(part, set()), f"{part} imports {package}"


def test_a_package_knows_those_below_it_only():
    for name in MODULES:
        below = PACKAGES[:PACKAGES.index(name.partition(".")[0]) + 1]
        above = {imported for imported,
                 _ in imports(name) if ours(imported) and imported.partition(".")[0] not in below}
        assert not above, f"{name} imports {', '.join(sorted(above))}"


def test_nothing_is_imported_in_a_circle():
    graph = {name: {ours(imported) for imported, _ in imports(name)} - {None, name} for name in MODULES}
    assert not circle(graph)


def test_inside_functions_only_what_is_heavy_or_may_be_missing_is_imported():
    for name in MODULES:
        late = {imported.partition(".")[0] for imported, inside in imports(name) if inside}
        late -= LAZY | UNTIL_NEEDED.get(name, set()) | set(sys.stdlib_module_names)
        assert not late, f"{name} imports {', '.join(sorted(late))} inside a function, not at the top of the file"


def test_a_planted_circle_is_found(tmp_path):
    path = tmp_path / "links.py"
    path.write_text("import re\n\n\ndef stamp():\n    from authoring.notebooks import build\n    return build\n")
    assert imports("authoring.links", path) == [("re", False), ("authoring.notebooks", True)]
    assert ours("authoring.notebooks.build") == "authoring.notebooks" and ours("numpy.linalg") is None
    assert circle({"links": {"notebooks"}, "notebooks": {"links", "names"}, "names": set()})[0] in ("links",
                                                                                                    "notebooks")


def loaded(statement):
    code = f"import sys; {statement}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=True)
    return set(run.stdout.split()) - set(sys.stdlib_module_names)


MATHEMATICS = sorted(set().union(*FLOORS[:7]))


def test_the_package_and_its_mathematics_load_numpy_alone():
    bare = loaded("pass")
    assert loaded("import rnn_helpers") - bare <= {"rnn_helpers", "numpy"}
    everything = "; ".join(f"import rnn_helpers.{name}" for name in MATHEMATICS)
    assert loaded(everything) - bare - {"_distutils_hack"} == {"rnn_helpers", "numpy"}


def test_checks_load_no_plots_and_nothing_loads_a_grading_tool():
    assert not {"matplotlib", "ipywidgets", "nbgrader"} & loaded("import rnn_helpers.check")
