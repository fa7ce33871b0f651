"""Names and attributes that are not there: one letter off, NumPy's, the course's, of another library, or too early."""

import ast
import builtins
import difflib
import inspect

import numpy as np

from rnn_helpers.check.advice import listed
from rnn_helpers.check.outline import inside, parsed
from rnn_helpers.check.remedies.common import (
    arguments,
    assignments,
    fields_of,
    last_given,
    loops_around,
    of_the_course,
    one_letter_off,
    parameters_of,
    unpack,
    whole_tuple,
)
from rnn_helpers.check.scene import UNKNOWN, described

GONE = {  # names that NumPy has no longer -> what took their place
    "float": "float", "int": "int", "bool": "bool", "object": "object", "str": "str", "complex": "complex",
    "float_": "np.float64", "asscalar": "float", "alen": "len", "rank": "np.ndim", "msort": "np.sort",
    "NINF": "-np.inf", "PINF": "np.inf",
    "Inf": "np.inf", "Infinity": "np.inf", "infty": "np.inf", "NaN": "np.nan", "product": "np.prod",
    "cumproduct": "np.cumprod",
    "trapz": "np.trapezoid", "in1d": "np.isin", "row_stack": "np.vstack", "alltrue": "np.all", "sometrue": "np.any",
    "round_": "np.round", "asfarray": "np.asarray", "mat": "np.asarray", "matrix": "np.asarray",
}
ELSEWHERE = {  # names of libraries that the course does without
    **dict.fromkeys(("torch", "nn", "F", "optim"), "PyTorch"), **dict.fromkeys(("tf", "keras"), "TensorFlow"),
    "sklearn": "scikit-learn", "StandardScaler": "scikit-learn", "pd": "pandas", "jnp": "JAX"}
PYTHONS = ("math", "statistics", "random", "itertools", "functools", "collections", "copy", "string", "time")
OF_TENSORS = {  # methods of PyTorch's tensors -> what takes their place
    "t": "`{0}.T`", "unsqueeze": "an axis more is `{0}[:, None]`", "detach": "an array needs no such call",
    "backward": "NumPy keeps no gradients", "grad": "NumPy keeps no gradients"}
ARRAYS_HAVE = {*dir(np.ndarray), *dir(list), *dir(dict), *dir(str)}
AROUND = {name: name for name in ("len", "sorted", "enumerate", "reversed")} | {"length": "len"}
IN_PLACE = {"append": "write the call alone on its line", "extend": "write the call alone on its line",
            "insert": "write the call alone on its line", "update": "write the call alone on its line",
            "sort": "`sorted(...)` gives a new list", "reverse": "`[::-1]` gives a new one"}


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
    holders = [f"{n}.{name}" for n, v in local.items() if name in fields_of(v)]
    holders += [f"{n}.{inner}.{name}" for n, v in local.items() for inner, w in fields_of(v).items()
                if name in fields_of(w)]
    if len(holders) == 1:
        return f"`{name}` is not an argument, `{holders[0]}` is there."
    owners = [n for n, v in local.items() if fields_of(v) and inspect.isfunction(getattr(type(v), name, None))]
    if len(owners) == 1 and any(scene.source(node.func) == name for node in scene.of(ast.Call)):
        given = ", ".join(parameters_of(getattr(type(local[owners[0]]), name))[1:])
        return f"`{name}` is a method of `{owners[0]}`: `{owners[0]}.{name}({given})`."
    values = [node for node in scene.parts() if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)]
    for node in (node for node in values if scene.source(node.value) == name):
        start = f"`{name} = {{}}`" if isinstance(scene.value(node.slice), str) else "an array of zeros"
        return f"`{name}` has nothing to write into yet: it needs a start, as {start}."
    if not name.strip("_"):
        return f"`{name}` is a gap that is still to be filled."
    for node in scene.of(ast.Attribute):  # self.Wx, model.Wy, torch.tanh
        if isinstance(node.value, ast.Name) and node.value.id == name:
            found = [*[n for n in local if n == node.attr],
                     *[f"{n}.{node.attr}" for n, v in local.items() if node.attr in fields_of(v)],
                     *[f"np.{node.attr}"] * (callable(getattr(np, node.attr, None)) and node.attr not in ARRAYS_HAVE)]
            if len(found) == 1:
                return f"There is no `{name}` here, but there is `{found[0]}`."
    if name in ELSEWHERE and (len(name) > 4 or f"{name}." in scene.line):
        return f"`{name}` is {ELSEWHERE[name]}'s, which is not imported here: the course computes with NumPy."
    if other := one_letter_off(name, local) or one_letter_off(name, frame.f_globals) \
        or one_letter_off(name, vars(builtins)):
        return f"There is no `{name}` here, but there is `{other}`."
    whole = [n for n, v in local.items() if type(v) is tuple and getattr(last_given(scene, n)[1], "func", None)]
    if len(whole) == 1 and not assignments(scene, name):
        return f"No line above gives `{name}` a value. {whole_tuple(scene, whole[0], local[whole[0]])}"
    sums = name[0] == "d" and any(isinstance(node, ast.For) for node in ast.walk(scene.function or scene.statement))
    longer = [other for other in local if other.startswith(f"{name}_") and not sums or name.startswith(f"{other}_")] + [
        other for other, value in frame.f_globals.items() if other.endswith(f"_{name}") and callable(value)]
    if len(longer) == 1:
        return f"There is no `{name}` here, but there is `{longer[0]}`."
    if name in ("np", "check"):
        return f"`{name}` comes from the setup cell at the top: run that first."
    split = [(name[:n], name[n:]) for n in range(1, len(name)) if {name[:n], name[n:]} <= {*local}]
    if len(split) == 1:
        return f"There is no `{name}` here. The product of two names has a sign: `{' * '.join(split[0])}`."
    if module := of_the_course(name):
        return f"`{name}` is not imported in this notebook. It is the course's: `from {module} import {name}`."
    if name in PYTHONS and f"{name}." in scene.line:
        return f"`{name}` is a module of Python's, which `import {name}` brings in."
    if inner := numpys(name):
        return f"NumPy's is `np.{inner}`."
    like = any(getattr(node.func, "attr", "").endswith("_like") for node in scene.of(ast.Call))
    if (name in SIZES or like) and (shapes := known_shapes(scene)):
        return f"No line gives `{name}` a value. The sizes are in the arguments: {shapes}."
    for node in scene.of(ast.Call):
        functions = [n for n in arguments(scene) if inspect.isfunction(scene.lookup(n))]
        if scene.source(node.func) == name and len(functions) == 1:
            return f"There is no `{name}` here; the function among the arguments is `{functions[0]}`."
        words = {word for word in name.split("_") if len(word) > 3}
        alike = [n for n, v in frame.f_globals.items() if inspect.isfunction(v) and words & {*n.split("_")}]
        if scene.source(node.func) == name and len(alike) == 1:
            return f"There is no `{name}` here, but there is `{alike[0]}`."
    known = scene.function is None or assignments(scene, name)
    found = [f"`{n}`, {what}" for n, what in here(scene).items()][:MOST]
    there = f" There {'is' if len(found) == 1 else 'are'} {listed(found)}." if found else ""
    return "" if known else f"No line above gives `{name}` a value.{there}"


