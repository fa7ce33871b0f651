"""A bubblewrap sandbox with a zygote inside: no network, nothing to write, nothing of the class to see."""

import contextlib
import ctypes
import json
import os
import pickle
import platform
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from instructor.grading.box.seccomp import ARCHITECTURES
from instructor.grading.box.wire import MOST_BYTES
from instructor.grading.box.zygote import CONTAINER, ENDED, LIMITS, READY

BOX = Path(__file__).with_name("box")
MOST_BRACKETS = 50_000  # of an answer's JSON, counted before it is parsed
START = 60  # seconds that the first process of a sandbox may take
PATIENCE = 15  # seconds beyond a limit after which the sandbox itself is taken for dead
TMP_BYTES = 32 << 20  # of the folder in which a whole notebook may write
PR_SET_PDEATHSIG = 1
ENVIRONMENT = {"PATH": "/usr/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0",
               "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg",
               "MPLCONFIGDIR": "/tmp"}
TELLING = ("*.pth", "*.egg-link", "__editable__*.py", "*.dist-info/direct_url.json")  # where on this machine code lies
OURS = ("rnn_helpers", "authoring", "instructor")
DIFFERENTIATE = ("torch", "jax", "jaxlib", "tensorflow", "keras", "autograd", "mxnet", "casadi", "tinygrad")  # for one
NOBODY = 65534  # user and group, in a container without namespaces


class NoSandbox(RuntimeError):
    """The sandbox cannot be had; the message says why and what to do."""


class SandboxDied(RuntimeError):
    """The sandbox itself ended or was silent for too long."""


@dataclass(frozen=True)
class Limits:
    """Of one run: seconds of CPU time, seconds by the clock on the wall, bytes of address space."""

    cpu: float
    wall: float
    memory: int


def die_with_parent():
    """Ends this process when its parent ends, even by SIGKILL (Linux)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def bubblewrap_version():
    """The version as numbers, () when there is none."""
    try:
        said = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, timeout=30).stdout
    except OSError:
        return ()
    return tuple(map(int, re.findall(r"\d+", said)[:3]))


def command(whole=False):
    """The command line of a sandbox; paths inside say nothing of where things lie outside.

    whole : with all packages of this Python and a small folder to write to, for a run of a whole notebook
    """
    words = ["bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--as-pid-1",
             "--clearenv", "--cap-drop", "ALL", "--hostname", "sandbox"]
    if bubblewrap_version() >= (0, 8):
        words.append("--disable-userns")
    for folder in ("lib", "lib64"):
        if os.path.isdir(f"/usr/{folder}"):
            words += ["--ro-bind", f"/usr/{folder}", f"/usr/{folder}"]
        if os.path.islink(f"/{folder}"):
            words += ["--symlink", os.readlink(f"/{folder}"), f"/{folder}"]
        elif os.path.isdir(f"/{folder}"):
            words += ["--ro-bind", f"/{folder}", f"/{folder}"]
    version, base, site = f"python3.{sys.version_info.minor}", Path(sys.base_prefix), Path(np.__file__).parents[1]
    home = "/usr" if base == Path("/usr") else "/python"
    words += ["--ro-bind", os.path.realpath(sys.executable), f"{home}/bin/{version}"]
    if home == "/python":
        words += ["--ro-bind", str(base / "lib"), "/python/lib"]
    # whatever is installed there: the course, other tools
    for where, outside in (("/usr", Path("/usr")), (home, base)):
        for folder in (f"lib/{version}/site-packages", f"lib/{version}/dist-packages", "lib/python3/dist-packages"):
            if (outside / folder).is_dir():
                words += ["--size", "4096", "--tmpfs", f"{where}/{folder}", "--remount-ro", f"{where}/{folder}"]
    if whole:
        words += ["--ro-bind", str(site), "/packages"]
        for hidden in (*OURS, *DIFFERENTIATE):
            if (site / hidden).is_dir():
                words += ["--size", "4096", "--tmpfs", f"/packages/{hidden}", "--remount-ro", f"/packages/{hidden}"]
        for telling in (path for form in TELLING for path in site.glob(form)):
            words += ["--ro-bind", "/dev/null", f"/packages/{telling.relative_to(site)}"]  # paths of this machine
    else:
        for folder in ("numpy", "numpy.libs"):
            if (site / folder).is_dir():
                words += ["--ro-bind", str(site / folder), f"/packages/{folder}"]
    words += ["--ro-bind", str(BOX), "/code/box", "--tmpfs", "/dev"]
    for device in ("null", "zero", "random", "urandom"):
        words += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    words += ["--remount-ro", "/dev", "--size", str(TMP_BYTES), "--tmpfs", "/tmp",
              *(() if whole else ("--remount-ro", "/tmp"))]
    environment = {"PYTHONPATH": "/code:/packages", **ENVIRONMENT}
    if home == "/python":
        environment["LD_LIBRARY_PATH"] = "/python/lib"
    for name, value in environment.items():
        words += ["--setenv", name, value]
    return [*words, "--remount-ro", "/", "--chdir", "/tmp", "--", f"{home}/bin/{version}", "-s", "-S", "-B", "-m",
            "box.zygote"]


def answer_in(data):
    """An answer of the outer shape that the zygote's child sends: what was observed, or why nothing was."""
    if data.count(b"{") + data.count(b"[") > MOST_BRACKETS:
        raise ValueError("far more objects than an answer has")
    answer = json.loads(data)
    if isinstance(answer, dict) and (isinstance(answer.get("observed"), dict) or isinstance(answer.get("missing"), str)
                                     or isinstance(answer.get("probe"), dict)):
        return answer
    raise ValueError("no answer from the sandbox")


