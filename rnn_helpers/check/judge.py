"""From observations to a verdict: facets, points, the mistake's name. Never touches the learner's objects."""

from dataclasses import dataclass, field

from rnn_helpers.check.advice import Advice, in_code
from rnn_helpers.check.atlas import name_mistakes
from rnn_helpers.check.compare import close, first_difference, same_shape
from rnn_helpers.check.exercise import ELSEWHERE
from rnn_helpers.check.observe import Observed
from rnn_helpers.check.unfinished import lost, unfinished, unread
from rnn_helpers.check.yardstick import flatten, reading

WITNESSED = 1e-6  # relative error below which a witness agrees
LATER = ("property", "further", "unharmed")  # kinds of facets that earn only when some value does


@dataclass
class FacetScore:
    """One facet's outcome. earned : points; reason : "" when right, else where it first differs; waits : True when it
    is not judged before some values are right."""

    title: str
    points: float
    earned: float
    reason: str = ""
    waits: bool = False


@dataclass
class Judgement:
    """The verdict on one exercise.

    status : "right", "partly right", "wrong", "not attempted", "borrowed"
    advice : what helps most, one or more lines; facets : list of FacetScore
    mistakes : names of the mistakes of the atlas that fit; program : with them, and the keys that they leave
        unexplained, where they leave some
    helped : names of the learner's functions that were replaced by the course's, so that their mistakes count once
    """

    name: str
    asks: str
    status: str
    points: float
    maximum: float
    advice: list = field(default_factory=list)
    facets: list = field(default_factory=list)
    mistakes: list = field(default_factory=list)
    helped: tuple = ()
    program = None


DISCREET = {"error": "it raised an exception: the check in the notebook shows which, and where; if it shows none, the "
                     "function needs what is not there in grading, such as threads, other programs or the network",
            "return": "what it returned cannot be used", "time": "it ran out of time",
            "exit": "it ended the program instead of returning"}


def describe(problem, hidden=False):
    """A problem in one line; hidden : in words that the learner's code cannot choose."""
    if hidden:
        return DISCREET.get(problem.kind, "it gave no result")
    where = f" in your {problem.line}" if problem.line else ""
    return problem.text + where


