"""What is not written yet, said before any mistake is named: placeholders, no update, a `return` too early."""

import numpy as np

from rnn_helpers.check.advice import Advice, in_code, listed
from rnn_helpers.check.observe import nothing


def unfinished(evidence, last=False):
    """Advice on an answer that is not written to its end, [] when nothing says so.

    last : True when no mistake could be named; before, one bare value among right ones is left for a mistake to explain
    """
    problems = [case.problem for case in evidence.observed.cases.values() if case.problem]
    return (other_order(evidence) or gaps(evidence) or loops(evidence) or too_early(evidence, problems)
            or returns_nothing(evidence, problems) or hides(evidence) or missing(evidence)
            or untouched(evidence) or lost(evidence, bare(evidence, problems, last), last and not problems)
            or ([] if problems else reads_nothing(evidence)) or (fewer(evidence) if last else []))


def remarks(evidence, kind):
    """The places that the function's outline names, none where nothing of the learner's is to be told."""
    return [text for name, text in evidence.observed.remarks if name == kind]


def other_order(evidence):
    """Arguments that the function names in another order than they are given in."""
    return [Advice(f"Your function takes ({taken}), and gets its arguments in another order: {evidence.exercise.asks}.",
                   "happened", theirs=True) for taken in remarks(evidence, "other order")]


def gaps(evidence):
    """A gap of a hint's skeleton; in a notebook its name may stand for what some cell showed."""
    return [Advice("A gap is left here, `___`: write what belongs there.", "unfinished",
                   code="" if evidence.hidden else place, theirs=True) for place in remarks(evidence, "gap")]


def reads_nothing(evidence):
    return [Advice("It reads none of its arguments, so what it gives cannot depend on them.", "unfinished")
            for _ in remarks(evidence, "reads no argument") if not evidence.observed.globals_read]


def unread(evidence):
    """A note on arguments that the function never reads: the result depends on each of those that are asked for."""
    told = not evidence.hidden and not any(case.problem for case in evidence.observed.cases.values())
    return [Advice(f"It makes no use of the values of {in_code(names.split(', '))}.", theirs=True)
            for names in remarks(evidence, "never read") if told]


LOOPS = {"argument lost": "The loop gives one of the arguments another value, and it is read again: take another name.",
         "added to itself": "This doubles a sum at each pass: add what belongs to the step, under a name of its own.",
         "empty range": "The loop makes no step: counting down needs a third argument, -1.",
         "used up": "This gives its values only once, and they are gone through again: `list(...)` keeps them."}


def loops(evidence):
    """Loops that lose an argument, never run, add a sum to itself, or find nothing left."""
    return [Advice(text, "happened", code=place, theirs=True) for kind, text in LOOPS.items()
            for place in remarks(evidence, kind)[:1] if not evidence.hidden]


def returns_nothing(evidence, problems):
    if not problems or problems[0].kind != "return":
        return []
    if places := remarks(evidence, "None alone"):
        return [Advice(f"It returns None: nothing is written there yet. Expected: {evidence.exercise.asks}.",
                       "unfinished", code="" if evidence.hidden else places[0], theirs=True)]
    if not remarks(evidence, "no return"):
        return []
    if places := remarks(evidence, "return outside"):
        return [Advice("Its `return` stands outside the function: indent the line.", "unfinished",
                       code="" if evidence.hidden else places[0], theirs=True)]
    shown = " `print` shows a value; `return` gives it back." if evidence.observed.printed else ""
    return [Advice(f"It has no `return`, so nothing comes back.{shown} Expected: {evidence.exercise.asks}.",
                   "unfinished")]


def hides(evidence):
    """An `except` that keeps what happened from being told, where hardly anything came back."""
    places = remarks(evidence, "hidden exception") if all(
        case.problem and case.problem.kind == "return" for case in evidence.observed.cases.values()) else []
    return [Advice("This `except` hides what happened: without `try` the exception is told, with its line.",
                   "unfinished", code="" if evidence.hidden else place, theirs=True) for place in places[:1]]


def too_early(evidence, problems):
    places = remarks(evidence, "return in the loop")
    if any(problem.kind != "return" for problem in problems) or not places:
        return []
    kept = ", and collect what each pass makes" if remarks(evidence, "nothing kept") else ""
    return [Advice(
        f"This `return` stands in the loop and ends it on the first pass. Move it below the loop{kept}.", "unfinished",
        code="" if evidence.hidden else places[0], theirs=True)]


def missing(evidence):
    """Values that were not returned, where all that were are right."""
    wrong = [key for key in evidence.wrong if key not in evidence.yardstick.properties
             and not key.endswith("/returned")]
    names = dict.fromkeys(key.partition("/")[2] for key in wrong)
    if not names or any(evidence.got.get(key) is not None or evidence.case(key).problem for key in wrong):
        return []
    text = f"{listed(names)} {'is' if len(names) == 1 else 'are'} not returned; what is returned is right."
    never = [] if evidence.hidden else remarks(evidence, "never filled")
    return [Advice(f"{text} {as_made(never) if never else f'Expected: {evidence.exercise.asks}.'}", "unfinished",
                   theirs=bool(never))]


