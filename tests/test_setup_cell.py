"""The setup cell in real kernels: wherever a notebook lies, and with nobody at the other end of the network.

Kernels start without the package that this environment has installed.
"""

import ast
import http.server
import io
import os
import sys
import threading
import zipfile
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from authoring import links, setup_cell
from instructor.grading.rebuild import python_of

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = links.Address("ada/rnn-course", "spring")
BARE = ("import sys; sys.meta_path[:] = [f for f in sys.meta_path if 'editable' not in repr(f).lower()]; "
        f"sys.path[:] = [p for p in sys.path if p != {str(ROOT)!r}]; "
        "from ipykernel import kernelapp; kernelapp.launch_new_instance()")
START = (ROOT / "rnn_helpers" / "start.py").read_text()
WHERE = "import rnn_helpers\nprint(rnn_helpers.__file__)"


def run(folder, source, before=()):
    """The setup cell, twice, in a kernel that starts in `folder`; returns what the cells print, or the error's text."""
    cells = [nbformat.v4.new_code_cell(text) for text in (*before, source, source, WHERE)]
    manager = KernelManager(kernel_name="python3")
    argv = [sys.executable, "-Xfrozen_modules=off", "-c", BARE, "-f", "{connection_file}"]
    manager._kernel_spec = KernelSpec(argv=argv)
    nb = nbformat.v4.new_notebook(cells=cells)
    env = dict(os.environ)
    env.pop("PYTHONPATH", None)
    env.pop("OPENBLAS_NUM_THREADS", None)
    try:
        NotebookClient(nb, km=manager, timeout=120, resources={"metadata": {"path": str(folder)}}).execute(env=env)
    except CellExecutionError as error:
        return f"{error.ename}: {error.evalue}"
    finally:
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)
    return "".join(output.text for cell in nb.cells for output in cell.outputs)


def package(folder):
    (folder / "rnn_helpers").mkdir(parents=True)
    (folder / "rnn_helpers" / "__init__.py").write_text("")
    (folder / "rnn_helpers" / "start.py").write_text(START)
    return folder


@pytest.fixture
def origin(tmp_path_factory):
    """The stamped cell's source, with a zip of the branch `spring` on this machine for GitHub's; the requests."""
    asked = []

    class Zips(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            if not self.path.endswith("/ada/rnn-course/archive/refs/heads/spring.zip"):
                return self.send_error(404)
            file = io.BytesIO()
            with zipfile.ZipFile(file, "w") as bundle:
                bundle.writestr("rnn-course-spring/rnn_helpers/__init__.py", "")
                bundle.writestr("rnn-course-spring/rnn_helpers/start.py", START)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(file.getvalue())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Zips)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_port}"
    yield (lambda to: setup_cell.source(to).replace("https://github.com", here)), asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("address", [ADDRESS, None], ids=["stamped", "without an address"])
def test_it_is_folded_and_at_most_eight_lines(address):
    source = setup_cell.source(address)
    assert source.startswith("# @title ") and len(source.splitlines()) <= 8


@pytest.mark.parametrize("address", [ADDRESS, None], ids=["stamped", "without an address"])
def test_in_any_folder_of_the_course_the_package_is_found(tmp_path, address):
    inner = package(tmp_path) / "notebooks" / "mine" / "deeper"
    inner.mkdir(parents=True)
    assert run(inner, setup_cell.source(address)) == f"{tmp_path / 'rnn_helpers' / '__init__.py'}\n"
    assert not list(inner.iterdir())


def test_alone_the_course_is_fetched_once_from_its_own_branch(tmp_path, origin):
    """As in Colab: downloaded alone, moved, or run from another folder. Once fetched, no network is needed."""
    source, asked = origin
    expected = f"{tmp_path / 'rnn-course-spring' / 'rnn_helpers' / '__init__.py'}\n"
    assert run(tmp_path, source(ADDRESS)) == expected
    assert [path.name for path in tmp_path.iterdir()] == ["rnn-course-spring"] and len(asked) == 1
    assert run(tmp_path, source(ADDRESS)) == expected and len(asked) == 1


def test_opened_twice_at_once_both_find_it(tmp_path, origin):
    said = []
    tabs = [threading.Thread(target=lambda: said.append(run(tmp_path, origin[0](ADDRESS)))) for _ in range(2)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert said == [f"{tmp_path / 'rnn-course-spring' / 'rnn_helpers' / '__init__.py'}\n"] * 2


def test_each_cause_is_named_a_private_course_no_network_a_folder_that_is_read_only(tmp_path, origin):
    said = run(tmp_path, origin[0](links.Address("ada/private")))
    assert said.startswith("ImportError: http") and "/ada/private is private, or has moved: open this" in said
    assert said.endswith("HTTP Error 404: Not Found")
    nobody = setup_cell.source(ADDRESS).replace("https://github.com", "http://nobody.invalid")
    said = run(tmp_path, nobody)
    assert said.startswith("ImportError: No network: open this notebook in a copy of the course. <urlopen error [Errno")
    assert not list(tmp_path.iterdir())
    (tmp_path / "rnn-course-spring").write_text("a file where the folder would be")
    assert "rnn-course-spring" in run(tmp_path, origin[0](ADDRESS))


@pytest.mark.parametrize("lacks", [["matplotlib"], ["numpy", "tqdm"]])
def test_packages_that_this_python_lacks_are_named_with_what_to_do(tmp_path, lacks):
    hide = ("import sys; from importlib.machinery import PathFinder; find = PathFinder.find_spec\n"
            f"PathFinder.find_spec = lambda name, *more: None if name in {lacks} else find(name, *more)")
    said = run(package(tmp_path), setup_cell.source(None), before=[hide])
    assert said == (f"ModuleNotFoundError: {', '.join(lacks)} cannot be imported by the Python of this notebook, "
                    f"{sys.executable}: run `%pip install {' '.join(lacks)}` in a cell, then restart the kernel")


def test_without_an_address_it_says_where_to_put_the_notebook(tmp_path):
    said = run(tmp_path, setup_cell.source(None))
    assert said == ("ModuleNotFoundError: rnn_helpers is neither here nor above: "
                    "open this notebook in the course's folder notebooks")


def test_one_thread_where_nothing_else_is_said_and_nothing_where_numpy_is_loaded(tmp_path):
    source, ask = setup_cell.source(None), "import os; print(os.environ['OPENBLAS_NUM_THREADS'])\n"
    package(tmp_path)
    assert run(tmp_path, source + "\n" + ask).startswith("1\n1\n")
    loaded = "import os, numpy; os.environ['OPENBLAS_NUM_THREADS'] = '2'"
    assert run(tmp_path, source + "\n" + ask, before=[loaded]).startswith("2\n2\n")


@pytest.mark.parametrize("address", [ADDRESS, None], ids=["stamped", "without an address"])
def test_outside_a_browser_it_installs_nothing_and_as_a_script_it_is_python(address):
    """`nbconvert --to script` writes a magic as a call, which only a browser's Jupyter reaches."""
    source = setup_cell.source(address)
    at = [i for i, line in enumerate(source.splitlines()) if "%" in line]
    assert len(at) == 1 and 'sys.platform == "emscripten"' in source.splitlines()[at[0] - 1]
    compile(TransformerManager().transform_cell(source), "script", "exec")
    assert [node.name for node in ast.parse(python_of(source + "\ndef f(): pass")).body[-1:]] == ["f"]
