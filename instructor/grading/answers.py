"""Written answers laid out as their Markdown says, with nothing alive in them; what takes too long stays as typed."""

import html
import re
import subprocess
import sys

import mistune

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


class Quiet(mistune.HTMLRenderer):
    """Paragraphs, lists, tables and code; HTML, formulas and addresses stay as they were typed."""

    def heading(self, text, level, **_):
        return f"<p><strong>{text}</strong></p>"

    def link(self, text, url, title=None):
        return text if html.unescape(text) == url else f"{text} ({html.escape(url)})"

    def image(self, text, url, title=None):
        return f"[picture: {text}]"

    def inline_math(self, text):
        return f"<code class='tex'>${html.escape(text)}$</code>"

    def block_math(self, text):
        return f"<pre class='tex'>{html.escape(text)}</pre>"


def laid_out(answers, verbatim=()):
    """Answers as HTML in which nothing runs or loads: grade id -> HTML; those in `verbatim` as they were typed."""
    render = mistune.create_markdown(renderer=Quiet(), hard_wrap=True, plugins=["math", "table", "strikethrough"])
    return {name: f"<pre class='typed'>{html.escape(text)}</pre>" if name in verbatim else
            render("\n\n".join(map(environment, re.split(r"\n[ \t]*\n", text)))) for name, text in answers.items()}


def environment(paragraph):
    """A paragraph; one with an environment of TeX as a formula, in which Markdown means nothing."""
    return f"$$\n{paragraph}\n$$" if "\\begin{" in paragraph and "$$" not in paragraph else paragraph
