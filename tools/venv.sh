#!/bin/sh
# Makes .venv and installs what is asked for: sh tools/venv.sh lab    (or test, torch, grading, browser, bench, site, release, lock)
# A second call finds that nothing changed and installs nothing. PYTHON=/path/to/python3 chooses the Python.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
fits() { "$1" -c "import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, $2))" 2>/dev/null; }

find_python() {
  if [ -n "${PYTHON:-}" ]; then
    fits "$PYTHON" 99 && { printf '%s' "$PYTHON"; return; }
    fail "PYTHON is $PYTHON ($(version "$PYTHON" || echo 'it does not start')), expected Python 3.10 or newer."
  fi
  for newest in 13 99; do
    for name in python3 python3.13 python3.12 python3.11 python3.10 python; do
      command -v "$name" >/dev/null 2>&1 && fits "$name" "$newest" && { printf '%s' "$name"; return; }
    done
  done
  found=$(version python3 || true)
  if [ -n "$found" ]; then found="python3 here is $found"; else found="there is no python3 here"; fi
  say "This course needs Python 3.10 or newer; $found."
  fail "Install one (Debian, Ubuntu: sudo apt install python3 python3-venv; macOS: brew install python@3.13; others: https://www.python.org/downloads/), then run the same command again."
}

# What an installation depends on: the packages asked for, and where this folder lies.
state() { { pwd; cat pyproject.toml constraints.txt; } | cksum; }

wanted=
for extra in "$@"; do
  if ! [ -x .venv/bin/python ] || [ "$(cat ".venv/.installed-$extra" 2>/dev/null)" != "$(state)" ]; then
    wanted="$wanted${wanted:+,}$extra"
  fi
done
[ -n "$wanted" ] || exit 0

if ! fits .venv/bin/python 99; then
  python=$(find_python)
  "$python" -c 'import venv, ensurepip' 2>/dev/null || fail "Python $(version "$python") here has no venv module. Install it (Debian, Ubuntu: sudo apt install python$(version "$python")-venv), then run the same command again."
  say "Making .venv with Python $(version "$python")."
  "$python" -m venv --clear .venv
fi
say "Installing into .venv: $wanted. The first time takes a minute or two."
.venv/bin/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e ".[$wanted]" ||
  fail "The packages could not be installed; the lines above say why. Without a network, connect and run the same command again."
for extra in "$@"; do state >".venv/.installed-$extra"; done
