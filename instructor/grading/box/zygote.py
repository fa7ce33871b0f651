"""The first process of a sandbox: has NumPy loaded, runs no student's code, forks a child for every exercise.

It hears on its standard input, a Unix socket. A message brings limits and two pipes; the child limits and filters
itself, and only then reads what to do from one pipe; it answers into the other. Neither the request nor the answer ever
passes through this process, so that nothing of one student is in the memory that the next one's child starts with.
When the child has ended, a message says how.
"""

import contextlib
import ctypes
import gc
import importlib
import os
import pickle
import resource
import select
import signal
import socket
import struct
import sys
import time

import numpy as np  # noqa: F401  every child has it

from . import seccomp
from .probe import probe
from .serve import serve
from .wire import packed

LIMITS = struct.Struct("<ddQ??")  # CPU seconds, wall seconds, bytes of address space, may it write, is it the probe
READY = b"ready"  # what it says first
ENDED = struct.Struct("<id10s")  # wait status, CPU seconds, why it was stopped
# what a slice of the course imports, for all children
LOADED = ("copy", "dataclasses", "difflib", "numpy.random", "threading", "traceback")
PR_SET_DUMPABLE = 4
IDLE, LEAST = 10.0, 0.05  # seconds in which a process that computes gets this much CPU time, however busy the machine
MOST_FILES = 2000  # more in the folder that it may write to
CONTAINER = "--in-a-container"  # that is thrown away after one submission, and may make no namespaces
FILE_BYTES, OPEN_FILES, CPU_GRACE = 16 << 20, 64, 2


def child(request, answer, cpu, memory, writing, probing):
    """Limit and filter this process, read the request, answer it, end."""
    null = os.open("/dev/null", os.O_RDWR)
    for fd, kept in ((null, 0), (null, 1), (null, 2), (request, OPEN_FILES - 2), (answer, OPEN_FILES - 1)):
        os.dup2(fd, kept)
    request, answer = OPEN_FILES - 2, OPEN_FILES - 1
    os.closerange(3, request)
    os.closerange(OPEN_FILES, 1024)
    seconds = int(cpu) + CPU_GRACE
    for what, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory),
                       (resource.RLIMIT_FSIZE, FILE_BYTES if writing else 0),
                       (resource.RLIMIT_NOFILE, OPEN_FILES), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NPROC, 0),
                       (resource.RLIMIT_MEMLOCK, 0), (resource.RLIMIT_MSGQUEUE, 0), (resource.RLIMIT_SIGPENDING, 64)):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))
    seccomp.install(writing)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        if probing:
            said = probe(writing)
        else:
            with open(request, "rb") as file:
                said = serve(pickle.load(file))
    except BaseException:  # a submission that reached into the machinery
        said = {"missing": "died"}
    with open(answer, "wb") as file:
        file.write(packed(said))
    os._exit(0)


def files_in_tmp():
    found = os.statvfs("/tmp")
    return found.f_files - found.f_ffree


def watch(pid, cpu, wall, writing, control):
    """Wait for a child's end, or end it. Returns (wait status, CPU seconds, why it was stopped)."""
    clock = (~pid << 3) | 2  # the CPU clock of a process: CPUCLOCK_SCHED in linux/posix-timers_types.h
    begin = time.monotonic()
    stopped, looked, used, files = b"", begin, 0.0, files_in_tmp()
    while not stopped:
        signal.sigtimedwait((signal.SIGCHLD,), 0.25)
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            break
        now, taken = time.monotonic(), time.clock_gettime(clock)
        if taken > cpu + CPU_GRACE:
            stopped = b"cpu"
        elif now > begin + wall:
            stopped = b"wall"
        elif now > looked + IDLE:
            stopped = b"idle" if taken < used + LEAST else b""
            looked, used = now, taken
        elif select.select([control], [], [], 0)[0]:
            stopped = b"large" if control.recv(16) else b"wall"
        if writing and files_in_tmp() > files + MOST_FILES:
            stopped = b"files"
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return status, usage.ru_utime + usage.ru_stime, stopped


def main():
    if os.getpid() != 1 and sys.argv[1:] != [CONTAINER]:
        sys.exit("this program runs inside the sandbox only: see instructor/grading/sandbox.py")
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGCHLD,))
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)  # no child can look into this process
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()  # a child's collections leave the pages of what is loaded alone
    control = socket.socket(fileno=0)
    control.send(READY)
    while True:
        message, pipes, *_ = socket.recv_fds(control, LIMITS.size, 2)
        if not message:
            return
        if len(message) != LIMITS.size:  # a stop that came when the child had ended
            continue
        cpu, wall, memory, writing, probing = LIMITS.unpack(message)
        pid = os.fork()
        if pid == 0:
            child(*pipes, cpu, memory, writing, probing)
        for fd in pipes:
            os.close(fd)
        control.send(ENDED.pack(*watch(pid, cpu, wall, writing, control)))


if __name__ == "__main__":
    main()
