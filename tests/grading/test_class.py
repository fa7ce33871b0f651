"""Three classes, really graded: nobody loses an honest point, nobody gains a forged one, nothing is harmed."""

import csv
import html.parser
import json
import re
import stat
import zipfile
from pathlib import Path

import nbconvert
import nbformat
import pytest

from instructor.grading.classroom import Classroom
from instructor.grading.names import safe_name
from instructor.grading.scoring import fixture
from tests.grading import attack, classes

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def attacked(grader):
    """The classes, graded with 3 seconds for an exercise instead of 10: eighteen submissions use all that they get."""
    limits = grader.home / "course" / "instructor" / "grading" / "scoring.py"
    ours = limits.read_text()
    limits.write_text(ours.replace("SECONDS = 10 ", "SECONDS = 3 "))
    assert limits.read_text() != ours
    yield attack.attack(grader)
    limits.write_text(ours)


@pytest.fixture(scope="module")
def graded(grader, attacked):
    """The folder of results."""
    return grader.home / "out"


def of(rows, student):
    return next(row for row in rows if row.student == student)


def feedback(graded, student, notebook=classes.CELL):
    return (graded / "feedback" / safe_name(student) / f"{notebook}.html").read_text()


@pytest.mark.parametrize("kind", attack.CLASSES)
def test_everybody_gets_what_they_deserve(attacked, kind):
    rows = [row for row in attacked[0] if row.kind == kind]
    assert [(row.student, row.given, row.hand_in.points, row.result["why"]) for row in rows if not row.fair] == []
    assert len([row for row in rows if row.kind == "hostile"]) >= 50 or kind != "hostile"


def test_nothing_is_harmed(attacked):
    rows, damages = attacked
    assert damages == []
    assert [(row.student, row.damage) for row in rows if row.damage] == []


def test_the_table_in_the_repository_is_of_these_classes(attacked):
    assert attack.without_times(attack.TABLE.read_text()) == attack.without_times(attack.table(*attacked)), "python -m tests.grading.attack"


def test_links_and_pipes_are_not_opened(graded):
    for student, why in {"linked": "link", "a-pipe": "ordinary file"}.items():
        found = [json.loads(path.read_text()) for path in graded.glob(f"results/{student}/*.json")]
        assert [result["status"] for result in found] == ["not graded"] and why in found[0]["why"]


def test_the_table_says_why_instead_of_zero(graded):
    rows = {row["student"]: row for row in csv.DictReader((graded / "grades.csv").read_text().splitlines())}
    assert rows["solved"]["rnn_cell_forward"] == "7" and rows["solved"]["status"] == "graded"
    assert rows["bad-json"]["points"] == "" and "JSON" in rows["bad-json"]["why"]
    assert rows["solved"]["order_matters"] == ""  # nobody has read it yet
    assert not any(value[:1] in "=+-@" for row in rows.values() for value in row.values() if value)


