"""Where results are shown: on a page (a notebook), or in a terminal."""

import sys

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # the output type of a live widget


def shell():
    """The IPython that runs this code, or None; IPython is not imported for it."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def on_page():
    """Whether results are shown on a page: an IPython that is a kernel, in a process or in a browser."""
    return hasattr(shell(), "kernel")