class Evidence:
    """The learner's observations beside the yardstick's, compared key by key.

    hidden : nothing of the fixture is told, and nothing in words, numbers or shapes that the learner's code chose: it
    could tell the fixture
    """

    def __init__(self, yardstick, observed, hidden=False):
        self.hidden = hidden
        self.yardstick, self.observed = yardstick, observed
        self.exercise, self.inputs = yardstick.exercise, yardstick.inputs
        self.expected, self.tolerance = yardstick.expected, yardstick.tolerance
        self.got = flatten(self.exercise, self.inputs, observed)
        self.wrong = [key for key in self.expected if not self.agrees(key, self.expected)]

    def case(self, key):
        return self.observed.cases[key.split("/")[0]]

    def agrees(self, key, other):
        """Whether the learner's value at a key is that of `other`, a dict like `expected`."""
        return self.yardstick.agree(key, self.got.get(key), other.get(key))

    def reason(self, key, kind="value"):
        """Why a key is wrong, "" when it is right."""
        problem, case = self.case(key).problem, key.split("/")[0]
        if problem:
            return f"no result ({case})"
        got, name, expected = self.got.get(key), key.split("/")[1], self.expected[key]
        if got is None:
            return f"{name} is missing ({case})"
        if isinstance(got, str):
            return f"{name} is not the array of numbers that was asked for ({case})" if self.hidden \
                else f"{got} ({case})"
        if got.dtype.kind == "U" and expected.dtype.kind in "if" and expected.size:
            return f"{name} is text, expected numbers ({case})"
        if kind in ("shape", "exact") and got.shape != expected.shape:
            return f"{self.other_shape(name, got, expected)} ({case})"
        if kind == "shape":
            return ""
        if close(got, expected, self.tolerance[case]):
            return ""
        if self.hidden:
            return f"{name} differs ({case})" if got.size == expected.size \
                else f"{self.other_shape(name, got, expected)} ({case})"
        if name == "returned" and got.dtype.kind == "U":  # in words, see `returned`
            return f"returned: {got}; expected: {expected} ({case})"
        return f"{first_difference(name, got, expected, self.tolerance[case])} ({case})"

    def other_shape(self, name, got, expected):
        """That a shape is not the one that was asked for."""
        if self.hidden:
            return f"{name} has another shape than {expected.shape}"
        return f"{name} has shape {got.shape}, expected {expected.shape}"

    def describe(self, problem):
        return describe(problem, self.hidden)

    def told(self, problem):
        """A problem as advice: what happened, and what to do; hidden : the former, in words of ours."""
        if self.hidden:
            return [Advice(self.describe(problem), "happened")]
        theirs = problem.kind == "error"
        told = Advice(problem.plain or problem.text, "happened", problem.line, problem.seen, theirs=theirs)
        return [told, *([Advice(problem.hint, "happened", theirs=theirs)] if problem.hint else [])]

    def what_shows(self, key):
        """A wrong key in words: the problem, or where it first differs."""
        problem = self.case(key).problem
        return self.describe(problem) if problem else self.reason(key, "shape") or self.reason(key)

    def kept(self):
        """Whether a second call with the same arguments goes another way, in words; "" when not."""
        case, again = self.exercise.cases[0], self.observed.again
        if not again or self.observed.cases[case.name].problem:
            return ""
        if again.problem:
            return f"it works only the first time; called again with the same arguments: {self.describe(again.problem)}"
        others = reading(case, self.inputs, again)
        for name, value in reading(case, self.inputs, self.observed.cases[case.name]).items():
            if f"{case.name}/{name}" not in self.expected:  # a name that only a forged answer has
                continue
            other = others.get(name)
            if other is None or not close(other, value, case.tolerance):
                return (f"called again with the same arguments it gives a different {name}: something is kept from the "
                        "call before (a global, a default argument that grows), or drawn at random")
        return ""

    def harm(self):
        """What the function did besides its work, "" when nothing."""
        for name, result in self.observed.cases.items():
            if result.damaged:
                changed = ", ".join(result.damaged)
                return f"{changed} changed during the call ({name}): write to a copy, not with `+=`, `-=` or `[:] =`"
            if result.shared:
                shared = "a result is a view of an argument" if self.hidden else result.shared[0]
                return f"{shared} ({name}): return a new array, as `.copy()` gives one"
        return self.kept()


def facet_scores(evidence):
    """The facets with what each earns."""
    found, some_value, first = [], False, evidence.exercise.cases[0].name
    for facet in sorted(evidence.exercise.facets, key=lambda facet: facet.kind in LATER):
        keys = evidence.yardstick.keys[facet.title]
        if not keys:
            raise ValueError(f"{evidence.exercise.name}: facet {facet.title!r} names no observation: {facet.keys}")
        if facet.kind == "further":  # what is wrong at first has been paid for
            keys = [key for key in keys if not evidence.reason(f"{first}/{key.split('/')[1]}")]
        waits = facet.kind in LATER and not (some_value and keys)
        if waits:
            reason = "needs right values first"
        elif facet.kind == "unharmed":
            reason = evidence.harm()
        else:
            reason = next(filter(None, (evidence.reason(key, facet.kind) for key in keys)), "")
            some_value |= facet.kind in ("value", "exact") and not reason
        found.append((facet, FacetScore(facet.title, facet.points, 0.0 if reason else facet.points, reason, waits)))
    order = {id(facet): i for i, facet in enumerate(evidence.exercise.facets)}
    return [score for facet, score in sorted(found, key=lambda pair: order[id(pair[0])])]


