"""Small changes of a function's text, one place at a time, each in words: a sign, a name, an index, a line left out."""

import ast
import copy
import itertools
from dataclasses import dataclass
from typing import Any

from rnn_helpers.check.advice import listed
from rnn_helpers.check.scene import SYMBOL

SWAPS = {ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add,), ast.Mult: (ast.MatMult, ast.Div, ast.Add),
         ast.MatMult: (ast.Mult,), ast.Div: (ast.Mult, ast.FloorDiv), ast.FloorDiv: (ast.Div,)}
COMPARE = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
SIBLINGS = ({"sum", "mean", "max", "min", "prod"}, {"zeros", "ones", "empty"}, {"zeros_like", "ones_like"},
            {"argmax", "argmin"}, {"maximum", "minimum"}, {"any", "all"}, {"tanh", "exp", "log", "sqrt", "abs"},
            {"concatenate", "stack", "hstack", "vstack"}, {"append", "extend"}, {"floor", "ceil", "round"},
            {"reversed", "list", "sorted"}, {"Wx", "Wh", "Wy"}, {"b", "c"}, {"std", "var"}, {"multiply", "dot"},
            {"size", "prod"})
KEPT = (ast.Return, ast.FunctionDef, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)  # lines never left out


@dataclass
class Edit:
    """One change: `holder.field` becomes change(holder.field).

    words : what follows "everything is right", as in "without `/ B`", or what gives it; line : of the function's file
    rank : -1 or 0 for what is left out or exchanged, up to 3 for what is added
    alike : edits with the same, which is not "", may be one mistake made in several places
    """

    holder: ast.AST
    field: str
    change: Any
    words: Any
    line: int
    rank: int
    alike: str = ""

    @property
    def sibling(self):
        """Whether one function or attribute is put in the place of another."""
        return any(group.issuperset(self.alike.replace("`.", "`").split("`")[1::2]) for group in SIBLINGS if self.alike)

    def told(self):
        """The words, as the trees are now."""
        return self.words() if callable(self.words) else self.words

    def apply(self):
        """Make the change; gives what undoes it."""
        before = getattr(self.holder, self.field)
        setattr(self.holder, self.field, self.change(before))
        return lambda: setattr(self.holder, self.field, before)


@dataclass
class Everywhere:
    """The same edit in each place where it can be made."""

    edits: list

    def __post_init__(self):
        first = self.edits[0]
        self.line, self.rank, self.words = first.line, 1, f"{first.alike} {place_names(self.edits)}"

    @property
    def sibling(self):
        return self.edits[0].sibling

    def told(self):
        return self.words

    def apply(self):
        undo = [edit.apply() for edit in self.edits]

        def back():
            for one in reversed(undo):
                one()
        return back


def place_names(edits):
    lines = sorted({edit.line for edit in edits})
    others = [str(line) for line in lines if line != edits[0].line]
    return f"in all {len(edits)} places of this line" if not others else \
        f"here and in line{'s' * (len(others) > 1)} {listed(others)}"


def edits(function, kinds=None):
    """All edits of a function's tree, the likeliest first; kinds : of the values of its names, as far as known."""
    found, alike = [*expressions(function, kinds or {}), *statements(function), *powers(function)], {}
    for edit in found:
        if edit.alike:
            alike.setdefault(edit.alike, []).append(edit)
    return sorted([*found, *(Everywhere(group) for group in alike.values() if len(group) > 1)],
                  key=lambda edit: edit.rank)


# ---- expressions ----

def expressions(function, kinds):
    names = {**scope(function), "kinds": kinds, "in": function}
    unread = [name for name in names["arguments"] if name not in names["read"]]
    for holder in ast.walk(function):
        if isinstance(holder, ast.arguments):
            continue
        for field, value in ast.iter_fields(holder):
            for node in value if isinstance(value, list) else [value]:
                if not isinstance(node, ast.expr) or isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
                    continue
                for new, words, rank, *alike in changes(node, holder, field, names, unread):
                    yield Edit(holder, field, replacing(node, new), words, node.lineno, rank, *alike)
        yield from in_place(holder)


