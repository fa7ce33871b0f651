"""The sandbox by itself: what it denies, what is left of one run for the next, how it counts time, when it refuses."""

import json
import os
import subprocess
import sys

import pytest

from instructor.grading import sandbox
from instructor.grading.box import seccomp

ASK = """
import json, sys
from instructor.grading.sandbox import *
from instructor.grading.course_slice import ENTRY, slice_for
from instructor.grading.statements import in_a_run
from rnn_helpers.check import EXERCISES

def request(name, source, **more):
    return {"inputs": dict(EXERCISES[name].inputs(3)), "modules": slice_for(name), "entry": ENTRY, "seconds": 1,
            **in_a_run([("cell", source)], 1, name), **more}

LIMITS = Limits(2, 120, 3 << 29)
"""


@pytest.fixture(scope="module")
def inside(grader):
    """Runs lines of Python beside the sandbox as an ordinary user; what they print, as JSON."""

    def run(lines, timeout=300):
        done = grader.run("-c", ASK + lines, timeout=timeout)
        assert done.returncode == 0, done.stderr[-3000:]
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def test_what_the_probe_looks_for_is_denied(inside):
    answer, = inside("with Sandbox() as box:\n    print(json.dumps(box.ask({}, Limits(10, 60, 1 << 30), "
                     "probing=True)))")
    assert len(answer["probe"]) > 25 and all(answer["probe"].values()), answer


def test_a_whole_notebooks_box_can_be_written_to_and_denies_the_rest(inside):
    answer, = inside("with Sandbox(whole=True) as box:\n    print(json.dumps(box.ask({}, Limits(10, 60, 1 << 30), "
                     "probing=True)))")
    assert all(answer["probe"].values()), answer


def test_without_the_filter_the_probe_says_so(inside, grader):
    """The probe is worth something: where the filter is left out it finds what is allowed, and grading refuses."""
    box = grader.home / "course" / "instructor" / "grading" / "box" / "zygote.py"
    original = box.read_text()
    try:
        box.write_text(original.replace("    seccomp.install(writing)\n", ""))
        said, = inside("try:\n    refuse_without_sandbox()\nexcept NoSandbox as error:\n    "
                       "print(json.dumps(str(error)))")
    finally:
        box.write_text(original)
    assert "does not hold here, it allows: " in said and "fork" in said and "newer kernel" in said


MARK = "def readout(h_t, Wy, c):\n    return np.frombuffer(b'FINDMEAG' * 100_000)\n"
FIND = """
def readout(h_t, Wy, c):
    import ctypes, os
    libc = ctypes.CDLL(None, use_errno=True)
    libc.access.argtypes = [ctypes.c_void_p, ctypes.c_int]
    libc.sbrk.restype = ctypes.c_void_p
    wanted, found, end = bytes(reversed(b'GAEMDNIF')), 0, libc.sbrk(0)
    {keep}
    starts = {{end - n * 4096 for n in range(1, 10000)}}
    starts |= {{(place >> 12 << 12) + n * 4096 for place in (h_t.ctypes.data, id(h_t), id(os), mine) for n in range(-3000, 3000)}}
    for page in starts:
        ctypes.set_errno(0)
        libc.access(page, 0)
        if ctypes.get_errno() != 14:
            found += wanted * 4 in ctypes.string_at(page, 4096)
    return np.full((5, 5, 5), found / 10)
"""


def test_nothing_of_a_run_is_in_the_memory_of_the_next(inside):
    """A scan that finds a mark of its own finds none of the answer that another run in the same sandbox sent before."""
    its_own = FIND.format(keep="keep = np.frombuffer(bytes(wanted) * 100_000).copy(); mine = keep.ctypes.data")
    of_another = FIND.format(keep="mine = id(wanted)")
    _, own, other = inside(f"""
import base64
with Sandbox() as box:
    for source in ({MARK!r}, {its_own!r}, {of_another!r}):
        answer = box.ask(request("readout", "import numpy as np\\n" + source), LIMITS)
        values = answer["observed"]["cases"]["one example"]["values"]["y_t"]["data"]
        print(json.dumps(np.frombuffer(base64.b64decode(values))[0]))
""")
    assert own > 10 > 1 > other  # tens of pages; the searched word itself is on one


@pytest.mark.slow
def test_time_is_the_processors(inside):
    """Beside four busy neighbours an answer of half its time is observed whole; one of twice its time is stopped, and
    told.
    """
    slow = "import time\ndef readout(h_t, Wy, c):\n    end = time.process_time() + {}\n    while time.process_time() < end: pass\n    return Wy @ h_t + c"
    good, bad = inside(f"""
import subprocess
busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
try:
    with Sandbox() as box:
        for source in ({slow.format(0.05)!r}, {slow.format(0.6)!r}):
            answer = box.ask(request("readout", source), LIMITS)
            print(json.dumps([case["problem"] and case["problem"]["kind"] for case in answer["observed"]["cases"].values()]))
finally:
    for process in busy:
        process.kill()
""", timeout=600)
    assert set(good) == {None} and bad[0] is None and bad[-1] == "time"


