"""A release: one version in every file that names it, and a checksum of all that is handed out."""

import re
import shutil
import subprocess

import pytest

import rnn_helpers
from authoring import ROOT, publish

FILES = ("rnn_helpers/__init__.py", "CITATION.cff", "CHANGELOG.md")


@pytest.fixture
def copy(tmp_path):
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A.\n\n"
                                           "## [1.0.0] - 2026-01-01\n\n- B.\n")
    return tmp_path


def test_a_version_and_its_day_go_into_three_files(copy):
    publish.stamp("77.0.1", "2027-02-03", copy)
    package, citation, log = ((copy / name).read_text() for name in FILES)
    assert re.search(r'^__version__ = "77\.0\.1"$', package, re.MULTILINE)
    assert "\nversion: 77.0.1\ndate-released: 2027-02-03\n" in citation
    assert "## [Unreleased]\n\n## [77.0.1] - 2027-02-03\n\n### Added\n\n- A.\n" in log
    assert publish.changes("77.0.1", copy) == "### Added\n\n- A." and publish.changes("1.0.0", copy) == "- B."
    with pytest.raises(ValueError, match=r"nothing under \[Unreleased\]"):
        publish.stamp("77.0.2", "2027-02-03", copy)


@pytest.mark.parametrize("bad", [rnn_helpers.__version__, "0.9.9", "two", "77.0", "77.0.0rc1"])
def test_another_version_is_refused_and_nothing_is_written(copy, bad):
    before = {name: (copy / name).read_bytes() for name in FILES}
    with pytest.raises(ValueError, match=f"VERSION is '{bad}', expected three numbers above {rnn_helpers.__version__}"):
        publish.stamp(bad, "2027-02-03", copy)
    assert before == {name: (copy / name).read_bytes() for name in FILES}


def test_checksums_are_such_as_sha256sum_reads(tmp_path):
    (tmp_path / "print").mkdir()
    for name in ("a.zip", "print/b.pdf"):
        (tmp_path / name).write_text(name)
    publish.checksums(tmp_path)
    assert len((tmp_path / "SHA256SUMS").read_text().splitlines()) == 2
    check = shutil.which("sha256sum")
    if check:
        assert subprocess.run([check, "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path).returncode == 0
        (tmp_path / "a.zip").write_text("other")
        assert subprocess.run([check, "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path, capture_output=True).returncode == 1
