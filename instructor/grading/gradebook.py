"""The nbgrader gradebook: assignments from the released notebooks, scores, notebooks for the formgrader."""

import re
from pathlib import Path

import nbformat
import nbgrader.api
from alembic.config import Config
from alembic.script import ScriptDirectory
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.dbutil import _temp_alembic_ini

from instructor.grading.intake import grade_id
from rnn_helpers.check.judge import Judgement, Verdict
from rnn_helpers.check.report import as_html, as_text

COMMIT_EVERY = 50


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
    return Judgement(**{**fields, "facets": [Verdict(**facet) for facet in data["facets"]]})


def harmless(markdown):
    """A written answer in which no HTML, link, image or active TeX is alive; a space is enough to end each, and shows it.

    Addresses are not sorted into good and bad: `&#106;avascript:` and its like are too many. Formulas stay formulas.
    """
    text = re.sub(r"<(?=[A-Za-z/!?])", "< ", markdown)
    text = re.sub(r"\](?=\s*[(\[:])", "] ", re.sub(r"\]\s*(?=[(:])", "] ", text))
    text = re.sub(r"(?i)\b(javascript|vbscript|data)\s*:", r"\1 :", text)
    return re.sub(r"\\(href|url|require|style|class|cssId|html\w*|unicode|includegraphics|mmlToken)(?![A-Za-z])", r"\\text{\1}", text)


class Course:
    """An nbgrader course folder: `gradebook.db` and `autograded/<student>/<notebook>/<notebook>.ipynb`.

    Each notebook of the course is an assignment of its own name.
    """

    def __init__(self, folder, releases):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.releases = {path.stem: nbformat.read(path, as_version=4) for path in sorted(Path(releases).glob("0*.ipynb"))}
        (self.folder / "nbgrader_config.py").write_text(
            'c = get_config()\nc.CourseDirectory.course_id = "rnn"\n'
            'c.SanitizeHTML.enabled = True\nc.HTMLExporter.preprocessors = ["nbconvert.preprocessors.SanitizeHTML"]\n')

    @property
    def url(self):
        return f"sqlite:///{(self.folder / 'gradebook.db').resolve()}"

    def __enter__(self):
        self.book = Gradebook(self.url, "rnn")
        for name, release in self.releases.items():
            self._assignment(name, release)
        self.pending = 0
        return self

    def __exit__(self, *_):
        self.book.db.commit()
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
            self.book.update_or_create_source_cell(info["grade_id"], name, name, source=cell["source"], locked=bool(info.get("locked")),
                                                   cell_type=cell["cell_type"])

    def record(self, result):
        """Write one graded result; a person's own score is kept, and asked for again when the automatic one changed."""
        student, notebook = result["student"], result["notebook"]
        if result["status"] != "graded":
            return
        self.book.update_or_create_student(student)
        self.book.update_or_create_submission(notebook, student)
        release = self.releases[notebook]
        for cell in release.cells:
            info = cell["metadata"].get("nbgrader", {})
            if not info.get("grade"):
                continue
            grade = self.book.find_grade(info["grade_id"], notebook, notebook, student)
            if info.get("solution"):  # a written answer
                answered = result["answers"].get(info["grade_id"], "").strip() not in ("", cell["source"].strip())
                grade.auto_score = None if answered else 0.0
                grade.needs_manual_grade = answered and grade.manual_score is None
            else:
                score = result["exercises"][info["grade_id"].removeprefix("check_")]["points"]
                grade.needs_manual_grade = grade.manual_score is not None and grade.auto_score != score
                grade.auto_score = score
        self._write_notebook(result, release)
        self.pending += 1
        if self.pending % COMMIT_EVERY == 0:
            self.book.db.commit()

    def _write_notebook(self, result, release):
        """The notebook that the formgrader shows: the student's sources, the checks' reports as outputs."""
        shown = nbformat.from_dict(release)
        shown = nbformat.reads(nbformat.writes(shown), as_version=4)
        for cell in shown.cells:
            name, info = grade_id(cell), cell["metadata"].get("nbgrader", {})
            if cell["cell_type"] == "code":
                cell["outputs"] = []
            if info.get("solution"):
                text = {**result["sources"], **result["answers"]}.get(name, "")
                cell["source"] = text if cell["cell_type"] == "code" else harmless(text)
            elif info.get("grade"):
                judgement = judgement_of(result["exercises"][name.removeprefix("check_")])
                cell["outputs"] = [nbformat.v4.new_output("display_data", {"text/html": as_html(judgement),
                                                                           "text/plain": as_text(judgement)})]
        path = self.folder / "autograded" / result["student"] / result["notebook"] / f"{result['notebook']}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(shown, path)

    def manual(self, student, notebook):
        """Written answers of a student: grade id -> (score or None when unread, maximum, comment)."""
        try:
            found = self.book.find_submission_notebook(notebook, notebook, student)
        except MissingEntry:
            return {}
        comments = {comment.name: comment.comment or "" for comment in found.comments}
        written = {grade_id(c) for c in self.releases[notebook].cells
                   if c["metadata"].get("nbgrader", {}).get("grade") and c["metadata"]["nbgrader"].get("solution")}
        return {g.name: (None if g.needs_manual_grade else g.score, g.max_score, comments.get(g.name, ""))
                for g in found.grades if g.name in written}
