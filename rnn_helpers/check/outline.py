"""What a function's own text tells of how far it is written: what stands below a `raise`, what is never filled."""

import ast
import linecache
import re
from functools import lru_cache

MAKES = {"zeros", "zeros_like", "empty", "empty_like", "ones", "ones_like", "full", "full_like"}
KINDS = ("other order", "argument lost", "empty range", "added to itself", "used up", "never read", "below the raise",
         "nothing written", "no return", "None alone", "return outside", "hidden exception", "gap", "reads no argument",
         "return in the loop", "nothing kept", "never filled", "np.empty never filled", "local name", "model untouched",
         "result lost")
PURE = re.compile(r"(np\.(append|insert|delete|concatenate|[vh]?stack|clip|add|subtract|multiply|tanh|transpose|sum)|"
                  r"[\w.]+\.(reshape|ravel|flatten|transpose|astype|clip|sum|mean|dot|copy)|sorted|reversed)\("
                  r"(?!.*\bout=)")  # calls that give a result, and change nothing
DOWN = re.compile(r"range\((len\(\w+\)|[A-Za-z]\w*)( - 1)?, -1\)|"  # to a number that is not larger, without a step
                  r"range\((?:len\(\w+\)|T)(?: - 1)?, 0\)|"
                  r"range\((\w+), (max\()?(0, )?\3 - \w+(?(4)(, -1)?\))\)")
MOST = 8  # remarks on a function


def outline(function, asked=()):
    """Remarks on a function as pairs (kind, text), none where its text is not known.

    asked : names of the arguments, in the order in which they are given; kind : one of KINDS; text : the place, as in
    "line 3: return h_t" or, of what is never filled, "dWh (line 3)"
    """
    try:
        tree, lines = definition(function)
        code = getattr(function, "__func__", function).__code__  # a lambda has no definition
        taken = list(code.co_varnames[:code.co_argcount])
        other = [("other order", ", ".join(taken))] if sorted(taken) == sorted(asked) and taken != list(asked) else []
        outside = [("return outside", f"line {node.lineno}: {lines[node.lineno - 1].strip()}")
                   for node in parsed("".join(lines)).body if isinstance(node, ast.Return)] if tree is not None else []
        return (*other, *outside, *(remarks(tree, lines, len(asked)) if tree is not None else ()))[:MOST]
    except Exception:  # a text that belongs to another function, an object that looks like one
        return ()


def definition(function):
    """(the tree of a function's definition, the lines of its file); (None, []) where there is none."""
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if code is None:
        return None, []
    lines = linecache.getlines(code.co_filename, getattr(function, "__globals__", None))
    node = definitions("".join(lines)).get((code.co_name, code.co_firstlineno))
    return (node, lines) if node else (None, [])


@lru_cache(maxsize=16)
def parsed(text):
    """The tree of a file's text, which nobody changes."""
    return ast.parse(text)


@lru_cache(maxsize=16)
def definitions(text):
    """The trees of all functions in a file's text, by name and first line, which may be that of a decorator."""
    return {(node.name, line): node for node in ast.walk(parsed(text)) if isinstance(node, ast.FunctionDef)
            for line in (node.lineno, *(decorator.lineno for decorator in node.decorator_list))}


def inside(nodes):
    """All trees in statements, without those of functions and classes that are defined there."""
    for node in nodes:
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from inside(ast.iter_child_nodes(node))


