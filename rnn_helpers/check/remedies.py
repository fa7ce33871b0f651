"""What to do about an exception, said only where the learner's line and the values in it prove it.

A remedy is a function of the `Scene` that gives a sentence or "". It looks at trees and values, never at words.
"""

import ast
import builtins
import difflib
import inspect
import math
import sys

import numpy as np

from rnn_helpers.check.advice import listed
from rnn_helpers.check.scene import REDUCTIONS, SYMBOL, UNKNOWN, broadcast, described, matmul, own

GONE = {  # names that NumPy has no longer -> what took their place
    "float": "float", "int": "int", "bool": "bool", "object": "object", "str": "str", "complex": "complex",
    "float_": "np.float64",
    "Inf": "np.inf", "Infinity": "np.inf", "infty": "np.inf", "NaN": "np.nan", "product": "np.prod",
    "cumproduct": "np.cumprod",
    "trapz": "np.trapezoid", "in1d": "np.isin", "row_stack": "np.vstack", "alltrue": "np.all", "sometrue": "np.any",
    "round_": "np.round", "asfarray": "np.asarray", "mat": "np.asarray", "matrix": "np.asarray",
}
ELSEWHERE = {  # names of libraries that the course does without
    **dict.fromkeys(("torch", "nn", "F", "optim"), "PyTorch"), **dict.fromkeys(("tf", "keras"), "TensorFlow"),
    "sklearn": "scikit-learn", "StandardScaler": "scikit-learn", "pd": "pandas", "jnp": "JAX"}
OF_TENSORS = {  # methods of PyTorch's tensors -> what takes their place
    "t": "`{0}.T`", "unsqueeze": "an axis more is `{0}[:, None]`", "detach": "an array needs no such call",
    "backward": "NumPy keeps no gradients", "grad": "NumPy keeps no gradients"}
ARRAYS_HAVE = {*dir(np.ndarray), *dir(list), *dir(dict), *dir(str)}
IN_PLACE = {"append": "write the call alone on its line", "extend": "write the call alone on its line",
            "insert": "write the call alone on its line", "update": "write the call alone on its line",
            "sort": "`sorted(...)` gives a new list", "reverse": "`[::-1]` gives a new one"}


def one_letter_off(name, names):
    """The one name that is nearest to `name`: in another case, with two letters swapped, or with one letter too many,
    too few or another. "" for none, or for several that are equally near."""
    def far(other):
        if other.lower() == name.lower():
            return 0
        if len(name) == len(other):
            places = [i for i, (a, b) in enumerate(zip(name, other, strict=True)) if a != b]
            swapped = len(places) == 2 and sorted(name) == sorted(other)
            last = len(places) == 1 and (places[0] == len(name) - 1 or len(name) > 5)  # h_t is no x_t
            return 1 if swapped else 2 if last else 9
        steps = difflib.SequenceMatcher(None, name, other, autojunk=False).get_opcodes()
        return 1 + sum(max(a1 - a0, b1 - b0) for kind, a0, a1, b0, b1 in steps if kind != "equal")

    if len(name) < 3:
        return ""
    near = {other: far(other) for other in set(names) if other != name and abs(len(other) - len(name)) < 2
            and len(other) > 1}
    best = [other for other, distance in near.items() if distance == min(near.values()) and distance <= 2]
    return best[0] if len(best) == 1 else ""


def of_the_course(name):
    """The module of the course that defines a function of this name, or ""."""
    for module in sorted(name for name in sys.modules if name.startswith("rnn_helpers.") and ".check" not in name):
        function = vars(sys.modules[module]).get(name)
        if inspect.isfunction(function) and function.__module__ == module:
            return module
    return ""


def assignments(scene, name):
    """The statements of the function that give a name a value, in order."""
    nodes = ast.walk(scene.function) if scene.function is not None else ()
    found = [node for node in nodes if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
             and any(isinstance(inner, ast.Name) and inner.id == name and isinstance(inner.ctx, ast.Store)
                     for inner in ast.walk(node))]
    return sorted(found, key=lambda node: node.lineno)


