"""Mutation test of the checks: generic faults in the course's own solutions, and how many of them the checks catch.

    python -m authoring.mutants                  a table: a row for each exercise
    python -m authoring.mutants rnn_backward     each of its mutants, its verdict, the mistake it was called

A mutant is the solution of a solved notebook with one fault in it: an operator swapped, a term dropped, a transpose put
in or left out, a range off by one, a wrong axis, a wrong sign, `=` for `+=`, a call, a statement left out. A mutant that
earns fewer points than the solution is caught. One that is not caught has to give the solution's results on many fixtures
and stands in `equivalent_mutants.py` with the reason.
"""

import argparse
import ast
import copy
import re
import sys
import warnings
from collections import Counter
from dataclasses import dataclass

from authoring import files
from authoring.equivalent_mutants import REASONS
from instructor.grading.runner import define, needed, parse
from rnn_helpers.check import EXERCISES, SEED
from rnn_helpers.check.compare import close
from rnn_helpers.check.judge import judge
from rnn_helpers.check.observe import observe
from rnn_helpers.check.yardstick import Yardstick, flatten

SEEDS = range(100, 108)  # fixtures on which a mutant that is not caught has to agree with the solution
SWAPS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.MatMult: ast.Mult, ast.Pow: ast.Mult,
         ast.FloorDiv: ast.Mult, ast.Mod: ast.Add, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
         ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.And: ast.Or, ast.Or: ast.And}

FUNCTIONS = {"sum": "mean", "mean": "sum", "std": "var", "max": "min", "min": "max", "argmax": "argmin", "argmin": "argmax",
             "zeros": "ones", "zeros_like": "ones_like", "exp": "log", "log": "exp", "sqrt": "square", "tanh": "sin", "reversed": "list",
             "sorted": "list", "stack": "concatenate", "concatenate": "stack"}


@dataclass(frozen=True)
class Solution:
    """The solution of an exercise: its tree, and the statements of the notebook that it needs."""

    exercise: str
    tree: ast.FunctionDef
    context: tuple

    def function(self, tree=None):
        """The solution as a function, or a variant of it."""
        namespace = {"__name__": "mutant"}
        define(self.context, namespace)
        module = ast.fix_missing_locations(ast.Module([tree or self.tree], []))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            exec(compile(module, f"<{self.exercise}>", "exec"), namespace)
        return namespace[self.tree.name]


@dataclass(frozen=True)
class Mutant:
    """One fault: its kind, the statement before and after, the faulty function's tree."""

    exercise: str
    fault: str
    before: str
    after: str
    tree: ast.FunctionDef

    def __str__(self):
        return f"{self.fault}: {self.before} -> {self.after}"


@dataclass(frozen=True)
class Outcome:
    """What a check said to a mutant. points : of maximum; named : the mistakes it was called; reason : why it is equivalent, or ''."""

    mutant: Mutant
    points: float
    maximum: float
    named: tuple = ()
    reason: str = ""

    @property
    def caught(self):
        return self.points < self.maximum - 1e-9


def solutions():
    """The solution of every exercise that a solved notebook holds: name -> Solution."""
    found = {}
    for name in files.all_names():
        nb = files.read(files.solution_path(name))
        statements, _ = parse([(cell.id, cell.source) for cell in nb.cells if cell.cell_type == "code" and cell.id != "setup"])
        for cell in nb.cells:
            data = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and data.get("solution") and data["grade_id"] in EXERCISES:
                tree = next(n for n in ast.parse(cell.source).body if isinstance(n, ast.FunctionDef))
                context = tuple(s for s in needed(statements, tree.name) if getattr(s[1], "name", None) != tree.name and not checks(s[1]))
                found[data["grade_id"]] = Solution(data["grade_id"], tree, context)
    return {name: found[name] for name in EXERCISES if name in found}


def checks(node):
    """Whether a statement is a check call, which no function needs."""
    return isinstance(node, ast.Expr) and ast.unparse(node).startswith("check.")


def nudged(node, by):
    """The expression node + by, in its shortest form."""
    if isinstance(node, ast.Constant):
        return ast.Constant(node.value + by)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = -node.operand.value + by
        return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.BinOp(node, ast.Add() if by > 0 else ast.Sub(), ast.Constant(1))