def judge(yardstick, observed: Observed, hidden=False):
    """The verdict on what was observed, as `judge_alone` gives it; with the course's helpers, where that is worth more.
    """
    alone = judge_alone(yardstick, observed, hidden)
    if observed.helped is None:
        return alone
    helped = judge_alone(yardstick, observed.helped, hidden)
    if helped.points <= alone.points and observed.unwritten != observed.helpers:
        return alone
    right = "right" if helped.status == "right" else f"judged with the course's {in_code(observed.helpers)}"
    differ = [name for name in observed.helpers if name not in observed.unwritten]
    told = [f"Your {in_code(names)}, which it calls, {what}" for names, what in (
        (observed.unwritten, f"{'is' if len(observed.unwritten) == 1 else 'are'} not written yet."),
        (differ, f"{'does' if len(differ) == 1 else 'do'} not give what the course's would: look at that check."))
        if names]
    helped.advice = [Advice(f"`{alone.name}` is {right}. {' '.join(told)}", "whose", theirs=True), *helped.advice]
    helped.helped = observed.helpers
    return helped


def judge_alone(yardstick, observed, hidden=False):
    """The Judgement on what `observe` returned for the yardstick's fixture.

    hidden : True when the fixture is a secret: says which values are wrong, and nothing that the learner's code could
        choose
    """
    exercise, inputs = yardstick.exercise, yardstick.inputs
    result = Judgement(exercise.name, exercise.asks, "wrong", 0.0, exercise.points)
    problems = [case.problem for case in observed.cases.values() if case.problem]
    kinds = {kind for kind, _ in observed.remarks}
    if problems and problems[0].kind == "not attempted" or "nothing written" in kinds:
        result.status = "not attempted"
        where = ", which stands above it," if "below the raise" in kinds else ""
        left = f"remove the line `raise NotImplementedError`{where} to see what your code returns" \
            if problems and problems[0].line else f"not attempted yet: {exercise.asks}"
        result.advice = [Advice(left, "unfinished")]
        return result
    if observed.borrowed:
        result.status = "borrowed"
        asked = observed.borrowed == exercise.reference.__qualname__
        result.advice = [Advice(f"it calls the course's own {observed.borrowed}, which " + (
            "is what you are asked to write. You may call other exercises' functions." if asked else
            "answers in your place: write this function without it."), "course")]
        return result
    evidence = Evidence(yardstick, observed, hidden)
    result.facets = facet_scores(evidence)
    result.points = float(sum(score.earned for score in result.facets))
    if result.points >= exercise.points - 1e-9:
        result.status, result.points = "right", exercise.points
        result.advice = witness_lines(exercise, inputs, evidence)
        return result
    result.status = "partly right" if result.points > 0 else "wrong"
    if first := unfinished(evidence):
        result.advice = first
        return result
    errors = [problem.kind == "error" for problem in problems]
    judged = {key.split("/")[0] for key in evidence.expected}
    failed = {name for name, case in observed.cases.items() if case.problem}
    everywhere = all(errors) and judged <= failed  # then its line says more than any name
    named, left = ([], evidence.wrong) if everywhere else name_mistakes(evidence)
    result.mistakes = [mistake.name for mistake in named]
    result.advice = [Advice(f"{mistake.title}. {mistake.why}", "mistake", math=mistake.line) for mistake in named]
    result.advice[:0] = lost(evidence, [], bool(named))
    if len(named) > 2:  # they give these numbers together; so may others
        result.advice.insert(0, Advice(f"What it returns is consistent with {len(named)} slips at once:", "mistake"))
    if not named:
        result.advice = unfinished(evidence, last=True) \
            or [*unknown(exercise, inputs, observed, evidence, result, problems), *unread(evidence)]
    elif left:  # stands first when it comes first
        program = getattr(evidence, "program", None)
        result.program = program and (program, left)
        problem = evidence.case(left[0]).problem
        shown = evidence.told(problem) if problem else [Advice(evidence.what_shows(left[0]), "difference")]
        place = 0 if left[0] == evidence.wrong[0] else len(named)
        result.advice[place:place] = shown
    if observed.globals_read and (left or not named):
        read = "variables" if hidden else ", ".join(observed.globals_read)
        result.advice.append(Advice(f"it reads {read} from the notebook: use the arguments only"))
    if observed.printed and not hidden:
        result.advice.append(Advice(f"it printed {observed.printed} characters, which a check does not show: "
                                    "call it in a cell of its own to read them"))
    return result


