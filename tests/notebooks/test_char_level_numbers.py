"""What notebook 5 claims about its numbers holds."""

import numpy as np
import pytest

from tests.notebooks import printed


@pytest.fixture(scope="module")
def names():
    return printed.run("05_char_level")[1]


def test_the_floor_is_that_of_the_counts(names):
    floor = names["bigram_floor"]
    assert np.isclose(floor,
                      (3 * np.log(3)
                       + 2 * np.log(2)) / 10) and f"{floor:.3f}" == "0.468" and f"{names['uniform']:.3f}" == "2.079"


def test_with_memory_below_the_floor_and_without_never(names):
    assert names["nats"][-1] < 0.01 < names["bigram_floor"] < min(names["counting"])
    assert names["write"](names["network"], names["chars"], "h", 10, 0.01, np.random.default_rng(5)) == "ello world"


def test_clipping_holds_what_would_explode(names):
    runs = names["runs"]
    assert max(runs["not clipped"][1]) > 100 and max(runs["not clipped"][0]) > 10 and max(runs["clipped at 1"][0]) < 2.1


def test_over_fitting(names):
    pairs, nothing = (names["yardsticks"][name] for name in ("table of pairs", "knows nothing"))
    assert names["on_held"].min() < pairs < nothing < names["on_held"][-1]
    assert names["on_known"][-1] < 0.3
