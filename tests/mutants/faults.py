"""Faults of the kinds that people make, one at a time, in the tree of a function.

An operator swapped, a term dropped, a transpose put in or left out, a range off by one, a wrong axis, a wrong sign,
`=` for `+=`, a call or a statement left out, another name.
"""

import ast
import copy
import re
from dataclasses import dataclass
from itertools import zip_longest

SWAPS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.MatMult: ast.Mult, ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Add, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn,
    ast.And: ast.Or, ast.Or: ast.And,
}
OPERANDS = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)
FUNCTIONS = {
    "sum": "mean", "mean": "sum", "std": "var", "max": "min", "min": "max", "argmax": "argmin", "argmin": "argmax",
    "zeros": "ones", "zeros_like": "ones_like", "exp": "log", "log": "exp", "sqrt": "square", "tanh": "sin",
    "reversed": "list", "sorted": "list", "stack": "concatenate", "concatenate": "stack",
}


@dataclass(frozen=True)
class Mutant:
    """A function with one fault: the fault's kind, the statement before and after, the faulty function's source."""

    fault: str
    before: str
    after: str
    source: str

    def __str__(self):
        return f"{self.fault}: {self.before} -> {self.after}"


def nudged(node, by):
    """The expression node + by, in its shortest form."""
    if isinstance(node, ast.Constant):
        return ast.Constant(node.value + by)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = -node.operand.value + by
        return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.BinOp(node, ast.Add() if by > 0 else ast.Sub(), ast.Constant(1))


def changed(node, **fields):
    """A shallow copy of a node with some fields changed."""
    fresh = copy.copy(node)
    for name, value in fields.items():
        setattr(fresh, name, value)
    return fresh


def is_int(node):
    return isinstance(node, ast.Constant) and type(node.value) is int


def transposed(node):
    return isinstance(node, ast.Attribute) and node.attr == "T"


def of_binary(node):
    yield "operator", changed(node, op=SWAPS[type(node.op)]())
    yield "term dropped", node.left
    if not isinstance(node.op, (ast.Div, ast.Pow, ast.FloorDiv, ast.Mod)):
        yield "term dropped", node.right
    if isinstance(node.op, ast.MatMult):
        for side in ("left", "right"):
            operand = getattr(node, side)
            if not transposed(operand):
                yield "transpose", changed(node, **{side: ast.Attribute(operand, "T", ast.Load())})
        yield "operands swapped", changed(node, left=node.right, right=node.left)


def of_range(node):
    if len(node.args) == 1:
        yield "off by one", changed(node, args=[ast.Constant(1), node.args[0]])
    for i in range(min(2, len(node.args))):
        for by in (1, -1):
            yield "off by one", changed(node, args=[nudged(a, by) if j == i else a for j, a in enumerate(node.args)])


def of_call(node):
    called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if called == "range":
        yield from of_range(node)
    elif node.args:
        yield "call dropped", node.args[0]
    elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, OPERANDS):
        yield "call dropped", node.func.value
    if called in FUNCTIONS:
        other = FUNCTIONS[called]
        func = ast.Name(other, ast.Load()) if isinstance(node.func, ast.Name) else changed(node.func, attr=other)
        yield "wrong function", changed(node, func=func)
    if len(node.args) >= 2:
        yield "operands swapped", changed(node, args=[node.args[1], node.args[0], *node.args[2:]])
    for i, keyword in enumerate(node.keywords):
        others = node.keywords[:i] + node.keywords[i + 1:]
        if keyword.arg in ("axis", "axes", "keepdims"):
            yield "axis", changed(node, keywords=others)
        if keyword.arg == "axis" and is_int(keyword.value):
            for axis in {0, 1, 2} - {keyword.value.value}:
                yield "axis", changed(node, keywords=[*others, ast.keyword("axis", ast.Constant(axis))])


def of_subscript(node):
    index = node.slice
    if isinstance(index, ast.Slice):
        for side in ("lower", "upper"):
            bound = getattr(index, side)
            if bound is not None:
                for by in (1, -1):
                    yield "off by one", changed(node, slice=changed(index, **{side: nudged(bound, by)}))
                yield "term dropped", changed(node, slice=changed(index, **{side: None}))
    elif is_int(index) or isinstance(index, (ast.UnaryOp, ast.Name, ast.BinOp)):
        for by in (1, -1):
            yield "off by one", changed(node, slice=nudged(index, by))