class Active(html.parser.HTMLParser):
    """Collects what a browser would run, load or follow."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        if tag in ("script", "img", "iframe", "object", "embed", "svg", "link", "base", "form", "input"):
            self.found.append((tag, attributes))
        self.found += [(tag, a) for a in attributes if a[0].startswith("on") or a[0] in ("src", "href")
                       and not str(a[1]).startswith("#")]


def active(page):
    parser = Active()
    parser.feed(page)
    return parser.found


def test_feedback_runs_nothing(graded):
    pages = list(graded.glob("feedback/*/*.html"))
    assert len(pages) > 100
    assert [(page, active(page.read_text())) for page in pages if active(page.read_text())] == []
    assert all("default-src 'none'" in page.read_text() for page in pages)
    assert "alert(1)" in feedback(graded, "solved")  # it is shown, as text
    assert "alert(1)" in feedback(graded, "html-in-an-error")
    report = (graded / "report.html").read_text()
    assert all(tag == "a" and attribute[1].startswith("feedback/")
               for tag, attribute in active(report))


def test_written_answers_are_harmless_where_they_are_read(graded):
    # without a sanitiser: what it is given must be harmless by itself
    exporter = nbconvert.HTMLExporter(template_name="basic")
    shown = nbformat.read(graded / "nbgrader" / "autograded" / "solved" / classes.CELL / f"{classes.CELL}.ipynb",
                          as_version=4)
    cell = classes.cell_of(shown, "order_matters")
    assert "alert(1)" in cell["source"]
    page, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert active(page) == [] and "\\href" not in page


def test_feedback_names_the_mistake_and_keeps_the_fixture(graded):
    seed = json.loads((graded / "class.json").read_text())["seed"]
    page = feedback(graded, "transposed")
    assert "Wh is transposed" in page and "h_t" in page
    for student in ("transposed", "tells-the-fixture", "views-of-inputs", "nan"):
        handed_in = json.loads((graded / "results" / student / f"{classes.CELL}.json").read_text())["digest"]
        inputs = fixture("rnn_cell_forward", seed, handed_in)
        numbers = {f"{abs(float(n)):.4g}" for value in inputs.values() for n in value.ravel()}
        # style and the student's own source
        shown = re.sub(r"<style>.*?</style>|<pre>.*?</pre>", "", feedback(graded, student), flags=re.S)
        assert not re.findall(r"\d\.\d{3,}", shown), student
        assert not [n for n in numbers if len(n) > 4 and n in shown], student


def test_the_class_report_counts(graded):
    report = (graded / "report.html").read_text()
    assert "Could not be graded" in report and "Wh is transposed" in report and "bad-json" in report
    assert "<td>gradients</td><td>03_bptt</td><td class=n>100%</td>" in report  # the solved notebook, handed in


def test_a_second_run_grades_nothing_anew(grader, graded):
    stamps = {path: path.stat().st_mtime_ns for path in Path(graded).glob("results/*/*.json")
              if "not graded" not in path.read_text()}
    done = grader.run("-m", "instructor", "grade", grader.home / "submissions", "--out", graded)
    assert done.returncode == 1 and "have no score" in done.stderr, done.stderr
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())


def test_archives_do_not_climb_out(tmp_path):
    archive, target = tmp_path / "class.zip", tmp_path / "a" / "b" / "unpacked"
    classroom = Classroom(target.parent, classes.RELEASED)
    before = set(tmp_path.rglob("*"))
    link = zipfile.ZipInfo("Eve_2_assignsubmission_file_/01_rnn_cell.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in ("../../climbs/01_rnn_cell.ipynb", "/abs/01_rnn_cell.ipynb", "..\\..\\climbs\\01_rnn_cell.ipynb",
                     "C:\\x\\01_rnn_cell.ipynb",
                     "Eve_1_assignsubmission_file_/../../01_rnn_cell.ipynb",
                     "..-_1_assignsubmission_file_/01_rnn_cell.ipynb",
                     "Eve\u202e_3_assignsubmission_file_/01_rnn_cell.ipynb",
                     "Ada_4_assignsubmission_file_/01_rnn_cell.ipynb"):
            bundle.writestr(name, "{}")
        bundle.writestr(link, "/etc/passwd")
        bundle.writestr("Bomb_5_assignsubmission_file_/01_rnn_cell.ipynb", b"0" * 30_000_000)
    classroom.tasks(archive)
    found = [path for path in tmp_path.rglob("*") if path.is_file() and path not in before
             and path.name != "people.json" and path != archive]
    assert all(target in path.parents for path in found) and not any(path.is_symlink() for path in tmp_path.rglob("*"))
    assert [path for path in found if path.parent.name.startswith("Ada")] and all(path.stat().st_size < 10
                                                                                    for path in found)
    assert all(re.fullmatch(r"[\w.-]+", path.parent.name) and path.parent.name[0] != "." for path in found)
