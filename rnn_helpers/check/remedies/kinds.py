"""A value of another kind than the line needs: a number for an array, a tuple for its parts, None, a function."""

import ast
import builtins
import difflib
import inspect
import math
import re

import numpy as np

from rnn_helpers.check.advice import listed
from rnn_helpers.check.remedies.common import (
    arguments,
    assignments,
    calls,
    fields_of,
    last_given,
    number_word,
    of_ours,
    one_letter_off,
    one_of,
    parameters_of,
    round_brackets,
    whole_tuple,
)
from rnn_helpers.check.remedies.names import none_there
from rnn_helpers.check.scene import REDUCTIONS, SYMBOL, UNKNOWN, described

ITERATORS = (map, zip, filter, enumerate, reversed, *map(type, (reversed([]), iter([]), {}.values(), {}.items(),
                                                                {}.keys(), (n for n in ()))))


def only_gone_through(scene):
    """len(reversed(caches)), zip(a, b)[0]"""
    asked = [node.value for node in scene.of(ast.Subscript)]
    asked += [node.args[0] for node, function, _ in calls(scene) if function is len and len(node.args) == 1
              and not hasattr(scene.value(node.args[0]), "__len__")]
    for node in asked:
        text = scene.source(node)
        if type(scene.value(node)) in ITERATORS or isinstance(node, ast.Call) and scene.value(node.func) in ITERATORS:
            step = (assignments(scene, text) or [None])[-1]
            made = f"`{scene.source(step.value)}` (line {step.lineno})" if step is not None else f"`{text}`"
            return f"{made} can be gone through, and has no length and no places: `list(...)` around it has."
    return ""


def joined_numbers(scene):
    """''.join(indices)"""
    for node in scene.of(ast.Call):
        value = scene.value(node.args[0]) if getattr(node.func, "attr", "") == "join" and node.args else None
        other = next((part for part in value if not isinstance(part, str)), None) if type(value) is list else None
        if other is not None:
            held = described(other) or "what is no str"
            return f"`{scene.source(node.args[0])}` holds {held}, and `join` takes only str."
    return ""


def formatted_otherwise(scene):
    """{an array:.2f} in an f-string"""
    for node in scene.of(ast.FormattedValue):
        if node.format_spec is not None and (shape := scene.shape(node.value)):
            return f"A format as `:.2f` is for one number, and `{scene.source(node.value)}` is {shape}."
    return ""


def function_itself(scene):
    """loss="cross_entropy", loss=cross_entropy(X, targets)"""
    for node in scene.parts():
        function = scene.value(node.func) if isinstance(node, ast.Call) else None
        if function is UNKNOWN and isinstance(node.func, ast.Attribute):
            function = getattr(type(scene.value(node.func.value)), node.func.attr, None)
        known = inspect.signature(function).parameters if inspect.isfunction(function) and of_ours(function) else {}
        for keyword in node.keywords if known else ():
            default = known[keyword.arg].default if keyword.arg in known else None
            value, name = scene.value(keyword.value), ""
            if isinstance(keyword.value, ast.Call) and (scene.node is keyword.value or not callable(
                    scene.gave(keyword.value))):
                name, how = scene.source(keyword.value.func), "without brackets"
            elif type(value) is str and inspect.isfunction(scene.lookup(value)):
                name, how = value, "without quotes"
            if name and inspect.isfunction(default) and inspect.isfunction(scene.lookup(name)):
                return f"`{keyword.arg}=` takes the function itself, {how}: `{keyword.arg}={name}`."
    return ""


def none_in_the_line(scene):
    """The one name of the line that is None where a value is needed."""
    names = {node.id for node in scene.parts() for node in needed(scene, node) if isinstance(node, ast.Name)
             and scene.value(node) is None}
    return none_there(scene, names.pop()) if len(names) == 1 else ""


