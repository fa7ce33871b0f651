"""No name with two meanings in one notebook.

A notebook is run from top to bottom and then again in pieces; a name that means something else after a later cell makes
the pieces lie. Three rules, on the names that cells bind at their top level (inside functions and classes you are
free):

1. A name bound by `def`, `class` or `import` is bound once in the notebook. The same import twice is one meaning.
2. A plain variable may be bound in several cells only if it never crosses cells: every cell that reads it binds it
   first. `fig, ax`, loop variables and a cell's own `rng` are like that. A function keeps reading a variable after its
   cell has ended, so a variable that a function reads is one that crosses cells. `x += 1` is a read; it binds nothing
   new.
3. No name hides one of Python's own (`sum`, `input`, ...), and the history names `_`, `__`, `In`, `Out` are not read.
"""

import ast
import builtins
import copy
from dataclasses import dataclass, field

from IPython.core.inputtransformer2 import TransformerManager

from instructor.grading.statements import names_used

BUILTINS = {name for name in dir(builtins) if not name.startswith("_")}
HISTORY = {"_", "__", "___", "In", "Out"}


@dataclass
class CellNames:
    """What a cell binds, and what it reads that it has not bound before."""

    binds: dict = field(default_factory=dict)  # name -> list of meanings: ("def", n), ("import", of what), ("value",)
    reads: set = field(default_factory=set)  # from elsewhere, or by a function that outlives the cell
    syntax: str = ""  # the error when the cell is not Python


DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
OWN_NAMES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)  # but for what `:=` binds in them


def parts(node):
    """A statement as Python meets it: one that holds others as its head, then these."""
    if isinstance(node, DEFINITIONS) or not hasattr(node, "body"):
        yield node
        return
    if isinstance(node, ast.ExceptHandler) and node.type:  # `except E as e` is (e := E)
        yield ast.Expr(ast.NamedExpr(ast.Name(node.name, ast.Store()), node.type) if node.name else node.type)
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith)):
        head = copy.copy(node)
        head.body, head.orelse = [ast.Pass()], []
        yield head
    for name in ("body", "handlers", "orelse", "finalbody"):
        for inner in getattr(node, name, ()):
            yield from parts(inner)


def stored(node):
    """The names that an expression, or a statement without others in it, gives a value to."""
    if isinstance(node, ast.Name):
        return [node.id] if isinstance(node.ctx, ast.Store) else []
    if isinstance(node, OWN_NAMES):
        return [inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr)]
    return [name for inner in ast.iter_child_nodes(node) for name in stored(inner)]


def bound(part):
    """(name, meaning) of what a part of `parts` binds."""
    if isinstance(part, DEFINITIONS):
        hidden = {name for inner in ast.walk(part) if isinstance(inner, ast.Global) for name in inner.names}
        return [(part.name, ("def",)), *((name, ("value",)) for name in hidden)]
    if isinstance(part, ast.Import):
        wholes = [(alias, alias.name if alias.asname else alias.name.split(".")[0]) for alias in part.names]
        return [(alias.asname or whole, ("import", whole)) for alias, whole in wholes]
    if isinstance(part, ast.ImportFrom):
        return [(alias.asname or alias.name, ("import", f"{'.' * part.level}{part.module or ''}:{alias.name}"))
                for alias in part.names]
    return [(name, ("value",)) for name in stored(part)]


def of_cell(source):
    """The CellNames of a code cell's source; magics and `await` are understood."""
    try:
        tree = ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError as error:
        return CellNames(syntax=f"line {error.lineno}: {error.msg}")
    found = CellNames()
    for part in (part for statement in tree.body for part in parts(statement)):
        if isinstance(part, ast.AnnAssign) and part.value is None:
            continue
        names, used = bound(part), names_used(part)
        if isinstance(part, ast.AugAssign):
            names, used = [(name, ("value",)) for name in stored(part.value)], used | set(stored(part.target))
        if isinstance(part, DEFINITIONS):  # its names are read whenever it is called, also after its cell has ended
            found.reads |= used - {part.name} | {name for name, _ in names[1:]}
        else:
            on_the_way = {inner.target.id for inner in ast.walk(part) if isinstance(inner, ast.NamedExpr)}
            before = set() if isinstance(getattr(part, "value", 0), ast.Lambda) else found.binds.keys()
            found.reads |= used - on_the_way - before
        for name, meaning in names:
            found.binds.setdefault(name, []).append(meaning)
    return found


def problems(cells):
    """What breaks the rules.

    cells : list of (cell id, source), in order
    Yields (cell id, what is wrong, what to do about it)
    """
    found = [(cell, of_cell(source)) for cell, source in cells]
    homes, kinds = {}, {}
    for cell, names in found:
        if names.syntax:
            yield cell, f"is not Python ({names.syntax})", "correct the line"
        for name, meanings in names.binds.items():
            homes.setdefault(name, []).append(cell)
            for meaning in meanings:
                kinds.setdefault(name, []).append((cell, meaning))
            if name in BUILTINS:
                yield cell, f"binds {name}, which hides Python's own {name}", "choose another name"
        for name in sorted(names.reads & HISTORY):
            yield cell, f"reads {name}, which is empty when a notebook is tested", "give the value a name"
    for name, where in kinds.items():
        fixed = [(cell, m) for cell, m in where if m[0] != "value"]
        if fixed and (len(where) > 1 and len({m for _, m in where}) > 1 or sum(m[0] == "def" for _, m in where) > 1):
            first, again = where[0], next(w for w in where[1:] if w[1] != where[0][1] or w[1][0] == "def")
            yield (again[0],
                   f"gives {name} a second meaning ({_say(again[1])}); cell {first[0]!r} has one ({_say(first[1])})",
                   "rename one of the two")
        elif not fixed and len(homes[name]) > 1:
            readers = [cell for cell, names in found if name in names.reads]
            if readers:
                yield (homes[name][1],
                       f"binds {name} again (first in cell {homes[name][0]!r}), and cell {readers[0]!r} "
                       f"reads it without binding it first",
                       f"rename one of the two, or bind {name} in every cell that reads it and in no function's body")


def _say(meaning):
    return {"def": "a def or class", "value": "an assignment"}.get(meaning[0]) or f"an import of {meaning[1]}"
