"""From what a sandbox sent to a judgement, in the grader's own process: plain data in, plain data out."""

import base64
import dataclasses
import functools
import re
import zlib

import numpy as np

from rnn_helpers.check import EXERCISES
from rnn_helpers.check.advice import Advice
from rnn_helpers.check.happened import Problem
from rnn_helpers.check.judge import Judgement, judge
from rnn_helpers.check.observe import CaseResult, Observed
from rnn_helpers.check.yardstick import Yardstick

KINDS = {"not attempted", "error", "return", "time", "exit"}
MOST_VALUES = 200  # observations of one case
MOST_REMARKS = 8  # on one function's text


class Malformed(ValueError):
    """The answer from a sandbox is not what the runner sends: somebody wrote it."""


def text_in(value, most=2000):
    if not isinstance(value, str):
        raise Malformed(f"{type(value).__name__} where text was expected")
    return value[:most].encode(errors="replace").decode()  # half a surrogate pair is in no file


def value_in(data):
    """An observation from JSON: a str, or an array of numbers or text."""
    if not isinstance(data, dict):
        raise Malformed("a value is no object")
    if "text" in data:
        return text_in(data["text"])
    shape = data.get("shape")
    if not (isinstance(shape, list) and len(shape) <= 16 and all(isinstance(n, int) and 0 <= n <= 10**7 for n in shape)):
        raise Malformed("a shape is none")
    if "strings" in data:
        array = np.array([text_in(s, 10000) for s in data["strings"]], dtype=str)
        return array.reshape(shape) if array.size == int(np.prod(shape)) else "far more text than asked for"
    dtype = np.dtype(text_in(data.get("dtype")))
    if dtype.kind not in "biuf":
        raise Malformed(f"dtype {dtype}")
    raw = base64.b64decode(text_in(data.get("data"), 40_000_000), validate=True)
    if len(raw) != int(np.prod(shape)) * dtype.itemsize:
        raise Malformed("an array has the wrong number of bytes")
    return np.frombuffer(raw, dtype).reshape(shape).copy()


def case_in(data):
    problem = None
    if data.get("problem") is not None:
        problem = Problem(*(text_in(part, 1000) for part in data["problem"]))
        if problem.kind not in KINDS:
            raise Malformed(f"problem {problem.kind!r}")
    if len(data["values"]) > MOST_VALUES:
        raise Malformed("too many values")
    return CaseResult({text_in(n, 100): value_in(v) for n, v in data["values"].items()}, problem,
                      tuple(text_in(n, 100) for n in data["damaged"]), tuple(text_in(n, 300) for n in data["shared"]))


def observed_in(exercise, data):
    """Observed from JSON. Malformed when it is not what the runner sends for this exercise."""
    try:
        cases = {case.name: case_in(data["cases"][case.name]) for case in exercise.cases}
        again = case_in(data["again"]) if data["again"] is not None else None
        return Observed(cases, again, text_in(data["borrowed"], 100), int(data["printed"]),
                        tuple(text_in(n, 100) for n in data["globals_read"]),
                        tuple((text_in(kind, 100), text_in(text, 300)) for kind, text in data["remarks"][:MOST_REMARKS]))
    except Malformed:
        raise
    except Exception as error:
        raise Malformed(f"{type(error).__name__}: {str(error)[:100]}") from error


def fixture(name, seed):
    """The inputs of an exercise for a class: each exercise has its own, all follow from the class's secret seed."""
    return EXERCISES[name].inputs(np.random.SeedSequence([seed, zlib.crc32(name.encode())]))


@functools.lru_cache(maxsize=64)
def yardstick(name, seed):
    return Yardstick(EXERCISES[name], fixture(name, seed))


def discreet(text):
    """The text of an exception, which may hold numbers of the hidden fixture, without them; shapes and indices stay."""
    return re.sub(r"-?\d*\.\d+(e[+-]?\d+)?|-?\d+\.?e[+-]?\d+|-?\d{4,}", "#", text)


def verdict(name, seed, answer):
    """The judgement on a runner's answer, as a plain dict (see `Judgement`), hidden numbers left out.

    answer : {"observed": ...} or {"missing": why}
    """
    exercise = EXERCISES[name]
    if "observed" not in answer:
        why = discreet(text_in(answer["missing"], 300))
        return dataclasses.asdict(Judgement(name, exercise.asks, "wrong", 0.0, exercise.points, [Advice(why).as_dict()]))
    judgement = judge(yardstick(name, seed), observed_in(exercise, answer["observed"]), hidden=True)
    result = dataclasses.asdict(judgement)
    result["points"] = min(max(float(result["points"]), 0.0), exercise.points)
    result["advice"] = [{part: discreet(value) if isinstance(value, str) else value for part, value in line.as_dict().items()}
                        for line in judgement.advice]
    for facet in result["facets"]:
        facet["reason"] = discreet(facet["reason"])
    return result
