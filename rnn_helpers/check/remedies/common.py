"""What the remedies share: how to look at a learner's function, and to say what is in a value."""

import ast
import difflib
import inspect
import re
import sys

import numpy as np

from rnn_helpers.check.scene import UNKNOWN


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
                     for target in getattr(node, "targets", None) or [node.target] for inner in ast.walk(target))]
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
    return f"`{text}` is a tuple of {len(value)}: unpack it, as in `{number_word(len(value))} = {text}`."


def whole_tuple(scene, text, value):
    """That a name stands for all the values that a function returned, or a cache holds."""
    step, call = last_given(scene, text)
    if call is None:
        return unpack(text, value)
    return f"`{text}` is a tuple of {len(value)}, all that `{scene.source(call.func)}` on line {step.lineno} " \
           "returns: give each value a name."


def round_brackets(text, line=""):
    return f"`{text}`{line} is a function: round brackets call it, `{text}(...)`."


def number_word(count):
    return ", ".join("abcdefgh"[:count]) if count <= 8 else "first, *others"


def fields_of(value):
    """The attributes of a plain object, as a model's: name -> value."""
    try:
        found = object.__getattribute__(value, "__dict__")
    except Exception:
        return {}
    return found if type(found) is dict and not inspect.ismodule(value) and not callable(value) else {}


def one_of(value, choices):
    return any(value is choice for choice in choices)


def arguments(scene):
    """The names of the arguments of the function around."""
    return [argument.arg for argument in scene.function.args.args] if scene.function is not None else []


def loops_around(scene, *kinds):
    """The loops of the function that the line stands in."""
    return [node for node in ast.walk(scene.function or scene.statement)
            if isinstance(node, kinds or (ast.For, ast.While)) and node.lineno <= scene.lineno <= node.end_lineno]


def asked_for(function):
    """What a function's documentation says of its parameters: name -> the first line."""
    found = re.findall(r"^ *(\w+(?:, \w+)*) : ([^;\n]*)", getattr(function, "__doc__", None) or "", re.MULTILINE)
    return {name: text.strip() for names, text in found for name in names.split(", ")}


def given_back(function):
    """What a function's documentation calls the values that it returns, in order."""
    text = (getattr(function, "__doc__", None) or "").partition("Returns\n")[2].partition("\n\n")[0]
    heads = [line.partition(" : ")[0] for line in inspect.cleandoc(f"\n{text}").split("\n")[1:] if line[:1].strip()]
    return [name for head in heads for name in re.findall(r"\w+", re.sub(r"\([^)]*\)", "", head))]


def parameters_of(function):
    """The names of a function's parameters, [] for one that does not tell them."""
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # as NumPy's compiled functions before 2.4
        return ["arrays", "axis", "out"] if function is np.concatenate else []
