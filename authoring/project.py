"""What pyproject.toml and constraints.txt say: what the course needs, and at which versions."""

from packaging.requirements import Requirement

from authoring import ROOT
from instructor import toml

NAME = "rnn-helpers"


def direct(root=ROOT):
    """Extra -> the requirements that it adds, every learner's under ""; an extra named in an extra is left out."""
    project = toml.read(root / "pyproject.toml")["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: [need for need in map(Requirement, lines) if need.name != NAME] for extra, lines in groups.items()}


def pins(root=ROOT):
    """Package -> the version that constraints.txt gives it on this Python and platform."""
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {need.name: str(need.specifier).removeprefix("==")
            for need in wanted if need.marker is None or need.marker.evaluate()}
