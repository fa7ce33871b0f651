"""The course as a sandbox may see it: what an exercise's run needs and what the notebook imports, nothing that answers.

Functions that are asked for are empty and say who called them. Checks, atlas, witnesses, fixtures and pictures stay
outside.
"""

import ast
import functools
import itertools
import marshal

from instructor.grading.closure import Closure, imports, modules, place, statements
from instructor.grading.statements import names_used, parsed
from rnn_helpers.check import EXERCISES
from rnn_helpers.check.whose import observe_both

ENTRY = "graded_exercise"  # the module that runs it
# no learner's function needs them
OUTSIDE = ("atomic", "check", "course", "explore", "live", "own", "page", "plots", "progress_bar", "questions", "quiz",
           "start", "__main__")
KEPT = {"name", "notebook", "asks", "cases", "reference", "forbidden"}  # of an Exercise
EMPTY = {"fixtures": "None", "facets": "()"}  # what an Exercise has to have
CHECK = """
def yours_or_ours(function):
    return OURS.get(getattr(function, "__name__", None), function)

def whose(function):
    return "your function"

def __getattr__(name):
    if name not in CHECKS:
        raise AttributeError(name)
    return lambda *args, **kwargs: 0.0
"""
RUN = """
import contextlib
import importlib
import time
from rnn_helpers.check import OURS, limits
from rnn_helpers.check.exercise import Inputs
from rnn_helpers.check.whose import observe_both

exercise = importlib.import_module("{home}").{variable}  # a name that begins with a digit cannot follow `from`
called = []

class Stubs(contextlib.AbstractContextManager):
    def __init__(self, forbidden):
        called.clear()
        self.borrowed, self.returned, self.names = called, (), dict()

    def __exit__(self, *_):
        self.borrowed = called[:1]

def run(function, inputs, seconds):
    def limit():
        return limits.by_signal(max(1.0, seconds - time.process_time()), computing=True)
    return observe_both(exercise, function, Inputs(inputs), OURS, limit=limit, watch=Stubs)
"""
STUB = f"""
import {ENTRY}
{ENTRY}.called.append({{name!r}})
raise RuntimeError("{{name}} is what this exercise asks for")
"""


def asked_for(exercise):
    """(module, qualified name) of every function that holds the answer to an exercise."""
    return {(f.__module__, f.__qualname__) for f in {exercise.reference, *exercise.forbidden}}


class Without(ast.NodeTransformer):
    """Empties the functions named; leaves of an exercise what running it needs, of a case what calls the function."""

    def __init__(self, names):
        self.names, self.stack, self.emptied = names, [], set()

    def visit_ClassDef(self, node):
        if node.name == "Exercise":  # of what it can do, what running it needs
            node.body = [part for part in node.body if not isinstance(part, ast.FunctionDef)
                         or part.name == "__post_init__"]
        self.stack.append(node.name)
        self.generic_visit(node)
        self.stack.pop()
        return node

    def visit_FunctionDef(self, node):
        qualname = ".".join([*self.stack, node.name])
        if qualname in self.names:
            self.emptied.add(qualname)
            node.body = ast.parse(STUB.format(name=qualname)).body
            node.decorator_list = []
            return node
        return self.generic_visit(node)

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "Case":
            node.args = node.args[:2]
            node.keywords = [word for word in node.keywords if word.arg not in ("read", "tolerance", "always")]
        if isinstance(node.func, ast.Name) and node.func.id == "Exercise":
            node.keywords = [word for word in node.keywords if word.arg in KEPT] + [
                ast.keyword(name, ast.parse(value, mode="eval").body) for name, value in EMPTY.items()]
        return node


@functools.cache
def reduced(module, names):
    """A module's statements without the answers, and the names of the functions that were emptied."""
    without, found = Without(names), []
    for where, node in statements(module):
        text = ast.unparse(node)
        telling = ["Case(", "Exercise(", "class Exercise", *(f"{name.rpartition('.')[2]}(" for name in names)]
        if any(words in text for words in telling):
            node = ast.fix_missing_locations(without.visit(ast.parse(text).body[0]))
        found.append((where, node))
    return found, frozenset(without.emptied)