def last_given(scene, name):
    """The last of them, and the call that it takes its value from; None for what is not there."""
    step = (assignments(scene, name) or [None])[-1]
    value = getattr(step, "value", None)
    return step, value if isinstance(value, ast.Call) else None


def calls(scene):
    """The calls of the line: the tree, what is called, its text."""
    for node in scene.of(ast.Call):
        function = scene.value(node.func)
        if function is UNKNOWN and isinstance(node.func, ast.Attribute):  # a method
            function = getattr(type(scene.value(node.func.value)), node.func.attr, UNKNOWN)
        yield node, function, scene.source(node.func)


def of_ours(function):
    """Whether a function is the course's."""
    return str(getattr(function, "__module__", "")).startswith("rnn_helpers.")


def unpack(text, value):
    return f"`{text}` is a tuple of {len(value)}: unpack it, as in `{_letters(len(value))} = {text}`."


def round_brackets(text):
    return f"`{text}` is a function: round brackets call it, `{text}(...)`."


# ---- names ----

def missing_name(scene):
    """A name that is not there: one letter off, an attribute of an argument, NumPy's, the course's, or too early."""
    name, frame = scene.error.name, scene.frame
    if isinstance(scene.error, UnboundLocalError) or scene.gives(name):
        return without_value(scene)
    if not name or scene.lookup(name) is not UNKNOWN:
        return ""
    if isinstance(scene.statement, ast.AugAssign) and scene.source(scene.statement.target) == name:
        return without_start(scene, name)
    local = {n: v for frame in scene.around for n, v in frame.f_locals.items() if not n.startswith((".", "_"))}
    holders = [f"{n}.{name}" for n, v in local.items() if name in _fields(v)]
    holders += [f"{n}.{inner}.{name}" for n, v in local.items() for inner, w in _fields(v).items()
                if name in _fields(w)]
    if len(holders) == 1:
        return f"`{name}` is not an argument, `{holders[0]}` is there."
    if not name.strip("_"):
        return f"`{name}` is a gap that is still to be filled."
    for node in scene.of(ast.Attribute):  # self.Wx, model.Wy, torch.tanh
        if isinstance(node.value, ast.Name) and node.value.id == name:
            found = [*[n for n in local if n == node.attr],
                     *[f"{n}.{node.attr}" for n, v in local.items() if node.attr in _fields(v)],
                     *[f"np.{node.attr}"] * (callable(getattr(np, node.attr, None)) and node.attr not in ARRAYS_HAVE)]
            if len(found) == 1:
                return f"There is no `{name}` here, but there is `{found[0]}`."
    if name in ELSEWHERE and (len(name) > 4 or f"{name}." in scene.line):
        return f"`{name}` is {ELSEWHERE[name]}'s, which is not imported here: the course computes with NumPy."
    if other := one_letter_off(name, local) or one_letter_off(name, frame.f_globals) \
        or one_letter_off(name, vars(builtins)):
        return f"There is no `{name}` here, but there is `{other}`."
    sums = name[0] == "d" and len(name) > 1  # dWx is the sum of all dWx_t
    longer = [other for other in local if other.startswith(f"{name}_") and not sums or name.startswith(f"{other}_")] + [
        other for other, value in frame.f_globals.items() if other.endswith(f"_{name}") and callable(value)]
    if len(longer) == 1:
        return f"There is no `{name}` here, but there is `{longer[0]}`."
    if name in ("np", "check"):
        return f"`{name}` comes from the setup cell at the top: run that first."
    if module := of_the_course(name):
        return f"`{name}` is not imported in this notebook. It is the course's: `from {module} import {name}`."
    if inner := numpys(name):
        return f"NumPy's is `np.{inner}`."
    if name in SIZES and (shapes := known_shapes(scene)):
        return f"No line gives `{name}` a value. The sizes are in the arguments: {shapes}."
    known = scene.function is None or assignments(scene, name)
    return "" if known else f"No line above gives `{name}` a value."


SIZES = ("T", "D", "H", "B", "O", "V", "N", "hidden_size", "input_size", "batch_size", "seq_len", "vocab_size")


