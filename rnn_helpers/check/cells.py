"""Which cell of a notebook a function comes from, and what to say of a newer one that did not run."""

import ast
import difflib
import linecache
import re

from rnn_helpers.check.advice import Advice

ALIKE = 0.8  # how alike two names are, from 0 to 1, when one may be the other renamed


def defines(text, name):
    """Whether a cell's text, which may be no Python, begins a definition of a function."""
    return re.search(rf"^\s*def\s+{re.escape(name)}\s*\(", text, re.MULTILINE) is not None


def holder(text, name, shell):
    """The class or function in which a cell defines a function, "" where it stands at the margin."""
    inner = [node for node in ast.walk(ast.parse(shell.transform_cell(text)))
             if isinstance(node, ast.ClassDef | ast.FunctionDef)
             and any(getattr(step, "name", "") == name for step in node.body)]
    return f"the {'class' if isinstance(inner[0], ast.ClassDef) else 'function'} `{inner[0].name}`" if inner else ""


def problem_of(text, shell):
    """Why a cell cannot run at all, "" when it can: "SyntaxError: '(' was never closed (line 3)"."""
    try:
        ast.parse(shell.transform_cell(text))
    except (SyntaxError, ValueError) as error:
        return f"{type(error).__name__}: {getattr(error, 'msg', error)} (line {getattr(error, 'lineno', '?')})"
    return ""


def functions_in(text, shell):
    """The functions that a cell defines: name -> names of the arguments."""
    try:
        tree = ast.parse(shell.transform_cell(text))
    except (SyntaxError, ValueError):
        return {}
    return {node.name: [argument.arg for argument in node.args.args] for node in tree.body
            if isinstance(node, ast.FunctionDef)}


def not_run(name, function, shell, known=()):
    """Advice about a newer cell for the function, which did not run or gives it another name; None when there is none.

    name : of the function; shell : the IPython in which its cell ran, or None; known : names of the exercises
    """
    try:
        cells = list(shell.user_ns["In"])
        code = function.__code__
        source = "".join(linecache.getlines(code.co_filename)).strip()
        home = max(n for n, text in enumerate(cells) if text.strip() == source)
    except (AttributeError, KeyError, TypeError, ValueError):  # no notebook, or a function of another file
        return None
    judged = f"The check judges the version in cell [{home}]."
    for n in range(len(cells) - 1, home, -1):
        problem = problem_of(cells[n], shell)
        if defines(cells[n], name) or problem and re.search(rf"^{re.escape(name)} *=[^=]", cells[n], re.MULTILINE):
            around = "" if problem else holder(cells[n], name, shell)
            why = f"did not run: {problem}" if problem else f"does so in {around}, not at the margin" if around \
                else "stopped before its definition"
            return Advice(f"Cell [{n}], which defines `{name}` again, {why}. {judged}", "unfinished", theirs=True)
    arguments = list(code.co_varnames[:code.co_argcount])
    for n in range(len(cells) - 1, home, -1):
        for other, others in functions_in(cells[n], shell).items():
            parts = {*name.split("_")}, {*other.split("_")}
            renamed = "raise NotImplementedError" in source and other not in known or parts[1] < parts[0] \
                or difflib.SequenceMatcher(None, name, other).ratio() >= ALIKE
            if others == arguments and renamed:
                return Advice(f"Cell [{n}] defines `{other}`, and `{name}` is checked. {judged}", "unfinished",
                              theirs=True)
    return None


def watch(shell, names):
    """After a cell that stopped because a function of these names is not there, say which cell has not run."""

    def tell(result):
        name = getattr(result.error_in_exec, "name", None)
        if not isinstance(result.error_in_exec, NameError) or name not in names or name in shell.user_ns:
            return
        cells = shell.user_ns.get("In", [])
        n = next((n for n in range(len(cells) - 1, 0, -1) if defines(cells[n], name)), None)
        problem = problem_of(cells[n], shell) if n is not None else ""
        if problem:
            print(f"Cell [{n}], which defines {name}, did not run: {problem}.")
        elif n is None:
            print(f"The cell that defines {name} has not run yet: run it first.")

    if shell is not None and not getattr(shell, "_rnn_helpers_watches", False):
        shell._rnn_helpers_watches = True
        shell.events.register("post_run_cell", tell)
