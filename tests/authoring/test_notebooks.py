"""The build on small notebooks: the same bytes twice, static parts kept, learners' notebooks as nbgrader makes them."""

import base64
import collections
import io
import json
import os
import re
import subprocess
import sys
import zlib
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from PIL import Image

from authoring import ROOT, files, links, matrix, normalise, notebooks, setup_cell
from tests.authoring.small import TITLE, course, notebook

SMALL = notebook(
    TITLE,
    ("figure",
     "import matplotlib.pyplot as plt\nfrom rnn_helpers.plots import style\n"
     "fig, ax = plt.subplots(figsize=(4, 2), dpi=75)\nax.plot([1, 2, 4])\nax.set_ylim(0, 5)\n"
     "style.show(fig, 'A line.')"),
    ("play",
     "from rnn_helpers.explore import explore, slider\n\ndef draw(fig, slope):\n    fig.subplots().plot([0, slope])\n"
     "    return 'A line.'\n\nexplore(draw, 'A line', slope=slider('slope', 0.0, 2.0, 0.1, 1.0))"),
    ("bar", "from tqdm.auto import tqdm\nfor i in tqdm(range(3)):\n    print(i)"),
    ("text-bar", "from tqdm import tqdm as bar\nfor n in bar(range(3)):\n    pass"),
    ("ex", "def double(x):\n    '''Twice x.'''\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
     {"solution": True, "grade_id": "double"}),
    ("used",
     "def tried(f):\n    try:\n        return f(1)\n    except NotImplementedError:\n        return 'not yet'\n\n"
     "tried(double)"),
    ("answer", "# Because.", {"solution": True, "grade": True, "points": 2, "grade_id": "why"}),
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = course(tmp_path_factory.mktemp("course"), small=SMALL)
    for learners in (False, True):
        path, nb, found, _ = notebooks.build_track("small", learners, root)
        assert found == []
        files.write(path, nb)
    return root


@pytest.fixture
def solved(built):
    return {cell.id: cell for cell in files.read(files.solution_path("small", built)).cells}


@pytest.fixture
def learners(built):
    return {cell.id: cell for cell in files.read(files.learner_path("small", built)).cells}


@pytest.mark.slow
def test_two_runs_give_the_same_bytes(built):
    for learners in (False, True):
        path, again, _, _ = notebooks.build_track("small", learners, built)
        assert files.to_bytes(again) == path.read_bytes()
        assert not files.write(path, again)


def test_nothing_of_one_run_or_machine_is_kept(built):
    for path in files.tracks(built):
        text = re.sub("<style>.*?</style>|base64,[^ ]*", "", path.read_text(), flags=re.DOTALL)
        nb = json.loads(path.read_text())
        assert nb["metadata"] == normalise.METADATA
        assert [c["execution_count"] for c in nb["cells"] if c["cell_type"] == "code"] == list(range(1, 8))
        for trace in ("widget", "iopub", "it/s", "%|", "_id"):
            assert trace not in text.replace("grade_id", "").replace("ipywidgets", ""), trace


def test_a_slider_leaves_its_picture_and_its_text(solved):
    (output,) = solved["play"].outputs
    assert set(output.data) == {"text/html", "text/plain"} and output.data["text/plain"] == "A line. A line."
    assert '<img alt="A line. A line." width="640" height="272"' in output.data["text/html"]


def test_progress_bars_leave_nothing(solved):
    assert [o.text for o in solved["bar"].outputs] == ["0\n1\n2\n"] and solved["text-bar"].outputs == []
    cleared = nbformat.v4.new_output("display_data", data={})  # a bar that took the place of its text at the end
    assert normalise.outputs([cleared]) == []


def test_the_learners_notebook_is_as_nbgrader_makes_it(solved, learners):
    assert learners["ex"].source == ("def double(x):\n    '''Twice x.'''\n"
                                     "    # YOUR CODE HERE\n    raise NotImplementedError()")
    assert learners["answer"].source == "YOUR ANSWER HERE"
    assert learners["ex"].metadata["deletable"] is False and len(learners["ex"].metadata["nbgrader"]["checksum"]) == 32
    assert learners["used"].outputs[0].data["text/plain"] == "'not yet'"
    assert solved["used"].outputs[0].data["text/plain"] == "2"
    assert "SOLUTION" in solved["ex"].source


def test_setup_cell_and_badges_are_the_pipelines(built, solved, learners):
    for cells, folder in ((solved, "notebooks/solutions"), (learners, "notebooks")):
        assert list(cells)[:3] == ["title", "badges", "setup"]
        assert cells["setup"].source == setup_cell.source(links.Address("ada/rnn-course", "trunk"))
        assert f"blob/trunk/{folder}/small.ipynb" in cells["badges"].source


def test_a_png_is_the_same_bytes_whoever_compressed_it():
    pixels = np.zeros((20, 30, 4), np.uint8)
    pixels[..., 3], pixels[5:9, :, 0] = 255, 200
    encoded = []
    for level in (1, 9):
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG", compress_level=level)
        encoded.append(base64.b64encode(buffer.getvalue()).decode())
    once = normalise.png(encoded[0])
    assert encoded[0] != encoded[1] and once == normalise.png(encoded[1]) == normalise.png(once)


def test_streams_that_arrive_in_pieces_are_one():
    pieces = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in ("a\n", "b\n")]
    assert [o.text for o in normalise.outputs(pieces)] == ["a\nb\n"]
    assert [o.text for o in pieces] == ["a\n", "b\n"]


