"""Where no mistake has a name: the one or two small changes of the learner's own lines with which everything is right.

The changes are those of `edits`; what is said of one was run: with it the function passes every case on both fixtures.
(Repair by a search among small edits: Singh, Gulwani & Solar-Lezama, 2013, with NumPy's operators as the error model.)
"""

import ast
import copy
import io
import sys
import time
import types
from contextlib import nullcontext, redirect_stderr, redirect_stdout

import numpy as np

from rnn_helpers.check import limits
from rnn_helpers.check.advice import Advice
from rnn_helpers.check.compare import close
from rnn_helpers.check.edits import edits
from rnn_helpers.check.family import numbers, single
from rnn_helpers.check.judge import Evidence, judge
from rnn_helpers.check.observe import CaseResult, as_asked, observe, plain, process_unchanged, run
from rnn_helpers.check.outline import definition
from rnn_helpers.check.whose import is_own, names_read
from rnn_helpers.check.yardstick import Yardstick, reading

SECONDS = 0.7 if sys.platform == "emscripten" else 0.22  # of work; a browser's Python takes longer
EVERY = 8  # changes that are tried between two looks at the clock, each of which may cost as much as a change
TOGETHER = 4  # edits that improve something, after which a name is looked for
MOST = 12  # edits that improve something, on which a second one is tried
ALONE = {"open", "input", "exec", "eval", "exit", "quit", "globals", "setattr", "__import__", "os", "sys", "subprocess",
         "shutil", "pathlib", "Path", "requests", "urllib"}  # a function that reads one of these is not run again