def changes(node, holder, field, names, unread):
    """(another expression, in words, rank) for one expression."""
    def instead(new, rank, *alike):
        return new, lambda: f"with `{bracketed(new, node, holder, field)}` in place of {which(node, names['in'])}`" \
            f"{text(node)}`", rank, *alike

    if isinstance(node, ast.BinOp) and type(node.op) in SYMBOL:
        sign = SYMBOL[type(node.op)]
        product = not isinstance(node.op, ast.Add | ast.Sub)
        yield node.left, lambda: f"without `{sign} {operand(node.right, product)}`", 0
        yield node.right, lambda: f"without `{operand(node.left)} {sign}`", 0
        for op in SWAPS.get(type(node.op), ()):
            if op not in (ast.Div, ast.FloorDiv, ast.Sub) or text(node.left) != text(node.right):  # x / x is 1
                yield instead(ast.BinOp(node.left, op(), node.right), 0, f"with `{SYMBOL[op]}` in place of `{sign}`")
        if isinstance(node.op, ast.Mult) and getattr(node.left, "value", 0) in (2, 3):  # 2 * h, read as h ** 2
            yield instead(ast.BinOp(node.right, ast.Pow(), node.left), 1)
        if isinstance(node.op, ast.Div) and isinstance(node.right, ast.Name):  # / eps, read as / (2 * eps)
            yield instead(ast.BinOp(node.left, ast.Div(), ast.BinOp(ast.Constant(2), ast.Mult(), node.right)), 2)
        for outer, inner, swapped in ((node.left, node.right, False), (node.right, node.left, True)):
            if isinstance(outer, ast.Call) and len(outer.args) == 1:  # f(a) + b, read as f(a + b)
                both = (inner, outer.args[0]) if swapped else (outer.args[0], inner)
                yield instead(ast.Call(outer.func, [ast.BinOp(both[0], node.op, both[1])], outer.keywords), 2)
        if not isinstance(node.op, ast.Add | ast.Mult):
            yield instead(ast.BinOp(node.right, node.op, node.left), 1)
        if isinstance(node.left, ast.BinOp) and isinstance(node.op, ast.Div | ast.Mult | ast.Pow | ast.Sub):
            inner = node.left  # a - b / c, read as (a - b) / c and the other way round
            yield instead(ast.BinOp(inner.left, inner.op, ast.BinOp(inner.right, node.op, node.right)), 2)
        if isinstance(node.right, ast.BinOp):
            inner = node.right
            yield instead(ast.BinOp(ast.BinOp(node.left, node.op, inner.left), inner.op, inner.right), 2)
    elif isinstance(node, ast.Call):
        for part in [*node.args[:3], *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]:
            if not isinstance(part, ast.Starred) and not isinstance(holder, ast.Expr) \
                    and text(part) not in ("np", "numpy", "math", "rng"):
                yield instead(part, 0, f"without `{text(node.func)}(...)`")
        if len(node.args) == 1 and isinstance(node.args[0], ast.BinOp):  # f(a + b), read as f(a) + b
            inner = node.args[0]
            yield instead(ast.BinOp(ast.Call(node.func, [inner.left], node.keywords), inner.op, inner.right), 2)
            yield instead(ast.BinOp(inner.left, inner.op, ast.Call(node.func, [inner.right], node.keywords)), 2)
        if len(node.args) == 2:
            yield instead(ast.Call(node.func, node.args[::-1], node.keywords), 1)
            if text(node.func) == "np.dot":  # of more than two axes it is another product
                yield instead(ast.BinOp(node.args[0], ast.MatMult(), node.args[1]), 0)
        if len(node.args) > 1:
            for part in node.args:
                left = [other for other in node.args if other is not part]
                yield ast.Call(node.func, left, node.keywords), f"without `{text(part)}` in `{text(node)}`", 1
        given = {keyword.arg for keyword in node.keywords}
        if getattr(node.func, "attr", "") in ("sum", "mean", "max") and "keepdims" not in given:
            along = [(), *([ast.keyword("axis", ast.Constant(axis))] for axis in (0, 1, 2) if "axis" not in given)]
            for axis in along[not given:]:
                more = [*axis, ast.keyword("keepdims", ast.Constant(True))]
                words = f"with `{', '.join(f'{k.arg}={text(k.value)}' for k in more)}` in `{text(node)}`"
                yield ast.Call(node.func, node.args, [*node.keywords, *more]), words, 1 + bool(axis)
        if getattr(node.func, "attr", "") == "reshape" and isinstance(node.func, ast.Attribute):
            yield from (instead(new, 2, f"with {moved}") for new, moved in axes_moved(node))
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], COMPARE):
        for op in COMPARE:
            if not isinstance(node.ops[0], op):
                yield instead(ast.Compare(node.left, [op()], node.comparators), 1)
    elif isinstance(node, ast.BoolOp):
        for part in node.values:
            yield instead(part, 0)
    elif isinstance(node, ast.UnaryOp):
        yield instead(node.operand, 0)
    elif isinstance(node, ast.IfExp):
        yield instead(node.body, 0)
        yield instead(node.orelse, 0)
        yield instead(ast.IfExp(node.test, node.orelse, node.body), 1)
    elif isinstance(node, ast.Constant):
        yield from (instead(ast.Constant(value), 1) for value in near(node.value))
        if isinstance(node.value, float) and 0 < node.value < 0.1:
            yield ast.Constant(node.value * 1e-9), f"with a much smaller number in place of `{text(node)}`", 1
        if isinstance(node.value, int | float):
            yield from (instead(name(other), 1) for other in unread)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value, f"without `.T` after `{text(node.value)}`", 0
    elif isinstance(node, ast.Attribute) and field != "func":
        yield from (instead(ast.Attribute(node.value, other, ast.Load()), 1, f"with `.{other}` in place of "
                            f"`.{node.attr}`") for other in siblings(node.attr))
    elif isinstance(node, ast.Subscript):
        yield node.value, f"without `[{text(node.slice)}]` after `{text(node.value)}`", 0
        if isinstance(node.slice, ast.Tuple):
            yield from (instead(ast.Subscript(node.value, part, ast.Load()), 1) for part in node.slice.elts)
        elif not isinstance(node.slice, ast.Slice):
            for index in (ast.Constant(0), ast.UnaryOp(ast.USub(), ast.Constant(1))):
                if text(index) != text(node.slice):
                    yield instead(ast.Subscript(node.value, index, ast.Load()), 2)
    elif isinstance(node, ast.Slice):
        yield from (instead(new, 1, f"with `[{text(new)}]` in place of `[{text(node)}]`") for new in slices(node))
    elif isinstance(node, ast.Name) and field != "func":
        yield from (instead(name(other), 1, f"with `{other}` in place of `{node.id}`")
                    for other in names["all"] if other != node.id and names["kinds"].get(other) in (
                        None, names["kinds"].get(node.id, names["kinds"].get(other))))
        yield from (instead(copy.deepcopy(whole), 2) for whole in names["within"].get(node.id, ())
                    if whole is not holder)
    elif isinstance(node, ast.Name):
        yield from (instead(name(other), 1) for other in siblings(node.id))
    elif isinstance(node, ast.GeneratorExp) and field == "args":
        yield instead(ast.ListComp(node.elt, node.generators), 0)
    elif isinstance(node, ast.Tuple | ast.List) and field in ("value", "slice", "args"):
        for i, j in itertools.combinations(range(len(node.elts)), 2):
            order = list(node.elts)
            order[i], order[j] = order[j], order[i]
            yield instead(type(node)(order, ast.Load()), 1)
        if len(node.elts) > 2:
            for left in node.elts:
                yield instead(type(node)([part for part in node.elts if part is not left], ast.Load()), 1)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.keywords[3:]:
        for other in siblings(node.func.attr):
            new = ast.Attribute(node.func.value, other, ast.Load())
            words = f"with `{other}` in place of `{node.func.attr}`"
            yield ast.Call(new, node.args, node.keywords), words, 0, words
    if isinstance(holder, ast.For | ast.comprehension) and field == "iter" and text(node)[-6:] != "[::-1]":
        ranges = isinstance(node, ast.Call) and text(node.func) == "range"
        yield instead(ast.Call(name("reversed"), [node if ranges else ast.Call(name("list"), [node], [])], []), 1)
    yield from additions(node, holder, field, names)


