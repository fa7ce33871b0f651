"""Every figure of a built notebook carries true words."""

import pytest

from instructor import notebooks
from tests.instructor.small import TITLE, notebook

FIGURES = notebook(
    TITLE,
    ("plots", "import matplotlib.pyplot as plt\nfrom rnn_helpers.plots import learning, style\nfig, (left, right) = plt.subplots(1, 2)\n"
              "learning.loss_curves(left, {'loss': ([8.0, 2.0, 4.0], style.line('loss'))}, title='It falls')\n"
              "right.plot([3, 1, 2], label='by hand')\nright.set(xlabel='step', ylabel='norm')\nright.set_title('Drawn here')\nplt.show()"),
    ("bar", "fig, ax = plt.subplots()\nfig.colorbar(ax.imshow([[0, 1]]))\nax.set_title('A map')\nplt.show()"),
)


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    done = notebooks.normalise.notebook(notebooks.execute(FIGURES, folder))
    return {cell.id: cell.outputs for cell in done.cells if cell.cell_type == "code"}


def words(outputs):
    output, = outputs
    return output.metadata["image/png"]["alt"]


def test_what_a_plot_function_says_and_what_was_drawn_by_hand(cells):
    said = words(cells["plots"])
    assert said.startswith("Panel 1: It falls. ") and "loss goes from 8 to 4, lowest 2 at 1" in said
    assert "Panel 2: Drawn here. norm against step; by hand: from 3 to 2, between 1 and 3." in said


def test_a_colour_bar_is_no_panel(cells):
    assert words(cells["bar"]) == "A map."


@pytest.mark.parametrize("path", notebooks.tracks(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_stored_figure_carries_words(path):
    silent = [cell.id for cell in notebooks.read(path).cells for output in cell.get("outputs", [])
              if "image/png" in output.get("data", {}) and len(output.metadata.get("image/png", {}).get("alt", "")) < 15]
    assert silent == [], "run make notebooks"