def changed(node, **fields):
    """A shallow copy of a node with some fields changed."""
    fresh = copy.copy(node)
    for name, value in fields.items():
        setattr(fresh, name, value)
    return fresh


def is_int(node):
    return isinstance(node, ast.Constant) and type(node.value) is int


def transposed(node):
    return isinstance(node, ast.Attribute) and node.attr == "T"


def of_binary(node):
    yield "operator", changed(node, op=SWAPS[type(node.op)]())
    yield "term dropped", node.left
    if not isinstance(node.op, (ast.Div, ast.Pow, ast.FloorDiv, ast.Mod)):
        yield "term dropped", node.right
    if isinstance(node.op, ast.MatMult):
        for side in ("left", "right"):
            operand = getattr(node, side)
            if not transposed(operand):
                yield "transpose", changed(node, **{side: ast.Attribute(operand, "T", ast.Load())})
        yield "operands swapped", changed(node, left=node.right, right=node.left)


def of_range(node):
    if len(node.args) == 1:
        yield "off by one", changed(node, args=[ast.Constant(1), node.args[0]])
    for i in range(min(2, len(node.args))):
        for by in (1, -1):
            yield "off by one", changed(node, args=[nudged(a, by) if j == i else a for j, a in enumerate(node.args)])


def of_call(node):
    called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if called == "range":
        yield from of_range(node)
    elif node.args:
        yield "call dropped", node.args[0]
    elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, (ast.Name, ast.Attribute, ast.Subscript, ast.Call)):
        yield "call dropped", node.func.value
    if called in FUNCTIONS:
        other = FUNCTIONS[called]
        yield "wrong function", changed(node, func=ast.Name(other, ast.Load()) if isinstance(node.func, ast.Name) else changed(node.func, attr=other))
    if len(node.args) >= 2:
        yield "operands swapped", changed(node, args=[node.args[1], node.args[0], *node.args[2:]])
    for i, keyword in enumerate(node.keywords):
        others = node.keywords[:i] + node.keywords[i + 1:]
        if keyword.arg in ("axis", "axes", "keepdims"):
            yield "axis", changed(node, keywords=others)
        if keyword.arg == "axis" and is_int(keyword.value):
            for axis in {0, 1, 2} - {keyword.value.value}:
                yield "axis", changed(node, keywords=[*others, ast.keyword("axis", ast.Constant(axis))])


def of_subscript(node):
    index = node.slice
    if isinstance(index, ast.Slice):
        for side in ("lower", "upper"):
            bound = getattr(index, side)
            if bound is not None:
                for by in (1, -1):
                    yield "off by one", changed(node, slice=changed(index, **{side: nudged(bound, by)}))
                yield "term dropped", changed(node, slice=changed(index, **{side: None}))
    elif is_int(index) or isinstance(index, (ast.UnaryOp, ast.Name, ast.BinOp)):
        for by in (1, -1):
            yield "off by one", changed(node, slice=nudged(index, by))


def of_statement(node):
    if isinstance(node, ast.AugAssign):
        yield "= for +=", ast.Assign([node.target], node.value)
        yield "operator", changed(node, op=SWAPS[type(node.op)]())
        yield "sign", changed(node, value=ast.UnaryOp(ast.USub(), node.value))
    if isinstance(node, ast.Assign) and not isinstance(node.value, (ast.Tuple, ast.List, ast.Dict)):
        yield "sign", changed(node, value=ast.UnaryOp(ast.USub(), node.value))
    if isinstance(node, ast.Return) and node.value is not None:
        if isinstance(node.value, ast.Tuple):
            for i, part in enumerate(node.value.elts):
                parts = [ast.UnaryOp(ast.USub(), p) if j == i else p for j, p in enumerate(node.value.elts)]
                yield "sign", changed(node, value=changed(node.value, elts=parts))
        else:
            yield "sign", changed(node, value=ast.UnaryOp(ast.USub(), node.value))
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)):
        yield "statement dropped", ast.Pass()
    if isinstance(node, (ast.If, ast.While)):
        yield "condition", changed(node, test=ast.UnaryOp(ast.Not(), node.test))
        if isinstance(node, ast.If):
            yield "statement dropped", ast.Pass()


