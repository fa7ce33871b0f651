"""The one setup cell: eight lines, the same in every notebook, for every platform; folded, and silent when all is well.

It makes `import rnn_helpers` possible. In a copy of the course (JupyterLab, VS Code, Binder) the package is installed
or lies in a folder above; a Jupyter inside the browser installs the wheel that its site carries; anywhere else (Colab,
a notebook downloaded alone) the repository's zip is unpacked beside the notebook, where a second run finds it. Nothing
but Python is needed for that, and what fails names its own cause: the comment in the line says what the error means. A
repository without an address has nothing to fetch, and its cell says where to open the notebook.

It also asks OpenBLAS for one thread: with H = 32, T = 25, B = 200 a gradient took 14 times the CPU time with two
threads on a busy machine with two cores, and a notebook server lends many busy cores. Where NumPy is loaded already,
nothing happens.
"""

CELL_ID = "setup"

CELL = '''\
# @title Set-up: find the course's package, rnn_helpers{title}
import importlib.util, os, pathlib, sys{modules}
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy loads: small products only wait for more threads
sys.path += [str(p) for p in pathlib.Path("{folder}").resolve().parents if (p / "rnn_helpers").is_dir()][:1]
if importlib.util.find_spec("rnn_helpers") is None and sys.platform == "emscripten":  # a Jupyter inside the browser
    await __import__("piplite").install("rnn-helpers")
elif importlib.util.find_spec("rnn_helpers") is None:  # {meaning}
    {otherwise}'''

LOST = "rnn_helpers is not here nor above: open this notebook in the course's folder notebooks"
UNSTAMPED = CELL.format(title="", modules="", folder="x", meaning="the notebook was moved away from the course",
                        otherwise=f'raise ModuleNotFoundError("{LOST}")')


def source(address):
    """The setup cell's source for a `links.Address`, or for None: a repository that has no address yet."""
    if address is None:
        return UNSTAMPED
    name = address.repository.partition("/")[2]
    folder = f"{name}-{address.branch.replace('/', '-')}"  # what GitHub calls it in its zip
    fetched = f'io.BytesIO(urllib.request.urlopen("{address.archive}").read())'
    return CELL.format(title=", or fetch it", modules=", io, urllib.request, zipfile", folder=f"{folder}/x",
                       meaning="alone, as in Colab. URLError: no network; 404: the course is not public",
                       otherwise=f"sys.path.append(zipfile.ZipFile({fetched}).extractall() "
                                 f'or os.path.abspath("{folder}"))')