def known_shapes(scene):
    """The arguments that are arrays, and the arrays of those that hold some, with their shapes."""
    names = arguments(scene)
    found = {name: scene.lookup(name) for name in names}
    found |= {f"{name}.{inner}": value for name in names for inner, value in _fields(scene.lookup(name)).items()}
    return ", ".join(f"`{name}` is {value.shape}" for name, value in found.items() if isinstance(value, np.ndarray))


def numpys(name):
    """Where NumPy has a function of this name, as "linalg.norm", or ""."""
    holders = {"": np, "linalg.": np.linalg, "random.": np.random, "lib.stride_tricks.": np.lib.stride_tricks}
    return next((place + name for place, holder in holders.items() if callable(getattr(holder, name, None))), "")


def without_start(scene, name):
    start = f": `{name} = np.zeros_like(cell.{name[1:]})`" if name[:1] == "d" \
        and name[1:] in _fields(scene.lookup("cell")) else ""
    place = "before the loop" if loops_around(scene) else "first"
    return f"`{name}` has no value to add to: it needs one {place}{start}."


def without_value(scene):
    """A local name that is read before any line gave it a value."""
    for node in scene.of(ast.Name):
        if not scene.gives(node.id) or scene.lookup(node.id) is not UNKNOWN:
            continue
        given = assignments(scene, node.id)
        if given and all(isinstance(step, ast.AugAssign) for step in given):
            return without_start(scene, node.id)
        if given and hasattr(builtins, node.id):
            return (f"Line {given[0].lineno} makes `{node.id}` a name of this function's own, which hides Python's "
                    f"`{node.id}`: give it another name.")
        if given and node.id in scene.frame.f_globals and given[0].lineno >= scene.lineno:
            return (f"Line {given[0].lineno} gives `{node.id}` a value, which makes it a name of this function; "
                    f"the notebook's `{node.id}` is not seen here.")
        if given and (loop := empty_loop(scene, given[0])):
            return loop
        if given and given[0].lineno == scene.lineno:
            return f"`{node.id}` is read here before this line gives it its first value: it needs one."
        if given:
            return f"`{node.id}` gets its value on line {given[0].lineno}, which has not run at this point."
    return ""


def empty_loop(scene, step):
    """A `for` over a range without a step, around a statement."""
    for loop in ast.walk(scene.function):
        if isinstance(loop, ast.For) and loop.lineno <= step.lineno <= loop.end_lineno \
                and isinstance(loop.iter, ast.Call) and scene.value(loop.iter.func) is range:
            ends = list(map(scene.value, loop.iter.args))
            if all(type(end) is int for end in ends) and ends and not range(*ends):
                down = " Counting down needs a third argument, -1." if len(ends) == 2 and ends[1] <= 0 else ""
                text = ", ".join(map(str, ends))
                return f"The loop on line {loop.lineno} makes no step: `range({text})` is empty.{down}"
    return ""


def _fields(value):
    """The attributes of a plain object, as a model's: name -> value."""
    try:
        found = object.__getattribute__(value, "__dict__")
    except Exception:
        return {}
    return found if type(found) is dict and not inspect.ismodule(value) and not callable(value) else {}


# ---- attributes ----

def missing_attribute(scene):
    """An attribute that is not there."""
    name, thing = scene.error.name, scene.error.obj
    if not name:  # NumPy's own
        gone = [node for node in scene.of(ast.Attribute) if scene.value(node.value) is np and node.attr in GONE]
        return _of_a_module(gone[0].attr, np, "np") if gone else ""
    base = next((scene.source(node.value) for node in scene.of(ast.Attribute) if node.attr == name
                 and _same(scene, node.value, thing)), "")
    if inspect.ismodule(thing):
        return _of_a_module(name, thing, base)
    if base == "np":
        return "`np` is not NumPy here: something else has been given this name."
    if thing is None:
        return none_there(scene, base)
    if type(thing) is list and (hasattr(np.ndarray, name) or hasattr(np, name)):
        return f"`{base}` is a list here, and a list has no `{name}`: `np.asarray({base})` makes an array of " \
               "it." if base else ""
    if type(thing) is set and name == "sort":
        return "A set has no order: `sorted(...)` of it gives a list."
    if isinstance(thing, tuple):
        return unpack(base, thing) if base and thing else ""
    if isinstance(thing, np.ndarray | np.number) and name in OF_TENSORS:
        return f"`{name}` belongs to PyTorch's tensors; here, {OF_TENSORS[name].format(base)}."
    if isinstance(thing, np.ndarray) and name in ("append", "extend"):
        return "An array does not grow: collect in a list, and make an array of it at the end."
    if isinstance(thing, np.ndarray) and callable(getattr(np, name, None)):
        return f"An array has no `{name}`; NumPy has the function `np.{name}(...)`."
    if isinstance(thing, int | float | np.number) and base:
        return f"`{base}` is a number here ({described(thing) or type(thing).__name__}): it has no `{name}`."
    if type(thing) is dict and base:
        keys = listed(list(map(repr, list(thing)[:8])) or ["none"])
        return f"`{base}` is a dict: `{base}[...]` takes its keys, {keys}."
    return _of_an_object(scene, name, thing, base)


