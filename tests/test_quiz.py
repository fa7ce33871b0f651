"""Predict, then run: locks a guess, answers the chosen one, shows itself without a front end, leaves nothing for nbval."""

import contextlib
import io

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbclient import NotebookClient

from rnn_helpers import quiz

ASKED = {"question": "Is 1 < 2?", "choices": ["yes", "no <b>", "perhaps"], "answer": 0,
         "feedback": ["Count & see.", "It is <i>not</i>.", "Decide."]}


@pytest.fixture
def asked():
    return quiz.Quiz(**ASKED)


def choose(asked, i):
    asked.options.value = i
    asked.lock.click()


def test_nothing_is_chosen_nor_told_at_first(asked):
    assert asked.options.value is None and asked.lock.disabled and not asked.reply.value and asked.guess is None
    asked.lock.click()
    assert asked.guess is None and not asked.reply.value


@pytest.mark.parametrize("i, says", [(0, "Count &amp; see."), (1, "It is &lt;i&gt;not&lt;/i&gt;."), (2, "Decide.")])
def test_feedback_for_the_chosen_answer_only(asked, i, says):
    choose(asked, i)
    assert says in asked.reply.value and ("You predicted it" in asked.reply.value) == (i == 0)
    assert not any(other in asked.reply.value for other in ("Count &amp; see.", "&lt;i&gt;", "Decide.") if other not in says)
    assert "aria-live" in asked.reply.value


def test_a_guess_is_locked(asked):
    choose(asked, 1)
    told = asked.reply.value
    assert asked.options.disabled and asked.lock.disabled
    choose(asked, 0)  # a front end that does not heed `disabled`
    assert asked.guess == 1 and asked.reply.value == told and asked.lock.disabled


def test_a_mind_may_change_before_locking(asked):
    asked.options.value = 1
    asked.options.value = 0
    assert not asked.lock.disabled and asked.guess is None
    asked.lock.click()
    assert asked.guess == 0


def test_without_a_front_end_question_and_choices_are_there(asked):
    data = asked.bundle()
    assert data["text/plain"].splitlines() == ["Predict: Is 1 < 2?", "  a) yes", "  b) no <b>", "  c) perhaps"]
    assert "Is 1 &lt; 2?" in data["text/html"] and "<li>no &lt;b&gt;</li>" in data["text/html"]
    assert not any(told in data["text/plain"] + data["text/html"] for told in ASKED["feedback"])
    InteractiveShell.instance()
    with capture_output() as shown:
        quiz.predict(**ASKED)
    (output,) = shown.outputs
    assert output.data["text/plain"] == data["text/plain"] and quiz.WIDGET_VIEW in output.data


def test_a_notebook_runs_twice_to_the_same_output_and_no_value():
    def run():
        source = f"from rnn_helpers import quiz\nquiz.predict(**{ASKED!r})"
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        with contextlib.redirect_stderr(io.StringIO()):
            NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
        (output,) = notebook.cells[0].outputs
        assert output.output_type == "display_data"
        return {kind: text for kind, text in output.data.items() if kind != quiz.WIDGET_VIEW}

    assert run() == run()


@pytest.mark.parametrize("wrong, error, says", [
    ({"question": " "}, TypeError, "question"), ({"question": 3}, TypeError, "question"),
    ({"choices": "ab"}, TypeError, "choices"), ({"choices": ["a"], "feedback": ["f"]}, ValueError, "choices"),
    ({"choices": ["a", "a", "b"]}, ValueError, "different"), ({"feedback": ["one"]}, ValueError, "feedback"),
    ({"feedback": ["a", "b", None]}, TypeError, "feedback"), ({"answer": 3}, ValueError, "0 to 2"),
    ({"answer": -1}, ValueError, "0 to 2"), ({"answer": True}, TypeError, "index"), ({"answer": "yes"}, TypeError, "index"),
])
def test_a_question_that_does_not_fit_together(wrong, error, says):
    with pytest.raises(error, match=says):
        quiz.Quiz(**{**ASKED, **wrong})
