"""The solutions of the exercises, as functions, from the solved notebooks."""

import ast
import warnings
from dataclasses import dataclass

from authoring import files, setup_cell
from instructor.grading.box.serve import define
from instructor.grading.statements import compiled, needed, parse
from rnn_helpers.check import EXERCISES


@dataclass(frozen=True)
class Solution:
    """The solution of an exercise: its tree, and the statements of the notebook that it needs."""

    exercise: str
    tree: ast.FunctionDef
    context: tuple

    def function(self, source=None):
        """The solution as a function, or a variant of it, given as text."""
        namespace = {"__name__": "mutant"}
        define(compiled(self.context), namespace)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            exec(compile(source or ast.unparse(self.tree), f"<{self.exercise}>", "exec"), namespace)
        return namespace[self.tree.name]


def solutions():
    """The solution of every exercise that a solved notebook holds: name -> Solution."""
    found = {}
    for name in files.all_names():
        nb = files.read(files.solution_path(name))
        code = [cell for cell in nb.cells if cell.cell_type == "code" and cell.id != setup_cell.CELL_ID]
        statements = parse([(cell.id, cell.source) for cell in code])
        for cell in code:
            data = cell.metadata.get("nbgrader", {})
            if data.get("solution") and data["grade_id"] in EXERCISES:
                tree = next(n for n in ast.parse(cell.source).body if isinstance(n, ast.FunctionDef))
                context = tuple((cell, node) for cell, node in needed(statements, tree.name)
                                if getattr(node, "name", None) != tree.name and not checks(node))
                found[data["grade_id"]] = Solution(data["grade_id"], tree, context)
    return {name: found[name] for name in EXERCISES if name in found}


def checks(node):
    """Whether a statement is a check call, which no function needs."""
    called = node.value.func if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
    return isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "check"
