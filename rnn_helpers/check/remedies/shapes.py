"""Shapes that do not fit, and sequences of another length."""

import ast
import inspect
import math

import numpy as np

from rnn_helpers.check.advice import listed
from rnn_helpers.check.remedies.common import arguments, assignments, calls, fields_of, last_given, of_ours, one_of
from rnn_helpers.check.scene import REDUCTIONS, UNKNOWN, broadcast, described, matmul


def unpacked(scene):
    """More or fewer values than names to take them."""
    statement, returned = scene.statement, scene.returned
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple | ast.List) \
            and not isinstance(scene.node, ast.Call | ast.BinOp):
        names, value = statement.targets[0].elts, scene.value(statement.value)
        what = scene.source(statement.value)
        if value is UNKNOWN and isinstance(statement.value, ast.Call) and returned is not None \
                and getattr(scene.value(statement.value.func), "__name__", scene.source(
                    statement.value.func).split(".")[-1]) == returned[0]:
            what, value = f"{scene.source(statement.value.func)}(...)", returned[1]
        if value is UNKNOWN:
            return ""
        parts = [n for n in fields_of(value) if not n.startswith("_")]
        if parts and not isinstance(value, list | tuple | dict):
            return f"`{what}` is one object: its parts are {listed([f'`{what}.{n}`' for n in parts[:6]])}."
        counted = isinstance(value, np.ndarray) and value.ndim or type(value) in (list, tuple, dict)
        if not counted or len(value) == len(names) or any(isinstance(name, ast.Starred) for name in names):
            return ""
        count = f"is one array of shape {value.shape}" if isinstance(value, np.ndarray) \
            else f"gives {len(value)} values"
        return f"`{what}` {count}, and {len(names)} names on the left take {len(names)}."
    for loop in scene.parts():
        pairs = isinstance(loop, ast.For | ast.comprehension) and isinstance(loop.target, ast.Tuple) \
            and isinstance(loop.iter, ast.Call) and len(loop.target.elts) > 2
        names = list(map(scene.source, loop.target.elts)) if pairs else []
        if pairs and scene.value(loop.iter.func) is enumerate:
            whole = f"for {names[0]}, ({', '.join(names[1:])}) in"
            return f"`enumerate` gives pairs, of a number and an element: `{whole}`."
        if pairs and scene.value(loop.iter.func) is np.ndenumerate:
            whole = f"for ({', '.join(names[:-1])}), {names[-1]} in"
            return f"`np.ndenumerate` gives pairs, of a place and a number: `{whole}`."
        if isinstance(loop, ast.For | ast.comprehension) and isinstance(loop.target, ast.Tuple) \
                and type(scene.value(loop.iter)) is dict and len(loop.target.elts) == 2:
            name = scene.source(loop.iter)
            return f"`for ... in {name}` gives the names alone; `{name}.items()` gives names and values."
        if isinstance(loop, ast.For | ast.comprehension) and isinstance(loop.target, ast.Tuple) and isinstance(
                loop.iter, ast.Tuple) and len(loop.iter.elts) == len(loop.target.elts):
            text = scene.source(loop.iter).strip("()")
            return f"`in {text}` goes through one after the other; `in zip({text})` takes an element of each."
        if isinstance(loop, ast.For | ast.comprehension) and isinstance(loop.target, ast.Tuple) \
                and type(items := scene.value(loop.iter)) in (list, tuple, np.ndarray):
            text, names = scene.source(loop.iter), len(loop.target.elts)
            if text.endswith(".shape"):
                return f"`{text}` holds sizes, one number each: `np.ndindex({text})` goes through all places."
            if names == 2 and all(isinstance(item, str | int | np.number) for item in items):
                one, place = ("str", "number") if isinstance(items[0], str) else ("number", "place")
                return f"Each element of `{text}` is one {one}: `enumerate({text})` gives a {place} and the {one}."
            sizes = {len(item) for item in items if type(item) in (list, tuple)}
            if len(sizes) == 1 and sizes != {names}:
                return f"each element of `{text}` has {sizes.pop()} values, and there are {names} names."
    return ""


