"""Write constraints.txt: every package of every extra, for every supported Python. `make lock`.

What torch pins by itself (its CUDA libraries on Linux) is left out: a CPU build does not have it.
"""

import re
import subprocess
import sys

from authoring import ROOT

HEADER = "# Made by `make lock`: the versions that the course is tested with, for Python 3.10-3.13 on every platform.\n"
LEFT_OUT = re.compile(r"(nvidia-|cuda-|triton==|uv==)")


def main():
    done = subprocess.run([sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--universal",
                           "--all-extras",
                           "--python-version", "3.10", "--upgrade", "--no-header", "--no-annotate", "--quiet"],
                          cwd=ROOT, check=True, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines(keepends=True) if not LEFT_OUT.match(line)]
    (ROOT / "constraints.txt").write_text(HEADER + "".join(lines), encoding="utf-8")
    print(f"constraints.txt: {len(lines)} lines")


if __name__ == "__main__":
    main()