def needed(scene, node):
    """The expressions that a tree cannot do without: what is computed with, taken apart, walked over, or given to a
    function that has no None for it."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.AugAssign | ast.Subscript | ast.Starred):
        return [node.value]
    if isinstance(node, ast.For | ast.comprehension):
        return [node.iter]
    if not isinstance(node, ast.Call):
        return []
    function = scene.value(node.func)
    if isinstance(function, np.ufunc) or one_of(function,
                                                 (len, enumerate, reversed, zip, sum, sorted, list, tuple, set, iter)):
        return node.args
    try:
        given = inspect.signature(function).bind_partial(*node.args).arguments
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return []
    return [value for name, value in given.items() if parameters[name].default is not None]


def not_a_function(scene):
    """An array or a number that is called as if it were a function."""
    for node, value, name in calls(scene):
        if isinstance(value, np.ndarray | int | float | list | tuple | dict):
            element, number = "one of its elements is `[...]`", isinstance(value, int | float)
            what = "an array" if isinstance(value, np.ndarray) else "a number" if number else \
                f"a {type(value).__name__}"
            if hasattr(builtins, name):
                return f"`{name}` is {what} here, which hides Python's `{name}`: give it another name."
            if name.endswith(".size") and number:
                return f"`{name}` is a number, {value}; the length of one axis is `{name[:-5]}.shape[...]`."
            if number and (not node.args or scene.shape(node.args[0]) is None):
                return f"`{name}` is a number, and cannot be called."
            how = "leave them out" if not node.args else "a product is written with `*`" if number \
                else f"{element}, a product is `*` or `@`" if what == "an array" else element
            return f"`{name}` is {what}, and round brackets call it as a function: {how}."
        if isinstance(value, np.random.Generator):
            return f"`{name}` cannot be called; it has `{name}.choice(...)`, `{name}.normal(...)` and others."
        methods = [] if value is UNKNOWN or callable(value) else \
            [n for n, m in vars(type(value)).items() if inspect.isfunction(m) and not n.startswith("_")]
        if methods:
            return f"`{name}` cannot be called; it has {listed(f'`{n}(...)`' for n in methods[:6])}."
    return ""


def shape_not_a_tuple(scene):
    """np.zeros(T, H, B); np.zeros(an array); np.zeros((T, a shape))"""
    for node, function, name in calls(scene):
        values = list(map(scene.value, node.args))
        if not one_of(function, (np.zeros, np.ones, np.empty, np.indices)) or not values:
            continue
        if len(values) > 1 and all(type(value) in (int, np.intp) for value in values):
            return f"`{name}` takes the shape as one tuple: `{name}(({', '.join(map(scene.source, node.args))}))`."
        if isinstance(values[0], np.ndarray) and values[0].ndim:
            text = scene.source(node.args[0])
            return f"`{name}` takes a shape: `{name}({text}.shape)`, or `{name}_like({text})`."
        for part in node.args[0].elts if isinstance(node.args[0], ast.Tuple) else ():
            if type(value := scene.value(part)) is tuple and value:
                text = scene.source(part)
                return f"`{text}` is a tuple, {value}: one of its sizes is `{text}[0]`, {value[0]}."
    return ""


def bitwise_power(scene):
    """h_t^2"""
    for node in scene.of(ast.BinOp):
        if isinstance(node.op, ast.BitXor):
            return f"`^` works on bits; a power is `**`: `{scene.source(node, {node: '**'})}`."
    return ""


def no_places_kept(scene):
    """it.multi_index, of np.nditer(param)"""
    for node in scene.of(ast.Attribute):
        call = last_given(scene, scene.source(node.value))[1]
        if node.attr == "multi_index" and call is not None and scene.value(call.func) is np.nditer:
            given = ", ".join([*map(scene.source, call.args), "flags=['multi_index']"])
            return f"`{scene.source(node.value)}` keeps no places: `np.nditer({given})` does."
    return ""


def walk_over_a_number(scene):
    """for t in T; reversed(len(c)); reversed(zip(...))"""
    if isinstance(scene.statement, ast.For) and type(scene.value(scene.statement.iter)) in (int, np.intp):
        name = scene.source(scene.statement.iter)
        return f"`{name}` is a number; its steps are `range({name})`."
    for node, function, _ in calls(scene):
        inner = ast.walk(node.args[0]) if function is range and len(node.args) == 1 else ()
        many = [n for n in inner if isinstance(n, ast.Name) and isinstance(scene.value(n), np.ndarray | list)]
        if len(many) == 1 and isinstance(node.args[0], ast.Name | ast.BinOp):
            counted = re.sub(rf"\b{many[0].id}\b", f"len({many[0].id})", scene.source(node.args[0]))
            return f"`range` takes a number: `range({counted})`."
        if function is range and len(node.args) == 1 and type(sizes := scene.value(node.args[0])) is tuple:
            text = scene.source(node.args[0])
            return f"`range` takes a number, and `{text}` is a tuple, {sizes}: one of its numbers is `{text}[0]`" + (
                f"; `np.ndindex({text})` goes over all places." if text.endswith(".shape") else ".")
        if function is reversed and len(node.args) == 1:
            argument, text = node.args[0], scene.source(node.args[0])
            called = scene.value(argument.func) if isinstance(argument, ast.Call) else None
            if type(scene.value(argument)) in (int, np.intp):
                return f"`{text}` is a number; its steps backwards are `reversed(range({text}))`."
            if one_of(called, (zip, enumerate, map, filter)):
                return f"`{called.__name__}` runs forwards only: `reversed(list({text}))`."
    return ""


def float_for_a_count(scene):
    """range(len(X) / k), np.zeros((T / 2, H)), X[: n / 2], np.eye(an array)"""
    for node, function, name in calls(scene):
        for part in node.args if one_of(function, (np.eye, np.arange)) else ():
            if isinstance(value := scene.value(part), np.ndarray | list) and np.ndim(value):
                what = "rows" if function is np.eye else "steps"
                return f"`{name}` takes a number of {what}, and `{scene.source(part)}` is {np.shape(value)}."
    given = [part for node, function, _ in calls(scene) for arg in node.args
             if one_of(function, (range, np.zeros, np.ones, np.empty, np.eye))
             for part in (arg.elts if isinstance(arg, ast.Tuple) else [arg])]
    for part in (*given, *(part for node in scene.of(ast.Subscript) for part in _in_brackets(node.slice))):
        value, text = scene.value(part), scene.source(part)
        if not isinstance(value, float):
            continue
        call = last_given(scene, text)[1]
        drawn = getattr(getattr(call, "func", None), "attr", "") == "choice" and not call.keywords
        if drawn and len(call.args) == 1 and len(scene.shape(call.args[0]) or ()) == 1:
            p, how = scene.source(call.args[0]), scene.source(call.func)
            return f"`{how}({p})` draws one of the numbers in `{p}`; one of its places is `{how}(len({p}), p={p})`."
        step = next((step for step in assignments(scene, text) if isinstance(getattr(step, "value", None), ast.BinOp)
                     and isinstance(step.value.op, ast.Div)), None)
        if step is not None or isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div):
            line = f" on line {step.lineno}" if step is not None else ""
            return f"`{text}` is a float: `/`{line} gives one, `//` a whole number."
        return f"`{text}` is a float, and a whole number is needed here."
    return ""


def _in_brackets(node):
    """The expressions between square brackets."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return [inner for part in parts for inner in ((part.lower, part.upper, part.step)
                                                  if isinstance(part, ast.Slice) else [part]) if inner is not None]


