"""Written answers that take too long to render are shown as they were typed."""

import re
import subprocess
import sys

SECONDS = 5  # for all answers of a notebook together
ORDINARY, SHORT = 300, 5000  # marks of Markdown and TeX, and characters, of an answer that needs no trial
RENDER = "import sys; from nbconvert.filters import markdown2html; markdown2html(sys.stdin.read())"


def shown_verbatim(answers):
    """The grade ids of answers that could not be rendered in time; one that is short and has few marks is not tried."""
    found = []
    for name, text in answers.items():
        if (len(text) > SHORT or len(re.findall(r"[\[\]()<>*_`~$\\|&!#]", text)) > ORDINARY) and not renders(text):
            found.append(name)
    return found


def renders(text):
    """Whether nbconvert turns a text into HTML in time, in a process of its own."""
    try:
        return subprocess.run([sys.executable, "-c", RENDER], input=text, text=True, timeout=SECONDS,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0
    except (subprocess.TimeoutExpired, OSError):
        return False