def puzzles(judgement, observed):
    """Whether an answer is wrong and nothing could be said of why, but what explains an exception."""
    problems = [case.problem for case in observed.cases.values() if case.problem]
    kinds = ("unfinished",) if problems else ("unfinished", "happened")
    told = judgement.mistakes or any(advice.kind in kinds for advice in judgement.advice)
    return judgement.status in ("wrong", "partly right") and not told and all(
        problem.kind == "error" for problem in problems)


def unknown(exercise, inputs, observed, evidence, result, problems):
    """Advice when no mistake of the atlas fits: what happened, where it first differs, the witness."""
    advice = [Advice(kept)] if (kept := evidence.kept()) else []
    if problems and not (kept and problems[0].line):
        problem, bad = problems[0], {key.split("/")[0] for key in evidence.wrong}
        judged = {key.split("/")[0] for key, value in evidence.expected.items()
                  if key not in evidence.yardstick.properties and value.tolist() != 0}  # nothing was asked for
        working = [name for name in observed.cases if name in judged - bad]
        failing = next(name for name, case in observed.cases.items() if case.problem)
        where = f"It works on {working[0]!r} and fails on {failing!r}." if working else ""
        return advice + evidence.told(problem) + ([Advice(where, "happened")] if where else [])
    if not kept or not problems:
        reasons = next((v.reason for v in result.facets if v.reason), ""), evidence.harm()
        advice += [Advice(text, "difference") for text in dict.fromkeys(filter(None, reasons)) if text != kept]
        advice += [Advice(text, "difference")] if (text := the_rest_is_right(exercise, evidence)) else []
    return advice + witness_lines(exercise, inputs, evidence)


def the_rest_is_right(exercise, evidence):
    """A line for an answer that goes wrong in a few cases only, the first not among them; "" for others."""
    names = list(dict.fromkeys(case.name.replace(ELSEWHERE, "") for case in exercise.cases))
    bad = {key.split("/")[0].replace(ELSEWHERE, "") for key in evidence.wrong}
    wrong = [name for name in names if name in bad]
    if names[0] in bad or not bad or 2 * len(wrong) > len(names):
        return ""
    return f"Only the values of {' and '.join(map(repr, wrong))} differ."


def witness_lines(exercise, inputs, evidence):
    """What an independent road says."""
    values = {key: value for key, value in evidence.got.items() if not isinstance(value, str)}
    if exercise.witness is None or any(not same_shape(values.get(k, ""), v) for k, v in evidence.expected.items()):
        return []
    try:
        errors = exercise.witness(inputs.copy(), values)
    except (KeyError, ValueError):  # a value that the witness needs is not there
        return []
    good = [label for label, error in errors.items() if error <= WITNESSED]
    bad = [f"{label} has relative error {error:.2g}" for label, error in errors.items() if label not in good]
    if good and not bad:
        agree = "agrees" if len(good) == 1 else "agree"
        return [Advice(f"independent check: {', '.join(good)} {agree}, relative error below {WITNESSED:.0e}",
                       "witness")]
    right = f"; right: {', '.join(good)}" if good else ""
    return [Advice(f"independent check: {', '.join(bad)} (right below {WITNESSED:.0e}){right}", "witness")] \
        if bad and not evidence.hidden else []
