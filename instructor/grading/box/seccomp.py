"""The system calls that a student's process may make, as a seccomp filter: classic BPF, made without a library.

Whatever is not listed gives EPERM: starting processes and threads, sockets, keys, shared memory, locks, leases,
io_uring, tracing, signals to others, watching files, namespaces, mounts. Numbers: Linux, arch/x86/entry/syscalls and
include/uapi/asm-generic/unistd.h; layout of the data a filter sees: struct seccomp_data in linux/seccomp.h.
"""

import ctypes
import errno
import os
import platform
import struct

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_*

CALLS = {  # name: (x86_64, aarch64); None where an architecture has no such call
    # memory
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "mremap": (25, 216),
    "madvise": (28, 233),
    # reading files, and using what is open
    "read": (0, 63), "write": (1, 64), "open": (2, None), "close": (3, 57), "stat": (4, None), "fstat": (5, 80),
    "lstat": (6, None), "poll": (7, None), "lseek": (8, 62), "pread64": (17, 67), "pwrite64": (18, 68),
    "readv": (19, 65), "writev": (20, 66), "access": (21, None), "select": (23, None), "dup": (32, 23),
    "dup2": (33, None), "dup3": (292, 24), "getdents64": (217, 61), "getcwd": (79, 17), "readlink": (89, None),
    "openat": (257, 56), "newfstatat": (262, 79), "readlinkat": (267, 78), "faccessat": (269, 48),
    "pselect6": (270, 72), "ppoll": (271, 73), "statx": (332, 291), "close_range": (436, 436), "faccessat2": (439, 439),
    # time
    "nanosleep": (35, 101), "getitimer": (36, 102), "alarm": (37, None), "setitimer": (38, 103),
    "gettimeofday": (96, 169), "times": (100, 153), "time": (201, None), "clock_gettime": (228, 113),
    "clock_getres": (229, 114), "clock_nanosleep": (230, 115),
    # itself
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "sched_yield": (24, 124),
    "getpid": (39, 172), "exit": (60, 93), "uname": (63, 160), "getrlimit": (97, 163), "getrusage": (98, 165),
    "getuid": (102, 174), "getgid": (104, 176), "geteuid": (107, 175), "getegid": (108, 177), "getppid": (110, 173),
    "sigaltstack": (131, 132), "setrlimit": (160, 164), "gettid": (186, 178), "futex": (202, 98),
    "sched_getaffinity": (204, 123), "restart_syscall": (219, 128), "exit_group": (231, 94), "getrandom": (318, 278),
    "rseq": (334, 293),
}
WRITING = {  # beside these, where there is a folder to write to
    "ftruncate": (77, 46), "fsync": (74, 82), "chdir": (80, 49), "rename": (82, None), "mkdir": (83, None),
    "rmdir": (84, None), "unlink": (87, None), "chmod": (90, None), "fchmod": (91, 52), "mkdirat": (258, 34),
    "unlinkat": (263, 35), "renameat": (264, 38), "fchmodat": (268, 53), "utimensat": (280, 88),
    "renameat2": (316, 276),
}
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
