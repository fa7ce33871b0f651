"""Top-level statements of a notebook or a module: what they bind, what they use, which of them a function needs."""

import ast
import linecache
import symtable


def names_bound(node):
    """The names that a top-level statement gives a value to."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name.split(".")[0]) for alias in node.names}
    if isinstance(node, ast.Expr):  # TABLE.update(...) fills TABLE; a bare call gives nothing a value
        call = node.value
        return {base_name(call.func)} - {None} if isinstance(call, ast.Call) and isinstance(call.func,
                                                                                            ast.Attribute) else set()
    targets = [n for n in ast.walk(node) if isinstance(n, (ast.Name, ast.Subscript, ast.Attribute))
               and isinstance(n.ctx, (ast.Store, ast.Del))]
    return {base_name(n) for n in targets} - {None}


def base_name(node):
    """The name that a target starts from: TABLE in TABLE["tanh"] or in TABLE.update; None when there is none."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def names_used(node):
    """The global names that a statement reads, those inside its functions too."""

    def read(table):
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (symbol.is_global() or table.get_type() == "module"):
                yield symbol.get_name()
        for inner in table.get_children():
            yield from read(inner)

    return set(read(symtable.symtable(ast.unparse(node), "statement", "exec")))


def without_magics(source):
    """A cell's source with a `pass` for each line that only IPython understands."""
    lines = [(line, line.lstrip()) for line in source.split("\n")]
    return "\n".join(line.removesuffix(code) + "pass" if code.startswith(("%", "!")) else line for line, code in lines)


def parse(cells):
    """Top-level statements as (cell name, node), in order, and the cells that do not parse; magics are dropped."""
    found, broken = [], set()
    for name, source in cells:
        text = without_magics(source)
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
        try:
            found += [(name, node) for node in ast.parse(text, name).body]
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            broken.add(name)
    return found, broken


def needed(statements, function, used=names_used):
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
            wanted |= used(statements[i][1])
    return [statements[i] for i in sorted(chosen)]


def define(statements, namespace):
    """Execute statements one by one; what raises is passed over. Returns how many raised."""
    raised = 0
    for name, node in statements:
        try:
            exec(compile(ast.Module([node], []), name, "exec"), namespace)
        except Exception:
            raised += 1
    return raised
