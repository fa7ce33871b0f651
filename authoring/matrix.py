"""`make matrix`: both tracks in every kind of environment that the course supports, results in CONTRIBUTING.md.

    python -m authoring.matrix                   all of them, one after the other; writes the table
    python -m authoring.matrix colab oldest      some of them, without writing

Environments are made, and kept, in .matrix.

Every cell of every notebook is run anew and what it prints is compared with what is stored, digit by digit; pictures
too, where matplotlib is of the minor version that drew them. A Python that this machine lacks is named in the table.
"""

import argparse
import dataclasses
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from authoring import ROOT, marked, project
from instructor import toml

BEGIN, END = "<!-- results of make matrix: it writes them -->", "<!-- end of results -->"
MEMORY = 500  # MB, what a kernel may take at most
TOOLS = ("nbval>=0.11,<0.12", "pytest", "ipykernel", "pillow")  # to re-run notebooks and compare
SHOWN = ("numpy", "matplotlib", "ipywidgets", "ipython", "ipykernel")  # their versions, in the table
DISPATCHED = ("from numpy._core._multiarray_umath import __cpu_dispatch__ as d, __cpu_features__ as f; "
              "print(*[n for n in d if f[n]])")


@dataclasses.dataclass
class Environment:
    """What is installed: `pins`, and for the rest the versions of constraints.txt if `locked`, the newest otherwise."""

    title: str
    python: str
    pins: tuple = ()
    locked: bool = False
    variables: dict = dataclasses.field(default_factory=dict)
    system: str = ""  # the only one that it is for, as platform.system() calls it


def oldest():
    """The lower end of every range."""
    return tuple(f"{need.name}=={each.version}" for need in project.direct()[""] for each in need.specifier
                 if each.operator == ">=")


def environments():
    """name -> Environment, of matrix.toml."""
    found = {name: Environment(**told) for name, told in toml.read(Path(__file__).with_suffix(".toml")).items()}
    found["oldest"].pins = oldest()
    return found


def find_python(version):
    """The path of a Python of this version (on the PATH, or pyenv's), or None."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [sys.executable, shutil.which(f"python{version}"),
                  *sorted(map(str, pyenv.glob(f"{version}.*/bin/python")), reverse=True)]
    for path in filter(None, candidates):
        program = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
        asked = subprocess.run([path, "-c", program], check=False, capture_output=True, text=True)
        if asked.returncode == 0 and asked.stdout.strip() == version:
            return path
    return None


def make(environment, folder):
    """The environment's Python, made and filled in `folder`; None where this machine has no such Python."""
    base = find_python(environment.python)
    if base is None:
        return None
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.is_file():
        subprocess.run([base, "-m", "venv", "--clear", str(folder)], check=True)
    wanted = [*map(str, project.direct()[""]), *TOOLS, *environment.pins,
              *(["-c", "constraints.txt"] if environment.locked else ["--upgrade"])]
    subprocess.run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *wanted], cwd=ROOT,
                   check=True)
    return python


def ask(python, program, **more):
    return subprocess.run([python, "-c", program], check=True, capture_output=True, text=True, **more).stdout.strip()


def named(cell):
    """A testcase of pytest's report that failed, in a few words: picture of solutions/06_truncated_bptt, Cell 13."""
    notebook = cell.get("classname").removeprefix("notebooks.").removesuffix(".ipynb")
    notebook = notebook.replace("solutions.", "solutions/")
    picture = any(found.get("name") == "differs" and found.get("value") == "picture" for found in cell.iter("property"))
    return f"{'picture of ' if picture else ''}{notebook}, {cell.get('name')}"


def run(environment, python):
    """One row of the table, and what differs."""
    env = {**os.environ, "PYDEVD_DISABLE_FILE_VALIDATION": "1", **environment.variables}
    if env.get("NPY_DISABLE_CPU_FEATURES") == "all":
        env["NPY_DISABLE_CPU_FEATURES"] = ask(python, DISPATCHED)
    env.pop("PYTHONPATH", None)  # the setup cell finds the package by itself
    versions = ask(python, "import platform; from importlib.metadata import version; "
                           f"print(platform.python_version(), *map(version, {SHOWN}))")
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch, "report.xml")
        # the plugin first: IPython 7 puts a folder of its own on the path in which `tests` is another package
        options = ["-q", "-p", "tests.notebooks.rerun", "-p", "no:cacheprovider", "-o", "addopts=",
                   "-o", "filterwarnings=default",  # old packages warn of what new ones under them will take away
                   "--import-mode=importlib", "--nbval-cell-timeout=300", "--nbval-current-env", f"--junitxml={report}"]
        process = subprocess.Popen([python, "-m", "pytest", *options, "notebooks"],
                                   cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = process.stdout.read()
        *_, usage = os.wait4(process.pid, 0)  # of pytest and of every kernel it started: the largest
        if not report.is_file():
            sys.exit(f"{environment.title}: pytest did not run\n{said}")
        cells = list(ElementTree.parse(report).iter("testcase"))
    bad = [named(cell) for cell in cells for _ in (*cell.iter("failure"), *cell.iter("error"))]
    skipped = sum(cell.find("skipped") is not None for cell in cells)
    megabytes = usage.ru_maxrss // (1024**2 if sys.platform == "darwin" else 1024)
    if bad:
        print(said)
    if megabytes > MEMORY:
        bad.append(f"{megabytes} MB of memory, at most {MEMORY}")
    pictures = "compared" if not skipped else "another matplotlib drew them"
    disk = sum(path.lstat().st_size for path in python.parents[1].rglob("*")) // 1024**2
    return [environment.title, *versions.split(), str(len(cells)), "; ".join(bad) or "none", pictures, str(megabytes),
            str(disk)], bad


HEAD = ["environment", "Python", "NumPy", "matplotlib", "ipywidgets", "IPython", "ipykernel", "cells run",
        "cells that differ", "pictures", "memory, MB", "disk, MB"]


def result(environment, folder):
    """(row of the table, what is wrong): None where this machine lacks the Python."""
    here = environment.system in ("", platform.system())
    python = make(environment, folder) if here else None
    if python is None:
        missing = environment.python if here else environment.system
        return [environment.title, f"{missing} is not on this machine: not run", *[""] * (len(HEAD) - 2)], None
    return run(environment, python)


def refreshed(text, rows):
    """CONTRIBUTING.md's text with these rows between its marks."""
    lines = [HEAD, ["---"] * len(HEAD), *rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return marked.put(text, BEGIN, END, table, ("CONTRIBUTING.md", "the results"))


def main(arguments=None):
    every = environments()
    parser = argparse.ArgumentParser(prog="python -m authoring.matrix",
                                     description="Both tracks in every supported environment.")
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(every)}; all when none is given")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in every:
            parser.error(f"no environment {name!r}; there are {', '.join(every)}")
    rows, wrong = [], 0
    for name in options.names or every:
        row, bad = result(every[name], ROOT / ".matrix" / name)
        rows.append(row)
        wrong += bool(options.names) if bad is None else len(bad)  # asked for by name, it must run
        print(" | ".join(row), flush=True)
    if not options.names:
        path = ROOT / "CONTRIBUTING.md"
        path.write_text(refreshed(path.read_text(encoding="utf-8"), rows), encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
