"""What a sandbox sees of the course: enough to run an exercise, and nothing that answers it, under whatever name."""

import inspect
import marshal
import os
import pickle
import subprocess
import sys
import types
from importlib import import_module
from pathlib import Path

import pytest

from instructor.grading import closure
from instructor.grading.course_slice import ENTRY, OUTSIDE, asked_for, slice_for, wanted_by
from rnn_helpers.check import EXERCISES
from rnn_helpers.check.exercise import ELSEWHERE
from rnn_helpers.check.observe import observe

GRADING = Path(closure.__file__).parent
MATHEMATICS = [name for name in closure.modules() if name.count(".") == 1 and name.split(".")[1] not in OUTSIDE]
OFFERED = frozenset((module, name) for module in MATHEMATICS for name, value in vars(import_module(module)).items()
                    if (inspect.isfunction(value) or inspect.isclass(value)) and value.__module__ == module)

TRY_ALL = """
import importlib, inspect, itertools, pickle, resource, signal, sys, warnings
import numpy as np
from box.serve import Slice
modules, entry, inputs, expected = pickle.load(sys.stdin.buffer)
sys.meta_path.insert(0, Slice(modules))
exercise = importlib.import_module(entry).exercise
Inputs = importlib.import_module("rnn_helpers.check.exercise").Inputs
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))  # some make what they are told to, of any size
warnings.simplefilter("ignore")
np.seterr(all="ignore")

def ways(f, parameters):
    '''Simple functions of f, as somebody might hand them in.'''
    longest = lambda args: max([len(a) for a in args if hasattr(a, "__len__")], default=1)
    call = {"f(*args)": lambda *a: f(*a), "f(*args, T)": lambda *a: f(*a, longest(a)), "f(*args, 1000)": lambda *a: f(*a, 1000),
            "f([a], *args)": lambda a, *more: f(np.asarray(a)[None], *more), "f(*args[:-1])": lambda *a: f(*a[:-1]), "f(*args[1:])": lambda *a: f(*a[1:]), "f(*args, None)": lambda *a: f(*a, None),
            "f(*args, T, T)": lambda *a: f(*a, longest(a), longest(a)), "f(*args[:-2])": lambda *a: f(*a[:-2])}
    if 2 <= parameters <= 4:
        for order in list(itertools.permutations(range(parameters)))[1:]:
            call[f"f{order}"] = lambda *a, order=order: f(*[a[i] for i in order])
    for name, g in call.items():
        returned = []
        yield name, lambda *a, g=g: (g(*a), returned.append(1))[0]
        if not returned:  # it raises, whatever is made of what it returns
            continue
        yield f"{name}[0]", lambda *a, g=g: g(*a)[0]
        yield f"{name}[1]", lambda *a, g=g: g(*a)[1]
        yield f"{name}[:2]", lambda *a, g=g: g(*a)[:2]
        yield f"{name}, 0", lambda *a, g=g: (g(*a), 0)
        yield f"{name}[::-1]", lambda *a, g=g: g(*a)[::-1]
        yield f"stack({name})", lambda *a, g=g: np.stack(list(g(*a)))

class Over(Exception):
    pass

def over(*_):
    raise Over

late = 0

def same(value, wanted):
    '''Whether numbers are those wanted, or, where there are several, those times a factor: whoever finds it has them.'''
    factor = value @ wanted / (wanted @ wanted or 1) if wanted.size > 1 and wanted.dtype.kind == "f" else 1
    return np.allclose(value, (factor or 1) * wanted, rtol=1e-5, atol=1e-8 * abs(factor or 1))

def right(function):
    '''The numbers of the answer that a function gives; one that fails on two cases is not tried on more.'''
    global late
    found, failed = set(), 0
    for case in exercise.cases:
        if failed == 2 or late == 3:
            break
        signal.setitimer(signal.ITIMER_PROF, 0.3)
        try:
            values = case.run(function, Inputs(inputs).copy())
            for name, value in values.items():
                wanted, value = expected[case.name].get(name), np.asarray(value)
                if isinstance(wanted, np.ndarray) and wanted.dtype.kind == "f" and value.dtype.kind in "fiu" and value.size == wanted.size \\
                        and np.std(wanted.ravel()) + (wanted.size == 1) > 0 and same(value.ravel(), wanted.ravel()):
                    found.add(f"{case.name}/{name}")
        except Exception as error:
            failed, late = failed + 1, late + isinstance(error, Over)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    return found

signal.signal(signal.SIGPROF, over)
trivial = set().union(*(right(lambda *a, v=v: v) for v in (0.0, 1.0)), right(lambda *a: a), right(lambda *a: (a[0], 0)), right(lambda *a: (0.0, 0.0)))
asked = {f.__code__ for f in (exercise.reference, *exercise.forbidden)}
seen = []
for module in sorted(modules):
    if module.startswith("rnn_helpers.") or module == entry:
        for name, thing in sorted(vars(importlib.import_module(module)).items()):
            things = [(name, thing)]
            if inspect.isclass(thing):
                things += [(f"{name}.{n}", m) for n, m in vars(thing).items() if inspect.isfunction(m)]
            for full, f in things:
                if inspect.isfunction(f) and f.__code__ not in asked and f not in seen and f.__name__ not in ("observe", "run", "run_case"):
                    seen.append(f)
                    try:
                        count = len([p for p in inspect.signature(f).parameters.values() if p.default is p.empty])
                    except ValueError:
                        continue
                    late = 0  # a function that trains a model for seconds is no answer
                    for way, g in ways(f, count):
                        if hits := right(g) - trivial:
                            print(f"{f.__module__}.{f.__qualname__} as {way}: {', '.join(sorted(hits))}")
                            break
print("tried", len(seen))
"""