def truth_of_an_array(scene):
    """if h0 == None; if a == b; if h0; h0 or zeros; max(a, b); np.ndindex(an array)"""
    for node, function, _ in calls(scene):
        if one_of(function, (max, min)) and len(node.args) > 1 \
                and any(math.prod(scene.shape(arg) or ()) > 1 for arg in node.args):
            name = function.__name__
            return f"`{name}` compares whole objects; element by element it is `np.{name}imum`."
        if function is np.ndindex and len(node.args) == 1 and isinstance(scene.value(node.args[0]), np.ndarray):
            return f"`np.ndindex` takes a shape: `np.ndindex({scene.source(node.args[0])}.shape)`."
    for node in scene.of(ast.Compare) or [node for node in scene.parts() if isinstance(node, ast.Compare)]:
        left, right = node.left, node.comparators[0]
        shape = broadcast(scene.shape(left) or (), scene.shape(right) or ())
        if not isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.Lt | ast.LtE | ast.Gt | ast.GtE) \
                or math.prod(shape or ()) < 2:
            continue
        if isinstance(right, ast.Constant) and right.value is None:
            word = "is" if isinstance(node.ops[0], ast.Eq) else "is not"
            return f"`{scene.source(node)}` compares each number with None: write `{scene.source(left)} {word} None`."
        text = scene.source(node)
        return f"`{text}` answers for each number, and `if` needs one answer: `np.all({text})` or `np.any({text})`."
    for node in scene.parts():
        asked = [node.test] if isinstance(node, ast.IfExp | ast.If | ast.While) \
            else node.values if isinstance(node, ast.BoolOp) \
            else [node.operand] if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) else []
        for part in asked:
            value, text = scene.value(part), scene.source(part)
            if isinstance(value, np.ndarray) and value.size > 1:
                return f"`{text}` is an array, neither true nor false. If it may be missing, ask `if {text} is None`."
    return ""


def fits(scene, node, shape):
    """Whether an expression of this shape would suit its place: what it is added to, or what its name stands for.

    None where the place does not say.
    """
    parents = {child: parent for parent in scene.parts() for child in ast.iter_child_nodes(parent)}
    parent, known = parents.get(node), None
    while isinstance(parent, ast.BinOp) and not isinstance(parent.op, ast.MatMult | ast.Pow):  # all that it is added to
        if other := scene.shape(parent.right if parent.left is node else parent.left):
            known = broadcast(shape, other) is not None
            if not known:
                return False
        node, parent = parent, parents.get(parent)
    if isinstance(parent, ast.AugAssign):
        target = scene.shape(parent.target)
        return known if target is None else broadcast(shape, target) == target
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        if isinstance(parent.targets[0], ast.Subscript) and (target := scene.shape(parent.targets[0])):
            return broadcast(shape, target) == target
        named = _as_named(scene, parent.targets[0], shape)
        return known if named is None else named
    if isinstance(parent, ast.Tuple) and isinstance(parents.get(parent), ast.Return) and scene.results:
        place = parent.elts.index(node)
        return _as_named(scene, ast.Name(scene.results[place]), shape) if len(parent.elts) == len(scene.results) \
            else known
    return known


def _as_named(scene, target, shape):
    """Whether this is the shape of what a name like dWx or dh_prev is the gradient of; None where that is not known."""
    if not isinstance(target, ast.Name) or not target.id.startswith("d"):
        return None
    for name in (target.id[1:], target.id[1:].removesuffix("_t")):
        holders = [scene.lookup(name), *(fields_of(scene.lookup(holder)).get(name) for holder in ("cell", "model"))]
        for value in holders:
            if isinstance(value, np.ndarray):
                return value.shape == shape
    return None