MOST = 8  # names that are listed


def here(scene):
    """The names that the function has at that moment, and the arrays of its arguments: name -> what it is."""
    found = {}
    for name in dict.fromkeys([*arguments(scene), *scene.around[0].f_locals]):
        value = scene.lookup(name)
        inner = {f"{name}.{n}": described(v) for n, v in fields_of(value).items() if isinstance(v, np.ndarray)}
        found |= inner or {name: "a function" if inspect.isfunction(value) else described(value)}
    return {name: what for name, what in found.items() if what and name.isprintable() and name[0] != "."}


SIZES = ("T", "D", "H", "B", "O", "V", "N", "hidden_size", "input_size", "batch_size", "seq_len", "vocab_size")


def known_shapes(scene):
    """The arguments that are arrays, and the arrays of those that hold some, with their shapes."""
    names = arguments(scene)
    found = {name: scene.lookup(name) for name in names}
    found |= {f"{name}.{inner}": value for name in names for inner, value in fields_of(scene.lookup(name)).items()}
    return ", ".join(f"`{name}` is {value.shape}" for name, value in found.items() if isinstance(value, np.ndarray))


def numpys(name):
    """Where NumPy has a function of this name, as "linalg.norm", or ""."""
    holders = {"": np, "linalg.": np.linalg, "random.": np.random, "lib.stride_tricks.": np.lib.stride_tricks}
    return next((place + name for place, holder in holders.items() if callable(getattr(holder, name, None))), "")


def without_start(scene, name):
    start = f": `{name} = np.zeros_like(cell.{name[1:]})`" if name[:1] == "d" \
        and name[1:] in fields_of(scene.lookup("cell")) else ""
    place = "before the loop" if loops_around(scene) else "first"
    return f"`{name}` has no value to add to: it needs one {place}{start}."


def without_value(scene):
    """A local name that is read before any line gave it a value."""
    for node in scene.of(ast.Name):
        if not scene.gives(node.id) or scene.lookup(node.id) is not UNKNOWN:
            continue
        given = assignments(scene, node.id)
        if given and (around := given_around(scene, node.id)):
            return f"`{node.id}` is a name of `{scene.name}`'s own here, because line {given[0].lineno} gives it a " \
                   f"value: `nonlocal {node.id}` at its top makes it that of line {around}."
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


def given_around(scene, name):
    """The line on which the function around this function gives a name a value, 0 for none."""
    functions = [node for node in ast.walk(parsed("\n".join(scene.lines))) if isinstance(node, ast.FunctionDef)]
    for outer in functions:
        own = outer.body if scene.function in ast.walk(outer) and outer is not scene.function else ()
        for node in inside(step for step in own):
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
                return node.lineno
    return 0


