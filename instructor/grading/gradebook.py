"""The nbgrader gradebook: assignments from the released notebooks, scores, notebooks for the formgrader."""

import contextlib
import copy
import hashlib
import json
import os
import re
import shutil
from pathlib import Path

import nbformat
from alembic.config import Config
from alembic.script import ScriptDirectory
from nbgrader import api
from nbgrader.dbutil import _temp_alembic_ini

from instructor.grading.policies import alias
from instructor.grading.rebuild import grade_id
from rnn_helpers.check.advice import Advice
from rnn_helpers.check.judge import FacetScore, Judgement
from rnn_helpers.check.report import as_html, as_text
from rnn_helpers.course import NOTEBOOKS

COMMIT_EVERY = 50
TAGS = ("a b blockquote br caption code div em h1 h2 h3 h4 i img li ol p pre span strong table tbody td th thead tr "
        "ul").split()  # shown


def alembic_version():
    """The version of the gradebook's tables.

    nbgrader asks the command `alembic` for it, which is found only where the environment's bin folder is on the PATH:
    not with `.venv/bin/python -m instructor`. The library gives the same answer.
    """
    with _temp_alembic_ini("sqlite://") as settings:
        return ScriptDirectory.from_config(Config(settings)).get_current_head()


api.get_alembic_version = alembic_version


def judgement_of(data):
    fields = {name: value for name, value in data.items() if name not in ("digest", "checked")}
    return Judgement(**{**fields, "facets": [FacetScore(**facet) for facet in data["facets"]],
                        "advice": [Advice(**line) for line in data["advice"]]})


def harmless(markdown):
    """A written answer in which no HTML, link, image or active TeX is alive; a space ends each, and shows it.

    Addresses are not sorted into good and bad: `&#106;avascript:` and its like are too many. Formulas stay formulas.
    """
    text = re.sub(r"<(?=[A-Za-z/!?])", "< ", markdown)
    text = re.sub(r"\](?=\s*[(\[:])", "] ", re.sub(r"\]\s*(?=[(:])", "] ", text))
    text = re.sub(r"(?i)\b(javascript|vbscript|data)\s*:", r"\1 :", text)
    return re.sub(r"\\(href|url|require|style|class|cssId|html\w*|unicode|includegraphics|mmlToken)(?![A-Za-z])",
                  r"\\text{\1}", text)


