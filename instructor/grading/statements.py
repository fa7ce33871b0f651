"""Top-level statements of a notebook or a module: what they bind, what they use, which of them a function needs."""

import __future__

import ast
import contextlib
import functools
import marshal
import symtable

NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)  # of a source, or of an expression of 10,000 terms


@functools.lru_cache(maxsize=1024)
def parsed(source):
    """(a source's top-level statements, "") or, when it is no Python, ((), (kind of error, line))."""
    try:
        return tuple(ast.parse(source).body), ""
    except NO_PYTHON as error:
        return (), (type(error).__name__, getattr(error, "lineno", "?"))


@functools.cache
def names_bound(node):
    """The names that a top-level statement gives a value to."""
    if isinstance(node, ast.Expr):  # TABLE.update(...) fills TABLE; a bare call gives nothing a value
        filled = isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute)
        return {base_name(node.value.func)} - {None} if filled else set()
    found, parts = set(), [node]
    while parts:
        part = parts.pop()
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(part.name)
        elif isinstance(part, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name.split(".")[0] for alias in part.names}
        elif isinstance(part, (ast.Name, ast.Subscript, ast.Attribute)):
            found |= {base_name(part)} if isinstance(part.ctx, (ast.Store, ast.Del)) else set()
        elif not isinstance(part, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            parts += ast.iter_child_nodes(part)
    return found - {None}


def base_name(node):
    """The name that a target starts from: TABLE in TABLE["tanh"] or in TABLE.update; None when there is none."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


@functools.cache
def names_used(node):
    """The global names that a statement reads, those inside its functions too."""

    def read(table, depth=0):
        for symbol in table.get_symbols():  # calls += 1 below `global calls` is no reference
            if symbol.is_global() and (symbol.is_referenced() or depth > 1 and symbol.is_declared_global()):
                yield symbol.get_name()
        for inner in table.get_children():
            yield from read(inner, depth + 1)

    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return set()
    # inside a function, as Python 3.12 counts a comprehension's own names to the module when it stands there
    around, bound = ast.parse("async def _(): pass").body[0], names_bound(node)
    around.body = [*([ast.Global(sorted(bound))] if bound else []), node]
    with contextlib.suppress(*NO_PYTHON):
        return set(read(symtable.symtable(ast.unparse(around), "statement", "exec")))
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}  # a sum of 400 terms: its own names, too


def parse(cells):
    """Top-level statements of cells (name, source) as (cell name, node), in order."""
    return [(name, node) for name, source in cells for node in parsed(source)[0]]


def seen_by_check(cells, upto):
    """The statements that an exercise's check sees, and those further down that bind none of their names.

    upto : how many of the cells are run before the check
    """
    first = parse(cells[:upto])
    bound = set().union(*(names_bound(node) for _, node in first))
    return first, [(name, node) for name, node in parse(cells[upto:]) if not names_bound(node) & bound]


def needed(statements, function):
    """The statements that define a function and what it uses: imports, definitions, assignments, calls on what it uses.

    A call on what was imported, as check.readout(readout) or np.add.at(counts, ...), fills no name of the notebook's.
    """
    wanted, chosen = {function}, set()
    imported = set().union(*(names_bound(node) for _, node in statements
                             if isinstance(node, (ast.Import, ast.ImportFrom))))
    statements = [(name, node) for name, node in statements if not (isinstance(node, ast.Expr)
                                                                    and names_bound(node) <= imported)]
    bound = [names_bound(node) for _, node in statements]
    star = {i for i, (_, node) in enumerate(statements)
            if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)}
    while more := {i for i, names in enumerate(bound) if i not in chosen and (names & wanted or i in star)}:
        chosen |= more
        for i in more - star:
            wanted |= names_used(statements[i][1])
    return [statements[i] for i in sorted(chosen)]


def compiled(statements):
    """Marshalled code of each statement, for `serve.define`; a `from __future__` holds for all that follow."""
    found, flags = [], ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    for name, node in statements:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            flags |= sum({getattr(__future__, alias.name).compiler_flag for alias in node.names
                          if alias.name in __future__.all_feature_names})
        with contextlib.suppress(*NO_PYTHON):
            found.append(marshal.dumps(compile(ast.Module([node], []), name, "exec", flags, dont_inherit=True)))
    return found


def in_a_run(cells, upto, function, whole=False):
    """What a sandbox is asked to define (see `serve.serve`): what a function needs, or all that its check sees."""
    seen, later = seen_by_check(cells, upto)
    chosen = needed(seen if whole else seen + later, function)
    run, then = (seen, later) if whole else (chosen, [])
    names, used = {name for name, _ in run + then}, set().union(*(names_used(node) for _, node in chosen))
    if used & {"globals", "eval", "exec"}:
        used.add("what a text names")  # of any cell
    return {"texts": {name: source for name, source in cells if name in names}, "run": compiled(run),
            "then": compiled(then), "used": used, "function": function, "whole": whole}