class Repair:
    """The changes of one function that are tried.

    exercise, function, inputs : as `observe` takes them; yardstick : of the same fixture
    leave : names of functions that are not to be changed: those of other exercises
    share : of the time that is to be taken
    """

    def __init__(self, exercise, function, inputs, yardstick, leave=(), share=1.0):
        self.exercise, self.function, self.inputs, self.yardstick = exercise, function, inputs, yardstick
        self.trees = {}
        for own in with_helpers(function, leave):
            tree, lines = definition(own)
            if tree is None or tree.decorator_list or names_read(own.__code__) & ALONE:
                self.trees = {}
                break
            self.trees[own.__name__] = own, copy.deepcopy(tree), lines
        self.most = 0.0  # seconds for the first wrong case, where a version may not end; 0 for any
        self.codes = {}  # of the functions as they are
        self.names = dict(function.__globals__) if self.trees else {}
        for own, *_ in self.trees.values():  # what is kept in the notebook stays as it is
            kept = {name: self.names.get(name) for name in names_read(own.__code__)}
            self.names.update({name: copy.deepcopy(value) for name, value in kept.items()
                               if isinstance(value, list | dict | set | np.ndarray)})
        self.seconds = share * SECONDS
        self.better, self.cases, self.start, self.looks, self.now = [], [], time.process_time(), 0, 0.0
        self.kinds = {}  # name of a function -> of its names, the kinds of their values
        self.telling = []  # edits that change what the first wrong case shows
        self.shown = []  # (what is judged of the first wrong case, the edit that it was with)
        self.expected = {case.name: {} for case in exercise.cases}
        for key, expected in yardstick.expected.items():
            case, name = key.split("/")
            self.expected[case][name] = expected

    def edits(self):
        return sorted(((edit, lines, name) for name, (_, tree, lines) in self.trees.items()
                       for edit in edits(tree, self.kinds.get(name, {}))), key=lambda change: change[0].rank)

    def look_at_names(self):
        """Run the first case to note the kinds of values in it."""
        before = sys.getprofile()
        sys.setprofile(self.look)
        try:
            self.score(self.built(), self.exercise.cases[:1])
        finally:
            sys.setprofile(before)

    def look(self, frame, event, _):
        """Note the kinds of the values that the names of a function have in the end; as `sys.setprofile` calls it."""
        if event == "return" and frame.f_code.co_name in self.trees:
            self.kinds.setdefault(frame.f_code.co_name, {}).update(
                (name, f"array of {value.ndim}" if isinstance(value, np.ndarray) else "float" if isinstance(
                    value, float) else type(value).__name__) for name, value in frame.f_locals.items())

    def built(self, *changed):
        """The function, with some functions as their trees are now; or None."""
        names = dict(self.names)
        try:
            self.codes = self.codes or {name: compiled(own, tree) for name, (own, tree, _) in self.trees.items()}
            made = [rebuilt(own, compiled(own, tree) if name in changed else self.codes[name], names)
                    for name, (own, tree, _) in self.trees.items()]
        except Exception:
            return None
        names.update({function.__name__: function for function in made})
        return made[0]

    def score(self, function, cases):
        """For each case up to the first that is wrong: how many of its numbers are right, of how many, and how many of
        its values as a whole. A case that gives none ends the list."""
        found, self.last = [], None
        if function is None:
            return found
        call = as_asked(function, self.exercise.asks)
        for case in cases:
            try:
                with limits.briefly(self.most) if self.most and case is cases[0] else nullcontext():
                    returned = run(case, call, self.inputs.copy())
                result = CaseResult({name: plain(name, value) for name, value in returned.items()})
            except (Exception, limits.TimeUp, SystemExit):
                return found
            shown = reading(case, self.inputs, result)
            self.last = self.last or shown
            values = [(agreeing(shown.get(name), expected, case.tolerance), max(expected.size, 1))
                      for name, expected in self.expected[case.name].items()]
            found.append((sum(right for right, _ in values), sum(size for _, size in values),
                          sum(right == size for right, size in values)))
            if found[-1][0] < found[-1][1]:
                break
        return found

    def one_or_two(self, most=2):
        """One or two changes with which everything is right, as (words, line), or (); most : how many are tried."""
        if not self.trees:
            return ()
        before = self.score(self.built(), self.exercise.cases)
        self.look_at_names()
        wrong = len(before) - (before[-1:] != [] and before[-1][0] < before[-1][1])
        if wrong == len(self.exercise.cases):  # all values are right: what it does to its arguments is not
            return ()
        every = self.exercise.cases
        cases = self.cases = [every[wrong], *every[:wrong], *every[wrong + 1:]]
        base, *_, whole = before[wrong] if len(before) > wrong else (-1, -1, 0)
        better, failing = [], []
        begun = time.process_time()
        self.score(self.built(), cases)
        start = self.last
        if any(isinstance(node, ast.While) for _, tree, _ in self.trees.values() for node in ast.walk(tree)):
            self.most = max(0.02, 4 * (time.process_time() - begun))
        for pair in self.edits():
            if self.is_over(1.5):
                break
            undo = pair[0].apply()
            found = self.score(function := self.built(pair[2]), cases)
            undo()
            if not self.last:
                failing.append(pair)
            elif not (start and unchanged(self.last, start)):
                self.telling.append(pair)
            if self.is_right(function, found):
                return (told(*pair),)
            if found and found[0][0] > base:
                better.append((found, pair))
            elif base >= 0 and found and pair[0].rank < 2:
                self.shown.append((self.last, pair))
        self.telling += failing
        better.sort(key=lambda scored: (-len(scored[0]), -scored[0][0][0]))
        if base >= 0:  # of what raises any change may be an improvement
            self.better = [pair for found, pair in better if found[0][2] > whole and pair[0].rank < 2
                           and all(right == size for right, size, _ in found[1:wrong + 1])]  # spoils nothing
        for _, pair in better[:MOST * (most > 1)]:
            first, undo = told(*pair), pair[0].apply()
            try:
                for other in self.edits():  # of what is there now
                    if self.is_over(1.7):
                        return ()
                    again = other[0].apply()
                    found = self.score(function := self.built(pair[2], other[2]), cases)
                    again()
                    if self.is_right(function, found):
                        return first, told(*other)
            finally:
                undo()
        return ()

    def beside_a_name(self, pairs):
        """One of some edits, and the judgement of what is left with it, where that has a name; or ().

        The slip named must have been there without the edit, which then spoils no number, takes no argument away, and
        mends something of what the slip leaves right.
        """
        if not self.trees or not pairs:
            return ()
        alone = copy.copy(self.yardstick)
        alone.slips = 1
        before, start = self.read(), self.built()
        rare = {variant.name for variant, _ in single(self.exercise.family) if variant.alone}
        for pair in pairs:
            if time.process_time() > self.start + 1.9 * self.seconds:
                break
            undo = pair[0].apply()
            function, after = self.built(pair[2]), self.read()
            undo()
            if before - after:
                continue
            observed = observe(self.exercise, function, self.inputs, guarded=False)
            left = judge(alone, observed)
            if len(left.mistakes) == 1 and left.mistakes[0] not in rare \
                    and all(advice.kind == "mistake" for advice in left.advice) \
                    and mends(*(Evidence(alone, found) for found in (
                        observe(self.exercise, start, self.inputs, guarded=False), observed))):
                return told(*pair), left
        return ()

    def read(self):
        """The arguments, and parts of arguments, that the function reads as its trees are now."""
        tree = self.trees and next(iter(self.trees.values()))[1]
        names = {argument.arg for argument in tree.args.args}
        return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in names or
                isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names}

    def as_a_slip(self):
        """The edits with which the first wrong case shows what a slip alone would show there; none that puts another
        function in the place of one, which may be this slip itself."""
        slips, case = set(), self.cases[0] if self.shown else None
        for _, fit in single(self.exercise.family) if case else ():
            if self.is_over(1.8):
                break
            try:
                values = run(case, self.exercise.family.program(fit), self.inputs.copy())
            except Exception:
                continue
            result = CaseResult({name: plain(name, value) for name, value in values.items()})
            slips.add(brief(reading(case, self.inputs, result)))
        return [(edit, *rest) for shown, (edit, *rest) in self.shown if slips and brief(shown) in slips
                and not edit.sibling and not any(numbers(value) and value.size > 1 and not np.ptp(value)
                                                 for value in shown.values())][:TOGETHER]

    def any_two(self):
        """As `one_or_two`, of changes that improve nothing alone, but show: first those that raise nothing."""
        tried = self.telling
        for total in range(1, 2 * len(tried) - 2):
            for i in range(max(0, total - len(tried) + 1), (total + 1) // 2):
                if self.is_over(1.3):
                    return ()
                undo = [pair[0].apply() for pair in (tried[i], tried[total - i])]
                found = self.score(function := self.built(tried[i][2], tried[total - i][2]), self.cases)
                for one in reversed(undo):
                    one()
                if self.is_right(function, found):
                    return told(*tried[i]), told(*tried[total - i])
        return ()

    def is_over(self, times=1.0):
        self.looks += 1
        if self.looks % EVERY == 1:
            self.now = time.process_time()
        return self.now > self.start + times * self.seconds

    def is_right(self, function, found):
        return len(found) == len(self.exercise.cases) and found[-1][0] == found[-1][1] and judge(
            self.yardstick, observe(self.exercise, function, self.inputs, guarded=False)).status == "right"


def told(edit, lines, _):
    """An edit in words, and the line where it is to be made."""
    return edit.told(), f"line {edit.line}: {lines[edit.line - 1].strip()}"


def with_helpers(function, leave):
    """The function and those of the learner's own that it calls."""
    found, wanted = [], [function]
    while wanted:
        one = wanted.pop()
        if not isinstance(one, types.FunctionType):
            return []
        found.append(one)
        names = one.__globals__
        wanted += [names[name] for name in sorted(names_read(one.__code__)) if name not in leave
                   and is_own(names.get(name), function.__globals__) and names[name] not in (*found, *wanted)]
    return found


def compiled(function, tree):
    """The code that defines a function by its tree; within another one where it closes over variables."""
    free, body = function.__code__.co_freevars, [tree]
    if free:
        taken = ast.arguments([], [ast.arg(name) for name in free], None, [], [], None, [])
        made = ast.FunctionDef("_around", taken, [tree, ast.Return(ast.Name(tree.name, ast.Load()))], [],
                               **({"type_params": []} if "type_params" in ast.FunctionDef._fields else {}))
        body = [ast.fix_missing_locations(ast.copy_location(made, tree))]
    return compile(ast.Module(body, []), function.__code__.co_filename, "exec")


def rebuilt(function, code, names):
    """A function anew from its code, with the names it reads and the variables it closes over."""
    exec(code, names)
    if function.__code__.co_freevars:
        return names.pop("_around")(*(cell.cell_contents for cell in function.__closure__))
    return names[function.__name__]


def brief(shown):
    """The first and the last number of each value, to few digits: what is alike is alike in these."""
    return tuple((name, value.shape, f"{value.flat[0]:.6g} {value.flat[-1]:.6g}") for name, value in shown.items()
                 if numbers(value) and value.size)


def mends(before, after):
    """Whether an edit spoils no number, and mends some of the values that are wrong elsewhere, if any is right."""
    right, wrong = [], {key.split("/")[1] for key in after.wrong}
    for key, expected in after.expected.items():
        got, then = after.got.get(key), before.got.get(key)
        if key not in after.wrong and key.split("/")[1] in wrong:
            right.append(key in before.wrong)
        if numbers(got) and numbers(then) and got.shape == then.shape == expected.shape:
            good = [np.isclose(value, expected, rtol=1e-6, atol=1e-9) for value in (then, got)]
            if np.any(good[0] & ~good[1]):
                return False
        elif key in after.wrong and key not in before.wrong:
            return False
    return any(right) or not right


def unchanged(shown, before):
    """Whether a case shows the same as before."""
    return shown.keys() == before.keys() and all(np.array_equal(value, before[name]) for name, value in shown.items())


def agreeing(got, expected, tolerance):
    """How many numbers of a value are right; one more than it has for none at all, so that a text counts too."""
    if got is None or isinstance(got, str):
        return 0
    if close(got, expected, tolerance) and got.shape == expected.shape:
        return max(expected.size, 1)
    if got.shape != expected.shape or got.dtype.kind not in "biuf" or expected.dtype.kind not in "biuf":
        return 0
    return int(np.isclose(got, expected, rtol=tolerance, atol=1e-12).sum())


def repaired(exercise, function, inputs, yardstick, leave=(), explained=False, named=None):
    """Advice on an answer of which not all could be said: the changes that make it right; [] for none.

    leave : as `Repair` takes it; explained : whether an exception was, then only one that makes all right is told;
    named : the program with the mistakes that have a name, where they are not all, and the keys that they leave; what
        it gives is then expected, if it is right there, as it is where these mistakes concern other values
    """
    quiet = io.StringIO()
    if named:
        program, left = named
        meant = Yardstick(exercise, inputs, program)
        if not all(key not in yardstick.properties and meant.agree(
                key, meant.expected.get(key), yardstick.expected[key]) for key in left):
            return []
        yardstick = meant
    with process_unchanged(), limits.limited(5 * SECONDS, computing=True), redirect_stdout(quiet), \
            redirect_stderr(quiet):
        try:
            alone = explained or bool(named)
            tried = Repair(exercise, function, inputs, yardstick, leave, 0.5 if explained else 1.0)
            found = tried.one_or_two(2 - alone)
            if alone and not found:
                return []
            beside = () if found else tried.beside_a_name(tried.better[:TOGETHER])
            found = found if found or beside else tried.any_two()
            beside = beside if found or beside or tried.better else tried.beside_a_name(tried.as_a_slip())
        except (KeyboardInterrupt, limits.TimeUp):
            return []
    if beside:
        (words, line), left = beside
        return [Advice(f"One mistake is left {words}; it is named below.", "mistake", line, theirs=True),
                *left.advice]
    if len(found) == 1:
        all_right = "All the rest is right" if named else "Everything is right"
        return [Advice(f"{all_right} {words}.", "mistake", line, theirs=True) for words, line in found]
    both = [Advice(f"{words[0].upper()}{words[1:]}.", "mistake", line, theirs=True) for words, line in found]
    return both and [Advice("Everything is right with two changes:", "mistake"), *both]