class Course:
    """An nbgrader course folder: `gradebook.db` and `autograded/<student>/<notebook>/<notebook>.ipynb`.

    Each notebook of the course is an assignment of its own name.

    anonymous : whether markers see names that tell nothing; they follow from the class's seed
    """

    def __init__(self, folder, releases, anonymous=False, seed=0):
        self.folder, self.anonymous, self.seed = Path(folder), anonymous, seed
        self.folder.mkdir(parents=True, exist_ok=True)
        paths = [path for name in NOTEBOOKS if (path := Path(releases, f"{name}.ipynb")).is_file()]
        self.releases = {path.stem: nbformat.read(path, as_version=4) for path in paths}
        for path in paths:  # the formgrader lists what lies under source/
            (self.folder / "source" / path.stem).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, self.folder / "source" / path.stem / path.name)
        (self.folder / "nbgrader_config.py").write_text(
            'c = get_config()\nc.CourseDirectory.course_id = "rnn"\n'
            'c.HTMLExporter.preprocessors = ["nbconvert.preprocessors.sanitize.SanitizeHTML"]\n'
            f"c.SanitizeHTML.enabled = True\nc.SanitizeHTML.tags = {TAGS!r}\n")

    @property
    def url(self):
        return f"sqlite:///{(self.folder / 'gradebook.db').resolve()}"

    def __enter__(self):
        self.book = api.Gradebook(self.url, "rnn")
        self.save, self.book.db.commit = self.book.db.commit, self.book.db.flush  # nbgrader commits each cell by itself
        for name, release in self.releases.items():
            self._assignment(name, release)
        self.save()
        self.written, self.students = [], {student.id for student in self.book.students}
        return self

    def __exit__(self, *_):
        self.commit()
        self.book.close()

    def _assignment(self, name, release):
        """Register a notebook's graded cells, as `nbgrader generate_assignment` does."""
        book = self.book
        book.update_or_create_assignment(name)
        book.update_or_create_notebook(name, name)
        for cell in release.cells:
            if info := cell["metadata"].get("nbgrader"):
                here, kind = (info["grade_id"], name, name), cell["cell_type"]
                if info.get("grade"):
                    book.update_or_create_grade_cell(*here, max_score=float(info["points"]), cell_type=kind)
                if info.get("solution"):
                    book.update_or_create_solution_cell(*here)
                book.update_or_create_source_cell(*here, source=cell["source"], locked=bool(info.get("locked")),
                                                  cell_type=kind)

    def record(self, result, version):
        """Write one graded result. What a person set stays; it is asked for again where the submission changed.

        version : of the result, a whole number; what is here in that version is not written again
        """
        path = self.path(result["student"], result["notebook"])
        if result["status"] != "graded" or path.exists() and path.stat().st_mtime_ns == version:
            return
        release, grades, before = self.releases[result["notebook"]], self._grades(result), {}
        with contextlib.suppress(OSError, ValueError):  # when this notebook was written for the formgrader
            before = json.loads(path.read_text()).get("metadata", {}).get("handed_in", {})
        now = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in result["answers"].items()}
        now["checks"] = result["digest"]
        for cell in release.cells:
            info = cell["metadata"].get("nbgrader", {})
            if not info.get("grade"):
                continue
            grade, name = grades[info["grade_id"]], info["grade_id"] if info.get("solution") else "checks"
            by_hand = grade.manual_score is not None or bool(grade.extra_credit)
            again = by_hand and (grade.needs_manual_grade or name in before and before[name] != now.get(name))
            if info.get("solution"):  # a written answer
                answered = result["answers"].get(name, "").strip() not in ("", cell["source"].strip())
                grade.auto_score = None if answered else 0.0
                grade.needs_manual_grade = again or answered and not by_hand
            else:
                grade.auto_score = result["exercises"][info["grade_id"].removeprefix("check_")]["points"]
                grade.needs_manual_grade = again
        self.written.append((path, self._notebook(result, release, now), version))
        if len(self.written) == COMMIT_EVERY:
            self.commit()

    def path(self, student, notebook):
        """Where the formgrader finds a notebook."""
        return self.folder / "autograded" / self.shown_as(student) / notebook / f"{notebook}.ipynb"

    def shown_as(self, student):
        """A student's name in the gradebook."""
        return alias(self.seed, student) if self.anonymous else student

    def rename(self, student, full_name):
        """Bring what is here under the other kind of name, anonymous or not, under the one of now."""
        name, other = self.shown_as(student), student if self.anonymous else alias(self.seed, student)
        if other in self.students:
            db = self.book.db
            db.merge(api.Student(id=name, last_name=None if self.anonymous else full_name))
            db.flush()
            db.query(api.SubmittedAssignment).filter_by(student_id=other).update({"student_id": name})
            db.query(api.Student).filter_by(id=other).delete()
            self.save()
            if (old := self.folder / "autograded" / other).exists():
                old.rename(self.folder / "autograded" / name)

    def commit(self):
        """Write the scores, then the notebooks, whose times say in which version they are here."""
        self.save()
        for path, text, version in self.written:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            os.utime(path, ns=(version, version))
        self.written.clear()

    def _grades(self, result):
        """Grade id -> Grade of a submission, which is made where it is missing."""
        student, notebook = self.shown_as(result["student"]), result["notebook"]
        try:
            own = self.book.find_submission_notebook(notebook, notebook, student)
        except api.MissingEntry:
            self.book.update_or_create_student(student, last_name=None if self.anonymous else result["name"])
            with self.book.db.no_autoflush:  # it makes parts before what they belong to
                own, = self.book.add_submission(notebook, student).notebooks
        return {grade.name: grade for grade in own.grades}

    def _notebook(self, result, release, handed_in):
        """The notebook that the formgrader shows, as text: the student's sources, the checks' reports as outputs.

        handed_in : digests, by which the next run sees what has changed
        """
        shown = copy.deepcopy(release)
        shown.metadata["handed_in"] = handed_in
        for cell in shown.cells:
            name, info = grade_id(cell), cell["metadata"].get("nbgrader", {})
            if cell["cell_type"] == "code":
                cell["outputs"] = []
            if info.get("solution"):
                text = {**result["sources"], **result["answers"]}.get(name, "")
                if name in result["verbatim"]:  # not rendered: an indented block, in which nothing is alive
                    text = "".join(f"    {line}\n" for line in text.splitlines())
                elif cell["cell_type"] != "code":
                    text = harmless(text)
                cell["source"] = text
            elif info.get("grade"):
                judgement = judgement_of(result["exercises"][name.removeprefix("check_")])
                cell["outputs"] = [{"output_type": "display_data", "metadata": {},
                                    "data": {"text/html": as_html(judgement), "text/plain": as_text(judgement)}}]
        return json.dumps(shown, indent=1, ensure_ascii=False)

    def manual(self, student, notebook):
        """What a person has to say, or has said, of a student's notebook.

        Returns a dict of all written answers, and of the checks (by their exercise's name) to which a person gave
            points or a comment: name -> (score, None when a person has to look, maximum, comment, whether it is to be
            looked at again since the submission changed)
        """
        own, found = self.book.find_submission_notebook(notebook, notebook, self.shown_as(student)), {}
        comments = {comment.name: comment.comment or "" for comment in own.comments}
        for grade in own.grades:
            name, most, given = grade.name, grade.max_score, grade.manual_score
            by_hand, said = given is not None or bool(grade.extra_credit), comments.get(name.removeprefix("check_"), "")
            score = (given if given is not None else grade.auto_score or 0.0) + (grade.extra_credit or 0.0)
            again = by_hand and grade.needs_manual_grade
            if name in comments:  # what is both asked for and graded is a written answer
                found[name] = None if grade.needs_manual_grade else score, most, said, again
            elif by_hand or said:
                found[name.removeprefix("check_")] = grade.auto_score if again else score, most, said, again
        return found