def additions(node, holder, field, names):
    """What is put on or around an expression: a sign, `.T`, one more, a copy, a factor."""
    if isinstance(node, ast.Constant | ast.Slice | ast.Starred) and not isinstance(holder, ast.Slice):
        return

    def with_(new, rank=2):
        return new, lambda: f"with `{text(new)}` in place of `{text(node)}`", rank

    place = isinstance(holder, ast.Subscript) and field == "slice" or isinstance(holder, ast.Slice | ast.Compare) \
        or isinstance(holder, ast.Call) and getattr(holder.func, "id", "") == "range" and field == "args"
    if place and not isinstance(node, ast.Tuple | ast.Slice):
        yield with_(ast.BinOp(node, ast.Add(), ast.Constant(1)), 1)
        yield with_(ast.BinOp(node, ast.Sub(), ast.Constant(1)), 1)
        if isinstance(node, ast.Name | ast.Constant) and not isinstance(holder, ast.Call):
            yield with_(ast.UnaryOp(ast.USub(), node), 1)
        return
    if isinstance(node, ast.Tuple | ast.Slice) or field in ("func", "ctx", "test", "slice"):
        return
    value = isinstance(holder, ast.BinOp | ast.Return | ast.Assign | ast.AugAssign | ast.Tuple | ast.List | ast.Call)
    if not value:
        return
    if isinstance(holder, ast.BinOp) and isinstance(holder.op, ast.MatMult) or not isinstance(holder, ast.BinOp):
        yield with_(ast.Attribute(node, "T", ast.Load()))
    if not isinstance(holder, ast.BinOp):
        back = ast.Subscript(node, ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1))), ast.Load())
        yield with_(back)
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            yield with_(ast.Call(ast.Attribute(node, "copy", ast.Load()), [], []))
            yield with_(numpy("zeros_like", node))
        if isinstance(holder, ast.Return) or isinstance(holder, ast.Tuple) and not isinstance(node, ast.Call):
            yield from (with_(ast.Subscript(node, cut, ast.Load())) for cut in (
                ast.Slice(None, ast.UnaryOp(ast.USub(), ast.Constant(1)), None), ast.Slice(ast.Constant(1), None, None),
                ast.UnaryOp(ast.USub(), ast.Constant(1))))
    yield with_(ast.UnaryOp(ast.USub(), node))
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        yield with_(ast.BinOp(node, ast.Pow(), ast.Constant(2)), 3)
        own = names["kinds"].get(text(node))
        for other in names["arguments"]:
            if text(node) != other and names["kinds"].get(other) in (None, "int", "float", own):
                for op in (ast.Sub, ast.Mult, ast.Add, ast.Div):
                    yield with_(ast.BinOp(node, op(), name(other)), 3)