class Sandbox:
    """Serves one run after the other, each in a process of its own that starts with nothing of the run before.

    Use as a context manager; everything in it dies at the end.
    container : the folder of a copy of BOX, where root starts it in a container that is thrown away afterwards and may
        make no namespaces: then it runs as NOBODY, with its filter and limits, and can read what NOBODY can (hosted.py)
    """

    container = None

    def __init__(self, whole=False):
        self.whole = whole

    def __enter__(self):
        if os.getuid() == 0 and not self.container:
            raise NoSandbox("a worker that runs as root does not grade: its limits would have no effect")
        self.errors = tempfile.TemporaryFile()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        words = [sys.executable, "-s", "-S", "-B", "-m", "box.zygote", CONTAINER] if self.container else \
            command(self.whole)
        other = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/", "env": {
            "PYTHONPATH": f"{self.container}:{Path(np.__file__).parents[1]}",
            "LD_LIBRARY_PATH": f"{sys.base_prefix}/lib", **ENVIRONMENT}} if self.container else {}
        with theirs:
            self.process = subprocess.Popen(words, stdin=theirs, stdout=subprocess.DEVNULL, stderr=self.errors, **other)
        self.control.settimeout(START)
        try:
            self.heard(len(READY))
        except SandboxDied:  # the error has what bubblewrap said
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.control.close()
        self.process.kill()
        self.process.wait()
        self.errors.close()

    def heard(self, size):
        try:
            if message := self.control.recv(size):
                return message
        except OSError as error:
            raise SandboxDied(f"it is silent ({type(error).__name__})") from error
        self.process.wait(PATIENCE)
        self.errors.seek(0)
        raise SandboxDied(self.errors.read(2000).decode(errors="replace").strip()[-500:]
                          or f"it ended with {self.process.returncode}")

    def ask(self, request, limits, probing=False):
        """Run a request (a dict), return the answer (a dict). SandboxDied when the sandbox itself did.

        The answer is JSON of bounded size; nothing in it is executed or unpickled. {"missing": why} without an answer,
        with why among "cpu", "wall", "idle", "files", "large" and "died".
        """
        their_request, request_in = os.pipe()
        answer_out, their_answer = os.pipe()
        with open(request_in, "wb") as requests, open(answer_out, "rb") as answers:
            try:
                message = LIMITS.pack(limits.cpu, limits.wall, limits.memory, self.whole, probing)
                socket.send_fds(self.control, [message], [their_request, their_answer])
            except OSError as error:
                raise SandboxDied(f"it is gone ({type(error).__name__})") from error
            finally:
                os.close(their_request)
                os.close(their_answer)
            with contextlib.suppress(BrokenPipeError), requests:  # it died; its end says why
                pickle.dump(request, requests)
            data = read_all(answers.fileno(), time.monotonic() + limits.wall + PATIENCE)
            if data is None:
                self.control.send(b"stop")
        self.control.settimeout(limits.wall + PATIENCE)
        status, seconds, stopped = ENDED.unpack(self.heard(ENDED.size))
        stopped = stopped.rstrip(b"\0").decode()
        if not stopped and data is not None:
            with contextlib.suppress(ValueError, RecursionError, MemoryError):
                return {**answer_in(data), "seconds": seconds}
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGKILL, signal.SIGXCPU)
        killed = killed and seconds >= limits.cpu
        return {"missing": stopped or ("large" if data is None else "cpu" if killed else "died"), "unresolved": False,
                "seconds": seconds}