def transposed(scene):
    """A matrix product that fits with one transpose, or the other way round, in its place; and in no other way.

    Not where a function was given what does not fit: the fault may be its caller's.
    """
    operation = scene.operation()
    if not operation or operation[1] not in ("@", "*"):
        return ""
    left, symbol, right = operation
    taken = {arg.arg for arg in scene.function.args.args} if scene.elsewhere and scene.function else set()
    if any(isinstance(part, ast.Name) and part.id in taken for part in (left, right)):
        return ""
    node = next((n for n in scene.parts() if isinstance(n, ast.BinOp) and n.left is left
                 or isinstance(n, ast.Call) and n.args and n.args[0] is left), None)
    a, b = scene.shape(left), scene.shape(right)
    x, y = scene.operand(left), scene.operand(right)
    if symbol == "@" and len(b) == 3 and isinstance(right, ast.Attribute) and right.attr == "T":
        turned = f"{scene.source(right.value)}.transpose(0, 2, 1)"
        made = matmul(a, (b[2], b[0], b[1]))
        return f"`.T` reverses all three axes, `{turned}` swaps only two: `{x} @ {turned}` is {made}." if made else ""
    if symbol == "@" and a == b and len(a) == 3:
        return f"Element by element it is `{x} * {y}`, {a}."
    if node is None or 2 not in (len(a), len(b)) or 1 in (len(a), len(b)):
        return ""
    if symbol == "*":
        made = matmul(a, b)
        wanted = made and fits(scene, node, made) is not False
        return f"`*` multiplies element by element. The matrix product is `{x} @ {y}`, {made}." if wanted else ""
    if len(a) != len(b):
        ways = {f"{y} @ {x}": matmul(b, a), f"{y}.T @ {x}".replace(".T.T", ""): len(b) == 2 and matmul(b[::-1], a)}
        good = [f"`{way}` is {shape}" for way, shape in ways.items() if shape and fits(scene, node, shape) is not False]
        return f"It fits the other way round: {good[0]}." if len(good) == 1 else ""
    ways = {f"{x} @ {y}.T": (matmul(a, b[::-1]), y), f"{x}.T @ {y}": (matmul(a[::-1], b), x),
            f"{y} @ {x}": (matmul(b, a), "")}
    more = {f"{y}.T @ {x}".replace(".T.T", ""): (matmul(b[::-1], a), ""),
            f"{x}.T @ {y}.T".replace(".T.T", ""): (matmul(a[::-1], b[::-1]), None)}
    good, further = ({way: found for way, found in some.items() if found[0] and fits(scene, node, found[0])}
                     for some in (ways, more))
    good = good or further
    if len(good) != 1:
        return ""
    (way, (shape, which)), = good.items()
    if which is None:
        return f"It fits with the other transposes: `{way}` is {shape}."
    if which.endswith(".T"):
        return f"`{which}` has a transpose too many: `{way.replace('.T.T', '')}` is {shape}."
    return f"`{which}` needs its transpose: `{way}` is {shape}." if which \
        else f"It fits the other way round: `{way}` is {shape}."


