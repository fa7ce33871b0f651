#!/usr/bin/env bash
# Gradescope runs this once, as root, when the autograder is uploaded: a Python environment beside the course.
set -euo pipefail
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 python3-venv >/dev/null
python3 -m venv /autograder/python
/autograder/python/bin/python -m pip install -qq --disable-pip-version-check -c /autograder/source/constraints.txt \
  -r /autograder/source/packages.txt
chmod -R go= /autograder/source  # a student's function runs as another user, who may not read it
