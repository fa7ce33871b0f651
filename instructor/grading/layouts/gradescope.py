"""Gradescope: Review Grades > Export Submissions."""

import re

import yaml

from instructor.grading.layouts.base import Claim, Layout, utc
from instructor.grading.names import Who
from instructor.grading.notebook_file import Refused

FILE = re.compile(r"(?i)submission_metadata\.ya?ml$")
HANDED_IN = re.compile(r"(?:assignment_\d+_)?submission_\w+(?:\.pdf)?$")


class Gradescope(Layout):
    """`submission_123456/x.ipynb`, and `submission_metadata.yml` with the names of those who handed it in; of a group
    everybody has a row. Gradescope is given no points: it makes its own.
    """

    title, order = "Gradescope", 15

    def knows(self, node):
        return any(FILE.match(entry.parts[-1]) for entry in node.files)

    def read(self, node, found, course, again):
        files = [entry for entry in node.files if FILE.match(entry.parts[-1])]
        node.take_files(files)
        for entry in files:
            try:
                known, times = submitters(course.listing.read(entry).decode(errors="replace"))
                found.left.append((entry, "Gradescope's own list"))
            except (Refused, yaml.YAMLError) as error:
                known, times = {}, {}
                found.left.append((entry, f"Gradescope's own list cannot be read: {str(error)[:100]}"))
            for name in filter(HANDED_IN.match, list(node.folders)):
                around, taken = node.around(), node.take(name)
                people = known.get(name) or [Who(name)]
                for who in people:
                    found.claims.append(Claim(self, who, list(taken), around, times.get(name, 0), "" if name in
                                              known else "submission_metadata.yml does not say whose it is"))
                known.pop(name, None)
            for name, people in known.items():  # a file of a scan, or what somebody has taken out
                here = [entry for entry in node.files if entry.parts[-1] == name]
                node.take_files(here)
                found.claims += [Claim(self, who, [(entry, name) for entry in here], (*node.around(), name),
                                       doubt="" if here else f"{name} is not there") for who in people]

    def tables(self, pupils, notebooks, maximum):
        """Names, numbers and addresses as in Gradescope's own exports."""
        rows = [["Name", "SID", "Email", *notebooks]]
        for pupil in pupils:
            sid, mail = pupil.number, pupil.column("email")
            if "@" in sid:  # somebody without an SID
                sid, mail = "", sid
            rows.append([pupil.name, sid, mail, *(pupil.points.get(notebook) for notebook in notebooks)])
        yield "gradescope.csv", rows


def submitters(text):
    """Folder -> list of Who, and folder -> when in ns, of submission_metadata.yml, the rest of which may be very large.
    """
    found, times, lines, name = {}, {}, text.splitlines(), None
    for at, line in enumerate(lines):
        if line[:1].strip() and line.rstrip().endswith(":"):
            name = line.rstrip()[:-1].strip("'\"")
            name = name if HANDED_IN.match(name) else None  # no file of a name that a student chose
        elif name and line.startswith("  :created_at:"):
            times.setdefault(name, utc(" ".join(lines[at:at + 2])))
        elif name and name not in found and line.strip() == ":submitters:":
            indent = len(line) - len(line.lstrip())
            block = []
            for inner in lines[at + 1:]:
                deeper = len(inner) - len(inner.lstrip())
                if deeper < indent or deeper == indent and not inner.lstrip().startswith("-"):
                    break
                block.append(inner)
            block = "\n".join(block[:1000])
            if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(block)):
                raise yaml.YAMLError("it holds an alias, and a few of those can make gigabytes")
            people = yaml.safe_load(block) or []
            found[name] = [Who(str(person.get(":name") or person.get(":email") or name),
                               str(person.get(":sid") or person.get(":email") or ""))
                           for person in people if isinstance(person, dict)]
    return found, times