def too_small(scene):
    """An array that was made without an axis that what is written into it, or added to it, has."""
    operation = scene.operation()
    if not operation or operation[1][-1] != "=":
        return ""
    left, _, right = operation
    base, inner = left.value if isinstance(left, ast.Subscript) else left, scene.shape(right)
    whole, text = scene.shape(base), scene.source(base)
    if isinstance(left, ast.Subscript) and whole:
        given = left.slice.elts if isinstance(left.slice, ast.Tuple) else [left.slice]
        for place in range(len(given) + 1) if len(given) < len(whole) else ():
            index = [*map(scene._index, given[:place]), 0, *map(scene._index, given[place:])]
            if whole[place] == 1 and not any(part is UNKNOWN for part in index) \
                    and np.shape(scene.value(base)[tuple(index)]) == inner:
                shown = ", ".join([*map(scene.source, given[:place]), "0", *map(scene.source, given[place:])])
                return f"`{text}` is {whole}: `{text}[{shown}]` is {inner}, which fits."
        if len(given) > 1 or isinstance(given[0], ast.Slice) or type(scene.value(given[0])) is not int:
            return ""
        inner = whole[:1] + inner
    made = [step for step in assignments(scene, text) if isinstance(step, ast.Assign)]
    lacks_axes = whole and len(whole) < len(inner) and inner[:len(whole)] == whole
    if made and isinstance(left, ast.Subscript) and whole and len(whole) == len(inner) and whole != inner:
        return f"Line {made[-1].lineno} makes `{text}` {whole}, so `{scene.source(left)}` takes {scene.shape(left)}."
    if not made or not lacks_axes and not (isinstance(left, ast.Name) and _as_named(scene, left, inner)):
        return ""
    return f"`{text}` (line {made[-1].lineno}) is {whole}, and would have to be {inner}."


def step_by_step(scene):
    """dWx += dWx_t, where dWx_t came of the whole dh; a row for three of the four values that a function gives"""
    left, symbol, right = scene.operation() or (None, "", None)
    step, call = last_given(scene, right.id) if isinstance(right, ast.Name) else (None, None)
    if call is not None and symbol == "+=" and scene.shape(right)[1:] == scene.shape(left):
        inner = {node.value for arg in call.args for node in ast.walk(arg) if isinstance(node, ast.Subscript)}
        for node in (node for arg in call.args for node in ast.walk(arg) if isinstance(node, ast.Name)):
            shape = scene.shape(node)
            if node not in inner and shape and len(shape) == 3 and shape[0] == scene.shape(right)[0]:
                made = assignments(scene, node.id)[:1]
                first = f", first in line {made[0].lineno}" if made and made[0].lineno < step.lineno else ""
                return f"Line {step.lineno} takes the whole `{node.id}`, {shape}{first}; one step is {shape[1:]}."
    target, value = (getattr(scene.statement, "targets", [None])[0], getattr(scene.statement, "value", None))
    over = value.generators[0].iter if isinstance(value, ast.ListComp) else None
    if isinstance(over, ast.Call) and isinstance(target, ast.Subscript) and type(given := scene.gave(over)) is tuple \
            and scene.shape(target) and len(given) > scene.shape(target)[0]:
        return f"`{scene.source(over.func)}(...)` gives {len(given)} values, and `{scene.source(target)}` takes " \
               f"{scene.shape(target)[0]}."
    return ""


def other_count(scene):
    """reshape to a shape for more or fewer numbers"""
    for node in scene.of(ast.Call):
        if getattr(node.func, "attr", "") != "reshape":
            continue
        of_numpy = scene.value(node.func.value) is np
        array, shape = (node.args[0], node.args[1:]) if of_numpy else (node.func.value, node.args)
        values = [scene.value(part) for part in shape]
        sizes = values[0] if len(values) == 1 and type(values[0]) is tuple else tuple(values)
        value = scene.value(array)
        known = math.prod(n for n in sizes if n != -1) if all(type(n) is int for n in sizes) else 0
        count = np.size(value) if isinstance(value, np.ndarray | list) else 0
        if known and count and (count % known if -1 in sizes else count != known):
            return f"`{scene.source(array)}` is {np.shape(value)}, {count} numbers; {sizes} takes " \
                   f"{f'a multiple of {known}' if -1 in sizes else known}."
    return ""


