"""What decides on an exercise, as a fingerprint: a regrade is due where it changes, and nowhere else."""

import ast
import functools
import hashlib
import inspect
import sys

from instructor.grading import course, runner, verdict
from instructor.grading.course import trees
from rnn_helpers.check import EXERCISES, atlas, compare, exercise, happened, judge, limits, observe, yardstick

COMMON = (runner, course, verdict, exercise, limits, observe, happened, compare, yardstick, atlas, judge)  # what decides on every exercise


@functools.cache
def statements(module):
    """Top-level statements of a module of the course, as `runner.needed` takes them; docstrings and comments do not count."""
    tree = ast.parse(trees()[module][1].read_text())
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None and len(node.body) > 1:
            node.body = node.body[1:]
    return [(module, node) for node in tree.body]


def imports(node):
    """name -> (module, name there or None) of a statement's imports from the course."""
    if not isinstance(node, ast.ImportFrom) or node.module not in trees():
        return {}
    inner = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return {alias.asname or alias.name: (inner[alias.name], None) if inner[alias.name] in trees() else (node.module, alias.name)
            for alias in node.names}


def closure(module, name, seen):
    """Add to `seen` every statement of the course, as text, that the value of a name in a module rests on."""
    if (module, name) in seen:
        return
    chosen = runner.needed(statements(module), name)
    seen[module, name] = [ast.unparse(node) for _, node in chosen if not isinstance(node, (ast.Import, ast.ImportFrom))]
    used = set().union(*(runner.names_used(node) for _, node in chosen))
    attributes = {(n.value.id, n.attr) for _, node in chosen for n in ast.walk(node)
                  if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)}
    for _, node in chosen:
        for local, (where, inner) in imports(node).items():
            if local in used:
                for wanted in [inner] if inner else sorted(attr for base, attr in attributes if base == local):
                    closure(where, wanted, seen)


@functools.cache
def check_digest(name):
    """A fingerprint of everything that decides on an exercise."""
    module, variable = next((module, variable) for module in trees() if module.startswith("rnn_helpers.check.") and module in sys.modules
                            for variable, value in vars(sys.modules[module]).items()
                            if value is EXERCISES[name] and value in getattr(sys.modules[module], "EXERCISES", ()))
    seen = {}
    closure(module, variable, seen)
    parts = [inspect.getsource(common) for common in COMMON] + [f"{key} {text}" for key, texts in sorted(seen.items()) for text in texts]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