def axes_moved(node):
    """A reshape that first brings the axes into the order in which they are taken apart, or does so afterwards; what it
    does besides, in words."""
    def swapped(array, one, other):
        return ast.Call(ast.Attribute(array, "swapaxes", ast.Load()), [ast.Constant(one), ast.Constant(other)], [])

    array, sizes = node.func.value, node.args[0].elts if isinstance(node.args[0], ast.Tuple) else node.args
    for first in (ast.Attribute(array, "T", ast.Load()), swapped(array, 0, 1), swapped(array, 1, 2)):
        moved = text(first)[len(text(array)):]
        yield ast.Call(ast.Attribute(first, "reshape", ast.Load()), node.args, []), f"`{moved}` before `.reshape(...)`"
    for i in range(len(sizes) - 1):
        other = [*sizes[:i], sizes[i + 1], sizes[i], *sizes[i + 2:]]
        yield swapped(ast.Call(node.func, other, []), i, i + 1), f"`.swapaxes({i}, {i + 1})` after `.reshape(...)`"


def in_place(holder):
    """Edits of a node's own parts that are no expressions: keywords, the sign of `+=`."""
    if isinstance(holder, ast.Call):
        for keyword in holder.keywords:
            if keyword.arg:
                yield Edit(holder, "keywords", leaving(keyword), f"without `{keyword.arg}={text(keyword.value)}`",
                           holder.lineno, 0)
    elif isinstance(holder, ast.AugAssign):
        for op in SWAPS.get(type(holder.op), ()):
            yield Edit(holder, "op", lambda _, op=op: op(),
                       words := f"with `{SYMBOL[op]}=` in place of `{SYMBOL[type(holder.op)]}=`", holder.lineno, 0,
                       words)