def joined_otherwise(scene):
    """np.concatenate along an axis in which the shapes do not agree, and do along one other"""
    for node, function, _ in calls(scene):
        value = scene.value(node.args[0]) if node.args else UNKNOWN
        joins = one_of(function, (np.concatenate, np.vstack, np.hstack))
        shapes, good = [np.shape(part) for part in value] if joins and type(value) in (list, tuple) else [], {}
        if shapes and any(holds_all(scene.lookup(name), value) for name in arguments(scene)):
            return f"Arrays of any shapes join once they are flat: `[g.ravel() for g in {scene.source(node.args[0])}]`."
        if len(set(map(len, shapes))) > 1 and function is not np.vstack:
            return f"What is joined needs as many axes: the shapes are {listed(list(map(str, dict.fromkeys(shapes))))}."
        for axis in range(len(shapes[0]) if len(set(map(len, shapes))) == 1 else 0):
            if len({shape[:axis] + shape[axis + 1:] for shape in shapes}) == 1:
                good[axis] = np.concatenate(value, axis).shape
        if len(good) == 1:
            (axis, shape), = good.items()
            text = f"np.concatenate({scene.source(node.args[0])}, axis={axis})"
            return f"They join along axis {axis}: `{text}` is {shape}."
    return ""


def whole_numbers(scene):
    """targets * np.log(p), where targets are indices"""
    left, _, right = scene.operation() or (None, "", None)
    for node, other in ((left, right), (right, left)):
        value = scene.value(node) if isinstance(node, ast.Name) and node.id in arguments(scene) else None
        if isinstance(value, np.ndarray) and value.dtype.kind in "iu" and value.ndim < len(scene.shape(other)):
            return f"`{node.id}` holds whole numbers, which are places: they stand in square brackets, as indices."
    return ""


def holds_all(value, parts):
    """Whether a value is a dict that these arrays are in."""
    return type(value) is dict and all(any(part is other for other in value.values()) for part in parts)


def lost_axis(scene):
    """A sum or a max over an axis whose lost axis is why two shapes do not fit."""
    operation = scene.operation()
    if not operation:
        return ""
    left, symbol, right = operation
    for side, other in ((left, right), (right, left)):
        call, line = side, ""
        if isinstance(side, ast.Name):
            step, _ = last_given(scene, side.id)
            if isinstance(step, ast.Assign) and isinstance(step.targets[0], ast.Name):
                call, line = step.value, f" (line {step.lineno})"
        found, across = scene.reduction(call), scene.shape(other)
        if not found or found[0] != scene.shape(side):
            continue
        joined = broadcast(found[1], across)
        axis = next((keyword.value for keyword in call.keywords if keyword.arg == "axis"), None)
        if isinstance(axis, ast.Constant) and symbol.endswith("=") and across == scene.shape(left) and joined != across:
            made = {n: np.shape(scene.call(without(call, "axis"), axis=n, keepdims=True)) for n in range(len(found[1]))}
            other = [n for n, shape in made.items() if shape == across]
            if len(other) == 1:
                return f"`{scene.source(call)}`{line} adds along axis {axis.value}; along axis {other[0]}, with " \
                       f"`keepdims=True`, it is {across}."
        if joined is not None and (not symbol.endswith("=") or joined == scene.shape(left)):
            return f"`{scene.source(call)}`{line} has lost an axis: with `keepdims=True` it is {found[1]}, which fits."
    return ""


def without(call, name):
    """A call without a keyword."""
    return ast.Call(call.func, call.args, [keyword for keyword in call.keywords if keyword.arg != name])


