"""Notebooks are tests: see tests/notebooks/rerun.py."""

pytest_plugins = ["tests.notebooks.rerun"]
