"""The tests with the newest packages, whatever pyproject.toml allows: `make newest`; a workflow runs it every week.

A fresh environment gets what learners and tests need, without pins and upper bounds. The report, newest.md, says which
packages have left our ranges, which have moved since constraints.txt, and which tests fail.
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
TAIL = 120  # lines of what fails that the report keeps


def needed():
    """The direct dependencies of learners and tests, by name."""
    groups = project.direct()
    return {need.name: need for extra in EXTRAS for need in groups[extra]}


def report(outcome, needs, tested, found, lines):
    """In Markdown. needs, tested, found : package -> Requirement, version in constraints.txt, newest version

    lines : of what failed
    """
    text = [f"# Newest packages: {outcome}", "",
            f"Python {platform.python_version()} on {platform.system()}; `make newest` runs it.", "",
            "| package | allowed | tested with | newest | |", "|---|---|---|---|---|"]
    for name, need in sorted(needs.items()):
        have, pin = found.get(name, "not installed"), tested.get(name, "")
        outside = name in found and not need.specifier.contains(have, prereleases=True)
        note = "**outside our range**" if outside else "" if have == pin else "moved"
        text.append(f"| {name} | {need.specifier} | {pin} | {have} | {note} |")
    return "\n".join([*text, "", *(["```text", *lines[-TAIL:], "```", ""] if lines else [])])


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m authoring.newest",
                                     description="Run the tests with the newest packages.")
    parser.add_argument("tests", nargs="*", help="what pytest gets (default: everything but tests/browser)")
    tests = parser.parse_args(arguments).tests
    with tempfile.TemporaryDirectory() as scratch:
        python = Path(scratch, "Scripts" if os.name == "nt" else "bin", "python")
        pip, env = [python, "-m", "pip"], {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run([sys.executable, "-m", "venv", scratch], check=True)
        steps = {"they cannot be installed": [*pip, "install", "-qq", "--upgrade", *needed()],
                 "tests fail": [python, "-m", "pytest", "-q", "-m", "", "-rfE", "--tb=short", "-p", "no:cacheprovider",
                                "--ignore=tests/browser", *tests]}
        for failure, step in steps.items():
            done = subprocess.run(step, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            outcome, lines = (failure, done.stdout.splitlines()) if done.returncode else ("all tests pass", [])
            if done.returncode:
                break
        listed = subprocess.run([*pip, "list", "--format", "json"], stdout=subprocess.PIPE, text=True, check=True)
        found = {package["name"].lower().replace("_", "-"): package["version"] for package in json.loads(listed.stdout)}
    text = report(outcome, needed(), project.pins(), found, lines)
    (ROOT / "newest.md").write_text(text, encoding="utf-8")
    print(text)
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
