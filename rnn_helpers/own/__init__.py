"""An instructor's own exercises: one file for each notebook of theirs, by its name, as `07_gru.py` for 07_gru.ipynb.

A file has `EXERCISES`, a tuple of `rnn_helpers.check.exercise.Exercise`, and may have `WRITTEN`, a dict of answers that
a person reads, with their points. What builds, checks, grades and reports then knows them: see INSTRUCTORS.md.
"""
