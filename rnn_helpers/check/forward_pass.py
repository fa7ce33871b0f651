"""Exercises of the notebook."""

EXERCISES = ()
