"""Every Python file keeps the rules that pyproject.toml gives to Ruff."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_ruff_finds_nothing():
    pytest.importorskip("ruff", reason="needs the extra `test`")
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise"], cwd=ROOT,
                          check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
