"""What a committed notebook keeps: nothing that differs between two runs or two machines.

Widgets leave their static parts (picture, HTML, text), progress bars leave nothing, pictures keep their pixels and the
name of the matplotlib that drew them.
"""

import base64
import io
import re

from nbformat import NotebookNode
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from rnn_helpers.page import WIDGET_VIEW

STATIC = ("image/png", "image/jpeg", "image/svg+xml", "text/html", "text/markdown", "text/latex")
CELL_METADATA = ("deletable", "editable", "nbgrader", "slideshow", "tags")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python",
                      "nbconvert_exporter": "python", "pygments_lexer": "ipython3"},
}
PNG = re.compile(r'(?<=src="data:image/png;base64,)[^"]+')  # of an <img>, as `style.image` writes it
_PROGRESS = re.compile(r"\d+%\|.*\|\s*\d+/\d+ \[|^\s*\d+it \[")


def outputs(found, pictures=True):
    """The outputs of a cell as they are stored; also what a re-run is compared as (its `pictures` as they come)."""
    kept = []
    for output in found:
        output = NotebookNode(output)
        if output.output_type == "stream":
            lines = [line.rsplit("\r", 1)[-1] if "\r" in line.rstrip("\r\n") else line
                     for line in output.text.splitlines(True)]
            text = "".join(line for line in lines if not _PROGRESS.search(line))
            if not text or (output.name == "stderr" and not text.strip()):
                continue
            if kept and kept[-1].output_type == "stream" and kept[-1].name == output.name:
                kept[-1].text += text
                continue
            output.text = text
        elif "data" in output:
            output.data = NotebookNode(output.data)
            is_widget = output.data.pop(WIDGET_VIEW, None) is not None
            if not any(output.data.values()) or (is_widget and not any(kind in output.data for kind in STATIC)):
                # a widget's view alone, or a display that was emptied: a bar that ran for more than two seconds
                continue
            if _PROGRESS.search(output.data.get("text/plain", "")) and len(output.data) == 1:
                continue
            if pictures and "text/html" in output.data:
                output.data["text/html"] = PNG.sub(lambda found: png(found[0]), output.data["text/html"])
            output.metadata = NotebookNode({kind: value for kind, value in output.get("metadata", {}).items()
                                            if kind in output.data})
        kept.append(output)
    return kept


def png(encoded):
    """A PNG in base64, encoded anew, small: the same pixels always give the same bytes."""
    image = Image.open(io.BytesIO(base64.b64decode(encoded)))
    info = PngInfo()
    if "Software" in image.info:
        info.add_text("Software", image.info["Software"])
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True, pnginfo=info)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def waits(cell):
    """Whether a cell's result waits for a guess."""
    return cell.cell_type == "code" and re.search(r"^with after_guess\(", cell.source, re.MULTILINE)


def folds(cell, learners):
    """How a cell's parts are folded when a notebook is opened: the code under a `# @title`, as in Colab; in a learner's
    notebook also what waits for a guess, until the cell is run."""
    titled = cell.source.startswith("# @title ")
    jupyter = {"source_hidden": True} if titled else {}
    if learners and waits(cell):
        jupyter["outputs_hidden"] = True
    return {**({"cellView": "form"} if titled else {}), **({"jupyter": NotebookNode(jupyter)} if jupyter else {})}


def notebook(nb, learners=False):
    """Normalise a notebook in place: metadata, counts, outputs. `learners`: whether it is the learners' track."""
    nb.nbformat, nb.nbformat_minor = 4, 5
    nb.metadata = NotebookNode({key: NotebookNode(value) for key, value in METADATA.items()})
    count = 0
    for cell in nb.cells:
        cell.metadata = NotebookNode({k: cell.metadata[k] for k in CELL_METADATA if k in cell.metadata})
        cell.source = cell.source.rstrip()
        cell.pop("attachments", None) if not cell.get("attachments") else None
        if cell.cell_type == "code":
            cell.metadata.update(folds(cell, learners))
            if cell.execution_count is not None:
                count += 1
                cell.execution_count = count
            cell.outputs = outputs(cell.outputs)
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = cell.execution_count
    return nb