def remarks(tree, lines, given):
    """Remarks as `outline` gives them; given : how many arguments there will be."""
    body, nodes = tree.body, list(inside(tree.body))
    names = [node.arg for node in ast.walk(tree.args) if isinstance(node, ast.arg)]
    loops = [node for node in nodes if isinstance(node, ast.For)]

    def place(node):
        return f"line {node.lineno}: {lines[node.lineno - 1].strip()}"

    for above in body[:-1]:
        if isinstance(above, ast.Raise) and "NotImplementedError" in ast.dump(above):
            yield "below the raise", place(above)
            break
    if all(isinstance(node, ast.Pass) or isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
           for node in body):
        yield "nothing written", ""
    elif not any(isinstance(node, ast.Return) and node.value is not None
                 or isinstance(node, ast.Yield | ast.YieldFrom | ast.Raise) for node in nodes):
        yield "no return", ""
    elif (ends := [node for node in nodes if isinstance(node, ast.Return)]) and all(
            isinstance(node.value, ast.Constant) and node.value.value is None for node in ends if node.value):
        yield "None alone", place(ends[-1])
    elif not {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {*names, "locals"} and names \
            and not any(isinstance(node, ast.Raise) for node in nodes):
        yield "reads no argument", ""
    read = read_in(tree)
    plain = [arg.arg for arg in (*tree.args.posonlyargs, *tree.args.args) if arg.arg != "self"][:given]
    if (unread := [name for name in plain if name not in read]) and "locals" not in read and len(unread) < len(plain):
        yield "never read", ", ".join(unread)
    gaps = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and re.fullmatch("___+", node.id)]
    if gaps:
        yield "gap", place(min(gaps, key=lambda node: node.lineno))
    for loop in nodes:
        if isinstance(loop, ast.For | ast.While) and not any(isinstance(n, ast.Continue) for n in inside(loop.body)):
            if ends := [step for step in loop.body if isinstance(step, ast.Return)]:
                yield "return in the loop", place(ends[0])
                if not any(map(keeps, inside(loop.body))):
                    yield "nothing kept", ""
    for loop in loops:
        name = getattr(loop.target, "id", "")
        later = max([outer.end_lineno for outer in loops if outer.lineno < loop.lineno <= outer.end_lineno] or [0])
        if name in names and any(
                isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
                and (node.lineno > loop.end_lineno or later and node in list(ast.walk(loop.iter))) for node in nodes):
            yield "argument lost", place(loop)
        if DOWN.fullmatch(ast.unparse(loop.iter)):
            yield "empty range", place(loop)
    returned = {ast.unparse(name) for node in nodes if isinstance(node, ast.Return) for name in ast.walk(node)}
    for node in [step for loop in nodes if isinstance(loop, ast.For | ast.While) for step in loop.body]:
        if doubled(node) in returned:
            yield "added to itself", place(node)
            break
    for node in nodes:
        if isinstance(node, ast.ExceptHandler) and not any(isinstance(n, ast.Raise) for n in inside(node.body)):
            yield "hidden exception", place(node)
    yield from used_up(tree, place)
    yield from never_filled(nodes)
    for node in nodes:
        value = getattr(node, "value", None) if isinstance(node, ast.Expr) else None
        named = isinstance(value, ast.Compare) and isinstance(value.ops[0], ast.Eq) and isinstance(value.left, ast.Name)
        plain = (named or isinstance(value, ast.BinOp)) and not any(isinstance(n, ast.Call) for n in ast.walk(node))
        if plain or isinstance(node, ast.Expr) and PURE.match(ast.unparse(node)):
            yield "result lost", place(node)
        if isinstance(node, ast.Assign) and len(node.targets) == 1 \
                and isinstance(node.targets[0], ast.Name | ast.Subscript) \
                and isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.Sub) \
                and any(isinstance(n, ast.Name) and n.id == "lr" for n in ast.walk(node.value)):
            yield "local name", place(node)
    new = {name.id for node in nodes if isinstance(node, ast.Assign) and made(node.value) for name in node.targets
           if isinstance(name, ast.Name)}
    kept = any((isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load)
                or isinstance(node, ast.AugAssign)) and ast.unparse(getattr(node, "target", getattr(
                    node, "value", node))) not in new for node in nodes)
    if "model" in names and not kept:
        yield "model untouched", ""


def read_in(node):
    """The names whose values a tree reads: more than their shape or type."""
    if isinstance(node, ast.Call) and (getattr(node.func, "attr", "").endswith("_like")
                                       or getattr(node.func, "id", "") == "len"):
        return set()
    if isinstance(node, ast.Attribute) and node.attr in ("shape", "ndim", "size", "dtype"):
        return set()
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        return {node.target.id} | read_in(node.value)
    return set().union(*map(read_in, ast.iter_child_nodes(node)))


