"""The system calls that a student's process may make, as a seccomp filter: classic BPF, made without a library.

Whatever is not listed in calls.txt gives EPERM: starting processes and threads, sockets, keys, shared memory, locks,
leases, io_uring, tracing, signals to others, watching files, namespaces, mounts. Layout of the data that a filter sees:
struct seccomp_data in linux/seccomp.h.
"""

import ctypes
import errno
import os
import platform
import struct
from pathlib import Path

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_*

TABLE = Path(__file__).with_name("calls.txt")
CALLS, WRITING = ({name: tuple(int(number) if number != "-" else None for number in numbers) for name, *numbers in
                   (line.split() for line in part.splitlines() if line and not line.startswith("#"))}
                  for part in TABLE.read_text(encoding="utf-8").split("[writing]"))  # name -> numbers by architecture
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030
TCGETS, TIOCGWINSZ, FIONCLEX, FIOCLEX = 0x5401, 0x5413, 0x5450, 0x5451
CHECKED = {  # name: (numbers, the argument that is looked at, its allowed values); None stands for the process's own id
    "fcntl": ((72, 25), 1, (F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC)),
    "ioctl": ((16, 29), 1, (TCGETS, TIOCGWINSZ, FIONCLEX, FIOCLEX)),
    "prlimit64": ((302, 261), 0, (0,)),
    "tgkill": ((234, 131), 0, (None,)),
}
CLONE3 = (435, 435)

ALLOW, ERROR, KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # BPF_LD|W|ABS, JMP|JEQ|K, JMP|JGE|K, RET|K
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
X32 = 0x40000000  # the bit in the numbers of x86_64's other set of calls
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2


def instruction(code, k, true=0, false=0):
    """struct sock_filter: after a comparison `true` or `false` instructions are passed over."""
    return struct.pack("=HBBI", code, true, false, k)


def program(machine, pid, writing=False):
    """The filter as bytes.

    machine : "x86_64" or "aarch64"; pid : of the process that it is for; writing : True to allow WRITING too
    """
    column = list(ARCHITECTURES).index(machine)
    denied = instruction(RETURN, ERROR | errno.EPERM)
    code = [instruction(LOAD, ARCHITECTURE), instruction(EQUAL, ARCHITECTURES[machine], 1),
            instruction(RETURN, KILL_PROCESS),
            instruction(LOAD, NUMBER), instruction(AT_LEAST, X32, 0, 1), denied]
    for numbers in (*CALLS.values(), *(WRITING.values() if writing else ())):
        if numbers[column] is not None:
            code += [instruction(EQUAL, numbers[column], 0, 1), instruction(RETURN, ALLOW)]
    # so that clone is tried, and denied
    code += [instruction(EQUAL, CLONE3[column], 0, 1), instruction(RETURN, ERROR | errno.ENOSYS)]
    for numbers, argument, values in CHECKED.values():  # the kernel reads 32 bits of each of these arguments, as we do
        block = [instruction(LOAD, ARGUMENTS + 8 * argument)]
        for value in values:
            block += [instruction(EQUAL, pid if value is None else value, 0, 1), instruction(RETURN, ALLOW)]
        code += [instruction(EQUAL, numbers[column], 0, len(block) + 1), *block, denied]
    return b"".join([*code, denied])


class Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def install(writing=False):
    """Put the filter on this process, for good. OSError when the kernel has no seccomp filters."""
    code = program(platform.machine(), os.getpid(), writing)
    libc = ctypes.CDLL(None, use_errno=True)
    wanted = Program(len(code) // 8, code)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
                                                                 ctypes.byref(wanted), 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel takes no seccomp filter")