def read_all(fd, deadline):
    """What comes until the end, None when it is more than an answer may have."""
    chunks, size = [], 0
    while True:
        if not select.select([fd], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise SandboxDied("it is silent")
        if not (chunk := os.read(fd, 1 << 16)):
            return b"".join(chunks)
        size += len(chunk)
        if size > MOST_BYTES:
            return None
        chunks.append(chunk)


FIXES = {
    "user namespaces":
        "unprivileged user namespaces must be allowed: `sudo sysctl -w kernel.unprivileged_userns_clone=1` where there "
        "is such a setting, and `sudo sysctl -w user.max_user_namespaces=10000` where that is 0",
    "AppArmor":
        "Ubuntu's AppArmor stops bubblewrap: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`, or a "
        "profile for bwrap in /etc/apparmor.d that says `userns,`",
}


def setting(name):
    """A setting of the kernel, "" where there is none."""
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return ""


def why_not(said):
    """What to do about bubblewrap that does not work, as far as the kernel's settings tell."""
    if setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return FIXES["AppArmor"]
    off = "0" in (setting("kernel/unprivileged_userns_clone"), setting("user/max_user_namespaces"))
    if off or "namespace" in said:
        return FIXES["user namespaces"]
    return "`bwrap --unshare-all --ro-bind / / true` must work for this user; " + FIXES["user namespaces"]


def allowed():
    """What the sandbox promises to deny and does not. NoSandbox when processes cannot be confined here."""
    with Sandbox() as sandbox:
        answer = sandbox.ask({}, Limits(10, 60, 1 << 30), probing=True)
    if "probe" not in answer:
        raise NoSandbox(f"processes cannot be confined here ({answer['missing']}): the kernel needs seccomp filters, "
                        "CONFIG_SECCOMP_FILTER, and rlimits")
    return [name for name, denied in answer["probe"].items() if not denied]


def refuse_without_sandbox():
    """Raise NoSandbox, with what to do, unless the sandbox works here and denies what it promises to deny."""
    if not sys.platform.startswith("linux"):
        raise NoSandbox(f"grading needs Linux for its sandbox, this is {sys.platform}: use a Linux machine, or WSL 2 "
                        "on Windows")
    kernel = platform.release()
    if kernel.endswith("-Microsoft"):  # WSL 2 writes it small
        raise NoSandbox("WSL 1 has no namespaces: `wsl --set-version DISTRIBUTION 2` turns it into WSL 2")
    if os.getuid() == 0:
        raise NoSandbox("grading refuses to run as root, on whom the sandbox's limits have no effect: use an ordinary "
                        "user, as in `runuser -u NAME -- python -m instructor grade ...`")
    if platform.machine() not in ARCHITECTURES:
        raise NoSandbox(f"there is no table of system calls for {platform.machine()}: grade on "
                        f"{' or '.join(ARCHITECTURES)}")
    if shutil.which("bwrap") is None:
        raise NoSandbox("bwrap is missing: install the package bubblewrap (apt install bubblewrap)")
    if (version := bubblewrap_version()) < (0, 4):
        raise NoSandbox(f"bubblewrap {'.'.join(map(str, version))} is too old: 0.4 or newer is needed")
    try:
        holes = allowed()
    except SandboxDied as error:
        raise NoSandbox(f"bubblewrap does not work here ({error}): {why_not(str(error))}") from error
    if holes:
        raise NoSandbox(f"the sandbox does not hold here, it allows: {', '.join(holes)}. A newer kernel (5.10 or "
                        "later) or bubblewrap (0.8 or later) may help; please report this with both versions")


def memory_in_use():
    """Bytes of address space that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
