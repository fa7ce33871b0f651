"""A bubblewrap sandbox with a runner inside: no network, nothing to write, nothing of the class to see."""

import ctypes
import json
import os
import pickle
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RUNNER = Path(__file__).with_name("runner.py")
LIMITS = {"as": 2 << 30, "nproc": 64, "fsize": 32 << 20, "nofile": 256, "core": 0}  # bytes or counts
MOST_BYTES = 10_000_000
PR_SET_PDEATHSIG = 1


class NoSandbox(RuntimeError):
    """The sandbox cannot be had; the message says why and what to install."""


class RunnerDied(RuntimeError):
    """The process in the sandbox ended or was silent for too long."""


@dataclass(frozen=True)
class Python:
    """The interpreter in the sandbox.

    executable : path; reads : folders that it needs, mounted read-only; path : its sys.path beyond the standard library;
    library : folder of its libpython, "" for the system's
    """

    executable: str
    reads: tuple
    path: tuple
    library: str = ""


def this_python(whole=False):
    """The running interpreter; with its NumPy only, or with all of its packages but the course's own."""
    site = Path(np.__file__).parents[1]
    base = Path(sys.base_prefix)
    own = base not in (Path("/usr"), Path("/usr/local"))
    reads = [base] if own else []
    if whole:
        reads.append(site)
    else:
        reads += [folder for folder in (site / "numpy", site / "numpy.libs") if folder.exists()]
    return Python(os.path.realpath(sys.executable), tuple(map(str, reads)), (str(site),), str(base / "lib") if own else "")


def die_with_parent():
    """Ends this process when its parent ends, even by SIGKILL (Linux)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def refuse_without_sandbox():
    """Raise NoSandbox unless bubblewrap works here for this user."""
    if not sys.platform.startswith("linux"):
        raise NoSandbox(f"grading needs Linux for its sandbox, this is {sys.platform}: grade in a Linux machine or WSL 2")
    if os.getuid() == 0:
        raise NoSandbox("grading refuses to run as root, for whom the sandbox's limits do not bind: use an ordinary user, "
                        "as in `runuser -u NAME -- python -m instructor grade ...`")
    for program, package in (("bwrap", "bubblewrap"), ("prlimit", "util-linux")):
        if shutil.which(program) is None:
            raise NoSandbox(f"{program} is missing: install the package {package} (apt install {package})")
    trial = subprocess.run(command(this_python(), ["-c", "print('inside')"]), capture_output=True, text=True, timeout=60)
    if trial.stdout.strip() != "inside":
        raise NoSandbox(f"bubblewrap does not work here: {trial.stderr.strip()[:500] or trial.returncode}; "
                        "unprivileged user namespaces must be allowed "
                        "(sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0)")


def command(python, arguments, limits=LIMITS):
    """The command line that runs `python` with arguments inside the sandbox."""
    words = ["bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session", "--as-pid-1",
             "--clearenv", "--cap-drop", "ALL", "--hostname", "sandbox"]
    words += ["--ro-bind", "/usr", "/usr"]
    for link in ("bin", "lib", "lib64", "sbin"):
        if os.path.islink(f"/{link}"):
            words += ["--symlink", os.readlink(f"/{link}"), f"/{link}"]
        elif os.path.isdir(f"/{link}"):
            words += ["--ro-bind", f"/{link}", f"/{link}"]
    words += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev", "--size", str(64 << 20), "--tmpfs", "/tmp"]
    for folder in python.reads:
        words += ["--ro-bind", folder, folder]
    for folder in python.path:  # the course and the graders' tools are never seen, however they are installed
        for hidden in ("rnn_helpers", "authoring", "instructor"):
            if os.path.isdir(os.path.join(folder, hidden)):
                words += ["--size", "4096", "--tmpfs", os.path.join(folder, hidden), "--remount-ro", os.path.join(folder, hidden)]
    environment = {"PYTHONPATH": ":".join(python.path), "PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8",
                   "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
                   "MPLCONFIGDIR": "/tmp"}
    if python.library:
        environment["LD_LIBRARY_PATH"] = python.library
    for name, value in environment.items():
        words += ["--setenv", name, value]
    words += ["--ro-bind", str(RUNNER), "/runner.py", "--remount-ro", "/", "--chdir", "/tmp"]
    bounds = [f"--{name}={value}" for name, value in limits.items()]
    return [*words, "--", "/usr/bin/prlimit", *bounds, python.executable, "-s", "-B", *arguments]


def answer_in(data):
    """An answer that has the outer shape of a runner's: what was observed, or a text that says why nothing was."""
    if isinstance(data, dict) and isinstance(data.get("observed"), dict) and isinstance(data["observed"].get("cases"), dict):
        return {"observed": data["observed"]}
    if isinstance(data, dict) and isinstance(data.get("missing"), str):
        return {"missing": data["missing"], "died": data.get("died") is True}
    raise ValueError("no answer of the runner")


class Sandbox:
    """One submission's sandbox: a runner that is asked about one function after the other.

    Use as a context manager; everything in it dies at the end.
    """

    def __init__(self, python=None):
        self.python = python or this_python()

    def __enter__(self):
        if os.getuid() == 0:
            raise NoSandbox("a worker that runs as root does not grade: its limits would not bind")
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command(self.python, ["/runner.py"]), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors, bufsize=0)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        self.errors.close()

    def ask(self, request, seconds):
        """Send a request, return the runner's answer (a dict). RunnerDied when none comes in time.

        The answer is JSON of bounded size; nothing in it is executed or unpickled.
        """
        watchdog = threading.Timer(seconds + 5, self.process.kill)
        watchdog.start()
        try:
            data = pickle.dumps({**request, "seconds": seconds})
            self._write(struct.pack("<Q", len(data)) + data)
            size, = struct.unpack("<Q", self._read(8))
            if size > MOST_BYTES:
                raise RunnerDied(f"it sent {size} bytes")
            return answer_in(json.loads(self._read(size)))
        except (BrokenPipeError, ValueError, RecursionError) as error:
            raise RunnerDied(f"the sandboxed process broke off ({type(error).__name__})") from error
        finally:
            watchdog.cancel()

    def _write(self, data):
        view = memoryview(data)
        while view:
            view = view[self.process.stdin.write(view):]

    def _read(self, size):
        data = b""
        while len(data) < size:
            chunk = self.process.stdout.read(min(size - len(data), 1 << 20))
            if not chunk:
                self.errors.seek(0)
                raise RunnerDied("the sandboxed process ended: " + self.errors.read(2000).decode(errors="replace").strip()[-300:])
            data += chunk
        return data
