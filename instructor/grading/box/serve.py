"""Defines a submission's functions and observes one of them; runs in a process that is limited and filtered already."""

import builtins
import contextlib
import importlib.abc
import importlib.util
import linecache
import marshal
import sys

from .wire import observed_out


class Slice(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the course's modules from memory: name -> (is a package, marshalled code)."""

    def __init__(self, modules):
        self.modules = modules

    def find_spec(self, name, path=None, target=None):
        if name not in self.modules:
            return None
        is_package = self.modules[name][0]
        spec = importlib.util.spec_from_loader(name, self, is_package=is_package)
        spec.origin = "/course/" + name.replace(".", "/") + ("/__init__.py" if is_package else ".py")
        spec.has_location = True
        return spec

    def exec_module(self, module):
        exec(marshal.loads(self.modules[module.__name__][1]), module.__dict__)


class Shell:
    """Stands for IPython and its modules, which are not here: whatever is asked of it, nothing happens."""

    def __getattr__(self, name):
        return lambda *args, **kwargs: [] if name == "getoutput" else None


def define(codes, namespace):
    """Execute statements, marshalled code, one by one; what raises is passed over."""
    for code in codes:
        with contextlib.suppress(Exception):
            waiting = eval(marshal.loads(code), namespace)
            while waiting:  # of a cell that awaits: without a loop of events, what only steps aside
                waiting.send(None)


def serve(request):
    """Observe one function of a submission.

    request : dict with modules (a slice of the course), texts (cell name -> source), run (codes of the statements),
        then (of those further down, where the first leave something open), used (names that the function rests on),
        function (its name), whole (whether these are all cells), inputs (the fixture), seconds (of processor time for
        the exercise), entry (the module that runs it)
    Returns a dict with "observed", or with "missing": "undefined"; and "unresolved": whether the rest of the notebook
        may help
    """
    sys.meta_path.insert(0, Slice(request["modules"]))
    sys.modules["IPython"] = shell = Shell()
    shell.display = sys.modules["IPython.display"] = Shell()
    for name, source in request["texts"].items():
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    function, whole = request["function"], request["whole"]
    namespace = {"__name__": "__main__", "__builtins__": builtins, "get_ipython": Shell,
                 "display": lambda *args, **kwargs: None}

    def unresolved():
        return bool(request["used"] - namespace.keys() - vars(builtins).keys())

    define(request["run"], namespace)
    if not callable(namespace.get(function)) or unresolved():
        define(request["then"], namespace)
    if not callable(namespace.get(function)):
        return {"missing": "undefined", "unresolved": not whole}
    run = importlib.import_module(request["entry"]).run
    observed = observed_out(run(namespace[function], request["inputs"], request["seconds"]))
    return {"observed": observed, "unresolved": not whole and unresolved()}
