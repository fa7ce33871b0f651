"""The tests with the newest packages, whatever pyproject.toml allows: `make newest`; a workflow runs it every week.

A fresh environment gets what learners and tests need, without pins and upper bounds. The report says which packages
have left our ranges, which have moved since constraints.txt, and which tests fail.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from authoring import ROOT, project

EXTRAS = ("", "lab", "test")
TAIL = 120  # lines of the tests' output that the report keeps


def needed():
    """The direct dependencies of learners and tests, by name."""
    groups = project.direct()
    return {need.name: need for extra in EXTRAS for need in groups[extra]}


def install(folder, names):
    """A fresh environment in `folder` with the newest of `names`.

    Returns its Python, package -> version, and pip's complaint or "".
    """
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = subprocess.run([str(python), "-m", "pip", "install", "-qq", "--upgrade", *names], capture_output=True,
                          text=True)
    listed = subprocess.run([str(python), "-m", "pip", "list", "--format", "json"], capture_output=True, text=True,
                            check=True)
    found = {package["name"].lower().replace("_", "-"): package["version"] for package in json.loads(listed.stdout)}
    return python, found, done.stderr.strip() if done.returncode else ""


def test(python, arguments):
    """Run the tests with that Python: (did all pass, the last lines of what they say)."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([str(python), "-m", "pytest", "-q", "-m", "", "-rfE", "--tb=short", "-p", "no:cacheprovider",
                           "--ignore=tests/browser",
                           *arguments], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode == 0, done.stdout.splitlines()[-TAIL:]


def table(needs, found, tested):
    """Rows of Markdown for the direct dependencies: what we allow, what we test with, what is newest."""
    yield "| package | allowed | tested with | newest | |"
    yield "|---|---|---|---|---|"
    for name, need in sorted(needs.items()):
        have, pin = found.get(name, "not installed"), tested.get(name, "")
        note = "" if have == pin else "moved"
        if name in found and not need.specifier.contains(have, prereleases=True):
            note = "**outside our range**"
        yield f"| {name} | {need.specifier} | {pin} | {have} | {note} |"


def report(outcome, rows, lines):
    text = [f"# Newest packages: {outcome}", "",
            f"Python {platform.python_version()} on {platform.system()}; `make newest` runs it.", "",
            *rows, ""]
    return "\n".join([*text, "```text", *lines, "```", ""] if lines else text)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m authoring.newest",
                                     description="Run the tests with the newest packages.")
    parser.add_argument("--report", type=Path, default=ROOT / "newest.md")
    parser.add_argument("tests", nargs="*", help="what pytest gets (default: everything but tests/browser)")
    options = parser.parse_args(arguments)
    needs = needed()
    with tempfile.TemporaryDirectory() as scratch:
        python, found, complaint = install(Path(scratch, "venv"), needs)
        good, lines = (False, complaint.splitlines()[-TAIL:]) if complaint else test(python, options.tests)
    outcome = "all tests pass" if good else "they cannot be installed" if complaint else "tests fail"
    text = report(outcome, table(needs, found, project.pins()), [] if good else lines)
    options.report.write_text(text, encoding="utf-8")
    print(text)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
