"""What the report calls alike: copies are found whatever their layout, what people wrote by themselves is not."""

import inspect
import json

import pytest

from instructor.grading.class_report import like_the_course, work_of
from instructor.grading.classroom import Classroom
from instructor.grading.similar import packed, pairs, shingles_of_all
from rnn_helpers import bptt, gradcheck
from tests.check.test_bptt import RIGHT
from tests.grading import classes

EXERCISES = ("rnn_cell_backward", "rnn_backward", "numerical_gradient")


def written(cell_way, sequence_way, difference_way):
    """One student's notebook 3: a way to write each exercise."""
    return "\n".join(inspect.getsource(RIGHT[name][way])
                     for name, way in zip(EXERCISES, (cell_way, sequence_way, difference_way), strict=True))


def relaid(source):
    """The same in another layout."""
    return "\n\n".join(line + "  " for line in source.replace("    ", "  ").splitlines())


CLASS = {f"student{i}": written(*ways)
         for i, ways in enumerate(zip(range(5), (3, 1, 2, 4, 0), (0, 1, 2, 1, 0), strict=True))}


def test_a_copy_is_found_and_nobody_else():
    works = {student: shingles_of_all([text])
             for student, text in {**CLASS, "copies": relaid(CLASS["student3"])}.items()}
    [(student, other, share)] = pairs(works)
    assert {student, other} == {"copies", "student3"} and share > 0.9


def test_what_a_fifth_of_a_class_writes_is_common():
    works = {f"student{i}": shingles_of_all([CLASS["student1"]]) for i in range(6)}
    works |= {f"other{i}": shingles_of_all([f"x{i} = {i}"]) for i in range(20)}
    assert pairs(works) == []


@pytest.fixture
def classroom(tmp_path):
    def hand_in(**sources):
        for student, text in sources.items():
            path = tmp_path / "results" / student / "03_bptt.json"
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps({"student": student, "notebook": "03_bptt", "sources": {"all": text},
                                        "shingles": packed([] if "YOUR CODE HERE" in text else [text])}))
        room = Classroom(tmp_path, classes.RELEASED)
        return like_the_course(room, "03_bptt", work_of(room, "03_bptt"))

    return hand_in


def test_the_solved_notebook_and_the_package_are_known_for_the_courses_own(classroom):
    solved = "\n".join(classes.cell_of(classes.solved("03_bptt"), name)["source"] for name in EXERCISES)
    package = inspect.getsource(bptt.rnn_backward) + inspect.getsource(gradcheck.numerical_gradient)
    found = classroom(solved=relaid(solved), package=package, stub="\n".join(
        classes.cell_of(classes.released("03_bptt"), name)["source"] for name in EXERCISES), **CLASS)
    assert {student for student, share in found if share > 0.9} == {student
                                                                    for student, _ in found} == {"package", "solved"}


def test_a_notebook_without_work_is_like_nothing(classroom):
    assert classroom(nothing="", little="def f(") == []