def software(png, name):
    """The PNG, said to be drawn by another program."""
    at = png.index(b"tEXt") - 4
    length = int.from_bytes(png[at:at + 4], "big")
    body = b"tEXtSoftware\0" + name
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    return png[:at] + chunk + png[at + 12 + length:]


@pytest.fixture(scope="module")
def rerun(built, tmp_path_factory):
    """pytest's testcases of one run over what was built and over two notebooks that do not show what they draw."""
    changed = tmp_path_factory.mktemp("changed")
    for name in ("stale", "old"):
        nb = files.read(files.solution_path("small", built))
        cells = {cell.id: cell for cell in nb.cells}
        cells["figure"].source = cells["figure"].source.replace("[1, 2, 4]", "[1, 2, 1]")
        if name == "old":
            cells["bar"].outputs[0].text = "0\n1\n3\n"
            data = cells["figure"].outputs[0].data
            drawn = software(base64.b64decode(normalise.PNG.search(data["text/html"])[0]),
                             b"Matplotlib version3.2.1, https://matplotlib.org/")
            data["text/html"] = normalise.PNG.sub(base64.b64encode(drawn).decode(), data["text/html"])
        files.write(changed / f"{name}.ipynb", nb)
    report = changed / "report.xml"
    done = subprocess.run([sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-n", "0", "-q",
                           "-m", "", "-p", "tests.notebooks.rerun", f"--junitxml={report}", built / "notebooks",
                           changed],
                          cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert report.is_file(), done.stdout
    found = collections.defaultdict(list)
    for case in ElementTree.parse(report).iter("testcase"):
        found[case.get("classname").removesuffix(".ipynb").rpartition(".")[2]].append(case)
    return found


@pytest.mark.slow
def test_a_rerun_passes_what_was_built(rerun):
    assert len(rerun["small"]) == 14 and not any(case.findall("failure") for case in rerun["small"])


@pytest.mark.slow
def test_a_planted_stale_plot_fails(rerun):
    failed, = (case for case in rerun["stale"] if case.find("failure") is not None)
    assert "picture 1 is stale" in failed.find("failure").text and len(rerun["stale"]) == 7
    assert matrix.named(failed).startswith("picture of ")


@pytest.mark.slow
def test_pictures_of_another_matplotlib_are_skipped_with_a_reason_texts_are_not(rerun):
    failed, = (case for case in rerun["old"] if case.find("failure") is not None)
    skipped, = (case for case in rerun["old"] if case.find("skipped") is not None)
    assert "drawn by matplotlib 3.2" in skipped.find("skipped").get("message") and len(rerun["old"]) == 7
    assert not matrix.named(failed).startswith("picture of ")


def test_a_bar_that_came_and_went_leaves_no_output():
    emptied = {"output_type": "display_data", "metadata": {}, "data": {}}
    said = {"output_type": "stream", "name": "stdout", "text": "done\n"}
    assert normalise.outputs([emptied, said]) == normalise.outputs([said])
