"""What was observed, as JSON: the only thing that leaves the sandbox. Arrays travel as base64, all of it bounded."""

import base64
import json

import numpy as np

MOST_BYTES = 8_000_000  # of one answer
MOST_TEXTS, LONGEST = 10_000, 10_000  # of an array of texts, and of each of them


def bounded(text, most):
    return str(text)[:most]


def value_out(value):
    """A value of an observation: an array of numbers or of text, or a text that says why it is none."""
    if isinstance(value, str):
        return {"text": bounded(value, 2000)}
    if value.dtype.kind == "U":
        return {"strings": [bounded(v, LONGEST) for v in value.flat[:MOST_TEXTS]], "shape": list(value.shape)}
    value = np.ascontiguousarray(value) if value.shape else value
    return {"dtype": value.dtype.str, "shape": list(value.shape), "data": base64.b64encode(value.tobytes()).decode()}


def case_out(result):
    problem = result.problem and {name: bounded(value, 1000) for name, value in vars(result.problem).items()
                                  if isinstance(value, str)}
    return {"values": {bounded(name, 100): value_out(value) for name, value in result.values.items()},
            "problem": problem,
            "damaged": [bounded(name, 100) for name in result.damaged],
            "shared": [bounded(name, 300) for name in result.shared]}


def observed_out(observed):
    return {"cases": {name: case_out(result) for name, result in observed.cases.items()},
            "again": observed.again and case_out(observed.again), "borrowed": bounded(observed.borrowed, 100),
            "printed": int(observed.printed), "globals_read": [bounded(name, 100) for name in observed.globals_read],
            "remarks": [bounded(kind, 100) for kind, _ in observed.remarks],
            "helped": observed.helped and observed_out(observed.helped),
            **{field: [bounded(n, 100) for n in getattr(observed, field)] for field in ("helpers", "unwritten")}}


def packed(answer):
    """An answer as bytes; one that is too large says so instead."""
    data = json.dumps(answer).encode()
    return data if len(data) <= MOST_BYTES else json.dumps({"missing": "large"}).encode()
