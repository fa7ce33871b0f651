"""The course's source, statement by statement, and which statements the value of a name rests on."""

import ast
import functools
import sys
from pathlib import Path

import rnn_helpers
from instructor.grading.statements import names_used, needed
from rnn_helpers.check import EXERCISES

ROOT = Path(rnn_helpers.__file__).parent


@functools.cache
def modules(root=ROOT, package="rnn_helpers"):
    """Module name -> (is a package, its source path), of all that lie in a package's folder."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = (*package.split("."), *path.relative_to(root).with_suffix("").parts)
        is_package = parts[-1] == "__init__"
        found[".".join(parts[:-1] if is_package else parts)] = (is_package, path)
    return found


@functools.cache
def statements(module):
    """Top-level statements of a module, as `needed` takes them; docstrings and comments do not count."""
    tree = ast.parse(modules()[module][1].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef,
                             ast.ClassDef)) and ast.get_docstring(node) is not None and len(node.body) > 1:
            node.body = node.body[1:]
    return [(module, node) for node in tree.body]


@functools.cache
def attributes(node):
    """(name, attribute) of each name.attribute in a statement of the course."""
    return {(n.value.id, n.attr) for n in ast.walk(node) if isinstance(n, ast.Attribute)
            and isinstance(n.value, ast.Name)}


def imports(node):
    """name -> (module, name there or None) of a statement's imports from the course."""
    if not isinstance(node, ast.ImportFrom) or node.module not in modules():
        return {}
    inner = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return {alias.asname or alias.name: (inner[alias.name], None) if inner[alias.name] in modules()
            else (node.module, alias.name)
            for alias in node.names}


class Closure:
    """The statements, by module, that the values of some names rest on.

    statements : module -> its statements; replaced where some of them are to be seen otherwise
    """

    def __init__(self, statements=statements):
        self.statements, self.chosen, self.added = statements, {}, set()

    def add(self, module, name):
        """Add what the value of a name in a module rests on."""
        if (module, name) in self.added:
            return
        self.added.add((module, name))
        found = [node for _, node in needed(self.statements(module), name)]
        self.chosen.setdefault(module, {}).update((id(node), node) for node in found)
        used = set().union({name}, *(names_used(node) for node in found
                                     if not isinstance(node, (ast.Import, ast.ImportFrom))))
        reached = set().union(*map(attributes, found))
        for node in found:
            for local, (where, inner) in imports(node).items():
                if local in used:
                    for wanted in [inner] if inner else sorted(attr for base, attr in reached if base == local):
                        self.add(where, wanted)

    def of(self, module):
        """What was chosen of a module, in its order."""
        return [node for _, node in self.statements(module) if id(node) in self.chosen.get(module, {})]


@functools.cache
def place(name):
    """(module, variable) where an exercise stands."""
    return next((module, variable) for module in modules() if module in sys.modules
                and module.startswith(("rnn_helpers.check.", "rnn_helpers.own."))
                for variable, value in vars(sys.modules[module]).items()
                if value is EXERCISES[name] and value in getattr(sys.modules[module], "EXERCISES", ()))
