"""Grades a class: intake, a sandboxed run, a verdict outside it, results."""
