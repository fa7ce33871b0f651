"""Places that are not there, and loops that do not end where they should."""

import ast
import inspect

import numpy as np

from rnn_helpers.check.advice import listed
from rnn_helpers.check.remedies.common import (
    arguments,
    asked_for,
    calls,
    given_back,
    loops_around,
    of_ours,
    parameters_of,
)
from rnn_helpers.check.remedies.names import empty_loop, none_there
from rnn_helpers.check.scene import UNKNOWN, described, own


def time_is_first(scene):
    """X[:, :, t], dh[:, t, :], of an argument with three axes"""
    for node in scene.of(ast.Subscript):
        shape, parts = scene.shape(node.value), getattr(node.slice, "elts", ())
        steps = [part for part in parts if ast.unparse(part) != ":"]
        t, axis = (scene.value(steps[0]), parts.index(steps[0])) if len(steps) == 1 else (None, 0)
        if shape and len(shape) == len(parts) == 3 and axis and type(t) is int and t < shape[0] \
                and (t >= shape[axis] or not isinstance(scene.error, IndexError)) \
                and scene.source(node.value) in arguments(scene):
            text = scene.source(node.value)
            return f"`{text}` is {shape}, time first: a step is `{text}[{scene.source(steps[0])}]`, {shape[1:]}."
    return ""


def hidden_by_a_loop(scene):
    """for c in h_states: Wy @ c + c; for x_t, t in enumerate(X): cell.forward(x_t, h)"""
    for loop in loops_around(scene, ast.For):
        first = scene.source(loop.target.elts[0] if isinstance(loop.target, ast.Tuple) else loop.target)
        if first in arguments(scene) and any(node.id == first for node in scene.of(ast.Name)):
            return f"The loop on line {loop.lineno} gives `{first}` another value: the argument is lost."
        if isinstance(loop.target, ast.Tuple) and isinstance(loop.iter, ast.Call) \
                and scene.value(loop.iter.func) is enumerate \
                and any(scene.source(arg) == first for call in scene.of(ast.Call) for arg in call.args):
            return f"`enumerate` gives the number first: `{first}` is a number here."
    return ""


def given_otherwise(scene):
    """caches for h_states; the list for one of its elements, in the call of the function that raised"""
    scene = scene.caller() if scene.elsewhere else scene
    raised = [frame.f_code for frame in scene.steps]
    for node, function, text in calls(scene) if scene.statement is not None else ():
        if getattr(function, "__code__", None) not in raised:
            continue
        sources, asked = list(map(scene.source, node.args)), asked_for(function)
        parameters = [name for name in parameters_of(function) if name != "self"]
        for name, arg, source in zip(parameters, node.args, sources, strict=False):
            value, other, said = scene.value(arg), scene.lookup(name), asked.get(name, "")
            if isinstance(arg, ast.Name) and source != name and name not in sources and described(other) \
                    and type(other) is not type(value) or said.startswith("dict") and (
                        isinstance(arg, ast.List | ast.Tuple) or type(value) is list):
                return f"`{text}` takes `{name}` here{', ' * bool(said)}{said}, and gets `{source}`."
            base = scene.source(arg.value) if isinstance(arg, ast.Subscript) else source
            place = next((n for n in parameters if n != name and base in (n, f"{n}s", n.removesuffix("_t"))), "")
            if place and isinstance(arg, ast.Name | ast.Subscript) and base not in (name, f"{name}s"):
                return f"It is called as `{text}({', '.join(parameters)})`: `{source}` stands in the place of `{name}`."
            whole = arg.value if isinstance(arg, ast.Subscript) and isinstance(arg.slice, ast.Slice) else arg
            if scene.source(whole) == f"{name}s" and isinstance(value, list):
                return f"`{text}` takes one {name}, as `{name}s[...]` is; `{source}` is a list."
    return ""