MAY_BE_USED = {  # an earlier exercise's function, or a method of an argument: every check says that these may be called
    "many_to_many": {"rnn_helpers.readout.readout"},
    "train_step": {"rnn_helpers.model.RNNModel.loss", "rnn_helpers.model.RNNModel.loss_and_gradients"},
    "rnn_backward_truncated": {"rnn_helpers.bptt.rnn_backward", "rnn_helpers.rising_loss.kernel_backward"},
    "train_stream": {"rnn_helpers.training.train_step"},
}
ONE_STEP = "T = 1"  # a case in which many functions are the same


@pytest.fixture(scope="module")
def try_all(tmp_path_factory):
    """Runs every function of a slice as an answer; returns what was right: lines."""
    nowhere = tmp_path_factory.mktemp("nowhere")

    def run(name):
        exercise = EXERCISES[name]
        inputs = exercise.inputs(7)
        expected = {case: result.values for case, result in observe(exercise, exercise.reference, inputs,
                                                                    guarded=False).cases.items()}
        request = pickle.dumps((slice_for(name, OFFERED, frozenset(EXERCISES)), ENTRY, dict(inputs), expected))
        done = subprocess.run([sys.executable, "-c", TRY_ALL], cwd=nowhere, input=request, capture_output=True,
                              timeout=600,
                              env={**os.environ, "PYTHONPATH": str(GRADING)})
        *hits, tried = done.stdout.decode().splitlines() or [done.stderr.decode()]
        assert tried.startswith("tried "), done.stderr.decode()[-2000:]
        return hits

    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", EXERCISES)
def test_no_function_of_the_slice_is_an_answer(name, try_all):
    hits = [line for line in try_all(name) if line.split(" as ")[0] not in MAY_BE_USED.get(name, ())
            and any(ONE_STEP not in key for key in line.split(": ", 1)[1].replace(ELSEWHERE, "").split(", "))]
    assert hits == [], f"put it among the forbidden functions of {name}, or say in MAY_BE_USED why not"


def code_in(code):
    """Every code object in a module's."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from code_in(constant)


@pytest.mark.parametrize("name", EXERCISES)
def test_nothing_that_judges_is_in_the_slice(name):
    exercise, modules = EXERCISES[name], slice_for(name, OFFERED, frozenset(EXERCISES))
    inside = {(module, code.co_name) for module, (_, text) in modules.items() for code in code_in(marshal.loads(text))}
    judging = {exercise.fixtures, exercise.witness, exercise.family.flow,
               *(case.read for case in exercise.cases)} - {None}
    names = {(f.__module__, f.__name__) for f in judging if inspect.isfunction(f) and f.__name__ != "<lambda>"}
    assert names & inside == set()
    assert [module for module in modules if set(module.split(".")) & {"plots", "explore", "quiz", "questions", "judge",
                                                                      "yardstick", "atlas",
                                                                      "report", "whole", "families"}] == []


@pytest.mark.parametrize("name", EXERCISES)
def test_what_is_asked_is_empty_and_says_who_borrowed(name):
    exercise, modules = EXERCISES[name], slice_for(name, OFFERED, frozenset(EXERCISES))
    for module, qualname in asked_for(exercise):
        code = next(code for code in code_in(marshal.loads(modules[module][1])) if code.co_qualname == qualname) \
            if sys.version_info >= (3, 11) else next(code for code in code_in(marshal.loads(modules[module][1]))
                                                     if code.co_name == qualname.rpartition(".")[2])
        assert any(isinstance(c, str) and "what this exercise asks for" in c for c in code.co_consts), qualname


def test_a_notebook_gets_what_it_imports():
    cells = [("a", "from rnn_helpers.losses import softmax\nimport rnn_helpers.bptt as "
                   "b\nb.rnn_forward(1)"),
             ("b", "from rnn_helpers import rising_loss, check\nrising_loss.steps\nstep = "
                   "check.yours_or_ours(rnn_forward)"),
             ("c", "from rnn_helpers.plots import style"), ("d", "def broken(")]
    wanted, ours = wanted_by(cells)
    assert wanted == {("rnn_helpers.losses", "softmax"), ("rnn_helpers.bptt", "rnn_forward"),
                      ("rnn_helpers.rising_loss", "steps")}
    assert ours == {"rnn_forward"}
    assert "rnn_helpers.losses" in slice_for("one_hot", wanted,
                                             ours) and "rnn_helpers.losses" not in slice_for("one_hot")
