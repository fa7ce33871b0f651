"""Grading as instructors run it: by an ordinary user, in real bubblewrap sandboxes.

CI runs as root, for whom the sandbox refuses to work. There this file makes the user `rnn-grader` and gives it what it
may read: a copy of Python where root's lies in a closed folder, the installed packages, the course.
"""

import compileall
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy

ROOT = Path(__file__).resolve().parents[2]
USER = "rnn-grader"
HEAVY = ("torch", "torchgen", "functorch", "jax", "jaxlib", "triton", "nvidia", "playwright", "scipy", "rnn_helpers")


def readable_by_all(path):
    """Whether another user can reach a file or folder."""
    path = Path(path).resolve()
    return all(p.stat().st_mode & 0o5 == 0o5 for p in [path if path.is_dir() else path.parent, *path.parents])


class Grader:
    """Runs the grading tools as an ordinary user. home : a folder of that user's; python : words of the command
    line.
    """

    def __init__(self, home, words, env):
        self.home, self.words, self.env = home, words, env

    def run(self, *arguments, timeout=600, **kwargs):
        """python ARGUMENTS, in the user's course folder; returns the CompletedProcess."""
        return subprocess.run([*self.words, *map(str, arguments)], cwd=self.home / "course", env=self.env, text=True,
                              capture_output=True, timeout=timeout, **kwargs)

    def start(self, *arguments):
        """The same in the background, in a process group of its own, where Ctrl-C works even if it does not here."""
        return subprocess.Popen([*self.words, *map(str, arguments)], cwd=self.home / "course", env=self.env, text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                start_new_session=True,
                                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def give(self, path):
        """Make the user the owner of what a test has written."""
        if os.getuid() == 0:
            subprocess.run(["chown", "-Rh", f"{USER}:", str(path)], check=True)


@contextlib.contextmanager
def ordinary_user():
    """A Grader with a home of its own, removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="rnn-grader-", dir="/var/tmp"))
    home.chmod(0o755)
    for name in ("rnn_helpers", "authoring", "instructor", "notebooks"):
        shutil.copytree(ROOT / name, home / "course" / name, ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(home / "course", quiet=1)  # once, and not by each process
    site = Path(numpy.__file__).parents[1]
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1",
           "OPENBLAS_NUM_THREADS": "1", "JUPYTER_PLATFORM_DIRS": "1"}
    executable, words = sys.executable, []
    if os.getuid() == 0:
        try:
            pwd.getpwnam(USER)
        except KeyError:
            subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", USER],
                           check=True)
        base = Path(sys.base_prefix)
        if not readable_by_all(base):
            shutil.copytree(base, home / "python", symlinks=True,
                            ignore=shutil.ignore_patterns("test", "*.a", "site-packages", "idlelib", "share",
                                                          "include"))
            base = home / "python"
            env["LD_LIBRARY_PATH"] = str(base / "lib")
        executable = str(base / "bin" / f"python3.{sys.version_info.minor}")
        if not readable_by_all(site):
            shutil.copytree(site, home / "packages", symlinks=True, copy_function=link_or_copy,
                            ignore=shutil.ignore_patterns(*HEAVY))
            site = home / "packages"
        words = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--"]
    env["PYTHONPATH"] = f"{home / 'course'}:{site}"
    found = Grader(home, [*words, executable], env)
    found.give(home)
    try:
        yield found
    finally:
        shutil.rmtree(home, ignore_errors=True)


def link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
