"""Graded feedback tells nothing that a student's run could choose: not in words, not in numbers, not in shapes."""

import json

import numpy as np
import pytest

from instructor.grading.box.wire import observed_out, value_out
from instructor.grading.pages import feedback
from instructor.grading.scoring import fixture, nothing, observed_in, score
from rnn_helpers.check import EXERCISES
from rnn_helpers.check.observe import observe
from rnn_helpers.check.yardstick import Yardstick
from tests.check.trying import earned

SEED = 5
SECRET = "s3cr3t"


def page(name, function, handed_in="a submission"):
    """The feedback on a function that was observed on its fixture, as an instructor sends it."""
    inputs = fixture(name, SEED, handed_in)
    observed = json.loads(json.dumps(observed_out(observe(EXERCISES[name], function, inputs))))
    judgement = score(name, inputs, observed)
    return feedback({"student": "eve", "name": "Eve", "notebook": EXERCISES[name].notebook, "status": "graded",
                     "notes": [],
                     "exercises": {name: judgement}, "sources": {}, "answers": {}, "verbatim": []}, {})


def raising(word):
    def readout(h_t, Wy, c):
        raise ValueError(f"{SECRET} {word} {h_t.ravel().tolist()}")
    return readout


def of_a_class(word):
    def readout(h_t, Wy, c):
        raise type(f"{SECRET}{word}", (ValueError,), {})("x")
    return readout


def at_a_line(word):
    space = {}
    exec(compile("\n" * (len(word) * 3) + f"def readout(h_t, Wy, c):\n    {SECRET}_{word} = 1 / 0", "cell", "exec"),
         space)
    return space["readout"]


def reading(word):
    space = {f"{SECRET}_{word}": np.zeros((3, 2)), "np": np}
    exec(f"def readout(h_t, Wy, c):\n    return {SECRET}_{word}", space)
    return space["readout"]


def of_a_shape(word):
    return lambda h_t, Wy, c: np.zeros((len(word) * 7, 5, 3))


def printing(word):
    def readout(h_t, Wy, c):
        print(word * 10)
        return h_t * 0
    return readout


def giving(word):
    """Wrong numbers: which, and where, is the run's choice."""
    def readout(h_t, Wy, c):
        answer = Wy @ h_t + c
        answer.ravel()[len(word) % answer.size] += len(word)
        return answer
    return readout


def of_a_type(word):
    return lambda h_t, Wy, c: type(f"{SECRET}{word}", (), {})()


def of_texts(word):
    return lambda h_t, Wy, c: np.array([f"{SECRET}{word}"])


@pytest.mark.parametrize("channel", [raising, of_a_class, at_a_line, reading, of_a_shape, printing, giving, of_a_type,
                                     of_texts])
def test_two_runs_that_differ_in_what_they_say_get_the_same_feedback(channel):
    pages = {page("readout", channel(word)) for word in ("ab", "other", "word_of_some_letters")}
    assert len(pages) == 1 and SECRET not in pages.pop()


def test_every_submission_has_fixtures_of_its_own_that_come_again():
    first, again, other, class_two = (fixture("readout", seed, handed_in) for seed, handed_in in
                                      ((SEED, "a"), (SEED, "a"), (SEED, "b"), (SEED + 1, "a")))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    for different in (other, class_two):
        assert not any(np.array_equal(first[name], different[name]) for name in first)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXERCISES)
def test_fixtures_are_equally_hard(name):
    """Over ten submissions a wrong answer, zeros in place of the numbers, earns the same."""
    points = set()
    for i in range(10):
        inputs = fixture(name, SEED, f"submission {i}")
        observed = json.loads(json.dumps(observed_out(observe(EXERCISES[name], EXERCISES[name].reference, inputs,
                                                              guarded=False))))
        assert score(name, inputs, observed)["points"] == EXERCISES[name].points
        for case in observed["cases"].values():
            for value in case["values"].values():
                if "data" in value:
                    value["data"] = "A" * len(value["data"].rstrip("=")) + "=" * value["data"].count("=")
        points.add(earned(Yardstick(EXERCISES[name], inputs), observed_in(EXERCISES[name], inputs, observed)))
    assert len(points) == 1, points


@pytest.mark.parametrize("why", ["undefined", "cpu", "wall", "idle", "files", "large", "spent", "died"])
def test_what_was_not_observed_is_told_in_words_of_ours(why):
    text = nothing("readout", why, function="readout")["advice"][0]["text"]
    assert text and "{" not in text
    assert "10 seconds of processor time" in text or why not in ("cpu", "wall")


def test_a_word_that_is_forged_is_not_shown():
    """An answer that the run wrote itself, in the wire's own form."""
    inputs = fixture("readout", SEED, "x")
    cases = {case.name: {"values": {"y_t": {"text": SECRET}}, "problem": None, "damaged": [SECRET, "h_t"],
                         "shared": [SECRET]}
             for case in EXERCISES["readout"].cases}
    judgement = score("readout", inputs, {"cases": cases, "again": None, "borrowed": "", "printed": 7,
                                            "globals_read": [SECRET], "remarks": [SECRET], "helped": None,
                                            "helpers": [SECRET]})
    assert SECRET not in json.dumps(judgement)


@pytest.mark.parametrize("name", EXERCISES)
def test_the_name_of_a_value_that_is_forged_is_not_shown(name):
    """The right answer, and a value more that is another one in the second call."""
    exercise, inputs = EXERCISES[name], fixture(name, SEED, "x")
    observed = observed_out(observe(exercise, exercise.reference, inputs, guarded=False))
    for result, number in ((observed["cases"][exercise.cases[0].name], 1.0), (observed["again"], 2.0)):
        result["values"][SECRET] = value_out(np.array(number))
    judgement = score(name, inputs, json.loads(json.dumps(observed)))
    assert SECRET not in json.dumps(judgement) and judgement["points"] == exercise.points


def test_time_is_told_with_its_limit():
    inputs = fixture("readout", SEED, "x")
    problem = {"kind": "time", "text": "x", "line": "", "hint": ""}
    cases = {case.name: {"values": {}, "problem": problem, "damaged": [], "shared": []}
             for case in EXERCISES["readout"].cases}
    judgement = score("readout", inputs, {"cases": cases, "again": None, "borrowed": "", "printed": 0,
                                            "globals_read": [], "remarks": [], "helped": None, "helpers": []})
    assert any("10 seconds of processor time" in line["text"] for line in judgement["advice"])
