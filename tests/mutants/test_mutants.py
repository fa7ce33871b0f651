"""Faults put into the course's own solutions are caught by the checks; what is not caught gives the same results."""

import ast

import pytest

from authoring.solutions import solutions
from rnn_helpers.check import EXERCISES
from tests.mutants import __main__ as command
from tests.mutants import bench as trying
from tests.mutants import faults
from tests.mutants.equivalent import REASONS

SOLUTIONS = solutions()


@pytest.mark.slow
@pytest.mark.parametrize("name", SOLUTIONS)
def test_every_mutant_that_changes_a_result_is_caught(name):
    bench = trying.Bench(SOLUTIONS[name])
    outcomes = bench.outcomes(naming=False)
    assert outcomes
    missed = [outcome.mutant for outcome in outcomes if not outcome.caught]
    unexplained = [str(mutant) for mutant in missed if (mutant.before, mutant.after) not in REASONS.get(name, {})]
    assert not unexplained, "not caught, and tests/mutants/equivalent.py gives no reason"
    changed = [str(mutant) for mutant in missed if not bench.same_results(mutant)]
    assert not changed, "said to be equivalent, but the results differ"
    unused = set(REASONS.get(name, {})) - {(mutant.before, mutant.after) for mutant in missed}
    assert not unused, "a reason for no mutant: the solution or the check has changed"


def test_reasons_are_of_exercises():
    assert set(REASONS) <= set(EXERCISES)
    assert all(reason for reasons in REASONS.values() for reason in reasons.values())


def faults_of(source):
    """kind -> the functions' bodies that the mutator makes of a source, as text."""
    found = {}
    for mutant in faults.mutants(ast.parse(source).body[0]):
        found.setdefault(mutant.fault, set()).add(mutant.source.split("\n    ", 1)[1])
    return found


def test_each_kind_of_fault_is_made():
    found = faults_of("def f(A, h):\n    'doc'\n    for t in range(3):\n        A += h.T @ A\n    return A.sum(axis=1, "
                      "keepdims=True) - h[t]")
    loop, result = "for t in range(3):\n        A += h.T @ A\n    ", "return A.sum(axis=1, keepdims=True) - h[t]"
    assert loop.replace("@",
                        "*") + result in found["operator"] and loop.replace("+=", "-=") + result in found["operator"]
    assert {loop + "return A.sum(axis=1, keepdims=True)", loop + "return h[t]"} <= found["term dropped"]
    assert loop.replace("h.T",
                        "h") + result in found["transpose"] and loop.replace("@ A",
                                                                             "@ A.T") + result in found["transpose"]
    for steps in ("range(1, 3)", "range(2)", "range(4)"):
        assert loop.replace("range(3)", steps) + result in found["off by one"]
    assert loop + result.replace("h[t]", "h[t - 1]") in found["off by one"]
    assert loop + result.replace("axis=1", "axis=0").replace("axis=0, keepdims=True",
                                                             "keepdims=True, axis=0") in found["axis"]
    assert loop + result.replace("axis=1, ",
                                 "") in found["axis"] and loop + result.replace("True", "False") in found["constant"]
    assert loop.replace("+=", "=") + result in found["= for +="]
    assert loop + "return -(A.sum(axis=1, keepdims=True) - h[t])" in found["sign"]
    assert loop.replace("A += h.T @ A", "pass") + result in found["statement dropped"]
    assert loop.replace("@ A", "@ h") + result in found["wrong name"]
    assert loop + result.replace("A.sum(axis=1, keepdims=True)", "A") in found["call dropped"]
    assert loop + result.replace("sum", "mean") in found["wrong function"]


def test_no_two_mutants_alike_and_none_like_the_solution():
    for solution in SOLUTIONS.values():
        texts = [mutant.source for mutant in faults.mutants(solution.tree)]
        own = ast.unparse(solution.tree)
        assert len(set(texts)) == len(texts) and own not in texts


def test_the_table_counts(capsys):
    assert command.main(["squared_error"]) == 0
    shown = capsys.readouterr().out.splitlines()
    row = next(line.split() for line in shown if line.startswith("squared_error"))
    assert int(row[1]) == int(row[2]) + int(row[3]) and row[4] == "0"
    assert any(line.startswith("caught: ") and line.endswith("100.0%") for line in shown)
    assert any("call dropped" in line and "a NumPy float is a float" in line for line in shown)


def test_a_check_that_is_blind_is_found_out(monkeypatch):
    monkeypatch.setattr(trying, "REASONS", {})
    bench = trying.Bench(SOLUTIONS["squared_error"])
    missed = [outcome for outcome in bench.outcomes() if not outcome.caught and not outcome.reason]
    assert [outcome.mutant.fault for outcome in missed] == ["call dropped"]
