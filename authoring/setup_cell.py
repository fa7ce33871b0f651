"""The one setup cell: eight lines, the same in every notebook, for every platform; folded, and silent when all is well.

It makes `import rnn_helpers` possible. In a copy of the course (JupyterLab, VS Code, Binder) the package is installed
or lies in a folder above; a Jupyter inside the browser installs the wheel that its site carries, with `%pip`, because
its kernel waits for that and because `nbconvert --to script` makes valid Python of it; anywhere else (Colab, Kaggle, a
notebook downloaded alone) the repository's zip is unpacked beside the notebook, where a second run finds it. Nothing
but Python is needed for that, no git either. A repository without an address has nothing to fetch.

What fails names its own cause: no network, a repository that is private or has moved, or (`rnn_helpers/start.py`) a
package that this Python lacks. A folder in which nothing may be written says so itself.
"""

CELL_ID = "setup"

CELL = '''\
# @title Set-up: find the course's package, rnn_helpers{title}
import importlib.util, {modules}pathlib, sys{more}
sys.path += [str(p) for p in pathlib.Path("{folder}").resolve().parents if (p / "rnn_helpers").is_dir()][:1]
if importlib.util.find_spec("rnn_helpers") is None and sys.platform == "emscripten":  # a Jupyter inside the browser
    %pip install -q rnn-helpers
{otherwise}
import rnn_helpers.start  # says which package this Python lacks'''

LOST = "rnn_helpers is neither here nor above: open this notebook in the course's folder notebooks"
UNSTAMPED = CELL.format(title="", modules="", more="", folder="x", otherwise=f'''\
if importlib.util.find_spec("rnn_helpers") is None:  # the notebook was moved away from the course
    raise ModuleNotFoundError("{LOST}")''')
FETCHED = """\
try: importlib.util.find_spec("rnn_helpers") or sys.path.append(zipfile.ZipFile({zip}).extractall() or {put})
except urllib.error.URLError as error: raise ImportError(f"{{{cause}}}: {instead}. {{error}}") from None"""


def source(address):
    """The setup cell's source for a `links.Address`, or for None: a repository that has no address yet."""
    if address is None:
        return UNSTAMPED
    fetched = FETCHED.format(zip=f'io.BytesIO(urllib.request.urlopen("{address.archive}", timeout=60).read())',
                             put=f'os.path.abspath("{address.unpacked}")',
                             instead="open this notebook in a copy of the course",
                             cause=f"'{address.page} is private, or has moved' "
                                   "if hasattr(error, 'code') else 'No network'")
    return CELL.format(title=", or fetch it", modules="io, os, ", more=", urllib.request, zipfile", otherwise=fetched,
                       folder=f"{address.unpacked}/x")
