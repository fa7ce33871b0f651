"""python -m rnn_helpers: a short self-check, for when something does not work.

    python -m rnn_helpers notebooks FOLDER    copies the notebooks into a folder; what is there already stays
"""

import importlib
import io
import platform
import sys
from pathlib import Path

from rnn_helpers import __version__, atomic
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
    raise FileNotFoundError("no notebooks found in this folder or above it: clone or unpack the course, and start in "
                            "its folder, or run `python -m rnn_helpers notebooks FOLDER`")


def unpack(folder):
    """Copy the notebooks of the wheel, or of the repository, into `folder`; a file of a learner's is never replaced."""
    inside = Path(__file__).parent / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((inside if inside.is_dir() else Path(__file__).parents[1] / "notebooks").glob("*.ipynb")):
        target, new = folder / path.name, path.read_bytes()
        if target.exists() and target.read_bytes() != new:
            target = folder / f"{path.stem}-{__version__}.ipynb"
            print(f"{path.name} is there and stays as it is; the notebook of version {__version__} is {target.name}")
        if not target.exists():
            atomic.write(target, new)
    print(f"{len(list(folder.glob('*.ipynb')))} notebooks in {folder}. To open them: jupyter lab {folder}")
    return 0


def main(arguments=()):
    """Print the self-check; returns 0 when everything works, 1 otherwise. With arguments: copy the notebooks."""
    if arguments:
        if len(arguments) == 2 and arguments[0] == "notebooks":
            return unpack(Path(arguments[1]))
        print(__doc__.strip(), file=sys.stderr)
        return 2
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
    sys.exit(main(sys.argv[1:]))
