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


class _Scope(ast.NodeVisitor):
    """Collects the names of one cell, in the order in which Python meets them."""

    def __init__(self):
        self.found = CellNames()

    def bind(self, name, *meaning):
        self.found.binds.setdefault(name, []).append(meaning)

    def read(self, name):
        if name not in self.found.binds:
            self.found.reads.add(name)

    def generic_visit(self, node, without=()):
        """The parts in the order in which Python meets them: a value, or what is gone through, before its names."""
        fields = [name for name in node._fields if name not in without]
        for name in sorted(fields, key=lambda name: name not in ("value", "iter")):
            part = getattr(node, name)
            for inner in part if isinstance(part, list) else [part]:
                if isinstance(inner, ast.AST):
                    self.visit(inner)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            self.read(node.id)
        elif isinstance(node.ctx, ast.Store):
            self.bind(node.id, "value")

    def visit_Assign(self, node):
        self.generic_visit(node)
        if isinstance(node.value, ast.Lambda):
            self.outlives(node.value)

    def visit_AnnAssign(self, node):
        if node.value is not None:
            self.generic_visit(node)

    def visit_AugAssign(self, node):
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self.read(node.target.id)
        else:
            self.visit(node.target)

    def visit_Import(self, node):
        for alias in node.names:
            whole = alias.name if alias.asname else alias.name.split(".")[0]
            self.bind(alias.asname or whole, "import", whole)

    def visit_ImportFrom(self, node):
        for alias in node.names:
            self.bind(alias.asname or alias.name, "import", f"{'.' * node.level}{node.module or ''}:{alias.name}")

    def visit_FunctionDef(self, node):
        self.generic_visit(node, without=("body",))
        self.bind(node.name, "def")
        self.outlives(node)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Global):
                self.found.reads.update(inner.names)
                for name in inner.names:
                    self.bind(name, "value")

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef

    def visit_Lambda(self, node):
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr) and not isinstance(node, ast.Lambda):
                self.bind(inner.target.id, "value")
        for name in names_used(ast.Expr(node)):
            self.read(name)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_Lambda

    def visit_ExceptHandler(self, node):
        if node.name:
            self.bind(node.name, "value")
        self.generic_visit(node)

    def outlives(self, node):
        """A function's free names are read whenever it is called, also after its cell has ended."""
        used = names_used(node if isinstance(node, ast.stmt) else ast.Expr(node))
        self.found.reads |= used - {getattr(node, "name", "")}


def of_cell(source):
    """The CellNames of a code cell's source; magics and `await` are understood."""
    try:
        tree = ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError as error:
        return CellNames(syntax=f"line {error.lineno}: {error.msg}")
    scope = _Scope()
    for statement in tree.body:
        scope.visit(statement)
    return scope.found


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
