"""A process that grades one notebook after the other, each in a reader of its own that it can afford to lose.

Whatever a student wrote is opened, parsed, judged and prepared for showing in the reader only: a fork with limits on
memory, on the processor's time and on the wall clock's. `python -m instructor.grading.worker` is the process; a
`Worker` is the other end, in a thread of a pool or in a worker of a cluster.
"""

import contextlib
import dataclasses
import gc
import json
import os
import resource
import signal
import subprocess
import sys
import warnings
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from instructor.grading.engine import Sandboxes, Task, as_json, failed, grade_one, prepare
from instructor.grading.sandbox import Sandbox, SandboxDied, die_with_parent, memory_in_use

READER_CPU, READER_WALL, READER_MEMORY = 120, 1200, 3 << 29  # seconds, seconds, bytes beyond what a worker has
PATIENCE = 120  # seconds after which a worker is taken for dead, beyond its reader's
TRIES = 2  # of a reader that something else killed: the kernel for want of memory, a person
BROKEN, WHOLE = b"B", b"."  # the last byte of a reader: whether the sandbox still serves


class WorkerDied(RuntimeError):
    """A worker ended or was silent for too long."""


class Worker:
    """The near end of a worker process."""

    def __init__(self):
        self.pipe, theirs = Pipe()
        self.process = subprocess.Popen([sys.executable, "-m", "instructor.grading.worker", str(theirs.fileno())],
                                        pass_fds=[theirs.fileno()], cwd=Path(__file__).parents[2])
        theirs.close()

    def grade(self, task):
        """The result of a task. WorkerDied when the process did."""
        try:
            self.pipe.send_bytes(json.dumps(dataclasses.asdict(task)).encode())
            if not self.pipe.poll(READER_WALL + PATIENCE):
                raise TimeoutError
            return json.loads(self.pipe.recv_bytes())
        except (OSError, EOFError, ValueError) as error:
            self.close()
            raise WorkerDied(f"its worker ended ({type(error).__name__})") from error

    def close(self):
        self.process.kill()
        self.process.wait()
        self.pipe.close()


def reader(task, sandbox, out):
    """In a fork: limit this process, grade a task, write the result."""
    die_with_parent()
    for what, most in ((resource.RLIMIT_AS, memory_in_use() + READER_MEMORY), (resource.RLIMIT_CPU, READER_CPU),
                       (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(what, (most, most))
    sandboxes = Sandboxes(sandbox)
    try:
        result = grade_one(task, sandboxes)
    except (MemoryError, RecursionError) as error:
        result = failed(task, f"reading it needs far more than a notebook of the course does ({type(error).__name__})",
                        again=False)
    except Exception as error:
        result = failed(task, f"grading failed: {type(error).__name__}: {str(error)[:200]}")
    out.send_bytes(as_json(result) + (BROKEN if sandboxes.broken else WHOLE))
    os._exit(0)


def read_in_fork(task, sandbox, tries=TRIES):
    """(result as bytes, whether the sandbox still serves) of a task; a reader killed from outside has a successor."""
    source, out = Pipe(duplex=False)
    if (pid := os.fork()) == 0:
        source.close()
        reader(task, sandbox, out)
    out.close()
    late, data = not source.poll(READER_WALL), b""
    with source, contextlib.suppress(EOFError, OSError):  # it ended early
        data = b"" if late else source.recv_bytes()
    os.kill(pid, signal.SIGKILL) if late else None
    _, status, usage = os.wait4(pid, 0)
    if status == 0 and data[-1:] in (BROKEN, WHOLE):
        return data[:-1], data[-1:] == WHOLE
    spent = usage.ru_utime + usage.ru_stime >= READER_CPU - 1
    if not (late or spent) and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and tries > 1:
        return read_in_fork(task, None, tries - 1)[0], False
    why = (f"reading and judging it took more than {READER_WALL if late else READER_CPU} seconds" if late or spent else
           "the process that read it ended early: it needs far more than a notebook of the course does")
    return as_json(failed(task, why, again=not spent)), False


def main(tasks):
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the affair of whoever gives the tasks
    warnings.simplefilter("ignore")  # what Python says of a student's source, in its words
    sandbox = None
    with contextlib.suppress(EOFError):
        while True:
            task = Task(**json.loads(tasks.recv_bytes()))
            try:
                if sandbox is None:
                    sandbox = Sandbox().__enter__()
                prepare(task)
                gc.freeze()  # a reader's collections leave the pages of what is loaded alone
                result, serves = read_in_fork(task, sandbox)
            except SandboxDied as error:
                result, serves = as_json(failed(task, f"the sandbox did not start: {error}")), False
            except Exception as error:
                why = f"grading failed: {type(error).__name__}: {str(error)[:200]}"
                result, serves = as_json(failed(task, why)), True
            tasks.send_bytes(result)
            if not serves and sandbox is not None:
                sandbox = sandbox.__exit__()


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])))
