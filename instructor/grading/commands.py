"""What the grading commands do, step by step, in words on the terminal."""

import subprocess
import sys

from instructor.grading.class_report import Tally, class_report
from instructor.grading.classroom import Classroom, write_atomically
from instructor.grading.gradebook import Course
from instructor.grading.pages import feedback
from instructor.grading.sandbox import NoSandbox, refuse_without_sandbox
from instructor.grading.tables import as_csv, canvas, grades, moodle, totals


def run(options):
    """Carry out parsed options; returns the exit code."""
    if options.command == "formgrader":
        return formgrader(options.out)
    if options.command == "grade":
        if not options.submissions.exists():
            print(f"{options.submissions} does not exist: give a folder with STUDENT/NN_name.ipynb, or a zip", file=sys.stderr)
            return 2
        try:
            refuse_without_sandbox()
        except NoSandbox as error:
            print(f"Nothing was graded: {error}", file=sys.stderr)
            return 3
        classroom = Classroom(options.out, options.releases)
        try:
            changes, notes = classroom.grade(options.submissions, options.workers, options.scheduler)
        except KeyboardInterrupt:
            print("\nInterrupted. What is graded is kept; the same command goes on from here.", file=sys.stderr)
            return 130
        for note in notes:
            print(note)
    else:
        classroom, changes = Classroom(options.out, options.releases), []
    write_results(classroom, changes)
    return 0


def write_results(classroom, changes=()):
    """Gradebook, tables, feedback and report from the results so far."""
    out, tally = classroom.folder, Tally()
    with Course(out / "nbgrader", classroom.releases) as course:
        for result in classroom.results():
            course.record(result)
            tally.add(result)
        course.book.db.commit()
        for result in classroom.results():
            read = course.manual(result["student"], result["notebook"]) if result["status"] == "graded" else {}
            write_atomically(out / "feedback" / result["student"] / f"{result['notebook']}.html", feedback(result, read))
        write_atomically(out / "grades.csv", as_csv(grades(classroom.results(), course.manual)))
        found = totals(classroom.results(), course.manual)
    write_atomically(out / "moodle.csv", as_csv(moodle(found, classroom.notebooks)))
    write_atomically(out / "canvas.csv", as_csv(canvas(found, classroom.notebooks)))
    write_atomically(out / "report.html", class_report(tally, changes))
    graded = sum(map(len, tally.points.values()))
    print(f"{graded} notebooks graded, {len(tally.refused)} could not be: see {out}/grades.csv, {out}/report.html, {out}/feedback/")
    for student, notebook, before, now in changes:
        print(f"  changed: {student} {notebook}: {before} -> {now}")
    print(f"Written answers wait in the formgrader: python -m instructor formgrader --out {out}; afterwards: python -m instructor results --out {out}")


def formgrader(out):
    """JupyterLab with nbgrader's formgrader on the course folder."""
    folder = out / "nbgrader"
    if not (folder / "gradebook.db").exists():
        print(f"{folder} has no gradebook yet: grade first", file=sys.stderr)
        return 2
    print("Open Nbgrader > Formgrader in the window that comes up; Manual Grading lists the answers to read.")
    return subprocess.call([sys.executable, "-m", "jupyter", "lab"], cwd=folder)