def called_otherwise(scene):
    """A function of the notebook, or a method of the course's, that gets more or fewer arguments than it takes."""
    for node, function, name in calls(scene):
        method = of_ours(function) and scene.value(node.func) is UNKNOWN
        if not inspect.isfunction(function) or scene.value(node.func) is not function and not method \
                or any(isinstance(arg, ast.Starred) for arg in node.args) \
                or any(keyword.arg is None for keyword in node.keywords):
            continue
        signature = inspect.signature(function)
        try:
            signature.bind(*[None] * method, *node.args, **{word.arg: word.value for word in node.keywords})
        except TypeError:
            count = len(node.args) + len(node.keywords)
            takes = ", ".join(str(p) if p.default is p.empty or type(p.default) in (int, float, type(None)) else
                              f"{p.name}=..." for p in list(signature.parameters.values())[method:])
            twice = method and node.args and scene.value(node.args[0]) is scene.value(node.func.value)
            there = f" `{scene.source(node.args[0])}`, before the dot, is passed already." if twice else ""
            return f"It is called as `{name}({takes})`; here it gets {count} argument{'s' * (count != 1)}.{there}"
    return ""


def keys_for_values(scene):
    """for g in grads, where g is then used as an array; for name, p in params, where the names come apart"""
    loops = [(node.target, node.iter) for node in ast.walk(scene.statement) if isinstance(node, ast.comprehension)]
    if scene.function is not None:
        loops += [(node.target, node.iter) for node in ast.walk(scene.function) if isinstance(node, ast.For)]
    for target, over in loops:
        name, value = scene.source(over), scene.value(over)
        held = [scene.value(part) for part in target.elts] if isinstance(target, ast.Tuple) else []
        letters = len(held) == 2 and all(type(part) is str and len(part) == 1 for part in held)
        if letters and (type(value) is dict or value is UNKNOWN):
            return f"`for {scene.source(target)} in {name}` takes each name apart; `{name}.items()` gives names and " \
                   "values."
        of_zip = isinstance(over, ast.Call) and scene.value(over.func) is zip and isinstance(target, ast.Tuple)
        for part, arg in zip(target.elts, over.args, strict=False) if of_zip else ():
            text, read = scene.source(arg), map(scene.source, scene.of(ast.Name))
            if type(scene.value(arg)) is dict and scene.source(part) in read:
                return f"`{scene.source(over)}` takes the names in `{text}`; the arrays are `{text}.values()`."
        held = scene.lookup(target.id) if isinstance(target, ast.Name) else None
        if held is not None and (scene.of(ast.Subscript) and isinstance(scene.node, ast.Subscript) and scene.source(
                scene.node.slice) == target.id or not any(node.id == target.id for node in scene.of(ast.Name))):
            continue  # a key, or not what failed
        if type(value) is dict and isinstance(held, str):
            return f"`for {target.id} in {name}` gives the names; `{name}.values()` are the arrays, " \
                   f"`{name}.items()` both."
        if type(held) is tuple and isinstance(over, ast.Call):  # items(), zip(...), enumerate(...)
            return f"`for {target.id} in {name}` gives tuples of {len(held)}: take a name for each, as in " \
                   f"`for {number_word(len(held))} in {name}`."
    return ""


