"""What decides on an exercise, as a fingerprint: a regrade is due where it changes, and nowhere else."""

import ast
import functools
import hashlib
import importlib.util
import sys
from pathlib import Path

from instructor.grading.box.seccomp import TABLE
from instructor.grading.closure import Closure, modules, place

GRADING = Path(__file__).parent
text_of = functools.cache(ast.unparse)
BEGIN = ("instructor.grading.engine", "rnn_helpers.check.whose")  # what grades, and what runs in the sandbox, decide
OVERHEAD = {"instructor.grading.digests"}  # what is imported there and decides nothing


def file_of(module):
    """A module's file, None where it is none of the course's or the grading's."""
    return {**modules(), **modules(GRADING, "instructor.grading")}.get(module, (False, None))[1]


def imported_by(module):
    """The modules that a module of ours imports, at its top or inside a function."""
    path = file_of(module)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            name = importlib.util.resolve_name("." * node.level + (node.module or ""),
                                               package) if node.level else node.module
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)


@functools.cache
def deciding():
    """The modules that decide on every exercise: what grading a notebook imports, without the exercises."""
    found, waiting = [], [*BEGIN]
    while waiting:
        module = waiting.pop()
        if module in found or module in OVERHEAD or file_of(module) is None or is_exercises(module):
            continue
        found.append(module)
        waiting += imported_by(module)
    return sorted(found)


def is_exercises(module):
    """Whether a module holds exercises or mathematics: only what an exercise rests on decides on it."""
    parts = module.split(".")
    if parts[0] != "rnn_helpers":
        return False
    return parts[:2] != ["rnn_helpers", "check"] or hasattr(sys.modules.get(module), "EXERCISES")


@functools.cache
def machinery():
    """A fingerprint of all modules that decide on every exercise, and of the table that one of them reads."""
    digest = hashlib.sha256(TABLE.read_bytes())
    for module in deciding():
        digest.update(module.encode() + file_of(module).read_bytes())
    return digest.hexdigest()


@functools.cache
def check_digest(name):
    """A fingerprint of everything that decides on an exercise."""
    closure = Closure()
    closure.add(*place(name))
    parts = [machinery()]
    for module in sorted(closure.chosen):
        parts += [f"{module} {text_of(node)}" for node in closure.of(module)
                  if not isinstance(node, (ast.Import, ast.ImportFrom))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
