"""The line of the learner's own on which an exception struck, and the names in it as they were at that moment.

Nothing of the learner's is run again: names are looked up, attributes and elements of plain objects read, and the
shapes of what stands around them worked out by NumPy's rules.
"""

import ast
import builtins
import copy
import linecache
import math
import operator
import os
import traceback
import types
import warnings

import numpy as np

from rnn_helpers.check.outline import parsed

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIBRARIES = tuple(os.path.abspath(folder) + os.sep for folder in
                  (PACKAGE, os.path.dirname(os.path.dirname(np.__file__)), os.path.dirname(os.__file__)))
OF_AN_ARRAY = ("T", "shape", "ndim", "size")  # attributes that are read of an array
REDUCTIONS = ("sum", "max", "min", "mean", "std", "var", "prod")
METHODS = (*REDUCTIONS, "dot", "reshape", "transpose", "ravel", "flatten", "squeeze", "copy", "astype", "clip")
HARMLESS = [getattr(np, name) for name in (
    *REDUCTIONS, "zeros", "ones", "empty", "zeros_like", "ones_like", "empty_like", "arange", "array", "asarray",
    "eye", "dot", "outer", "transpose", "reshape", "ravel", "squeeze", "concatenate", "stack", "vstack", "hstack",
    "expand_dims", "clip", "shape", "argmax")] + [np.linalg.norm, len, range, abs, int, float]
NUMBERS = (np.ndarray, np.number, int, float)
LARGE = 2000  # numbers in an array that nothing more is worked out of
SYMBOL = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**",
          ast.FloorDiv: "//", ast.Mod: "%"}
OPERATE = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
           ast.MatMult: operator.matmul, ast.Pow: operator.pow, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod}
PRODUCTS = {np.dot: ast.MatMult, np.matmul: ast.MatMult, np.multiply: ast.Mult, np.add: ast.Add, np.subtract: ast.Sub}
MOST_NAMES = 5  # of a line that are shown
UNKNOWN = object()


def own(frame):
    """Whether a frame runs the learner's code: not the course's, nor that of a library."""
    name = frame.f_code.co_filename
    return not (name.startswith((*LIBRARIES, "<frozen")) or "site-packages" in name or name.endswith(".pyx"))


def matmul(left, right):
    """The shape of a matrix product of arrays with two axes or more, None when they do not fit."""
    if left is None or right is None or len(left) < 2 or len(right) < 2 or left[-1] != right[-2]:
        return None
    outer = broadcast(left[:-2], right[:-2])
    return None if outer is None else (*outer, left[-2], right[-1])


def broadcast(left, right):
    """The shape of what is computed element by element, None when the shapes do not fit."""
    try:
        return None if left is None or right is None else np.broadcast_shapes(left, right)
    except ValueError:
        return None


def described(value):
    """What a plain value is, without its numbers: "(5, 1)", "a tuple of 3", "None", "4"; "" for others."""
    if isinstance(value, np.ndarray):
        return f"{value.shape}" + (" of objects" if value.dtype.kind == "O" else "")
    if isinstance(value, int | np.integer) and not isinstance(value, bool) and abs(int(value)) < 1000:
        return str(int(value))
    if isinstance(value, bool | type(None)):
        return str(value)
    if type(value) in (list, tuple, dict, set):
        return f"a {type(value).__name__} of {len(value)}"
    return "a float" if isinstance(value, float) else "a str" if isinstance(value, str) else ""


def line_of(frame, lineno):
    return linecache.getline(frame.f_code.co_filename, lineno, frame.f_globals).strip()


def statements_around(tree, lineno):
    """The statements of a module that a line belongs to, from the outside in."""
    inside, left = [], [tree]
    for node in left:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt) and child.lineno <= lineno <= child.end_lineno:
                inside.append(child)
                left.append(child)
            elif isinstance(child, ast.excepthandler | ast.match_case):
                left.append(child)
    return inside


