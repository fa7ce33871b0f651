"""How long a learner's function may run and how much memory it may take, and how it is stopped."""

import contextlib
import ctypes
import gc
import signal
import sys
import threading
import time

TIME_LIMIT = 5.0  # seconds for all cases of a check together
MEMORY_LIMIT = 2 << 30  # bytes that a check may take beyond what the process has
DEEPEST = 400  # calls within calls in a browser, where what calls itself through C ends Python from about 650 on
REPEAT, STORM = 0.1, 1e-4  # seconds between two calls to stop: the first ten, then those to code that catches them all

_entrances, _ours = set(), {__file__}  # code below which a learner's runs; files of ours in which nothing is stopped


class TimeUp(BaseException):
    """Raised in the learner's code when its time is over; no Exception, so that `except Exception` lets it pass."""


def entrance(function):
    """Marks a function of ours as one that runs a learner's code: what it calls may be stopped, it itself is not."""
    _entrances.add(function.__code__)
    return shelter(function)


def shelter(function):
    """Marks the file of a function as ours: nothing in it is stopped in the middle."""
    _ours.add(function.__code__.co_filename)
    return function


def may_stop(frame):
    """Whether TimeUp may be raised in a frame: in what the learner's code does, not in what runs it and cleans up, nor
    in what others hang on garbage collection, where Python prints what is raised and goes on."""
    ours, on_collection = frame, {getattr(callback, "__code__", None) for callback in gc.callbacks}
    while ours and ours.f_code.co_filename not in _ours:
        if ours.f_code in on_collection:
            return False
        ours = ours.f_back
    return bool(ours) and ours is not frame and ours.f_code in _entrances


@contextlib.contextmanager
def limited(seconds=None, computing=False):
    """Stop the block by TimeUp after `seconds` (None: TIME_LIMIT), by MemoryError beyond MEMORY_LIMIT bytes, where
    Python can. computing : whether only the time counts in which this process computes, where there are signals."""
    with memory_limit(MEMORY_LIMIT), depth_limit(), time_limit(seconds or TIME_LIMIT, computing):
        yield


def alarm(seconds):
    """A function that says whether the time is over: after `seconds` of the clock, or, where this process computes but
    has to share the processor, once it has computed for as long or the clock has run five times as far."""
    start, computed_before = time.monotonic(), time.process_time()

    def over():
        passed, computed = time.monotonic() - start, time.process_time() - computed_before
        starved = passed / 10 < computed < 0.9 * seconds and passed < 5 * seconds
        return passed >= seconds and not starved

    return over


def time_limit(seconds, computing=False):
    """Stop a `with` block with TimeUp after `seconds`, by the means that there are: this is the place to add another.

    Repeats, for a bare `except:` in a loop swallows it: every tenth of a second, then so fast that one arrives where no
    `try` stands. In Python 3.10 there is none for a loop that is one `try` and catches everything: there Python looks
    for signals inside the `try` only. In a browser it waits for the end of what NumPy is doing.
    """
    if sys.platform == "emscripten":  # a Python in the browser has neither threads nor signals
        return by_monitoring(seconds)
    if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        return by_signal(seconds, computing)
    return by_thread(seconds)


def briefly(seconds):
    """A shorter limit within another one, of the time in which this process computes; none where there are no signals.
    """
    if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        return by_signal(seconds, True, (signal.ITIMER_VIRTUAL, signal.SIGVTALRM))
    return contextlib.nullcontext()


@contextlib.contextmanager
def by_signal(seconds, computing=False, means=None):
    """By a signal, on the main thread. computing : whether only the time counts in which this process computes; means :
    another timer and its signal."""
    clock = (signal.ITIMER_PROF, signal.SIGPROF) if computing else (signal.ITIMER_REAL, signal.SIGALRM)
    timer, number = means or clock
    active, calls, over = True, 0, alarm(seconds)

    def time_up(signum, frame):
        nonlocal calls
        if not (computing or over()):
            return
        calls += 1
        if calls == 10 and active:
            signal.setitimer(timer, STORM, STORM)
        if active and may_stop(frame):
            raise TimeUp

    before = signal.signal(number, time_up)
    signal.setitimer(timer, seconds, REPEAT)
    try:
        yield
    finally:
        active = False
        signal.setitimer(timer, 0)
        signal.signal(number, before)


@contextlib.contextmanager
def by_thread(seconds):
    """From a watching thread, on any thread."""
    ident = ctypes.c_ulong(threading.get_ident())
    active = watching = True  # flags, no locks: TimeUp inside one would keep it shut

    def watch():
        nonlocal watching
        over, calls = alarm(seconds), 0
        while active:
            time.sleep(0.02 if not calls else REPEAT if calls < 10 else STORM)
            if not over():
                continue
            calls += 1
            if active and may_stop(sys._current_frames().get(ident.value)):
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(TimeUp))
        watching = False

    try:
        threading.Thread(target=watch, daemon=True).start()
    except RuntimeError:  # a Python that cannot start threads
        watching = False
    try:
        yield
    finally:
        ended = False
        while not ended:
            with contextlib.suppress(TimeUp):
                active = False
                while watching:
                    time.sleep(0.001)
                for _ in range(3):  # one that has not arrived yet arrives here
                    pass
                ended = True


@contextlib.contextmanager
def by_monitoring(seconds, tool=4, every=16):
    """By `sys.monitoring` (Python 3.12): a look at the clock at every 16th jump and call, and once late at each."""
    watch, events = sys.monitoring, (sys.monitoring.events.JUMP, sys.monitoring.events.PY_START)
    stop_at, seen, late = time.monotonic() + seconds, 0, False

    def look(code, *where):
        nonlocal seen, late
        if code.co_filename in _ours:
            return watch.DISABLE
        seen += 1
        late = late or (seen % every == 0 and time.monotonic() >= stop_at)
        if late and may_stop(sys._getframe(1)):
            raise TimeUp

    watch.use_tool_id(tool, "time limit")
    try:
        watch.restart_events()
        for event in events:
            watch.register_callback(tool, event, look)
        watch.set_events(tool, sum(events))
        yield
    finally:
        watch.set_events(tool, 0)
        watch.free_tool_id(tool)


@contextlib.contextmanager
def depth_limit():
    """RecursionError in the block from DEEPEST on, in a browser."""
    before = sys.getrecursionlimit()
    if sys.platform == "emscripten":
        sys.setrecursionlimit(min(before, DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@contextlib.contextmanager
def memory_limit(extra):
    """MemoryError in the block for what takes more than `extra` bytes of address space; none without a /proc."""
    try:
        import resource

        with open("/proc/self/statm") as sizes:
            taken = int(sizes.read().split()[0]) * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    except (ImportError, OSError):
        yield
        return
    tighter = [limit for limit in (taken + extra, soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(tighter), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