def keeps(node):
    """Whether a statement in a loop keeps something for later: `+=`, `a[i] = ...`, `.append(...)`, `h = f(h)`."""
    if isinstance(node, ast.Assign):
        names = {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
        return any(isinstance(name, ast.Name) and name.id in names for name in ast.walk(node.value))
    return isinstance(node, ast.AugAssign) or isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) \
        or isinstance(node, ast.Attribute) and node.attr in ("append", "extend", "insert", "appendleft")


def doubled(node):
    """The text of what a statement adds to itself: `db += db`, `db = db + db`; None for any other."""
    target, terms = None, ()
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        target, terms = node.target, [node.value]
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.Add):
        target, terms = node.targets[0], [node.value.left, node.value.right]
    return ast.unparse(target) if target and {*map(ast.unparse, terms)} == {ast.unparse(target)} else None


def used_up(tree, place):
    """Generators and iterators that have a name, and are gone through twice."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}

    def around(node, kinds):
        while node in parents:
            child, node = node, parents[node]
            if isinstance(node, kinds) and child not in (getattr(node, "iter", None), getattr(node, "test", None)):
                yield node

    generators = [node.name for node in parents if isinstance(node, ast.FunctionDef)
                  and any(isinstance(inner, ast.Yield) for inner in inside(node.body))]
    for step in parents:
        if not isinstance(step, ast.Assign) or any(isinstance(node, ast.Break) for node in parents):
            continue
        name, value = getattr(step.targets[0], "id", ""), step.value
        once = isinstance(value, ast.GeneratorExp) or isinstance(value, ast.Call) and getattr(
            value.func, "id", "") in ("zip", "map", "filter", "reversed", "enumerate", *generators)
        named = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name] if once else []
        reads = [node for node in named if isinstance(node.ctx, ast.Load)]
        through = [node for node in reads if isinstance(parents[node], ast.For | ast.comprehension)
                   or isinstance(parents[node], ast.Call) and getattr(parents[node].func, "id", "") in (
                       "sum", "list", "tuple", "sorted", "dict", "max", "min")]
        if len(named) - len(reads) != 1 or len(reads) != len(through):
            continue
        loops, forks = (ast.For, ast.While), (ast.If, ast.IfExp, ast.Try, ast.FunctionDef)
        again = len(reads) > 1 or reads and {*around(reads[0], loops)} - {*around(step, loops)}
        if again and not any({*around(node, forks)} - {*around(step, forks)} for node in reads):
            yield "used up", place(step)


def never_filled(nodes):
    """Names that are made as a placeholder, once, and returned as they were made: read in no other place."""
    values, stores, loads = {}, [], []
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                both = (isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                        and len(target.elts) == len(node.value.elts))
                for name, value in zip(target.elts, node.value.elts, strict=True) if both else [(target, node.value)]:
                    if isinstance(name, ast.Name):
                        values[name.id] = value
        elif isinstance(node, ast.Name):
            (loads if isinstance(node.ctx, ast.Load) else stores).append(node)
    returned = [node.value for node in nodes if isinstance(node, ast.Return) and node.value is not None]
    plain = [part for value in returned for part in (value.elts if isinstance(value, ast.Tuple) else [value])
             if isinstance(part, ast.Name)]
    used = {node.id for node in loads if not any(node is part for part in plain)}
    once = {node.id for node in stores if sum(other.id == node.id for other in stores) == 1}
    for name in dict.fromkeys(part.id for part in plain):
        if name in once - used and name in values and made(values[name]):
            anything = "np.empty " if "empty" in getattr(getattr(values[name], "func", None), "attr", "") else ""
            yield f"{anything}never filled", f"{name} (line {values[name].lineno})"


def made(value):
    """Whether an expression makes a placeholder: zeros, an empty array or list, None, a lone 0, `...`."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Attribute) and value.func.attr in MAKES
    if isinstance(value, ast.List | ast.Tuple | ast.Dict):
        return not (value.keys if isinstance(value, ast.Dict) else value.elts)
    return isinstance(value, ast.Constant) and (value.value in (None, 0, "") or value.value is ...)
