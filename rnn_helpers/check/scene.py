"""The line of the learner's own on which an exception struck, and the names in it as they were at that moment.

Nothing of the learner's is run again: names are looked up, attributes and elements of plain objects read, and the
shapes of what stands around them worked out by NumPy's rules.
"""

import ast
import builtins
import linecache
import operator
import os
import traceback
import types

import numpy as np

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIBRARIES = tuple(os.path.abspath(folder) + os.sep for folder in
                  (PACKAGE, os.path.dirname(os.path.dirname(np.__file__)), os.path.dirname(os.__file__)))
OF_AN_ARRAY = ("T", "shape", "ndim", "size")  # attributes that are read of an array
REDUCTIONS = ("sum", "max", "min", "mean", "std", "var", "prod")
AS_BIG = ("zeros_like", "ones_like", "empty_like", "copy", "astype", "asarray", "array", "clip")  # of their argument's
MADE = (np.zeros, np.ones, np.empty)
SYMBOL = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**",
          ast.FloorDiv: "//", ast.Mod: "%"}
COUNTS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
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
        self.statement = self.node = self.function = None
        if isinstance(error, RecursionError):  # the last call never began
            steps = steps[:-1] or steps
        self.frame, self.lineno = steps[-1] if steps else (None, 0)
        if self.frame is None:
            self.name, self.elsewhere, self.around, self.returned = "", False, [], None
            return
        self.names = names or {}
        self.returned = next((found[1:] for found in reversed(returned) if found[0] is self.frame), None)
        frames = [frame for frame, _ in steps]
        whole = [frame for frame in frames if not frame.f_code.co_name.startswith("<")] or frames[:1]
        self.around = frames[frames.index(whole[-1]):]  # the function, and the comprehensions and lambdas in it
        self.name, self.elsewhere = whole[-1].f_code.co_name, whole[-1].f_code is not frames[0].f_code
        text = "".join(linecache.getlines(self.frame.f_code.co_filename, self.frame.f_globals))
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        self.text = text
        inside = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)
                  and node.lineno <= self.lineno <= node.end_lineno]
        column = self._place()[2]
        here = [node for node in inside if column is None or node.lineno < self.lineno or node.col_offset <= column]
        self.statement = max(here, key=lambda node: (node.lineno, -node.end_lineno, node.col_offset), default=None)
        self.function = max((node for node in inside if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)),
                            key=lambda node: node.lineno, default=None)
        self.node = self._failed()

    def _place(self):
        """Line, last line, column, last column that Python (3.11 or later) keeps with the instruction that failed."""
        instruction = next((tb for tb in _links(self.error) if tb.tb_frame is self.frame), None)
        if not hasattr(self.frame.f_code, "co_positions") or instruction is None:
            return None, None, None, None
        line, end, column, end_column = list(self.frame.f_code.co_positions())[instruction.tb_lasti // 2]
        return line, end, column, end_column

    def _failed(self):
        """The expression at that place."""
        line, end, column, end_column = self._place()
        return next((node for node in self.parts() if isinstance(node, ast.expr | ast.stmt) and line
                     and (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)
                     == (line, end, column, end_column)), None)

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
        text = linecache.getline(self.frame.f_code.co_filename, self.lineno, self.frame.f_globals).strip()
        where = f"line {self.lineno}" + (f" of {self.name}" if self.elsewhere else "")
        return f"{where}: {text}" if text else where

    def source(self, node, symbols=None):
        """The text of a tree, as the learner wrote it; symbols : an operation -> the symbol to put in its place."""
        text = ast.get_source_segment(self.text, node) or ast.unparse(node)
        if symbols and node in symbols and isinstance(node, ast.BinOp):
            left, right = (ast.get_source_segment(self.text, side) for side in (node.left, node.right))
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
        return self.frame.f_globals.get(name, getattr(builtins, name, UNKNOWN))

    def value(self, node):
        """The value of a name, an attribute, an element, or a plain number; UNKNOWN for what would have to be run."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self.lookup(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = self.value(node.operand)
            return -value if type(value) in (int, float) else UNKNOWN
        if isinstance(node, ast.BinOp) and type(node.op) in COUNTS:
            pair = self.value(node.left), self.value(node.right)
            return COUNTS[type(node.op)](*pair) if all(type(n) is int for n in pair) else UNKNOWN
        if isinstance(node, ast.Tuple):
            values = tuple(map(self.value, node.elts))
            return UNKNOWN if any(value is UNKNOWN for value in values) else values
        if isinstance(node, ast.Attribute):
            return attribute(self.value(node.value), node.attr)
        if isinstance(node, ast.Subscript):
            return self._element(node)
        if isinstance(node, ast.Call) and self.value(node.func) is len and len(node.args) == 1:
            value = self.value(node.args[0])
            return len(value) if type(value) in (list, tuple, dict) or type(value) is np.ndarray and value.ndim \
                else UNKNOWN
        return UNKNOWN

    def _element(self, node):
        base, index = self.value(node.value), self._index(node.slice)
        if index is UNKNOWN or type(base) not in (list, tuple, dict, np.ndarray):
            return UNKNOWN
        try:
            return base[index]
        except Exception:  # it may be what failed
            return UNKNOWN

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
        """The shape that an expression has, from the shapes of the names in it; None when it is not known."""
        value = self.value(node)
        if isinstance(value, np.ndarray | float | int | np.number):
            return np.shape(value)
        if isinstance(node, ast.UnaryOp):
            return self.shape(node.operand)
        if isinstance(node, ast.BinOp):
            join = matmul if isinstance(node.op, ast.MatMult) else broadcast
            return join(self.shape(node.left), self.shape(node.right))
        if isinstance(node, ast.Attribute) and node.attr == "T":
            inner = self.shape(node.value)
            return inner and inner[::-1]
        return self._of_call(node) if isinstance(node, ast.Call) else None

    def _of_call(self, node):
        function, method = self.value(node.func), getattr(node.func, "attr", "")
        if reduced := self.reduction(node):
            return reduced[0]
        inner = node.args and self.shape(node.args[0])
        if function is abs:
            return inner or None
        if isinstance(function, np.ufunc):
            return inner if function.nin == 1 else broadcast(inner, self.shape(node.args[1])) if len(node.args) == 2 \
                else None
        if any(function is make for make in MADE) and node.args:
            made = self.value(node.args[0])
            return made if isinstance(made, tuple) and all(type(n) is int for n in made) else None
        if method in AS_BIG:
            return inner if isinstance(self.value(node.func.value), types.ModuleType) else self.shape(node.func.value)
        return None

    def reduction(self, node):
        """(its shape, its shape with keepdims) of a sum, max, ... over one axis; None for anything else."""
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in REDUCTIONS):
            return None
        if self.value(node.func.value) is np:
            array, rest = node.args[:1], node.args[1:]
        else:
            array, rest = [node.func.value], node.args
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        shape, axis = array and self.shape(array[0]), given.get("axis", rest[0] if rest else None)
        axis = self.value(axis) if axis is not None else None
        if not shape or axis is not None and type(axis) is not int or axis is not None \
            and not -len(shape) <= axis < len(shape):
            return None
        kept = tuple(1 if axis is None or i == axis % len(shape) else n for i, n in enumerate(shape))
        lost = () if axis is None else tuple(n for i, n in enumerate(shape) if i != axis % len(shape))
        keeps = "keepdims" in given and self.value(given["keepdims"]) is True
        return (kept if keeps else lost), kept

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
        for node in self.of(ast.AugAssign):
            left, right = self.shape(node.target), self.shape(node.value)
            if left is not None and right is not None and broadcast(left, right) != left and type(node.op) in SYMBOL:
                return node.target, SYMBOL[type(node.op)] + "=", node.value
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
