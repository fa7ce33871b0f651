"""The course's package as a sandbox may see it: without what an exercise asks for, without atlas and docstrings."""

import ast
import functools
import marshal
from pathlib import Path

import rnn_helpers
from rnn_helpers.check import EXERCISES

ROOT = Path(rnn_helpers.__file__).parent


@functools.cache
def trees():
    """Module name -> (is a package, its source path)."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = ("rnn_helpers", *path.relative_to(ROOT).with_suffix("").parts)
        is_package = parts[-1] == "__init__"
        found[".".join(parts[:-1] if is_package else parts)] = (is_package, path)
    return found


def asked_for(exercise):
    """(module, qualified name) of every function that holds the answer to an exercise, or from which it could be asked."""
    functions = {exercise.reference, *exercise.forbidden, exercise.witness} - {None}
    return {(f.__module__, f.__qualname__) for f in functions}


class Strip(ast.NodeTransformer):
    """Empties the functions named, drops docstrings."""

    def __init__(self, names):
        self.names, self.stack, self.emptied = names, [], set()

    def visit_ClassDef(self, node):
        self.stack.append(node.name)
        self.generic_visit(node)
        self.stack.pop()
        return node

    def visit_FunctionDef(self, node):
        qualname = ".".join([*self.stack, node.name])
        if qualname in self.names:
            self.emptied.add(qualname)
            node.body = ast.parse(f"raise RuntimeError('{node.name} is what this exercise asks for')").body
        elif ast.get_docstring(node) is not None and len(node.body) > 1:
            node.body = node.body[1:]
        return node


@functools.cache
def compiled(module, names):
    """(marshalled code of a module in which the named functions are empty, the names that were emptied)."""
    is_package, path = trees()[module]
    if module.startswith(("rnn_helpers.check.mistakes", "rnn_helpers.check.families")):
        source = "" if is_package else "def __getattr__(name):\n    return ()\n"
    else:
        source = path.read_text()
    strip = Strip(names)
    tree = ast.fix_missing_locations(strip.visit(ast.parse(source)))
    where = "/course/" + module.replace(".", "/") + ("/__init__.py" if is_package else ".py")
    return marshal.dumps(compile(tree, where, "exec")), strip.emptied


@functools.cache
def modules_for(name):
    """The package for one exercise: module name -> (is a package, marshalled code)."""
    asked, found, emptied = asked_for(EXERCISES[name]), {}, set()
    for module, (is_package, _) in trees().items():
        code, gone = compiled(module, frozenset(qualname for where, qualname in asked if where == module))
        emptied |= {(module, qualname) for qualname in gone}
        found[module] = (is_package, code)
    if missing := asked - emptied:
        raise ValueError(f"{name}: {sorted(missing)} cannot be taken out of the course; "
                         "a reference must be a function defined with `def` in a module")
    return found