def wanted_by(cells):
    """What cells import of the course, as pairs (module, name), and the exercises that they define or give to
    check.yours_or_ours."""
    found, ours, aliases, attributes = set(), set(), {}, set()
    for _, source in cells:
        for node in (inner for outer in parsed(source)[0] for inner in ast.walk(outer)):
            if isinstance(node, ast.ImportFrom):
                for local, (module, name) in imports(node).items():
                    if name:
                        found.add((module, name))
                    else:
                        aliases[local] = module
            elif isinstance(node, ast.FunctionDef) and node.name in EXERCISES:  # other exercises may call it
                ours.add(node.name)
            elif isinstance(node, ast.Import):
                aliases |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in modules()}
            elif isinstance(node, ast.Attribute):
                attributes.add((dotted(node.value), node.attr))
            elif isinstance(node, ast.Name) and node.id in EXERCISES:
                ours.add(node.id)
    found |= {(aliases[base], name) for base, name in attributes if base in aliases}
    return (frozenset(pair for pair in found if pair[0].split(".")[1:2] and pair[0].split(".")[1] not in OUTSIDE),
            frozenset(ours))


def dotted(node):
    """a, a.b or a.b.c as text, "" for anything longer or else."""
    parts = []
    while isinstance(node, ast.Attribute) and len(parts) < 3:
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def pruned(node, used):
    """An import with only the names that something uses; None when there are none."""
    if not isinstance(node, (ast.Import, ast.ImportFrom)) or getattr(node, "module", None) == "__future__":
        return node
    names = [alias for alias in node.names if (alias.asname or alias.name.split(".")[0]) in used]
    return type(node)(**{**{field: getattr(node, field) for field in node._fields}, "names": names}) if names else None


@functools.lru_cache(maxsize=256)
def slice_for(name, wanted=frozenset(), ours=frozenset()):
    """The course for one exercise: module name -> (is a package, marshalled code).

    wanted : pairs (module, name) that the notebook imports; ours : exercises whose reference may stand in for
        the student's own
    """
    return {module: (is_package, marshal.dumps(compile(tree, where(module, is_package), "exec")))
            for module, (is_package, tree) in sources_for(name, wanted, ours).items()}


def where(module, is_package):
    return "/course/" + module.replace(".", "/") + ("/__init__.py" if is_package else ".py")


def sources_for(name, wanted=frozenset(), ours=frozenset()):
    """The same as trees: module name -> (is a package, its tree)."""
    exercise = EXERCISES[name]
    asked, emptied = asked_for(exercise), set()

    def seen(module):
        found, gone = reduced(module, frozenset(qualname for there, qualname in asked if there == module))
        emptied.update((module, qualname) for qualname in gone)
        return found

    closure = Closure(seen)
    home, variable = place(name)
    for module, attribute in [(home, variable), ("rnn_helpers.check.exercise", "Inputs"),
                              (observe_both.__module__, observe_both.__name__),
                              ("rnn_helpers.check.limits", "by_signal"),
                              *wanted, *((f.__module__, f.__qualname__.partition(".")[0]) for f in references(ours))]:
        closure.add(module, attribute)
    for module, qualname in asked:
        closure.add(module, qualname.partition(".")[0])
    if missing := asked - emptied:
        raise ValueError(f"{name}: {sorted(missing)} cannot be taken out of the course; "
                         "a reference must be a function defined with `def` in a module")
    found = {}
    for module in closure.chosen:
        nodes = closure.of(module)
        used = set().union({attribute for there, attribute in closure.added if there == module},
                           *(names_used(node) for node in nodes if not isinstance(node, (ast.Import, ast.ImportFrom))))
        body = [node for node in (pruned(node, used) for node in nodes) if node is not None]
        found[module] = modules()[module][0], ast.fix_missing_locations(ast.Module(body, []))
    found["rnn_helpers.check"] = True, ast.parse("\n".join(
        ["import importlib", *(f"_{i} = importlib.import_module({f.__module__!r}).{f.__qualname__}"
                               for i, f in enumerate(references(ours))),
         f"OURS = {{{', '.join(f'{exercise!r}: _{i}' for i, exercise in enumerate(sorted(ours)))}}}",
         f"CHECKS = {sorted([*EXERCISES, 'run', 'progress'])!r}", CHECK]))
    found[ENTRY] = False, ast.parse(RUN.format(home=home, variable=variable))
    for module in list(found):
        for parent in itertools.accumulate(module.split(".")[:-1], "{}.{}".format):  # a, a.b of a.b.c
            found.setdefault(parent, (True, ast.Module([], [])))
    return found


def references(ours):
    return [EXERCISES[name].reference for name in sorted(ours)]