def empty_loop(scene, step=None):
    """A `for` over a range without a step, around a statement or anywhere."""
    for loop in ast.walk(scene.function):
        if isinstance(loop, ast.For) and (step is None or loop.lineno <= step.lineno <= loop.end_lineno) \
                and isinstance(loop.iter, ast.Call) and scene.value(loop.iter.func) is range:
            ends = list(map(scene.value, loop.iter.args))
            if all(type(end) is int for end in ends) and ends and not range(*ends):
                down = " Counting down needs a third argument, -1." if len(ends) == 2 and ends[1] <= 0 else ""
                text = ", ".join(map(str, ends))
                return f"The loop on line {loop.lineno} makes no step: `range({text})` is empty.{down}"
    return ""


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
    if isinstance(thing, np.ndarray | list | tuple | str | dict) and base and name in AROUND:
        return f"`{base}` has no `{name}`; a function of Python's stands around it: `{AROUND[name]}({base})`."
    if type(thing) is list and (hasattr(np.ndarray, name) or hasattr(np, name)):
        return f"`{base}` is a list here, and a list has no `{name}`: `np.asarray({base})` makes an array of " \
               "it." if base else ""
    if type(thing) is set and hasattr(list, name):
        return f"A set has no order: `sorted({base or '...'})` gives a list."
    if isinstance(thing, tuple):
        return unpack(base, thing) if base and thing and not scene.elsewhere else ""
    if isinstance(thing, np.ndarray | np.number) and name in OF_TENSORS:
        return f"`{name}` belongs to PyTorch's tensors; here, {OF_TENSORS[name].format(base)}."
    if isinstance(thing, np.ndarray) and name in ("append", "extend"):
        return "An array does not grow: collect in a list, and make an array of it at the end."
    if isinstance(thing, np.ndarray) and callable(getattr(np, name, None)):
        return f"An array has no `{name}`; NumPy has the function `np.{name}(...)`."
    if isinstance(thing, np.ndarray) and isinstance(scene.lookup(name), np.ndarray):
        return f"`.` asks for something that belongs to `{base}`: an operator goes between `{base}` and `{name}`."
    if isinstance(thing, int | float | np.number) and base:
        return f"`{base}` is a number here ({described(thing) or type(thing).__name__}): it has no `{name}`."
    if type(thing) is dict and base:
        keys = listed(list(map(repr, list(thing)[:8])) or ["none"])
        return f"`{base}` is a dict: `{base}[...]` takes its keys, {keys}."
    return _of_an_object(scene, name, thing, base)


def _same(scene, node, thing):
    value = scene.value(node)
    return value is thing or value is UNKNOWN or type(thing) is np.ndarray and isinstance(value, np.ndarray)


def _of_a_module(name, module, base):
    short = base or module.__name__
    if module is np and name in GONE:
        return f"NumPy no longer has `np.{name}`: write `{GONE[name]}`."
    if module is np and (inner := numpys(name)):
        return f"It is `{short}.{inner}`."
    there = [n for n in dir(module) if not n.startswith("_")]
    near = difflib.get_close_matches(name, there, 2, 0.8)
    if other := one_letter_off(name, there) or (near[0] if len(near) == 1 else ""):
        return f"There is no `{short}.{name}`, but there is `{short}.{other}`."
    return f"`{short}` has nothing of this name."


def _of_an_object(scene, name, thing, base):
    other = one_letter_off(name, [n for n in dir(type(thing)) if not n.startswith("_")])
    fields = fields_of(thing)
    if other and not fields:
        return f"A {type(thing).__name__} has `{other}`."
    owner = base or next((n for n, v in scene.frame.f_locals.items() if v is thing), "")
    if not fields or not owner:
        return ""
    if inner := next((n for n, v in fields.items() if name in fields_of(v)), ""):
        return f"`{owner}` has no `{name}`, `{owner}.{inner}` has."
    made = [n for n, what in vars(type(thing)).items() if isinstance(what, property)]
    methods = [n for n, what in vars(type(thing)).items() if inspect.isfunction(what) and n[0] != "_"]
    if near := difflib.get_close_matches(name, [n for n in (*fields, *made, *methods) if len(n) > 2], 1, 0.7):
        return f"`{owner}` has no `{name}`, but it has `{near[0]}`."
    if methods and any(getattr(node.func, "attr", "") == name for node in scene.of(ast.Call)):
        return f"`{owner}` has {listed([f'`{n}(...)`' for n in methods[:6]])}."
    return f"`{owner}` has {listed(f'`{field}`' for field in (*fields, *made))}."


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
    nones = [step for step in steps if isinstance(step.value, ast.Constant) and step.value.value is None]
    gives_none = [step for step in steps if step not in nones and not isinstance(step.value, ast.BinOp | ast.Constant)
                  and all(node.id in scene.frame.f_locals for target in getattr(step, "targets", [])
                          for node in ast.walk(target) if isinstance(node, ast.Name))]  # else it has not run yet
    return f"`{base}` is None, as line {nones[0].lineno} says: what should it start from?" \
        if len(nones) == 1 and not gives_none else f"`{base}` is None here."