def faults(node):
    """The faulty versions of a node: (kind, replacement)."""
    if isinstance(node, ast.BinOp):
        yield from of_binary(node)
    elif isinstance(node, ast.Call):
        yield from of_call(node)
    elif isinstance(node, ast.Subscript):
        yield from of_subscript(node)
    elif isinstance(node, ast.Attribute) and transposed(node):
        yield "transpose", node.value
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign", node.operand
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "condition", node.operand
    elif isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            yield "condition", changed(node, ops=[SWAPS[type(o)]() if j == i else o for j, o in enumerate(node.ops)])
    elif isinstance(node, ast.BoolOp):
        yield "condition", changed(node, op=SWAPS[type(node.op)]())
        yield from (("term dropped", value) for value in node.values)
    elif isinstance(node, ast.IfExp):
        yield "condition", changed(node, body=node.orelse, orelse=node.body)
        yield from (("condition", branch) for branch in (node.body, node.orelse))
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield from (("constant", ast.Constant(node.value + by)) for by in (1, -1))
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield "constant", ast.Constant(not node.value)
    elif isinstance(node, ast.stmt):
        yield from of_statement(node)


class Replace(ast.NodeTransformer):
    """Puts another node in the place of the n-th in the order of this visit."""

    def __init__(self, place, node):
        self.place, self.node, self.count = place, node, -1

    def generic_visit(self, node):
        self.count += 1
        return self.node if self.count == self.place else super().generic_visit(node)


class Order(ast.NodeVisitor):
    """The nodes in the order in which `Replace` meets them, each with the innermost statement around it."""

    def __init__(self):
        self.found, self.around = [], []

    def generic_visit(self, node):
        inner = isinstance(node, ast.stmt)
        self.around += [node] if inner else []
        self.found.append((node, self.around[-1]))
        super().generic_visit(node)
        if inner:
            self.around.pop()


def headline(statement):
    """A statement in one line; of a compound one the head only."""
    return without_brackets(ast.unparse(statement).split("\n")[0])


def without_brackets(line):
    """`(a, b) = f()`, as Python 3.10 writes an assignment, as later ones do."""
    return re.sub(r"^\(([\w, ]+)\) = ", r"\1 = ", line)


def of_name(node, names):
    """Another name of the function's own in place of one."""
    yield from (("wrong name", ast.Name(name, ast.Load())) for name in names if name != node.id)


def mutants(solution):
    """Every mutant of a solution once: those that read alike are one."""
    whole = copy.deepcopy(solution.tree)
    if ast.get_docstring(whole) is not None:
        whole.body = whole.body[1:]
    order = Order()
    order.visit(whole)
    names = sorted({n.id for n in ast.walk(whole) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} | {
        argument.arg for argument in ast.walk(whole.args) if isinstance(argument, ast.arg)})
    seen, found, head = {ast.unparse(whole)}, [], len(list(ast.walk(whole.args)))
    for place, (node, statement) in enumerate(order.found):
        if place <= head:  # the function itself and its arguments
            continue
        other = of_name(node, names) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names else ()
        for fault, replacement in [*faults(node), *other]:
            tree = Replace(place, copy.deepcopy(replacement)).visit(copy.deepcopy(whole))
            text = ast.unparse(ast.fix_missing_locations(tree))
            if text in seen:
                continue
            seen.add(text)
            before, after = ast.unparse(whole).split("\n"), text.split("\n")
            first = next(i for i, (a, b) in enumerate(zip(before + [""], after + [""])) if a != b)
            found.append(Mutant(solution.exercise, fault, headline(statement), without_brackets(after[first].strip()), tree))
    return found


