"""From what a sandbox sent to a judgement, where no student's code comes: plain data in, plain data out."""

import base64
import dataclasses
import hashlib
import math
import re

import numpy as np

from instructor.grading.box.wire import LONGEST, MOST_BYTES, MOST_TEXTS
from rnn_helpers.check import EXERCISES
from rnn_helpers.check.advice import Advice
from rnn_helpers.check.happened import Problem
from rnn_helpers.check.judge import Judgement, judge
from rnn_helpers.check.observe import CaseResult, Observed
from rnn_helpers.check.outline import KINDS as REMARKS
from rnn_helpers.check.yardstick import Yardstick

SECONDS = 10  # of processor time for all cases of an exercise together
KINDS = {"not attempted", "error", "return", "time", "exit"}
MOST_VALUES = 200  # observations of one case
MOST_LETTERS = 2_000_000  # an array of texts takes its longest for each of them
LIMIT_TOLD = f"An exercise has {SECONDS} seconds of processor time, however busy the machine is."

MISSING = {  # why a sandbox sent nothing that was observed
    "undefined": "no function {function} is defined",
    "broken": "its cell does not run: {error} in line {line}, as Python {python} reads it",
    "cpu": "it was still computing when its time ran out, and was stopped. " + LIMIT_TOLD,
    "wall": "it was still running after many times its processor limit, and was stopped. " + LIMIT_TOLD,
    "idle": "it waited instead of computing, and was stopped",
    "files": "it wrote far more files than a notebook of the course needs, and was stopped",
    "large": "its results are far larger than asked for",
    "odd": "what it returned could not be judged",
    "spent": "the exercises before it used up the notebook's time",
    "died": "its process ended early: it crashed, needed too much memory, or left the program",
}


class Malformed(ValueError):
    """The answer from a sandbox is not what the runner sends: somebody wrote it."""


def text_in(value, most=2000):
    if not isinstance(value, str):
        raise Malformed(f"{type(value).__name__} where text was expected")
    return value[:most].encode(errors="replace").decode()  # half a surrogate pair is in no file


def value_in(data):
    """An observation from JSON: a str, or an array of numbers or text."""
    if not isinstance(data, dict):
        raise Malformed("a value is not an object")
    if "text" in data:
        return text_in(data["text"])
    shape = data.get("shape")
    if not (isinstance(shape, list) and len(shape) <= 16 and all(isinstance(n, int) and 0 <= n <= 10**7
                                                                 for n in shape)):
        raise Malformed("a shape is none")
    if "strings" in data:
        texts = [text_in(text, LONGEST) for text in data["strings"][:MOST_TEXTS]]
        if len(texts) * max(map(len, texts), default=0) > MOST_LETTERS or len(texts) != math.prod(shape):
            return "far more text than asked for"
        return np.array(texts, dtype=str).reshape(shape)
    if not re.fullmatch(r"[<>|=]?[biuf]\d{1,2}", text_in(data.get("dtype"))):
        raise Malformed("a dtype is none of numbers")
    dtype, raw = np.dtype(data["dtype"]), base64.b64decode(text_in(data.get("data"), MOST_BYTES), validate=True)
    if len(raw) != math.prod(shape) * dtype.itemsize:
        raise Malformed("an array has the wrong number of bytes")
    return np.frombuffer(raw, dtype).reshape(shape).copy()


def case_in(data, arguments):
    """A CaseResult from JSON. arguments : the names that may be called damaged."""
    problem = None
    if data.get("problem") is not None:
        fields = [field.name for field in dataclasses.fields(Problem) if field.name in data["problem"]]
        problem = Problem(**{name: text_in(data["problem"][name], 1000) for name in fields})
        if problem.kind not in KINDS:
            raise Malformed("a problem of no kind")
    if len(data["values"]) > MOST_VALUES:
        raise Malformed("too many values")
    damaged = {text_in(name, 100) if name in arguments else "an argument" for name in data["damaged"][:MOST_VALUES]}
    return CaseResult({text_in(name, 100): value_in(value) for name, value in data["values"].items()}, problem,
                      tuple(sorted(damaged)), tuple(text_in(name, 300) for name in data["shared"][:MOST_VALUES]))


def observed_in(exercise, inputs, data):
    """Observed from JSON. Malformed when it is not what the runner sends for this exercise."""
    arguments = {*inputs, *(name.rstrip("0123456789") for name in inputs)}
    try:
        cases = {case.name: case_in(data["cases"][case.name], arguments) for case in exercise.cases}
        again = case_in(data["again"], arguments) if data["again"] is not None else None
        borrowed = data["borrowed"]
        if borrowed not in {"", *(f.__qualname__ for f in (exercise.reference, *exercise.forbidden))}:
            raise Malformed("it borrowed from nobody")
        return Observed(cases, again, borrowed, int(data["printed"] is True or data["printed"] != 0),
                        tuple(text_in(name, 100) for name in data["globals_read"][:MOST_VALUES]),
                        tuple((kind, "") for kind in data["remarks"] if kind in REMARKS),
                        observed_in(exercise, inputs, {**data["helped"], "helped": None})
                        if data.get("helped") else None,
                        *(tuple(name for name in data.get(field, ()) if name in EXERCISES)
                          for field in ("helpers", "unwritten")))
    except Malformed:
        raise
    except Exception as error:
        raise Malformed(type(error).__name__) from error


def fixture(name, seed, handed_in):
    """The inputs of an exercise for one submission.

    They follow from the class's secret seed and from what was handed in (the digest of a rebuilt notebook): another
    submission has others, so nothing that feedback may tell about them helps; and who asks can be shown them again.
    """
    drawn = hashlib.blake2b(f"{name} {handed_in}".encode(), key=seed.to_bytes(16, "big")).digest()
    return EXERCISES[name].inputs(np.random.SeedSequence(int.from_bytes(drawn, "big")))


def nothing(name, why, **words):
    """The judgement, as a dict, where nothing was observed. why : among MISSING."""
    exercise = EXERCISES[name]
    text = MISSING.get(why, MISSING["died"]).format(**words)
    return dataclasses.asdict(Judgement(name, exercise.asks, "wrong", 0.0, exercise.points, [Advice(text).as_dict()]))


def score(name, inputs, observed):
    """The judgement on what a sandbox observed, as a plain dict (see `Judgement`); hidden numbers stay hidden."""
    exercise = EXERCISES[name]
    observed = observed_in(exercise, inputs, observed)
    judgement = judge(Yardstick(exercise, inputs), observed, hidden=True)
    if any(case.problem and case.problem.kind == "time" for case in observed.cases.values()):
        judgement.advice.append(Advice(LIMIT_TOLD))
    result = {**dataclasses.asdict(judgement), "advice": [line.as_dict() for line in judgement.advice]}
    result["points"] = min(max(float(result["points"]), 0.0), exercise.points)
    return result