def powers(function):
    """`^` read as a power, which binds tighter than the exclusive or that it is."""
    crossed = [node for node in ast.walk(function) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor)]
    if crossed:
        body = ast.parse(text(function).replace("^", "**")).body[0].body
        yield Edit(function, "body", lambda _: body, "with `**`, the power, in place of `^`", crossed[0].lineno, 0)


# ---- statements ----

def statements(function):
    for holder in ast.walk(function):
        for field in ("body", "orelse"):
            body = getattr(holder, field, None)
            if isinstance(body, list) and isinstance(holder, ast.stmt):
                yield from in_a_block(holder, field, body)


def in_a_block(holder, field, body):
    for n, statement in enumerate(body):
        line = statement.lineno
        if not isinstance(statement, KEPT) and not _text_alone(statement):
            block = " and those below that belong to it" if hasattr(statement, "body") else ""
            rank = -1 if isinstance(statement, ast.If) else 0  # before a condition is changed so that it never holds
            yield Edit(holder, field, leaving(statement), f"without this line{block}", line, rank)
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name | ast.Subscript) \
                and len(statement.targets) == 1:
            target = copy.copy(statement.targets[0])
            for op, sign in ((ast.Add, "+="), (ast.Sub, "-=")):
                new = placed(ast.AugAssign(target, op(), statement.value), statement)
                yield Edit(holder, field, replacing(statement, new), f"with `{sign}` in place of `=`", line, 1)
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice) \
                    and isinstance(target.value, ast.Name):
                new = placed(ast.Assign([ast.Name(target.value.id, ast.Store())], statement.value), statement)
                yield Edit(holder, field, replacing(statement, new), f"with `{text(new)}`", line, 0)
        if isinstance(statement, ast.AugAssign):
            target = copy.copy(statement.target)
            plain = placed(ast.Assign([target], statement.value), statement)
            sign = SYMBOL.get(type(statement.op), "") + "="
            yield Edit(holder, field, replacing(statement, plain), f"with `=` in place of `{sign}`", line, 0)
        if n + 1 < len(body) and not isinstance(body[n + 1], ast.Return):
            yield Edit(holder, field, exchanging(statement, body[n + 1]), "with this line below the next", line, 2)
        if isinstance(statement, ast.For):
            for inner in statement.body:
                if isinstance(inner, ast.Assign) and isinstance(target := inner.targets[0], ast.Name):
                    start = placed(ast.Assign([target], ast.Constant(0)), statement)
                    sums = [placed(ast.AugAssign(target, ast.Add(), inner.value), inner) if step is inner else step
                            for step in statement.body]
                    loop = placed(ast.For(statement.target, statement.iter, sums, statement.orelse), statement)
                    yield Edit(holder, field, unfolding(statement, [start, loop]),
                               f"with `+=` in place of `=`, and `{text(start)}` before the loop", inner.lineno, 1)