class Bench:
    """Tries the mutants of one exercise."""

    def __init__(self, solution):
        self.solution, self.exercise = solution, EXERCISES[solution.exercise]
        self.yardstick = Yardstick(self.exercise, self.exercise.inputs(SEED))
        self.original = solution.function()
        verdict = judge(self.yardstick, observe(self.exercise, self.original, self.yardstick.inputs))
        if verdict.points < self.exercise.points:
            raise ValueError(f"{solution.exercise}: its own solution earns {verdict.points:g} of {self.exercise.points:g}: {verdict.advice}")

    def outcome(self, mutant):
        """What the check says to a mutant, on the fixture that learners see."""
        try:
            function = self.solution.function(mutant.tree)
        except SyntaxError:
            return Outcome(mutant, 0.0, self.exercise.points)
        verdict = judge(self.yardstick, observe(self.exercise, function, self.yardstick.inputs))
        reason = REASONS.get(mutant.exercise, {}).get((mutant.before, mutant.after), "")
        return Outcome(mutant, verdict.points, self.exercise.points, tuple(verdict.mistakes), reason)

    def same_results(self, mutant, seeds=SEEDS):
        """Whether a mutant gives the solution's results on other fixtures too, harm to its arguments included."""
        function = self.solution.function(mutant.tree)
        for seed in seeds:
            inputs = self.exercise.inputs(seed)
            ours, theirs = observe(self.exercise, self.original, inputs), observe(self.exercise, function, inputs)
            values, others = (flatten(self.exercise, inputs, seen) for seen in (ours, theirs))
            if values.keys() != others.keys() or not all(same(values[key], others[key]) for key in values):
                return False
            if [c.damaged for c in ours.cases.values()] != [c.damaged for c in theirs.cases.values()]:
                return False
        return True

    def outcomes(self):
        return [self.outcome(mutant) for mutant in mutants(self.solution)]


def same(value, other):
    """Two observations alike: text to the letter, numbers up to rounding."""
    if isinstance(value, str) or isinstance(other, str):
        return isinstance(value, str) and isinstance(other, str) and value == other
    return value.shape == other.shape and close(value, other, 1e-9)


def table(results):
    """The outcomes by exercise as lines of text, a last one for all.

    results : dict, exercise -> list of Outcome
    """
    lines = [f"{'exercise':<24}{'mutants':>8}{'caught':>8}{'equivalent':>12}{'missed':>8}{'called by name':>16}"]
    total = Counter()
    for name, outcomes in [*results.items(), ("all", None)]:
        count = total if outcomes is None else Counter(
            mutants=len(outcomes), caught=sum(o.caught for o in outcomes),
            equivalent=sum(not o.caught and bool(o.reason) for o in outcomes),
            missed=sum(not o.caught and not o.reason for o in outcomes), named=sum(bool(o.named) for o in outcomes))
        total += count if outcomes is not None else Counter()
        lines.append(f"{name:<24}{count['mutants']:>8}{count['caught']:>8}{count['equivalent']:>12}{count['missed']:>8}{count['named']:>16}")
    relevant = total["mutants"] - total["equivalent"]
    lines.append(f"caught: {total['caught']} of {relevant} mutants that change a result, {total['caught'] / max(1, relevant):.1%}")
    kinds = Counter(outcome.mutant.fault for outcomes in results.values() for outcome in outcomes)
    lines.append("faults: " + ", ".join(f"{kind} {times}" for kind, times in kinds.most_common()))
    return lines


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m authoring.mutants", description="Faults in the course's own solutions, and what the checks catch.")
    parser.add_argument("exercises", nargs="*", metavar="EXERCISE", help="list the mutants of these exercises one by one")
    options = parser.parse_args(arguments)
    known = solutions()
    if unknown := set(options.exercises) - set(known):
        parser.error(f"no solution of {', '.join(sorted(unknown))}, expected one of {', '.join(known)}")
    results = {}
    for name in options.exercises or known:
        bench = Bench(known[name])
        results[name] = bench.outcomes()
        for outcome in results[name]:
            word = "caught" if outcome.caught else "equivalent" if outcome.reason else "MISSED"
            if options.exercises or word == "MISSED":
                detail = ", ".join(outcome.named) or outcome.reason or (
                    "" if outcome.caught else "the same results elsewhere" if bench.same_results(outcome.mutant) else "other results elsewhere")
                print(f"{word:<10} {outcome.points:4.3g}/{outcome.maximum:g}  {name}  {outcome.mutant}  {detail}".rstrip())
    print("\n".join(table(results)))
    return int(any(not outcome.caught and not outcome.reason for outcomes in results.values() for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
