"""What the set-up cell of a notebook ends with: one thread for OpenBLAS, and one sentence when a package is missing.

With H = 32, T = 25, B = 200 a gradient took 14 times the CPU time with two threads on a busy machine with two cores,
and a notebook server lends many busy cores: small products only wait for more threads. Where NumPy is loaded already,
or the variable has a value, nothing changes.
"""

import importlib.util
import logging
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # not that it lists the fonts, in a browser
# without ipywidgets pictures stand still, and say what to install (`rnn_helpers.live`)
missing = [name for name in ("numpy", "matplotlib", "tqdm") if importlib.util.find_spec(name) is None]
if missing:
    raise ModuleNotFoundError(f"{', '.join(missing)} cannot be imported by the Python of this notebook, "
                              f"{sys.executable}: run `%pip install {' '.join(missing)}` in a cell, "
                              "then restart the kernel")
