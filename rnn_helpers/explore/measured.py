"""What notebook 6 draws without waiting for it: networks trained, and passes timed, beforehand.

The numbers stand in measured.json; `python -m authoring.measured` writes them. Errors are mean squared errors, from
`train_echo` there.
"""

import json
from pathlib import Path

FILE = Path(__file__).with_suffix(".json")
_found = json.loads(FILE.read_text(encoding="utf-8"))
_echo, _costs = _found["echo"], _found["costs"]

LAGS, REACHES = _echo["lags"], _echo["reaches"]
ERRORS = {(lag, k): errors for lag, row in zip(LAGS, _echo["errors"], strict=True)
          for k, errors in zip(REACHES, row, strict=True)}  # seeds 0..9, as `train_echo` has it
CAPACITY = {int(H): {int(lag): errors for lag, errors in rows.items()}  # full BPTT, seeds 0..4, 400 updates at 0.01
            for H, rows in _echo["capacity"].items()}
STEPS, MILLISECONDS, KILOBYTES = _costs["steps"], _costs["milliseconds"], _costs["kilobytes"]