def _same(scene, node, thing):
    value = scene.value(node)
    return value is thing or value is UNKNOWN or type(thing) is np.ndarray and isinstance(value, np.ndarray)


def _letters(count):
    return ", ".join("abcdefgh"[:count]) if count <= 8 else "first, *others"


def _of_a_module(name, module, base):
    short = base or module.__name__
    if module is np and name in GONE:
        return f"NumPy no longer has `np.{name}`: write `{GONE[name]}`."
    if module is np and (inner := numpys(name)):
        return f"It is `{short}.{inner}`."
    other = one_letter_off(name, [n for n in dir(module) if not n.startswith("_")])
    if other:
        return f"There is no `{short}.{name}`, but there is `{short}.{other}`."
    return f"`{short}` has nothing of this name."


def _of_an_object(scene, name, thing, base):
    other = one_letter_off(name, [n for n in dir(type(thing)) if not n.startswith("_")])
    fields = _fields(thing)
    if other and not fields:
        return f"A {type(thing).__name__} has `{other}`."
    owner = base or next((n for n, v in scene.frame.f_locals.items() if v is thing), "")
    if not fields or not owner:
        return ""
    if inner := next((n for n, v in fields.items() if name in _fields(v)), ""):
        return f"`{owner}` has no `{name}`, `{owner}.{inner}` has."
    made = [n for n, what in vars(type(thing)).items() if isinstance(what, property)]
    return f"`{owner}` has {listed(f'`{field}`' for field in (*fields, *made))}."


def _one_of(value, choices):
    return any(value is choice for choice in choices)


def none_there(scene, base):
    """Where a None came from: from a method that works in place, or from an argument that was not given."""
    steps = assignments(scene, base)
    for step in reversed(steps):
        call = getattr(step, "value", None)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in IN_PLACE:
            method = call.func.attr
            return f"`{base}` is None: `.{method}(...)` works in place and returns None (line {step.lineno}); " \
                   f"{IN_PLACE[method]}."
    if scene.function is None or not base:
        return ""
    arguments = scene.function.args
    optional = [arg.arg for arg, default in zip(arguments.args[::-1], arguments.defaults[::-1], strict=False)
                if isinstance(default, ast.Constant) and default.value is None and scene.lookup(arg.arg) is None]
    sources = [base, *(step.value.id for step in steps if isinstance(getattr(step, "value", None), ast.Name))]
    if given := next((name for name in sources if name in optional), ""):
        start = "was not given here and is None" if base == given else f"is None, as `{given}` was not given"
        return f"`{base}` {start}: what should it be then?"
    return f"`{base}` is None here."


