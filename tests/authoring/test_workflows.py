"""GitHub's workflows: they parse, they may do little, and what they call exists."""

import re

import pytest
import yaml

from authoring.project import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
MAY = {("pages", "publish"): {"pages": "write", "id-token": "write"},
       ("weekly", "newest"): {"contents": "read", "issues": "write"}}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_calls_what_exists_and_may_do_no_more_than_it_must(path):
    flow = yaml.safe_load(path.read_text())
    assert flow["name"] == path.stem and True in flow  # YAML reads the key `on` as true
    assert flow["permissions"] == {"contents": "read"}
    for name, job in flow["jobs"].items():
        assert job["timeout-minutes"] <= 60
        assert job.get("permissions", {}) == MAY.get((path.stem, name), {})
        for step in job["steps"]:
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/checkout@v1")), step
            run = step.get("run", "")
            assert "${{" not in run, f"{run}: an expression in a shell line can carry commands; hand it over in env"
            assert set(re.findall(r"^make ([\w-]+)", run, re.MULTILINE)) <= TARGETS
            assert not re.match("python", run), f"{run}: a runner's Python has no packages, make brings them"
            for script in re.findall(r"(?:bash|sh) (\S+)", run):
                assert (ROOT / script).is_file()


def test_make_help_names_every_target():
    phony = set(re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[1].split())
    assert phony == TARGETS
    assert set(re.findall(r'@echo "make ([\w-]+)', MAKEFILE)) == TARGETS - {"help"}
