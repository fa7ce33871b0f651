"""python -m authoring.licences: THIRD_PARTY.md, the direct dependencies and the licences that their metadata states.

A row that is there stays as it is, and so does the text above; delete a row to have the package asked again.
"""

import re
import sys
from importlib import metadata

from authoring import ROOT, project

FILE = ROOT / "THIRD_PARTY.md"
PURPOSES = {"": "for every learner", "lab": "to open notebooks, and to re-run them",
            "test": "to test and build the course", "torch": "a witness in tests", "grading": "to grade a class",
            "browser": "tests in a browser", "bench": "to measure speed", "lock": "to write constraints.txt",
            "site": "pages to read", "release": "to build the wheel"}


def licence(name):
    """The licence that an installed package states: an SPDX expression, or the name in its classifier."""
    about = metadata.metadata(name)
    classifiers = [value.split(" :: ")[-1]
                   for value in about.get_all("Classifier", []) if value.startswith("License :: OSI Approved :: ")]
    first = (about.get("License") or "").strip().split("\n")[0]
    return about.get("License-Expression") or (first if 0 < len(first) <= 40 else "") or ", ".join(classifiers)


def listed():
    """Package -> licence, as the file has them."""
    return dict(re.findall(r"^\| ([\w.-]+) \| (.+) \|$", FILE.read_text(encoding="utf-8"), re.MULTILINE))


def markdown(groups, known):
    """The file for extra -> requirements, what stands above its tables as it is; `known`: package -> licence."""
    parts = [FILE.read_text(encoding="utf-8").partition("\n## ")[0]]
    for extra, needs in groups.items():
        if needs:
            title = f"`{extra}`: {PURPOSES.get(extra, '')}".rstrip(": ") if extra else PURPOSES[extra].capitalize()
            rows = [f"| {need.name} | {known[need.name]} |" for need in sorted(needs, key=lambda need: need.name)]
            parts.append("\n".join([f"## {title}", "", "| package | licence |", "|---|---|", *rows, ""]))
    return "\n".join(parts)


def main():
    groups, known = project.direct(), listed()
    for need in (need for needs in groups.values() for need in needs if need.name not in known):
        try:
            known[need.name] = licence(need.name)
        except metadata.PackageNotFoundError as error:
            sys.exit(f"No licence is known for {error}: install it, or add its row to {FILE.name}.")
    FILE.write_text(markdown(groups, known), encoding="utf-8")
    print(FILE)


if __name__ == "__main__":
    main()