# ---- types ----

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
    if isinstance(function, np.ufunc) or _one_of(function,
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
        methods = [] if value is UNKNOWN or callable(value) else \
            [n for n, m in vars(type(value)).items() if inspect.isfunction(m) and not n.startswith("_")]
        if methods:
            return f"`{name}` cannot be called; it has {listed(f'`{n}(...)`' for n in methods[:6])}."
    return ""


def shape_not_a_tuple(scene):
    """np.zeros(T, H, B); np.zeros(an array); np.zeros((T, a shape))"""
    for node, function, name in calls(scene):
        values = list(map(scene.value, node.args))
        if not _one_of(function, (np.zeros, np.ones, np.empty)) or not values:
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


def walk_over_a_number(scene):
    """for t in T; reversed(len(c)); reversed(zip(...))"""
    if isinstance(scene.statement, ast.For) and type(scene.value(scene.statement.iter)) in (int, np.intp):
        name = scene.source(scene.statement.iter)
        return f"`{name}` is a number; its steps are `range({name})`."
    for node, function, _ in calls(scene):
        if function is range and len(node.args) == 1 and isinstance(scene.value(node.args[0]), np.ndarray | list):
            return f"`range` takes a number: `range(len({scene.source(node.args[0])}))`."
        if function is reversed and len(node.args) == 1:
            argument, text = node.args[0], scene.source(node.args[0])
            called = scene.value(argument.func) if isinstance(argument, ast.Call) else None
            if type(scene.value(argument)) in (int, np.intp):
                return f"`{text}` is a number; its steps backwards are `reversed(range({text}))`."
            if _one_of(called, (zip, enumerate, map, filter)):
                return f"`{called.__name__}` runs forwards only: `reversed(list({text}))`."
    return ""


def float_for_a_count(scene):
    """range(len(X) / k), np.zeros((T / 2, H)), X[: n / 2]"""
    given = [part for node, function, _ in calls(scene) for arg in node.args
             if _one_of(function, (range, np.zeros, np.ones, np.empty, np.eye))
             for part in (arg.elts if isinstance(arg, ast.Tuple) else [arg])]
    for part in (*given, *(part for node in scene.of(ast.Subscript) for part in _in_brackets(node.slice))):
        value, text = scene.value(part), scene.source(part)
        if not isinstance(value, float):
            continue
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
        if type(value) is dict and isinstance(target, ast.Name) and isinstance(scene.lookup(target.id), str):
            return f"`for {target.id} in {name}` gives the names; `{name}.values()` are the arrays, " \
                   f"`{name}.items()` both."
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
                next((name for name in names if len(name) > 3 and given.startswith(f"{name}_")), "")
            if given not in names and other:
                return f"`{text}` has no `{keyword.arg}`, but it has `{other}`."
    return ""


def parameters_of(function):
    """The names of a function's parameters, [] for one that does not tell them."""
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def one_number_only(scene):
    """math.tanh(an array)"""
    for node, function, _ in calls(scene):
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
    if any(isinstance(scene.value(part), np.ndarray | list) for node in scene.of(ast.Set) for part in node.elts):
        return "Braces without keys make a set, which cannot hold arrays; round brackets make a tuple."
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
            if type(value) is list and not isinstance(scene.value(other), np.ndarray | int):
                return f"`{text}` is a list here, which has no arithmetic: `np.asarray({text})` has."
            if type(value) is dict:
                return f"`{text}` is a dict, which has no arithmetic: its arrays are `{text}.values()`."
            if type(value) is tuple and isinstance(node.op, ast.Add) and isinstance(scene.value(other), list):
                return f"`{text}` is a tuple, `{scene.source(other)}` a list: `list({text})` joins it."
            if type(value) is tuple and value:
                return whole_tuple(scene, text, value)
            method = isinstance(side, ast.Attribute) and type(scene.value(side.value)) is np.ndarray \
                and callable(getattr(np.ndarray, side.attr, None))
            if method or inspect.isroutine(value) or isinstance(value, np.ufunc):
                return round_brackets(text)
            if type(value) is str and isinstance(scene.value(other), np.ndarray | int | float):
                return f"`{text}` is a str here, not a number."
    for node in scene.of(ast.AugAssign):
        if type(scene.value(node.target)) is list and (shape := scene.shape(node.value)):
            return f"`{scene.source(node.target)}` is a list, and an array is added to it: start from " \
                   f"`np.zeros({shape})`."
        if getattr(scene.value(node.target), "dtype", np.dtype(float)).kind in "iu":
            return f"`{scene.source(node.target)}` holds whole numbers, and `{SYMBOL.get(type(node.op), '')}=` " \
                   "cannot put floats into it: make a new array."
    for node, function, _ in calls(scene):
        of_numpy = str(getattr(function, "__module__", "")).startswith("numpy") or isinstance(function, np.ufunc)
        for arg in node.args if of_numpy else ():
            if type(scene.value(arg)) is dict:
                text = scene.source(arg)
                return f"`{text}` is a dict, and NumPy takes arrays: its arrays are `{text}.values()`."
    return ""


def whole_tuple(scene, text, value):
    """That a name stands for all the values that a function returned, or a cache holds."""
    step, call = last_given(scene, text)
    if call is None:
        return unpack(text, value)
    return f"`{text}` is a tuple of {len(value)}, all that `{scene.source(call.func)}` on line {step.lineno} " \
           "returns: give each value a name."


def tuple_given(scene):
    """What a function returned, as a whole, given to a function of the course that refuses it."""
    for node, function, _ in calls(scene):
        for arg in node.args if of_ours(function) else ():
            value, text = scene.value(arg), scene.source(arg)
            if isinstance(arg, ast.Name) and type(value) is tuple and last_given(scene, text)[1] is not None:
                return whole_tuple(scene, text, value)
    return ""


def other_axis(scene):
    """sum(axis=2) of a matrix"""
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
        if type(value) in (tuple, list) and value and isinstance(node.slice, ast.Constant) and isinstance(index, str):
            step, _ = last_given(scene, text)
            made = f" (line {step.lineno})" if step is not None else ""
            return f"`{text}` is a {type(value).__name__} of {len(value)}{made}, which has no names: unpack it, as " \
                   f"in `{_letters(len(value))} = {text}`."
        if type(value) is set:
            return f"`{text}` is a set, which has no order and no index: `sorted({text})` is a list."
        if type(value) is list and (isinstance(node.slice, ast.Tuple) or isinstance(index, np.ndarray)):
            return f"`{text}` is a list here, with one index: `np.asarray({text})` takes several, or an array of them."
        if type(value) in (tuple, list, np.ndarray):
            for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
                index, key = scene.value(part), scene.source(part)
                if type(index) is str:
                    place = f" Its place is `{text}.index({key})`." if type(value) is list and index in value else ""
                    return f"`{key}` is a str, and `{text}` takes whole numbers.{place}"
                if isinstance(index, np.ndarray | float) and np.asarray(index).dtype.kind == "f":
                    loops = [loop for loop in ast.walk(scene.function or scene.statement) if isinstance(
                        loop, ast.For | ast.comprehension) and scene.source(loop.target) == key]
                    over = scene.source(loops[-1].iter) if loops and scene.value(loops[-1].iter) is value else ""
                    return f"`for {key} in {over}` gives its elements; their places are `range(len({over}))`." if over \
                        else f"`{key}` holds floats, and an index is a whole number."
        if value is not UNKNOWN and isinstance(index, str) and index in _fields(value):
            return f"An attribute has a dot: `{text}.{index}`."
        if isinstance(value, int | float | np.number):
            return f"`{text}` is a number here: it has no elements."
    return ""


# ---- values and shapes ----

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
        counted = isinstance(value, np.ndarray) and value.ndim or type(value) in (list, tuple, dict)
        if not counted or len(value) == len(names) or any(isinstance(name, ast.Starred) for name in names):
            return ""
        count = f"is one array of shape {value.shape}" if isinstance(value, np.ndarray) \
            else f"gives {len(value)} values"
        return f"`{what}` {count}, and {len(names)} names on the left take {len(names)}."
    for loop in scene.parts():
        if isinstance(loop, ast.For | ast.comprehension) and isinstance(loop.target, ast.Tuple) \
                and type(scene.value(loop.iter)) is dict and len(loop.target.elts) == 2:
            name = scene.source(loop.iter)
            return f"`for ... in {name}` gives the names alone; `{name}.items()` gives names and values."
        if isinstance(loop, ast.For | ast.comprehension) and isinstance(loop.target, ast.Tuple) and isinstance(
                loop.iter, ast.Tuple) and len(loop.iter.elts) == len(loop.target.elts):
            text = scene.source(loop.iter).strip("()")
            return f"`in {text}` goes through one after the other; `in zip({text})` takes an element of each."
    if isinstance(statement, ast.For) and isinstance(statement.target, ast.Tuple) \
        and type(scene.value(statement.iter)) in (list, tuple):
        text = scene.source(statement.iter)
        if len(statement.target.elts) == 2 and all(type(item) is str for item in scene.value(statement.iter)):
            return f"Each element of `{text}` is one str: `enumerate({text})` gives a number and the str."
        sizes = {len(item) for item in scene.value(statement.iter) if type(item) in (list, tuple)}
        if len(sizes) == 1 and sizes != {len(statement.target.elts)}:
            return f"each element of `{text}` has {sizes.pop()} values, and there are " \
                   f"{len(statement.target.elts)} names."
    return ""


def truth_of_an_array(scene):
    """if h0 == None; if a == b; if h0; h0 or zeros; max(a, b); np.ndindex(an array)"""
    for node, function, _ in calls(scene):
        if _one_of(function, (max, min)) and len(node.args) > 1 \
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
        holders = [scene.lookup(name), *(_fields(scene.lookup(holder)).get(name) for holder in ("cell", "model"))]
        for value in holders:
            if isinstance(value, np.ndarray):
                return value.shape == shape
    return None


def transposed(scene):
    """A matrix product that fits with one transpose, or the other way round, in its place; and in no other way."""
    operation = scene.operation()
    if not operation or operation[1] not in ("@", "*"):
        return ""
    left, symbol, right = operation
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
        return ""
    ways = {f"{x} @ {y}.T": (matmul(a, b[::-1]), y), f"{x}.T @ {y}": (matmul(a[::-1], b), x),
            f"{y} @ {x}": (matmul(b, a), "")}
    good = {way: found for way, found in ways.items() if found[0] and fits(scene, node, found[0])}
    if len(good) != 1:
        return ""
    (way, (shape, which)), = good.items()
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
    if not made or not lacks_axes and not (isinstance(left, ast.Name) and _as_named(scene, left, inner)):
        return ""
    return f"`{text}` (line {made[-1].lineno}) is {whole}, and would have to be {inner}."


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
        if isinstance(value, np.ndarray | list) and all(type(n) is int for n in sizes) and -1 not in sizes \
                and np.size(value) != math.prod(sizes):
            return f"`{scene.source(array)}` is {np.shape(value)}, {np.size(value)} numbers; {sizes} takes " \
                   f"{math.prod(sizes)}."
    return ""


def joined_otherwise(scene):
    """np.concatenate along an axis in which the shapes do not agree, and do along one other"""
    for node, function, _ in calls(scene):
        value = scene.value(node.args[0]) if node.args else UNKNOWN
        joins = _one_of(function, (np.concatenate, np.vstack, np.hstack))
        shapes, good = [np.shape(part) for part in value] if joins and type(value) in (list, tuple) else [], {}
        for axis in range(len(shapes[0]) if shapes and len(set(map(len, shapes))) == 1 else 0):
            if len({shape[:axis] + shape[axis + 1:] for shape in shapes}) == 1:
                good[axis] = np.concatenate(value, axis).shape
        if len(good) == 1:
            (axis, shape), = good.items()
            text = f"np.concatenate({scene.source(node.args[0])}, axis={axis})"
            return f"They join along axis {axis}: `{text}` is {shape}."
    return ""


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
        if joined is not None and (not symbol.endswith("=") or joined == scene.shape(left)):
            return f"`{scene.source(call)}`{line} has lost an axis: with `keepdims=True` it is {found[1]}, which fits."
    return ""


def parts_of_other_shapes(scene):
    """np.array of a list whose elements differ in shape, or of [series[n:n + length] for n in range(len(series))]"""
    for node, function, _ in calls(scene):
        value = scene.value(node.args[0]) if node.args else UNKNOWN
        if not _one_of(function, (np.array, np.asarray, np.stack)):
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
    """rng.choice(..., p=a column)"""
    for node in scene.of(ast.Call):
        p = next((keyword.value for keyword in node.keywords if keyword.arg == "p"), None)
        shape = scene.shape(p) if p is not None else None
        if getattr(node.func, "attr", "") == "choice" and shape and len(shape) == 2 and shape[1] == 1:
            text = scene.source(p)
            return f"`{text}` is {shape}, and `choice` needs one axis: `{text}[:, 0]`."
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


# ---- places ----

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


def arguments(scene):
    """The names of the arguments of the function around."""
    return [argument.arg for argument in scene.function.args.args] if scene.function is not None else []


def loops_around(scene, *kinds):
    """The loops of the function that the line stands in."""
    return [node for node in ast.walk(scene.function or scene.statement)
            if isinstance(node, kinds or (ast.For, ast.While)) and node.lineno <= scene.lineno <= node.end_lineno]


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


def beyond_the_end(scene):
    """An index that is not there."""
    for node in scene.of(ast.Subscript):
        base, index = scene.value(node.value), scene._index(node.slice)
        text, sizes = scene.source(node.value), np.shape(base) if isinstance(base, np.ndarray) else ()
        sizes = (len(base),) if isinstance(base, list | tuple) else sizes
        places = index if type(index) is tuple else (index,)
        plain = not any(part is None or part is ... for part in places)
        for axis, (where, size) in enumerate(zip(places, sizes, strict=False) if plain else ()):
            if type(where) in (int, np.intp) and not -size <= where < size:
                ends = f", 0 to {size - 1}" if size else ""
                stored = type(base) is list and isinstance(node.ctx, ast.Store)
                grow = f" `{text}.append(...)` adds one." if stored else ""
                along = f" along axis {axis}: `{text}` is {sizes}" if axis else f": it holds {size}{ends}"
                return f"`{text}` has no element {where}{along}.{grow}"
        if type(base) is np.ndarray and type(index) is tuple and len(index) > base.ndim:
            return f"`{text}` has {base.ndim} {'axis' if base.ndim == 1 else 'axes'}, {base.shape}, and " \
                   f"{len(index)} indices are given."
        if type(base) is np.ndarray and isinstance(node.slice, ast.Tuple):
            shapes = [np.shape(v) for part in node.slice.elts if (v := scene.value(part)) is not UNKNOWN
                      and isinstance(v, np.ndarray | list | range)]
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
            return f"`{text}` takes one array; what comes second is `{second[0]}`."
    return ""


def changed_in_its_loop(scene):
    """A dict that gets new keys while a loop runs over it."""
    if isinstance(scene.statement, ast.For) and type(scene.value(scene.statement.iter)) is dict:
        return f"`{scene.source(scene.statement.iter)}` gets new keys while the loop runs over it: fill a new dict."
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
            if ends and np.shape(scene.value(arg))[:1] == (0,):
                shown = " and ".join(f"`{scene.source(end)}` is {scene.value(end)}" for end in ends)
                return f"`{scene.source(arg)}` is empty: {shown}."
        if inspect.isfunction(function):
            names = [name for name in parameters_of(function) if name != "self"]
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


REMEDIES = (  # exception -> what may explain it, the most telling first
    (NameError, (missing_name,)),
    (AttributeError, (missing_attribute,)),
    (TypeError, (shape_not_a_tuple, method_not_called, too_many_appended, keyword_off, called_otherwise, not_a_function,
                 bitwise_power, other_brackets, arrays_added, walk_over_a_number, float_for_a_count,
                 keys_for_values, one_number_only, no_arithmetic, other_index, unpacked, tuple_given, truth_of_an_array,
                 none_in_the_line)),
    (RuntimeError, (calls_itself, changed_in_its_loop)),
    (ValueError, (other_axis, lost_axis, transposed, too_small, other_count, joined_otherwise, no_arithmetic, unpacked,
                  truth_of_an_array, arrays_added, parts_of_other_shapes, flat_probabilities, loss_not_given,
                  tuple_given, none_in_the_line)),
    (IndexError, (other_axis, time_is_first, beyond_the_end, other_index)),
    (KeyError, (split_names, keys_there)),
    (MemoryError, (grows,)),
)


def remedy(scene):
    """What to do, in a sentence, or "" where nothing is proved."""
    if scene.statement is None:
        return ""
    again = [frame.f_code for frame in scene.steps].count(scene.around[0].f_code) > 1
    rules = next((rules for kind, rules in REMEDIES if isinstance(scene.error, kind)), ())
    for rule in (*(calls_itself,) * again, *rules, hidden_by_a_loop, time_is_first, refused_by_the_course):
        if found := rule(scene):
            return found
    return ""
