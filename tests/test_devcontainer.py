"""The dev container: it does what `make lab` does, and names the Python that this makes."""

import json
import re

from tests.test_setup import ROOT

CONTAINER = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())


def test_it_runs_the_launcher_and_opens_what_is_there():
    _, script, extra = CONTAINER["postCreateCommand"].split()
    assert (ROOT / script).is_file() and f"@sh {script} {extra}\n" in (ROOT / "Makefile").read_text()
    python = CONTAINER["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    assert python.removeprefix("${containerWorkspaceFolder}/") == re.search(
        r"^python := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    assert all((ROOT / name).is_file() for name in CONTAINER["customizations"]["codespaces"]["openFiles"])
    assert re.fullmatch(r"mcr\.microsoft\.com/devcontainers/python:3\.1[0-3]", CONTAINER["image"])
