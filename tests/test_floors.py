"""The house has floors: a module imports from the floors below it, and `import rnn_helpers` loads NumPy alone."""

import ast
import pathlib
import subprocess
import sys

import pytest

PACKAGE = pathlib.Path(__file__).parents[1] / "rnn_helpers"
FLOORS = [
    {"course", "layout", "page", "atomic"},
    {"validate", "progress_bar"},
    {"cell", "losses", "caches"},
    {"readout", "bptt", "gradcheck"},
    {"model", "credit", "growth", "walk"},
    {"data", "text", "training", "rising_loss"},
    {"streaming", "echo", "one_bit"},
    {"plots", "check", "questions"},
    {"explore", "quiz"},
    {"__main__"},
]
OUTSIDE = {  # beside NumPy and the standard library
    "progress_bar": {"tqdm", "IPython"},
    "plots": {"IPython", "matplotlib"},
    "check": {"IPython"},
    "explore": {"matplotlib", "ipywidgets", "traitlets", "IPython"},
    "quiz": {"ipywidgets", "IPython"},
    "__main__": {"matplotlib"},
}


def floor_of(part):
    return next((level for level, parts in enumerate(FLOORS) if part in parts), None)


def imports(path):
    """Every module that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = ("rnn_helpers", *path.relative_to(PACKAGE).parts)[: -node.level]
                yield ".".join([*base, *filter(None, [node.module])])
            elif node.module == "rnn_helpers":
                yield from (f"rnn_helpers.{name.name}" for name in node.names)
            else:
                yield node.module


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_from_floors_below(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    part = parts[0]
    if part == "__init__":
        assert not list(imports(path))
        return
    assert floor_of(part) is not None, f"{part} stands on no floor; give it one in this test"
    for name in imports(path):
        package, _, rest = name.partition(".")
        if package == "rnn_helpers":
            target = rest.partition(".")[0]
            inside = target == part and len(parts) > 1
            assert inside or (floor_of(target) or 0) < floor_of(part), f"{part} imports {target}, which is not below it"
        elif package not in sys.stdlib_module_names:
            assert package in {"numpy"} | OUTSIDE.get(part, set()), f"{part} imports {package}"


def loaded(statement):
    code = f"import sys; {statement}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, text=True, capture_output=True, check=True)
    return set(run.stdout.split()) - set(sys.stdlib_module_names)


MATHEMATICS = sorted(set().union(*FLOORS[:7]))


def test_the_package_and_its_mathematics_load_numpy_alone():
    bare = loaded("pass")
    assert loaded("import rnn_helpers") - bare <= {"rnn_helpers", "numpy"}
    everything = "; ".join(f"import rnn_helpers.{name}" for name in MATHEMATICS)
    assert loaded(everything) - bare - {"_distutils_hack"} == {"rnn_helpers", "numpy"}


def test_checks_load_no_plots_and_nothing_loads_a_grading_tool():
    assert not {"matplotlib", "ipywidgets", "nbgrader"} & loaded("import rnn_helpers.check")
