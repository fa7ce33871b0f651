"""python -m instructor.release: what to hand out - a zip of the learners' course and a wheel, the same bytes every time."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WHEN = 1767225600  # 2026-01-01, the time stamped on every file: the build's own time would change the bytes
FOLDER = "rnn-course"
LEARNERS = ("README.md", "LICENSE", "LICENSE-CONTENT", "CITATION.cff", "CHANGELOG.md", "requirements.txt")


def handed_out():
    """The files of the learners' zip: path in the zip -> path here. No solutions, no tests, nothing for instructors."""
    files = {name: ROOT / name for name in LEARNERS if (ROOT / name).exists()}
    files |= {f"notebooks/{path.name}": path for path in (ROOT / "notebooks").glob("0*.ipynb")}
    package = ROOT / "rnn_helpers"
    files |= {path.relative_to(ROOT).as_posix(): path for path in package.rglob("*")
              if path.is_file() and "__pycache__" not in path.parts}
    return dict(sorted(files.items()))


def write_zip(target):
    """The learners' course as `target`; the order, times and permissions of its members are fixed."""
    stamp = time.gmtime(WHEN)[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for name, path in handed_out().items():
            member = zipfile.ZipInfo(f"{FOLDER}/{name}", stamp)
            member.external_attr, member.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            bundle.writestr(member, path.read_bytes())


def write_wheel(folder):
    """A pure wheel in `folder`; returns its path."""
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch, "source")  # a copy, so that no build folder of an earlier version leaks into it
        names = subprocess.run(["git", "ls-files", "rnn_helpers", "pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT"],
                               cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
        for name in names:
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
            (source / name).chmod(0o644)
        done = subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(Path(folder).resolve()),
                               "."], cwd=source, capture_output=True, text=True, env={**os.environ, "SOURCE_DATE_EPOCH": str(WHEN)})
    if done.returncode:
        raise RuntimeError(f"the wheel could not be built: {done.stderr.strip()[-1000:]}")
    found = sorted(Path(folder).glob("rnn_helpers-*-py3-none-any.whl"))
    return found[-1]


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m instructor.release", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    out = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("rnn_helpers-*.whl"):
        old.unlink()
    write_zip(out / f"{FOLDER}.zip")
    wheel = write_wheel(out)
    for path in (out / f"{FOLDER}.zip", wheel):
        print(f"{path}  {path.stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
