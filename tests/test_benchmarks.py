"""The benchmarks' tables say what was measured, and the README says what the last run's table says."""

import json
import re

import numpy as np
import pytest

from benchmarks import runs, sequence, timing, train, training, tricks
from rnn_helpers import bptt


def test_contestants_take_turns_and_ratios_are_of_neighbours_in_time():
    turns = []
    times = timing.race({"ours": "a", "theirs": "b"}, clock=lambda run: turns.append(run) or len(turns))
    assert turns == ["a", "b"] * timing.REPEATS and times["ours"] == [1, 3, 5, 7, 9]
    assert timing.ratio([5.0, 10.0, 8.0], [1.0, 2.0, 2.0], 3) == 5.0


def test_a_machine_without_a_library_is_described_all_the_same():
    found = timing.machine()
    assert found["processor"] and found["numpy"] == np.__version__ and found.get("torch") != ""


def test_a_training_run_is_timed_from_the_start_of_the_process_and_after_its_imports():
    times = {"package": (0.2, 0.1), "PyTorch": (3.0, 0.5), "JAX": (1.0, 0.6)}
    found = {name: [{"seconds": factor * whole, "imported": factor * alone} for factor in (1, 2, 5)]
             for name, (whole, alone) in times.items()}
    assert training.row(found) == {"seconds": 0.4, "PyTorch": 15.0, "JAX": 5.0, "seconds, imported": 0.2,
                                   "PyTorch, imported": 5.0, "JAX, imported": 6.0}


LIBRARIES = {"PyTorch": "torch", "JAX": "jax"}


@pytest.mark.parametrize("name", LIBRARIES)
@pytest.mark.parametrize("run", training.RUNS)
def test_contestants_make_the_same_updates(run, name):
    pytest.importorskip(LIBRARIES[name])
    arrays = training.RUNS[run]() | {"updates": 4}
    if arrays["stream"]:
        arrays |= {part: arrays[part][:4] for part in ("X", "targets")}
    losses = train.package(arrays)()
    assert len(losses) == 4
    np.testing.assert_allclose(train.CONTESTANTS[name](arrays)(), losses, rtol=1e-6)


@pytest.mark.parametrize("name", sequence.CONTESTANTS)
def test_contestants_do_the_same_work(name):
    pytest.importorskip(LIBRARIES.get(name, "numpy"))
    sequence.compared({name: sequence.CONTESTANTS[name]}, (7, 3, 5, 2), np.float64, 1e-12)


@pytest.mark.parametrize("name", tricks.WITHOUT)
def test_without_a_trick_the_gradients_are_the_same(name):
    sequence.compared({name: tricks.WITHOUT[name]}, (7, 3, 5, 2), np.float64, 1e-12)


def test_readme_shows_the_last_run():
    said = runs.readme(json.loads(runs.RESULTS.read_text()))
    assert said in runs.README.read_text(encoding="utf-8"), "run `python -m benchmarks readme`"


def test_bptt_says_what_the_last_run_found_each_trick_to_be_worth():
    rows = {row.pop("without"): row for row in json.loads(runs.RESULTS.read_text())["tricks"]["rows"]}
    said = re.findall(r"^ +(.+?) {2,}([\d.]+) +([\d.]+)$", bptt.__doc__, re.MULTILINE)
    assert len(said) > 3
    for name, one, batch in said:
        assert [one, batch] == [f"{rows[name][size]:.1f}" for size in ("25, 8, 32, 1", "100, 1, 32, 32")], name
        assert max(rows[name].values()) >= 1.1, f"{name} pays less than a tenth everywhere: leave it out"


def test_an_unknown_benchmark_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        runs.main(["sequences"])
    said = capsys.readouterr().err
    assert "no benchmark sequences" in said and "tricks" in said
