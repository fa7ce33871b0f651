"""Predict, then run: a guess is answered and may be tried again; on a page, and only there, what it asks for waits."""

import contextlib
import io

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from rnn_helpers import course, questions, quiz
from rnn_helpers.page import WIDGET_VIEW
from rnn_helpers.questions.question import Question

ASKED = Question("Is 1 < 2?", "yes", {"yes": "Count & see.", "no <b>": "It is <i>not</i>.", "perhaps": "Decide."})


@pytest.fixture
def asked():
    return quiz.Quiz(ASKED)


def press(asked, i):
    asked.buttons[i].click()
    return asked.reply.value


def test_nothing_is_told_at_first(asked):
    assert not asked.reply.value and asked.guess is None
    assert [button.description for button in asked.buttons] == list(ASKED.choices)
    assert not any(button.button_style or button.tooltip for button in asked.buttons)


def test_the_right_guess_is_told_why(asked):
    said = press(asked, 0)
    assert "You predicted it" in said and "Count &amp; see." in said and "Decide" not in said and "aria-live" in said


def test_a_wrong_guess_is_told_why_and_which_is_right_and_can_be_tried_again(asked):
    said = press(asked, 1)
    assert said.index("It is &lt;i&gt;not&lt;/i&gt;.") < said.index("It is “yes”") < said.index("Count &amp; see.")
    assert asked.guess == "no <b>" and asked.buttons[0].button_style == "success" and not asked.buttons[1].button_style
    assert "Decide." in press(asked, 2) and asked.guess == "no <b>"
    assert "Right:" in press(asked, 0) and "predicted" not in asked.reply.value


def test_without_a_front_end_question_and_choices_are_there():
    page, text = quiz.still(ASKED)
    assert text.splitlines() == ["Predict: Is 1 < 2?", "  a) yes", "  b) no <b>", "  c) perhaps"]
    assert "Is 1 &lt; 2?" in page and "<li>no &lt;b&gt;</li>" in page
    assert not any(told in text + page for told in ASKED.choices.values())
    InteractiveShell.instance()
    with capture_output() as shown:
        quiz.predict("two-orders")
    view, still = shown.outputs
    assert WIDGET_VIEW in view.data and still.data["text/plain"].startswith("Predict: ")
    assert "Run this cell to answer it." in still.data["text/html"]


def test_a_notebook_runs_twice_to_the_same_output_and_nothing_waits():
    source = ("from rnn_helpers.quiz import after_guess, predict\npredict('two-orders')",
              "with after_guess('two-orders'):\n    print('the answer')")

    def run():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in source])
        with contextlib.redirect_stderr(io.StringIO()):
            NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
        (_, still), (answer,) = (cell.outputs for cell in notebook.cells)
        assert still.output_type == "display_data" and answer.text == "the answer\n"
        return still.data

    assert run() == run()


@pytest.fixture(scope="module")
def page():
    """A function that runs a cell as a page does, naming the cell; it returns the messages that come back."""
    manager, client = start_new_kernel(kernel_name="python3")

    def run(code):
        asked = client.session.msg("execute_request", metadata={"cellId": "of-the-page"}, content={
            "code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False,
            "stop_on_error": True})
        client.shell_channel.send(asked)
        found = []
        while True:
            message = client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") == asked["header"]["msg_id"]:
                found.append(message)
                if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                    return found

    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def streams(messages):
    return "".join(message["content"]["text"] for message in messages if message["msg_type"] == "stream")


BLOCK = "with after_guess('two-orders'):\n    print('the answer')\n    display('shown')\n    kept = 3"


def test_on_a_page_the_answer_waits_for_the_guess(page):
    page("from rnn_helpers import quiz\nfrom rnn_helpers.quiz import after_guess, predict")
    assert "the answer" in streams(page(BLOCK)), "a question that nobody asked holds nothing back"
    page("predict('two-orders')")
    held = [message["content"] for message in page(BLOCK) if message["msg_type"] != "execute_input"]
    assert "the answer" not in str(held) and "appears here after your guess" in str(held)
    assert streams(page("print(kept)")) == "3\n", "the cell's code runs all the same"
    places = [content["transient"]["display_id"] for content in held if content.get("transient")]
    page("predict('two-orders')")  # the question's cell run again
    messages = page("quiz._asked['two-orders'].buttons[0].click()")
    shown = {message["content"]["transient"]["display_id"]: message["content"]["data"] for message in messages
             if message["msg_type"] == "update_display_data"}
    assert [shown[place]["text/plain"] for place in places] == ["the answer", "'shown'"]
    assert "the answer" in streams(page(BLOCK)), "once guessed, nothing waits"


def test_an_error_under_a_guess_is_an_error(page):
    page("quiz._asked.clear()\npredict('first-input')")
    messages = page("with after_guess('first-input'):\n    1 / 0")
    errors = [message["content"]["ename"] for message in messages if message["msg_type"] == "error"]
    assert errors == ["ZeroDivisionError"]
    assert streams(page("print('still here')")) == "still here\n"


@pytest.mark.parametrize("wrong, error, says", [
    ({"text": " "}, TypeError, "expected words"), ({"text": 3}, TypeError, "expected words"),
    ({"choices": {"a": "b"}, "right": "a"}, ValueError, "1 choices, expected 2 to 6"),
    ({"choices": {"yes": "", "no": "n"}}, TypeError, "expected words"),
    ({"right": "maybe"}, ValueError, "right is 'maybe'"),
])
def test_a_question_that_does_not_fit_together(wrong, error, says):
    with pytest.raises(error, match=says):
        Question(**{"text": ASKED.text, "right": ASKED.right, "choices": ASKED.choices, **wrong})


@pytest.mark.parametrize("ask", [quiz.predict, lambda name: quiz.after_guess(name).__enter__()])
def test_an_unknown_question_is_told_the_known_ones(ask):
    with pytest.raises(ValueError, match="'two-order', expected one of two-orders, "):
        ask("two-order")


def test_each_notebook_has_its_questions_and_no_two_share_a_name():
    assert list(questions.NOTEBOOKS) == list(course.NOTEBOOKS)
    assert len(questions.QUESTIONS) == sum(map(len, questions.NOTEBOOKS.values()))