@pytest.mark.slow
@pytest.mark.parametrize("body, why", [
    ("import signal\n    signal.signal(signal.SIGPROF, signal.SIG_IGN)\n    while True: pass", "cpu"),
    ("import time\n    while True: time.sleep(1000)", "idle"),
    ("import os, signal\n    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\n    "
     "signal.setitimer(signal.ITIMER_PROF, 0)\n    while True: pass", "cpu"),
    ("import signal\n    signal.raise_signal(signal.SIGSTOP)", "idle"),
    ("import os\n    os._exit(0)", "died"),
    ("import ctypes\n    ctypes.string_at(0)", "died"),
])
def test_what_does_not_answer_is_stopped_and_told(inside, body, why):
    source = f"def readout(h_t, Wy, c):\n    {body}"
    answer, = inside(f"with Sandbox() as box:\n    print(json.dumps(box.ask(request('readout', {source!r}), LIMITS)))")
    assert answer["missing"] == why


def test_the_tables_of_system_calls_hold_what_the_kernel_says():
    """Against the headers of this machine, where it has them; and no number twice."""
    for column in range(2):
        numbers = [pair[column] for table in (seccomp.CALLS, seccomp.WRITING) for pair in table.values()]
        numbers += [pair[0][column] for pair in seccomp.CHECKED.values()]
        numbers = [number for number in numbers if number is not None]
        assert len(numbers) == len(set(numbers))
    assert not {"clone", "fork", "execve", "socket", "kill", "ptrace", "keyctl", "memfd_create"} & {*seccomp.CALLS,
                                                                                                    *seccomp.WRITING}
    for machine in seccomp.ARCHITECTURES:
        assert len(seccomp.program(machine, 7)) % 8 == 0


@pytest.mark.parametrize("change, words", [
    ({"sys.platform": "darwin"}, "WSL 2"), ({"os.getuid": lambda: 0}, "refuses to run as root"),
    ({"platform.machine": lambda: "riscv64"}, "no table of system calls for riscv64"),
    ({"platform.release": lambda: "4.4.0-19041-Microsoft"}, "wsl --set-version"),
    ({"shutil.which": lambda name: None}, "apt install bubblewrap"),
    ({"bubblewrap_version": lambda: (0, 3, 1)}, "0.4 or newer"),
])
def test_it_refuses_and_names_what_to_do(monkeypatch, change, words):
    monkeypatch.setattr(sandbox.os, "getuid", lambda: 1000)
    for name, value in change.items():
        owner, _, attribute = name.rpartition(".")
        monkeypatch.setattr(getattr(sandbox, owner) if owner else sandbox, attribute, value)
    with pytest.raises(sandbox.NoSandbox, match=words):
        sandbox.refuse_without_sandbox()


@pytest.mark.parametrize("settings, words", [
    ({"kernel/apparmor_restrict_unprivileged_userns": "1"}, "AppArmor"),
    ({"kernel/unprivileged_userns_clone": "0"}, "unprivileged_userns_clone=1"),
    ({"user/max_user_namespaces": "0"}, "max_user_namespaces=10000"),
])
def test_it_names_the_kernels_setting(monkeypatch, settings, words):
    monkeypatch.setattr(sandbox, "setting", lambda name: settings.get(name, ""))
    assert words in sandbox.why_not("")


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to see root refused")
def test_root_is_refused(tmp_path):
    (tmp_path / "submissions").mkdir()
    done = subprocess.run([sys.executable, "-m", "instructor", "grade", tmp_path / "submissions", "--out",
                           tmp_path / "out"],
                          capture_output=True, text=True)
    assert done.returncode == 3
    assert "refuses to run as root" in done.stderr and "ordinary user" in done.stderr
    assert not (tmp_path / "out").exists()


def test_without_bubblewrap(grader, tmp_path):
    tmp_path.chmod(0o755)
    grader_env = {**grader.env, "PATH": str(tmp_path)}
    done = subprocess.run([*(["/usr/bin/" + grader.words[0], *grader.words[1:]] if len(grader.words) > 1
                             else grader.words),
                           "-m", "instructor", "grade", ".", "--out", str(grader.home / "none")],
                          cwd=grader.home / "course", env=grader_env, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    assert "bubblewrap" in done.stderr and "apt install bubblewrap" in done.stderr
    assert not (grader.home / "none").exists()