def of_statement(node):
    if isinstance(node, ast.AugAssign):
        yield "= for +=", ast.Assign([node.target], node.value)
        yield "operator", changed(node, op=SWAPS[type(node.op)]())
        yield "sign", changed(node, value=ast.UnaryOp(ast.USub(), node.value))
    if isinstance(node, ast.Assign) and not isinstance(node.value, (ast.Tuple, ast.List, ast.Dict)):
        yield "sign", changed(node, value=ast.UnaryOp(ast.USub(), node.value))
    if isinstance(node, ast.Return) and node.value is not None:
        if isinstance(node.value, ast.Tuple):
            for i in range(len(node.value.elts)):
                parts = [ast.UnaryOp(ast.USub(), p) if j == i else p for j, p in enumerate(node.value.elts)]
                yield "sign", changed(node, value=changed(node.value, elts=parts))
        else:
            yield "sign", changed(node, value=ast.UnaryOp(ast.USub(), node.value))
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)):
        yield "statement dropped", ast.Pass()
    if isinstance(node, (ast.If, ast.While)):
        yield "condition", changed(node, test=ast.UnaryOp(ast.Not(), node.test))
        if isinstance(node, ast.If):
            yield "statement dropped", ast.Pass()


def faults(node):
    """The faulty versions of a node: (kind, replacement)."""
    if isinstance(node, ast.BinOp):
        yield from of_binary(node)
    elif isinstance(node, ast.Call):
        yield from of_call(node)
    elif isinstance(node, ast.Subscript):
        yield from of_subscript(node)
    elif isinstance(node, ast.Attribute) and transposed(node):
        yield "transpose", node.value
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign", node.operand
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "condition", node.operand
    elif isinstance(node, ast.Compare):
        for i in range(len(node.ops)):
            yield "condition", changed(node, ops=[SWAPS[type(o)]() if j == i else o for j, o in enumerate(node.ops)])
    elif isinstance(node, ast.BoolOp):
        yield "condition", changed(node, op=SWAPS[type(node.op)]())
        yield from (("term dropped", value) for value in node.values)
    elif isinstance(node, ast.IfExp):
        yield "condition", changed(node, body=node.orelse, orelse=node.body)
        yield from (("condition", branch) for branch in (node.body, node.orelse))
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield from (("constant", ast.Constant(node.value + by)) for by in (1, -1))
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield "constant", ast.Constant(not node.value)
    elif isinstance(node, ast.stmt):
        yield from of_statement(node)


def headline(statement):
    """A statement in one line; of a compound one the head only."""
    return without_brackets(ast.unparse(statement).split("\n")[0])


def without_brackets(line):
    """`(a, b) = f()`, as Python 3.10 writes an assignment, as later ones do."""
    return re.sub(r"^\(([\w, ]+)\) = ", r"\1 = ", line)


def of_name(node, names):
    """Another name of the function's own in place of one."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        yield from (("wrong name", ast.Name(name, ast.Load())) for name in names if name != node.id)


def places(node, statement=None):
    """Every node below a node: (the list or dict that holds it, where in there, the node, the statement around it)."""
    statement = node if isinstance(node, ast.stmt) else statement
    for name, value in ast.iter_fields(node):
        holder, keys = (value, range(len(value))) if isinstance(value, list) else (vars(node), [name])
        for key in keys:
            child = holder[key]
            if isinstance(child, ast.AST):
                yield holder, key, child, child if isinstance(child, ast.stmt) else statement
                yield from places(child, statement)


def mutants(function):
    """Every mutant of a function's tree once, as a list: those that read alike are one."""
    whole = copy.deepcopy(function)
    if ast.get_docstring(whole) is not None:
        whole.body = whole.body[1:]
    names = sorted({n.id for n in ast.walk(whole) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
                   | {argument.arg for argument in ast.walk(whole.args) if isinstance(argument, ast.arg)})
    original, head = ast.unparse(whole), set(ast.walk(whole.args))
    seen, found = {original}, []
    for holder, key, node, statement in list(places(whole)):
        if node in head:
            continue
        before = headline(statement)
        for fault, replacement in [*faults(node), *of_name(node, names)]:
            holder[key] = ast.fix_missing_locations(ast.copy_location(replacement, node))
            text = ast.unparse(whole)
            holder[key] = node
            if text not in seen:
                seen.add(text)
                after = next(b for a, b in zip_longest(original.split("\n"), text.split("\n")) if a != b)
                found.append(Mutant(fault, before, without_brackets((after or "").strip()), text))
    return found