def _text_alone(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


# ---- how a field changes ----

def replacing(old, new):
    def change(value):
        placed(new, old)
        return [new if item is old else item for item in value] if isinstance(value, list) else new
    return change


def leaving(old):
    def change(items):
        left = [item for item in items if item is not old]
        return left or ([placed(ast.Pass(), old)] if isinstance(old, ast.stmt) else [])
    return change


def unfolding(old, new):
    return lambda items: [other for item in items for other in (new if item is old else [item])]


def exchanging(one, other):
    pair = {id(one): other, id(other): one}
    return lambda items: [pair.get(id(item), item) for item in items]


# ---- parts ----

def scope(function):
    """The names of a function: its arguments, those it gives a value, those it reads, what is computed with each."""
    taken = function.args
    arguments = [argument.arg for argument in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)]
    loads = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    stored = [node.id for node in loads if isinstance(node.ctx, ast.Store)]
    within = {}
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub) and isinstance(node.left, ast.Name):
            within.setdefault(node.left.id, {})[text(node)] = node
    return {"arguments": arguments, "all": list(dict.fromkeys([*arguments, *stored])),
            "read": {node.id for node in loads if isinstance(node.ctx, ast.Load)},
            "within": {name: [*wholes.values()] for name, wholes in within.items()}}


def near(value):
    """Other constants than `value`."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [other for other in dict.fromkeys((value - 1, value + 1, 0, 1, 2)) if other != value]
    if isinstance(value, float):
        return [other for other in (0.0, 1.0, 2.0, 0.5) if other != value]
    return []


def siblings(name):
    return sorted({other for group in SIBLINGS if name in group for other in group} - {name})


def slices(node):
    """Other slices: without a bound, with the bound counted from the other end, or the other part."""
    lower, upper, step = node.lower, node.upper, node.step
    if step is not None:
        yield ast.Slice(lower, upper, None)
    if lower is None and upper is not None:
        other = upper.operand if isinstance(upper, ast.UnaryOp) else ast.UnaryOp(ast.USub(), upper)
        yield ast.Slice(None, None, step)
        yield ast.Slice(upper, None, step)
        yield ast.Slice(other, None, step)
    elif upper is None and lower is not None:
        other = lower.operand if isinstance(lower, ast.UnaryOp) else ast.UnaryOp(ast.USub(), lower)
        yield ast.Slice(None, None, step)
        yield ast.Slice(None, lower, step)
        yield ast.Slice(None, other, step)
    elif lower is not None:
        yield ast.Slice(None, upper, step)
        yield ast.Slice(lower, None, step)


def name(identifier):
    return ast.Name(identifier, ast.Load())


def numpy(function, argument):
    return ast.Call(ast.Attribute(name("np"), function, ast.Load()), [argument], [])


def text(node):
    return ast.unparse(node)


def bracketed(new, old, holder, field):
    """The text of what stands in the place of a name or a call, in brackets where an operator or a dot is around it."""
    around = isinstance(holder, ast.BinOp | ast.UnaryOp | ast.Attribute) or field in ("value", "func") and isinstance(
        holder, ast.Subscript | ast.Call)
    kinds = ast.BinOp | ast.UnaryOp | ast.Compare | ast.IfExp | ast.BoolOp
    return f"({text(new)})" if around and isinstance(new, kinds) and not isinstance(old, kinds) else text(new)


def which(node, function):
    """"the second " of what stands several times in its line, "" for others."""
    if not isinstance(node, ast.Name):
        return ""
    places = sorted(other.col_offset for other in ast.walk(function) if isinstance(other, ast.Name)
                    and (other.id, other.lineno) == (node.id, node.lineno))
    place = places.index(node.col_offset) if len(places) > 1 else -1
    return f"the {('first', 'second', 'third')[place]} " if 0 <= place < 3 else ""


def operand(node, of_a_product=False):
    """An operand's text, in brackets where it is a sum, and where it is a product on the right of another one."""
    compound = isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Pow)
    return f"({text(node)})" if compound and (of_a_product or isinstance(node.op, ast.Add | ast.Sub)) else text(node)


def placed(new, old):
    """A new tree at the place of an old one; what is in it and has a place keeps it."""
    wanted = [new]
    while wanted:
        node = wanted.pop()
        if not hasattr(node, "lineno"):
            ast.copy_location(node, old)
            wanted += ast.iter_child_nodes(node)
    return new