def counted(scene, index):
    """A loop over numbers that stand in the code, whose number is in an index."""
    for loop in loops_around(scene, ast.For):
        if isinstance(loop.iter, ast.Call) and scene.value(loop.iter.func) is range and all(
                isinstance(end, ast.Constant) for end in loop.iter.args) and scene.source(loop.target) in {
                node.id for node in ast.walk(index) if isinstance(node, ast.Name)}:
            return f" The loop on line {loop.lineno} goes over `{scene.source(loop.iter)}`, whatever is given."
    return ""


def beyond_the_end(scene):
    """An index that is not there."""
    for node in scene.of(ast.Subscript):
        base, index = scene.value(node.value), scene._index(node.slice)
        text, sizes = scene.source(node.value), np.shape(base) if isinstance(base, np.ndarray) else ()
        sizes = (len(base),) if isinstance(base, list | tuple) else sizes
        ends = list(map(scene.source, node.slice.elts)) if isinstance(node.slice, ast.Tuple) else []
        if len(ends) == 2 and ends[1].startswith(f"{ends[0]} + "):
            return f"A comma takes one place along each of two axes; a slice has a colon: " \
                   f"`{text}[{ends[0]}:{ends[1]}]`."
        places = index if type(index) is tuple else (index,)
        plain = not any(part is None or part is ... for part in places)
        for axis, (where, size) in enumerate(zip(places, sizes, strict=False) if plain else ()):
            if type(where) in (int, np.intp) and not -size <= where < size:
                ends = f", 0 to {size - 1}" if size else ""
                stored = type(base) is list and isinstance(node.ctx, ast.Store)
                grow = f" `{text}.append(...)` adds one." if stored else ""
                along = f" along axis {axis}: `{text}` is {sizes}" if axis else f": it holds {size}{ends}" if size \
                    else ": it is empty"
                inner = {n.id for n in ast.walk(node.slice) if isinstance(n, ast.Name)}
                for loop in ast.walk(scene.function or scene.statement) if isinstance(node.slice, ast.BinOp) else ():
                    over = loop.iter if isinstance(loop, ast.For | ast.comprehension) else None
                    if isinstance(over, ast.Call) and scene.value(over.func) is range and ast.unparse(loop.target) in \
                            inner and list(map(scene.value, over.args)) == [size]:
                        grow = f" `{scene.source(over)}` takes all {size}: `{scene.source(node.slice)}` goes beyond."
                return f"`{text}` has no element {where}{along}.{grow}{counted(scene, node.slice)}"
        if type(base) is np.ndarray and type(index) is tuple and len(index) > base.ndim:
            if base.shape == (0,) and scene.function is not None and (loop := empty_loop(scene)):
                return f"`{text}` is empty. {loop}"
            return f"`{text}` has {base.ndim} {'axis' if base.ndim == 1 else 'axes'}, {base.shape}, and " \
                   f"{len(index)} indices are given."
        if type(base) is np.ndarray and isinstance(node.slice, ast.Tuple):
            shapes = [np.shape(v) for part in node.slice.elts if (v := scene.value(part)) is not UNKNOWN
                      and isinstance(v, np.ndarray | list | range)]
            if len(shapes) > 1 and len(node.slice.elts) < base.ndim:
                return f"`{text}` is {base.shape}, and the line indexes {len(node.slice.elts)} of its {base.ndim} axes."
            if len(shapes) > 1 and len(set(shapes)) > 1:
                return f"The indices have the shapes {listed(list(map(str, shapes)))}, which do not pair: " \
                       "one with `[:, None]` does."
        if type(base) is np.ndarray and isinstance(index, np.ndarray) and index.dtype.kind in "iu":
            return f"`{scene.source(node)}` takes its indices along axis 0 of `{text}`, which is {base.shape}."
    return ""


