"""How time and memory grow with T, H, B and k, for full, sliding-window and chunked BPTT."""

from benchmarks import threads  # noqa: F401  first: it sets how many cores the libraries may use

# isort: split

import pytest

from benchmarks.rounds import measure
from rnn_helpers.growth import peak_bytes, ways

USUAL = {"T": 400, "H": 64, "B": 1, "k": 25}
GRIDS = {"T": (50, 100, 200, 400, 800, 1600, 3200), "H": (16, 32, 64, 128, 256, 512), "B": (1, 4, 16, 64, 256),
         "k": (1, 2, 5, 10, 25, 50, 100, 200)}


@pytest.mark.parametrize("way", ["full", "sliding window", "chunks"])
@pytest.mark.parametrize("symbol, value", [(symbol, value) for symbol, grid in GRIDS.items() for value in grid])
def test_growth(benchmark, symbol, value, way):
    run = ways(**{**USUAL, symbol: value})[way]
    held = peak_bytes(run)
    measure(benchmark, run, "growth", way, symbol=symbol, value=value, peak_bytes=held)
