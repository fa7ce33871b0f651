"""Grades a class: intake, a sandboxed run, a verdict outside it, results."""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # jsonschema, which nbformat loads, would make a grammar of it: 1.3 s
