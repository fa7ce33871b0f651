"""Forward pass and BPTT of one sequence batch, against three others and the speed of a matrix product."""

from benchmarks import threads  # noqa: F401  first: it sets how many cores the libraries may use

# isort: split

import numpy as np
import pytest

from benchmarks.contestants import CONTESTANTS, Problem
from benchmarks.rounds import REPEATS, measure

SIZES = [(10, 1, 10, 1), (25, 8, 32, 1), (25, 65, 100, 1), (100, 1, 32, 32), (50, 65, 128, 32), (100, 128, 256, 64),
         (100, 256, 512, 128)]
DTYPES = {"float64": np.float64, "float32": np.float32}
made = {}


def contestant(name, size, dtype):
    """The contestant, made once, warmed up, its gradients compared with the package's."""
    if made.get("of") != (size, dtype):
        made.clear()
        made["of"], problem = (size, dtype), Problem(*size, DTYPES[dtype])
        made["flops"], made["run"] = problem.flops, {key: make(problem) for key, make in CONTESTANTS.items()}
        want, tolerance = made["run"]["package"](), 1e-10 if dtype == "float64" else 2e-3
        for run in made["run"].values():
            for got, ours in zip(run(), want, strict=True):
                largest = np.abs(ours).max()
                np.testing.assert_allclose(np.asarray(got) / largest, ours / largest, atol=tolerance)
    return made["run"][name]


# The last parameter turns fastest in the wheel: contestants take turns within each repeat.
@pytest.mark.parametrize("name", CONTESTANTS)
@pytest.mark.parametrize("repeat", range(REPEATS))
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_sequence(benchmark, dtype, size, repeat, name):
    run = contestant(name, size, dtype)
    measure(benchmark, run, "sequence", name, dtype=dtype, size=size, flops=made["flops"])


@pytest.mark.parametrize("repeat", range(REPEATS))
@pytest.mark.parametrize("dtype", DTYPES)
def test_matrix_product(benchmark, dtype, repeat):
    """The machine's speed at products of the largest size's shape: a square one of 1024."""
    A, out = np.random.default_rng(0).random((1024, 1024)).astype(DTYPES[dtype]), np.empty((1024, 1024), DTYPES[dtype])
    measure(benchmark, lambda: np.dot(A, A, out=out), "product", "matrix product", dtype=dtype, flops=2 * 1024**3)
