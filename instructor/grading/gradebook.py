"""The nbgrader gradebook: assignments from the released notebooks, scores, notebooks for the formgrader."""

import copy
import json
import os
import re
import shutil
from pathlib import Path

import nbformat
import nbgrader.api
from alembic.config import Config
from alembic.script import ScriptDirectory
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.dbutil import _temp_alembic_ini

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


nbgrader.api.get_alembic_version = alembic_version


def judgement_of(data):
    """A Judgement from its dict."""
    fields = {name: value for name, value in data.items() if name != "digest"}
    # texts alone in older results
    advice = [Advice(**line) if isinstance(line, dict) else Advice(line) for line in data["advice"]]
    return Judgement(**{**fields, "facets": [FacetScore(**facet) for facet in data["facets"]], "advice": advice})


def harmless(markdown):
    """A written answer in which no HTML, link, image or active TeX is alive; a space is enough to end each, and shows
    it.

    Addresses are not sorted into good and bad: `&#106;avascript:` and its like are too many. Formulas stay formulas.
    """
    text = re.sub(r"<(?=[A-Za-z/!?])", "< ", markdown)
    text = re.sub(r"\](?=\s*[(\[:])", "] ", re.sub(r"\]\s*(?=[(:])", "] ", text))
    text = re.sub(r"(?i)\b(javascript|vbscript|data)\s*:", r"\1 :", text)
    return re.sub(r"\\(href|url|require|style|class|cssId|html\w*|unicode|includegraphics|mmlToken)(?![A-Za-z])",
                  r"\\text{\1}", text)


def as_typed(text):
    """An answer that is not rendered: an indented block of Markdown, in which nothing is alive."""
    return "".join(f"    {line}\n" for line in text.splitlines())


