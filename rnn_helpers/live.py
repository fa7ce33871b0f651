"""Widgets, and what stands in their place on a page without a kernel, the next day, and without ipywidgets.

Two outputs are shown: the live widgets, and a still picture of them with a line that says how to bring it to life. The
widgets carry a style that hides the still, so that a page shows one of the two, whichever front end it is.
"""

import re

from IPython.display import display

from rnn_helpers.page import WIDGET_VIEW

try:
    import ipywidgets as widgets
except ImportError:
    widgets = None

INSTALL = "run %pip install ipywidgets, then restart the kernel and run all cells"
# Hides what JupyterLab, Notebook and nbclassic write in place of widgets that are not there, where a still follows.
_HIDE_ERROR = """<style>
.jp-OutputArea-child:has(+ * .course-still) > .jp-OutputArea-output:not(:has(*)),
.output_area:has(+ * .course-still) > .jupyter-widgets-view:not(:has(*)){display:none}
</style>"""


def show(box, still, text, name, to="move it"):
    """Show live widgets, and the still where they are not alive.

    box : VBox, or None without ipywidgets; it gets one more child, unseen
    still : HTML
    text : the still in words, for a terminal and for a page that is rendered without HTML
    name : tells this still from the others of a notebook
    to : what running the cell lets one do
    """
    name = "still-" + re.sub(r"\W+", "-", name).strip("-").lower()
    says = f"Run this cell to {to}." if box else f"To {to}: {INSTALL}."
    if box:
        unseen = widgets.HTML(f"<style>.{name}{{display:none}}</style>", layout={"display": "none"})
        box.children = (*box.children, unseen)
        view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
        # the empty text is what VS Code falls back on without the kernel; without it, it says what it cannot render
        display({WIDGET_VIEW: view, "text/plain": ""}, raw=True)
    line = f'<p class="course-still-line"><em>{says}</em></p>'
    html = f'<div class="course-still {name}">{_HIDE_ERROR}{still}{line}</div>'
    display({"text/html": html, "text/plain": text}, raw=True)