def parts_of_other_shapes(scene):
    """np.array of a list whose elements differ in shape, or of [series[n:n + length] for n in range(len(series))]"""
    for node, function, text in calls(scene):
        value = scene.value(node.args[0]) if node.args else UNKNOWN
        call = getattr(node.args[0], "value", node.args[0]) if node.args else None  # of f(...)[:3] too
        if isinstance(call, ast.Call) and type(given := scene.gave(call)) is tuple and len(given) > 1 \
                and isinstance(given[0], np.ndarray) and str(getattr(function, "__module__", "")).startswith("numpy"):
            return f"`{scene.source(call.func)}(...)` gives {len(given)} arrays, and `{text}` takes one: call it for " \
                   "each."
        one = function is np.linalg.norm or isinstance(function, np.ufunc) and function.nin == 1 \
            or one_of(function, [getattr(np, name) for name in REDUCTIONS])
        parts = value if type(value) in (list, tuple) else ()
        shapes = dict.fromkeys(part.shape for part in parts if isinstance(part, np.ndarray))
        if one and len(shapes) > 1:
            other = listed(list(map(str, shapes))[:3])
            return f"`{scene.source(node.args[0])}` holds arrays of other shapes, {other}, and `{text}` takes one " \
                   "array: call it for each."
        if not one_of(function, (np.array, np.asarray, np.stack)):
            continue
        part = getattr(node.args[0], "elt", None) if node.args else None
        if isinstance(getattr(part, "slice", None), ast.Slice):
            return f"The pieces `{scene.source(part)}` are not all of one length: a slice that reaches beyond the " \
                   f"end of `{scene.source(part.value)}` is shorter."
        if type(value) in (list, tuple):
            shapes = list(dict.fromkeys(described(v) for v in value))
            if len(shapes) > 1:
                return f"The elements of `{scene.source(node.args[0])}` are {' and '.join(shapes[:3])}: they must " \
                       "be the same."
    return ""


def flat_probabilities(scene):
    """rng.choice(..., p=a column, or what does not sum to 1, or of another length)"""
    for node in scene.of(ast.Call):
        p = next((keyword.value for keyword in node.keywords if keyword.arg == "p"), None)
        shape = scene.shape(p) if p is not None else None
        if getattr(node.func, "attr", "") == "choice" and shape and len(shape) == 2 and node.args:
            text, among = scene.source(p), node.args[0]
            among = scene.value(among.args[0] if isinstance(among, ast.Call) and among.args else among)
            count = among if isinstance(among, int) else len(among) if type(among) in (list, str, np.ndarray) else 0
            if shape[1] == 1 and count in (0, shape[0]):
                return f"`{text}` is {shape}, and `choice` needs one axis: `{text}[:, 0]`."
            step = (assignments(scene, text) or [None])[-1]
            whole = [f"`{name.id}` is {scene.shape(name)}, all steps: the last is `{name.id}[-1]`."
                     for name in ast.walk(step or p) if isinstance(name, ast.Name)
                     and (inner := scene.shape(name)) and len(inner) == 3 and inner[0] == shape[0]]
            return count and f"`choice` needs {count} probabilities, and `{text}` is {shape}." + f" {'; '.join(whole)}"
        if getattr(node.func, "attr", "") == "choice" and shape and np.min(scene.value(p)) < 0:
            return f"`{scene.source(p)}` has numbers below 0, which are no probabilities: has it been through softmax?"
        if getattr(node.func, "attr", "") == "choice" and shape and len(shape) == 1 \
                and np.isfinite(total := np.sum(scene.value(p))) and abs(total - 1) > 1e-6:
            return f"`{scene.source(p)}` sums to {total:.4g}. Divide by the sum, as the last step: then it is 1."
    return ""


def loss_not_given(scene):
    """The course's default loss, for squared errors, met integer targets."""
    for node, function, text in calls(scene):
        if not inspect.isfunction(function) or not of_ours(function):
            continue
        default = getattr(inspect.signature(function).parameters.get("loss"), "default", None)
        whole = [arg for arg in node.args if isinstance(value := scene.value(arg), np.ndarray)
                 and value.dtype.kind in "iu"]
        raised = any(step.f_code is getattr(default, "__code__", None) for step in scene.steps)
        if raised and whole and not any(keyword.arg == "loss" for keyword in node.keywords):
            return (f"No `loss=` is given, so it takes `{default.__name__}`. `{scene.source(whole[0])}` holds whole "
                    f"numbers: `{text}(..., loss=cross_entropy)`.")
    return ""
