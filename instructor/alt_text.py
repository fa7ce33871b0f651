"""Words for every figure of a notebook, kept in the output's metadata as `alt`: nbconvert and the site read them there.

`instructor.notebooks` loads this into the kernel (`%load_ext`). What a function of `rnn_helpers.plots` returns is the picture in
words; axes that were drawn by hand are described by their title, labels and lines.
"""

import functools
import importlib
import inspect
import pkgutil
import weakref

import numpy as np

_said = weakref.WeakKeyDictionary()  # axes -> what the plot functions said of them, in order
_depth = 0


def _listening(function):
    """The same function; what it returns about its first argument, an axes, is kept."""
    @functools.wraps(function)
    def call(ax, *args, **kwargs):
        global _depth
        _depth += 1
        try:
            words = function(ax, *args, **kwargs)
        finally:
            _depth -= 1
        if _depth == 0 and isinstance(words, str):  # a plot function inside another says nothing new
            _said.setdefault(ax, []).append(words.strip())
        return words
    return call


def of_axes(ax):
    """One axes in words, "" for a colour bar."""
    if ax.get_label() == "<colorbar>":
        return ""
    title = " ".join(" ".join(ax.get_title(loc=place) for place in ("left", "center", "right")).split())
    words = list(_said.get(ax, ())) or [_by_hand(ax)]
    body = " ".join(word for word in words if word)
    return body if not title or body.startswith(title) else f"{title}. {body}".strip()


def _by_hand(ax):
    parts = [f"{label} against {ax.get_xlabel() or 'x'}" for label in [ax.get_ylabel()] if label]
    for line in ax.get_lines():
        y = np.asarray(line.get_ydata(), float)
        y = y[np.isfinite(y)]
        if not line.get_label().startswith("_") and y.size:
            parts.append(f"{line.get_label()}: from {y[0]:.3g} to {y[-1]:.3g}, between {y.min():.3g} and {y.max():.3g}")
    return "; ".join(parts) + "." if parts else ""


def of_figure(figure):
    """A figure in words, its panels from left to right and top to bottom."""
    panels = [words for ax in figure.axes if (words := of_axes(ax))]
    if len(panels) > 1:
        panels = [f"Panel {n}: {words}" for n, words in enumerate(panels, 1)]
    return " ".join(panels)


def load_ipython_extension(shell):
    """Make the kernel's figures carry their words."""
    from matplotlib_inline import backend_inline

    from rnn_helpers import plots

    for info in pkgutil.iter_modules(plots.__path__, f"{plots.__name__}."):
        module = importlib.import_module(info.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters), "")
            if first == "ax" and function.__module__ == info.name and not name.startswith("_"):
                setattr(module, name, _listening(function))
    metadata_of = backend_inline._fetch_figure_metadata
    backend_inline._fetch_figure_metadata = lambda figure: {**(metadata_of(figure) or {}), "image/png": {"alt": of_figure(figure)}}
