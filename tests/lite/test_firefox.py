"""The same in Firefox: a notebook's Run All on Pyodide 0.27.7, and each question answered, gives the stored outputs."""

import pytest

from authoring import files
from tests.browser.play import holds
from tests.lite.firefox import FIREFOX, Firefox
from tests.lite.same_outputs import unlike_stored

PATHS = [pytest.param(path, marks=() if path == "01_rnn_cell.ipynb" else pytest.mark.slow)
         for path in ("01_rnn_cell.ipynb", *(f"solutions/{name}.ipynb" for name in files.all_names()))]
READY = """
    const until = async (what) => { while (!what()) await new Promise(go => setTimeout(go, 100)); };
    await until(() => window.jupyterapp?.shell.currentWidget && document.querySelector('.jp-Notebook .jp-CodeCell'));
    await window.jupyterapp.shell.currentWidget.context.sessionContext.ready; """
RUN_ALL = "await window.jupyterapp.commands.execute('notebook:run-all-cells'); "
ANSWER = """
    const quizzes = () => [...document.querySelectorAll('.widget-vbox:has(> .widget-button)')];
    await until(() => quizzes().length === QUESTIONS);
    for (const quiz of quizzes()) {
        quiz.querySelector('button').click();
        await until(() => quiz.querySelector('[role=status]')?.innerText.includes('“')); } """


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    if FIREFOX is None:
        pytest.skip("needs Firefox: firefox or firefox-esr")
    browser = Firefox(tmp_path_factory.mktemp("firefox") / "profile")
    yield browser
    browser.close()


@pytest.mark.parametrize("path", PATHS)
def test_outputs_are_the_stored_ones(firefox, whole, path):
    firefox.open(f"{whole}notebooks/index.html?path={path}")
    found = firefox.evaluate(READY + RUN_ALL + ANSWER.replace("QUESTIONS", str(holds(path, waits=True)[1])) + RUN_ALL +
                             "return window.jupyterapp.shell.currentWidget.content.model.toJSON().cells;")
    assert unlike_stored(path, found) == []
