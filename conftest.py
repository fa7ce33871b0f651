"""Notebooks are tests: see tests/notebooks/guard.py."""

pytest_plugins = ["tests.notebooks.guard"]