def fewer(evidence):
    """Values that never come back, where none of the others is explained."""
    missed = {}
    for key in evidence.wrong:
        if key not in evidence.yardstick.properties and not key.endswith("/returned"):
            none = evidence.got.get(key) is None and not evidence.case(key).problem
            missed.setdefault(key.partition("/")[2], []).append(none)
    names = [name for name, every in missed.items() if all(every)]
    return [Advice(f"{listed(names)} {'is' if len(names) == 1 else 'are'} not returned. Expected: "
                   f"{evidence.exercise.asks}.", "unfinished")] if names else []


def untouched(evidence):
    """Parameters that should change in place, and are what they were."""
    changing = {}
    for case in evidence.exercise.cases:
        for key in evidence.expected:
            where, _, name = key.partition("/")
            starts = [evidence.inputs[n] for n in case.may_change if n in evidence.inputs] if where == case.name else []
            starts = [start for start in starts if np.shape(start) == np.shape(evidence.expected[key])]
            if starts and not any(np.array_equal(start, evidence.expected[key]) for start in starts):
                got = evidence.got.get(key)
                same = not isinstance(got, str | type(None)) and any(np.array_equal(got, start) for start in starts)
                changing.setdefault(name, []).append(same)
    if len(changing) < 2 or not all(all(same) for same in changing.values()):
        return []
    places = remarks(evidence, "local name")
    idle = remarks(evidence, "result lost")
    unwritten = remarks(evidence, "model untouched") and not places and not idle
    written = ": the update is still to be written." if unwritten else "." if places or idle else (
        ": nothing that is written reaches the model's own arrays, as `model.cell.Wx -= ...` does.")
    found = [Advice(f"{listed(changing)} are the same as before the call{written}", "unfinished")]
    if idle and not places and not evidence.hidden:
        found.append(Advice("This line changes nothing: what it gives is lost. `-=`, as in `model.cell.Wx -= ...`, "
                            "changes the model's.", "unfinished", code=idle[0], theirs=True))
    if places and not evidence.hidden:
        found.append(Advice("This makes a new array and leaves the model's as it was: `-=`, as in `model.cell.Wx -= "
                            "...`, changes the model's.", "unfinished", code=places[0], theirs=True))
    return found


def lost(evidence, empty, last):
    """What is empty, after the lines whose results are lost; last : these even where nothing is empty."""
    places = remarks(evidence, "result lost") if empty or last else []
    text = "This line changes nothing: what it gives is lost. Give it a name."
    return [*(Advice(text, "unfinished", code="" if evidence.hidden else place, theirs=True) for place in places[:2]),
            *empty, *(unread(evidence) if empty else [])]


def bare(evidence, problems, last):
    """Values that are None, empty, or 0 everywhere."""
    found, right = {}, set()
    if any(problem.hint for problem in problems):  # that says more
        return []
    for key, expected in evidence.expected.items():
        name = key.partition("/")[2]
        if key in evidence.yardstick.properties or name in ("returned", "length") or isinstance(expected, str):
            continue
        if key not in evidence.wrong:
            if expected.ndim and expected.any():
                right.add(name)
        elif not evidence.case(key).problem and not in_words(evidence.got.get(key), expected):
            found.setdefault(name, set()).add(kind_of(name, evidence.got.get(key), expected))
    if any(" " not in name for name in found):  # by the names of what is asked for
        found = {name: kinds for name, kinds in found.items() if " " not in name}
    empty = {name: kinds.pop() for name, kinds in found.items()
             if len(kinds) == 1 and "" not in kinds and name not in right}
    never, random = ([] if evidence.hidden else remarks(evidence, kind)
                     for kind in ("never filled", "np.empty never filled"))
    never += random
    plain = never or set(empty.values()) - {"0", "0 everywhere"}  # zeros can come of a mistake, too
    enough = empty and len(empty) == len(found) and (len(empty) > 1 or plain and not right or last)
    if not enough:
        nothing_ran = len(problems) == len(evidence.observed.cases)
        if not never or right and not random and not last or not evidence.wrong or nothing_ran:
            return []
        return [Advice(as_made(never), "unfinished", theirs=True)]
    texts = []
    for kind in dict.fromkeys(empty.values()):
        names = [name for name in empty if empty[name] == kind]
        texts.append(f"{listed(names)} {'is' if len(names) == 1 else 'are'} {kind}")
    still = f" {as_made(never)}" if never else ""
    return [Advice(f"{'; '.join(texts)}.{still}", "unfinished", theirs=bool(never))]


def as_made(names):
    verb = "is" if len(names) == 1 else "are"
    return (f"{listed('`' + text.replace(' (', '` (') for text in names)} {verb} returned as created: nothing is "
            "written there yet.")


def in_words(got, expected):
    """Whether a value is what the judge says of others, in words."""
    return (expected.dtype.kind == "U" and not isinstance(got, str | type(None)) and got.dtype.kind == "U"
            and any(got.ravel()))


def kind_of(name, got, expected):
    """What a wrong value is instead: "None", "empty", "0 everywhere"; "" for anything else."""
    if isinstance(got, str):
        return next((word + " everywhere" * everywhere for word, value in (("None", None), ("still `...`", ...))
                     for everywhere in (False, True) if got == nothing(name, value, everywhere)), "")
    if got is None:
        return ""
    if got.size == 0 or got.dtype.kind == "U" and not any(got.ravel()):
        return "empty" if expected.size else ""
    if got.dtype.kind == "U" or expected.dtype.kind == "U" or got.any() or not expected.any():
        return ""
    return "0 everywhere" if got.ndim else "0"
