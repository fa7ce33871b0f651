"""What runs without end or takes too much memory is stopped, wherever it stands, and what comes after runs on."""

import gc
import os
import signal
import sys
import textwrap
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from rnn_helpers.check import limits
from rnn_helpers.check.observe import run
from tests.check.trying import FULL, told


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(limits, "TIME_LIMIT", 0.3)


def right(cell, x_t, h_prev):
    h_t = np.tanh(cell.Wx @ x_t + cell.Wh @ h_prev + cell.b)
    return h_t, (x_t, h_prev, h_t)


# --- endless ---

# in a loop that is one `try`, Python 3.10 looks for what should stop it inside the `try` only
DEAF = sys.version_info < (3, 11)
stoppable = pytest.mark.skipif(DEAF, reason="Python 3.10 cannot stop this loop")
threads = pytest.mark.skipif(sys.platform == "emscripten", reason="a browser's Python has no threads")


def busy(cell, x_t, h_prev):
    while True:
        pass


def deaf(cell, x_t, h_prev):
    while True:
        try:
            np.tanh(x_t)
        except BaseException:
            continue


def deaf_without_calls(cell, x_t, h_prev):
    n = 0
    while True:
        try:
            n += 1
        except:  # noqa: E722
            pass


@pytest.mark.parametrize("function, thread", [
    (busy, False), pytest.param(busy, True, marks=threads),
    (deaf, False), pytest.param(deaf, True, marks=[stoppable, threads]),
    pytest.param(deaf_without_calls, False, marks=stoppable),
    pytest.param(deaf_without_calls, True, marks=[stoppable, threads])])
def test_endless_loops_are_stopped(soon, function, thread):
    said = []
    if thread:
        worker = threading.Thread(target=lambda: said.append(told("rnn_cell_forward", function)), daemon=True)
        worker.start()
        worker.join(60)
    else:
        said.append(told("rnn_cell_forward", function))
    points, advice, _ = said[0]
    assert points == 0 and "0.3 seconds" in advice and "your line" in advice and "loop" in advice


def deaf_generator(cell, x_t, h_prev):
    def forever():
        while True:
            try:
                yield x_t
            except:  # noqa: E722
                pass

    for _ in forever():
        pass


def calls_itself_for_ever(cell, x_t, h_prev):
    def down():
        for _ in range(2):
            try:
                down()
            except BaseException:
                pass

    down()


@pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="Python has sys.monitoring from 3.12 on")
@pytest.mark.parametrize("function", [busy, deaf, deaf_without_calls, deaf_generator, calls_itself_for_ever,
                                      lambda cell, x_t, h_prev: sum(i for i in iter(int, 1))])
def test_without_signals_and_threads_too(soon, monkeypatch, function):
    monkeypatch.setattr(limits, "time_limit", limits.by_monitoring)
    points, advice, _ = told("rnn_cell_forward", function)
    assert points == 0 and "0.3 seconds" in advice and "loop" in advice
    monkeypatch.setattr(limits, "TIME_LIMIT", 60.0)
    assert told("rnn_cell_forward", right)[0] == FULL["rnn_cell_forward"]


@pytest.mark.parametrize("passed, computed, over", [
    (4.9, 4.9, False),  # within the limit
    (5.0, 4.9, True), (5.0, 0.0, True),  # it computes, or it sleeps
    (5.0, 2.0, False), (24.9, 4.4, False),  # it computes on a busy machine, and is not done
    (9.0, 4.6, True), (25.0, 3.0, True),  # but has had its time, or nobody waits so long
])
def test_a_busy_machine_is_not_taken_for_an_endless_loop(monkeypatch, passed, computed, over):
    clock = {"monotonic": 100.0, "process_time": 7.0}
    for name in clock:
        monkeypatch.setattr(limits.time, name, lambda name=name: clock[name])
    is_over = limits.alarm(5.0)
    clock.update(monotonic=100 + passed, process_time=7 + computed)
    assert is_over() is over


@pytest.mark.parametrize("thread", [False, pytest.param(True, marks=[stoppable, threads])])
def test_what_comes_after_a_stopped_loop_runs_on(soon, thread):
    def then():
        told("rnn_cell_forward", deaf)
        done.append(told("rnn_cell_forward", right)[0])
        done.append(sum(range(10**6)))

    done = []
    if thread:
        worker = threading.Thread(target=then, daemon=True)
        worker.start()
        worker.join(60)
    else:
        then()
    assert done == [FULL["rnn_cell_forward"], sum(range(10**6))]


def collects_for_ever(cell, x_t, h_prev):
    while True:
        gc.collect(0)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no signals")
