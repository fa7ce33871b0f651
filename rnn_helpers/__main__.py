"""python -m rnn_helpers: a short self-check, for when something does not work."""

import importlib
import io
import platform
import sys
from pathlib import Path

from rnn_helpers.course import NOTEBOOKS


def version_lines():
    """One line for Python and one for each package that the course uses; says what is missing."""
    yield f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    for name in ("numpy", "matplotlib", "ipywidgets", "tqdm", "IPython", "ipykernel", "jupyterlab"):
        try:
            yield f"{name} {importlib.import_module(name).__version__}"
        except ImportError:
            needed = "only needed for JupyterLab itself" if name == "jupyterlab" else f"install it: pip install {name}"
            yield f"{name} is not installed ({needed})"


def arithmetic():
    """A gradient check: BPTT against central differences."""
    import numpy as np

    from rnn_helpers.gradcheck import check_gradients
    from rnn_helpers.model import RNNModel

    rng = np.random.default_rng(0)
    model, X, Y = RNNModel(2, 3, 1, rng), rng.normal(size=(4, 2, 2)), rng.normal(size=(4, 1, 2))
    _, gradients = model.loss_and_gradients(X, Y)
    worst = max(check_gradients(lambda: model.loss(X, Y), model.params,
                                {n: gradients[n] for n in model.params}).values())
    if worst > 1e-6:
        raise ArithmeticError(f"the gradients have relative error {worst:.1e}, expected below 1e-6")
    return "BPTT agrees with central differences"


def checks():
    """A check of a right answer."""
    import numpy as np

    from rnn_helpers.check import EXERCISES
    from rnn_helpers.check.judge import judge
    from rnn_helpers.check.observe import observe
    from rnn_helpers.check.yardstick import Yardstick

    exercise = EXERCISES["readout"]
    inputs = exercise.inputs(0)
    judgement = judge(Yardstick(exercise, inputs), observe(exercise, lambda h_t, Wy, c: np.matmul(Wy, h_t) + c, inputs))
    if judgement.status != "right":
        raise AssertionError(f"a right answer was judged {judgement.status}")
    return "checks work"


def plots():
    """A figure drawn and saved."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    figure.add_subplot().plot([0, 1])
    FigureCanvasAgg(figure).print_png(image := io.BytesIO())
    return f"plots work ({len(image.getvalue()) // 1000} KB drawn)"


def widgets():
    """One of the course's sliders, moved: its picture is drawn anew."""
    from rnn_helpers.explore.control import Explorer, slider

    def draw(fig, height):
        fig.subplots().plot([0.0, height])
        return f"A line up to {height}."

    line = Explorer(draw, "A line", height=slider("height", 0.0, 1.0, 0.5, 0.0))
    before, line.controls["height"].value = bytes(line.image.value), 0.5
    if line.image.value == before:
        raise AssertionError("a slider was moved and its picture is still the old one")
    return "sliders work (whether your browser shows them: run a notebook)"


def notebooks():
    """Where the notebooks are."""
    for folder in (Path.cwd(), *Path.cwd().parents, Path(__file__).resolve().parents[1]):
        found = [path for name in NOTEBOOKS
                 for path in (folder / "notebooks" / f"{name}.ipynb", folder / f"{name}.ipynb") if path.is_file()]
        if found:
            return f"{len(found)} notebooks in {found[0].parent}"
    raise FileNotFoundError("no notebooks found from here upwards: clone or unpack the course, and start in its folder")


def main():
    """Print the self-check; returns 0 when everything works, 1 otherwise."""
    print(*version_lines(), sep="\n")
    failed = 0
    for part in (arithmetic, checks, plots, widgets, notebooks):
        try:
            print(f"ok      {part()}")
        except Exception as error:
            failed += 1
            print(f"FAILED  {part.__name__}: {type(error).__name__}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
