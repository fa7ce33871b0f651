"""The one setup cell: the same source in every notebook, for every platform.

It makes `import rnn_helpers` possible and prints nothing when all is well. In a clone (JupyterLab, VS Code, Binder) the
package is installed or lies in a parent folder; a Jupyter inside the browser installs the wheel that its site carries;
anywhere else (Colab, a notebook downloaded alone) the repository is cloned beside the notebook. A second run finds what
the first one made, and two at once do not meet: each clones under a name of its own and then renames. A repository
without an address yet has nothing to clone, and its cell says where to put the notebook.

It also asks OpenBLAS for one thread: with H = 32, T = 25, B = 200 a gradient took 14 times the CPU time with two threads on a
busy machine with two cores, and a notebook server lends many busy cores. Where NumPy is loaded already, nothing happens.
"""

CELL_ID = "setup"

HEAD = '''\
# Finds the course's package, rnn_helpers, wherever this notebook runs. Prints nothing when all is well.
{imports}

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy loads: this course's small products only wait for threads
if importlib.util.find_spec("rnn_helpers") is None:
    here = pathlib.Path.cwd()
'''

STAMPED = HEAD.format(imports="import importlib.util\nimport os\nimport pathlib\nimport shutil\nimport subprocess\nimport sys") + '''\
    clone, url = here / "{folder}", "{page}"
    homes = [p for p in (here, *here.parents, clone) if (p / "rnn_helpers" / "__init__.py").is_file()]
    if not homes and sys.platform == "emscripten":  # a Jupyter that runs inside the browser
        import piplite
        await piplite.install("rnn-helpers")
    elif not homes:  # Colab, or a notebook downloaded alone: fetch the course
        part = here / f".{{clone.name}}-{{os.getpid()}}"
        git = ["git", "clone", "--quiet", "--depth=1", "--branch={branch}", url, part]
        try:
            subprocess.run(git, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
            part.rename(clone)
        except (OSError, subprocess.SubprocessError) as error:
            shutil.rmtree(part, ignore_errors=True)
            if not (clone / "rnn_helpers").is_dir():  # else the same notebook in another tab was faster
                why = (getattr(error, "stderr", None) or str(error).encode()).decode().strip()
                raise ModuleNotFoundError(f"The folder rnn_helpers is not in {{here}} nor above it, and git could not fetch {{url}} "
                                          f"({{why}}). With a network, run this cell again. Without: download the course from there "
                                          "while you have one, and open this notebook in its folder notebooks.") from None
        homes = [clone]
    sys.path[:0] = [str(p) for p in homes[:1]]
'''

UNSTAMPED = HEAD.format(imports="import importlib.util\nimport os\nimport pathlib\nimport sys") + '''\
    homes = [p for p in (here, *here.parents) if (p / "rnn_helpers" / "__init__.py").is_file()]
    if not homes and sys.platform == "emscripten":  # a Jupyter that runs inside the browser
        import piplite
        await piplite.install("rnn-helpers")
    elif not homes:
        raise ModuleNotFoundError(f"The folder rnn_helpers is not in {here} nor above it. Open this notebook in the course's "
                                  "folder notebooks, as you got it.")
    sys.path[:0] = [str(p) for p in homes[:1]]
'''


def source(address):
    """The setup cell's source for a `links.Address`, or for None: a repository that has no address yet."""
    if address is None:
        return UNSTAMPED.rstrip("\n")
    return STAMPED.format(folder=address.repository.replace("/", "-"), page=address.page, branch=address.branch).rstrip("\n")