class Scene:
    """Where an exception struck.

    Attributes
    ----------
    error; frame : the innermost one of the learner's own, None when there is none; lineno : its line
    statement, node : the statement there and, where Python knows it, the expression that failed, as trees, or None
    function : the tree of the function around, or None; name : its name
    elsewhere : True when that is not the function that is checked
    steps : all frames of the traceback; results : names of the values that the exercise asks for
    returned : (name, value) of the function that the frame called last and that returned, or None
    """

    def __init__(self, error, results=(), returned=(), names=None):
        walked = list(traceback.walk_tb(error.__traceback__))
        steps = [(frame, lineno) for frame, lineno in walked if own(frame)]
        self.error, self.results, self.steps = error, results, [frame for frame, _ in walked]
        if isinstance(error, RecursionError):  # the last call never began
            steps = steps[:-1] or steps
        self.names, self.noted = names or {}, returned
        self._stand(steps)

    def _stand(self, steps):
        """Look at the last of these steps."""
        self.own_steps, self.statement, self.node, self.function = steps, None, None, None
        self.frame, self.lineno = steps[-1] if steps else (None, 0)
        if self.frame is None:
            self.name, self.elsewhere, self.around, self.returned = "", False, [], None
            return
        self.returned = next((found[1:] for found in reversed(self.noted) if found[0] is self.frame), None)
        frames = [frame for frame, _ in steps]
        whole = [frame for frame in frames if not frame.f_code.co_name.startswith("<")] or frames[:1]
        self.start = steps[0]
        self.around = frames[frames.index(whole[-1]):]  # the function, and the comprehensions and lambdas in it
        self.name, self.elsewhere = whole[-1].f_code.co_name, whole[-1].f_code is not frames[0].f_code
        text = "".join(linecache.getlines(self.frame.f_code.co_filename, self.frame.f_globals))
        try:
            tree = parsed(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        self.lines = text.split("\n")
        inside = statements_around(tree, self.lineno)
        column = self._place()[2]
        here = [node for node in inside if column is None or node.lineno < self.lineno or node.col_offset <= column]
        self.statement = max(here, key=lambda node: (node.lineno, -node.end_lineno, node.col_offset), default=None)
        self.function = max((node for node in inside if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)),
                            key=lambda node: node.lineno, default=None)
        self.node = self._failed()

    def caller(self):
        """The scene of the learner's line that called the function around."""
        other = copy.copy(self)
        other._stand(self.own_steps[:-len(self.around)])
        return other

    def gave(self, node):
        """What a call in the line gave last, UNKNOWN where it did not return."""
        name = getattr(self.value(node.func), "__name__", self.source(node.func).split(".")[-1])
        return next((value for frame, called, value in reversed(self.noted) if called == name
                     and frame in self.around), UNKNOWN)

    def _place(self):
        """Line, last line, column, last column that Python (3.11 or later) keeps with the instruction that failed."""
        instruction = next((tb for tb in _links(self.error) if tb.tb_frame is self.frame), None)
        if not hasattr(self.frame.f_code, "co_positions") or instruction is None:
            return None, None, None, None
        line, end, column, end_column = list(self.frame.f_code.co_positions())[instruction.tb_lasti // 2]
        return line, end, column, end_column

    def _failed(self):
        """The expression at that place; before Python 3.11 the first of the line that fails alike when done again."""
        line, end, column, end_column = self._place()
        if not hasattr(self.frame.f_code, "co_positions"):
            return next(filter(self._fails, self.parts()), None)
        return next((node for node in self.parts() if isinstance(node, ast.expr | ast.stmt) and line
                     and (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)
                     == (line, end, column, end_column)), None)

    def _fails(self, node):
        """Whether an element or an operation, its own parts being known, raises what was raised."""
        try:
            if isinstance(node, ast.Subscript | ast.BinOp | ast.Call):
                self._worked_out(node)
        except Exception as error:
            return type(error) is type(self.error) and error.args == self.error.args
        return False

    def parts(self):
        """The trees of the statement, without the body of a loop or an `if`."""
        def walk(node):
            yield node
            for field, child in ast.iter_fields(node):
                if field in ("body", "orelse", "finalbody", "handlers") and isinstance(node, ast.stmt):
                    continue
                for inner in child if isinstance(child, list) else [child]:
                    if isinstance(inner, ast.AST):
                        yield from walk(inner)

        return walk(self.statement) if self.statement is not None else iter(())

    def of(self, kind):
        """The expression that failed when it is of this kind; else those in it, or in the statement, that are."""
        if isinstance(self.node, kind):
            return [self.node]
        inner = [node for node in ast.walk(self.node) if isinstance(node, kind)] if isinstance(self.node, ast.expr) \
            else []
        return inner or [node for node in self.parts() if isinstance(node, kind)]

    @property
    def line(self):
        """The learner's line, as 'line 3: h_t = ...', or ''."""
        if self.frame is None:
            return ""
        where = f"line {self.lineno}" + (f" of {self.name}" if self.elsewhere else "")
        called = f", called in line {self.start[1]}: {line_of(*self.start)}" if self.elsewhere else ""
        return ": ".join(filter(None, [where, line_of(self.frame, self.lineno)])) + called

    def source(self, node, symbols=None):
        """The text of a tree, as the learner wrote it; symbols : an operation -> the symbol to put in its place."""
        text = segment(self.lines, node) or ast.unparse(node)
        if symbols and node in symbols and isinstance(node, ast.BinOp):
            left, right = (segment(self.lines, side) for side in (node.left, node.right))
            start, end = text.index(left) + len(left), text.rindex(right)
            text = text[:start] + text[start:end].replace("^", symbols[node]) + text[end:]
        return " ".join(text.split())

    def operand(self, node):
        """The text of a part of an operation, in brackets where it is one itself."""
        return f"({self.source(node)})" if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare) \
            else self.source(node)

    def lookup(self, name):
        """What a name stands for at that moment: in the function, in those around it, in the notebook, in Python."""
        for frame in reversed(self.around):
            names = self.names.get(frame, frame.f_locals)
            if name in names:
                return names[name]
        if self.gives(name):
            return UNKNOWN  # it has no value yet
        return self.frame.f_globals.get(name, getattr(builtins, name, UNKNOWN))

    def gives(self, name):
        """Whether the function, or one in it, gives a name a value of its own."""
        return any(name in (*frame.f_code.co_varnames, *frame.f_code.co_cellvars) for frame in self.around)

    def value(self, node):
        """What a name, an attribute, an element or a plain expression is worth; UNKNOWN for what would have to be run.

        Only NumPy's own arithmetic is done again, on plain arrays and numbers.
        """
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self.lookup(node.id)
        if isinstance(node, ast.Tuple | ast.List):
            values = list(map(self.value, node.elts))
            return UNKNOWN if any(value is UNKNOWN for value in values) \
                else tuple(values) if isinstance(node, ast.Tuple) else values
        if isinstance(node, ast.Attribute):
            return attribute(self.value(node.value), node.attr)
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return self._worked_out(node)
        except Exception:  # it may be what failed
            return UNKNOWN

    def _worked_out(self, node):
        if isinstance(node, ast.Subscript):
            base, index = self.value(node.value), self._index(node.slice)
            known = index is not UNKNOWN and type(base) in (list, tuple, dict, str, np.ndarray)
            return base[index] if known else UNKNOWN
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -plain(self.value(node.operand))
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATE:
            left, right = plain(self.value(node.left)), plain(self.value(node.right))
            large = type(left) is type(right) is int and abs(left) + abs(right) > LARGE
            lists = not (isinstance(left, NUMBERS) and isinstance(right, NUMBERS))
            return UNKNOWN if large or lists else OPERATE[type(node.op)](left, right)
        return self.call(node) if isinstance(node, ast.Call) else UNKNOWN

    def call(self, node, **more):
        """What a call of NumPy's, or of an array's method, gives; more : keywords besides."""
        function, method = self.value(node.func), getattr(node.func, "attr", "")
        array = self.value(node.func.value) if isinstance(node.func, ast.Attribute) else None
        if type(array) is np.ndarray and method in METHODS:
            function = getattr(plain(array), method)
        elif not (isinstance(function, np.ufunc) or any(function is known for known in HARMLESS)):
            return UNKNOWN
        given = [value if isinstance(value := self.value(arg), type | np.dtype) else plain(value) for arg in node.args]
        named = {keyword.arg: plain(self.value(keyword.value)) for keyword in node.keywords} | more
        if "out" in named or math.prod(n for n in _whole(given) if n) > LARGE * LARGE:
            return UNKNOWN
        return function(*given, **named)

    def _index(self, node):
        """What stands between square brackets."""
        if isinstance(node, ast.Tuple):
            parts = tuple(map(self._index, node.elts))
            return UNKNOWN if any(part is UNKNOWN for part in parts) else parts
        if not isinstance(node, ast.Slice):
            return self.value(node)
        ends = [end and self.value(end) for end in (node.lower, node.upper, node.step)]
        return slice(*ends) if all(end is None or type(end) is int for end in ends) else UNKNOWN

    def shape(self, node):
        """The shape of what an expression is worth; None when it is not known, or no array or number."""
        value = self.value(node)
        return np.shape(value) if isinstance(value, NUMBERS) else None

    def reduction(self, node):
        """(its shape, its shape with keepdims) of a sum, max, ... that loses an axis; None for anything else."""
        if not (isinstance(node, ast.Call) and getattr(node.func, "attr", "") in REDUCTIONS) \
                or any(keyword.arg == "keepdims" for keyword in node.keywords) or self.shape(node) is None:
            return None
        return self.shape(node), np.shape(self.call(node, keepdims=True))

    def operation(self):
        """(left, symbol, right), as trees, of the operation whose two shapes do not fit; None when there is none."""
        for node in reversed(self.of(ast.Call)):  # np.dot(a, b)
            kind = next((kind for function, kind in PRODUCTS.items() if self.value(node.func) is function), None)
            if kind and len(node.args) == 2:
                left, right = map(self.shape, node.args)
                if left is not None and right is not None \
                        and (matmul if kind is ast.MatMult else broadcast)(left, right) is None:
                    return node.args[0], SYMBOL[kind], node.args[1]
        for node in reversed(self.of(ast.BinOp)):  # from the inside out
            left, right = self.shape(node.left), self.shape(node.right)
            if left is not None and right is not None and self.shape(node) is None and type(node.op) in SYMBOL:
                return node.left, SYMBOL[type(node.op)], node.right
        for node in self.of(ast.AugAssign | ast.Assign):
            target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
            symbol = SYMBOL.get(type(getattr(node, "op", None)), "")
            if not isinstance(node, ast.AugAssign) and not isinstance(target, ast.Subscript):
                continue
            left, right = self.shape(target), self.shape(node.value)
            if left is not None and right is not None and broadcast(left, right) != left:
                return target, symbol + "=", node.value
        return None

    def seen(self):
        """The names of the line with their shapes or types: "dz @ x_t: (5, 1) @ (2, 1)", or "X (5, 3, 2), t 5"."""
        if self.statement is None:
            return ""
        if operation := self.operation():
            left, symbol, right = operation
            return (f"{self.operand(left)} {symbol} {self.operand(right)}: "
                    f"{self.shape(left) or 'a number'} {symbol} {self.shape(right) or 'a number'}")
        found = {}
        for node in self._atoms(self.node if isinstance(self.node, ast.expr) else None):
            value = self.value(node)
            if what := described(value):
                found.setdefault(self.source(node), what)
        return ", ".join(f"{name} {what}" for name, what in list(found.items())[:MOST_NAMES])

    def _atoms(self, root):
        """Names, and attributes and elements of names, from the outside in; those inside a known one are left out."""
        def walk(node):
            if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Load):
                value = self.value(node)
                if value is not UNKNOWN and not isinstance(value, types.MethodType | types.BuiltinMethodType):
                    yield node
                    if isinstance(node, ast.Subscript):
                        yield from walk(node.slice)
                    return
            for child in ast.iter_child_nodes(node):
                yield from walk(child)

        if root is not None:
            yield from walk(root)
        else:
            for part in self.parts():
                if part is not self.statement and isinstance(part, ast.expr):
                    yield from walk(part)