def keys_there(scene):
    """The keys that a dict has instead."""
    for node in scene.of(ast.Subscript):
        base = scene.value(node.value)
        if type(base) is dict and not base:
            name = scene.source(node.value)
            adds = isinstance(scene.statement, ast.AugAssign) and scene.statement.target is node
            return f"`{name}` is empty" + (f", and `{scene.source(node)}` has no value to add to: it needs one before "
                                           "the loop." if adds else ".")
        if type(base) is dict and all(isinstance(key, str) and len(key) <= 20 for key in base) and 0 < len(base) <= 12:
            return f"`{scene.source(node.value)}` has the keys {', '.join(map(repr, base))}."
    return ""


def calls_itself(scene):
    """A function whose line calls it again."""
    for node in scene.of(ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id == scene.name:
            endless = ", endlessly" if isinstance(scene.error, RecursionError) else ""
            return f"`{scene.name}` calls itself here{endless}."
    return ""


def arrays_added(scene):
    """sum(g**2 for g in grads), whose arrays differ in shape; np.linalg.norm(a, b)"""
    for node, function, text in calls(scene):
        if function is sum and node is scene.node and isinstance(scene.error, ValueError) and node.args \
                and isinstance(node.args[0], ast.GeneratorExp):
            part = scene.source(node.args[0].elt)
            return f"`sum` adds whole arrays here, and their shapes differ. `np.sum({part})` is a number."
        if function is sum and isinstance(scene.error, ValueError) and node.args \
                and getattr(getattr(node.args[0], "func", None), "attr", "") == "values":
            return "`sum` adds whole arrays here, and their shapes differ."
        second = parameters_of(function)[1:2]
        if second and second[0] in ("axis", "ord", "dtype") and len(node.args) > 1 \
                and isinstance(scene.value(node.args[1]), np.ndarray):
            both = ", ".join(map(scene.source, node.args[:2]))
            return f"`{text}` takes one list of arrays: `{text}([{both}], ...)`." \
                if function in (np.concatenate, np.stack) else \
                f"`{text}` takes one array; what comes second is `{second[0]}`."
    return ""


def changed_in_its_loop(scene):
    """A dict that gets or loses keys while a loop runs over it."""
    over = scene.statement.iter if isinstance(scene.statement, ast.For) else None
    if isinstance(over, ast.Call) and getattr(over.func, "attr", "") in ("items", "keys", "values"):
        over = over.func.value
    if over is None or type(scene.value(over)) is not dict:
        return ""
    name, all_of_it = scene.source(over), scene.source(scene.statement.iter)
    body = [node for step in scene.statement.body for node in ast.walk(step)]
    lost = [node for node in body if isinstance(node, ast.Delete) or isinstance(node, ast.Call)
            and scene.source(node.func) in (f"{name}.pop", f"{name}.popitem")]
    return f"`{name}` loses keys while the loop runs over it: `list({all_of_it})` keeps what was there." if lost \
        else f"`{name}` gets new keys while the loop runs over it: fill a new dict."


def taken_in_another_order(scene):
    """dy, loss = squared_error(y, target), which returns loss, dy"""
    for step in ast.walk(scene.function) if scene.function is not None else ():
        call = step.value if isinstance(step, ast.Assign) and isinstance(step.targets[0], ast.Tuple) else None
        function = scene.value(call.func) if isinstance(call, ast.Call) else None
        if not inspect.isfunction(function) or not of_ours(function):
            continue
        names, given = list(map(scene.source, step.targets[0].elts)), given_back(function)
        if names != given and sorted(names) == sorted(given):
            return f"`{scene.source(call.func)}` returns `{', '.join(given)}`, in this order; line {step.lineno} " \
                   f"takes `{', '.join(names)}`."
    return ""


def refused_by_the_course(scene):
    """What a function of the course that raised was given: an empty slice; else how it is called."""
    if not scene.steps or own(scene.steps[-1]) or not str(
            scene.steps[-1].f_globals.get("__name__", "")).startswith("rnn_helpers."):
        return ""
    for node, function, text in calls(scene):
        if not of_ours(function):
            continue
        for arg in node.args:
            ends = [end for end in (arg.slice.lower, arg.slice.upper) if end is not None] \
                if isinstance(arg, ast.Subscript) and isinstance(arg.slice, ast.Slice) else []
            if ends and isinstance(value := scene.value(arg), np.ndarray | list) and not len(value):
                shown = " and ".join(f"`{scene.source(end)}` is {scene.value(end)}" for end in ends)
                return f"`{scene.source(arg)}` is empty: {shown}."
        for arg in node.args:
            if isinstance(arg, ast.Name) and scene.value(arg) is None:
                return none_there(scene, arg.id)
        if inspect.isfunction(function):
            names = [name for name in parameters_of(function) if name != "self"]
            given = dict(zip(names, map(scene.value, node.args), strict=False))
            steps = [len(given[name]) for name in ("dh", "caches") if isinstance(given.get(name), list | np.ndarray)]
            if len(steps) == 2 and steps[0] < steps[1]:
                return f"{steps[1]} caches need {steps[1]} dh: zeros for the steps that have no loss here."
            asked = asked_for(function)
            for name, arg in zip(names, node.args, strict=False):
                value, text_of, said = scene.value(arg), scene.source(arg), asked.get(name, "")
                if said.startswith("(") and type(value) in (str, int, np.int64):
                    what = "a str" if type(value) is str else "one number"
                    return f"`{text_of}` is {what}, and `{name}` is {said}" + (
                        f": `[{text_of}]` holds it." if what != "a str" and said.startswith("(T,)") else ".")
                if type(value) is list and value and all(isinstance(part, list) for part in value) \
                        and f"{text_of}.append(" in ast.unparse(scene.function):
                    return f"The elements of `{text_of}` are lists: `{text_of}.append(...)` puts a whole list into " \
                           f"it, `{text_of} + ...` joins two."
                shape, axes = scene.shape(arg), asked.get(name, "").partition(")")[0].count(",") + 1
                if shape and asked.get(name, "").startswith("(") and len(shape) == axes + 1 == 3:
                    return f"`{scene.source(arg)}` is {shape}, all steps; `{name}` is {asked[name]}: one of them, as " \
                           f"the last is, `{scene.source(arg)}[-1]`."
            return f"It is called as `{text}({', '.join(names)})`."
    return ""


def grows(scene):
    """A name that is made anew from itself, and larger, each time round a loop."""
    step = scene.statement
    if isinstance(step, ast.Assign) and isinstance(step.targets[0], ast.Name):
        name = step.targets[0].id
        if any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(step.value)):
            return f"`{name}` is made from itself each time this line runs, and grows."
    return ""


def nothing_moves(scene):
    """A while loop that gives no new value to what its condition reads."""
    if scene.function is None:
        return ""
    for loop in loops_around(scene, ast.While)[-1:]:
        it = scene.source(loop.test.operand.value) if isinstance(loop.test, ast.UnaryOp) and isinstance(
            loop.test.operand, ast.Attribute) else ""
        if it and loop.test.operand.attr == "finished" and f"{it}.iternext(" not in scene.source(loop):
            return f"`{it}.finished` changes by `{it}.iternext()`, which the loop does not call."
        asked = list(ast.walk(loop.test))
        read = [n.id for n in asked if isinstance(n, ast.Name)
                and isinstance(scene.lookup(n.id), int | float | str | tuple)]
        given = {n.id for step in loop.body for n in ast.walk(step) if isinstance(n, ast.Name)
                 and not isinstance(n.ctx, ast.Load)}
        if read and not given.intersection(read) \
                and not any(isinstance(n, ast.Call) and scene.value(n.func) is not len for n in asked):
            names = listed(f"`{name}`" for name in dict.fromkeys(read))
            return f"No line of the loop gives {names} a new value, which `while {scene.source(loop.test)}` waits for."
    return ""