class Course:
    """An nbgrader course folder: `gradebook.db` and `autograded/<student>/<notebook>/<notebook>.ipynb`.

    Each notebook of the course is an assignment of its own name.
    """

    def __init__(self, folder, releases):
        self.folder = Path(folder)
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
        self.book = Gradebook(self.url, "rnn")
        for name, release in self.releases.items():
            self._assignment(name, release)
        self.cells, self.written = {}, []
        for cell in self.book.db.query(BaseCell).join(Notebook):
            if not isinstance(cell, SourceCell):
                self.cells.setdefault(cell.notebook.name, []).append((cell.id, cell.name, isinstance(cell, GradeCell)))
        self.assignments = {notebook.name: (notebook.assignment_id, notebook.id)
                            for notebook in self.book.db.query(Notebook)}
        return self

    def __exit__(self, *_):
        self.commit()
        self.book.close()

    def _assignment(self, name, release):
        """Register a notebook's graded cells, as `nbgrader generate_assignment` does."""
        try:
            self.book.find_notebook(name, name)
            known = {cell.name for cell in self.book.find_notebook(name, name).grade_cells}
            if known == {grade_id(c) for c in release.cells if c["metadata"].get("nbgrader", {}).get("grade")}:
                return
        except MissingEntry:
            pass
        self.book.update_or_create_assignment(name)
        self.book.update_or_create_notebook(name, name)
        for cell in release.cells:
            info = cell["metadata"].get("nbgrader")
            if not info:
                continue
            if info.get("grade"):
                self.book.update_or_create_grade_cell(info["grade_id"], name, name, max_score=float(info["points"]),
                                                      cell_type=cell["cell_type"])
            if info.get("solution"):
                self.book.update_or_create_solution_cell(info["grade_id"], name, name)
            self.book.update_or_create_source_cell(info["grade_id"], name, name, source=cell["source"],
                                                   locked=bool(info.get("locked")),
                                                   cell_type=cell["cell_type"])

    def record(self, result, version):
        """Write one graded result; a person's own score is kept, and asked for again when the automatic one changed.

        version : of the result, a whole number; what is here in that version is not written again
        """
        student, notebook = result["student"], result["notebook"]
        path = self.folder / "autograded" / student / notebook / f"{notebook}.ipynb"
        if result["status"] != "graded" or path.exists() and path.stat().st_mtime_ns == version:
            return
        release, grades = self.releases[notebook], self._grades(result)
        for cell in release.cells:
            info = cell["metadata"].get("nbgrader", {})
            if not info.get("grade"):
                continue
            grade = grades[info["grade_id"]]
            if info.get("solution"):  # a written answer
                answered = result["answers"].get(info["grade_id"], "").strip() not in ("", cell["source"].strip())
                grade.auto_score = None if answered else 0.0
                grade.needs_manual_grade = answered and grade.manual_score is None
            else:
                score = result["exercises"][info["grade_id"].removeprefix("check_")]["points"]
                grade.needs_manual_grade = grade.manual_score is not None and grade.auto_score != score
                grade.auto_score = score
        self.written.append((path, self._notebook(result, release), version))
        if len(self.written) == COMMIT_EVERY:
            self.commit()

    def commit(self):
        """Write the scores, then the notebooks, whose times say in which version they are here."""
        self.book.db.commit()
        for path, text, version in self.written:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            os.utime(path, ns=(version, version))
        self.written.clear()

    def _grades(self, result):
        """Grade id -> Grade of a submission; rows that are missing are made, as `Gradebook.add_submission` does."""
        db, student, notebook = self.book.db, result["student"], result["notebook"]
        assignment_id, notebook_id = self.assignments[notebook]
        found = db.query(GradeCell.name, Grade).join(Grade, Grade.cell_id == GradeCell.id).join(
            SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id).join(
            SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id).filter(
            SubmittedAssignment.student_id == student, SubmittedAssignment.assignment_id == assignment_id)
        if grades := {name: grade for name, grade in found}:
            return grades
        if db.get(Student, student) is None:
            db.add(Student(id=student, last_name=result["name"]))
        db.add(submitted := SubmittedAssignment(id=new_uuid(), assignment_id=assignment_id, student_id=student))
        db.flush()
        db.add(own := SubmittedNotebook(id=new_uuid(), assignment_id=submitted.id, notebook_id=notebook_id))
        db.flush()
        grades = {name: Grade(cell_id=cell_id, notebook_id=own.id) for cell_id, name, graded in self.cells[notebook]
                  if graded}
        db.add_all([*grades.values(), *(Comment(cell_id=cell_id, notebook_id=own.id)
                                        for cell_id, name, graded in self.cells[notebook] if not graded)])
        return grades

    def _notebook(self, result, release):
        """The notebook that the formgrader shows, as text: the student's sources, the checks' reports as outputs."""
        shown = copy.deepcopy(release)
        for cell in shown.cells:
            name, info = grade_id(cell), cell["metadata"].get("nbgrader", {})
            if cell["cell_type"] == "code":
                cell["outputs"] = []
            if info.get("solution"):
                text = {**result["sources"], **result["answers"]}.get(name, "")
                if cell["cell_type"] != "code":
                    text = as_typed(text) if name in result["verbatim"] else harmless(text)
                cell["source"] = text
            elif info.get("grade"):
                judgement = judgement_of(result["exercises"][name.removeprefix("check_")])
                cell["outputs"] = [{"output_type": "display_data", "metadata": {},
                                    "data": {"text/html": as_html(judgement), "text/plain": as_text(judgement)}}]
        return json.dumps(shown, indent=1, ensure_ascii=False)

    def manual(self, student, notebook):
        """Written answers of a student: grade id -> (score or None when unread, maximum, comment)."""
        db, found = self.book.db, {}
        own = db.query(SubmittedNotebook.id).join(SubmittedAssignment).filter(
            SubmittedAssignment.student_id == student,
            SubmittedNotebook.notebook_id == self.assignments[notebook][1]).scalar()
        comments = {name: comment or "" for name, comment in db.query(SolutionCell.name, Comment.comment).join(
            Comment, Comment.cell_id == SolutionCell.id).filter(Comment.notebook_id == own)}
        for grade, name, most in db.query(Grade, GradeCell.name, GradeCell.max_score).join(
                GradeCell, Grade.cell_id == GradeCell.id).filter(Grade.notebook_id == own):
            if name in comments:  # what is both asked for and graded is a written answer
                found[name] = (None if grade.needs_manual_grade else grade.score, most, comments[name])
        return found
