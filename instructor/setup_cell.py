"""The one setup cell: the same source in every notebook, for every platform.

It makes `import rnn_helpers` possible and prints nothing when all is well. In a clone (JupyterLab, VS Code, Binder) the
package is installed or lies in a parent folder; a Jupyter inside the browser installs the wheel that its site carries;
anywhere else (Colab) the repository is cloned beside the notebook. A second run finds what the first one made.
"""

CELL_ID = "setup"

TEMPLATE = '''\
# Finds the course's package, rnn_helpers, wherever this notebook runs. Prints nothing when all is well.
import importlib.util
import pathlib
import subprocess
import sys

if importlib.util.find_spec("rnn_helpers") is None:
    here = pathlib.Path.cwd()
    clone = here / "{folder}"
    homes = [p for p in (here, *here.parents, clone) if (p / "rnn_helpers" / "__init__.py").is_file()]
    if not homes and sys.platform == "emscripten":  # a Jupyter that runs inside the browser
        import piplite
        await piplite.install("rnn-helpers")
    elif not homes:  # Colab: fetch the course
        url = "https://github.com/{repository}"
        try:
            subprocess.run(["git", "clone", "--quiet", "--depth", "1", url, clone], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            raise ModuleNotFoundError(f"The folder rnn_helpers is not here and {{url}} does not answer. Download the "
                                      "course from there and open this notebook in its folder notebooks.") from None
        homes = [clone]
    sys.path[:0] = [str(p) for p in homes[:1]]
'''


def source(repository):
    """The setup cell's source for a repository "owner/name"."""
    return TEMPLATE.format(repository=repository, folder=repository.split("/")[1]).rstrip("\n")
