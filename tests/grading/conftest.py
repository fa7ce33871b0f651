"""Grading is tested as instructors run it: see ordinary.py."""

import os
import shutil
import sys

import pytest

from tests.grading.ordinary import ordinary_user


@pytest.fixture(scope="session")
def grader():
    if not sys.platform.startswith("linux"):
        pytest.skip("grading needs Linux")
    if shutil.which("bwrap") is None:
        reason = "grading needs bubblewrap (apt install bubblewrap)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with ordinary_user() as found:
        yield found