def split_names(scene):
    """A key that is a letter of a name."""
    key = scene.error.args[0] if scene.error.args else None
    return keys_for_values(scene) if type(key) is str and len(key) == 1 else ""


def keyword_off(scene):
    """keepdim=True, dim=1"""
    for node, function, text in calls(scene):
        if scene.value(node.func) is UNKNOWN and getattr(node.func, "attr", "") in REDUCTIONS:
            function = getattr(np, node.func.attr)
        names = parameters_of(function)
        for keyword in node.keywords if names else ():
            given = keyword.arg or "..."  # **more
            other = "axis" if given == "dim" and "axis" in names else one_letter_off(given, names) or \
                next((name for name in names if len(name) > 3 and given.startswith(f"{name}_")), "") or \
                next(iter(difflib.get_close_matches(given, names, 1, 0.7)), "")
            if given not in names and other:
                return f"`{text}` has no `{keyword.arg}`, but it has `{other}`."
    return ""


def size_of_the_draw(scene):
    """rng.choice(V, p)"""
    for node in scene.of(ast.Call):
        if getattr(node.func, "attr", "") == "choice" and len(node.args) == 2 and len(scene.shape(node.args[1]) or ()):
            first, p = map(scene.source, node.args)
            return f"What comes second in `choice` is how many to draw: `{scene.source(node.func)}({first}, p={p})`."
    return ""