def test_a_shorter_limit_within_one():
    forever = SimpleNamespace(run=lambda function, inputs: function(inputs, inputs, inputs))
    with pytest.raises(limits.TimeUp), limits.limited(0.3):
        for _ in range(2):
            with pytest.raises(limits.TimeUp), limits.briefly(0.02):
                run(forever, busy, 0)
        assert signal.getsignal(signal.SIGVTALRM) is signal.SIG_DFL  # what it took is given back
        run(forever, busy, 0)


def test_what_hangs_on_garbage_collection_is_not_stopped(soon, monkeypatch):
    ignored = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: ignored.append(what.exc_type))
    gc.callbacks.append(slow := lambda phase, info: sum(range(10_000)))  # Python is in it nearly all the time
    try:
        points, advice, _ = told("rnn_cell_forward", collects_for_ever)
    finally:
        gc.callbacks.remove(slow)
    assert points == 0 and "0.3 seconds" in advice and not ignored


def test_a_case_in_which_alone_it_hangs_costs_that_case_and_the_later_ones(soon):
    def hangs_on_batches(cell, x_t, h_prev):
        while x_t.shape[1] > 1:
            pass
        return right(cell, x_t, h_prev)

    points, advice, _ = told("rnn_cell_forward", hangs_on_batches)
    assert 0 < points < FULL["rnn_cell_forward"] and "It works on 'one example'" in advice and "a batch of 2" in advice


CELLS = {
    "setup": """
        from rnn_helpers import check
        from rnn_helpers.check import limits
        limits.TIME_LIMIT = 0.5""",
    "endless": """
        def f(cell, x_t, h_prev):
            while True:
                pass
        check.rnn_cell_forward(f)""",
    "deaf": """
        def f(cell, x_t, h_prev):
            while True:
                try:
                    cell.Wx @ x_t
                except BaseException:
                    continue
        check.rnn_cell_forward(f)""",
    "exit": """
        def f(cell, x_t, h_prev):
            exit()
        check.rnn_cell_forward(f)""",
    "display": """
        def f(cell, x_t, h_prev):
            for _ in range(100):
                display(x_t)
            return x_t
        check.rnn_cell_forward(f)""",
    "input": """
        def f(cell, x_t, h_prev):
            return input("h?")
        check.rnn_cell_forward(f)""",
    "await": """
        import asyncio
        async def later():
            await asyncio.sleep(0)
            return check.rnn_cell_forward(lambda cell, x_t: x_t)
        await later()""",
    "alive": "1 + 1",
}


if DEAF:
    del CELLS["deaf"]


def test_on_a_kernel():
    """Each cell gives one report and nothing else, and the kernel lives."""
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")  # not in a browser
    cells = [nbformat.v4.new_code_cell(textwrap.dedent(source).strip()) for source in CELLS.values()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = {}
    for name, cell in zip(CELLS, cells, strict=True):
        if name == "setup":
            assert not cell.outputs
            continue
        (output,) = cell.outputs
        assert output.output_type == "execute_result"
        shown[name] = output.data
    assert shown.pop("alive")["text/plain"] == "2"
    assert {name: data["text/plain"] for name, data in shown.items()} == dict.fromkeys(shown, "0.0")
    said = {name: data["text/html"] for name, data in shown.items()}
    assert "0.5 seconds" in said["endless"] and "line 2" in said["endless"] and (DEAF or "0.5 seconds" in said["deaf"])
    assert "return" in said["exit"] and "exit()" in said["exit"] and "input" in said["input"] \
        and "called as asked" in said["await"]


# --- memory ---

def grows_without_end(cell, x_t, h_prev):
    kept = [h_prev]
    while True:
        kept = kept + kept


def grows_in_a_loop(cell, x_t, h_prev):
    h = h_prev
    while True:
        h = np.concatenate([h, h])


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"),
                    reason="memory is bounded where /proc says how much there is")
@pytest.mark.parametrize("function", [grows_in_a_loop, pytest.param(grows_without_end, marks=pytest.mark.slow)])
def test_memory_is_bounded_and_given_back(function, monkeypatch):
    monkeypatch.setattr(limits, "TIME_LIMIT", 60.0)  # memory ends first, on a busy machine too
    monkeypatch.setattr(limits, "MEMORY_LIMIT", 1 << 26)  # what one case has filled is free in the next
    points, advice, _ = told("rnn_cell_forward", function)
    assert points == 0 and "MemoryError" in advice and "grow" in advice
    assert np.ones(1 << 27, dtype=np.int8)[-1] == 1  # the limit is gone