def segment(lines, node):
    """What `ast.get_source_segment` gives, "" for a tree of ours, without dividing the whole text each time."""
    if getattr(node, "end_lineno", None) is None:
        return ""
    *above, last = lines[node.lineno - 1:node.end_lineno]
    first, *below = *above, last.encode()[:node.end_col_offset].decode()
    return "\n".join([first.encode()[node.col_offset:].decode(), *below])


def plain(value):
    """A number, a small array of numbers, or a list or tuple of such, as it is; TypeError for anything else."""
    if type(value) in (list, tuple):
        return type(value)(map(plain, value[:LARGE]))
    if type(value) is np.ndarray and value.dtype.kind in "biuf" and value.size <= LARGE \
            or isinstance(value, np.number) or type(value) in (int, float, bool, type(None)):
        return value
    raise TypeError


def _whole(values):
    """The whole numbers in arguments, as they stand in shapes."""
    for value in values:
        if type(value) in (list, tuple):
            yield from _whole(value)
        elif isinstance(value, int | np.integer):
            yield abs(int(value))


def attribute(value, name):
    """An attribute that is read without running anything, of a module, an array, a plain object; else UNKNOWN."""
    if isinstance(value, types.ModuleType):
        return vars(value).get(name, UNKNOWN)
    if type(value) is np.ndarray:
        return getattr(value, name) if name in OF_AN_ARRAY else UNKNOWN
    fields = getattr(type(value), "_fields", ())
    if isinstance(value, tuple) and name in fields:
        return value[fields.index(name)]
    try:
        if type(value).__module__.startswith("rnn_helpers.") and isinstance(vars(type(value)).get(name), property):
            return getattr(value, name)
        return object.__getattribute__(value, "__dict__").get(name, UNKNOWN)
    except Exception:
        return UNKNOWN


def _links(error):
    """The traceback's steps, the innermost first."""
    steps, step = [], error.__traceback__
    while step is not None:
        steps.append(step)
        step = step.tb_next
    return reversed(steps)