def one_number_only(scene):
    """math.tanh(an array), float(an array)"""
    for node, function, _ in calls(scene):
        if one_of(function, (float, int)) and len(node.args) == 1 and math.prod(scene.shape(node.args[0]) or ()) > 1:
            return f"`{function.__name__}` takes one number, and `{scene.source(node.args[0])}` is " \
                   f"{scene.shape(node.args[0])}."
        name = getattr(function, "__name__", "")
        if getattr(function, "__module__", "") == math.__name__ and hasattr(np, name) \
                and any(map(scene.shape, node.args)):
            return f"`math.{name}` takes one number, `np.{name}` an array."
    return ""


def other_brackets(scene):
    """np.tanh(Wx @ x, Wh @ h, b); y.view(-1); {x_t, h_prev}"""
    for node, function, name in calls(scene):
        if isinstance(function, np.ufunc) and function.nin == 1 and len(node.args) > 2 \
                and all(map(scene.shape, node.args)):
            return f"`{name}` takes one array, and gets {len(node.args)}: a sum has `+` between its terms, not commas."
        if name.endswith(".view") and type(scene.value(node.func.value)) is np.ndarray and node.args:
            given = ", ".join(map(scene.source, node.args))
            return f"`view` reads an array as another type; another shape is `{name[:-5]}.reshape({given})`."
    parts = [part for node in scene.of(ast.Set) for part in node.elts] + [node.elt for node in scene.of(ast.SetComp)]
    if any(isinstance(scene.value(part), np.ndarray | list) for part in parts):
        return "Braces without keys make a set, which cannot hold arrays; round brackets make a tuple" + (
            ", `{name: ... for name in ...}` a dict." if scene.of(ast.SetComp) else ".")
    return ""


def method_not_called(scene):
    """for name, p in params.items"""
    for node in scene.parts():
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.Attribute) \
                and inspect.isroutine(getattr(type(scene.value(node.iter.value)), node.iter.attr, None)):
            text = scene.source(node.iter)
            return f"`{text}` is a method: call it, `{text}()`."
    return ""


