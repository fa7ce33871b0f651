"""TOML, which Python reads by itself from 3.11 on."""

import sys

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read(path):
    """What a file says, as dict. ValueError where it is no TOML in UTF-8."""
    return tomllib.loads(path.read_text(encoding="utf-8-sig"))