def too_many_appended(scene):
    """caches.append(x, h, n)"""
    for node in scene.of(ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "append" and len(node.args) > 1 \
                and type(scene.value(node.func.value)) is list:
            text, parts = scene.source(node.func.value), ", ".join(map(scene.source, node.args))
            return f"`append` takes one thing; a tuple has brackets of its own: `{text}.append(({parts}))`."
    return ""


def no_arithmetic(scene):
    """A list, a tuple, a dict or a function in the place of an array."""
    for node in scene.of(ast.BinOp):
        for side, other in ((node.left, node.right), (node.right, node.left)):
            value, text = scene.value(side), scene.source(side)
            if type(value) is list and not isinstance(scene.value(other), np.ndarray) and not (
                    isinstance(node.op, ast.Mult) and isinstance(scene.value(other), int)):
                return f"`{text}` is a list here, which has no arithmetic: `np.asarray({text})` has."
            if isinstance(side, ast.Call) and getattr(side.func, "attr", "") == "values":
                return f"`{text}` are several arrays, which have no arithmetic together: take one after the other."
            if type(value) is dict:
                return f"`{text}` is a dict, which has no arithmetic: its arrays are `{text}.values()`."
            if type(value) is tuple and isinstance(node.op, ast.Add) and isinstance(scene.value(other), list):
                return f"`{text}` is a tuple, `{scene.source(other)}` a list: `list({text})` joins it."
            if type(value) is tuple and value:
                return whole_tuple(scene, text, value)
            method = isinstance(side, ast.Attribute) and type(scene.value(side.value)) is np.ndarray \
                and callable(getattr(np.ndarray, side.attr, None))
            if method or inspect.isroutine(value) or isinstance(value, np.ufunc):
                step = (assignments(scene, text) or [None])[-1]
                line = f" (line {step.lineno})" if isinstance(getattr(step, "value", None), ast.Name) else ""
                return round_brackets(scene.source(step.value) if line else text, line)
            if value is ...:
                return "`...` is a gap that is still to be filled."
            if type(value) is str and isinstance(scene.value(other), np.ndarray | int | float):
                return f"`{text}` is a str here, not a number."
    for node in scene.of(ast.AugAssign):
        if type(scene.value(node.target)) is list and scene.shape(node.value) == ():
            name = scene.source(node.target)
            return f"`{name}` is a list, and a number joins it by `{name}.append({scene.source(node.value)})`."
        if type(scene.value(node.target)) is list and (shape := scene.shape(node.value)):
            return f"`{scene.source(node.target)}` is a list, and an array is added to it: start from " \
                   f"`np.zeros({shape})`."
        if type(scene.value(node.target)) is str and isinstance(scene.value(node.value), int | np.integer):
            name, number = scene.source(node.target), scene.source(node.value)
            letters = [n for n in arguments(scene) if type(scene.lookup(n)) is list and all(
                type(part) is str for part in scene.lookup(n))]
            return f"`{number}` is a number, and `{name}` a str: only a str can be added" + (
                f", as `{letters[0]}[{number}]` is." if len(letters) == 1 else ".")
        if getattr(scene.value(node.target), "dtype", np.dtype(float)).kind in "iu":
            return f"`{scene.source(node.target)}` holds whole numbers, and `{SYMBOL.get(type(node.op), '')}=` " \
                   "cannot put floats into it: make a new array."
    for node, function, called in calls(scene):
        of_numpy = str(getattr(function, "__module__", "")).startswith("numpy") or isinstance(function, np.ufunc)
        for arg in node.args if of_numpy else ():
            if type(scene.value(arg)) is dict:
                text = scene.source(arg)
                return f"`{text}` is a dict, and NumPy takes arrays: its arrays are `{text}.values()`."
            if isinstance(arg, ast.Call) and getattr(arg.func, "attr", "") == "values":
                return f"`{scene.source(arg)}` are several arrays, and `{called}` takes one: call it for each."
    return ""


def tuple_given(scene):
    """What a function returned, as a whole, given to a function of the course that refuses it."""
    for node, function, _ in calls(scene):
        inner = [part for arg in node.args
                 for part in ([arg] if isinstance(arg, ast.Name) else getattr(arg, "values", []))]
        for arg in inner if of_ours(function) else ():
            value, text = scene.value(arg), scene.source(arg)
            if isinstance(arg, ast.Name) and type(value) is tuple and last_given(scene, text)[1] is not None:
                return whole_tuple(scene, text, value)
    return ""


def other_axis(scene):
    """sum(axis=2) of a matrix; softmax(a flat array)"""
    for node, function, text in calls(scene):
        usual = inspect.signature(function).parameters.get("axis") if of_ours(function) else None
        if usual is not None and not node.keywords and [len(scene.shape(arg) or ()) for arg in node.args] == [1]:
            array = scene.source(node.args[0])
            return f"`{text}` works along axis {usual.default} unless it is told another, and `{array}` is " \
                   f"{scene.shape(node.args[0])}: `{text}({array}, axis=0)`."
    for node in scene.of(ast.Call):
        if getattr(node.func, "attr", "") not in (*REDUCTIONS, "argmax", "argmin", "cumsum"):
            continue
        method = scene.value(node.func.value) is not np
        array = node.func.value if method else node.args[0] if node.args else None
        given = [keyword.value for keyword in node.keywords if keyword.arg == "axis"] or node.args[1 - method:][:1]
        shape, axis = array is not None and scene.shape(array), given and scene.value(given[0])
        if shape and type(axis) is int and not -len(shape) <= axis < len(shape):
            return f"`{scene.source(array)}` is {shape}: its {'axes are' if len(shape) > 1 else 'axis is'} " \
                   f"{listed(list(map(str, range(len(shape)))))}."
    return ""


def other_index(scene):
    """An index that is no whole number, or several of them, on what takes one whole number."""
    for node in scene.of(ast.Subscript):
        value, text, index = scene.value(node.value), scene.source(node.value), scene.value(node.slice)
        key = scene.source(node.slice)
        if type(value) is tuple and isinstance(node.ctx, ast.Store):
            return f"`{text}` is a tuple, whose elements stay what they are: `list({text})` makes a list of them."
        if type(value) is dict and isinstance(index, np.ndarray) and isinstance(node.slice, ast.Name):
            return f"`{key}` is an array, which cannot be a key: `{key!r}`, in quotes, can."
        if type(value) in (tuple, list) and value and isinstance(node.slice, ast.Constant) and isinstance(index, str):
            step, _ = last_given(scene, text)
            made = f" (line {step.lineno})" if step is not None else ""
            return f"`{text}` is a {type(value).__name__} of {len(value)}{made}, which has no names: unpack it, as " \
                   f"in `{number_word(len(value))} = {text}`."
        if type(value) is set:
            return f"`{text}` is a set, which has no order and no index: `sorted({text})` is a list."
        if type(value) is list and type(index) is list and len(index) == 1:
            return f"`{key}` is a list, and an index is a whole number: `{key}[0]`."
        if type(value) is list and (isinstance(node.slice, ast.Tuple) or isinstance(index, np.ndarray)):
            return f"`{text}` is a list here, with one index: `np.asarray({text})` takes several, or an array of them."
        if type(value) in (tuple, list, np.ndarray):
            for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
                index, key = scene.value(part), scene.source(part)
                if type(index) is str and type(value) is tuple:
                    return whole_tuple(scene, text, value)
                if type(index) is str:
                    place = f" Its place is `{text}.index({key})`." if type(value) is list and index in value else ""
                    return f"`{key}` is a str, and `{text}` takes whole numbers.{place}"
                floats = isinstance(index, np.ndarray | float) and np.asarray(index).dtype.kind == "f"
                if type(index) is list and index and all(type(one) is str for one in index):
                    return f"`{key}` holds {listed(list(map(repr, index[:3])))}: an index is a whole number."
                if floats or type(index) is tuple and isinstance(part, ast.Name):
                    loops = [loop for loop in ast.walk(scene.function or scene.statement) if isinstance(
                        loop, ast.For | ast.comprehension) and scene.source(loop.target) == key]
                    over = loops[-1].iter if loops else None
                    back = isinstance(over, ast.Call) and scene.value(over.func) is reversed
                    over = over.args[0] if back else over
                    if over is not None and isinstance(scene.value(over), list | np.ndarray):
                        over = scene.source(over)
                        way = ("reversed({})" if back else "{}").format
                        return f"`for {key} in {way(over)}` gives the elements of `{over}`; their places are " \
                               f"`{way(f'range(len({over}))')}`."
                    flat = over.func if isinstance(over, ast.Call) else over
                    if isinstance(flat, ast.Attribute) and flat.attr in ("flat", "ravel", "flatten"):
                        array = scene.source(flat.value)
                        return f"`for {key} in {scene.source(over)}` gives the numbers in `{array}`; their places " \
                               f"are `np.ndindex({array}.shape)`."
                    if floats:
                        what = "holds floats" if isinstance(index, np.ndarray) else "is a float"
                        return f"`{key}` {what}, and an index is a whole number."
        if value is not UNKNOWN and isinstance(index, str) and index in fields_of(value):
            return f"An attribute has a dot: `{text}.{index}`."
        if isinstance(value, int | float | np.number):
            return f"`{text}` is a number here: it has no elements."
    return ""
